"""The options and arguments that several commands share, and the panels of the help that they stand in."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import partial
from typing import Annotated, Any

import typer

from backprop_cli.cli.completion import complete_network, complete_parameter
from backprop_cli.cli.option_values import choice_of, count_of, count_or_all, number_of
from backprop_cli.render.formats.decimals import EIGHT_DECIMALS, Digits

NETWORK = "Network"
TRAINING = "Training"
SHOWN = "What is shown"
CHECK = "The check"
OUTPUT = "Output"

network_option = partial(typer.Option, rich_help_panel=NETWORK)
training_option = partial(typer.Option, rich_help_panel=TRAINING)
shown_option = partial(typer.Option, rich_help_panel=SHOWN)
check_option = partial(typer.Option, rich_help_panel=CHECK)
output_option = partial(typer.Option, rich_help_panel=OUTPUT)


def one_of(kind: type[StrEnum], short: Mapping[str, str] | None = None, metavar: str = "NAME") -> dict[str, Any]:
    """What an option says whose value is one of a few: how it is read, called and completed; `short` are further names."""
    return {"parser": choice_of(kind, short), "metavar": metavar, "autocompletion": lambda: list(kind)}


DIGITS = EIGHT_DECIMALS


class Format(StrEnum):
    """The output formats."""

    table = "table"
    json = "json"
    jsonl = "jsonl"
    csv = "csv"
    markdown = "markdown"
    latex = "latex"


MACHINE_FORMATS = (Format.json, Format.jsonl, Format.csv)
SHORT_FORMATS = {"md": "markdown", "tex": "latex", "text": "table", "txt": "table"}
"""What a format is also called."""


class View(StrEnum):
    """How `run` shows its derivation."""

    auto = "auto"
    scalar = "scalar"
    matrix = "matrix"


class Section(StrEnum):
    """The sections of what `run` shows."""

    forward = "forward"
    gradients = "gradients"
    update = "update"
    loss = "loss"
    predictions = "predictions"


class EngineName(StrEnum):
    """What runs the updates that are not shown."""

    auto = "auto"
    array = "array"
    scalar = "scalar"
    compiled = "compiled"


class Target(StrEnum):
    """What a network is exported to."""

    numpy = "numpy"
    pytorch = "pytorch"
    jax = "jax"
    keras = "keras"
    onnx = "onnx"
    safetensors = "safetensors"
    npz = "npz"
    dot = "dot"
    tikz = "tikz"
    xlsx = "xlsx"


ConfigArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="CONFIG",
        help="Network file, - for standard input, or a built-in example.",
        show_default="classic",
        autocompletion=complete_network,
    ),
]
ConfigsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="CONFIG",
        help="Network files, - for standard input, or built-in examples.",
        show_default="classic",
        autocompletion=complete_network,
    ),
]
StepsOption = Annotated[
    int | None,
    training_option(
        "--steps", "-n", parser=count_of(0), metavar="N", help="Number of updates; overrides the file. 0 only looks."
    ),
]
RateOption = Annotated[
    float | None,
    training_option(
        "--learning-rate",
        "--lr",
        parser=number_of(),
        metavar="RATE",
        help="Learning rate of this run; overrides the file.",
    ),
]
EngineOption = Annotated[
    EngineName,
    training_option(
        "--engine", **one_of(EngineName), help="What runs the loop: array, scalar or compiled; auto takes the fastest."
    ),
]
ShowStepOption = Annotated[
    int | None,
    shown_option(
        "--show-step", parser=count_of(0), metavar="N", help="The step that is shown.", show_default="the last"
    ),
]
SampleOption = Annotated[
    int, shown_option("--sample", parser=count_of(1), metavar="K", help="The sample whose derivation is shown.")
]
SamplesOption = Annotated[
    int,
    shown_option(
        "--sample",
        parser=count_or_all,
        metavar="K",
        help="The sample whose derivation is shown; all shows that of each.",
    ),
]
OnlyOption = Annotated[
    list[Section] | None,
    shown_option(
        "--only",
        **one_of(Section),
        help="forward, gradients, update, loss or predictions; repeatable. JSON and CSV keep everything.",
    ),
]
LayerOption = Annotated[
    int | None, shown_option("--layer", parser=count_of(1), metavar="N", help="One layer of these.")
]
BriefOption = Annotated[bool, shown_option("--brief", help="One line for each quantity, for a handout.")]
ChosenOption = Annotated[
    list[str] | None,
    shown_option(
        "--weight",
        "-w",
        metavar="NAME",
        help="With --brief: only what leads to this weight's or bias's gradient; repeatable.",
        autocompletion=complete_parameter,
    ),
]
GraphOption = Annotated[bool, shown_option("--graph", help="Draw the network in characters.")]
PathLimitOption = Annotated[
    int, shown_option("--limit", parser=count_of(1), metavar="N", help="With --paths: how many are shown.")
]
RowsOption = Annotated[
    int, shown_option("--rows", parser=count_of(1), metavar="N", help="Longest table that is shown whole.")
]
DigitsOption = Annotated[
    Digits,
    shown_option(
        "--digits",
        parser=Digits.read,
        metavar="N",
        help="Decimals shown, or with a g significant digits, such as 4g; machine formats are always exact.",
        show_default="8",
    ),
]
FormatOption = Annotated[
    Format,
    output_option(
        "--format",
        "-f",
        **one_of(Format, SHORT_FORMATS),
        help="table, json, jsonl (on one line), csv, markdown (md) or latex (tex).",
    ),
]
StandaloneOption = Annotated[
    bool, output_option("--standalone", help="With -f latex: a whole document, not a fragment.")
]
NoPagerOption = Annotated[bool, output_option("--no-pager", help="Write long output straight to the terminal.")]
QuietOption = Annotated[bool, output_option("--quiet", "-q", help="No notices on standard error.")]
