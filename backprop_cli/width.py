"""How much room text takes on a terminal, and in a drawing whose letters all have one width."""

from __future__ import annotations

import unicodedata
from functools import cache


@cache
def character_width(character: str) -> int:
    """The columns of one character: none where it is set over the one before, two where it is as wide as a Chinese one."""
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def text_width(text: str) -> int:
    """The columns of a text."""
    return len(text) if text.isascii() else sum(map(character_width, text))


def shortened(text: str, most: int) -> str:
    """The text, or as much of its beginning as leaves room for an ellipsis within `most` columns."""
    if text_width(text) <= most:
        return text
    kept = len(text)
    while text_width(text[:kept]) >= most:
        kept -= 1
    return text[:kept] + "…"
