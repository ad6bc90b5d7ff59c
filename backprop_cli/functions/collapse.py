"""Pairs of output activation and loss that belong together: their delta in closed form.

A loss −Σ[α ln o + β ln(1 − o)] above a sigmoid or softmax is computed from the net inputs. Value, ∂E/∂o and delta then stay
exact when o is 0 or 1 to the last bit, where 1 − o would be lost and ∂E/∂o · ∂o/∂z be ∞ · 0. For sigmoid with binary
cross-entropy and softmax with cross-entropy the delta is the well-known o − t.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from backprop_cli.functions import numeric, softmax
from backprop_cli.functions.activations import Activation
from backprop_cli.functions.losses import Loss
from backprop_cli.functions.numeric import Array


class Collapse(NamedTuple):
    """The closed form of a pair: `shares(t, z)`, `slopes(t, z, o)`, `delta(t, z, o)`, samples × outputs; delta's formula.

    The formula is in `o` and `t` of the unit and `s` = Σt over the sample's outputs. `stable_share` and `stable_delta` are
    formulas without overflow or cancellation, empty where there are none; they also have `z`, `c` = 1 − o, and under softmax
    `top` = max z and `sum` = Σ exp(z − top).
    """

    shares: Callable[[Array, Array], Array]
    slopes: Callable[[Array, Array, Array], Array]
    delta: Callable[[Array, Array, Array], Array]
    formula: str | None
    stable_share: str = ""
    stable_delta: str = ""


def collapse_of(activation: Activation, loss: Loss) -> Collapse | None:
    """The closed form of this pair, or None where the chain rule's product is all there is."""
    weights = loss.log_weights
    if weights is None or activation.name not in _LOG_FORMS:
        return None
    log_value, log_complement, complement, log_delta = _LOG_FORMS[activation.name]

    def shares(t: Array, z: Array) -> Array:
        alpha, beta = weights(t)
        total = -numeric.weighted(alpha, log_value(z))
        if np.any(beta):
            total = total - numeric.weighted(beta, log_complement(z))
        if loss.name == "kl_divergence":
            total = total + numeric.weighted(t, np.log(np.where(t == 0, 1.0, t)))
        return np.asarray(total)

    def slopes(t: Array, z: Array, o: Array) -> Array:
        alpha, beta = weights(t)
        with np.errstate(divide="ignore", over="ignore"):
            return np.asarray(numeric.weighted(beta, 1.0 / complement(z, o)) - numeric.weighted(alpha, 1.0 / o))

    def delta(t: Array, z: Array, o: Array) -> Array:
        return log_delta(*weights(t), z, o)

    pair = (activation.name, loss.name)
    return Collapse(shares, slopes, delta, _FORMULAS.get(pair), *_STABLE.get(pair, ()))


def _sigmoid_complement(z: Array, o: Array) -> Array:
    """1 − σ(z) = σ(−z)."""
    del o
    return numeric.sigmoid(-z)


def _softmax_complement(z: Array, o: Array) -> Array:
    del z
    return softmax.complement(o)


def _sigmoid_delta(alpha: Array, beta: Array, z: Array, o: Array) -> Array:
    """−α(1 − o) + β·o."""
    return np.asarray(beta * o - alpha * _sigmoid_complement(z, o))


def _softmax_delta(alpha: Array, beta: Array, z: Array, o: Array) -> Array:
    """o_j Σα − α_j, and of the terms in ln(1 − o_k) β_j·o_j − Σ_{k≠j} β_k·o_k·o_j/(1 − o_k).

    In the latter o_j/(1 − o_k) is a softmax over the units but k; only of the largest k it does not follow from o.
    """
    rest = softmax.complement(o)
    delta = o * (alpha.sum(axis=-1, keepdims=True) - alpha) - alpha * rest
    if np.any(beta):
        largest = z.argmax(axis=-1, keepdims=True)
        odds = beta * o / rest
        np.put_along_axis(odds, largest, 0.0, axis=-1)
        delta = delta + beta * o - o * (odds.sum(axis=-1, keepdims=True) - odds)
        if z.shape[-1] > 1:
            delta = delta - np.take_along_axis(beta * o, largest, axis=-1) * softmax.softmax(softmax.without_largest(z))
    return np.asarray(delta)


_OfNetInput = Callable[[Array], Array]
_LOG_FORMS: dict[str, tuple[_OfNetInput, _OfNetInput, Callable[[Array, Array], Array], Callable[..., Array]]] = {
    "sigmoid": (lambda z: -numeric.softplus(-z), lambda z: -numeric.softplus(z), _sigmoid_complement, _sigmoid_delta),
    "softmax": (softmax.log_softmax, softmax.log_complement, _softmax_complement, _softmax_delta),
}
"""ln o and ln(1 − o) of z, 1 − o of z and o, and delta of α, β, z and o."""

_FORMULAS = {
    ("sigmoid", "binary_cross_entropy"): "o - t",
    ("sigmoid", "cross_entropy"): "-t*(1 - o)",
    ("sigmoid", "kl_divergence"): "-t*(1 - o)",
    ("softmax", "cross_entropy"): "s*o - t",
    ("softmax", "kl_divergence"): "s*o - t",
}

_LOG_SIGMOID = "(0 if t == 0 else t*softplus(-z))"
_LOG_SOFTMAX = "(0 if t == 0 else t*(ln(sum) - (z - top)))"
_ENTROPY = "(0 if t == 0 else t*ln(t))"
_SOFTMAX_DELTA = "o*(s - t) - t*c"

_STABLE = {
    ("sigmoid", "binary_cross_entropy"): (
        f"{_LOG_SIGMOID} + (0 if t == 1 else (1 - t)*softplus(z))", "(1 - t)*o - t*c",
    ),
    ("sigmoid", "cross_entropy"): (_LOG_SIGMOID, "-t*c"),
    ("sigmoid", "kl_divergence"): (f"{_LOG_SIGMOID} + {_ENTROPY}", "-t*c"),
    ("softmax", "cross_entropy"): (_LOG_SOFTMAX, _SOFTMAX_DELTA),
    ("softmax", "kl_divergence"): (f"{_LOG_SOFTMAX} + {_ENTROPY}", _SOFTMAX_DELTA),
}  # fmt: skip
