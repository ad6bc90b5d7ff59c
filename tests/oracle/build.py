"""Networks made for comparison: every formula defined, every kink at a distance, no unit idle.

Weights are not drawn blindly: each unit takes the first of many drawn rows that puts its net inputs where they belong.
The first unit of a layer stays where every activation has a slope, so that a gradient always flows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.oracle.reference import ACTIVATIONS, Array, named

KINKS = {
    "relu": (0.0,),
    "leaky_relu": (0.0,),
    "elu": (0.0,),
    "selu": (0.0,),
    "softsign": (0.0,),
    "hard_sigmoid": (-3.0, 3.0),
    "hard_tanh": (-1.0, 1.0),
}
CLEARANCE = 0.05

# losses with a logarithm of the outputs, which therefore must lie in (0, 1): every activation does so on this interval
LOGARITHMIC = {"binary_cross_entropy", "cross_entropy", "kl_divergence"}
INSIDE = (0.06, 0.52)

Choice = str | Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Case:
    """One combination to compare."""

    activation: Choice
    loss: Choice
    bias: str
    depth: int
    samples: int

    def __str__(self) -> str:
        """Name the case as a test id."""
        return f"{_label(self.activation)}-{_label(self.loss)}-{self.bias}-{self.depth}x{self.samples}"


def _label(choice: Choice) -> str:
    name, settings = named(choice)
    return name + "".join(f"({key}={value})" for key, value in settings.items())


def network(case: Case) -> dict[str, Any]:
    """Build the network file's structure for a case; the same case always gives the same numbers."""
    for attempt in range(100):
        try:
            return _draw(case, np.random.default_rng([attempt, *str(case).encode()]))
        except NoRowFitsError:
            continue
    raise AssertionError(f"no network found for {case}")


class NoRowFitsError(Exception):
    """The layers before leave no room for this unit: start over."""


def _draw(case: Case, random: np.random.Generator) -> dict[str, Any]:
    activation, settings = named(case.activation)
    loss, loss_settings = named(case.loss)
    inputs = random.uniform(0.2, 1.0, (case.samples, 2)).round(3)
    a, layers = inputs, []
    for depth, units in enumerate([*[3, 2, 3][: case.depth - 1], 2], start=1):
        inside = depth == case.depth and loss in LOGARITHMIC and activation != "softmax"
        bias = _bias(case.bias, units, random)
        rows = [
            _row(a, float(b), activation, "inside" if inside else ("first" if unit == 0 else "other"), random)
            for unit, b in enumerate(np.broadcast_to(0.0 if bias is None else bias, units))
        ]
        layer: dict[str, Any] = {"activation": case.activation, "weights": rows}
        if bias is not None:
            layer["bias"] = bias
        layers.append(layer)
        z = a @ np.array(rows).T + (0.0 if bias is None else np.array(bias))
        a = ACTIVATIONS[activation](z, **settings)
    built = {
        "loss": case.loss,
        "learning_rate": 1e-4,
        "reduction": "mean" if case.depth % 2 else "sum",
        "inputs": inputs.tolist() if case.samples > 1 else inputs[0].tolist(),
        "layers": layers,
    }
    if loss != "output":
        targets = _targets(a, loss, loss_settings, random)
        built["targets"] = targets.tolist() if case.samples > 1 else targets[0].tolist()
    return built


def _bias(kind: str, units: int, random: np.random.Generator) -> float | list[float] | None:
    if kind == "none":
        return None
    drawn: list[float] = random.uniform(-0.4, 0.4, units).round(3).tolist()
    return drawn if kind == "own" else drawn[0]


def _row(a: Array, bias: float, activation: str, place: str, random: np.random.Generator) -> list[float]:
    scale = np.exp(random.uniform(-2, 2, (4000, 1)))
    rows = (scale * random.uniform(-1, 1, (4000, a.shape[1]))).round(3)
    z = rows @ a.T + bias
    fits = np.abs(rows).min(axis=1) > 0.01
    if place == "other":
        fits &= (z[:, 0] < -CLEARANCE) & (np.abs(z).max(axis=1) < 3.6)
        for kink in KINKS.get(activation, ()):
            fits &= np.abs(z - kink).min(axis=1) > CLEARANCE
    else:
        low, high = INSIDE if place == "inside" else (CLEARANCE, 0.9)
        fits &= (z.min(axis=1) > low) & (z.max(axis=1) < high)
    if not fits.any():
        raise NoRowFitsError
    found: list[float] = rows[int(fits.argmax())].tolist()
    return found


def _targets(o: Array, loss: str, settings: Mapping[str, float], random: np.random.Generator) -> Array:
    samples, units = o.shape
    if loss == "huber":
        # alternately within the quadratic part and beyond it
        within = np.add.outer(np.arange(samples), np.arange(units)) % 2 == 0
        share = np.where(within, random.uniform(0.2, 0.8, o.shape), random.uniform(1.2, 2.0, o.shape))
        distance = share * settings.get("delta", 1.0)
    else:
        distance = random.uniform(0.2, 0.9, o.shape)
    # neighbours err in opposite directions: the errors of softmax outputs would cancel otherwise
    sign = random.choice([-1.0, 1.0], (samples, 1)) * (-1.0) ** np.arange(units)
    if loss == "hinge":
        return np.asarray(np.where(np.abs(1 - sign * o) < CLEARANCE, -sign, sign))
    if loss == "binary_cross_entropy":
        drawn = random.uniform(0.0, 1.0, o.shape).round(3)
        drawn[:, -1] = random.choice([0.0, 1.0], samples)
        return np.asarray(drawn)
    if loss in LOGARITHMIC:
        drawn = random.uniform(0.1, 1.0, o.shape)
        drawn[1::2, 0] = 0.0
        return np.asarray((drawn / drawn.sum(axis=1, keepdims=True)).round(3))
    return np.asarray((o + sign * distance).round(4))
