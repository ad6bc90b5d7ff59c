"""A network's weights under the names that PyTorch's `state_dict` gives them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from backprop_cli.errors import UsageError
from backprop_cli.files.tensors import npz_bytes, safetensors_bytes
from backprop_cli.network.network import Network

WEIGHT_ENDINGS = (".safetensors", ".npz")
"""Of binary files that hold the weights alone, which a network file may name."""
Pair = tuple["np.ndarray[Any, np.dtype[Any]]", "np.ndarray[Any, np.dtype[Any]] | None"]
"""A layer's weights, units × sources, and its biases."""


def linear_pairs(arrays: Mapping[str, np.ndarray[Any, np.dtype[Any]]]) -> list[Pair]:
    """The layers of a `state_dict`: `0.weight` and `0.bias`, `2.weight`, … or `fc1.weight`, …, each as `torch.nn.Linear` has it.

    Numbers in the names are put in their order. Where the shapes do not follow one another in that order, the one in which
    they do is taken, if there is one only. `W1`, `b1`, `W2`, … are read as well, as `numbered_pairs` says.

    Raises:
        UsageError: another array is there, a weight is no matrix, or the layers do not follow one another.
    """
    if numbered := numbered_pairs(arrays):
        return numbered[0]
    weights = {name: array for name, array in arrays.items() if re.fullmatch(r"(.*\.)?weight", name)}
    known = {*weights, *(_bias_name(name) for name in weights)}
    others = [name for name in arrays if name not in known]
    if others or not weights:
        found = ", ".join(others[:6]) or "none"
        raise UsageError(f"expected arrays such as 0.weight and 0.bias, or W1 and b1, found {found}")
    for name, array in weights.items():
        bias = arrays.get(_bias_name(name))
        if array.ndim != 2 or not array.size:
            raise UsageError(f"{name} is no matrix of units × sources, its shape is {array.shape}")
        if bias is not None and bias.shape != (len(array),):
            raise UsageError(f"{_bias_name(name)} has the shape {bias.shape}, but {name} has {len(array)} rows")
    order = sorted(weights, key=_natural)
    if not _follow([weights[name].shape for name in order]):
        order = _only_order({name: array.shape for name, array in weights.items()})
    return [(weights[name], arrays.get(_bias_name(name))) for name in order]


_NUMBERED = r"(?i)(?:(w|weights?|theta)|b|bias|biases)_?([0-9]{1,6})"


def numbered_pairs(arrays: Mapping[str, np.ndarray[Any, np.dtype[Any]]]) -> list[list[Pair]]:
    """The layers of `W1`, `b1`, `W2`, …, once for each way to read them: a row for a unit, or for a source as in `X @ W`.

    Only ways in which the layers follow one another and each unit has its bias. Empty where the names are others.

    Raises:
        UsageError: a bias has no weights, weights are no matrix, or they fit in neither way.
    """
    matches = {name: re.fullmatch(_NUMBERED, name) for name in arrays}
    weights = {int(match[2]): arrays[name] for name, match in matches.items() if match and match[1]}
    biases = {int(match[2]): arrays[name].reshape(-1) for name, match in matches.items() if match and not match[1]}
    if not weights or len(weights) + len(biases) < len(arrays):
        return []
    for number, array in sorted(weights.items()):
        if array.ndim != 2 or not array.size:
            raise UsageError(f"the weights {number} are no matrix, their shape is {array.shape}")
    if lonely := sorted(set(biases) - set(weights)):
        raise UsageError(f"there is a bias {lonely[0]}, but no weights {lonely[0]}")
    by_unit = [(array, biases.get(number)) for number, array in sorted(weights.items())]
    by_source = [(array.T, bias) for array, bias in by_unit]
    fitting = [pairs for pairs in (by_unit, by_source) if _is_network(pairs)]
    if not fitting:
        shapes = ", ".join(f"{name} {' × '.join(map(str, array.shape))}" for name, array in list(arrays.items())[:12])
        raise UsageError(f"the layers do not follow one another: {shapes}")
    return fitting


def _is_network(pairs: list[Pair]) -> bool:
    has_biases = all(bias is None or len(bias) == len(array) for array, bias in pairs)
    return has_biases and _follow([array.shape for array, _ in pairs])


def _bias_name(weight: str) -> str:
    return weight.removesuffix("weight") + "bias"


def _natural(name: str) -> list[tuple[int, str]]:
    """A name's parts so that 10 comes after 9."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


def _follow(shapes: list[Any]) -> bool:
    return all(after[1] == before[0] for before, after in pairwise(shapes))


def _only_order(shapes: dict[str, Any]) -> list[str]:
    """The order in which each layer has as many sources as the one before it has units."""
    starts = [name for name, shape in shapes.items() if shape[1] not in {other[0] for other in shapes.values()}]
    order = starts[:1]
    while len(starts) == 1 and len(order) < len(shapes):
        following = [name for name, shape in shapes.items() if name not in order and shape[1] == shapes[order[-1]][0]]
        if len(following) != 1:
            break
        order += following
    if len(order) < len(shapes):
        described = ", ".join(f"{name} {shape[0]} × {shape[1]}" for name, shape in list(shapes.items())[:12])
        raise UsageError(f"the layers do not follow one another: {described}")
    return order


def state_dict(network: Network) -> dict[str, np.ndarray[Any, np.dtype[Any]]]:
    """The network's weights and biases as `torch.nn.Sequential` with an activation after each `Linear` names them.

    A bias that the layer's units share is given to each of them; a layer without has none.
    """
    found: dict[str, np.ndarray[Any, np.dtype[Any]]] = {}
    for index, layer in enumerate(network.layers):
        found[f"{2 * index}.weight"] = np.array(layer.weights)
        if layer.bias is not None:
            found[f"{2 * index}.bias"] = np.array(np.broadcast_to(layer.bias, layer.units))
    return found


def weights_file(network: Network, name: str) -> bytes:
    """The weights in a binary file of their own, in the format that its name's ending says."""
    arrays = state_dict(network)
    return npz_bytes(arrays) if name.endswith(".npz") else safetensors_bytes(arrays)
