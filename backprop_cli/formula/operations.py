"""The table of operations: of each its value, its slopes, and what it is called in every output.

Slopes are texts of the language, so that derivatives can be written out. Adding a function is adding one entry: what it is
called follows from its name where nothing else is said. At a kink the slope is PyTorch's: |x|' = 0 and relu' = 0 at 0, and
where two arguments of max or min are equal, each has ½ (https://pytorch.org/docs/stable/generated/torch.maximum.html).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from backprop_cli.formula import careful
from backprop_cli.formula.careful import Arguments


class Operation(NamedTuple):
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


def _base(number: str) -> str:
    return f"<msub><mi>log</mi><mn>{number}</mn></msub>"


_CALLED: dict[str, Operation] = {
    "exp": Operation(
        value=math.exp, slopes=("exp(x)",), sympy="exp", latex="e^{%s}", mathml="<msup><mi>e</mi>%s</msup>"
    ),
    "ln": Operation(value=careful.logarithm, slopes=("1/x",), sympy="log", latex=r"\ln", python="log", javascript="Math.log"),
    "log": Operation(
        value=careful.logarithm, slopes=("1/x",), sympy="log", latex=r"\ln", mathml="ln", spreadsheet="LN",
    ),
    "sqrt": Operation(
        value=careful.root, slopes=("1/(2*sqrt(x))",), exact_slope=careful.root_slope, sympy="sqrt",
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
        value=math.tanh, slopes=("1 - tanh(x)^2",), exact_slope=careful.tanh_slope,
        sympy="tanh", parity=-1, latex=r"\tanh",
    ),
    "sigmoid": Operation(
        value=careful.sigmoid, slopes=("sigmoid(x)*(1 - sigmoid(x))",), exact_slope=careful.sigmoid_slope,
        written_out="(1 if x > 0 else exp(-abs(x)))/(1 + exp(-abs(x)))", latex=r"\sigma", mathml="σ",
    ),
    "relu": Operation(
        value=lambda x: max(x, 0.0), slopes=("1 if x > 0 else 0",), written_out="x if x > 0 else 0"
    ),
    "max": Operation(value=max, slopes=_OF_LARGER, arity=2, latex=r"\max"),
    "min": Operation(value=min, slopes=_OF_LARGER[::-1], arity=2, latex=r"\min"),
    "sign": Operation(
        value=lambda x: float((x > 0) - (x < 0)), slopes=("0",),
        written_out="1 if x > 0 else -1 if x < 0 else 0", javascript="Math.sign", spreadsheet="SIGN",
    ),
    "softplus": Operation(
        value=careful.log1pexp, slopes=("sigmoid(x)",),
        written_out="(x if x > 0 else 0) + log1p(exp(-abs(x)))",
    ),
    "sec": Operation(
        value=careful.reciprocal(math.cos), slopes=("sec(x)*tan(x)",), sympy="sec", parity=1,
        written_out="1/cos(x)", latex=r"\sec", spreadsheet="SEC",
    ),
    "csc": Operation(
        value=careful.reciprocal(math.sin), slopes=("-csc(x)*cot(x)",), sympy="csc", parity=-1,
        written_out="1/sin(x)", latex=r"\csc", spreadsheet="CSC",
    ),
    "cot": Operation(
        value=careful.reciprocal(math.tan), slopes=("-csc(x)^2",), sympy="cot", parity=-1,
        written_out="1/tan(x)", latex=r"\cot", spreadsheet="COT",
    ),
    "arcsin": Operation(
        value=careful.within(math.asin, "arcsine", -1, 1), slopes=("1/sqrt(1 - x^2)",),
        exact_slope=careful.slope_within(lambda x: 1 / math.sqrt((1 - x) * (1 + x)), "arcsin"), sympy="asin", parity=-1,
        latex=r"\arcsin", python="asin", javascript="Math.asin", spreadsheet="ASIN",
    ),
    "arccos": Operation(
        value=careful.within(math.acos, "arccosine", -1, 1), slopes=("-1/sqrt(1 - x^2)",),
        exact_slope=careful.slope_within(lambda x: -1 / math.sqrt((1 - x) * (1 + x)), "arccos"), sympy="acos",
        latex=r"\arccos", python="acos", javascript="Math.acos", spreadsheet="ACOS",
    ),
    "arctan": Operation(
        value=math.atan, slopes=("1/(1 + x^2)",), sympy="atan", parity=-1,
        latex=r"\arctan", python="atan", javascript="Math.atan", spreadsheet="ATAN",
    ),
    "arcsec": Operation(
        value=careful.outside(lambda x: math.acos(1 / x), "arcsecant"), slopes=("1/(abs(x)*sqrt(x^2 - 1))",),
        exact_slope=careful.slope_within(careful.arcsec_slope, "arcsec"),
        written_out="arccos(1/x)",
    ),
    "arccsc": Operation(
        value=careful.outside(lambda x: math.asin(1 / x), "arccosecant"), slopes=("-1/(abs(x)*sqrt(x^2 - 1))",),
        exact_slope=careful.slope_within(lambda x: -careful.arcsec_slope(x), "arccsc"), parity=-1,
        written_out="arcsin(1/x)",
    ),
    "arccot": Operation(
        value=lambda x: math.atan2(1.0, x), slopes=("-1/(1 + x^2)",),
        written_out="arctan(1/x) if x > 0 else pi/2 - arctan(x)",
    ),
    "sech": Operation(
        value=careful.sech, slopes=("-sech(x)*tanh(x)",), parity=1, spreadsheet="SECH",
        written_out="2*exp(-abs(x))/(1 + exp(-2*abs(x)))",
    ),
    "csch": Operation(
        value=careful.csch, slopes=("-csch(x)*coth(x)",), parity=-1, spreadsheet="CSCH",
        written_out="(-2 if x > 0 else 2)*exp(-abs(x))/expm1(-2*abs(x))",
    ),
    "coth": Operation(
        value=careful.reciprocal(math.tanh), slopes=("-csch(x)^2",), parity=-1,
        written_out="1/tanh(x)", latex=r"\coth", spreadsheet="COTH",
    ),
    "arsinh": Operation(
        value=math.asinh, slopes=("1/sqrt(x^2 + 1)",), sympy="asinh", parity=-1,
        python="asinh", javascript="Math.asinh", spreadsheet="ASINH",
    ),
    "arcosh": Operation(
        value=careful.within(math.acosh, "arcosh", 1), slopes=("1/sqrt(x^2 - 1)",), sympy="acosh",
        exact_slope=careful.slope_within(lambda x: 1 / math.sqrt((x - 1) * (x + 1)), "arcosh"),
        python="acosh", javascript="Math.acosh", spreadsheet="ACOSH",
    ),
    "artanh": Operation(
        value=careful.artanh, slopes=("1/(1 - x^2)",), sympy="atanh", parity=-1,
        python="atanh", javascript="Math.atanh", spreadsheet="ATANH",
    ),
    "log2": Operation(
        value=careful.logarithm_to(math.log2), slopes=("1/(x*ln(2))",), latex=r"\log_{2}", mathml=_base("2"),
        spreadsheet="LOG(%s,2)",
    ),
    "log10": Operation(
        value=careful.logarithm_to(math.log10), slopes=("1/(x*ln(10))",), latex=r"\log_{10}", mathml=_base("10"),
    ),
    "cbrt": Operation(
        value=math.cbrt, slopes=("1/(3*cbrt(x)^2)",),
        exact_slope=careful.slope_within(lambda x: 1 / (3 * math.cbrt(x) ** 2), "a cube root"), parity=-1,
        written_out="x^(1/3) if x > 0 else -abs(x)^(1/3)", latex=r"\sqrt[3]{%s}", mathml="<mroot>%s<mn>3</mn></mroot>",
        python="cbrt", javascript="Math.cbrt",
    ),
    "floor": Operation(
        value=lambda x: float(math.floor(x)), slopes=("0",), latex=r"\lfloor %s \rfloor",
        mathml="<mrow><mo>⌊</mo>%s<mo>⌋</mo></mrow>", spreadsheet="INT",
    ),
    "ceil": Operation(
        value=lambda x: float(math.ceil(x)), slopes=("0",), written_out="-floor(-x)", latex=r"\lceil %s \rceil",
        mathml="<mrow><mo>⌈</mo>%s<mo>⌉</mo></mrow>", python="ceil", javascript="Math.ceil",
    ),
    "erf": Operation(
        value=math.erf, slopes=("2*exp(-x^2)/sqrt(pi)",), parity=-1, written_out="1 - erfc(x)", python="erf",
        spreadsheet="ERF",
    ),
    "gelu": Operation(
        value=lambda x: 0.5 * x * math.erfc(-math.sqrt(0.5) * x),
        slopes=("(1 + erf(x/sqrt(2)))/2 + x*exp(-x^2/2)/sqrt(2*pi)",), written_out="x*erfc(-x/sqrt(2))/2",
    ),
    "silu": Operation(
        value=lambda x: x * careful.sigmoid(x), slopes=("sigmoid(x)*(1 + x*(1 - sigmoid(x)))",), written_out="x*sigmoid(x)"
    ),
    "mish": Operation(
        value=lambda x: x * math.tanh(careful.log1pexp(x)),
        slopes=("tanh(softplus(x)) + x*sigmoid(x)*(1 - tanh(softplus(x))^2)",), written_out="x*tanh(softplus(x))",
    ),
    "softsign": Operation(
        value=lambda x: x / (1 + abs(x)), slopes=("1/(1 + abs(x))^2",), written_out="x/(1 + abs(x))"
    ),
    "elu": Operation(
        value=lambda x: x if x > 0 else math.expm1(x), slopes=("1 if x > 0 else exp(x)",),
        written_out="x if x > 0 else expm1(x)",
    ),
    "selu": Operation(
        value=lambda x: careful.SELU_SCALE * (x if x > 0 else careful.SELU_ALPHA * math.expm1(x)),
        slopes=(f"{careful.SELU_SCALE!r} if x > 0 else {careful.SELU_SCALE * careful.SELU_ALPHA!r}*exp(x)",),
        written_out=f"{careful.SELU_SCALE!r}*(x if x > 0 else {careful.SELU_ALPHA!r}*expm1(x))",
    ),
    "leaky_relu": Operation(
        value=lambda x: x if x > 0 else 0.01 * x, slopes=("1 if x > 0 else 0.01",), written_out="x if x > 0 else 0.01*x"
    ),
    "hard_sigmoid": Operation(
        value=lambda x: min(max(x + 3, 0), 6) / 6, slopes=("0 if x <= -3 else 0 if x >= 3 else 1/6",),
        written_out="0 if x <= -3 else 1 if x >= 3 else (x + 3)/6",
    ),
    "hard_tanh": Operation(
        value=lambda x: min(max(x, -1.0), 1.0), slopes=("0 if x <= -1 else 0 if x >= 1 else 1",),
        written_out="-1 if x <= -1 else 1 if x >= 1 else x",
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
        value=careful.density, slopes=("-x*phi(x)",), is_internal=True,
        written_out="exp(-x^2/2)/sqrt(2*pi)", unicode="φ", latex=r"\varphi", mathml="φ",
    ),
}  # fmt: skip

FUNCTIONS: dict[str, Operation] = {name: entry for name, entry in _CALLED.items() if not entry.is_internal}
"""What can be called by name; `log` is the natural logarithm, as in every library of the field."""

OPERATIONS: dict[str, Operation] = {
    "+": Operation(value=lambda *v: sum(v), exact_slope=lambda index, v, y: 1.0),
    "*": Operation(
        value=lambda *v: math.prod(v),
        exact_slope=careful.product_slope,
        unicode="·",
        latex=r"\cdot",
        mathml="<mo>⋅</mo>",
    ),
    "neg": Operation(value=lambda x: -x, slopes=("-1",)),
    "/": Operation(
        value=careful.quotient,
        slopes=("1/y", "-x/y^2"),
        exact_slope=lambda index, v, y: (-y if index else 1.0) / v[1],
        arity=2,
    ),
    "^": Operation(value=careful.power, slopes=("y*x^(y - 1)", "x^y*ln(x)"), exact_slope=careful.power_slope, arity=2),
    **CHOICES,
    **_CONSTANTS,
    **_CALLED,
}
