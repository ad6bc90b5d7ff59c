"""Blocks as LaTeX: sections, `longtable`, `align*`; a fragment, or a whole document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from backprop_cli.render.blocks import Block, Curve, Derivations, Heading, Note, Picture, Table
from backprop_cli.render.latex_notation import LatexNotation
from backprop_cli.render.plain import picture_text
from backprop_cli.render.tex_matrix import matrix_formula

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

WIDE = 0.72
"""The part of a line that the wide columns of a table share."""

_SECTIONS = {1: "section*", 2: "subsection*", 3: "subsubsection*"}


def latex(blocks: Iterable[Block], notation: LatexNotation, is_standalone: bool) -> Iterator[str]:
    """The blocks as pieces of text; a fragment names the packages that it needs."""
    yield PREAMBLE if is_standalone else NEEDS
    for block in blocks:
        yield from _block(block, notation)
    if is_standalone:
        yield END


def _block(block: Block, notation: LatexNotation) -> Iterator[str]:
    if isinstance(block, Heading):
        yield f"\\{_SECTIONS[block.level]}{{{block.text}}}\n"
    elif isinstance(block, Note):
        yield f"{block.text.replace('%', chr(92) + '%') if chr(92) + '%' not in block.text else block.text}\n\n"
    elif isinstance(block, Derivations):
        lines = [
            f"{line.left if index == 0 else ''} &= {right}"
            for line in block.lines
            for index, right in enumerate(line.rights)
        ]
        yield "\\begin{align*}\n" + " \\\\\n".join(lines) + "\n\\end{align*}\n"
    elif isinstance(block, Table):
        yield from _table(block)
    elif isinstance(block, Picture):
        if block.is_asked:
            yield f"\\begin{{verbatim}}\n{picture_text(block, is_ascii=True)}\\end{{verbatim}}\n"
    elif isinstance(block, Curve):
        return
    else:
        yield f"\\[ {matrix_formula(block, notation)} \\]\n"


def _table(table: Table) -> Iterator[str]:
    titles = " & ".join(column.title for column in table.columns)
    yield f"\\begin{{longtable}}{{{_columns(table)}}}\n\\toprule\n{titles} \\\\\n\\midrule\n\\endhead\n"
    for row in table.rows:
        yield _row(row)
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
