"""The values of options as people type them: `1e3` for a count, `md` for markdown."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from backprop_cli.nearest import nearest

Choice = TypeVar("Choice", bound=StrEnum)


ALL = 0
"""The number of all samples."""


def choice_of(names: type[Choice], short: Mapping[str, str] | None = None) -> Callable[[str], Choice]:
    """A reader of one of `names`, in capitals too; `short` holds what they are also called.

    The reader raises a ValueError that says what was expected.
    """
    *most, last = names
    wanted = f"{', '.join(most)} or {last}"

    def read(text: str) -> Choice:
        name = text.lower()
        name = (short or {}).get(name, name)
        if name in set(names):
            return names(name)
        close = nearest(text, names)
        hint = f"\n    hint: did you mean {close!s}?" if close else ""
        raise ValueError(f"expected {wanted}, found {text!r}{hint}")

    return read


def count_of(low: int, high: int | None = None) -> Callable[[str | int], int]:
    """A reader of whole numbers from `low` to `high`, also written `1e3` or `1_000`.

    The reader raises a ValueError that says what was expected.
    """
    wanted = f"a whole number of at least {low}" if high is None else f"a whole number from {low} to {high}"

    def read(text: str | int) -> int:
        number = _whole(str(text))
        if number is None or number < low or (high is not None and number > high):
            raise ValueError(f"expected {wanted}, found {str(text)!r}")
        return number

    return read


MOST_DIGITS = 18
"""Digits of a count: an exponent beyond them would make Python write out a number of any length."""


def _whole(text: str) -> int | None:
    try:
        number = float(text)
    except ValueError:
        return None
    if abs(number) >= 10**MOST_DIGITS or not number.is_integer():
        return None
    return int(number) if "e" in text.lower() or "." in text else int(text)


def number_of(low: float = -math.inf) -> Callable[[str | float], float]:
    """A reader of finite numbers of at least `low`.

    The reader raises a ValueError that says what was expected.
    """
    wanted = "a finite number" if low == -math.inf else f"a finite number of at least {low:g}"

    def read(text: str | float) -> float:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not (math.isfinite(number) and number >= low):
            hint = "\n    hint: decimals are written with a point: 0.5" if "," in str(text) else ""
            raise ValueError(f"expected {wanted}, found {str(text)!r}{hint}")
        return number

    return read


def count_or_all(text: str | int) -> int:
    """A whole number of at least 1, or `ALL` for `all`.

    Raises:
        ValueError: it is neither.
    """
    if text == "all":
        return ALL
    try:
        return count_of(1)(text)
    except ValueError:
        raise ValueError(f"expected a whole number of at least 1, or all, found {str(text)!r}") from None


_COMMA = r",(?![^\[{]*[\]}])"
"""A comma, but for those of a position `W2[1,1]`."""


def names_in(words: Iterable[str]) -> list[str]:
    """The names in words such as `w31,w41`."""
    return [name for word in words for name in list(filter(str.strip, re.split(_COMMA, word))) or [word]]
