"""Blocks as text for people on a terminal: Rich tables that fit its width, in colour."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from rich.box import SIMPLE_HEAD, Box
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from backprop_cli.render.drawing.curve import draw
from backprop_cli.render.formats.notation import TextNotation
from backprop_cli.render.formats.plain import CHUNK, is_apart, matrix_lines, picture_lines
from backprop_cli.render.views.blocks import Block, Equations, Heading, Matrix, Note, Picture, Table

NATURAL_WIDTH = 100_000
INDENT, GAP = 2, 3

_STYLES = {1: "bold", 2: "bold cyan", 3: "cyan"}
_ASCII_BOX: Box = Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)


def terminal(blocks: Iterable[Block], notation: TextNotation, width: int | None, is_color: bool) -> Iterator[str]:
    """The blocks as pieces of text; `width` None is the natural width of each, as a pipe gets it."""
    before: Block | None = None
    for block in blocks:
        if before is not None and is_apart(before, block):
            yield "\n"
        yield from _block(block, notation, width, is_color)
        before = block


def _block(block: Block, notation: TextNotation, width: int | None, is_color: bool) -> Iterator[str]:
    if isinstance(block, Table):
        yield from _table(block, notation, width, is_color)
        return
    console = _console(width, is_color)
    if isinstance(block, Heading):
        console.print(Text(notation.text(block.text), style=_STYLES[block.level]))
    elif isinstance(block, Note):
        console.print(Text(notation.text(block.text)), soft_wrap=width is None)
    elif isinstance(block, Equations):
        _equations(block, console, notation)
    elif isinstance(block, Matrix):
        _matrix(block, console, notation)
    elif isinstance(block, Picture):
        _picture(block, console, notation, width)
    else:
        console.print(Text(notation.text(draw(block.values, block.steps, min(width or 72, 72), notation.is_ascii))))
    yield _written(console)


def _console(width: int | None, is_color: bool) -> Console:
    return Console(
        file=io.StringIO(), width=width or NATURAL_WIDTH, force_terminal=is_color, no_color=not is_color, highlight=False,
        color_system="standard" if is_color else None, legacy_windows=False, emoji=False, markup=False,
    )  # fmt: skip


def _written(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().split("\n")
    return "\n".join(line.rstrip() for line in lines)


def _table(table: Table, notation: TextNotation, width: int | None, is_color: bool) -> Iterator[str]:
    """A table, in chunks of rows where it is long, so that no more than a chunk is in memory."""
    rows = iter(table.rows)
    titles = [notation.text(column.title) for column in table.columns]
    has_header = True
    while chunk := [[notation.text(cell) for cell in row] for row in islice(rows, CHUNK)]:
        console = _console(width, is_color)
        widths = _widths(table, titles, chunk, console.width - INDENT)
        if widths is None:
            for row in chunk:
                _stack(titles, row, console)
        else:
            console.print(Padding(_grid(table, titles, chunk, widths, notation, has_header), (0, 0, 0, INDENT)))
        has_header = False
        yield _written(console)


def _widths(table: Table, titles: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> list[int] | None:
    """What each column gets of `room` columns of characters, the widest giving way first; None where words would be cut.

    Rich's own choice cuts long words of one column while another has room to spare.
    """
    columns = list(zip(titles, *rows, strict=True))
    natural = [max(map(cell_len, cells)) for cells in columns]
    least = [
        full if column.kind == "number" else max(cell_len(word) for cell in cells for word in cell.split() or [""])
        for column, cells, full in zip(table.columns, columns, natural, strict=True)
    ]
    room -= GAP * (len(columns) - 1)
    if sum(least) > room:
        return None
    most = max(natural)
    while sum(widths := [min(full, max(word, most)) for full, word in zip(natural, least, strict=True)]) > room:
        most -= 1
    for index in [index for index, full in enumerate(natural) if widths[index] < full][: room - sum(widths)]:
        widths[index] += 1
    return widths


def _grid(
    table: Table,
    titles: Sequence[str],
    rows: Iterable[Sequence[str]],
    widths: Sequence[int],
    notation: TextNotation,
    has_header: bool,
) -> RichTable:
    """Rows under their columns' titles; numbers are never broken, formulas are between their signs."""
    box = _ASCII_BOX if notation.is_ascii else SIMPLE_HEAD
    grid = RichTable(box=box, show_header=has_header, show_edge=False, pad_edge=False, header_style="dim")
    for title, column, width in zip(titles, table.columns, widths, strict=True):
        is_number = column.kind == "number"
        grid.add_column(title, justify="right" if is_number else "left", no_wrap=is_number, width=width)
    styles = [_style(column.kind) for column in table.columns]
    for row in rows:
        grid.add_row(*(Text(cell, style=style) for cell, style in zip(row, styles, strict=True)))
    return grid


def _stack(titles: Sequence[str], row: Sequence[str], console: Console) -> None:
    """One row as a paragraph, where a terminal is too narrow for columns."""
    for index, (title, cell) in enumerate(zip(titles, row, strict=True)):
        text = Text(cell, style="bold") if index == 0 else Text.assemble((f"{title} ", "dim"), cell)
        console.print(Padding(text, (0, 0, 0, 2 if index == 0 else 4)))


def _style(kind: str) -> str:
    return "green" if kind == "number" else ""


def _equations(block: Equations, console: Console, notation: TextNotation) -> None:
    """Each equation's equals signs under one another."""
    indent = max(len(line.left) for line in block.lines)
    grid = RichTable.grid(padding=(0, 1))
    grid.add_column(justify="right", min_width=indent, no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for line in block.lines:
        for index, right in enumerate(line.rights):
            left = notation.text(line.left) if index == 0 else ""
            style = "green" if index == len(line.rights) - 1 else ""
            grid.add_row(Text(left), Text("="), Text(notation.text(right), style=style))
    console.print(Padding(grid, (0, 0, 0, 2)))


def _matrix(block: Matrix, console: Console, notation: TextNotation) -> None:
    formula, *rows = matrix_lines(block, notation)
    console.print(Text(formula))
    for row in rows:
        console.print(Text(row, style="green"), soft_wrap=True)


def _picture(block: Picture, console: Console, notation: TextNotation, width: int | None) -> None:
    """The network in characters, what is lit in it bold; or nothing, or why not, where it is too large."""
    for line in picture_lines(block, notation, width):
        text = Text()
        for character, is_lit in line:
            text.append(notation.text(character), style="bold yellow" if is_lit else "")
        text.rstrip()
        console.print(text, soft_wrap=True)
