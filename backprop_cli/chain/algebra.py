"""Symbols: expressions of sympy's. Only this module, `convert` and `simplify` import sympy.

sympy never sees text: its expressions are built from ours node by node, and `convert` turns them back into ours.
All work happens `in_textbook_form`, where 2(x + 1) stays what it is. sympy differentiates nothing, that is done by `slopes`.

Work is bounded by counting before doing: nothing is built whose size, depth or digits exceed the limits below.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import sympy
from sympy.core.parameters import distribute

from backprop_cli.chain.slopes import Slopes
from backprop_cli.formula.expression import Apply, Expression, Name, Number, walk
from backprop_cli.formula.operations import CHOICES, OPERATIONS, Operation

Symbolic = Any
"""An expression of sympy's, which has no types."""

MAX_SIZE = 1_000
"""Nodes of an expression with everything put in."""
MAX_DEPTH = 150
MAX_BITS = 4_096
"""Binary digits of an exact number."""


class TooLargeError(Exception):
    """An expression would exceed the limits."""


class UndefinedExpressionError(Exception):
    """An expression has no real value anywhere; `at` is the offset of the operation to blame."""

    def __init__(self, at: int, reason: str) -> None:
        self.at = at
        self.reason = reason
        super().__init__(reason)


@contextlib.contextmanager
def in_textbook_form() -> Iterator[None]:
    """Keep sympy from multiplying numbers into sums; give it room to recurse (17 frames for a level of nesting)."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 40 * MAX_DEPTH))
    try:
        with distribute(False):
            yield
    finally:
        sys.setrecursionlimit(limit)


# ── what sympy does not know ──────────────────────────────────────────────────────────────────────────────────────────


def _opaque(name: str) -> Symbolic:
    """A function that sympy leaves alone."""
    return type(name, (sympy.Function,), {})


_INFIX = ("+", "*", "neg", "/", "^")
_OPAQUE: dict[str, Symbolic] = {
    name: _opaque(name) for name, entry in OPERATIONS.items() if not entry.sympy and name not in _INFIX
}


def _signed(function: Symbolic, sign: int) -> Callable[[Symbolic], Symbolic]:
    """An even or odd function, with the sign of a sum taken out here: in textbook form sympy would look for it for ever."""

    def build(argument: Symbolic) -> Symbolic:
        number, rest = argument.as_coeff_Mul()
        if number == -1 and rest.is_Add:
            argument = _negated(rest)
        if argument.is_Add and argument.could_extract_minus_sign():
            return sympy.Mul(sign, function(_negated(argument)))
        return function(argument)

    return build


def _negated(value: Symbolic) -> Symbolic:
    return sympy.Add(*(-term for term in value.args))


def _known(entry: Operation) -> Symbolic:
    """What sympy has for an operation."""
    function = getattr(sympy, entry.sympy)
    return _signed(function, entry.parity) if entry.parity else function


_SYMPY: dict[str, Symbolic] = {name: _known(entry) for name, entry in OPERATIONS.items() if entry.sympy} | _OPAQUE

NAMES: dict[Any, str] = {
    **{function: name for name, function in _OPAQUE.items()},
    **{getattr(sympy, entry.sympy): name for name, entry in reversed(OPERATIONS.items()) if entry.sympy},
}
"""What sympy's functions are called in our language."""


# ── from our expressions to sympy's ───────────────────────────────────────────────────────────────────────────────────


class Entry(NamedTuple):
    """What stands for a name: the expression, with its size and depth."""

    value: Symbolic
    size: int = 1
    depth: int = 1


def symbol(name: str) -> Entry:
    """A name that stands for itself."""
    return Entry(sympy.Symbol(name))


def build(expression: Expression, entries: Mapping[str, Entry]) -> Entry:
    """The expression with `entries` put in for its names.

    Raises:
        TooLargeError: with all put in it would exceed the limits.
        UndefinedExpressionError: it has no value, such as 1/(x - x).
    """
    parts = list(walk(expression))
    put_in = [entries[part.name] for part in parts if isinstance(part, Name)]
    size = len(parts) + sum(entry.size for entry in put_in)
    if size > max(MAX_SIZE, 2 * len(parts)):
        raise TooLargeError
    entry = Entry(_built(expression, entries), size, _depth(expression, entries))
    if entry.depth > MAX_DEPTH:
        raise TooLargeError
    return entry


def _depth(expression: Expression, entries: Mapping[str, Entry]) -> int:
    if isinstance(expression, Name):
        return entries[expression.name].depth
    if isinstance(expression, Number) or not expression.arguments:
        return 1
    return 1 + max(_depth(argument, entries) for argument in expression.arguments)


def _built(expression: Expression, entries: Mapping[str, Entry]) -> Symbolic:
    if isinstance(expression, Number):
        return sympy.Rational(repr(expression.value))
    if isinstance(expression, Name):
        return entries[expression.name].value
    assert isinstance(expression, Apply)
    arguments = [_built(argument, entries) for argument in expression.arguments]
    made = _applied(expression, arguments)
    if made.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo, sympy.I):
        raise UndefinedExpressionError(expression.at, "this has no value, whatever the variables are")
    return made


def _applied(expression: Apply, arguments: Sequence[Symbolic]) -> Symbolic:
    operation = expression.operation
    if operation == "+":
        return sympy.Add(*arguments)
    if operation == "*":
        return sympy.Mul(*arguments)
    if operation == "neg":
        return sympy.Mul(-1, arguments[0])
    if operation == "/":
        return sympy.Mul(arguments[0], _power(expression, arguments[1], sympy.Integer(-1)))
    if operation == "^":
        return _power(expression, *arguments)
    if not arguments:
        return _SYMPY[operation]
    if operation in CHOICES and arguments[0] == arguments[-1]:
        return arguments[0]
    return _SYMPY[operation](*arguments)


def _power(expression: Apply, base: Symbolic, exponent: Symbolic) -> Symbolic:
    """The power, where its exact numbers stay within the limit and a negative number has only whole powers."""
    coefficient = base.as_coeff_Mul()[0]
    if exponent.is_Rational:
        bits = max(int(coefficient.p).bit_length(), int(coefficient.q).bit_length())
        if max(int(exponent.p).bit_length(), int(exponent.q).bit_length()) > 64:
            raise TooLargeError
        is_root = exponent.q > 1 and bits > 1
        if abs(exponent) * bits > MAX_BITS or (is_root and (bits > 64 or max(abs(exponent.p), exponent.q) > 12)):
            return _rounded_power(base, exponent)
    elif base.is_zero:
        raise UndefinedExpressionError(
            expression.at, f"0 to the power {exponent} has no slope: it jumps at {exponent} = 0"
        )
    elif base.is_Rational and base < 0:
        raise UndefinedExpressionError(expression.at, f"the negative number {base} has no power {exponent}")
    return sympy.Pow(base, exponent)


def _rounded_power(base: Symbolic, exponent: Symbolic) -> Symbolic:
    """The power with its number as the nearest float64, where the exact one would have thousands of digits, or be no fraction."""
    number, rest = base.as_coeff_Mul()
    if number < 0:
        number, rest = -number, -rest
    try:
        rounded = sympy.Rational(repr(float(number) ** float(exponent)))
    except (TypeError, ValueError, OverflowError):
        raise TooLargeError from None
    return sympy.Mul(rounded, sympy.Pow(rest, exponent))


def product(factors: Sequence[Entry]) -> Entry:
    """The product of some entries."""
    value = sympy.Mul(*(factor.value for factor in factors))
    return Entry(value, sum(factor.size for factor in factors), max(factor.depth for factor in factors))


def summed(terms: Sequence[Entry]) -> Entry:
    """The sum of some entries; one alone is not made deeper by it."""
    value = sympy.Add(*(term.value for term in terms))
    depth = max(term.depth for term in terms) + (2 if len(terms) > 1 else 0)
    return Entry(value, sum(term.size for term in terms), depth)


def derivatives(expression: Expression, names: Sequence[str]) -> Iterator[tuple[str, Symbolic]]:
    """The derivative by each of some names, all names standing for themselves.

    Raises:
        UndefinedExpressionError: the expression has no value.
        TooLargeError: it holds numbers beyond the limits.
    """
    own = {part.name: symbol(part.name) for part in walk(expression) if isinstance(part, Name)}
    build(expression, own)
    slopes = Slopes(expression)
    for name in names:
        yield name, build(slopes.by(name), own).value


def size_of(value: Symbolic) -> int:
    """How many parts the value has, written out."""
    return sum(1 for _ in sympy.preorder_traversal(value))
