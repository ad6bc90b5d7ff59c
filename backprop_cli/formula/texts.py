"""The program's own formulas: texts of the language, parsed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from backprop_cli.formula.expression import TOTAL, Apply, Call, Expression, Name, Number, Source
from backprop_cli.formula.operations import CONSTANTS, OPERATIONS
from backprop_cli.formula.parser import Parser
from backprop_cli.formula.tokens import Token, statements
from backprop_cli.formula.vocabulary import Vocabulary

_INTERNAL = {name: entry.arity for name, entry in OPERATIONS.items() if entry.is_internal}


_SYMBOLIC = {"f": 1, "f'": 1, "g": 1, "g'": 1, TOTAL: 2}
"""Functions that stand for any, and the sum over an index: `Σ(k, x_k)`; with their number of arguments."""

Equation = tuple[Expression, ...]
"""The sides of an equation, or one expression alone."""


@cache
def formula(text: str) -> Expression:
    """The expression of a text; every name in it that is no function is a variable.

    Raises:
        InputError: the text is wrong.
    """
    source = Source(text, "<formula>")
    (tokens,) = statements(source)
    return _expression(source, tokens, _INTERNAL)


@cache
def equation(text: str) -> Equation:
    """The sides of `∂E/∂o = o - t`, in which `∂E/∂o`, `w⁺` and `f'` are names, and f and g any functions.

    Raises:
        InputError: the text is wrong.
    """
    source = Source(text, "<formula>")
    (tokens,) = statements(source)
    sides: list[list[Token]] = [[]]
    for token in _with_quantities(source, tokens):
        if token.kind == "=":
            sides[-1].append(token._replace(kind="end", text=""))
            sides.append([])
        else:
            sides[-1].append(token)
    return tuple(_expression(source, side, _INTERNAL | _SYMBOLIC) for side in sides)


def _with_quantities(source: Source, tokens: Sequence[Token]) -> list[Token]:
    """The tokens with `∂E/∂w`, `w⁺` and `f'` as one name each."""
    found: list[Token] = []
    for token in tokens:
        if [source.text[one.at : one.at + 1] for one in (*found[-2:], token)] == ["∂", "/", "∂"]:
            found[-2:] = [found[-2]._replace(text=f"{found[-2].text}/{token.text}")]
        elif token.kind == "+" and token.text == "⁺":
            found[-2:] = [found[-2]._replace(text=f"{found[-2].text}+")]
        elif token.kind == "'":
            found[-1:] = [found[-1]._replace(text=f"{found[-1].text}'")]
        else:
            found.append(token)
    return found


def _expression(source: Source, tokens: Sequence[Token], functions: dict[str, int]) -> Expression:
    """What tokens say in which these functions may be called besides those of the language."""
    names = frozenset(token.text for token in tokens if token.kind == "name") - OPERATIONS.keys()
    parser = Parser(source, tokens, Vocabulary(functions, names))
    expression = parser.value()
    parser.tokens.take("end", "an operator or the end of the formula")
    return _without_calls(expression)


def _without_calls(expression: Expression) -> Expression:
    """The internal functions of the table, which the parser takes for a user's own, and constants, as operations."""
    if isinstance(expression, Name) and expression.name in CONSTANTS:
        return Apply(expression.name, (), expression.at)
    if not isinstance(expression, Apply | Call):
        return expression
    arguments = tuple(map(_without_calls, expression.arguments))
    if isinstance(expression, Call) and expression.function not in _INTERNAL:
        return Call(expression.function, arguments, expression.at)
    name = expression.operation if isinstance(expression, Apply) else expression.function
    return Apply(name, arguments, expression.at)


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
