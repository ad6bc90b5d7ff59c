"""How many hypotheses can be tried: an attempt's operations are counted, so that the same input always gives the same answer."""

from __future__ import annotations

import math
from collections.abc import Sequence

from backprop_cli.check.compare import Comparison
from backprop_cli.check.mistakes.entry import Made

DEFAULT_EFFORT = 2.0
"""About so many seconds all the attempts together may take unless asked otherwise."""

_SPEED = 1e9
"""Operations, a multiplication with an addition, that NumPy makes in a second, about."""

_LAYER = 50_000
"""The operations that would fit in the time that Python takes for a layer, forward and back."""

_COMPARING = 15
"""The operations that would fit in the time in which a number is picked and compared."""


class Budget:
    """What is left of the time that all attempts may take together, and how many hypotheses found no room in it."""

    def __init__(self, comparison: Comparison, effort: float) -> None:
        setup, names = comparison.run.setup, comparison.run.setup.network.names
        self._steps = max(1, comparison.run.steps)
        self._samples = setup.schedule.batch_limit(len(setup.samples))
        self._products = self._steps * self._samples * names.parameter_count
        rows = comparison.selection
        self._rows = _LAYER * len(rows.row_counts) * names.depth + rows.entries(names)
        self._compared = _COMPARING * len(comparison.compared)
        self._layers = self._steps * names.depth * _LAYER
        self._depth = names.depth
        self._effort, self._left, self._missing = effort, effort * _SPEED, 0
        self.left_out = 0

    @property
    def wanted(self) -> int:
        """The effort, in seconds, that would have had room for all."""
        return math.ceil(self._effort + self._missing / _SPEED)

    def choose(self, hypotheses: Sequence[tuple[Made, ...]]) -> list[tuple[Made, ...]]:
        """Those that can be afforded, in their order: of every mistake the first way is taken before any second."""
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

    def cost(self, mistakes: tuple[Made, ...]) -> int:
        """About how many operations an attempt takes."""
        plain = self._layers + self._products + self._rows
        is_by_sample = self._samples > 1 and any(made.way.rounds_samples for made in mistakes)
        return plain + self._samples * self._layers if is_by_sample else plain


def _by_likelihood(hypotheses: Sequence[tuple[Made, ...]]) -> list[int]:
    """Indices of the hypotheses: those that are the first way to make their mistakes, then the second ways, and so on."""
    seen: dict[tuple[str, ...], int] = {}
    ranked = []
    for order, mistakes in enumerate(hypotheses):
        ids = tuple(made.id for made in mistakes)
        seen[ids] = seen.get(ids, -1) + 1
        ranked.append((seen[ids], order))
    return [order for _, order in sorted(ranked)]
