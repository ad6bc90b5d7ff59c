"""CSV and JSON of many partials: the same bytes as record by record, and never all of it in memory."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from backprop_cli import load
from backprop_cli.derivation.partials import Derivation
from backprop_cli.render.formats.bulk import CsvLines, JsonLines, partial_rows
from backprop_cli.render.formats.machine import csv_text, json_text
from backprop_cli.render.formats.notation import TextNotation
from backprop_cli.render.formats.records import CSV_COLUMNS, partial_record, partial_row
from backprop_cli.render.formats.terminal import terminal
from backprop_cli.render.formats.text_layout import plain
from backprop_cli.render.views.blocks import Column, Table
from tests.program import backprop

CASES: dict[str, dict[str, Any]] = {
    "2-2-2": {"widths": (2, 2, 2), "activation": "sigmoid"},
    "many units": {"widths": (9, 8, 7, 3), "activation": "tanh"},
    "one layer": {"widths": (3, 11), "activation": "linear"},
    "softmax": {"widths": (3, 4, 3), "activation": "tanh", "output": "softmax", "loss": "cross_entropy"},
    "softmax inside": {"widths": (3, 4, 3), "activation": "softmax"},
    "shared bias": {"widths": (3, 8, 2), "activation": "relu", "bias": 0.25},
    "no bias": {"widths": (3, 8, 2), "activation": "gelu", "bias": None},
    "collapsed": {"widths": (2, 3, 2), "activation": "sigmoid", "loss": "binary_cross_entropy"},
    "names": {"widths": (2, 2), "activation": "sigmoid", "input_names": ["left", "right"]},
    "a name with a backslash": {"widths": (2, 2), "activation": "sigmoid", "input_names": [r"left\far", "right"]},
    "a name with a comma": {"widths": (2, 2), "activation": "sigmoid", "input_names": ["left, far", "right"]},
}


def derivation_of(
    widths: tuple[int, ...],
    activation: str,
    output: str = "",
    loss: str = "half_squared_error",
    bias: Any = "own",
    input_names: list[str] | None = None,
) -> Derivation:
    rng = np.random.default_rng(2)
    layers = []
    for sources, units in pairwise(widths):
        layer: dict[str, Any] = {"activation": activation, "weights": rng.normal(size=(units, sources)).tolist()}
        layers.append(layer | ({"bias": rng.normal(size=units).tolist() if bias == "own" else bias} if bias else {}))
    layers[-1]["activation"] = output or activation
    inputs: Any = rng.normal(size=widths[0]).tolist()
    if input_names:
        inputs = dict(zip(input_names, inputs, strict=True))
    targets = np.full(widths[-1], 1 / widths[-1]).tolist()
    setup = load({"layers": layers, "loss": loss, "inputs": inputs, "targets": targets})
    return Derivation(setup.network, setup.samples)


@pytest.mark.parametrize("case", CASES)
def test_many_rows_at_a_time_are_the_rows_one_by_one(case: str) -> None:
    partials = [partial for _, rows in derivation_of(**CASES[case]).layers() for partial in rows]
    derivation = derivation_of(**CASES[case])
    wanted = "".join(csv_text(CSV_COLUMNS, map(partial_row, partials)))
    assert "".join(csv_text(CSV_COLUMNS, partial_rows(derivation, CsvLines()))) == wanted
    wanted = "".join(json_text([("partials", map(partial_record, partials))]))
    assert "".join(json_text([("partials", partial_rows(derivation_of(**CASES[case]), JsonLines()))])) == wanted


class Counted:
    """An endless-looking source of rows that knows how many were taken from it."""

    def __init__(self, row: Any, count: int) -> None:
        self.row = row
        self.left = count
        self.taken = 0

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        if not self.left:
            raise StopIteration
        self.left -= 1
        self.taken += 1
        return self.row


@pytest.mark.parametrize("row", [("partial", "0.25"), "partial,0.25\n"])
def test_csv_is_written_while_its_rows_are_made(row: Any) -> None:
    rows = Counted(row, 1_000_000)
    pieces = csv_text(("name", "value"), rows)
    next(pieces)
    assert 0 < rows.taken < 20_000
    assert max(len(piece) for piece in pieces) < 200_000


def test_json_is_written_while_its_items_are_made() -> None:
    items = Counted({"name": "x"}, 100_000)
    pieces = json_text([("partials", iter(items))])
    for _ in range(50):
        next(pieces)
    assert 0 < items.taken <= 50


def test_a_table_is_written_while_its_rows_are_made() -> None:
    rows = Counted(("w11", "0.25"), 100_000)
    pieces = plain([Table((Column("name"), Column("value", "number")), rows, 100_000)], TextNotation())
    next(pieces)
    assert 0 < rows.taken <= 1000


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "classic", "-n", "40", "--view", "scalar"),
        ("run", "classic", "-n", "40", "--view", "matrix"),
        ("explain", "classic", "--all", "--paths"),
    ],
    ids=" ".join,
)
def test_a_pipe_and_a_wide_terminal_without_colour_show_the_same(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    piped = backprop(*arguments).stdout

    def as_on_a_terminal(blocks: Any, notation: TextNotation) -> Iterator[str]:
        return terminal(blocks, notation, None, False)

    monkeypatch.setattr("backprop_cli.render.formats.text_layout.plain", as_on_a_terminal)
    assert backprop(*arguments).stdout == piped
