"""Implicit differentiation: exercises of textbooks with their answers, sympy's, and curves that are solved by mpmath."""

from __future__ import annotations

from typing import Any

import mpmath as mp
import pytest
import sympy
from sympy.parsing.sympy_parser import (
    convert_xor,
    implicit_multiplication_application,
    parse_expr,
    standard_transformations,
)

from tests.hang import no_hang
from tests.program import backprop

X, Y = sympy.symbols("x y")

# The equation, the printed dy/dx, and a point: x, and a number near which y is to be found.
# OpenStax, Calculus Volume 1, section 3.8: examples 3.68 to 3.73, checkpoints 3.48 and 3.49, exercises 300 to 309
OPENSTAX = [
    ("x^2 + y^2 = 25", "-x/y", 3, 4),
    ("x^3 sin y + y = 4x + 3", "(4 - 3*x**2*sin(y))/(x**3*cos(y) + 1)", 0.5, 4.5),
    ("y^3 + x^3 - 3x y = 0", "(3*y - 3*x**2)/(3*y**2 - 3*x)", 1.5, 1.5),
    ("4x^2 + 25y^2 = 100", "-4*x/(25*y)", 3, 1.6),
    ("4x^5 + tan y = y^2 + 5x", "(5 - 20*x**4)/(sec(y)**2 - 2*y)", 0.1, 0.6),
    ("x^2 - y^2 = 4", "x/y", 3, 2),
    ("6x^2 + 3y^2 = 12", "-2*x/y", 1, 1.4),
    ("x^2 y = y - 7", "2*x*y/(1 - x**2)", 0.5, 9),
    ("x y - cos(x y) = 1", "-y/x", 0.8, 1.6),
    ("y sqrt(x + 4) = x y + 8", "(y - y/(2*sqrt(x + 4)))/(sqrt(x + 4) - x)", 1, 6.5),
    ("-x y - 2 = x/7", "-(y + Rational(1, 7))/x", 2, -1.1),
    ("x^3 y + x y^3 = -8", "-(3*x**2*y + y**3)/(x**3 + 3*x*y**2)", 1, -1.8),
]
# Paul Dawkins, Paul's Online Notes, Calculus I, Implicit Differentiation, examples 4 and practice problems
PAUL = [
    ("x^3 y^5 + 3x = 8y^3 + 1", "(3*x**2*y**5 + 3)/(24*y**2 - 5*x**3*y**4)", 0.5, 0.4),
    ("x^2 tan(y) + y^10 sec(x) = 2x", "(2 - y**10*sec(x)*tan(x) - 2*x*tan(y))/(x**2*sec(y)**2 + 10*y**9*sec(x))", 1, 0.9),
    ("e^(2x + 3y) = x^2 - ln(x y^3)", "(2*x - 1/x - 2*exp(2*x + 3*y))/(3*exp(2*x + 3*y) + 3/y)", 0.6, 0.5),
    ("2y^3 + 4x^2 - y = x^6", "(6*x**5 - 8*x)/(6*y**2 - 1)", 1, -1.2),
]  # fmt: skip
EXERCISES = [*OPENSTAX, *PAUL]


READING = (*standard_transformations, convert_xor, implicit_multiplication_application)


def sides(equation: str) -> list[Any]:
    """The two sides as sympy reads them."""
    names = {"x": X, "y": Y, "ln": sympy.log, "e": sympy.E}
    return [parse_expr(side, names, READING) for side in equation.split(" = ")]


@pytest.mark.parametrize(("equation", "printed", "x", "near"), EXERCISES, ids=[one[0] for one in EXERCISES])
def test_an_exercise_has_the_printed_answer(equation: str, printed: str, x: float, near: float) -> None:
    left, right = sides(equation)
    answer = sympy.sympify(printed, {"x": X, "y": Y})
    assert sympy.simplify(answer - sympy.idiff(left - right, Y, X)).subs({X: 0.31, Y: 0.47}).evalf() == pytest.approx(0)
    solved = sympy.lambdify((X, Y), left - right, "mpmath")
    y = float(mp.findroot(lambda value: solved(mp.mpf(x), value), near))
    wanted = float(answer.subs({X: x, Y: y}))
    result = backprop("chain", "-", "--at", f"x={x},y={y!r}", "-f", "json", stdin=equation).json
    assert (result["of"], list(result["derivatives"])) == ("y", ["x"])
    assert result["derivatives"]["x"]["value"] == pytest.approx(wanted, rel=1e-9)
    assert result["numerical"]["x"] == pytest.approx(wanted, rel=1e-5)
    written = sympy.sympify(
        result["derivatives"]["x"]["simplified"].replace("^", "**"), {"ln": sympy.log, "e": sympy.E}
    )
    assert float(written.subs({X: x, Y: y})) == pytest.approx(wanted, rel=1e-9)


def test_the_answer_is_a_rule_with_its_name() -> None:
    result = backprop("chain", "x^2 + y^2 = 25", "--at", "x=3,y=4", "-f", "json").json
    assert (result["equation"], result["definitions"]) == ("F = 0", {"F": "x^2 + y^2 - 25"})
    assert result["partials"][-1] == {
        "name": "dy/dx", "of": "y", "wrt": "x", "rule": "-F_x/F_y", "rule_name": "implicit_differentiation", "value": -0.75,
    }  # fmt: skip
    values = {one["name"]: one["value"] for one in result["partials"]}
    assert values["dy/dx"] == -values["dF/dx"] / values["dF/dy"]


def test_the_derivation_is_shown() -> None:
    shown = backprop("chain", "x^2 + y^2 = 25", "--at", "x=3,y=4").stdout
    for piece in (
        "F stays 0 along the curve, so F_x + F_y · dy/dx = 0, with F_x for ∂F/∂x",
        "−F_x/F_y",
        "= −x/y",
        "−6/8",
    ):
        assert piece in shown


DEPENDENT: dict[tuple[str, ...], tuple[str, set[str]]] = {
    ("x z + z^3 = 2",): ("z", {"x"}),
    ("y z + z^3 = 2",): ("z", {"y"}),
    ("x^2 + y^2 + z^2 = 9",): ("z", {"x", "y"}),
    ("x^2/a^2 + y^2/b^2 = 1",): ("y", {"x"}),
    ("x^2 + y^2 = 25", "dx/dy"): ("x", {"y"}),
    ("x^2 + y^2 + z^2 = 9", "dy/dx"): ("y", {"x"}),
    ("x^2 + y^2 + z^2 = 9", "--wrt", "z"): ("y", {"z"}),
    ("p V = 8", "--of", "V"): ("V", {"p"}),
    ("p V = 8", "dp/dV"): ("p", {"V"}),
    ("p V = n T", "--wrt", "T", "--of", "p"): ("p", {"T"}),
    ("p V = 8 c", "c = 2", "--wrt", "p"): ("V", {"p"}),
    ("x = y^2 + sin y", "dy/dx"): ("y", {"x"}),
    ("x = y^2 + sin y", "--of", "y"): ("y", {"x"}),
    ("y^2 = x",): ("y", {"x"}),
    ("(x + 1)^2 == y^2",): ("y", {"x"}),
    ("sin(y) = x",): ("y", {"x"}),
    ("f(x)^2 + y^2 = 1", "f(x) = sin x"): ("y", {"x"}),
    (r"\frac{x^2}{4} + y^2 = 1",): ("y", {"x"}),
    ("F x + y^2 = G", "--of", "y", "--wrt", "x"): ("y", {"x"}),
}


@pytest.mark.parametrize("asked", DEPENDENT, ids=" | ".join)
def test_what_depends_on_what(asked: tuple[str, ...]) -> None:
    result = backprop("chain", *asked, "-f", "json").json
    assert (result["of"], set(result["derivatives"])) == DEPENDENT[asked]


def test_what_is_held_fixed_is_said() -> None:
    assert backprop("chain", "x^2/a^2 + y^2/b^2 = 1", "-f", "json").json["notices"] == ["held fixed: a, b"]


def test_a_surface_has_a_partial_derivative_by_each() -> None:
    result = backprop("chain", "x^2 + 2y^2 + 3z^2 = 6", "--at", "x=1,y=1,z=1", "-f", "json").json
    slopes = {name: one["value"] for name, one in result["derivatives"].items()}
    assert slopes == {"x": pytest.approx(-1 / 3), "y": pytest.approx(-2 / 3)}
    assert "∂z/∂x" in backprop("chain", "x^2 + 2y^2 + 3z^2 = 6").stdout


ERRORS: dict[tuple[str, ...], list[str]] = {
    ("x^2 + y^2 = 25", "--at", "x=3,y=3.9"): ["does not hold at x = 3, y = 3.9", "-0.79", "it holds at y = 4.0"],
    ("x^2 + y^2 = -1", "--at", "x=1,y=1"): ["does not hold at x = 1, y = 1"],
    ("x^2 + y^2 = 25", "--at", "x=3"): ["--at gives no value for y"],
    ("x^2 + y^2 = 25", "--at", "x=5,y=0"): ["F_y is 0 at x = 5, y = 0", "--of x --wrt y"],
    ("cos(y) = x", "--at", "x=-1,y=pi"): ["F_y is 0"],
    ("x^3 + y^3 = 3x y", "--at", "x=0,y=0"): ["all slopes of F are 0"],
    ("p V = 8",): ["two meanings", "which of p, V depends on the others?", "--of V --wrt p"],
    ("u^2 + v^2 = w",): ["two meanings", "which of u, v, w"],
    ("x^2 = 4",): ["an equation between two variables", "this one has x"],
    ("0 = 0",): ["this one has none"],
    ("x^2 + floor(y) = 1",): ["y makes no difference", "no dy/dx"],
    ("x^2 + y^2 = 25", "x y = 2"): ["two equations"],
    ("x^2 + y^2 = 25", "--wrt", "q"): ["unknown variable 'q'"],
    ("x^2 + y^2 = 25", "dy/dx", "--of", "x"): ["x is what is differentiated"],
    ("x^2 + y^2 = r^2", "r = 5", "--wrt", "r"): ["r is defined"],
    ("x^2 + y^2 = 25", "--order", "2"): ["--order 2 is for definitions"],
    ("x^2 + y^2 = 25", "--direction", "x=1"): ["--direction is for definitions"],
    ("x^2 + y^2 = 25", "--paths"): ["--paths is for definitions"],
    ("x^2 = [1, 2] y",): ["the two sides of an equation are numbers"],
    ("x^2 + 1/xy = 1 + x + y",): ["is x*y meant?"],
    ("x^2 + y^2 =",): ["found the end"],
    ("x^2 + y^2 = 25", "--at", "x=1e200,y=1e200"): ["too large"],
}


@pytest.mark.parametrize("arguments", ERRORS, ids=" ".join)
def test_what_has_no_answer_is_refused(arguments: tuple[str, ...]) -> None:
    result = backprop("chain", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert all(piece in result.stderr for piece in ERRORS[arguments]), result.stderr


HOSTILE = {
    "terms": " + ".join(f"x^{n} y^{n}" for n in range(1, 700)) + " = 1",
    "factors": "*".join(f"(x - {n}*y)" for n in range(1, 300)) + " = 1",
    "nested": "sin(" * 49 + "x*y" + ")" * 49 + " = x",
    "variables": " + ".join(f"v{n}^2" for n in range(2_000)) + " = y",
    "equals signs": "x + y = " * 5_000 + "1",
    "flat": "y^1001 = x^1001",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("point", [(), ("--at", "x=0.5,y=0.5")], ids=["symbols", "numbers"])
def test_a_hostile_equation_is_answered_or_refused(name: str, point: tuple[str, ...]) -> None:
    with no_hang():
        result = backprop("chain", "-", *point, stdin=HOSTILE[name])
    assert result.exit_code in (0, 2) and len(result.stderr) < 2_000, result.stderr[:300]


def test_the_graph_is_that_of_the_function_that_is_zero() -> None:
    asked = ["chain", "x^2 + y^2 = 25", "--at", "x=3,y=4", "--graph"]
    shown = backprop(*asked).stdout
    assert "the derivative of F by it" in shown and "∂ 6" in shown and "∂ 8" in shown


def test_somebodys_numbers_are_compared() -> None:
    asked = ["chain", "x^2 + y^2 = 25", "--at", "x=3,y=4", "--against", "-", "-f", "json"]
    assert backprop(*asked, stdin="dF/dx: 6\ndF/dy: 8\ndy/dx: -0.75").json["passed"]
    wrong = backprop(*asked, stdin="dF/dx: 6\ndF/dy: 8\ndy/dx: 0.75")
    assert wrong.exit_code == 1


def test_a_page_on_which_numbers_change_is_not_made_of_an_equation() -> None:
    result = backprop("report", "x^2 + y^2 = 25 where x = 3, y = 4", "-o", "-")
    assert (result.exit_code, result.stdout) == (2, "") and "here is an equation" in result.stderr
