"""A place in a list of tokens: what comes next, what must come next, and how deep it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NoReturn

from backprop_cli.formula.expression import Source
from backprop_cli.formula.tokens import Token

MAX_NESTING = 50
"""Levels of parentheses, signs and powers within one another."""

CLOSING = {"(": ")", "[": "]", "{": "}"}
"""What closes each kind of parenthesis; all three mean the same."""
_THOUSANDS = r"[0-9]{1,3}\.[0-9]{3}"
"""`1.000`, in front of a comma."""
_MISPLACED = {
    "%": "per cent is written 0.05, a remainder x - 2*floor(x/2)",
    "!": "a factorial is defined for whole numbers, it has no derivative",
    "'": "the derivative is what chain works out: give the function alone",
    "&": "of two conditions one choice is written inside the other: x if x > 0 else (…)",
    "∘": "a composition is written f(g(x))",
    "[": "write * between the factors of a product",
    "{": "write * between the factors of a product",
    "for": "only a sum has a range: sum(x_i for i in 1..3)",
    "number": "write * between the factors of a product, + or - between terms",
}
"""What to do about a token that has no place where it stands."""


def shown(token: Token) -> str:
    """The token as a message names it."""
    return repr(token.text) if token.text else "the end"


class TokenReader:
    """Reads the tokens of one expression or head; the last of them is the `end`."""

    def __init__(self, source: Source, tokens: Sequence[Token]) -> None:
        self.source = source
        self.index = 0
        self._tokens = tokens
        self._nesting = 0

    @property
    def next(self) -> Token:
        """The token that comes next."""
        return self._tokens[self.index]

    def ahead(self, count: int) -> Token:
        """The token `count` after the next one, or before it where that is negative."""
        return self._tokens[min(self.index + count, len(self._tokens) - 1)]

    def take(self, kind: str, expected: str) -> Token:
        """The next token, which must be of this kind."""
        token = self.next
        if token.kind != kind:
            self.refuse(expected)
        self.index += token.kind != "end"
        return token

    def take_any(self, *kinds: str) -> Token | None:
        """The next token if it is of one of these kinds."""
        return self.take(self.next.kind, "") if self.next.kind in kinds else None

    def refuse(self, expected: str, hint: str = "") -> NoReturn:
        """Say what was expected in place of the next token."""
        hint = hint or _MISPLACED.get(self.next.kind, "")
        raise self.source.error(self.next.at, f"expected {expected}, found {shown(self.next)}", hint)

    def refuse_decimal_comma(self) -> None:
        """Say what `0,5` is: a comma between two numbers, where nothing is listed."""
        before, comma, after = self.ahead(-1), self.next, self.ahead(1)
        is_whole = "." not in before.text or re.fullmatch(_THOUSANDS, before.text)
        if is_whole and (before.kind, comma.kind, after.kind) == ("number", ",", "number"):
            hint = f"decimals are written with a point: {before.text.replace('.', '')}.{after.text}"
            raise self.source.error(comma.at, "a comma stands between two numbers", hint)

    def enter(self, token: Token) -> None:
        """Go one level deeper."""
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise self.source.error(token.at, f"nested more than {MAX_NESTING} levels deep")

    def leave(self) -> None:
        """Come back from there."""
        self._nesting -= 1

    def text(self, start: int, end: int) -> str:
        """The text of the tokens from one index up to another, as it was typed."""
        if start == end:
            return ""
        last = self._tokens[end - 1]
        return self.source.text[self._tokens[start].at : last.at + len(last.text)]

    def after_factor(self) -> int:
        """The index after what stands here: a sign such as `/` or `^`, and a name, number or parenthesis."""
        end, depth = self.index, 0
        while self._tokens[end].kind != "end":
            kind = self._tokens[end].kind
            depth += (kind in CLOSING) - (kind in CLOSING.values())
            end += 1
            if depth <= 0 and kind not in ("^", "/", "-"):
                break
        return end
