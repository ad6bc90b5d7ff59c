"""The engine for small networks: the straight-line code of `source`, run by Python itself or compiled.

Both run the same lines in the same order, so that they agree bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

from backprop_cli.arrays import row_of, total
from backprop_cli.network.names import Names, Parameter
from backprop_cli.network.network import Network, ParameterRow, Samples, Setup
from backprop_cli.training.arithmetic import SampleGradients, SamplePass
from backprop_cli.training.loops.engine import NO_LOSS, Advance, State, is_sound, segments
from backprop_cli.training.loops.lines import look_source, loops_source, total_loss_source
from backprop_cli.training.loops.sheet import Page, coefficients
from backprop_cli.update import sample_order


class Runner(NamedTuple):
    """What runs the code: `build` makes a function of a source and a name, the others the lists that it works on."""

    name: str
    build: Callable[[str, str], Callable[..., Any]]
    numbers: Callable[[Iterable[float]], Any]
    indices: Callable[[Iterable[int]], Any]


def interpreted(source: str, name: str) -> Callable[..., Any]:
    """The function `name` of a source text."""
    namespace: dict[str, Any] = {}
    exec(compile(source, f"<{name}>", "exec"), namespace)
    function: Callable[..., Any] = namespace[name]
    return function


PYTHON = Runner("scalar", interpreted, list, list)


class ScalarEngine:
    """See `Engine`."""

    def __init__(self, setup: Setup, runner: Runner = PYTHON) -> None:
        self.name = runner.name
        self.page = Page.of(setup)
        self.schedule = setup.schedule
        self.runner = runner
        self.inputs = runner.numbers(setup.samples.input_row)
        self.targets = runner.numbers(setup.samples.target_row)
        self.coefficients = runner.numbers(coefficients(setup.schedule, self.page.batch))
        self._loops: dict[bool, Callable[..., float]] = {}

    def advance(self, state: State, count: int, kept: range = NO_LOSS) -> Advance:
        """See `Engine`."""
        p = self.runner.numbers(state.parameters.tolist())
        v = self.runner.numbers([] if state.velocity is None else state.velocity.tolist())
        order, position = self._order(state.updates, count)
        losses, watch = row_of([]), 0.0
        for number, with_losses in segments(count, kept):
            if number:
                found = self.runner.numbers([0.0] * (number if with_losses else 0))
                loop = self._loop(with_losses)
                watch += loop(p, v, self.inputs, self.targets, order, position, number, self.coefficients, found)
                position = (position + number * self.page.batch) % len(order)
                losses.extend(found)
        parameters = row_of(p)
        velocity = None if state.velocity is None else row_of(v)
        return Advance(State(state.updates + count, parameters, velocity), losses, is_sound(watch, parameters))

    def _loop(self, with_losses: bool) -> Callable[..., float]:
        if with_losses not in self._loops:
            name = "loop_with_losses" if with_losses else "loop"
            self._loops[with_losses] = self.runner.build(loops_source(self.page), name)
        return self._loops[with_losses]

    def _order(self, made: int, count: int) -> tuple[Any, int]:
        """The samples as they are taken by the updates after `made` others, and the position of the first of them."""
        samples, position = self.page.samples, made * self.page.batch
        if not self.schedule.shuffle or self.schedule.batch_size is None:
            return self.runner.indices(range(samples)), position % samples
        epoch, first = divmod(position, samples)
        last = (position + count * self.page.batch - 1) // samples
        orders = (sample_order(self.schedule, samples, number) for number in range(epoch, last + 1))
        return self.runner.indices(chain.from_iterable(orders)), first

    # ── the arithmetic ────────────────────────────────────────────────────────────────────────────────────────────

    def gradients(self, network: Network, batch: Samples, reduction: str) -> tuple[ParameterRow, float]:
        """See `Arithmetic`: sample after sample, added up in the order in which `loop` does."""
        p = network.parameters.row.tolist()
        looks = [self._look(p, *batch.vectors(index))[-2:] for index in range(len(batch))]
        if len(looks) == 1:
            loss, gradients = looks[0]
            return ParameterRow(network.names, row_of(gradients)), loss
        scale = _scale(batch, reduction)
        sums = (total(numbers) * scale for numbers in zip(*(gradients for _, gradients in looks), strict=True))
        return ParameterRow(network.names, row_of(sums)), total(loss for loss, _ in looks) * scale

    def sample_gradients(self, network: Network, batch: Samples) -> SampleGradients:
        """See `Arithmetic`: small networks alone are run here, so that all the gradients of a batch find room."""
        p = network.parameters.row.tolist()
        return _Rows(network.names, [self._look(p, *batch.vectors(index))[-1] for index in range(len(batch))])

    def sample_pass(self, network: Network, sample: Samples) -> SamplePass:
        """See `Arithmetic`."""
        *made, gradients = self._look(network.parameters.row.tolist(), *sample.vectors(0))
        return SamplePass._make([*made, ParameterRow(network.names, row_of(gradients))])

    def loss(self, network: Network, samples: Samples, reduction: str) -> float:
        """See `Arithmetic`."""
        rows = (row.tolist() for row in (network.parameters.row, samples.input_row, samples.target_row))
        return self._total_loss(*rows, len(samples)) * _scale(samples, reduction)

    @cached_property
    def _look(self) -> Callable[..., list[Any]]:
        return interpreted(look_source(self.page), "look")

    @cached_property
    def _total_loss(self) -> Callable[..., float]:
        return interpreted(total_loss_source(self.page), "total_loss")


class _Rows(NamedTuple):
    """See `SampleGradients`: for each sample its gradients in the parameters' order."""

    names: Names
    rows: list[list[float]]

    def of(self, parameter: Parameter) -> list[float]:
        """See `SampleGradients`."""
        at = self.names.index(parameter)
        return [row[at] for row in self.rows]


def _scale(samples: Samples, reduction: str) -> float:
    """What a sum over samples is multiplied with."""
    return 1.0 / len(samples) if reduction == "mean" else 1.0
