"""Vectors and matrices by their components: `W = [[1, 2], [3, 4]]`, `z = W x + b`, `a = softmax(z)`.

A definition of z becomes those of z1, z2, one of W those of W11, W12, and so on, so that all the rest knows numbers only. An
array of numbers is one of variables with these values: it is what a gradient is taken by.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import TypeAlias

from backprop_cli.formula.expression import Apply, Call, Definition, Expression, Name, Source, names_in, walk
from backprop_cli.formula.spellings import ARRAY_FUNCTIONS

MAX_COMPONENTS = 2_000
"""Components of one definition, and parts of one component."""

Value: TypeAlias = "Expression | tuple[Value, ...]"
"""A number, a vector as the tuple of its components, or a matrix as that of its rows."""


def has_arrays(definitions: list[Definition]) -> bool:
    """Whether anything in the definitions is an array."""
    parts = (part for definition in definitions for part in walk(definition.body))
    return any(
        isinstance(part, Apply) and (part.operation == "[" or part.operation in ARRAY_FUNCTIONS) for part in parts
    )


class Components:
    """Takes the definitions of arrays apart; `values` has those of the arrays of numbers, by component.

    `names` are the components of each array, row by row.
    """

    def __init__(self, source: Source, definitions: list[Definition]) -> None:
        self.source = source
        self.values: dict[str, Expression] = {}
        self.names: dict[str, list[str]] = {}
        self._table = {one.name: one for one in definitions if one.parameters is None}
        self._found: dict[str, Value] = {}
        self._working: list[str] = []
        self._taken = {name for one in definitions for name in (one.name, *names_in(one.body))}
        self.definitions: list[Definition] = []
        for one in definitions:
            if one.parameters is None:
                self._value_of(one.name)
            else:
                self.definitions.append(one)

    # ── definitions ───────────────────────────────────────────────────────────────────────────────────────────────

    def _value_of(self, name: str) -> Value:
        """What a name stands for: itself, or its components."""
        if name not in self._table or name in self._working:
            return Name(name)
        if name not in self._found:
            self._working.append(name)
            definition = self._table[name]
            self._found[name] = self._defined(definition, self._expanded(definition.body))
            self._working.pop()
        return self._found[name]

    def _defined(self, definition: Definition, value: Value) -> Value:
        """The names of a definition's components, each defined by its part of the value."""
        if not isinstance(value, tuple):
            self.definitions.append(Definition(definition.name, None, value, definition.at))
            return Name(definition.name)
        count = sum(len(row) if isinstance(row, tuple) else 1 for row in value)
        if count > MAX_COMPONENTS:
            raise self.source.error(definition.at, f"{definition.name} has more than {MAX_COMPONENTS:,} components")
        separator = "_" if len(value) > 9 or any(isinstance(row, tuple) and len(row) > 9 for row in value) else ""

        def component(part: Value, *indices: int) -> Expression:
            assert not isinstance(part, tuple)
            name = definition.name + separator.join(map(str, indices))
            if isinstance(part, Name) and part.name == name:
                return part
            if name in self._taken:
                raise self.source.error(
                    definition.at, f"a component of {definition.name} would be {name}, which is taken"
                )
            if names_in(part) or any(isinstance(one, Call) for one in walk(part)):
                self.definitions.append(Definition(name, None, part, definition.at))
            else:
                self.values[name] = part
            return Name(name)

        made = tuple(
            tuple(component(part, row, column) for column, part in enumerate(one, start=1))
            if isinstance(one, tuple)
            else component(one, row)
            for row, one in enumerate(value, start=1)
        )
        flat = [name for row in made for name in (row if isinstance(row, tuple) else (row,))]
        self.names[definition.name] = [part.name for part in flat if isinstance(part, Name)]
        return made

    # ── expressions ───────────────────────────────────────────────────────────────────────────────────────────────

    def _expanded(self, part: Expression) -> Value:
        if isinstance(part, Name):
            return self._value_of(part.name)
        if not isinstance(part, Apply | Call):
            return part
        arguments = [self._expanded(argument) for argument in part.arguments]
        if isinstance(part, Apply) and part.operation == "[":
            return self._array(part, arguments)
        if isinstance(part, Apply) and part.operation in ARRAY_FUNCTIONS:
            return self._of_vectors(part, arguments)
        if isinstance(part, Apply) and part.operation == "*":
            return reduce(lambda one, other: self._product(part, one, other), arguments)
        if isinstance(part, Apply) and part.operation in ("/", "^") and isinstance(arguments[1], tuple):
            raise self.source.error(part.at, "an array stands where a number is needed")
        if isinstance(part, Call):
            return self._each(part, lambda *numbers: Call(part.function, numbers, part.at), arguments)
        return self._each(part, lambda *numbers: Apply(part.operation, numbers, part.at), arguments)

    def _array(self, part: Apply, arguments: list[Value]) -> Value:
        shapes = {_shape(argument) for argument in arguments}
        if len(shapes) > 1 or any(len(shape) > 1 for shape in shapes):
            hint = "a vector is [1, 2], a matrix [[1, 2], [3, 4]]"
            raise self.source.error(part.at, "the rows of a matrix are vectors of one length", hint)
        return tuple(arguments)

    def _each(self, part: Apply | Call, make: Callable[..., Expression], arguments: list[Value]) -> Value:
        """An operation on numbers, done component by component; a number beside arrays goes with each component."""
        shapes = {_shape(argument) for argument in arguments} - {()}
        if not shapes:
            return make(*arguments)
        if len(shapes) > 1:
            shown = " and ".join(_shown(shape) for shape in sorted(shapes, key=len))
            raise self.source.error(part.at, f"the shapes {shown} do not fit together")
        length = len(next(argument for argument in arguments if isinstance(argument, tuple)))
        rows = [argument if isinstance(argument, tuple) else (argument,) * length for argument in arguments]
        return tuple(self._each(part, make, list(row)) for row in zip(*rows, strict=True))

    def _product(self, part: Apply, one: Value, other: Value) -> Value:
        """A number times anything, a matrix times a vector or a matrix."""
        left, right = _shape(one), _shape(other)
        if not left or not right:
            return self._each(part, lambda *numbers: _multiplied(part, numbers), [one, other])
        if len(left) == 1:
            names = "dot(…, …) for the sum of the products, or hadamard(…, …) for the products"
            raise self.source.error(part.at, "a product that begins with a vector has two meanings", f"write {names}")
        if left[1] != right[0]:
            raise self.source.error(part.at, f"the shapes {_shown(left)} and {_shown(right)} do not fit together")
        assert isinstance(one, tuple) and isinstance(other, tuple)
        if len(right) == 1:
            return tuple(self._dot(part, row, other) for row in one)
        columns = tuple(zip(*other, strict=True))
        return tuple(tuple(self._dot(part, row, column) for column in columns) for row in one)

    def _dot(self, part: Apply, one: Value, other: Value) -> Expression:
        assert isinstance(one, tuple) and isinstance(other, tuple)
        terms = tuple(_multiplied(part, pair) for pair in zip(one, other, strict=True))
        return terms[0] if len(terms) == 1 else Apply("+", terms, part.at)

    def _of_vectors(self, part: Apply, arguments: list[Value]) -> Value:
        shapes = {_shape(argument) for argument in arguments}
        if len(shapes) > 1 or len(next(iter(shapes))) != 1:
            one = "a vector" if len(arguments) == 1 else "two vectors of one length"
            raise self.source.error(part.at, f"{part.operation} takes {one}", "a vector is [1, 2]")
        vector = arguments[0]
        assert isinstance(vector, tuple)
        if part.operation == "dot":
            return self._dot(part, *arguments)
        if part.operation == "hadamard":
            return self._each(part, lambda *numbers: _multiplied(part, numbers), arguments)
        if part.operation == "sum":
            return vector[0] if len(vector) == 1 else Apply("+", vector, part.at)  # type: ignore[arg-type]
        powers = tuple(Apply("exp", (number,), part.at) for number in vector)  # type: ignore[arg-type]
        total = powers[0] if len(powers) == 1 else Apply("+", powers, part.at)
        return tuple(Apply("/", (power, total), part.at) for power in powers)


def _multiplied(part: Apply, numbers: tuple[Value, ...]) -> Expression:
    flat = [
        inner
        for number in numbers
        if not isinstance(number, tuple)
        for inner in (number.arguments if isinstance(number, Apply) and number.operation == "*" else (number,))
    ]
    return Apply("*", tuple(flat), part.at)


def _shape(value: Value) -> tuple[int, ...]:
    """() of a number, (2,) of a vector, (2, 3) of a matrix."""
    if not isinstance(value, tuple):
        return ()
    return (len(value), *(_shape(value[0]) if value else ()))


def _shown(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) if len(shape) > 1 else str(shape[0])
