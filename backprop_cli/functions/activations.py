"""The table of activation functions: value, slope and the textbook formulas of each stand side by side.

Slopes are computed from the net input where the formula in the activation would cancel (σ' = a(1 − a) loses its digits as
a nears 1), and at a kink they are what PyTorch returns: relu'(0) = 0, leaky_relu'(0) = its slope, elu'(0) = α.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from backprop_cli.functions import numeric, softmax
from backprop_cli.functions.numeric import Array


class Activation(NamedTuple):
    """An activation function f with its settings put in.

    `value_of(z, *settings)` is f(z); `slope_of(z, a, *settings)` is f'(z), None where f has no elementwise slope (softmax).
    `slope_in_a_of(a, *settings)` evaluates the textbook's formula in the activation, where there is one. All work on arrays
    of any shape, and on complex ones where `analytic`. `constants` are the numbers that the formulas name. `kinks` are the
    net inputs at which f' jumps; `is_bounded` says that f stays between -1 and 1 and that no net input but a NaN has a NaN
    for its slope.

    `definition` and `slope_formula` are f(z) and f'(z) in the language of formulas, the latter in `a` where that is shorter;
    `slope_in_a` is the one in `a` that textbooks have.
    Where they overflow, cancel or take long, `stable` says the same as lines that set `a` and the slope `s`: the loop for small
    networks is printed from them.
    """

    name: str
    value_of: Callable[..., Array]
    slope_of: Callable[..., Array] | None
    definition: str
    slope_formula: str
    slope_in_a: str = ""
    slope_in_a_of: Callable[..., Array] | None = None
    defaults: tuple[tuple[str, float], ...] = ()
    constants: tuple[tuple[str, float], ...] = ()
    kinks: tuple[float, ...] = ()
    analytic: bool = True
    is_bounded: bool = False
    stable: tuple[str, ...] = ()
    settings: tuple[float, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """Formulas that set `a`, and the slope `s` where it is not 1, without overflowing or cancelling."""
        slope = () if self.slope_formula == "1" else (f"s = {self.slope_formula}",)
        return self.stable or (f"a = {self.definition}", *slope)

    def value(self, z: Array) -> Array:
        """f(z), same shape as `z`; softmax along the last axis."""
        return self.value_of(z, *self.settings)

    def slope(self, z: Array, a: Array) -> Array:
        """f'(z), same shape; only for elementwise functions."""
        assert self.slope_of is not None, self.name
        return self.slope_of(z, a, *self.settings)

    @property
    def is_elementwise(self) -> bool:
        """Whether each activation depends on its own net input alone."""
        return self.slope_of is not None

    def pullback(self, z: Array, a: Array, upstream: Array) -> Array:
        """∂E/∂z from `upstream` = ∂E/∂a, samples × units: Σ_i ∂E/∂a_i · ∂a_i/∂z_j."""
        if self.is_elementwise:
            return upstream * self.slope(z, a)
        return softmax.pullback(a, upstream)

    def setting_values(self) -> dict[str, float]:
        """The settings and the constants by name."""
        return dict(self.constants) | dict(zip((name for name, _ in self.defaults), self.settings, strict=True))

    def with_settings(self, given: dict[str, float]) -> Activation:
        """The same function with some of its settings changed."""
        values = tuple(float(given.get(name, default)) for name, default in self.defaults)
        return self._replace(settings=values)

    def __reduce__(self) -> tuple[Callable[..., Activation], tuple[str, dict[str, float]]]:
        """It is pickled by its name in the table: a function that stands there cannot be."""
        return _from_table, (self.name, self.setting_values())


_SELU_ALPHA = 1.6732632423543772
_SELU_SCALE = 1.0507009873554805


def _positive(z: Array) -> Array:
    return np.asarray(z.real > 0)


def _elu(z: Array, alpha: float) -> Array:
    return np.where(_positive(z), z, alpha * np.expm1(np.where(_positive(z), 0.0, z)))


def _elu_slope(z: Array, _: Array, alpha: float) -> Array:
    return np.where(z > 0, 1.0, alpha * np.exp(np.minimum(z, 0.0)))


def _sigmoid_slope(z: Array, a: Array) -> Array:
    """a(1 − a), and e^-z/(1 + e^-z)² from where 1 − a would lose more than two digits."""
    return np.where(z > 5.0, _bell(z), a * (1.0 - a))


def _tanh_slope(z: Array, a: Array) -> Array:
    """1 − a², and 4e^-2z/(1 + e^-2z)² from where that would lose more than two digits."""
    return np.where(np.abs(z) > 2.5, 4.0 * _bell(2.0 * z), 1.0 - np.square(a))


def _bell(z: Array) -> Array:
    """e^-|z|/(1 + e^-|z|)², the slope of the sigmoid without its value."""
    e = np.exp(-np.abs(z))
    return np.asarray(e / np.square(1.0 + e))


def _absolute(z: Array) -> Array:
    return np.where(z.real < 0, -z, z)


def _softsign_slope(z: Array, _: Array) -> Array:
    return np.asarray(np.square(1.0 / (1.0 + np.abs(z))))


def _silu_slope(z: Array, _: Array) -> Array:
    return np.asarray(numeric.sigmoid(z) + z * _bell(z))


def _mish_slope(z: Array, _: Array) -> Array:
    t = np.tanh(numeric.softplus(z))
    return np.asarray(t + z * (numeric.sigmoid(z) * (1.0 - np.square(t))))


def _hard_sigmoid(z: Array) -> Array:
    return np.where(z.real >= 3.0, 1.0, np.where(z.real <= -3.0, 0.0, z / 6.0 + 0.5))


def _hard_tanh(z: Array) -> Array:
    return np.where(z.real >= 1.0, 1.0, np.where(z.real <= -1.0, -1.0, z))


_TABLE = [
    Activation(
        "linear",
        value_of=lambda z: +z,
        slope_of=lambda z, a: np.ones_like(z),
        slope_in_a_of=lambda a: np.ones_like(a),
        definition="z",
        slope_formula="1",
    ),
    Activation(
        "sigmoid",
        value_of=numeric.sigmoid,
        slope_of=_sigmoid_slope,
        slope_in_a="a*(1 - a)",
        slope_in_a_of=lambda a: a * (1.0 - a),
        definition="1/(1 + exp(-z))",
        slope_formula="a*(1 - a)",
        is_bounded=True,
        stable=(
            "a = 1/(1 + exp(-z)) if z > 0 else exp(z)/(1 + exp(z))",
            "s = exp(-z)/(1 + exp(-z))^2 if z > 5 else a*(1 - a)",
        ),
    ),
    Activation(
        "tanh",
        value_of=lambda z: np.tanh(z),
        slope_of=_tanh_slope,
        slope_in_a="1 - a^2",
        slope_in_a_of=lambda a: 1.0 - np.square(a),
        definition="tanh(z)",
        slope_formula="1 - a^2",
        is_bounded=True,
        stable=(
            "a = tanh(z)",
            "s = 1 - a^2 if z^2 <= 6.25 else 4*exp(-2*abs(z))/(1 + exp(-2*abs(z)))^2",
        ),
    ),
    Activation(
        "relu",
        value_of=lambda z: np.where(_positive(z), z, 0.0),
        slope_of=lambda z, a: np.where(z > 0, 1.0, 0.0),
        definition="max(0, z)",
        slope_formula="1 if z > 0 else 0",
        kinks=(0.0,),
        stable=(
            "a = z if z > 0 else 0",
            "s = 1 if z > 0 else 0",
        ),
    ),
    Activation(
        "leaky_relu",
        value_of=lambda z, slope: np.where(_positive(z), z, slope * z),
        slope_of=lambda z, a, slope: np.where(z > 0, 1.0, slope),
        definition="z if z > 0 else slope*z",
        slope_formula="1 if z > 0 else slope",
        defaults=(("slope", 0.01),),
        kinks=(0.0,),
    ),
    Activation(
        "elu",
        value_of=_elu,
        slope_of=_elu_slope,
        definition="z if z > 0 else alpha*(exp(z) - 1)",
        slope_formula="1 if z > 0 else a + alpha",
        defaults=(("alpha", 1.0),),
        kinks=(0.0,),
        stable=(
            "a = z if z > 0 else alpha*expm1(z)",
            "s = 1 if z > 0 else alpha*exp(z)",
        ),
    ),
    Activation(
        "selu",
        value_of=lambda z: _SELU_SCALE * _elu(z, _SELU_ALPHA),
        slope_of=lambda z, a: _SELU_SCALE * _elu_slope(z, a, _SELU_ALPHA),
        definition="scale*(z if z > 0 else alpha*(exp(z) - 1))",
        slope_formula="scale if z > 0 else a + product",
        constants=(("scale", _SELU_SCALE), ("alpha", _SELU_ALPHA), ("product", _SELU_SCALE * _SELU_ALPHA)),
        kinks=(0.0,),
        stable=(
            "a = scale*z if z > 0 else product*expm1(z)",
            "s = scale if z > 0 else product*exp(z)",
        ),
    ),
    Activation(
        "gelu",
        value_of=lambda z: z * numeric.normal_cumulative(z),
        slope_of=lambda z, a: numeric.normal_cumulative(z) + z * numeric.normal_density(z),
        definition="z*Phi(z)",
        slope_formula="Phi(z) + z*phi(z)",
        analytic=False,
    ),
    Activation(
        "silu",
        value_of=lambda z: z * numeric.sigmoid(z),
        slope_of=_silu_slope,
        definition="z*sigmoid(z)",
        slope_formula="sigmoid(z)*(1 + z*(1 - sigmoid(z)))",
    ),
    Activation(
        "softplus",
        value_of=numeric.softplus,
        slope_of=lambda z, a: numeric.sigmoid(z),
        slope_in_a="1 - exp(-a)",
        slope_in_a_of=lambda a: -np.expm1(-a),
        definition="ln(1 + exp(z))",
        slope_formula="1/(1 + exp(-z))",
        stable=(
            "a = softplus(z)",
            "s = sigmoid(z)",
        ),
    ),
    Activation(
        "softsign",
        value_of=lambda z: z / (1.0 + _absolute(z)),
        slope_of=_softsign_slope,
        definition="z/(1 + abs(z))",
        slope_formula="1/(1 + abs(z))^2",
        is_bounded=True,
    ),
    Activation(
        "hard_sigmoid",
        value_of=_hard_sigmoid,
        slope_of=lambda z, a: np.where(np.abs(z) < 3.0, 1.0 / 6.0, 0.0),
        definition="min(1, max(0, z/6 + 1/2))",
        slope_formula="1/6 if abs(z) < 3 else 0",
        kinks=(-3.0, 3.0),
        stable=(
            "a = 1 if z >= 3 else 0 if z <= -3 else z/6 + 1/2",
            "s = 1/6 if abs(z) < 3 else 0",
        ),
    ),
    Activation(
        "hard_tanh",
        value_of=_hard_tanh,
        slope_of=lambda z, a: np.where(np.abs(z) < 1.0, 1.0, 0.0),
        definition="min(1, max(-1, z))",
        slope_formula="1 if abs(z) < 1 else 0",
        kinks=(-1.0, 1.0),
        stable=(
            "a = 1 if z >= 1 else -1 if z <= -1 else z",
            "s = 1 if abs(z) < 1 else 0",
        ),
    ),
    Activation(
        "mish",
        value_of=lambda z: z * np.tanh(numeric.softplus(z)),
        slope_of=_mish_slope,
        definition="z*tanh(ln(1 + exp(z)))",
        slope_formula="tanh(softplus(z)) + z*sigmoid(z)*(1 - tanh(softplus(z))^2)",
        stable=(
            "a = z*tanh(softplus(z))",
            "s = tanh(softplus(z)) + z*sigmoid(z)*(1 - tanh(softplus(z))^2)",
        ),
    ),
    Activation(
        "softmax",
        value_of=softmax.softmax,
        slope_of=None,
        definition="exp(z)/sum",
        slope_formula="a*(1 - a)",
        is_bounded=True,
    ),
    Activation(
        "bipolar_sigmoid",
        value_of=lambda z: np.tanh(0.5 * z),
        slope_of=lambda z, a: 0.5 * _tanh_slope(0.5 * z, a),
        slope_in_a="(1 - a^2)/2",
        slope_in_a_of=lambda a: 0.5 * (1.0 - np.square(a)),
        definition="2/(1 + exp(-z)) - 1",
        slope_formula="(1 - a^2)/2",
        is_bounded=True,
        stable=(
            "a = tanh(z/2)",
            "s = (1 - a^2)/2 if z^2 <= 25 else 2*exp(-abs(z))/(1 + exp(-abs(z)))^2",
        ),
    ),
]

ACTIVATIONS: dict[str, Activation] = {entry.name: entry.with_settings({}) for entry in _TABLE}


def _from_table(name: str, settings: dict[str, float]) -> Activation:
    return ACTIVATIONS[name].with_settings(settings)
