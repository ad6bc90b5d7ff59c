"""Somebody's numbers beside the right ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from backprop_cli.arrays import Array
from backprop_cli.check.given import Given, common_digits
from backprop_cli.check.wanted import Index, Selection, Wanted
from backprop_cli.check.work import Work
from backprop_cli.network import Setup


@dataclass(frozen=True)
class Compared:
    """A given number and the right one; `digits` is to how many significant digits they agree."""

    given: Given
    expected: float
    digits: int
    agrees: bool


@dataclass(frozen=True)
class Comparison:
    """All given numbers that mean something here, which of their kind were not given, and which mean nothing.

    `selection` picks the compared numbers, in their order, from any `Work`.
    """

    compared: tuple[Compared, ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    selection: Selection
    tolerance: float

    @property
    def passed(self) -> bool:
        """Whether every compared number agrees."""
        return all(one.agrees for one in self.compared)

    def agreement(self, numbers: Array) -> Array:
        """Which of the given numbers agree with these, a boolean for each."""
        return agreement([one.given for one in self.compared], numbers, self.tolerance)


def compare(given: Iterable[Given], setup: Setup, work: Work, tolerance: float) -> Comparison:
    """Compare numbers by their names with those of a work that was done rightly.

    A number agrees where it lies within half a unit of its last digit, or within `tolerance` of the right one's size.
    """
    index = Index(setup.network.names)
    known: list[tuple[Given, Wanted]] = []
    unknown: list[str] = []
    for one in given:
        wanted = index.find(one.name)
        if wanted is None:
            unknown.append(one.name)
        else:
            known.append((one, wanted))
    selection = Selection(wanted for _, wanted in known)
    expected = selection.of(work)
    agrees = agreement([one for one, _ in known], expected, tolerance)
    compared = tuple(
        Compared(one, float(right), common_digits(one, float(right)), bool(is_same))
        for (one, _), right, is_same in zip(known, expected, agrees, strict=True)
    )
    return Comparison(
        compared, tuple(_missing(setup, [wanted for _, wanted in known])), tuple(unknown), selection, tolerance
    )


_NOISE = 1e-15
"""What two float64 computations of the same sum may differ by, beside the largest number of the computation."""


def agreement(given: Sequence[Given], numbers: Array, tolerance: float) -> Array:
    """Which of the given numbers agree with those of an array; a half is taken up or down."""
    values = np.array([one.value for one in given])
    halves = np.array([0.5 * one.unit for one in given])
    with np.errstate(invalid="ignore"):
        noise = _NOISE * np.max(np.abs(numbers), initial=0.0, where=np.isfinite(numbers))
        sizes = np.where(np.isfinite(numbers), np.abs(numbers), 0.0)
        allowed = np.maximum(halves * (1.0 + 1e-9), tolerance * sizes) + noise
        return np.asarray((np.abs(values - numbers) <= allowed) | (values == numbers))


def _missing(setup: Setup, wanted: Iterable[Wanted]) -> list[str]:
    """The parameters without a gradient where some have one, and without a new value where some have one."""
    names = setup.network.names
    missing: list[str] = []
    found = {(one.group, one.parameter) for one in wanted if one.parameter is not None}
    for group, mark in ((Work.gradients, ""), (Work.parameters_after, "+")):
        if any(kind is group for kind, _ in found):
            missing += [
                f"{names.of(parameter)}{mark}"
                for parameter in names.parameters()
                if (group, parameter) not in found and not setup.is_frozen(parameter)
            ]
    return missing
