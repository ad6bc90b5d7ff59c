"""The backward pass: arrays only, samples × units.

Each link of the chain rule is one small function in `Links`; `backward` only strings them together. Whoever wants to know
what comes out when one link is wrong replaces that link and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from backprop_cli.forward import Trace, forward
from backprop_cli.functions.numeric import Array
from backprop_cli.network.network import Network, ParameterRow, Samples


class Place(NamedTuple):
    """Where a link of the chain is applied: at layer `layer` (from 0) of a network that went forward as `trace`."""

    network: Network
    trace: Trace
    layer: int

    @property
    def weights(self) -> Array:
        """The layer's weights, units × sources."""
        return self.network.layers[self.layer].weights

    @property
    def sources(self) -> Array:
        """What feeds the layer, samples × sources."""
        return self.trace.activations[self.layer]

    @property
    def net_inputs(self) -> Array:
        """The layer's z, samples × units."""
        return self.trace.net_inputs[self.layer]

    @property
    def activations(self) -> Array:
        """The layer's a, samples × units."""
        return self.trace.activations[self.layer + 1]


class Gradients(NamedTuple):
    """Derivatives of each sample's loss, by layer.

    `activations[l]` is ∂E/∂a of what feeds layer l (`activations[0]`: of the inputs), the last entry ∂E/∂o;
    `deltas[l]` is ∂E/∂z; `parameters` are ∂E/∂w and ∂E/∂b, reduced over the batch, with the penalty's part.
    """

    activations: tuple[Array, ...]
    deltas: tuple[Array, ...]
    parameters: ParameterRow


def loss_by_output(place: Place, targets: Array) -> Array:
    """∂E/∂o: from the net inputs where activation and loss have a closed form."""
    collapse = place.network.collapse
    if collapse is not None:
        return collapse.slopes(targets, place.net_inputs, place.activations)
    return place.network.loss.slopes(targets, place.activations)


def output_delta(place: Place, targets: Array, upstream: Array) -> Array:
    """∂E/∂z of the output layer: the closed form where activation and loss have one, else as in a hidden layer."""
    collapse = place.network.collapse
    if collapse is not None:
        return collapse.delta(targets, place.net_inputs, place.activations)
    return hidden_delta(place, upstream)


def hidden_delta(place: Place, upstream: Array) -> Array:
    """∂E/∂z = Σ ∂E/∂a · ∂a/∂z."""
    return place.network.activations[place.layer].pullback(place.net_inputs, place.activations, upstream)


def loss_by_source(place: Place, delta: Array) -> Array:
    """∂E/∂a_prev = Σ over the units of ∂E/∂z · w."""
    return delta @ place.weights


def weight_gradient(place: Place, delta: Array) -> Array:
    """∂E/∂w = ∂E/∂z · a_prev, summed over the samples, units × sources."""
    return delta.T @ place.sources


def bias_gradient(place: Place, delta: Array) -> Array | None:
    """∂E/∂b = ∂E/∂z · 1, summed over the samples, and over the units that share the bias."""
    biases = place.network.names.biases[place.layer]
    if biases == "none":
        return None
    by_unit = delta.sum(axis=0)
    return np.asarray(by_unit.sum() if biases == "shared" else by_unit)


def penalty_gradient(network: Network) -> Array:
    """∂R/∂w and ∂R/∂b of every parameter, in a row."""
    return network.penalty.slope(network.names, network.parameters.row)


class Links(NamedTuple):
    """The links of the chain, each replaceable on its own."""

    loss_by_output: Callable[[Place, Array], Array] = loss_by_output
    output_delta: Callable[[Place, Array, Array], Array] = output_delta
    hidden_delta: Callable[[Place, Array], Array] = hidden_delta
    loss_by_source: Callable[[Place, Array], Array] = loss_by_source
    weight_gradient: Callable[[Place, Array], Array] = weight_gradient
    bias_gradient: Callable[[Place, Array], Array | None] = bias_gradient
    penalty_gradient: Callable[[Network], Array] = penalty_gradient


CHAIN_RULE = Links()


def backward(
    network: Network, trace: Trace, targets: Array, reduction: str = "mean", links: Links = CHAIN_RULE
) -> Gradients:
    """Every derivative of the loss, from the output back to the inputs, for a batch that went forward as `trace`."""
    last = network.names.depth - 1
    scale = 1.0 / len(targets) if reduction == "mean" else 1.0
    activations: list[Array] = []
    deltas: list[Array] = []
    weights: list[Array] = []
    biases: list[Array | None] = []
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        upstream = links.loss_by_output(Place(network, trace, last), targets)
        activations.append(upstream)
        for layer in reversed(range(last + 1)):
            place = Place(network, trace, layer)
            delta = (
                links.output_delta(place, targets, upstream) if layer == last else links.hidden_delta(place, upstream)
            )
            upstream = links.loss_by_source(place, delta)
            bias = links.bias_gradient(place, delta)
            activations.append(upstream)
            deltas.append(delta)
            weights.append(links.weight_gradient(place, delta) * scale)
            biases.append(None if bias is None else bias * scale)
    parameters = ParameterRow.of(network.names, reversed(weights), reversed(biases))
    if network.penalty:
        parameters = ParameterRow(network.names, parameters.row + links.penalty_gradient(network))
    return Gradients(tuple(reversed(activations)), tuple(reversed(deltas)), parameters)


def both_passes(network: Network, samples: Samples, reduction: str = "mean") -> tuple[Trace, Gradients]:
    """Forward and backward over a batch."""
    trace = forward(network, samples.inputs)
    return trace, backward(network, trace, samples.targets, reduction)
