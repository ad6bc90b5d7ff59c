"""Every printer: the text reads back as the same tree, code computes what the tree does, print looks as it is set."""

from __future__ import annotations

import json
import math
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import mpmath
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import backprop_cli
from backprop_cli.formula.code import JAVASCRIPT, PYTHON, SPREADSHEET
from backprop_cli.formula.evaluate import NoValueError, evaluate
from backprop_cli.formula.expression import Apply, Expression, Name, Number
from backprop_cli.formula.operations import CHOICES, OPERATIONS
from backprop_cli.formula.printer import TEXT, UNICODE, Piece
from backprop_cli.formula.texts import formula
from backprop_cli.formula.typeset import LATEX, MATHML

SPECIAL = Path(backprop_cli.__file__).parent / "render" / "page" / "script" / "special.js"
POINT = {"x": 0.75, "y": -1.25, "z": 2.5}
CALLED = [name for name, entry in OPERATIONS.items() if name.isalnum() and name != "neg" and entry.arity == 1]

NUMBERS = st.one_of(st.integers(0, 9).map(float), st.floats(1e-3, 1e3))
OPERATIONS_DRAWN = ["+", "*", "/", "^", "neg", "max", "min", *CHOICES, *CALLED]


def is_a(expression: Expression, operation: str) -> bool:
    return isinstance(expression, Apply) and expression.operation == operation


@st.composite
def trees(draw: st.DrawFn, depth: int = 4) -> Expression:
    """Trees as the parser makes them: what is added or multiplied first is no sum or product itself."""
    if depth == 0 or draw(st.integers(0, 4)) == 0:
        leaf = draw(st.sampled_from([*POINT, "pi", "number"]))
        if leaf == "number":
            return Number(draw(NUMBERS))
        return Apply("pi", ()) if leaf == "pi" else Name(leaf)
    operation = draw(st.sampled_from(OPERATIONS_DRAWN))
    arity = draw(st.integers(2, 3)) if operation in "+*" else OPERATIONS[operation].arity
    arguments = tuple(draw(trees(depth - 1)) for _ in range(arity))
    if operation in "+*" and is_a(arguments[0], operation):
        arguments = (Name("x"), *arguments[1:])
    return Apply(operation, arguments)


TREES = trees()


@settings(max_examples=300)
@given(TREES)
def test_the_text_of_a_tree_reads_back_as_the_tree(tree: Expression) -> None:
    assert formula(TEXT.write(tree)) == tree


@settings(max_examples=100)
@given(TREES)
def test_the_characters_of_mathematics_read_back_as_the_tree(tree: Expression) -> None:
    written = UNICODE.write(tree).translate({ord("½"): "1/2", ord("Φ"): "Phi", ord("φ"): "phi"})
    assert formula(written) == tree


def value_of(tree: Expression) -> float:
    """The tree's value at the point, where it has one that a few roundings do not change much."""
    try:
        value = evaluate(tree, POINT)
    except (NoValueError, OverflowError):
        assume(False)
    assume(1e-8 < abs(value) < 1e8)
    return value


def near(found: float, wanted: float) -> bool:
    return math.isclose(found, wanted, rel_tol=1e-6)


def is_steady(tree: Expression) -> bool:
    """Whether the value hardly changes with the point, as it does next to a jump or where digits cancel."""
    try:
        moved = evaluate(tree, {name: value * (1 + 1e-12) for name, value in POINT.items()})
    except (NoValueError, OverflowError):
        return False
    return math.isclose(moved, evaluate(tree, POINT), rel_tol=1e-8)


@settings(max_examples=200)
@given(TREES)
def test_python_computes_the_value_of_the_tree(tree: Expression) -> None:
    wanted = value_of(tree)
    assume(is_steady(tree))
    assert near(eval(PYTHON.write(tree), {**vars(math)}, dict(POINT)), wanted)


@settings(max_examples=200)
@given(TREES)
def test_a_cell_computes_the_value_of_the_tree(tree: Expression) -> None:
    wanted = value_of(tree)
    assume(is_steady(tree))
    assert near(Cell(SPREADSHEET.write(tree), POINT).value(), wanted)


JAVASCRIPT_SAMPLES = [
    "-x^2", "-x^2*y", "2^-x", "x^2^y", "(-x)^2", "x - (y - z)", "x - -y", "x/(y/z)", "-(x + y)/z",
    "x if x > y else y if z == 2.5 else 7", "2*(x if x <= y else z)", "sigmoid(-z) + relu(y) + relu(z)",
    "softplus(800*x) - softplus(-800*x)", "Phi(x) + phi(x)", "erfc(y)*erfc(z)", "erfc(3*z)", "erfc(-3*z)",
    "sign(y)*abs(y)", "expm1(x)*log1p(x)", "max(x, y, z) - min(x, y)", "log(x)*ln(z)*pi", "exp(-x^2/2)/sqrt(2*pi)",
    "sin(x)^2 + cos(x)^2 - tan(y)", "sinh(x)*cosh(y)*tanh(z)",
]  # fmt: skip


@pytest.mark.skipif(shutil.which("node") is None, reason="runs JavaScript with node")
def test_javascript_computes_the_values_of_trees() -> None:
    every = [f"{name}({'z' if name in ('arcosh', 'arcsec', 'arccsc') else 'x'})" for name in CALLED]
    trees = [formula(text) for text in [*JAVASCRIPT_SAMPLES, *every]]
    code = f"import {{ erfc }} from {json.dumps(SPECIAL.as_uri())};\nconst [x, y, z] = {json.dumps(list(POINT.values()))};\n"
    code += f"console.log(JSON.stringify([{', '.join(map(JAVASCRIPT.write, trees))}]))"
    found = json.loads(
        subprocess.run(["node", "--input-type=module", "-e", code], capture_output=True, check=True, timeout=60).stdout
    )
    wanted = [eval(PYTHON.write(tree), {**vars(math)}, dict(POINT)) for tree in trees]
    assert found == pytest.approx(wanted, rel=1e-13)


@settings(max_examples=100)
@given(TREES)
def test_mathml_is_well_formed(tree: Expression) -> None:
    ElementTree.fromstring(f"<math>{MATHML.write(tree)}</math>")


LATEX_BY_HAND = {
    "-(t - o)": "-(t - o)",
    "1/2*(t - o)^2": r"\tfrac{1}{2} (t - o)^{2}",
    "o*(1 - o)": "o (1 - o)",
    "-x^2": "-x^{2}",
    "(-x)^2": "(-x)^{2}",
    "2*(-3)": r"2 \cdot (-3)",
    "t*ln(t/o)": r"t \ln\left(\frac{t}{o}\right)",
    "-t*ln(o)": r"-t \ln(o)",
    "x/y*z": r"\frac{x}{y} \cdot z",
    "exp(x)^2": "(e^{x})^{2}",
    "x*abs(y)": r"x \lvert y \rvert",
    "z*Phi(z)": r"z \cdot \Phi(z)",
    "x*pi": r"x \cdot \pi",
    "1 if z >= 0 else x if z < -1 else y": (
        r"\begin{cases}1 & z \ge 0 \cr x & z < -1 \cr y & \text{otherwise}\end{cases}"
    ),
}


@pytest.mark.parametrize("text", LATEX_BY_HAND)
def test_latex_is_set_as_by_hand(text: str) -> None:
    assert LATEX.write(formula(text)) == LATEX_BY_HAND[text]


UNICODE_BY_HAND = {
    "1/2*(t - o)^2": "½·(t − o)²",
    "x*1/2": "x·1/2",
    "x^-2*y": "x⁻²·y",
    "x^(y + 1)": "x^(y + 1)",
    "0 if x <= -1 else 1e-7": "0 if x ≤ −1 else 1e−07",
    "z*Phi(z)": "z·Φ(z)",
}


@pytest.mark.parametrize("text", UNICODE_BY_HAND)
def test_unicode_is_written_as_by_hand(text: str) -> None:
    assert UNICODE.write(formula(text)) == UNICODE_BY_HAND[text]


def test_a_function_in_mathml_is_applied() -> None:
    assert MATHML.write(formula("ln(x)")).startswith("<mi>ln</mi><mo>&#x2061;</mo><mrow>")


def test_numbers_in_the_place_of_names_have_parentheses_where_a_sign_needs_them() -> None:
    numbers = {"a": UNICODE.number("-0.5"), "b": UNICODE.number("-3")}
    assert UNICODE.write(formula("a*(1 - a)"), numbers) == "(−0.5)·(1 − (−0.5))"
    assert UNICODE.write(formula("-a"), numbers) == "−(−0.5)"
    assert UNICODE.write(formula("exp(-a) + a^2"), numbers) == "exp(−(−0.5)) + (−0.5)²"
    assert UNICODE.write(formula("max(a, b)"), numbers) == "max(−0.5, −3)"
    assert UNICODE.write(formula("a"), numbers) == "−0.5"
    latex = {"a": LATEX.number("1.2e-07"), "b": LATEX.number("-3")}
    assert LATEX.write(formula("a + b"), latex) == r"1.2 \times 10^{-7} + (-3)"
    assert LATEX.write(formula("2*a*b"), latex) == r"2 \cdot (1.2 \times 10^{-7}) \cdot (-3)"
    assert LATEX.write(formula("a^2/b"), latex) == r"\frac{(1.2 \times 10^{-7})^{2}}{-3}"
    assert TEXT.write(formula("-x"), {"x": Piece("A1")}) == "-A1"


# ── an oracle for cells: Excel's grammar, where a sign binds closer than ^ and powers group to the left ───────────────


def mpmath_function(name: str) -> Callable[[float], float]:
    return lambda x: float(getattr(mpmath, name)(x))


FUNCTIONS: dict[str, Callable[..., float]] = {
    "IF": lambda condition, then, otherwise: then if condition else otherwise,
    "PI": lambda: math.pi,
    "SIGN": lambda x: (x > 0) - (x < 0),
    "LN": math.log,
    "ABS": abs,
    "MAX": max,
    "MIN": min,
    "ACOS": math.acos,
    "ACOSH": math.acosh,
    "ASIN": math.asin,
    "ASINH": math.asinh,
    "ATAN": math.atan,
    "ATANH": math.atanh,
    "INT": math.floor,
    "LOG": math.log,
    "LOG10": math.log10,
    **{name.upper(): mpmath_function(name) for name in ("sec", "csc", "cot", "sech", "csch", "coth")},
    **{
        name.upper(): getattr(math, name)
        for name in ("exp", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "erf", "erfc")
    },
}
TOKEN = re.compile(r"\d+(?:\.\d+)?(?:E[+-]?\d+)?|[A-Za-z]+(?:10)?|<=|>=|[-+*/^(),<>=]")


class Cell:
    """Reads a cell's formula and computes it; of a condition only the side that is taken may have no value."""

    def __init__(self, text: str, names: dict[str, float]) -> None:
        self.tokens: list[str] = TOKEN.findall(text)
        assert "".join(self.tokens) == text
        self.names = names

    def value(self) -> float:
        found = self.comparison()
        assert not self.tokens
        return found

    def takes(self, *tokens: str) -> str:
        return self.tokens.pop(0) if self.tokens and self.tokens[0] in tokens else ""

    def comparison(self) -> float:
        left = self.sum()
        if sign := self.takes("<", ">", "<=", ">=", "="):
            right = self.sum()
            return {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right, "=": left == right}[
                sign
            ]
        return left

    def sum(self) -> float:
        left = self.product()
        while sign := self.takes("+", "-"):
            right = self.product()
            left = left + right if sign == "+" else left - right
        return left

    def product(self) -> float:
        left = self.power()
        while sign := self.takes("*", "/"):
            right = self.power()
            left = left * right if sign == "*" else left / right if right else math.nan
        return left

    def power(self) -> float:
        left = self.signed()
        while self.takes("^"):
            right = self.signed()
            try:
                raised = left**right
            except (ZeroDivisionError, OverflowError):
                raised = math.nan
            left = raised if isinstance(raised, float | int) else math.nan
        return left

    def signed(self) -> float:
        return -self.signed() if self.takes("-") else self.atom()

    def atom(self) -> float:
        token = self.tokens.pop(0)
        if token == "(":
            found = self.comparison()
            assert self.takes(")")
            return found
        if token in self.names:
            return self.names[token]
        if token[0].isdigit():
            return float(token)
        assert self.takes("(")
        arguments = list(self.arguments())
        try:
            return FUNCTIONS[token](*arguments)
        except (ValueError, OverflowError, ZeroDivisionError):
            return math.nan

    def arguments(self) -> Iterator[float]:
        while not self.takes(")"):
            yield self.comparison()
            self.takes(",")
