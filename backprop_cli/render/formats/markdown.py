"""Blocks as Markdown: headings, pipe tables, formulas between dollar signs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from backprop_cli.render.formats.latex import matrix_formula
from backprop_cli.render.formats.latex_notation import LatexNotation
from backprop_cli.render.formats.notation import TextNotation
from backprop_cli.render.formats.text_layout import plain
from backprop_cli.render.views.blocks import (
    Block,
    Column,
    Curve,
    Equations,
    Heading,
    Matrix,
    Note,
    Picture,
    Table,
    written_rows,
)


def markdown(blocks: Iterable[Block], notation: LatexNotation) -> Iterator[str]:
    """The blocks as pieces of text."""
    is_first = True
    for block in blocks:
        if isinstance(block, Curve) or (isinstance(block, Picture) and not block.is_asked):
            continue
        if not is_first:
            yield "\n"
        yield from _block(block, notation)
        is_first = False


def _block(block: Block, notation: LatexNotation) -> Iterator[str]:
    if isinstance(block, Heading):
        yield f"{'#' * block.level} {block.text}\n"
    elif isinstance(block, Note):
        yield f"{block.text}\n"
    elif isinstance(block, Equations):
        for line in block.lines:
            yield f"$$ {' = '.join([line.left, *line.rights])} $$\n"
    elif isinstance(block, Table):
        yield _row([column.title for column in block.columns]) + _row([_rule(column) for column in block.columns])
        for rows in written_rows(block, notation):
            yield from (_row([cell.text for cell in row]) for row in rows)
    elif isinstance(block, Picture):
        yield f"```text\n{''.join(plain([block], TextNotation()))}```\n"
    elif isinstance(block, Matrix):
        yield f"$$\n{matrix_formula(block, notation)}\n$$\n"


def _rule(column: Column) -> str:
    return "---:" if column.kind == "number" else ":---"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |\n"
