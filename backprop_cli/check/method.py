"""The way somebody computes one training step.

A `Method` is a step with every link replaceable; as `right_method` makes it, it is the right one. A mistake is a function
that takes a method and returns it with one link replaced, so that wrong numbers come out of the same few lines as right ones.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from backprop_cli.backward import CHAIN_RULE, Gradients, Links, Place, backward
from backprop_cli.forward import Trace, forward, loss_of_shares, loss_shares
from backprop_cli.functions.activations import Activation
from backprop_cli.functions.numeric import Array
from backprop_cli.network.network import Network, ParameterRow, Samples, Schedule, Setup
from backprop_cli.update import moved, next_batch, update


def as_it_is(values: Array) -> Array:
    """The numbers as computed."""
    return values


@dataclass(frozen=True)
class Method:
    """How one step is computed, from `setup` as the step before left it.

    `shares` are E_o1, E_o2, …; `loss_reduction` joins the samples' losses, as the schedule's does their gradients.
    `passes` makes both passes over some samples. `used_gradient` makes of the batch's gradients those that the update uses,
    `written_gradient` and `written_parameter` make what is written down of what was computed.
    """

    setup: Setup
    loss_reduction: str
    passes: Callable[[Method, Samples], tuple[Trace, Gradients]]
    forward: Callable[[Network, Array], Trace] = forward
    shares: Callable[[Network, Trace, Array], Array] = loss_shares
    links: Links = CHAIN_RULE
    used_gradient: Callable[[Array], Array] = as_it_is
    written_gradient: Callable[[Array], Array] = as_it_is
    written_parameter: Callable[[Array], Array] = as_it_is

    @property
    def batch_indices(self) -> Sequence[int]:
        """The samples of this step, from 0."""
        return next_batch(self.setup.schedule, len(self.setup.samples), self.setup.updates)

    @property
    def batch(self) -> Samples:
        """The samples of this step."""
        return self.setup.samples.batch(self.batch_indices)

    def backward(self, samples: Samples) -> tuple[Trace, Gradients]:
        """Forward and back over some samples."""
        network = self.setup.network
        trace, gradients = self.passes(self, samples)
        if self.used_gradient is as_it_is:
            return trace, gradients
        used = ParameterRow(network.names, self.used_gradient(gradients.parameters.row))
        return trace, gradients._replace(parameters=used)

    def after(self, gradients: ParameterRow) -> Setup:
        """The setup after the step."""
        setup = self.setup
        changes, velocity = update(setup.network, gradients, setup.velocity, setup.schedule)
        network = moved(setup.network, changes, setup.schedule)
        if self.written_parameter is not as_it_is:
            network = network.with_row(self.written_parameter(network.parameters.row))
        return replace(setup, network=network, velocity=velocity, updates=setup.updates + 1)

    def loss(self, network: Network) -> float:
        """E over all samples."""
        samples = self.setup.samples
        shares = self.shares(network, self.forward(network, samples.inputs), samples.targets)
        return float(loss_of_shares(network, shares, self.loss_reduction))


Change = Callable[[Method], Method]
"""A mistake: the method with one link replaced."""


def right_method(setup: Setup) -> Method:
    """The method that the network file asks for."""
    return Method(setup, setup.schedule.reduction, one_after_the_other)


def one_after_the_other(method: Method, samples: Samples) -> tuple[Trace, Gradients]:
    """The forward pass over some samples, then the backward pass."""
    network = method.setup.network
    trace = method.forward(network, samples.inputs)
    return trace, backward(network, trace, samples.targets, method.setup.schedule.reduction, method.links)


# ── replacing a link ──────────────────────────────────────────────────────────────────────────────────────────────────


InLayers = Callable[..., Change]
"""A change in some layers (from 0), in all of them where none are given."""


def link(**wrong: Callable[..., Any]) -> InLayers:
    """Links of the chain replaced, by their names; each wrong one is given the right link, then what that is given."""

    def in_layers(layers: Collection[int] | None = None) -> Change:
        def change(method: Method) -> Method:
            links = {name: _in_layers(getattr(method.links, name), one, layers) for name, one in wrong.items()}
            return replace(method, links=method.links._replace(**links))

        return change

    return in_layers


def _in_layers(
    right: Callable[..., Any], wrong: Callable[..., Any], layers: Collection[int] | None
) -> Callable[..., Any]:
    def replaced(place: Place, *arguments: Any) -> Any:
        is_here = layers is None or place.layer in layers
        return wrong(right, place, *arguments) if is_here else right(place, *arguments)

    return replaced


Slope = Callable[[Activation, Array, Array], Array]
"""What somebody takes for ∂a/∂z of an activation: from z and a, samples × units."""


def sloped(slope: Slope) -> InLayers:
    """∂a/∂z of some layers as somebody takes it; the output's delta is then the plain product, with no closed form."""
    return deltas(
        lambda place, upstream: (
            upstream * slope(place.network.activations[place.layer], place.net_inputs, place.activations)
        )
    )


def deltas(delta: Callable[[Place, Array], Array]) -> InLayers:
    """∂E/∂z of some layers made of ∂E/∂a in another way, the output's too."""

    def wrong(right: Callable[..., Array], place: Place, *arguments: Array) -> Array:
        return delta(place, arguments[-1])  # the output's targets come before it

    return link(hidden_delta=wrong, output_delta=wrong)


def both(first: Change, second: Change) -> Change:
    """One change, then another."""
    return lambda method: second(first(method))


def scheduled(settings: Callable[[Schedule], Schedule]) -> Change:
    """The step made with other settings."""
    return lambda method: replace(method, setup=replace(method.setup, schedule=settings(method.setup.schedule)))
