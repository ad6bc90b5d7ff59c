"""Derivatives of expressions, as expressions: the slope of every operation, and the chain rule that strings them together.

What comes out is as the rules give it, `2*x^(2 - 1)*1`; tidying it up is somebody else's business.
"""

from __future__ import annotations

from collections.abc import Sequence

from backprop_cli.formula.expression import Apply, Expression, Name, Number, names_in
from backprop_cli.formula.operations import CHOICES, OPERATIONS
from backprop_cli.formula.texts import filled, formula


class Slopes:
    """The derivatives of one expression."""

    def __init__(self, expression: Expression) -> None:
        self.expression = _with_flat_products(expression)
        self._names: dict[int, frozenset[str]] = {}

    def by(self, name: str) -> Expression:
        """The derivative by a name."""
        return self._slope(self.expression, name)

    def _slope(self, part: Expression, name: str) -> Expression:
        if not isinstance(part, Apply):
            return Number(float(part == Name(name)), part.at)
        if part.operation in CHOICES:
            then, left, right, otherwise = part.arguments
            return Apply(part.operation, (self._slope(then, name), left, right, self._slope(otherwise, name)), part.at)
        inner = {
            index: self._slope(argument, name)
            for index, argument in enumerate(part.arguments)
            if name in self._names_of(argument)
        }
        if part.operation == "^" and len(inner) == 2:
            return _logarithmic(part, inner[0], inner[1])
        terms = tuple(_product([*_local(part, index), slope], part.at) for index, slope in inner.items())
        if not terms:
            return Number(0.0, part.at)
        return terms[0] if len(terms) == 1 else Apply("+", terms, part.at)

    def _names_of(self, part: Expression) -> frozenset[str]:
        """The names in a part of the expression, found once for each."""
        if id(part) not in self._names:
            self._names[id(part)] = frozenset(names_in(part))
        return self._names[id(part)]


_MINUS_ONE = Apply("neg", (Number(1.0),))


def _with_flat_products(part: Expression) -> Expression:
    """The same expression with products in one level, and what is below a line as a factor to the power -1."""
    if not isinstance(part, Apply):
        return part
    arguments = [_with_flat_products(argument) for argument in part.arguments]
    if part.operation == "neg":
        return _product([_MINUS_ONE, arguments[0]], part.at)
    if part.operation == "/":
        below = (Apply("^", (factor, _MINUS_ONE), part.at) for factor in _factors(arguments[1]))
        return _product([arguments[0], *below], part.at)
    return _product(arguments, part.at) if part.operation == "*" else Apply(part.operation, tuple(arguments), part.at)


def _local(part: Apply, index: int) -> list[Expression]:
    """The factors of an operation's slope by one of its arguments."""
    if part.operation == "+":
        return []
    if part.operation == "*":
        return [*part.arguments[:index], *part.arguments[index + 1 :]]
    slope = formula(OPERATIONS[part.operation].slopes[index])
    return [filled(slope, dict(zip("xy", part.arguments, strict=False)), part.at)]


def _logarithmic(power: Apply, base_slope: Expression, exponent_slope: Expression) -> Expression:
    """x^y·(y'·ln x + y·x'/x), where both change: the derivative of ln(x^y) = y·ln x, times x^y."""
    base, exponent = power.arguments
    by_exponent = _product([exponent_slope, Apply("ln", (base,), power.at)], power.at)
    by_base = Apply("/", (_product([exponent, base_slope], power.at), base), power.at)
    return _product([power, Apply("+", (by_exponent, by_base), power.at)], power.at)


def _factors(part: Expression) -> Sequence[Expression]:
    return part.arguments if isinstance(part, Apply) and part.operation == "*" else [part]


def _product(factors: Sequence[Expression], at: int) -> Expression:
    """The product in one level, without ones."""
    flat = [inner for factor in factors for inner in _factors(factor) if inner != Number(1.0)]
    if len(flat) < 2:
        return flat[0] if flat else Number(1.0, at)
    return Apply("*", tuple(flat), at)
