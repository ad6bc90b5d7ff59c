"""The language of definitions: what each spelling means, by Python's own arithmetic, and where each error points."""

from __future__ import annotations

import math
import re
import tracemalloc
from typing import Any

import pytest

from tests.hang import no_hang
from tests.program import Result, backprop

X, Y = 0.7, -1.3


def value_of(expression: str, **at: float) -> Any:
    point = ",".join(f"{name}={value!r}" for name, value in ({"x": X, "y": Y} | at).items())
    # x and y are mentioned, so that a constant has something to be differentiated by and both may be given
    return backprop("chain", f"h = {expression}", "all = h + 0x + 0y", "--at", point, "-f", "json").json["values"]["h"]


MEANINGS = {
    "1 + 2*3": 7,
    "2^3^2": 512,
    "-x^2": -(X**2),
    "(-x)^2": X**2,
    "2^-x": 2**-X,
    "2**3": 8,
    "x - y - 1": X - Y - 1,
    "x/y/2": X / Y / 2,
    "2x": 2 * X,
    "2 x y": 2 * X * Y,
    "2(x + 1)": 2 * (X + 1),
    "(x + 1)(x - 1)": (X + 1) * (X - 1),
    "(x + 1)y": (X + 1) * Y,
    "3x^2": 3 * X**2,
    "2x^2y": 2 * X**2 * Y,
    "x(x + 1)": X * (X + 1),
    "x(x + 1)^2": X * (X + 1) ** 2,
    "1/2x": 0.5 * X,
    "1/2(x - y)^2": 0.5 * (X - Y) ** 2,
    "2sin(x)": 2 * math.sin(X),
    "x sin(x)": X * math.sin(X),
    "--x": X,
    "2*-x": -2 * X,
    "+x": X,
    "1e-3x": 1e-3 * X,
    "2.5E2 + .5": 250.5,
    "2e": 2 * math.e,
    "pi + π": 2 * math.pi,
    "x² + 2·x − 4×y ÷ 2": X**2 + 2 * X - 4 * Y / 2,
    "x⁻¹": 1 / X,
    "x^(1/2)": math.sqrt(X),
    "exp(x) + log(x) + ln(x)": math.exp(X) + 2 * math.log(X),
    "sqrt(x) + abs(y)": math.sqrt(X) - Y,
    "sin(x) + cos(x) + tan(x)": math.sin(X) + math.cos(X) + math.tan(X),
    "sinh(x) + cosh(x) + tanh(x)": math.sinh(X) + math.cosh(X) + math.tanh(X),
    "sigmoid(x)": 1 / (1 + math.exp(-X)),
    "relu(x) + relu(y)": X,
    "max(x, y) - min(x, y)": X - Y,
    "max(x, y, 3, 2)": 3,
    "1 if x > y else 2": 1,
    "1 if x < y else 2 if x == x else 3": 2,
    "ln(y) if y >= 0 else -1": -1,
}


@pytest.mark.parametrize("expression", MEANINGS)
def test_an_expression_means_what_it_says(expression: str) -> None:
    assert value_of(expression) == pytest.approx(MEANINGS[expression], rel=1e-15)


def test_greek_and_indexed_names() -> None:
    result = backprop("chain", "σ1 = w_31*x₁ + µ", "h = σ1^2", "--at", "w_31=2,x1=3,μ=1", "-f", "json").json
    assert result["values"] == {"σ1": 7.0, "h": 49.0}
    assert list(result["derivatives"]) == ["w_31", "x1", "μ"]
    assert result["partials"][0]["rule"] == "2*σ1"


def test_a_name_is_the_same_however_its_characters_are_composed() -> None:
    result = backprop("chain", "u\u0308 = x^2", "ŷ = \u00fc + x\u0302", "-f", "json").json
    assert list(result["definitions"]) == ["\u00fc", "\u0177"]
    assert list(result["derivatives"]) == ["x", "x\u0302"]
    assert (
        backprop("chain", "h = 1 \uff49\uff46 x > 0 else 2x", "-f", "json").json["definitions"]["h"]
        == "1 if x > 0 else 2*x"
    )


def test_a_definition_or_a_given_variable_wins_over_the_constant_e() -> None:
    assert backprop("chain", "h = e*x", "--at", "x=1", "-f", "json").json["values"]["h"] == math.e
    assert backprop("chain", "e = x + 1", "h = e*x", "--at", "x=1", "-f", "json").json["values"]["h"] == 2
    given = backprop("chain", "h = e*x", "--at", "x=1,e=5", "-f", "json").json
    assert given["values"]["h"] == 5 and list(given["derivatives"]) == ["e", "x"]


def test_a_function_of_ones_own_wins_over_the_built_in_one() -> None:
    result = backprop("chain", "sigmoid(x) = x^2", "h = sigmoid(t)", "--at", "t=3", "-f", "json").json
    assert result["derivatives"]["t"]["value"] == 6


def test_standard_input_has_a_definition_a_line_and_comments() -> None:
    text = "# the inner function\n\nu = (x+1)^2   # a square\r\n  h = u^3 + 2u - 5\n"
    for arguments in ([], ["-"]):
        result = backprop("chain", *arguments, "--at", "x=1", "-f", "json", stdin=text).json
        assert result["derivatives"]["x"]["value"] == 200


def test_a_point_takes_numbers_and_constants() -> None:
    result = backprop("chain", "h = sin(x) + y", "--at", "x=pi/2", "--at", "y=-1e-3", "-f", "json").json
    assert result["at"] == {"x": math.pi / 2, "y": -1e-3}


# ── errors ────────────────────────────────────────────────────────────────────────────────────────────────────────────

ERRORS = [
    # definitions, line:column of the character to blame, a piece of the message
    (["h = x + * 2"], "1:9", "expected a number, a name or '('"),
    (["h = x +"], "1:8", "found the end"),
    (["h = (x + 1"], "1:5", "never closed"),
    (["h = x + 1)"], "1:10", "found ')'"),
    (["h = 2 3"], "1:7", "expected an operator"),
    (["h = x 3"], "1:7", "expected an operator"),
    (["h = x $ 2"], "1:9", "expected an operator"),
    (["h = x ∞ 2"], "1:7", "unexpected character '∞'"),
    (["h = 2\u0301"], "1:6", "unexpected character U+0301"),
    (["h = \ufdfa"], "1:5", "a character that stands for several"),
    (["h = sigmod(x)"], "1:5", "did you mean 'sigmoid'?"),
    (["h = f(x)"], "1:5", "unknown function 'f'"),
    (["h = sin"], "1:5", "needs its argument in parentheses"),
    (["h = 2 + cos*x"], "1:9", "needs its argument in parentheses"),
    (["h = sin(x, y)"], "1:5", "takes 1 argument, not 2"),
    (["h = max(x)"], "1:5", "takes two arguments or more"),
    ([f"h = min({','.join(['x'] * 21)})"], "1:5", "takes at most 20 arguments"),
    (["f(a, b) = a*b", "h = f(x)"], "2:5", "takes 2 arguments, not 1"),
    (["f(a, a) = a", "h = f(x, x)"], "1:6", "named twice"),
    (["2 = x"], "1:3", "an equation between two variables"),
    (["= x"], "1:1", "expected the name that is defined, found '='"),
    (["sin = x"], "1:1", "the name of a function"),
    (["u = x", "h = u", "u = 2"], "3:1", "defined twice; the first time in definition 1"),
    (["a = b", "b = c", "c = a + x"], "1:1", "a → b → c → a"),
    (["f(x) = g(x)", "g(x) = f(x)", "h = f(x)"], "2:8", "f → g → f"),
    (["u = u + x"], "1:1", "defined through itself"),
    (["h = x if y else 2"], "1:12", "expected a comparison"),
    (["h = x if y > 1"], "1:15", "expected 'else'"),
    (["h = 1e999x"], "1:5", "too large for a 64-bit float"),
    (["h = 1e-999x"], "1:5", "too small for a 64-bit float"),
    (["h = x/(2 - 2)"], "1:6", "whatever the variables are"),
    (["h = x + 1/(2 - 2)"], "1:10", "division by zero"),
    (["h = x + ln(-1)"], "1:9", "no logarithm of -1"),
    (["h = x + sqrt(-4)"], "1:9", "no square root"),
    (["h = x + (-8)^(1/3)"], "1:13", "has no power"),
    (["h = 1/(x - x)"], "1:6", "whatever the variables are"),
    (["h = 0^x"], "1:6", "0 to the power x has no slope"),
    (["h = (y - y)^(x + 1)"], "1:12", "0 to the power x + 1 has no slope"),
    (["h = (-2)^x"], "1:9", "the negative number -2 has no power x"),
    (["h = x + exp(1000)"], "1:9", "too large for a 64-bit float"),
    (["h = 9^9^9^9"], "1:8", "the exponent 3.8742e+08 is too large"),
    (["h = x^1001"], "1:6", "the exponent 1001 is too large"),
    (["u = (((2x)^1000)^1000)^1000", "h = u"], "1:8", "too large for exact algebra"),
    (["h = x.__class__"], "1:6", "unexpected character '.'"),
    (["h = __import__(x)"], "1:5", "unknown function '__import__'"),
    (["h = (lambda)(x)[0]"], "1:16", "found '['"),
    (["h = 'x'"], "1:5", 'found "\'"'),
]


@pytest.mark.parametrize(("definitions", "where", "what"), ERRORS)
def test_an_error_points_at_the_character(definitions: list[str], where: str, what: str) -> None:
    result = backprop("chain", *definitions)
    assert (result.exit_code, result.stdout) == (2, "")
    first, excerpt, caret, *_ = result.stderr.splitlines()
    assert first.startswith(f"error: <definitions>:{where}: ") and what in result.stderr
    line, column = map(int, where.split(":"))
    assert excerpt == f"    {definitions[line - 1]}" and caret == " " * (column + 3) + "^"


AT_POINTS = [
    (["u = x - 1", "h = 1/u"], "x=1", "2:6", "division by zero, in h at x = 1"),
    (["h = ln(x)"], "x=-1", "1:5", "there is no logarithm of -1, in h at x = -1"),
    (["h = sqrt(x)"], "x=-4", "1:5", "no square root of the negative number -4"),
    (["h = sqrt(x)"], "x=0", "1:5", "the slope of a square root is infinite at 0"),
    (["h = x^0.5"], "x=0", "1:6", "the slope of a power 0.5 is infinite at 0"),
    (["h = x^y"], "x=-2,y=0.5", "1:6", "the negative number -2 has no power 0.5"),
    (["h = x^y"], "x=-2,y=2", "1:6", "a power of -2 has no slope by its exponent"),
    (["h = x^y"], "x=0,y=-1", "1:6", "division by zero: 0 to the power -1"),
    (["u = exp(x)", "h = u^2"], "x=710", "1:5", "too large for a 64-bit float, in u at x = 710"),
    (["u = 1e200x", "h = u*u"], "x=1", "2:6", "too large for a 64-bit float, in h"),
    (["f(t) = 1/t", "h = f(x - 1)"], "x=1", "1:9", "division by zero, in h at x = 1"),
]


@pytest.mark.parametrize(("definitions", "at", "where", "what"), AT_POINTS)
def test_what_has_no_value_at_the_point_names_definition_and_point(
    definitions: list[str], at: str, where: str, what: str
) -> None:
    result = backprop("chain", *definitions, "--at", at)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"error: <definitions>:{where}: ") and what in result.stderr


OPTIONS = [
    (["--at", "x=1,x=2"], "--at:1:5: x is given twice"),
    (["--at", "x=1", "--at", "x=2"], "--at:2:1: x is given twice"),
    (["--at", "x"], "--at:1:1: the value is no number: it holds the variable x"),
    (["--at", "x=[1, 2]"], "--at:1:3: the value of x is one number, no array"),
    (["--at", "x=sum(x_i for i in 1..3)"], "--at:1:3: the value of x is one number, no array"),
    (["--at", "x=1", "--direction", "x=softmax(1)"], "--direction:1:3: the value of x is one number, no array"),
    (["--at", "x=1", "--direction", "x=1/0"], "--direction:1:4: division by zero\n    x=1/0"),
    (["--at", "x=y"], "--at:1:3: the value of x is no number: it holds the variable y"),
    (["--at", "x=1", "--at", "y=2,z=2a"], "--at:2:8: the value of z is no number: it holds the variable a"),
    (["--at", "x=1/0"], "--at:1:4: division by zero"),
    (["--at", "y=1"], "--at gives no value for x"),
    (["--at", "x=1,z=2"], "unknown variable 'z'"),
    (["--at", "u=1"], "u is computed from its definition"),
    (["--wrt", "z"], "unknown variable 'z'"),
    (["--wrt", "h"], "h is what is differentiated"),
    (["--of", "u", "--wrt", "y"], "u does not depend on y; it depends on: x"),
    (["--of", "v"], "unknown definition 'v'"),
]


@pytest.mark.parametrize(("options", "what"), OPTIONS)
def test_an_option_that_fits_nothing_says_so(options: list[str], what: str) -> None:
    result = backprop("chain", "u = x^2", "h = u + y", *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert what in result.stderr


def test_without_a_variable_there_is_nothing_to_differentiate_by_until_one_is_named() -> None:
    definitions = ["x = -2", "y = 5", "f = x*y"]
    result = backprop("chain", *definitions)
    assert result.exit_code == 2 and "--wrt differentiates by x, y all the same" in result.stderr
    assert backprop("chain", *definitions, "--wrt", "x", "-f", "json").json["derivatives"]["x"]["value"] == 5


def test_no_definition_at_all() -> None:
    assert "there is no definition" in backprop("chain", stdin="# nothing here\n").stderr


# ── limits ────────────────────────────────────────────────────────────────────────────────────────────────────────────

HOSTILE = {
    "a million parentheses": "h = " + "(" * 1_000_000 + "x" + ")" * 1_000_000,
    "parentheses below the limit of text": "h = " + "(" * 20_000 + "x" + ")" * 20_000,
    "ten megabytes": "h = " + "+".join(["x"] * 5_000_000),
    "many signs": "h = " + "-" * 10_000 + "x",
    "many powers": "h = " + "^".join(["x"] * 1_000),
    "many divisions": "h = " + "/".join(["x"] * 5_000),
    "many calls": "h = " + "sin(" * 5_000 + "x" + ")" * 5_000,
    "many parts": "h = " + "+".join(["x"] * 10_000),
    "a tower of powers": "h = 9^9^9^9",
    "functions that double": "\n".join(["f0(x) = x + 1", *(f"f{i}(x) = f{i-1}(x + 1) + f{i-1}(x + 2)" for i in range(1, 40))]),
    "functions in functions": "\n".join(["f0(x) = x + 1", *(f"f{i}(x) = 2f{i-1}(x)" for i in range(1, 200))]),
    "local derivatives as long as the square of a product": "h = " + "*".join(f"x{i}" for i in range(400)),
    "a maximum of many": "h = max(" + ",".join(f"x{i}" for i in range(60)) + ")",
    "a long number": "h = x + " + "9" * 40_000,
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_refused_at_a_character_with_little_memory(name: str) -> None:
    backprop("chain", "h = x")  # what is imported once is not this text's doing
    text = HOSTILE[name]
    tracemalloc.start()
    result = backprop("chain", "-", stdin=text)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert result.exit_code == 2 and re.match(r"error: <stdin>:\d+:\d+: ", result.stderr)
    assert len(result.stderr) < 500
    assert peak < 4 * len(text) + 30_000_000


def test_many_long_derivatives_are_written_in_the_intermediates() -> None:
    result = backprop("chain", "u = " + "+".join(f"x{i}" for i in range(300)), "h = sin(u)", "-f", "json").json
    first, *_, last = result["derivatives"].values()
    assert first["simplified"].startswith("cos(x0 + x1 + ") and last["simplified"] == "cos(u)"
    assert last["note"].startswith("written in the intermediates")


GROWING = {
    "squares of squares": ["u0 = x", *(f"u{i} = u{i - 1}*u{i - 1}" for i in range(1, 60))],
    "a ladder of branches": ["u0 = x", "u1 = x + 1", *(f"u{i} = u{i - 1}*u{i - 2}" for i in range(2, 60))],
    "a long chain": ["u0 = x", *(f"u{i} = sin(u{i - 1}) + 1" for i in range(1, 100))],
    "powers of powers": ["a = (2x)^1000", "b = a^1000", "h = b^1000"],
    "a sum to a high power": ["h = (x + y + z + 1)^1000"],
    "a product of many sums": ["h = " + "*".join(f"(x + {i})" for i in range(60))],
    "fractions in fractions": ["h = " + "1/(1 + " * 40 + "x" + ")" * 40],
    "a wide sum": ["h = " + " + ".join(f"(x{i} - y)^2" for i in range(150))],
}


@pytest.mark.parametrize("name", GROWING)
def test_what_grows_is_cut_short_and_said_to_be(name: str) -> None:
    result: Result = backprop("chain", *GROWING[name], "-f", "json")
    derivatives = result.json["derivatives"]
    for total in derivatives.values():
        texts = [total["product"], total["simplified"]]
        assert all(text is None or len(text) < 50_000 for text in texts)
        assert None not in texts or total["note"]


def test_no_derivative_of_a_product_of_many_variables_hangs() -> None:
    with no_hang():
        result = backprop("chain", "h = " + "*".join(f"x{i}" for i in range(90)), "-f", "json")
    total = result.json["derivatives"]["x7"]
    assert total["simplified"].count("*") == 88 and "x7*" not in total["simplified"]


def test_the_unsimplified_result_is_shown_and_said_to_be_so() -> None:
    definition = "h = (x + y + z)^30 + (x - y)^40 + (x + 2z)^50"
    derivative = [definition, "--wrt", "x", "--steps", "none"]
    total = backprop("chain", *derivative, "-f", "json").json["derivatives"]["x"]
    assert total["product"] == total["simplified"] == "50*(x + 2*z)^49 + 40*(x - y)^39 + 30*(x + y + z)^29"
    assert total["note"] == "not simplified further: that would take too long"
    assert "Not simplified further: that would take too long." in backprop("chain", *derivative).stdout


POLYNOMIALS = {
    "degrees in the hundreds": "h = (x^120 - 1)/(x^77 - 1) + x/(x^60 - 3)",
    "many denominators": "h = " + " + ".join(f"1/(x + {i})" for i in range(1, 40)),
    "many unknowns": "h = " + "*".join(f"(a{i} + b{i}*x)" for i in range(7)),
    "many unknowns below the line": "h = " + " + ".join(f"x/(x + a{i})" for i in range(7)),
    "many functions": "h = " + " + ".join(f"x^{i}*sin({i}x)" for i in range(1, 60)),
}


@pytest.mark.parametrize("name", POLYNOMIALS)
def test_no_polynomial_is_factored_for_long(name: str) -> None:
    with no_hang():
        total = backprop("chain", POLYNOMIALS[name], "--wrt", "x", "--steps", "none", "-f", "json").json["derivatives"][
            "x"
        ]
    assert total["note"] == "not simplified further: that would take too long"


def test_the_chain_is_written_in_the_intermediates_where_it_grows_too_long() -> None:
    total = backprop("chain", *GROWING["squares of squares"], "-f", "json").json["derivatives"]["x"]
    assert total["product"].startswith("(2*u58)*(2*u57)*") and total["note"].startswith("written in the intermediates")


def test_the_two_spellings_are_not_mixed_up() -> None:
    result = backprop("chain", "f = x^2", "g(u) = u + 1", "h = g(f(x))", "--at", "x=3")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "'f' is a value here, not a function" in result.stderr and "f(x) = …" in result.stderr
    assert value_of("x(x + 1)") == X * (X + 1)


def test_a_variable_of_the_target_is_not_taken_for_another_one_of_that_name() -> None:
    result = backprop("chain", "f(x) = x*c", "g(c) = f(2c)", "--at", "c=5")
    assert result.exit_code == 2 and "'c' is g's own variable, but f means one from outside by it" in result.stderr
    renamed = backprop("chain", "f(x) = x*c", "g(t) = f(2t)", "--at", "t=5,c=7", "-f", "json").json["derivatives"]
    assert (renamed["t"]["value"], renamed["c"]["value"]) == (14, 10)
