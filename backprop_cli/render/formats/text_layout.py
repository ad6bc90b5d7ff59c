"""Blocks laid out as lines and grids: what is written, what stands under what, and what is emphasised.

There is one layout. A pipe gets it from here at its natural width; a terminal gets the same lines and grids from Rich, which
fits them to the screen and colours them, but takes longer to load than the calculation takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from backprop_cli.render.drawing.curve import draw as draw_curve
from backprop_cli.render.formats.notation import TextNotation
from backprop_cli.render.views.blocks import (
    MATRIX_EDGE,
    Block,
    Column,
    Equations,
    Heading,
    Matrix,
    Note,
    Picture,
    Table,
    Written,
    sign_of,
    written_rows,
)

CURVE_WIDTH = 72
"""Columns of a loss curve where there is room for them."""
INDENT = 2
"""Columns before a grid."""

_HEADINGS = {1: "bold", 2: "bold cyan", 3: "cyan"}
_RESULT, _LIT = "bold", "bold yellow"
_SIGNS = {1: "bright_blue", 0: "", -1: "magenta"}
_MARKS = {"": "", "gradient": "bold", "right": "green", "wrong": "bold red"}
_OF_EQUATIONS = (Column("", "number"), Column(""), Column("", "math", is_wide=True))


class Span(NamedTuple):
    """Text in one style, by Rich's name of it."""

    text: str
    style: str = ""


class Line(NamedTuple):
    """A line; one that `may_break` becomes several on a narrower terminal."""

    spans: Sequence[Span]
    may_break: bool = False


class Grid(NamedTuple):
    """Rows of cells in columns of the given widths, numbers to the right; a table's, or those of equations.

    Where there is a `rule`, the columns' titles stand above it, a line of that character.
    """

    columns: Sequence[Column]
    rows: Sequence[Sequence[Span]]
    widths: Sequence[int]
    rule: str = ""
    is_equations: bool = False

    @property
    def gap(self) -> int:
        """Columns of space between two of the grid's."""
        return 1 if self.is_equations else 3


def plain(blocks: Iterable[Block], notation: TextNotation) -> Iterator[str]:
    """The blocks as pieces of text at their natural width, as a pipe or a file gets them."""
    for part in laid_out(blocks, notation):
        lines = _grid_lines(part) if isinstance(part, Grid) else ["".join(span.text for span in part.spans)]
        yield "".join(f"{line.rstrip()}\n" for line in lines)


def laid_out(blocks: Iterable[Block], notation: TextNotation, width: int | None = None) -> Iterator[Line | Grid]:
    """The blocks as lines and grids; `width` is that of the terminal, None where there is room for all."""
    before: Block | None = None
    for block in blocks:
        if before is not None and _is_apart(before, block):
            yield Line([])
        yield from _block(block, notation, width)
        before = block


def _is_apart(before: Block, block: Block) -> bool:
    """Whether an empty line stands between two blocks."""
    if isinstance(block, Heading):
        return not isinstance(before, Heading) or before.level == 1
    return isinstance(before, Equations | Picture) or (isinstance(before, Table) and isinstance(block, Table))


def _block(block: Block, notation: TextNotation, width: int | None) -> Iterator[Line | Grid]:
    if isinstance(block, Table):
        yield from _table(block, notation)
    elif isinstance(block, Equations):
        yield _equations(block, notation)
    elif isinstance(block, Heading):
        yield Line([Span(notation.text(block.text), _HEADINGS[block.level])], may_break=True)
    elif isinstance(block, Note):
        yield Line([Span(notation.text(block.text))], may_break=True)
    elif isinstance(block, Matrix):
        yield from _matrix(block, notation)
    elif isinstance(block, Picture):
        yield from _picture(block, notation, width)
    else:
        curve = draw_curve(block.values, block.steps, min(width or CURVE_WIDTH, CURVE_WIDTH), notation.is_ascii)
        yield from (Line([Span(line)]) for line in notation.text(curve).split("\n"))


def _table(table: Table, notation: TextNotation) -> Iterator[Grid]:
    """A table in chunks of rows, whose columns stay as wide as they once are."""
    columns = [column._replace(title=notation.text(column.title)) for column in table.columns]
    widths = [cell_len(column.title) for column in columns]
    rule = "-" if notation.is_ascii else "─"
    for rows in written_rows(table, notation):
        chunk = [[Span(notation.text(cell.text), _style(cell)) for cell in row] for row in rows]
        widths = list(map(max, widths, _widest(chunk)))
        yield Grid(columns, chunk, widths, rule)
        rule = ""


def _style(cell: Written) -> str:
    """Signs by colour, verdicts by another, and what is looked for bold."""
    return " ".join(style for style in (_SIGNS[cell.sign], _MARKS[cell.mark]) if style)


def _equations(block: Equations, notation: TextNotation) -> Grid:
    """Each equation's equals signs under one another."""
    rows = [
        [
            Span(notation.text(line.left) if index == 0 else ""),
            Span("="),
            Span(notation.text(right), _RESULT if index == len(line.rights) - 1 else ""),
        ]
        for line in block.lines
        for index, right in enumerate(line.rights)
    ]
    return Grid(_OF_EQUATIONS, rows, _widest(rows), is_equations=True)


def _widest(rows: Sequence[Sequence[Span]]) -> list[int]:
    return [max(cell_len(cell.text) for cell in cells) for cells in zip(*rows, strict=True)]


def _grid_lines(grid: Grid) -> Iterator[str]:
    if grid.rule:
        yield _row([column.title for column in grid.columns], grid)
        yield " " * INDENT + grid.rule * (sum(grid.widths) + grid.gap * (len(grid.widths) - 1))
    for row in grid.rows:
        yield _row([cell.text for cell in row], grid)


def _row(cells: Sequence[str], grid: Grid) -> str:
    """The cells, each filled up with spaces to its column's width."""
    padded = []
    for cell, width, column in zip(cells, grid.widths, grid.columns, strict=True):
        space = " " * (width - cell_len(cell))
        padded.append(space + cell if column.kind == "number" else cell + space)
    return " " * INDENT + (" " * grid.gap).join(padded)


def _matrix(block: Matrix, notation: TextNotation) -> Iterator[Line]:
    """A matrix in brackets, its middle left out where it is large, after its formula with its shape."""
    rows, columns = block.values.shape
    formula = f"{block.left} = {block.right}" if block.right else block.left
    shape = f"({rows} {notation.symbol('by')} {columns})"
    yield Line([Span(notation.text(f"  {formula}   {shape}"))], may_break=True)
    cells = _shown_cells(block, notation)
    widths = [max(len(cell.text) for cell in column) for column in zip(*cells, strict=True)]
    for index, row in enumerate(cells):
        first, last = _brackets(index, 1 if notation.is_ascii else len(cells))
        spans = [Span(notation.text(f"    {first} "))]
        for cell, width in zip(row, widths, strict=True):
            gap = "  " if len(spans) > 1 else ""
            spans += [Span(gap + " " * (width - len(cell.text))), Span(notation.text(cell.text), _style(cell))]
        yield Line([*(span for span in spans if span.text), Span(notation.text(f" {last}"))])


def _brackets(index: int, count: int) -> tuple[str, str]:
    if count == 1:
        return "[", "]"
    if index == 0:
        return "⎡", "⎤"
    return ("⎣", "⎦") if index == count - 1 else ("⎢", "⎥")


def _shown_cells(block: Matrix, notation: TextNotation) -> list[list[Written]]:
    rows, columns = (_edges(count) for count in block.values.shape)
    shown = [(row, column) for row in rows if row is not None for column in columns if column is not None]
    values = [float(block.values[place]) for place in shown]
    written = [Written(text, "", sign_of(value)) for text, value in zip(notation.column(values), values, strict=True)]
    by_place = dict(zip(shown, written, strict=True))
    dots = Written(notation.symbol("ellipsis"))
    return [[dots if row is None or column is None else by_place[row, column] for column in columns] for row in rows]


def _edges(count: int) -> Sequence[int | None]:
    """The indices that are shown of so many rows or columns: all, or the first and last ones around a gap."""
    if count <= MATRIX_EDGE:
        return range(count)
    return [*range(MATRIX_EDGE // 2), None, *range(count - MATRIX_EDGE // 4, count)]


def _picture(block: Picture, notation: TextNotation, width: int | None) -> Iterator[Line]:
    """A network in characters, what is lit in it bold; nothing, or why not, where there is no room for it."""
    lines = block.draw(notation.is_ascii)
    if lines is not None and (width is None or len(lines[0]) <= width):
        for line in lines:
            yield Line([Span(notation.text(character), _LIT if is_lit else "") for character, is_lit in line])
    elif block.is_asked:
        size = "is too high to be drawn" if lines is None else f"needs {len(lines[0])} columns to be drawn"
        yield Line([Span(f"(The {block.of} {size} in characters: backprop plot draws it as SVG.)")])
