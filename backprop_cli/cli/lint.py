"""`backprop lint`."""

from __future__ import annotations

import typer

from backprop_cli.cli import options as opt
from backprop_cli.cli.console import Console

FOUND = 1
"""The exit code where something was found."""


def lint(
    config: opt.ConfigArgument = None,
    format: opt.FormatOption = opt.Format.table,
    quiet: opt.QuietOption = False,
) -> None:
    """What hinders training, before it begins.

    Dead and saturated units, units that are alike, inputs that are not scaled, targets that are never reached, and a learning
    rate far beyond what the curvature of the loss allows. The exit code is 1 where there is any.
    """
    from backprop_cli.check.hindrances import Hindrance, hindrances
    from backprop_cli.cli.setup import open_setup
    from backprop_cli.cli.show import Showing, show
    from backprop_cli.render.views.lint_view import lint_view

    console = Console(quiet)
    _, setup = open_setup(config, Console(is_quiet=True))  # what it says of targets is found here too
    found = hindrances(setup)
    rows = [tuple(finding) for finding in found]
    record = [("passed", not found), ("findings", [finding._asdict() for finding in found])]
    show(
        console,
        Showing(format, opt.DIGITS),
        lambda notation: lint_view(found, notation),
        record,
        Hindrance._fields,
        rows,
    )
    if found:
        raise typer.Exit(FOUND)
