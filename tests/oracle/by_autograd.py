"""The same networks a second time, in the autograd package, which differentiates by its own rules."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import autograd
import autograd.numpy as np
import numpy

from tests.oracle.reference import Array, Reference

# ∫₋₁¹ by 40 points of Gauss-Legendre: erf(z) = z/√π · ∫₋₁¹ exp(−(z(1 + s)/2)²) ds, exact to the last bits for |z| < 4
_POINTS, _SHARES = numpy.polynomial.legendre.leggauss(40)


def _normal_distribution(z: Any) -> Any:
    scaled = z / math.sqrt(2)
    heights = np.exp(-((scaled[..., None] * (1 + _POINTS) / 2) ** 2))
    return 0.5 + 0.5 * scaled / math.sqrt(math.pi) * np.sum(heights * _SHARES, axis=-1)


def _softmax(z: Any) -> Any:
    shifted = z - np.max(z, axis=-1, keepdims=True)
    return np.exp(shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True)))


def _elu(z: Any, alpha: float = 1.0) -> Any:
    return np.maximum(z, 0.0) + alpha * np.expm1(np.minimum(z, 0.0))


ACTIVATIONS: dict[str, Callable[..., Any]] = {
    "linear": lambda z: z,
    "sigmoid": lambda z: 0.5 * (1 + np.tanh(z / 2)),
    "tanh": lambda z: 1 - 2 / (np.exp(2 * z) + 1),
    "relu": lambda z: np.maximum(z, 0.0),
    "leaky_relu": lambda z, slope=0.01: np.maximum(z, 0.0) + slope * np.minimum(z, 0.0),
    "elu": _elu,
    "selu": lambda z: 1.0507009873554805 * _elu(z, 1.6732632423543772),
    "gelu": lambda z: z * _normal_distribution(z),
    "silu": lambda z: z * 0.5 * (1 + np.tanh(z / 2)),
    "softplus": lambda z: np.logaddexp(0.0, z),
    "softsign": lambda z: z / (1 + np.abs(z)),
    "hard_sigmoid": lambda z: np.clip(z + 3, 0.0, 6.0) / 6,
    "hard_tanh": lambda z: np.clip(z, -1.0, 1.0),
    "mish": lambda z: z * ((1 + np.exp(z)) ** 2 - 1) / ((1 + np.exp(z)) ** 2 + 1),
    "softmax": _softmax,
    "bipolar_sigmoid": lambda z: np.tanh(z / 2),
}


def _huber(t: Any, o: Any, delta: float = 1.0) -> Any:
    near = np.minimum(np.abs(t - o), delta)
    return np.sum(near * (np.abs(t - o) - near / 2))


def _plain_kl(t: Any, o: Any) -> Any:
    present = t > 0
    return np.sum(t[present] * np.log(t[present] / o[present]))


LOSSES: dict[str, Callable[..., Any]] = {
    "half_squared_error": lambda t, o: 0.5 * np.sum((t - o) ** 2),
    "squared_error": lambda t, o: np.sum((t - o) ** 2),
    "mean_squared_error": lambda t, o: np.sum(np.mean((t - o) ** 2, axis=1)),
    "absolute_error": lambda t, o: np.sum(np.abs(t - o)),
    "mean_absolute_error": lambda t, o: np.sum(np.mean(np.abs(t - o), axis=1)),
    "huber": _huber,
    "log_cosh": lambda t, o: np.sum(np.logaddexp(o - t, t - o) - math.log(2)),
    "binary_cross_entropy": lambda t, o: -np.sum(np.log(o) * t) - np.sum(np.log1p(-o) * (1 - t)),
    "cross_entropy": lambda t, o: -np.sum(np.log(o) * t),
    "kl_divergence": _plain_kl,
    "hinge": lambda t, o: np.sum(np.maximum(0.0, 1 - t * o)),
    "output": lambda _, o: np.sum(o),
}


def gradient(network: Reference) -> Array:
    """Return the gradient of the loss over all samples."""

    def total(theta: Any) -> Any:
        a = network.inputs
        for shape in network.shapes:
            z = np.dot(a, theta[shape.weights].reshape((shape.units, shape.sources)).T)
            if shape.bias is not None:
                z = z + theta[shape.bias]
            a = ACTIVATIONS[shape.activation](z, **shape.settings)
        loss = LOSSES[network.loss](network.targets, a, **network.loss_settings)
        return loss / len(network.inputs) if network.reduction == "mean" else loss

    return numpy.asarray(autograd.grad(total)(network.start))
