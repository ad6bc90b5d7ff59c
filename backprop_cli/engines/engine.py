"""What an engine is, and the state that it carries from update to update."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from backprop_cli.backward import Gradients
from backprop_cli.engines.flat import flatten, views
from backprop_cli.forward import Trace
from backprop_cli.functions.numeric import Array
from backprop_cli.network import Network, Samples, Setup

HUGE = 1e100
"""Beyond this the loss may have left the finite numbers on the way, even where the parameters came back."""


@dataclass(frozen=True)
class State:
    """Where training stands: the updates made, all parameters and (under momentum) their velocities in a row each."""

    updates: int
    parameters: Array
    velocity: Array | None


class Engine(Protocol):
    """Makes updates from one state to the next; it keeps nothing in between that the state does not say."""

    @property
    def name(self) -> str:
        """How `--engine` and the JSON call it."""

    def advance(self, state: State, count: int, losses: Array | None = None) -> tuple[State, bool]:
        """The state after `count` more updates, and whether the loss surely was finite all along.

        `losses` is filled with the loss over its batch before each of the first updates, as many as it has places.
        """

    def passes(self, network: Network, samples: Samples, reduction: str) -> tuple[Trace, Gradients]:
        """The forward and backward pass over a batch, bit for bit as `advance` makes it."""


def state_of(setup: Setup) -> State:
    """Where a setup stands."""
    velocity = None if setup.velocity is None else flatten(setup.velocity)
    return State(setup.updates, flatten(setup.network.parameters), velocity)


def setup_at(setup: Setup, state: State) -> Setup:
    """The setup as it is in another state."""
    network = setup.network.with_parameters(views(state.parameters, setup.network))
    velocity = None if state.velocity is None else views(state.velocity, setup.network)
    return Setup(setup.title, network, setup.samples, setup.schedule, state.updates, velocity)


def is_sound(watch: float, parameters: Array) -> bool:
    """Whether nothing points to a number that left the finite ones."""
    return abs(watch) < HUGE and bool(np.abs(parameters).max(initial=0.0) < HUGE)
