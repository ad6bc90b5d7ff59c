"""The program's own formulas: texts of the language, parsed once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from backprop_cli.formula.expression import Apply, Call, Expression, Name, Number, Source
from backprop_cli.formula.operations import CONSTANTS, OPERATIONS
from backprop_cli.formula.parser import Parser
from backprop_cli.formula.tokens import statements
from backprop_cli.formula.vocabulary import Vocabulary

_INTERNAL = {name: entry.arity for name, entry in OPERATIONS.items() if entry.is_internal}


@cache
def formula(text: str) -> Expression:
    """The expression of a text; every name in it that is no function is a variable.

    Raises:
        InputError: the text is wrong.
    """
    source = Source(text, "<formula>")
    (tokens,) = statements(source)
    names = frozenset(token.text for token in tokens if token.kind == "name") - OPERATIONS.keys()
    parser = Parser(source, tokens, Vocabulary(_INTERNAL, names))
    expression = parser.value()
    parser.tokens.take("end", "an operator or the end of the formula")
    return _without_calls(expression)


def _without_calls(expression: Expression) -> Expression:
    """The internal functions of the table, which the parser takes for a user's own, and constants, as operations."""
    if isinstance(expression, Name) and expression.name in CONSTANTS:
        return Apply(expression.name, (), expression.at)
    if not isinstance(expression, Apply | Call):
        return expression
    name = expression.operation if isinstance(expression, Apply) else expression.function
    return Apply(name, tuple(map(_without_calls, expression.arguments)), expression.at)


def filled(expression: Expression, parts: Mapping[str, Expression], at: int | None = None) -> Expression:
    """The expression with some of its names replaced; errors in what is not replaced point to `at`, if it is given."""
    if isinstance(expression, Name):
        return parts.get(expression.name, expression)
    if isinstance(expression, Apply):
        arguments = tuple(filled(argument, parts, at) for argument in expression.arguments)
        return Apply(expression.operation, arguments, expression.at if at is None else at)
    return expression


def without_ones(expression: Expression) -> Expression:
    """The expression without factors of 1 and without division by 1."""
    if not isinstance(expression, Apply):
        return expression
    arguments = tuple(map(without_ones, expression.arguments))
    if expression.operation == "/" and arguments[1] == _ONE:
        return arguments[0]
    if expression.operation == "*":
        arguments = tuple(argument for argument in arguments if argument != _ONE) or (_ONE,)
        if len(arguments) == 1:
            return arguments[0]
    return Apply(expression.operation, arguments, expression.at)


_ONE = Number(1.0)
