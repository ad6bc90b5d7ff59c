"""The computational graph in characters: a box for each gate, with its value, its operation and its gradient."""

from __future__ import annotations

import math

from rich.cells import cell_len

from backprop_cli.render.drawing.characters import (
    LONGEST_NAME,
    MOST_LINES,
    Box,
    Canvas,
    Wire,
    draw_box,
    draw_channel,
    place,
)
from backprop_cli.render.drawing.circuit import Circuit, Gate, Spot, arranged, sources
from backprop_cli.render.drawing.drawn_values import shortened
from backprop_cli.render.formats.signs import to_ascii


def draw(circuit: Circuit, is_ascii: bool) -> list[list[tuple[str, bool]]] | None:
    """The drawing line by line, each character with whether it is lit; None where it would be too high."""
    columns, links = arranged(circuit)
    boxes = [[_box(one, circuit, is_ascii) for one in column] for column in columns]
    wires = [[Wire(link.source, link.target, link.entry, "", False) for link in channel] for channel in links]
    place(boxes, wires)
    if max(column[-1].top + column[-1].height for column in boxes) > MOST_LINES:
        return None
    canvas, left = Canvas(), 0
    for index, column in enumerate(boxes):
        right = left + max(cell_len(text) for box in column for text in box.texts) + 1
        for one, box in zip(columns[index], column, strict=True):
            if one.passes:
                canvas.across(box.leaves_at, left, right, False)
            else:
                box.texts = [_centred(text, right - left - 1) for text in box.texts]
                draw_box(canvas, box, left, right)
        if index < len(wires):
            left = draw_channel(canvas, column, boxes[index + 1], wires[index], right)
    return canvas.lines(is_ascii)


def _box(one: Spot, circuit: Circuit, is_ascii: bool) -> Box:
    if one.passes:
        return Box([" "], 1)
    texts = _texts(one.gate)
    lit = one.gate is circuit.target
    return Box([to_ascii(text) if is_ascii else text for text in texts], len(sources(one)), lit)


def _texts(gate: Gate) -> list[str]:
    """Above the value, in the middle the operation, below the gradient."""
    name = shortened(gate.name, LONGEST_NAME)
    texts = [name if math.isnan(gate.value) else f"{name} {_number(gate.value)}", *([gate.sign] if gate.sign else [])]
    return texts if math.isnan(gate.gradient) else [*texts, f"∂ {_number(gate.gradient)}"]


def _number(value: float) -> str:
    return f"{value + 0.0:.4g}".replace("-", "−")


def _centred(text: str, width: int) -> str:
    left = (width - cell_len(text)) // 2
    return " " * left + text + " " * (width - cell_len(text) - left)
