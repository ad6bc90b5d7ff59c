"""What is odd about targets: the loss computes with any numbers, but some can never be learnt."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from backprop_cli.functions.activations import Activation
from backprop_cli.functions.numeric import Array
from backprop_cli.network.network import Setup

MEANT_FOR_PROBABILITIES = ("binary_cross_entropy", "cross_entropy", "kl_divergence")
"""Losses that are a likelihood: their targets are probabilities."""
BETWEEN_CLASSES = ("cross_entropy", "kl_divergence")
"""Of these, the losses over classes of which one is right: their targets sum to 1."""
NEAR = 1e-6
"""Targets are written by hand: 0.333333 is a third."""


def notices(setup: Setup) -> list[str]:
    """A sentence for each thing that is odd about the targets, with what was probably meant."""
    loss, targets = setup.network.loss, setup.samples.targets
    if not loss.needs_targets:
        return []
    if loss.name in MEANT_FOR_PROBABILITIES:
        return [*_no_probabilities(setup), *_no_classes(setup)]
    if loss.name == "hinge":
        return _no_sides(setup)
    low, high = reach(setup.network.activations[-1])
    is_out = (targets < low - NEAR) | (targets > high + NEAR)
    if not is_out.any():
        return []
    name = setup.network.activations[-1].name
    where = (
        f"stays between {low:.6g} and {high:.6g}"
        if np.isfinite([low, high]).all()
        else (f"stays above {low:.6g}" if np.isfinite(low) else f"stays below {high:.6g}")
    )
    return [
        f"{_first(setup, is_out)}, which {name} never reaches, it {where}: scale the targets, or make the outputs linear"
    ]


def reach(activation: Activation) -> tuple[float, float]:
    """The least and the largest value of an activation, ±inf where there is none, found by looking at many net inputs."""
    far = 1e12
    near = np.linspace(-30.0, 30.0, 60_001)
    z = np.concatenate([[-far], near, [far]])
    if not activation.is_elementwise:
        return 0.0, 1.0
    with np.errstate(all="ignore"):
        a = activation.value(z)
    bounds = (float(np.nanmin(a)), float(np.nanmax(a)))
    return (bounds[0] if bounds[0] > -far / 1e6 else -np.inf, bounds[1] if bounds[1] < far / 1e6 else np.inf)


def _no_probabilities(setup: Setup) -> Iterator[str]:
    targets, name = setup.samples.targets, setup.network.loss.name
    is_out = (targets < 0) | (targets > 1)
    if is_out.any() and name in BETWEEN_CLASSES and targets.shape[1] == 1 and (targets == targets.round()).all():
        yield (
            f"{_first(setup, is_out)}, and {name} takes probabilities, from 0 to 1: a number of a class is written as an output "
            "for each class, 1 for the right one and 0 for the others"
        )
    elif is_out.any():
        yield (
            f"{_first(setup, is_out)}, and {name} takes probabilities, from 0 to 1: "
            "E has no least value; half_squared_error takes any numbers"
        )


def _no_classes(setup: Setup) -> Iterator[str]:
    targets, name = setup.samples.targets, setup.network.loss.name
    if name not in BETWEEN_CLASSES or ((targets < 0) | (targets > 1)).any():
        return
    if targets.shape[1] == 1 and not setup.network.activations[-1].is_elementwise:
        yield (
            f"{setup.network.activations[-1].name} of a single output is 1 whatever the weights are, so nothing is learnt: "
            "give each class an output, or take sigmoid with binary_cross_entropy"
        )
    elif targets.shape[1] == 1:
        yield (
            f"{name} of a single output is −t·ln o: samples with target 0 have no gradient and are never learnt; "
            "binary_cross_entropy is meant for one output"
        )
    if targets.shape[1] == 1:
        return
    sums = targets.sum(axis=1)
    is_off = np.abs(sums - 1.0) > NEAR
    if is_off.any():
        sample = int(np.argmax(is_off))
        yield (
            f"the targets of sample {sample + 1} sum to {sums[sample]:.6g}{_more(int(is_off.sum()), 'sample')}, and those of "
            f"{name} to 1, a probability for each class; binary_cross_entropy takes each output for itself"
        )


def _no_sides(setup: Setup) -> list[str]:
    is_other = ~np.isin(setup.samples.targets, (-1.0, 1.0))
    if not is_other.any():
        return []
    hint = "write -1 for 0" if np.isin(setup.samples.targets, (0.0, 1.0)).all() else "they say on which side o belongs"
    return [f"{_first(setup, is_other)}, and the targets of hinge are -1 and 1: {hint}"]


def _first(setup: Setup, which: Array) -> str:
    """`t1 of sample 3 is 2 (and 4 more targets)`."""
    sample, unit = (int(index) for index in np.argwhere(which)[0])
    value = f"{setup.samples.targets[sample, unit]:.6g}"
    of = f" of sample {sample + 1}" if len(setup.samples) > 1 else ""
    return f"{setup.network.names.target(unit)}{of} is {value}{_more(int(which.sum()), 'target')}"


def _more(count: int, what: str) -> str:
    return f" (and {count - 1:,} more {what}{'s' * (count > 2)})" if count > 1 else ""
