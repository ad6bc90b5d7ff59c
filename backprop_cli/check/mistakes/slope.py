"""Mistakes in ∂a/∂z, the derivative of the activation function."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from backprop_cli.backward import Place
from backprop_cli.check.method import Slope, both, link, sloped
from backprop_cli.check.mistakes.entry import (
    A_BY_Z,
    Formulas,
    InLayers,
    Mistake,
    Way,
    Ways,
    either,
    in_layers,
    is_curved,
    layers_of,
    parts,
)
from backprop_cli.formula.formula import Formula
from backprop_cli.formula.printer import UNICODE, Piece
from backprop_cli.formula.texts import formula
from backprop_cli.formula.typeset import LATEX
from backprop_cli.functions.activations import ACTIVATIONS, Activation
from backprop_cli.functions.numeric import Array
from backprop_cli.network.network import Setup

# ── what is taken for ∂a/∂z ───────────────────────────────────────────────────────────────────────────────────────────


def _one(activation: Activation, z: Array, a: Array) -> Array:
    return np.ones_like(z)


def _at_net_input(activation: Activation, z: Array, a: Array) -> Array:
    """The formula in a filled with z."""
    assert activation.slope_in_a_of is not None, activation.name
    return activation.slope_in_a_of(z)


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

    def hidden_delta(right: Callable[..., Array], place: Place, upstream: Array) -> Array:
        formula = place.network.activations[place.layer].slope_in_a_of
        assert formula is not None
        slope = formula(sign * upstream)
        return upstream * slope if is_factor else sign * slope

    def output_delta(right: Callable[..., Array], place: Place, targets: Array, upstream: Array) -> Array:
        return hidden_delta(right, place, upstream)

    return lambda layers: both(link("hidden_delta", hidden_delta)(layers), link("output_delta", output_delta)(layers))


def _at_target(right: Callable[..., Array], place: Place, targets: Array, upstream: Array) -> Array:
    """The formula in a filled with the target."""
    formula = place.network.activations[place.layer].slope_in_a_of
    assert formula is not None
    return upstream * formula(targets)


def _diagonal(activation: Activation, z: Array, a: Array) -> Array:
    """Of the softmax's Jacobian the diagonal alone."""
    return a * (1.0 - a)


def _of(other: Activation, is_of_a: bool) -> Slope:
    """Another function's derivative, by its formula in a, or at z."""
    if is_of_a:
        assert other.slope_in_a_of is not None, other.name
        formula = other.slope_in_a_of
        return lambda own, z, a: formula(a)
    return lambda own, z, a: other.slope(z, other.value(z))


# ── where it can be made ──────────────────────────────────────────────────────────────────────────────────────────────


def _is_by_a(activation: Activation) -> bool:
    return activation.slope_in_a_of is not None and is_curved(activation)


def _missing(of_output: bool, of_hidden: bool) -> Ways:
    """∂a/∂z taken as 1 in every layer, or in some."""

    def ways(setup: Setup) -> Iterator[Way]:
        last = setup.network.names.depth - 1
        layers = [i for i in layers_of(is_curved)(setup) if (of_output if i == last else of_hidden)]
        if layers:
            yield Way(sloped(_one)(layers))

    return ways


def _with_net_input(activation: Activation) -> Formulas | None:
    """The formula of a slope in a, and that filled with z; None where there is none."""
    if not activation.slope_in_a:
        return None
    slope = formula(activation.slope_in_a)
    right = Formula(f"f'(z) = {UNICODE.write(slope)}", f"f'(z) = {LATEX.write(slope)}")
    return right, Formula(*(printer.write(slope, {"a": Piece("z")}) for printer in (UNICODE, LATEX)))


def _last_if(applies: Callable[[Activation], bool]) -> Callable[[Setup], list[int]]:
    """The output layer, if it has such an activation function."""
    return lambda setup: [i for i in layers_of(applies)(setup) if i == setup.network.names.depth - 1]


def _filled_with_net_input(setup: Setup) -> Iterator[Way]:
    for layers, place in parts(setup, layers_of(_is_by_a)(setup)):
        formulas = _with_net_input(setup.network.activations[layers[0]])
        yield Way(sloped(_at_net_input)(layers), place, formulas)


_DOUBLES = {"sigmoid": "bipolar_sigmoid", "bipolar_sigmoid": "sigmoid"}
"""The derivative of one is twice the other's everywhere: that is a two lost, no other function."""


def _of_every_other(setup: Setup) -> Iterator[Way]:
    """The derivative of every other elementwise function, by its formula in a where there is one, and at z."""
    others = [other for other in ACTIVATIONS.values() if other.is_elementwise and is_curved(other)]
    for is_of_a in (True, False):
        for other in others:
            if is_of_a and other.slope_in_a_of is None:
                continue
            alike = {other.name} if is_of_a else {other.name, _DOUBLES.get(other.name)}
            layers = layers_of(lambda own, alike=alike: own.is_elementwise and own.name not in alike)  # type: ignore[misc]
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
            change = sloped(lambda own, z, a, slopes=slopes: slopes[own.name](own, z, a))  # type: ignore[misc]
            detail = f"those of {first.name} and {second.name} swapped, filled with {'a' if is_of_a else 'z'}"
            yield Way(change(layers_of(lambda own: own.is_elementwise)(setup)), detail)


# ── the entries ───────────────────────────────────────────────────────────────────────────────────────────────────────

_SLOPE = Formula("∂a/∂z = f'(z)", rf"{A_BY_Z} = f'(z)")
_NO_SLOPE = Formula("∂a/∂z = 1", rf"{A_BY_Z} = 1")

MISTAKES = (
    Mistake(
        "slope_missing",
        "the derivative of the activation is left out in every layer",
        _SLOPE,
        _NO_SLOPE,
        _missing(of_output=True, of_hidden=True),
    ),
    Mistake(
        "slope_missing_output",
        "the derivative of the activation is left out in the output layer",
        _SLOPE,
        _NO_SLOPE,
        _missing(of_output=True, of_hidden=False),
    ),
    Mistake(
        "slope_missing_hidden",
        "the derivative of the activation is left out in the hidden layers",
        _SLOPE,
        _NO_SLOPE,
        _missing(of_output=False, of_hidden=True),
    ),
    Mistake(
        "softmax_elementwise",
        "softmax is treated as if each output depended on its own z alone",
        Formula("∂o_i/∂z_j = o_i·(δ_ij − o_j)", r"\frac{\partial o_i}{\partial z_j} = o_i (\delta_{ij} - o_j)"),
        Formula(
            "∂o_i/∂z_i = o_i·(1 − o_i), else 0", r"\frac{\partial o_i}{\partial z_i} = o_i (1 - o_i),\ \text{else}\ 0"
        ),
        lambda setup: [
            Way(sloped(_diagonal)(layers)) for layers in [layers_of(lambda f: not f.is_elementwise)(setup)] if layers
        ],
    ),
    Mistake(
        "slope_at_net_input",
        "the formula of the derivative is filled with z instead of a",
        Formula("σ' = a·(1 − a)", r"\sigma' = a(1 - a)"),
        Formula("z·(1 − z)", "z(1 - z)"),
        _filled_with_net_input,
    ),
    Mistake(
        "slope_of_other_activation",
        "the derivative of another activation function is used",
        _SLOPE,
        Formula("∂a/∂z = g'(z), g ≠ f", rf"{A_BY_Z} = g'(z),\ g \ne f"),
        either(_of_every_other, _swapped),
    ),
    Mistake(
        "slope_at_activation",
        "the derivative is taken at the activation's value, so that the function is applied twice",
        _SLOPE,
        Formula("∂a/∂z = f'(a)", rf"{A_BY_Z} = f'(a)"),
        in_layers(layers_of(lambda f: f.is_elementwise and is_curved(f)), sloped(_at_activation)),
        alone=True,
    ),
    Mistake(
        "slope_twice",
        "the derivative of the activation is multiplied in twice",
        _SLOPE,
        Formula("∂a/∂z = f'(z)²", rf"{A_BY_Z} = f'(z)^2"),
        in_layers(layers_of(lambda f: f.is_elementwise and is_curved(f)), sloped(_twice)),
        alone=True,
    ),
    Mistake(
        "slope_plus",
        "the derivative of the activation has a plus where its minus belongs",
        Formula("σ' = a·(1 − a)", r"\sigma' = a(1 - a)"),
        Formula("a·(1 + a)", "a(1 + a)"),
        in_layers(layers_of(lambda f: f.name in _PLUS), sloped(_plus)),
        alone=True,
    ),
    Mistake(
        "slope_of_error",
        "the formula of the derivative is filled with the error that comes back",
        Formula("σ' = a·(1 − a)", r"\sigma' = a(1 - a)"),
        Formula("e·(1 − e)", "e(1 - e)"),
        either(
            *(
                in_layers(layers_of(_is_by_a), _of_error(is_factor, sign), f"e = {name}{how}")
                for is_factor, how in ((True, ""), (False, ", and not times e"))
                for sign, name in ((-1.0, "t − o"), (1.0, "o − t"))
            )
        ),
        alone=True,
    ),
    Mistake(
        "slope_at_target",
        "the formula of the derivative is filled with the target",
        Formula("σ' = a·(1 − a)", r"\sigma' = a(1 - a)"),
        Formula("t·(1 − t)", "t(1 - t)"),
        in_layers(_last_if(_is_by_a), link("output_delta", _at_target)),
        alone=True,
    ),
)
