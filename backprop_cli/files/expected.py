"""What was found and what is meant, in a reader's words."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Any

_SPREADSHEET = r"""[|"`]"""
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
    if re.search(_SPREADSHEET, name):
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
    if not isinstance(value, str):
        return ""
    return next((hint.format(match=match) for form, hint in _MEANT if (match := re.fullmatch(form, value))), "")


_DIGITS = r"[-+]?[0-9]*\.?[0-9]+"
_MEANT = (
    (r"[−–—]\s*([0-9.eE+-]+)", "this minus sign is not the one of the keyboard: write -{match[1]}"),
    (r"([-+]?[0-9]+),([0-9]+)", "decimals are written with a point: {match[1]}.{match[2]}"),
    (r"(?i)none|nil|null|na|n/a", "leave the key out where there is nothing"),
    (rf"({_DIGITS})\s*;\s*({_DIGITS}).*", "numbers are set apart by commas: {match[1]}, {match[2]}"),
    (rf"({_DIGITS})\s+({_DIGITS}).*", "numbers are set apart by commas: {match[1]}, {match[2]}"),
    (rf"({_DIGITS})\s*[*/+^]\s*({_DIGITS})", "nothing is computed in a file: write the number itself"),
    (r"(\w+):(\S.*)", "a space is missing after the colon: {match[1]}: {match[2]}"),
    (r"(?=.*[0-9])[-+0-9.]*[oOlI][-+0-9.oOlI]*", "this has a letter where a digit belongs"),
)
"""What people write for a number, and what to write instead."""


def decimal_comma(text: str) -> str:
    """A hint where a list has more numbers than it should since `0,5` is two of them, else nothing."""
    match = re.search(_DECIMAL_COMMA if ", " in text else _ZERO_COMMA, text)
    return f"{match[0]} is two numbers: decimals are written with a point, {match[1]}.{match[2]}" if match else ""


_DECIMAL_COMMA = r"(?<![\d.,])(-?\d+),(\d+)(?![\d.])"
_ZERO_COMMA = r"(?<![\d.,])(-?0),(\d+)(?![\d.])"
