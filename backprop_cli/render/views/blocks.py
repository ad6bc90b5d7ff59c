"""What a view is made of: headings, tables, equations, notes, a curve. Each format arranges these its own way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Literal, NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from backprop_cli.functions.numeric import Array
    from backprop_cli.render.formats.notation import Notation

Kind = Literal["math", "number", "text"]
"""What a column's cells are: a formula, a rounded number, or words."""


class Heading(NamedTuple):
    """A title; level 1 is the whole output's, 2 a section's, 3 a layer's."""

    text: str
    level: int = 2


class Column(NamedTuple):
    """A table's column; `is_wide` where its cells can be long formulas, which may be broken into lines.

    One that `is_extra` is left out on a terminal that has no room for it, the last of several first.
    """

    title: str
    kind: Kind = "text"
    is_wide: bool = False
    is_extra: bool = False


Mark = Literal["", "gradient", "right", "wrong"]
"""What a cell is for the reader: what is looked for, or a verdict."""


class Marked(NamedTuple):
    """A cell that says more than its text."""

    cell: str | float
    mark: Mark


Cell = str | float | Marked
"""What stands in a table: a text, or a number that its column's style is still to be found for."""


class Written(NamedTuple):
    """A cell's text, what it is for the reader, and the sign of the number in it."""

    text: str
    mark: Mark = ""
    sign: int = 0


class Table(NamedTuple):
    """Rows of cells; they may be made while they are read, so `length` says how many there are."""

    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    length: int


class Equation(NamedTuple):
    """A chain of equalities: `left` = right = right = …, one under the other."""

    left: str
    rights: Sequence[str]


class Equations(NamedTuple):
    """Equations that belong together, aligned at their equals signs."""

    lines: Sequence[Equation]


class Note(NamedTuple):
    """A sentence."""

    text: str


class Curve(NamedTuple):
    """The loss over `steps` steps at evenly spaced ones of them; `values[0]` is before the first."""

    values: Sequence[float]
    steps: int


MATRIX_EDGE = 8
"""Of a matrix with more rows or columns the middle ones are left out in text."""


class Matrix(NamedTuple):
    """`left` = `right` = a matrix of numbers; `right` may be empty."""

    left: str
    right: str
    values: Array


class Picture(NamedTuple):
    """A network or a graph in characters; one that `is_asked` for says so where there is no room for it.

    `draw`, told whether only ASCII will do, makes the lines, each character with whether it is lit, or None if too many.
    """

    of: Literal["network", "graph"]
    draw: Callable[[bool], list[list[tuple[str, bool]]] | None]
    is_asked: bool = False


CHUNK = 500
"""So many rows of a table are written together; a longer one is never whole in memory."""


def written_rows(table: Table, notation: Notation) -> Iterator[list[list[Written]]]:
    """The rows as texts, a chunk at a time; the numbers of a chunk's column are all in one style."""
    rows = iter(table.rows)
    while chunk := [list(row) for row in islice(rows, CHUNK)]:
        yield [
            list(row) for row in zip(*(_written(cells, notation) for cells in zip(*chunk, strict=True)), strict=True)
        ]


def _written(cells: Sequence[Cell], notation: Notation) -> Iterator[Written]:
    marked = [cell if isinstance(cell, Marked) else Marked(cell, "") for cell in cells]
    numbers = iter(notation.column([cell for cell, _ in marked if not isinstance(cell, str)]))
    for cell, mark in marked:
        if isinstance(cell, str):
            yield Written(cell, mark)
        else:
            yield Written(notation.math(next(numbers)), mark, sign_of(cell))


def sign_of(value: float) -> int:
    """1, 0 or -1."""
    return (value > 0.0) - (value < 0.0)


Block = Heading | Table | Equations | Note | Curve | Matrix | Picture


def cut(blocks: Iterable[Block], rows: int | None, notation: Notation) -> Iterable[Block]:
    """The blocks with every table cut to `rows` rows (None: all), and a note that says what is left and how to get it."""
    for block in blocks:
        if isinstance(block, Table) and rows is not None and block.length > rows:
            yield Table(block.columns, islice(block.rows, rows), rows)
            left = block.length - rows
            how = f"{notation.code(f'--rows {block.length}')} shows them all, {notation.code('-f json')} has everything"
            yield Note(f"… {left:,} more row{'s' * (left != 1)}: {how}")
        else:
            yield block
