"""`backprop report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from backprop_cli.cli import options as opt
from backprop_cli.cli.console import Console


def report(
    config: opt.ConfigArgument = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            help="Where the page goes: a file, or - for standard output.",
            metavar="FILE",
            rich_help_panel=opt.OUTPUT,
        ),
    ] = None,
    steps: opt.StepsOption = None,
    learning_rate: opt.RateOption = None,
    frames: Annotated[
        int,
        typer.Option(
            "--frames",
            min=1,
            max=500,
            help="Steps kept for the page's slider, evenly spaced.",
            metavar="N",
            rich_help_panel=opt.SHOWN,
        ),
    ] = 20,
    sample: opt.SampleOption = 1,
    digits: opt.DigitsOption = 8,
    quiet: opt.QuietOption = False,
) -> None:
    """The worked network as an HTML page.

    One file that loads nothing from anywhere: the drawing, the formulas, the numbers, a slider over the steps.
    """
    from backprop_cli.cli.extras import extra
    from backprop_cli.cli.progress import Progress
    from backprop_cli.cli.setup import open_setup, sample_index
    from backprop_cli.files.output import write_whole
    from backprop_cli.training.record import record

    with extra("report"):
        from backprop_cli.render.page.page import Page, page_text

    console = Console(quiet)
    console.require_target(output)
    document, setup = open_setup(config, console)
    index = sample_index(sample, setup)
    with Progress(console, steps if steps is not None else setup.schedule.steps) as progress:
        recording = record(setup.with_schedule(learning_rate), steps, frames, progress.update)
    text = page_text(Page(recording, Path(document.file).name, document.text, index, digits))
    if output in (None, "-"):
        console.write([text])
        return
    write_whole(str(output), text)
    console.notice(f"wrote {output}")
