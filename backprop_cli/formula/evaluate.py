"""Numbers: the value of an expression and its slopes by the names in it, in one pass (forward mode, dual numbers).

Slopes come from the table of operations, which has exact ones where the written-out derivative would cancel or overflow.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

from backprop_cli.formula.careful import Arguments, UndefinedError
from backprop_cli.formula.expression import Apply, Call, Expression, Name, Number
from backprop_cli.formula.operations import OPERATIONS, Operation
from backprop_cli.formula.texts import formula

Dual = tuple[float, dict[str, float]]
"""A value, and its slope by each of the names that it depends on."""


class NoValueError(Exception):
    """An expression has no finite value or slope at a point: `at` is the offset of the operation to blame."""

    def __init__(self, at: int, reason: str) -> None:
        self.at = at
        self.reason = reason
        super().__init__(reason)


def evaluate(expression: Expression, values: Mapping[str, float]) -> float:
    """The value of an expression.

    Raises:
        NoValueError: there is none, or none that is finite.
    """
    return dual(expression, values, ())[0]


def dual(expression: Expression, values: Mapping[str, float], by: Collection[str]) -> Dual:
    """The value, and the slope by each name of `by` that occurs.

    Raises:
        NoValueError: one of them does not exist, or is not finite.
    """
    if isinstance(expression, Number):
        return expression.value, {}
    if isinstance(expression, Name):
        return values[expression.name], ({expression.name: 1.0} if expression.name in by else {})
    assert isinstance(expression, Apply)
    if expression.operation.startswith("if "):
        return _chosen(expression, values, by)
    parts = [dual(argument, values, by) for argument in expression.arguments]
    return _applied(OPERATIONS[expression.operation], parts, expression.at)


def _chosen(expression: Apply, values: Mapping[str, float], by: Collection[str]) -> Dual:
    """`then if left … right else otherwise`: what is not chosen is not evaluated, it may have no value here."""
    then, left, right, otherwise = expression.arguments
    sides = (1.0, evaluate(left, values), evaluate(right, values), 0.0)
    is_then = OPERATIONS[expression.operation].value(*sides) == 1.0
    return dual(then if is_then else otherwise, values, by)


def _applied(operation: Operation, parts: list[Dual], at: int) -> Dual:
    """The chain rule within one operation: its slopes times those of its arguments."""
    arguments = [value for value, _ in parts]
    try:
        value = _finite(operation.value(*arguments))
        slopes: dict[str, float] = {}
        for index, (_, inner) in enumerate(parts):
            outer = _slope(operation, index, arguments, value) if inner else 0.0
            for name, slope in inner.items():
                slopes[name] = _finite(slopes.get(name, 0.0) + outer * slope)
    except UndefinedError as error:
        raise NoValueError(at, str(error)) from None
    except OverflowError:
        raise NoValueError(at, "the number is too large for a 64-bit float") from None
    except ValueError:  # what `math` raises outside of a function's domain
        raise NoValueError(at, f"there is no value for {', '.join(f'{one:g}' for one in arguments)}") from None
    return value, slopes


def _slope(operation: Operation, index: int, arguments: Arguments, value: float) -> float:
    """The derivative by one argument."""
    if operation.exact_slope is not None:
        return operation.exact_slope(index, arguments, value)
    return evaluate(formula(operation.slopes[index]), dict(zip("xy", arguments, strict=False)))


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise OverflowError
    return value


MAX_EXPONENT = 1_000
"""The largest exponent written as a number; beyond, exact algebra has more digits than anybody reads."""


def constant(expression: Expression) -> float | None:
    """The value of an expression without names, None for one that has names.

    Raises:
        NoValueError: a part without names has no value, such as 1/0, and so the whole has none at any point.
    """
    if isinstance(expression, Number):
        return expression.value
    if isinstance(expression, Name):
        return None
    assert isinstance(expression, Apply | Call)
    values = [constant(argument) for argument in expression.arguments]
    operation = expression.operation if isinstance(expression, Apply) else ""
    if operation == "^" and values[1] is not None and abs(values[1]) > MAX_EXPONENT:
        raise NoValueError(expression.at, f"the exponent {values[1]:g} is too large: the limit is {MAX_EXPONENT:,}")
    if isinstance(expression, Call) or operation.startswith("if ") or None in values:
        return None
    known = [value for value in values if value is not None]
    return _applied(OPERATIONS[operation], [(value, {}) for value in known], expression.at)[0]
