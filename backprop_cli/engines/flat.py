"""All parameters of a network in one row, in the order of `Names.parameters`: weights, then biases, layer by layer."""

from __future__ import annotations

import numpy as np

from backprop_cli.functions.numeric import Array
from backprop_cli.network import Network, ParameterArrays


def flatten(arrays: ParameterArrays) -> Array:
    """A copy of all numbers, one after the other."""
    pairs = zip(arrays.weights, arrays.biases, strict=True)
    parts = [part.ravel() for pair in pairs for part in pair if part is not None]
    return np.concatenate(parts).astype(np.float64, copy=False)


def views(flat: Array, network: Network) -> ParameterArrays:
    """The parts of such a row in the shapes of a network's parameters; they share the row's memory."""
    weights: list[Array] = []
    biases: list[Array | None] = []
    start = 0

    def take(shape: tuple[int, ...], size: int) -> Array:
        nonlocal start
        start += size
        return flat[start - size : start].reshape(shape)

    for layer in network.layers:
        weights.append(take(layer.weights.shape, layer.weights.size))
        biases.append(None if layer.bias is None else take(layer.bias.shape, layer.bias.size))
    return ParameterArrays(tuple(weights), tuple(biases))
