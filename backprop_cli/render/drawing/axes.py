"""Axes for curves, whether drawn in characters or in SVG: which scale, where its ticks are, how they are written."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

LOG_SPAN = 50.0
"""Positive values that span more than this factor are easier to read on a logarithmic scale."""

MOST_DIGITS = 7
"""Of a label: what fits beside a curve."""

_NICE = (1.0, 2.0, 5.0, 10.0, 20.0)


class Axis(NamedTuple):
    """A scale from `low` to `high` with its `ticks`; on a logarithmic one all of them are positive.

    One that `is_count` has whole numbers, which are written in full.
    """

    low: float
    high: float
    ticks: tuple[float, ...]
    is_log: bool = False
    is_count: bool = False

    def share(self, value: float) -> float:
        """Where a value lies: 0 at `low`, 1 at `high`."""
        low, high, at = (math.log10(number) if self.is_log else number for number in (self.low, self.high, value))
        return (at - low) / (high - low) if high > low else 0.5

    def labels(self) -> tuple[str, ...]:
        """The ticks as text, all with the same number of decimals on a linear scale."""
        if self.is_count:
            return tuple(f"{tick:,.0f}" for tick in self.ticks)
        if self.is_log or len(self.ticks) < 2:
            return _told_apart(self.ticks)
        step = self.ticks[1] - self.ticks[0]
        largest = max(abs(tick) for tick in self.ticks)
        if largest >= 1e5 or step < 1e-5:
            return _told_apart(self.ticks)
        decimals = max(0, -math.floor(math.log10(step) + 1e-9))
        return tuple(f"{tick:,.{decimals}f}" for tick in self.ticks)


def _told_apart(ticks: Sequence[float]) -> tuple[str, ...]:
    """The ticks with three digits, or with so many more, up to `MOST_DIGITS`, that each is another text."""
    for digits in range(3, MOST_DIGITS + 1):
        labels = tuple(f"{tick:.{digits}g}" for tick in ticks)
        if len(set(labels)) == len(ticks):
            break
    return labels


def value_axis(values: Sequence[float], most_ticks: int) -> Axis:
    """The axis of a curve's values: logarithmic where that helps, its ends at the curve's own ends.

    A constant loss lies in the middle, one of 0 at the foot, where nothing is filled.
    """
    low, high = min(values), max(values)
    if low > 0 and high > LOG_SPAN * low:
        return Axis(low, high, _log_ticks(low, high, most_ticks), True)
    if high == low == 0:
        return Axis(0.0, 1.0, (0.0,))
    if high == low:
        pad = abs(high) / 2
        return Axis(low - pad, high + pad, (low,))
    return Axis(low, high, _linear_ticks(low, high, most_ticks))


def step_axis(steps: int, most_ticks: int) -> Axis:
    """The axis of steps 0 … `steps`: whole numbers, both ends among them."""
    inner = [tick for tick in _linear_ticks(0, steps, most_ticks) if tick == int(tick)]
    gap = inner[1] - inner[0] if len(inner) > 1 else steps
    kept = [tick for tick in inner if steps - tick >= 0.4 * gap]
    return Axis(0, steps, (*kept, float(steps)), is_count=True)


def _linear_ticks(low: float, high: float, most: int) -> tuple[float, ...]:
    """Multiples of 1, 2 or 5 times a power of ten, at most `most` of them."""
    rough = (high - low) / max(1, most)
    power = 10.0 ** math.floor(math.log10(rough))
    for nice in _NICE:
        step = nice * power
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first + 1 <= most:
            return tuple(index * step for index in range(first, last + 1))
    return (low, high)


def _log_ticks(low: float, high: float, most: int) -> tuple[float, ...]:
    """Powers of ten, thinned where there are many, or with 2 and 5 times them where there are few."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    powers = range(first, last + 1)
    if len(powers) > most:
        return tuple(10.0**power for power in powers[:: -(-len(powers) // most)])
    fine = [
        factor * 10.0**power
        for power in range(first - 1, last + 1)
        for factor in (1.0, 2.0, 5.0)
        if low * (1 - 1e-9) <= factor * 10.0**power <= high * (1 + 1e-9)
    ]
    return tuple(fine) if len(fine) <= most else tuple(10.0**power for power in powers)
