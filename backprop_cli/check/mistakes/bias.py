"""Mistakes in the biases' gradients, and biases updated or not against what the file says."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from backprop_cli.backward import Place
from backprop_cli.check.method import Change, Method, link, scheduled
from backprop_cli.check.mistakes.entry import Mistake, Way, either, every_layer, in_layers, rare, where
from backprop_cli.formula.texts import equation
from backprop_cli.functions.numeric import Array
from backprop_cli.network.network import Setup

_SUM, _MEAN = equation("∂E/∂b = Σ(k, δ_k)"), equation("∂E/∂b = 1/n*Σ(k, δ_k)")

_MOST_UNITS = 8
"""Of so many units of a layer each may be taken for all."""


def _shared_as(of_units: Callable[[Array], Array]) -> Callable[..., Array | None]:
    """A shared bias's gradient made in another way than by summing its units'."""

    def bias_gradient(right: Callable[..., Array | None], place: Place, delta: Array) -> Array | None:
        if place.network.names.biases[place.layer] != "shared":
            return right(place, delta)
        return np.atleast_1d(of_units(delta.sum(axis=0)))

    return bias_gradient


def _not_summed(setup: Setup) -> Iterator[Way]:
    """The mean of the units' gradients, or one of them."""
    names = setup.network.names
    most = max((names.widths[i + 1] for i in every_layer(setup) if names.biases[i] == "shared"), default=1)
    if most == 1:
        return
    yield Way(link(bias_gradient=_shared_as(np.mean))(), "the mean of its units'", (_SUM, _MEAN))
    for unit in range(min(most, _MOST_UNITS)):
        yield Way(link(bias_gradient=_shared_as(_unit(unit)))(), f"that of unit {unit + 1}")


def _unit(index: int) -> Callable[[Array], Array]:
    """One of several, or the last."""
    return lambda deltas: deltas[min(index, len(deltas) - 1)]


def _from_weights(total: Callable[[Array], Array]) -> Callable[..., Array | None]:
    """A bias's gradient made of its layer's ∂E/∂W, units × sources; of a shared bias of all of it."""

    def bias_gradient(right: Callable[..., Array | None], place: Place, delta: Array) -> Array | None:
        kind, gradient = place.network.names.biases[place.layer], delta.T @ place.sources
        if kind == "none":
            return None
        if kind == "shared":
            return np.asarray(gradient.sum())
        sums = total(gradient)
        return sums if len(sums) == delta.shape[1] else right(place, delta)

    return bias_gradient


def _own_biases(setup: Setup) -> list[int]:
    """The layers of several units that have a bias each."""
    names = setup.network.names
    return [i for i in every_layer(setup) if names.biases[i] == "own" and names.widths[i + 1] > 1]


def _of_all_units(right: Callable[..., Array | None], place: Place, delta: Array) -> Array | None:
    """The sum over samples and units alike for each unit's own bias, as NumPy's sum without an axis gives it."""
    return (
        np.full(delta.shape[1], delta.sum())
        if place.network.names.biases[place.layer] == "own"
        else right(place, delta)
    )


def _has_bias(is_frozen: bool) -> Callable[[Setup], bool]:
    """Whether some bias is frozen, or some is not."""
    return lambda setup: any(
        setup.is_frozen(bias) is is_frozen
        for layer in every_layer(setup)
        for bias in setup.network.names.layer_biases(layer)
    )


def _biases(is_frozen: bool) -> Change:
    """No bias updated, or every one."""

    def change(method: Method) -> Method:
        names, schedule = method.setup.network.names, method.setup.schedule
        frozen = np.zeros(names.parameter_count, dtype=bool) if schedule.frozen is None else schedule.frozen.copy()
        for layer in range(names.depth):
            frozen[names.biases_at(layer)] = is_frozen
        return scheduled(lambda schedule: schedule._replace(frozen=frozen))(method)

    return change


_UPDATE = equation("b⁺ = b - η*∂E/∂b")
_STAYS = equation("b⁺ = b")

MISTAKES = (
    Mistake(
        "shared_bias_not_summed",
        "a shared bias gets something else than the sum of its units' gradients",
        _SUM,
        equation("∂E/∂b = δ_k"),
        _not_summed,
    ),
    Mistake(
        "bias_left_out",
        "the biases are not updated, though the file trains them",
        _UPDATE,
        _STAYS,
        where(_has_bias(is_frozen=False), Way(_biases(is_frozen=True))),
    ),
    Mistake(
        "bias_trained",
        "the biases are updated, though the file freezes them",
        _STAYS,
        _UPDATE,
        where(_has_bias(is_frozen=True), Way(_biases(is_frozen=False))),
    ),
    rare(
        "bias_summed_over_units",
        "each unit's bias gets the sum of all its layer's gradients",
        equation("∂E/∂b_i = Σ(sample, δ_i)"),
        equation("∂E/∂b_i = Σ(sample, Σ(k, δ_k))"),
        in_layers(_own_biases, link(bias_gradient=_of_all_units)),
    ),
    rare(
        "bias_from_weight_gradient",
        "a bias's gradient is made of sums of ∂E/∂W",
        equation("∂E/∂b = Σ(sample, δ_sample)"),
        equation("∂E/∂b = Σ(k, ∂E/∂w_k)"),
        either(
            in_layers(every_layer, link(bias_gradient=_from_weights(lambda gradient: gradient.sum(axis=1)))),
            in_layers(
                every_layer,
                link(bias_gradient=_from_weights(lambda gradient: gradient.sum(axis=0))),
                "of its columns",
            ),
            in_layers(
                every_layer,
                link(bias_gradient=_from_weights(lambda gradient: np.full(len(gradient), gradient.sum()))),
                "of all of it",
            ),
        ),
    ),
)
