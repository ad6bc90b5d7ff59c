"""The backward pass: arrays only, samples × units.

Each link of the chain rule is one small function in `Links`; `backward` only strings them together. Whoever wants to know
what comes out when one link is wrong replaces that link and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from backprop_cli.arrays import Array, np
from backprop_cli.forward import Trace
from backprop_cli.network.network import Network, ParameterRow


class Gradients(NamedTuple):
    """Derivatives of each sample's loss, by layer.

    `activations[l]` is ∂E/∂a of what feeds layer l (`activations[0]`: of the inputs), the last entry ∂E/∂o;
    `deltas[l]` is ∂E/∂z; `parameters` are ∂E/∂w and ∂E/∂b, reduced over the batch.
    """

    activations: tuple[Array, ...]
    deltas: tuple[Array, ...]
    parameters: ParameterRow


def loss_by_output(network: Network, trace: Trace, targets: Array) -> Array:
    """∂E/∂o: from the net inputs where activation and loss have a closed form."""
    if network.collapse is not None:
        return network.collapse.slopes(targets, trace.net_inputs[-1], trace.outputs)
    return network.loss.slopes(targets, trace.outputs)


def output_delta(network: Network, trace: Trace, targets: Array, upstream: Array) -> Array:
    """∂E/∂z of the output layer: the closed form where activation and loss have one, else as in a hidden layer."""
    if network.collapse is not None:
        return network.collapse.delta(targets, trace.net_inputs[-1], trace.outputs)
    return hidden_delta(network, trace, network.names.depth - 1, upstream)


def hidden_delta(network: Network, trace: Trace, layer: int, upstream: Array) -> Array:
    """∂E/∂z = Σ ∂E/∂a · ∂a/∂z."""
    activation = network.activations[layer]
    return activation.pullback(trace.net_inputs[layer], trace.activations[layer + 1], upstream)


def loss_by_source(weights: Array, trace: Trace, layer: int, delta: Array) -> Array:
    """∂E/∂a_prev = Σ over the units of ∂E/∂z · w."""
    del trace, layer
    return delta @ weights


def weight_gradient(network: Network, trace: Trace, layer: int, delta: Array) -> Array:
    """∂E/∂w = ∂E/∂z · a_prev, summed over the samples; units × sources."""
    del network
    return delta.T @ trace.activations[layer]


def bias_gradient(network: Network, trace: Trace, layer: int, delta: Array) -> Array | None:
    """∂E/∂b = ∂E/∂z · 1, summed over the samples, and over the units that share the bias."""
    del trace
    biases = network.names.biases[layer]
    if biases == "none":
        return None
    by_unit = delta.sum(axis=0)
    return np.asarray(by_unit.sum() if biases == "shared" else by_unit)


class Links(NamedTuple):
    """The links of the chain, each replaceable on its own."""

    loss_by_output: Callable[[Network, Trace, Array], Array] = loss_by_output
    output_delta: Callable[[Network, Trace, Array, Array], Array] = output_delta
    hidden_delta: Callable[[Network, Trace, int, Array], Array] = hidden_delta
    loss_by_source: Callable[[Array, Trace, int, Array], Array] = loss_by_source
    weight_gradient: Callable[[Network, Trace, int, Array], Array] = weight_gradient
    bias_gradient: Callable[[Network, Trace, int, Array], Array | None] = bias_gradient


CHAIN_RULE = Links()


def backward(
    network: Network, trace: Trace, targets: Array, reduction: str = "mean", links: Links = CHAIN_RULE
) -> Gradients:
    """Every derivative of the loss, from the output back to the inputs, for a batch that went forward as `trace`."""
    depth = network.names.depth
    scale = 1.0 / len(targets) if reduction == "mean" else 1.0
    activations: list[Array] = []
    deltas: list[Array] = []
    weights: list[Array] = []
    biases: list[Array | None] = []
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        upstream = links.loss_by_output(network, trace, targets)
        activations.append(upstream)
        for layer in reversed(range(depth)):
            if layer == depth - 1:
                delta = links.output_delta(network, trace, targets, upstream)
            else:
                delta = links.hidden_delta(network, trace, layer, upstream)
            upstream = links.loss_by_source(network.layers[layer].weights, trace, layer, delta)
            bias = links.bias_gradient(network, trace, layer, delta)
            activations.append(upstream)
            deltas.append(delta)
            weights.append(links.weight_gradient(network, trace, layer, delta) * scale)
            biases.append(None if bias is None else bias * scale)
    parameters = ParameterRow.of(network.names, reversed(weights), reversed(biases))
    return Gradients(tuple(reversed(activations)), tuple(reversed(deltas)), parameters)
