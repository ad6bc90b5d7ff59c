"""How many digits of a number are shown. Rounding happens here and nowhere else.

By themselves and in a column, numbers follow the same rule: so many decimals, and more where a small number would lose its
digits. The numbers of a column have one style, so that they can be compared at a glance.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

MOST_DECIMALS = 17
"""Digits that may be asked for; a float64 has no more."""
KEPT = 5
"""So many significant digits of a small number are kept, where there are enough decimals for it; fewer of few."""
MOST_MORE = 2
"""So many decimals more than were asked for are shown for a small number's sake; a smaller one is in scientific notation."""
SMALLEST_POWER, LARGEST_POWER = -5, 8
"""Powers of ten of the first digit between which significant digits need no scientific notation."""
DOUBLE_DIGITS = 16
"""Digits of a float64 that say something."""
OWN_ZERO = 1e-12
"""A number is a shorter one, its zeros left out, if they differ by no more than this part of it."""


class Digits(NamedTuple):
    """How many digits are shown: so many decimals, or so many significant digits."""

    shown: int
    is_significant: bool = False

    @staticmethod
    def read(text: str | Digits) -> Digits:
        """`4` is four decimals, `4g` four significant digits; what is read already stays.

        Raises:
            ValueError: it is neither, or they are too many.
        """
        if isinstance(text, Digits):
            return text
        found = re.fullmatch(r"([0-9]+)(g?)", text)
        if found is None or not bool(found[2]) <= int(found[1]) <= MOST_DECIMALS:
            raise ValueError(
                f"expected 0 to {MOST_DECIMALS} decimals, or such as 4g for significant digits, found {text!r}"
            )
        return Digits(int(found[1]), bool(found[2]))

    def at_least(self, count: int) -> Digits:
        """As many digits, but no fewer than `count`."""
        return self._replace(shown=max(self.shown, count))

    @property
    def kept(self) -> int:
        """The significant digits that a number keeps, however small it is."""
        return self.shown if self.is_significant else min(KEPT, max(1, self.shown - 1))


EIGHT_DECIMALS = Digits(8)
"""Shown where nothing else is asked for."""


def format_column(values: Sequence[float], digits: Digits) -> list[str]:
    """The numbers of a column, all with decimals or all in scientific notation.

    A value that is not there (not a number) is an empty text. Zero never carries a sign.
    """
    needed = [_decimals(value, digits) for value in values if value and math.isfinite(value)]
    if None in needed:
        return [_scientific(value, digits) for value in values]
    if digits.is_significant:
        return [_fixed(value, _decimals(value, digits) or 0) for value in values]
    most = max((count for count in needed if count is not None), default=digits.shown)
    return [_fixed(value, most) for value in values]


def format_number(value: float, digits: Digits) -> str:
    """A number by itself, as a column of one."""
    return format_column([value], digits)[0]


def format_term(value: float, digits: Digits) -> str:
    """A number within a formula: without the zeros at its end, unless they come of rounding it."""
    text = format_number(value, digits)
    short = trimmed(text)
    is_exact = not math.isfinite(value) or abs(float(short) - value) <= OWN_ZERO * abs(value)
    return short if is_exact else text


def trimmed(number: str) -> str:
    """A formatted number without trailing zeros: `0.50000000` as `0.5`."""
    mantissa, e, exponent = number.partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return mantissa + e + exponent


def _decimals(value: float, digits: Digits) -> int | None:
    """The decimals that a number needs; None where it needs scientific notation."""
    kept = digits.kept
    power = int(f"{value:.{kept - 1}e}".partition("e")[2])
    wanted = max(0, kept - 1 - power)
    if digits.is_significant:
        return wanted if SMALLEST_POWER <= power <= LARGEST_POWER else None
    if wanted > digits.shown + MOST_MORE or power > max(LARGEST_POWER, DOUBLE_DIGITS - digits.shown):
        return None
    decimals = digits.shown
    while decimals < wanted and float(f"{value:.{decimals}f}") != value:
        decimals += 1
    return decimals


def _fixed(value: float, decimals: int) -> str:
    return _without_digits(value) if not math.isfinite(value) else f"{value + 0.0:.{decimals}f}"


def _scientific(value: float, digits: Digits) -> str:
    if not math.isfinite(value):
        return _without_digits(value)
    return f"{value:.{digits.shown - digits.is_significant}e}" if value else "0"


def _without_digits(value: float) -> str:
    return "" if math.isnan(value) else "∞" if value > 0 else "-∞"
