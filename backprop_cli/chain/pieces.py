"""Tokens of a text by what they belong to: its pieces, heads of definitions, derivatives, what a parenthesis holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backprop_cli.formula.operations import FUNCTIONS
from backprop_cli.formula.reader import CLOSING
from backprop_cli.formula.tokens import Token

_BEFORE_POINT = frozenset({"where", "at", "when", "with"})
_ENDS = frozenset({",", ";"})


def with_choices(tokens: list[Token]) -> list[Token]:
    """`{x if x > 0; 0 otherwise}` as `(x if x > 0 else 0)`."""
    found: list[Token] = []
    is_choice = [False]
    for token in tokens:
        is_choice += [False] if token.kind in CLOSING else []
        if token.kind in CLOSING.values() and len(is_choice) > 1:
            is_choice.pop()
        is_choice[-1] |= token.kind == "if"
        if token.kind in _ENDS and is_choice[-1] and len(is_choice) > 1:
            found.append(token._replace(kind="else"))
        elif token.text != "otherwise" or not is_choice[-1]:
            found.append(token)
    return found


def pieces(tokens: list[Token]) -> Iterator[list[Token]]:
    """The parts between semicolons, and between commas (or `and`) behind which a definition begins."""
    depth, start = 0, 0
    while len(tokens) > 1 and tokens[-1].kind in _ENDS:
        tokens = tokens[:-1]
    for index, token in enumerate(tokens):
        depth += (token.kind in CLOSING) - (token.kind in CLOSING.values())
        if index > start and is_condition(tokens, index):
            break
        is_end = token.kind == ";" or (token.text in (",", "and") and is_head(tokens, index + 1))
        if depth <= 0 and is_end:
            yield tokens[start:index]
            start = index + 1
    yield tokens[start:]


def is_head(tokens: Sequence[Token], start: int) -> bool:
    """Whether a definition begins here: `u =`, `f(x) =`."""
    if start >= len(tokens) or tokens[start].kind != "name":
        return False
    end = start + 1
    if end < len(tokens) and tokens[end].kind == "(":
        end = closing_of(tokens, end) + 1
    return end < len(tokens) and tokens[end].kind in ("=", ":=")


def is_condition(tokens: Sequence[Token], at: int) -> bool:
    """Whether a point, or another definition, stands behind this word: `where x = 3`."""
    return tokens[at].text in _BEFORE_POINT and is_head(tokens, at + 1)


def is_equation(left: Sequence[Token], right: Sequence[Token]) -> bool:
    """Whether an equals sign defines nothing: `x^2 + y^2 = 25`, `sin(y) = x`."""
    if len(left) == 1 and left[0].kind == "name":
        return False
    kinds = [token.kind for token in left]
    is_call = kinds[:2] == ["name", "("] and kinds[-1] == ")"
    if not is_call or any(kind != ("name", ",")[at % 2] for at, kind in enumerate(kinds[2:-1])):
        return True
    parameters = {token.text for token in left[2:-1] if token.kind == "name"}
    return left[0].text in FUNCTIONS and not parameters <= {token.text for token in right}


def closing_of(tokens: Sequence[Token], opening: int) -> int:
    """The index of what closes a parenthesis; that of the last token if nothing does."""
    depth = 0
    for index in range(opening, len(tokens)):
        depth += (tokens[index].kind in CLOSING) - (tokens[index].kind in CLOSING.values())
        if depth == 0:
            return index
    return len(tokens) - 1


def is_power(tokens: Sequence[Token], start: int) -> bool:
    """Whether nothing is left here but an exponent, as in `(y - w x)^2`."""
    rest = tokens[start:]
    if len(rest) > 1 and rest[1].kind in CLOSING:
        rest = [rest[0], *rest[1 + closing_of(rest, 1) - 1 :]]
    return not rest or (rest[0].kind == "^" and len(rest) == 2)


def end_of(tokens: Sequence[Token]) -> int:
    """The offset behind the last token."""
    return tokens[-1].at + len(tokens[-1].text)


def derivative_of(tokens: Sequence[Token]) -> tuple[str, str, int] | None:
    """`("h", "x", 1)` for `dh/dx` and nothing else, `("h", "x", 2)` for `d^2h/dx^2`."""
    if len(tokens) == 3 and tokens[1].kind == "/" and _is_differential(tokens[0]) and _is_differential(tokens[2]):
        return tokens[0].text[1:], tokens[2].text[1:], 1
    texts = [token.text for token in tokens]
    if len(texts) == 8 and texts[:3] == ["d", "^", "2"] and texts[4] == "/" and texts[6:] == ["^", "2"]:
        return texts[3], texts[5][1:], 2
    return None


def derivation_prefix(tokens: Sequence[Token]) -> tuple[str, int, int] | None:
    """The variable, the order and the length of `d/dx` or `d^2/dx^2` at the beginning."""
    texts = [token.text for token in tokens[:7]]
    if len(texts) > 2 and texts[:2] == ["d", "/"] and _is_differential(tokens[2]):
        return texts[2][1:], 1, 3
    if texts[:4] == ["d", "^", "2", "/"] and texts[5:7] == ["^", "2"] and _is_differential(tokens[4]):
        return texts[4][1:], 2, 7
    return None


def _is_differential(token: Token) -> bool:
    return token.kind == "name" and token.text.startswith("d") and len(token.text) > 1
