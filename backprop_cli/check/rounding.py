"""The computation of somebody who rounds every intermediate result and goes on with what is left of it, and cutting off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from backprop_cli.arrays import Array
from backprop_cli.backward import CHAIN_RULE, Links
from backprop_cli.check.alterations import sloped
from backprop_cli.check.method import Change, Method
from backprop_cli.forward import Trace
from backprop_cli.network import Network

Cut = Callable[[Array], Array]
"""Rounds an array."""

_TIE = 1e-9
"""How near a half, in units of the last decimal, counts as one: 0.3775 is no exact float."""


def half_up(decimals: int) -> Cut:
    """Rounding as on paper, a half away from zero."""
    scale = 10.0**decimals
    return lambda values: np.copysign(np.floor(np.abs(values) * scale + 0.5 + _TIE) / scale, values)


def half_even(decimals: int) -> Cut:
    """Rounding as programs do it, a half to the even digit."""
    return lambda values: np.round(values, decimals)


def cut_off(numbers: Array, units: Array) -> Array:
    """The numbers without what follows their last digits, whose values are `units` (0: all of it is kept)."""
    steps = np.where(units > 0.0, units, 1.0)
    return np.where(units > 0.0, np.copysign(np.floor(np.abs(numbers) / steps + _TIE) * steps, numbers), numbers)


def rounded(cut: Cut, rounds_slopes: bool, rounds_results: bool) -> Change:
    """Every intermediate result is rounded by `cut` before it is used.

    `rounds_slopes` rounds ∂a/∂z too before it is multiplied, `rounds_results` the gradients and the new parameters.
    """

    def change(method: Method) -> Method:
        if rounds_slopes:
            method = _with_rounded_slopes(method, cut)
        links, shares = method.links, method.shares
        is_plain = links.output_delta is CHAIN_RULE.output_delta
        is_plain_loss = links.loss_by_output is CHAIN_RULE.loss_by_output

        def forward(network: Network, inputs: Array) -> Trace:
            return _forward(network, inputs, cut)

        def output_delta(network: Network, trace: Trace, targets: Array, upstream: Array) -> Array:
            if is_plain and network.collapse is not None:
                return cut(_closed_form(network, trace, targets))
            return cut(links.output_delta(network, trace, targets, upstream))

        return replace(
            method,
            forward=forward,
            shares=_then(shares, cut),
            links=Links(
                loss_by_output=_then(_of_outputs if is_plain_loss else links.loss_by_output, cut),
                output_delta=output_delta,
                hidden_delta=_then(links.hidden_delta, cut),
                loss_by_source=_then(links.loss_by_source, cut),
                weight_gradient=_then(links.weight_gradient, cut) if rounds_results else links.weight_gradient,
                bias_gradient=_then(links.bias_gradient, cut) if rounds_results else links.bias_gradient,
            ),
            written_parameter=cut if rounds_results else method.written_parameter,
        )

    return change


def _then(function: Callable[..., Any], cut: Cut) -> Callable[..., Any]:
    """A link whose result, where it has one, is rounded."""

    def link(*arguments: Any) -> Any:
        result = function(*arguments)
        return None if result is None else cut(result)

    return link


def _forward(network: Network, inputs: Array, cut: Cut) -> Trace:
    """The forward pass with every z and a rounded before it is used."""
    net_inputs: list[Array] = []
    activations = [inputs]
    for layer in network.layers:
        z = activations[-1] @ layer.weights.T
        net_inputs.append(cut(z if layer.bias is None else z + layer.bias))
        activations.append(cut(layer.activation.value(net_inputs[-1])))
    return Trace(tuple(net_inputs), tuple(activations))


def _with_rounded_slopes(method: Method, cut: Cut) -> Method:
    network = method.setup.network
    last = network.names.depth if network.collapse is None else network.names.depth - 1
    layers = [index for index, layer in enumerate(network.layers[:last]) if layer.activation.is_elementwise]
    return sloped(layers, lambda activation, z, a: cut(activation.slope(z, a)))(method)


def _of_outputs(network: Network, trace: Trace, targets: Array) -> Array:
    """∂E/∂o of the outputs as they are written down, not of the net inputs."""
    return network.loss.slopes(targets, trace.outputs)


def _closed_form(network: Network, trace: Trace, targets: Array) -> Array:
    """The output's delta from the rounded outputs, as on paper: for cross-entropy o − t."""
    assert network.loss.log_weights is not None
    alpha, beta = network.loss.log_weights(targets)
    o = trace.outputs
    if network.activations[-1].is_elementwise:
        return np.asarray(beta * o - alpha * (1.0 - o))
    if np.any(beta):
        return CHAIN_RULE.output_delta(network, trace, targets, o)
    return np.asarray(o * alpha.sum(axis=-1, keepdims=True) - alpha)
