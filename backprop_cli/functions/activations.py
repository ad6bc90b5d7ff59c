"""The table of activation functions: value, slope and the textbook formulas of each stand side by side.

Slopes are computed from the net input where the formula in the activation would cancel (σ' = a(1 − a) loses its digits as
a nears 1), and at a kink they are what PyTorch returns: relu'(0) = 0, leaky_relu'(0) = its slope, elu'(0) = α.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from backprop_cli.formula.formula import Formula
from backprop_cli.functions import numeric, softmax
from backprop_cli.functions.numeric import Array


@dataclass(frozen=True)
class Activation:
    """An activation function f with its settings put in.

    `value_of(z, *settings)` is f(z); `slope_of(z, a, *settings)` is f'(z), None where f has no elementwise slope (softmax).
    `slope_in_a_of(a, *settings)` evaluates the textbook's formula in the activation, where there is one. All work on arrays
    of any shape, and on complex ones where `analytic`. `constants` are the numbers that the formulas name. `kinks` are the
    net inputs at which f' jumps; `is_bounded` says that f stays between -1 and 1 and that no net input but a NaN has a NaN
    for its slope.

    `scalar` is the same for one unit, as lines of Python that set `<a>` and the slope `<s>` (left out where that is 1)
    from `<z>` and the settings by name. They use `e`, `d` and the functions of `math`, and no input makes them raise.
    """

    name: str
    value_of: Callable[..., Array]
    slope_of: Callable[..., Array] | None
    definition: Formula
    slope_formula: Formula
    slope_in_a_of: Callable[..., Array] | None = None
    defaults: tuple[tuple[str, float], ...] = ()
    constants: tuple[tuple[str, float], ...] = ()
    kinks: tuple[float, ...] = ()
    analytic: bool = True
    is_bounded: bool = False
    scalar: tuple[str, ...] = ()
    settings: tuple[float, ...] = ()

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
        return replace(self, settings=values)


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
        definition=Formula("<z>", "<z>"),
        slope_formula=Formula("1", "1"),
        scalar=("<a> = <z>",),
    ),
    Activation(
        "sigmoid",
        value_of=numeric.sigmoid,
        slope_of=_sigmoid_slope,
        slope_in_a_of=lambda a: a * (1.0 - a),
        definition=Formula("1/(1 + exp(-<z>))", r"\frac{1}{1 + e^{-<z>}}"),
        slope_formula=Formula("<a>*(1 - <a>)", r"<a> (1 - <a>)"),
        is_bounded=True,
        scalar=(
            "if <z> > 5.0:",
            "    e = exp(-<z>)",
            "    d = 1.0 + e",
            "    <a> = 1.0 / d",
            "    <s> = e / (d * d)",
            "elif <z> > 0.0:",
            "    <a> = 1.0 / (1.0 + exp(-<z>))",
            "    <s> = <a> * (1.0 - <a>)",
            "else:",
            "    e = exp(<z>)",
            "    <a> = e / (1.0 + e)",
            "    <s> = <a> * (1.0 - <a>)",
        ),
    ),
    Activation(
        "tanh",
        value_of=lambda z: np.tanh(z),
        slope_of=_tanh_slope,
        slope_in_a_of=lambda a: 1.0 - np.square(a),
        definition=Formula("tanh(<z>)", r"\tanh(<z>)"),
        slope_formula=Formula("1 - <a>^2", r"1 - {<a>}^2"),
        is_bounded=True,
        scalar=(
            "<a> = tanh(<z>)",
            "if -2.5 <= <z> <= 2.5:",
            "    <s> = 1.0 - <a> * <a>",
            "else:",
            "    e = exp(-2.0 * abs(<z>))",
            "    <s> = 4.0 * (e / ((1.0 + e) * (1.0 + e)))",
        ),
    ),
    Activation(
        "relu",
        value_of=lambda z: np.where(_positive(z), z, 0.0),
        slope_of=lambda z, a: np.where(z > 0, 1.0, 0.0),
        definition=Formula("max(0, <z>)", r"\max(0, <z>)"),
        slope_formula=Formula("1 if <z> > 0 else 0", r"\begin{cases}1 & <z> > 0\cr 0 & \text{otherwise}\end{cases}"),
        kinks=(0.0,),
        scalar=(
            "if <z> > 0.0:",
            "    <a> = <z>",
            "    <s> = 1.0",
            "else:",
            "    <a> = 0.0",
            "    <s> = 0.0",
        ),
    ),
    Activation(
        "leaky_relu",
        value_of=lambda z, slope: np.where(_positive(z), z, slope * z),
        slope_of=lambda z, a, slope: np.where(z > 0, 1.0, slope),
        definition=Formula(
            "<z> if <z> > 0 else <slope>*<z>",
            r"\begin{cases}<z> & <z> > 0\cr <slope> \cdot <z> & \text{otherwise}\end{cases}",
        ),
        slope_formula=Formula(
            "1 if <z> > 0 else <slope>", r"\begin{cases}1 & <z> > 0\cr <slope> & \text{otherwise}\end{cases}"
        ),
        defaults=(("slope", 0.01),),
        kinks=(0.0,),
        scalar=(
            "if <z> > 0.0:",
            "    <a> = <z>",
            "    <s> = 1.0",
            "else:",
            "    <a> = <slope> * <z>",
            "    <s> = <slope>",
        ),
    ),
    Activation(
        "elu",
        value_of=_elu,
        slope_of=_elu_slope,
        definition=Formula(
            "<z> if <z> > 0 else <alpha>*(exp(<z>) - 1)",
            r"\begin{cases}<z> & <z> > 0\cr <alpha> (e^{<z>} - 1) & \text{otherwise}\end{cases}",
        ),
        slope_formula=Formula(
            "1 if <z> > 0 else <a> + <alpha>",
            r"\begin{cases}1 & <z> > 0\cr <a> + <alpha> & \text{otherwise}\end{cases}",
        ),
        defaults=(("alpha", 1.0),),
        kinks=(0.0,),
        scalar=(
            "if <z> > 0.0:",
            "    <a> = <z>",
            "    <s> = 1.0",
            "else:",
            "    <a> = <alpha> * expm1(<z>)",
            "    <s> = <alpha> * exp(<z>)",
        ),
    ),
    Activation(
        "selu",
        value_of=lambda z: _SELU_SCALE * _elu(z, _SELU_ALPHA),
        slope_of=lambda z, a: _SELU_SCALE * _elu_slope(z, a, _SELU_ALPHA),
        definition=Formula(
            "<scale>*(<z> if <z> > 0 else <alpha>*(exp(<z>) - 1))",
            r"<scale>\begin{cases}<z> & <z> > 0\cr <alpha> (e^{<z>} - 1) & \text{otherwise}\end{cases}",
        ),
        slope_formula=Formula(
            "<scale> if <z> > 0 else <a> + <product>",
            r"\begin{cases}<scale> & <z> > 0\cr <a> + <product> & \text{otherwise}\end{cases}",
        ),
        constants=(("scale", _SELU_SCALE), ("alpha", _SELU_ALPHA), ("product", _SELU_SCALE * _SELU_ALPHA)),
        kinks=(0.0,),
        scalar=(
            "if <z> > 0.0:",
            "    <a> = <scale> * <z>",
            "    <s> = <scale>",
            "else:",
            "    <a> = <scale> * (<alpha> * expm1(<z>))",
            "    <s> = <scale> * (<alpha> * exp(<z>))",
        ),
    ),
    Activation(
        "gelu",
        value_of=lambda z: z * numeric.normal_cumulative(z),
        slope_of=lambda z, a: numeric.normal_cumulative(z) + z * numeric.normal_density(z),
        definition=Formula("<z>*Phi(<z>)", r"<z> \cdot \Phi(<z>)"),
        slope_formula=Formula("Phi(<z>) + <z>*phi(<z>)", r"\Phi(<z>) + <z> \cdot \varphi(<z>)"),
        analytic=False,
        scalar=(
            "e = 0.5 * erfc(-0.7071067811865476 * <z>)",
            "<a> = <z> * e",
            "d = min(abs(<z>), 1e100)",
            "<s> = e + <z> * (0.3989422804014327 * exp(-0.5 * (d * d)))",
        ),
    ),
    Activation(
        "silu",
        value_of=lambda z: z * numeric.sigmoid(z),
        slope_of=_silu_slope,
        definition=Formula("<z>*sigmoid(<z>)", r"<z> \cdot \sigma(<z>)"),
        slope_formula=Formula(
            "sigmoid(<z>)*(1 + <z>*(1 - sigmoid(<z>)))", r"\sigma(<z>) \cdot \bigl(1 + <z> (1 - \sigma(<z>))\bigr)"
        ),
        scalar=(
            "e = exp(-abs(<z>))",
            "d = (1.0 if <z> > 0.0 else e) / (1.0 + e)",
            "<a> = <z> * d",
            "<s> = d + <z> * (e / ((1.0 + e) * (1.0 + e)))",
        ),
    ),
    Activation(
        "softplus",
        value_of=numeric.softplus,
        slope_of=lambda z, a: numeric.sigmoid(z),
        slope_in_a_of=lambda a: -np.expm1(-a),
        definition=Formula("ln(1 + exp(<z>))", r"\ln(1 + e^{<z>})"),
        slope_formula=Formula("1/(1 + exp(-<z>))", r"\frac{1}{1 + e^{-<z>}}"),
        scalar=(
            "e = exp(-abs(<z>))",
            "<a> = (<z> if <z> > 0.0 else 0.0) + log1p(e)",
            "<s> = (1.0 if <z> > 0.0 else e) / (1.0 + e)",
        ),
    ),
    Activation(
        "softsign",
        value_of=lambda z: z / (1.0 + _absolute(z)),
        slope_of=_softsign_slope,
        definition=Formula("<z>/(1 + abs(<z>))", r"\frac{<z>}{1 + \lvert <z> \rvert}"),
        slope_formula=Formula("1/(1 + abs(<z>))^2", r"\frac{1}{(1 + \lvert <z> \rvert)^2}"),
        is_bounded=True,
        scalar=(
            "d = 1.0 + abs(<z>)",
            "<a> = <z> / d",
            "<s> = (1.0 / d) * (1.0 / d)",
        ),
    ),
    Activation(
        "hard_sigmoid",
        value_of=_hard_sigmoid,
        slope_of=lambda z, a: np.where(np.abs(z) < 3.0, 1.0 / 6.0, 0.0),
        definition=Formula("min(1, max(0, <z>/6 + 1/2))", r"\min\bigl(1, \max(0, <z>/6 + \tfrac12)\bigr)"),
        slope_formula=Formula(
            "1/6 if abs(<z>) < 3 else 0",
            r"\begin{cases}\tfrac16 & \lvert <z> \rvert < 3\cr 0 & \text{otherwise}\end{cases}",
        ),
        kinks=(-3.0, 3.0),
        scalar=(
            "<a> = 1.0 if <z> >= 3.0 else 0.0 if <z> <= -3.0 else <z> / 6.0 + 0.5",
            "<s> = 1.0 / 6.0 if -3.0 < <z> < 3.0 else 0.0",
        ),
    ),
    Activation(
        "hard_tanh",
        value_of=_hard_tanh,
        slope_of=lambda z, a: np.where(np.abs(z) < 1.0, 1.0, 0.0),
        definition=Formula("min(1, max(-1, <z>))", r"\min(1, \max(-1, <z>))"),
        slope_formula=Formula(
            "1 if abs(<z>) < 1 else 0", r"\begin{cases}1 & \lvert <z> \rvert < 1\cr 0 & \text{otherwise}\end{cases}"
        ),
        kinks=(-1.0, 1.0),
        scalar=(
            "<a> = 1.0 if <z> >= 1.0 else -1.0 if <z> <= -1.0 else <z>",
            "<s> = 1.0 if -1.0 < <z> < 1.0 else 0.0",
        ),
    ),
    Activation(
        "mish",
        value_of=lambda z: z * np.tanh(numeric.softplus(z)),
        slope_of=_mish_slope,
        definition=Formula("<z>*tanh(ln(1 + exp(<z>)))", r"<z> \cdot \tanh(\ln(1 + e^{<z>}))"),
        slope_formula=Formula(
            "tanh(softplus(<z>)) + <z>*sigmoid(<z>)*(1 - tanh(softplus(<z>))^2)",
            r"\tanh(s) + <z> \cdot \sigma(<z>) (1 - \tanh^2(s)),\quad s = \ln(1 + e^{<z>})",
        ),
        scalar=(
            "e = exp(-abs(<z>))",
            "d = tanh((<z> if <z> > 0.0 else 0.0) + log1p(e))",
            "<a> = <z> * d",
            "<s> = d + <z> * ((1.0 if <z> > 0.0 else e) / (1.0 + e) * (1.0 - d * d))",
        ),
    ),
    Activation(
        "softmax",
        value_of=softmax.softmax,
        slope_of=None,
        definition=Formula("exp(<z>)/sum", r"\frac{e^{<z>}}{\sum_k e^{z_k}}"),
        slope_formula=Formula("<a>*(1 - <a>)", r"<a> (1 - <a>)"),
        is_bounded=True,
    ),
    Activation(
        "bipolar_sigmoid",
        value_of=lambda z: np.tanh(0.5 * z),
        slope_of=lambda z, a: 0.5 * _tanh_slope(0.5 * z, a),
        slope_in_a_of=lambda a: 0.5 * (1.0 - np.square(a)),
        definition=Formula("2/(1 + exp(-<z>)) - 1", r"\frac{2}{1 + e^{-<z>}} - 1"),
        slope_formula=Formula("(1 - <a>^2)/2", r"\tfrac12 (1 - {<a>}^2)"),
        is_bounded=True,
        scalar=(
            "<a> = tanh(0.5 * <z>)",
            "if -5.0 <= <z> <= 5.0:",
            "    <s> = 0.5 * (1.0 - <a> * <a>)",
            "else:",
            "    e = exp(-abs(<z>))",
            "    <s> = 0.5 * (4.0 * (e / ((1.0 + e) * (1.0 + e))))",
        ),
    ),
]

ACTIVATIONS: dict[str, Activation] = {entry.name: entry.with_settings({}) for entry in _TABLE}
