"""`backprop import`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backprop_cli.cli import options as opt
from backprop_cli.cli.completion import complete_activation, complete_loss
from backprop_cli.cli.console import Console
from backprop_cli.cli.target_file import check_target
from backprop_cli.errors import UsageError

if TYPE_CHECKING:
    from backprop_cli.bridges.imported import Imported


def import_model(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help=".safetensors or .npz with weights, .onnx, .keras, .h5, .skops.",
            show_default=False,
        ),
    ],
    activation: Annotated[
        str | None,
        opt.network_option(
            "--activation",
            metavar="NAME",
            help="Of hidden layers, where the model does not say.",
            show_default="relu",
            autocompletion=complete_activation,
        ),
    ] = None,
    output_activation: Annotated[
        str | None,
        opt.network_option(
            "--output-activation",
            metavar="NAME",
            help="Of the last layer, where the model does not say.",
            show_default="linear",
            autocompletion=complete_activation,
        ),
    ] = None,
    loss: Annotated[
        str | None,
        opt.network_option(
            "--loss",
            metavar="NAME",
            help="What is minimised.",
            show_default="the model's, or half_squared_error",
            autocompletion=complete_loss,
        ),
    ] = None,
    output: Annotated[
        str, opt.output_option("--output", "-o", metavar="FILE", help="The network file; - is standard output.")
    ] = "-",
    quiet: opt.QuietOption = False,
) -> None:
    """A network file from another library's model.

    Reads models of PyTorch, ONNX, Keras and scikit-learn. Nothing that a file holds is run: pickles (.pt, .pkl) are refused,
    with the lines that save the weights safely.
    """
    from backprop_cli.bridges.imported import network_text, require_chain
    from backprop_cli.cli.model_files import read_model, require_functions, write_network
    from backprop_cli.files.document import parse
    from backprop_cli.files.read import read

    console = Console(quiet)
    check_target(output, [model])
    if output != "-" and not output.endswith((".yaml", ".yml")):
        raise UsageError(f"--output {output}: the name must end in .yaml or .yml")
    found = read_model(model)
    require_chain(found.layers, model)
    for note in found.notes:
        console.notice(note)
    hidden, last = activation or "relu", output_activation or "linear"
    require_functions(hidden, last, loss)
    if taken := _taken(found, activation, output_activation):
        console.notice(f"{model} holds weights alone: {taken}")
    beside = str(Path(output).with_suffix(".safetensors"))
    text, arrays = network_text(found, hidden, last, loss or found.loss or "half_squared_error", Path(beside).name)
    if arrays:
        check_target(beside, [model])
    else:
        read(parse(text, output, "yaml"))
    write_network(console, output, text, beside, arrays)


def _taken(found: Imported, activation: str | None, output_activation: str | None) -> str:
    """Which activations are taken that neither the model nor an option says, and the options that do."""
    *hidden, last = (layer.activation is None for layer in found.layers)
    taken, options = [], []
    if any(hidden) and activation is None:
        taken.append("hidden layers are taken for relu")
        options.append("--activation")
    if last and output_activation is None:
        taken.append(f"the last {'' if taken else 'layer is taken '}for linear")
        options.append("--output-activation")
    if not taken:
        return ""
    return f"{', '.join(taken)} ({' and '.join(options)} {'say' if len(options) > 1 else 'says'} otherwise)"
