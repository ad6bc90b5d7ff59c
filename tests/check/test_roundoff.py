"""Right numbers are right whatever floats they were worked out with; wrong ones are not excused by that."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from tests.check.test_check_command import RIGHT, against

DEEP_IN_SATURATION = {
    "inputs": [[1.0]],
    "targets": [[0.2]],
    "layers": [
        {"activation": "sigmoid", "weights": [[20.0], [-19.5]]},
        {"activation": "sigmoid", "weights": [[0.3, 0.4]]},
    ],
}
"""Sigmoids whose a(1 − a) has eight certain digits in float64: 1 − a is 2e-9."""


def sigma(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def textbook_gradients() -> dict[str, float]:
    """As a first program computes them, by σ' = a(1 − a)."""
    a1, a2 = sigma(20.0), sigma(-19.5)
    o = sigma(0.3 * a1 + 0.4 * a2)
    delta = (o - 0.2) * o * (1 - o)
    return {"w11": delta * 0.3 * a1 * (1 - a1), "w12": delta * 0.4 * a2 * (1 - a2), "w21": delta * a1}


def verdicts(tmp_path: Path, network: dict[str, object], numbers: dict[str, float]) -> dict[str, bool]:
    file = tmp_path / "network.json"
    file.write_text(json.dumps(network))
    answer, _ = against(json.dumps(numbers), name=str(file))
    return {one["name"]: one["agrees"] for one in answer["compared"]}


def test_the_textbooks_slope_is_right_where_it_cancels(tmp_path: Path) -> None:
    numbers = textbook_gradients()
    exact = numbers["w21"] / sigma(20.0) * 0.3 * math.exp(-20.0) / (1 + math.exp(-20.0)) ** 2
    assert 1e-9 < abs(numbers["w11"] / exact - 1) < 1e-7
    assert all(verdicts(tmp_path, DEEP_IN_SATURATION, numbers).values())


@pytest.mark.parametrize("factor", [1.001, 0.999, -1.0, 2.0])
def test_what_cancels_is_not_excused_beyond_its_roundoff(tmp_path: Path, factor: float) -> None:
    numbers = {name: value * factor for name, value in textbook_gradients().items()}
    assert not any(verdicts(tmp_path, DEEP_IN_SATURATION, numbers).values())


def test_vanishing_gradients_have_a_sign_of_their_own(tmp_path: Path) -> None:
    """Beside an E of 0.4 a gradient of 1e-17 is no roundoff: nothing cancels on its way down."""
    chain = [{"activation": "linear", "weights": [[1e-4]]} for _ in range(4)]
    network = {"inputs": [1.0], "targets": [0.9], "layers": [*chain, {"activation": "linear", "weights": [[0.1]]}]}
    right = -0.9 * 0.1 * 1e-12
    assert verdicts(tmp_path, network, {"w11": right * (1 + 1e-10), "E": 0.405}) == {"w11": True, "E": True}
    assert verdicts(tmp_path, network, {"w11": -right, "E": 0.405}) == {"w11": False, "E": True}


def test_a_sum_that_cancels_may_come_out_as_any_of_its_roundoffs(tmp_path: Path) -> None:
    network = {"inputs": [0.1, 0.2, -0.3], "targets": [0], "layers": [{"activation": "linear", "weights": [[1, 1, 1]]}]}
    for z in (0.0, 0.1 + 0.2 - 0.3, -0.3 + 0.2 + 0.1):
        assert all(verdicts(tmp_path, network, {"z1": z, "dE/do1": z, "w11+": 1.0}).values())
    assert not verdicts(tmp_path, network, {"z1": 3e-15})["z1"]


@pytest.mark.parametrize("ulps", [0, 3])
def test_float32_numbers_are_known_by_their_bits(ulps: int) -> None:
    def single(value: float) -> float:
        return float(np.float32(value) * np.float32(1 + ulps * 2**-23))

    answer, code = against(json.dumps({name: single(value) for name, value in RIGHT.items()}))
    assert (answer["passed"], code) == (True, 0)


@pytest.mark.parametrize("factor", [1 + 1e-5, -1.0])
def test_float32_excuses_no_more_than_its_roundings(factor: float) -> None:
    answer, code = against(json.dumps({name: float(np.float32(value * factor)) for name, value in RIGHT.items()}))
    assert code == 1
    assert not any(one["agrees"] for one in answer["compared"])


def test_doubles_and_powers_of_two_are_no_float32() -> None:
    answer, _ = against(json.dumps({"w31": RIGHT["w31"] * (1 + 1e-7), "w41": 0.082667627847}))
    assert [one["agrees"] for one in answer["compared"]] == [False, True]
    answer, _ = against(json.dumps({"w31": 0.125, "w41": 2.0**-44}))
    assert [one["agrees"] for one in answer["compared"]] == [False, False]
