"""The computational graph as SVG: on the line that leaves a gate its value above, in green, its gradient below, in red."""

from __future__ import annotations

import math

from rich.cells import cell_len

from backprop_cli.render.drawing.circuit import Circuit, Spot, arranged, heights
from backprop_cli.render.drawing.svg import Element, add, add_name, add_number, root
from backprop_cli.render.formats.decimals import trimmed

ROW = 74.0
"""Pixels between two gates of a column."""
RADIUS = 19.0
"""Of a gate; one with a longer sign is wider."""
CHARACTER = 8.0
"""Pixels of a sign's character."""
LABEL = 78.0
"""Pixels for the numbers on a line."""
BEND = 42.0
"""Pixels in which a line goes from one height to another."""
MARGIN = 26.0


def circuit_svg(circuit: Circuit, is_standalone: bool = True) -> Element:
    """The picture, with a text that says what it is."""
    columns, links = arranged(circuit)
    rows = heights(columns)
    widths = [max(_half_width(place) for place in column) for column in columns]
    lefts, left = [], MARGIN
    for half in widths:
        lefts.append(left + half)
        left += 2 * half + LABEL + BEND
    width = left - BEND + MARGIN
    height = MARGIN * 2 + ROW * max(max(column) for column in rows) + 2 * RADIUS
    label = f"The computational graph of {circuit.target.name}"
    svg = root(width, height, label, "circuit", is_standalone)
    points = [[(lefts[index], MARGIN + RADIUS + ROW * row) for row in column] for index, column in enumerate(rows)]
    lines = add(svg, "g", {"class": "lines"})
    for index, channel in enumerate(links):
        for link in channel:
            place, target = columns[index][link.source], columns[index + 1][link.target]
            (x, y), end = points[index][link.source], points[index + 1][link.target]
            start = (x if place.passes else x + _half_width(place), y)
            stop = end[0] - (widths[index + 1] if target.passes else _half_width(target))
            _line(lines, start, lefts[index] + widths[index] + LABEL, stop, end)
    for column, places, half in zip(columns, points, widths, strict=True):
        for place, point in zip(column, places, strict=True):
            if not place.passes:
                _gate(svg, place, point, half, circuit.target.name)
    return svg


def _half_width(place: Spot) -> float:
    if place.passes:
        return RADIUS
    text = place.gate.sign or place.gate.name
    return max(RADIUS, CHARACTER * cell_len(text) / 2 + 7)


def _line(parent: Element, start: tuple[float, float], turn: float, stop: float, end: tuple[float, float]) -> None:
    """From one place to the next: straight along the numbers, then bent to the other's height."""
    (x, y), middle = start, (turn + stop) / 2
    bend = _path("H{}C{} {} {} {} {} {}", turn, middle, y, middle, end[1], stop, end[1]) if y != end[1] else ""
    add(parent, "path", {"d": _path("M{} {}", x, y) + bend + _path("H{}", end[0]), "class": "wire"})


def _path(template: str, *numbers: float) -> str:
    """Commands of a path, with numbers to a tenth of a pixel."""
    return template.format(*(trimmed(f"{number:.1f}") for number in numbers))


def _gate(svg: Element, place: Spot, point: tuple[float, float], widest: float, target: str) -> None:
    """A gate with its numbers beside it, all those of a column in one line."""
    (x, y), gate, half = point, place.gate, _half_width(place)
    kind = "gate" if gate.sign else "variable"
    is_target = gate.name == target
    group = add(svg, "g", {"class": f"{kind} result" if is_target else kind})
    if is_target:
        add(group, "path", {"d": _path("M{} {}H{}", x + half, y, x + widest + LABEL), "class": "wire"})
    box = {"x": x - half, "y": y - RADIUS, "width": 2 * half, "height": 2 * RADIUS, "rx": RADIUS}
    add(group, "rect", {"class": "shape", **box})
    if gate.sign:
        add(group, "text", {"class": "sign", "x": x, "y": y + 5}, gate.sign)
        _name(group, gate.name, x, y - RADIUS - 5)
    else:
        _name(group, gate.name, x, y + 5)
    beside = x + widest + LABEL / 2
    if not math.isnan(gate.value):
        above = add(group, "text", {"class": "above", "x": beside, "y": y - 6})
        add_number(above, gate.name, gate.value)
    if not math.isnan(gate.gradient):
        below = add(group, "text", {"class": "below", "x": beside, "y": y + 16})
        add_number(below, f"d{target}/d{gate.name}", gate.gradient)


def _name(parent: Element, name: str, x: float, y: float) -> None:
    add_name(add(parent, "text", {"class": "name", "x": x, "y": y}), name, is_last=True)
