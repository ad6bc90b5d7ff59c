"""Weights to start from, drawn so that a seed gives the same numbers on every machine.

The stream is `random.Random(seed).random()`, the one method whose sequence Python promises to keep. A normal number is
made of two of its numbers by division alone (Kinderman and Monahan, 1977): the logarithm only decides whether they are
taken, so that its last bit is never seen.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable

MOST_DRAWN = 10_000_000
"""More numbers than this are not drawn: a large network keeps its weights in a binary file."""

UNIFORM_BOUND = 0.5
NORMAL_DEVIATION = 0.1

Draw = Callable[[random.Random, int, int], float]
"""One weight of a layer, from its number of sources and of units."""

_RATIO = 4.0 * math.exp(-0.5) / math.sqrt(2.0)


def normal(stream: random.Random) -> float:
    """A number of the standard normal distribution."""
    while True:
        first, second = stream.random(), 1.0 - stream.random()
        value = _RATIO * (first - 0.5) / second
        if value * value / 4.0 <= -math.log(second):
            return value


def between(stream: random.Random, bound: float) -> float:
    """A number from -`bound` to `bound`."""
    return bound * (2.0 * stream.random() - 1.0)


INITIAL: dict[str, Draw] = {
    "xavier": lambda stream, sources, units: between(stream, math.sqrt(6.0 / (sources + units))),
    "he": lambda stream, sources, units: math.sqrt(2.0 / sources) * normal(stream),  # noqa: ARG005
    "uniform": lambda stream, sources, units: between(stream, UNIFORM_BOUND),  # noqa: ARG005
    "normal": lambda stream, sources, units: NORMAL_DEVIATION * normal(stream),  # noqa: ARG005
    "pytorch": lambda stream, sources, units: between(stream, 1.0 / math.sqrt(sources)),  # noqa: ARG005
    "zeros": lambda stream, sources, units: 0.0,  # noqa: ARG005
}
"""How a weight is drawn: Glorot and Bengio 2010 (uniform), He et al. 2015 (normal), `torch.nn.Linear`."""

DRAWS_BIASES = frozenset({"pytorch"})
"""Those that draw biases as they draw weights; the others begin with zeros."""


def drawn(
    stream: random.Random, kind: str, sources: int, units: int, biases: int
) -> tuple[list[list[float]], list[float]]:
    """A layer's weights, a row for each unit, and then so many biases."""
    draw = INITIAL[kind]
    weights = [[draw(stream, sources, units) for _ in range(sources)] for _ in range(units)]
    if kind in DRAWS_BIASES:
        return weights, [draw(stream, sources, units) for _ in range(biases)]
    return weights, [0.0] * biases
