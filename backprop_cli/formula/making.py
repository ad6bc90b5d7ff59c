"""Makes the operations and calls of an expression, each within the limits of depth and number of arguments."""

from __future__ import annotations

from collections.abc import Mapping

from backprop_cli.formula.expression import Apply, Call, Expression, Number, Source
from backprop_cli.formula.spellings import ARRAY_FUNCTIONS
from backprop_cli.formula.tokens import Token

MAX_DEPTH = 100
"""Levels of operations within one another: what a chain like a/b/c/… can add to the nesting."""
MOST_PAIRED = 20
"""Arguments of max or min: the derivative grows with the cube of their number."""
_PAIRED = {"max", "min"}


class Maker:
    """Knows how deep everything is that it has made; `own` are the user's functions with their number of arguments."""

    def __init__(self, source: Source, own: Mapping[str, int]) -> None:
        self.source = source
        self.own = own
        self._depths: dict[int, int] = {}
        self._made: list[Expression] = []  # keeps the ids in `_depths` from being given anew

    def apply(self, operation: str, arguments: tuple[Expression, ...], token: Token) -> Expression:
        """An operation of the table applied."""
        return self._checked(Apply(operation, arguments, token.at))

    def _checked(self, made: Apply | Call) -> Expression:
        """What was made, if it is not too deep; the depth of each is known from those of its arguments."""
        depth = 1 + max(self._depths.get(id(argument), 1) for argument in made.arguments)
        if depth > MAX_DEPTH:
            raise self.source.error(made.at, f"operations within operations, more than {MAX_DEPTH} levels deep")
        self._made.append(made)
        self._depths[id(made)] = depth
        return made

    def call(self, token: Token, arguments: list[Expression]) -> Expression:
        """A function applied, a user's own or one of the table."""
        name = token.text
        if name in self.own:
            self._require(token, arguments, self.own[name], "argument")
            return self._checked(Call(name, tuple(arguments), token.at))
        if name in _PAIRED:
            return self._paired(token, arguments)
        if name == "log" and len(arguments) == 2:
            parts = tuple(self.apply("ln", (argument,), token) for argument in arguments)
            return self.apply("/", parts, token)
        if name in ARRAY_FUNCTIONS:
            self._require(token, arguments, ARRAY_FUNCTIONS[name], "vector")
        else:
            self._require(token, arguments, 1, "argument")
        return self.apply(name, tuple(arguments), token)

    def logarithm(self, token: Token, arguments: list[Expression], base: str) -> Expression:
        """`log_3 x`, which is ln(x)/ln(3)."""
        self._require(token, arguments, 1, "argument")
        if base in ("2", "10"):
            return self.apply(f"log{base}", tuple(arguments), token)
        below = self.apply("ln", (Number(float(base), token.at),), token)
        return self.apply("/", (self.apply("ln", (arguments[0],), token), below), token)

    def _paired(self, token: Token, arguments: list[Expression]) -> Expression:
        """`max(a, b, c)` is `max(max(a, b), c)`."""
        if len(arguments) < 2:
            raise self.source.error(token.at, f"{token.text!r} takes two arguments or more")
        if len(arguments) > MOST_PAIRED:
            hint = "give the largest or smallest of some of them a name of its own"
            raise self.source.error(token.at, f"{token.text!r} takes at most {MOST_PAIRED} arguments", hint)
        value = arguments[0]
        for argument in arguments[1:]:
            value = self.apply(token.text, (value, argument), token)
        return value

    def _require(self, token: Token, arguments: list[Expression], count: int, what: str) -> None:
        if len(arguments) != count:
            takes = f"{count} {what}{'s' * (count != 1)}"
            is_decimal_comma = len(arguments) == count + 1 and isinstance(arguments[-1], Number)
            hint = "decimals are written with a point: 0.5" if is_decimal_comma else ""
            raise self.source.error(token.at, f"{token.text!r} takes {takes}, not {len(arguments)}", hint)
