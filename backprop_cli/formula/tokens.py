"""From characters to tokens, in the spellings of keyboards and of printed mathematics."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import NamedTuple

from backprop_cli.formula.expression import Source

MAX_TEXT = 50_000
"""Characters of all definitions together; a circuit of a thousand gates has fewer."""


class Token(NamedTuple):
    """`kind` is `number`, `name`, `end`, or the operator itself; `at` is the offset in the source."""

    kind: str
    text: str
    at: int


_NUMBER = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_OPERATOR = re.compile(r"\*\*|==|<=|>=|[-+*/^(),=<>]")
_SUPERSCRIPT = re.compile("(⁻?)([⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_SPELLINGS = {
    "**": "^",
    "−": "-",
    "–": "-",
    "·": "*",
    "⋅": "*",
    "×": "*",
    "∗": "*",
    "÷": "/",
    "∕": "/",
    "≤": "<=",
    "≥": ">=",
}
_HINTS = {
    ";": "one definition a line, or an argument of its own",
    "|": "the absolute value is written abs(…)",
    "√": "the square root is written sqrt(…)",
}
_IN_NAMES = frozenset("_0123456789₀₁₂₃₄₅₆₇₈₉")
_KEYWORDS = frozenset({"if", "else"})


def statements(source: Source) -> list[list[Token]]:
    """The tokens of each line that is neither empty nor a comment, each list closed by an `end` token.

    Raises:
        InputError: the text is too long, or has a character that the language does not know.
    """
    if len(source.text) > MAX_TEXT:
        raise source.error(MAX_TEXT, f"the definitions are longer than {MAX_TEXT:,} characters")
    found = []
    start = 0
    for line in source.text.split("\n"):
        end = start + len(line.partition("#")[0])
        tokens = _tokens(source, start, end)
        if tokens:
            found.append([*tokens, Token("end", "", start + len(source.text[start:end].rstrip()))])
        start += len(line) + 1
    return found


def _tokens(source: Source, at: int, end: int) -> list[Token]:
    """The tokens between two offsets of one line."""
    text = source.text
    tokens: list[Token] = []
    while at < end:
        character = text[at]
        if character.isspace():
            at += 1
        elif match := _NUMBER.match(text, at, end):
            tokens.append(Token("number", _checked_number(source, match[0], at), at))
            at = match.end()
        elif character.isalpha() or character == "_":
            length, name = _name_at(source, at, end)
            tokens.append(Token(name if name in _KEYWORDS else "name", name, at))
            at += length
        elif match := _SUPERSCRIPT.match(text, at, end):
            tokens += _superscript(match, at)
            at = match.end()
        else:
            spelling = _operator_at(source, at, end)
            tokens.append(Token(_SPELLINGS.get(spelling, spelling), spelling, at))
            at += len(spelling)
    return tokens


def _name_at(source: Source, at: int, end: int) -> tuple[int, str]:
    """How many characters a name has, and the name in one spelling for what looks alike: x₁ is x1, π is pi."""
    stop = at
    while stop < end and _is_in_name(source.text[stop]):
        stop += 1
    normal = unicodedata.normalize("NFKC", source.text[at:stop])
    if not all(map(_is_in_name, normal)):  # some ligatures stand for words with spaces
        raise source.error(at, "this name has a character that stands for several")
    return stop - at, "pi" if normal == "π" else normal


def _is_in_name(character: str) -> bool:
    """Whether a name goes on with the character; accents may be characters of their own."""
    return character.isalpha() or character in _IN_NAMES or unicodedata.combining(character) > 0


def _superscript(match: re.Match[str], at: int) -> list[Token]:
    """`x²` is `x^2`."""
    sign = [Token("-", "⁻", at)] if match[1] else []
    return [Token("^", match[0], at), *sign, Token("number", unicodedata.normalize("NFKC", match[2]), at)]


def _operator_at(source: Source, at: int, end: int) -> str:
    match = _OPERATOR.match(source.text, at, end)
    if match:
        return match[0]
    character = source.text[at]
    if character in _SPELLINGS:
        return character
    is_visible = character.isprintable() and not unicodedata.combining(character)
    shown = repr(character) if is_visible else f"U+{ord(character):04X}"
    raise source.error(at, f"unexpected character {shown}", _HINTS.get(character, ""))


def _checked_number(source: Source, text: str, at: int) -> str:
    """The number, if float64 has it: infinity is no number, and what is not 0 must not become 0."""
    value = float(text)
    mantissa = re.split("[eE]", text)[0]
    if math.isinf(value) or (value == 0 and mantissa.strip("0.")):
        size = "large" if value else "small"
        raise source.error(at, f"this number is too {size} for a 64-bit float")
    return text
