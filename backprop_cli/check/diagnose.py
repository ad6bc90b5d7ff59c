"""Which mistake gives somebody's wrong numbers: the whole computation is made again with each, and with pairs of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product

import numpy as np

from backprop_cli.check.budget import DEFAULT_EFFORT, Budget
from backprop_cli.check.compare import Comparison
from backprop_cli.check.evidence import Evidence
from backprop_cli.check.mistakes.entry import Made
from backprop_cli.check.mistakes.table import MISTAKES, mistakes_of
from backprop_cli.check.ratios import Ratio, Ratios, Slip
from backprop_cli.check.wanted import WantedSelection
from backprop_cli.check.work import Work
from backprop_cli.functions.numeric import Array

_WAYS_IN_A_PAIR = 6
"""How many of the ways of one mistake are tried together with another mistake."""
_WAYS_BESIDE_A_SIGN = 2
"""How many of the ways of a rare mistake are tried together with a lost sign."""

_AT_A_TIME = 20_000
"""About so many numbers, of several hypotheses, are compared together."""
_COMMON = sum(not mistake.alone for mistake in MISTAKES.values())
"""So many mistakes are not rare."""

_MOST_REMEMBERED = 1_000
"""Numbers that a class is asked for, of which every mistake's are kept."""

_DOUBT_OF_PAIRS = 0.3
"""So many digits more must speak for two mistakes made together."""


@dataclass(frozen=True)
class Diagnosis:
    """One mistake, or two made together, the names of the wrong numbers that it explains, and what else does the same.

    `contradicts` names right numbers that would have come out wrong too. `would_be` has those, and the wrong numbers that it
    does not explain but would have made otherwise, with what they would be.
    """

    mistakes: tuple[Made, ...]
    alternatives: tuple[tuple[Made, ...], ...]
    explains: tuple[str, ...]
    contradicts: tuple[str, ...]
    would_be: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Findings:
    """The constant ratios of wrong numbers, the diagnoses, best first, and the wrong numbers that none explains, slips among them.

    `left_out` hypotheses would have taken too long to try; an effort of `wanted` seconds would have had room for them.
    """

    ratios: tuple[Ratio, ...] = ()
    diagnoses: tuple[Diagnosis, ...] = ()
    unexplained: tuple[str, ...] = ()
    slips: tuple[Slip, ...] = ()
    left_out: int = 0
    wanted: int = 0


@dataclass(frozen=True)
class Memory:
    """What was already worked out for others who were asked for the same numbers of the same run."""

    mistakes: list[Made] = field(default_factory=list)
    numbers: dict[tuple[WantedSelection, tuple[int, ...]], Array] = field(default_factory=dict)


@dataclass(frozen=True)
class _Attempt:
    """What came of one hypothesis: which wrong numbers it explains, and which right ones it would have spoilt."""

    mistakes: tuple[Made, ...]
    order: int
    explains: frozenset[int]
    contradicts: frozenset[int]
    would_be: dict[int, float]

    def merit(self, open_numbers: frozenset[int]) -> tuple[int, int, int, int, bool, int]:
        """The smaller the better.

        What explains most of the open numbers, less the right ones it spoils; of equal ones what spoils fewest, then what
        needs fewest mistakes, then what explains most of all numbers, then what is not rare, then what stands first in the table.
        """
        spoilt, is_rare = len(self.contradicts), any(made.mistake.alone for made in self.mistakes)
        explained = len(self.explains & open_numbers)
        return spoilt - explained, spoilt, len(self.mistakes), -len(self.explains), is_rare, self.order


def diagnose(
    comparison: Comparison,
    on_progress: Callable[[int, int], None] | None = None,
    effort: float = DEFAULT_EFFORT,
    memory: Memory | None = None,
) -> Findings:
    """Find the mistakes behind the numbers that do not agree; nothing is ever found behind right ones.

    A hypothesis counts only where the digits that it hits are more than chance gives to so many hypotheses. `on_progress`
    is told how many of how many hypotheses are tried; those that would take more than about `effort` seconds are not.
    A `memory` serves all comparisons with one run.
    """
    wrong = frozenset(index for index, one in enumerate(comparison.compared) if not one.agrees)
    if not wrong:
        return Findings()
    budget = Budget(comparison, effort)
    ratios = Ratios(comparison)
    memory = Memory() if memory is None else memory
    if not memory.mistakes:
        memory.mistakes.extend(mistakes_of(comparison.run.setup))
    laboratory = _Laboratory(comparison, Evidence(comparison, ratios), budget, memory, on_progress)
    singles = [(made,) for made in memory.mistakes]
    attempts = laboratory.try_all(singles)
    following = frozenset(index for index, one in enumerate(comparison.compared) if one.follows)
    to_explain = (wrong - following) or wrong
    if not any(attempt.explains >= to_explain for attempt in attempts) and len(wrong) > 1 and not budget.left_out:
        attempts += laboratory.try_all(_pairs([made for (made,) in singles]))
    diagnoses, left = _best(attempts, to_explain, comparison)
    unexplained, followers = _names(comparison, left - following), set(_names(comparison, following))
    shared = tuple(ratio for ratio in ratios.constant() if not followers.issuperset(ratio.names))
    slips = tuple(ratios.slips(set(unexplained).difference(*(ratio.names for ratio in shared))))
    return Findings(shared, tuple(diagnoses), unexplained, slips, budget.left_out, budget.wanted)


def _pairs(singles: Iterable[Made]) -> list[tuple[Made, ...]]:
    """Two mistakes together, each made in one of its likeliest ways; a lost sign, the commonest, with rare ones too."""
    by_id: dict[str, list[Made]] = {}
    for made in singles:
        by_id.setdefault(made.id, []).append(made)
    common, rare = (
        [made for ways in by_id.values() for made in ways[:most] if made.mistake.alone is is_rare]
        for most, is_rare in ((_WAYS_IN_A_PAIR, False), (_WAYS_BESIDE_A_SIGN, True))
    )
    pairs = (*combinations(common, 2), *product(by_id["error_sign"][:1], rare))
    return [pair for pair in pairs if pair[0].id != pair[1].id]


class _Laboratory:
    """Makes the computation again under hypotheses, within a budget."""

    def __init__(
        self,
        comparison: Comparison,
        evidence: Evidence,
        budget: Budget,
        memory: Memory,
        on_progress: Callable[[int, int], None] | None,
    ) -> None:
        self.comparison = comparison
        self.evidence = evidence
        self.budget = budget
        self.memory = memory
        self.on_progress = on_progress

    def try_all(self, hypotheses: Sequence[tuple[Made, ...]]) -> list[_Attempt]:
        """The hypotheses that explain something, with more evidence than their number asks for."""
        chosen = self.budget.choose(hypotheses)
        is_wrong, attempts = self.evidence.is_wrong, []
        at_a_time = max(1, _AT_A_TIME // len(is_wrong))
        for first in range(0, len(chosen), at_a_time):
            numbers = np.array([self._numbers(mistakes) for mistakes in chosen[first : first + at_a_time]])
            agreements = self.comparison.judge.agreement(numbers)
            for row in np.flatnonzero(np.any(agreements & is_wrong, axis=1)).tolist():
                mistakes, agrees = chosen[first + row], agreements[row]
                if self.evidence.speaks_for(numbers[row], agrees, _needed(mistakes), _is_scaling(mistakes)):
                    attempts.append(self._attempt(mistakes, first + row, numbers[row], agrees))
            if self.on_progress is not None:
                self.on_progress(first + len(numbers), len(chosen))
        return attempts

    def _attempt(self, mistakes: tuple[Made, ...], order: int, numbers: Array, agrees: Array) -> _Attempt:
        is_wrong = self.evidence.is_wrong
        missed = np.flatnonzero(self.evidence.is_missed(numbers, agrees)).tolist()
        would_be = {index: float(numbers[index]) for index in missed}
        return _Attempt(mistakes, order, _indices(agrees & is_wrong), _indices(~(agrees | is_wrong)), would_be)

    def _numbers(self, mistakes: tuple[Made, ...]) -> Array:
        """The compared numbers as these mistakes make them."""
        numbers = self._computed(mistakes)
        with np.errstate(all="ignore"):
            for made in mistakes:
                if made.way.written is not None:
                    numbers = made.way.written(numbers, self.comparison.judge.units)
        return numbers

    def _computed(self, mistakes: tuple[Made, ...]) -> Array:
        """The same before they are written down, which is the same for everybody."""
        known = (self.comparison.selection, tuple(map(id, mistakes)))
        numbers = self.memory.numbers.get(known)
        if numbers is None:
            run, sample = self.comparison.run, self.comparison.sample
            steps = max(0, run.steps + sum(made.way.steps for made in mistakes))
            with np.errstate(all="ignore"):
                work = Work(run.setup, steps, sample, (made.way.change for made in mistakes))
                numbers = self.comparison.selection.of(work)
            if len(numbers) <= _MOST_REMEMBERED:
                self.memory.numbers[known] = numbers
        return numbers


def _needed(mistakes: tuple[Made, ...]) -> float:
    """How many digits must speak for a hypothesis: that many mistakes are as likely, and all ways to make it."""
    rivals = math.prod((len(MISTAKES) if made.mistake.alone else _COMMON) * made.rivals for made in mistakes)
    return math.log10(rivals) + _DOUBT_OF_PAIRS * (len(mistakes) - 1)


def _is_scaling(mistakes: tuple[Made, ...]) -> bool:
    """Whether a hypothesis is that all is multiplied by one constant, or by that and −1."""
    scales = [made.way.scales for made in mistakes]
    return all(scales) and scales.count("size") <= 1


def _indices(chosen: Array) -> frozenset[int]:
    return frozenset(np.flatnonzero(chosen).tolist())


def _best(
    attempts: list[_Attempt], wrong: frozenset[int], comparison: Comparison
) -> tuple[list[Diagnosis], frozenset[int]]:
    """The best attempt, then the best for what it leaves open, and so on; and what is left in the end."""
    diagnoses: list[Diagnosis] = []
    left = wrong
    while left:
        best = min(attempts, key=lambda attempt: attempt.merit(left), default=None)
        if best is None or not best.explains & left:
            break
        same = [
            one
            for one in attempts
            if one is not best and (one.explains, one.contradicts) == (best.explains, best.contradicts)
        ]
        same.sort(key=lambda attempt: attempt.merit(left))
        diagnoses.append(
            Diagnosis(
                best.mistakes,
                tuple(_distinct(best, same)),
                _names(comparison, best.explains),
                _names(comparison, best.contradicts),
                tuple((comparison.compared[index].given.name, value) for index, value in best.would_be.items()),
            )
        )
        left -= best.explains
    return diagnoses, left


def _distinct(best: _Attempt, others: Iterable[_Attempt]) -> Iterable[tuple[Made, ...]]:
    """The others that name other mistakes, each once, and no more of them than the best needs."""
    seen = {tuple(made.id for made in best.mistakes)}
    for other in others:
        ids = tuple(made.id for made in other.mistakes)
        if ids not in seen and len(ids) == len(best.mistakes):
            seen.add(ids)
            yield other.mistakes


def _names(comparison: Comparison, indices: Iterable[int]) -> tuple[str, ...]:
    return tuple(comparison.compared[index].given.name for index in sorted(indices))
