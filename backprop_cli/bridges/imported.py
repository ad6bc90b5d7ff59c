"""A model of another library, as it was read, and the network file that is made of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from backprop_cli.errors import InputError, Problem, TextPlace, UsageError
from backprop_cli.files.state_dict import linear_pairs, numbered_pairs
from backprop_cli.files.tensors import read_arrays
from backprop_cli.functions.numeric import Array

MOST_IN_TEXT = 2_000
"""Numbers that are written into the network file; more stand in a binary file beside it."""

Function = str | dict[str, dict[str, float]]
"""An activation as the network file writes it: `tanh`, or `{leaky_relu: {slope: 0.2}}`."""


@dataclass(frozen=True)
class ImportedLayer:
    """`weights` is units × sources, `bias` has one entry a unit."""

    weights: Array
    bias: Array | None
    activation: Function | None = None


@dataclass(frozen=True)
class Imported:
    """The layers of a model, its loss where it says one, and what was left out of it."""

    layers: Sequence[ImportedLayer]
    loss: str | None = None
    notes: tuple[str, ...] = ()


class NetworkText(NamedTuple):
    """The text of a network file, and the arrays of the binary file that it names, if they stand in one."""

    text: str
    arrays: Mapping[str, Array]


def cannot(file: str, message: str, hint: str = "") -> InputError:
    """The error for a model that is not of our kind."""
    return InputError(Problem(message, hint=hint, place=TextPlace(file)))


def require_chain(layers: Sequence[ImportedLayer], file: str) -> None:
    """Refuse layers that do not follow one another.

    Raises:
        InputError: there is none, or one has not as many sources as the one before it has units.
    """
    if not layers:
        raise cannot(file, "it holds no layer with weights")
    for number, layer in enumerate(layers, start=1):
        if layer.weights.ndim != 2 or not layer.weights.size:
            raise cannot(file, f"the weights of layer {number} are no matrix")
        if layer.bias is not None and layer.bias.shape != (len(layer.weights),):
            raise cannot(file, f"layer {number} has {len(layer.weights)} units, but {layer.bias.size} biases")
        if number > 1 and layer.weights.shape[1] != len(layers[number - 2].weights):
            raise cannot(
                file, f"layer {number} has {layer.weights.shape[1]} sources, the one before it another number of units"
            )
        parts = [layer.weights] if layer.bias is None else [layer.weights, layer.bias]
        if not all(np.isfinite(part).all() for part in parts):
            raise cannot(file, f"layer {number} holds a number that is not finite")


def read_weights(content: bytes, file: str) -> Imported:
    """The layers of a `state_dict`, or of `W1`, `b1`, …, in a `.safetensors` or `.npz` file, which says nothing of activations.

    Raises:
        InputError: it cannot be read, or holds something else.
    """
    arrays = read_arrays(content, file)
    if any(name.startswith(("coefs_", "arr_")) for name in arrays):
        return _of_sklearn(arrays, file)
    try:
        pairs, ways = linear_pairs(arrays), numbered_pairs(arrays)
    except UsageError as error:
        raise cannot(file, str(error)) from None
    layers = [ImportedLayer(as_float(weights), None if bias is None else as_float(bias)) for weights, bias in pairs]
    note = f"{file}: rows and columns of its weights both fit, so each row is taken for a unit's (X @ W has columns)"
    return Imported(layers, notes=(note,) if len(ways) > 1 else ())


def _of_sklearn(arrays: Mapping[str, Array], file: str) -> Imported:
    """Arrays `coefs_0`, …, `intercepts_0`, …; or `arr_0`, …: all coefs and then all intercepts."""
    names = sorted(arrays, key=lambda name: (name.rpartition("_")[0], int("0" + name.rpartition("_")[2])))
    coefs = [name for name in names if name.startswith("coefs_")]
    intercepts = [name for name in names if name.startswith("intercepts_")]
    if not coefs:
        coefs, intercepts = names[: len(names) // 2], names[len(names) // 2 :]
    if len(coefs) != len(intercepts) or len(coefs) + len(intercepts) < len(names):
        raise cannot(file, "expected as many arrays coefs_0, … as intercepts_0, … and nothing else")
    layers = [
        ImportedLayer(as_float(arrays[weights].T), as_float(arrays[bias]))
        for weights, bias in zip(coefs, intercepts, strict=True)
    ]
    return Imported(layers)


def as_float(array: Any) -> Array:
    """The array's numbers as float64, which holds each of them exactly."""
    return np.ascontiguousarray(array, dtype=np.float64)


def network_text(model: Imported, activation: str, output: str, loss: str, beside: str) -> NetworkText:
    """The network file of a model, with a sample to be replaced; many weights stand in the file `beside`.

    `activation` and `output` are those of layers of which the model says nothing.
    """
    count = sum(layer.weights.size + (0 if layer.bias is None else layer.bias.size) for layer in model.layers)
    is_apart = count > MOST_IN_TEXT
    inputs, outputs = model.layers[0].weights.shape[1], len(model.layers[-1].weights)
    lines = [
        f"loss: {loss}",
        "# One sample to begin with: put your own in its place, or the name of a .csv, .json or .npz file.",
        f"inputs: {json.dumps([0.5] * inputs)}",
        f"targets: {json.dumps([1.0] + [0.0] * (outputs - 1))}",
    ]
    lines += [f"weights: {json.dumps(beside, ensure_ascii=False)}"] if is_apart else []
    lines.append("layers:")
    arrays: dict[str, Array] = {}
    for index, layer in enumerate(model.layers):
        function = layer.activation or (output if index == len(model.layers) - 1 else activation)
        lines.append(f"  - activation: {_flow(function)}")
        if is_apart:
            arrays[f"{2 * index}.weight"] = layer.weights
            if layer.bias is not None:
                arrays[f"{2 * index}.bias"] = layer.bias
            continue
        lines.append("    weights:")
        lines += [f"      - {row!r}" for row in layer.weights.tolist()]
        lines += [] if layer.bias is None else [f"    bias: {layer.bias.tolist()!r}"]
    return NetworkText("\n".join(lines) + "\n", arrays)


def _flow(function: Function) -> str:
    if isinstance(function, str):
        return function
    ((name, settings),) = function.items()
    return f"{{{name}: {{{', '.join(f'{key}: {value!r}' for key, value in settings.items())}}}}}"
