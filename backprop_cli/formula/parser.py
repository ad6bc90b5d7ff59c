"""The grammar of expressions: tokens to records, with every limit checked on the way.

In order of binding, loosest first; `^` groups to the right, the rest to the left:

    value      sum ["if" sum comparison sum "else" value]
    sum        ["-"] product {("+" | "-") product}
    product    signed {["*" | "/"] signed}        2u, 2(x + 1) and u v are products, bound like the written `*`
    signed     {"-" | "+"} power
    power      atom ["^" signed]                  so -x^2 is -(x^2), and 2^-x needs no parentheses
    atom       number | name | name "(" value {"," value} ")" | "(" value ")"

Whether `g(…)` is a call or a product is decided by what g is elsewhere: a function is called, a variable multiplies, and a
name that is neither is an error, so that a misspelt function never becomes a product.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from backprop_cli.formula.expression import Apply, Call, Expression, Name, Number, Source
from backprop_cli.formula.operations import CHOICES, FUNCTIONS
from backprop_cli.formula.tokens import Token
from backprop_cli.nearest import suggestion

MAX_NESTING = 50
"""Levels of parentheses, signs and powers within one another."""
MAX_DEPTH = 100
"""Levels of operations within one another: what a chain like a/b/c/… can add to the nesting."""

_PAIRED = {"max", "min"}
MOST_PAIRED = 20
"""Arguments of one of these: the derivative grows with the cube of their number."""


@dataclass(frozen=True)
class Vocabulary:
    """What the names of a text stand for: the user's functions with their number of arguments, and variables."""

    own: dict[str, int] = field(default_factory=dict)
    variables: frozenset[str] = frozenset()

    @cached_property
    def functions(self) -> list[str]:
        """Everything that can be called; a function of the user's own wins over a built-in one of its name."""
        return [*FUNCTIONS, *(name for name in self.own if name not in FUNCTIONS)]


def _shown(token: Token) -> str:
    return repr(token.text) if token.text else "the end"


class Parser:
    """Reads the tokens of one expression; `next` is the token that is looked at."""

    def __init__(self, source: Source, tokens: Sequence[Token], vocabulary: Vocabulary) -> None:
        self.source = source
        self.vocabulary = vocabulary
        self._tokens = tokens
        self._index = 0
        self._nesting = 0
        self._depths: dict[int, int] = {}
        self._made: list[Expression] = []  # keeps the ids in `_depths` from being given anew

    @property
    def next(self) -> Token:
        """The token that comes next."""
        return self._tokens[self._index]

    def take(self, kind: str, expected: str) -> Token:
        """The next token, which must be of this kind."""
        token = self.next
        if token.kind != kind:
            raise self.source.error(token.at, f"expected {expected}, found {_shown(token)}")
        self._index += token.kind != "end"
        return token

    def _take_any(self, *kinds: str) -> Token | None:
        return self.take(self.next.kind, "") if self.next.kind in kinds else None

    # ── the grammar ───────────────────────────────────────────────────────────────────────────────────────────────

    def value(self) -> Expression:
        """A whole expression."""
        then = self._sum()
        condition = self._take_any("if")
        if condition is None:
            return then
        left = self._sum()
        comparison = self._take_any(*(name.removeprefix("if ") for name in CHOICES))
        if comparison is None:
            raise self.source.error(self.next.at, "expected a comparison: >, >=, <, <= or ==")
        right = self._sum()
        self.take("else", "'else'")
        self._enter(condition)
        otherwise = self.value()
        self._nesting -= 1
        return self._apply(f"if {comparison.kind}", (then, left, right, otherwise), condition)

    def _sum(self) -> Expression:
        sign = self._take_any("-", "+")
        terms = [self._negated(self._product(), sign)]
        first = None
        while operator := self._take_any("+", "-"):
            first = first or operator
            terms.append(self._negated(self._product(), operator))
        return terms[0] if first is None else self._apply("+", tuple(terms), first)

    def _negated(self, value: Expression, sign: Token | None) -> Expression:
        return self._apply("neg", (value,), sign) if sign is not None and sign.kind == "-" else value

    def _product(self) -> Expression:
        """Runs of multiplications are one `*`; each division takes all that stands left of it."""
        factors = [self._signed()]
        at = self.next
        while True:
            following = self.next
            if self._take_any("/"):
                left = self._multiplied(factors, at)
                factors = [self._apply("/", (left, self._signed()), following)]
            elif self._take_any("*") or following.kind in ("name", "("):
                at = following if len(factors) == 1 else at
                factors.append(self._signed())
            elif following.kind == "number":
                hint = "write * between the factors of a product, + or - between terms"
                raise self.source.error(following.at, "expected an operator before this number", hint)
            else:
                return self._multiplied(factors, at)

    def _multiplied(self, factors: list[Expression], at: Token) -> Expression:
        return factors[0] if len(factors) == 1 else self._apply("*", tuple(factors), at)

    def _signed(self) -> Expression:
        sign = self._take_any("-", "+")
        if sign is None:
            return self._power()
        self._enter(sign)
        value = self._signed()
        self._nesting -= 1
        return self._negated(value, sign)

    def _power(self) -> Expression:
        base = self._atom()
        operator = self._take_any("^")
        if operator is None:
            return base
        self._enter(operator)
        exponent = self._signed()
        self._nesting -= 1
        return self._apply("^", (base, exponent), operator)

    def _atom(self) -> Expression:
        token = self.next
        if self._take_any("number"):
            return Number(float(token.text), token.at)
        if self._take_any("name"):
            return self._named(token)
        return self._parenthesized()[0] if token.kind == "(" else self._missing(token)

    def _missing(self, token: Token) -> Expression:
        hint = "the power is written ^ or **" if token.kind == "*" else ""
        raise self.source.error(token.at, f"expected a number, a name or '(', found {_shown(token)}", hint)

    def _parenthesized(self, is_list: bool = False) -> list[Expression]:
        """One value between parentheses, or a list of them."""
        opening = self.take("(", "'('")
        self._enter(opening)
        values = [self.value()]
        while is_list and self._take_any(","):
            values.append(self.value())
        if self.next.kind == "end":
            raise self.source.error(opening.at, "this parenthesis is never closed")
        self.take(")", "an operator or ')'")
        self._nesting -= 1
        return values

    def _named(self, token: Token) -> Expression:
        name, is_followed = token.text, self.next.kind == "("
        if name in FUNCTIONS or name in self.vocabulary.own:
            if not is_followed:
                hint = f"its value to a power is written {name}(…)^2" if self.next.kind == "^" else ""
                message = f"the function {name!r} needs its argument in parentheses: {name}(…)"
                raise self.source.error(token.at, message, hint)
            return self._call(token, self._parenthesized(is_list=True))
        if is_followed and name not in self.vocabulary.variables:
            hint = f"{suggestion(name, self.vocabulary.functions, listed=20)}; a product is written {name}*(…)"
            raise self.source.error(token.at, f"unknown function {name!r}", hint)
        if is_followed and [part.kind for part in self._tokens[self._index + 1 : self._index + 3]] == ["name", ")"]:
            argument = self._tokens[self._index + 1].text
            hint = f"a product is written {name}*{argument}; a function is defined by {name}({argument}) = …"
            raise self.source.error(token.at, f"{name!r} is a value here, not a function", hint)
        return Name(name, token.at)

    def _call(self, token: Token, arguments: list[Expression]) -> Expression:
        name = token.text
        if name not in self.vocabulary.own and name in _PAIRED:
            return self._paired(token, arguments)
        arity = self.vocabulary.own.get(name, 1)
        if len(arguments) != arity:
            takes = f"{arity} argument{'s' * (arity != 1)}"
            raise self.source.error(token.at, f"{name!r} takes {takes}, not {len(arguments)}")
        if name in self.vocabulary.own:
            return self._checked(Call(name, tuple(arguments), token.at))
        return self._apply(name, tuple(arguments), token)

    def _paired(self, token: Token, arguments: list[Expression]) -> Expression:
        """`max(a, b, c)` is `max(max(a, b), c)`."""
        if len(arguments) < 2:
            raise self.source.error(token.at, f"{token.text!r} takes two arguments or more")
        if len(arguments) > MOST_PAIRED:
            hint = "give the largest or smallest of some of them a name of its own"
            raise self.source.error(token.at, f"{token.text!r} takes at most {MOST_PAIRED} arguments", hint)
        value = arguments[0]
        for argument in arguments[1:]:
            value = self._apply(token.text, (value, argument), token)
        return value

    # ── the limits ────────────────────────────────────────────────────────────────────────────────────────────────

    def _enter(self, token: Token) -> None:
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise self.source.error(token.at, f"nested more than {MAX_NESTING} levels deep")

    def _apply(self, operation: str, arguments: tuple[Expression, ...], token: Token) -> Expression:
        return self._checked(Apply(operation, arguments, token.at))

    def _checked(self, made: Apply | Call) -> Expression:
        """What was made, if it is not too deep; the depth of each is known from those of its arguments."""
        depth = 1 + max(self._depths.get(id(argument), 1) for argument in made.arguments)
        if depth > MAX_DEPTH:
            raise self.source.error(made.at, f"operations within operations, more than {MAX_DEPTH} levels deep")
        self._made.append(made)
        self._depths[id(made)] = depth
        return made
