"""Numbers with so many decimals. Rounding happens here and nowhere else."""

from __future__ import annotations

import math


def format_number(value: float, digits: int) -> str:
    """A number with `digits` decimals; in scientific notation where that would hide it or fill the line.

    A value that is not there (not a number) is an empty text. Zero never carries a sign.
    """
    if math.isnan(value):
        return ""
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    smallest = 10.0 ** (2 - digits) if digits >= 6 else 0.5 * 10.0**-digits
    if value and (abs(value) <= smallest or abs(value) >= 1e15):
        return f"{value:.{digits}e}"
    return f"{value + 0.0:.{digits}f}"


def trimmed(number: str) -> str:
    """A formatted number without trailing zeros: `0.50000000` as `0.5`."""
    mantissa, e, exponent = number.partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return mantissa + e + exponent
