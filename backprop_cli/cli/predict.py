"""`backprop predict`."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from backprop_cli.cli import options as opt
from backprop_cli.cli.console import Console


def predict(
    config: opt.ConfigArgument = None,
    inputs: Annotated[
        list[str] | None,
        opt.network_option(
            "--inputs",
            "-x",
            metavar="X",
            help="Numbers of one sample (0.05,0.1 or x1=0.05,x2=0.1), or a CSV file of samples; repeatable.",
            show_default="the file's samples",
        ),
    ] = None,
    rows: opt.RowsOption = 200,
    format: opt.FormatOption = opt.Format.table,
    digits: opt.DigitsOption = opt.DIGITS,
    standalone: opt.StandaloneOption = False,
    no_pager: opt.NoPagerOption = False,
    quiet: opt.QuietOption = False,
) -> None:
    """What a network puts out.

    The outputs for the file's samples, or for the inputs that are given, with the network as it stands; the class of each
    where the outputs stand for classes.
    """
    from backprop_cli.cli.new_samples import new_samples, standardized_alike
    from backprop_cli.cli.setup import open_setup
    from backprop_cli.cli.show import Showing, show
    from backprop_cli.derivation.predictions import predict as predicted
    from backprop_cli.render.formats.records import predictions_columns, predictions_record, predictions_rows
    from backprop_cli.render.views.prediction_view import prediction_view

    console = Console(quiet, not no_pager)
    document, setup = open_setup(config, console)
    given = new_samples(inputs, setup.network.names) if inputs else document.given_inputs
    new = standardized_alike(given, document.scales) if inputs and given is not None else None
    made = predicted(setup.network, setup.samples, new)
    if given is not None:
        made = replace(made, inputs=given)
    show(
        console,
        Showing(format, digits, rows, standalone),
        lambda notation: prediction_view(setup, made, notation),
        predictions_record(made),
        predictions_columns(made),
        predictions_rows(made),
    )
