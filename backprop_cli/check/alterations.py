"""The small functions behind the table of misconceptions: each replaces one link of a `Method`."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

import numpy as np

from backprop_cli.backward import Place
from backprop_cli.check.method import Change, Method
from backprop_cli.functions.activations import Activation
from backprop_cli.functions.numeric import Array
from backprop_cli.network.names import Names
from backprop_cli.network.network import Network, ParameterRow, Schedule, Setup
from backprop_cli.update import moved, update

Slope = Callable[[Activation, Array, Array], Array]
"""What somebody takes for ∂a/∂z of an activation: from z and a, samples × units."""


def both(first: Change, second: Change) -> Change:
    """One change, then another."""
    return lambda method: second(first(method))


# ── the loss and its derivative ───────────────────────────────────────────────────────────────────────────────────────


def scaled_gradients(factor: float) -> Change:
    """Every derivative of E multiplied by a factor, E as it is."""

    def change(method: Method) -> Method:
        links = method.links

        def loss_by_output(place: Place, targets: Array) -> Array:
            return factor * links.loss_by_output(place, targets)

        def output_delta(place: Place, targets: Array, upstream: Array) -> Array:
            return factor * links.output_delta(place, targets, upstream / factor)

        return _linked(method, loss_by_output=loss_by_output, output_delta=output_delta)

    return change


def scaled_loss(factor: float) -> Change:
    """E multiplied by a factor, its derivatives as they are."""

    def change(method: Method) -> Method:
        shares = method.shares
        return replace(method, shares=lambda *arguments: factor * shares(*arguments))

    return change


def reduced_gradients(reduction: str) -> Change:
    """The gradients of the samples joined by their mean, or their sum."""
    return scheduled(lambda schedule: replace(schedule, reduction=reduction))


def reduced_loss(reduction: str) -> Change:
    """The losses of the samples joined by their mean, or their sum."""
    return lambda method: replace(method, loss_reduction=reduction)


# ── ∂a/∂z ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def sloped(layers: Collection[int], slope: Slope) -> Change:
    """∂a/∂z of some layers as somebody takes it; the output's delta is then the plain product, with no closed form."""

    def change(method: Method) -> Method:
        links = method.links

        def hidden_delta(place: Place, upstream: Array) -> Array:
            if place.layer not in layers:
                return links.hidden_delta(place, upstream)
            activation = place.network.activations[place.layer]
            return upstream * slope(activation, place.net_inputs, place.activations)

        def output_delta(place: Place, targets: Array, upstream: Array) -> Array:
            if place.layer not in layers:
                return links.output_delta(place, targets, upstream)
            return hidden_delta(place, upstream)

        return _linked(method, hidden_delta=hidden_delta, output_delta=output_delta)

    return change


# ── ∂z/∂w and ∂z/∂b ───────────────────────────────────────────────────────────────────────────────────────────────────


def factored(layers: Collection[int], factor: Callable[[Place], Array]) -> Change:
    """∂z/∂w of some layers as somebody takes it: samples × sources, or 1 × units × sources, of all samples the same."""

    def change(method: Method) -> Method:
        links = method.links

        def weight_gradient(place: Place, delta: Array) -> Array:
            if place.layer not in layers:
                return links.weight_gradient(place, delta)
            values = factor(place)
            return delta.T @ values if values.ndim == 2 else delta.sum(axis=0)[:, np.newaxis] * values[0]

        return _linked(method, weight_gradient=weight_gradient)

    return change


def ones(place: Place) -> Array:
    """∂z/∂w = 1."""
    return np.ones_like(place.sources)


def own_weight(place: Place) -> Array:
    """∂z/∂w = w."""
    return place.weights[np.newaxis]


def network_input(place: Place) -> Array:
    """∂z/∂w = x in place of the hidden activation, as far as there are as many inputs."""
    values, inputs = place.sources.copy(), place.trace.activations[0]
    count = min(values.shape[1], inputs.shape[1])
    values[:, :count] = inputs[:, :count]
    return values


def shared_bias(of_units: Callable[[Array], Array]) -> Change:
    """A shared bias's gradient made in another way than by summing its units'."""

    def change(method: Method) -> Method:
        links = method.links

        def bias_gradient(place: Place, delta: Array) -> Array | None:
            if place.network.names.biases[place.layer] != "shared":
                return links.bias_gradient(place, delta)
            return np.atleast_1d(of_units(delta.sum(axis=0)))

        return _linked(method, bias_gradient=bias_gradient)

    return change


# ── ∂E/∂a of a hidden unit ────────────────────────────────────────────────────────────────────────────────────────────


def first_successor(layers: Collection[int]) -> Change:
    """∂E/∂a through the first unit of the next layer alone; `layers` are those next layers."""

    def change(method: Method) -> Method:
        links = method.links

        def loss_by_source(place: Place, delta: Array) -> Array:
            if place.layer in layers:
                delta = delta * (np.arange(delta.shape[1]) == 0)
            return links.loss_by_source(place, delta)

        return _linked(method, loss_by_source=loss_by_source)

    return change


def transposed(method: Method) -> Method:
    """∂E/∂a with the weight matrix turned around, where it is square so that nobody notices."""
    links = method.links

    def loss_by_source(place: Place, delta: Array) -> Array:
        is_square = place.layer > 0 and place.weights.shape[0] == place.weights.shape[1]
        return delta @ place.weights.T if is_square else links.loss_by_source(place, delta)

    return _linked(method, loss_by_source=loss_by_source)


def already_updated(method: Method) -> Method:
    """∂E/∂a with the next layer's weights as this very step leaves them."""
    links, setup = method.links, method.setup
    scale = 1.0 / len(method.batch) if setup.schedule.reduction == "mean" else 1.0
    updated: dict[int, Array] = {}

    def loss_by_source(place: Place, delta: Array) -> Array:
        if (
            place.layer not in updated
        ):  # the step's own pass comes first; what is asked later uses the weights that it gave
            gradient = links.weight_gradient(place, delta) * scale
            updated[place.layer] = _updated_weights(setup, place.layer, gradient)
        return links.loss_by_source(_with_weights(place, updated[place.layer]), delta)

    return _linked(method, loss_by_source=loss_by_source)


def _with_weights(place: Place, weights: Array) -> Place:
    """The place in a network whose weights there are these."""
    network = place.network
    row = network.parameters.row.copy()
    row[network.names.weights_at(place.layer)] = weights.ravel()
    return place._replace(network=network.with_row(row))


def _updated_weights(setup: Setup, layer: int, gradient: Array) -> Array:
    """One layer's weights after the step, which is made on a network of that layer alone."""
    whole = setup.network
    at = whole.names.weights_at(layer)
    names = Names((whole.names.widths[layer], whole.names.widths[layer + 1]), ("none",))

    def of_layer(row: Array) -> ParameterRow:
        return ParameterRow(names, row[at])

    network = Network((whole.activations[layer],), whole.loss, names, of_layer(whole.parameters.row))
    velocity = None if setup.velocity is None else of_layer(setup.velocity.row)
    frozen = setup.schedule.frozen
    schedule = replace(setup.schedule, frozen=None if frozen is None else frozen[at])
    changes, _ = update(network, ParameterRow(names, gradient.ravel()), velocity, schedule)
    return moved(network, changes, schedule).layers[0].weights


# ── the update ────────────────────────────────────────────────────────────────────────────────────────────────────────


def scheduled(settings: Callable[[Schedule], Schedule]) -> Change:
    """The step made with other settings."""
    return lambda method: replace(method, setup=replace(method.setup, schedule=settings(method.setup.schedule)))


def learning_rate(of: Callable[[float], float]) -> Change:
    """The step made with another learning rate."""
    return scheduled(lambda schedule: replace(schedule, learning_rate=of(schedule.learning_rate)))


def biases_frozen(method: Method) -> Method:
    """No bias updated."""
    return _with_biases(method, is_frozen=True)


def biases_trained(method: Method) -> Method:
    """Every bias updated."""
    return _with_biases(method, is_frozen=False)


def _with_biases(method: Method, is_frozen: bool) -> Method:
    names, schedule = method.setup.network.names, method.setup.schedule
    frozen = np.zeros(names.parameter_count, dtype=bool) if schedule.frozen is None else schedule.frozen.copy()
    for layer in range(names.depth):
        frozen[names.biases_at(layer)] = is_frozen
    return scheduled(lambda schedule: replace(schedule, frozen=frozen))(method)


def change_for_gradient(method: Method) -> Method:
    """−η∂E/∂w written down where ∂E/∂w belongs."""
    eta = method.setup.schedule.learning_rate
    return replace(method, written_gradient=lambda gradient: -eta * gradient)


def _linked(method: Method, **links: Callable[..., Any]) -> Method:
    """The method with some of its links replaced."""
    return replace(method, links=method.links._replace(**links))
