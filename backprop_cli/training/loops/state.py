"""What a loop is, and the state that it carries from update to update."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple, Protocol

import numpy as np

from backprop_cli.functions.numeric import Array
from backprop_cli.network.network import ParameterRow, Setup

HUGE = 1e100
"""Beyond this the loss may have left the finite numbers on the way, even where the parameters came back."""


class State(NamedTuple):
    """Where training stands: the updates made, all parameters and (under momentum) their velocities in a row each."""

    updates: int
    parameters: Array
    velocity: Array | None

    @property
    def is_finite(self) -> bool:
        """Whether every parameter is a finite number, and so are the velocities."""
        return all(bool(np.isfinite(row).all()) for row in (self.parameters, self.velocity) if row is not None)


class Advance(NamedTuple):
    """What many updates lead to: the state after them, the losses kept, and whether the loss surely was finite all along.

    A loss is that of an update's batch before the update.
    """

    state: State
    losses: list[float]
    is_sound: bool


NO_LOSS = range(0)


def segments(count: int, kept: range) -> Iterator[tuple[int, bool]]:
    """`count` updates in runs of which each keeps all of its losses or none, where those at `kept` are wanted."""
    if kept.step == 1:
        yield from ((kept.start, False), (len(kept), True), (count - kept.start - len(kept), False))
        return
    done = 0
    for index in kept:
        yield from ((index - done, False), (1, True))
        done = index + 1
    yield count - done, False


class Loop(Protocol):
    """Makes updates from one state to the next; it keeps nothing in between that the state does not say."""

    @property
    def name(self) -> str:
        """How `--engine` and the JSON call it."""

    def advance(self, state: State, count: int, kept: range = NO_LOSS) -> Advance:
        """Make `count` more updates, keeping the losses of those at `kept`, from 0."""


def state_of(setup: Setup) -> State:
    """Where a setup stands."""
    return State(setup.updates, setup.network.parameters.row, None if setup.velocity is None else setup.velocity.row)


def setup_at(setup: Setup, state: State) -> Setup:
    """The setup as it is in another state."""
    network = setup.network.with_row(state.parameters)
    velocity = None if state.velocity is None else ParameterRow(network.names, state.velocity)
    return replace(setup, network=network, updates=state.updates, velocity=velocity)


def is_sound(watch: float, parameters: Array) -> bool:
    """Whether nothing points to a number that left the finite ones."""
    return abs(watch) < HUGE and bool(np.abs(parameters).max() < HUGE)
