"""A training run with several of its steps kept for a closer look: the first, the last, evenly spaced ones between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from backprop_cli.errors import DivergedError, InterruptedRunError
from backprop_cli.files.limits import require_frames
from backprop_cli.network.network import Setup
from backprop_cli.training.loops.choice import choose
from backprop_cli.training.train import Run, train


@dataclass(frozen=True)
class Recording:
    """One `Run` for each kept step, in order; the last is the whole run.

    Their histories are parts of one: the last entry of an earlier one is the loss before the next update.
    """

    frames: tuple[Run, ...]

    @property
    def last(self) -> Run:
        """The whole run, its last step shown."""
        return self.frames[-1]


def frame_numbers(steps: int, frames: int) -> list[int]:
    """Which of `steps` steps (from 1) are kept: at most `frames`, evenly spaced, the last always; [0] of no steps."""
    if steps <= 1 or frames == 1:
        return [steps]
    kept = min(frames, steps)
    return [1 + round(index * (steps - 1) / (kept - 1)) for index in range(kept)]


def record(
    setup: Setup, steps: int | None = None, frames: int = 20, on_progress: Callable[[int], None] | None = None
) -> Recording:
    """Make `steps` updates (default: the file's), keeping up to `frames` of them.

    The run is made in pieces, each of which ends with a kept step and goes on where the one before left off.

    Raises:
        UsageError: so many steps of this network cannot be kept.
        DivergedError: the loss left the finite numbers.
        InterruptedRunError: the user stopped it.
    """
    count = setup.schedule.steps if steps is None else steps
    kept: list[Run] = []
    numbers = frame_numbers(count, frames)
    require_frames(setup, len(numbers))
    loop = choose(setup, count)
    losses = np.empty(count + 1)
    current, made = setup, 0
    for number in numbers:
        with _counted(made, count):
            piece = train(current, number - made, None, _shifted(on_progress, made), loop, every_loss=True)
        losses[made:number] = piece.history[:-1]
        kept.append(
            replace(
                piece,
                setup=setup,
                steps=number,
                shown=piece.shown._replace(number=number),
                loss_before=kept[0].loss_before if kept else piece.loss_before,
                history=losses[: number + 1],
                history_steps=range(number + 1),
            )
        )
        current, made = piece.result, number
    losses[count] = kept[-1].loss_after
    return Recording(tuple(kept))


def _shifted(on_progress: Callable[[int], None] | None, made: int) -> Callable[[int], None] | None:
    """A report of progress that counts `made` updates before."""
    return None if on_progress is None else lambda done: on_progress(made + done)


@contextmanager
def _counted(made: int, steps: int) -> Iterator[None]:
    """Let what ends a piece early be told of as an end of the whole run, after `made` updates of earlier pieces."""
    try:
        yield
    except DivergedError as error:
        raise DivergedError(made + error.step, error.culprit, error.hint, error.what) from None
    except InterruptedRunError as error:
        raise InterruptedRunError(made + error.made, steps, error.reached) from None
