"""What hinders training, seen before it begins: dead and saturated units, inputs and targets out of range, too large a step."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from backprop_cli.backward import both_passes
from backprop_cli.forward import Trace, forward
from backprop_cli.functions.numeric import Array
from backprop_cli.network.network import Setup
from backprop_cli.network.notices import notices

SATURATED = 0.01
"""A slope below this share of the activation's steepest is called flat."""
LARGE_INPUT = 10.0
"""Inputs beyond this size make net inputs in which most activations are flat."""
UNLIKE = 100.0
"""So many times may one input spread wider than another."""
FAR_TOO_LARGE = 2.0
"""So many times the largest stable learning rate is reported: training often stays close to it."""
POWER_STEPS = 40
"""Iterations for the largest curvature, each of them two gradients."""
CLOSE_ENOUGH = 1e-3
"""Relative change of the curvature from one iteration to the next at which they end."""


class Hindrance(NamedTuple):
    """One thing that hinders training: its kind, the quantity it is about, what is wrong, and what helps."""

    kind: str
    name: str
    message: str
    hint: str


def hindrances(setup: Setup) -> list[Hindrance]:
    """All that is found, in the order of the forward pass."""
    trace = forward(setup.network, setup.samples.inputs)
    found = [*_inputs(setup), *_alike(setup), *_units(setup, trace)]
    found += [Hindrance("target", "", notice, "") for notice in notices(setup)]
    return [*found, *_learning_rate(setup)]


def _inputs(setup: Setup) -> Iterator[Hindrance]:
    inputs, names = setup.samples.inputs, setup.network.names
    hint = "standardize: true gives every input mean 0 and deviation 1"
    for index, column in enumerate(inputs.T):
        name, largest = names.input(index), float(np.abs(column).max())
        if largest > LARGE_INPUT:
            yield Hindrance("input_large", name, f"{name} reaches {largest:,.6g}: it is not scaled", hint)
        if len(column) > 1 and not np.ptp(column):
            message = f"{name} is {column[0]:g} in every sample, which tells none from another"
            yield Hindrance("input_constant", name, message, "leave it out: a bias does the same")
    spreads = inputs.std(axis=0)
    moving = np.flatnonzero(spreads)
    if len(moving) > 1:
        low, high = (moving[pick(spreads[moving])] for pick in (np.argmin, np.argmax))
        ratio = spreads[high] / spreads[low]
        if ratio > UNLIKE:
            wide, narrow = names.input(int(high)), names.input(int(low))
            yield Hindrance("input_scales", wide, f"{wide} spreads {ratio:,.0f} times as wide as {narrow}", hint)


def _alike(setup: Setup) -> Iterator[Hindrance]:
    """Hidden units whose weights, in and out, are the same, so that they get the same updates for ever."""
    network = setup.network
    for layer in range(network.names.depth - 1):
        here, after = network.layers[layer], network.layers[layer + 1]
        bias = np.zeros(here.units) if here.bias is None else np.broadcast_to(here.bias, here.units)
        rows = np.column_stack([here.weights, bias, after.weights.T])
        first: dict[bytes, int] = {}
        for unit, row in enumerate(rows):
            other = first.setdefault((row + 0.0).tobytes(), unit)
            if other != unit:
                one, two = (network.names.activation(layer, index) for index in (other, unit))
                message = f"{two} has the weights of {one}, in and out, so that both stay alike"
                yield Hindrance(
                    "units_alike", two, message, "draw different weights: units and init in place of weights"
                )


def _units(setup: Setup, trace: Trace) -> Iterator[Hindrance]:
    """Units with no slope, or hardly any, in every sample."""
    network = setup.network
    count = "every sample" if len(setup.samples) > 1 else "the sample"
    for layer, activation in enumerate(network.activations):
        is_collapsed = layer == network.names.depth - 1 and network.collapse is not None
        if not activation.is_elementwise or is_collapsed:
            continue
        z, a = trace.net_inputs[layer], trace.activations[layer + 1]
        around = np.linspace(-5.0, 5.0, 201)
        steepest = float(np.abs(activation.slope(around, activation.value(around))).max())
        slopes = np.abs(activation.slope(z, a)).max(axis=0)
        for unit, slope in enumerate(slopes):
            name, net = network.names.activation(layer, unit), network.names.net_input(layer, unit)
            nearest = float(z[np.abs(z[:, unit]).argmin(), unit])
            if slope == 0:
                message = (
                    f"{name} is dead: the slope of {activation.name} is 0 in {count}, and no weight into it can learn"
                )
                hint = f"{net} comes no nearer to 0 than {nearest:.4g}: change the weights or the bias into it"
                yield Hindrance("dead_unit", name, message, hint)
            elif slope < SATURATED * steepest:
                message = f"{name} is saturated: the slope of {activation.name} is at most {slope:.2g} in {count}"
                hint = f"{net} comes no nearer to 0 than {nearest:.4g}: smaller weights or inputs learn faster"
                yield Hindrance("saturated_unit", name, message, hint)


# ── learning rate ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _learning_rate(setup: Setup) -> Iterator[Hindrance]:
    rate, limit = setup.schedule.learning_rate, _largest_stable(setup)
    if rate > FAR_TOO_LARGE * limit:
        curvature = 2.0 * (1.0 + setup.schedule.momentum) / limit
        message = (
            f"the learning rate {rate:g} is {rate / limit:,.3g} times the largest that is "
            f"stable here: the loss curves with {curvature:.4g}, where steps beyond {limit:.3g} overshoot"
        )
        yield Hindrance("learning_rate", "learning_rate", message, f"learning_rate: {_round_down(limit / 2):g}")


def fitting_learning_rate(setup: Setup) -> float:
    """The learning rate of the setup, or the one to take in its place where it is far too large."""
    rate, limit = setup.schedule.learning_rate, _largest_stable(setup)
    return rate if rate <= FAR_TOO_LARGE * limit else _round_down(limit / 2)


def _largest_stable(setup: Setup) -> float:
    """The learning rate 2(1 + m)/λ, beyond which steps with momentum m overshoot along the steepest curvature λ.

    Goodfellow, Bengio and Courville, Deep Learning, 2016, section 4.3.1; with momentum Polyak 1964.
    """
    curvature = largest_curvature(setup)
    return 2.0 * (1.0 + setup.schedule.momentum) / curvature if curvature > 0 else math.inf


def _round_down(value: float) -> float:
    """One digit, so that it is easily written."""
    size = 10.0 ** np.floor(np.log10(value))
    return float(max(1.0, np.floor(value / size)) * size)


def largest_curvature(setup: Setup) -> float:
    """The largest eigenvalue, by size, of the loss's second derivatives over all samples, by power iteration.

    The Hessian times a vector is the difference of two gradients, as in Pearlmutter 1994, section 2.
    """
    row = setup.network.parameters.row
    stream = np.random.Generator(np.random.PCG64(0))
    direction = stream.standard_normal(len(row))
    step = 1e-5 * max(1.0, float(np.abs(row).max()))
    value = 0.0
    for _ in range(POWER_STEPS):
        length = float(np.linalg.norm(direction))
        if not np.isfinite(length) or length == 0:
            return 0.0
        direction = direction / length
        ahead, behind = (_gradient(setup, row + sign * step * direction) for sign in (1.0, -1.0))
        turned = (ahead - behind) / (2.0 * step)
        before, value = value, float(direction @ turned)
        direction = turned
        if abs(value - before) < CLOSE_ENOUGH * abs(value):
            break
    return value


def _gradient(setup: Setup, row: Array) -> Array:
    setup = replace(setup, network=setup.network.with_row(row))
    _, gradients = both_passes(setup.network, setup.samples, setup.schedule.reduction)
    return gradients.parameters.row
