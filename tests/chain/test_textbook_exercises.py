"""Exercises of textbooks with the answers that are printed there, and random expressions as people write them.

The printed answers are checked once more by sympy, the program's derivatives by mpmath and by those answers.
"""

from __future__ import annotations

import random
from typing import Any

import mpmath as mp
import pytest
import sympy

from tests.program import backprop

# Paul Dawkins, Paul's Online Notes, Calculus I, Derivatives, Chain Rule, practice problems 1-27
PAUL = [
    ("(6x^2 + 7x)^4", "4*(12*x + 7)*(6*x**2 + 7*x)**3"),
    ("(4x^2 - 3x + 2)^-2", "-2*(8*x - 3)*(4*x**2 - 3*x + 2)**-3"),
    ("cbrt(1 - 8x)", "-8/3*(1 - 8*x)**Rational(-2, 3)"),
    ("csc 7x", "-7*csc(7*x)*cot(7*x)"),
    ("2sin(3x + tan x)", "2*(3 + sec(x)**2)*cos(3*x + tan(x))"),
    ("tan(4 + 10x)", "10*sec(4 + 10*x)**2"),
    ("5 + e^(4x + x^7)", "(4 + 7*x**6)*exp(4*x + x**7)"),
    ("e^(1 - cos x)", "sin(x)*exp(1 - cos(x))"),
    ("2^(1 - 6x)", "-6*2**(1 - 6*x)*log(2)"),
    ("arctan(3x - 1)", "3/((3*x - 1)**2 + 1)"),
    ("ln(1 - 5x^2 + x^3)", "(-10*x + 3*x**2)/(1 - 5*x**2 + x**3)"),
    ("ln(sin x - cot x)", "(cos(x) + csc(x)**2)/(sin(x) - cot(x))"),
    ("sin x^6 + sin^6 x", "6*x**5*cos(x**6) + 6*sin(x)**5*cos(x)"),
    ("sqrt(7x) + e^-x", "Rational(7, 2)*(7*x)**Rational(-1, 2) - exp(-x)"),
    ("3x^7 - sin(x^2 + 6)", "21*x**6 - 2*x*cos(x**2 + 6)"),
    ("ln(sin x) - (x^4 - 3x)^10", "cot(x) - 10*(4*x**3 - 3)*(x**4 - 3*x)**9"),
    ("x^6 sqrt(5x^2 - x)", "6*x**5*sqrt(5*x**2 - x) + x**6*(10*x - 1)/(2*sqrt(5*x**2 - x))"),
    ("x^2 ln(x^5)", "2*x*log(x**5) + 5*x"),
    ("cos(3x) sec(1 - x)", "-3*sin(3*x)*sec(1 - x) - cos(3*x)*sec(1 - x)*tan(1 - x)"),
    ("sin(3x)/(1 + x^2)", "(3*cos(3*x)*(1 + x**2) - 2*x*sin(3*x))/(1 + x**2)**2"),
    ("cos(x^2 e^x)", "-(2*x*exp(x) + x**2*exp(x))*sin(x**2*exp(x))"),
    ("sqrt(5x + tan 4x)", "(5 + 4*sec(4*x)**2)/(2*sqrt(5*x + tan(4*x)))"),
    ("(e^(-6x) + sin(2 - x))^3", "3*(-6*exp(-6*x) - cos(2 - x))*(exp(-6*x) + sin(2 - x))**2"),
    ("(ln(x^2 + 1) - arctan 6x)^10", "10*(2*x/(x**2 + 1) - 6/(36*x**2 + 1))*(log(x**2 + 1) - atan(6*x))**9"),
    ("tan^4(x^2 + 1)", "8*x*tan(x**2 + 1)**3*sec(x**2 + 1)**2"),
    ("1/(cbrt(12x) + sin²(3x))", "-(4*(12*x)**Rational(-2, 3) + 6*sin(3*x)*cos(3*x))*(cbrt(12*x) + sin(3*x)**2)**-2"),
]
# OpenStax, Calculus Volume 1, sections 3.3, 3.5, 3.6, 3.7, 3.9 and 6.9, examples and checkpoints
OPENSTAX = [
    ("2x^5 + 7", "10*x**4"),
    ("(x^2 + 2)(3x^3 - 5x)", "15*x**4 + 3*x**2 - 10"),
    ("5x^2/(4x + 3)", "(20*x**2 + 30*x)/(4*x + 3)**2"),
    ("(3x + 1)/(4x - 3)", "-13/(4*x - 3)**2"),
    ("5x^3 sin x", "15*x**2*sin(x) + 5*x**3*cos(x)"),
    ("cos(x)/(4x^2)", "(-x*sin(x) - 2*cos(x))/(4*x**3)"),
    ("csc x + x tan x", "-csc(x)*cot(x) + tan(x) + x*sec(x)**2"),
    ("2tan x - 3cot x", "2*sec(x)**2 + 3*csc(x)**2"),
    ("1/(3x^2 + 1)^2", "-12*x/(3*x**2 + 1)**3"),
    ("sin³x", "3*sin(x)**2*cos(x)"),
    ("cos(5x^2)", "-10*x*sin(5*x**2)"),
    ("sec(4x^5 + 2x)", "sec(4*x**5 + 2*x)*tan(4*x**5 + 2*x)*(20*x**4 + 2)"),
    ("(2x + 1)^5 (3x - 2)^7", "(2*x + 1)**4*(3*x - 2)**6*(72*x + 1)"),
    ("x/(2x + 3)^3", "(3 - 4*x)/(2*x + 3)**4"),
    ("cos^4(7x^2 + 1)", "-56*x*sin(7*x**2 + 1)*cos(7*x**2 + 1)**3"),
    ("sin^6(x^3)", "18*x**2*sin(x**3)**5*cos(x**3)"),
    ("arcsin(x^2)", "2*x/sqrt(1 - x**4)"),
    ("arctan(x^2)", "2*x/(1 + x**4)"),
    ("x^2 arcsin x", "2*x*asin(x) + x**2/sqrt(1 - x**2)"),
    ("arccos(3x - 1)", "-3/sqrt(6*x - 9*x**2)"),
    ("e^(tan 2x)", "2*exp(tan(2*x))*sec(2*x)**2"),
    ("e^(x^2)/x", "exp(x**2)*(2*x**2 - 1)/x**2"),
    ("x e^(2x)", "exp(2*x)*(1 + 2*x)"),
    ("ln(x^3 + 3x - 4)", "(3*x**2 + 3)/(x**3 + 3*x - 4)"),
    ("ln(x^2 sin(x)/(2x + 1))", "2/x + cot(x) - 2/(2*x + 1)"),
    ("3^x/(3^x + 2)", "2*3**x*log(3)/(3**x + 2)**2"),
    ("log_2(3x + 1)", "3/(log(2)*(3*x + 1))"),
    ("(2x^4 + 1)^(tan x)", "(2*x**4 + 1)**tan(x)*(sec(x)**2*log(2*x**4 + 1) + 8*x**3/(2*x**4 + 1)*tan(x))"),
    ("x^x", "x**x*(1 + log(x))"),
    ("(tan x)^π", "pi*tan(x)**(pi - 1)*sec(x)**2"),
    ("sinh(x^2)", "2*x*cosh(x**2)"),
    ("(cosh x)^2", "2*cosh(x)*sinh(x)"),
    ("tanh(x^2 + 3x)", "sech(x**2 + 3*x)**2*(2*x + 3)"),
    ("1/(sinh x)^2", "-2*cosh(x)/sinh(x)**3"),
    ("arsinh(x/3)", "1/sqrt(9 + x**2)"),
    ("(artanh x)^2", "2*atanh(x)/(1 - x**2)"),
    ("arcosh(3x)", "3/sqrt(9*x**2 - 1)"),
]
EXERCISES = [*PAUL, *OPENSTAX]
POINTS = [0.21, 0.37, 0.3]
ELSEWHERE = {
    "cbrt(1 - 8x)": [0.05, -0.7],
    "ln(sin x - cot x)": [1.3, 2.1],
    "x^6 sqrt(5x^2 - x)": [0.37, 0.8],
    "ln(x^3 + 3x - 4)": [1.2, 2.0],
    "arcosh(3x)": [0.37, 0.8],
}
"""Points at which the others have no value."""


def answer(text: str) -> Any:
    return sympy.sympify(text, {"x": sympy.Symbol("x", real=True)})


def test_there_are_sixty_and_no_two_are_the_same() -> None:
    assert len({question for question, _ in EXERCISES}) == len(EXERCISES) >= 60


@pytest.mark.parametrize(("question", "printed"), EXERCISES)
def test_an_exercise_has_the_printed_answer(question: str, printed: str) -> None:
    symbol = sympy.Symbol("x", real=True)
    for x in ELSEWHERE.get(question, POINTS):
        wanted = float(answer(printed).subs(symbol, sympy.Rational(str(x))).evalf(30))
        result = backprop("chain", f"d/dx({question})", "--at", f"x={x}", "-f", "json").json
        value = result["derivatives"]["x"]["value"]
        assert value == pytest.approx(wanted, rel=1e-9), (x, result)
        assert result["numerical"]["x"] == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize(("question", "printed"), EXERCISES[::3])
def test_the_printed_answer_is_that_of_sympy(question: str, printed: str) -> None:
    """The program's own definition, which is in plain spelling, goes to sympy and is differentiated there."""
    result = backprop("chain", f"y = {question}", "--steps", "none", "-f", "json").json
    plain = result["definitions"]["y"].replace("^", "**").replace("arc", "a").replace("ar", "a")
    symbol = sympy.Symbol("x", real=True)
    names = {"x": symbol, "ln": sympy.log, "e": sympy.E, "log2": lambda z: sympy.log(z, 2)}
    found = sympy.diff(sympy.sympify(plain, names), symbol)
    for x in ELSEWHERE.get(question, POINTS):
        point = {symbol: sympy.Rational(str(x))}
        assert float(found.subs(point).evalf(30)) == pytest.approx(
            float(answer(printed).subs(point).evalf(30)), rel=1e-12
        )


# OpenStax, Calculus Volume 3, section 4.5, examples and checkpoints: the printed derivatives at a point
SEVERAL: list[tuple[list[str], dict[str, float], dict[str, Any]]] = [
    (["z = 4x^2 + 3y^2", "x = sin t", "y = cos t"], {"t": 0.4}, {"t": lambda t: 2 * mp.sin(t) * mp.cos(t)}),
    (
        ["z = sqrt(x^2 - y^2)", "x = e^(2t)", "y = e^(-t)"],
        {"t": 0.4},
        {"t": lambda t: (2 * mp.exp(4 * t) + mp.exp(-2 * t)) / mp.sqrt(mp.exp(4 * t) - mp.exp(-2 * t))},
    ),
    (
        ["z = 3x^2 - 2x y + y^2", "x = 3u + 2v", "y = 4u - v"],
        {"u": 0.3, "v": -0.6},
        {"u": lambda u, v: 38 * u + 18 * v, "v": lambda u, v: 18 * u + 34 * v},
    ),
]


@pytest.mark.parametrize(("definitions", "at", "wanted"), SEVERAL)
def test_an_exercise_of_several_variables(definitions: list[str], at: dict[str, float], wanted: dict[str, Any]) -> None:
    point = ",".join(f"{name}={value}" for name, value in at.items())
    derivatives = backprop("chain", *definitions, "--at", point, "-f", "json").json["derivatives"]
    assert derivatives.keys() == wanted.keys()
    for name, function in wanted.items():
        assert derivatives[name]["value"] == pytest.approx(float(function(*map(mp.mpf, at.values()))), rel=1e-12)


# ── random expressions as people write them ───────────────────────────────────────────────────────────────────────────

FUNCTIONS: dict[str, Any] = {
    "sin": mp.sin, "cos": mp.cos, "exp": mp.exp, "arctan": mp.atan, "tanh": mp.tanh, "arsinh": mp.asinh, "erf": mp.erf,
    "σ": lambda z: 1 / (1 + mp.exp(-z)), "softplus": lambda z: mp.log(1 + mp.exp(z)), "sech": mp.sech, "cosh": mp.cosh,
    "swish": lambda z: z / (1 + mp.exp(-z)), "gelu": lambda z: z * mp.ncdf(z), "atan": mp.atan,
}  # fmt: skip


def written(chance: random.Random, depth: int) -> tuple[str, Any]:
    """An expression in parentheses where it needs them, and its meaning."""
    if depth == 0:
        number = chance.choice([2, 3, 5, 0.5])
        return chance.choice(
            [("x", lambda x: x), (f"({number}x)", lambda x: number * x), (str(number), lambda x: number + 0 * x)]
        )
    one, f = written(chance, depth - 1)
    other, g = written(chance, chance.randrange(depth))
    name = chance.choice([function for function in FUNCTIONS if function != "σ"])
    function, power = FUNCTIONS[name], chance.choice([2, 3])
    return chance.choice([
        (f"({one} + {other})", lambda x: f(x) + g(x)),
        (f"({one} − {other})", lambda x: f(x) - g(x)),
        (f"({one})·({other})", lambda x: f(x) * g(x)),
        (f"({one})/(({other})² + 1)", lambda x: f(x) / (g(x) ** 2 + 1)),
        (f"{name}({one})", lambda x: function(f(x))),
        (f"σ({one})", lambda x: FUNCTIONS["σ"](f(x))),
        (f"{name}^{power}({one})", lambda x: function(f(x)) ** power),
        (f"√(({one})^2 + 1)", lambda x: mp.sqrt(f(x) ** 2 + 1)),
        (f"ln|({one})² + 2|", lambda x: mp.log(f(x) ** 2 + 2)),
        (f"2^(({one})/4)", lambda x: mp.mpf(2) ** (f(x) / 4)),
        (f"(({one})² + 1)^(({other})/5)", lambda x: (f(x) ** 2 + 1) ** (g(x) / 5)),
    ])  # fmt: skip


@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.slow) for part in range(1, 10))])
def test_five_hundred_random_expressions(part: int) -> None:
    chance = random.Random(part)
    compared = 0
    while compared < 50:
        text, meaning = written(chance, chance.randint(1, 3))
        x = chance.uniform(-1.5, 1.5)
        wanted, slope = (float(mp.re(number)) for number in (meaning(mp.mpf(x)), mp.diff(meaning, x)))
        if max(abs(wanted), abs(slope)) > 1e6 or "x" not in text.replace("exp", ""):
            continue
        steps = chance.choice(["none", "rules", "all"])
        result = backprop("chain", f"y = {text}", "--at", f"x={x!r}", "--numbers", "--steps", steps, "-f", "json").json
        assert result["values"]["y"] == pytest.approx(wanted, rel=1e-10, abs=1e-12), text
        assert result["derivatives"]["x"]["value"] == pytest.approx(slope, rel=1e-8, abs=1e-10), text
        compared += 1
