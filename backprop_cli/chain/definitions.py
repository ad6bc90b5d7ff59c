"""The language of definitions: `u = (x + 1)^2`, `f(x) = 2x/(1 + e^x)`; text to records, nothing is ever evaluated."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from backprop_cli.chain.misread import as_products
from backprop_cli.chain.pieces import is_head
from backprop_cli.chain.statements import Head, read_statements
from backprop_cli.errors import InputError, Problem
from backprop_cli.formula.expression import Definition, Expression, Source, walk
from backprop_cli.formula.operations import FUNCTIONS
from backprop_cli.formula.parser import Parser
from backprop_cli.formula.spellings import ONLY_CALLED
from backprop_cli.formula.tokens import Token, statements
from backprop_cli.formula.vocabulary import Vocabulary, plain_name

MAX_PARTS = 5_000
"""Numbers, names and operations of all definitions together."""


class CurveEquation(NamedTuple):
    """Two expressions that are equal, `at` the sign between them."""

    left: Expression
    right: Expression
    at: int


class Text(NamedTuple):
    """The definitions of a text, what it asks to be differentiated by what how often, and the values that it gives.

    A value without a name is that of the only variable, its name here is empty. `products` has what was meant by
    names that were taken apart.
    """

    definitions: list[Definition]
    of: str | None
    wrt: list[str]
    order: int
    values: dict[str, Expression]
    equation: CurveEquation | None = None
    products: Mapping[str, str] = {}


def parse(source: Source, declared: Collection[str] = ()) -> Text:
    """The definitions of a text, one a line or between semicolons; `declared` are names of variables, wherever they stand.

    Raises:
        InputError: something is no definition; the error points at the character.
    """
    found = read_statements(source)
    heads = found.heads
    sides = [] if found.equation is None else [found.equation.left, found.equation.right]
    if not heads and found.of and not sides:
        hint = f"give the definition too: {found.of} = x^2"
        raise InputError(Problem(f"{found.of} is not defined", hint=hint))
    if not heads and not sides:
        raise InputError(Problem("there is no definition", hint="for example 'u = (x + 1)^2' 'h = u^3 + 2u - 5'"))
    _refuse_repetition(source, heads)
    declared = {*declared, *found.wrt, *(tokens[0].text for tokens in found.points if is_head(tokens, 0))}
    vocabulary = _vocabulary(heads, sides, declared)
    known = {*declared, *(token.text for head in heads for token in (head.name, *(head.parameters or ())))}
    taken = [as_products(tokens, vocabulary, known) for tokens in (*(head.body for head in heads), *sides)]
    expressions = [Parser(source, tokens, vocabulary).whole() for tokens, _ in taken]
    places = [*(head.name.at for head in heads), *(side[0].at for side in sides)]
    _check_length(source, expressions, places)
    products = {name: product for _, apart in taken for name, product in apart.items()}
    definitions = [_definition(source, head, body) for head, body in zip(heads, expressions, strict=False)]
    equation = None
    if found.equation is not None:
        left, right = expressions[len(heads) :]
        equation = CurveEquation(left, right, found.equation.sign.at)
    return Text(definitions, found.of, found.wrt, found.order, _values(source, found.points), equation, products)


def _check_length(source: Source, expressions: Sequence[Expression], places: Sequence[int]) -> None:
    parts = 0
    for expression, at in zip(expressions, places, strict=True):
        parts += sum(1 for _ in walk(expression))
        if parts > MAX_PARTS:
            raise source.error(at, f"the definitions have more than {MAX_PARTS:,} parts")


def parse_values(source: Source) -> dict[str, Expression]:
    """The values of a point: `x = 1, y = pi/2`, or `3` for that of the only variable, whose name is left empty.

    Raises:
        InputError: it has another form, or gives a name twice.
    """
    return _values(source, statements(source))


def _values(source: Source, texts: Sequence[list[Token]]) -> dict[str, Expression]:
    values: dict[str, Expression] = {}
    for tokens in texts:
        parser = Parser(source, tokens, Vocabulary())
        while True:
            name = Token("name", "", parser.tokens.next.at)
            if parser.tokens.next.kind == "name" and parser.tokens.ahead(1).kind in ("=", "==", ":="):
                name = parser.tokens.take("name", "a variable")
                parser.tokens.take(parser.tokens.next.kind, "")
            if name.text in values:
                hint = "a point has one value for each variable: run once for each point"
                raise source.error(name.at, f"{name.text or 'the variable'} is given twice", hint)
            values[name.text] = parser.value()
            if parser.tokens.next.kind == "end":
                break
            is_named = parser.tokens.ahead(2).kind in ("=", "==", ":=")
            if parser.tokens.next.kind == "," and parser.tokens.ahead(1).kind != "end" and not is_named:
                parser.tokens.refuse_decimal_comma()
                hint = "a point of several variables is written x=1,y=2"
                raise source.error(parser.tokens.ahead(1).at, "a value in a list has no name", hint)
            parser.tokens.take(",", "a comma or the end")
    return values


def _refuse_repetition(source: Source, heads: Sequence[Head]) -> None:
    seen: dict[str, Token] = {}
    for head in heads:
        name = head.name
        if name.text in seen:
            line = source.place(seen[name.text].at).line
            raise source.error(name.at, f"{name.text!r} is defined twice; the first time in definition {line}")
        seen[name.text] = name


def _vocabulary(heads: Sequence[Head], sides: Sequence[Sequence[Token]], declared: Collection[str]) -> Vocabulary:
    """Functions are the built-in ones and those defined; variables are all the names that somewhere stand without `(`."""
    own = {head.name.text: len(head.parameters) for head in heads if head.parameters is not None}
    variables = {head.name.text for head in heads if head.parameters is None} | set(declared)
    for head in heads:
        variables |= {token.text for token in head.parameters or ()}
    for tokens in (*(head.body for head in heads), *sides):
        following = itertools.pairwise(tokens)
        variables |= {
            token.text
            for token, after in following
            if token.kind == "name"
            and after.kind != "("
            and (token.text in ONLY_CALLED or plain_name(token.text) not in FUNCTIONS)
        }
    return Vocabulary(own, frozenset(variables - set(FUNCTIONS) - set(own)))


def _definition(source: Source, head: Head, body: Expression) -> Definition:
    parameters = None if head.parameters is None else tuple(token.text for token in head.parameters)
    text = source.text[head.body[0].at : head.body[-1].at].strip()
    return Definition(head.name.text, parameters, body, head.name.at, text)
