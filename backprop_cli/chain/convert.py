"""From sympy's expressions back to ours."""

from __future__ import annotations

from functools import reduce

import sympy

from backprop_cli.chain.algebra import NAMES, Symbolic, TooLargeError
from backprop_cli.formula.expression import Apply, Expression, Name, Number
from backprop_cli.formula.operations import CHOICES


class _Order:
    """Ranks the factors of a product as people write them: x·a^(x − 1), σ(z)·(1 − σ(z)), and a condition's choice last."""

    def __init__(self, value: Symbolic) -> None:
        self._sums = [factor for factor in sympy.Mul.make_args(value) if factor.is_Add]

    def __call__(self, factor: Symbolic) -> int:
        if NAMES.get(factor.func) in CHOICES:
            return 3
        base, exponent = factor.as_base_exp()
        is_constant = not factor.free_symbols and not factor.has(sympy.log)
        if is_constant or (base.is_Symbol and exponent.is_Rational):
            return 0
        is_in_sum = not factor.is_Add and any(factor in part.args or -factor in part.args for part in self._sums)
        return 1 if is_in_sum else 2


class Converter:
    """Turns sympy's expressions into ours; fractions become decimals where those are exact and `is_decimal`."""

    def __init__(self, is_decimal: bool) -> None:
        self.is_decimal = is_decimal

    def expression(self, value: Symbolic) -> Expression:
        """The same expression as one of ours, its terms and factors in sympy's printing order.

        Raises:
            TooLargeError: it holds a number that no float64 is near.
        """
        if value.is_Rational:
            return self._scaled(value, [], [])
        if value.is_Symbol:
            return Name(value.name)
        if value.is_Add:
            return self._sum(value)
        if value.is_Mul:
            return self._product(value)
        if value.is_Pow and value.func is not sympy.exp:
            return self._power(value)
        if value is sympy.pi:
            return Apply("pi", ())
        if value is sympy.E:
            return Apply("exp", (Number(1.0),))
        return Apply(NAMES[value.func], tuple(self.expression(argument) for argument in value.args))

    def _sum(self, value: Symbolic) -> Expression:
        terms = [self.expression(term) for term in value.as_ordered_terms("grlex")]
        first = next((index for index, term in enumerate(terms) if not _is_negative(term)), 0)
        return Apply("+", (terms[first], *terms[:first], *terms[first + 1 :]))

    def _product(self, value: Symbolic) -> Expression:
        coefficient, rest = value.as_coeff_Mul()
        over: list[Expression] = []
        under: list[Expression] = []
        for factor in sorted(rest.as_ordered_factors(), key=_Order(rest)):
            base, exponent = factor.as_base_exp()
            is_below = exponent.is_Rational and exponent < 0 and factor.func is not sympy.exp
            (under if is_below else over).append(self.expression(sympy.Pow(base, -exponent) if is_below else factor))
        return self._scaled(coefficient, over, under)

    def _power(self, value: Symbolic) -> Expression:
        base, exponent = value.base, value.exp
        if exponent.is_Rational and exponent < 0:
            return self._scaled(sympy.Integer(1), [], [self.expression(sympy.Pow(base, -exponent))])
        if exponent == sympy.S.Half:
            return Apply("sqrt", (self.expression(base),))
        return Apply("^", (self.expression(base), self.expression(exponent)))

    def _scaled(self, number: Symbolic, over: list[Expression], under: list[Expression]) -> Expression:
        """A product over a product, times a rational number."""
        if number < 0:
            return Apply("neg", (self._scaled(-number, over, under),))
        if self._is_one_number(number):
            upper, lower = _float(number), 1.0
        else:
            upper, lower = _float(number.p), _float(number.q)
        over = over if upper == 1 and over else [Number(upper), *over]
        under = under if lower == 1 else [Number(lower), *under]
        top = multiplied(over)
        return Apply("/", (top, multiplied(under))) if under else top

    def _is_one_number(self, number: Symbolic) -> bool:
        """Whether a rational number is written as one: whole, an exact decimal where those are in use, or very long."""
        rest = reduce(lambda q, prime: q // prime ** _multiplicity(q, prime), (2, 5), int(number.q))
        return number.q == 1 or (self.is_decimal and rest == 1) or max(abs(number.p), number.q) > 10**15


def _multiplicity(number: int, prime: int) -> int:
    """How often a prime divides a number."""
    count = 0
    while number % prime == 0:
        number, count = number // prime, count + 1
    return count


def multiplied(factors: list[Expression]) -> Expression:
    """The product, or the one factor."""
    return factors[0] if len(factors) == 1 else Apply("*", tuple(factors))


def _is_negative(term: Expression) -> bool:
    return isinstance(term, Apply) and term.operation == "neg"


def _float(number: Symbolic) -> float:
    try:
        value = float(number)
    except OverflowError:
        raise TooLargeError from None
    if value in (0.0, float("inf")) and number != 0:
        raise TooLargeError
    return value
