"""Mistakes in the update, and in what of it is used too early, written down for a gradient, or made once too often."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import numpy as np

from backprop_cli.backward import Gradients, Place
from backprop_cli.check.method import Change, Method, link, scheduled
from backprop_cli.check.mistakes.backward_step import BACK
from backprop_cli.check.mistakes.entry import Mistake, Way, Ways, always, has_biases, has_hidden_layer, rare, where
from backprop_cli.formula.texts import equation
from backprop_cli.forward import Trace
from backprop_cli.functions.numeric import Array
from backprop_cli.network.names import Names
from backprop_cli.network.network import Network, ParameterRow, Samples, Schedule, Setup
from backprop_cli.network.penalty import ByKind


def _learning_rate(of: Callable[[float], float]) -> Change:
    """The step made with another learning rate."""
    return scheduled(lambda schedule: schedule._replace(learning_rate=of(schedule.learning_rate)))


def _fixed_rate(rate: float) -> Change:
    return _learning_rate(lambda eta: rate)


def _change_for_gradient(sign: float) -> Change:
    """−η∂E/∂w, or by the `sign` η∂E/∂w, written down where ∂E/∂w belongs."""

    def change(method: Method) -> Method:
        eta = method.setup.schedule.learning_rate
        return replace(method, written_gradient=lambda gradient: sign * eta * gradient)

    return change


_USUAL_RATES = (1.0, 0.1, 0.01, 0.001, 0.5, 0.05, 0.005, 0.2, 0.02, 0.3, 0.03, 0.25, 0.6, 0.7, 0.8, 0.9, 2.0)


def _other_rates(setup: Setup) -> Iterator[Way]:
    """Learning rates that people use, and the file's with its decimal point moved, halved or doubled."""
    eta = setup.schedule.learning_rate
    likely = dict.fromkeys(f"{rate:.12g}" for rate in (*_USUAL_RATES, eta / 10, eta * 10, eta / 2, eta * 2))
    for rate in map(float, likely):
        if rate not in (eta, 1.0, 0.0):
            yield Way(_fixed_rate(rate), f"as with η = {rate:g}", scales="size")


def _decay(factor: float) -> Ways:
    """The weight decay of the file multiplied by a factor."""

    def decayed(schedule: Schedule) -> Schedule:
        return schedule._replace(weight_decay=ByKind(*(factor * decay for decay in schedule.weight_decay)))

    return where(lambda setup: any(setup.schedule.weight_decay), Way(scheduled(decayed)))


def _without_velocity(method: Method) -> Method:
    return scheduled(lambda schedule: schedule._replace(momentum=0.0))(method)


# ── part of the network updated before the rest has its gradients ─────────────────────────────────────────────────────


def _redone(stages: Callable[[Names], Iterable[Array]]) -> Change:
    """A step whose passes are made again after some parameters are updated; these keep their gradients of before.

    The `stages` say, one after the other, which parameters are updated before the other gradients are taken.
    """

    def change(method: Method) -> Method:
        right = method.passes

        def passes(method: Method, samples: Samples) -> tuple[Trace, Gradients]:
            trace, gradients = right(method, samples)
            for first in stages(method.setup.network.names):
                gradients = _again(method, right, samples, gradients, first)
            return trace, gradients

        return replace(method, passes=passes)

    return change


def _again(
    method: Method, passes: Callable[..., tuple[Trace, Gradients]], samples: Samples, made: Gradients, first: Array
) -> Gradients:
    """The gradients after an update of the `first` parameters, which keep those that are `made`."""
    network = method.setup.network
    after = method.after(
        passes(method, method.batch)[1].parameters if len(samples) < len(method.batch) else made.parameters
    )
    row = np.where(first, after.network.parameters.row, network.parameters.row)
    _, again = passes(replace(method, setup=replace(method.setup, network=network.with_row(row))), samples)
    parameters = np.where(first, made.parameters.row, again.parameters.row)
    return again._replace(parameters=ParameterRow(network.names, parameters))


def _biases_first(names: Names) -> Iterator[Array]:
    is_bias = np.zeros(names.parameter_count, dtype=bool)
    for layer in range(names.depth):
        is_bias[names.biases_at(layer)] = True
    yield is_bias


def _from_the_top(names: Names) -> Iterator[Array]:
    """Layer by layer, each with those above it."""
    for layer in reversed(range(1, names.depth)):
        yield np.arange(names.parameter_count) >= names.weights_at(layer).start


# ── the next layer's weights, already updated ─────────────────────────────────────────────────────────────────────────


def already_updated(method: Method) -> Method:
    """∂E/∂a with the next layer's weights as this very step leaves them."""
    network = method.setup.network
    scale = 1.0 / len(method.batch) if method.setup.schedule.reduction == "mean" else 1.0
    updated: dict[int, Network] = {}

    def loss_by_source(right: Callable[..., Array], place: Place, delta: Array) -> Array:
        # the step's own pass comes first; what is asked later uses the weights that it gave
        if place.layer not in updated:
            gradient = np.array(method.links.penalty_gradient(network))
            gradient[network.names.weights_at(place.layer)] += (
                method.links.weight_gradient(place, delta) * scale
            ).ravel()
            updated[place.layer] = method.after(ParameterRow(network.names, gradient)).network
        return right(place._replace(network=updated[place.layer]), delta)

    return link(loss_by_source=loss_by_source)()(method)


# ── the entries ───────────────────────────────────────────────────────────────────────────────────────────────────────

_GRADIENT = equation("∂E/∂w")
_UPDATE = equation("w⁺ = w - η*∂E/∂w")
_DECAY = equation("w⁺ = w - η*(∂E/∂w + λ*w)")
_TOGETHER = "all gradients, then all updates"

MISTAKES = (
    Mistake(
        "update_sign",
        "the update goes uphill",
        _UPDATE,
        equation("w⁺ = w + η*∂E/∂w"),
        always(Way(_learning_rate(lambda eta: -eta), scales="sign")),
    ),
    Mistake(
        "learning_rate_missing",
        "the learning rate is left out of the update",
        _UPDATE,
        equation("w⁺ = w - ∂E/∂w"),
        always(Way(_fixed_rate(1.0), scales="size")),
    ),
    Mistake(
        "learning_rate_squared",
        "the learning rate is multiplied in twice",
        _UPDATE,
        equation("w⁺ = w - η^2*∂E/∂w"),
        always(Way(_learning_rate(lambda eta: eta * eta), scales="size")),
    ),
    Mistake(
        "updated_weights_used",
        "hidden deltas are computed with the next layer's already updated weights",
        BACK,
        equation("∂E/∂a = Σ(k, δ_k*w_k⁺)"),
        where(has_hidden_layer, Way(already_updated)),
    ),
    Mistake(
        "gradient_is_change",
        "the change that the update makes is given for the gradient",
        _GRADIENT,
        equation("-η*∂E/∂w"),
        always(
            Way(_change_for_gradient(-1.0), scales="size"),
            Way(_change_for_gradient(1.0), formulas=(_GRADIENT, equation("η*∂E/∂w")), scales="size"),
        ),
    ),
    Mistake(
        "one_step_fewer",
        "one update fewer is made",
        "n updates",
        "n − 1 updates",
        always(Way(steps=-1)),
    ),
    Mistake(
        "one_step_more",
        "one update more is made",
        "n updates",
        "n + 1 updates",
        always(Way(steps=1)),
    ),
    rare(
        "learning_rate_other",
        "another learning rate is used than the file's",
        _UPDATE,
        equation("w⁺ = w - η_other*∂E/∂w"),
        _other_rates,
    ),
    rare(
        "velocity_left_out",
        "the momentum's velocity is left out of the update",
        equation("w⁺ = w - η*(μ*v + ∂E/∂w)"),
        _UPDATE,
        where(lambda setup: setup.schedule.momentum != 0.0, Way(_without_velocity)),
    ),
    rare(
        "weight_decay_left_out",
        "the weight decay is left out of the update",
        _DECAY,
        _UPDATE,
        _decay(0.0),
    ),
    rare(
        "weight_decay_doubled",
        "the weight decay is doubled",
        _DECAY,
        equation("w⁺ = w - η*(∂E/∂w + 2*λ*w)"),
        _decay(2.0),
    ),
    rare(
        "weight_decay_sign",
        "the weight decay has the wrong sign",
        _DECAY,
        equation("w⁺ = w - η*(∂E/∂w - λ*w)"),
        _decay(-1.0),
    ),
    rare(
        "forward_redone",
        "the forward pass is made again with a layer's new parameters before the gradients of the layers below are taken",
        _TOGETHER,
        "layer by layer",
        where(has_hidden_layer, Way(_redone(_from_the_top))),
    ),
    rare(
        "updated_biases_used",
        "the biases are updated before the weights' gradients are taken",
        _TOGETHER,
        "biases, then weights",
        where(has_biases, Way(_redone(_biases_first))),
    ),
)
