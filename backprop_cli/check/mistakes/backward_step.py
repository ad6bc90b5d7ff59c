"""Mistakes in ∂E/∂a of a hidden unit, which is the sum over the units of the next layer of delta times weight."""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np

from backprop_cli.backward import Place
from backprop_cli.check.method import Change, InLayers, Method, link
from backprop_cli.check.mistakes.entry import (
    Mistake,
    either,
    hidden_layers,
    in_all,
    in_layers,
    last_of,
    rare,
    upper_layers,
)
from backprop_cli.formula.texts import equation
from backprop_cli.functions.numeric import Array
from backprop_cli.network.network import Setup

# ── what is taken for ∂E/∂a ───────────────────────────────────────────────────────────────────────────────────────────


def _through(unit: int) -> InLayers:
    """Through one unit of the next layer alone."""

    def loss_by_source(right: Callable[..., Array], place: Place, delta: Array) -> Array:
        alone = np.zeros_like(delta)
        alone[:, unit] = delta[:, unit]
        return right(place, alone)

    return link(loss_by_source=loss_by_source)


def _transposed(right: Callable[..., Array], place: Place, delta: Array) -> Array:
    return delta @ place.weights.T


def _without_weights(right: Callable[..., Array], place: Place, delta: Array) -> Array:
    """The sum of the next layer's deltas."""
    return np.repeat(delta.sum(axis=1, keepdims=True), place.weights.shape[1], axis=1)


def _unit_to_unit(right: Callable[..., Array], place: Place, delta: Array) -> Array:
    """The next layer's deltas as they are, where there are as many units, else their sum."""
    units, sources = place.weights.shape
    return delta if units == sources else _without_weights(right, place, delta)


def _with_gradient(is_mean: bool) -> InLayers:
    """With ∂E/∂W in place of W, joined over the samples by their sum or their mean."""

    def loss_by_source(right: Callable[..., Array], place: Place, delta: Array) -> Array:
        if not _is_of_samples(place, delta):
            return right(place, delta)
        gradient = delta.T @ place.sources
        return delta @ (gradient / len(delta) if is_mean else gradient)

    return link(loss_by_source=loss_by_source)


def _of_values(values: Callable[[Place], Array]) -> InLayers:
    """With the next layer's values in place of its deltas."""

    def loss_by_source(right: Callable[..., Array], place: Place, delta: Array) -> Array:
        return right(place, values(place) if _is_of_samples(place, delta) else delta)

    return link(loss_by_source=loss_by_source)


def _is_of_samples(place: Place, delta: Array) -> bool:
    """Whether deltas are the samples', and not a 1 for each unit whose ∂z/∂a alone is asked for."""
    return len(delta) == len(place.sources)


def _of_error(layers: Collection[int]) -> Change:
    """With ∂E/∂a of the next layer in place of its ∂E/∂z."""

    def change(method: Method) -> Method:
        came_in: dict[int, tuple[Array, Array]] = {}

        def kept(right: Callable[..., Array], place: Place, *arguments: Array) -> Array:
            delta = right(place, *arguments)
            came_in[place.layer] = delta, arguments[-1]
            return delta

        def loss_by_source(right: Callable[..., Array], place: Place, delta: Array) -> Array:
            made, upstream = came_in.get(place.layer, (None, delta))
            return right(place, upstream if made is delta else delta)

        return link(hidden_delta=kept, output_delta=kept, loss_by_source=loss_by_source)(layers)(method)

    return change


def _times_net_input(right: Callable[..., Array], place: Place, upstream: Array) -> Array:
    """∂E/∂z also times z."""
    return right(place, upstream) * place.net_inputs


# ── where it can be made ──────────────────────────────────────────────────────────────────────────────────────────────


def _with_several_units(setup: Setup) -> list[int]:
    return [layer for layer in upper_layers(setup) if setup.network.layers[layer].units > 1]


_TOP = last_of(upper_layers)
"""The output layer, if there is a hidden one."""


def _square(setup: Setup) -> list[int]:
    """The layers whose weight matrix nobody sees to be turned around."""
    widths = setup.network.names.widths
    return [layer for layer in upper_layers(setup) if widths[layer] == widths[layer + 1] > 1]


# ── the entries ───────────────────────────────────────────────────────────────────────────────────────────────────────

BACK = equation("∂E/∂a = Σ(k, δ_k*w_k)")

MISTAKES = (
    Mistake(
        "first_output_only",
        "a hidden unit's delta goes through its first successor alone",
        BACK,
        equation("∂E/∂a = δ_1*w_1"),
        in_layers(_with_several_units, _through(0), preposition="from"),
    ),
    Mistake(
        "weights_transposed",
        "the weight matrix is not transposed in the backward step",
        equation("∂E/∂a1 = δ1*w11 + δ2*w12"),
        equation("∂E/∂a1 = δ1*w11 + δ2*w21"),
        in_all(_square, link(loss_by_source=_transposed)),
    ),
    rare(
        "last_output_only",
        "a hidden unit's delta goes through its last successor alone",
        BACK,
        equation("∂E/∂a = δ_n*w_n"),
        in_layers(_with_several_units, _through(-1), preposition="from"),
    ),
    rare(
        "weights_left_out",
        "hidden deltas are made without the next layer's weights",
        BACK,
        equation("∂E/∂a = Σ(k, δ_k)"),
        either(
            in_layers(upper_layers, link(loss_by_source=_without_weights)),
            in_layers(
                upper_layers,
                link(loss_by_source=_unit_to_unit),
                "each unit with the delta beside it",
                (BACK, equation("∂E/∂a_k = δ_k")),
            ),
        ),
    ),
    rare(
        "gradient_for_weights",
        "the gradients of the next layer's weights stand where those weights belong",
        BACK,
        equation("∂E/∂a = Σ(k, δ_k*∂E/∂w_k)"),
        either(
            in_layers(upper_layers, _with_gradient(is_mean=True)),
            in_layers(upper_layers, _with_gradient(is_mean=False), "their sum over the samples"),
        ),
    ),
    rare(
        "value_for_delta",
        "the next unit's value stands where its delta belongs",
        BACK,
        equation("∂E/∂a = Σ(k, a_k*w_k)"),
        either(
            in_layers(_TOP, _of_values(lambda place: place.activations), "the output"),
            in_layers(
                _TOP,
                _of_values(lambda place: place.net_inputs),
                "its net input",
                (BACK, equation("∂E/∂a = Σ(k, z_k*w_k)")),
            ),
            in_layers(upper_layers, _of_values(lambda place: place.activations), "its activation"),
        ),
    ),
    rare(
        "error_for_delta",
        "the error is passed back where the delta belongs, without the derivative of the activation",
        BACK,
        equation("∂E/∂a = Σ(k, ∂E/∂a_k*w_k)"),
        either(
            in_layers(_TOP, _of_error, "from the output layer"), in_layers(upper_layers, _of_error, "from every layer")
        ),
    ),
    rare(
        "extra_net_input",
        "the hidden delta is also multiplied by z",
        equation("δ = ∂E/∂a*f'(z)"),
        equation("δ = ∂E/∂a*f'(z)*z"),
        in_layers(hidden_layers, link(hidden_delta=_times_net_input)),
    ),
)
