"""A number as somebody gave it: with the digits that it was given with."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

DECIMAL = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
"""A number as people write it."""
MACHINE_DIGITS = 15
"""A file with a number of so many significant digits was written by a program, which drops the zeros at a number's end."""
DOUBLE, SINGLE = 2.0**-52, 2.0**-23
"""The relative distance of neighbouring float64 and float32 numbers."""
_LEAST = {SINGLE: 2.0**-149, 2.0**-10: 2.0**-24}
"""The smallest float32 and float16 numbers."""
_ROUNDINGS = 16.0
"""What is allowed for the sums of a network in shorter floats, in roundings of the result."""


@dataclass(frozen=True)
class Given:
    """A named number. `unit` is the value of its last digit (0.0001 for 0.0822), 0 where it stands for itself exactly.

    `text` is what it looked like, `epsilon` the relative distance of neighbouring numbers in the arithmetic that made it.
    `is_of_sample` says that a parameter's gradient is that of the shown sample's loss alone.
    """

    name: str
    value: float
    unit: float
    text: str
    epsilon: float = DOUBLE
    is_of_sample: bool = False

    def __post_init__(self) -> None:
        """Spell out what of a name cannot be seen, and let an infinite number have no last digit."""
        if not self.name.isprintable():
            object.__setattr__(self, "name", _spelled_out(self.name))
        if not math.isfinite(self.unit):
            object.__setattr__(self, "unit", 0.0)

    def named(self, name: str) -> Given:
        """The same number under another name."""
        return Given(name, self.value, self.unit, self.text, self.epsilon, self.is_of_sample)

    @property
    def digits(self) -> int:
        """The significant digits that it was given with; of an exact number those of a float64."""
        if self.unit == 0.0 or not math.isfinite(self.value):
            return MACHINE_DIGITS
        return max(0, exponent_of(self.value) - round(math.log10(self.unit)) + 1) if self.value else 0


@dataclass(frozen=True)
class GivenArray:
    """An array as somebody gave it: its numbers by their indices, from 0. A missing number has no entry."""

    name: str
    shape: tuple[int, ...]
    numbers: Mapping[tuple[int, ...], Given]

    @property
    def dimensions(self) -> str:
        """`2 × 3`, or for an array without dimensions what it is."""
        return " × ".join(map(str, self.shape)) or "a single number"


_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


def _spelled_out(name: str) -> str:
    """A name with what cannot be seen written as its escape."""
    return "".join(c.encode("unicode_escape").decode() if unicodedata.category(c) in _UNSEEN else c for c in name)


def common_digits(given: Given, expected: float) -> int:
    """To how many significant digits (of `expected`) the two agree, no more than were given."""
    difference = abs(given.value - expected)
    if not math.isfinite(difference):
        return 0
    if difference == 0.0:
        return given.digits
    if expected == 0.0:
        return 0
    # the difference is at most half a unit of the last common digit
    common = math.floor(exponent_of(expected) - (math.log10(difference) + math.log10(2.0)) + 1 + 1e-9)
    return max(0, min(common, given.digits))


def exponent_of(value: float) -> int:
    """The power of ten of the first digit."""
    return int(f"{value:.16e}".partition("e")[2]) if value else 0


def given_numbers(texts: list[tuple[str, str]]) -> list[Given]:
    """Named numbers from their texts.

    Where a text says nothing of its precision (`2`, `0`, `0.0`) it is taken to have as many digits as the longest number
    beside it, and no finer last one than the finest; where all have the same decimals they all say it. Where most numbers
    are of full length a program wrote them, and all are exact, or float32's.

    Raises:
        ValueError: with the index of a text that is no number.
    """
    decimals = [_decimal(text, index) for index, (_, text) in enumerate(texts)]
    units = [_unit(number, text) for (_, text), number in zip(texts, decimals, strict=True)]
    lengths = [len(number.as_tuple().digits) for number in decimals]
    if not _have_same_decimals(decimals) and _are_of_full_length(decimals):
        values = [float(number) for number in decimals]
        return of_floats([(name, value, text) for (name, text), value in zip(texts, values, strict=True)])
    telling = [
        (unit, length)
        for unit, length in zip(units, lengths, strict=True)
        if unit is not None and length < MACHINE_DIGITS
    ]
    finest = min((unit for unit, _ in telling), default=0.0)
    longest = max((length for _, length in telling), default=0)
    return [
        Given(name, float(number), _likely_unit(number, finest, longest) if unit is None else unit, text)
        for (name, text), number, unit in zip(texts, decimals, units, strict=True)
    ]


def of_floats(numbers: list[tuple[str, float, str]], epsilon: float = DOUBLE) -> list[Given]:
    """Numbers that a program worked out in floats of a certain precision; what look like float64's may be float32's."""
    if epsilon <= DOUBLE:
        epsilon = SINGLE if _are_singles([value for _, value, _ in numbers]) else DOUBLE
    least = _LEAST.get(epsilon, 0.0)
    exact = epsilon == DOUBLE
    return [
        Given(name, value, 0.0 if exact else _ROUNDINGS * max(epsilon * abs(value), least), text, epsilon)
        for name, value, text in numbers
    ]


_TRIVIAL = 1
"""A number of one digit may be exact or rounded."""


def _are_of_full_length(decimals: list[Decimal]) -> bool:
    """Whether more numbers have all the digits of a float64 than are rounded."""
    lengths = [len("".join(map(str, number.as_tuple().digits)).rstrip("0")) for number in decimals]
    return sum(n >= MACHINE_DIGITS for n in lengths) > sum(_TRIVIAL < n < MACHINE_DIGITS for n in lengths)


def _have_same_decimals(decimals: list[Decimal]) -> bool:
    exponents = {number.as_tuple().exponent for number in decimals}
    return len(decimals) > 1 and len(exponents) == 1


def _are_singles(values: list[float]) -> bool:
    """Whether most numbers are float32's, as one float64 in 2^29 is by chance. Halves and the like are both, and do not count."""
    bits = [length for length in (_bits(value) for value in values if math.isfinite(value)) if length > _SHORT]
    return 2 * sum(length <= _SINGLE_BITS for length in bits) > len(bits)


_SHORT, _SINGLE_BITS = 12, 24


def _bits(value: float) -> int:
    """The length of a number in binary digits, from the first one that is not 0 to the last."""
    numerator, _ = value.as_integer_ratio()
    numerator = abs(numerator)
    return numerator.bit_length() - ((numerator & -numerator).bit_length() - 1 if numerator else 0)


def _likely_unit(number: Decimal, finest: float, longest: int) -> float:
    """The value of the last digit of a number that does not show it; 0 where there is nothing to go by."""
    if number.is_zero() or not longest or not number.is_finite():
        return finest
    return max(finest, float(f"1e{number.adjusted() - longest + 1}"))


def _decimal(text: str, index: int) -> Decimal:
    try:
        if "_" in text:
            raise ValueError(index)
        number = Decimal(text.strip().replace("−", "-"))
    except InvalidOperation:
        raise ValueError(index) from None
    if number.is_snan():  # which no float can hold
        raise ValueError(index)
    return number


def _unit(number: Decimal, text: str) -> float | None:
    """The value of the last digit; None where the text says nothing of its precision."""
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or (exponent == 0 and "." not in text):
        return None
    if number.is_zero() and exponent >= -1:
        return None
    return float(f"1e{max(-300, min(300, exponent))}")
