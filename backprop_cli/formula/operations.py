"""The table of operations: of each its value, its slopes, and what it is called in every output.

Slopes are texts of the language, so that derivatives can be written out. Adding a function is adding one entry: what it is
called follows from its name where nothing else is said. At a kink the slope is PyTorch's: |x|' = 0 and relu' = 0 at 0, and
where two arguments of max or min are equal, each has ½ (https://pytorch.org/docs/stable/generated/torch.maximum.html).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass


class UndefinedError(Exception):
    """An operation has no value, or no finite slope, for its arguments; the message says why."""


Arguments = Sequence[float]


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation of the language.

    `value` is called with the arguments. `slopes` are its derivatives by each argument, in `x` and `y`; `exact_slope`, called
    with the argument's index, the arguments and the value, computes them where the text would cancel, overflow or say nothing
    of why there is none. `written_out` says the same in other operations, for what does not have this one.

    `sympy` names sympy's function, if it has one that may be used; `parity` is 1 for an even function, -1 for an odd one.
    The other fields are spellings. One with `%s` is a template for the arguments, one without is the name before their
    parentheses; an empty one stands for the usual: `f`, in LaTeX as an operator's name, `Math.f`, `F`. `is_internal` marks
    what only the program's own formulas use.
    """

    value: Callable[..., float]
    slopes: tuple[str, ...] = ()
    exact_slope: Callable[[int, Arguments, float], float] | None = None
    arity: int = 1
    written_out: str = ""
    is_internal: bool = False
    sympy: str = ""
    parity: int = 0
    unicode: str = ""
    latex: str = ""
    mathml: str = ""
    python: str = ""
    javascript: str = ""
    spreadsheet: str = ""


# ── values and slopes that need care ──────────────────────────────────────────────────────────────────────────────────


def _product_slope(index: int, v: Arguments, _: float) -> float:
    return math.prod((*v[:index], *v[index + 1 :]))


def _quotient(over: float, under: float) -> float:
    if under == 0:
        raise UndefinedError("division by zero")
    return over / under


def _power(base: float, exponent: float) -> float:
    if base == 0 and exponent < 0:
        raise UndefinedError(f"division by zero: 0 to the power {exponent:g}")
    if base < 0 and not exponent.is_integer():
        raise UndefinedError(f"the negative number {base:g} has no power {exponent:g}")
    return float(base**exponent)


def _power_slope(index: int, v: Arguments, y: float) -> float:
    base, exponent = v
    if index == 0:
        if base == 0 and 0 < exponent < 1:
            raise UndefinedError(f"the slope of a power {exponent:g} is infinite at 0")
        return 0.0 if exponent == 0 else exponent * _power(base, exponent - 1.0)
    if base < 0 or (base == 0 and exponent <= 0):
        raise UndefinedError(f"a power of {base:g} has no slope by its exponent")
    return 0.0 if base == 0 else y * math.log(base)


def _logarithm(x: float) -> float:
    if x <= 0:
        raise UndefinedError(f"there is no logarithm of {x:g}")
    return math.log(x)


def _root(x: float) -> float:
    if x < 0:
        raise UndefinedError(f"there is no square root of the negative number {x:g}")
    return math.sqrt(x)


def _root_slope(_: int, __: Arguments, y: float) -> float:
    if y == 0:
        raise UndefinedError("the slope of a square root is infinite at 0")
    return 0.5 / y


def _sigmoid(x: float) -> float:
    e = math.exp(-abs(x))
    return (1.0 if x > 0 else e) / (1.0 + e)


def _sigmoid_slope(_: int, v: Arguments, y: float) -> float:
    """a(1 - a), and from x alone where 1 - a would lose more than two digits."""
    return _bell(v[0]) if v[0] > 5.0 else y * (1.0 - y)


def _tanh_slope(_: int, v: Arguments, y: float) -> float:
    """1 - a², and from x alone where that would lose more than two digits."""
    return 4.0 * _bell(2.0 * v[0]) if abs(v[0]) > 2.5 else 1.0 - y * y


def _bell(x: float) -> float:
    """e^-|x|/(1 + e^-|x|)², the slope of the sigmoid without its value."""
    e = math.exp(-abs(x))
    return e / ((1.0 + e) * (1.0 + e))


def _softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def _density(x: float) -> float:
    return math.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)


def _choice(is_chosen: Callable[[float, float], bool], **signs: str) -> Operation:
    """`then if left … right else otherwise`; the arguments are then, left, right, otherwise."""

    def slope(index: int, v: Arguments, _: float) -> float:
        return float(index == (0 if is_chosen(v[1], v[2]) else 3))

    return Operation(
        value=lambda then, left, right, otherwise: then if is_chosen(left, right) else otherwise,
        exact_slope=slope,
        arity=4,
        **signs,  # type: ignore[arg-type]
    )


CHOICES: dict[str, Operation] = {
    "if >": _choice(lambda left, right: left > right, mathml="&gt;"),
    "if >=": _choice(lambda left, right: left >= right, unicode="≥", latex=r"\ge", mathml="≥"),
    "if <": _choice(lambda left, right: left < right, mathml="&lt;"),
    "if <=": _choice(lambda left, right: left <= right, unicode="≤", latex=r"\le", mathml="≤"),
    "if ==": _choice(lambda left, right: left == right, latex="=", mathml="="),
}
"""The conditions; their spellings are those of the comparison."""

_CONSTANTS: dict[str, Operation] = {
    "pi": Operation(
        value=lambda: math.pi, arity=0, sympy="pi", latex=r"\pi", mathml="<mi>π</mi>",
        javascript="Math.PI", spreadsheet="PI()",
    ),
    "e": Operation(
        value=lambda: math.e, arity=0, sympy="E", latex="e", mathml="<mi>e</mi>",
        javascript="Math.E", spreadsheet="EXP(1)",
    ),
}  # fmt: skip

CONSTANTS: dict[str, float] = {name: entry.value() for name, entry in _CONSTANTS.items()}

_OF_LARGER = ("1 if x > y else 1/2 if x == y else 0", "1 if y > x else 1/2 if y == x else 0")
_BARS = '<mrow><mo form="prefix" stretchy="false">|</mo>%s<mo form="postfix" stretchy="false">|</mo></mrow>'

_CALLED: dict[str, Operation] = {
    "exp": Operation(
        value=math.exp, slopes=("exp(x)",), sympy="exp", latex="e^{%s}", mathml="<msup><mi>e</mi>%s</msup>"
    ),
    "ln": Operation(value=_logarithm, slopes=("1/x",), sympy="log", latex=r"\ln", python="log", javascript="Math.log"),
    "log": Operation(
        value=_logarithm, slopes=("1/x",), sympy="log", latex=r"\ln", mathml="ln", spreadsheet="LN",
    ),
    "sqrt": Operation(
        value=_root, slopes=("1/(2*sqrt(x))",), exact_slope=_root_slope, sympy="sqrt",
        latex=r"\sqrt{%s}", mathml="<msqrt>%s</msqrt>",
    ),
    "abs": Operation(
        value=math.fabs, slopes=("1 if x > 0 else -1 if x < 0 else 0",), latex=r"\lvert %s \rvert", mathml=_BARS
    ),
    "sin": Operation(value=math.sin, slopes=("cos(x)",), sympy="sin", parity=-1, latex=r"\sin"),
    "cos": Operation(value=math.cos, slopes=("-sin(x)",), sympy="cos", parity=1, latex=r"\cos"),
    "tan": Operation(value=math.tan, slopes=("1 + tan(x)^2",), sympy="tan", parity=-1, latex=r"\tan"),
    "sinh": Operation(value=math.sinh, slopes=("cosh(x)",), sympy="sinh", parity=-1, latex=r"\sinh"),
    "cosh": Operation(value=math.cosh, slopes=("sinh(x)",), sympy="cosh", parity=1, latex=r"\cosh"),
    "tanh": Operation(
        value=math.tanh, slopes=("1 - tanh(x)^2",), exact_slope=_tanh_slope,
        sympy="tanh", parity=-1, latex=r"\tanh",
    ),
    "sigmoid": Operation(
        value=_sigmoid, slopes=("sigmoid(x)*(1 - sigmoid(x))",), exact_slope=_sigmoid_slope,
        written_out="(1 if x > 0 else exp(-abs(x)))/(1 + exp(-abs(x)))", latex=r"\sigma", mathml="σ",
    ),
    "relu": Operation(
        value=lambda x: max(x, 0.0), slopes=("1 if x > 0 else 0",), written_out="x if x > 0 else 0"
    ),
    "max": Operation(value=max, slopes=_OF_LARGER, arity=2, latex=r"\max"),
    "min": Operation(value=min, slopes=_OF_LARGER[::-1], arity=2, latex=r"\min"),
    "sign": Operation(
        value=lambda x: float((x > 0) - (x < 0)), slopes=("0",), is_internal=True,
        written_out="1 if x > 0 else -1 if x < 0 else 0", javascript="Math.sign", spreadsheet="SIGN",
    ),
    "softplus": Operation(
        value=_softplus, slopes=("sigmoid(x)",), is_internal=True,
        written_out="(x if x > 0 else 0) + log1p(exp(-abs(x)))",
    ),
    "expm1": Operation(
        value=math.expm1, slopes=("exp(x)",), is_internal=True,
        written_out="exp(x) - 1", python="expm1", javascript="Math.expm1",
    ),
    "log1p": Operation(
        value=math.log1p, slopes=("1/(1 + x)",), is_internal=True,
        written_out="ln(1 + x)", python="log1p", javascript="Math.log1p",
    ),
    "erfc": Operation(
        value=math.erfc, slopes=("-2*exp(-x^2)/sqrt(pi)",), is_internal=True, javascript="erfc"
    ),
    "Phi": Operation(
        value=lambda x: 0.5 * math.erfc(-math.sqrt(0.5) * x), slopes=("phi(x)",), is_internal=True,
        written_out="erfc(-x/sqrt(2))/2", unicode="Φ", latex=r"\Phi", mathml="Φ",
    ),
    "phi": Operation(
        value=_density, slopes=("-x*phi(x)",), is_internal=True,
        written_out="exp(-x^2/2)/sqrt(2*pi)", unicode="φ", latex=r"\varphi", mathml="φ",
    ),
}  # fmt: skip

FUNCTIONS: dict[str, Operation] = {name: entry for name, entry in _CALLED.items() if not entry.is_internal}
"""What can be called by name; `log` is the natural logarithm, as in every library of the field."""

OPERATIONS: dict[str, Operation] = {
    "+": Operation(value=lambda *v: sum(v), exact_slope=lambda index, v, y: 1.0),
    "*": Operation(
        value=lambda *v: math.prod(v), exact_slope=_product_slope, unicode="·", latex=r"\cdot", mathml="<mo>⋅</mo>"
    ),
    "neg": Operation(value=lambda x: -x, slopes=("-1",)),
    "/": Operation(
        value=_quotient,
        slopes=("1/y", "-x/y^2"),
        exact_slope=lambda index, v, y: (-y if index else 1.0) / v[1],
        arity=2,
    ),
    "^": Operation(value=_power, slopes=("y*x^(y - 1)", "x^y*ln(x)"), exact_slope=_power_slope, arity=2),
    **CHOICES,
    **_CONSTANTS,
    **_CALLED,
}
