"""Mistakes in ∂E/∂a of a hidden unit, which is the sum over the units of the next layer of delta times weight."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np

from backprop_cli.backward import Place
from backprop_cli.check.method import link
from backprop_cli.check.mistakes.entry import BY_A, Mistake, Way, parts, upper_layers
from backprop_cli.formula.formula import Formula
from backprop_cli.functions.numeric import Array
from backprop_cli.network.network import Setup

# ── what is taken for ∂E/∂a ───────────────────────────────────────────────────────────────────────────────────────────


def _through_first(right: Callable[..., Array], place: Place, delta: Array) -> Array:
    """Through the first unit of the next layer alone."""
    return right(place, delta * (np.arange(delta.shape[1]) == 0))


def _transposed(right: Callable[..., Array], place: Place, delta: Array) -> Array:
    """With the weight matrix turned around, where it is square so that nobody notices."""
    units, sources = place.weights.shape
    return delta @ place.weights.T if units == sources else right(place, delta)


# ── where it can be made ──────────────────────────────────────────────────────────────────────────────────────────────


def _from_several_units(setup: Setup) -> Iterator[Way]:
    layers = [layer for layer in upper_layers(setup) if setup.network.layers[layer].units > 1]
    for chosen, place in parts(setup, layers):
        yield Way(link("loss_by_source", _through_first)(chosen), place.replace("in the", "from the"))


def _square(setup: Setup) -> Iterator[Way]:
    if any(sources == units > 1 for sources, units in pairwise(setup.network.names.widths[1:])):
        yield Way(link("loss_by_source", _transposed)(upper_layers(setup)))


# ── the entries ───────────────────────────────────────────────────────────────────────────────────────────────────────

BACK = Formula("∂E/∂a = Wᵀ·δ_next", rf"{BY_A} = W^{{\mathsf T}} \delta_{{\mathrm{{next}}}}")

MISTAKES = (
    Mistake(
        "first_output_only",
        "a hidden unit's delta goes through its first successor alone",
        Formula("∂E/∂a = Σ_k δ_k·w_k", rf"{BY_A} = \sum_k \delta_k w_k"),
        Formula("∂E/∂a = δ_1·w_1", rf"{BY_A} = \delta_1 w_1"),
        _from_several_units,
    ),
    Mistake(
        "weights_transposed",
        "the weight matrix is not transposed in the backward step",
        BACK,
        Formula("∂E/∂a = W·δ_next", rf"{BY_A} = W \delta_{{\mathrm{{next}}}}"),
        _square,
    ),
)
