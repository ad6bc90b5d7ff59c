"""What hinders training is found before it, and what does not is let alone."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from backprop_cli import load
from backprop_cli.check.hindrances import hindrances, largest_curvature
from backprop_cli.files.shipped import example_names
from tests.program import backprop


def one(weights: Any, activation: str = "sigmoid", **keys: Any) -> dict[str, Any]:
    layers = [{"activation": activation, "weights": weights}, {"weights": [[0.5] * len(weights)]}]
    return {
        "inputs": [[1.0, -1.0], [0.5, 2.0]],
        "targets": [[0.1], [0.2]],
        "layers": layers,
        "learning_rate": 0.1,
        **keys,
    }


def kinds(data: dict[str, Any]) -> list[tuple[str, str]]:
    return [(finding.kind, finding.name) for finding in hindrances(load(data))]


GOOD = [[0.1, 0.2], [0.3, -0.1]]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (one(GOOD), []),
        (one([[-1.0, -2.0], [0.3, -0.1]], "relu"), []),
        (one([[-3.0, -2.0], [0.3, -0.1]], "relu"), [("dead_unit", "a1")]),
        (one([[0.3, 0.1], [90.0, 90.0]], "tanh"), []),
        (one([[0.3, 0.1], [9.0, 80.0]], "tanh"), [("saturated_unit", "a2")]),
        (one([[0.3, 0.1], [0.3, 0.1]], "tanh"), [("units_alike", "a2")]),
        (one(GOOD, inputs=[[1, 3], [2, 3]]), [("input_constant", "x2")]),
        (one([[0.01, 0.01], [0.02, 0.01]], inputs=[[40, 3], [41, 4]]), [("input_large", "x1")]),
        (one(GOOD, inputs=[[0.001, 3], [0.002, 4]]), [("input_scales", "x2")]),
        (
            {"inputs": [0.5], "targets": [3], "layers": [{"activation": "sigmoid", "weights": [[1]]}]},
            [("target", "")],
        ),
    ],
)
def test_each_thing_that_hinders_is_found_and_nothing_else(
    data: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert kinds(data) == expected


def test_the_curvature_of_a_parabola_is_its_second_derivative() -> None:
    # E = ½(t − w1·3 − w2·4)² has the second derivatives x·xᵀ, whose eigenvalues are 3² + 4² and 0
    data = {"inputs": [3.0, 4.0], "targets": [0.1], "layers": [{"weights": [[0.2, 0.3]]}]}
    assert largest_curvature(load(data)) == pytest.approx(25.0, rel=1e-6)


def test_the_curvature_of_a_network_is_that_of_its_hessian() -> None:
    setup = load(one(GOOD, "tanh"))
    autograd = pytest.importorskip("autograd")
    anp = autograd.numpy
    inputs, targets = setup.samples.inputs, setup.samples.targets

    def loss(row: Any) -> Any:
        hidden = anp.tanh(anp.dot(inputs, row[:4].reshape(2, 2).T))
        return anp.mean(0.5 * (targets - anp.dot(hidden, row[4:].reshape(1, 2).T)) ** 2)

    eigenvalues = np.linalg.eigvalsh(autograd.hessian(loss)(np.array(setup.network.parameters.row)))
    assert largest_curvature(setup) == pytest.approx(max(eigenvalues, key=abs), rel=1e-2)


@pytest.mark.parametrize(("rate", "momentum", "is_found"), [(0.15, 0.0, False), (0.17, 0.0, True), (0.3, 0.9, False)])
def test_a_rate_is_too_large_from_twice_the_largest_stable_one(rate: float, momentum: float, is_found: bool) -> None:
    # the largest stable rate of E = ½(t − 5w)² is 2/25, with momentum 2(1 + m)/25
    data = {
        "inputs": [5.0],
        "targets": [0.1],
        "layers": [{"weights": [[0.2]]}],
        "learning_rate": rate,
        "momentum": momentum,
    }
    assert (("learning_rate", "learning_rate") in kinds(data)) == is_found


def test_the_command_exits_with_1_where_there_is_any() -> None:
    data = json.dumps(one([[-3.0, -2.0], [0.3, -0.1]], "relu"))
    found = backprop("lint", "-", stdin=data)
    assert (found.exit_code, found.stdout.splitlines()[0]) == (
        1,
        "a1 is dead: the slope of relu is 0 in every sample, and no weight into it can learn",
    )
    answer = json.loads(backprop("lint", "-", "-f", "json", stdin=data).stdout)
    assert (answer["passed"], answer["findings"][0]["name"]) == (False, "a1")
    good = backprop("lint", "-", stdin=json.dumps(one(GOOD)))
    assert (good.exit_code, good.stdout) == (0, "Nothing was found that hinders training.\n")


@pytest.mark.parametrize("name", example_names())
def test_the_examples_can_be_trained(name: str) -> None:
    expected = [("dead_unit", "a2")] if name == "relu" else []  # which shows a dead unit on purpose
    assert [(finding.kind, finding.name) for finding in hindrances(load(name))] == expected
