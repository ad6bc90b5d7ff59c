"""Rightly worked numbers in the wrong place: units exchanged, one quantity written down for another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from backprop_cli.backward import Place
from backprop_cli.check.method import Change, Method, link
from backprop_cli.check.mistakes.entry import Way, always, every_layer, pairs_of, rare
from backprop_cli.formula.texts import equation
from backprop_cli.functions.numeric import Array
from backprop_cli.network.names import Names
from backprop_cli.network.network import ParameterRow, Setup

_MOST_PAIRS = 6
"""So many pairs of units of a layer are exchanged."""


def _permuted(order: Array) -> Change:
    """The gradients in another order, in the update too."""
    return lambda method: replace(method, used_gradient=lambda gradient: gradient[order])


def _exchanged(setup: Setup) -> Iterator[Way]:
    """Two units of a layer: the gradients that lead into them, those that lead out of them, or both."""
    names = setup.network.names
    for layer in every_layer(setup):
        for first, second in pairs_of(names.widths[layer + 1], _MOST_PAIRS):
            of = f"{names.activation(layer, first)} and {names.activation(layer, second)}"
            into = _rows_exchanged(names, layer, first, second)
            yield Way(_permuted(into), f"{of}, in what leads into them")
            if layer + 1 < names.depth:
                out = _columns_exchanged(names, layer + 1, first, second)
                yield Way(_permuted(out), f"{of}, in what leads out of them")
                yield Way(_permuted(into[out]), of)
    for first, second in pairs_of(names.widths[0], _MOST_PAIRS):
        of = f"{names.input(first)} and {names.input(second)}"
        yield Way(_permuted(_columns_exchanged(names, 0, first, second)), f"{of}, in what leads out of them")


def _rows_exchanged(names: Names, layer: int, first: int, second: int) -> Array:
    """The order of all parameters with two units' weights, and biases if they have their own, exchanged."""
    order, grid = _order(names, layer)
    grid[[first, second]] = grid[[second, first]]
    if names.biases[layer] == "own":
        at = names.biases_at(layer).start + np.array([first, second])
        order[at] = order[at[::-1]]
    return order


def _columns_exchanged(names: Names, layer: int, first: int, second: int) -> Array:
    """The order of all parameters with the weights of a layer from two of its sources exchanged."""
    order, grid = _order(names, layer)
    grid[:, [first, second]] = grid[:, [second, first]]
    return order


def _order(names: Names, layer: int) -> tuple[Array, Array]:
    """The order of all parameters, and a layer's part of it, units × sources."""
    order = np.arange(names.parameter_count)
    return order, order[names.weights_at(layer)].reshape(names.widths[layer + 1], -1)


def _new_value_for_gradient(method: Method) -> Method:
    """The new parameters written down where the gradients belong."""

    def new(gradient: Array) -> Array:
        return method.after(ParameterRow(method.setup.network.names, gradient)).network.parameters.row

    return replace(method, written_gradient=new)


def _of_outputs(factors: Array) -> Change:
    """The derivative of the outputs' sum, each times its factor, in place of the loss's."""

    def loss_by_output(right: Callable[..., Array], place: Place, targets: Array) -> Array:
        return np.broadcast_to(factors, targets.shape)

    def output_delta(right: Callable[..., Array], place: Place, targets: Array, upstream: Array) -> Array:
        return place.network.activations[place.layer].pullback(place.net_inputs, place.activations, upstream)

    return link(loss_by_output=loss_by_output, output_delta=output_delta)()


def _output_for_loss(setup: Setup) -> Iterator[Way]:
    outputs = setup.network.names.widths[-1]
    if setup.network.activations[-1].is_elementwise:
        yield Way(_of_outputs(np.ones(outputs)), "the sum of all outputs'" if outputs > 1 else "")
    if outputs > 1:
        for index in range(min(outputs, _MOST_PAIRS)):
            factors = np.where(np.arange(outputs) == index, 1.0, 0.0)
            yield Way(_of_outputs(factors), f"that of {setup.network.names.output(index)}")


MISTAKES = (
    rare(
        "output_not_loss",
        "the derivative of the output by the weight is given for that of the loss",
        equation("∂E/∂w = ∂E/∂o*∂o/∂w"),
        equation("∂o/∂w"),
        _output_for_loss,
    ),
    rare(
        "new_value_for_gradient",
        "new parameters are given for the gradients",
        equation("∂E/∂w"),
        equation("w⁺ = w - η*∂E/∂w"),
        always(Way(_new_value_for_gradient)),
    ),
    rare(
        "units_exchanged",
        "the gradients of two units are exchanged",
        equation("∂E/∂w1"),
        equation("∂E/∂w2"),
        _exchanged,
    ),
)
