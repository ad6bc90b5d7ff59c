"""How somebody's numbers are to be read: which way round the arrays are, and whether a batch's deltas are divided by N.

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
from backprop_cli.check.wanted import Index, Selection, Wanted
from backprop_cli.check.work import Work

_NEAR = 1e-4
"""A relative error that no two readings have in common by chance."""
_ALIKE = 1e-2
"""How far the ratios of an array's numbers to the right ones may lie apart where one factor is wrong in all of them."""
_LIKELY = 0.1
"""New parameters are seldom farther than this from the right ones, relative to their size, whatever went wrong."""

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


def understand(given: Sequence[Given | GivenArray], index: Index, work: Work, is_mean: bool) -> Understood:
    """What each number is, whose right value `work` has; under a mean over the samples deltas may be divided by N."""
    batch = work.method.batch_indices
    given = [one if isinstance(one, GivenArray) or index.find(one.name) else _single(one) for one in given]
    arrays = [one for one in given if isinstance(one, GivenArray)]
    found = dict(zip(map(id, arrays), meanings(arrays, index.names), strict=True))
    best: tuple[tuple[int, ...], Understood] | None = None
    known = [(one, meaning) for one in arrays if (meaning := found[id(one)])]
    has_weights = any(meaning.kind == "weights" and len(one.shape) > 1 for one, meaning in known)
    for reading in _readings(known, index, len(batch), is_mean):
        understood = Understood([], [], reading, has_weights, [])
        groups = [_read(one, found.get(id(one)), index, batch, understood) for one in given]
        score = _score(groups, work) if len(found) or len(batch) > 1 else ()
        if best is None or score > best[0]:
            best = score, understood
        if not score or score[0] == len(understood.known):
            break
    assert best is not None
    return best[1]


def _readings(
    arrays: Sequence[tuple[GivenArray, Meaning]], index: Index, batch: int, is_mean: bool
) -> Iterator[Reading]:
    """The readings that may make a difference, first the one that shapes and libraries' names speak for."""
    orientations, layouts = [UNITS_BY_INPUTS, INPUTS_BY_UNITS], [SAMPLES_BY_UNITS, UNITS_BY_SAMPLES]
    widths = index.names.widths
    for_turned_weights = for_turned_batches = 0
    for array, meaning in arrays:
        if meaning.kind == "weights":
            for_turned_weights += 2 * (meaning.orientation == INPUTS_BY_UNITS)
            for_turned_weights += _turned(array.shape, widths[meaning.layer + 1], widths[meaning.layer])
        elif meaning.kind != "biases":
            for_turned_batches += _turned(array.shape, index.samples, widths[meaning.layer + 1])
    first = (orientations[for_turned_weights > 0], layouts[for_turned_batches > 0])
    stored = [GRADIENTS, NEW_VALUES] if any(meaning.holds is None for _, meaning in arrays) else [GRADIENTS]
    divided = [False, True] if batch > 1 and is_mean else [False]
    pairs = sorted(product(orientations, layouts), key=lambda pair: sum(map(str.__ne__, pair, first)))
    for (orientation, layout), is_divided, holds in product(pairs if arrays else [first], divided, stored):
        yield Reading(orientation, layout, is_divided, holds)


def _turned(shape: tuple[int, ...], rows: int, columns: int) -> int:
    """1 where a shape is columns × rows alone, −1 where it is rows × columns alone."""
    return (shape == (columns, rows)) - (shape == (rows, columns))


def _read(
    one: Given | GivenArray, meaning: Meaning | None, index: Index, batch: Sequence[int], into: Understood
) -> list[Known]:
    """The numbers of one entry under a reading; they and what is unknown are added to `into`."""
    group: list[Known] = []
    if isinstance(one, Given):
        wanted = index.find(one.name)
        if wanted is None:
            into.unknown.append(one.name)
        else:
            group.append((one, wanted.of_sample() if one.is_of_sample else wanted))
    else:
        found = elements(one, meaning, index, batch, into.reading) if meaning else None
        if found is None:
            into.unknown.append(one.name)
            if meaning:
                into.remarks.append(_misfit(one, meaning, index))
        else:
            group += [(one.numbers[at].named(name), wanted) for at, (name, wanted) in found if at in one.numbers]
            if group and group[0][1].group is Work.bias_parts and meaning:
                bias = index.names.bias(meaning.layer, None)
                into.remarks.append(
                    f"{one.name} holds each unit's part, the gradient by {bias}, which they share, is the sum"
                )
    if into.reading.is_divided:
        group = [
            (number, wanted._replace(scale=1.0 / len(batch)) if wanted.is_passed_back else wanted)
            for number, wanted in group
        ]
    into.known.extend(group)
    return group


def _single(number: Given) -> GivenArray:
    """A number whose name may be that of a layer's only weight or bias, as an array without dimensions."""
    return GivenArray(number.name, (), {(): number})


def _misfit(array: GivenArray, meaning: Meaning, index: Index) -> str:
    """Why an array's numbers mean nothing."""
    widths, layer = index.names.widths, meaning.layer
    sizes = f"layer {layer + 1} has {widths[layer + 1]} units and {widths[layer]} sources"
    return f"{array.name} is {array.dimensions}, but {sizes if layer >= 0 else f'there are {widths[0]} inputs'}"


def _score(groups: Iterable[Sequence[Known]], work: Work) -> tuple[int, ...]:
    """How well a reading fits: how many numbers agree, how many are one factor from the right ones, how many come near.

    Of an array each counts only where it is true of most of its numbers.
    """
    counts = np.zeros(3, dtype=int)
    for group in filter(None, groups):
        given = np.array([number.value for number, _ in group])
        units = np.array([number.unit for number, _ in group])
        right = Selection(wanted for _, wanted in group).of(work)
        with np.errstate(all="ignore"):
            errors, ratios = np.abs(given - right), given / right
            finite = ratios[np.isfinite(ratios)]
            middle = float(np.median(finite)) if len(finite) > 1 else np.nan
            found = np.array([
                np.sum(errors <= np.maximum(units, _NEAR * np.abs(right))),
                np.sum(np.abs(ratios - middle) <= _ALIKE * abs(middle)),
                np.sum(errors <= _LIKELY * np.abs(right)),
            ])  # fmt: skip
        counts += np.where(2 * found > len(group), found, 0)
    return tuple(counts.tolist())
