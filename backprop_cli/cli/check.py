"""`backprop check`."""

from __future__ import annotations

from typing import Annotated

import typer

from backprop_cli.cli import options as opt
from backprop_cli.cli.console import Console
from backprop_cli.cli.option_values import count_of, number_of
from backprop_cli.errors import UsageError

FAILED = 1
"""The exit code where the answer is no."""


def check(
    config: opt.ConfigArgument = None,
    against: Annotated[
        list[str] | None,
        typer.Option(
            "--against",
            "-a",
            metavar="FILE",
            help="Somebody's own numbers: JSON, YAML, CSV, .npz, .safetensors, or - for standard input. "
            "A CSV table with a row for each person, or several files: a row of result each.",
            rich_help_panel=opt.NETWORK,
        ),
    ] = None,
    allow_unknown: Annotated[
        bool,
        typer.Option(
            "--allow-unknown",
            help="With --against: names that the network does not know are no failure.",
            rich_help_panel=opt.CHECK,
        ),
    ] = False,
    tolerance: Annotated[
        float | None,
        typer.Option(
            "--tolerance",
            parser=number_of(0.0),
            help="Largest relative error.",
            show_default="1e-6; with --against 1e-9",
            metavar="X",
            rich_help_panel=opt.CHECK,
        ),
    ] = None,
    sample_parameters: Annotated[
        int | None,
        typer.Option(
            "--sample-parameters",
            parser=count_of(1),
            help="How many parameters are checked, chosen at random.",
            metavar="N",
            rich_help_panel=opt.CHECK,
        ),
    ] = None,
    seed: Annotated[
        int,
        typer.Option("--seed", parser=count_of(0), help="Seed of that choice.", metavar="N", rich_help_panel=opt.CHECK),
    ] = 0,
    effort: Annotated[
        int,
        typer.Option(
            "--effort",
            parser=count_of(0, 1_000_000),
            help="With --against: about how many seconds the search for mistakes may take.",
            metavar="SECONDS",
            rich_help_panel=opt.CHECK,
        ),
    ] = 2,
    steps: opt.StepsOption = None,
    learning_rate: opt.RateOption = None,
    sample: Annotated[
        int | None,
        typer.Option(
            "--sample",
            parser=count_of(1),
            help="With --against: whose intermediate results they are.",
            metavar="K",
            rich_help_panel=opt.SHOWN,
        ),
    ] = None,
    rows: opt.RowsOption = 200,
    format: opt.FormatOption = opt.Format.table,
    digits: opt.DigitsOption = opt.DIGITS,
    standalone: opt.StandaloneOption = False,
    no_pager: opt.NoPagerOption = False,
    quiet: opt.QuietOption = False,
) -> int:
    """Whether gradients are right.

    They are compared with numerical differentiation; with --against, somebody's
    own numbers with these, and where they differ, the mistakes that give exactly
    those numbers are named. Exit code 1: not all are right.
    """
    from backprop_cli.cli.checking import against_answers, against_numbers
    from backprop_cli.cli.setup import open_setup
    from backprop_cli.cli.show import Showing

    console = Console(quiet, not no_pager)
    against = against or []
    if [config, *against].count("-") > 1:
        raise UsageError("CONFIG and --against cannot both be read from standard input")
    _, setup = open_setup(config, console)
    setup = setup.with_schedule(learning_rate)
    showing = Showing(format, digits, rows, standalone)
    if not against:
        passed = against_numbers(console, showing, setup, steps, tolerance, sample_parameters, seed)
    else:
        passed = against_answers(console, showing, setup, steps, tolerance, sample, against, effort, allow_unknown)
    return 0 if passed else FAILED
