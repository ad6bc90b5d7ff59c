"""The grid: every activation with every loss and every kind of bias, over depths and sample counts in turn."""

from __future__ import annotations

from itertools import product

from tests.oracle.build import Case, Choice
from tests.oracle.reference import ACTIVATIONS, LOSSES

WITH_SETTINGS: list[Choice] = [{"leaky_relu": {"slope": 0.2}}, {"elu": {"alpha": 0.7}}]
EVERY_ACTIVATION: list[Choice] = [*ACTIVATIONS, *WITH_SETTINGS]
EVERY_LOSS: list[Choice] = [*LOSSES, {"huber": {"delta": 0.4}}]
EVERY_BIAS = ["shared", "own", "none"]


def grid() -> list[Case]:
    """Return each triple twice: with one sample at one depth, with three samples at another, all depths in turn.

    The tests give the two to different engines.
    """
    triples = product(enumerate(EVERY_ACTIVATION), enumerate(EVERY_LOSS), enumerate(EVERY_BIAS))
    return [
        Case(activation, loss, bias, depth=1 + (i + j + k + turn) % 4, samples=samples)
        for (i, activation), (j, loss), (k, bias) in triples
        for turn, samples in ((0, 1), (2, 3))
    ]
