"""The computational graph as courses draw it: a gate for each operation, its value above and its gradient below.

Here is what is drawn, and in which columns and rows; how it is drawn is the business of each output.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backprop_cli.formula.expression import Apply, Expression, Name, names_in
from backprop_cli.formula.printer import UNICODE
from backprop_cli.render.drawing.drawn_values import shortened

if TYPE_CHECKING:
    from backprop_cli.chain.graph import Graph
    from backprop_cli.chain.result import ChainResult

LONGEST_SIGN = 22
"""Columns of an operation's sign; what is longer than a gate's own operation is cut there."""


@dataclass(frozen=True)
class Gate:
    """A variable (without a `sign`) or an operation on its `inputs`; numbers that are not known are not a number."""

    name: str
    sign: str
    value: float
    gradient: float
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Circuit:
    """All gates, each after its inputs; the last is the `target`, whose derivative by each is the gradient."""

    gates: tuple[Gate, ...]

    @property
    def target(self) -> Gate:
        """What all flows into."""
        return self.gates[-1]


def circuit_of(graph: Graph, values: Mapping[str, float], gradients: Mapping[str, float]) -> Circuit:
    """A graph with the numbers that are known, its variables first."""

    def gate(name: str, sign: str = "", inputs: tuple[str, ...] = ()) -> Gate:
        return Gate(name, sign, values.get(name, math.nan), gradients.get(name, math.nan), inputs)

    variables = [gate(name) for name in graph.variables]
    operations = [gate(node, sign_of(body), tuple(names_in(body))) for node, body in graph.nodes.items()]
    return Circuit((*variables, *operations))


def circuit_of_chain(result: ChainResult) -> Circuit:
    """The graph of what `chain` worked out."""
    target = result.graph.target
    gradients = {partial.wrt: partial.value for partial in result.partials if partial.of == target}
    gradients[target] = 1.0 if result.has_values else math.nan
    return circuit_of(result.graph, {**result.at, **{node.name: node.value for node in result.nodes}}, gradients)


# ── the sign of an operation ──────────────────────────────────────────────────────────────────────────────────────────


def sign_of(body: Expression) -> str:
    """`×`, `+ 1`, `^2`, `sin`; of more than one operation the formula."""
    if isinstance(body, Apply):
        inner = [_inner(argument) for argument in body.arguments]
        are_names = [isinstance(part, Name) for part in inner]
        if body.operation in _SIGNS and all(are_names):
            is_difference = body.operation == "+" and len(inner) == 2 and inner[1] is not body.arguments[1]
            is_plain = all(part is argument for part, argument in zip(inner, body.arguments, strict=True))
            if is_difference or is_plain:
                return "−" if is_difference else _SIGNS[body.operation]
        elif len(inner) == 1 and are_names[0] and inner[0] is body.arguments[0]:
            return "× (−1)" if body.operation == "neg" else body.operation
        elif len(inner) == 2 and sum(map(_is_constant, inner)) == 1 and body.operation in _SIGNS and any(are_names):
            return _with_number(body, are_names[0])
    elif isinstance(body, Name):
        return "="
    return shortened(UNICODE.write(body), LONGEST_SIGN)


_SIGNS = {"+": "+", "*": "×", "/": "÷", "^": "^"}


def _inner(part: Expression) -> Expression:
    """The part without its sign."""
    return part.arguments[0] if isinstance(part, Apply) and part.operation == "neg" else part


def _is_constant(part: Expression) -> bool:
    return not names_in(part)


def _with_number(body: Apply, is_name_first: bool) -> str:
    """An operation between a name and a number: `+ 1`, `× 3`, `1/x`, `^2`."""
    name, number = body.arguments if is_name_first else reversed(body.arguments)
    if _inner(name) is not name:
        return shortened(UNICODE.write(body), LONGEST_SIGN)
    sign = _SIGNS[body.operation]
    if body.operation == "+":
        is_negative = _inner(number) is not number
        return f"{'−' if is_negative else '+'} {UNICODE.write(_inner(number))}"
    written = UNICODE.write(number)
    if body.operation == "^":
        return f"^{written}" if is_name_first else f"{written}^"
    return f"{sign} {written}" if is_name_first or body.operation == "*" else f"{written}/x"


# ── columns and rows ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Spot:
    """A gate in a column, or the passing of its line through it."""

    gate: Gate
    passes: bool = False


@dataclass(frozen=True)
class Link:
    """A line between neighbouring columns, by the indices in them; `entry` counts the lines that arrive at the target."""

    source: int
    target: int
    entry: int


SWEEPS = 6
"""How often the columns are put in a better order: it changes little after a few times."""


def arranged(circuit: Circuit) -> tuple[list[list[Spot]], list[list[Link]]]:
    """The columns from left to right, each gate behind its inputs, and the links between each column and the next."""
    columns = _in_order(_columns(circuit))
    links = []
    for left, right in itertools.pairwise(columns):
        index = {place.gate.name: number for number, place in enumerate(left)}
        links.append(
            [
                Link(index[source], number, entry)
                for number, place in enumerate(right)
                for entry, source in enumerate(sources(place))
            ]
        )
    return columns, links


def sources(place: Spot) -> Sequence[str]:
    """The names whose lines arrive there."""
    return (place.gate.name,) if place.passes else place.gate.inputs


def _columns(circuit: Circuit) -> list[list[Spot]]:
    """Each operation one column behind the last of its inputs, a variable just before the first that uses it."""
    depth: dict[str, int] = {}
    for gate in circuit.gates:
        depth[gate.name] = 1 + max((depth[name] for name in gate.inputs), default=0) if gate.sign else 0
    users = [(name, depth[gate.name]) for gate in circuit.gates for name in gate.inputs]
    for gate in circuit.gates:
        if not gate.sign:
            depth[gate.name] = min((column for name, column in users if name == gate.name), default=1) - 1
    columns: list[list[Spot]] = [[] for _ in range(1 + max(depth.values()))]
    for gate in circuit.gates:
        last = max((column for name, column in users if name == gate.name), default=0)
        columns[depth[gate.name]].append(Spot(gate))
        for column in range(depth[gate.name] + 1, last):
            columns[column].append(Spot(gate, passes=True))
    return [column for column in columns if column]


def _sweeps(count: int) -> Iterator[tuple[int, int, bool]]:
    """The columns from the left and from the right in turn: each one's index, its neighbour's, and whether that is left of it."""
    for sweep in range(SWEEPS):
        is_forward = sweep % 2 == 0
        for index in range(1, count) if is_forward else range(count - 2, -1, -1):
            yield index, index - 1 if is_forward else index + 1, is_forward


def _in_order(columns: list[list[Spot]]) -> list[list[Spot]]:
    """The columns sorted by the mean place of what each is linked to, from the left and from the right in turn."""
    for index, beside, is_forward in _sweeps(len(columns)):
        other, column = columns[beside], columns[index]
        rows = {
            id(place): _mean(_neighbours(place, other, is_forward), number / len(column) * len(other))
            for number, place in enumerate(column)
        }
        column.sort(key=lambda place: rows[id(place)])
    return columns


def _neighbours(place: Spot, other: Sequence[Spot], is_forward: bool) -> list[int]:
    """The indices in the other column of what a place is linked to."""
    if is_forward:
        return [number for number, one in enumerate(other) if one.gate.name in sources(place)]
    return [number for number, one in enumerate(other) if place.gate.name in sources(one)]


def _mean(numbers: Sequence[float], otherwise: float) -> float:
    return sum(numbers) / len(numbers) if numbers else otherwise


def heights(columns: Sequence[Sequence[Spot]]) -> list[list[float]]:
    """Where each place stands in its column, in rows from the top: near what it is linked to, at least one row apart."""
    found = [[float(index) for index in range(len(column))] for column in columns]
    for index, beside, is_forward in _sweeps(len(columns)):
        linked = [
            [found[beside][one] for one in _neighbours(place, columns[beside], is_forward)] for place in columns[index]
        ]
        found[index] = _apart([_mean(rows, found[index][number]) for number, rows in enumerate(linked)])
    top = min(min(column) for column in found)
    return [[height - top for height in column] for column in found]


def _apart(wanted: Sequence[float]) -> list[float]:
    """Heights in the same order, each near the one that is wanted and one row below the one before."""
    down = list(itertools.accumulate(wanted, lambda above, here: max(here, above + 1)))
    up = list(itertools.accumulate(reversed(wanted), lambda below, here: min(here, below - 1)))[::-1]
    return [(one + other) / 2 for one, other in zip(down, up, strict=True)]
