"""The formulas of all activations and losses as HTML, for a page in which others can be chosen."""

from __future__ import annotations

from typing import Any

from backprop_cli.derivation.partials import Rule
from backprop_cli.formula.texts import formula
from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.functions.losses import LOSSES
from backprop_cli.render.formats.decimals import Digits
from backprop_cli.render.page.mathml import PageNotation, element

LETTERS = ("z", "a", "t", "o")
"""What the formulas are in; each place of one is marked with its letter."""


class PlaceNotation(PageNotation):
    """Leaves the places of numbers empty, for the script to fill."""

    def quantity(self, name: str, value: float, is_factor: bool = False) -> str:
        """An empty place, marked with its name."""
        del value
        return element("mrow", "", {"data-name": name} | ({"data-factor": ""} if is_factor else {}))


def formulas(digits: Digits) -> dict[str, dict[str, Any]]:
    """By kind and name the default settings, and the formulas of the value (of a loss: one output's share) and the slope."""
    notation = PlaceNotation(digits)
    activations = {
        entry.name: _entry(notation, entry.defaults, entry.setting_values(), entry.definition, entry.slope_formula)
        for entry in ACTIVATIONS.values()
        if entry.is_elementwise
    }
    losses = {
        entry.name: _entry(
            notation, entry.defaults, entry.setting_values() | {"n": 0.0}, entry.definition, entry.slope_formula
        )
        for entry in LOSSES.values()
    }
    return {"activations": activations, "losses": losses}


def _entry(
    notation: PageNotation,
    defaults: tuple[tuple[str, float], ...],
    settings: dict[str, float],
    value: str,
    slope: str,
) -> dict[str, Any]:
    names = {letter: letter for letter in LETTERS} | dict.fromkeys(settings, "") | {"n": "n"}
    values = dict.fromkeys(LETTERS, 0.5) | settings
    shown = [notation.math(notation.numbers(Rule(formula(text), names, values))) for text in (value, slope)]
    return {
        "settings": [number for _, number in defaults],
        "keys": [name for name, _ in defaults],
        "value": shown[0],
        "slope": shown[1],
    }
