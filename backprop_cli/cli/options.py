"""The options and arguments that several commands share, and the panels of the help that they stand in."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from backprop_cli.cli.completion import complete_network, complete_parameter
from backprop_cli.cli.option_values import choice_of, count_of, count_or_all, number_of
from backprop_cli.render.formats.decimals import EIGHT_DECIMALS, Digits

NETWORK = "Network"
TRAINING = "Training"
SHOWN = "What is shown"
CHECK = "The check"
OUTPUT = "Output"

DIGITS = EIGHT_DECIMALS


class Format(StrEnum):
    """The output formats."""

    table = "table"
    json = "json"
    jsonl = "jsonl"
    csv = "csv"
    markdown = "markdown"
    latex = "latex"


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
    typer.Option(
        "--steps", "-n", parser=count_of(0), metavar="N", help="Number of updates; overrides the file. 0 only looks.",
        rich_help_panel=TRAINING,
    ),
]  # fmt: skip
RateOption = Annotated[
    float | None,
    typer.Option(
        "--learning-rate", "--lr", parser=number_of(), metavar="RATE",
        help="Learning rate of this run; overrides the file.", rich_help_panel=TRAINING,
    ),
]  # fmt: skip
EngineOption = Annotated[
    EngineName,
    typer.Option(
        "--engine",
        parser=choice_of(EngineName),
        metavar="NAME",
        autocompletion=lambda: list(EngineName),
        help="What runs the loop: array, scalar or compiled; auto takes the fastest.",
        rich_help_panel=TRAINING,
    ),
]
ShowStepOption = Annotated[
    int | None,
    typer.Option(
        "--show-step", parser=count_of(0), metavar="N", help="The step that is shown.", show_default="the last",
        rich_help_panel=SHOWN,
    ),
]  # fmt: skip
SampleOption = Annotated[
    int,
    typer.Option(
        "--sample", parser=count_of(1), metavar="K", help="The sample whose derivation is shown.", rich_help_panel=SHOWN
    ),
]  # fmt: skip
SamplesOption = Annotated[
    int,
    typer.Option(
        "--sample", parser=count_or_all, metavar="K", rich_help_panel=SHOWN,
        help="The sample whose derivation is shown; all shows that of each.",
    ),
]  # fmt: skip
OnlyOption = Annotated[
    list[Section] | None,
    typer.Option(
        "--only", parser=choice_of(Section), metavar="NAME", rich_help_panel=SHOWN, autocompletion=lambda: list(Section),
        help="forward, gradients, update, loss or predictions; repeatable. JSON and CSV keep everything.",
    ),
]  # fmt: skip
LayerOption = Annotated[
    int | None,
    typer.Option("--layer", parser=count_of(1), metavar="N", help="One layer of these.", rich_help_panel=SHOWN),
]
BriefOption = Annotated[
    bool,
    typer.Option("--brief", help="A line a quantity, for a handout.", rich_help_panel=SHOWN),
]
ChosenOption = Annotated[
    list[str] | None,
    typer.Option(
        "--weight", "-w", metavar="NAME", autocompletion=complete_parameter, rich_help_panel=SHOWN,
        help="With --brief: only what leads to this weight's or bias's gradient; repeatable.",
    ),
]  # fmt: skip
GraphOption = Annotated[
    bool, typer.Option("--graph", help="Draw the network in characters.", rich_help_panel=SHOWN)
]  # fmt: skip
PathLimitOption = Annotated[
    int,
    typer.Option(
        "--limit", parser=count_of(1), metavar="N", help="With --paths: how many are shown.", rich_help_panel=SHOWN
    ),
]
RowsOption = Annotated[
    int,
    typer.Option(
        "--rows", parser=count_of(1), metavar="N", help="Longest table that is shown whole.", rich_help_panel=SHOWN
    ),
]
DigitsOption = Annotated[
    Digits,
    typer.Option(
        "--digits", parser=Digits.read, metavar="N", show_default="8", rich_help_panel=SHOWN,
        help="Decimals shown, or with a g significant digits, such as 4g; machine formats are always exact.",
    ),
]  # fmt: skip
FormatOption = Annotated[
    Format,
    typer.Option(
        "--format", "-f", parser=choice_of(Format, SHORT_FORMATS), metavar="NAME", autocompletion=lambda: list(Format),
        help="table, json, jsonl (on one line), csv, markdown (md) or latex (tex).", rich_help_panel=OUTPUT,
    ),
]  # fmt: skip
StandaloneOption = Annotated[
    bool,
    typer.Option("--standalone", help="With -f latex: a whole document, not a fragment.", rich_help_panel=OUTPUT),
]
NoPagerOption = Annotated[
    bool,
    typer.Option("--no-pager", help="Write long output straight to the terminal.", rich_help_panel=OUTPUT),
]
QuietOption = Annotated[
    bool, typer.Option("--quiet", "-q", help="No notices on standard error.", rich_help_panel=OUTPUT)
]  # fmt: skip
