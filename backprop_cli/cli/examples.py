"""`backprop examples`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from backprop_cli.cli import options as opt
from backprop_cli.cli.completion import complete_example
from backprop_cli.cli.console import Console
from backprop_cli.files.input import read_bytes
from backprop_cli.files.shipped import example_names, example_path
from backprop_cli.render.formats.notation import Notation
from backprop_cli.render.views.blocks import Block, Column, Note, Table

COLUMNS = ("name", "shape", "activations", "loss", "title")
EXTRAS = ("activations", "loss")


def examples(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Print this example's file.", autocompletion=complete_example)
    ] = None,
    format: opt.FormatOption = opt.Format.table,
    quiet: opt.QuietOption = False,
) -> None:
    """The built-in examples.

    A list of them; with a name that example's file, to start your own from.
    """
    from backprop_cli.api import load
    from backprop_cli.cli.show import Showing, show
    from backprop_cli.render.views.phrases import functions_of, shape_of

    console = Console(quiet)
    if name is not None:
        console.write([read_bytes(example_path(name)).decode("utf-8")])
        return
    setups = {name: load(name) for name in example_names()}
    found = [
        (name, shape_of(setup.network), functions_of(setup.network), setup.network.loss.name, setup.title)
        for name, setup in setups.items()
    ]
    show(
        console,
        Showing(format, opt.DIGITS),
        lambda notation: _view(found, notation),
        [("examples", [dict(zip(COLUMNS, row, strict=True)) for row in found])],
        COLUMNS,
        found,
    )


def _view(rows: Sequence[tuple[str, ...]], notation: Notation) -> Iterator[Block]:
    """The list as a table, on a narrow terminal without the functions: the titles say more."""
    yield Table(
        [Column(title, is_extra=title in EXTRAS) for title in COLUMNS],
        [[notation.text(cell) for cell in row] for row in rows],
        len(rows),
    )
    yield Note("Run one with: backprop run NAME. Start your own from one with: backprop examples NAME > my.yaml")
