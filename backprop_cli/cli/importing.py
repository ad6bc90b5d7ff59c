"""`backprop import`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from backprop_cli.cli import options as opt
from backprop_cli.cli.completion import complete_activation, complete_loss
from backprop_cli.cli.console import Console

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backprop_cli.bridges.imported import Imported
    from backprop_cli.functions.numeric import Array

PICKLES = (".pt", ".pth", ".pkl", ".pickle", ".joblib")


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
        typer.Option(
            "--activation", metavar="NAME", help="Of hidden layers, where the model does not say.", show_default="relu",
            autocompletion=complete_activation, rich_help_panel=opt.NETWORK,
        ),
    ] = None,
    output_activation: Annotated[
        str | None,
        typer.Option(
            "--output-activation", metavar="NAME", help="Of the last layer, where the model does not say.",
            show_default="linear", autocompletion=complete_activation, rich_help_panel=opt.NETWORK,
        ),
    ] = None,
    loss: Annotated[
        str | None,
        typer.Option(
            "--loss", metavar="NAME", help="What is minimised.", show_default="the model's, or half_squared_error",
            autocompletion=complete_loss, rich_help_panel=opt.NETWORK,
        ),
    ] = None,
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", metavar="FILE", help="The network file; - is standard output.", rich_help_panel=opt.OUTPUT
        ),
    ] = "-",
    quiet: opt.QuietOption = False,
) -> None:  # fmt: skip
    """A network file from another library's model.

    Reads models of PyTorch, ONNX, Keras and scikit-learn. Nothing that a file holds is run: pickles (.pt, .pkl) are refused,
    with the lines that save the weights safely.
    """
    from pathlib import Path

    from backprop_cli.bridges.imported import network_text, require_chain
    from backprop_cli.errors import UsageError
    from backprop_cli.files.document import parse
    from backprop_cli.files.read import read

    console = Console(quiet)
    if output != "-" and not output.endswith((".yaml", ".yml")):
        raise UsageError(f"--output {output}: the name must end in .yaml or .yml")
    found = _read(model)
    require_chain(found.layers, model)
    for note in found.notes:
        console.notice(note)
    hidden, last = activation or "relu", output_activation or "linear"
    _require_functions(hidden, last, loss)
    if any(layer.activation is None for layer in found.layers) and None in (activation, output_activation):
        console.notice(
            f"{model} holds weights alone: hidden layers are taken for {hidden}, the last for {last} "
            "(--activation and --output-activation say otherwise)"
        )
    beside = str(Path(output).with_suffix(".safetensors"))
    text, arrays = network_text(found, hidden, last, loss or found.loss or "half_squared_error", Path(beside).name)
    if not arrays:
        read(parse(text, output, "yaml"))
    _write(console, output, text, beside, arrays)


def _read(model: str) -> Imported:
    """A model by its file's name, and by its first bytes where that says nothing."""
    from backprop_cli.bridges.imported import cannot, read_weights
    from backprop_cli.bridges.sklearn_model import read_skops
    from backprop_cli.cli.extras import extra
    from backprop_cli.files.input import read_bytes
    from backprop_cli.files.tensors import HOW_TO_SAVE

    content = read_bytes(model)
    if model.endswith(PICKLES):
        raise cannot(model, "the file is not read", HOW_TO_SAVE)
    if model.endswith(".onnx"):
        with extra("onnx"):
            from backprop_cli.bridges.onnx_import import read_onnx
        return read_onnx(content, model)
    if model.endswith((".keras", ".h5", ".hdf5")):
        with extra("keras"):
            from backprop_cli.bridges.keras_model import read_keras
        return read_keras(content, model)
    if model.endswith(".skops"):
        return read_skops(content, model)
    if model.endswith((".safetensors", ".npz", ".npy")):
        return read_weights(content, model)
    hint = "known: .safetensors, .npz, .onnx, .keras, .h5, .skops"
    raise cannot(model, "the name does not say what kind of model it is", hint)


def _require_functions(hidden: str, last: str, loss: str | None) -> None:
    from backprop_cli.errors import UnknownNameError
    from backprop_cli.functions.activations import ACTIVATIONS
    from backprop_cli.functions.losses import LOSSES

    for name in (hidden, last):
        if name not in ACTIVATIONS:
            raise UnknownNameError("activation", name, ACTIVATIONS)
    if loss is not None and loss not in LOSSES:
        raise UnknownNameError("loss", loss, LOSSES)


def _write(console: Console, output: str, text: str, beside: str, arrays: Mapping[str, Array]) -> None:
    """Write the network file, and the binary file with its weights where there are many."""
    from contextlib import ExitStack

    from backprop_cli.errors import UsageError
    from backprop_cli.files.output import written
    from backprop_cli.files.tensors import safetensors_bytes

    if output == "-":
        if arrays:
            raise UsageError("so many weights stand in a file beside the network file: say where with -o FILE.yaml")
        console.write([text])
        return
    with ExitStack() as stack:
        if arrays:
            stack.enter_context(written(beside, safetensors_bytes(arrays)))
        stack.enter_context(written(output, text))
    console.notice(f"wrote {output}" + (f" and {beside}" if arrays else ""))
