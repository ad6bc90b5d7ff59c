"""What was found and what is meant, in a reader's words."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Any

_SPREADSHEET = re.compile(r"""[|"`]""")
"""What a spreadsheet's formula needs to call a program or to hold a text, such as an address."""


_BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
"""Letters and signs, by their category, that leave a blank."""


def name_fault(name: str) -> str:
    """Why a text cannot be a name, or nothing: names are shown in terminals, tables, formulas and spreadsheets."""
    if not name or name != name.strip():
        return "it must not be empty, nor begin or end with a space"
    if len(name) > 64:
        return "it is longer than 64 characters"
    unseen = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    if any(unicodedata.category(character) in unseen or character in _BLANK for character in name):
        return "it holds a character that cannot be seen"
    if name[0] in "=+-@|!'\"" or name[0].isdigit() or unicodedata.category(name[0]).startswith("M"):
        return "it must begin with a letter, not with a sign or a digit"
    if _SPREADSHEET.search(name):
        return 'it holds one of | " `, which tables and spreadsheets take for signs of their own'
    if name[-1] in "+⁺":
        return "a trailing + marks a new value"
    return ""


def one_line(text: str) -> str:
    r"""Words as one line that is safe to show: what cannot be seen is spelled out, as `\x1b`."""
    words = " ".join(text.split())
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in words)


def many(count: int, noun: str) -> str:
    """`1 weight`, `2 weights`."""
    plural = "biases" if noun == "bias" else f"{noun}s"
    return f"{count} {noun if count == 1 else plural}"


def kind_of(value: Any) -> str:
    """What was found, in a reader's words."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, str):
        return f"the text {value if len(value) <= 40 else value[:37] + '…'!r}"
    if isinstance(value, float) and math.isnan(value):
        return "not-a-number (nan)"
    if isinstance(value, float) and math.isinf(value):
        return "infinity"
    return str(value) if isinstance(value, float) or abs(value) < 10**40 else "a number of very many digits"


def number_hint(value: Any) -> str:
    """What may have been meant by a value that is no number."""
    if isinstance(value, str) and "," in value:
        return "decimals are written with a point: 0.5"
    return ""
