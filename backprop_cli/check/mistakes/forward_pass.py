"""Mistakes in the forward pass: other biases, functions, weights or inputs than the file's, or a softmax over too much."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice, pairwise

import numpy as np

from backprop_cli.backward import Place
from backprop_cli.check.method import Change, Method, both, link
from backprop_cli.check.mistakes.entry import (
    Way,
    every_layer,
    has_several_samples,
    other_than,
    pairs_of,
    parts,
    rare,
)
from backprop_cli.check.rounding import closed_form
from backprop_cli.formula.texts import equation
from backprop_cli.forward import Trace, forward
from backprop_cli.functions.activations import ACTIVATIONS, Activation
from backprop_cli.functions.numeric import Array
from backprop_cli.network.network import Network, Setup

_MOST_PAIRS = 6
"""So many pairs of inputs, targets or weights are exchanged."""
_MOST_SLIPS = 40
"""In so many numbers of a file a decimal point is moved."""


def _through(changed: Callable[[Network], Network]) -> Change:
    """The forward pass through another network; the backward pass goes through the file's own."""
    return lambda method: replace(method, forward=lambda network, inputs: forward(changed(network), inputs))


def _in_network(changed: Callable[[Network], Network]) -> Change:
    """Everything made with another network than the file's."""
    return lambda method: replace(method, setup=replace(method.setup, network=changed(method.setup.network)))


_Changed = Callable[[Array], Array]
"""What becomes of a row of parameters, or of samples × units."""


def _with(changed: _Changed) -> Callable[[Network], Network]:
    """A network in whose row of parameters something is changed."""
    return lambda network: network.with_row(changed(network.parameters.row))


def _exchanged(first: int, second: int) -> _Changed:
    """Two numbers exchanged."""

    def changed(values: Array) -> Array:
        order = np.arange(values.shape[-1])
        order[[first, second]] = second, first
        return values[..., order]

    return changed


def _scaled(at: int | list[int], factor: float) -> _Changed:
    """Some numbers multiplied."""

    def changed(values: Array) -> Array:
        factors = np.ones(values.shape[-1])
        factors[at] = factor
        return values * factors

    return changed


# ── biases ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _without_bias(setup: Setup) -> Iterator[Way]:
    names = setup.network.names
    with_bias = [layer for layer in every_layer(setup) if names.biases[layer] != "none"]
    for layers, place in parts(setup, with_bias):
        biases = [names.index(bias) for layer in layers for bias in names.layer_biases(layer)]
        yield Way(_through(_with(_scaled(biases, 0.0))), place)


def _of_other_layer(setup: Setup) -> Iterator[Way]:
    """Each two layers that follow one another and have as many biases: these exchanged, or one's taken in both."""
    names = setup.network.names
    counts = [len(names.layer_biases(layer)) for layer in every_layer(setup)]
    for first, second in pairwise(every_layer(setup)):
        if counts[first] == counts[second] > 0:
            one, other = names.biases_at(first), names.biases_at(second)
            yield Way(_through(_with(_taken((other, one)))), f"those of layer {first + 1} in layer {second + 1}")
            yield Way(_through(_with(_taken((one, other)))), f"those of layer {second + 1} in layer {first + 1}")
            both_ways = _taken((one, other), (other, one))
            yield Way(_through(_with(both_ways)), f"those of layers {first + 1} and {second + 1} exchanged")


def _taken(*places: tuple[slice, slice]) -> _Changed:
    """Numbers of a row replaced by others of it; each pair says where they stand, and where those are taken from."""

    def changed(row: Array) -> Array:
        new = row.copy()
        for at, source in places:
            new[at] = row[source]
        return new

    return changed


# ── functions ─────────────────────────────────────────────────────────────────────────────────────────────────────────

_LIKELY = ("sigmoid", "tanh", "relu", "linear", "softplus", "bipolar_sigmoid")
"""What somebody takes for another function."""


def _other_functions(setup: Setup) -> Iterator[Way]:
    for name in _LIKELY:
        for layers, place in parts(setup, other_than(name)(setup)):
            changed, detail = _with_function(ACTIVATIONS[name], layers), f"{name} {place}".strip()
            yield Way(_in_network(changed), detail)
            yield Way(_through(changed), f"{detail}, with the derivative of the right one")


def _with_function(other: Activation, layers: Collection[int]) -> Callable[[Network], Network]:
    """A network with another activation function in some layers."""
    return lambda network: replace(
        network, activations=tuple(other if i in layers else own for i, own in enumerate(network.activations))
    )


def _over_batch(axes: int | tuple[int, int]) -> Change:
    """Softmax whose sum runs over these axes of samples × units."""

    def change(method: Method) -> Method:
        batch = method.batch.inputs

        def of(inputs: Array) -> Trace:
            trace = forward(method.setup.network, inputs)
            e = np.exp(trace.net_inputs[-1] - trace.net_inputs[-1].max())
            return trace._replace(activations=(*trace.activations[:-1], e / e.sum(axis=axes, keepdims=True)))

        def wrong(network: Network, inputs: Array) -> Trace:
            at = [row for row in range(len(batch)) if np.array_equal(batch[row], inputs[0])] if len(inputs) == 1 else []
            if not at:
                return of(inputs)
            net_inputs, activations = of(batch)
            return Trace(tuple(z[at[:1]] for z in net_inputs), tuple(a[at[:1]] for a in activations))

        return replace(
            method, forward=wrong, shares=lambda network, trace, targets: network.loss.shares(targets, trace.outputs)
        )

    def output_delta(right: Callable[..., Array], place: Place, targets: Array, upstream: Array) -> Array:
        return closed_form(place, targets) if place.network.collapse is not None else right(place, targets, upstream)

    return both(change, link(output_delta=output_delta)())


def _softmax_of_several(setup: Setup) -> Iterator[Way]:
    if setup.network.activations[-1].name == "softmax" and has_several_samples(setup):
        yield Way(_over_batch((0, 1)), "over all its numbers")
        yield Way(_over_batch(0), "over the samples, each output by itself")


# ── numbers misread ───────────────────────────────────────────────────────────────────────────────────────────────────


def _pairs(names: list[str]) -> Iterator[tuple[_Changed, str]]:
    """Two of some numbers exchanged, neighbours first, and how to say it."""
    for first, second in pairs_of(len(names), _MOST_PAIRS):
        yield _exchanged(first, second), f"{names[first]} and {names[second]}"


def _inputs_exchanged(setup: Setup) -> Iterator[Way]:
    names = setup.network.names
    for changed, detail in _pairs([names.input(index) for index in range(names.widths[0])]):
        yield Way(_with_inputs(changed), detail)


def _with_inputs(changed: _Changed) -> Change:
    def change(method: Method) -> Method:
        right = method.forward
        return replace(method, forward=lambda network, inputs: right(network, changed(inputs)))

    return change


def _targets_exchanged(setup: Setup) -> Iterator[Way]:
    names = setup.network.names
    if setup.network.loss.needs_targets:
        for changed, detail in _pairs([names.target(index) for index in range(names.widths[-1])]):
            yield Way(_with_targets(changed), detail)


def _with_targets(changed: _Changed) -> Change:
    """Other targets, in the loss and in its derivative."""

    def loss_by_output(right: Callable[..., Array], place: Place, targets: Array) -> Array:
        return right(place, changed(targets))

    def output_delta(right: Callable[..., Array], place: Place, targets: Array, upstream: Array) -> Array:
        return right(place, changed(targets), upstream)

    def change(method: Method) -> Method:
        shares = method.shares
        return replace(method, shares=lambda network, trace, targets: shares(network, trace, changed(targets)))

    return both(link(loss_by_output=loss_by_output, output_delta=output_delta)(), change)


def _weights_exchanged(setup: Setup) -> Iterator[Way]:
    """Two weights into one unit, or from one source, taken for one another."""
    names = setup.network.names
    for layer in every_layer(setup):
        first = names.weights_at(layer).start
        units, sources = names.widths[layer + 1], names.widths[layer]
        pairs = chain(
            (((u, s), (u, s + 1)) for u in range(units) for s in range(sources - 1)),
            (((u, s), (u + 1, s)) for u in range(units - 1) for s in range(sources)),
            (((u, s), (s, u)) for u in range(min(units, sources)) for s in range(u)),
        )
        for one, other in islice(pairs, 3 * _MOST_PAIRS):
            swapped = _with(_exchanged(*(first + u * sources + s for u, s in (one, other))))
            detail = " and ".join(names.weight(layer, *place) for place in (one, other))
            yield Way(_in_network(swapped), detail)
            yield Way(_through(swapped), f"{detail}, in the forward pass alone")


def _decimal_points(setup: Setup) -> Iterator[Way]:
    """A decimal point moved by one place in an input, a parameter or a target."""
    names = setup.network.names
    every: tuple[tuple[Iterable[str], Callable[[_Changed], Change]], ...] = (
        (map(names.input, range(names.widths[0])), _with_inputs),
        (map(names.of, names.parameters()), lambda changed: _in_network(_with(changed))),
        (map(names.target, range(names.widths[-1])), _with_targets),
    )
    for listed, change in every:
        for index, name in enumerate(islice(listed, _MOST_SLIPS)):
            for factor in (10.0, 0.1):
                yield Way(change(_scaled(index, factor)), f"{name} {factor:g}-fold")


# ── the entries ───────────────────────────────────────────────────────────────────────────────────────────────────────

_NET_INPUT = equation("z = Σ(k, w_k*a_k) + b")
_VALUE = equation("a = f(z)")

MISTAKES = (
    rare(
        "bias_forgotten",
        "the bias is forgotten in the forward pass",
        _NET_INPUT,
        equation("z = Σ(k, w_k*a_k)"),
        _without_bias,
    ),
    rare(
        "bias_of_other_layer",
        "another layer's bias is taken in the forward pass",
        _NET_INPUT,
        equation("z = Σ(k, w_k*a_k) + b_other"),
        _of_other_layer,
    ),
    rare(
        "other_activation",
        "another activation function is applied in the forward pass",
        _VALUE,
        equation("a = g(z)"),
        _other_functions,
    ),
    rare(
        "softmax_over_batch",
        "softmax is normalised over the whole batch, not within each sample",
        equation("o_k = e^z_k/Σ(outputs, e^z)"),
        equation("o_k = e^z_k/Σ(batch, e^z)"),
        _softmax_of_several,
    ),
    rare(
        "inputs_exchanged",
        "two inputs are taken for one another",
        equation("z = w1*x1 + w2*x2"),
        equation("z = w1*x2 + w2*x1"),
        _inputs_exchanged,
    ),
    rare(
        "targets_exchanged",
        "two targets are taken for one another",
        equation("∂E/∂o1 = o1 - t1"),
        equation("∂E/∂o1 = o1 - t2"),
        _targets_exchanged,
    ),
    rare(
        "weights_exchanged",
        "two weights are taken for one another",
        equation("z = w1*x1 + w2*x2"),
        equation("z = w2*x1 + w1*x2"),
        _weights_exchanged,
    ),
    rare(
        "decimal_point",
        "a decimal point has slipped in a number of the file",
        "0.05",
        "0.5 or 0.005",
        _decimal_points,
    ),
)
