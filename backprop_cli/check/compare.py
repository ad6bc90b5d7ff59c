"""Somebody's numbers beside the right ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

import numpy as np

from backprop_cli.check.arrays import INPUTS_BY_UNITS, NEW_VALUES, UNITS_BY_SAMPLES
from backprop_cli.check.follow import Follower, follow_through
from backprop_cli.check.given import DOUBLE, Given, GivenArray, common_digits
from backprop_cli.check.interpretation import Understood, understand
from backprop_cli.check.judge import LENIENT, STRICT, Judge, sizes_of
from backprop_cli.check.roundoff import roundoff
from backprop_cli.check.wanted import Index, Wanted, WantedSelection, known_names
from backprop_cli.check.work import Work
from backprop_cli.errors import UsageError
from backprop_cli.functions.numeric import Array
from backprop_cli.nearest import nearest
from backprop_cli.network.name_spellings import spellings
from backprop_cli.network.names import Names
from backprop_cli.network.network import Setup
from backprop_cli.network.penalty import NO_FACTOR, ByKind, Penalty
from backprop_cli.training.train import Run

_MOST_SUGGESTED = 10
"""To so many unknown names the nearest known one is looked for."""
_MOST_COMPARED = 2_000
"""So many known names are looked at for each, which takes some hundredths of a second."""
_LONGEST_NAME = 60
"""Characters of a name that a person may have mistyped."""
MOST_ENTRIES = 100_000_000
"""No more entries of matrices of derivatives are computed for those that are compared: they take some seconds."""


@dataclass(frozen=True)
class Compared:
    """A given number and the right one; `digits` is to how many significant digits they agree.

    One that is wrong `follows` where it is what its author's own earlier numbers rightly give.
    """

    given: Given
    expected: float
    digits: int
    agrees: bool
    follows: bool = False


@dataclass(frozen=True)
class Comparison:
    """All given numbers that mean something here, which of their kind were not given, and which mean nothing.

    `wanted` says what the compared numbers are, `selection` picks them, in their order, from any `Work`, `judge` says which
    numbers agree with them. `before` is the setup as the last step found it, `sample` (from 0) whose intermediate results
    they are. `meant` has the nearest known name of those that mean nothing, which count as wrong unless `allows_unknown`.
    `orientation` says how arrays of weights were read, where there are any, `remarks` what else is to be known.
    """

    run: Run
    before: Setup
    sample: int
    compared: tuple[Compared, ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    meant: Mapping[str, str]
    orientation: str | None
    remarks: tuple[str, ...]
    wanted: tuple[Wanted, ...]
    selection: WantedSelection
    judge: Judge
    allows_unknown: bool = False

    @cached_property
    def expected(self) -> Array:
        """The right numbers."""
        return np.array([one.expected for one in self.compared])

    @property
    def agreeing(self) -> int:
        """How many numbers agree."""
        return sum(one.agrees for one in self.compared)

    @property
    def passed(self) -> bool:
        """Whether every number agrees, and none has a name that means nothing."""
        return all(one.agrees for one in self.compared) and (self.allows_unknown or not self.unknown)


def compare(
    given: Iterable[Given | GivenArray],
    run: Run,
    sample: int,
    tolerance: float | None = None,
    allows_unknown: bool = False,
) -> Comparison:
    """Compare numbers by their names with the right ones of a run's last step and a sample (from 0); see `AnswerKey`."""
    return AnswerKey(run, sample).compare(given, tolerance, allows_unknown)


class AnswerKey:
    """The right numbers of a run's last step and a sample (from 0), with which anybody's are compared."""

    def __init__(self, run: Run, sample: int, before: Setup | None = None) -> None:
        self.run, self.sample, self.before = run, sample, before or before_last(run)
        self._steps = min(1, run.steps)
        self._work = Work(self.before, self._steps, sample)
        names, activations = run.setup.network.names, run.setup.network.activations
        self._index = Index(names, activations, len(run.setup.samples))
        self._follower = Follower(self.before, run.steps > 0, sample, self._index)
        self._selections: dict[tuple[Wanted, ...], WantedSelection] = {}
        self._roundoffs: dict[tuple[Wanted, ...], Array] = {}

    def compare(
        self, given: Iterable[Given | GivenArray], tolerance: float | None = None, allows_unknown: bool = False
    ) -> Comparison:
        """Compare numbers by their names.

        Without a `tolerance` numbers of full length agree to 1e-9, and all of them to 1e-5 where none is farther off.
        Under weight decay they may be those of E + ½·λ·‖w‖², where more of them agree with these.

        Raises:
            UsageError: they ask for too many others.
        """
        numbers = list(given)
        found = self._compare(numbers, tolerance, allows_unknown)
        for key in () if found.passed else self._with_penalty:
            other = key._compare(numbers, tolerance, allows_unknown)
            if other.agreeing > found.agreeing:
                found = replace(other, remarks=(*other.remarks, _ON_DECAY))
        return found

    @cached_property
    def _with_penalty(self) -> tuple[AnswerKey, ...]:
        """The keys where a weight decay is a penalty that is part of E: on all that decays, or on the weights alone."""
        decay = self.before.schedule.weight_decay
        schedule = self.before.schedule._replace(weight_decay=NO_FACTOR)
        return tuple(
            AnswerKey(self.run, self.sample, replace(
                self.before, network=replace(self.before.network, penalty=Penalty(l2)), schedule=schedule
            ))
            for l2 in dict.fromkeys((decay, ByKind(decay.weights)))
            if any(l2)
        )  # fmt: skip

    def _compare(
        self, given: Sequence[Given | GivenArray], tolerance: float | None, allows_unknown: bool
    ) -> Comparison:
        setup = self.run.setup
        understood = understand(list(given), self._index, self._work, setup.schedule.reduction == "mean")
        numbers, wanted = [one for one, _ in understood.known], tuple(one for _, one in understood.known)
        selection = self._selections.setdefault(wanted, WantedSelection(wanted))
        _require_few(selection.entries(setup.network.names))
        expected = selection.of(self._work)
        judge = Judge.of(numbers, STRICT if tolerance is None else tolerance)
        remarks = list(understood.remarks) + _on_reading(understood, len(self._work.method.batch_indices))
        agrees = judge.agreement(expected)
        follows = [False] * len(numbers)
        if not agrees.all():
            epsilons = np.array([one.epsilon for one in numbers]) / DOUBLE
            judge = replace(judge, roundoff=epsilons * self._roundoff(wanted, selection, expected))
            sizes, kinds = sizes_of(wanted, expected)
            noise = None if tolerance is not None else judge.noise(expected, sizes, kinds)
            if noise is not None:
                judge = replace(judge, tolerance=LENIENT, least=LENIENT * sizes)
                remarks.append(_on_noise(noise))
            agrees = judge.agreement(expected)
            follows = follow_through(self._follower, numbers, wanted, expected, agrees)
        compared = (
            Compared(one, float(right), common_digits(one, float(right)), bool(is_same), does_follow)
            for one, right, is_same, does_follow in zip(numbers, expected, agrees, follows, strict=True)
        )
        return Comparison(
            run=self.run,
            before=self.before,
            sample=self.sample,
            compared=tuple(compared),
            missing=tuple(_missing(setup, wanted)),
            unknown=tuple(understood.unknown),
            meant=meant_by(understood.unknown, setup.network.names),
            orientation=understood.reading.orientation if understood.has_weights else None,
            remarks=tuple(remarks),
            wanted=wanted,
            selection=selection,
            judge=judge,
            allows_unknown=allows_unknown,
        )

    def _roundoff(self, wanted: tuple[Wanted, ...], selection: WantedSelection, expected: Array) -> Array:
        if wanted not in self._roundoffs:
            self._roundoffs[wanted] = roundoff(self.before, self._steps, self.sample, selection, expected)
        return self._roundoffs[wanted]


def _on_reading(understood: Understood, batch: int) -> list[str]:
    """What is said on how the numbers were read."""
    reading, remarks = understood.reading, []
    if understood.has_weights:
        rows = "inputs × units" if reading.orientation == INPUTS_BY_UNITS else "units × inputs"
        remarks.append(f"arrays of weights are read as {rows}")
    if reading.layout == UNITS_BY_SAMPLES:
        remarks.append("arrays of a batch are read as units × samples")
    if reading.is_divided:
        remarks.append(f"derivatives by net inputs and activations are 1/N of each sample's, N = {batch}")
    if reading.is_downhill:
        remarks.append("the deltas are −∂E/∂z, as in textbooks in which weights move by η·δ·a")
    if reading.stored == NEW_VALUES:
        remarks.append("the arrays hold updated parameters, not gradients")
    return remarks


_ON_DECAY = (
    "E and its gradients hold the weight decay as a penalty, E + ½·λ·‖w‖² and ∂E/∂w + λ·w; torch.optim.SGD adds λ·w in the update "
    "only, and `penalty` in the network file makes it part of E"
)


def _on_noise(noise: float) -> str:
    return (
        f"all agree to about {noise:.0e}, as finite differences and single precision do; "
        f"--tolerance {STRICT:g} asks for more"
    )


def meant_by(unknown: Sequence[str], names: Names) -> dict[str, str]:
    """The known names nearest to the first unknown ones, where there are any."""
    known = list(islice(known_names(names), _MOST_COMPARED)) if unknown else []
    found = {}
    for name in [name for name in unknown if len(name) <= _LONGEST_NAME][:_MOST_SUGGESTED]:
        every = (nearest(spelling, known) for spelling in spellings(name, names.loss))
        found[name] = next((close for close in every if close), "")
    return {name: close for name, close in found.items() if close}


def _require_few(entries: int) -> None:
    if entries > MOST_ENTRIES:
        raise UsageError(
            f"these numbers stand in rows of derivatives of {entries:,} numbers, which would take too long to compute\n"
            "    hint: give fewer derivatives by net inputs and activations at a time"
        )


def before_last(run: Run) -> Setup:
    """The setup as the last step of a run found it; where there is none, as it is."""
    last = run.shown
    made = run.setup.updates + max(0, last.number - 1)
    return replace(run.setup, network=last.before, velocity=last.velocity_before, updates=made)


def _missing(setup: Setup, wanted: Sequence[Wanted]) -> list[str]:
    """The parameters without a gradient where some have one, and without a new value where some have one."""
    names = setup.network.names
    frozen = np.zeros(names.parameter_count, dtype=bool) if setup.schedule.frozen is None else setup.schedule.frozen
    missing: list[str] = []
    for group, mark in ((Work.gradients, ""), (Work.parameters_after, "+")):
        given = {one.parameter for one in wanted if one.parameter is not None and one.group is group}
        if given:
            every = zip(names.parameters(), frozen, strict=True)
            missing += [names.of(one) + mark for one, is_frozen in every if not is_frozen and one not in given]
    return missing
