"""Which of all the numbers of a computation a name means: `w31`, `dE/dz3`, `do1/dz3`, `z3`, `E`, `w31+`, `o1+`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from backprop_cli.check.work import Group, MatrixGroup, Work
from backprop_cli.functions.activations import Activation
from backprop_cli.functions.numeric import Array
from backprop_cli.network.name_spellings import spellings
from backprop_cli.network.names import Names, Parameter


class Wanted(NamedTuple):
    """A number of a `Work`: its group and where in it, of a matrix in which `row`.

    `parameter` is whose gradient or new value it is, if anybody's. It is `scale` times the number there.
    """

    group: Group | MatrixGroup
    place: int
    parameter: Parameter | None = None
    row: int = 0
    scale: float = 1.0

    def of_sample(self) -> Wanted:
        """The same; of a gradient that of the shown sample's loss."""
        return self._replace(group=Work.sample_gradients) if self.group is Work.gradients else self

    @property
    def is_passed_back(self) -> bool:
        """Whether it is a derivative of a sample's loss by a net input or an activation."""
        return self.group in _PASSED_BACK


_AFTER: dict[Group | MatrixGroup, Group] = {
    Work.gradients: Work.parameters_after,
    Work.net_inputs: Work.net_inputs_after,
    Work.activations: Work.activations_after,
    Work.shares: Work.shares_after,
    Work.loss: Work.loss_after,
}
"""What a `+` behind a name makes of it; a parameter's name alone is its gradient's."""


BY_SAMPLE: dict[Group | MatrixGroup, MatrixGroup] = {
    Work.net_inputs: MatrixGroup(Work.net_inputs_by_sample),
    Work.activations: MatrixGroup(Work.activations_by_sample),
    Work.targets: MatrixGroup(Work.targets_by_sample),
    Work.deltas: MatrixGroup(Work.deltas_by_sample),
    Work.upstream: MatrixGroup(Work.upstream_by_sample),
}
"""The groups of which every sample has its own numbers, as matrices with a row for each."""
_PASSED_BACK = {Work.deltas, Work.upstream, BY_SAMPLE[Work.deltas], BY_SAMPLE[Work.upstream]}
_OF_SAMPLE = re.compile(r"(.+)\[([1-9][0-9]{0,6})\]")


class Index:
    """Where in a `Work` each name's number stands; `samples` says how many there are."""

    def __init__(self, names: Names, activations: Sequence[Activation] = (), samples: int = 1) -> None:
        self.names = names
        self.samples = samples
        self._elementwise = {layer for layer, activation in enumerate(activations) if activation.is_elementwise}
        self._first_source = list(accumulate(names.widths, initial=0))
        self._found: dict[str, Wanted | None] = {}

    @cached_property
    def _units(self) -> dict[str, tuple[Group, int, int]]:
        """Net inputs and activations by name: group, layer and unit; the inputs are layer −1's activations.

        They are also known by names that other books give them: `net_h1`, `out_h1` or `h1`, `net_o1`, `out_o1` or `yhat1`.
        """
        units: dict[str, tuple[Group, int, int]] = {}
        for unit in range(self.names.widths[0]):
            units[self.names.input(unit)] = (Work.activations, -1, unit)
        for layer, width in enumerate(self.names.widths[1:]):
            for unit in range(width):
                units[self.names.net_input(layer, unit)] = (Work.net_inputs, layer, unit)
                units[self.names.activation(layer, unit)] = (Work.activations, layer, unit)
        for layer, width in enumerate(self.names.widths[1:], 1):
            is_last = layer == self.names.depth
            for unit in range(width):
                number = unit + 1 + (0 if is_last else sum(self.names.widths[1:layer]))
                letter = "o" if is_last else "h"
                units.setdefault(f"net_{letter}{number}", (Work.net_inputs, layer - 1, unit))
                for name in (f"out_{letter}{number}", f"yhat{number}" if is_last else f"h{number}"):
                    units.setdefault(name, (Work.activations, layer - 1, unit))
        return units

    @cached_property
    def _others(self) -> dict[str, Wanted]:
        """The loss, its shares and the targets."""
        outputs = range(self.names.widths[-1])
        shares = {self.names.share(unit): Wanted(Work.shares, unit) for unit in outputs}
        targets = {self.names.target(unit): Wanted(Work.targets, unit) for unit in outputs}
        return {self.names.loss: Wanted(Work.loss, 0)} | shares | targets

    def find(self, name: str) -> Wanted | None:
        """The number that a name means, however people spell it, or None where it means nothing in this network."""
        if name not in self._found:
            every = (self._find(spelling) for spelling in spellings(name, self.names.loss))
            self._found[name] = next((found for found in every if found is not None), None)
        return self._found[name]

    def _find(self, name: str) -> Wanted | None:
        if name.endswith("+"):
            before = self.find_quantity(name[:-1].rstrip())
            after = _AFTER.get(before.group) if before else None
            return before._replace(group=after) if before and after else None
        return self.find_quantity(name) or self._derivative(name) or self._at_sample(name)

    def _at_sample(self, name: str) -> Wanted | None:
        """`z3[2]`, `dE/dz3[2]`: of the second sample."""
        match = _OF_SAMPLE.fullmatch(name)
        found = self._find(match[1]) if match and int(match[2]) <= self.samples else None
        group = BY_SAMPLE.get(found.group) if found else None
        return found._replace(group=group, row=int(match[2]) - 1) if found and group and match else None

    def find_quantity(self, name: str) -> Wanted | None:
        """What has a name of its own; a parameter's is its gradient's."""
        parameter = self.names.get(name)
        if parameter is not None:
            return self.gradient(parameter)
        if name in self._units:
            group, layer, unit = self._units[name]
            return Wanted(group, self._unit(group, layer, unit))
        return self._others.get(name)

    def gradient(self, parameter: Parameter) -> Wanted:
        """The gradient of a parameter."""
        return Wanted(Work.gradients, self.names.index(parameter), parameter)

    def of_unit(self, group: Group, layer: int, unit: int, sample: int | None = None) -> tuple[str, Wanted]:
        """The name and place of a unit's number; of a sample (from 0), or of the shown one."""
        names = self.names
        if group is Work.targets:
            name, wanted = names.target(unit), Wanted(group, unit)
        else:
            is_net_input = group in (Work.net_inputs, Work.deltas)
            name = names.net_input(layer, unit) if is_net_input else names.source(layer + 1, unit)
            name = f"d{names.loss}/d{name}" if group in (Work.deltas, Work.upstream) else name
            wanted = Wanted(group, self._unit(group, layer, unit))
        if sample is None or self.samples == 1:
            return name, wanted
        return f"{name}[{sample + 1}]", wanted._replace(group=BY_SAMPLE[group], row=sample)

    def bias_part(self, layer: int, unit: int) -> tuple[str, Wanted]:
        """The name and place of a unit's part of the gradient by a bias that its layer shares."""
        name = f"{self.names.bias(layer, None)} of {self.names.net_input(layer, unit)}"
        return name, Wanted(Work.bias_parts, self._unit(Work.deltas, layer, unit))

    def _unit(self, group: Group, layer: int, unit: int) -> int:
        if group in (Work.activations, Work.upstream):
            return self._first_source[layer + 1] + unit
        return self._first_source[layer + 1] - self._first_source[1] + unit

    def _derivative(self, name: str) -> Wanted | None:
        """`dE/dw31`, `dE_o1/da1`, `do1/dz3`, `dz3/dw31`, `dz3/da1`."""
        of, slash, wrt = name.partition("/d")
        if not (slash and of.startswith("d")):
            return None
        of, wrt = of[1:].strip(), wrt.strip()
        if of == self.names.loss:
            return self._loss_by(wrt)
        if of in self._others:
            return self._share_by(self._others[of], wrt)
        if of not in self._units:
            return None
        group, layer, unit = self._units[of]
        if group is Work.net_inputs:
            return self._net_input_by(layer, unit, wrt)
        by = self._units.get(wrt)
        if by is None or by[:2] != (Work.net_inputs, layer):
            return None
        if unit == by[2] and layer in self._elementwise:
            return Wanted(Work.own_slopes, self._unit(Work.own_slopes, layer, unit))
        return Wanted(MatrixGroup(Work.slopes, (layer,)), by[2], row=unit)

    def _share_by(self, share: Wanted, wrt: str) -> Wanted | None:
        if share.group is not Work.shares or wrt not in self._units:
            return None
        whole = self._loss_by(wrt)
        assert whole is not None
        derivative = Work.share_deltas if whole.group is Work.deltas else Work.share_upstream
        return Wanted(MatrixGroup(derivative), whole.place, row=share.place)

    def _loss_by(self, wrt: str) -> Wanted | None:
        parameter = self.names.get(wrt)
        if parameter is not None:
            return self.gradient(parameter)
        if wrt not in self._units:
            return None
        group, layer, unit = self._units[wrt]
        derivative = Work.deltas if group is Work.net_inputs else Work.upstream
        return Wanted(derivative, self._unit(derivative, layer, unit))

    def _net_input_by(self, layer: int, unit: int, wrt: str) -> Wanted | None:
        parameter = self.names.get(wrt)
        if parameter is not None and parameter.layer == layer and parameter.unit in (unit, None):
            return Wanted(Work.factors, self.names.index(parameter))
        source = self._units.get(wrt)
        if source is not None and source[:2] == (Work.activations, layer - 1):
            return Wanted(MatrixGroup(Work.connections, (layer,)), source[2], row=unit)
        return None


def known_names(names: Names) -> Iterator[str]:
    """What can be given of a network: first its parameters, whose names mean their gradients."""
    yield from (names.of(parameter) for parameter in names.parameters())
    yield from names.fixed()
    for layer, width in enumerate(names.widths[1:]):
        yield from (f"d{names.loss}/d{names.net_input(layer, unit)}" for unit in range(width))


_ROWS_AT_A_TIME = 64
"""So many rows of a matrix are in memory together."""


class _Place(NamedTuple):
    """Where wanted numbers stand in a group, or in some `rows` of a matrix, and which of all the wanted ones they are."""

    group: Group | MatrixGroup
    positions: Array
    places: Array
    rows: Array
    row_at: Array

    def numbers(self, work: Work) -> Array:
        """The numbers."""
        if isinstance(self.group, MatrixGroup):
            return self.group.rows(work, self.rows)[self.row_at, self.places]
        return self.group(work)[self.places]


class WantedSelection:
    """A list of wanted numbers, arranged so that they are picked from a `Work` group by group."""

    def __init__(self, wanted: Iterable[Wanted]) -> None:
        by_group: dict[Group | MatrixGroup, list[tuple[int, int, int]]] = {}
        scales: list[float] = []
        for position, one in enumerate(wanted):
            by_group.setdefault(one.group, []).append((one.row, one.place, position))
            scales.append(one.scale)
        self._scales = np.array(scales)
        self._places = [place for group, found in by_group.items() for place in _places(group, np.array(found))]

    def without_matrices(self) -> WantedSelection:
        """The same, but what stands in a matrix is not computed and comes out as NaN."""
        plain = copy(self)
        plain._places = [place for place in self._places if not isinstance(place.group, MatrixGroup)]
        return plain

    @property
    def row_counts(self) -> list[int]:
        """How many rows of matrices have to be computed, at a time."""
        return [len(place.rows) for place in self._places if isinstance(place.group, MatrixGroup)]

    def entries(self, names: Names) -> int:
        """How many numbers the rows of matrices hold."""
        return sum(
            len(place.rows) * place.group.columns(names)
            for place in self._places
            if isinstance(place.group, MatrixGroup)
        )

    def of_group(self, chosen: Group, work: Work) -> Array:
        """As `of`, with 0 for each number that is not of the chosen group."""
        numbers = np.zeros(len(self._scales))
        for place in self._places:
            if place.group is chosen:
                numbers[place.positions] = place.numbers(work)
        return np.asarray(numbers * self._scales)

    def of(self, work: Work) -> Array:
        """The wanted numbers of a work, in the order in which they were wanted."""
        numbers = np.full(len(self._scales), np.nan)
        for place in self._places:
            numbers[place.positions] = place.numbers(work)
        return np.asarray(numbers * self._scales)


def _places(group: Group | MatrixGroup, found: Array) -> Iterator[_Place]:
    """Where the numbers of a group stand, from their rows, places and positions; of a matrix not too many rows together."""
    all_rows, row_at = np.unique(found[:, 0], return_inverse=True)
    for first in range(0, len(all_rows), _ROWS_AT_A_TIME):
        rows = all_rows[first : first + _ROWS_AT_A_TIME]
        here = (row_at >= first) & (row_at < first + len(rows))
        yield _Place(group, found[here, 2], found[here, 1], rows, row_at[here] - first)
