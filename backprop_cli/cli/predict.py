"""`backprop predict`."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Annotated

import typer

from backprop_cli.cli import options as opt
from backprop_cli.cli.console import Console
from backprop_cli.errors import InputError, Place, Problem, UnknownNameError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backprop_cli.functions.numeric import Array
    from backprop_cli.network.names import Names

TABLES = (".csv", ".tsv", ".txt")


def predict(
    config: opt.ConfigArgument = None,
    inputs: Annotated[
        list[str] | None,
        typer.Option(
            "--inputs",
            "-x",
            help="Numbers of one sample (0.05,0.1 or x1=0.05,x2=0.1), or a CSV file of samples; repeatable.",
            metavar="X",
            show_default="the file's samples",
            rich_help_panel=opt.NETWORK,
        ),
    ] = None,
    rows: opt.RowsOption = 200,
    format: opt.FormatOption = opt.Format.table,
    digits: opt.DigitsOption = opt.DIGITS,
    standalone: opt.StandaloneOption = False,
    no_pager: opt.NoPagerOption = False,
    quiet: opt.QuietOption = False,
) -> None:
    """What a network puts out.

    The outputs for the file's samples, or for the inputs that are given, with the network as it stands; the class of each
    where the outputs stand for classes.
    """
    from backprop_cli.cli.setup import open_setup
    from backprop_cli.cli.show import Showing, show
    from backprop_cli.derivation.predictions import predict as predicted
    from backprop_cli.render.formats.records import predictions_columns, predictions_record, predictions_rows
    from backprop_cli.render.views.prediction_view import prediction_view

    console = Console(quiet, not no_pager)
    document, setup = open_setup(config, console)
    new = _samples(inputs, setup.network.names, document.scales) if inputs else None
    made = predicted(setup.network, setup.samples, new)
    show(
        console,
        Showing(format, digits, rows, standalone),
        lambda notation: prediction_view(setup, made, notation),
        predictions_record(made),
        predictions_columns(made),
        predictions_rows(made),
    )


def _samples(given: list[str], names: Names, scales: Sequence[tuple[float, float]]) -> Array:
    """The inputs, samples × inputs, standardized by the mean and deviation of each where the network's own are.

    Raises:
        UsageError: they are not as many numbers as the network has inputs.
        UnknownNameError: a name is no input's.
        InputError: a file cannot be read or does not hold what it should.
    """
    import numpy as np

    rows = [row for text in given for row in (_table(text, names) if _is_file(text) else [_numbers(text, names)])]
    found = np.array(rows, dtype=float)
    if not scales:
        return found
    means, deviations = np.array(scales).T
    return np.asarray((found - means) / deviations)


def _is_file(text: str) -> bool:
    return text == "-" or text.lower().endswith(TABLES) or os.path.isfile(text)


def _table(file: str, names: Names) -> list[list[float]]:
    """The rows of a CSV file: the columns called as the inputs are, or all of them in their order."""
    from backprop_cli.files.columns import numbers, read_table
    from backprop_cli.files.input import STANDARD_INPUT, read_bytes

    table = read_table(read_bytes(file), STANDARD_INPUT if file == "-" else file)
    wanted = [names.input(index) for index in range(names.widths[0])]
    if table.header and set(wanted) <= set(table.header):
        columns = [table.header.index(name) for name in wanted]
    elif table.width == len(wanted):
        columns = list(range(len(wanted)))
    else:
        message = f"expected {len(wanted)} columns, the network's inputs, found {table.width}"
        raise InputError(
            Problem(message, place=Place(table.file), hint=f"columns called {', '.join(wanted)} are found among others")
        )
    return [list(row.values()) if isinstance(row, dict) else row for row in numbers(table, columns)]


def _numbers(text: str, names: Names) -> list[float]:
    """`0.05,0.1`, `0.05 0.1`, `[0.05, 0.1]` or `x1=0.05,x2=0.1`."""
    parts = text.strip().strip("[]()").replace(",", " ").replace(";", " ").split()
    wanted = [names.input(index) for index in range(names.widths[0])]
    if parts and all("=" in part for part in parts):
        named = dict(part.split("=", 1) for part in parts)
        for name in named:
            if name not in wanted:
                raise UnknownNameError("input", name, wanted)
        if missing := [name for name in wanted if name not in named]:
            raise UsageError(f"--inputs {text}: no number is given for {', '.join(missing)}")
        parts = [named[name] for name in wanted]
    values = [_number(part, text) for part in parts]
    if len(values) != len(wanted):
        raise UsageError(f"--inputs {text}: expected {len(wanted)} numbers ({', '.join(wanted)}), found {len(values)}")
    return values


def _number(part: str, text: str) -> float:

    try:
        value = float(part)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise UsageError(f"--inputs {text}: expected numbers, or a CSV file that exists, found {part!r}")
    return value
