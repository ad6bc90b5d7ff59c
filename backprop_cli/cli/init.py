"""`backprop init`."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from typing import Annotated

import typer

from backprop_cli.cli import options as opt
from backprop_cli.cli.completion import complete_activation, complete_loss
from backprop_cli.cli.console import Console
from backprop_cli.cli.option_values import count_of, number_of
from backprop_cli.cli.target_file import deliver
from backprop_cli.errors import UsageError

data_option = partial(typer.Option, rich_help_panel="Data")


def init(
    shape: Annotated[
        str | None,
        typer.Argument(
            metavar="SHAPE",
            help="Units of each layer, inputs first: 2-3-1.",
            show_default="2-3-1, or to fit the data",
        ),
    ] = None,
    activation: Annotated[
        str,
        opt.network_option(
            "--activation", metavar="NAME", help="Of the hidden layers.", autocompletion=complete_activation
        ),
    ] = "sigmoid",
    output_activation: Annotated[
        str | None,
        opt.network_option(
            "--output-activation",
            metavar="NAME",
            help="Of the last layer.",
            show_default="fits the loss",
            autocompletion=complete_activation,
        ),
    ] = None,
    loss: Annotated[
        str, opt.network_option("--loss", metavar="NAME", help="What is minimised.", autocompletion=complete_loss)
    ] = "half_squared_error",
    weights: Annotated[
        str | None,
        opt.network_option(
            "--init",
            metavar="NAME",
            help="How weights are drawn: xavier, he, uniform, normal, pytorch, zeros.",
            show_default="he for relu and its kin, else xavier",
        ),
    ] = None,
    seed: Annotated[int, opt.network_option("--seed", parser=count_of(0), metavar="N", help="Of the weights.")] = 0,
    data: Annotated[str | None, data_option("--data", metavar="FILE", help="A CSV file with the samples.")] = None,
    target: Annotated[
        str | None,
        data_option(
            "--target",
            metavar="COLUMN",
            help="Its column with the targets, by name or position.",
            show_default="the last",
        ),
    ] = None,
    learning_rate: Annotated[
        float | None,
        opt.training_option(
            "--learning-rate",
            "--lr",
            parser=number_of(),
            metavar="RATE",
            help="The learning rate.",
            show_default="0.5, or less where that overshoots",
        ),
    ] = None,
    steps: Annotated[
        int, opt.training_option("--steps", "-n", parser=count_of(0), metavar="N", help="Number of updates.")
    ] = 1,
    output: Annotated[
        str, opt.output_option("--output", "-o", metavar="FILE", help="The new file; - is standard output.")
    ] = "-",
    quiet: opt.QuietOption = False,
) -> None:
    """A commented network file to start from.

    Asks nothing: what is not said is chosen to fit the rest. A file that is there already is left alone.
    """
    from backprop_cli.check.hindrances import fitting_learning_rate
    from backprop_cli.files.start import USUAL_RATE, Start, start_text

    console = Console(quiet)
    if output != "-" and not output.endswith((".yaml", ".yml")):
        raise UsageError(f"--output {output}: the name must end in .yaml or .yml")
    if output != "-" and os.path.lexists(output):
        raise UsageError(f"{output} is there already\n    hint: choose another name, or remove it first")
    folder = "" if output == "-" else os.path.dirname(output)
    rate = USUAL_RATE if learning_rate is None else learning_rate
    wanted = Start(shape, activation, output_activation, loss, data, target, weights, seed, rate, steps=steps)
    text, setup = start_text(wanted, folder)
    if learning_rate is None and (fitting := fitting_learning_rate(setup)) < rate:
        wanted = replace(wanted, learning_rate=fitting, rate_note=f"{rate:g} overshoots")
        text, _ = start_text(wanted, folder)
    deliver(console, output, text)
