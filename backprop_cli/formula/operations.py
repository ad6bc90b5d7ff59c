"""The table of operations: value and slopes of each stand side by side in one entry.

`sigmoid`, `tanh` and `relu` are the networks' own (`ACTIVATIONS`), so that a kink or a saturated unit means the same in both.
At their other kinks: |x|' = 0 at 0, and where two arguments of max or min are equal, each has the slope ½ (PyTorch's
convention, https://pytorch.org/docs/stable/generated/torch.maximum.html).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from backprop_cli.functions.activations import ACTIVATIONS


class UndefinedError(Exception):
    """An operation has no value, or no finite slope, for its arguments; the message says why."""


Arguments = Sequence[float]


class Operation(NamedTuple):
    """`value(arguments)`, and `slope(index, arguments, value)`: the derivative by one argument."""

    value: Callable[[Arguments], float]
    slope: Callable[[int, Arguments, float], float]


def _unary(value: Callable[[float], float], slope: Callable[[float, float], float]) -> Operation:
    """`slope` is called with argument and value."""
    return Operation(lambda v: value(v[0]), lambda _, v, y: slope(v[0], y))


def _elementwise(name: str) -> Operation:
    """A network's activation function."""
    activation = ACTIVATIONS[name]
    return _unary(
        lambda x: float(activation.value(np.asarray(x))),
        lambda x, y: float(activation.slope(np.asarray(x), np.asarray(y))),
    )


def _product_slope(index: int, v: Arguments, _: float) -> float:
    return math.prod((*v[:index], *v[index + 1 :]))


def _quotient(v: Arguments) -> float:
    if v[1] == 0:
        raise UndefinedError("division by zero")
    return v[0] / v[1]


def _power(v: Arguments) -> float:
    base, exponent = v
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
        return 0.0 if exponent == 0 else exponent * _power((base, exponent - 1.0))
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


def _root_slope(_: float, y: float) -> float:
    if y == 0:
        raise UndefinedError("the slope of a square root is infinite at 0")
    return 0.5 / y


def _sign(x: float, _: float = 0.0) -> float:
    return float((x > 0) - (x < 0))


def _choice(is_chosen: Callable[[float, float], bool]) -> Operation:
    """`then if left … right else otherwise`; the arguments are then, left, right, otherwise."""

    def slope(index: int, v: Arguments, _: float) -> float:
        return float(index == (0 if is_chosen(v[1], v[2]) else 3))

    return Operation(lambda v: v[0] if is_chosen(v[1], v[2]) else v[3], slope)


def _extreme(pick: Callable[[Arguments], float]) -> Operation:
    def slope(index: int, v: Arguments, y: float) -> float:
        return 0.5 if v[0] == v[1] else float(v[index] == y)

    return Operation(pick, slope)


def _constant(value: float) -> Operation:
    return Operation(lambda v: value, lambda index, v, y: 0.0)


CHOICES: dict[str, Callable[[float, float], bool]] = {
    "if >": lambda left, right: left > right,
    "if >=": lambda left, right: left >= right,
    "if <": lambda left, right: left < right,
    "if <=": lambda left, right: left <= right,
    "if ==": lambda left, right: left == right,
}

CONSTANTS = {"pi": math.pi, "e": math.e}

FUNCTIONS: dict[str, Operation] = {
    "exp": _unary(math.exp, lambda x, y: y),
    "ln": _unary(_logarithm, lambda x, y: 1.0 / x),
    "log": _unary(_logarithm, lambda x, y: 1.0 / x),
    "sqrt": _unary(_root, _root_slope),
    "abs": _unary(math.fabs, _sign),
    "sin": _unary(math.sin, lambda x, y: math.cos(x)),
    "cos": _unary(math.cos, lambda x, y: -math.sin(x)),
    "tan": _unary(math.tan, lambda x, y: 1.0 + y * y),
    "sinh": _unary(math.sinh, lambda x, y: math.cosh(x)),
    "cosh": _unary(math.cosh, lambda x, y: math.sinh(x)),
    "tanh": _elementwise("tanh"),
    "sigmoid": _elementwise("sigmoid"),
    "relu": _elementwise("relu"),
    "max": _extreme(max),
    "min": _extreme(min),
}
"""What can be called by name; `log` is the natural logarithm, as in every library of the field."""

OPERATIONS: dict[str, Operation] = {
    "+": Operation(sum, lambda index, v, y: 1.0),
    "*": Operation(math.prod, _product_slope),
    "neg": _unary(lambda x: -x, lambda x, y: -1.0),
    "/": Operation(_quotient, lambda index, v, y: (-y if index else 1.0) / v[1]),
    "^": Operation(_power, _power_slope),
    **{name: _choice(is_chosen) for name, is_chosen in CHOICES.items()},
    **{name: _constant(value) for name, value in CONSTANTS.items()},
    **FUNCTIONS,
}
