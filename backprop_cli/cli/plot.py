"""`backprop plot`."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from backprop_cli.cli import options as opt
from backprop_cli.cli.console import Console
from backprop_cli.cli.values import choice_of

if TYPE_CHECKING:
    from backprop_cli.network.network import Samples
    from backprop_cli.training.train import Run

SUFFIXES = (".svg", ".png", ".pdf")
PNG_SCALE = 2.0
"""A PNG has twice the picture's size, which is sharp on today's screens."""


class What(StrEnum):
    """What is drawn."""

    network = "network"
    loss = "loss"
    gradients = "gradients"


def plot(
    config: opt.ConfigArgument = None,
    what: Annotated[
        What,
        typer.Option(
            "--what",
            parser=choice_of(What),
            metavar="NAME",
            autocompletion=lambda: list(What),
            help="network with its weights, gradients, or the loss over the steps.",
            rich_help_panel=opt.SHOWN,
        ),
    ] = What.network,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            help="Where the picture goes: .svg, .png, .pdf, or - for SVG on standard output.",
            metavar="FILE",
            rich_help_panel=opt.OUTPUT,
        ),
    ] = None,
    steps: opt.StepsOption = None,
    learning_rate: opt.RateOption = None,
    show_step: opt.ShowStepOption = None,
    sample: opt.SampleOption = 1,
    quiet: opt.QuietOption = False,
) -> None:
    """The network, or its loss, as a picture.

    The network with its weights or gradients, or the loss over the steps, as SVG, PNG or PDF.
    """
    from backprop_cli.cli.extras import extra
    from backprop_cli.cli.progress import Progress
    from backprop_cli.cli.setup import open_setup, sample_index
    from backprop_cli.errors import UsageError
    from backprop_cli.files.output import write_whole
    from backprop_cli.training.train import train

    console = Console(quiet)
    console.require_target(output)
    suffix = ".svg" if output in (None, "-") else "." + str(output).rpartition(".")[2].lower()
    if suffix not in SUFFIXES:
        raise UsageError(f"--output {output}: the name must end in .svg, .png or .pdf, so that the format is known")
    _, setup = open_setup(config, console)
    index = sample_index(sample, setup)
    with Progress(console, steps if steps is not None else setup.schedule.steps) as progress:
        result = train(
            setup.with_schedule(learning_rate), steps, show_step, progress.update, every_loss=what is What.loss
        )
    text = _svg(result, setup.samples.only(index), what)
    if output in (None, "-"):
        console.write([text, "\n"])
        return
    content: str | bytes = text + "\n"
    if suffix != ".svg":
        with extra("plot"):
            import vl_convert
        made = vl_convert.svg_to_png(text, scale=PNG_SCALE) if suffix == ".png" else vl_convert.svg_to_pdf(text)
        content = bytes(made)
    write_whole(str(output), content)
    console.notice(f"wrote {output}")


def _svg(run: Run, sample: Samples, what: What) -> str:
    from backprop_cli.derivation.partials import Derivation
    from backprop_cli.errors import UsageError
    from backprop_cli.render.drawing.heat import HeatMaps, heat_svg
    from backprop_cli.render.drawing.layout import is_drawable
    from backprop_cli.render.drawing.loss import Curve, loss_svg
    from backprop_cli.render.drawing.svg import text_of
    from backprop_cli.render.drawing.units import Drawing, network_svg
    from backprop_cli.render.drawing.values import sample_values

    network = run.shown.before
    if what is What.loss:
        if run.steps == 0:
            raise UsageError("--what loss needs at least one step: there is no curve of a single loss")
        return text_of(loss_svg(Curve(run.history.tolist(), network.names.loss)))
    if not is_drawable(network):
        wanted = ("weights", "gradients") if what is What.network else ("gradients",)
        return text_of(heat_svg(HeatMaps(network, run.shown.gradients, wanted)))
    values = sample_values(Derivation(network, sample))
    return text_of(network_svg(Drawing(network, values, "weight" if what is What.network else "gradient")))
