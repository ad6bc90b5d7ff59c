"""`backprop check`."""

from __future__ import annotations

from typing import Annotated

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
        opt.network_option(
            "--against",
            "-a",
            metavar="FILE",
            help=(
                "Somebody's own numbers: JSON, YAML, CSV, .npz, .safetensors, or - for standard input. "
                "A CSV table with a row for each person, or several files: a row of result each."
            ),
        ),
    ] = None,
    allow_unknown: Annotated[
        bool,
        opt.check_option(
            "--allow-unknown", help="With --against: names that the network does not know are no failure."
        ),
    ] = False,
    tolerance: Annotated[
        float | None,
        opt.check_option(
            "--tolerance",
            parser=number_of(0.0),
            metavar="X",
            help="Largest relative error.",
            show_default="1e-6; with --against 1e-9",
        ),
    ] = None,
    sample_parameters: Annotated[
        int | None,
        opt.check_option(
            "--sample-parameters",
            parser=count_of(1),
            metavar="N",
            help="How many parameters are checked, chosen at random.",
        ),
    ] = None,
    seed: Annotated[int, opt.check_option("--seed", parser=count_of(0), metavar="N", help="Seed of that choice.")] = 0,
    effort: Annotated[
        int,
        opt.check_option(
            "--effort",
            parser=count_of(0, 1_000_000),
            metavar="SECONDS",
            help="With --against: about how many seconds the search for mistakes may take.",
        ),
    ] = 2,
    steps: opt.StepsOption = None,
    learning_rate: opt.RateOption = None,
    sample: Annotated[
        int | None,
        opt.shown_option(
            "--sample", parser=count_of(1), metavar="K", help="With --against: whose intermediate results they are."
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
