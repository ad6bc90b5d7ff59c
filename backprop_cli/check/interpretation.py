"""How somebody's numbers are to be read: which way round the arrays are, and what deltas are, divided by N or of turned sign.

That is one decision for the whole file: the reading is taken in which most numbers agree with the right ones, and the
program's own where it makes no difference. So no number is called wrong for the way in which it is written down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from backprop_cli.check.arrays import (
    GRADIENTS,
    INPUTS_BY_UNITS,
    NEW_VALUES,
    SAMPLES_BY_UNITS,
    UNITS_BY_INPUTS,
    UNITS_BY_SAMPLES,
    Meaning,
    Reading,
    elements,
    meanings,
)
from backprop_cli.check.given import Given, GivenArray
from backprop_cli.check.wanted import Index, Wanted, WantedSelection
from backprop_cli.check.work import Work
from backprop_cli.network.name_spellings import plain_letters

_NEAR = 1e-4
"""Numbers agree with a reading if their relative error is no larger."""
_ALIKE = 1e-2
"""How far the ratios of an array's numbers to the right ones may lie apart where one factor is wrong in all of them."""
_LIKELY = 0.1
"""New parameters are seldom farther than this from the right ones, relative to their size, and a sign is easily lost."""

Known = tuple[Given, Wanted]


class Understood(NamedTuple):
    """The numbers that mean something, the names that do not, and how the arrays were read.

    `has_weights` says whether there was an array of weights at all. `remarks` are on arrays of a wrong or unusual shape.
    """

    known: list[Known]
    unknown: list[str]
    reading: Reading
    has_weights: bool
    remarks: list[str]


_Read = tuple[Given, str, Wanted]
"""A number, what it is called, and what it is."""


class _Understanding(NamedTuple):
    """What comes of a reading: the numbers of each entry, what is unknown, and remarks."""

    groups: list[list[_Read]]
    unknown: list[str]
    remarks: list[str]


def understand(given: Sequence[Given | GivenArray], index: Index, work: Work, is_mean: bool) -> Understood:
    """What each number is, whose right value `work` has; under a mean over the samples deltas may be divided by N."""
    batch = work.method.batch_indices
    given = [one if isinstance(one, GivenArray) or index.find(one.name) else _single(one) for one in given]
    arrays = [one for one in given if isinstance(one, GivenArray)]
    found = dict(zip(map(id, arrays), meanings(arrays, index.names), strict=True))
    known = [(one, meaning) for one in arrays if (meaning := found[id(one)])]
    has_deltas = any(map(_is_called_delta, given))
    readings = list(_readings(known, index, len(batch), is_mean, has_deltas))
    best: tuple[tuple[int, ...], Reading, _Understanding] | None = None
    for reading in readings:
        attempt = _Understanding([], [], [])
        for one in given:
            attempt.groups.append(_read(one, found.get(id(one)), index, batch, reading, attempt))
        score = _score(attempt.groups, work) if len(readings) > 1 else ()
        if reading.is_downhill and not _has_right_parameters(attempt.groups, work):
            continue
        if best is None or score > best[0]:
            best = score, reading, attempt
        if score and score[0] == sum(map(len, attempt.groups)):
            break
    assert best is not None
    _, reading, attempt = best
    numbers = [(one.named(name), wanted) for group in attempt.groups for one, name, wanted in group]
    has_weights = any(meaning.kind == "weights" and len(one.shape) > 1 for one, meaning in known)
    return Understood(numbers, attempt.unknown, reading, has_weights, attempt.remarks)


def _readings(
    arrays: Sequence[tuple[GivenArray, Meaning]], index: Index, batch: int, is_mean: bool, has_deltas: bool
) -> Iterator[Reading]:
    """The readings that make a difference, first the one that shapes and libraries' names speak for."""
    orientations, layouts = [UNITS_BY_INPUTS, INPUTS_BY_UNITS], [SAMPLES_BY_UNITS, UNITS_BY_SAMPLES]
    widths = index.names.widths
    for_turned_weights = for_turned_batches = 0
    is_square, is_square_batch = False, False
    for array, meaning in arrays:
        is_symmetric = len(array.shape) == 2 and array.shape[0] == array.shape[1] > 1
        if meaning.kind == "weights":
            for_turned_weights += 2 * (meaning.orientation == INPUTS_BY_UNITS)
            for_turned_weights += _turned(array.shape, widths[meaning.layer + 1], widths[meaning.layer])
            is_square |= is_symmetric
        elif meaning.kind != "biases":
            for_turned_batches += _turned(array.shape, index.samples, widths[meaning.layer + 1])
            is_square_batch |= is_symmetric
    orientation, layout = orientations[for_turned_weights > 0], layouts[for_turned_batches > 0]
    orientations = [orientation, *(one for one in orientations if one != orientation and is_square)]
    layouts = [layout, *(one for one in layouts if one != layout and is_square_batch)]
    stored = [GRADIENTS, NEW_VALUES] if any(meaning.holds is None for _, meaning in arrays) else [GRADIENTS]
    divided = [False, True] if batch > 1 and is_mean else [False]
    downhill = [False, True] if has_deltas else [False]
    for is_downhill, is_divided, holds, turn, order in product(downhill, divided, stored, orientations, layouts):
        yield Reading(turn, order, is_divided, holds, is_downhill)


def _turned(shape: tuple[int, ...], rows: int, columns: int) -> int:
    """1 where a shape is columns × rows alone, −1 where it is rows × columns alone."""
    return (shape == (columns, rows)) - (shape == (rows, columns))


def _read(
    one: Given | GivenArray,
    meaning: Meaning | None,
    index: Index,
    batch: Sequence[int],
    reading: Reading,
    into: _Understanding,
) -> list[_Read]:
    """The numbers of one entry; what is unknown, and remarks, are added to `into`."""
    if isinstance(one, Given):
        wanted = index.find(one.name)
        assert wanted is not None
        group = [(one, one.name, wanted.of_sample() if one.is_of_sample else wanted)]
    else:
        found = elements(one, meaning, index, batch, reading) if meaning else None
        if found is None:
            into.unknown.append(one.name)
            into.remarks.extend([_misfit(one, meaning, index)] if meaning else [])
            return []
        group = [(one.numbers[at], name, wanted) for at, (name, wanted) in found if at in one.numbers]
        if group and group[0][2].group is Work.bias_parts and meaning:
            bias = index.names.bias(meaning.layer, None)
            into.remarks.append(
                f"the array {one.name} holds each unit's part of the gradient by {bias}, which they share"
            )
    divisor = len(batch) if reading.is_divided else 1
    sign = -1.0 if reading.is_downhill and _is_called_delta(one) else 1.0
    if sign == divisor:
        return group
    return [
        (number, name, wanted._replace(scale=sign / divisor) if wanted.is_passed_back else wanted)
        for number, name, wanted in group
    ]


def _is_called_delta(one: Given | GivenArray) -> bool:
    """Whether a name is that of a δ, which many textbooks define as −∂E/∂z."""
    return plain_letters(one.name).lower().startswith("delta")


def _single(number: Given) -> GivenArray:
    """A number whose name may be that of a layer's only weight or bias, as an array without dimensions."""
    return GivenArray(number.name, (), {(): number})


def _misfit(array: GivenArray, meaning: Meaning, index: Index) -> str:
    """Why an array's numbers mean nothing."""
    widths, layer = index.names.widths, meaning.layer
    sizes = f"layer {layer + 1} has {widths[layer + 1]} units and {widths[layer]} sources"
    return (
        f"the array {array.name} is {array.dimensions}, but {sizes if layer >= 0 else f'there are {widths[0]} inputs'}"
    )


def _has_right_parameters(groups: Iterable[Sequence[_Read]], work: Work) -> bool:
    """Whether most of the parameters' gradients and new values, if there are any, are right."""
    return _score([[one for group in groups for one in group if one[2].parameter is not None]], work)[0] > 0


def _score(groups: Iterable[Sequence[_Read]], work: Work) -> tuple[int, ...]:
    """How well a reading fits: how many numbers agree, how many are one factor from the right ones, how many have about their size.

    Of an array each counts only where it is true of most of its numbers.
    """
    counts = np.zeros(3, dtype=int)
    for group in filter(None, groups):
        given = np.array([number.value for number, _, _ in group])
        units = np.array([number.unit for number, _, _ in group])
        right = WantedSelection(wanted for _, _, wanted in group).of(work)
        with np.errstate(all="ignore"):
            errors, ratios = np.abs(given - right), given / right
            finite = ratios[np.isfinite(ratios)]
            middle = float(np.median(finite)) if len(finite) > 1 else np.nan
            found = np.array([
                np.sum(errors <= np.maximum(units, _NEAR * np.abs(right))),
                np.sum(np.abs(ratios - middle) <= _ALIKE * abs(middle)),
                np.sum(np.abs(np.abs(given) - np.abs(right)) <= _LIKELY * np.abs(right)),
            ])  # fmt: skip
        counts += np.where(2 * found > len(group), found, 0)
    return tuple(counts.tolist())
