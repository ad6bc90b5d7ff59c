"""How much room text takes on a terminal."""

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
