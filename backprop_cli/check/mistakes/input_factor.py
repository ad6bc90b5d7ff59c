"""Mistakes in ∂z/∂w, which is the value of the unit or input that the weight comes from."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from backprop_cli.backward import Place
from backprop_cli.check.method import InLayers, link
from backprop_cli.check.mistakes.entry import Mistake, either, every_layer, in_all, in_layers, rare, upper_layers
from backprop_cli.formula.texts import equation
from backprop_cli.functions.numeric import Array


def _factored(factor: Callable[[Place], Array]) -> InLayers:
    """∂z/∂w as somebody takes it: samples × sources."""

    def weight_gradient(right: Callable[..., Array], place: Place, delta: Array) -> Array:
        return delta.T @ factor(place)

    return link(weight_gradient=weight_gradient)


def _own_weight(right: Callable[..., Array], place: Place, delta: Array) -> Array:
    """∂z/∂w = w."""
    return np.asarray(delta.sum(axis=0)[:, np.newaxis] * place.weights)


def _own_value(of: Callable[[Place], Array]) -> InLayers:
    """∂z/∂w as the unit's own value: samples × units."""

    def weight_gradient(right: Callable[..., Array], place: Place, delta: Array) -> Array:
        by_unit = (delta * of(place)).sum(axis=0)
        return np.repeat(by_unit[:, np.newaxis], place.weights.shape[1], axis=1)

    return link(weight_gradient=weight_gradient)


def _source_net_input(place: Place) -> Array:
    """Z of the hidden units that feed the layer."""
    return place.trace.net_inputs[place.layer - 1]


def _network_input(place: Place) -> Array:
    """∂z/∂w = x in place of the hidden activation, as far as there are as many inputs."""
    values, inputs = place.sources.copy(), place.trace.activations[0]
    count = min(values.shape[1], inputs.shape[1])
    values[:, :count] = inputs[:, :count]
    return values


_FACTOR = equation("∂z/∂w = a_prev")

MISTAKES = (
    Mistake(
        "input_factor_one",
        "the derivative of z by w is taken as 1",
        _FACTOR,
        equation("∂z/∂w = 1"),
        in_layers(every_layer, _factored(lambda place: np.ones_like(place.sources))),
    ),
    Mistake(
        "input_factor_weight",
        "the derivative of z by w is taken as w itself",
        _FACTOR,
        equation("∂z/∂w = w"),
        in_layers(every_layer, link(weight_gradient=_own_weight)),
    ),
    Mistake(
        "input_factor_network_input",
        "the network's input x stands where the hidden activation belongs",
        _FACTOR,
        equation("∂z/∂w = x"),
        in_all(upper_layers, _factored(_network_input)),
    ),
    rare(
        "input_factor_net_input",
        "the net input z of the hidden unit stands where its activation belongs",
        _FACTOR,
        equation("∂z/∂w = z_prev"),
        in_all(upper_layers, _factored(_source_net_input)),
    ),
    rare(
        "input_factor_own_value",
        "the unit's own value stands where that of its source belongs",
        _FACTOR,
        equation("∂z/∂w = a"),
        either(
            in_layers(every_layer, _own_value(lambda place: place.activations), "its activation"),
            in_layers(
                every_layer,
                _own_value(lambda place: place.net_inputs),
                "its net input",
                (_FACTOR, equation("∂z/∂w = z")),
            ),
        ),
    ),
)
