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

from backprop_cli.render.formats.breaking import ADDED, EQUAL, EVERYWHERE, MULTIPLIED, broken, longest_piece, wrapped
from backprop_cli.render.formats.notation import TextNotation
from backprop_cli.render.formats.text_layout import INDENT, Grid, Line, Span, laid_out
from backprop_cli.render.views.blocks import Block, Column

NAME_WIDTH = 20
"""Columns of a title, or of a cell that is no formula, up to which it is taken for a name, which is best left in one line."""
_BREAKS = (
    *((NAME_WIDTH, rank) for rank in (EQUAL, ADDED, MULTIPLIED)),
    *((0, rank) for rank in (EQUAL, ADDED, MULTIPLIED, EVERYWHERE)),
)
"""Up to which width names are left in one line, and where formulas are broken, what reads best first."""
NATURAL_WIDTH = 100_000
"""Columns where the output is no terminal, but coloured all the same."""

_ASCII_BOX = Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)


def terminal(blocks: Iterable[Block], notation: TextNotation, width: int | None, is_color: bool) -> Iterator[str]:
    """The blocks as pieces of text; `width` None is the natural width of each, as a pipe gets it."""
    for part in laid_out(blocks, notation, width):
        console = _console(width, is_color)
        if isinstance(part, Line):
            _line(part, width, console)
        elif part.is_equations:
            console.print(_indented(_equations(part, console.width - INDENT)))
        else:
            grid = _without_extras(part, console.width - INDENT)
            if (widths := _fitted(grid, console.width - INDENT)) is not None:
                console.print(_indented(_table(grid, widths)))
            else:
                for row in grid.rows:
                    _stack(grid, row, console)
        yield _written(console)


def _console(width: int | None, is_color: bool) -> Console:
    return Console(
        file=io.StringIO(), width=width or NATURAL_WIDTH, force_terminal=is_color, no_color=not is_color, highlight=False,
        color_system="standard" if is_color else None, legacy_windows=False, emoji=False, markup=False,
    )  # fmt: skip


def _line(line: Line, width: int | None, console: Console) -> None:
    text = Text.assemble(*line.spans)
    if width is not None and line.may_break:
        (span,) = line.spans or [Span("")]
        text = Text("\n".join(wrapped(span.text, width)), style=span.style)
    text.rstrip()
    console.print(text, soft_wrap=True)


def _written(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().split("\n")
    return "\n".join(line.rstrip() for line in lines)


def _indented(table: RichTable) -> Padding:
    return Padding(table, (0, 0, 0, INDENT))


def _without_extras(grid: Grid, room: int) -> Grid:
    """The grid without as many of its extra columns, the last first, as keep it from standing in one line a row."""
    extras = [index for index, column in enumerate(grid.columns) if column.is_extra]
    shown = list(range(len(grid.columns)))
    while extras and sum(grid.widths[index] + grid.gap for index in shown) - grid.gap > room:
        shown.remove(extras.pop())
    return grid._replace(
        columns=[grid.columns[index] for index in shown],
        rows=[[row[index] for index in shown] for row in grid.rows],
        widths=[grid.widths[index] for index in shown],
    )


def _fitted(grid: Grid, room: int) -> list[int] | None:
    """What each column gets of `room` columns of characters, the widest giving way first; None where words would be cut.

    Titles and names are broken only where no formula can be broken instead. Rich's own choice cuts long words of one
    column while another has room to spare.
    """
    room -= grid.gap * (len(grid.columns) - 1)
    for longest, rank in _BREAKS:
        least = [
            width
            if column.kind == "number"
            else max(_least(column, texts, rank), _longest_name(column, texts, longest))
            for column, width, texts in zip(grid.columns, grid.widths, _texts(grid), strict=True)
        ]
        if sum(least) <= room:
            break
    else:
        return None
    most = max(grid.widths)
    while sum(widths := [min(full, max(word, most)) for full, word in zip(grid.widths, least, strict=True)]) > room:
        most -= 1
    for index in [index for index, full in enumerate(grid.widths) if widths[index] < full][: room - sum(widths)]:
        widths[index] += 1
    return widths


def _least(column: Column, texts: Sequence[str], rank: int) -> int:
    """The columns that a column's texts need: formulas broken at this rank or sooner, words at every space."""
    if column.kind == "math":
        return max(longest_piece(text, rank) for text in texts)
    return max(cell_len(word) for text in texts for word in text.split() or [""])


def _longest_name(column: Column, texts: Sequence[str], longest: int) -> int:
    """The columns that those texts need which are names of at most so many: the title, and words, but no formulas."""
    names = texts[:1] if column.kind == "math" else texts
    return max((width for width in map(cell_len, names) if width <= longest), default=0)


def _texts(grid: Grid) -> Iterator[list[str]]:
    """The texts of each column, its title the first."""
    for column, cells in zip(grid.columns, zip(*grid.rows, strict=True), strict=True):
        yield [column.title, *(cell.text for cell in cells)]


def _table(grid: Grid, widths: Sequence[int]) -> RichTable:
    """Rows under their columns' titles; numbers are never broken, formulas are before their signs."""
    table = RichTable(
        box=_ASCII_BOX if grid.rule == "-" else SIMPLE_HEAD, show_header=bool(grid.rule), header_style="dim",
        show_edge=False, pad_edge=False,
    )  # fmt: skip
    for column, width in zip(grid.columns, widths, strict=True):
        is_number = column.kind == "number"
        table.add_column(column.title, justify="right" if is_number else "left", no_wrap=is_number, width=width)
    return _filled(table, grid, widths)


def _equations(grid: Grid, room: int) -> RichTable:
    """Equations, of which what is on the right is broken before its signs."""
    left, sign, right = grid.widths
    widths = (left, sign, max(1, min(right, room - left - sign - 2 * grid.gap)))
    table = RichTable.grid(padding=(0, 1))
    table.add_column(justify="right", min_width=left, no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    return _filled(table, grid, widths)


def _filled(table: RichTable, grid: Grid, widths: Sequence[int]) -> RichTable:
    """The rows in a table, each formula broken into its column's width."""
    for row in grid.rows:
        cells = zip(grid.columns, widths, row, strict=True)
        table.add_row(*(Text(_fitting(column, cell.text, width), style=cell.style) for column, width, cell in cells))
    return table


def _fitting(column: Column, text: str, width: int) -> str:
    return "\n".join(broken(text, width)) if column.kind == "math" else text


def _stack(grid: Grid, row: Sequence[Span], console: Console) -> None:
    """One row as a paragraph, where a terminal is too narrow for columns; what goes on in another line stands further in."""
    for index, (column, (cell, style)) in enumerate(zip(grid.columns, row, strict=True)):
        indent = INDENT if index == 0 else 2 * INDENT
        label, room = f"{column.title} ", console.width - indent
        lines = wrapped(label + cell, room) if column.kind == "text" else _labelled(label, cell, room)
        text = Text("\n".join(lines), style="bold" if index == 0 else style)
        text.stylize("not bold dim", 0, len(label))
        console.print(Padding(text, (0, 0, 0, indent)))


def _labelled(label: str, formula: str, room: int) -> list[str]:
    """A label and a formula, which goes on under its own beginning."""
    first, *more = broken(formula, max(1, room - cell_len(label)))
    return [label + first, *(" " * cell_len(label) + line for line in more)]
