"""Mistakes in rounding: digits cut off, and intermediate results rounded before they are used."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from backprop_cli.check.mistakes.entry import Mistake, Way, always
from backprop_cli.check.rounding import Carried, cut_off, half_up, rounded
from backprop_cli.network.network import Setup

_DECIMALS = (4, 3, 2)
"""So many are carried on paper."""


def _carried(setup: Setup) -> Iterator[Way]:
    """Few decimals carried, with the results in full or rounded too."""
    for decimals, (detail, carried) in product(_DECIMALS, _results(setup)):
        change = rounded(half_up(decimals), carried)
        yield Way(change, f"{decimals} decimals carried, {detail}", rounds_samples=carried.sample_gradients)


def _results(setup: Setup) -> tuple[tuple[str, Carried], ...]:
    """What is rounded of gradients and new parameters: of several samples each one's gradient, their sum or mean, or both."""
    full, single = Carried(), Carried(sample_gradients=True, new_parameters=True)
    if len(setup.samples) == 1:
        return ("results in full", full), ("results too", single)
    whole, both = single._replace(sample_gradients=False, gradients=True), single._replace(gradients=True)
    reduction = setup.schedule.reduction
    return (
        ("results in full", full),
        (f"results too, the {reduction} alone", whole),
        (f"results too, each sample's and the {reduction}", both),
        ("results too, each sample's", single),
    )


MISTAKES = (
    Mistake(
        "digits_cut_off",
        "the digits after the last one given are cut off, not rounded",
        "0.678 rounded to 0.68",
        "0.678 cut to 0.67",
        always(Way(written=cut_off)),
    ),
    Mistake(
        "rounded_intermediates",
        "intermediate results are rounded before they are used",
        "full precision until the end",
        "few decimals carried",
        _carried,
    ),
)
