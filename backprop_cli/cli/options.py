"""Options and arguments: how a command's signature describes them, and those that several commands share.

A parameter of a command is annotated with its type and one of these; `plain` and `app` both read a command line by that.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, NamedTuple


class Argument(NamedTuple):
    """A parameter given by its place."""

    help: str
    metavar: str | None = None


class Option:
    """A parameter given by one of its names; numbers lie between `min` and `max`. A flag's second half is `--no-…`."""

    def __init__(
        self,
        *names: str,
        help: str,
        min: float | None = None,
        max: float | None = None,
        metavar: str | None = None,
    ) -> None:
        self.names = names
        self.help = help
        self.min = min
        self.max = max
        self.metavar = metavar


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
    Argument(metavar="CONFIG", help="Network file, - for standard input, or a built-in example [default: classic]."),
]
FormatOption = Annotated[Format, Option("--format", "-f", help="Output format.")]
DigitsOption = Annotated[
    int, Option("--digits", min=0, max=17, help="Decimals shown; machine formats are always exact.")
]
SampleOption = Annotated[int, Option("--sample", min=1, help="The sample whose derivation is shown.")]
StepsOption = Annotated[
    int | None, Option("--steps", "-n", min=0, help="Number of updates; overrides the file. 0 only looks.")
]
RateOption = Annotated[
    float | None, Option("--learning-rate", "--lr", help="Learning rate of this run; overrides the file.")
]
ShowStepOption = Annotated[int | None, Option("--show-step", min=0, help="The step that is shown [default: the last].")]
EngineOption = Annotated[EngineName, Option("--engine", help="What runs the loop; auto takes the fastest.")]
GraphOption = Annotated[bool, Option("--graph", help="Draw the network in characters.")]
RowsOption = Annotated[int, Option("--rows", min=1, help="Longest table that is shown whole.")]
StandaloneOption = Annotated[bool, Option("--standalone", help="With -f latex: a whole document, not a fragment.")]
QuietOption = Annotated[bool, Option("--quiet", "-q", help="No notices on standard error.")]
