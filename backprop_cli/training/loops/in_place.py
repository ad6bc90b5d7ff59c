"""Activations and losses that write into buffers: prepared calls that compute what the table's functions do.

`activate` leaves what `pull_back` needs in the buffer for slopes: the slope itself, or for the sigmoid e^-z, of which
σ' = e^-z·σ² keeps its digits however near σ is to 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from backprop_cli.functions.activations import Activation
from backprop_cli.functions.losses import Loss
from backprop_cli.functions.numeric import Array

Call = partial[Any]

SQUARES = {"half_squared_error": 1.0, "squared_error": 2.0, "mean_squared_error": 2.0}
"""The losses whose slope is this times o − t."""
_LOWEST = -709.0
"""The net input below which e^-z overflows; σ is below 10^-307 there."""


def is_identity(activation: Activation) -> bool:
    """Whether the activation is its net input, so that one buffer serves both."""
    return activation.name == "linear"


def activate(activation: Activation, z: Array, a: Array, s: Array) -> Iterator[Call]:
    """Calls that set `a` to f(z)."""
    if is_identity(activation):
        return
    if activation.name == "sigmoid":
        ones = np.ones_like(z)
        yield partial(np.maximum, z, np.full_like(z, _LOWEST), out=s)
        yield partial(np.negative, s, s)
        yield partial(np.exp, s, s)
        yield partial(np.add, s, ones, a)
        yield partial(np.divide, ones, a, a)
    elif activation.name == "tanh":
        yield partial(np.tanh, z, a)
    elif activation.name == "relu":
        yield partial(np.fmax, z, np.zeros_like(z), a)
    else:
        yield partial(_assign_value, activation, z, a)


def pull_back(activation: Activation, z: Array, a: Array, s: Array, upstream: Array, delta: Array) -> Iterator[Call]:
    """Calls that set `delta` = ∂E/∂z from `upstream` = ∂E/∂a."""
    if is_identity(activation):
        return
    if activation.name == "sigmoid":
        yield partial(np.multiply, s, a, s)
        yield partial(np.multiply, s, a, s)
        yield partial(np.multiply, upstream, s, delta)
    elif activation.name == "tanh":  # 1/cosh², which does not cancel as 1 − a² does
        yield partial(np.cosh, z, s)
        yield partial(np.divide, upstream, s, delta)
        yield partial(np.divide, delta, s, delta)
    elif activation.name == "relu":
        yield partial(np.heaviside, z, np.zeros_like(z), s)
        yield partial(np.multiply, upstream, s, delta)
    else:
        yield partial(_assign_pullback, activation, z, a, upstream, delta)


def loss_slope(loss: Loss, t: Array, o: Array, upstream: Array) -> Iterator[Call]:
    """Calls that set `upstream` = ∂E/∂o."""
    if loss.name in SQUARES:
        yield partial(np.subtract, o, t, upstream)
        factor = SQUARES[loss.name] / (o.shape[-1] if loss.is_mean else 1)
        if factor != 1.0:
            yield partial(np.multiply, upstream, factor, upstream)
    else:
        yield partial(_assign_slope, loss, t, o, upstream)


def _assign_value(activation: Activation, z: Array, a: Array) -> None:
    a[...] = activation.value(z)


def _assign_pullback(activation: Activation, z: Array, a: Array, upstream: Array, delta: Array) -> None:
    delta[...] = activation.pullback(z, a, upstream)


def _assign_slope(loss: Loss, t: Array, o: Array, upstream: Array) -> None:
    upstream[...] = loss.slopes(t, o)
