"""Targets that can never be learnt are computed with, and said to be odd."""

from __future__ import annotations

import json
from typing import Any

import pytest

from backprop_cli.files.shipped import example_names
from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.network.notices import reach
from tests.program import backprop


def network(loss: str, activation: str, targets: list[Any], weights: list[list[float]] | None = None) -> str:
    weights = weights or [[0.5]]
    samples = [[0.3]] * len(targets)
    layers = [{"activation": activation, "weights": weights}]
    return json.dumps({"loss": loss, "inputs": samples, "targets": targets, "layers": layers})


TWO = [[0.5], [-0.2]]
ODD = [
    (network("binary_cross_entropy", "sigmoid", [[2]]), "t1 is 2, and binary_cross_entropy takes probabilities"),
    (network("binary_cross_entropy", "sigmoid", [[1], [-1], [7]]), "t1 of sample 2 is -1 (and 1 more target), and"),
    (network("cross_entropy", "sigmoid", [[1], [0]]), "binary_cross_entropy is meant for one output"),
    (
        network("hinge", "tanh", [[1], [0]]),
        "t1 of sample 2 is 0, and the targets of hinge are -1 and 1: write -1 for 0",
    ),
    (network("hinge", "tanh", [[3]]), "they say on which side o belongs"),
    (
        network("cross_entropy", "softmax", [[1, 1]], TWO),
        "the targets of sample 1 sum to 2, and those of cross_entropy to 1",
    ),
    (network("cross_entropy", "softmax", [[0], [1]]), "softmax of a single output is 1 whatever the weights are"),
    (
        network("cross_entropy", "softmax", [[0], [2]]),
        "a number of a class is written as an output for each class",
    ),
    (network("kl_divergence", "softmax", [[0.5, 0.5], [0.2, 0.2]], TWO), "the targets of sample 2 sum to 0.4"),
    (network("half_squared_error", "sigmoid", [[5]]), "t1 is 5, which sigmoid never reaches, it stays between 0 and 1"),
    (network("squared_error", "tanh", [[-1.5]]), "which tanh never reaches, it stays between -1 and 1"),
    (network("absolute_error", "relu", [[-1]]), "which relu never reaches, it stays above 0"),
    (network("huber", "elu", [[-2]]), "which elu never reaches, it stays above -1"),
]


@pytest.mark.parametrize(("text", "sentence"), ODD)
@pytest.mark.parametrize("command", [("run",), ("explain", "-w", "w11"), ("check",)])
def test_odd_targets_are_said_beside_the_numbers(text: str, sentence: str, command: tuple[str, ...]) -> None:
    result = backprop(command[0], "-", *command[1:], stdin=text)
    assert result.exit_code == 0 and result.stdout
    assert sentence in result.stderr


@pytest.mark.parametrize("command", [("run",), ("explain", "-w", "w11"), ("check",)])
def test_scripts_find_the_notices(command: tuple[str, ...]) -> None:
    text, sentence = ODD[0]
    (notice,) = backprop(command[0], "-", *command[1:], "-f", "json", stdin=text).json["notices"]
    assert sentence in notice


def test_quiet_keeps_them_back() -> None:
    assert backprop("run", "-", "-q", stdin=ODD[0][0]).stderr == ""


@pytest.mark.parametrize(
    "text",
    [
        network("binary_cross_entropy", "sigmoid", [[0], [1], [0.5]]),
        network("cross_entropy", "softmax", [[0.333333, 0.666667], [0, 1]], TWO),
        network("hinge", "tanh", [[-1], [1]]),
        network("half_squared_error", "sigmoid", [[0], [1]]),
        network("half_squared_error", "silu", [[-0.278]]),
        network("half_squared_error", "linear", [[1e9]]),
        network("half_squared_error", "leaky_relu", [[-1e9]]),
        network("output", "sigmoid", [[7]]),
    ],
)
def test_ordinary_targets_are_not_spoken_of(text: str) -> None:
    result = backprop("run", "-", "-f", "json", stdin=text)
    assert "notices" not in result.json
    assert result.stderr == ""


@pytest.mark.parametrize("name", example_names())
def test_no_shipped_example_is_odd(name: str) -> None:
    assert "notices" not in backprop("run", name, "-n", "1", "-f", "json").json


def test_the_reach_of_every_activation() -> None:
    """As each function's definition has it; silu, gelu and mish have their least values in closed or known form."""
    inf = float("inf")
    wanted = {
        "linear": (-inf, inf), "sigmoid": (0, 1), "tanh": (-1, 1), "relu": (0, inf), "leaky_relu": (-inf, inf),
        "elu": (-1, inf), "selu": (-1.0507009873554805 * 1.6732632423543772, inf), "gelu": (-0.1699712, inf),
        "silu": (-0.2784645, inf), "softplus": (0, inf), "softsign": (-1, 1), "hard_sigmoid": (0, 1),
        "hard_tanh": (-1, 1), "mish": (-0.3088437, inf), "softmax": (0, 1), "bipolar_sigmoid": (-1, 1),
    }  # fmt: skip
    assert wanted.keys() == ACTIVATIONS.keys()
    for name, bounds in wanted.items():
        assert reach(ACTIVATIONS[name]) == pytest.approx(bounds, abs=1e-6), name
