"""Textbook backpropagation unit by unit, in plain Python, with the wrong turns that people take. Shares nothing with the program.

`work_out` returns every number that somebody would write down; `mistake` says where this somebody goes wrong, `choice` which
of several ways of that mistake it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Matrix = list[list[float]]


@dataclass(frozen=True)
class Exercise:
    """A network and what to do with it; `biases` holds per layer None, a number (shared) or a list."""

    widths: tuple[int, ...]
    activations: tuple[str, ...]
    loss: str
    weights: tuple[Matrix, ...]
    biases: tuple[float | list[float] | None, ...]
    inputs: Matrix
    targets: Matrix
    rate: float
    reduction: str = "mean"
    is_bias_frozen: bool = False

    def config(self) -> dict[str, Any]:
        """The network file."""
        layers: list[dict[str, Any]] = []
        for activation, weights, bias in zip(self.activations, self.weights, self.biases, strict=True):
            layers.append({"activation": activation, "weights": weights})
            if bias is not None:
                layers[-1]["bias"] = bias
        frozen = {"freeze": ["b*"]} if self.is_bias_frozen and any(bias is not None for bias in self.biases) else {}
        return frozen | {
            "loss": self.loss, "learning_rate": self.rate, "reduction": self.reduction, "inputs": self.inputs,
            "targets": self.targets, "layers": layers,
        }  # fmt: skip


def f(name: str, z: list[float]) -> list[float]:
    if name == "softmax":
        e = [math.exp(v) for v in z]
        return [v / sum(e) for v in e]
    table: dict[str, Callable[[float], float]] = {
        "sigmoid": lambda v: 1 / (1 + math.exp(-v)),
        "tanh": math.tanh,
        "softplus": lambda v: math.log(1 + math.exp(v)),
        "linear": lambda v: v,
        "relu": lambda v: max(0.0, v),
    }
    return [table[name](v) for v in z]


def slope_in_a(name: str, a: float, z: float) -> float:
    table = {
        "sigmoid": a * (1 - a),
        "tanh": 1 - a * a,
        "softplus": 1 - math.exp(-a) if abs(a) < 700 else 0.0,
        "linear": 1.0,
        "relu": 1.0 if z > 0 else 0.0,
    }
    return table[name]


class _Paper:
    """One person at work on one sample at a time."""

    def __init__(self, exercise: Exercise, mistakes: set[str], choice: int) -> None:
        self.x, self.mistakes, self.choice = exercise, mistakes, choice
        self.decimals = (2, 3, 4)[choice % 3] if "rounded_intermediates" in mistakes else None
        self.is_result_rounded = choice >= 3
        self.is_joint_result_rounded = choice in (3, 5)

    def r(self, value: float) -> float:
        """What is written down of an intermediate result."""
        if self.decimals is None:
            return value
        # twelve digits first: on paper 0.3775 is 0.3775
        exact = Decimal(f"{value:.12f}")
        return float(exact.quantize(Decimal(1).scaleb(-self.decimals), ROUND_HALF_UP))

    def forward(self, weights: tuple[Matrix, ...], biases: tuple[Any, ...], x: list[float]) -> tuple[Matrix, Matrix]:
        a, zs, activations = x, [], [x]
        for name, rows, bias in zip(self.x.activations, weights, biases, strict=True):
            z = []
            for unit, row in enumerate(rows):
                total = sum(w * v for w, v in zip(row, a, strict=True))
                b = bias[unit] if isinstance(bias, list) else bias or 0.0
                z.append(self.r(total + b))
            a = [self.r(v) for v in f(name, z)]
            zs.append(z)
            activations.append(a)
        return zs, activations

    def error(self, t: list[float], o: list[float]) -> float:
        n = len(o)
        by_name = {
            "half_squared_error": [0.5 * (q - p) ** 2 for p, q in zip(o, t, strict=True)],
            "squared_error": [(q - p) ** 2 for p, q in zip(o, t, strict=True)],
            "mean_squared_error": [(q - p) ** 2 / n for p, q in zip(o, t, strict=True)],
        }
        if self.x.loss == "cross_entropy":
            shares = [-q * math.log(p) for p, q in zip(o, t, strict=True)]
        elif self.x.loss == "binary_cross_entropy":
            shares = [-(q * math.log(p) + (1 - q) * math.log(1 - p)) for p, q in zip(o, t, strict=True)]
        else:
            shares = by_name[self.x.loss]
        return sum(self.r(share) for share in shares)

    def by_output(self, t: list[float], o: list[float]) -> list[float]:
        n = len(o)
        slopes = []
        for p, q in zip(o, t, strict=True):
            slope = {
                "half_squared_error": p - q,
                "squared_error": 2 * (p - q),
                "mean_squared_error": 2 / n * (p - q),
                "cross_entropy": -q / p if p else 0.0,
                "binary_cross_entropy": -q / p + (1 - q) / (1 - p) if 0 < p < 1 else 0.0,
            }[self.x.loss]
            if "error_sign" in self.mistakes:
                slope = -slope
            if "half_forgotten" in self.mistakes or "half_doubled" in self.mistakes:
                slope = slope * 2 if "half_forgotten" in self.mistakes else slope / 2
            if "mean_over_outputs" in self.mistakes:
                slope /= n
            if "sum_over_outputs" in self.mistakes:
                slope *= n
            if "cross_entropy_log10" in self.mistakes:
                slope /= math.log(10)
            slopes.append(self.r(slope))
        return slopes

    def slope(self, layer: int, z: float, a: float) -> float:
        name = self.x.activations[layer]
        is_last = layer == len(self.x.weights) - 1
        if "slope_missing" in self.mistakes:
            return 1.0
        if ("slope_missing_output" in self.mistakes and is_last) or (
            "slope_missing_hidden" in self.mistakes and not is_last
        ):
            return 1.0
        if "slope_at_net_input" in self.mistakes and name in ("sigmoid", "tanh"):
            return slope_in_a(name, z, z)
        if "slope_of_other_activation" in self.mistakes:
            other = {"sigmoid": "tanh", "tanh": "sigmoid"}.get(name, "sigmoid")
            value = a if self.choice % 2 else f(other, [z])[0]
            return slope_in_a(other, value, z)
        return self.r(slope_in_a(name, a, z))

    def deltas(self, layer: int, z: list[float], a: list[float], by_a: list[float], t: list[float]) -> list[float]:
        if self.x.activations[layer] == "softmax":
            if "softmax_elementwise" in self.mistakes:
                return [g * p * (1 - p) for g, p in zip(by_a, a, strict=True)]
            if not self.mistakes & {"slope_missing", "slope_missing_output"}:
                if self.decimals is not None and self.x.loss == "cross_entropy":
                    return [self.r(p * sum(t) - q) for p, q in zip(a, t, strict=True)]
                mean = sum(g * p for g, p in zip(by_a, a, strict=True))
                return [p * (g - mean) for g, p in zip(by_a, a, strict=True)]
            return by_a
        is_last = layer == len(self.x.weights) - 1
        if is_last and self.decimals is not None and self.x.loss == "binary_cross_entropy":
            return [self.r(p - q) for p, q in zip(a, t, strict=True)]
        return [self.r(g * self.slope(layer, v, p)) for g, v, p in zip(by_a, z, a, strict=True)]

    def sample_gradients(self, x: list[float], t: list[float]) -> tuple[list[Matrix], list[list[float]]]:
        weights = self.x.weights
        zs, activations = self.forward(weights, self.x.biases, x)
        by_a = self.by_output(t, activations[-1])
        by_weight: list[Matrix] = []
        by_net: list[list[float]] = []
        for layer in reversed(range(len(weights))):
            delta = self.deltas(layer, zs[layer], activations[layer + 1], by_a, t)
            rows = []
            for unit, d in enumerate(delta):
                row = []
                for source, value in enumerate(activations[layer]):
                    factor = value
                    if "input_factor_one" in self.mistakes:
                        factor = 1.0
                    if "input_factor_weight" in self.mistakes:
                        factor = weights[layer][unit][source]
                    if "input_factor_network_input" in self.mistakes and layer > 0 and source < len(x):
                        factor = x[source]
                    row.append(self.result(d * factor))
                rows.append(row)
            by_a = self.back(layer, delta, rows)
            by_weight.insert(0, rows)
            by_net.insert(0, delta)
        return by_weight, by_net

    def result(self, value: float) -> float:
        return self.r(value) if self.is_result_rounded else value

    def joint(self, values: list[float], share: float) -> float:
        """The sum or mean of the samples' gradients."""
        total = sum(values) * share
        return self.r(total) if self.is_joint_result_rounded else total

    def back(self, layer: int, delta: list[float], gradient: Matrix) -> list[float]:
        """∂E/∂a of the units below a layer."""
        rows = self.x.weights[layer]
        if "updated_weights_used" in self.mistakes:
            rows = [
                [w - self.x.rate * g for w, g in zip(row, slopes, strict=True)]
                for row, slopes in zip(rows, gradient, strict=True)
            ]
        sources = range(len(rows[0]))
        if "first_output_only" in self.mistakes:
            return [delta[0] * rows[0][source] for source in sources]
        if "weights_transposed" in self.mistakes and len(rows) == len(rows[0]):
            return [sum(delta[unit] * rows[source][unit] for unit in sources) for source in sources]
        return [self.r(sum(d * row[source] for d, row in zip(delta, rows, strict=True))) for source in sources]

    def bias_gradient(self, layer: int, delta: list[float]) -> Any:
        if isinstance(self.x.biases[layer], list):
            return [self.result(d) for d in delta]
        if "shared_bias_not_summed" in self.mistakes:
            return sum(delta) / len(delta) if self.choice % 2 else delta[0]
        return self.result(sum(delta))

    def change(self, gradient: float) -> float:
        rate = self.x.rate
        if "learning_rate_missing" in self.mistakes:
            rate = 1.0
        if "learning_rate_squared" in self.mistakes:
            rate = rate * rate
        return rate * gradient if "update_sign" in self.mistakes else -rate * gradient


def work_out(exercise: Exercise, mistakes: set[str] | None = None, choice: int = 0) -> dict[str, float]:
    """Gradients (`w31`, `b1`), new parameters (`w31+`), the loss before and after (`E`, `E+`), under the contract's names."""
    mistakes = mistakes or set()
    paper = _Paper(exercise, mistakes, choice)
    samples = list(zip(exercise.inputs, exercise.targets, strict=True))
    sheets = [paper.sample_gradients(x, t) for x, t in samples]
    is_mean = (exercise.reduction == "mean") != bool(mistakes & {"mean_over_samples", "sum_over_samples"})
    share = 1 / len(samples) if is_mean else 1.0
    numbers: dict[str, float] = {}
    first_source = 1
    new_weights: list[Matrix] = []
    new_biases: list[Any] = []
    for layer, rows in enumerate(exercise.weights):
        new_weights.append([])
        for unit, row in enumerate(rows):
            new_weights[-1].append([])
            for source, w in enumerate(row):
                gradient = paper.joint([sheet[0][layer][unit][source] for sheet in sheets], share)
                name = f"w{first_source + source}{unit + 1}"
                new = paper.result(w + paper.change(gradient))
                numbers[name] = -exercise.rate * gradient if "gradient_is_change" in mistakes else gradient
                numbers[f"{name}+"] = new
                new_weights[-1][-1].append(new)
        new_biases.append(_biases(paper, layer, [sheet[1][layer] for sheet in sheets], share, numbers))
        first_source += len(rows[0])
    numbers["E"] = share * sum(
        paper.error(t, paper.forward(exercise.weights, exercise.biases, x)[1][-1]) for x, t in samples
    )
    after = (tuple(new_weights), tuple(new_biases))
    numbers["E+"] = share * sum(paper.error(t, paper.forward(*after, x)[1][-1]) for x, t in samples)
    return numbers


def _biases(paper: _Paper, layer: int, deltas: list[list[float]], share: float, numbers: dict[str, float]) -> Any:
    """Put a layer's bias numbers down and return its new biases."""
    exercise, old = paper.x, paper.x.biases[layer]
    if old is None:
        return None
    is_trained = not exercise.is_bias_frozen or "bias_trained" in paper.mistakes
    is_updated = is_trained and "bias_left_out" not in paper.mistakes
    per_sample = [paper.bias_gradient(layer, delta) for delta in deltas]
    if not isinstance(old, list):
        per_sample = [[gradient] for gradient in per_sample]
    new = []
    for unit, b in enumerate(old if isinstance(old, list) else [old]):
        name = f"b{layer + 1}_{unit + 1}" if isinstance(old, list) else f"b{layer + 1}"
        gradient = paper.joint([gradients[unit] for gradients in per_sample], share)
        numbers[name] = -exercise.rate * gradient if "gradient_is_change" in paper.mistakes else gradient
        new.append(paper.result(b + paper.change(gradient)) if is_updated else b)
        numbers[f"{name}+"] = new[-1]
    return new if isinstance(old, list) else new[0]
