"""`backprop examples`."""

from __future__ import annotations

from typing import Annotated

import typer

from backprop_cli.cli import options as opt
from backprop_cli.cli.completion import complete_example
from backprop_cli.cli.console import Console


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
    from backprop_cli.cli.show import Showing, show
    from backprop_cli.files.input import read_bytes
    from backprop_cli.files.shipped import example_path
    from backprop_cli.render.views.examples_view import EXAMPLE_COLUMNS, examples_record, examples_view

    console = Console(quiet)
    if name is not None:
        console.write([read_bytes(example_path(name)).decode("utf-8")])
        return
    found = _read_examples()
    show(
        console,
        Showing(format, 8),
        lambda notation: examples_view(found, notation),
        examples_record(found),
        EXAMPLE_COLUMNS,
        found,
    )


def _read_examples() -> list[tuple[str, ...]]:
    """A row for each example."""
    from backprop_cli.api import load
    from backprop_cli.files.shipped import example_names
    from backprop_cli.render.views.phrases import functions_of, shape_of

    setups = {name: load(name) for name in example_names()}
    return [
        (name, shape_of(setup.network), functions_of(setup.network), setup.network.loss.name, setup.title)
        for name, setup in setups.items()
    ]
