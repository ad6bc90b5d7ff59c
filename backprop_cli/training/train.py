"""Stochastic gradient descent: a run of many updates, of which one is kept for a closer look."""

from __future__ import annotations

import math
import time
from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from backprop_cli.arrays import row_of
from backprop_cli.errors import InterruptedRunError, UsageError
from backprop_cli.network.network import Setup
from backprop_cli.training.arithmetic import NUMPY, Arithmetic
from backprop_cli.training.divergence import overflow, require_gradients, require_loss
from backprop_cli.training.loops.choose import choose
from backprop_cli.training.loops.engine import Engine, State, is_finite, setup_at, state_of
from backprop_cli.update import Step, look, updates

WHOLE_HISTORY = 1000
"""Up to how many steps a run keeps every loss; of a longer one about `THINNED_HISTORY`, unless every one is asked for."""
THINNED_HISTORY = 150
FIRST_CHUNK = 1_000_000
"""The loop first comes up for air after so many parameters times samples."""
CHUNK_SECONDS = 0.05
"""After about this time the loop comes up for air: progress, divergence, an interrupt."""


@dataclass(frozen=True)
class Run:
    """What training gives: the step to be shown, the losses over all samples, and the setup as the last step left it.

    `history` holds losses before updates (each of its update's batch) and, last, `loss_after`; `history_steps` says how many
    updates were made before each. `arithmetic` is that in which the shown step was computed.
    """

    setup: Setup
    steps: int
    shown: Step
    loss_before: float
    loss_after: float
    history: array[float]
    result: Setup
    engine: str
    history_steps: Sequence[int] = ()
    arithmetic: Arithmetic = NUMPY


def train(
    setup: Setup,
    steps: int | None = None,
    show_step: int | None = None,
    on_progress: Callable[[int], None] | None = None,
    engine: str | Engine = "auto",
    every_loss: bool = False,
) -> Run:
    """Make `steps` updates (default: the file's), keeping step `show_step` (default: the last) for a closer look.

    `every_loss` keeps the loss of each step, however many they are. An engine that is given must have been made for this
    setup, at whatever step.

    Raises:
        UsageError: the steps are fewer than none, `show_step` is not one of them, or the engine cannot run this network.
        DivergedError: the loss left the finite numbers.
        InterruptedRunError: the user stopped it.
    """
    count = setup.schedule.steps if steps is None else steps
    if count < 0:
        raise UsageError(f"there are no {count} steps: a run has at least 0")
    shown_number = count if show_step is None else show_step
    if not min(count, 1) <= shown_number <= count:
        raise UsageError(f"there is no step {shown_number} to show: the run has {count} step{'s' * (count != 1)}")
    arithmetic = choose(setup, count, engine) if isinstance(engine, str) else engine
    loss_before = arithmetic.loss(setup.network, setup.samples, setup.schedule.reduction)
    require_loss(loss_before, 0, setup.network, setup.samples)
    training = _Training(setup, arithmetic, count, every_loss, on_progress)
    try:
        if shown_number == 0:
            shown = look(setup, arithmetic)
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
    loss_after = arithmetic.loss(result.network, setup.samples, setup.schedule.reduction)
    require_loss(loss_after, count, result.network, setup.samples)
    history, history_steps = training.history(loss_after)
    name = arithmetic.name
    return Run(setup, count, shown, loss_before, loss_after, history, result, name, history_steps, arithmetic)


class _Training:
    """A run under way. The state is only ever replaced as a whole, so that an interrupt finds a step's end."""

    def __init__(
        self, setup: Setup, engine: Engine, count: int, every_loss: bool, on_progress: Callable[[int], None] | None
    ) -> None:
        self.start = setup
        self.engine = engine
        self.count = count
        self.on_progress = on_progress
        self.state: State = state_of(setup)
        self.stride = 1 if every_loss or count <= WHOLE_HISTORY else -(-count // THINNED_HISTORY)
        self.losses = row_of([])
        batch = setup.schedule.batch_size or len(setup.samples)
        self.chunk = max(1, FIRST_CHUNK // (batch * setup.network.parameter_count))

    @property
    def made(self) -> int:
        """The updates made in this run."""
        return self.state.updates - self.start.updates

    def setup(self) -> Setup:
        """The setup as the updates so far left it."""
        return setup_at(self.start, self.state)

    def history(self, loss_after: float) -> tuple[array[float], Sequence[int]]:
        """The losses kept, with the one after the last step, and the updates made before each."""
        steps = range(0, len(self.losses) * self.stride, self.stride)
        return self.losses + row_of([loss_after]), [*steps, self.count]

    def record_step(self) -> Step:
        """Make one update with a record of all that happens in it."""
        number = self.made + 1
        ((step, loss, after),) = updates(self.setup(), 1, self.engine)
        require_loss(loss, number - 1, step.before, self.start.samples)
        require_gradients(step, number, self.start.samples)
        if (number - 1) % self.stride == 0:
            self.losses.append(loss)
        self.state = state_of(after)
        self.require_parameters(self.state)
        self._report()
        return step._replace(number=number)

    def advance_to(self, target: int) -> None:
        """Make updates, in chunks, until `target` are made."""
        if self.start.schedule.momentum and self.state.velocity is None and self.made < target:
            self.record_step()  # the first update has no velocity to go on with
        while self.made < target:
            self._advance(target - self.made)
            self._report()

    def _advance(self, most: int) -> None:
        """One chunk of updates."""
        begun, count = time.perf_counter(), min(most, self.chunk)
        made = self.engine.advance(self.state, count, range(-self.made % self.stride, count, self.stride))
        if not (made.is_sound and all(map(math.isfinite, made.losses))):
            self._check(count)
        self.losses.extend(made.losses)
        self.state = made.state
        seconds = time.perf_counter() - begun
        if seconds < CHUNK_SECONDS / 2:
            self.chunk = max(self.chunk, 2 * count)
        elif seconds > 2 * CHUNK_SECONDS:
            self.chunk = max(1, self.chunk // 2)

    def _check(self, count: int) -> None:
        """Go over the next `count` updates once more, and raise where a loss or parameter of theirs is not finite."""
        losses = self.engine.advance(self.state, count, range(count)).losses
        first = next((index for index, loss in enumerate(losses) if not math.isfinite(loss)), None)
        if first is not None:
            network = setup_at(self.start, self._after(first)).network
            require_loss(losses[first], self.made + first, network, self.start.samples)
        if not is_finite(self._after(count)):
            index = bisect_left(range(1, count), True, key=lambda made: not is_finite(self._after(made)))
            self.require_parameters(self._after(1 + index))

    def _after(self, count: int) -> State:
        return self.engine.advance(self.state, count).state

    def require_parameters(self, state: State) -> None:
        """Raise where a parameter of a state, or its velocity, is not finite."""
        if not is_finite(state):
            setup = setup_at(self.start, state)
            raise overflow(setup.network.parameters, setup.velocity, state.updates - self.start.updates)

    def _report(self) -> None:
        if self.on_progress is not None:
            self.on_progress(self.made)
