"""The right formula and the wrong one of a mistake, where they are not the same in every network."""

from __future__ import annotations

from collections.abc import Sequence

from backprop_cli.formula.formula import Formula
from backprop_cli.functions.activations import Activation
from backprop_cli.functions.losses import Loss

Formulas = tuple[Formula, Formula]
"""The right one and the wrong one."""

_HALF = Formula("d/do ½(t − o)² = o − t", r"\frac{d}{do} \tfrac12 (t - o)^2 = o - t")
_WHOLE = Formula("d/do (t − o)² = 2(o − t)", r"\frac{d}{do} (t - o)^2 = 2(o - t)")
_MEAN = Formula("d/do 1/n·(t − o)² = 2/n·(o − t)", r"\frac{d}{do} \tfrac1n (t - o)^2 = \tfrac2n (o - t)")
SQUARES = {
    "half_squared_error": (_HALF, Formula("2(o − t)", "2(o - t)"), Formula("½(o − t)", r"\tfrac12 (o - t)")),
    "huber": (_HALF, Formula("2(o − t)", "2(o - t)"), Formula("½(o − t)", r"\tfrac12 (o - t)")),
    "squared_error": (_WHOLE, Formula("4(o − t)", "4(o - t)"), Formula("o − t", "o - t")),
    "mean_squared_error": (
        _MEAN, Formula("4/n·(o − t)", r"\tfrac4n (o - t)"), Formula("1/n·(o − t)", r"\tfrac1n (o - t)"),
    ),
}  # fmt: skip
"""Of the losses that have a square: its derivative, that doubled, and that halved."""

_SLOPES_IN_A = {
    "sigmoid": Formula("<a>·(1 − <a>)", "<a>(1 - <a>)"),
    "tanh": Formula("1 − <a>²", "1 - <a>^2"),
    "bipolar_sigmoid": Formula("½(1 − <a>²)", r"\tfrac12 (1 - <a>^2)"),
    "softplus": Formula("1 − exp(−<a>)", "1 - e^{-<a>}"),
}


def at_net_input(activations: Sequence[Activation]) -> Formulas | None:
    """The slope of the first of some functions with a in it, and with z; None where it is not kept here."""
    formula = _SLOPES_IN_A.get(activations[0].name)
    if formula is None:
        return None
    of_a, of_z = ({"a": name} for name in "az")
    right = Formula(f"f'(z) = {formula.fill(of_a)}", f"f'(z) = {formula.fill_latex(of_a)}")
    return right, Formula(formula.fill(of_z), formula.fill_latex(of_z))


def negated(loss: Loss) -> Formulas | None:
    """∂E/∂o of a loss, and with the other sign; None for the half squared error, whose o − t says it more plainly."""
    if loss.name == "half_squared_error":
        return None
    names = {"t": "t", "o": "o", "n": "n"} | {name: f"{value:g}" for name, value in loss.setting_values().items()}
    text, latex = loss.slope_formula.fill(names), loss.slope_formula.fill_latex(names)
    right = Formula(f"∂E/∂o = {text}", rf"\frac{{\partial E}}{{\partial o}} = {latex}")
    wrong = Formula(f"∂E/∂o = -({text})", rf"\frac{{\partial E}}{{\partial o}} = -\left({latex}\right)")
    return right, wrong
