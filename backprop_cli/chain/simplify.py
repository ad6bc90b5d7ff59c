"""The shortest of a few forms of a derivative: as the chain rule gives it, expanded, factored.

`2(x + 1)(3(x + 1)⁴ + 2)` is multiplied out once with x + 1 kept as a block, once fully, and once factored into irreducible
polynomials; the shortest text wins. Before anything is multiplied out its terms are counted, and a clock stands behind that.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import sympy

from backprop_cli.chain.algebra import Symbolic, TooLargeError, size_of
from backprop_cli.chain.convert import Converter
from backprop_cli.formula.expression import Expression
from backprop_cli.formula.writing import write

MAX_TERMS = 150
"""Terms of a multiplied-out form; a longer one is never the shortest."""
MAX_DEGREE = 40
"""Degree of a polynomial that is factored."""
MAX_UNKNOWNS = 6
"""Unknowns of a polynomial that is factored."""
MAX_NODES = 300
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
        shortest = self.converter.expression(value)
        length, is_complete = _length(shortest), True
        start = time.process_time()
        try:
            for form in self._forms(value):
                candidate = self.converter.expression(form)
                candidate_length = _length(candidate)
                if candidate_length < length:
                    shortest, length = candidate, candidate_length
        except TooLargeError:
            is_complete = False
        self._seconds_left -= time.process_time() - start
        return shortest, is_complete

    def _forms(self, value: Symbolic) -> Iterator[Symbolic]:
        """The other forms, the cheapest first.

        Raises:
            TooLargeError: the next one would take too long.
        """
        if not value.has(sympy.Add):
            return
        start = time.process_time()
        atoms = _Substitution()
        rational = atoms.outside_of_fractions(value)
        if _is_product_of_sums(rational) and _terms(rational) > 2 * len(rational.args):
            return
        size = size_of(rational)
        for form in (_in_blocks, _expanded, atoms.over_one_denominator, _reduced_in_blocks, _factored):
            if size > MAX_NODES or time.process_time() - start > self._seconds_left:
                raise TooLargeError
            if (found := form(rational)) is not None:
                yield self._with_number_inside(atoms.undone(found))

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
    """Characters, but for a leading sign: moving that into a factor is no simplification."""
    return len(write(expression).text.removeprefix("-"))


class _Substitution:
    """Unknowns in place of what is no polynomial or fraction of others, such as sin(x), e^x or √x.

    Powers of one thing share an unknown: e^(2x) is that of e^x squared, 1/√x that of √x to the power -1.
    """

    def __init__(self) -> None:
        self._unknowns: dict[Symbolic, Symbolic] = {}
        self._roots: dict[Symbolic, tuple[Symbolic, int]] = {}

    def unknown(self, value: Symbolic) -> Symbolic:
        return self._unknowns.setdefault(value, sympy.Dummy(f"_{len(self._unknowns)}"))

    def outside_of_fractions(self, value: Symbolic) -> Symbolic:
        """The value with an unknown for every part that no sum, product or whole power leads to."""
        if value.is_Add or value.is_Mul:
            return value.func(*(self.outside_of_fractions(argument) for argument in value.args))
        if value.is_Pow and value.exp.is_Integer:
            return sympy.Pow(self.outside_of_fractions(value.base), value.exp)
        if value.is_Pow and value.exp.is_Rational:
            return self._root(value.base, value.exp.q) ** value.exp.p
        if value.func is sympy.exp:
            number, rest = value.exp.as_coeff_Mul()
            if number.is_Integer:
                return self.unknown(sympy.exp(sympy.sign(number) * rest)) ** abs(number)
        return value if value.is_Rational or value.is_Symbol else self.unknown(value)

    def _root(self, base: Symbolic, degree: int) -> Symbolic:
        unknown = self.unknown(sympy.Pow(base, sympy.Rational(1, degree)))
        self._roots[unknown] = (self.outside_of_fractions(base), int(degree))
        return unknown

    def over_one_denominator(self, value: Symbolic) -> Symbolic | None:
        """One fraction, its denominator as it stands, with (√x)² above it as x; None where that has too many terms."""
        over, under = sympy.fraction(sympy.together(value))
        if _terms(over) > MAX_TERMS:
            return None
        over = self._without_powers_of_roots(_expanded(over))
        return None if _terms(over) > MAX_TERMS else _factored(_expanded(over)) / under

    def _without_powers_of_roots(self, value: Symbolic) -> Symbolic:
        whole = {}
        for power in value.atoms(sympy.Pow):
            base, degree = self._roots.get(power.base, (power.base, 0))
            if degree and power.exp.is_Integer and power.exp >= degree:
                count, rest = divmod(int(power.exp), degree)
                whole[power] = base**count * power.base**rest
        return value.xreplace(whole)

    def undone(self, value: Symbolic) -> Symbolic:
        return value.xreplace({unknown: original for original, unknown in self._unknowns.items()})


def _in_blocks(value: Symbolic) -> Symbolic:
    """Multiplied out down to the innermost sums, which stay together; None where there is nothing around them."""
    blocks, outer = _blocks_of(value)
    return blocks.undone(_expanded(outer)) if outer.has(sympy.Add) else None


def _reduced_in_blocks(value: Symbolic) -> Symbolic:
    """One fraction with the innermost sums kept together; None where there is nothing around them."""
    blocks, outer = _blocks_of(value)
    return blocks.undone(sympy.factor_terms(sympy.cancel(outer))) if outer.has(sympy.Add) and _is_small(outer) else None


def _blocks_of(value: Symbolic) -> tuple[_Substitution, Symbolic]:
    blocks = _Substitution()
    sums = [
        part for part in sympy.preorder_traversal(value) if part.is_Add and not any(a.has(sympy.Add) for a in part.args)
    ]
    return blocks, value.xreplace({part: blocks.unknown(part) for part in sums})


def _expanded(value: Symbolic) -> Symbolic:
    _refuse_many_terms(value)
    return sympy.expand(value, log=False, power_base=False, power_exp=False)


def _factored(value: Symbolic) -> Symbolic:
    if not _is_small(value):
        raise TooLargeError
    return sympy.factor(value)


def _is_small(value: Symbolic) -> bool:
    """Whether a fraction may be given to the algorithms for polynomials."""
    return _terms(value) <= MAX_TERMS and len(value.free_symbols) <= MAX_UNKNOWNS and _degree(value) <= MAX_DEGREE


def _refuse_many_terms(value: Symbolic) -> None:
    if _terms(value) > MAX_TERMS:
        raise TooLargeError


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


def _degree(value: Symbolic) -> int:
    """The total degree at most, of numerator and denominator together."""
    return sum(_degrees(value))


def _degrees(value: Symbolic) -> tuple[int, int]:
    """The degrees of numerator and denominator over one another."""
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
