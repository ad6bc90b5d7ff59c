"""`backprop plot`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from backprop_cli.cli import options as opt
from backprop_cli.cli.console import Console
from backprop_cli.cli.extras import as_picture
from backprop_cli.cli.progress import Progress
from backprop_cli.cli.target_file import check_target, deliver
from backprop_cli.errors import UsageError

SUFFIXES = (".svg", ".png", ".pdf")


class What(StrEnum):
    """What is drawn."""

    network = "network"
    loss = "loss"
    gradients = "gradients"
    operations = "operations"


def plot(
    config: opt.ConfigArgument = None,
    what: Annotated[
        What,
        opt.shown_option(
            "--what",
            **opt.one_of(What),
            help="network with its weights, gradients, its operations one by one, or the loss over the steps.",
        ),
    ] = What.network,
    output: Annotated[
        str | None,
        opt.output_option(
            "--output",
            "-o",
            metavar="FILE",
            help="Where the picture goes: .svg, .png, .pdf, or - for SVG on standard output.",
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
    from backprop_cli.cli.given_definitions import are_definitions
    from backprop_cli.cli.setup import open_setup, sample_index
    from backprop_cli.derivation.explanation import derive
    from backprop_cli.formula.expression import Source
    from backprop_cli.render.drawing.picture import loss_picture, network_picture
    from backprop_cli.training.train import train

    console = Console(quiet)
    console.require_target(output)
    if config is not None and are_definitions(config):
        # sympy takes 0.4 s to load, which a network does without
        from backprop_cli.chain.derive import differentiate
        from backprop_cli.chain.question import Question, Steps
        from backprop_cli.cli.show_circuit import write_circuit
        from backprop_cli.render.drawing.circuit import circuit_of_chain

        result = differentiate(Source(config), Question(steps=Steps.all, numbers=True))
        write_circuit(console, circuit_of_chain(result), output or "-")
        return
    suffix = ".svg" if output in (None, "-") else "." + str(output).rpartition(".")[2].lower()
    if suffix not in SUFFIXES and what is not What.operations:
        raise UsageError(f"--output {output}: the name must end in .svg, .png or .pdf, so that the format is known")
    document, setup = open_setup(config, console)
    check_target(output, document.files)
    index = sample_index(sample, setup)
    count = setup.schedule.steps if steps is None else steps
    if what is What.loss and count == 0:
        raise UsageError("--what loss needs at least one step: there is no curve of a single loss")
    with Progress(console, count) as progress:
        run = train(setup.with_schedule(learning_rate), steps, show_step, progress.update, every_loss=what is What.loss)
    if what is What.operations:
        from backprop_cli.chain.of_network import network_operations
        from backprop_cli.cli.show_circuit import write_circuit
        from backprop_cli.render.drawing.circuit import circuit_of

        write_circuit(console, circuit_of(*network_operations(derive(run, index))), output or "-")
        return
    text = loss_picture(run) if what is What.loss else network_picture(run, index, what is What.gradients)
    deliver(console, output, text + "\n" if suffix == ".svg" else as_picture(text, suffix))
