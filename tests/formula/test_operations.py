"""The table of operations: slopes against mpmath, and that a new function is one entry."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import mpmath
import pytest

from backprop_cli.formula.evaluate import dual, evaluate
from backprop_cli.formula.operations import FUNCTIONS, OPERATIONS
from backprop_cli.formula.texts import formula

MPMATH: dict[str, Any] = {
    **{name: getattr(mpmath, name) for name in ("exp", "ln", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sign")},
    **{name: getattr(mpmath, name) for name in ("expm1", "log1p", "erfc", "erf", "cbrt", "log10", "sec", "csc", "cot")},
    **{name: getattr(mpmath, name) for name in ("sech", "csch", "coth")},
    "log2": lambda x: mpmath.log(x, 2),
    "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
    "arcsin": mpmath.asin,
    "arccos": mpmath.acos,
    "arctan": mpmath.atan,
    "arcsec": mpmath.asec,
    "arccsc": mpmath.acsc,
    "arccot": lambda x: mpmath.pi / 2 - mpmath.atan(x),
    "arsinh": mpmath.asinh,
    "arcosh": mpmath.acosh,
    "artanh": mpmath.atanh,
    "floor": mpmath.floor,
    "ceil": mpmath.ceil,
    "gelu": lambda x: x * mpmath.ncdf(x),
    "silu": lambda x: x / (1 + mpmath.exp(-x)),
    "mish": lambda x: x * mpmath.tanh(mpmath.ln(1 + mpmath.exp(x))),
    "softsign": lambda x: x / (1 + abs(x)),
    "elu": lambda x: x if x > 0 else mpmath.exp(x) - 1,
    "leaky_relu": lambda x: x if x > 0 else x / 100,
    "hard_sigmoid": lambda x: min(max(x / 6 + mpmath.mpf(1) / 2, 0), 1),
    "hard_tanh": lambda x: min(max(x, -1), 1),
    "selu": lambda x: mpmath.mpf("1.0507009873554805") * (x if x > 0 else 1.6732632423543772 * (mpmath.exp(x) - 1)),
    "log": mpmath.ln,
    "abs": mpmath.fabs,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.ln(1 + mpmath.exp(x)),
    "relu": lambda x: max(x, 0),
    "Phi": mpmath.ncdf,
    "phi": mpmath.npdf,
}  # fmt: skip
OF_ONE = [name for name, entry in OPERATIONS.items() if entry.arity == 1 and name in MPMATH]


@pytest.mark.parametrize("x", [0.7, -0.3, 3.5, -6.0])
@pytest.mark.parametrize("name", OF_ONE)
def test_value_and_slopes_of_a_function_are_those_of_mpmath(name: str, x: float) -> None:
    if name in ("ln", "log", "sqrt", "log1p", "log2", "log10"):
        x = abs(x)
    if name in ("arcsin", "arccos", "artanh"):
        x = mpmath.tanh(x)
        x = float(x)
    if name in ("floor", "ceil"):
        x += 0.25
    if name in ("arcsec", "arccsc"):
        x += 1 if x > 0 else -1
    if name == "arcosh":
        x = 1 + abs(x)
    wanted = float(MPMATH[name](mpmath.mpf(x)))
    slope = float(mpmath.diff(MPMATH[name], x))
    value, slopes = dual(formula(f"{name}(x)"), {"x": x}, ["x"])
    assert value == pytest.approx(wanted, rel=1e-13, abs=1e-15)
    assert slopes["x"] == pytest.approx(slope, rel=1e-12, abs=1e-14)
    assert evaluate(formula(OPERATIONS[name].slopes[0]), {"x": x}) == pytest.approx(slope, rel=1e-9, abs=1e-14)


@pytest.mark.parametrize("name", [name for name, entry in OPERATIONS.items() if entry.written_out])
@pytest.mark.parametrize("x", [-40.0, -1.5, 0.0, 0.25, 40.0])
def test_a_function_written_out_is_the_function(name: str, x: float) -> None:
    x = abs(x) if name == "log1p" else x
    if (x == 0 and name in ("csc", "cot", "csch", "coth")) or (abs(x) < 1 and name in ("arcsec", "arccsc")):
        return
    found = evaluate(formula(OPERATIONS[name].written_out), {"x": x})
    assert found == pytest.approx(evaluate(formula(f"{name}(x)"), {"x": x}), rel=1e-14, abs=1e-300)


def test_what_only_the_program_uses_is_no_word_for_users() -> None:
    assert {"Phi", "phi", "erfc", "expm1"}.isdisjoint(FUNCTIONS)
    assert {"exp", "relu", "max"} <= FUNCTIONS.keys()


ONE_ENTRY = r"""
import math
from backprop_cli.formula import operations
entry = operations.Operation(
    value=math.asinh, slopes=("1/sqrt(x^2 + 1)",), sympy="asinh", parity=-1, latex=r"\operatorname{arsinh}", mathml="arsinh"
)
operations.OPERATIONS["asinh"] = operations.FUNCTIONS["asinh"] = entry
from backprop_cli.chain.derive import differentiate
from backprop_cli.chain.question import Question
from backprop_cli.formula.code import JAVASCRIPT, PYTHON, SPREADSHEET
from backprop_cli.formula.expression import Source
from backprop_cli.formula.printer import TEXT, UNICODE
from backprop_cli.formula.texts import formula
from backprop_cli.formula.typeset import LATEX, MATHML
tree = formula("asinh(x)")
for printer in (TEXT, UNICODE, LATEX, PYTHON, JAVASCRIPT, SPREADSHEET):
    print(printer.write(tree))
print(MATHML.write(tree)[:15])
result = differentiate(Source("h = asinh(2x)"), Question(at={"x": 0.375}))
print(result.derivatives["x"].partial.value, result.derivatives["x"].partial.name)
"""


def test_adding_an_operation_is_adding_one_entry() -> None:
    done = subprocess.run([sys.executable, "-c", ONE_ENTRY], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines() == [
        "asinh(x)", "asinh(x)", r"\operatorname{arsinh}(x)", "asinh(x)", "Math.asinh(x)", "ASINH(x)", "<mi>arsinh</mi>",
        "1.6 dh/dx",
    ]  # fmt: skip
