"""How far two right computations may lie apart, because floats are rounded after every operation.

The right computation is made again a few times as a textbook's formulas ask for it, σ' = a(1 − a) and o − t, and every
result is moved by a random part of what its rounding may cost it (stochastic arithmetic: Vignes, "A stochastic arithmetic
for reliable scientific computation", 1993). What cancels, or is taken from 1, shows how few of its digits are certain.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from backprop_cli.backward import Links, Place
from backprop_cli.check.given import DOUBLE
from backprop_cli.check.method import Change, Method
from backprop_cli.check.rounding import closed_form, shares_of_outputs, slopes_of_outputs, textbook_slope
from backprop_cli.check.wanted import WantedSelection
from backprop_cli.check.work import Work
from backprop_cli.forward import Trace
from backprop_cli.functions.activations import Activation
from backprop_cli.functions.numeric import Array
from backprop_cli.network.network import Network, Setup

_DRAWS = 4
_MOST_ENTRIES = 20_000_000
_SAFETY = 4.0
"""So few draws seldom meet the largest difference: what they show is multiplied by this."""


def roundoff(setup: Setup, steps: int, sample: int, selection: WantedSelection, exact: Array) -> Array:
    """For each selected number how far from `exact` a right float64 computation may come out; 0 where nobody can say.

    Nobody looks at matrices that are very large.
    """
    if selection.entries(setup.network.names) > _MOST_ENTRIES:
        selection = selection.without_matrices()
    largest = np.zeros_like(exact)
    for seed in range(_DRAWS):
        with np.errstate(all="ignore"):
            differences = np.abs(selection.of(Work(setup, steps, sample, [_shaken(seed)])) - exact)
        largest = np.fmax(largest, np.where(np.isfinite(differences), differences, 0.0))
    return _SAFETY * largest


def _shaken(seed: int) -> Change:
    """Every result moved by up to a unit of its last place, or that of the largest number that it is the sum of."""
    random = np.random.default_rng(seed)

    def moved(values: Array, sizes: Array | None = None) -> Array:
        sizes = np.abs(values) if sizes is None else sizes
        return values + DOUBLE * random.uniform(-1.0, 1.0, np.shape(values)) * sizes

    return lambda method: replace(
        method,
        forward=lambda network, inputs: _forward(network, inputs, moved),
        setup=replace(method.setup, network=method.setup.network.with_row(moved(method.setup.network.parameters.row))),
        shares=lambda network, trace, targets: _shares(network, trace, targets, moved),
        links=_links(method, moved),
        written_parameter=moved,
    )


_Moved = Callable[..., Array]


def _forward(network: Network, inputs: Array, moved: _Moved) -> Trace:
    net_inputs: list[Array] = []
    activations = [inputs]
    for layer in network.layers:
        bias = 0.0 if layer.bias is None else layer.bias
        sizes = np.abs(activations[-1]) @ np.abs(layer.weights.T) + np.abs(bias)
        net_inputs.append(moved(activations[-1] @ layer.weights.T + bias, sizes))
        activations.append(_moved_values(layer.activation, layer.activation.value(net_inputs[-1]), moved))
    return Trace(tuple(net_inputs), tuple(activations))


_PAST_ONE = {"tanh", "bipolar_sigmoid", "softplus", "elu", "selu", "gelu", "mish"}
"""Functions whose formulas come to small numbers by way of one: ln(1 + e^z) keeps of e^z what it adds to 1."""


def _moved_values(activation: Activation, values: Array, moved: _Moved) -> Array:
    sizes = np.abs(values)
    return moved(values, np.maximum(sizes, 1.0) if activation.name in _PAST_ONE else sizes)


def _shares(network: Network, trace: Trace, targets: Array, moved: _Moved) -> Array:
    """Each output's share of E; ln(1 − o) keeps of o what it takes from 1."""
    shares = shares_of_outputs(network, _moved_outputs(trace, moved), targets)
    sizes = np.abs(shares)
    return moved(shares, sizes if network.loss.log_weights is None else np.maximum(sizes, 1.0))


def _moved_outputs(trace: Trace, moved: _Moved) -> Trace:
    return trace._replace(activations=(*trace.activations[:-1], moved(trace.outputs)))


def _links(method: Method, moved: _Moved) -> Links:
    right = method.links

    def with_moved_outputs(place: Place) -> Place:
        return place._replace(trace=_moved_outputs(place.trace, moved))

    def loss_by_output(place: Place, targets: Array) -> Array:
        return moved(slopes_of_outputs(with_moved_outputs(place), targets))

    def output_delta(place: Place, targets: Array, upstream: Array) -> Array:
        if place.network.collapse is None:
            return hidden_delta(place, upstream)
        return moved(closed_form(with_moved_outputs(place), targets))

    def hidden_delta(place: Place, upstream: Array) -> Array:
        activation, z, a = place.network.activations[place.layer], place.net_inputs, moved(place.activations)
        if activation.is_elementwise:
            return moved(upstream * _moved_values(activation, textbook_slope(activation, z, a), moved))
        parts = np.abs(upstream * a)
        return moved(activation.pullback(z, a, upstream), parts + a * parts.sum(axis=-1, keepdims=True))

    def loss_by_source(place: Place, delta: Array) -> Array:
        return moved(right.loss_by_source(place, delta), np.abs(delta) @ np.abs(place.weights))

    def weight_gradient(place: Place, delta: Array) -> Array:
        sizes = np.abs(delta).T @ np.abs(place.sources)
        return moved(right.weight_gradient(place, delta), sizes)

    def bias_gradient(place: Place, delta: Array) -> Array | None:
        sizes = right.bias_gradient(place, np.abs(delta))
        return None if sizes is None else moved(right.bias_gradient(place, delta), sizes)

    return Links(loss_by_output, output_delta, hidden_delta, loss_by_source, weight_gradient, bias_gradient)
