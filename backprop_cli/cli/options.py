"""The options that several commands share, each declared once."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Format(StrEnum):
    """The output formats."""

    table = "table"
    json = "json"
    csv = "csv"
    markdown = "markdown"
    latex = "latex"


class View(StrEnum):
    """How `run` shows its derivation."""

    auto = "auto"
    scalar = "scalar"
    matrix = "matrix"


class EngineName(StrEnum):
    """What runs the updates that are not shown."""

    auto = "auto"
    array = "array"
    scalar = "scalar"
    compiled = "compiled"


ConfigArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="CONFIG", help="Network file, - for standard input, or a built-in example [default: classic]."
    ),
]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="Output format.")]
DigitsOption = Annotated[
    int, typer.Option("--digits", min=0, max=17, help="Decimals shown; machine formats are always exact.")
]
SampleOption = Annotated[int, typer.Option("--sample", min=1, help="The sample whose derivation is shown.")]
StepsOption = Annotated[
    int | None, typer.Option("--steps", "-n", min=0, help="Number of updates; overrides the file. 0 only looks.")
]
RateOption = Annotated[
    float | None, typer.Option("--learning-rate", "--lr", help="Learning rate of this run; overrides the file.")
]
ShowStepOption = Annotated[
    int | None, typer.Option("--show-step", min=0, help="The step that is shown [default: the last].")
]
EngineOption = Annotated[EngineName, typer.Option("--engine", help="What runs the loop; auto takes the fastest.")]
GraphOption = Annotated[bool, typer.Option("--graph", help="Draw the network in characters.")]
RowsOption = Annotated[int, typer.Option("--rows", min=1, help="Longest table that is shown whole.")]
StandaloneOption = Annotated[
    bool, typer.Option("--standalone", help="With -f latex: a whole document, not a fragment.")
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No notices; with -o or -i no tables either.")]
