"""Whether numbers that a hypothesis hits are more than chance gives: counted in digits that somebody would have to guess."""

from __future__ import annotations

import math
import sys
from functools import cached_property

import numpy as np

from backprop_cli.check.compare import Compared, Comparison
from backprop_cli.check.ratios import is_plain
from backprop_cli.check.work import Work
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

_NEAR = 3.0
"""The ratio to the right number says nothing of one that is no more than so many units of its last digit off."""


class Evidence:
    """What the wrong numbers of a comparison tell."""

    def __init__(self, comparison: Comparison) -> None:
        self._comparison = comparison
        tolerance = comparison.judge.tolerance
        self._units = np.array([_unit(one, tolerance) for one in comparison.compared])
        with np.errstate(all="ignore"):
            self._distances = np.abs(comparison.judge.values - comparison.expected) / self._units
        self._digits = np.array(
            [_digits(one, distance) for one, distance in zip(comparison.compared, self._distances, strict=True)]
        )

    def speaks_for(self, explains: Array, spoilt: Array, wrong: int, needed: float, is_scaling: bool) -> bool:
        """Whether more speaks for a hypothesis than the `needed` digits, and than chance gives.

        `explains` and `spoilt` say for each number whether it is a wrong one that the hypothesis hits, or a right one that
        it misses; `wrong` numbers there are. Chance would choose anew among all of them which to hit. `is_scaling` says
        that the hypothesis is just that all is multiplied by a constant.
        """
        hits, contradictions = int(explains.sum()), int(spoilt.sum())
        digits = self._digits if contradictions == 0 else self._contested_digits
        needed += _log10_choices(hits, wrong - hits + contradictions)
        return hits > 0 and digits[explains].sum() >= needed and self._is_enough(explains, digits, needed, is_scaling)

    def _is_enough(self, explains: Array, digits: Array, needed: float, is_scaling: bool) -> bool:
        """Whether it is still enough when numbers that one factor explains are counted as one.

        All gradients of a unit hang on its delta, all numbers on the loss: a wrong factor there hits all or none of them.
        """
        ratios, errors = self._ratios
        is_alone = self._distances <= _NEAR
        total = float(digits[explains & is_alone].sum())
        left = np.flatnonzero(explains & ~is_alone)
        left = left[np.argsort(errors[left], kind="stable")]
        while total < needed and left.size:
            first = left[0]
            with np.errstate(invalid="ignore"):
                is_same = np.abs(ratios[left] - ratios[first]) <= errors[left] + errors[first]
            is_same[0] = True
            most = float(digits[left[is_same]].max())
            if not is_scaling and is_plain(ratios[first], errors[first]):
                most = min(most, _DIGITS_OF_PLAIN_RATIO)
            total += most
            left = left[~is_same]
        return total >= needed

    @cached_property
    def _ratios(self) -> tuple[Array, Array]:
        """By what each right number, or a parameter's right change, is multiplied in the given one; and how exactly."""
        with np.errstate(all="ignore"):
            right = self._comparison.expected - self._unchanged
            return (self._comparison.judge.values - self._unchanged) / right, np.abs(0.5 * self._units / right)

    @cached_property
    def _contested_digits(self) -> Array:
        """What numbers tell beside right ones that speak against it: a sign or a factor of two is as often lost in one."""
        judge, right, unchanged = self._comparison.judge, self._comparison.expected, self._unchanged
        with np.errstate(all="ignore"):
            agreements = [judge.agreement(unchanged + factor * (right - unchanged)) for factor in _SLIPS]
        return np.where(np.any(agreements, axis=0), np.minimum(_DIGITS_OF_SLIP, self._digits), self._digits)

    @cached_property
    def _unchanged(self) -> Array:
        """A parameter's value before its update; 0 for numbers of all other kinds."""
        return self._comparison.selection.of_group(Work.parameters_after, Work(self._comparison.before, 0))


def _unit(one: Compared, tolerance: float) -> float:
    return max(one.given.unit, 2.0 * tolerance * abs(one.given.value), sys.float_info.min)


def _digits(one: Compared, distance: float) -> float:
    """How many digits somebody would have to guess in order to hit a wrong number, so many units off, by chance.

    A number that is a unit of its last digit off is hit by everything that moves it a little, a zero by much else. Mistakes
    move a number by any order of magnitude, so that the chance falls a little faster than the distance grows.
    """
    if not math.isfinite(one.given.value - one.expected):
        return 0.0
    if one.given.value == 0.0:
        return _DIGITS_OF_ZERO
    return min(_CLEAR_DIGITS, math.log10(1.0 + 2.0 * min(distance, 1e100) * (1.0 + math.log1p(distance))))


def _log10_choices(hits: int, misses: int) -> float:
    """The logarithm of the number of ways to choose which numbers are hit."""
    ways = math.lgamma(hits + misses + 1) - math.lgamma(hits + 1) - math.lgamma(misses + 1)
    return ways / math.log(10.0)
