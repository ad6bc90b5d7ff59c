"""The loop for small networks: the straight-line code of `lines`, run by Python itself or compiled."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from backprop_cli.network.network import Setup
from backprop_cli.training.loops.lines import loop_source
from backprop_cli.training.loops.sheet import Sheet, coefficients
from backprop_cli.training.loops.state import NO_LOSS, Advance, State, is_sound, segments
from backprop_cli.update import sample_order


class Runner(NamedTuple):
    """What runs the code: `build` makes a function of a source, the others the lists that it works on."""

    name: str
    build: Callable[[str], Callable[..., Any]]
    numbers: Callable[[Iterable[float]], Any]
    indices: Callable[[Iterable[int]], Any]


def interpreted(source: str) -> Callable[..., Any]:
    """The function `loop` of a source text."""
    namespace: dict[str, Any] = {}
    exec(compile(source, "<loop>", "exec"), namespace)
    function: Callable[..., Any] = namespace["loop"]
    return function


PYTHON = Runner("scalar", interpreted, list, list)


class StraightLoop:
    """See `Loop`. Python and a compiler run the same lines in the same order, so that they agree bit for bit."""

    def __init__(self, setup: Setup, runner: Runner = PYTHON) -> None:
        self.name = runner.name
        self.sheet = Sheet.of(setup)
        self.schedule = setup.schedule
        self.runner = runner
        self.inputs = runner.numbers(setup.samples.inputs.ravel().tolist())
        self.targets = runner.numbers(setup.samples.targets.ravel().tolist())
        self.coefficients = runner.numbers(coefficients(self.sheet))
        self._loops: dict[bool, Callable[..., float]] = {}

    def advance(self, state: State, count: int, kept: range = NO_LOSS) -> Advance:
        """See `Loop`."""
        p = self.runner.numbers(state.parameters.tolist())
        v = self.runner.numbers([] if state.velocity is None else state.velocity.tolist())
        order = self._order(state.updates, count)
        losses: list[float] = []
        made, watch = state.updates, 0.0
        for number, with_losses in segments(count, kept):
            if number:
                found = self.runner.numbers([0.0] * (number if with_losses else 0))
                position = self._position(made, state.updates) % len(order)
                loop = self._loop(with_losses)
                watch += loop(p, v, self.inputs, self.targets, order, position, number, self.coefficients, found)
                made += number
                losses.extend(found)
        parameters = np.array(p)
        velocity = None if state.velocity is None else np.array(v)
        return Advance(State(made, parameters, velocity), losses, is_sound(watch, parameters))

    def _loop(self, with_losses: bool) -> Callable[..., float]:
        if with_losses not in self._loops:
            self._loops[with_losses] = self.runner.build(loop_source(self.sheet, with_losses))
        return self._loops[with_losses]

    def _order(self, made: int, count: int) -> Any:
        """The samples as they are taken, pass after pass, by the `count` updates after `made` others."""
        sheet, per_pass = self.sheet, self.sheet.batches_per_pass
        first = made // per_pass
        last = max(first, (made + count - 1) // per_pass) if self.schedule.shuffle else first
        orders = (sample_order(self.schedule, sheet.samples, number) for number in range(first, last + 1))
        return self.runner.indices(chain.from_iterable(orders))

    def _position(self, made: int, start: int) -> int:
        """Where in the order of the updates after `start` others the batch of the update after `made` begins."""
        number, index = divmod(made, self.sheet.batches_per_pass)
        passes = number - start // self.sheet.batches_per_pass
        return passes * self.sheet.pass_length + index * self.sheet.batch
