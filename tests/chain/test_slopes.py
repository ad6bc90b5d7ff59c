"""The slope of every operation against mpmath's derivative, and the rules of products and quotients by hand."""

from __future__ import annotations

from typing import Any

import mpmath
import pytest

from backprop_cli.chain.definitions import parse
from backprop_cli.chain.slopes import Slopes
from backprop_cli.formula.evaluate import evaluate
from backprop_cli.formula.expression import Source
from backprop_cli.formula.operations import FUNCTIONS, OPERATIONS
from tests.formula.test_operations import MPMATH as OF_ONE_ARGUMENT

POINT = {"x": 0.7, "y": 1.3}
MPMATH: dict[str, Any] = {
    **{name: function for name, function in OF_ONE_ARGUMENT.items() if not OPERATIONS[name].is_internal},
    "max": max,
    "min": min,
}


def slope(text: str, name: str, at: dict[str, float]) -> float:
    (definition,) = parse(Source(f"h = {text}")).definitions
    return evaluate(Slopes(definition.body).by(name), at)


def test_every_function_of_the_language_is_tested() -> None:
    assert set(MPMATH) == set(FUNCTIONS)


@pytest.mark.parametrize("function", MPMATH)
def test_the_slope_of_a_function_is_its_derivative(function: str) -> None:
    names = ["x", "y"] if function in ("max", "min") else ["x"]
    for index, name in enumerate(names):
        order = tuple(int(index == other) for other in range(len(names)))
        point = {**POINT, "x": 1.7} if function in ("arcosh", "arcsec", "arccsc") else POINT
        wanted = mpmath.diff(MPMATH[function], tuple(point[other] for other in names), order)
        assert slope(f"{function}({', '.join(names)})", name, point) == pytest.approx(float(wanted), rel=1e-12)


BY_HAND = {
    # h = a·d·f/(b·c·k)
    "a": 4 * 6 / (2 * 3 * 5),
    "b": -7 * 4 * 6 / (2**2 * 3 * 5),
    "c": -7 * 4 * 6 / (2 * 3**2 * 5),
    "d": 7 * 6 / (2 * 3 * 5),
    "k": -7 * 4 * 6 / (2 * 3 * 5**2),
    "f": 7 * 4 / (2 * 3 * 5),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_quotients_of_quotients(name: str) -> None:
    at = {"a": 7.0, "b": 2.0, "c": 3.0, "d": 4.0, "k": 5.0, "f": 6.0}
    assert slope("((a/b)/(c/d))/(k/f)", name, at) == pytest.approx(BY_HAND[name], rel=1e-14)


def test_one_expression_is_differentiated_by_many_names() -> None:
    (definition,) = parse(Source("h = (a/b)/(c/d)")).definitions
    slopes = Slopes(definition.body)
    at = {"a": 7.0, "b": 2.0, "c": 3.0, "d": 4.0}
    found = [evaluate(slopes.by(name), at) for name in "abcd"]
    assert found == pytest.approx([4 / 6, -7 * 4 / (4 * 3), -7 * 4 / (2 * 9), 7 / 6], rel=1e-14)


def test_a_condition_chooses_between_the_slopes() -> None:
    text = "x^3 if x > y else y*x"
    assert slope(text, "x", {"x": 2.0, "y": 1.0}) == 12
    assert slope(text, "x", {"x": 2.0, "y": 3.0}) == 3


def test_a_power_whose_base_and_exponent_change() -> None:
    wanted = mpmath.diff(lambda x: x ** (2 * x), 1.5)
    assert slope("x^(2x)", "x", {"x": 1.5}) == pytest.approx(float(wanted), rel=1e-12)
