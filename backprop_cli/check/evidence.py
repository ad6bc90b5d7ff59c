"""Whether numbers that a hypothesis hits are more than chance gives: counted in digits that somebody would have to guess."""

from __future__ import annotations

import math
import sys
from functools import cached_property

import numpy as np

from backprop_cli.check.compare import Compared, Comparison
from backprop_cli.check.ratios import Ratios, is_plain
from backprop_cli.functions.numeric import Array

_CLEAR_DIGITS = 9.0
"""No more digits of a number count as evidence."""

_DIGITS_OF_ZERO = 1.0
"""What a wrong zero counts, which is as often a number that is not there."""

_SLIPS = (-1.0, 2.0, 0.5, -2.0, -0.5)
"""By what a gradient, or a parameter's change, is multiplied that is miswritten."""

_DIGITS_OF_SLIP = 1.5
"""What such a number counts beside right ones that speak against the same in all numbers."""

_DIGITS_OF_PLAIN_RATIO = 2.5
"""What numbers count that are all twice the right ones, or a sixth: much else than a certain mistake may have done that."""

_DIGITS_OF_NEXT_RATIO = 0.5
"""What each further such ratio adds, which is often a power of the first, layer by layer."""

_DIGITS_OF_PLAIN_SCALING = 4.0
"""What they count for a mistake that is such a factor, where other numbers are wrong in another way."""

_DOUBT_OF_MISS = 0.5
"""So many digits more must speak for a hypothesis for each number, right or wrong, of which it makes another wrong one."""

_NEAR = 3.0
"""The ratio to the right number is shown by one that is more than so many units of its last digit off."""


class Evidence:
    """What the wrong numbers of a comparison tell."""

    def __init__(self, comparison: Comparison, ratios: Ratios) -> None:
        self._ratios = ratios
        self._expected = comparison.expected
        self.is_wrong = np.array([not one.agrees for one in comparison.compared])
        tolerance = comparison.judge.tolerance
        self._units = np.array([_unit(one, tolerance) for one in comparison.compared])
        with np.errstate(all="ignore"):
            self._distances = np.abs(comparison.judge.values - comparison.expected) / self._units
        self._digits = np.array(
            [_digits(one, distance) for one, distance in zip(comparison.compared, self._distances, strict=True)]
        )
        # nobody needs to guess the digits of another right number, but only which it is
        for position, digits in ratios.copies().items():
            self._digits[position] = min(self._digits[position], digits)
        self._own_gradients = ratios.own_gradients()
        self._follows = np.array([one.follows for one in comparison.compared])

    def speaks_for(self, numbers: Array, agrees: Array, needed: float, is_scaling: bool) -> bool:
        """Whether more speaks for a hypothesis than the `needed` digits, and than chance gives.

        `numbers` are what it makes of all, `agrees` says which of the given ones that is, some wrong one among them. Chance
        would choose anew, among those that it makes different from the right ones, which to hit. `is_scaling` says that the
        hypothesis is just that all is multiplied by a constant.
        """
        explains, spoilt = agrees & self.is_wrong, ~(agrees | self.is_wrong)
        hits, in_vain = int(explains.sum()), int(self.is_missed(numbers, agrees).sum())
        is_contested = np.any(spoilt) or (hits == 1 and not self.is_wrong.all())
        digits = self._contested_digits if is_contested else self._digits
        is_left = self.is_wrong & ~explains
        left = int((is_left & ~self._follows).sum())
        if left:
            # what is made of those others tells nothing new
            is_made = self._follows | ((self._own_gradients >= 0) & is_left[self._own_gradients])
            digits = np.where(is_made, 0.0, digits)
        needed += _log10_choices(hits, in_vain) + _DOUBT_OF_MISS * in_vain
        needed += math.log10(1.0 + left / hits)  # of many wrong numbers chance hits some
        of_plain = _DIGITS_OF_PLAIN_RATIO
        if is_scaling:
            of_plain = _DIGITS_OF_PLAIN_SCALING if in_vain else _CLEAR_DIGITS
        return float(digits[explains].sum()) >= needed <= self._told(explains, digits, needed, of_plain)

    def is_missed(self, numbers: Array, agrees: Array) -> Array:
        """Which of a hypothesis' numbers are neither the given nor the right ones; what follows from those tells nothing."""
        with np.errstate(invalid="ignore"):
            is_moved = ~(np.abs(numbers - self._expected) <= 0.5 * self._units)
        return np.asarray(is_moved & ~agrees & ~self._follows)

    def _told(self, explains: Array, digits: Array, enough: float, of_plain: float) -> float:
        """How many digits explained numbers tell, where those that one factor explains count as one; no more than is `enough`.

        All gradients of a unit hang on its delta, all numbers on the loss: a wrong factor there hits all or none of them.
        """
        ratios, errors = self._ratios.values, self._ratios.errors
        of_next = of_plain if of_plain > _DIGITS_OF_PLAIN_RATIO else _DIGITS_OF_NEXT_RATIO
        left = np.flatnonzero(explains)
        left = left[np.argsort(errors[left], kind="stable")]
        total = 0.0
        while total < enough and (telling := left[self._distances[left] > _NEAR]).size:
            first = telling[0]
            with np.errstate(invalid="ignore"):
                is_same = np.abs(ratios[left] - ratios[first]) <= errors[left] + errors[first]
            is_same[left == first] = True
            # together they show their ratio more exactly than any of them, as a mean is more exact
            most = float(digits[left[is_same]].max()) + 0.5 * math.log10(is_same.sum())
            if is_plain(ratios[first], errors[first]):
                most, of_plain = min(most, of_plain), of_next
            total += most
            left = left[~is_same]
        return total + float(digits[left].sum())

    @cached_property
    def _contested_digits(self) -> Array:
        """What numbers tell beside right ones that speak against it: a sign or a factor of two is as often lost in one."""
        agreements = [self._ratios.multiples(factor) for factor in _SLIPS]
        return np.where(np.any(agreements, axis=0), np.minimum(_DIGITS_OF_SLIP, self._digits), self._digits)


def _unit(one: Compared, tolerance: float) -> float:
    return max(one.given.unit, 2.0 * tolerance * abs(one.given.value), sys.float_info.min)


def _digits(one: Compared, distance: float) -> float:
    """How many digits somebody would have to guess in order to hit a wrong number, so many units off, by chance.

    A number that is a unit of its last digit off is hit by everything that moves it a little, a zero by much else.
    """
    if not math.isfinite(one.given.value - one.expected):
        return 0.0
    most = _DIGITS_OF_ZERO if one.given.value == 0.0 else _CLEAR_DIGITS
    return min(most, math.log10(1.0 + 2.0 * distance))


def _log10_choices(hits: int, misses: int) -> float:
    """The logarithm of the number of ways to choose which numbers are hit."""
    ways = math.lgamma(hits + misses + 1) - math.lgamma(hits + 1) - math.lgamma(misses + 1)
    return ways / math.log(10.0)
