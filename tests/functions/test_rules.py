"""The numbers that a rule is shown with give its value: worked out by plain Python, as a reader with a calculator would."""

from __future__ import annotations

import csv
import io
import json
import math
from typing import Any

import pytest

from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.functions.losses import LOSSES
from tests.program import backprop


def sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def softplus(z: float) -> float:
    return math.log(1 + math.exp(z))


def cumulative(z: float) -> float:
    return (1 + math.erf(z / math.sqrt(2))) / 2


def density(z: float) -> float:
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def sign(x: float) -> int:
    return (x > 0) - (x < 0)


CALCULATOR: dict[str, Any] = {
    "__builtins__": {}, "abs": abs, "max": max, "min": min, "exp": math.exp, "ln": math.log, "tanh": math.tanh, "sign": sign,
    "sigmoid": sigmoid, "softplus": softplus, "Phi": cumulative, "phi": density,
}  # fmt: skip


def network(activation: str, loss: str) -> str:
    """Two layers, with net inputs on either side of 0."""
    hidden = {"activation": activation, "weights": [[0.9, -0.7], [0.4, 1.3], [-1.5, 0.8]], "bias": [0.1, -0.2, 0.3]}
    last = {"activation": "softmax", "weights": [[0.3, -0.6, 0.2], [0.8, 0.5, -0.9]], "bias": 0.05}
    return json.dumps({"loss": loss, "inputs": [0.5, -1.2], "targets": [0.2, 0.8], "layers": [hidden, last]})


@pytest.mark.parametrize(
    ("activation", "loss"), [(name, "huber") for name in ACTIVATIONS] + [("tanh", name) for name in LOSSES]
)
def test_the_numbers_of_every_partial_give_its_value(activation: str, loss: str) -> None:
    table = backprop("run", "-", "-f", "csv", stdin=network(activation, loss)).stdout
    for row in csv.DictReader(io.StringIO(table)):
        for numbers in row["numbers"].split(" = "):
            worked_out = eval(numbers.replace("^", "**"), CALCULATOR)
            assert worked_out == pytest.approx(float(row["value"]), rel=1e-9, abs=1e-12), row


def test_the_first_velocity_is_not_dampened_and_the_rule_says_so() -> None:
    text = "inputs: [1]\ntargets: [0]\nmomentum: 0.9\ndampening: 0.5\nlayers: [{weights: [[1]]}]\n"
    for view in ("scalar", "matrix"):
        first = backprop("run", "-", "--view", view, stdin=text).stdout
        second = backprop("run", "-", "--view", view, "-n", "2", stdin=text).stdout
        assert "v⁺ = ∂E/∂w; w⁺ = w − η · v⁺" in first
        assert "v⁺ = μ · v + (1 − τ) · ∂E/∂w; w⁺ = w − η · v⁺" in second


def test_every_number_of_an_update_is_put_in() -> None:
    text = (
        "inputs: [1]\ntargets: [0]\nlearning_rate: 0.5\nmomentum: 0.5\nnesterov: true\n"
        "weight_decay: {weights: 0, biases: 0.25}\nlayers: [{weights: [[1]], bias: 1}]\n"
    )
    # ∂E/∂b = 2, g = 2 + 0.25·1, v⁺ = g, b⁺ = 1 − 0.5·(g + 0.5·v⁺)
    shown = backprop("explain", "-", "-w", "b1", stdin=text).stdout
    assert "= 1 − 0.5 · (2.25 + 0.5 · 2.25)\n" in shown and "= 1 − 0.5 · 3.375\n" in shown and "= −0.6875\n" in shown
    assert "λ = 0 of weights, λ = 0.25 of biases" in backprop("run", "-", stdin=text).stdout
