"""Mistakes in the update, and in what of it is used too early, written down for a gradient, or made once too often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from backprop_cli.backward import Place
from backprop_cli.check.method import Change, Method, link, scheduled
from backprop_cli.check.mistakes.backward_step import BACK
from backprop_cli.check.mistakes.entry import BY_A, BY_W, Mistake, Way, always, has_hidden_layer, where
from backprop_cli.formula.formula import Formula
from backprop_cli.functions.numeric import Array
from backprop_cli.network.names import Names
from backprop_cli.network.network import Network, ParameterRow, Setup
from backprop_cli.update import moved, update


def _learning_rate(of: Callable[[float], float]) -> Change:
    """The step made with another learning rate."""
    return scheduled(lambda schedule: replace(schedule, learning_rate=of(schedule.learning_rate)))


def _change_for_gradient(method: Method) -> Method:
    """−η∂E/∂w written down where ∂E/∂w belongs."""
    eta = method.setup.schedule.learning_rate
    return replace(method, written_gradient=lambda gradient: -eta * gradient)


# ── the next layer's weights, already updated ─────────────────────────────────────────────────────────────────────────


def already_updated(method: Method) -> Method:
    """∂E/∂a with the next layer's weights as this very step leaves them."""
    gradient_link, setup = method.links.weight_gradient, method.setup
    scale = 1.0 / len(method.batch) if setup.schedule.reduction == "mean" else 1.0
    penalty = method.links.penalty_gradient(setup.network)
    updated: dict[int, Array] = {}

    def loss_by_source(right: Callable[..., Array], place: Place, delta: Array) -> Array:
        # the step's own pass comes first; what is asked later uses the weights that it gave
        if place.layer not in updated:
            gradient = (gradient_link(place, delta) * scale).ravel() + penalty[
                setup.network.names.weights_at(place.layer)
            ]
            updated[place.layer] = _updated_weights(setup, place.layer, gradient)
        return right(_with_weights(place, updated[place.layer]), delta)

    return link("loss_by_source", loss_by_source)(range(setup.network.names.depth))(method)


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
    changes, _ = update(network, ParameterRow(names, gradient), velocity, schedule)
    return moved(network, changes, schedule).layers[0].weights


# ── the entries ───────────────────────────────────────────────────────────────────────────────────────────────────────

_UPDATE = Formula("w⁺ = w − η·∂E/∂w", rf"w^{{+}} = w - \eta \cdot {BY_W}")
_STEPS = Formula("n updates", r"n\ \text{updates}")

MISTAKES = (
    Mistake(
        "update_sign",
        "the update goes uphill",
        _UPDATE,
        Formula("w⁺ = w + η·∂E/∂w", rf"w^{{+}} = w + \eta \cdot {BY_W}"),
        always(_learning_rate(lambda eta: -eta), scales="sign"),
    ),
    Mistake(
        "learning_rate_missing",
        "the learning rate is left out of the update",
        _UPDATE,
        Formula("w⁺ = w − ∂E/∂w", rf"w^{{+}} = w - {BY_W}"),
        always(_learning_rate(lambda eta: 1.0), scales="size"),
    ),
    Mistake(
        "learning_rate_squared",
        "the learning rate is multiplied in twice",
        _UPDATE,
        Formula("w⁺ = w − η²·∂E/∂w", rf"w^{{+}} = w - \eta^2 \cdot {BY_W}"),
        always(_learning_rate(lambda eta: eta * eta), scales="size"),
    ),
    Mistake(
        "updated_weights_used",
        "hidden deltas are computed with the next layer's already updated weights",
        BACK,
        Formula("∂E/∂a = (W⁺)ᵀ·δ_next", rf"{BY_A} = (W^{{+}})^{{\mathsf T}} \delta_{{\mathrm{{next}}}}"),
        where(has_hidden_layer, Way(already_updated)),
    ),
    Mistake(
        "gradient_is_change",
        "the change that the update makes is given for the gradient",
        Formula("∂E/∂w", BY_W),
        Formula("−η·∂E/∂w", rf"-\eta \cdot {BY_W}"),
        always(_change_for_gradient, scales="size"),
    ),
    Mistake(
        "one_step_fewer",
        "one update fewer is made",
        _STEPS,
        Formula("n − 1 updates", r"n - 1\ \text{updates}"),
        where(lambda setup: True, Way(steps=-1)),
    ),
    Mistake(
        "one_step_more",
        "one update more is made",
        _STEPS,
        Formula("n + 1 updates", r"n + 1\ \text{updates}"),
        where(lambda setup: True, Way(steps=1)),
    ),
)
