"""YAML 1.2's core schema: what a plain word in a file stands for."""

from __future__ import annotations

import re
from typing import Any

_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}


def integer(text: str) -> int | float:
    """An integer of any base; beyond 300 digits it could only become infinite, so it is read as a float."""
    if text[:2] in ("0x", "0o"):
        return int(text, 0) if len(text) <= 300 else float("inf")
    return float(text) if len(text) > 300 else int(text)


def scalar(text: str) -> Any:
    """A plain scalar's value in YAML 1.2's core schema."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return integer(text)
    return float(text) if _FLOAT.fullmatch(text) else text
