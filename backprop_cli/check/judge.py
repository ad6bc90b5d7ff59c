"""When a given number agrees with the right one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from backprop_cli.check.given import Given
from backprop_cli.check.wanted import Wanted
from backprop_cli.check.work import Group, MatrixGroup
from backprop_cli.functions.numeric import Array

STRICT = 1e-9
"""The relative error that a number of full length may have."""
LENIENT = 1e-5
"""The relative error that all numbers may have where none has a larger one."""
_SMALL = 1e-3
"""Of a number smaller than this share of the median of its kind the error is measured by that."""


@dataclass(frozen=True)
class Judge:
    """Which numbers agree with given ones.

    They lie within half a unit of the last digit given, or `tolerance` of the right one's size, or `least`. Beside that
    `roundoff`, one for each, is what the rounding of floats may have done to it.
    """

    values: Array
    units: Array
    tolerance: float
    roundoff: Array
    least: Array | float = 0.0

    @staticmethod
    def of(given: Sequence[Given], tolerance: float) -> Judge:
        """A judge who allows for no rounding of floats."""
        values, units = np.array([one.value for one in given]), np.array([one.unit for one in given])
        return Judge(values, units, tolerance, np.zeros_like(values))

    def agreement(self, numbers: Array) -> Array:
        """A boolean for each number; a half is taken up or down."""
        with np.errstate(invalid="ignore", over="ignore"):
            allowed = np.maximum(self.tolerance * np.abs(numbers), self._least_allowed) + self.roundoff
            is_near = np.isfinite(numbers) & (np.abs(self.values - numbers) <= allowed)
            return np.asarray(is_near | (self.values == numbers))

    @cached_property
    def _least_allowed(self) -> Array:
        return np.maximum(self.units * (0.5 + 1e-9), self.least)

    def noise(self, expected: Array, sizes: Array, kinds: Array) -> float | None:
        """The largest error, relative to the numbers' `sizes`, if all errors are so small that they are noise; else None.

        Noise is in most numbers of a kind, and moves some by more than a unit of their last digit.
        """
        with np.errstate(all="ignore"):
            errors = np.abs(self.values - expected)
            relative = errors / sizes
        is_off = ~self.agreement(expected)
        beside = np.isin(kinds, kinds[is_off])
        is_common = is_off.sum() >= 2 and 2 * is_off.sum() > beside.sum()
        if not is_common or not np.all(relative <= LENIENT) or np.all(errors[is_off] <= 1.01 * self.units[is_off]):
            return None
        return float(relative[is_off].max())


def sizes_of(wanted: Sequence[Wanted], expected: Array) -> tuple[Array, Array]:
    """What each number's error is measured by, its own size or a thousandth of the median of its kind; and its kind."""
    numbered: dict[Group | MatrixGroup, int] = {}
    kinds = np.array([numbered.setdefault(one.group, len(numbered)) for one in wanted])
    sizes = np.abs(expected)
    for kind in numbered.values():
        sizes[kinds == kind] = np.maximum(sizes[kinds == kind], _SMALL * np.median(sizes[kinds == kind]))
    return sizes, kinds
