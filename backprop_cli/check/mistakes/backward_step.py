"""Mistakes in ∂E/∂a of a hidden unit, which is the sum over the units of the next layer of delta times weight."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from itertools import pairwise

import numpy as np

from backprop_cli.backward import Place
from backprop_cli.check.method import Change, Method, link
from backprop_cli.check.mistakes.entry import Mistake, Way, either, hidden_layers, in_layers, parts, upper_layers
from backprop_cli.formula.texts import equation
from backprop_cli.functions.numeric import Array
from backprop_cli.network.network import Setup

# ── what is taken for ∂E/∂a ───────────────────────────────────────────────────────────────────────────────────────────


def _through_first(right: Callable[..., Array], place: Place, delta: Array) -> Array:
    """Through the first unit of the next layer alone."""
    return right(place, delta * (np.arange(delta.shape[1]) == 0))


def _transposed(right: Callable[..., Array], place: Place, delta: Array) -> Array:
    """With the weight matrix turned around, where it is square so that nobody notices."""
    units, sources = place.weights.shape
    return delta @ place.weights.T if units == sources else right(place, delta)


def _through_last(right: Callable[..., Array], place: Place, delta: Array) -> Array:
    """Through the last unit of the next layer alone."""
    return right(place, delta * (np.arange(delta.shape[1]) == delta.shape[1] - 1))


def _without_weights(right: Callable[..., Array], place: Place, delta: Array) -> Array:
    """The sum of the next layer's deltas."""
    return np.repeat(delta.sum(axis=1, keepdims=True), place.weights.shape[1], axis=1)


def _unit_to_unit(right: Callable[..., Array], place: Place, delta: Array) -> Array:
    """The next layer's deltas as they are, where there are as many units, else their sum."""
    units, sources = place.weights.shape
    return delta if units == sources else _without_weights(right, place, delta)


def _with_gradient(is_mean: bool) -> Callable[..., Array]:
    """With ∂E/∂W in place of W, joined over the samples by their sum or their mean."""

    def loss_by_source(right: Callable[..., Array], place: Place, delta: Array) -> Array:
        gradient = delta.T @ place.sources
        return np.asarray(delta @ (gradient / len(delta) if is_mean else gradient))

    return loss_by_source


def _of_values(values: Callable[[Place], Array]) -> Callable[..., Array]:
    """With the next layer's values in place of its deltas."""

    def loss_by_source(right: Callable[..., Array], place: Place, delta: Array) -> Array:
        # a derivative by one unit alone is asked for with other rows than the samples
        return right(place, values(place)) if len(values(place)) == len(delta) else right(place, delta)

    return loss_by_source


def _of_error(layers: Collection[int]) -> Change:
    """With ∂E/∂a of the next layer in place of its ∂E/∂z."""

    def change(method: Method) -> Method:
        came_in: dict[int, tuple[Array, Array]] = {}

        def hidden_delta(right: Callable[..., Array], place: Place, upstream: Array) -> Array:
            delta = right(place, upstream)
            came_in[place.layer] = delta, upstream
            return delta

        def output_delta(right: Callable[..., Array], place: Place, targets: Array, upstream: Array) -> Array:
            delta = right(place, targets, upstream)
            came_in[place.layer] = delta, upstream
            return delta

        def loss_by_source(right: Callable[..., Array], place: Place, delta: Array) -> Array:
            made, upstream = came_in.get(place.layer, (None, delta))
            return right(place, upstream if made is delta else delta)

        for name, wrong in (
            ("hidden_delta", hidden_delta), ("output_delta", output_delta), ("loss_by_source", loss_by_source),
        ):  # fmt: skip
            method = link(name, wrong)(layers)(method)
        return method

    return change


def _times_net_input(right: Callable[..., Array], place: Place, upstream: Array) -> Array:
    """∂E/∂z also times z."""
    return right(place, upstream) * place.net_inputs


# ── where it can be made ──────────────────────────────────────────────────────────────────────────────────────────────


def _from_several_units(setup: Setup) -> Iterator[Way]:
    layers = [layer for layer in upper_layers(setup) if setup.network.layers[layer].units > 1]
    for chosen, place in parts(setup, layers):
        yield Way(link("loss_by_source", _through_first)(chosen), place.replace("in the", "from the"))


def _from_last(setup: Setup) -> Iterator[Way]:
    layers = [layer for layer in upper_layers(setup) if setup.network.layers[layer].units > 1]
    for chosen, place in parts(setup, layers):
        yield Way(link("loss_by_source", _through_last)(chosen), place.replace("in the", "from the"))


def _top(setup: Setup) -> list[int]:
    """The output layer, if there is a hidden one."""
    return list(upper_layers(setup))[-1:]


def _square(setup: Setup) -> Iterator[Way]:
    if any(sources == units > 1 for sources, units in pairwise(setup.network.names.widths[1:])):
        yield Way(link("loss_by_source", _transposed)(upper_layers(setup)))


# ── the entries ───────────────────────────────────────────────────────────────────────────────────────────────────────

BACK = equation("∂E/∂a = Σ(k, δ_k*w_k)")

MISTAKES = (
    Mistake(
        "first_output_only",
        "a hidden unit's delta goes through its first successor alone",
        BACK,
        equation("∂E/∂a = δ_1*w_1"),
        _from_several_units,
    ),
    Mistake(
        "weights_transposed",
        "the weight matrix is not transposed in the backward step",
        equation("∂E/∂a1 = δ1*w11 + δ2*w12"),
        equation("∂E/∂a1 = δ1*w11 + δ2*w21"),
        _square,
    ),
    Mistake(
        "last_output_only",
        "a hidden unit's delta goes through its last successor alone",
        BACK,
        equation("∂E/∂a = δ_n*w_n"),
        _from_last,
        alone=True,
    ),
    Mistake(
        "weights_left_out",
        "hidden deltas are made without the next layer's weights",
        BACK,
        equation("∂E/∂a = Σ(k, δ_k)"),
        either(
            in_layers(upper_layers, link("loss_by_source", _without_weights)),
            in_layers(
                upper_layers,
                link("loss_by_source", _unit_to_unit),
                "each unit with the delta beside it",
                (BACK, equation("∂E/∂a_k = δ_k")),
            ),
        ),
        alone=True,
    ),
    Mistake(
        "gradient_for_weights",
        "the gradients of the next layer's weights stand where those weights belong",
        BACK,
        equation("∂E/∂a = Σ(k, δ_k*∂E/∂w_k)"),
        either(
            in_layers(upper_layers, link("loss_by_source", _with_gradient(is_mean=True))),
            in_layers(
                upper_layers, link("loss_by_source", _with_gradient(is_mean=False)), "their sum over the samples"
            ),
        ),
        alone=True,
    ),
    Mistake(
        "value_for_delta",
        "the next unit's value stands where its delta belongs",
        BACK,
        equation("∂E/∂a = Σ(k, a_k*w_k)"),
        either(
            in_layers(_top, link("loss_by_source", _of_values(lambda place: place.activations)), "the output"),
            in_layers(
                _top,
                link("loss_by_source", _of_values(lambda place: place.net_inputs)),
                "its net input",
                (BACK, equation("∂E/∂a = Σ(k, z_k*w_k)")),
            ),
            in_layers(
                upper_layers, link("loss_by_source", _of_values(lambda place: place.activations)), "its activation"
            ),
        ),
        alone=True,
    ),
    Mistake(
        "error_for_delta",
        "the error is passed back where the delta belongs, without the derivative of the activation",
        BACK,
        equation("∂E/∂a = Σ(k, ∂E/∂a_k*w_k)"),
        either(
            in_layers(_top, _of_error, "from the output layer"), in_layers(upper_layers, _of_error, "from every layer")
        ),
        alone=True,
    ),
    Mistake(
        "extra_net_input",
        "the hidden delta is also multiplied by z",
        equation("δ = ∂E/∂a*f'(z)"),
        equation("δ = ∂E/∂a*f'(z)*z"),
        in_layers(hidden_layers, link("hidden_delta", _times_net_input)),
        alone=True,
    ),
)
