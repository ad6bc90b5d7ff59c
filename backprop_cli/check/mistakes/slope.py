"""Mistakes in ∂a/∂z, the derivative of the activation function."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from backprop_cli.backward import Place
from backprop_cli.check.method import InLayers, Slope, deltas, link, sloped
from backprop_cli.check.mistakes.entry import (
    Formulas,
    Layers,
    Mistake,
    Way,
    either,
    hidden_of,
    in_all,
    in_layers,
    is_curved,
    last_of,
    layers_of,
    other_than,
    rare,
)
from backprop_cli.formula.expression import Apply, Expression, Name
from backprop_cli.formula.texts import equation, filled, formula
from backprop_cli.functions.activations import ACTIVATIONS, Activation
from backprop_cli.functions.numeric import Array
from backprop_cli.network.network import Setup

# ── what is taken for ∂a/∂z ───────────────────────────────────────────────────────────────────────────────────────────


def _one(activation: Activation, z: Array, a: Array) -> Array:
    return np.ones_like(z)


def _by_formula(activation: Activation, values: Array) -> Array:
    """The textbook's formula in a, filled with these values."""
    assert activation.slope_in_a_of is not None, activation.name
    return activation.slope_in_a_of(values)


def _at_net_input(activation: Activation, z: Array, a: Array) -> Array:
    return _by_formula(activation, z)


def _at_activation(activation: Activation, z: Array, a: Array) -> Array:
    """The function's derivative at a, as if that were the net input: of the sigmoid σ(a)(1 − σ(a))."""
    return activation.slope(a, activation.value(a))


def _twice(activation: Activation, z: Array, a: Array) -> Array:
    return np.square(activation.slope(z, a))


_PLUS: dict[str, Callable[[Array], Array]] = {
    "sigmoid": lambda a: a * (1.0 + a),
    "tanh": lambda a: 1.0 + np.square(a),
    "bipolar_sigmoid": lambda a: 0.5 * (1.0 + np.square(a)),
}
"""The formulas in a with a plus for the minus."""


def _plus(activation: Activation, z: Array, a: Array) -> Array:
    return _PLUS[activation.name](a)


def _of_error(is_factor: bool, sign: float) -> InLayers:
    """The formula in a filled with the error that comes back, e = −∂E/∂a or ∂E/∂a by the `sign`, times e or not."""

    def delta(place: Place, upstream: Array) -> Array:
        slope = _by_formula(place.network.activations[place.layer], sign * upstream)
        return upstream * slope if is_factor else sign * slope

    return deltas(delta)


def _at_target(right: Callable[..., Array], place: Place, targets: Array, upstream: Array) -> Array:
    return upstream * _by_formula(place.network.activations[place.layer], targets)


def _diagonal(activation: Activation, z: Array, a: Array) -> Array:
    """Of the softmax's Jacobian the diagonal alone."""
    return a * (1.0 - a)


def _of(other: Activation, is_of_a: bool) -> Slope:
    """Another function's derivative, by its formula in a, or at z."""
    if is_of_a:
        return lambda own, z, a: _by_formula(other, a)
    return lambda own, z, a: other.slope(z, other.value(z))


# ── where it can be made ──────────────────────────────────────────────────────────────────────────────────────────────

_CURVED = layers_of(is_curved)
_CURVED_BY_UNIT = other_than("linear")
_BY_FORMULA = layers_of(lambda activation: activation.slope_in_a != "")

_DOUBLES = {"sigmoid": "bipolar_sigmoid", "bipolar_sigmoid": "sigmoid"}
"""The derivative of one is twice the other's everywhere: that is a two lost, no other function."""


def _of_every_other(setup: Setup) -> Iterator[Way]:
    """The derivative of every other elementwise function, by its formula in a where there is one, and at z."""
    others = [other for other in ACTIVATIONS.values() if other.is_elementwise and is_curved(other)]
    for is_of_a in (True, False):
        for other in others:
            if is_of_a and other.slope_in_a_of is None:
                continue
            layers = other_than(other.name, "" if is_of_a else _DOUBLES.get(other.name, ""))
            detail = f"that of {other.name}, filled with {'a' if is_of_a else 'z'}"
            yield from in_layers(layers, sloped(_of(other, is_of_a)), detail)(setup)


def _swapped(setup: Setup) -> Iterator[Way]:
    """Where a network has two functions each may have been given the other's."""
    two = {activation.name: activation for activation in setup.network.activations if activation.is_elementwise}
    if len(two) != 2:
        return
    first, second = two.values()
    for is_of_a in (True, False):
        if not is_of_a or all(activation.slope_in_a_of is not None for activation in two.values()):
            slopes = {first.name: _of(second, is_of_a), second.name: _of(first, is_of_a)}
            detail = f"those of {first.name} and {second.name} swapped, filled with {'a' if is_of_a else 'z'}"
            yield Way(sloped(_by_name(slopes))(other_than()(setup)), detail)


def _by_name(slopes: Mapping[str, Slope]) -> Slope:
    return lambda own, z, a: slopes[own.name](own, z, a)


# ── the entries ───────────────────────────────────────────────────────────────────────────────────────────────────────

_RIGHT = equation("∂a/∂z = f'(z)")
_SIGMOID = ACTIVATIONS["sigmoid"]


def _left_out(identifier: str, place: str, layers: Layers) -> Mistake:
    sentence = f"the derivative of the activation is left out in {place}"
    return Mistake(identifier, sentence, _RIGHT, equation("∂a/∂z = 1"), in_all(layers, sloped(_one)))


def _formulas(changed: Callable[[Expression], Expression]) -> Callable[[Activation], Formulas]:
    """The formula of a slope in a, and what somebody makes of it."""

    def formulas(activation: Activation) -> Formulas:
        slope = formula(activation.slope_in_a)
        return (_RIGHT[0], slope), (_RIGHT[0], changed(slope))

    return formulas


def _with(letter: str) -> Callable[[Activation], Formulas]:
    return _formulas(lambda slope: filled(slope, {"a": Name(letter)}))


def _unsigned(expression: Expression) -> Expression:
    """Every minus a plus."""
    if not isinstance(expression, Apply):
        return expression
    arguments = tuple(map(_unsigned, expression.arguments))
    return arguments[0] if expression.operation == "neg" else Apply(expression.operation, arguments)


MISTAKES = (
    _left_out("slope_missing", "every layer", _CURVED),
    _left_out("slope_missing_output", "the output layer", last_of(_CURVED)),
    _left_out("slope_missing_hidden", "the hidden layers", hidden_of(_CURVED)),
    Mistake(
        "softmax_elementwise",
        "softmax is treated as if each output depended on its own z alone",
        equation("∂o1/∂z2 = -o1*o2"),
        equation("∂o1/∂z2 = 0"),
        in_all(layers_of(lambda activation: not activation.is_elementwise), sloped(_diagonal)),
    ),
    Mistake(
        "slope_at_net_input",
        "the formula of the derivative is filled with z instead of a",
        *_with("z")(_SIGMOID),
        in_layers(_BY_FORMULA, sloped(_at_net_input), formulas=_with("z")),
    ),
    Mistake(
        "slope_of_other_activation",
        "the derivative of another activation function is used",
        _RIGHT,
        equation("∂a/∂z = g'(z)"),
        either(_of_every_other, _swapped),
    ),
    rare(
        "slope_at_activation",
        "the derivative is taken at the activation's value, so that the function is applied twice",
        _RIGHT,
        equation("∂a/∂z = f'(a)"),
        in_layers(_CURVED_BY_UNIT, sloped(_at_activation)),
    ),
    rare(
        "slope_twice",
        "the derivative of the activation is multiplied in twice",
        _RIGHT,
        equation("∂a/∂z = f'(z)^2"),
        in_layers(_CURVED_BY_UNIT, sloped(_twice)),
    ),
    rare(
        "slope_plus",
        "the derivative of the activation has a plus where its minus belongs",
        *_formulas(_unsigned)(_SIGMOID),
        in_layers(layers_of(lambda activation: activation.name in _PLUS), sloped(_plus), formulas=_formulas(_unsigned)),
    ),
    rare(
        "slope_of_error",
        "the formula of the derivative is filled with the error that comes back",
        *_with("error")(_SIGMOID),
        either(
            *(
                in_layers(_BY_FORMULA, _of_error(is_factor, sign), f"error = {name}{how}", _with("error"))
                for is_factor, how in ((True, ""), (False, ", and not times it"))
                for sign, name in ((-1.0, "t − o"), (1.0, "o − t"))
            )
        ),
    ),
    rare(
        "slope_at_target",
        "the formula of the derivative is filled with the target",
        *_with("t")(_SIGMOID),
        in_layers(last_of(_BY_FORMULA), link(output_delta=_at_target), formulas=_with("t")),
    ),
)
