"""`backprop report`."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Annotated

from backprop_cli.cli import options as opt
from backprop_cli.cli.console import Console
from backprop_cli.cli.extras import extra
from backprop_cli.cli.option_values import count_of
from backprop_cli.cli.progress import Progress
from backprop_cli.cli.target_file import check_target, deliver
from backprop_cli.cli.watch import serve
from backprop_cli.errors import UsageError
from backprop_cli.files.output import PAGE_ENDINGS

FRAMES = 20
"""Steps that are kept unless another number is given."""


def report(
    config: opt.ConfigArgument = None,
    output: Annotated[
        str | None,
        opt.output_option(
            "--output",
            "-o",
            metavar="FILE",
            help="Where the page goes: a file, or - for standard output; NAME.html if left out.",
        ),
    ] = None,
    steps: opt.StepsOption = None,
    learning_rate: opt.RateOption = None,
    frames: Annotated[
        int,
        opt.shown_option(
            "--frames", parser=count_of(1, 500), metavar="N", help="Steps kept for the page's slider, evenly spaced."
        ),
    ] = FRAMES,
    sample: opt.SampleOption = 1,
    digits: opt.DigitsOption = opt.DIGITS,
    is_opened: Annotated[bool, opt.output_option("--open", help="Open the page in the browser.")] = False,
    is_watched: Annotated[
        bool,
        opt.output_option(
            "--watch", help="Serve the page on this machine, and make it anew whenever the file is saved."
        ),
    ] = False,
    quiet: opt.QuietOption = False,
) -> None:
    """The worked network as an HTML page.

    One file that loads nothing from anywhere: the drawing, the formulas, the numbers, a slider over the steps. Definitions as
    chain takes them, with the values of their variables, have a page too.
    """
    from backprop_cli.cli.given_definitions import are_definitions
    from backprop_cli.cli.setup import open_setup, sample_index
    from backprop_cli.training.record import record

    with extra("report"):
        from backprop_cli.render.page.page import Page, page_text

    console = Console(quiet)
    if is_opened and output == "-":
        raise UsageError("--open needs a file: leave out --output -")
    if is_watched and output is not None:
        raise UsageError("--watch serves the page and writes no file: leave out --output")

    if config is not None and are_definitions(config) and not is_watched:
        if steps is not None or learning_rate is not None or frames != FRAMES or sample != 1:
            raise UsageError(
                "definitions have no steps and no samples: leave out --steps, --learning-rate, --frames, --sample"
            )
        check_target(output or _page_name("-"), (), PAGE_ENDINGS)
        # sympy takes 0.4 s to load, which a network does without
        from backprop_cli.cli.reported_definitions import reported_definitions

        _write(reported_definitions(config, digits, console), output, "-", is_opened, console)
        return

    def page(version: int = 0) -> tuple[str, str]:
        document, setup = open_setup(config, console)
        if not is_watched:
            check_target(output or _page_name(document.file), document.files, PAGE_ENDINGS)
        index = sample_index(sample, setup)
        with Progress(console, steps if steps is not None else setup.schedule.steps) as progress:
            recording = record(setup.with_schedule(learning_rate), steps, frames, progress.update)
        file = document.file
        return file, page_text(Page(recording, Path(file).name, document.text, index, digits, version))

    if is_watched:
        if config is None or not Path(config).is_file():
            raise UsageError("--watch needs a network file that can be saved: give its path")
        serve(Path(config), lambda version: page(version)[1], console, webbrowser.open if is_opened else None)
        return
    file, text = page()
    _write(text, output, file, is_opened, console)


def _write(text: str, output: str | None, file: str, is_opened: bool, console: Console) -> None:
    """Write the page, and show it if that is wanted."""
    target = output if output is not None else _page_name(file)
    deliver(console, target, text)
    if is_opened and not webbrowser.open(Path(target).resolve().as_uri()):
        console.notice(f"there is no browser to open {target} with")


def _page_name(file: str) -> str:
    """`net.html` in the present folder for `configs/net.yaml`, `report.html` for standard input."""
    return f"{Path(file).stem}.html" if Path(file).suffix else "report.html"
