"""Directional derivatives, against mpmath along the line, and against the printed answers of textbooks."""

from __future__ import annotations

import math
import random
from functools import partial
from typing import Any

import mpmath as mp
import pytest
import sympy

from tests.program import backprop

# OpenStax, Calculus Volume 3, section 4.6: examples 4.31 to 4.33, checkpoint 4.28, and Stewart's example of the plane
PRINTED = [
    ("x^2 - x y + 3y^2", "x=-1,y=2", "x=cos(arccos(3/5)),y=sin(arccos(3/5))", "(-4*3 + 13*4)/5"),
    ("x^2 - x y + 3y^2", "x=1,y=1", "x=3,y=4", "(1*3 + 5*4)/5"),
    ("3x^2 y - 4x y^3 + 3y^2 - 4x", "x=3,y=4", "x=cos(pi/3),y=sin(pi/3)", "(72 - 256 - 4)/2 + (27 - 576 + 24)*sqrt(3)/2"),
    ("x^2 y^3 - 4y", "x=2,y=-1", "x=2,y=5", "32/sqrt(29)"),
    ("x sin(y z)", "x=1,y=3,z=0", "x=1,y=2,z=-1", "-sqrt(6)/2"),
]  # fmt: skip


@pytest.mark.parametrize(("function", "at", "vector", "printed"), PRINTED)
def test_an_exercise_has_the_printed_answer(function: str, at: str, vector: str, printed: str) -> None:
    found = backprop("chain", f"f = {function}", "--at", at, "--direction", vector, "-f", "json").json["directional"]
    assert found["value"] == pytest.approx(float(sympy.sympify(printed)), rel=1e-12)
    assert found["numerical"] == pytest.approx(found["value"], rel=1e-7)


FUNCTIONS = {
    "x^2 y + sin(x y)": lambda x, y: x**2 * y + mp.sin(x * y),
    "exp(x - 2y)/(1 + x^2)": lambda x, y: mp.exp(x - 2 * y) / (1 + x**2),
    "ln(x^2 + y^4)": lambda x, y: mp.log(x**2 + y**4),
    "x^y": lambda x, y: x**y,
}


def moved(function: str, start: tuple[float, float], unit: tuple[float, float], s: Any) -> Any:
    return FUNCTIONS[function](*(a + s * b for a, b in zip(start, unit, strict=True)))


@pytest.mark.slow
@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("steps", ["none", "rules", "all"])
def test_it_is_the_slope_along_the_line(function: str, steps: str) -> None:
    chance = random.Random(function)
    for _ in range(5):
        x, y, v, w = (chance.uniform(0.2, 2), chance.uniform(-1, 1), chance.uniform(-3, 3), chance.uniform(-3, 3))
        result = backprop(
            "chain", f"f = {function}", "--at", f"x={x},y={y}", "--direction", f"x={v},y={w}", "--steps", steps,
            "-f", "json",
        ).json  # fmt: skip
        found, length = result["directional"], math.hypot(v, w)
        along = mp.diff(partial(moved, function, (x, y), (v / length, w / length)), 0)
        assert found["value"] == pytest.approx(float(along), rel=1e-9, abs=1e-12)
        assert (found["vector"], found["length"]) == ({"x": v, "y": w}, pytest.approx(length))
        assert found["undivided"] == pytest.approx(found["value"] * length)
        values = {one["name"]: one["value"] for one in [*result["partials"], *found["partials"]]}
        (terms,) = (one["terms"] for one in found["partials"] if one["name"] == "df/ds")
        assert values["df/ds"] == pytest.approx(sum(math.prod(values[factor] for factor in term) for term in terms))


def test_without_a_point_it_is_written_in_symbols() -> None:
    found = backprop("chain", "f = x^2 y", "--direction", "x=1,y=2", "-f", "json").json["directional"]
    written = sympy.sympify(found["simplified"].replace("^", "**"))
    x, y = sympy.symbols("x y")
    assert sympy.simplify(written - (2 * x * y + 2 * x**2) / sympy.sqrt(5)) == 0
    assert (found["value"], found["undivided"], found["length"]) == (None, None, math.sqrt(5))


def test_it_is_said_whether_the_vector_is_divided_by_its_length() -> None:
    asked = ["chain", "f = x^2 y", "--at", "x=3,y=4", "--direction"]
    divided = backprop(*asked, "x=3,y=4").stdout
    assert "has the length 5, and is divided by it" in divided and "Not divided by its length it is 108." in divided
    unit = backprop(*asked, "x=cos 30°,y=sin 30°").stdout
    assert "has the length 1: s is the distance along it" in unit and "divided" not in unit


def test_a_name_that_is_left_out_stays_where_it_is() -> None:
    asked = ["chain", "f = x^2 y", "--at", "x=3,y=4", "-f", "json", "--direction"]
    assert backprop(*asked, "y=-2").json["directional"]["value"] == -9
    assert backprop(*asked, "x=2").json["directional"]["value"] == 24


def test_the_distance_has_a_name_of_its_own() -> None:
    found = backprop("chain", "f = s^2 s1", "--direction", "s=1,s1=1", "-f", "json").json["directional"]
    assert [one["name"] for one in found["partials"]] == ["ds/ds2", "ds1/ds2", "df/ds2"]


def test_the_rows_of_csv_have_it_too() -> None:
    rows = backprop("chain", "f = x^2 y", "--at", "x=3,y=4", "--direction", "x=3,y=4", "-f", "csv").stdout.splitlines()
    assert [row.split(",")[0] for row in rows[-3:]] == ["dx/ds", "dy/ds", "df/ds"]


@pytest.mark.parametrize("size", ["1e-200", "1e200", "123456789123"])
def test_only_the_direction_of_the_vector_matters(size: str) -> None:
    asked = ["chain", "f = x y", "--at", "x=3,y=4", "--direction", f"x={size},y={size}", "-f", "json"]
    assert backprop(*asked).json["directional"]["value"] == pytest.approx(7 / math.sqrt(2), rel=1e-14)


@pytest.mark.parametrize(
    ("vector", "message"),
    [
        ("x=0,y=0", "the length 0: it has no direction"),
        ("x=1.7e308,y=1.7e308", "the length inf: it has no direction"),
        ("z=1", "unknown variable 'z'"),
        ("1.5,2", "a value in a list has no name"),
        ("1", "needs a name for each component: --direction x=1,y=2"),
        ("x=a", "it holds the variable a"),
        ("x=1/0", "division by zero"),
        ("x=1,x=2", "x is given twice"),
        ("x=1" + "+1" * 30_000, "longer than"),
    ],
)
def test_a_vector_that_is_none_is_refused(vector: str, message: str) -> None:
    result = backprop("chain", "f = x y", "--direction", vector)
    assert (result.exit_code, result.stdout) == (2, "") and message in result.stderr
    assert len(result.stderr) < 500
