"""What wrong numbers show before any mistake is looked for: a constant ratio to the right ones, or a slip of the pen."""

from __future__ import annotations

import math
import sys
from collections.abc import Collection, Iterator
from functools import cached_property
from typing import NamedTuple

import numpy as np

from backprop_cli.check.compare import Comparison
from backprop_cli.check.wanted import Wanted
from backprop_cli.check.work import Work
from backprop_cli.functions.numeric import Array

_MOST = 12
"""Ratios of whole numbers up to this are plain."""
_PLAIN = sorted({p / q for p in range(_MOST + 1) for q in range(1, _MOST + 1)} | {0.001, 0.01, 100.0, 1000.0})
_SURE_DIGITS = 1.5
"""So many digits of agreement make a ratio constant."""
_DIGITS_OF_ANY = 2.1
"""So many digits it takes to say that a number is one of another kind."""
_CLEAR_ERROR = 0.1
"""A ratio is known where its relative error is no larger."""
_MOST_RATIOS = 50
"""So many ratios are looked for in a group."""


def is_plain(ratio: float, error: float) -> bool:
    """Whether a ratio, known up to an error, may be one of small whole numbers, or a power of ten, or minus that."""
    return any(abs(abs(ratio) - plain) <= error for plain in _PLAIN)


class Ratio(NamedTuple):
    """Wrong numbers of one group that are `ratio` times the right ones, or new parameters whose changes are (`of_changes`).

    `group` is `W2` or `b1` where all that were given of it are among them, `W2+` of new values, else empty. `may_be` says
    what the ratio may come from: `N` samples, `n` outputs, `eta`, `-1`, `2`.
    """

    names: tuple[str, ...]
    ratio: float
    group: str
    of_changes: bool
    may_be: tuple[str, ...]

    @property
    def is_plain(self) -> bool:
        """Whether it tells something by itself."""
        return bool(self.may_be) or is_plain(self.ratio, 0.0)


class Slip(NamedTuple):
    """A wrong number that is a right one miswritten.

    `sign`, `twice`, `half`, `decimal_point`, `last_digit`, or `copied` from `of`, or `exchanged` with it.
    """

    name: str
    slip: str
    of: str = ""


class Ratios:
    """By what each right number, or a parameter's right change, is multiplied in the given one, and how exactly that is known."""

    def __init__(self, comparison: Comparison) -> None:
        self._comparison = comparison
        judge = comparison.judge
        units = np.maximum(judge.units, 2.0 * judge.tolerance * np.abs(judge.values))
        self.unchanged = comparison.selection.of_group(Work.parameters_after, Work(comparison.before, 0))
        with np.errstate(all="ignore"):
            self._right = comparison.expected - self.unchanged
            self.values = (judge.values - self.unchanged) / self._right
            self.errors = np.abs(np.maximum(0.5 * units + judge.roundoff, sys.float_info.min) / self._right)

    def multiples(self, factor: float) -> Array:
        """Which given numbers agree with so many times the right ones, or with changes of so many times."""
        with np.errstate(all="ignore"):
            return self._comparison.judge.agreement(self.unchanged + factor * self._right)

    def copies(self) -> dict[int, float]:
        """Which given numbers are the right ones of others, and how many digits it takes to say which.

        Of their own kind those are as many as the logarithm of how many there are.
        """
        judge, expected = self._comparison.judge, self._comparison.expected
        allowed = np.maximum(0.5 * judge.units, judge.tolerance * np.abs(judge.values))
        allowed[~np.isfinite(judge.values)] = 0.0
        is_own = judge.agreement(expected)
        kinds: dict[object, list[int]] = {}
        for position, wanted in enumerate(self._comparison.wanted):
            is_weight = wanted.parameter is not None and wanted.parameter.is_weight
            kinds.setdefault((wanted.group, is_weight), []).append(position)
        found: dict[int, float] = {}
        every = np.arange(len(expected))
        for members in (every, *map(np.array, kinds.values())):
            ordered = np.sort(expected[members])
            low = np.searchsorted(ordered, judge.values[members] - allowed[members])
            high = np.searchsorted(ordered, judge.values[members] + allowed[members], side="right")
            digits = _DIGITS_OF_ANY if members is every else math.log10(len(members))
            found |= dict.fromkeys(members[high - low > is_own[members]].tolist(), digits)
        return found

    def own_gradients(self) -> Array:
        """Of each new value where among the given numbers its own gradient stands; −1 of all other numbers."""
        gradients = {
            wanted.parameter: position
            for position, wanted in enumerate(self._comparison.wanted)
            if wanted.group is Work.gradients
        }
        return np.array([
            gradients.get(wanted.parameter, -1) if wanted.group is Work.parameters_after else -1
            for wanted in self._comparison.wanted
        ], dtype=int)  # fmt: skip

    # ── constant ratios ───────────────────────────────────────────────────────────────────────────────────────────

    def constant(self) -> Iterator[Ratio]:
        """The ratios that several wrong numbers of a group share, or that its only number shows plainly."""
        for group, members in self._groups.items():
            wrong = np.array([index for index in members if not self._comparison.compared[index].agrees], dtype=int)
            for shared in self._clusters(wrong):
                whole = group if len(shared) == len(members) else ""
                if len(shared) > 1 or (whole and self._is_telling(shared[0])):
                    yield self._ratio(shared, whole, group.endswith("+"))

    @cached_property
    def _groups(self) -> dict[str, list[int]]:
        """The compared numbers by layer and kind, where they have any."""
        groups: dict[str, list[int]] = {}
        for position, wanted in enumerate(self._comparison.wanted):
            group = self._group(wanted)
            if group:
                groups.setdefault(group, []).append(position)
        return groups

    def _group(self, wanted: Wanted) -> str:
        """`W2`, `b1+`, `dE/dz of layer 1`, `E`; empty of a number that is no multiple of anything."""
        names = self._comparison.before.network.names
        if wanted.parameter is not None:
            kind = "W" if wanted.parameter.is_weight else "b"
            return f"{kind}{wanted.parameter.layer + 1}" + "+" * (wanted.group is Work.parameters_after)
        if wanted.group in (Work.loss, Work.shares):
            return names.loss
        if wanted.group in (Work.deltas, Work.upstream):
            is_delta = wanted.group is Work.deltas
            ends = np.cumsum(names.widths[1:] if is_delta else names.widths)
            layer = int(np.searchsorted(ends, wanted.place, side="right")) + is_delta
            return f"d{names.loss}/d{'z' if is_delta else 'a'} of layer {layer}"
        return ""

    def _clusters(self, wrong: Array) -> Iterator[Array]:
        """Numbers whose ratios agree so well that it is no chance; each ratio's most exact number first.

        Those that are known too roughly to show a ratio go with the first that they agree with.
        """
        values, errors = self.values, self.errors
        told = wrong[np.isfinite(values[wrong]) & (values[wrong] != 0.0)]
        is_known = errors[told] <= _CLEAR_ERROR * np.abs(values[told])
        left, vague = told[is_known], told[~is_known]
        left = left[np.argsort(errors[left], kind="stable")]
        for _ in range(min(len(left), _MOST_RATIOS)):
            if not left.size:
                return
            first = left[0]

            def agree(others: Array, first: int = first) -> Array:
                return np.asarray(np.abs(values[others] - values[first]) <= errors[others] + errors[first])

            is_same = agree(left)
            shared, left = left[is_same], left[~is_same]
            digits = -np.log10(2.0 * (errors[shared[1:]] + errors[first]) / abs(values[first]))
            if len(shared) == 1 or digits.sum() >= _SURE_DIGITS:
                is_near = agree(vague)
                yield np.concatenate([shared, vague[is_near]]) if len(shared) > 1 else shared
                vague = vague[~is_near]

    def _is_telling(self, index: int) -> bool:
        """Whether a lone number's ratio is one that has a meaning."""
        value, error = self.values[index], self.errors[index]
        digits = -math.log10(2.0 * error / abs(value)) if value and np.isfinite(value) and error else 0.0
        has_meaning = digits >= _SURE_DIGITS and bool(self._meanings(value, error))
        return has_meaning or (digits >= 2.0 * _SURE_DIGITS and is_plain(value, error))

    def _ratio(self, shared: Array, group: str, of_changes: bool) -> Ratio:
        first = shared[0]
        value, error = float(self.values[first]), float(self.errors[first])
        plain = next((plain for plain in _PLAIN if abs(abs(value) - plain) <= error), None)
        names = tuple(self._comparison.compared[index].given.name for index in sorted(shared.tolist()))
        ratio = value if plain is None else math.copysign(plain, value)
        return Ratio(names, ratio, group, of_changes, tuple(self._meanings(value, error)))

    def _meanings(self, ratio: float, error: float) -> list[str]:
        """What a ratio may be."""
        return [meaning for meaning, factor in self._factors.items() if abs(ratio - factor) <= error]

    @cached_property
    def _factors(self) -> dict[str, float]:
        setup = self._comparison.before
        samples, outputs = setup.schedule.batch_limit(len(setup.samples)), setup.network.names.widths[-1]
        eta = setup.schedule.learning_rate
        known = {"2": 2.0, "1/2": 0.5, "10": 10.0, "1/10": 0.1}
        if samples > 1:
            known |= {"N": float(samples), "1/N": 1.0 / samples, "1/N^2": samples**-2.0, "1/(2N)": 0.5 / samples}
        if outputs > 1:
            known |= {"n": float(outputs), "1/n": 1.0 / outputs, "1/(2n)": 0.5 / outputs}
        if samples > 1 and outputs > 1:
            known |= {"1/(nN)": 1.0 / (samples * outputs)}
        if eta not in (0.0, 1.0):
            known |= {"eta": eta, "1/eta": 1.0 / eta}
        return {"-1": -1.0} | known | {f"-{name}": -factor for name, factor in known.items()}

    # ── slips ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def slips(self, among: Collection[str]) -> Iterator[Slip]:
        """Which of some numbers are miswritten."""
        compared, judge, right = self._comparison.compared, self._comparison.judge, self._comparison.expected
        seen: set[str] = set()
        for slip, factors in _SLIPS.items():
            agreements = np.any([judge.agreement(factor * right) for factor in factors], axis=0)
            for one in (compared[index] for index in np.flatnonzero(agreements)):
                if not one.agrees and one.given.name in among and one.given.name not in seen:
                    seen.add(one.given.name)
                    yield Slip(one.given.name, slip)
        yield from self._copied(among, seen)
        with np.errstate(all="ignore"):
            is_near = np.abs(judge.values - right) <= _NEXT * judge.units
        for one in (compared[index] for index in np.flatnonzero(is_near)):
            if not one.agrees and one.given.name in among and one.given.name not in seen:
                yield Slip(one.given.name, "last_digit")

    def _copied(self, among: Collection[str], seen: Collection[str]) -> Iterator[Slip]:
        """Numbers that are the right one of a neighbour that is right itself, or has this one's in exchange.

        They agree to so many digits that it is no chance.
        """
        compared, judge, expected = self._comparison.compared, self._comparison.judge, self._comparison.expected
        allowed = np.maximum(0.5 * judge.units, judge.tolerance * np.abs(judge.values))
        allowed[~np.isfinite(judge.values)] = 0.0
        nearest: dict[int, int] = {}
        for members in map(np.array, self._groups.values()):
            order = members[np.argsort(expected[members], kind="stable")]
            low = np.searchsorted(expected[order], judge.values[members] - allowed[members])
            high = np.searchsorted(expected[order], judge.values[members] + allowed[members], side="right")
            for index, first in zip(members[high - low == 1].tolist(), low[high - low == 1].tolist(), strict=True):
                one = compared[index]
                if not one.agrees and one.given.name in among and one.given.digits >= _TELLING_DIGITS:
                    nearest[index] = int(order[first])
        for index, other in nearest.items():
            name, of = compared[index].given.name, compared[other].given.name
            if nearest.get(other) == index:
                yield Slip(name, "exchanged", of)
            elif compared[other].agrees and name not in seen:
                yield Slip(name, "copied", of)


_SLIPS = {
    "sign": (-1.0,),
    "twice": (2.0,),
    "half": (0.5,),
    "decimal_point": (10.0, 0.1, 100.0, 0.01, 1000.0, 0.001),
}
"""By what a number is multiplied that is miswritten."""

_NEXT = 1.5
"""A number that is a unit of its last digit off lies so many units away from the right one at most."""
_TELLING_DIGITS = 3
"""A number of fewer digits may be its neighbour's by chance."""
