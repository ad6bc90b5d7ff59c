"""Mistakes in ∂a/∂z, the derivative of the activation function."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from backprop_cli.check.method import Slope, sloped
from backprop_cli.check.mistakes.entry import (
    A_BY_Z,
    Formulas,
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


_SLOPES_IN_A = {
    "sigmoid": Formula("<a>·(1 − <a>)", "<a>(1 - <a>)"),
    "tanh": Formula("1 − <a>²", "1 - <a>^2"),
    "bipolar_sigmoid": Formula("½(1 − <a>²)", r"\tfrac12 (1 - <a>^2)"),
    "softplus": Formula("1 − exp(−<a>)", "1 - e^{-<a>}"),
}


def _with(symbol: str, latex: str, activation: Activation) -> Formulas | None:
    """The formula of a slope in a, and that filled with another symbol; None where it is not kept here."""
    formula = _SLOPES_IN_A.get(activation.name)
    if formula is None:
        return None
    right = Formula(f"f'(z) = {formula.fill({'a': 'a'})}", f"f'(z) = {formula.fill_latex({'a': 'a'})}")
    return right, Formula(formula.fill({"a": symbol}), formula.fill_latex({"a": latex}))


def _filled_with_net_input(setup: Setup) -> Iterator[Way]:
    for layers, place in parts(setup, layers_of(_is_by_a)(setup)):
        formulas = _with("z", "z", setup.network.activations[layers[0]])
        yield Way(sloped(_at_net_input)(layers), place, formulas)


def _of_every_other(setup: Setup) -> Iterator[Way]:
    """The derivative of every other elementwise function, by its formula in a where there is one, and at z."""
    others = [other for other in ACTIVATIONS.values() if other.is_elementwise and is_curved(other)]
    for is_of_a in (True, False):
        for other in others:
            if is_of_a and other.slope_in_a_of is None:
                continue
            layers = layers_of(lambda own, name=other.name: own.is_elementwise and own.name != name)  # type: ignore[misc]
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
)
