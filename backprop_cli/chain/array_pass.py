"""The pass of a graph in vectors and matrices: the values of each array, its Jacobians, and the gradient in its own shape.

Vectors are columns, so that ∂L/∂x is (∂z/∂x)ᵀ·∂L/∂z, summed over every z that x goes into. Of z = W x + b that is Wᵀ·∂L/∂z, and
∂L/∂W is ∂L/∂z·xᵀ: what a Jacobian is, is read from the local derivatives, which all know their formula.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from backprop_cli.chain.chain_rule import as_rule
from backprop_cli.chain.components import Components
from backprop_cli.chain.graph import Graph, build
from backprop_cli.chain.point import numbers_of
from backprop_cli.chain.result import ChainResult, NamedArray, Unused
from backprop_cli.chain.slopes import Slopes
from backprop_cli.derivation.partials import Partial
from backprop_cli.formula.evaluate import NoValueError, dual
from backprop_cli.formula.expression import Apply, Definition, Name, Number, Source, names_in
from backprop_cli.functions.numeric import Array

IDENTITY = "I"
"""What a Jacobian is called that passes a gradient on as it is."""
MOST_ENTRIES = 100_000
"""Entries of a Jacobian; a larger one is left out."""


def arrays_of(definitions: Sequence[Definition], arrays: Components, graph: Graph) -> tuple[NamedArray, ...]:
    """The arrays that are in the graph, and the numbers that are computed from them, each after what it is computed from."""
    if not arrays.names:
        return ()
    place = {name: at for at, name in enumerate((*graph.variables, *graph.nodes))}
    found = []
    for one in definitions:
        names = tuple(arrays.names.get(one.name, [one.name]))
        if one.parameters is None and not place.keys().isdisjoint(names):
            found.append(NamedArray(one.name, names, arrays.shapes.get(one.name, ()), one.text))
    return tuple(sorted(found, key=lambda array: max(place.get(name, 0) for name in array.names)))


def unused_components(
    source: Source, components: Components, arrays: Sequence[NamedArray], known: Mapping[str, float]
) -> Unused:
    """The values and local derivatives of those components that have no value yet, as far as they have any."""
    values = numbers_of(source, components.values) | dict(known)
    names = [name for array in arrays for name in array.names if name not in values]
    links = []
    every = Definition(" ", None, Apply("+", tuple(map(Name, names))), 0)
    graph = build(source, [*components.definitions, every], every.name)
    for node, expression in graph.nodes.items():
        if node in values or node == every.name or not values.keys() >= set(names_in(expression)):
            continue
        try:
            values[node], slopes = dual(expression, values, names_in(expression))
        except NoValueError:
            continue
        rules = Slopes(expression)
        links += [Partial(node, name, slope, as_rule(rules.by(name), values)) for name, slope in slopes.items()]
    return Unused({name: value for name, value in values.items() if name not in known}, tuple(links))


class ArrayValue(NamedTuple):
    """The numbers of an array."""

    array: NamedArray
    value: Array


class Jacobian(NamedTuple):
    """∂`of`/∂`by`, a row for each component of `of`; `equals` names the matrix that it is, if it is one."""

    of: str
    by: str
    value: Array
    equals: str


class Passed(NamedTuple):
    """What a gradient takes over from that of `user`: times a Jacobian, or with `outer` times that vector as a row.

    `user` is empty for the direct part, whose name `equals` is: `x|z`, with z held fixed.
    """

    user: str
    equals: str = ""
    outer: str = ""


class Gradient(NamedTuple):
    """The derivative of the target by an array, in its shape; without `terms` where no product of matrices says how."""

    by: str
    value: Array
    terms: tuple[Passed, ...]


class WholeJacobian(NamedTuple):
    """That of a vector at the end by another one, through all between them: the sum of ∂`of`/∂user times a Jacobian each."""

    of: str
    by: str
    value: Array
    terms: tuple[Passed, ...]


class ArrayPass:
    """The arrays of a result that has values, forwards and backwards."""

    def __init__(self, result: ChainResult) -> None:
        self.result = result
        self.arrays = result.arrays
        unused = result.unused or Unused()
        self.values: dict[str, float] = {
            **result.at,
            **{node.name: node.value for node in result.nodes},
            **unused.values,
        }
        self.links: dict[tuple[str, str], Partial] = {}
        self.totals: dict[str, Partial] = {}
        for partial in (*result.partials, *unused.links):
            name = partial.wrt.partition("|")[0]
            if partial.rule is not None:
                self.links[partial.of, name] = partial
            if partial.of == result.of and name == partial.wrt:
                self.totals[name] = partial

    def forward(self) -> Iterator[ArrayValue]:
        """Every array with its numbers, in the order in which they are computed."""
        for array in self.arrays:
            yield ArrayValue(array, _filled(array, self.values, math.nan))

    def backward(self) -> Iterator[Jacobian | Gradient]:
        """Of every array, from the target inwards, the Jacobians by it of what it goes into, and its gradient."""
        for array in reversed(self.arrays):
            if self.result.of in array.names or self.totals.keys().isdisjoint(array.names):
                continue
            users = [user for user in self._users[array.name] if self.result.of not in user.names]
            terms: list[Passed | None] = []
            if users and any((self.result.of, name) in self.links for name in array.names):
                held = _held(array, users)
                direct = {
                    name: self.links[self.result.of, name].value
                    for name in array.names
                    if (self.result.of, name) in self.links
                }
                yield Gradient(held, _filled(array, direct, 0.0), ())
                terms.append(Passed("", held))
            for user in users:
                jacobian = self._jacobian(user, array)
                if jacobian is not None:
                    yield jacobian
                    terms.append(Passed(user.name, jacobian.equals))
                else:
                    outer = self._outer(user, array)
                    terms.append(Passed(user.name, outer=outer) if outer else None)
            slopes = {name: self.totals[name].value for name in array.names if name in self.totals}
            known = tuple(term for term in terms if term is not None)
            yield Gradient(array.name, _filled(array, slopes, 0.0), known if len(known) == len(terms) else ())

    def jacobians(self, target: NamedArray) -> Iterator[Jacobian | WholeJacobian]:
        """Of every vector, from a vector at the end inwards, the Jacobians by it, and that of the target by it."""
        whole: dict[str, Array] = {target.name: np.eye(len(target.names))}
        for array in reversed(self.arrays):
            users = [user for user in self._users[array.name] if user.name in whole]
            found = [one for one in (self._jacobian(user, array) for user in users) if one is not None]
            if array.name == target.name or not found or len(found) < len(users):
                continue
            others = [user for user in users if user.name != target.name]
            held = _held(array, others) if others else array.name
            yield from (one._replace(by=held) if one.of == target.name else one for one in found)
            whole[array.name] = np.sum([whole[one.of] @ one.value for one in found], axis=0)
            if others:
                terms = (Passed("", held) if one.of == target.name else Passed(one.of, one.equals) for one in found)
                yield WholeJacobian(target.name, array.name, whole[array.name], tuple(terms))

    @cached_property
    def _users(self) -> dict[str, list[NamedArray]]:
        """What each array goes into, from the target inwards."""
        owner = {name: array for array in self.arrays for name in array.names}
        found: dict[str, dict[str, NamedArray]] = {array.name: {} for array in self.arrays}
        for of, wrt in self.links:
            if of in owner and wrt in owner:
                found[owner[wrt].name][owner[of].name] = owner[of]
        order = {array.name: index for index, array in enumerate(self.arrays)}
        return {name: sorted(users.values(), key=lambda one: -order[one.name]) for name, users in found.items()}

    def _jacobian(self, of: NamedArray, by: NamedArray) -> Jacobian | None:
        """That of one vector by another; None where a matrix is among them."""
        if len(of.shape) > 1 or len(by.shape) > 1 or len(of.names) * len(by.names) > MOST_ENTRIES:
            return None
        links = [[self.links.get((one, name)) for name in by.names] for one in of.names]
        value = np.array([[0.0 if link is None else link.value for link in row] for row in links])
        return Jacobian(of.name, by.name, value, self._equal_to(links))

    def _equal_to(self, links: Sequence[Sequence[Partial | None]]) -> str:
        """The matrix whose components these derivatives are."""
        formulas = [[None if link is None or link.rule is None else link.rule.formula for link in row] for row in links]
        ones = [
            [Number(1.0) if row == column else None for column in range(len(formulas[0]))]
            for row in range(len(formulas))
        ]
        if formulas == ones and len(formulas) > 1:
            return IDENTITY
        first = formulas[0][0]
        matrices = (array for array in self.arrays if len(array.shape) == 2 and first == Name(array.names[0]))
        for matrix in matrices:
            columns = matrix.shape[1]
            rows = [matrix.names[at : at + columns] for at in range(0, len(matrix.names), columns)]
            if formulas == [[Name(name) for name in row] for row in rows]:
                return matrix.name
        return ""

    def _outer(self, of: NamedArray, by: NamedArray) -> str:
        """The vector x of which z = W x: ∂z/∂W has x in the row of each z, and nothing else."""
        if len(of.shape) != 1 or len(by.shape) != 2 or by.shape[0] != of.shape[0]:
            return ""
        columns = by.shape[1]
        rows = [by.names[at : at + columns] for at in range(0, len(by.names), columns)]
        wanted = {(z, name): column for z, row in zip(of.names, rows, strict=True) for column, name in enumerate(row)}
        inner = set(by.names)
        found = {key: link for key, link in self.links.items() if key[0] in of.names and key[1] in inner}
        for array in self.arrays:
            if array.shape == (columns,) and found.keys() == wanted.keys():
                vector = [Name(name) for name in array.names]
                if all(
                    link.rule is not None and link.rule.formula == vector[wanted[key]] for key, link in found.items()
                ):
                    return array.name
        return ""


def _held(array: NamedArray, others: Sequence[NamedArray]) -> str:
    """`x|z`, for what depends on x directly, and also through z."""
    return f"{array.name}|{','.join(other.name for other in others)}"


def _filled(array: NamedArray, values: Mapping[str, float], otherwise: float) -> Array:
    """The values as a matrix, a vector as a column."""
    rows = array.shape[0] if array.shape else 1
    return np.array([values.get(name, otherwise) for name in array.names]).reshape(rows, -1)
