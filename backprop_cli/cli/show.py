"""One place that turns blocks or records into the chosen format and writes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, NamedTuple

from backprop_cli.cli.console import Console
from backprop_cli.cli.options import Format
from backprop_cli.errors import UsageError
from backprop_cli.render.formats.decimals import Digits
from backprop_cli.render.formats.machine import JSON_VERSION, csv_text, json_line, json_text
from backprop_cli.render.formats.notation import Notation, TextNotation
from backprop_cli.render.formats.text_layout import plain
from backprop_cli.render.views.blocks import Block, cut


class Showing(NamedTuple):
    """How a result is shown: its format and what goes with it; `rows` None shows every row of every table."""

    format: Format
    digits: Digits
    rows: int | None = None
    is_standalone: bool = False


def show(
    console: Console,
    showing: Showing,
    view: Callable[[Notation], Iterable[Block]],
    record: Iterable[tuple[str, Any]],
    columns: Sequence[str],
    rows: Iterable[Sequence[str] | str],
) -> None:
    """Write a result: `view` makes its blocks, `record` is its JSON, `columns` and `rows` are its CSV.

    Raises:
        UsageError: options of different formats are put together.
    """
    if showing.is_standalone and showing.format is not Format.latex:
        raise UsageError("--standalone makes a whole document of LaTeX: it goes with -f latex")
    notation: Notation
    if showing.format is Format.json:
        console.write(json_text(chain([JSON_VERSION], record)))
    elif showing.format is Format.jsonl:
        console.write(json_line(chain([JSON_VERSION], record)))
    elif showing.format is Format.csv:
        console.write(csv_text(columns, rows))
    elif showing.format is Format.markdown:
        from backprop_cli.render.formats.latex_notation import MarkdownNotation
        from backprop_cli.render.formats.markdown import markdown

        notation = MarkdownNotation(showing.digits)
        console.write(markdown(cut(view(notation), showing.rows, notation), notation))
    elif showing.format is Format.latex:
        from backprop_cli.render.formats.latex import latex
        from backprop_cli.render.formats.latex_notation import LatexNotation

        notation = LatexNotation(showing.digits)
        console.write(latex(cut(view(notation), showing.rows, notation), notation, showing.is_standalone))
    else:
        notation = TextNotation(showing.digits, console.is_ascii)
        blocks = cut(view(notation), showing.rows, notation)
        if console.width is None and not console.is_color:
            console.write_text(plain(blocks, notation))
        else:
            # Rich takes longer to load than a network to work through, and a pipe does without
            from backprop_cli.render.formats.terminal import terminal

            console.write_text(terminal(blocks, notation, console.width, console.is_color))
