"""`backprop run`."""

from __future__ import annotations

from collections import deque
from typing import Annotated

from backprop_cli.cli import options as opt
from backprop_cli.cli.console import ClosedPipeError, Console
from backprop_cli.cli.option_values import ALL
from backprop_cli.cli.progress import Progress
from backprop_cli.errors import InterruptedRunError, UsageError


def run(
    configs: opt.ConfigsArgument = None,
    steps: opt.StepsOption = None,
    learning_rate: opt.RateOption = None,
    show_step: opt.ShowStepOption = None,
    sample: opt.SamplesOption = 1,
    view: Annotated[
        opt.View,
        opt.shown_option(
            "--view", **opt.one_of(opt.View), help="scalar rows or matrix; auto: matrices beyond 200 parameters."
        ),
    ] = opt.View.auto,
    only: opt.OnlyOption = None,
    layer: opt.LayerOption = None,
    brief: opt.BriefOption = False,
    weight: opt.ChosenOption = None,
    graph: opt.GraphOption = False,
    operations: Annotated[
        bool,
        opt.shown_option(
            "--operations",
            help="Draw every operation with its value and its gradient; --graph operations means this too.",
        ),
    ] = False,
    rows: opt.RowsOption = 200,
    format: opt.FormatOption = opt.Format.table,
    digits: opt.DigitsOption = opt.DIGITS,
    standalone: opt.StandaloneOption = False,
    no_pager: opt.NoPagerOption = False,
    output: Annotated[
        str | None,
        opt.output_option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write the updated network: .yaml, .json, - for standard output; its weights: .safetensors, .npz.",
        ),
    ] = None,
    in_place: Annotated[bool, opt.output_option("--in-place", "-i", help="Update the given file itself.")] = False,
    engine: opt.EngineOption = opt.EngineName.auto,
    history: Annotated[
        str | None,
        opt.output_option(
            "--history",
            metavar="FILE",
            help="Write the loss of every step as CSV; - writes only that, to standard output.",
        ),
    ] = None,
    quiet: Annotated[
        bool, opt.output_option("--quiet", "-q", help="No notices on standard error; with -o or -i no tables either.")
    ] = False,
) -> None:
    """Forward pass, every partial derivative, the update.

    How the network computes its output, every chain-rule derivative in symbols
    and numbers, and how SGD changes each weight.
    """
    from backprop_cli.cli.run_result import Drawn, check_showable, selection_of, show_run
    from backprop_cli.cli.saving import check_history, history_text, network_text, save, targets_of
    from backprop_cli.cli.setup import DEFAULT, open_setup, sample_index
    from backprop_cli.cli.show import Showing
    from backprop_cli.cli.target_file import check_target
    from backprop_cli.training.train import train

    console = Console(quiet, not no_pager)
    showing = Showing(format, digits, rows, standalone)
    picture: Drawn | None = "operations" if operations else "network" if graph else None
    sources: list[str | None] = [*configs] if configs else [None]
    targets = targets_of(sources, output, in_place)
    if len(sources) > 1 and format in (opt.Format.json, opt.Format.csv):
        raise UsageError(f"-f {format} takes one network\n    hint: -f jsonl writes a line for each of several")
    networks = deque(open_setup(source, console) for source in sources)
    for target, (document, setup) in zip(targets, list(networks), strict=True):
        check_target(target, document.data_files)
        if sample != ALL:
            sample_index(sample, setup)
        selection_of(only or [], layer, weight or [], brief, setup.network.names)
        if target != "-" and history != "-":
            check_showable(setup.network, format, view)
        if history is not None:
            check_history(history, targets, setup.schedule.steps if steps is None else steps)
            check_target(history, document.files, option="--history")
    for number, (source, target) in enumerate(zip(sources, targets, strict=True)):
        document, setup = networks.popleft()
        with Progress(console, steps if steps is not None else setup.schedule.steps) as progress:
            try:
                result = train(
                    setup.with_schedule(learning_rate), steps, show_step, progress.update, engine, history is not None
                )
            except InterruptedRunError as interrupt:
                save(console, network_text(console, target, interrupt.reached, document))
                raise
        files = network_text(console, target, result.result, document)
        if history is not None:
            files[history] = history_text(result.history)
        del document, setup  # the text of a large network need not stay while its derivatives are written
        if "-" in files or (target is not None and quiet):
            save(console, files)
            continue
        try:
            if number > 0 and format not in opt.MACHINE_FORMATS:
                console.write_text(["\n"])
            samples = range(1, 1 + len(result.setup.samples)) if sample == ALL else [sample]
            selection = selection_of(only or [], layer, weight or [], brief, result.setup.network.names)
            named = (source or DEFAULT) if len(sources) > 1 else ""
            show_run(console, showing, result, samples, view, picture, selection, named)
        except ClosedPipeError:  # who has read enough of the result has not called the update off
            save(console, files)
            raise
        save(console, files)
