"""Vectors and matrices by their components: `W = [[1, 2], [3, 4]]`, `z = W x + b`, `a = softmax(z)`.

A definition of z becomes those of z1, z2, one of W those of W11, W12, and so on, so that all the rest knows numbers only. An
array of numbers is one of variables with these values: it is what a gradient is taken by.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from typing import NamedTuple, NoReturn, TypeAlias

from backprop_cli.formula.expression import Apply, Call, Definition, Expression, Name, Number, Source, names_in, walk
from backprop_cli.formula.spellings import ARRAY_FUNCTIONS, HOW_SUMS_ARE_WRITTEN, RANGE, SUM

MAX_COMPONENTS = 2_000
"""Components of one definition."""
MAX_PARTS = 100_000
"""Numbers, names and operations that are read, all sums written out, and those of one component."""
MOST_NAMED = 6
"""Names that a hint lists."""
MAX_DEPTH = 150
"""Levels of operations, calls and definitions that are used before they are given, within one another."""

Value: TypeAlias = "Expression | tuple[Value, ...]"
"""A number, a vector as the tuple of its components, or a matrix as that of its rows."""


def _has_arrays(definitions: Sequence[Definition]) -> bool:
    """Whether anything in the definitions is an array, or summed up over a range."""
    return any(map(_is_of_arrays, (definition.body for definition in definitions)))


def _is_of_arrays(body: Expression) -> bool:
    operations = {"[", RANGE, *ARRAY_FUNCTIONS}
    return any(isinstance(part, Apply) and part.operation in operations for part in walk(body))


class Scope(NamedTuple):
    """What names stand for within a function, and the indices of the sums around."""

    values: Mapping[str, Value] = {}
    indices: Mapping[str, int] = {}


EVERYWHERE = Scope()


class Components:
    """Takes the definitions of arrays apart; `values` has those of the arrays of numbers, by component.

    `names` are the components of each array, row by row, `shapes` says how many rows and columns. Functions that work on arrays
    are put in where they are called. Definitions without any array stay as they are.
    """

    def __init__(self, source: Source, definitions: Sequence[Definition]) -> None:
        self.source = source
        self.values: dict[str, Expression] = {}
        self.names: dict[str, list[str]] = {}
        self.shapes: dict[str, tuple[int, ...]] = {}
        self.definitions: list[Definition] = []
        self._table = {one.name: one for one in definitions if one.parameters is None}
        self._functions = _array_functions(definitions)
        self._found: dict[str, Value] = {}
        self._working: list[str] = []
        self._defined_names = {one.name for one in definitions}
        self._known_names = self._defined_names.union(*(names_in(one.body) for one in definitions))
        self._parts_left = MAX_PARTS
        self._depth = 0
        self._sizes: dict[int, int] = {}
        self._sized: list[Expression] = []  # keeps the ids in `_sizes` from being given anew
        if not _has_arrays(definitions):
            self.definitions = list(definitions)
            return
        for one in definitions:
            self._add(one)

    def _add(self, one: Definition) -> None:
        """A definition with its components; of a function on arrays one that is called by none."""
        if one.parameters is None:
            self._value_of(one.name)
        elif one.name not in self._functions:
            self.definitions.append(one)
        elif not any(part.function == one.name for part in self._calls()):
            body = self._expanded(one.body, EVERYWHERE)
            if isinstance(body, tuple):
                raise self.source.error(one.at, f"{one.name} gives an array: its derivative is that of one component")
            self.definitions.append(Definition(one.name, one.parameters, body, one.at))

    def _calls(self) -> Iterator[Call]:
        bodies = (one.body for one in (*self._table.values(), *self._functions.values()))
        return (part for body in bodies for part in walk(body) if isinstance(part, Call))

    # ── definitions ───────────────────────────────────────────────────────────────────────────────────────────────

    def _value_of(self, name: str) -> Value:
        """What a name stands for: itself, or its components."""
        if name not in self._table or name in self._working:
            return Name(name)
        if name not in self._found:
            self._working.append(name)
            definition = self._table[name]
            self._found[name] = self._defined(definition, self._expanded(definition.body, EVERYWHERE))
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
            if name in self._defined_names:
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
        self.shapes[definition.name] = _shape(value)
        self.names[definition.name] = [part.name for part in flat if isinstance(part, Name)]
        return made

    # ── expressions ───────────────────────────────────────────────────────────────────────────────────────────────

    def _expanded(self, part: Expression, scope: Scope) -> Value:
        """An expression by its components."""
        self._parts_left -= 1
        if self._parts_left < 0:
            self._refuse_length(part)
        self._depth += 1
        if self._depth > MAX_DEPTH:
            hint = "give each definition before those that use it"
            raise self.source.error(
                part.at, f"definitions of arrays within one another, more than {MAX_DEPTH} levels deep", hint
            )
        value = self._in_components(part, scope)
        self._depth -= 1
        return value

    def _in_components(self, part: Expression, scope: Scope) -> Value:
        if isinstance(part, Name):
            return self._named(part, scope)
        if not isinstance(part, Apply | Call):
            return part
        if isinstance(part, Apply) and part.operation == RANGE:
            return self._summed(part, scope)
        arguments = [self._expanded(argument, scope) for argument in part.arguments]
        if isinstance(part, Call):
            if part.function in self._functions:
                return self._called(part, arguments)
            return self._each(part, lambda *numbers: Call(part.function, numbers, part.at), arguments)
        if part.operation == "[":
            return self._array(part, arguments)
        if part.operation in ARRAY_FUNCTIONS:
            return self._of_vectors(part, arguments)
        if part.operation == "*":
            return reduce(lambda one, other: self._product(part, one, other), arguments)
        if part.operation in ("/", "^") and isinstance(arguments[1], tuple):
            raise self.source.error(part.at, "an array stands where a number is needed")
        if part.operation == "+" and any(map(_is_range_sum, part.arguments)):
            return self._each(part, lambda *numbers: _added(part, numbers), arguments)
        return self._each(part, lambda *numbers: Apply(part.operation, numbers, part.at), arguments)

    def _refuse_length(self, part: Expression) -> NoReturn:
        raise self.source.error(part.at, f"with sums and products written out there are more than {MAX_PARTS:,} parts")

    def _vector_hint(self, operation: str) -> str:
        """What a vector is, and which names are none."""
        if operation == SUM:
            return HOW_SUMS_ARE_WRITTEN
        numbers = sorted(self._known_names - self._defined_names - self.values.keys())
        those = f"; a number here: {', '.join(numbers)}" if 0 < len(numbers) <= MOST_NAMED else ""
        return f"a vector is [1, 2]{those}"

    def _small(self, made: Expression) -> Expression:
        """What was made, if it is not too long: the same part may be in it many times."""
        if self._size(made) > MAX_PARTS:
            self._refuse_length(made)
        return made

    def _size(self, part: Expression) -> int:
        if not isinstance(part, Apply | Call):
            return 1
        if id(part) not in self._sizes:
            self._sized.append(part)
            self._sizes[id(part)] = 1 + sum(map(self._size, part.arguments))
        return self._sizes[id(part)]

    def _named(self, name: Name, scope: Scope) -> Value:
        """What a name stands for: of x_i, where i is an index, x1."""
        if name.name in scope.values:
            return scope.values[name.name]
        if name.name in scope.indices:
            return Number(float(scope.indices[name.name]), name.at)
        plain = self._with_indices(name, scope.indices) if scope.indices else name.name
        found = self._value_of(plain)
        return Name(found.name, name.at) if isinstance(found, Name) else found

    def _with_indices(self, indexed: Name, indices: Mapping[str, int]) -> str:
        """`x_i` as x1, `W_ij` as W12, or W1_12 where an index has two digits; as x_1 where that is what is known."""
        base, _, behind = indexed.name.partition("_")
        pattern = "|".join(sorted(map(re.escape, indices), key=len, reverse=True))
        if not base or not re.fullmatch(rf"(?:{pattern}|[0-9]+|_)+", behind) or not re.search(pattern, behind):
            return indexed.name
        found = re.findall(rf"{pattern}|[0-9]+", behind)
        numbers = [str(indices.get(part, part)) for part in found]
        separator = "_" if any(len(number) > 1 for number in numbers) else ""
        candidates = [base + separator.join(numbers), f"{base}_{separator.join(numbers)}", f"{base}{'_'.join(numbers)}"]
        self._value_of(base)
        if base in self.names:
            known = [one for one in candidates if one in self.names[base]]
            if not known:
                raise self.source.error(indexed.at, f"{base} has no component {candidates[0]}")
            return known[0]
        return next((one for one in candidates if one in self._known_names), candidates[0])

    def _summed(self, part: Apply, scope: Scope) -> Value:
        """The terms of a sum over a range, added up."""
        body, index, first, last = part.arguments
        assert isinstance(index, Name) and isinstance(first, Number) and isinstance(last, Number)
        if last.value < first.value:
            raise self.source.error(part.at, f"from {first.value:g} to {last.value:g} there is nothing to sum up")
        terms = [
            self._expanded(body, scope._replace(indices={**scope.indices, index.name: number}))
            for number in range(int(first.value), int(last.value) + 1)
        ]
        return terms[0] if len(terms) == 1 else self._each(part, lambda *numbers: _added(part, numbers), terms)

    def _called(self, call: Call, arguments: list[Value]) -> Value:
        """The body of a function on arrays, with its arguments put in."""
        function = self._functions[call.function]
        if call.function in self._working:
            raise self.source.error(call.at, f"{call.function!r} is defined through itself")
        self._working.append(call.function)
        value = self._expanded(function.body, Scope(dict(zip(function.parameters or (), arguments, strict=True))))
        self._working.pop()
        return value

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
            return self._small(make(*arguments))
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
            return self._each(part, lambda *numbers: self._multiplied(part, numbers), [one, other])
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
        terms = tuple(self._multiplied(part, pair) for pair in zip(one, other, strict=True))
        return terms[0] if len(terms) == 1 else self._small(Apply("+", terms, part.at))

    def _of_vectors(self, part: Apply, arguments: list[Value]) -> Value:
        if _is_range_sum(part):
            return arguments[0]
        shapes = {_shape(argument) for argument in arguments}
        if len(shapes) > 1 or len(next(iter(shapes))) != 1:
            one = "a vector" if len(arguments) == 1 else "two vectors of one length"
            given = " and ".join(_shown(_shape(argument)) for argument in arguments)
            raise self.source.error(
                part.at, f"{part.operation} takes {one}, not {given}", self._vector_hint(part.operation)
            )
        vector = arguments[0]
        assert isinstance(vector, tuple)
        if part.operation == "dot":
            return self._dot(part, *arguments)
        if part.operation == "hadamard":
            return self._each(part, lambda *numbers: self._multiplied(part, numbers), arguments)
        if part.operation == SUM:
            return vector[0] if len(vector) == 1 else Apply("+", vector, part.at)  # type: ignore[arg-type]
        powers = tuple(Apply("exp", (number,), part.at) for number in vector)  # type: ignore[arg-type]
        total = powers[0] if len(powers) == 1 else Apply("+", powers, part.at)
        return tuple(Apply("/", (power, total), part.at) for power in powers)

    def _multiplied(self, part: Apply, numbers: tuple[Value, ...]) -> Expression:
        flat = [
            inner
            for number in numbers
            if not isinstance(number, tuple)
            for inner in (number.arguments if isinstance(number, Apply) and number.operation == "*" else (number,))
        ]
        return self._small(Apply("*", tuple(flat), part.at))


def _is_range_sum(part: Expression) -> bool:
    """Whether this is `sum(… for i in 1..3)`."""
    body = part.arguments[0] if isinstance(part, Apply) and part.operation == SUM else None
    return isinstance(body, Apply) and body.operation == RANGE


def _added(part: Apply, terms: Sequence[Expression]) -> Apply:
    """The sum of some terms, those that are sums themselves without parentheses."""
    flat = [
        one
        for term in terms
        for one in (term.arguments if isinstance(term, Apply) and term.operation == "+" else (term,))
    ]
    return Apply("+", tuple(flat), part.at)


def _array_functions(definitions: Sequence[Definition]) -> dict[str, Definition]:
    """The functions in which anything is an array, or which call one of these."""
    functions = {one.name: one for one in definitions if one.parameters is not None}
    calls = {
        name: {part.function for part in walk(one.body) if isinstance(part, Call)} for name, one in functions.items()
    }
    found = {name for name, one in functions.items() if _is_of_arrays(one.body)}
    while more := {name for name in functions if name not in found and calls[name] & found}:
        found |= more
    return {name: functions[name] for name in functions if name in found}


def _shape(value: Value) -> tuple[int, ...]:
    """() of a number, (2,) of a vector, (2, 3) of a matrix."""
    if not isinstance(value, tuple):
        return ()
    return (len(value), *(_shape(value[0]) if value else ()))


def _shown(shape: tuple[int, ...]) -> str:
    if not shape:
        return "a number"
    return " × ".join(map(str, shape)) if len(shape) > 1 else str(shape[0])
