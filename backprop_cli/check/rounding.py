"""The computation of somebody who rounds every intermediate result and goes on with what is left of it, and cutting off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import reduce
from typing import Any, NamedTuple

import numpy as np

from backprop_cli.backward import CHAIN_RULE, Place
from backprop_cli.check.method import Change, Method, sloped
from backprop_cli.forward import Trace, loss_shares
from backprop_cli.functions.activations import Activation
from backprop_cli.functions.numeric import Array
from backprop_cli.network.network import Network

Cut = Callable[[Array], Array]
"""Rounds an array."""

_TIE = 1e-9
"""How near a half, in units of the last decimal, counts as one: 0.3775 is no exact float."""


def half_up(decimals: int) -> Cut:
    """Rounding as on paper, a half away from zero."""
    scale = 10.0**decimals
    return lambda values: np.copysign(np.floor(np.abs(values) * scale + 0.5 + _TIE) / scale, values)


def cut_off(numbers: Array, units: Array) -> Array:
    """The numbers without what follows their last digits, whose values are `units` (0: all of it is kept)."""
    steps = np.where(units > 0.0, units, 1.0)
    return np.where(units > 0.0, np.copysign(np.floor(np.abs(numbers) / steps + _TIE) * steps, numbers), numbers)


class Carried(NamedTuple):
    """What is rounded beside every intermediate result: each sample's gradients, their sum or mean, the new parameters."""

    sample_gradients: bool = False
    gradients: bool = False
    new_parameters: bool = False


def rounded(cut: Cut, carried: Carried) -> Change:
    """Every intermediate result is rounded by `cut` before it is used, and what `carried` says."""

    def change(method: Method) -> Method:
        is_plain = method.links.output_delta is CHAIN_RULE.output_delta
        is_plain_loss = method.links.loss_by_output is CHAIN_RULE.loss_by_output
        if method.links.hidden_delta is CHAIN_RULE.hidden_delta:
            method = _with_textbook_slopes(method, cut)
        links, shares = method.links, method.shares
        if carried.sample_gradients:
            weight_gradient, bias_gradient = (
                _one_by_one(of, cut) for of in (links.weight_gradient, links.bias_gradient)
            )
            links = links._replace(weight_gradient=weight_gradient, bias_gradient=bias_gradient)

        def output_delta(place: Place, targets: Array, upstream: Array) -> Array:
            if is_plain and place.network.collapse is not None:
                return cut(closed_form(place, targets))
            return cut(links.output_delta(place, targets, upstream))

        return replace(
            method,
            forward=lambda network, inputs: _forward(network, inputs, cut),
            shares=_then(shares_of_outputs if shares is loss_shares else shares, cut),
            links=links._replace(
                loss_by_output=_then(slopes_of_outputs if is_plain_loss else links.loss_by_output, cut),
                output_delta=output_delta,
                hidden_delta=_then(links.hidden_delta, cut),
                loss_by_source=_then(links.loss_by_source, cut),
            ),
            used_gradient=cut if carried.gradients else method.used_gradient,
            written_parameter=cut if carried.new_parameters else method.written_parameter,
        )

    return change


def _then(function: Callable[..., Any], cut: Cut) -> Callable[..., Any]:
    """A link whose result, where it has one, is rounded."""

    def link(*arguments: Any) -> Any:
        result = function(*arguments)
        return None if result is None else cut(result)

    return link


def _one_by_one(gradient: Callable[..., Any], cut: Cut) -> Callable[..., Any]:
    """A link whose result is summed over the samples, with each sample's part rounded."""
    single = _then(gradient, cut)

    def link(place: Place, delta: Array) -> Any:
        rows = (slice(sample, sample + 1) for sample in range(len(delta)))
        parts = (single(place._replace(trace=_of_sample(place.trace, row)), delta[row]) for row in rows)
        return reduce(lambda total, part: None if part is None else total + part, parts)

    return link


def _of_sample(trace: Trace, row: slice) -> Trace:
    return Trace(tuple(z[row] for z in trace.net_inputs), tuple(a[row] for a in trace.activations))


def _forward(network: Network, inputs: Array, cut: Cut) -> Trace:
    """The forward pass with every z and a rounded before it is used."""
    net_inputs: list[Array] = []
    activations = [inputs]
    for layer in network.layers:
        z = activations[-1] @ layer.weights.T
        net_inputs.append(cut(z if layer.bias is None else z + layer.bias))
        activations.append(cut(layer.activation.value(net_inputs[-1])))
    return Trace(tuple(net_inputs), tuple(activations))


def _with_textbook_slopes(method: Method, cut: Cut) -> Method:
    """∂a/∂z as the textbook has it, of the activation as it is written down."""
    network = method.setup.network
    last = network.names.depth if network.collapse is None else network.names.depth - 1
    layers = [index for index, layer in enumerate(network.layers[:last]) if layer.activation.is_elementwise]
    return sloped(_then(textbook_slope, cut))(layers)(method)


def textbook_slope(activation: Activation, z: Array, a: Array) -> Array:
    """∂a/∂z by the formula in a where there is one, as it comes out where a is not exact."""
    return activation.slope(z, a) if activation.slope_in_a_of is None else activation.slope_in_a_of(a)


def slopes_of_outputs(place: Place, targets: Array) -> Array:
    """∂E/∂o of the outputs as they are written down, not of the net inputs."""
    return place.network.loss.slopes(targets, place.trace.outputs)


def shares_of_outputs(network: Network, trace: Trace, targets: Array) -> Array:
    """E_o1, E_o2, … of the outputs as they are written down, not of the net inputs."""
    return network.loss.shares(targets, trace.outputs)


def closed_form(place: Place, targets: Array) -> Array:
    """The output's delta from the outputs as they are written down, as on paper: for cross-entropy o − t."""
    assert place.network.loss.log_weights is not None
    alpha, beta = place.network.loss.log_weights(targets)
    o = place.trace.outputs
    if place.network.activations[-1].is_elementwise:
        return beta * o - alpha * (1.0 - o)
    if np.any(beta):
        return CHAIN_RULE.output_delta(place, targets, o)
    return np.asarray(o * alpha.sum(axis=-1, keepdims=True) - alpha)
