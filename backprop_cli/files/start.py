"""A commented network file to start from: its shape, functions and data as they were asked for, its weights to be drawn."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any

import yaml

from backprop_cli.errors import InputError, Problem, UnknownNameError, UsageError
from backprop_cli.files.columns import DataTable, classes, read_table
from backprop_cli.files.document import parse
from backprop_cli.files.expected import many
from backprop_cli.files.filling import filled
from backprop_cli.files.initial import INITIAL
from backprop_cli.files.input import read_bytes
from backprop_cli.files.read import read
from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.functions.losses import LOSSES
from backprop_cli.network.network import Setup

HIDDEN_UNITS = 3
USUAL_RATE = 0.5
"""The learning rate where nothing else is asked for."""
MOST_UNITS = 10_000
OUTPUT_ACTIVATIONS = {
    "cross_entropy": "softmax",
    "kl_divergence": "softmax",
    "binary_cross_entropy": "sigmoid",
    "hinge": "tanh",
}
"""What belongs under a loss; under the others stands a linear output, which reaches every target."""
SCHEMA = "network.schema.json"
"""The JSON Schema's file, by a name that holds on every machine."""
NO_TABLES = (".npz", ".npy", ".json", ".safetensors", ".xlsx", ".parquet", ".pkl")
"""Endings of files of samples that are no text with columns."""
RECTIFIERS = ("relu", "leaky_relu", "elu", "selu", "gelu", "silu", "mish", "softplus")
"""Activations whose weights He et al. 2015 is for."""


@dataclass(frozen=True)
class Start:
    """What was asked for; what was not is None and chosen to fit the rest."""

    shape: str | None = None
    activation: str = "sigmoid"
    output_activation: str | None = None
    loss: str = "half_squared_error"
    data: str | None = None
    target: str | None = None
    init: str | None = None
    seed: int = 0
    learning_rate: float = USUAL_RATE
    rate_note: str = ""
    steps: int = 1


def start_text(start: Start, folder: str) -> tuple[str, Setup]:
    """The text of a network file that will stand in `folder`, and what it holds.

    Raises:
        UsageError: the shape cannot be read, or does not fit the data.
        UnknownNameError: a function or a way to draw weights is unknown.
        InputError: the data cannot be read.
    """
    _require(start)
    if start.data is None:
        widths = shape_of(start.shape or f"2-{HIDDEN_UNITS}-1")
        lines = _made_up(widths[0], widths[-1], -1.0 if start.loss == "hinge" else 0.0)
    else:
        if start.data.lower().endswith(NO_TABLES):
            message = f"--data {start.data}: a table is expected, of cells parted by commas, semicolons or tabs"
            raise UsageError(f"{message}\n    hint: the key inputs of a network file takes .npz and .json too")
        table = read_table(read_bytes(start.data), start.data)
        widths, lines = _of_table(start, table, folder)
    text = _text(start, widths, lines)
    return text, read(filled(parse(text, os.path.join(folder, "<init>"), "yaml")))


def shape_of(text: str) -> list[int]:
    """The units of each layer, inputs first, from `2-3-1`.

    Raises:
        UsageError: it is no such shape.
    """
    if not re.fullmatch(r"[0-9]{1,6}([-x,][0-9]{1,6})+", text):
        raise UsageError(f"expected a shape such as 2-3-1 (inputs, hidden units, outputs), found {text!r}")
    widths = [int(part) for part in re.split("[-x,]", text)]
    if not all(1 <= width <= MOST_UNITS for width in widths):
        raise UsageError(f"expected between 1 and {MOST_UNITS:,} units in each layer, found {text}")
    return widths


def _require(start: Start) -> None:
    for activation in (start.activation, start.output_activation):
        if activation is not None and activation not in ACTIVATIONS:
            raise UnknownNameError("activation", activation, ACTIVATIONS)
    if start.loss not in LOSSES:
        raise UnknownNameError("loss", start.loss, LOSSES)
    if start.init is not None and start.init not in INITIAL:
        raise UnknownNameError("way to draw weights", start.init, INITIAL)


def _made_up(inputs: int, outputs: int, other: float) -> list[str]:
    """One sample, for the user to replace: its first target is 1, each other one `other`."""
    return [
        f"inputs: [{_flow([0.5] * inputs)}]   # a list for each sample; or the name of a .csv, .json or .npz file",
        f"targets: [{_flow([1.0] + [other] * (outputs - 1))}]",
    ]


def _flow(numbers: list[float]) -> str:
    return "[" + ", ".join(f"{number:g}" for number in numbers) + "]"


def _of_table(start: Start, table: DataTable, folder: str) -> tuple[list[int], list[str]]:
    """The widths that fit a table whose last column, or the one that is named, is the target; and the lines that name it."""
    try:
        target: Any = int(start.target) if start.target and start.target.isdigit() else start.target
        column = table.width - 1 if target is None else table.find(target)
    except UnknownNameError as error:
        raise InputError(Problem(str(error).replace("unknown column", "there is no column", 1))) from None
    names = classes(table, column, by_number=start.loss == "cross_entropy")
    inputs, outputs = table.width - 1, 1 if names is None else len(names)
    widths = [inputs, HIDDEN_UNITS, outputs] if start.shape is None else shape_of(start.shape)
    if (widths[0], widths[-1]) != (inputs, outputs):
        kind = f"{outputs} different classes, one output for each" if names else "a number"
        raise UsageError(
            f"{table.file} gives {many(inputs, 'input')} and {many(outputs, 'output')}, but the shape is {start.shape}\n"
            f"    hint: the target is column {table.title(column)}, {kind}; --target names another"
        )
    path = os.path.relpath(str(start.data), folder or ".")
    given = table.header[column] if table.header else column + 1
    lines = [
        f"inputs: {_scalar(path)}   # all columns but those of the targets",
        f"targets: [{_scalar(given)}]" + ("   # one output for each class" if names else ""),
        "standardize: true   # every input gets mean 0 and deviation 1",
    ]
    return widths, lines


def _scalar(value: Any) -> str:
    return (
        str(yaml.safe_dump(value, default_flow_style=True, allow_unicode=True)).removesuffix("\n").removesuffix("\n...")
    )


def _text(start: Start, widths: list[int], data: list[str]) -> str:
    shape = "-".join(map(str, widths))
    output = start.output_activation or OUTPUT_ACTIVATIONS.get(start.loss, "linear")
    lines = [
        f"# yaml-language-server: $schema={SCHEMA}",
        f"# An editor completes and checks the keys by that file beside this one: `backprop schema > {SCHEMA}` makes it.",
        f"# A network of {shape} units, inputs first. `backprop run FILE` works it out, `backprop lint FILE` looks for what",
        "# hinders training, `backprop schema` lists every key.",
        f"title: {shape}, {start.activation}",
        f"loss: {start.loss}",
        f"learning_rate: {start.learning_rate!r}" + (f"   # {start.rate_note}" if start.rate_note else ""),
        f"steps: {start.steps}",
        *data,
        f"seed: {start.seed}   # another seed draws other weights",
        "layers:",
    ]
    activations = [start.activation] * (len(widths) - 2) + [output]
    for units, activation in zip(widths[1:], activations, strict=True):
        init = start.init or ("he" if activation in RECTIFIERS else "xavier")
        lines.append(f"  - {{units: {units}, activation: {activation}, init: {init}}}")
    lines.append(
        "# To give weights yourself, write in place of units and init: weights: [[0.1, 0.2], …] (a row for each unit) and"
    )
    lines.append("# bias: [0.1, …] (one each) or bias: 0.1 (shared).")
    return "\n".join(lines) + "\n"
