"""`backprop explain`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from backprop_cli.cli import options as opt
from backprop_cli.cli.completion import NETWORK_SUFFIXES, complete_parameter
from backprop_cli.cli.console import Console
from backprop_cli.cli.option_values import names_in
from backprop_cli.errors import UsageError
from backprop_cli.files.shipped import example_names
from backprop_cli.nearest import nearest
from backprop_cli.network.names import Unit


def explain(
    config: opt.ConfigArgument = None,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME",
            help="What is explained: w31, b2, W2[1,1], W2 (all of layer 2), z3, a1, o1, x1.",
            show_default="a list of all",
            autocompletion=complete_parameter,
        ),
    ] = None,
    weight: Annotated[
        list[str] | None,
        opt.shown_option(
            "--weight", "-w", metavar="NAME", help="The same as NAME; repeatable.", autocompletion=complete_parameter
        ),
    ] = None,
    all_parameters: Annotated[bool, opt.shown_option("--all", help="Explain every weight and bias.")] = False,
    paths: Annotated[
        bool, opt.shown_option("--paths", help="Every path from the parameter to the loss, largest first.")
    ] = False,
    limit: opt.PathLimitOption = 20,
    graph: Annotated[
        bool | None,
        opt.shown_option(
            "--graph/--no-graph",
            help="Draw the network with the paths lit.",
            show_default="on a terminal with room for it",
        ),
    ] = None,
    steps: opt.StepsOption = None,
    learning_rate: opt.RateOption = None,
    show_step: opt.ShowStepOption = None,
    sample: opt.SampleOption = 1,
    rows: opt.RowsOption = 200,
    format: opt.FormatOption = opt.Format.table,
    digits: opt.DigitsOption = opt.DIGITS,
    standalone: opt.StandaloneOption = False,
    no_pager: opt.NoPagerOption = False,
    quiet: opt.QuietOption = False,
) -> None:
    """One gradient, derived factor by factor.

    Each factor with its symbols, its rule, the numbers put in and its value; then the update.
    Without a NAME it lists what can be explained, with its gradient.
    """
    from backprop_cli.cli.setup import open_setup, sample_index
    from backprop_cli.cli.show import Showing, show
    from backprop_cli.derivation.explanation import Explainable, Explainer
    from backprop_cli.files.limits import require_records
    from backprop_cli.render.formats.records import (
        CSV_COLUMNS,
        explain_record,
        explain_rows,
        listing_record,
        listing_rows,
    )
    from backprop_cli.render.views.explain_view import explain_view, listing_view
    from backprop_cli.training.train import train

    console = Console(quiet, not no_pager)
    config, wanted = _wanted(config, [*(names or ()), *(weight or ())])
    if wanted and all_parameters:
        raise UsageError("give names, or --all, not both")
    _, setup = open_setup(config, console)
    index = sample_index(sample, setup)
    require_records(setup.network)
    table = setup.network.names
    chosen = [one for name in wanted for one in table.meant(name)] if wanted else list(table.parameters())
    result = train(setup.with_schedule(learning_rate), steps, show_step)
    explainer = Explainer(result, index)
    showing = Showing(format, digits, rows, standalone)
    if not (wanted or all_parameters):
        quantities = explainer.explainable()
        show(
            console,
            showing,
            lambda notation: listing_view(result, quantities, explainer.count(), sample, notation),
            listing_record(result, quantities, sample),
            Explainable._fields,
            listing_rows(quantities),
        )
        return
    explanations = (
        explainer.explain_unit(one, paths, limit) if isinstance(one, Unit) else explainer.explain(one, paths, limit)
        for one in chosen
    )
    picture = None
    if console.is_terminal if graph is None else graph:
        from backprop_cli.render.views.graph_view import path_pictures

        picture = path_pictures(explainer.derivation, graph is True)
    show(
        console,
        showing,
        lambda notation: explain_view(result, explanations, sample, notation, picture),
        explain_record(result, explanations, sample),
        (*CSV_COLUMNS, "parameter"),
        explain_rows(explanations),
    )


def _wanted(config: str | None, names: list[str]) -> tuple[str | None, list[str]]:
    """CONFIG and the names that are to be explained: `explain w31` leaves CONFIG out, `w31,w41` are two names."""
    if config is not None and not _is_network(config):
        return _wanted(None, [config, *names])
    return config, names_in(names)


def _is_network(word: str) -> bool:
    """Whether a word is a network file, or an example, or was meant to be one, rather than a name in a network."""
    if word == "-" or os.path.exists(word) or os.sep in word or word.endswith(NETWORK_SUFFIXES):
        return True
    return nearest(word, example_names()) is not None
