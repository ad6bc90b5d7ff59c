"""The forward pass: arrays only, samples × units."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from backprop_cli.functions.numeric import Array
from backprop_cli.network.network import Network, Samples


class Trace(NamedTuple):
    """All that a forward pass computes, by layer: `net_inputs[l]` and `activations[l + 1]`; `activations[0]` is x."""

    net_inputs: tuple[Array, ...]
    activations: tuple[Array, ...]

    @property
    def outputs(self) -> Array:
        """The last layer's activations."""
        return self.activations[-1]


def forward(network: Network, inputs: Array) -> Trace:
    """Net inputs z = a_prev·Wᵀ + b and activations a = f(z) of every layer for a batch, samples × inputs."""
    net_inputs: list[Array] = []
    activations = [inputs]
    with np.errstate(over="ignore", invalid="ignore"):
        for layer in network.layers:
            z = activations[-1] @ layer.weights.T
            if layer.bias is not None:
                z = z + layer.bias
            net_inputs.append(z)
            activations.append(layer.activation.value(z))
    return Trace(tuple(net_inputs), tuple(activations))


def loss_shares(network: Network, trace: Trace, targets: Array) -> Array:
    """E_o1, E_o2, … of each sample, samples × outputs."""
    with np.errstate(over="ignore", invalid="ignore"):
        if network.collapse is not None:
            return network.collapse.shares(targets, trace.net_inputs[-1])
        return network.loss.shares(targets, trace.outputs)


def loss_of_shares(network: Network, shares: Array, reduction: str) -> Array:
    """E from samples × outputs: the sum over a sample's outputs, the mean or sum over the samples, then the penalty."""
    with np.errstate(over="ignore", invalid="ignore"):
        losses = shares.sum(axis=-1)
        data = losses.mean(axis=0) if reduction == "mean" else losses.sum(axis=0)
        return np.asarray(data + network.penalty_value if network.penalty else data)


def total_loss(network: Network, samples: Samples, reduction: str) -> float:
    """E over all samples: the sum of a sample's shares, joined by `reduction` (mean or sum), and the penalty."""
    trace = forward(network, samples.inputs)
    shares = loss_shares(network, trace, samples.targets)
    return float(loss_of_shares(network, shares, reduction))
