"""The shortest of a few forms of a derivative: as the chain rule gives it, expanded, over one denominator, factored.

`2(x + 1)(3(x + 1)⁴ + 2)` is multiplied out once with x + 1 kept as a block, once fully, and once factored into irreducible
polynomials; the shortest text wins. Before anything is multiplied out its terms are counted, and a clock stands behind that.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import sympy

from backprop_cli.chain.algebra import Symbolic, TooLargeError
from backprop_cli.chain.convert import Converter
from backprop_cli.formula.expression import Expression, Name, walk
from backprop_cli.formula.printer import TEXT

MAX_TERMS = 150
"""Terms of a multiplied-out form; a longer one is never the shortest."""
MAX_DEGREE = 40
"""Degree of a polynomial that is factored."""
MAX_UNKNOWNS = 12
"""Unknowns of a polynomial that is factored: a sum of 150 squares with an unknown each takes a minute."""
SECONDS = 1.0
"""Processor time for all the simplification of a command."""


class Simplifier:
    """Finds shorter forms until its time is up."""

    def __init__(self, converter: Converter) -> None:
        self.converter = converter
        self._seconds_left = SECONDS

    def simplest(self, value: Symbolic) -> tuple[Expression, bool]:
        """The shortest form that was found, and whether all of them were tried.

        Raises:
            TooLargeError: not even the form given can be written.
        """
        shortest, is_complete = self.converter.expression(value), True
        start = time.process_time()
        try:
            for form in _forms(value):
                candidate = self.converter.expression(self._with_number_inside(form))
                shortest = min(shortest, candidate, key=_length)
                if time.process_time() - start > self._seconds_left:
                    raise TooLargeError
        except TooLargeError:
            is_complete = False
        self._seconds_left -= time.process_time() - start
        return shortest, is_complete

    def _with_number_inside(self, value: Symbolic) -> Symbolic:
        """-(x - 1)·y as (1 - x)·y, and where numbers are decimals 0.01(15x + 2) as 0.15x + 0.02."""
        number, rest = value.as_coeff_Mul()
        factors = sympy.Mul.make_args(rest)
        inner = next((factor for factor in factors if factor.is_Add), None)
        is_all_positive = inner is not None and all(term.as_coeff_Mul()[0] > 0 for term in inner.args)
        is_wanted = not is_all_positive if number == -1 else self.converter.is_decimal and not number.is_Integer
        if inner is None or not is_wanted:
            return value
        moved = sympy.Add(*(sympy.Mul(number, term) for term in inner.args))
        return sympy.Mul(*(moved if factor is inner else factor for factor in factors))


def _length(expression: Expression) -> int:
    """Characters, and two more for each name: of two texts as long, the one that names less is simpler.

    A leading sign does not count: moving that into a factor is no simplification.
    """
    names = sum(isinstance(part, Name) for part in walk(expression))
    return len(TEXT.write(expression).removeprefix("-")) + 2 * names


def _forms(value: Symbolic) -> Iterator[Symbolic]:
    """The other forms, the cheapest first.

    Raises:
        TooLargeError: the next one would take too long.
    """
    if not value.has(sympy.Add):
        return
    unknowns = _Unknowns()
    rational = unknowns.put_in(value)
    if _is_product_of_sums(rational) and _terms(rational) > 2 * len(rational.args):
        return
    blocks = _Unknowns()
    outer = rational.xreplace({part: blocks.unknown(part) for part in _innermost_sums(rational)})
    has_blocks = outer.has(sympy.Add)
    if has_blocks:
        yield unknowns.undone(blocks.undone(_expanded(outer)))
    yield unknowns.undone(_expanded(rational))
    over, under = sympy.fraction(sympy.together(rational))
    if _terms(over) <= MAX_TERMS:
        # √x·√x above the line becomes x where the symbol for √x is taken out again
        over = unknowns.put_in(unknowns.undone(_expanded(over)))
        yield unknowns.undone(_factored(_expanded(over)) / under)
    if has_blocks and _is_small(outer):
        yield unknowns.undone(blocks.undone(sympy.factor_terms(sympy.cancel(outer))))
    yield unknowns.undone(_factored(rational))


class _Unknowns:
    """Symbols in place of parts of an expression, so that the rest is a polynomial or a fraction of two.

    Powers of one thing share an unknown: e^(2x) is that of e^x squared, 1/√x that of √x to the power -1.
    """

    def __init__(self) -> None:
        self._unknowns: dict[Symbolic, Symbolic] = {}

    def unknown(self, part: Symbolic) -> Symbolic:
        """The symbol for a part."""
        return self._unknowns.setdefault(part, sympy.Dummy(f"_{len(self._unknowns)}"))

    def put_in(self, value: Symbolic) -> Symbolic:
        """The value with a symbol for every part that no sum, product or whole power leads to."""
        if value.is_Rational or value.is_Symbol:
            return value
        if value.is_Add or value.is_Mul:
            return value.func(*map(self.put_in, value.args))
        base, exponent = value.as_base_exp()
        if exponent.is_Integer and exponent != 1:
            return sympy.Pow(self.put_in(base), exponent)
        number, rest = exponent.as_coeff_Mul()
        if number < 0 and rest != 1:
            # e^(-x) stays above the line, 1/√x stays below it
            number, rest = -number, -rest
        return self.unknown(sympy.Pow(base, rest / number.q)) ** number.p

    def undone(self, value: Symbolic) -> Symbolic:
        """The value with all the parts back in their places."""
        return value.xreplace({unknown: part for part, unknown in self._unknowns.items()})


def _innermost_sums(value: Symbolic) -> list[Symbolic]:
    sums = (part for part in sympy.preorder_traversal(value) if part.is_Add)
    return [part for part in sums if not any(argument.has(sympy.Add) for argument in part.args)]


def _expanded(value: Symbolic) -> Symbolic:
    if _terms(value) > MAX_TERMS:
        raise TooLargeError
    return sympy.expand(value, log=False, power_base=False, power_exp=False)


def _factored(value: Symbolic) -> Symbolic:
    if not _is_small(value):
        raise TooLargeError
    return sympy.factor(value)


def _is_small(value: Symbolic) -> bool:
    """Whether a fraction may be given to the algorithms for polynomials."""
    return _terms(value) <= MAX_TERMS and len(value.free_symbols) <= MAX_UNKNOWNS and sum(_degrees(value)) <= MAX_DEGREE


def _terms(value: Symbolic) -> int:
    """How many terms the value has at most, once multiplied out; those of a denominator count as well."""
    if value.is_Add:
        return sum(_terms(argument) for argument in value.args)
    if value.is_Mul:
        return math.prod(_terms(argument) for argument in value.args)
    if value.is_Pow and value.exp.is_Integer:
        terms, power = _terms(value.base), abs(int(value.exp))
        return 1 if terms == 1 else math.comb(terms + power - 1, power) if power <= MAX_TERMS else MAX_TERMS + 1
    return 1


def _is_product_of_sums(value: Symbolic) -> bool:
    """Whether the value is factored as far as anybody would: 2(x + 1)⁵y, each sum without sums in it."""
    bases = [factor.as_base_exp()[0] for factor in sympy.Mul.make_args(value)]
    return not any(argument.has(sympy.Add) for base in bases for argument in base.args)


def _degrees(value: Symbolic) -> tuple[int, int]:
    """The degrees at most of numerator and denominator over one another."""
    if value.is_Add:
        parts = [_degrees(argument) for argument in value.args]
        below = sum(under for _, under in parts)
        return max(over - under for over, under in parts) + below, below
    if value.is_Mul:
        parts = [_degrees(argument) for argument in value.args]
        return sum(over for over, _ in parts), sum(under for _, under in parts)
    if value.is_Pow and value.exp.is_Integer:
        over, under = (degree * abs(int(value.exp)) for degree in _degrees(value.base))
        return (over, under) if value.exp > 0 else (under, over)
    return int(value.is_Symbol), 0
