"""A matrix as a LaTeX formula, its middle left out where it is large."""

from __future__ import annotations

from collections.abc import Sequence

from backprop_cli.render.formats.latex_notation import LatexNotation
from backprop_cli.render.views.blocks import Matrix

EDGE = 6


def matrix_formula(block: Matrix, notation: LatexNotation) -> str:
    r"""`W = \begin{pmatrix} … \end{pmatrix}`, with `\cr` between the rows, which Markdown leaves alone."""
    rows, columns = (_edges(count) for count in block.values.shape)
    lines = [
        " & ".join(_cell(block, row, column, notation) for column in columns) if row is not None else _dots(columns)
        for row in rows
    ]
    parts = [block.left, block.right] if block.right else [block.left]
    return " = ".join([*parts, r"\begin{pmatrix} " + r" \cr ".join(lines) + r" \end{pmatrix}"])


def _cell(block: Matrix, row: int, column: int | None, notation: LatexNotation) -> str:
    return r"\cdots" if column is None else notation.term(float(block.values[row, column]))


def _dots(columns: Sequence[int | None]) -> str:
    return " & ".join(r"\ddots" if column is None else r"\vdots" for column in columns)


def _edges(count: int) -> Sequence[int | None]:
    return range(count) if count <= EDGE else [*range(EDGE // 2), None, count - 1]
