"""`backprop explain`."""

from __future__ import annotations

from typing import Annotated

import typer

from backprop_cli.cli import options as opt
from backprop_cli.cli.completion import complete_parameter
from backprop_cli.cli.console import Console


def explain(
    config: opt.ConfigArgument = None,
    weight: Annotated[
        list[str] | None,
        typer.Option(
            "--weight",
            "-w",
            help="Weight or bias, by name or position W2[1,1]; repeatable.",
            metavar="NAME",
            autocompletion=complete_parameter,
            rich_help_panel=opt.SHOWN,
        ),
    ] = None,
    all_parameters: Annotated[
        bool, typer.Option("--all", help="Explain every parameter.", rich_help_panel=opt.SHOWN)
    ] = False,
    paths: Annotated[
        bool,
        typer.Option(
            "--paths", help="Every path from the parameter to the loss, largest first.", rich_help_panel=opt.SHOWN
        ),
    ] = False,
    limit: opt.PathLimitOption = 20,
    graph: Annotated[
        bool | None,
        typer.Option(
            "--graph/--no-graph",
            help="Draw the network with the paths lit.",
            show_default="on a terminal with room for it",
            rich_help_panel=opt.SHOWN,
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
    quiet: opt.QuietOption = False,
) -> None:
    """One gradient, derived factor by factor.

    Each factor with its symbols, its rule, the numbers put in and its value; then the update.
    """
    from backprop_cli.cli.setup import open_setup, sample_index
    from backprop_cli.cli.show import Showing, show
    from backprop_cli.derivation.explanation import Explainer
    from backprop_cli.errors import UsageError
    from backprop_cli.files.limits import require_records
    from backprop_cli.render.formats.records import CSV_COLUMNS, explain_record, explain_rows
    from backprop_cli.render.views.explain_view import explain_view
    from backprop_cli.render.views.graph_view import no_picture, path_pictures
    from backprop_cli.training.train import train

    console = Console(quiet)
    if bool(weight) == all_parameters:
        raise UsageError("say which gradient: --weight NAME (repeatable), or --all")
    _, setup = open_setup(config, console)
    index = sample_index(sample, setup)
    require_records(setup.network)
    names = setup.network.names
    parameters = [names.find(name) for name in weight] if weight else list(names.parameters())
    result = train(setup.with_schedule(learning_rate), steps, show_step)
    explainer = Explainer(result, index)
    explanations = (explainer.explain(parameter, paths, limit) for parameter in parameters)
    is_drawn = console.is_terminal if graph is None else graph
    picture = path_pictures(explainer.derivation, graph is True) if is_drawn else no_picture
    show(
        console,
        Showing(format, digits, rows, standalone),
        lambda notation: explain_view(result, explanations, sample, notation, picture),
        explain_record(result, explanations, sample),
        (*CSV_COLUMNS, "parameter"),
        explain_rows(explanations),
    )
