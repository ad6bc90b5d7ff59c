"""A spreadsheet that trains: every quantity is a cell whose formula refers to the cells that it comes from, a row for each step.

The grid is laid out here as data: columns, and of each row the formulas, printed from the functions' own. `workbook` writes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from backprop_cli.bridges.array_code import printed
from backprop_cli.errors import UsageError
from backprop_cli.formula.code import SPREADSHEET
from backprop_cli.network.names import Parameter
from backprop_cli.network.network import Network, Setup

MOST_CELLS = 300_000
MOST_COLUMNS = 16_384
"""Columns that a sheet may have."""
FIRST_SAMPLE = 5
"""The row, from 1, of the first sample; its inputs begin in the second column."""

CHART_ROWS = 10
"""So many rows the chart needs beside the samples at least."""

Key = tuple[Any, ...]


@dataclass(frozen=True)
class GridColumn:
    """A column of the table: what it holds, how it is headed, the name of its first cell, and the group that it belongs to."""

    key: Key
    label: str
    name: str
    group: str


@dataclass(frozen=True)
class CellGrid:
    """The sheet of one setup with rows for `steps` updates, and one more for what they lead to."""

    setup: Setup
    steps: int
    columns: Sequence[GridColumn] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", tuple(_columns(self.setup)))

    @property
    def first(self) -> int:
        """The row, from 1, of the first step, below the samples and the chart beside them."""
        return FIRST_SAMPLE + max(len(self.setup.samples), CHART_ROWS) + 3

    @cached_property
    def _places(self) -> dict[Key, int]:
        return {column.key: index + 1 for index, column in enumerate(self.columns)}

    def cell(self, row: int, *key: Any) -> str:
        """`K12`: the cell of a quantity in a row."""
        return f"{letters(self._places[key])}{row}"

    def range(self, row: int, first: Key, last: Key) -> str:
        """`K12:M12`: cells that stand side by side."""
        return f"{self.cell(row, *first)}:{self.cell(row, *last)}"

    def formula(self, row: int, key: Key) -> str | float:
        """What stands in a cell: a formula with its `=`, or the number to begin with."""
        if key[0] == "p" and row == self.first:
            return float(self.setup.network.parameters.row[key[1]])
        return f"={_Formulas(self, row).of(key)}"


def grid_of(setup: Setup, most_steps: int) -> CellGrid:
    """The grid of a setup, with no more rows than `most_steps` updates take.

    Raises:
        UsageError: it has a way of training that a row for each step has not, or too many cells.
    """
    schedule, samples = setup.schedule, len(setup.samples)
    if schedule.batch_limit(samples) < samples or setup.updates or setup.velocity is not None:
        raise UsageError("every row of the spreadsheet takes all samples: leave batch_size and state out of the file")
    grid = CellGrid(setup, min(setup.schedule.steps, most_steps))
    count = len(grid.columns) * (grid.steps + 1)
    if count > MOST_CELLS or len(grid.columns) >= MOST_COLUMNS:
        raise UsageError(
            f"{len(grid.columns):,} columns and {grid.steps + 1:,} rows are too many for a spreadsheet\n"
            "    hint: fewer samples or steps"
        )
    return grid


def letters(column: int) -> str:
    """`A` for 0, `AA` for 26."""
    text = ""
    column += 1
    while column:
        column, digit = divmod(column - 1, 26)
        text = chr(65 + digit) + text
    return text


def input_cell(sample: int, index: int) -> str:
    """Where an input stands, from 0."""
    return f"${letters(index + 1)}${FIRST_SAMPLE + sample}"


def target_cell(network: Network, sample: int, index: int) -> str:
    """Where a target stands, from 0."""
    return f"${letters(network.names.widths[0] + index + 1)}${FIRST_SAMPLE + sample}"


RATE = "$B$2"
"""Where the learning rate stands."""


# ── columns ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _columns(setup: Setup) -> Iterator[GridColumn]:
    network, names = setup.network, setup.network.names
    parameters = list(names.parameters())
    for index, parameter in enumerate(parameters):
        yield GridColumn(("p", index), names.of(parameter), spoken(names.of(parameter)), "parameters")
    for sample in range(len(setup.samples)):
        group = f"sample {sample + 1}" if len(setup.samples) > 1 else "passes"
        ending = f"_s{sample + 1}" if len(setup.samples) > 1 else ""
        for key, label, name in (*_forward_columns(network, sample), *_backward_columns(network, sample)):
            yield GridColumn(key, label, name + ending, group)
    if network.penalty:
        yield GridColumn(("R",), names.penalty, spoken(names.penalty), "loss")
    yield GridColumn(("E",), names.loss, spoken(names.loss), "loss")
    kinds = [("g", "∂{E}/∂{p}", "d{E}_d{p}", "gradients"), ("n", "{p}⁺", "{p}_new", "new parameters")]
    if setup.schedule.momentum:
        kinds.insert(1, ("v", "v of {p}", "velocity_{p}", "velocities"))
    for kind, label, name, group in kinds:
        for index, parameter in enumerate(parameters):
            own = {"E": names.loss, "p": names.of(parameter)}
            spelt = {"E": names.loss, "p": spoken(names.of(parameter)) if kind != "g" else names.of(parameter)}
            yield GridColumn((kind, index), label.format(**own), spoken(name.format(**spelt)), group)


def _forward_columns(network: Network, sample: int) -> Iterator[tuple[Key, str, str]]:
    names = network.names
    for layer in range(names.depth):
        units = range(names.widths[layer + 1])
        for unit in units:
            z = names.net_input(layer, unit)
            yield ("z", sample, layer, unit), z, spoken(z)
        for unit in units:
            a = names.activation(layer, unit)
            yield ("a", sample, layer, unit), a, spoken(a)
    for unit in range(names.widths[-1]):
        share = names.share(unit)
        yield ("e", sample, unit), share, spoken(share)
    yield ("l", sample), f"{names.loss} of sample", f"{names.loss}_sample"


def _backward_columns(network: Network, sample: int) -> Iterator[tuple[Key, str, str]]:
    names, loss = network.names, network.names.loss
    for layer in reversed(range(names.depth)):
        units = range(names.widths[layer + 1])
        for kind, label in (("u", "∂{E}/∂{a}"), ("s", "∂{a}/∂{z}"), ("d", "∂{E}/∂{z}")):
            if kind == "s" and not network.activations[layer].is_elementwise:
                continue
            for unit in units:
                own = {"E": loss, "a": names.activation(layer, unit), "z": names.net_input(layer, unit)}
                text = label.format(**own)
                yield (kind, sample, layer, unit), text, spoken(text.replace("∂", "d").replace("/", "_"))


def spoken(name: str) -> str:
    """A name that a cell may bear: `w_11` for w11, which is the name of a cell itself."""
    plain = "".join(letter if letter.isalnum() or letter in "_." else "_" for letter in name)
    head = plain.rstrip("0123456789")
    if head != plain and len(head) <= 3 and head.isalpha():
        return f"{head}_{plain[len(head) :]}"
    return f"{plain}_" if plain.lower() in ("r", "c") else plain


# ── formulas ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Formulas:
    """The formulas of one row."""

    def __init__(self, grid: CellGrid, row: int) -> None:
        self.grid = grid
        self.row = row
        self.setup = grid.setup
        self.network = grid.setup.network
        self.names = grid.setup.network.names
        self.last = self.names.depth - 1

    def of(self, key: Key) -> str:
        """The formula of a quantity."""
        return str(getattr(self, f"_{_FORMULAS[key[0]]}")(*key[1:]))

    def _at(self, *key: Any) -> str:
        return self.grid.cell(self.row, *key)

    def _old(self, index: int) -> str:
        return self.grid.cell(self.row - 1, "n", index)

    def _index(self, layer: int, unit: int | None, source: int | None = None) -> int:
        return self.names.index(Parameter(layer, unit, source))

    def _bias(self, layer: int, unit: int) -> str | None:
        kind = self.names.biases[layer]
        if kind == "none":
            return None
        return self._at("p", self._index(layer, None if kind == "shared" else unit))

    def _sources(self, sample: int, layer: int) -> str:
        if layer == 0:
            return f"{input_cell(sample, 0)}:{input_cell(sample, self.names.widths[0] - 1)}"
        return self.grid.range(
            self.row, ("a", sample, layer - 1, 0), ("a", sample, layer - 1, self.names.widths[layer] - 1)
        )

    def _source(self, sample: int, layer: int, index: int) -> str:
        return input_cell(sample, index) if layer == 0 else self._at("a", sample, layer - 1, index)

    def _all(self, kind: str, sample: int, layer: int) -> str:
        return self.grid.range(
            self.row, (kind, sample, layer, 0), (kind, sample, layer, self.names.widths[layer + 1] - 1)
        )

    def _net_input(self, sample: int, layer: int, unit: int) -> str:
        first, last = (self._index(layer, unit, source) for source in (0, self.names.widths[layer] - 1))
        weights = self.grid.range(self.row, ("p", first), ("p", last))
        bias = self._bias(layer, unit)
        return f"SUMPRODUCT({weights},{self._sources(sample, layer)})" + (f"+{bias}" if bias else "")

    def _activation(self, sample: int, layer: int, unit: int) -> str:
        activation, z = self.network.activations[layer], self._at("z", sample, layer, unit)
        if activation.is_elementwise:
            return printed(SPREADSHEET, activation.definition, {"z": z}, activation.setting_values()).text
        zs = self._all("z", sample, layer)
        return f"EXP({z}-MAX({zs}))/SUMPRODUCT(EXP({zs}-MAX({zs})))"

    def _share(self, sample: int, unit: int) -> str:
        loss = self.network.loss
        text = "t*ln((t if t > 0 else 1)/o)" if loss.name == "kl_divergence" else loss.definition
        return printed(SPREADSHEET, text, self._of_output(sample, unit), loss.setting_values()).text

    def _of_output(self, sample: int, unit: int) -> dict[str, str]:
        return {
            "t": target_cell(self.network, sample, unit),
            "o": self._at("a", sample, self.last, unit),
            "n": str(self.names.widths[-1]),
        }

    def _sample_loss(self, sample: int) -> str:
        return f"SUM({self.grid.range(self.row, ('e', sample, 0), ('e', sample, self.names.widths[-1] - 1))})"

    def _upstream(self, sample: int, layer: int, unit: int) -> str:
        if layer == self.last:
            loss = self.network.loss
            return printed(SPREADSHEET, loss.slope_formula, self._of_output(sample, unit), loss.setting_values()).text
        terms = [
            f"{self._at('d', sample, layer + 1, k)}*{self._at('p', self._index(layer + 1, k, unit))}"
            for k in range(self.names.widths[layer + 2])
        ]
        return "+".join(terms)

    def _slope(self, sample: int, layer: int, unit: int) -> str:
        activation = self.network.activations[layer]
        cells = {"z": self._at("z", sample, layer, unit), "a": self._at("a", sample, layer, unit)}
        return printed(SPREADSHEET, activation.slope_formula, cells, activation.setting_values()).text

    def _delta(self, sample: int, layer: int, unit: int) -> str:
        collapse = self.network.collapse
        if layer == self.last and collapse is not None and collapse.formula is not None:
            targets = (
                f"{target_cell(self.network, sample, 0)}:{target_cell(self.network, sample, self.names.widths[-1] - 1)}"
            )
            cells = {**self._of_output(sample, unit), "s": f"SUM({targets})"}
            return printed(SPREADSHEET, collapse.formula, cells, {}).text
        upstream = self._at("u", sample, layer, unit)
        if self.network.activations[layer].is_elementwise:
            return f"{upstream}*{self._at('s', sample, layer, unit)}"
        mean = f"SUMPRODUCT({self._all('u', sample, layer)},{self._all('a', sample, layer)})"
        return f"{self._at('a', sample, layer, unit)}*({upstream}-{mean})"

    def _penalty(self) -> str:
        terms = []
        for index, parameter in enumerate(self.names.parameters()):
            l2, l1 = (factor.of(parameter) for factor in (self.network.penalty.l2, self.network.penalty.l1))
            p = self._at("p", index)
            terms += [f"{l2!r}/2*{p}^2"] * bool(l2) + [f"{l1!r}*ABS({p})"] * bool(l1)
        return f"({'+'.join(terms)})/{self.network.penalty.divisor}"

    def _loss(self) -> str:
        cells = ",".join(self._at("l", sample) for sample in range(len(self.setup.samples)))
        reduce = "AVERAGE" if self.setup.schedule.reduction == "mean" else "SUM"
        return f"{reduce}({cells})" + (f"+{self._at('R')}" if self.network.penalty else "")

    def _gradient(self, index: int) -> str:
        parameter = list(self.names.parameters())[index]
        layer, count = parameter.layer, len(self.setup.samples)
        units = range(self.names.widths[layer + 1]) if parameter.unit is None else [parameter.unit]
        terms = [
            self._at("d", sample, layer, unit)
            + ("" if parameter.source is None else f"*{self._source(sample, layer, parameter.source)}")
            for sample in range(count)
            for unit in units
        ]
        text = "+".join(terms)
        if self.setup.schedule.reduction == "mean" and count > 1:
            text = f"({text})/{count}"
        l2, l1 = (factor.of(parameter) for factor in (self.network.penalty.l2, self.network.penalty.l1))
        p = self._at("p", index)
        slopes = [f"{l2!r}*{p}"] * bool(l2) + [f"{l1!r}*SIGN({p})"] * bool(l1)
        return text + (f"+({'+'.join(slopes)})/{self.network.penalty.divisor}" if slopes else "")

    def _decayed(self, index: int) -> str:
        """The gradient with the weight decay's part."""
        factor = self.setup.schedule.weight_decay.of(list(self.names.parameters())[index])
        gradient = self._at("g", index)
        return f"({gradient}+{factor!r}*{self._at('p', index)})" if factor else gradient

    def _velocity(self, index: int) -> str:
        schedule = self.setup.schedule
        if self.row == self.grid.first:
            return self._decayed(index)
        before = self.grid.cell(self.row - 1, "v", index)
        return f"{schedule.momentum!r}*{before}+{1.0 - schedule.dampening!r}*{self._decayed(index)}"

    def _new(self, index: int) -> str:
        schedule, p = self.setup.schedule, self._at("p", index)
        if schedule.frozen is not None and schedule.frozen[index]:
            return p
        direction = self._decayed(index)
        if schedule.momentum:
            velocity = self._at("v", index)
            direction = f"({direction}+{schedule.momentum!r}*{velocity})" if schedule.nesterov else velocity
        return f"{p}-{RATE}*{direction}"


_FORMULAS = {
    "p": "old", "z": "net_input", "a": "activation", "e": "share", "l": "sample_loss", "u": "upstream", "s": "slope",
    "d": "delta", "R": "penalty", "E": "loss", "g": "gradient", "v": "velocity", "n": "new",
}  # fmt: skip
"""The method of `_Formulas` for each kind of column."""
