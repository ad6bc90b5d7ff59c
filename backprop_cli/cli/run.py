"""`backprop run`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from backprop_cli.cli import options as opt
from backprop_cli.cli.console import ClosedPipeError, Console
from backprop_cli.cli.values import choice_of

if TYPE_CHECKING:
    from backprop_cli.files.document import Document
    from backprop_cli.functions.numeric import Array
    from backprop_cli.network.network import Setup
    from backprop_cli.render.formats.notation import Notation
    from backprop_cli.render.views.blocks import Block


def run(
    config: opt.ConfigArgument = None,
    steps: opt.StepsOption = None,
    learning_rate: opt.RateOption = None,
    show_step: opt.ShowStepOption = None,
    sample: opt.SampleOption = 1,
    view: Annotated[
        opt.View,
        typer.Option(
            "--view",
            parser=choice_of(opt.View),
            metavar="NAME",
            autocompletion=lambda: list(opt.View),
            help="scalar rows or matrix; auto: matrices beyond 200 parameters.",
            rich_help_panel=opt.SHOWN,
        ),
    ] = opt.View.auto,
    graph: opt.GraphOption = False,
    rows: opt.RowsOption = 200,
    format: opt.FormatOption = opt.Format.table,
    digits: opt.DigitsOption = opt.DIGITS,
    standalone: opt.StandaloneOption = False,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            help="Write the updated network: .yaml, .json, or - for standard output.",
            metavar="FILE",
            rich_help_panel=opt.OUTPUT,
        ),
    ] = None,
    in_place: Annotated[
        bool, typer.Option("--in-place", "-i", help="Update the given file itself.", rich_help_panel=opt.OUTPUT)
    ] = False,
    engine: opt.EngineOption = opt.EngineName.auto,
    history: Annotated[
        str | None,
        typer.Option(
            "--history", help="Write the loss of every step as CSV.", metavar="FILE", rich_help_panel=opt.OUTPUT
        ),
    ] = None,
    quiet: Annotated[
        bool,
        typer.Option(
            "--quiet",
            "-q",
            help="No notices on standard error; with -o or -i no tables either.",
            rich_help_panel=opt.OUTPUT,
        ),
    ] = False,
) -> None:
    """Forward pass, every partial derivative, the update.

    How the network computes its output, every chain-rule derivative in symbols
    and numbers, and how SGD changes each weight.
    """
    from backprop_cli.cli.progress import Progress
    from backprop_cli.cli.setup import open_setup, sample_index
    from backprop_cli.cli.show import Showing, show
    from backprop_cli.derivation.explanation import derive
    from backprop_cli.errors import InterruptedRunError
    from backprop_cli.files.limits import require_records
    from backprop_cli.render.formats.bulk import CsvLines, JsonLines, partial_rows
    from backprop_cli.render.formats.records import CSV_COLUMNS, run_record
    from backprop_cli.training.train import train

    console = Console(quiet)
    target = _target(config, output, in_place)
    document, setup = open_setup(config, console)
    index = sample_index(sample, setup)
    if view is opt.View.auto:
        view = opt.View.matrix if setup.network.parameter_count > MOST_SCALARS else opt.View.scalar
    if target != "-" and (view is opt.View.scalar or format in (opt.Format.json, opt.Format.csv)):
        require_records(setup.network)
    if history is not None:
        _check_history(history, target, setup.schedule.steps if steps is None else steps)
    with Progress(console, steps if steps is not None else setup.schedule.steps) as progress:
        try:
            result = train(
                setup.with_schedule(learning_rate), steps, show_step, progress.update, engine, history is not None
            )
        except InterruptedRunError as interrupt:
            _write(console, _files(console, target, interrupt.reached, document))
            raise
    files = _files(console, target, result.result, document)
    if history is not None:
        files[history] = _history(result.history)
    del document  # the text of a large network need not stay while its derivatives are written
    if target == "-" or (target is not None and quiet):
        _write(console, files)
        return
    derivation = derive(result, index)
    if view is opt.View.matrix:
        from backprop_cli.render.views.matrix_view import matrix_view as chosen_view
    else:
        from backprop_cli.render.views.run_view import run_view as chosen_view

    def blocks(notation: Notation) -> Iterable[Block]:
        shown = chosen_view(result, derivation, sample, notation)
        if not graph:
            return shown
        from backprop_cli.render.views.graph_view import with_graph

        return with_graph(shown, derivation)

    try:
        show(
            console,
            Showing(format, digits, rows, standalone),
            blocks,
            run_record(result, derivation, partial_rows(derivation, JsonLines()), sample),
            CSV_COLUMNS,
            partial_rows(derivation, CsvLines()),
        )
    except ClosedPipeError:  # who has read enough of the result has not called the update off
        _write(console, files)
        raise
    _write(console, files)


MOST_SCALARS = 200
"""A network with more parameters is shown as matrices unless scalar rows are asked for."""


def _files(console: Console, target: str | None, setup: Setup, document: Document) -> dict[str, Iterator[str]]:
    """The network's text under where it was asked for, if anywhere."""
    if target is None:
        return {}
    from backprop_cli.files.write import write

    text, is_afresh = write(setup, document, "json" if target.endswith(".json") else "yaml")
    if is_afresh and "#" in document.text:
        console.notice(
            f"{document.file}: comments and layout cannot be kept where aliases or a new state are written out"
        )
    return {target: iter([text])}


def _write(console: Console, files: dict[str, Iterator[str]]) -> None:
    """Write what was asked for: each file, or where one cannot be written none."""
    from backprop_cli.files.output import written

    if "-" in files:
        console.write(files.pop("-"))
    with ExitStack() as stack:
        for name, pieces in files.items():
            stack.enter_context(written(name, pieces))
    for name in files:
        console.notice(f"wrote {name}")


def _target(config: str | None, output: str | None, in_place: bool) -> str | None:
    """Where the updated network goes.

    Raises:
        UsageError: the options contradict each other.
    """
    import os

    from backprop_cli.errors import UsageError

    if in_place and output is not None:
        raise UsageError("--in-place and --output exclude each other: say where the network goes once")
    if in_place and (config in (None, "-") or not os.path.exists(str(config))):
        raise UsageError("--in-place needs a CONFIG that is a file, to be updated")
    if output is not None and output != "-" and not output.endswith((".yaml", ".yml", ".json")):
        raise UsageError(f"--output {output}: the name must end in .yaml, .yml or .json, so that the format is known")
    return config if in_place else output


def _check_history(file: str, target: str | None, steps: int) -> None:
    """A loss a step is kept for the history: refuse what does not fit, or has no file, before training for it."""
    from backprop_cli.errors import UsageError
    from backprop_cli.files.limits import in_words, machine_bytes

    if file == "-":
        raise UsageError("--history needs a file: standard output is where the result goes")
    if file == target:
        raise UsageError(f"--history and the network would both be written to {file}")
    needed = HISTORY_BYTES * steps
    if needed > machine_bytes():
        raise UsageError(f"--history of {steps:,} steps needs about {in_words(needed)} of memory, which is not there")


HISTORY_BYTES = 32
"""Of each step's loss while it is kept and written."""


def _history(losses: Array) -> Iterator[str]:
    """The CSV of the losses, in pieces."""
    yield "step,loss\n"
    for first in range(0, len(losses), 1000):
        piece = losses[first : first + 1000].tolist()
        yield "".join(f"{step},{loss!r}\n" for step, loss in enumerate(piece, start=first))
