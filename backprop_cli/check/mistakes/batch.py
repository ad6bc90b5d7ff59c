"""Mistakes in how the samples of a batch are joined, and in which samples are taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from backprop_cli.backward import Place
from backprop_cli.check.method import Change, Method, link
from backprop_cli.check.mistakes.entry import (
    Way,
    has_biases,
    has_several_samples,
    hidden_layers,
    rare,
)
from backprop_cli.formula.texts import equation
from backprop_cli.functions.numeric import Array
from backprop_cli.network.network import Samples, Setup

_MOST_SAMPLES = 8
"""Of so many samples each may be the one that is left."""

# ── 1/N once more ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _divided(right: Callable[..., Any], place: Place, delta: Array) -> Any:
    """What a link makes of delta, by the number of samples."""
    result = right(place, delta)
    return None if result is None else result / len(delta)


def _once_more(setup: Setup) -> Iterator[Way]:
    if not has_several_samples(setup):
        return
    all_parameters = link(weight_gradient=_divided, bias_gradient=_divided)
    if setup.schedule.reduction == "mean":
        yield Way(all_parameters(), "everywhere", scales="size")
    if hidden := hidden_layers(setup):
        yield Way(all_parameters(hidden), "in the hidden layers", scales="size")
        yield Way(link(loss_by_source=_divided)(), "in every step back", scales="size")
    if has_biases(setup):
        yield Way(link(bias_gradient=_divided)(), "in the biases", scales="size")
        yield Way(link(weight_gradient=_divided)(), "in the weights", scales="size")


# ── one sample for all ────────────────────────────────────────────────────────────────────────────────────────────────


def _of_sample(sample: int, is_whole: bool) -> Change:
    """One sample's part of the batch's gradient, or with `is_whole` that sample's own gradient, not divided by N."""

    def part(right: Callable[..., Any], place: Place, delta: Array) -> Any:
        if len(delta) <= sample:
            return right(place, delta)
        result = right(place, delta * (np.arange(len(delta)) == sample)[:, np.newaxis])
        return result if result is None or not is_whole else result * len(delta)

    return link(weight_gradient=part, bias_gradient=part)()


def _not_accumulated(setup: Setup) -> Iterator[Way]:
    if not has_several_samples(setup):
        return
    count = setup.schedule.batch_limit(len(setup.samples))
    order = dict.fromkeys([count - 1, *range(min(count, _MOST_SAMPLES))])
    is_mean = setup.schedule.reduction == "mean"
    yield from (Way(_of_sample(sample, is_mean), f"that of sample {sample + 1}") for sample in order)
    if is_mean:
        yield from (Way(_of_sample(sample, False), f"that of sample {sample + 1}, divided by N") for sample in order)


# ── the samples in another order ──────────────────────────────────────────────────────────────────────────────────────


def _with_samples(order: Sequence[int], of_targets: Sequence[int]) -> Change:
    """The samples in another order, and their targets in another one."""

    def change(method: Method) -> Method:
        samples = method.setup.samples
        other = Samples(samples.inputs[list(order)], samples.targets[list(of_targets)])
        return replace(method, setup=replace(method.setup, samples=other))

    return change


def _in_other_order(setup: Setup) -> Iterator[Way]:
    count = len(setup.samples)
    if count == 1:
        return
    kept, turned, moved = list(range(count)), list(reversed(range(count))), [*range(1, count), 0]
    if setup.network.loss.needs_targets:
        yield Way(_with_samples(kept, turned), "the targets backwards")
        if count > 2:
            yield Way(_with_samples(kept, moved), "each with the target of the next")
            yield Way(_with_samples(kept, [count - 1, *kept[:-1]]), "each with the target of the one before")
    if setup.schedule.batch_limit(count) < count:
        yield Way(_with_samples(turned, turned), "backwards")
        if count > 2:
            yield Way(_with_samples(moved, moved), "from the second on")


def _first_twice(setup: Setup) -> Iterator[Way]:
    count = len(setup.samples)
    if count > 1:
        pushed, instead = [0, *range(count - 1)], [0, 0, *range(2, count)]
        yield Way(_with_samples(instead, instead), "for the second")
        if pushed != instead:
            yield Way(_with_samples(pushed, pushed), "so that the last is left out")


# ── the entries ───────────────────────────────────────────────────────────────────────────────────────────────────────

_MEAN = equation("∂E/∂w = 1/N*Σ(sample, ∂E_sample/∂w)")

MISTAKES = (
    rare(
        "mean_over_samples_twice",
        "the gradients are divided by the number of samples once more",
        _MEAN,
        equation("∂E/∂w = 1/N^2*Σ(sample, ∂E_sample/∂w)"),
        _once_more,
    ),
    rare(
        "one_sample_only",
        "one sample's gradient is given where the batch's is asked, not accumulated",
        _MEAN,
        equation("∂E/∂w = ∂E_sample/∂w"),
        _not_accumulated,
    ),
    rare(
        "samples_reordered",
        "the samples, or their targets, are taken in another order",
        "inputs and targets in the order of the file",
        "one or both in another order",
        _in_other_order,
    ),
    rare(
        "sample_twice",
        "the first sample is taken twice",
        "samples 1, 2, 3, …",
        "samples 1, 1, …",
        _first_twice,
    ),
)
