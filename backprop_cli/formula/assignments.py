"""Formulas as lines of Python or JavaScript: assignments, and conditions as blocks. What occurs twice is computed once.

What is computed only under a condition stays under it, so that no line raises where the formula as a whole has a value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from backprop_cli.formula.code import JAVASCRIPT, PYTHON
from backprop_cli.formula.evaluate import NoValueError, evaluate
from backprop_cli.formula.expression import Apply, Expression, Name, Number, names_in, walk
from backprop_cli.formula.operations import CHOICES, OPERATIONS
from backprop_cli.formula.printer import Piece, Printer
from backprop_cli.formula.texts import filled, formula


class Assignment(NamedTuple):
    """`name = value`."""

    name: str
    value: Expression


class Branches(NamedTuple):
    """`if left … right:` the one block, `else:` the other; `test` is a choice of which the values do not matter."""

    test: Apply
    then: Block
    otherwise: Block


Block = tuple[Assignment | Branches, ...]


@cache
def block(lines: tuple[str, ...], settings: tuple[tuple[str, float], ...] = ()) -> Block:
    """The statements of some lines `name = formula`, with numbers for the settings."""
    numbers = {name: Number(value) if value >= 0 else Apply("neg", (Number(-value),)) for name, value in settings}
    pairs = (line.split(" = ", 1) for line in lines)
    return _arranged([Assignment(name, _plain(filled(formula(text), numbers))) for name, text in pairs])


class _Language(NamedTuple):
    """How a language writes an assignment, and the lines that begin and end the blocks under conditions."""

    printer: Printer
    assignment: str
    first: str
    other: str
    otherwise: str
    end: tuple[str, ...]


_PYTHON = _Language(PYTHON, "{} = {}", "if {}:", "elif {}:", "else:", ())
_JAVASCRIPT = _Language(JAVASCRIPT, "{} = {};", "if ({}) {{", "}} else if ({}) {{", "} else {", ("}",))
_NUMBERS = {"inf": "Infinity", "nan": "NaN"}


def python_lines(statements: Block, names: Mapping[str, str]) -> list[str]:
    """The statements as lines of Python; what is no key of `names` is a local variable of theirs."""
    return list(_printed(statements, _pieces(_local(statements) | dict(names)), _PYTHON))


def javascript_lines(statements: Block, names: Mapping[str, str]) -> list[str]:
    """The same in JavaScript, after a declaration of all that they assign."""
    written = _local(statements) | _NUMBERS | dict(names)
    declared = dict.fromkeys(written[name] for name in _assigned(statements))
    return [f"let {', '.join(declared)};", *_printed(statements, _pieces(written), _JAVASCRIPT)]


def _local(statements: Block) -> dict[str, str]:
    return {name: f"u_{name}" for name in _assigned(statements)}


def _pieces(names: Mapping[str, str]) -> dict[str, Piece]:
    return {name: Piece(written) for name, written in names.items()}


def _printed(statements: Block, pieces: Mapping[str, Piece], language: _Language) -> Iterator[str]:
    for statement in statements:
        if isinstance(statement, Assignment):
            value = language.printer.write(statement.value, pieces)
            yield language.assignment.format(pieces[statement.name].text, value)
            continue
        line = language.first
        while True:
            yield line.format(language.printer.compared(statement.test, pieces))
            yield from (f"    {inner}" for inner in _printed(statement.then, pieces, language))
            first = statement.otherwise[0]
            if len(statement.otherwise) > 1 or isinstance(first, Assignment):
                break
            line, statement = language.other, first
        yield language.otherwise
        yield from (f"    {inner}" for inner in _printed(statement.otherwise, pieces, language))
        yield from language.end


def _assigned(statements: Block) -> Iterator[str]:
    for statement in statements:
        if isinstance(statement, Assignment):
            yield statement.name
        else:
            yield from _assigned(statement.then)
            yield from _assigned(statement.otherwise)


# ── simpler expressions ───────────────────────────────────────────────────────────────────────────────────────────────


def _plain(expression: Expression) -> Expression:
    """The expression in operations that both languages have: constants computed, squares of more than a name as products."""
    if not isinstance(expression, Apply):
        return expression
    arguments = tuple(map(_plain, expression.arguments))
    entry = OPERATIONS[expression.operation]
    if entry.written_out and not entry.python:
        return _plain(filled(formula(entry.written_out), dict(zip("xy", arguments, strict=False))))
    plain = Apply(expression.operation, arguments)
    if plain.operation == "neg":
        return _without_sign(arguments[0]) or plain
    if all(isinstance(argument, Number) for argument in arguments):
        return _computed(plain)
    if plain.operation == "^" and arguments[1] == Number(2.0) and not isinstance(arguments[0], Name):
        return Apply("*", (arguments[0], arguments[0]))
    return plain


def _without_sign(negated: Expression) -> Expression | None:
    """-(t - o) as o - t, which is the same to the last bit."""
    if not (isinstance(negated, Apply) and negated.operation == "+" and len(negated.arguments) == 2):
        return None
    first, second = negated.arguments
    if isinstance(second, Apply) and second.operation == "neg":
        return Apply("+", (second.arguments[0], Apply("neg", (first,))))
    return None


def _computed(constant: Apply) -> Expression:
    try:
        return Number(evaluate(constant, {}))
    except NoValueError:
        return constant


# ── the order of statements ───────────────────────────────────────────────────────────────────────────────────────────


def _is_choice(expression: Expression) -> bool:
    return isinstance(expression, Apply) and expression.operation in CHOICES


def _arranged(assignments: Sequence[Assignment]) -> Block:
    """Assignments with what they share before them, and conditions as branches; those under one condition are taken together."""
    if not assignments:
        return ()
    first = assignments[0].value
    if not _is_choice(first):
        count = next((index for index, one in enumerate(assignments) if _is_choice(one.value)), len(assignments))
        return (*_shared(assignments[:count]), *_arranged(assignments[count:]))
    assert isinstance(first, Apply)
    together: list[Assignment] = []
    for one in assignments:
        is_same = isinstance(one.value, Apply) and _test(one.value) == _test(first)
        if not is_same or any(earlier.name in names_in(one.value) for earlier in together):
            break
        together.append(one)
    sides = ([Assignment(one.name, _side(one.value, side)) for one in together] for side in (0, 3))
    then, otherwise = map(_arranged, sides)
    return (Branches(first, then, otherwise), *_arranged(assignments[len(together) :]))


def _test(choice: Apply) -> tuple[str, Expression, Expression] | None:
    return (choice.operation, *choice.arguments[1:3]) if choice.operation in CHOICES else None  # type: ignore[return-value]


def _side(choice: Expression, side: int) -> Expression:
    assert isinstance(choice, Apply)
    return choice.arguments[side]


def _shared(assignments: Sequence[Assignment]) -> list[Assignment]:
    """Assignments without choices, what occurs in them more than once as variables of their own, the largest part first."""
    found = list(assignments)
    number = 1
    while True:
        counts = Counter(part for one in found for part in walk(one.value) if _is_worth_a_name(part))
        certain = {part for one in found for part in _certain(one.value)}
        repeated = [part for part, count in counts.items() if count > 1 and part in certain]
        if not repeated:
            return found
        part = max(repeated, key=lambda one: sum(1 for _ in walk(one)))
        name = f"{number}"
        at = next(index for index, one in enumerate(found) if part in walk(one.value))
        found = [Assignment(one.name, _replaced(one.value, part, Name(name))) for one in found]
        found.insert(at, Assignment(name, part))
        number += 1


def _is_worth_a_name(part: Expression) -> bool:
    return isinstance(part, Apply) and part.operation != "neg" and bool(part.arguments)


def _certain(expression: Expression) -> Iterator[Expression]:
    """The parts that are computed whatever the conditions within the expression say."""
    yield expression
    if isinstance(expression, Apply):
        arguments = expression.arguments[1:3] if expression.operation in CHOICES else expression.arguments
        for argument in arguments:
            yield from _certain(argument)


def _replaced(expression: Expression, part: Expression, by: Expression) -> Expression:
    if expression == part:
        return by
    if not isinstance(expression, Apply):
        return expression
    return Apply(expression.operation, tuple(_replaced(argument, part, by) for argument in expression.arguments))
