"""Second derivatives and the Hessian matrix, against mpmath and against sympy."""

from __future__ import annotations

import itertools
from typing import Any

import mpmath as mp
import pytest
import sympy

from tests.program import backprop

ONE: dict[tuple[str, ...], Any] = {
    ("y = sin(x^2)*exp(x)",): lambda x: mp.sin(x**2) * mp.exp(x),
    ("y = x^x",): lambda x: x**x,
    ("y = 1/(1 + e^-x)",): lambda x: 1 / (1 + mp.exp(-x)),
    ("u = (x+1)^2", "h = u^3 + 2u - 5"): lambda x: (x + 1) ** 6 + 2 * (x + 1) ** 2 - 5,
    ("u = x^2", "v = u + sin(x)", "h = u*v*x"): lambda x: x**3 * (x**2 + mp.sin(x)),
    ("y = gelu(x) + softplus(2x)",): lambda x: x * mp.ncdf(x) + mp.log(1 + mp.exp(2 * x)),
    ("y = sqrt(x)/arctan(x)",): lambda x: mp.sqrt(x) / mp.atan(x),
    ("y = 3x + 1",): lambda x: 3 * x + 1,
    ("y = x",): lambda x: x,
}


@pytest.mark.parametrize("definitions", ONE, ids=" | ".join)
@pytest.mark.parametrize("x", [0.4, 1.3])
def test_the_second_derivative_by_one_variable(definitions: tuple[str, ...], x: float) -> None:
    result = backprop("chain", *definitions, "--at", f"x={x}", "--order", "2", "-f", "json").json
    (second,) = result["second_derivatives"]
    wanted = float(mp.diff(ONE[definitions], x, 2))
    assert (second["name"], second["wrt"]) == (f"d2{result['of']}/dxdx", ["x", "x"])
    assert second["value"] == pytest.approx(wanted, rel=1e-8, abs=1e-9)


SEVERAL = ["x^2*y + sin(x*y)", "exp(x - z)*y", "(x + y*z)^3", "x*y*z", "ln(x^2 + y^2 + z^2)", "x/y - z/(x + y)"]


@pytest.mark.parametrize("text", SEVERAL)
def test_the_hessian_is_sympys(text: str) -> None:
    point = {"x": 0.7, "y": 1.2, "z": -0.4}
    at = ",".join(f"{name}={value}" for name, value in point.items())
    result = backprop("chain", f"u = {text}", "f = u + 0x + 0y + 0z", "--at", at, "--order", "2", "-f", "json").json
    symbols = {name: sympy.Symbol(name) for name in "xyz"}
    value = sympy.sympify(text.replace("^", "**"), {**symbols, "ln": sympy.log})
    found = {tuple(one["wrt"]): one["value"] for one in result["second_derivatives"]}
    assert len(found) == 6
    for first, then in itertools.combinations_with_replacement("xyz", 2):
        exact = sympy.diff(value, symbols[first], symbols[then]).subs({symbols[n]: point[n] for n in "xyz"})
        given = found.get((first, then), found.get((then, first)))
        assert given == pytest.approx(float(exact), rel=1e-10, abs=1e-12)


def test_the_written_forms_and_the_matrix_are_shown() -> None:
    shown = backprop("chain", "f = x^2 y + sin(x y)", "--at", "x=1,y=2", "--order", "2").stdout
    assert "∂²f/∂x∂y = 2·x − x·y·sin(x·y) + cos(x·y)" in shown and "Hessian matrix" in shown
    assert "d²y/dx² = 6·x\n" in backprop("chain", "y = x^3", "--order", "2").stdout
    assert r"\frac{d^2 y}{d x^2} &= 6 \cdot x" in backprop("chain", "y = x^3", "--order", "2", "-f", "latex").stdout
    assert "second_derivatives" not in backprop("chain", "y = x^3", "-f", "json").json


@pytest.mark.parametrize(
    "question", [["d^2/dx^2 (x^3)"], ["y = x^3", "y''"], ["y = x^3", "d^2y/dx^2"], [r"\frac{d^2}{dx^2} x^3"]]
)
def test_the_second_derivative_is_asked_for_in_every_way(question: list[str]) -> None:
    assert backprop("chain", *question, "--at", "2", "-f", "json").json["second_derivatives"][0]["value"] == 12


def test_what_is_not_worked_out_is_refused() -> None:
    third = backprop("chain", "y = x^3", "y'''")
    assert third.exit_code == 2 and "beyond the second" in third.stderr
    many = "y = " + "*".join(f"x{n}" for n in range(13))
    assert "--wrt chooses some" in backprop("chain", many, "--order", "2").stderr
    few = backprop("chain", many, "--order", "2", "--wrt", "x1", "--wrt", "x2", "-f", "json").json
    assert [one["name"] for one in few["second_derivatives"]] == ["d2y/dx1dx1", "d2y/dx1dx2", "d2y/dx2dx2"]
