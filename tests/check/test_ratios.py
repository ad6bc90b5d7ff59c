"""What wrong numbers show without any mistake being known: constant ratios, and slips of the pen."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest

from backprop_cli import load
from backprop_cli.check.compare import compare
from backprop_cli.check.given import given_numbers
from backprop_cli.check.ratios import Ratios
from backprop_cli.training.train import train
from tests.program import backprop

NETWORK: dict[str, Any] = {
    "inputs": [[0.31, -1.2], [0.57, 0.25], [-0.75, 2.0], [0.4, 0.9], [-0.3, -0.8]],
    "targets": [[0.1, 0.9, 0.4], [1.0, 0.0, 0.2], [0.3, 0.6, 0.7], [0.9, 0.2, 0.5], [0.8, 0.1, 0.3]],
    "learning_rate": 0.7,
    "layers": [
        {"activation": "tanh", "weights": [[0.2, -0.4], [0.6, 0.1]], "bias": 0.15},
        {"activation": "sigmoid", "weights": [[0.3, -0.2], [0.5, 0.4], [-0.6, 0.35]], "bias": [0.05, -0.1, 0.2]},
    ],
}
"""N = 5 samples, n = 3 outputs."""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "network.json"
    path.write_text(json.dumps(NETWORK))
    return str(path)


def gradients(file: str) -> dict[str, float]:
    found: dict[str, float] = json.loads(backprop("run", file, "-f", "json").stdout)["gradients"]
    return found


def report(file: str, numbers: dict[str, float], digits: int = 5) -> dict[str, Any]:
    text = "".join(f"{name},{value:#.{digits}g}\n" for name, value in numbers.items())
    answer: dict[str, Any] = json.loads(backprop("check", file, "-a", "-", "-f", "json", stdin=text).stdout)
    return answer


def test_each_group_has_its_own_ratio_and_no_mistake_is_made_of_them(file: str) -> None:
    factors = {"W1": 1 / 3, "b1": 4.0, "W2": 2.0, "b2": 1.0}
    right = gradients(file)
    group = dict.fromkeys(right, "W2") | dict.fromkeys(("w11", "w21", "w12", "w22"), "W1") | {"b1": "b1"}
    group |= dict.fromkeys(("b2_1", "b2_2", "b2_3"), "b2")
    answer = report(file, {name: value * factors[group[name]] for name, value in right.items()})
    assert {one["group"]: one["ratio"] for one in answer["ratios"]} == {"W1": 1 / 3, "b1": 4.0, "W2": 2.0}
    assert answer["ratios"][0]["names"] == ["w11", "w21", "w12", "w22"]
    assert answer["diagnosis"] == []


@pytest.mark.parametrize(
    ("factor", "meaning"),
    [
        (5.0, "N"), (0.2, "1/N"), (0.04, "1/N^2"), (3.0, "n"), (1 / 3, "1/n"), (0.7, "eta"), (-0.7, "-eta"), (1 / 0.7, "1/eta"),
        (-1.0, "-1"), (2.0, "2"), (0.5, "1/2"), (10.0, "10"), (1 / 15, "1/(nN)"),
    ],
)  # fmt: skip
def test_a_ratio_is_said_with_what_it_may_be(file: str, factor: float, meaning: str) -> None:
    answer = report(file, {name: value * factor for name, value in gradients(file).items()})
    assert [one["ratio"] for one in answer["ratios"]] == pytest.approx([factor] * len(answer["ratios"]), rel=1e-4)
    assert len(answer["ratios"]) > 2
    assert all(meaning in one["may_be"] for one in answer["ratios"] if one["group"] != "b1")


@pytest.mark.parametrize("factor", [1 / 6, 4.0, 7.0, 0.3713, 12.0, 2 / 3, -3.0])
@pytest.mark.parametrize("digits", [2, 4, 8])
def test_a_factor_that_only_chance_makes_a_mistake_of_gets_no_name(file: str, factor: float, digits: int) -> None:
    answer = report(file, {name: value * factor for name, value in gradients(file).items()}, digits)
    assert answer["diagnosis"] == []
    assert [one["group"] for one in answer["ratios"]][:1] == ["W1"]


def test_in_a_network_of_halves_weights_left_out_are_no_other_function() -> None:
    """Each layer's slope would be doubled by another function's too, and by much else."""
    network = {
        "inputs": [1.0], "targets": [0.0],
        "layers": [{"activation": "sigmoid", "weights": [[0.5]]} for _ in range(3)],
    }  # fmt: skip
    right = backprop("run", "-", "-f", "json", stdin=json.dumps(network)).json["gradients"]
    lone = _against(network, f"w11: {4 * right['w11']:.12g}\n")
    assert (lone["diagnosis"], [one["ratio"] for one in lone["ratios"]]) == ([], [4.0])
    both = _against(network, f"w11: {4 * right['w11']:.12g}\nw21: {2 * right['w21']:.12g}\nw31: {right['w31']:.12g}\n")
    assert [(one["mistakes"], one["alternatives"]) for one in both["diagnosis"]] == [(["weights_left_out"], [])]


def _against(network: dict[str, Any], text: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        answers = Path(folder, "answers.yaml")
        answers.write_text(text)
        found = backprop("check", "-", "-a", str(answers), "-f", "json", stdin=json.dumps(network))
    result: dict[str, Any] = json.loads(found.stdout)
    return result


def test_the_changes_of_new_weights_have_a_ratio_too(file: str) -> None:
    right = gradients(file)
    old = dict(zip(("w31", "w41", "w32", "w42"), (0.3, -0.2, 0.5, 0.4), strict=True))
    answer = report(file, {f"{name}+": value - 3 * 0.7 * right[name] for name, value in old.items()}, 7)
    assert [(one["group"], one["ratio"]) for one in answer["ratios"]] == [("W2+", 3.0)]


def test_numbers_wrong_in_all_sorts_of_ways_have_no_ratio(file: str) -> None:
    factors = (1.3, 0.4, -2.2, 5.1, 0.09, 3.3, 7.9, -0.6)
    numbers = {name: value * factor for (name, value), factor in zip(gradients(file).items(), factors, strict=False)}
    assert report(file, numbers)["ratios"] == []


@pytest.mark.parametrize(
    ("factor", "slip"),
    [(-1.0, "sign"), (2.0, "twice"), (0.5, "half"), (10.0, "decimal_point"), (0.01, "decimal_point")],
)
def test_a_number_miswritten_is_in_the_json(file: str, factor: float, slip: str) -> None:
    right = gradients(file)
    answer = report(file, right | {"w41": factor * right["w41"]})
    assert (answer["slips"], answer["unexplained"], answer["ratios"]) == ([{"name": "w41", "slip": slip}], ["w41"], [])


def test_a_number_copied_from_its_neighbour_is_said_to_be_that(file: str) -> None:
    right = gradients(file)
    answer = report(file, right | {"w41": right["w32"]})
    assert answer["slips"] == [{"name": "w41", "slip": "copied", "of": "w32"}]
    shown = backprop("check", file, "-a", "-", stdin=f"w41: {right['w32']:.4g}\nw32: {right['w32']:.4g}\n").stdout
    assert "w41 is what w32 should be." in shown


@pytest.mark.parametrize("digits", [3, 8])
def test_two_numbers_in_each_others_place_are_said_to_be_exchanged(file: str, digits: int) -> None:
    right = gradients(file)
    answer = report(file, right | {"w41": right["w31"], "w31": right["w41"]}, digits)
    assert answer["slips"] == [
        {"name": "w31", "slip": "exchanged", "of": "w41"}, {"name": "w41", "slip": "exchanged", "of": "w31"},
    ]  # fmt: skip
    assert answer["diagnosis"] == []


def test_many_wrong_numbers_have_no_more_ratios_than_anybody_reads() -> None:
    setup = load({"inputs": [[0.1] * 100], "targets": [[0.5] * 100], "layers": [{"weights": [[0.01] * 100] * 100}]})
    names = [setup.network.names.of(parameter) for parameter in setup.network.names.parameters()]
    given = given_numbers([(name, f"{index * 0.37 % 7 + 0.001:.5f}") for index, name in enumerate(names)])
    ratios = Ratios(compare(given, train(setup, 1), 0))
    assert list(ratios.slips(set(names))) == []
    assert len(list(ratios.constant())) <= 50


@pytest.mark.parametrize("format", ["table", "markdown", "latex"])
def test_the_ratio_is_said_before_any_mistake(file: str, format: str) -> None:
    right = gradients(file)
    text = "".join(f"{name}: {3 * value:.5f}\n" for name, value in right.items() if name in ("w31", "w41", "w32"))
    text += "".join(f"{name}: {-value:.5f}\n" for name, value in right.items() if name in ("w11", "w21", "w12", "w22"))
    shown = backprop("check", file, "-a", "-", "-f", format, stdin=text).stdout
    said = {
        "latex": r"All of W2 are $3 \times$ the right ones ($n$), all of W1 $-1 \times$ (a lost sign).",
        "markdown": r"All of W2 are $3 \times$ the right ones ($n$), all of W1 $-1 \times$ (a lost sign).",
        "table": "All of W2 are 3 × the right ones (n), all of W1 −1 × (a lost sign).",
    }
    assert said[format] in shown


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("w31+",), "The change of w31⁺ is −1 × the right one (a lost sign)."),
        (("w31+", "w11+"), "The changes of both wrong numbers are −1 × the right ones (a lost sign)."),
        (
            ("w31+", "w41+", "w11", "w21"),
            "All 4 wrong numbers, or their changes, are −1 × the right ones (a lost sign).",
        ),
        (("w31", "w41"), "Both wrong numbers are −1 × the right ones (a lost sign)."),
    ],
)
def test_of_new_values_it_is_the_changes_that_have_a_ratio(names: tuple[str, ...], said: str) -> None:
    gradient = gradients("classic")
    uphill = {
        "w31+": 0.4 + 0.5 * gradient["w31"],
        "w41+": 0.45 + 0.5 * gradient["w41"],
        "w11+": 0.15 + 0.5 * gradient["w11"],
    }
    wrong = {name: -value for name, value in gradient.items()} | uphill
    text = "".join(f"{name}: {wrong[name]:.7f}\n" for name in names)
    assert said in backprop("check", "classic", "-a", "-", stdin=text).stdout
    ratios = json.loads(backprop("check", "classic", "-a", "-", "-f", "json", stdin=text).stdout)["ratios"]
    assert all(one["of_changes"] == name.endswith("+") for one in ratios for name in one["names"])
