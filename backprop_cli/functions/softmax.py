"""Softmax, the one activation whose units depend on one another: its value, its logarithms, its Jacobian."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from backprop_cli.functions import numeric
from backprop_cli.functions.numeric import Array

CROSS_SLOPE = "-a*other"
"""∂a_i/∂z_j for i ≠ j: `a` is a_i, `other` is a_j."""


def softmax(z: Array) -> Array:
    """e^z_i / Σ e^z_j along the last axis."""
    e = np.exp(z - z.real.max(axis=-1, keepdims=True))
    return np.asarray(e / e.sum(axis=-1, keepdims=True))


def log_softmax(z: Array) -> Array:
    """The logarithm of `softmax`: finite wherever its true value is, and exact for a unit that takes nearly all."""
    largest = z.real.argmax(axis=-1, keepdims=True)
    shifted = z - np.take_along_axis(z, largest, axis=-1)
    others = np.exp(shifted)
    np.put_along_axis(others, largest, 0.0, axis=-1)
    return np.asarray(shifted - numeric.log1p(others.sum(axis=-1, keepdims=True)))


def slope(a: Sequence[float], unit: int, by: int) -> float:
    """∂a_unit/∂z_by = a_i(δ_ij − a_j); the diagonal a_i(1 − a_i) is summed over the others, so that nothing cancels.

    One entry at a time: the whole Jacobian of a wide layer would not fit into memory.
    """
    if unit != by:
        return -a[unit] * a[by]
    return sum(a[unit] * other for index, other in enumerate(a) if index != unit)


def pullback(a: Array, upstream: Array) -> Array:
    """a_j(g_j − Σ_i a_i g_i), with g measured from the largest unit's, so that a saturated unit keeps its digits."""
    largest = np.argmax(a, axis=-1, keepdims=True)
    g = upstream - np.take_along_axis(upstream, largest, axis=-1)
    return np.asarray(a * (g - (a * g).sum(axis=-1, keepdims=True)))


def complement(o: Array) -> Array:
    """1 − o, summed from the other units where o is the largest."""
    rest = 1.0 - o
    largest = np.argmax(o, axis=-1, keepdims=True)
    others = o.copy()
    np.put_along_axis(others, largest, 0.0, axis=-1)
    np.put_along_axis(rest, largest, others.sum(axis=-1, keepdims=True), axis=-1)
    return rest


def log_complement(z: Array) -> Array:
    """ln(1 − softmax(z)_k): of the largest unit ln Σ_{j≠k} e^z_j − ln Σ_j e^z_j, of the others, o_k ≤ ½, as it stands."""
    if z.shape[-1] == 1:
        return np.full_like(z, -np.inf)
    largest = z.real.argmax(axis=-1, keepdims=True)
    logarithms = softmax(z)
    np.put_along_axis(logarithms, largest, 0.0, axis=-1)
    logarithms = numeric.log1p(-logarithms)
    np.put_along_axis(logarithms, largest, _log_sum(without_largest(z)) - _log_sum(z), axis=-1)
    return logarithms


def _log_sum(z: Array) -> Array:
    """Ln Σ e^z_j."""
    top = z.real.max(axis=-1, keepdims=True)
    return np.asarray(np.log(np.exp(z - top).sum(axis=-1, keepdims=True)) + top)


def without_largest(z: Array) -> Array:
    """The net inputs with the largest unit's so far down that it takes no part."""
    rest = z.copy()
    np.put_along_axis(rest, z.real.argmax(axis=-1, keepdims=True), -np.inf, axis=-1)
    return rest
