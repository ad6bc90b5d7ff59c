"""A small network drawn in characters: units as boxes, weights as lines between them, lit paths as heavy lines.

Between two columns each source has a vertical track of its own, from which a line goes to every unit that it feeds; lines that
only cross are drawn as ┼, so that whatever is joined is joined at a corner or a T.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count

from rich.cells import cell_len

from backprop_cli.network.network import Network
from backprop_cli.render.drawing.drawn_values import shortened
from backprop_cli.render.formats.signs import to_ascii

MOST_LINES = 60
GAP = 1
LONGEST_NAME = 24

Side = int
LEFT, RIGHT, UP, DOWN = range(4)


@dataclass(frozen=True)
class TextGraph:
    """What is drawn: a network, its numbers by name, and the local derivatives whose path is lit."""

    network: Network
    values: Mapping[str, float]
    lit: frozenset[str] = frozenset()

    def number(self, name: str) -> str:
        """`w31 0.4`."""
        return f"{shortened(name, LONGEST_NAME)} {self.values[name] + 0.0:.4g}".replace("-", "−")


@dataclass
class Box:
    """A unit: its lines of text, its lines' entry rows on the left, and where it stands."""

    texts: Sequence[str]
    entries: int
    is_lit: bool = False
    top: int = 0
    leaves_at: int = 0
    """The row at which its line leaves."""

    @property
    def height(self) -> int:
        """Rows, with the borders."""
        return max(len(self.texts), self.entries) + 2

    def entry(self, index: int) -> int:
        """The row at which its line number `index` arrives."""
        return self.top + 1 + (self.height - 2 - self.entries) // 2 + index


@dataclass(frozen=True)
class Wire:
    """A line from a box to an entry of a box in the next column, with what is written on it."""

    source: int
    target: int
    entry: int
    text: str
    is_lit: bool


@dataclass
class Canvas:
    """Characters by (row, column): texts, and line pieces as the weight (1 light, 2 heavy) of each of their four arms."""

    arms: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    texts: dict[tuple[int, int], tuple[str, bool]] = field(default_factory=dict)
    joints: set[tuple[int, int]] = field(default_factory=set)

    def arm(self, row: int, column: int, side: Side, is_lit: bool) -> None:
        """One arm of a line piece; a heavy one is never made light again."""
        arms = self.arms.setdefault((row, column), [0, 0, 0, 0])
        arms[side] = max(arms[side], 2 if is_lit else 1)

    def across(self, row: int, first: int, last: int, is_lit: bool) -> None:
        """A horizontal line from the middle of one cell to the middle of another."""
        for column in range(first, last):
            self.arm(row, column, RIGHT, is_lit)
            self.arm(row, column + 1, LEFT, is_lit)

    def down(self, column: int, first: int, last: int, is_lit: bool) -> None:
        """A vertical line, likewise."""
        for row in range(first, last):
            self.arm(row, column, DOWN, is_lit)
            self.arm(row + 1, column, UP, is_lit)

    def write(self, row: int, column: int, text: str, is_lit: bool) -> None:
        """Characters in place of whatever is there; a wide one takes the cell behind it too, a combining one none."""
        last = end = column
        for index, character in enumerate(text, start=1):
            start, end = end, column + cell_len(text[:index])
            if start == end:
                before, _ = self.texts.get((row, last), ("", is_lit))
                self.texts[row, last] = (before + character, is_lit)
                continue
            last = start
            self.texts[row, start] = (character, is_lit)
            self.texts |= {(row, behind): ("", is_lit) for behind in range(start + 1, end)}

    def lines(self, is_ascii: bool) -> list[list[tuple[str, bool]]]:
        """Every line as characters, each with whether it is lit."""
        cells = {**{place: self._piece(place, is_ascii) for place in self.arms}, **self.texts}
        height, width = (1 + max(place[axis] for place in cells) for axis in (0, 1))
        return [[cells.get((row, column), (" ", False)) for column in range(width)] for row in range(height)]

    def _piece(self, place: tuple[int, int], is_ascii: bool) -> tuple[str, bool]:
        arms = tuple(self.arms[place])
        is_lit = 2 in arms
        if all(arms) and place in self.joints:
            return ("+" if is_ascii else "●"), is_lit
        return (_ascii(arms) if is_ascii else _characters()[arms]), is_lit


def draw(graph: TextGraph, is_ascii: bool) -> list[list[tuple[str, bool]]] | None:
    """The drawing, line by line, each character with whether it is lit; None where it would be too high."""
    columns, channels = _columns(graph)
    if is_ascii:
        _spell(columns, channels)
    place(columns, channels)
    if max(boxes[-1].top + boxes[-1].height for boxes in columns) > MOST_LINES:
        return None
    canvas, left = Canvas(), 0
    for index, boxes in enumerate(columns):
        right = left + max(cell_len(text) for box in boxes for text in box.texts) + 1
        for box in boxes:
            draw_box(canvas, box, left, right)
        if index < len(channels):
            left = draw_channel(canvas, boxes, columns[index + 1], channels[index], right)
    return canvas.lines(is_ascii)


def place(columns: list[list[Box]], channels: list[list[Wire]]) -> None:
    """Say where every box stands and where its line leaves, so that no row holds the lines of two sources.

    From the right: where the lines of a column arrive is known before the boxes that they leave are placed.
    """
    heights = [sum(box.height + GAP for box in boxes) - GAP for boxes in columns]
    for boxes, height in zip(columns, heights, strict=True):
        top = (max(heights) - height) // 2
        for box in boxes:
            box.top = top
            top += box.height + GAP
    for boxes, targets, wires in reversed(list(zip(columns, columns[1:], channels, strict=False))):
        owners = {targets[wire.target].entry(wire.entry): wire.source for wire in wires}
        least = -max(heights)
        for index, box in enumerate(boxes):
            box.top, box.leaves_at = next(
                (top, row)
                for top in _nearest_first(box.top, least)
                for row in _middle_first(top + 1, box.height - 2)
                if owners.get(row, index) == index
            )
            least = box.top + box.height + GAP
    highest = min(boxes[0].top for boxes in columns)
    for boxes in columns:
        for box in boxes:
            box.top -= highest
            box.leaves_at -= highest


def _nearest_first(wanted: int, least: int) -> Iterator[int]:
    """The rows from `least` on, those nearest to the wanted one first; without end."""
    for distance in count():
        yield from (row for row in dict.fromkeys((wanted + distance, wanted - distance)) if row >= least)


def _middle_first(first: int, length: int) -> list[int]:
    """So many rows from the first one on, those nearest to their middle first."""
    middle = first + length // 2
    return sorted(range(first, first + length), key=lambda row: abs(row - middle))


def _columns(graph: TextGraph) -> tuple[list[list[Box]], list[list[Wire]]]:
    """The boxes column by column, and the wires between each column and the next."""
    names = graph.network.names
    columns = [[Box([graph.number(names.input(index))], 0) for index in range(names.widths[0])]]
    channels: list[list[Wire]] = []
    for layer in range(names.depth):
        columns.append([_unit(graph, layer, unit) for unit in range(names.widths[layer + 1])])
        channels.append(_weights(graph, layer))
        if not graph.network.activations[layer].is_elementwise:
            columns.append([_mixed(graph, layer, unit) for unit in range(names.widths[layer + 1])])
            channels.append(_mixing(graph, layer))
    outputs = range(names.widths[-1])
    columns.append([Box([graph.number(names.loss)], len(outputs))])
    links = [f"d{names.loss}/d{names.output(index)}" for index in outputs]
    channels.append([Wire(index, 0, index, "", links[index] in graph.lit) for index in outputs])
    return columns, channels


def _spell(columns: list[list[Box]], channels: list[list[Wire]]) -> None:
    """Write all texts in ASCII, before room is made for them: a spelling is longer than its character."""
    for boxes in columns:
        for box in boxes:
            box.texts = [to_ascii(text) for text in box.texts]
    for index, wires in enumerate(channels):
        channels[index] = [replace(wire, text=to_ascii(wire.text)) for wire in wires]


def _unit(graph: TextGraph, layer: int, unit: int) -> Box:
    """A unit with its bias, net input and, unless it is one of a softmax, its activation."""
    names, network = graph.network.names, graph.network
    z, a = names.net_input(layer, unit), names.activation(layer, unit)
    shown = [] if names.biases[layer] == "none" else [names.bias(layer, unit)]
    shown.append(z)
    if not network.activations[layer].is_elementwise:
        return Box([graph.number(name) for name in shown], names.widths[layer])
    shown += [a, *_of_output(graph, layer, unit)]
    return Box([graph.number(name) for name in shown], names.widths[layer], f"d{a}/d{z}" in graph.lit)


def _mixed(graph: TextGraph, layer: int, unit: int) -> Box:
    """A unit of a softmax, fed by every net input of its layer."""
    names = graph.network.names
    shown = [names.activation(layer, unit), *_of_output(graph, layer, unit)]
    return Box([graph.number(name) for name in shown], names.widths[layer + 1])


def _of_output(graph: TextGraph, layer: int, unit: int) -> list[str]:
    names = graph.network.names
    if layer < names.depth - 1:
        return []
    target = [names.target(unit)] if graph.network.loss.needs_targets else []
    return [*target, names.share(unit)]


def _weights(graph: TextGraph, layer: int) -> list[Wire]:
    names, wires = graph.network.names, []
    for unit in range(names.widths[layer + 1]):
        z = names.net_input(layer, unit)
        for source in range(names.widths[layer]):
            name = names.weight(layer, unit, source)
            links = {f"d{z}/d{name}", f"d{z}/d{names.source(layer, source)}"}
            wires.append(Wire(source, unit, source, graph.number(name), bool(links & graph.lit)))
    return wires


def _mixing(graph: TextGraph, layer: int) -> list[Wire]:
    names, units = graph.network.names, range(graph.network.names.widths[layer + 1])
    return [
        Wire(other, unit, other, "", f"d{names.activation(layer, unit)}/d{names.net_input(layer, other)}" in graph.lit)
        for unit in units
        for other in units
    ]


def draw_box(canvas: Canvas, box: Box, left: int, right: int) -> None:
    """A box with its texts, between two columns."""
    bottom = box.top + box.height - 1
    for row in (box.top, bottom):
        canvas.across(row, left, right, box.is_lit)
    for column in (left, right):
        canvas.down(column, box.top, bottom, box.is_lit)
    first = box.top + 1 + (box.height - 2 - len(box.texts)) // 2
    for offset, text in enumerate(box.texts):
        canvas.write(first + offset, left + 1, text, box.is_lit)


def draw_channel(canvas: Canvas, sources: list[Box], targets: list[Box], wires: list[Wire], left: int) -> int:
    """The wires from `sources`, whose right borders are at `left`; gives the column of the targets' left borders."""
    widest = max(cell_len(wire.text) for wire in wires)
    right = left + 2 * len(sources) + (widest + 3 if widest else 2)
    for index, source in enumerate(sources):
        own = [wire for wire in wires if wire.source == index]
        track, start = left + 2 + 2 * index, source.leaves_at
        # the lit wires last, so that their heavier line stays
        for wire in sorted(own, key=lambda wire: wire.is_lit):
            row = targets[wire.target].entry(wire.entry)
            canvas.across(start, left, track, wire.is_lit)
            canvas.down(track, min(start, row), max(start, row), wire.is_lit)
            canvas.across(row, track, right, wire.is_lit)
            canvas.joints.add((row, track))
            if wire.text:
                canvas.write(row, right - 1 - cell_len(wire.text), wire.text, wire.is_lit)
    return right


def _ascii(arms: tuple[int, ...]) -> str:
    is_lit = 2 in arms
    is_flat, is_upright = arms[LEFT] or arms[RIGHT], arms[UP] or arms[DOWN]
    if is_flat and is_upright and not all(arms):
        return "#" if is_lit else "+"
    if is_upright:
        return "#" if max(arms[UP], arms[DOWN]) == 2 else "|"
    return "=" if is_lit else "-"


@cache
def _characters() -> dict[tuple[int, ...], str]:
    """Unicode's box-drawing characters by the weights of their arms, read off their names."""
    found: dict[tuple[int, ...], str] = {}
    for code in (*range(0x2500, 0x254C), *range(0x2574, 0x2580)):
        words = unicodedata.name(chr(code)).removeprefix("BOX DRAWINGS ")
        if not any(word in words for word in ("DASH", "DOUBLE")):
            found[_arms(words)] = chr(code)
    return found


_SIDES = {
    "LEFT": (LEFT,), "RIGHT": (RIGHT,), "UP": (UP,), "DOWN": (DOWN,), "HORIZONTAL": (LEFT, RIGHT), "VERTICAL": (UP, DOWN),
}  # fmt: skip


def _arms(name: str) -> tuple[int, ...]:
    """`LEFT HEAVY AND RIGHT DOWN LIGHT` as (2, 1, 0, 1)."""
    arms, weight = [0, 0, 0, 0], 1
    for part in name.split(" AND "):
        words = part.split()
        weight = 2 if "HEAVY" in words else 1 if "LIGHT" in words else weight
        for word in words:
            for side in _SIDES.get(word, ()):
                arms[side] = weight
    return tuple(arms)
