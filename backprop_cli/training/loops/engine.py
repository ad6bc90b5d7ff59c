"""What an engine is, and the state that it carries from update to update."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple, Protocol

from backprop_cli.arrays import FEW, Row, np
from backprop_cli.network.network import ParameterRow, Setup
from backprop_cli.training.arithmetic import Arithmetic

HUGE = 1e100
"""Beyond this the loss may have left the finite numbers on the way, even where the parameters came back."""


class State(NamedTuple):
    """Where training stands: the updates made, all parameters and (under momentum) their velocities in a row each."""

    updates: int
    parameters: Row
    velocity: Row | None


class Advance(NamedTuple):
    """What many updates lead to: the state after them, the losses kept, and whether the loss surely was finite all along.

    A loss is that of an update's batch before the update.
    """

    state: State
    losses: array[float]
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


class Engine(Arithmetic, Protocol):
    """Makes updates from one state to the next; it keeps nothing in between that the state does not say.

    As an `Arithmetic` it computes single passes bit for bit as `advance` makes them.
    """

    @property
    def name(self) -> str:
        """How `--engine` and the JSON call it."""

    def advance(self, state: State, count: int, kept: range = NO_LOSS) -> Advance:
        """Make `count` more updates, keeping the losses of those at `kept`, from 0."""


def state_of(setup: Setup) -> State:
    """Where a setup stands."""
    velocity = None if setup.velocity is None else setup.velocity.row
    return State(setup.updates, setup.network.parameters.row, velocity)


def setup_at(setup: Setup, state: State) -> Setup:
    """The setup as it is in another state."""
    network = setup.network.with_row(state.parameters)
    velocity = None if state.velocity is None else ParameterRow(network.names, state.velocity)
    return replace(setup, network=network, updates=state.updates, velocity=velocity)


def is_finite(state: State) -> bool:
    """Whether every parameter is a finite number, and so are the velocities."""
    return all(_all_finite(row) for row in (state.parameters, state.velocity) if row is not None)


def _all_finite(row: Row) -> bool:
    return bool(np.isfinite(np.asarray(row)).all()) if len(row) > FEW else all(map(math.isfinite, row))


def is_sound(watch: float, parameters: Row) -> bool:
    """Whether nothing points to a number that left the finite ones."""
    if len(parameters) > FEW:
        return abs(watch) < HUGE and bool(np.abs(np.asarray(parameters)).max() < HUGE)
    return abs(watch) < HUGE and all(-HUGE < value < HUGE for value in parameters)
