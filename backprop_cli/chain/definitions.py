"""The language of definitions: `u = (x + 1)^2`, `f(x) = 2x/(1 + e^x)`; text to records, nothing is ever evaluated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backprop_cli.errors import InputError, Problem
from backprop_cli.formula.expression import Definition, Expression, Source, walk
from backprop_cli.formula.operations import FUNCTIONS
from backprop_cli.formula.parser import Parser, Vocabulary
from backprop_cli.formula.tokens import Token, statements

MAX_PARTS = 5_000
"""Numbers, names and operations of all definitions together."""


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
            raise source.error(definition.at, f"the definitions have more than {MAX_PARTS:,} parts")
    return definitions


def parse_values(source: Source) -> dict[str, Expression]:
    """The values of a point: `x = 1, y = pi/2`.

    Raises:
        InputError: it has another form, or gives a name twice.
    """
    values: dict[str, Expression] = {}
    for tokens in statements(source):
        parser = Parser(source, tokens, Vocabulary())
        while True:
            name = parser.take("name", "a variable")
            parser.take("=", "'=' and a value")
            if name.text in values:
                raise source.error(name.at, f"{name.text} is given twice")
            values[name.text] = parser.value()
            if parser.next.kind == "end":
                break
            parser.take(",", "a comma or the end")
    return values


def _head(source: Source, tokens: list[Token]) -> _Head:
    """The name and parameters before the equals sign."""
    equals = next((index for index, token in enumerate(tokens) if token.kind == "="), None)
    if equals is None:
        hint = "a definition is 'name = expression' or 'name(variable) = expression'"
        raise source.error(tokens[0].at, "this is no definition: it has no '='", hint)
    left = [*tokens[:equals], Token("end", "=", tokens[equals].at)]
    reader = Parser(source, left, Vocabulary())
    name = reader.take("name", "the name that is defined")
    parameters: list[Token] | None = None
    if reader.next.kind == "(":
        parameters = _parameters(reader)
    elif name.text in FUNCTIONS:
        raise source.error(name.at, f"{name.text!r} is the name of a function, it cannot be a variable")
    reader.take("end", "'='")
    return _Head(name, None if parameters is None else tuple(parameters), tokens[equals + 1 :])


def _parameters(reader: Parser) -> list[Token]:
    """`(x, y)` of `f(x, y) = …`."""
    reader.take("(", "'('")
    found = [reader.take("name", "the name of a variable")]
    while reader.next.kind == ",":
        reader.take(",", "','")
        token = reader.take("name", "the name of a variable")
        if any(token.text == other.text for other in found):
            raise reader.source.error(token.at, f"the variable {token.text!r} is named twice")
        found.append(token)
    reader.take(")", "')'")
    return found


def _refuse_repetition(source: Source, heads: Sequence[_Head]) -> None:
    seen: dict[str, Token] = {}
    for head in heads:
        name = head.name
        if name.text in seen:
            line = source.place(seen[name.text].at).line
            raise source.error(name.at, f"{name.text!r} is defined twice; the first time in definition {line}")
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
    parser = Parser(source, head.body, vocabulary)
    body = parser.value()
    parser.take("end", "an operator or the end of the definition")
    parameters = None if head.parameters is None else tuple(token.text for token in head.parameters)
    return Definition(head.name.text, parameters, body, head.name.at)
