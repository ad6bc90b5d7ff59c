"""Which wrong numbers follow rightly from their author's own earlier ones, so that one slip is not counted three times."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from backprop_cli.check.given import Given
from backprop_cli.check.own_numbers import OwnNumbers, Record, Worked
from backprop_cli.check.wanted import BY_SAMPLE, Index, Wanted
from backprop_cli.check.work import Group, MatrixGroup, Work
from backprop_cli.derivation.partials import Derivation, Partial
from backprop_cli.derivation.quantities import quantities
from backprop_cli.functions.numeric import Array
from backprop_cli.network.network import ParameterRow, Setup
from backprop_cli.update import next_batch, update

MOST_RECORDS = 100_000
"""Parameters times samples: larger exercises are not followed through, which would take seconds."""
_DEEPEST = 60
"""Layers up to which an exercise is followed through: each is worked out in the midst of the one above it."""
_MOST_USED = 64
"""Of a number that hangs on more than so many others it is not asked how far their rounding moves it."""
_FEWEST_DIGITS = 2
"""A number of one digit follows from anything."""
_TIMES_CHANCE = 4.0
"""Where so many times as many numbers follow as would by chance, all do."""
_UNLIKELY = 0.05
"""Elsewhere a number follows if it is unlikelier than this that any of those tried does so by chance."""
_SELDOM = 0.01
"""So unlikely must it be that numbers follow from rounded ones by chance."""
_NEAR = 0.1
"""How far, relative to its size, rounded numbers may have moved one that follows from them."""

_OF_THE_STEP: frozenset[Group | MatrixGroup] = frozenset({
    Work.gradients, Work.loss, Work.parameters_after, Work.net_inputs_after, Work.activations_after, Work.shares_after,
    Work.loss_after,
})  # fmt: skip
"""What belongs to the step and its batch, not to one sample."""
_PLAIN: dict[Group | MatrixGroup, Group | MatrixGroup] = {matrix: group for group, matrix in BY_SAMPLE.items()}

Place = tuple[Group | MatrixGroup, int, int]
"""A group of a `Work`, and place and row in it."""
Key = tuple[Group | MatrixGroup, int, int, int]
"""The same with the sample (from 0) to which the number belongs, −1 where it belongs to the step."""


class Follower:
    """How the numbers of a step hang on one another: its records, each sample's made when they are first asked for."""

    def __init__(self, before: Setup, is_updated: bool, shown: int, index: Index) -> None:
        self.before, self.is_updated = before, is_updated
        self.batch = list(next_batch(before.schedule, len(before.samples), before.updates))
        self.shown, self._index = shown, index
        self._records: dict[int, dict[str, Record]] = {}

    @property
    def is_small(self) -> bool:
        """Whether the exercise is small enough to be followed through."""
        names = self.before.network.names
        return names.parameter_count * len(self.before.samples) <= MOST_RECORDS and names.depth <= _DEEPEST

    def records(self, sample: int) -> Mapping[str, Record]:
        """A sample's records by name."""
        if sample not in self._records:
            derivation = Derivation(self.before.network, self.before.samples.only(sample))
            found: dict[str, Record] = {one.name: one for one in quantities(derivation)}
            found |= {partial.name: partial for _, partials in derivation.layers() for partial in partials}
            self._records[sample] = found
        return self._records[sample]

    @cached_property
    def names(self) -> dict[Place, str]:
        """The name of whatever has a record, or goes into one, by its place."""
        names = self.before.network.names
        inputs = (names.input(unit) for unit in range(names.widths[0]))
        targets = (names.target(unit) for unit in range(names.widths[-1]))
        every = ((name, self._index.find(name)) for name in (*self.records(self.shown), *inputs, *targets))
        return {(wanted.group, wanted.place, wanted.row): name for name, wanted in every if wanted is not None}

    def key(self, wanted: Wanted) -> Key:
        """Where a number stands, and whose it is."""
        if wanted.group in _PLAIN:
            return _PLAIN[wanted.group], wanted.place, 0, wanted.row
        if wanted.group is Work.gradients and self.batch == [self.shown]:
            return Work.sample_gradients, wanted.place, 0, self.shown
        return wanted.group, wanted.place, wanted.row, -1 if wanted.group in _OF_THE_STEP else self.shown

    @cached_property
    def updated(self) -> tuple[Array, Array]:
        """What the parameters become where all gradients are 0, and by how much each changes with its own."""
        before = self.before
        zero = ParameterRow(before.network.names, np.zeros(before.network.parameter_count))
        ones = ParameterRow(zero.names, np.ones_like(zero.row))
        changes, one_more = (
            update(before.network, row, before.velocity, before.schedule)[0].row for row in (zero, ones)
        )
        frozen = before.schedule.frozen
        is_moved = np.ones_like(changes) if frozen is None else 1.0 - frozen
        return before.network.parameters.row + is_moved * changes, is_moved * (one_more - changes)


def follow_through(
    follower: Follower, given: Sequence[Given], wanted: Sequence[Wanted], expected: Array, agrees: Array
) -> list[bool]:
    """For each number whether it is wrong, but what its author's own earlier numbers rightly give.

    At least one of those must be wrong itself, or so many numbers follow from rounded ones just as those are written that it
    is no chance. What a zero or a constant would satisfy counts for nothing.
    """
    wrong = [int(position) for position in np.flatnonzero(~agrees)]
    if len(wrong) < 2 or not follower.is_small:
        return [False] * len(given)
    scales = [one.scale for one in wanted]
    values = [one.value / scale for one, scale in zip(given, scales, strict=True)]
    halves = [0.5 * one.unit / abs(scale) for one, scale in zip(given, scales, strict=True)]
    places = {follower.key(one): position for position, one in enumerate(wanted)}
    working = _Working(follower, places, values)
    found: dict[int, Worked] = {}
    chances: dict[int, float] = {}
    as_written: dict[int, float] = {}
    tried = every = 0
    for position in wrong:
        if not math.isfinite(values[position]) or values[position] == 0.0 or given[position].digits < _FEWEST_DIGITS:
            continue
        worked = working.out(wanted[position])
        if worked is None or not worked.used - {position}:
            continue
        has_wrong = any(not agrees[used] for used in worked.used - {position})
        tried, every = tried + has_wrong, every + 1
        distance = abs(worked.value - values[position])
        if distance > _NEAR * abs(values[position]):
            continue
        error = abs(values[position] - expected[position] / scales[position])
        allowed = max(halves[position] * (1.0 + 1e-9), 1e-9 * abs(worked.value))
        if distance <= allowed < error:
            found[position], as_written[position] = worked, allowed / max(error, 2.0 * allowed)
        allowed += _allowed(working, wanted[position], worked, halves) if has_wrong else math.inf
        if distance <= allowed < error:
            found[position], chances[position] = worked, 2.0 * allowed / error
    following = chances.keys() - _by_chance(chances, tried)
    if _is_rounded_early(as_written.values(), every):
        following |= as_written.keys()
    following -= set(_trivial(found, values, wrong))
    return [position in following for position in range(len(given))]


def _by_chance(chances: Mapping[int, float], tried: int) -> set[int]:
    """What may follow by chance only, from how likely that is of each number, among so many that were tried.

    Rounded to two or three digits, one number in fifty or so lies where it would follow. Where a slip was followed through,
    most of those that hang on it do.
    """
    if chances and len(chances) < _TIMES_CHANCE * tried * sum(chances.values()) / len(chances):
        return {position for position, chance in chances.items() if chance * tried > _UNLIKELY}
    return set()


def _is_rounded_early(chances: Collection[float], tried: int) -> bool:
    """Whether so many of those tried follow from rounded numbers as these are written that chance would seldom do it."""
    return bool(chances) and math.comb(tried, len(chances)) * math.prod(chances) <= _SELDOM


def _allowed(working: _Working, wanted: Wanted, worked: Worked, halves: Sequence[float]) -> float:
    """How far a number may lie from the worked one because those that it was worked out from are rounded."""
    used = [position for position in worked.used if halves[position] > 0.0]
    if len(used) > _MOST_USED:
        return 0.0
    total = 0.0
    for position in used:
        moved = working.with_one(position, halves[position]).out(wanted)
        total += abs(moved.value - worked.value) if moved is not None else 0.0
    return total


def _trivial(found: Mapping[int, Worked], values: Sequence[float], wrong: Sequence[int]) -> Iterator[int]:
    """What follows only because it is the same number as one that it follows from, as a constant always is.

    The same number is no constant where it stands nowhere else, and other wrong numbers are different.
    """
    for position, worked in found.items():
        same = {other for other in wrong if math.isclose(values[other], values[position], rel_tol=1e-9)}
        sources = {other for other in same if other in worked.used}
        followers = {other for other in same if other in found and found[other].used & sources}
        if sources and (same - sources - followers or len(same) == len(wrong)):
            yield position


class _Working:
    """The step worked out from somebody's own numbers, `values`, of which `places` says what they are."""

    def __init__(self, follower: Follower, places: Mapping[Key, int], values: Sequence[float]) -> None:
        self._follower, self._places, self._values = follower, places, values
        self._sheets: dict[int, OwnNumbers] = {}

    def with_one(self, position: int, more: float) -> _Working:
        """The same where one of the numbers is so much larger."""
        values = list(self._values)
        values[position] += more
        return _Working(self._follower, self._places, values)

    def out(self, wanted: Wanted) -> Worked | None:
        """What the own earlier numbers give for one; None where no record says how it hangs on others."""
        group, place, row, sample = self._follower.key(wanted)
        if group is Work.gradients:
            return self._gradient(place)
        if group is Work.loss:
            return self._loss()
        if group is Work.parameters_after:
            return self._new(place)
        if group in _OF_THE_STEP:
            assert not isinstance(group, MatrixGroup)
            return self._after(group, place)
        name = self._follower.names.get((Work.gradients if group is Work.sample_gradients else group, place, row))
        return self._sheet(sample).worked(name) if name and name in self._follower.records(sample) else None

    def _sheet(self, sample: int) -> OwnNumbers:
        if sample not in self._sheets:
            names = self._follower.names.items()
            keys = ((name, (*place, sample)) for place, name in names if place[0] not in _OF_THE_STEP)
            positions = {name: self._places[key] for name, key in keys if key in self._places}
            self._sheets[sample] = OwnNumbers(self._follower.records(sample), positions, self._values)
        return self._sheets[sample]

    def _gradient(self, place: int) -> Worked:
        """A parameter's gradient over the batch. The penalty's part is there once."""
        name, batch = self._follower.names[Work.gradients, place, 0], self._follower.batch
        every = [self._sheet(sample).worked(name) for sample in batch]
        total = sum(worked.value for worked in every)
        used = frozenset[int]().union(*(worked.used for worked in every))
        if self._follower.before.schedule.reduction == "mean":
            return Worked(total / len(batch), used)
        record = self._follower.records(batch[0])[name]
        assert isinstance(record, Partial)
        penalty = sum(term[0].value for term in record.terms if len(term) == 1)
        return Worked(total - (len(batch) - 1) * penalty, used)

    def _loss(self) -> Worked:
        before = self._follower.before
        names, count = before.network.names, len(before.samples)
        total, used = 0.0, frozenset[int]()
        for sample in range(count):
            for unit in range(names.widths[-1]):
                share = self._sheet(sample).own(names.share(unit), math.nan)
                total, used = total + share.value, used | share.used
        total /= count if before.schedule.reduction == "mean" else 1
        return Worked(total + float(before.network.penalty_value), used)

    def _given(self, wanted: Wanted) -> Worked | None:
        """The own number, if there is one."""
        position = self._places.get(self._follower.key(wanted))
        return None if position is None else Worked(self._values[position], frozenset({position}))

    def _own_gradient(self, place: int) -> Worked:
        wanted = Wanted(Work.gradients, place)
        return self._given(wanted) or self.out(wanted) or Worked(math.nan)

    def _new(self, place: int) -> Worked | None:
        if not self._follower.is_updated:
            return None
        start, slope = self._follower.updated
        gradient = self._own_gradient(place)
        return Worked(float(start[place] + slope[place] * gradient.value), gradient.used)

    def _after(self, group: Group, place: int) -> Worked | None:
        """A number of the updated network, from the own new parameters."""
        if not self._follower.is_updated:
            return None
        before, used = self._follower.before, frozenset[int]()
        row = np.empty(before.network.parameter_count)
        for index in range(len(row)):
            new = self._given(Wanted(Work.parameters_after, index)) or self._new(index)
            assert new is not None
            row[index], used = new.value, used | new.used
        work = Work(replace(before, network=before.network.with_row(row)), 0, self._follower.shown)
        return Worked(float(group(work)[place]), used)
