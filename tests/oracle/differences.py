"""Derivatives by central differences, with Richardson's extrapolation to the eighth order."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from tests.oracle.reference import Array

# narrow enough not to step over a kink in any layer
WIDTH = 5e-4


def gradient(function: Callable[[Array], Array], at: Array) -> Array:
    """Return the gradient of a function that takes a stack of vectors."""
    steps = np.eye(len(at))
    table: list[Array] = []
    for halvings in range(4):
        h = WIDTH / 2**halvings
        table.append((function(at + h * steps) - function(at - h * steps)) / (2 * h))
    for order in range(1, len(table)):
        table = [(4**order * fine - coarse) / (4**order - 1) for coarse, fine in pairwise(table)]
    return table[0]
