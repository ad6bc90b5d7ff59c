"""Elementary functions in forms that neither overflow nor cancel, for real and (where analytic) complex arrays."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

Array = np.ndarray[tuple[Any, ...], np.dtype[Any]]
"""An array of numbers; docstrings say its shape. Rows are samples wherever there are samples."""


def sigmoid(z: Array) -> Array:
    """1/(1 + e^-z), from whichever of e^z and e^-z does not overflow."""
    e = np.exp(np.where(z.real > 0, -z, z))
    return np.where(z.real > 0, 1.0, e) / (1.0 + e)


def softplus(z: Array) -> Array:
    """ln(1 + e^z)."""
    return np.where(z.real > 0, z, 0.0) + log1p(np.exp(np.where(z.real > 0, -z, z)))


def log1p(x: Array) -> Array:
    """Ln(1 + x); of complex numbers with the real part that NumPy's own loses where x is small."""
    if not np.iscomplexobj(x):
        return np.asarray(np.log1p(x))
    real, imaginary = x.real, x.imag
    size = 0.5 * np.log1p(real * (2.0 + real) + np.square(imaginary))
    return np.asarray(size + 1j * np.arctan2(imaginary, 1.0 + real))


def normal_density(z: Array) -> Array:
    """φ(z), the density of the standard normal distribution."""
    return np.exp(-0.5 * np.square(np.minimum(np.abs(z), 1e100))) / math.sqrt(2.0 * math.pi)


def normal_cumulative(z: Array) -> Array:
    """Φ(z), the standard normal distribution function; erfc keeps its left tail exact."""
    erfc = np.frompyfunc(math.erfc, 1, 1)
    return 0.5 * np.asarray(erfc(z / -math.sqrt(2.0)), dtype=np.float64)


def weighted(weight: Array, value: Array) -> Array:
    """Weight · value, where a weight of 0 silences even an infinite value: 0 · ln 0 = 0."""
    with np.errstate(invalid="ignore"):
        return np.where(weight == 0, 0.0, weight * value)


def log_cosh(x: Array) -> Array:
    """Ln cosh x, without the overflow of cosh."""
    size = np.where(x.real < 0, -x, x)
    return np.where(size.real < 1e-2, _log_cosh_near_zero(size), size + log1p(np.exp(-2.0 * size)) - math.log(2.0))


def _log_cosh_near_zero(x: Array) -> Array:
    """Ln cosh x = ½ ln(1 + sinh² x), which keeps its relative precision where ln 2 would cancel."""
    return 0.5 * log1p(np.square(np.sinh(np.where(x.real < 1.0, x, 0.0))))
