"""How many hypotheses can be tried: what an attempt costs is estimated, so that the same input always gives the same answer."""

from __future__ import annotations

import math
from collections.abc import Sequence

from backprop_cli.check.compare import Comparison
from backprop_cli.check.misconceptions import Mistake

DEFAULT_EFFORT = 2.0
"""About so many seconds all the attempts together may take unless asked otherwise."""

_STEP = 100.0
_LAYER = 25.0
_UNIT = 0.12
_PARAMETER = 0.015
_PRODUCT = 0.001
_ROUNDED_PRODUCT = 0.025
_SINGLE_LINK = 8.0
_ROWS = 300.0
_ENTRY = 0.03
_NUMBER = 0.2
"""Microseconds, measured on one machine: a step; each of its layers beyond two; a unit for each sample; a parameter; a
parameter for each sample, where the samples' gradients are made together and where each is rounded; a layer for each sample
where they are made one by one; some rows of a matrix of derivatives, a unit for each of them; a number that is compared."""


class Budget:
    """What is left of the time that all attempts may take together, and how many hypotheses found no room in it."""

    def __init__(self, comparison: Comparison, effort: float) -> None:
        setup, self._steps = comparison.run.setup, max(1, comparison.run.steps)
        network, self._samples = setup.network, setup.schedule.batch_size or len(setup.samples)
        self._depth, self._parameters = network.names.depth, network.parameter_count
        units = sum(network.names.widths)
        step = _STEP + _LAYER * max(0, self._depth - 2) + _PARAMETER * self._parameters
        step += self._samples * (_UNIT * units + _PRODUCT * self._parameters)
        selection = comparison.selection
        rows = _ROWS * len(selection.row_counts) + _ENTRY * selection.entries(network.names)
        self._plain = self._steps * step + rows + _NUMBER * len(comparison.compared)
        self._effort, self._left, self._missing = effort, 1e6 * effort, 0.0
        self.left_out = 0

    @property
    def wanted(self) -> int:
        """The effort, in seconds, that would have had room for all."""
        return math.ceil(self._effort + 1e-6 * self._missing)

    def choose(self, hypotheses: Sequence[tuple[Mistake, ...]]) -> list[tuple[Mistake, ...]]:
        """Those that can be afforded, in their order: of every misconception the first way is taken before any second."""
        taken = []
        for order in _by_likelihood(hypotheses):
            cost = self.cost(hypotheses[order])
            if cost <= self._left:
                self._left -= cost
                taken.append(order)
            else:
                self._missing += cost
                self.left_out += 1
        return [hypotheses[order] for order in sorted(taken)]

    def cost(self, mistakes: tuple[Mistake, ...]) -> float:
        """About how many microseconds an attempt takes."""
        if self._samples == 1 or not any(mistake.variant.rounds_samples for mistake in mistakes):
            return self._plain
        rounded = _ROUNDED_PRODUCT * self._parameters
        if len(mistakes) > 1:  # another mistake may have replaced the links that can be asked for all samples together
            rounded += _SINGLE_LINK * self._depth
        return self._plain + self._steps * self._samples * rounded


def _by_likelihood(hypotheses: Sequence[tuple[Mistake, ...]]) -> list[int]:
    """Indices of the hypotheses: those that are the first way to make their mistakes, then the second ways, and so on."""
    seen: dict[tuple[str, ...], int] = {}
    ranked = []
    for order, mistakes in enumerate(hypotheses):
        ids = tuple(mistake.id for mistake in mistakes)
        seen[ids] = seen.get(ids, -1) + 1
        ranked.append((seen[ids], order))
    return [order for _, order in sorted(ranked)]
