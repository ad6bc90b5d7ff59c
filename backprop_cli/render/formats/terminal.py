"""The layout on a terminal: Rich tables and lines that fit its width, in colour."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence

from rich.box import SIMPLE_HEAD, Box
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from backprop_cli.render.formats.layout import INDENT, Grid, Line, Span, laid_out
from backprop_cli.render.formats.notation import TextNotation
from backprop_cli.render.views.blocks import Block

NATURAL_WIDTH = 100_000
"""Columns where the output is no terminal, but coloured all the same."""

_ASCII_BOX = Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)


def terminal(blocks: Iterable[Block], notation: TextNotation, width: int | None, is_color: bool) -> Iterator[str]:
    """The blocks as pieces of text; `width` None is the natural width of each, as a pipe gets it."""
    for part in laid_out(blocks, notation, width):
        console = _console(width, is_color)
        if isinstance(part, Line):
            text = Text.assemble(*part.spans)
            text.rstrip()
            console.print(text, soft_wrap=width is None or not part.may_break)
        elif part.is_equations:
            console.print(_indented(_equations(part)))
        elif (widths := _fitted(part, console.width - INDENT)) is not None:
            console.print(_indented(_table(part, widths)))
        else:
            for row in part.rows:
                _stack(part, row, console)
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


def _indented(table: RichTable) -> Padding:
    return Padding(table, (0, 0, 0, INDENT))


def _fitted(grid: Grid, room: int) -> list[int] | None:
    """What each column gets of `room` columns of characters, the widest giving way first; None where words would be cut.

    Rich's own choice cuts long words of one column while another has room to spare.
    """
    least = [
        width if column.kind == "number" else max(cell_len(word) for text in texts for word in text.split() or [""])
        for column, width, texts in zip(grid.columns, grid.widths, _texts(grid), strict=True)
    ]
    room -= grid.gap * (len(grid.columns) - 1)
    if sum(least) > room:
        return None
    most = max(grid.widths)
    while sum(widths := [min(full, max(word, most)) for full, word in zip(grid.widths, least, strict=True)]) > room:
        most -= 1
    for index in [index for index, full in enumerate(grid.widths) if widths[index] < full][: room - sum(widths)]:
        widths[index] += 1
    return widths


def _texts(grid: Grid) -> Iterator[list[str]]:
    """The texts of each column, its title the first."""
    for column, cells in zip(grid.columns, zip(*grid.rows, strict=True), strict=True):
        yield [column.title, *(cell.text for cell in cells)]


def _table(grid: Grid, widths: Sequence[int]) -> RichTable:
    """Rows under their columns' titles; numbers are never broken, formulas are between their signs."""
    table = RichTable(
        box=_ASCII_BOX if grid.rule == "-" else SIMPLE_HEAD, show_header=bool(grid.rule), header_style="dim",
        show_edge=False, pad_edge=False,
    )  # fmt: skip
    for column, width in zip(grid.columns, widths, strict=True):
        is_number = column.kind == "number"
        table.add_column(column.title, justify="right" if is_number else "left", no_wrap=is_number, width=width)
    return _filled(table, grid)


def _equations(grid: Grid) -> RichTable:
    """Equations, of which what is on the right may be broken anywhere."""
    table = RichTable.grid(padding=(0, 1))
    table.add_column(justify="right", min_width=grid.widths[0], no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    return _filled(table, grid)


def _filled(table: RichTable, grid: Grid) -> RichTable:
    for row in grid.rows:
        table.add_row(*(Text(cell.text, style=cell.style) for cell in row))
    return table


def _stack(grid: Grid, row: Sequence[Span], console: Console) -> None:
    """One row as a paragraph, where a terminal is too narrow for columns."""
    for index, (column, (cell, _)) in enumerate(zip(grid.columns, row, strict=True)):
        text = Text(cell, style="bold") if index == 0 else Text.assemble((f"{column.title} ", "dim"), cell)
        console.print(Padding(text, (0, 0, 0, INDENT if index == 0 else 2 * INDENT)))
