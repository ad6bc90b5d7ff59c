"""Stochastic gradient descent: a run of many updates, of which one is kept for a closer look."""

from __future__ import annotations

import math
import time
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from backprop_cli.arithmetic import NUMPY, Arithmetic
from backprop_cli.arrays import np, row_of
from backprop_cli.engines.choose import choose
from backprop_cli.engines.engine import Engine, State, is_finite, setup_at, state_of
from backprop_cli.errors import DivergedError, InterruptedRunError, UsageError
from backprop_cli.forward import forward, loss_shares
from backprop_cli.network import Network, Samples, Setup
from backprop_cli.updates import Step, look, updates

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
    engine: str = "auto",
    every_loss: bool = False,
) -> Run:
    """Make `steps` updates (default: the file's), keeping step `show_step` (default: the last) for a closer look.

    `every_loss` keeps the loss of each step, however many they are.

    Raises:
        UsageError: `show_step` is not one of the steps, or the engine cannot run this network.
        DivergedError: the loss left the finite numbers.
        InterruptedRunError: the user stopped it.
    """
    count = setup.schedule.steps if steps is None else steps
    shown_number = count if show_step is None else show_step
    if not min(count, 1) <= shown_number <= count:
        raise UsageError(f"there is no step {shown_number} to show: the run has {count} step{'s' * (count != 1)}")
    arithmetic = choose(setup, count, engine)
    loss_before = arithmetic.loss(setup.network, setup.samples, setup.schedule.reduction)
    _require_finite(loss_before, 0, setup.network, setup.samples)
    training = _Training(setup, arithmetic, count, every_loss, on_progress)
    try:
        if shown_number == 0:
            shown = look(setup, arithmetic)
            _require_gradients(shown, 0, setup.samples)
        else:
            training.advance_to(shown_number - 1)
            shown = training.record_step()
        training.advance_to(count)
        training.require_finite(training.state)
    except KeyboardInterrupt:
        raise InterruptedRunError(training.made, count, training.setup()) from None
    result = training.setup()
    loss_after = arithmetic.loss(result.network, setup.samples, setup.schedule.reduction)
    _require_finite(loss_after, count, result.network, setup.samples)
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
        _require_finite(loss, number - 1, step.before, self.start.samples)
        _require_gradients(step, number, self.start.samples)
        if (number - 1) % self.stride == 0:
            self.losses.append(loss)
        self.state = state_of(after)
        self.require_finite(self.state)
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
            _require_finite(losses[first], self.made + first, network, self.start.samples)
        finite, other = 0, count
        while other - finite > 1 and not is_finite(self._after(count)):
            middle = (finite + other) // 2
            finite, other = (middle, other) if is_finite(self._after(middle)) else (finite, middle)
        self.require_finite(self._after(other))

    def _after(self, count: int) -> State:
        return self.engine.advance(self.state, count).state

    def require_finite(self, state: State) -> None:
        """Raise where a parameter of a state, or its velocity, is not finite."""
        if is_finite(state):
            return
        names = self.start.network.names
        velocity: Iterable[float] = () if state.velocity is None else state.velocity
        velocities = (
            (f"the velocity of {names.of(one)}", v) for one, v in zip(names.parameters(), velocity, strict=False)
        )
        values = ((names.of(one), value) for one, value in zip(names.parameters(), state.parameters, strict=True))
        culprit = next(f"{name} is {value}" for name, value in chain(values, velocities) if not math.isfinite(value))
        raise DivergedError(state.updates - self.start.updates, culprit, _hint(1), "a parameter")

    def _report(self) -> None:
        if self.on_progress is not None:
            self.on_progress(self.made)


def _require_finite(loss: float, made: int, network: Network, samples: Samples) -> None:
    """Raise where the loss is no finite number any more after `made` updates."""
    if not math.isfinite(loss):
        culprit = find_culprit(network, samples) or f"{network.names.loss} = {loss} over the samples"
        raise DivergedError(made, culprit, _hint(made))


def _require_gradients(step: Step, number: int, samples: Samples) -> None:
    """Raise where a gradient is no number although the loss is finite, as where relu hides an overflow from it."""
    names, gradients = step.before.names, step.gradients
    bad = next((one for one in names.parameters() if math.isnan(gradients.pick(one))), None)
    if bad is not None:
        culprit = find_culprit(step.before, samples)
        gradient = f"d{names.loss}/d{names.of(bad)} is {gradients.pick(bad)}"
        raise DivergedError(number, f"{culprit}, and {gradient}" if culprit else gradient, _hint(number), "a gradient")


def _hint(made: int) -> str:
    if made:
        return "a smaller learning rate (--learning-rate) usually keeps it finite"
    return "nothing was updated yet: the network's own numbers or its loss do not fit together"


def find_culprit(network: Network, samples: Samples) -> str:
    """The quantity that left the finite numbers first, in the order of the forward pass; nothing where none did."""
    names, trace = network.names, forward(network, samples.inputs)
    for layer in range(names.depth):
        for kind, values in (("z", trace.net_inputs[layer]), ("a", trace.activations[layer + 1])):
            bad = np.argwhere(~np.isfinite(values))
            if len(bad):
                sample, unit = (int(index) for index in bad[0])
                name = names.net_input(layer, unit) if kind == "z" else names.activation(layer, unit)
                return f"{name} (unit {unit + 1} of layer {layer + 1}) is {values[sample, unit]}, sample {sample + 1}"
    bad = np.argwhere(~np.isfinite(loss_shares(network, trace, samples.targets)))
    if len(bad):
        sample, unit = (int(index) for index in bad[0])
        output = trace.outputs[sample, unit]
        return f"{network.loss.name} of {names.output(unit)} = {output:.6g} is not finite, sample {sample + 1}"
    return ""
