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
