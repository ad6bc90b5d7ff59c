"""Blocks as text at their natural width, as a pipe or a file gets them: what `terminal` shows, without width and colour.

This is its own module because it is typed into a shell a hundred times a day, and Rich takes longer than the calculation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from backprop_cli.arrays import Array
from backprop_cli.render.drawing.curve import draw
from backprop_cli.render.formats.decimals import format_number
from backprop_cli.render.formats.notation import TextNotation
from backprop_cli.render.views.blocks import Block, Equations, Heading, Matrix, Note, Picture, Table
from backprop_cli.width import text_width

CHUNK = 500
"""So many rows of a table are laid out together; a longer one is never whole in memory."""
MATRIX_EDGE = 8

_INDENT, _GAP = "  ", "   "


def plain(blocks: Iterable[Block], notation: TextNotation) -> Iterator[str]:
    """The blocks as pieces of text."""
    before: Block | None = None
    for block in blocks:
        if before is not None and is_apart(before, block):
            yield "\n"
        yield from _block(block, notation)
        before = block


def _block(block: Block, notation: TextNotation) -> Iterator[str]:
    if isinstance(block, Table):
        yield from _table(block, notation)
    elif isinstance(block, Heading | Note):
        yield f"{notation.text(block.text).rstrip()}\n"
    elif isinstance(block, Equations):
        yield _equations(block, notation)
    elif isinstance(block, Matrix):
        yield "".join(f"{line}\n" for line in matrix_lines(block, notation))
    elif isinstance(block, Picture):
        yield picture_text(block, notation.is_ascii)
    else:
        yield notation.text(draw(block.values, block.steps, 72, notation.is_ascii)) + "\n"


def is_apart(before: Block, block: Block) -> bool:
    """Whether an empty line stands between two blocks."""
    if isinstance(block, Heading):
        return not isinstance(before, Heading) or before.level == 1
    return isinstance(before, Equations | Picture) or (isinstance(before, Table) and isinstance(block, Table))


def _table(table: Table, notation: TextNotation) -> Iterator[str]:
    rows = iter(table.rows)
    is_right = [column.kind == "number" for column in table.columns]
    titles = [notation.text(column.title) for column in table.columns]
    head = [titles]
    while chunk := [[notation.text(cell) for cell in row] for row in islice(rows, CHUNK)]:
        lines = [*head, *chunk]
        sizes = [[text_width(cell) for cell in line] for line in lines]
        widths = [max(column) for column in zip(*sizes, strict=True)]
        shown = [_line(line, size, widths, is_right) for line, size in zip(lines, sizes, strict=True)]
        if head:
            rule = "-" if notation.is_ascii else "─"
            shown.insert(1, _INDENT + rule * (sum(widths) + len(_GAP) * (len(widths) - 1)))
        yield "".join(f"{line}\n" for line in shown)
        head = []


def _line(cells: Sequence[str], sizes: Sequence[int], widths: Sequence[int], is_right: Sequence[bool]) -> str:
    padded = [
        " " * (width - size) + cell if right else cell + " " * (width - size)
        for cell, size, width, right in zip(cells, sizes, widths, is_right, strict=True)
    ]
    return (_INDENT + _GAP.join(padded)).rstrip()


def _equations(block: Equations, notation: TextNotation) -> str:
    """Each equation's equals signs under one another."""
    lefts = [notation.text(line.left) for line in block.lines]
    indent = max(map(text_width, lefts))
    lines = []
    for left, line in zip(lefts, block.lines, strict=True):
        for index, right in enumerate(line.rights):
            start = " " * (indent - text_width(left)) + left if index == 0 else " " * indent
            lines.append(f"{_INDENT}{start} = {notation.text(right)}".rstrip())
    return "".join(f"{line}\n" for line in lines)


def matrix_lines(block: Matrix, notation: TextNotation) -> list[str]:
    """A matrix in brackets, its middle left out where it is large, after its formula with its shape."""
    rows, columns = block.values.shape
    formula = f"{block.left} = {block.right}" if block.right else block.left
    cells = _shown_cells(block.values, notation)
    widths = [max(len(row[index]) for row in cells) for index in range(len(cells[0]))]
    ends = ("[", "]") if notation.is_ascii or len(cells) == 1 else None
    lines = [f"  {formula}   ({rows} {notation.symbol('by')} {columns})"]
    for index, row in enumerate(cells):
        text = "  ".join(cell.rjust(size) for cell, size in zip(row, widths, strict=True))
        first, last = ends or _brackets(index, len(cells))
        lines.append(f"    {first} {text} {last}")
    return [notation.text(line) for line in lines]


def picture_text(block: Picture, is_ascii: bool) -> str:
    """A network in characters, as wide as it comes."""
    notation = TextNotation(is_ascii=is_ascii)
    lines = ("".join(character for character, _ in line) for line in picture_lines(block, notation, None))
    return "".join(f"{notation.text(line).rstrip()}\n" for line in lines)


def picture_lines(block: Picture, notation: TextNotation, width: int | None) -> Sequence[Sequence[tuple[str, bool]]]:
    """A network in characters, each with whether it is lit; nothing, or why not, where there is no room for it."""
    from backprop_cli.render.drawing import characters as graph

    lines = graph.draw(block.graph, notation.is_ascii)
    if lines is not None and (width is None or len(lines[0]) <= width):
        return lines
    size = "is too high to be drawn" if lines is None else f"needs {len(lines[0])} columns to be drawn"
    reason = f"(The network {size} in characters: backprop plot draws it as SVG.)"
    return [[(character, False) for character in reason]] if block.is_asked else []


def _brackets(index: int, count: int) -> tuple[str, str]:
    if index == 0:
        return "⎡", "⎤"
    return ("⎣", "⎦") if index == count - 1 else ("⎢", "⎥")


def _shown_cells(values: Array, notation: TextNotation) -> list[list[str]]:
    rows, columns = (_edges(count) for count in values.shape)
    dots = notation.symbol("ellipsis")
    number = notation.digits
    return [
        [
            dots if row is None or column is None else format_number(float(values[row, column]), number)
            for column in columns
        ]
        for row in rows
    ]


def _edges(count: int) -> Sequence[int | None]:
    """The indices that are shown of so many rows or columns: all, or the first and last ones around a gap."""
    if count <= MATRIX_EDGE:
        return range(count)
    return [*range(MATRIX_EDGE // 2), None, *range(count - MATRIX_EDGE // 4, count)]
