"""Inputs that are given on the command line: numbers, or a table of samples."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Sequence

import numpy as np

from backprop_cli.errors import InputError, Problem, TextPlace, UnknownNameError, UsageError
from backprop_cli.files.columns import numbers, read_table
from backprop_cli.files.expected import decimal_comma
from backprop_cli.files.input import STANDARD_INPUT, read_bytes
from backprop_cli.functions.numeric import Array
from backprop_cli.network.names import Names

TABLES = (".csv", ".tsv", ".txt")
_SEPARATOR = re.compile(r"[,;]?\s+|;")
"""Of numbers, but for a comma without a space, which may be a decimal comma."""


def new_samples(given: list[str], names: Names) -> Array:
    """The inputs, samples × inputs.

    Raises:
        UsageError: they are not as many numbers as the network has inputs.
        UnknownNameError: a name is no input's.
        InputError: a file cannot be read or does not hold what it should.
    """
    rows = [row for text in given for row in (_table(text, names) if _is_file(text) else [_numbers(text, names)])]
    return np.array(rows, dtype=float)


def standardized_alike(inputs: Array, scales: Sequence[tuple[float, float]]) -> Array:
    """Inputs, samples × inputs, by the mean and the deviation of each that the network's own are standardized by, if any."""
    if not scales:
        return inputs
    means, deviations = np.array(scales).T
    return np.asarray((inputs - means) / deviations)


def _is_file(text: str) -> bool:
    return text == "-" or text.lower().endswith(TABLES) or os.path.isfile(text)


def _table(file: str, names: Names) -> list[list[float]]:
    """The rows of a CSV file: the columns called as the inputs are, or all of them in their order."""
    table = read_table(read_bytes(file), STANDARD_INPUT if file == "-" else file)
    wanted = [names.input(index) for index in range(names.widths[0])]
    if table.header and set(wanted) <= set(table.header):
        columns = [table.header.index(name) for name in wanted]
    elif table.width == len(wanted):
        columns = list(range(len(wanted)))
    else:
        message = f"expected {len(wanted)} columns, the network's inputs, found {table.width}"
        raise InputError(
            Problem(
                message, place=TextPlace(table.file), hint=f"columns called {', '.join(wanted)} are found among others"
            )
        )
    return [list(row.values()) if isinstance(row, dict) else row for row in numbers(table, columns)]


def _numbers(text: str, names: Names) -> list[float]:
    """`0.05,0.1`, `0.05 0.1`, `[0.05, 0.1]` or `x1=0.05,x2=0.1`."""
    parts = text.strip().strip("[]()").replace(",", " ").replace(";", " ").split()
    wanted = [names.input(index) for index in range(names.widths[0])]
    comma = decimal_comma(_SEPARATOR.sub(", ", text))
    hint = f"\n    hint: {comma}" if comma else ""
    if "=" in text:
        if nameless := [part for part in parts if "=" not in part]:
            raise UsageError(f"--inputs {text}: expected a name before each number, found {nameless[0]!r} alone{hint}")
        named = dict(part.split("=", 1) for part in parts)
        for name in named:
            if name not in wanted:
                raise UnknownNameError("input", name, wanted)
        if missing := [name for name in wanted if name not in named]:
            raise UsageError(f"--inputs {text}: no number is given for {', '.join(missing)}")
        parts = [named[name] for name in wanted]
    values = [_number(part, text) for part in parts]
    if len(values) != len(wanted):
        expected = f"expected {len(wanted)} numbers ({', '.join(wanted)}), found {len(values)}"
        raise UsageError(f"--inputs {text}: {expected}{hint}")
    return values


def _number(part: str, text: str) -> float:
    try:
        value = float(part)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise UsageError(f"--inputs {text}: expected numbers, or a CSV file that exists, found {part!r}")
    return value
