"""Stochastic gradient descent: a run of many updates, of which one is kept for a closer look.

A loop moves the parameters, always. What is shown of a step, its gradients and changes, comes from the plain passes.
"""

from __future__ import annotations

import math
import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from backprop_cli.errors import InterruptedRunError, UsageError
from backprop_cli.forward import total_loss
from backprop_cli.functions.numeric import Array
from backprop_cli.network.network import ParameterRow, Setup
from backprop_cli.training.divergence import overflow, require_gradients, require_loss
from backprop_cli.training.loops.choice import choose
from backprop_cli.training.loops.state import Loop, State, setup_at, state_of
from backprop_cli.update import Step, look, make_update

WHOLE_HISTORY = 1000
"""Up to how many steps a run keeps every loss."""
THINNED_HISTORY = 150
"""About how many losses a longer run keeps, unless every one is asked for."""
FIRST_CHUNK = 1_000_000
"""The loop first comes up for air after so many parameters times samples."""
CHUNK_SECONDS = 0.05
"""After about this time the loop comes up for air: progress, divergence, an interrupt."""


@dataclass(frozen=True)
class Run:
    """What training gives: the step to be shown, the losses over all samples, and the setup as the last step left it.

    `history` holds losses before updates (each of its update's batch) and, last, `loss_after`; `history_steps` says how many
    updates were made before each. `engine` names the loop that made them.
    """

    setup: Setup
    steps: int
    shown: Step
    loss_before: float
    loss_after: float
    history: Array
    result: Setup
    engine: str
    history_steps: Sequence[int] = ()


def train(
    setup: Setup,
    steps: int | None = None,
    show_step: int | None = None,
    on_progress: Callable[[int], None] | None = None,
    engine: str | Loop = "auto",
    every_loss: bool = False,
) -> Run:
    """Make `steps` updates (default: the file's), keeping step `show_step` (default: the last) for a closer look.

    `every_loss` keeps the loss of each step, however many they are. A loop that is given must have been made for this
    setup, at whatever step.

    Raises:
        UsageError: the steps are fewer than none, `show_step` is not one of them, or the loop cannot run this network.
        DivergedError: the loss left the finite numbers.
        InterruptedRunError: the user stopped it.
    """
    count = setup.schedule.steps if steps is None else steps
    if count < 0:
        raise UsageError(f"there are no {count} steps: a run has at least 0")
    shown_number = count if show_step is None else show_step
    if not min(count, 1) <= shown_number <= count:
        raise UsageError(f"there is no step {shown_number} to show: the run has {count} step{'s' * (count != 1)}")
    loop = choose(setup, count, engine) if isinstance(engine, str) else engine
    loss_before = total_loss(setup.network, setup.samples, setup.schedule.reduction)
    require_loss(loss_before, 0, setup.network, setup.samples)
    training = _Training(setup, loop, count, every_loss, on_progress)
    try:
        if shown_number == 0:
            shown = look(setup)
            require_gradients(shown, 0, setup.samples)
        else:
            training.advance_to(shown_number - 1)
            shown = training.record_step()
        training.advance_to(count)
        training.require_parameters(training.state)
    except KeyboardInterrupt as stop:
        if type(stop) is not KeyboardInterrupt:  # some other signal, which asks for no result
            raise
        raise InterruptedRunError(training.made, count, training.setup()) from None
    result = training.setup()
    loss_after = total_loss(result.network, setup.samples, setup.schedule.reduction)
    require_loss(loss_after, count, result.network, setup.samples)
    history, history_steps = training.history(loss_after)
    return Run(setup, count, shown, loss_before, loss_after, history, result, loop.name, history_steps)


class _Training:
    """A run under way. The state is only ever replaced as a whole, so that an interrupt finds a step's end."""

    def __init__(
        self, setup: Setup, loop: Loop, count: int, every_loss: bool, on_progress: Callable[[int], None] | None
    ) -> None:
        self.start = setup
        self.loop = loop
        self.count = count
        self.on_progress = on_progress
        self.state: State = state_of(setup)
        self.stride = 1 if every_loss or count <= WHOLE_HISTORY else -(-count // THINNED_HISTORY)
        self.losses: list[float] = []
        batch = setup.schedule.batch_limit(len(setup.samples))
        self.chunk = max(1, FIRST_CHUNK // (batch * setup.network.parameter_count))

    @property
    def made(self) -> int:
        """The updates made in this run."""
        return self.state.updates - self.start.updates

    def setup(self) -> Setup:
        """The setup as the updates so far left it."""
        return setup_at(self.start, self.state)

    def history(self, loss_after: float) -> tuple[Array, Sequence[int]]:
        """The losses kept, with the one after the last step, and the updates made before each."""
        steps = range(0, len(self.losses) * self.stride, self.stride)
        return np.array([*self.losses, loss_after]), [*steps, self.count]

    def record_step(self) -> Step:
        """Make one update, with the record of it that the plain passes give."""
        number = self.made + 1
        step = make_update(self.setup(), number)
        require_gradients(step, number, self.start.samples)
        self._advance(1)
        self.require_parameters(self.state)
        self._report()
        return step._replace(after=self.setup().network)

    def advance_to(self, target: int) -> None:
        """Make updates, in chunks, until `target` are made."""
        while self.made < target:
            self._advance(target - self.made)
            self._report()

    def _advance(self, most: int) -> None:
        """One chunk of updates."""
        loop, state = self.loop, self.state
        if self.start.schedule.momentum and state.velocity is None:
            loop, state, most = self._first_update(), state._replace(velocity=np.zeros_like(state.parameters)), 1
        begun, count = time.perf_counter(), min(most, self.chunk)
        made = loop.advance(state, count, range(-self.made % self.stride, count, self.stride))
        if not (made.is_sound and all(map(math.isfinite, made.losses))):
            self._check(loop, state, count)
        self.losses.extend(made.losses)
        self.state = made.state
        seconds = time.perf_counter() - begun
        if seconds < CHUNK_SECONDS / 2:
            self.chunk = max(self.chunk, 2 * count)
        elif seconds > 2 * CHUNK_SECONDS:
            self.chunk = max(1, self.chunk // 2)

    def _first_update(self) -> Loop:
        """A loop for the first update: there is no velocity yet, and the gradient, which takes its place, is not dampened."""
        schedule = self.start.schedule
        if not schedule.dampening:
            return self.loop
        return choose(replace(self.start, schedule=schedule._replace(dampening=0.0)), 1)

    def _check(self, loop: Loop, state: State, count: int) -> None:
        """Go over `count` updates once more, and raise where a loss or parameter of theirs is not finite."""
        losses = loop.advance(state, count, range(count)).losses
        first = next((index for index, loss in enumerate(losses) if not math.isfinite(loss)), None)

        def after(made: int) -> State:
            return loop.advance(state, made).state

        if first is not None:
            network = setup_at(self.start, after(first)).network
            require_loss(losses[first], self.made + first, network, self.start.samples)
        if not after(count).is_finite:
            index = bisect_left(range(1, count), True, key=lambda made: not after(made).is_finite)
            self.require_parameters(after(1 + index))

    def require_parameters(self, state: State) -> None:
        """Raise where a parameter of a state, or its velocity, is not finite."""
        if not state.is_finite:
            names = self.start.network.names
            velocity = None if state.velocity is None else ParameterRow(names, state.velocity)
            raise overflow(ParameterRow(names, state.parameters), velocity, state.updates - self.start.updates)

    def _report(self) -> None:
        if self.on_progress is not None:
            self.on_progress(self.made)
