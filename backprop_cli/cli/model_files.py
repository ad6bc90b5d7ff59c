"""Models of other libraries, read, and the network file that is made of one, written."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack

from backprop_cli.bridges.imported import Imported, cannot, read_weights
from backprop_cli.bridges.sklearn_model import read_skops
from backprop_cli.cli.console import Console
from backprop_cli.cli.extras import extra
from backprop_cli.errors import UnknownNameError, UsageError
from backprop_cli.files.input import read_bytes
from backprop_cli.files.output import written
from backprop_cli.files.tensors import HOW_TO_SAVE, safetensors_bytes
from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.functions.losses import LOSSES
from backprop_cli.functions.numeric import Array

PICKLES = (".pt", ".pth", ".pkl", ".pickle", ".joblib")


def read_model(model: str) -> Imported:
    """A model by its file's name, and by its first bytes where that says nothing."""
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
    if model.endswith((".safetensors", ".npz")):
        return read_weights(content, model)
    hint = "known: .safetensors, .npz, .onnx, .keras, .h5, .skops"
    raise cannot(model, "the name does not say what kind of model it is", hint)


def require_functions(hidden: str, last: str, loss: str | None) -> None:
    """Refuse names that are no activation's, or no loss's.

    Raises:
        UnknownNameError: with the nearest right name.
    """
    for name in (hidden, last):
        if name not in ACTIVATIONS:
            raise UnknownNameError("activation", name, ACTIVATIONS)
    if loss is not None and loss not in LOSSES:
        raise UnknownNameError("loss", loss, LOSSES)


def write_network(console: Console, output: str, text: str, beside: str, arrays: Mapping[str, Array]) -> None:
    """Write the network file, and the binary file with its weights where there are many."""
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
