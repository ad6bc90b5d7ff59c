"""Blocks as LaTeX: sections, `longtable`, `align*`; a fragment, or a whole document."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from backprop_cli.render.formats.latex_notation import LATEX_SIGNS, LatexNotation
from backprop_cli.render.formats.layout import plain
from backprop_cli.render.formats.notation import TextNotation
from backprop_cli.render.views.blocks import (
    Block,
    Curve,
    Equations,
    Heading,
    Matrix,
    Note,
    Picture,
    Table,
    written_rows,
)

PREAMBLE = r"""\documentclass[a4paper,10pt]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{amsmath,amssymb,longtable,booktabs,array}
\usepackage[margin=15mm,landscape]{geometry}
\renewcommand{\arraystretch}{2.3}
\setlength{\parindent}{0pt}
\begin{document}
"""
END = "\\end{document}\n"
NEEDS = "% needs: \\usepackage{amsmath,amssymb,longtable,booktabs,array}\n"
ROOM = (
    r"\providecommand{\roomforheading}{\par\vskip 0pt plus 12\baselineskip\penalty-100\vskip 0pt plus -12\baselineskip"
    "\n"
    r"  \vskip 12\baselineskip\penalty9999\vskip -12\baselineskip\vskip 0pt}"
    "\n"
)
"""A page ends rather before a heading than between it and the first lines under it: room for these is tried first."""

WIDE = 0.72
"""The part of a line that the wide columns of a table share."""

MATRIX_EDGE = 6
"""Of a matrix with more rows or columns the middle ones are left out."""

_SECTIONS = {1: "section*", 2: "subsection*", 3: "subsubsection*"}


def latex(blocks: Iterable[Block], notation: LatexNotation, is_standalone: bool) -> Iterator[str]:
    """The blocks as pieces of text; a fragment names the packages that it needs."""
    yield (PREAMBLE if is_standalone else NEEDS) + ROOM
    before: Block | None = None
    for block in blocks:
        if isinstance(block, Heading) and before is not None and not isinstance(before, Heading):
            yield "\\roomforheading\n"
        yield from map(settable, _block(block, notation))
        before = block
    if is_standalone:
        yield END


_UNSET = re.compile(
    r"[^\x00-\x7f\u00a0-\u0125\u0128-\u0137\u0139-\u013e\u0141-\u0148\u014a-\u0165\u0168-\u017e\u0218-\u021b"
    r"\u2010-\u2016\u2018-\u201a\u201c-\u201e\u2020-\u2022\u2026\u20ac]+"
)
"""Characters that pdfLaTeX stops at: it sets those that the font encoding T1 has, and some signs."""


def settable(text: str) -> str:
    """LaTeX that any of its engines can set: Greek letters and signs as formulas, the rest in pdfLaTeX as numbers.

    XeTeX and LuaTeX, which know the primitive that is asked for, set every character that their font has.
    """
    return text if text.isascii() else _UNSET.sub(_spelled, unicodedata.normalize("NFC", text))


def _spelled(match: re.Match[str]) -> str:
    return "".join(
        rf"\ensuremath{{{LATEX_SIGNS[character]}}}"
        if character in LATEX_SIGNS
        else rf"\ifdefined\Umathchar {character}\else\texttt{{U+{ord(character):04X}}}\fi{{}}"
        for character in match[0]
    )


def _block(block: Block, notation: LatexNotation) -> Iterator[str]:
    if isinstance(block, Heading):
        yield f"\\{_SECTIONS[block.level]}{{{block.text}}}\n"
    elif isinstance(block, Note):
        yield f"{block.text.replace('%', chr(92) + '%') if chr(92) + '%' not in block.text else block.text}\n\n"
    elif isinstance(block, Equations):
        lines = [
            f"{line.left if index == 0 else ''} &= {right}"
            for line in block.lines
            for index, right in enumerate(line.rights)
        ]
        yield "\\begin{align*}\n" + " \\\\\n".join(lines) + "\n\\end{align*}\n"
    elif isinstance(block, Table):
        yield from _table(block, notation)
    elif isinstance(block, Picture):
        if block.is_asked:
            yield f"\\begin{{verbatim}}\n{''.join(plain([block], TextNotation(is_ascii=True)))}\\end{{verbatim}}\n"
    elif isinstance(block, Curve):
        return
    else:
        yield f"\\[ {matrix_formula(block, notation)} \\]\n"


def _table(table: Table, notation: LatexNotation) -> Iterator[str]:
    titles = " & ".join(column.title for column in table.columns)
    yield f"\\begin{{longtable}}{{{_columns(table)}}}\n\\toprule\n{titles} \\\\\n\\midrule\n\\endhead\n"
    for rows in written_rows(table, notation):
        yield from map(_row, rows)
    yield "\\bottomrule\n\\end{longtable}\n"


def _columns(table: Table) -> str:
    """The columns' types: the wide ones share what the others leave of a page."""
    wide = sum(column.is_wide for column in table.columns)
    size = f">{{\\raggedright\\arraybackslash}}m{{{WIDE / max(1, wide):.2f}\\linewidth}}"
    return "".join(size if column.is_wide else "r" if column.kind == "number" else "l" for column in table.columns)


def _row(cells: Sequence[str]) -> str:
    return (
        " & ".join(cell.replace("$", r"$\displaystyle ", 1) if cell.startswith("$") else cell for cell in cells)
        + " \\\\\n"
    )


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
    return range(count) if count <= MATRIX_EDGE else [*range(MATRIX_EDGE // 2), None, count - 1]
