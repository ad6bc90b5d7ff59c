"""Values and slopes that need care: where the textbook's form overflows, cancels, or has no value, which is then said."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence


class UndefinedError(Exception):
    """An operation has no value, or no finite slope, for its arguments; the message says why."""


Arguments = Sequence[float]
SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805
"""Klambauer and others, Self-Normalizing Neural Networks (2017), as PyTorch rounds them."""
Slope = Callable[[int, Arguments, float], float]
"""The slope by the argument of an index, from all the arguments and the value."""


def product_slope(index: int, v: Arguments, _: float) -> float:
    """All the other factors."""
    return math.prod((*v[:index], *v[index + 1 :]))


def quotient(over: float, under: float) -> float:
    """x/y."""
    if under == 0:
        raise UndefinedError("division by zero")
    return over / under


def power(base: float, exponent: float) -> float:
    """x^y."""
    if base == 0 and exponent < 0:
        raise UndefinedError(f"division by zero: 0 to the power {exponent:g}")
    if base < 0 and not exponent.is_integer():
        root = "; its real cube root is cbrt" if abs(exponent - 1 / 3) < 1e-12 else ""
        raise UndefinedError(f"the negative number {base:g} has no power {exponent:g}{root}")
    return float(base**exponent)


def power_slope(index: int, v: Arguments, y: float) -> float:
    """y·x^(y - 1), and x^y·ln(x)."""
    base, exponent = v
    if index == 0:
        if base == 0 and 0 < exponent < 1:
            raise UndefinedError(f"the slope of a power {exponent:g} is infinite at 0")
        return 0.0 if exponent == 0 else exponent * power(base, exponent - 1.0)
    if base < 0 or (base == 0 and exponent <= 0):
        raise UndefinedError(f"a power of {base:g} has no slope by its exponent")
    return 0.0 if base == 0 else y * math.log(base)


def logarithm_to(function: Callable[[float], float]) -> Callable[[float], float]:
    """A logarithm to another base."""

    def value(x: float) -> float:
        logarithm(x)
        return function(x)

    return value


def logarithm(x: float) -> float:
    """ln(x)."""
    if x <= 0:
        raise UndefinedError(f"there is no logarithm of {x:g}")
    return math.log(x)


def root(x: float) -> float:
    """√x."""
    if x < 0:
        raise UndefinedError(f"there is no square root of the negative number {x:g}")
    return math.sqrt(x)


def root_slope(_: int, __: Arguments, y: float) -> float:
    """1/(2√x)."""
    if y == 0:
        raise UndefinedError("the slope of a square root is infinite at 0")
    return 0.5 / y


def sigmoid(x: float) -> float:
    """1/(1 + e^-x), from the exponential that is at most 1."""
    e = math.exp(-abs(x))
    return (1.0 if x > 0 else e) / (1.0 + e)


def sigmoid_slope(_: int, v: Arguments, y: float) -> float:
    """a(1 - a), and from x alone where 1 - a would lose more than two digits."""
    return bell(v[0]) if v[0] > 5.0 else y * (1.0 - y)


def tanh_slope(_: int, v: Arguments, y: float) -> float:
    """1 - a², and from x alone where that would lose more than two digits."""
    return 4.0 * bell(2.0 * v[0]) if abs(v[0]) > 2.5 else 1.0 - y * y


def bell(x: float) -> float:
    """e^-|x|/(1 + e^-|x|)², the slope of the sigmoid without its value."""
    e = math.exp(-abs(x))
    return e / ((1.0 + e) * (1.0 + e))


def density(x: float) -> float:
    """The normal distribution's."""
    return math.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)


def within(
    function: Callable[[float], float], name: str, low: float, high: float = math.inf
) -> Callable[[float], float]:
    """A function that has values between two limits, both included."""

    def value(x: float) -> float:
        if not low <= x <= high:
            raise UndefinedError(f"there is no {name} of {x:g}")
        return function(x)

    return value


def outside(function: Callable[[float], float], name: str) -> Callable[[float], float]:
    """A function that has no values between -1 and 1."""

    def value(x: float) -> float:
        if abs(x) < 1:
            raise UndefinedError(f"there is no {name} of {x:g}")
        return function(x)

    return value


def arcsec_slope(x: float) -> float:
    """1/(|x|√(x² - 1)), whose x² does not overflow."""
    return 1 / (abs(x) * math.sqrt(abs(x) - 1) * math.sqrt(abs(x) + 1))


def slope_within(slope: Callable[[float], float], name: str) -> Slope:
    """A slope that is infinite where its formula divides by zero."""

    def value(_: int, v: Arguments, __: float) -> float:
        try:
            return slope(v[0])
        except ZeroDivisionError:
            raise UndefinedError(f"the slope of {name} is infinite at {v[0]:g}") from None

    return value


def artanh(x: float) -> float:
    """Between -1 and 1, both left out."""
    if abs(x) >= 1:
        raise UndefinedError(f"there is no artanh of {x:g}")
    return math.atanh(x)


def reciprocal(function: Callable[[float], float]) -> Callable[[float], float]:
    """1 over a function."""
    return lambda x: quotient(1.0, function(x))


def sech(x: float) -> float:
    """2e^-|x|/(1 + e^-2|x|): cosh overflows from 711 on."""
    e = math.exp(-abs(x))
    return 2.0 * e / (1.0 + e * e)


def csch(x: float) -> float:
    """2e^-|x|/(1 - e^-2|x|), with the sign of x."""
    return math.copysign(quotient(2.0 * math.exp(-abs(x)), -math.expm1(-2.0 * abs(x))), x)


def log1pexp(x: float) -> float:
    """ln(1 + e^x)."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))
