"""From characters to tokens, in the spellings of keyboards and of printed mathematics."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import NamedTuple, NoReturn

from backprop_cli.formula.expression import Source
from backprop_cli.formula.spellings import FOLDED, FRACTIONS, RAISED, UNKNOWN_SIGNS

MAX_TEXT = 50_000
"""Characters of all definitions together; a circuit of a thousand gates has fewer."""


class Token(NamedTuple):
    """`kind` is `number`, `name`, `end`, or the operator itself; `at` is the offset in the source."""

    kind: str
    text: str
    at: int


_NUMBER = re.compile(r"(?:[0-9]+(?:\.(?!\.)[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_OPERATOR = re.compile(r"\*\*|\.\.|==|<=|>=|:=|[-+*/^(),=<>|{}\[\];:?!%°√∛∘→'$&]")
_COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)")
_COMMENT = re.compile("#|//")
_SPELLINGS = {"**": "^", "≤": "<=", "⩽": "<=", "≥": ">=", "⩾": ">=", "≔": ":=", "…": ".."}
_IN_NAMES = frozenset("_0123456789₀₁₂₃₄₅₆₇₈₉")
_KEYWORDS = frozenset({"if", "else", "for"})


def statements(source: Source) -> list[list[Token]]:
    """The tokens of each line that is neither empty nor a comment, each list closed by an `end` token.

    Raises:
        InputError: the text is too long, or has a character that the language does not know.
    """
    if len(source.text) > MAX_TEXT:
        raise source.error(MAX_TEXT, f"the definitions are longer than {MAX_TEXT:,} characters")
    found = []
    start = 0
    for line in source.text.translate(FOLDED).split("\n"):
        comment = _COMMENT.search(line)
        code = (line[: comment.start()] if comment else line).rstrip().rstrip(".").rstrip()
        tokens = _Line(source, code, start).tokens()
        if tokens:
            found.append([*tokens, Token("end", "", start + len(code))])
        start += len(line) + 1
    return found


class _Line:
    """One line of the text, its characters replaced by the plain ones that they look like; `start` is its offset."""

    def __init__(self, source: Source, code: str, start: int) -> None:
        self.source = source
        self.code = code
        self.start = start

    def tokens(self) -> list[Token]:
        """The tokens from left to right."""
        at, found = 0, []
        while at < len(self.code):
            character = self.code[at]
            if character.isspace():
                at += 1
                continue
            length, tokens = self._tokens_at(at, character)
            found += tokens
            at += length
        return found

    def _tokens_at(self, at: int, character: str) -> tuple[int, list[Token]]:
        """How many characters the next token has, and the token; a raised sum is several."""
        place = self.start + at
        if match := _NUMBER.match(self.code, at):
            return len(match[0]), [Token("number", _checked_number(self.source, match[0], place), place)]
        if character in RAISED:
            return self._raised(at)
        if character.isalpha() or character == "_":
            return self._name(at)
        if character in FRACTIONS:
            return 1, [Token("fraction", FRACTIONS[character], place)]
        if match := _COMMAND.match(self.code, at):
            return len(match[0]), [Token("command", match[0], place)]
        match = _OPERATOR.match(self.code, at)
        spelling = match[0] if match else character
        if not match and spelling not in _SPELLINGS:
            self._refuse(at)
        text = self.source.text[place : place + len(spelling)]
        return len(spelling), [Token(_SPELLINGS.get(spelling, spelling), text, place)]

    def _name(self, at: int) -> tuple[int, list[Token]]:
        """A name, in one spelling for what looks alike: x₁ is x1, π is pi."""
        stop = at
        while stop < len(self.code) and _is_in_name(self.code[stop]):
            stop += 1
        normal = unicodedata.normalize("NFKC", self.code[at:stop])
        if not all(map(_is_in_name, normal)):  # some ligatures stand for words with spaces
            raise self.source.error(self.start + at, "this name has a character that stands for several")
        if normal[0] == "π" and len(normal) == 2 and normal[1].isalpha():  # 2πx is 2·π·x
            place = self.start + at
            return stop - at, [Token("name", "pi", place), Token("name", normal[1], place + 1)]
        name = "pi" if normal == "π" else normal
        return stop - at, [Token(name if name in _KEYWORDS else "name", name, self.start + at)]

    def _raised(self, at: int) -> tuple[int, list[Token]]:
        """`x²` is `x^2`, `e⁻²ˣ` is `e^(-2x)`."""
        stop = at
        while stop < len(self.code) and self.code[stop] in RAISED:
            stop += 1
        place = self.start + at
        text = "".join(RAISED[character] for character in self.code[at:stop])
        inner = [token._replace(at=place) for token in _Line(self.source, text, place).tokens()]
        if len(inner) > 1 and not (len(inner) == 2 and inner[0].kind == "-"):
            inner = [Token("(", "(", place), *inner, Token(")", ")", place)]
        return stop - at, [Token("^", self.code[at:stop], place), *inner]

    def _refuse(self, at: int) -> NoReturn:
        character = self.source.text[self.start + at]
        is_visible = character.isprintable() and not unicodedata.combining(character)
        shown = repr(character) if is_visible else f"U+{ord(character):04X}"
        hint = UNKNOWN_SIGNS.get(character, "")
        raise self.source.error(self.start + at, f"unexpected character {shown}", hint)


def _is_in_name(character: str) -> bool:
    """Whether a name goes on with the character; accents may be characters of their own."""
    return (character.isalpha() or character in _IN_NAMES or unicodedata.combining(character) > 0) and (
        character not in RAISED
    )


def _checked_number(source: Source, text: str, at: int) -> str:
    """The number, if float64 has it: infinity is no number, and what is not 0 must not become 0."""
    value = float(text)
    mantissa = re.split("[eE]", text)[0]
    if math.isinf(value) or (value == 0 and mantissa.strip("0.")):
        size = "large" if value else "small"
        raise source.error(at, f"this number is too {size} for a 64-bit float")
    return text
