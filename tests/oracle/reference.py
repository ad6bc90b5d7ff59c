"""The forward pass in plain NumPy, straight from the definitions, for real and complex numbers alike.

Being complex-capable, it yields derivatives without a single derivative formula: the complex step
f(θ + ih) = f(θ) + ih·f'(θ) + O(h²) has no subtraction in it, so h can be so small that the error vanishes.
Where a function is defined piecewise, the real part chooses the piece.

Leading axes are free throughout: one call evaluates the network for a whole stack of parameter vectors.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Function = Callable[..., Array]

STEP = 1e-30


def _erf(z: Array) -> Array:
    # erf z = 2/√π · e^(−z²) · Σ 2ⁿ z^(2n+1) / (1·3·5···(2n+1)): every term has the sign of z, so nothing cancels
    term = np.asarray(z)
    total = term
    for n in range(1, 120):
        term = term * 2 * z * z / (2 * n + 1)
        total = total + term
    return np.asarray(2 / math.sqrt(math.pi) * np.exp(-z * z) * total)


def _sigmoid(z: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-z)))


def _softplus(z: Array) -> Array:
    return np.asarray(np.log(1 + np.exp(z)))


def _piece(condition: Array, then: Array | float, otherwise: Array | float) -> Array:
    return np.where(condition, then, otherwise)


def _softmax(z: Array) -> Array:
    powers = np.exp(z)
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def _hard_sigmoid(z: Array) -> Array:
    return _piece(z.real <= -3, 0.0, _piece(z.real >= 3, 1.0, (z + 3) / 6))


def _selu(z: Array) -> Array:
    scale, alpha = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717
    return scale * _piece(z.real > 0, z, alpha * (np.exp(z) - 1))


ACTIVATIONS: dict[str, Function] = {
    "linear": lambda z: z,
    "sigmoid": _sigmoid,
    "tanh": np.tanh,
    "relu": lambda z: _piece(z.real > 0, z, 0.0),
    "leaky_relu": lambda z, slope=0.01: _piece(z.real > 0, z, slope * z),
    "elu": lambda z, alpha=1.0: _piece(z.real > 0, z, alpha * (np.exp(z) - 1)),
    "selu": _selu,
    "gelu": lambda z: z * (1 + _erf(z / math.sqrt(2))) / 2,
    "silu": lambda z: z * _sigmoid(z),
    "softplus": _softplus,
    "softsign": lambda z: z / (1 + _piece(z.real < 0, -z, z)),
    "hard_sigmoid": _hard_sigmoid,
    "hard_tanh": lambda z: _piece(z.real <= -1, -1.0, _piece(z.real >= 1, 1.0, z)),
    "mish": lambda z: z * np.tanh(_softplus(z)),
    "softmax": _softmax,
    "bipolar_sigmoid": lambda z: 2 * _sigmoid(z) - 1,
}


def _absolute(d: Array) -> Array:
    return _piece(d.real < 0, -d, d)


def _huber(t: Array, o: Array, delta: float = 1.0) -> Array:
    d = _absolute(o - t)
    return np.asarray(_piece(d.real <= delta, d * d / 2, delta * (d - delta / 2)).sum(axis=-1))


def _hinge(t: Array, o: Array) -> Array:
    margin = 1 - t * o
    return np.asarray(_piece(margin.real > 0, margin, 0.0).sum(axis=-1))


def _kl_divergence(t: Array, o: Array) -> Array:
    entropy = _piece(t > 0, t * np.log(_piece(t > 0, t, 1.0)), 0.0)
    return np.asarray((entropy - t * np.log(o)).sum(axis=-1))


LOSSES: dict[str, Function] = {
    "half_squared_error": lambda t, o: ((t - o) ** 2).sum(axis=-1) / 2,
    "squared_error": lambda t, o: ((t - o) ** 2).sum(axis=-1),
    "mean_squared_error": lambda t, o: ((t - o) ** 2).sum(axis=-1) / o.shape[-1],
    "absolute_error": lambda t, o: _absolute(t - o).sum(axis=-1),
    "mean_absolute_error": lambda t, o: _absolute(t - o).sum(axis=-1) / o.shape[-1],
    "huber": _huber,
    "log_cosh": lambda t, o: np.log(np.cosh(o - t)).sum(axis=-1),
    "binary_cross_entropy": lambda t, o: -(t * np.log(o) + (1 - t) * np.log(1 - o)).sum(axis=-1),
    "cross_entropy": lambda t, o: -(t * np.log(o)).sum(axis=-1),
    "kl_divergence": _kl_divergence,
    "hinge": _hinge,
    "output": lambda _, o: o.sum(axis=-1),
}


def named(choice: str | Mapping[str, Mapping[str, float]]) -> tuple[str, dict[str, float]]:
    """Take `elu` and `{elu: {alpha: 0.7}}` apart into a name and its settings."""
    if isinstance(choice, str):
        return choice, {}
    ((name, settings),) = choice.items()
    return name, dict(settings)


@dataclass(frozen=True)
class Shape:
    """Where a layer's weights and biases stand in the flat parameter vector."""

    units: int
    sources: int
    activation: str
    settings: dict[str, float]
    weights: slice
    bias: slice | None
    shared: bool


@dataclass(frozen=True)
class Reference:
    """A network read from the file format's structure, all parameters in one flat vector in the format's order."""

    names: tuple[str, ...]
    start: Array
    shapes: tuple[Shape, ...]
    inputs: Array
    targets: Array
    input_names: tuple[str, ...]
    loss: str
    loss_settings: dict[str, float]
    reduction: str = "mean"
    weight_names: frozenset[str] = frozenset()

    def layers(
        self, theta: Array, inputs: Array, nudges: Mapping[str, Array] | None = None
    ) -> tuple[list[Array], list[Array]]:
        """Return every layer's net inputs and activations; a nudge is added to the quantity of its name."""
        nudges = nudges or {}
        a = inputs + nudges.get("x", 0.0)
        net_inputs, activations = [], []
        for number, shape in enumerate(self.shapes, start=1):
            w = theta[..., shape.weights].reshape(*theta.shape[:-1], shape.units, shape.sources)
            z = a @ np.swapaxes(w, -1, -2) + nudges.get(f"z{number}", 0.0)
            if shape.bias is not None:
                z = z + theta[..., None, shape.bias]
            a = ACTIVATIONS[shape.activation](z, **shape.settings) + nudges.get(f"a{number}", 0.0)
            net_inputs.append(z)
            activations.append(a)
        return net_inputs, activations

    def total(self, theta: Array, batch: Sequence[int] | None = None) -> Array:
        """Return the loss over the given samples, all by default."""
        chosen = list(range(len(self.inputs))) if batch is None else list(batch)
        outputs = self.layers(theta, self.inputs[chosen])[1][-1]
        losses = LOSSES[self.loss](self.targets[chosen], outputs, **self.loss_settings)
        return np.asarray(losses.sum(axis=-1) / (len(chosen) if self.reduction == "mean" else 1))

    def gradient(self, theta: Array, batch: Sequence[int] | None = None) -> Array:
        """Return the gradient over the given samples by the complex step, one parameter a row."""
        return np.asarray(self.total(theta + 1j * STEP * np.eye(len(theta)), batch).imag / STEP)

    def scalars(self, theta: Array, sample: int = 0) -> dict[str, float]:
        """Return every net input, hidden activation and output of one sample by its default name."""
        net_inputs, activations = self.layers(theta, self.inputs[[sample]])
        values: dict[str, float] = {}
        for symbol, row in (("z", net_inputs), ("a", activations[:-1]), ("o", activations[-1:])):
            numbers = [float(v) for layer in row for v in layer[0]]
            values |= {f"{symbol}{k}": v for k, v in enumerate(numbers, start=1)}
        return values

    def deltas(self, theta: Array, sample: int = 0) -> dict[str, float]:
        """Return one sample's dE/d(every input, net input, activation, output), by nudging each with a complex step."""
        sizes = [shape.units for shape in self.shapes]
        places = [("x", i, name) for i, name in enumerate(self.input_names)]
        places += [(f"z{number}", unit, f"z{k}") for number, unit, k in _running(sizes)]
        places += [(f"a{number}", unit, f"a{k}") for number, unit, k in _running(sizes[:-1])]
        places += [(f"a{len(sizes)}", unit, f"o{unit + 1}") for unit in range(sizes[-1])]
        slopes: dict[str, float] = {}
        for place, unit, name in places:
            width = len(self.input_names) if place == "x" else sizes[int(place[1:]) - 1]
            nudge = 1j * STEP * np.eye(width)[unit]
            outputs = self.layers(theta, self.inputs[[sample]], {place: nudge})[1][-1]
            loss = LOSSES[self.loss](self.targets[[sample]], outputs, **self.loss_settings)
            slopes[name] = float(loss[0].imag / STEP)
        return slopes


def _running(sizes: Sequence[int]) -> list[tuple[int, int, int]]:
    """Return (layer from 1, unit from 0, running index from 1) of every unit."""
    places = [(number, unit) for number, size in enumerate(sizes, start=1) for unit in range(size)]
    return [(number, unit, k) for k, (number, unit) in enumerate(places, start=1)]


def read(network: Mapping[str, Any]) -> Reference:
    """Read the structure of a network file."""
    inputs = network["inputs"]
    input_names = tuple(inputs) if isinstance(inputs, Mapping) else ()
    rows = np.atleast_2d(np.array(list(inputs.values()) if isinstance(inputs, Mapping) else inputs, dtype=float))
    layers = network["layers"]
    sizes = [rows.shape[1], *(len(layer["weights"]) for layer in layers)]
    offsets = [0, *accumulate(sizes)]
    joint = "_" if max(offsets[len(layers)], *sizes[1:]) > 9 else ""
    names: list[str] = []
    values: list[float] = []
    weight_names: set[str] = set()
    shapes = []

    def take(new: Mapping[str, float]) -> slice:
        names.extend(new)
        values.extend(new.values())
        return slice(len(values) - len(new), len(values))

    for number, layer in enumerate(layers, start=1):
        weights: dict[str, float] = {}
        for unit, row in enumerate(layer["weights"], start=1):
            if isinstance(row, Mapping):
                weights |= row
            else:
                weights |= {f"w{offsets[number - 1] + s}{joint}{unit}": v for s, v in enumerate(row, start=1)}
        weight_names |= set(weights)
        bias = layer.get("bias")
        if isinstance(bias, list):
            own = {f"b{number}_{unit}": v for unit, v in enumerate(bias, start=1)}
        elif bias is None or isinstance(bias, Mapping):
            own = dict(bias or {})
        else:
            own = {f"b{number}": bias}
        activation, settings = named(layer.get("activation", "linear"))
        shapes.append(
            Shape(
                units=sizes[number],
                sources=sizes[number - 1],
                activation=activation,
                settings=settings,
                weights=take(weights),
                bias=take(own) if own else None,
                shared=not isinstance(bias, list),
            )
        )
    loss, loss_settings = named(network.get("loss", "half_squared_error"))
    targets = network.get("targets", np.zeros((len(rows), sizes[-1])))
    return Reference(
        names=tuple(names),
        start=np.array(values, dtype=float),
        shapes=tuple(shapes),
        inputs=rows,
        targets=np.atleast_2d(np.array(targets, dtype=float)),
        input_names=input_names or tuple(f"x{i}" for i in range(1, sizes[0] + 1)),
        loss=loss,
        loss_settings=loss_settings,
        reduction=network.get("reduction", "mean"),
        weight_names=frozenset(weight_names),
    )
