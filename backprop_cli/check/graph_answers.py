"""Somebody's numbers for a graph of definitions, beside the right ones: `chain --against`.

Each wrong number is also worked out from the person's own earlier numbers. What follows from those is no mistake of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from backprop_cli.chain.result import ChainResult
from backprop_cli.check.compare import Compared
from backprop_cli.check.given import Given, GivenArray, common_digits
from backprop_cli.check.judge import STRICT, Judge
from backprop_cli.check.own_numbers import OwnNumbers, Record
from backprop_cli.check.ratios import is_plain
from backprop_cli.nearest import nearest

CLEAR_ERROR = 0.02
"""A ratio of a given number to the right one is known where its relative error is no larger."""
MOST_WORKED = 300
"""Of no more given numbers than this it is worked out how far the rounding of each moves the later ones."""


class SharedRatio(NamedTuple):
    """Wrong derivatives that are all the same multiple of the right ones."""

    names: tuple[str, ...]
    ratio: float


@dataclass(frozen=True)
class GraphComparison:
    """The given numbers that mean something in the graph; derivatives that were asked for and not given; unknown names."""

    compared: tuple[Compared, ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    meant: Mapping[str, str]
    ratios: tuple[SharedRatio, ...]

    @property
    def passed(self) -> bool:
        """Whether all given numbers are right, and all their names known."""
        return not self.unknown and all(one.agrees for one in self.compared)


def compare_graph(
    result: ChainResult, given: Iterable[Given | GivenArray], tolerance: float | None = None
) -> GraphComparison:
    """Compare numbers with those of a result that has a point; a variable's name alone is that of its derivative."""
    right = right_numbers(result)
    known: list[tuple[str, Given]] = []
    unknown = []
    for one in given:
        name = _meaning(one.name, result, right)
        if name is None or not isinstance(one, Given):
            unknown.append(one.name)
        else:
            known.append((name, one))
    expected = np.array([right[name] for name, _ in known])
    judge = Judge.of([one for _, one in known], STRICT if tolerance is None else tolerance)
    agrees = judge.agreement(expected) if known else np.array([], bool)
    compared = [
        Compared(one, right[name], common_digits(one, right[name]), bool(is_right))
        for (name, one), is_right in zip(known, agrees, strict=True)
    ]
    following = _following(result, known, compared)
    compared = [
        replace(one, follows=name in following and not one.agrees)
        for (name, _), one in zip(known, compared, strict=True)
    ]
    names = {name for name, _ in known}
    asked = (total.partial.name for total in result.derivatives.values())
    meant = {name: near for name in unknown for near in [nearest(name, right)] if near}
    missing = tuple(name for name in asked if name not in names)
    return GraphComparison(tuple(compared), missing, tuple(unknown), meant, tuple(_ratios(known, compared)))


def right_numbers(result: ChainResult) -> dict[str, float]:
    """All numbers that may be given: the values of the nodes, and every derivative."""
    values = {node.name: node.value for node in result.nodes}
    return values | {partial.name: partial.value for partial in result.partials}


def _meaning(name: str, result: ChainResult, right: Mapping[str, float]) -> str | None:
    """What a name stands for: `∂h/∂x`, `h'`, `dx`, or `x` for its derivative, `u` for a value."""
    plain = "".join(name.split()).replace("∂", "d").replace("′", "'")
    of = result.of
    only = next(iter(result.derivatives)) if len(result.derivatives) == 1 else ""
    candidates = [plain, f"d{of}/d{plain}", f"d{of}/{plain}", f"d{of}/d{only}" if plain == f"{of}'" else ""]
    return next((candidate for candidate in candidates if candidate in right), None)


# ── follow-through ────────────────────────────────────────────────────────────────────────────────────────────────────


def _following(result: ChainResult, known: Sequence[tuple[str, Given]], compared: Sequence[Compared]) -> set[str]:
    """The names whose numbers are what the person's own earlier ones give, where that is another number than the right one."""
    own = {name: one.value for name, one in known}
    if all(one.agrees for one in compared):
        return set()
    worked = _worked(result, own)
    allowed = _roundings(result, known, worked) if len(known) <= MOST_WORKED else {}
    found = set()
    for (name, given), one in zip(known, compared, strict=True):
        value = worked[name]
        least = 0.5 * given.unit + allowed.get(name, 0.0) + STRICT * abs(value)
        is_other = abs(value - one.expected) > 2 * least and value != 0.0
        if not one.agrees and is_other and abs(given.value - value) <= least:
            found.add(name)
    return found


def _worked(result: ChainResult, own: Mapping[str, float]) -> dict[str, float]:
    """Every number as it follows from the earlier ones, of which those in `own` are somebody's."""
    records: dict[str, Record] = {node.name: node for node in result.nodes}
    records |= {partial.name: partial for partial in result.partials}
    positions = {name: position for position, name in enumerate(own)}
    for one in result.partials:
        if one.of == result.equation:  # which the rule of an implicit function's derivative calls F_x
            short = f"{one.of}_{one.wrt}"
            records[short] = one
            positions |= {short: positions[one.name]} if one.name in positions else {}
    sheet = OwnNumbers(records, positions, list(own.values()))
    return {name: sheet.worked(name).value for name in records}


def _roundings(
    result: ChainResult, known: Sequence[tuple[str, Given]], worked: Mapping[str, float]
) -> dict[str, float]:
    """What the rounding of the given numbers may do to each that follows from them."""
    own = {name: one.value for name, one in known}
    found = dict.fromkeys(worked, 0.0)
    for name, one in known:
        if one.unit:
            moved = _worked(result, own | {name: one.value + 0.5 * one.unit})
            for other in found:
                found[other] += abs(moved[other] - worked[other])
    return found


# ── ratios ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _ratios(known: Sequence[tuple[str, Given]], compared: Sequence[Compared]) -> Iterable[SharedRatio]:
    """The one ratio that all wrong derivatives share, or that the only one has plainly; what follows from others is no evidence."""
    wrong = [
        (name, one)
        for (name, _), one in zip(known, compared, strict=True)
        if "/d" in name and not one.agrees and not one.follows and one.expected
    ]
    if not wrong:
        return
    ratios = [one.given.value / one.expected for _, one in wrong]
    errors = [max(0.5 * one.given.unit, STRICT * abs(one.expected)) / abs(one.expected) for _, one in wrong]
    best = min(range(len(wrong)), key=lambda index: errors[index])
    value, error = ratios[best], errors[best]
    if error > CLEAR_ERROR * abs(value) or not value:
        return
    if all(abs(ratio - value) <= off + error for ratio, off in zip(ratios, errors, strict=True)):
        plain = round(value, 3) if is_plain(round(value, 3), error) else value
        if len(wrong) > 1 or is_plain(value, error):
            yield SharedRatio(tuple(one.given.name for _, one in wrong), plain)
