"""The language of definitions: `u = (x + 1)^2`, `f(x) = 2x/(1 + |…|)`; text to records, nothing is ever evaluated.

A grammar in order of binding, loosest first; `^` groups to the right, the rest to the left:

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

from backprop_cli.chain.expression import Apply, Call, Definition, Expression, Name, Number, Source, walk
from backprop_cli.chain.operations import CHOICES, FUNCTIONS
from backprop_cli.chain.tokens import Token, statements
from backprop_cli.errors import InputError, Problem, suggestion

MAX_NESTING = 50
"""Levels of parentheses, signs and powers within one another."""
MAX_DEPTH = 100
"""Levels of operations within one another: what a chain like a/b/c/… can add to the nesting."""
MAX_PARTS = 5_000
"""Numbers, names and operations of all definitions together."""

_PAIRED = {"max", "min"}


@dataclass(frozen=True)
class Vocabulary:
    """What the names of a text stand for: the user's functions with their number of arguments, and variables."""

    own: dict[str, int] = field(default_factory=dict)
    variables: frozenset[str] = frozenset()

    @cached_property
    def functions(self) -> list[str]:
        """Everything that can be called; a function of the user's own wins over a built-in one of its name."""
        return [*FUNCTIONS, *(name for name in self.own if name not in FUNCTIONS)]


@dataclass(frozen=True)
class _Head:
    """The left side of a definition, and the tokens of its right side."""

    name: Token
    parameters: tuple[Token, ...] | None
    body: list[Token]


def parse(source: Source) -> list[Definition]:
    """The definitions of a text, one a line.

    Raises:
        InputError: something is no definition; the error points at the character.
    """
    heads = [_head(source, tokens) for tokens in statements(source)]
    if not heads:
        raise InputError(Problem("there is no definition", hint="for example 'u = (x + 1)^2' 'h = u^3 + 2u - 5'"))
    _refuse_repetition(source, heads)
    vocabulary = _vocabulary(heads)
    definitions = [_definition(source, head, vocabulary) for head in heads]
    parts = 0
    for definition in definitions:
        parts += sum(1 for _ in walk(definition.body))
        if parts > MAX_PARTS:
            raise _error(source, definition.at, f"the definitions have more than {MAX_PARTS:,} parts")
    return definitions


def parse_values(source: Source) -> dict[str, Expression]:
    """The values of a point: `x = 1, y = pi/2`.

    Raises:
        InputError: it has another form, or gives a name twice.
    """
    values: dict[str, Expression] = {}
    for tokens in statements(source):
        parser = _Parser(source, tokens, Vocabulary())
        while True:
            name = parser.take("name", "a variable")
            parser.take("=", "'=' and a value")
            if name.text in values:
                raise _error(source, name.at, f"{name.text} is given twice")
            values[name.text] = parser.value()
            if parser.next.kind == "end":
                break
            parser.take(",", "a comma or the end")
    return values


def _error(source: Source, at: int, message: str, hint: str = "") -> InputError:
    return InputError(Problem(message, hint=hint, place=source.place(at)))


def _shown(token: Token) -> str:
    return repr(token.text) if token.text else "the end"


def _head(source: Source, tokens: list[Token]) -> _Head:
    """The name and parameters before the equals sign."""
    equals = next((index for index, token in enumerate(tokens) if token.kind == "="), None)
    if equals is None:
        hint = "a definition is 'name = expression' or 'name(variable) = expression'"
        raise _error(source, tokens[0].at, "this is no definition: it has no '='", hint)
    left = [*tokens[:equals], Token("end", "=", tokens[equals].at)]
    reader = _Parser(source, left, Vocabulary())
    name = reader.take("name", "the name that is defined")
    parameters: list[Token] | None = None
    if reader.next.kind == "(":
        parameters = _parameters(reader)
    elif name.text in FUNCTIONS:
        raise _error(source, name.at, f"{name.text!r} is the name of a function, it cannot be a variable")
    reader.take("end", "'='")
    return _Head(name, None if parameters is None else tuple(parameters), tokens[equals + 1 :])


def _parameters(reader: _Parser) -> list[Token]:
    """`(x, y)` of `f(x, y) = …`."""
    reader.take("(", "'('")
    found = [reader.take("name", "the name of a variable")]
    while reader.next.kind == ",":
        reader.take(",", "','")
        token = reader.take("name", "the name of a variable")
        if any(token.text == other.text for other in found):
            raise _error(reader.source, token.at, f"the variable {token.text!r} is named twice")
        found.append(token)
    reader.take(")", "')'")
    return found


def _refuse_repetition(source: Source, heads: Sequence[_Head]) -> None:
    seen: dict[str, Token] = {}
    for head in heads:
        name = head.name
        if name.text in seen:
            line = source.place(seen[name.text].at).line
            raise _error(source, name.at, f"{name.text!r} is defined twice; the first time in definition {line}")
        seen[name.text] = name


def _vocabulary(heads: Sequence[_Head]) -> Vocabulary:
    """Functions are the built-in ones and those defined; variables are all the names that somewhere stand without `(`."""
    own = {head.name.text: len(head.parameters) for head in heads if head.parameters is not None}
    variables = {head.name.text for head in heads if head.parameters is None}
    for head in heads:
        variables |= {token.text for token in head.parameters or ()}
        following = zip(head.body, head.body[1:], strict=False)
        variables |= {token.text for token, after in following if token.kind == "name" and after.kind != "("}
    return Vocabulary(own, frozenset(variables - set(FUNCTIONS) - set(own)))


def _definition(source: Source, head: _Head, vocabulary: Vocabulary) -> Definition:
    parser = _Parser(source, head.body, vocabulary)
    body = parser.value()
    parser.take("end", "an operator or the end of the definition")
    parameters = None if head.parameters is None else tuple(token.text for token in head.parameters)
    return Definition(head.name.text, parameters, body, head.name.at)


class _Parser:
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
        return self._tokens[self._index]

    def take(self, kind: str, expected: str) -> Token:
        """The next token, which must be of this kind."""
        token = self.next
        if token.kind != kind:
            raise _error(self.source, token.at, f"expected {expected}, found {_shown(token)}")
        self._index += token.kind != "end"
        return token

    def _take_any(self, *kinds: str) -> Token | None:
        return self.take(self.next.kind, "") if self.next.kind in kinds else None

    # ── the grammar ───────────────────────────────────────────────────────────────────────────────────────────────

    def value(self) -> Expression:
        then = self._sum()
        condition = self._take_any("if")
        if condition is None:
            return then
        left = self._sum()
        comparison = self._take_any(*(name.removeprefix("if ") for name in CHOICES))
        if comparison is None:
            raise _error(self.source, self.next.at, "expected a comparison: >, >=, <, <= or ==")
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
                raise _error(self.source, following.at, "expected an operator before this number", hint)
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
        raise _error(self.source, token.at, f"expected a number, a name or '(', found {_shown(token)}", hint)

    def _parenthesized(self, is_list: bool = False) -> list[Expression]:
        """One value between parentheses, or a list of them."""
        opening = self.take("(", "'('")
        self._enter(opening)
        values = [self.value()]
        while is_list and self._take_any(","):
            values.append(self.value())
        if self.next.kind == "end":
            raise _error(self.source, opening.at, "this parenthesis is never closed")
        self.take(")", "an operator or ')'")
        self._nesting -= 1
        return values

    def _named(self, token: Token) -> Expression:
        name, is_followed = token.text, self.next.kind == "("
        if name in FUNCTIONS or name in self.vocabulary.own:
            if not is_followed:
                raise _error(self.source, token.at, f"the function {name!r} needs its argument in parentheses: {name}(…)")
            return self._call(token, self._parenthesized(is_list=True))
        if is_followed and name not in self.vocabulary.variables:
            hint = f"a product is written {name}*(…)"
            message = f"unknown function {name!r}" + suggestion(name, self.vocabulary.functions, listed=20)
            raise _error(self.source, token.at, message, hint)
        return Name(name, token.at)

    def _call(self, token: Token, arguments: list[Expression]) -> Expression:
        name = token.text
        if name not in self.vocabulary.own and name in _PAIRED:
            return self._paired(token, arguments)
        arity = self.vocabulary.own.get(name, 1)
        if len(arguments) != arity:
            takes = f"{arity} argument{'s' * (arity != 1)}"
            raise _error(self.source, token.at, f"{name!r} takes {takes}, not {len(arguments)}")
        if name in self.vocabulary.own:
            return self._checked(Call(name, tuple(arguments), token.at))
        return self._apply(name, tuple(arguments), token)

    def _paired(self, token: Token, arguments: list[Expression]) -> Expression:
        """`max(a, b, c)` is `max(max(a, b), c)`."""
        if len(arguments) < 2:
            raise _error(self.source, token.at, f"{token.text!r} takes two arguments or more")
        value = arguments[0]
        for argument in arguments[1:]:
            value = self._apply(token.text, (value, argument), token)
        return value

    # ── the limits ────────────────────────────────────────────────────────────────────────────────────────────────

    def _enter(self, token: Token) -> None:
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise _error(self.source, token.at, f"nested more than {MAX_NESTING} levels deep")

    def _apply(self, operation: str, arguments: tuple[Expression, ...], token: Token) -> Expression:
        return self._checked(Apply(operation, arguments, token.at))

    def _checked(self, made: Apply | Call) -> Expression:
        """What was made, if it is not too deep; the depth of each is known from those of its arguments."""
        depth = 1 + max(self._depths.get(id(argument), 1) for argument in made.arguments)
        if depth > MAX_DEPTH:
            raise _error(self.source, made.at, f"operations within operations, more than {MAX_DEPTH} levels deep")
        self._made.append(made)
        self._depths[id(made)] = depth
        return made
