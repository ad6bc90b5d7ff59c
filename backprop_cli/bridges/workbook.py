"""The grid of `spreadsheet` as an Excel workbook, with colours, names and a chart of the loss."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby, zip_longest
from typing import Any

import xlsxwriter

from backprop_cli.backward import both_passes
from backprop_cli.bridges.spreadsheet import (
    FIRST_SAMPLE,
    CellGrid,
    Key,
    grid_of,
    input_cell,
    letters,
    spoken,
    target_cell,
)
from backprop_cli.forward import forward, loss_shares, total_loss
from backprop_cli.network.network import Setup
from backprop_cli.update import Step, make_update

MOST_STEPS = 1_000
"""Rows that are written; to drag the last one down makes more."""
NUMBER_WIDTH = 12
"""Characters of a column, where its head is no longer."""
ROW_HEIGHT = 20
"""Pixels."""
MOST_FROZEN = 24
"""Rows that may stay where they are while the others are scrolled: more would fill the window."""
SHEET = "backprop"
BLUE, WHITE, RED = "#6C9BD2", "#FFFFFF", "#E07B6A"
COLOURED = ("p", "g", "n", "d")
"""Kinds of columns whose cells are coloured by sign and size."""


def xlsx_bytes(setup: Setup) -> tuple[bytes, int]:
    """The workbook, and how many updates its rows make.

    Raises:
        UsageError: the training or the size is none for a spreadsheet.
    """
    grid = grid_of(setup, MOST_STEPS)
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet(SHEET)
        styles = {name: book.add_format(style) for name, style in _STYLES.items()}
        _write_head(sheet, styles, setup)
        _write_table(sheet, styles, grid)
        _define_names(book, grid)
        _colour(sheet, grid)
        sheet.insert_chart(0, setup.samples.inputs.shape[1] + setup.samples.targets.shape[1] + 2, _chart(book, grid))
        sheet.freeze_panes(grid.first - 1 if grid.first <= MOST_FROZEN else 0, 1)
    return stream.getvalue(), grid.steps


_STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 13},
    "head": {"bold": True, "bottom": 1, "align": "right"},
    "group": {"italic": True, "font_color": "#666666"},
    "input": {"bg_color": "#FFF7D6"},
    "number": {"num_format": "0.00000000"},
}


def _write_head(sheet: Any, styles: dict[str, Any], setup: Setup) -> None:
    """Title, learning rate and samples: what may be changed is yellow."""
    sheet.write_string(0, 0, setup.title or "A network", styles["title"])
    sheet.write_string(1, 0, "η")
    sheet.write_number(1, 1, setup.schedule.learning_rate, styles["input"])
    sheet.write_string(FIRST_SAMPLE - 2, 0, "sample", styles["head"])
    for column, label in enumerate(_sample_heads(setup), start=1):
        sheet.write_string(FIRST_SAMPLE - 2, column, label, styles["head"])
    for number, (given, wanted) in enumerate(zip(setup.samples.inputs, setup.samples.targets, strict=True)):
        sheet.write_number(FIRST_SAMPLE - 1 + number, 0, number + 1)
        for column, value in enumerate([*given.tolist(), *wanted.tolist()], start=1):
            sheet.write_number(FIRST_SAMPLE - 1 + number, column, value, styles["input"])


def _sample_heads(setup: Setup) -> list[str]:
    names = setup.network.names
    inputs, outputs = names.widths[0], names.widths[-1]
    return [names.input(index) for index in range(inputs)] + [names.target(index) for index in range(outputs)]


def _write_table(sheet: Any, styles: dict[str, Any], grid: CellGrid) -> None:
    head = grid.first - 2
    sheet.write_string(head, 0, "step", styles["head"])
    position = 1
    for group, columns in groupby(grid.columns, key=lambda column: column.group):
        sheet.write_string(head - 1, position, group, styles["group"])
        position += len(list(columns))
    for index, column in enumerate(grid.columns, start=1):
        sheet.write_string(head, index, column.label, styles["head"])
    heads = zip_longest((column.label for column in grid.columns), _sample_heads(grid.setup), fillvalue="")
    for index, pair in enumerate(heads, start=1):
        sheet.set_column(index, index, max(NUMBER_WIDTH, 1 + max(map(len, pair))))
    for number, values in enumerate(_values(grid)):
        row = grid.first + number
        sheet.write_number(row - 1, 0, number + 1)
        for index, column in enumerate(grid.columns, start=1):
            content = grid.formula(row, column.key)
            if isinstance(content, float):
                sheet.write_number(row - 1, index, content, styles["input"])
            else:
                sheet.write_formula(row - 1, index, content, styles["number"], values[column.key])


def _define_names(book: Any, grid: CellGrid) -> None:
    """A name for the learning rate, each input and target, and each quantity of the first step."""
    names, used = grid.setup.network.names, set()
    cells = [("eta", "$B$2")]
    for sample in range(len(grid.setup.samples)):
        ending = f"_s{sample + 1}" if len(grid.setup.samples) > 1 else ""
        cells += [(spoken(names.input(i)) + ending, input_cell(sample, i)) for i in range(names.widths[0])]
        cells += [
            (spoken(names.target(i)) + ending, target_cell(grid.setup.network, sample, i))
            for i in range(names.widths[-1])
        ]
    cells += [(column.name, f"${letters(i)}${grid.first}") for i, column in enumerate(grid.columns, start=1)]
    for name, cell in cells:
        unique = name
        while unique.lower() in used:
            unique += "_"
        used.add(unique.lower())
        book.define_name(unique, f"={SHEET}!{cell}")


def _colour(sheet: Any, grid: CellGrid) -> None:
    """Red above zero and blue below, in each group of columns by its own size; the first parameters stay yellow."""
    end = grid.first + grid.steps
    position = 1
    for (kind, _), columns in groupby(grid.columns, key=lambda column: (column.key[0], column.group)):
        width = len(list(columns))
        first = grid.first + (kind == "p")
        if kind in COLOURED and first <= end:
            cells = f"${letters(position)}${first}:${letters(position + width - 1)}${end}"
            size = f"MAX(MAX({cells}),-MIN({cells}))"
            scale = {
                "type": "3_color_scale", "min_color": BLUE, "mid_color": WHITE, "max_color": RED,
                "min_type": "formula", "min_value": f"=-{size}", "mid_type": "num", "mid_value": 0,
                "max_type": "formula", "max_value": f"={size}",
            }  # fmt: skip
            sheet.conditional_format(cells, scale)
        position += width


def _chart(book: Any, grid: CellGrid) -> Any:
    chart = book.add_chart({"type": "line"})
    column = next(index for index, column in enumerate(grid.columns, start=1) if column.key == ("E",))
    first, last = grid.first - 1, grid.first + grid.steps - 1
    values, categories = [SHEET, first, column, last, column], [SHEET, first, 0, last, 0]
    chart.add_series(
        {
            "name": grid.setup.network.names.loss,
            "values": values,
            "categories": categories,
        }
    )
    chart.set_title({"name": "Loss"})
    chart.set_x_axis({"name": "step"})
    chart.set_legend({"none": True})
    chart.set_size({"width": 420, "height": ROW_HEIGHT * (grid.first - 3)})
    return chart


# ── the values that viewers show without recalculating ────────────────────────────────────────────────────────────────


def _values(grid: CellGrid) -> Iterator[dict[Key, float]]:
    """The value of each formula of each row, from the passes themselves."""
    setup = grid.setup
    for _ in range(grid.steps + 1):
        step = make_update(setup)
        yield _row(setup, step)
        setup = replace(setup, network=step.after, velocity=step.velocity_after, updates=setup.updates + 1)


def _row(setup: Setup, step: Step) -> dict[Key, float]:
    network, samples = setup.network, setup.samples
    trace = forward(network, samples.inputs)
    _, gradients = both_passes(network, samples, setup.schedule.reduction)
    shares = loss_shares(network, trace, samples.targets)
    found: dict[Key, float] = {("E",): total_loss(network, samples, setup.schedule.reduction)}
    found["R",] = float(network.penalty_value)
    for kind, row in (
        ("p", network.parameters),
        ("g", step.gradients),
        ("n", step.after.parameters),
        ("v", step.velocity_after),
    ):
        if row is not None:
            found |= {(kind, index): value for index, value in enumerate(row.row.tolist())}
    for sample in range(len(samples)):
        found["l", sample] = float(shares[sample].sum())
        found |= {("e", sample, unit): value for unit, value in enumerate(shares[sample].tolist())}
        for layer, activation in enumerate(network.activations):
            z, a = trace.net_inputs[layer], trace.activations[layer + 1]
            parts = [
                ("z", z),
                ("a", a),
                ("u", gradients.activations[layer + 1]),
                ("d", gradients.deltas[layer]),
            ]
            if activation.is_elementwise:
                parts.append(("s", activation.slope(z, a)))
            for kind, array in parts:
                found |= {(kind, sample, layer, unit): value for unit, value in enumerate(array[sample].tolist())}
    return found
