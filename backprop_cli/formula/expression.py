"""What a definition says, as data: numbers, names, and operations applied to arguments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from backprop_cli.errors import InputError, Problem, TextPlace


@dataclass(frozen=True, slots=True)
class Number:
    """A literal; negative ones are written as an operation on a positive one."""

    value: float
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A variable or an intermediate."""

    name: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Apply:
    """An entry of `OPERATIONS` applied: `+` and `*` take any number of arguments; `a - b` is `a + neg(b)`."""

    operation: str
    arguments: tuple[Expression, ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the user's own applied, or one that stands for any; a graph has none of these left."""

    function: str
    arguments: tuple[Expression, ...]
    at: int = field(default=0, compare=False)


Expression = Number | Name | Apply | Call
"""`at` is the offset of the character in the source that an error points to; equality ignores it."""

ELLIPSIS = Name("...")
"""What stands for the terms that a long sum leaves out; it has no value."""

TOTAL = "Σ"
"""What is called with an index and a term for the sum over that index; it has no value either."""


class Definition(NamedTuple):
    """`name = body`, or `name(parameters) = body`; `text` is the right side as it was typed."""

    name: str
    parameters: tuple[str, ...] | None
    body: Expression
    at: int
    text: str = ""


class Source(NamedTuple):
    """The text that was typed and what to call it; knows line and column of every offset."""

    text: str
    file: str = "<definitions>"

    def place(self, at: int) -> TextPlace:
        """Line and column, from 1, of an offset."""
        line = self.text.count("\n", 0, at)
        column = at - (self.text.rfind("\n", 0, at) + 1)
        return TextPlace(self.file, line + 1, column + 1, self.text.split("\n")[line])

    def error(self, at: int, message: str, hint: str = "") -> InputError:
        """An error that points at an offset."""
        return InputError(Problem(message, hint=hint, place=self.place(at)))


def walk(expression: Expression) -> Iterator[Expression]:
    """The expression and everything in it, from left to right."""
    stack = [expression]
    while stack:
        found = stack.pop()
        yield found
        if isinstance(found, Apply | Call):
            stack.extend(reversed(found.arguments))


def names_in(expression: Expression) -> list[str]:
    """The names that occur, each once, in the order of their first occurrence."""
    return list(dict.fromkeys(part.name for part in walk(expression) if isinstance(part, Name)))
