"""Blocks as LaTeX: sections, `longtable`, `align*`; a fragment, or a whole document."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce

from backprop_cli.render.formats.latex_notation import LATEX_SIGNS, LatexNotation
from backprop_cli.render.formats.notation import TextNotation
from backprop_cli.render.formats.text_layout import plain
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
\usepackage{amsmath,amssymb,array,booktabs,calc,longtable}
\usepackage[margin=20mm]{geometry}
\setlength{\parindent}{0pt}
\setlength{\LTleft}{0pt}
\setlength{\LTpre}{\medskipamount}
\setlength{\LTpost}{\medskipamount}
\begin{document}
\setlength{\abovedisplayskip}{5pt plus 2pt}
\setlength{\belowdisplayskip}{5pt plus 2pt}
"""
END = "\\end{document}\n"
NEEDS = "% needs: \\usepackage{amsmath,amssymb,array,booktabs,calc,longtable}; --standalone makes a whole document\n"
ROOM = (
    r"\providecommand{\roomforheading}{\par\penalty0 \ifdim\dimexpr\pagegoal-\pagetotal\relax<8\baselineskip\vfil\break\fi}"
    "\n"
    r"\providecommand{\tallrow}{\rule[-2.7ex]{0pt}{6.4ex}}"
    "\n"
)
"""A page ends before a heading that has no room below it for the head and the first row of a table.

This is decided on the spot: a `longtable` sets its head at the top of the next page, even if the page is broken before that table.
A row with fractions in it is made high enough for them.
"""

WIDE = 0.7
"""The part of a line that the wide columns of a table share at most."""
CANDIDATES = 4
"""Of so many cells of a column, the widest by our own measure, LaTeX finds the widest by its."""
LINE, GAP = 96, 2.4
"""Characters that fit into a line, and the width in characters of the space between two columns."""

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
    """A table whose columns have their widths from the widest cell of each, so that one run of LaTeX sets it right."""
    rows = [[cell.text for cell in row] for chunk in written_rows(table, notation) for row in chunk]
    titles = [column.title for column in table.columns]
    widest = [_widest(cells) for cells in zip(titles, *rows, strict=True)]
    width = sum(_length(one) + GAP for one, *_ in widest)
    is_small = width > LINE and not any(column.is_wide for column in table.columns)
    if is_small:
        yield "{\\footnotesize\\setlength{\\tabcolsep}{3pt}\n"
    yield f"\\begin{{longtable}}{{{_columns(table, widest)}}}\n\\toprule\n{' & '.join(titles)} \\\\\n\\midrule\n\\endhead\n"
    yield from _rows(table, rows)
    yield "\\bottomrule\n\\end{longtable}\n" + "}\n" * is_small


def _widest(cells: Sequence[str]) -> list[str]:
    """The few cells of a column of which one is the widest, the first by our own measure."""
    return sorted(dict.fromkeys(cells), key=_length, reverse=True)[:CANDIDATES]


def _columns(table: Table, widest: Sequence[Sequence[str]]) -> str:
    """The columns' types: each as wide as its widest cell, the wide ones no wider than their share of a line."""
    wide = sum(column.is_wide for column in table.columns)
    types = []
    for column, cells in zip(table.columns, widest, strict=True):
        widths = [rf"\widthof{{{_displayed(cell)}}}" for cell in cells]
        width = reduce(lambda one, other: rf"\maxof{{{one}}}{{{other}}}", widths)
        if column.is_wide:
            width = rf"\minof{{{width}}}{{{WIDE / wide:.2f}\linewidth}}"
            types.append(rf">{{\raggedright\arraybackslash}}m{{{width}}}")
        else:
            types.append(f"w{{{'r' if column.kind == 'number' else 'l'}}}{{{width}}}")
    return "".join(types)


_INDEX = re.compile(r"[_^]\{([^{}]*)\}|\\(?:mathrm|text)\{([^{}]*)\}")
_FRACTION = re.compile(r"\\t?frac\{([^{}]*)\}\{([^{}]*)\}")
_SIGN = re.compile(r"\\cdot|\\to|[-+=]")
_COMMAND = re.compile(r"\\[a-zA-Z]+ ?|\\.")
_UNSEEN = str.maketrans("", "", "{}$& ")


def _length(cell: str) -> int:
    """About how wide a cell is, in characters: good enough to find the widest of a column."""
    while (shorter := _FRACTION.sub(_longer, _INDEX.sub(r"\1\2", cell))) != cell:
        cell = shorter
    return len(_COMMAND.sub("x", _SIGN.sub("xx", cell)).translate(_UNSEEN))


def _longer(fraction: re.Match[str]) -> str:
    return max(fraction[1], fraction[2], key=len)


def _rows(table: Table, rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The rows, with space between those that are taken to need several lines in a wide column."""
    share = WIDE / max(1, sum(column.is_wide for column in table.columns))
    was_broken = False
    for row in rows:
        is_broken = any(
            column.is_wide and _length(cell) > share * LINE for column, cell in zip(table.columns, row, strict=True)
        )
        if is_broken and was_broken:
            yield "\\addlinespace[3pt]\n"
        yield _row(row)
        was_broken = is_broken


def _row(cells: Sequence[str]) -> str:
    tall = r"\tallrow " * any(r"\frac" in cell for cell in cells)
    return tall + " & ".join(map(_displayed, cells)) + " \\\\\n"


def _displayed(cell: str) -> str:
    return cell.replace("$", r"$\displaystyle ", 1) if r"$" in cell and r"\frac" in cell else cell


def matrix_formula(block: Matrix, notation: LatexNotation) -> str:
    r"""`W = \begin{pmatrix} … \end{pmatrix}`, a row a line; GitHub keeps a `\\` only at the end of a line.

    A matrix of one number is that number.
    """
    parts = [block.left, block.right] if block.right else [block.left]
    if block.values.size == 1:
        return " = ".join([*parts, *_shortened(notation.column([float(block.values[0, 0])]))])
    rows, columns = (edges(count) for count in block.values.shape)
    places = [(row, column) for row in rows if row is not None for column in columns if column is not None]
    shown = iter(_shortened(notation.column([float(block.values[place]) for place in places])))
    lines = [
        " & ".join(r"\cdots" if column is None else next(shown) for column in columns)
        if row is not None
        else _dots(columns)
        for row in rows
    ]
    return " = ".join([*parts, "\\begin{pmatrix}\n" + " \\\\\n".join(lines) + "\n\\end{pmatrix}"])


def _shortened(numbers: Sequence[str]) -> list[str]:
    """Numbers of one style without the zeros that all of them end with."""
    shorter = list(numbers)
    while all("." in text and text.endswith(("0", ".")) and "}" not in text for text in shorter):
        shorter = [text[:-1] for text in shorter]
    return shorter


def _dots(columns: Sequence[int | None]) -> str:
    return " & ".join(r"\ddots" if column is None else r"\vdots" for column in columns)


def edges(count: int) -> Sequence[int | None]:
    """The rows or columns of a matrix that are shown, None for those left out."""
    return range(count) if count <= MATRIX_EDGE else [*range(MATRIX_EDGE // 2), None, count - 1]
