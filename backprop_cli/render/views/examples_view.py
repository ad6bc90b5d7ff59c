"""What `examples` lists: each built-in network's name, shape, functions and title."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from backprop_cli.render.formats.notation import Notation
from backprop_cli.render.views.blocks import Block, Column, Note, Table

EXAMPLE_COLUMNS = ("name", "shape", "activations", "loss", "title")


def examples_view(rows: Sequence[tuple[str, ...]], notation: Notation) -> Iterator[Block]:
    """The list as a table."""
    columns = [Column(title) for title in EXAMPLE_COLUMNS]
    yield Table(columns, [[notation.text(cell) for cell in row] for row in rows], len(rows))
    yield Note("Run one with: backprop run NAME. Start your own from one with: backprop examples NAME > my.yaml")


def examples_record(rows: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, Any]]:
    """The list as JSON."""
    yield "examples", [dict(zip(EXAMPLE_COLUMNS, row, strict=True)) for row in rows]
