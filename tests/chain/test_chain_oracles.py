"""`chain` against independent numbers, on random definitions.

Three oracles, none of which uses the program's own code: finite differences of the definitions as Python evaluates them,
sympy's derivative of the expression with everything put in, and Python's value of the printed formulas.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from math import prod
from typing import Any, NamedTuple

import pytest
import sympy
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.program import backprop


class Spelling(NamedTuple):
    """One expression in our language and in Python's."""

    ours: str
    python: str


PYTHON: dict[str, Any] = {
    **{
        name: getattr(math, name)
        for name in ("exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "pi", "e")
    },
    "ln": math.log,
    "abs": abs,
    "max": max,
    "min": min,
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "relu": lambda z: max(0.0, z),
    "arcsin": math.asin,
    "arctan": math.atan,
    "arsinh": math.asinh,
    "sec": lambda z: 1 / math.cos(z),
    "cot": lambda z: 1 / math.tan(z),
    "csch": lambda z: 1 / math.sinh(z),
    "coth": lambda z: 1 / math.tanh(z),
    "cbrt": math.cbrt,
    "log2": math.log2,
    "erf": math.erf,
    "softplus": lambda z: math.log1p(math.exp(z)),
    "gelu": lambda z: z * (1 + math.erf(z / math.sqrt(2))) / 2,
}
SYMPY: dict[str, Any] = {
    "sigmoid": lambda z: 1 / (1 + sympy.exp(-z)),
    "relu": lambda z: sympy.Max(0, z),
    "ln": sympy.log,
    "abs": sympy.Abs,
    "max": sympy.Max,
    "min": sympy.Min,
    "e": sympy.E,
    "arcsin": sympy.asin,
    "arctan": sympy.atan,
    "arsinh": sympy.asinh,
    "log2": lambda z: sympy.log(z) / sympy.log(2),
    "softplus": lambda z: sympy.log(1 + sympy.exp(z)),
    "gelu": lambda z: z * (1 + sympy.erf(z / sympy.sqrt(2))) / 2,
}  # fmt: skip
SYMPY["cbrt"] = lambda z: sympy.sign(z) * sympy.Abs(z) ** sympy.Rational(1, 3)
FUNCTIONS = [
    "exp", "ln", "sqrt", "abs", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sigmoid", "relu",
    "arcsin", "arctan", "arsinh", "sec", "cot", "csch", "coth", "cbrt", "log2", "erf", "softplus", "gelu",
]  # fmt: skip
NUMBERS = ["1", "2", "3", "5", "0.5", "1.25", "1e-1"]


def _leaves(names: list[str]) -> st.SearchStrategy[Spelling]:
    numbers = st.sampled_from(NUMBERS).map(lambda text: Spelling(text, text))
    return st.one_of(st.sampled_from(names).map(lambda name: Spelling(name, name)), numbers)


def _larger(inner: st.SearchStrategy[Spelling]) -> st.SearchStrategy[Spelling]:
    def infix(a: Spelling, operator: str, b: Spelling) -> Spelling:
        return Spelling(f"({a.ours}) {operator} ({b.ours})", f"({a.python}) {operator} ({b.python})")

    def call(name: str, *arguments: Spelling) -> Spelling:
        return Spelling(*(f"{name}({', '.join(texts)})" for texts in zip(*arguments, strict=True)))

    return st.one_of(
        st.builds(infix, inner, st.sampled_from("+-*/"), inner),
        st.builds(lambda a, b: Spelling(f"({a.ours})({b.ours})", f"({a.python})*({b.python})"), inner, inner),
        st.builds(lambda n, a: Spelling(f"{n}({a.ours})", f"{n}*({a.python})"), st.sampled_from(NUMBERS), inner),
        st.builds(lambda a: Spelling(f"-({a.ours})", f"-({a.python})"), inner),
        st.builds(lambda a, n: Spelling(f"({a.ours})^{n}", f"({a.python})**{n}"), inner, st.integers(0, 4)),
        st.builds(lambda a, b: Spelling(f"({a.ours})**({b.ours})", f"({a.python})**({b.python})"), inner, inner),
        st.builds(call, st.sampled_from(FUNCTIONS), inner),
        st.builds(call, st.sampled_from(["max", "min"]), inner, inner),
    )


def expressions(names: list[str]) -> st.SearchStrategy[Spelling]:
    return st.recursive(_leaves(names), _larger, max_leaves=4)


class Graph(NamedTuple):
    """Definitions of u and h, and a point."""

    u: Spelling
    h: Spelling
    x: float
    y: float

    @property
    def definitions(self) -> list[str]:
        return [f"u = {self.u.ours}", f"h = {self.h.ours}"]

    def value(self, x: float, y: float) -> float:
        names = {**PYTHON, "x": x, "y": y}
        for name, spelling in (("u", self.u), ("h", self.h)):
            value = eval(spelling.python, {"__builtins__": {}}, names)  # our own text, made above
            assume(isinstance(value, int | float) and abs(value) < 1e6)
            names[name] = float(value)
        return float(names["h"])


# never where min(x, abs(x)) or max(x, y) is tied: there the convention may differ from the true slope
XS = st.integers(-1999, 1999).map(lambda thousandths: thousandths / 1000 + 0.00037)
YS = st.integers(-1999, 1999).map(lambda thousandths: thousandths / 1000 + 0.00071)
GRAPHS = st.builds(Graph, expressions(["x", "y"]), expressions(["x", "u"]), XS, YS)


def slope(f: Callable[[float], float], at: float) -> tuple[float, float]:
    """f' by central differences, extrapolated (Richardson), and how far to trust it."""

    def central(step: float) -> float:
        return (f(at + step) - f(at - step)) / (2 * step)

    coarse, middle, fine = (central(step) for step in (4e-3, 2e-3, 1e-3))
    first, second = (4 * middle - coarse) / 3, (4 * fine - middle) / 3
    best = (16 * second - first) / 15
    bend = (f(at + 1e-4) - 2 * f(at) + f(at - 1e-4)) / 1e-4
    assume(abs(bend) < 0.02 * (1 + abs(best)))  # a kink, where central differences show the mean of its two slopes
    return best, 10 * abs(second - first) + 1e-9 * (1 + abs(f(at)) + abs(best))


def typed_in_python(text: str, point: dict[str, float]) -> float | None:
    """The value of a printed formula, by Python; None where it has none, such as 0/0 where factors were cancelled."""
    try:
        return float(eval(text.replace("^", "**"), {"__builtins__": {}}, {**PYTHON, **point}))
    except (ArithmeticError, ValueError, TypeError):
        return None


def chain(graph: Graph) -> dict[str, Any] | None:
    at = f"x={graph.x!r},y={graph.y!r}"
    result = backprop("chain", *graph.definitions, "unused = x + y", "--of", "h", "--at", at, "-f", "json", "--paths")
    if result.exit_code == 2:
        # what has a value all around it may still have no slope, or exact numbers beyond the limits
        assert re.search("slope|too large|no variable|has no power|no value|division by zero", result.stderr), (
            result.stderr
        )
        return None
    return result.json


def finite_differences(graph: Graph) -> dict[str, tuple[float, float]]:
    try:
        return {
            "x": slope(lambda x: graph.value(x, graph.y), graph.x),
            "y": slope(lambda y: graph.value(graph.x, y), graph.y),
        }
    except (ArithmeticError, ValueError, TypeError):
        assume(False)
        raise


@pytest.mark.slow
@given(GRAPHS)
@settings(
    max_examples=120,
    derandomize=True,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
def test_random_definitions_against_every_oracle(graph: Graph) -> None:
    wanted = finite_differences(graph)
    assume(all(error < 1e-4 * (1 + abs(value)) for value, error in wanted.values()))  # no pole nearby
    result = chain(graph)
    assume(result is not None)
    assert result is not None
    for name, total in result["derivatives"].items():
        value, error = wanted[name]
        assert abs(total["value"] - value) <= error, (name, total, wanted)
        assert_equal(total["value"], by_sympy(graph, name), (name, total))
    assert_coherent(result)


def assert_equal(found: float, wanted: float | None, what: object, size: float = 1.0) -> None:
    """Equal up to a millionth of the value, or of the `size` of what may have cancelled in it."""
    if wanted is not None:
        assert abs(found - wanted) <= 1e-6 * (abs(wanted) + size), (found, wanted, what)


def by_sympy(graph: Graph, name: str) -> float | None:
    """The derivative of h with u put in, all by sympy; None where that is unwieldy or has no value."""
    symbols = dict(zip("xy", sympy.symbols("x y", real=True), strict=True))
    u = sympy.sympify(graph.u.python, {**SYMPY, **symbols})
    h = sympy.sympify(graph.h.python, {**SYMPY, **symbols, "u": u})
    derivative = sympy.diff(h, symbols[name])
    if derivative.count_ops() > 100:
        return None
    point = {symbols["x"]: sympy.Float(repr(graph.x), 40), symbols["y"]: sympy.Float(repr(graph.y), 40)}
    exact = derivative.subs(point).evalf(15, maxn=60)
    return float(exact) if exact.is_Float or exact.is_Integer else None


def assert_coherent(result: dict[str, Any]) -> None:
    """Each record is its rule or its terms; the printed forms and the paths come to the same value."""
    point = {**result["at"], **result["values"]}
    values = {partial["name"]: partial["value"] for partial in result["partials"]}
    for partial in result["partials"]:
        if "terms" in partial:
            assert partial["value"] == sum(prod(values[name] for name in term) for term in partial["terms"])
        else:
            assert_equal(partial["value"], typed_in_python(partial["rule"], point), partial)
    for total in result["derivatives"].values():
        assert_equal(total["value"], typed_in_python(total["product"], point), total)
        assert_equal(total["value"], typed_in_python(total["simplified"], point), total)
        products = [prod(values[name] for name in path["factors"]) for path in total["paths"]]
        assert_equal(sum(products), total["value"], total, size=sum(map(abs, products)))
