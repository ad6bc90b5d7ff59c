"""What people type, taken apart: definitions, and what is asked of them.

    y = u^2, u = x + 1      two definitions                     f: x ↦ x^2      f(x) = x^2
    x^2 + 1                 a definition without a name: y      u = g(x) = x^2  two definitions
    d/dx(x^2 sin x)         its derivative by x                 dh/dx, h'(1)    of h, by x, at 1
    y = x^2 where x = 3     a definition, and a point           h = f∘g         h(x) = f(g(x))
    y = u^2 where u = x+1   two definitions                     x^2 + y^2 = 25  an equation

Everything is done with tokens, each of which knows its place in the text.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from backprop_cli.chain.from_latex import plain
from backprop_cli.chain.pieces import (
    closing_of,
    derivation_prefix,
    derivative_of,
    end_of,
    is_condition,
    is_equation,
    is_power,
    pieces,
    with_choices,
)
from backprop_cli.formula.expression import Source
from backprop_cli.formula.operations import CONSTANTS, FUNCTIONS
from backprop_cli.formula.reader import CLOSING, TokenReader
from backprop_cli.formula.tokens import Token, statements
from backprop_cli.formula.vocabulary import Vocabulary

_DERIVING = frozenset({"diff", "derivative", "D"})


@dataclass(frozen=True)
class Head:
    """The left side of a definition, and the tokens of its right side, closed by an `end`."""

    name: Token
    parameters: tuple[Token, ...] | None
    body: list[Token]


class Equality(NamedTuple):
    """The two sides of an equation, each closed by an `end`, and the sign between them."""

    left: list[Token]
    right: list[Token]
    sign: Token


@dataclass
class Statements:
    """The definitions of a text, what is to be differentiated by what how often, and the points that it gives.

    A point is the tokens of `x = 3`, or of a value alone, which is that of the only variable. An equation defines no name.
    """

    heads: list[Head] = field(default_factory=list)
    of: str | None = None
    wrt: list[str] = field(default_factory=list)
    order: int = 1
    points: list[list[Token]] = field(default_factory=list)
    equation: Equality | None = None


def read_statements(source: Source) -> Statements:
    """Take a text apart.

    Raises:
        InputError: something is neither a definition nor a question; the error says what to type.
    """
    reader = _StatementReader(source)
    for line in statements(source):
        for piece in pieces(with_choices(plain(source, line[:-1]))):
            reader.add(piece)
    return reader.finished()


class _StatementReader:
    """Collects definitions and questions."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found = Statements()
        self._nameless: list[list[Token]] = []
        self._asked: Token | None = None

    def add(self, tokens: list[Token]) -> None:
        """One part of a line."""
        tokens = self._without_point(tokens)
        if not tokens:
            return
        if len(tokens) > 2 and (tokens[0].kind, tokens[1].kind) == ("name", ":"):
            self._mapping(tokens)
            return
        equals = self._equals(tokens)
        if not equals:
            self._question(tokens)
            return
        parts = [tokens[a + 1 : b] for a, b in itertools.pairwise([-1, *equals, len(tokens)])]
        for left, right, at in zip(parts, parts[1:], equals, strict=False):
            self._define(left, right, tokens[at])

    def _without_point(self, tokens: list[Token]) -> list[Token]:
        """The tokens before `where x = 3`, or `where u = x + 1`."""
        start = next((at for at in range(1, len(tokens) - 2) if is_condition(tokens, at)), None)
        if start is None:
            return tokens
        for piece in filter(None, pieces(tokens[start + 1 :])):
            if tokens[start].text == "at" or _is_value(piece[2:]):
                self.found.points.append([*piece, Token("end", "", end_of(piece))])
            else:
                self.add(piece)
        return tokens[:start]

    def _equals(self, tokens: Sequence[Token]) -> list[int]:
        """Where equals signs stand outside of parentheses; `==` where nothing is chosen, arrows behind a name alone."""
        depth, is_choice = 0, any(token.kind in ("if", "?") for token in tokens)
        found: list[int] = []
        for index, token in enumerate(tokens):
            depth += (token.kind in CLOSING) - (token.kind in CLOSING.values())
            is_behind_head = index == 1 or (index == closing_of(tokens, 1) + 1 and not found)
            is_equals = token.kind in ("=", ":=") or (token.kind == "→" and is_behind_head)
            is_equals |= token.kind == "==" and (is_behind_head or not is_choice)
            if depth == 0 and is_equals:
                found.append(index)
        return found

    # ── definitions ───────────────────────────────────────────────────────────────────────────────────────────────

    def _mapping(self, tokens: list[Token]) -> None:
        """`f: x ↦ x^2`, `f: (x, y) → x y`."""
        arrow = next((index for index, token in enumerate(tokens) if token.kind == "→"), None)
        if arrow is None:
            raise self.source.error(tokens[1].at, "a function is written f(x) = …, or f: x ↦ …")
        names = [token for token in tokens[2:arrow] if token.kind == "name"]
        self._append(tokens[0], tuple(names), tokens[arrow + 1 :], tokens[arrow])

    def _define(self, left: list[Token], right: list[Token], sign: Token) -> None:
        if not left:
            raise self.source.error(sign.at, "expected the name that is defined, found '='")
        if len(left) == 1 and left[0].kind == "name" and left[0].text in FUNCTIONS:
            message = f"{left[0].text!r} is the name of a function, it cannot be a variable"
            raise self.source.error(left[0].at, message)
        if derivative_of(left) or any(token.kind == "'" for token in left):
            hint = "give what is to be differentiated, such as y = x^2; its derivative is worked out"
            raise self.source.error(left[0].at, "a derivative stands on the left", hint)
        reader = TokenReader(self.source, [*left, Token("end", "=", sign.at)])
        if is_equation(left, right):
            self._equate(left, right, sign)
            return
        name = reader.take("name", "the name that is defined")
        parameters = _parameters(reader) if reader.next.kind in CLOSING else None
        if parameters and name.text in FUNCTIONS:
            self._refuse_other_names(left, parameters, right)
        self._append(name, parameters, right, sign)

    def _refuse_other_names(self, left: list[Token], parameters: Sequence[Token], right: list[Token]) -> None:
        """`ln(y) = x y` defines another ln, or is an equation."""
        own = {token.text for token in parameters}
        if not _is_value([token for token in right if token.text not in own]):
            at, name = left[0].at, left[0].text
            typed = self.source.text[at : end_of(left)]
            hint = f"an equation has 0 on its right side: {typed} - … = 0; a function of your own has another name than {name}"
            raise self.source.error(at, "this has two meanings", hint)

    def _equate(self, left: list[Token], right: list[Token], sign: Token) -> None:
        if self.found.equation is not None:
            raise self.source.error(left[0].at, "there are two equations: one can be worked out at a time")
        sides = [[*side, Token("end", "", end_of(side or [sign]))] for side in (left, right)]
        self.found.equation = Equality(sides[0], sides[1], sign)

    def _append(self, name: Token, parameters: tuple[Token, ...] | None, body: list[Token], sign: Token) -> None:
        """A definition; if its right side is a derivative, what that is of is differentiated."""
        derived = self._derived(body)
        if derived is not None:
            self._nameless.append(derived)
            return
        end = end_of(body) if body else sign.at + len(sign.text)
        self.found.heads.append(Head(name, parameters, [*body, Token("end", "", end)]))

    # ── questions ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _question(self, tokens: list[Token]) -> None:
        """`dh/dx`, `h'(1)`, `d/dx(…)`, a name, or an expression without a name."""
        derivative = derivative_of(tokens)
        if derivative:
            self._ask(*derivative)
        elif len(tokens) > 1 and tokens[0].kind == "name" and tokens[1].kind == "'":
            self._primed(tokens)
        elif len(tokens) == 1 and tokens[0].kind == "name":
            self._asked = tokens[0]
        else:
            derived = self._derived(tokens)
            self._nameless.append(tokens if derived is None else derived)

    def _ask(self, of: str, wrt: str, order: int) -> None:
        self.found.of = of or None
        self.found.wrt = [wrt] if wrt else []
        self.found.order = order

    def _primed(self, tokens: list[Token]) -> None:
        """`h'`, `h''(1)`."""
        marks = list(itertools.takewhile(lambda token: token.kind == "'", tokens[1:]))
        rest = tokens[1 + len(marks) :]
        self._ask(tokens[0].text, "", len(marks))
        if not rest:
            return
        if rest[0].kind != "(" or closing_of(rest, 0) != len(rest) - 1:
            hint = f"{tokens[0].text}'(1) alone asks for the derivative at 1"
            raise self.source.error(rest[0].at, "a derivative is no part of an expression here", hint)
        inner = rest[1:-1]
        if len(inner) == 1 and inner[0].kind == "name" and inner[0].text != "pi":
            self.found.wrt = [inner[0].text]
        else:
            self.found.points.append([*inner, Token("end", "", rest[-1].at)])

    def _derived(self, tokens: list[Token]) -> list[Token] | None:
        """What is differentiated in `d/dx(…)`, `diff(…, x)`, `(…)'`; None in anything else."""
        if not tokens:
            return None
        prefix = derivation_prefix(tokens)
        if prefix:
            wrt, order, length = prefix
            inner = tokens[length:]
            if not inner:
                raise self.source.error(tokens[0].at, "nothing stands behind this: d/dx(x^2)")
            if inner[0].kind in CLOSING and not is_power(inner, closing_of(inner, 0) + 1):
                at = inner[closing_of(inner, 0) + 1].at
                hint = "put all that is differentiated in parentheses: d/dx(…)"
                raise self.source.error(at, "this has two meanings", hint)
            self._ask("", wrt, order)
            return inner
        if tokens[0].text in _DERIVING and len(tokens) > 2 and tokens[1].kind == "(":
            return self._in_call(tokens)
        if tokens[-1].kind == "'" and tokens[0].kind in CLOSING and closing_of(tokens, 0) == len(tokens) - 2:
            self._ask("", "", 1)
            return tokens[1:-2]
        return None

    def _in_call(self, tokens: list[Token]) -> list[Token] | None:
        """`diff(x^2)`, `diff(x^2 y, x)`."""
        if closing_of(tokens, 1) != len(tokens) - 1:
            return None
        inner = tokens[2:-1]
        self._ask("", "", 1)
        if len(inner) > 2 and inner[-2].kind == "," and inner[-1].kind == "name":
            self.found.wrt = [inner[-1].text]
            inner = inner[:-2]
        return inner

    # ── when all is read ──────────────────────────────────────────────────────────────────────────────────────────

    def finished(self) -> Statements:
        """All that was found, with names for what had none and compositions as calls."""
        found = self.found
        if self._asked is not None and self._asked.text in {head.name.text for head in found.heads}:
            found.of = self._asked.text
        elif self._asked is not None:
            self._nameless.append([self._asked])
        taken = {token.text for head in found.heads for token in (head.name, *head.body)}
        taken |= {token.text for tokens in self._nameless for token in tokens}
        names = (name for name in itertools.chain("yfh", (f"y{n}" for n in itertools.count(1))) if name not in taken)
        for tokens in self._nameless:
            name = next(names)
            found.heads.append(
                Head(Token("name", name, tokens[0].at), None, [*tokens, Token("end", "", end_of(tokens))])
            )
            if found.wrt or found.order > 1:
                found.of = found.of or name
        own = {head.name.text: head for head in found.heads if head.parameters is not None}
        found.heads = [self._composed(head, own) for head in found.heads]
        return _with_values_put_in(found)

    def _composed(self, head: Head, own: dict[str, Head]) -> Head:
        """`f∘g` as f(g(x)), and `(f∘g)(x)`."""
        body, parameters = head.body, head.parameters
        while any(token.kind == "∘" for token in body):
            first = next(index for index, token in enumerate(body) if token.kind == "∘") - 1
            names = [body[max(first, 0)]]
            end = first + 1
            while body[end].kind == "∘" and body[end + 1].kind == "name":
                names.append(body[end + 1])
                end += 2
            if first < 0 or len(names) < 2 or any(name.kind != "name" for name in names) or body[end].kind == "∘":
                raise self.source.error(body[first + 1].at, "a composition is written f∘g, or f(g(x))")
            start = first
            if start > 0 and body[start - 1].kind == "(" and body[end].kind == ")":
                start, end = start - 1, end + 1
            opening, closing = Token("(", "(", names[0].at), Token(")", ")", names[0].at)
            if body[end].kind == "(":
                stop = closing_of(body, end) + 1
                inner = body[end + 1 : stop - 1]
            else:
                inner_head = own.get(names[-1].text)
                variables = (inner_head.parameters or ()) if inner_head else (Token("name", "x", names[-1].at),)
                inner, stop = list(variables), end
                parameters = parameters or tuple(variables)
            calls = [part for name in names for part in (name, opening)]
            body = [*body[:start], *calls, *inner, *[closing] * len(names), *body[stop:]]
        return Head(head.name, parameters, body)


def _is_value(tokens: Sequence[Token]) -> bool:
    """Whether the tokens make a number: all names in them are constants or functions."""
    known = Vocabulary()
    names = [token.text for token in tokens if token.kind == "name" and token.text not in CONSTANTS]
    return all(known.function(name, is_called=True) or name.startswith("log") for name in names)


def _with_values_put_in(found: Statements) -> Statements:
    """`y(u) = u^3` beside `u = x^2`, where nothing calls y: that y depends on u is all that the parenthesis says."""
    values = {head.name.text for head in found.heads if head.parameters is None}
    called = {
        token.text
        for head in found.heads
        for token, following in itertools.pairwise(head.body)
        if token.kind == "name" and following.kind in CLOSING
    }
    found.heads = [
        Head(head.name, None, head.body)
        if head.parameters
        and head.name.text not in called
        and values.intersection(token.text for token in head.parameters)
        else head
        for head in found.heads
    ]
    return found


def _parameters(reader: TokenReader) -> tuple[Token, ...]:
    """`(x, y)` of `f(x, y) = …`."""
    reader.take("(", "'('")
    found = [reader.take("name", "the name of a variable")]
    while reader.take_any(","):
        token = reader.take("name", "the name of a variable")
        if any(token.text == other.text for other in found):
            raise reader.source.error(token.at, f"the variable {token.text!r} is named twice")
        found.append(token)
    reader.take(")", "')'")
    return tuple(found)
