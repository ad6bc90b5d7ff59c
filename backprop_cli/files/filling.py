"""What a network file leaves to other files or to chance, filled in: samples from tables, weights from binary files or drawn.

The result is a document like any other. What the file itself says of its data is kept, and written out again as it is.
"""

from __future__ import annotations

import os
import random
from dataclasses import replace
from typing import Any

import numpy as np

from backprop_cli.errors import BackpropError, InputError, UnknownNameError
from backprop_cli.files.checker import Checker
from backprop_cli.files.columns import DataTable, numbers, read_table, standardized, targets
from backprop_cli.files.document import Document
from backprop_cli.files.edit import data_of, decode
from backprop_cli.files.expected import kind_of, many
from backprop_cli.files.initial import INITIAL, MOST_DRAWN, drawn
from backprop_cli.files.input import STANDARD_INPUT, read_bytes
from backprop_cli.files.layers import is_turned
from backprop_cli.files.places import Key
from backprop_cli.files.state_dict import linear_pairs
from backprop_cli.files.tensors import Arrays, read_arrays
from backprop_cli.functions.numeric import Array
from backprop_cli.nearest import suggestion

DATA_KEYS = ("inputs", "targets", "standardize")
OVER_CLASSES: tuple[Any, ...] = ("cross_entropy", {"cross_entropy": None}, {"cross_entropy": {}})
"""The loss under which whole numbers in a column of targets are classes, as a file may write it."""
FILE_KEYS = ("file", "columns", "header")
MOST_NOTES = 8
"""Of more standardized inputs one line tells, not a line for each."""


def filled(document: Document) -> Document:
    """The document with its samples and its weights in it; the same document where nothing is left out.

    Raises:
        InputError: a file cannot be read, does not hold what it should, or a key does not say clearly what is meant.
    """
    data = document.data
    if not isinstance(data, dict) or not (_has_data(data) or _has_weights(data)):
        return document
    check = Checker(document)
    filling = _Filling(check)
    filling.read_data()
    if not check.problems:
        filling.read_weights()
    if check.problems:
        raise InputError(*check.report())
    given = {key: data[key] for key in DATA_KEYS if key in data}
    return replace(
        document,
        data=filling.data,
        given=given,
        notes=tuple(filling.notes),
        data_files=tuple(filling.data_files),
        weight_files=tuple(filling.weight_files),
        scales=tuple(filling.scales),
        given_inputs=filling.given_inputs,
    )


def _has_data(data: dict[str, Any]) -> bool:
    return "standardize" in data or any(_is_file(data.get(key)) for key in ("inputs", "targets"))


def _has_weights(data: dict[str, Any]) -> bool:
    layers = data.get("layers")
    layers = layers if isinstance(layers, list) else []
    return any(key in data for key in ("weights", "init")) or any(
        isinstance(layer, dict) and (isinstance(layer.get("weights"), str) or "units" in layer or "init" in layer)
        for layer in layers
    )


def _is_file(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, dict) and isinstance(value.get("file"), str))


class _Filling:
    """The data of one document while it is filled in."""

    def __init__(self, check: Checker) -> None:
        self.check = check
        self.data: dict[str, Any] = dict(check.data)
        self.notes: list[str] = []
        self.data_files: list[str] = []
        self.weight_files: list[str] = []
        self.scales: list[tuple[float, float]] = []
        self.given_inputs: Array | None = None
        self.is_turned = is_turned(self.data)
        self.has_classes = self.data.get("loss") in OVER_CLASSES

    def content(self, name: str) -> tuple[bytes, str]:
        """The bytes of a file that stands beside the network file, and what it is called in messages."""
        if name == "-":
            return read_bytes("-"), STANDARD_INPUT
        own = self.check.document.file
        path = os.path.join("" if own == STANDARD_INPUT else os.path.dirname(own), name)
        return read_bytes(path), path

    # ── data ──────────────────────────────────────────────────────────────────────────────────────────────────────────

    def read_data(self) -> None:
        """Put the samples where the names of files stand."""
        inputs, wanted = self.data.get("inputs"), self.data.get("targets")
        if _is_file(inputs):
            self._read_inputs(inputs, wanted)
        if _is_file(wanted) and not _is_column(inputs, wanted):
            self._read_targets(wanted)
        if self.check.switch("standardize") and not self.check.problems:
            self._standardize()

    def _read_inputs(self, given: Any, wanted: Any) -> None:
        name, columns, header = self._file(("inputs",), given)
        source = self._open(name, header)
        if not isinstance(source, DataTable):
            self.data["inputs"] = self._array(("inputs",), source, ("inputs", "x", "X"))
            if wanted is None and isinstance(source, dict) and (key := _first(source, ("targets", "y", "Y"))):
                self.data["targets"] = source[key]
            return
        outputs: list[int] = []
        if wanted is not None and not (_is_file(wanted) and not _is_column(given, wanted)):
            listed = wanted if isinstance(wanted, list) else [wanted]
            outputs = self._columns(("targets",), source, listed)
        if columns is None:
            chosen = [index for index in range(source.width) if index not in outputs]
        else:
            chosen = self._columns(("inputs", "columns"), source, columns)
        if self.check.problems:
            return
        if not chosen:
            self.check.problem(("inputs",), "no column is left for the inputs")
            return
        self.data["inputs"] = numbers(source, chosen)
        if outputs:
            self.data["targets"] = targets(source, outputs, by_number=self.has_classes)

    def _read_targets(self, given: Any) -> None:
        name, columns, header = self._file(("targets",), given)
        source = self._open(name, header)
        if isinstance(source, DataTable):
            chosen = list(range(source.width))
            if columns is not None:
                chosen = self._columns(("targets", "columns"), source, columns)
            if not self.check.problems:
                self.data["targets"] = targets(source, chosen, by_number=self.has_classes)
        else:
            self.data["targets"] = self._array(("targets",), source, ("targets", "y", "Y"))

    def _file(self, key: Key, given: Any) -> tuple[str, list[Any] | None, bool | None]:
        if isinstance(given, str):
            return given, None, None
        self.check.check_keys(key, given, FILE_KEYS)
        columns, header = given.get("columns"), given.get("header")
        if columns is not None and not isinstance(columns, list):
            columns = [columns]
        if header is not None and not isinstance(header, bool):
            self.check.problem((*key, "header"), f"expected true or false, found {kind_of(header)}")
            header = None
        return given["file"], columns, header

    def _open(self, name: str, header: bool | None) -> Any:
        """A file of samples: a table, or the data of a JSON file, or the arrays of a binary one."""
        content, shown = self.content(name)
        self.data_files.append(shown)
        if name.endswith(".json"):
            return data_of(decode(content, shown), shown, "json")
        if name.endswith((".npz", ".safetensors")):
            return {key: array.astype(float).tolist() for key, array in read_arrays(content, shown).items()}
        return read_table(content, shown, header)

    def _array(self, key: Key, source: Any, names: tuple[str, ...]) -> Any:
        if not isinstance(source, dict):
            return source
        found = _first(source, names)
        if found is None:
            held = ", ".join(map(str, list(source)[:12]))
            self.check.problem(key, f"the file holds no {names[0]}", f"expected {' or '.join(names)}; it has: {held}")
            return []
        return source[found]

    def _columns(self, key: Key, table: DataTable, wanted: list[Any]) -> list[int]:
        found = []
        for column in wanted:
            if isinstance(column, bool) or not isinstance(column, str | int):
                expected = f"expected a column's name or its position from 1, found {kind_of(column)}"
                self.check.problem(key, expected, f"the samples come from {table.file}")
                continue
            try:
                found.append(table.find(column))
            except UnknownNameError as error:
                self.check.problem(key, f"{table.file} has no column {column!r}", suggestion(str(column), error.known))
        return found

    def _standardize(self) -> None:
        inputs = self.data.get("inputs")
        if not isinstance(inputs, list) or not inputs or not isinstance(inputs[0], list | dict):
            self.check.problem(("standardize",), "there is but one sample, so nothing to standardize by")
            return
        rows = [list(row.values()) if isinstance(row, dict) else row for row in inputs]
        if not all(isinstance(row, list) and len(row) == len(rows[0]) for row in rows) or not all(
            type(value) in (int, float) and np.isfinite(value) for row in rows for value in row
        ):
            return  # what is wrong with the inputs is said where they are checked
        self.given_inputs = np.array(rows, dtype=float)
        scaled, self.scales = standardized(rows)
        first = inputs[0]
        names = list(first) if isinstance(first, dict) else [f"x{index + 1}" for index in range(len(first))]
        self.data["inputs"] = (
            [dict(zip(names, row, strict=True)) for row in scaled] if isinstance(first, dict) else scaled
        )
        if len(names) > MOST_NOTES:
            self.notes.append(f"standardized: each of the {len(names):,} inputs = (given − its mean) / its deviation")
            return
        for name, (mean, deviation) in zip(names, self.scales, strict=True):
            self.notes.append(f"standardized: {name} = (given − {mean!r}) / {deviation!r}")

    # ── weights ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def read_weights(self) -> None:
        """Put the weights where `units`, `init` or the name of a file stand."""
        layers = self.data.get("layers")
        kind, model = self.data.pop("init", "pytorch"), self.data.pop("weights", None)
        self._require_kind(("init",), kind)
        if not isinstance(layers, list) or not all(isinstance(layer, dict) for layer in layers):
            return
        self.data["layers"] = layers = [dict(layer) for layer in layers]
        if model is not None:
            self._read_model(model, layers)
        stream = random.Random(self.check.count("seed", 0, low=0))
        sources, total = self._inputs(), 0
        for index, layer in enumerate(layers):
            key: Key = ("layers", index)
            own = layer.pop("init", kind)
            self._require_kind((*key, "init"), own)
            if isinstance(layer.get("weights"), str):
                self._read_layer(key, layer)
            units = layer.pop("units", None)
            if units is not None and (type(units) is not int or not 1 <= units <= MOST_DRAWN):
                self.check.problem((*key, "units"), f"expected a whole number of at least 1, found {kind_of(units)}")
                return
            if self.check.problems:
                return
            if "weights" not in layer and units is not None:
                total += units * (sources + 1)
                if total > MOST_DRAWN:
                    most = f"more than {MOST_DRAWN:,} weights are not drawn"
                    self.check.problem((*key, "units"), most, "weights: FILE.safetensors reads them from a file")
                    return
                self._draw(key, layer, stream, own, sources, units)
            rows = layer.get("weights")
            if isinstance(rows, list):
                sources = len(rows[0]) if self.is_turned and rows and isinstance(rows[0], list | dict) else len(rows)
                if units is not None and sources != units:
                    what = "columns" if self.is_turned else "rows"
                    expected = f"expected {sources}, the number of the {what} of weights, found {units}"
                    self.check.problem((*key, "units"), expected)

    def _inputs(self) -> int:
        inputs = self.data.get("inputs")
        several = isinstance(inputs, list) and bool(inputs) and isinstance(inputs[0], list | dict)
        sample = inputs[0] if several and isinstance(inputs, list) else inputs
        return len(sample) if isinstance(sample, list | dict) else 1

    def _require_kind(self, key: Key, kind: Any) -> None:
        if not isinstance(kind, str) or kind not in INITIAL:
            hint = suggestion(kind, INITIAL) if isinstance(kind, str) else f"known: {', '.join(INITIAL)}"
            self.check.problem(key, f"expected a way to begin, found {kind_of(kind)}", hint)

    def _draw(
        self, key: Key, layer: dict[str, Any], stream: random.Random, kind: str, sources: int, units: int
    ) -> None:
        bias = layer.get("bias", "own")
        counts = {"own": units, "shared": 1, "none": 0}
        if isinstance(bias, str) and bias not in counts:
            self.check.problem((*key, "bias"), f"expected own, shared or none, found {kind_of(bias)}")
            return
        is_drawn = isinstance(bias, str)
        rows, biases = drawn(stream, kind, sources, units, counts[bias] if is_drawn else 0)
        layer["weights"] = [list(column) for column in zip(*rows, strict=True)] if self.is_turned else rows
        if not is_drawn:
            return
        layer.pop("bias", None)
        if bias != "none":
            layer["bias"] = biases if bias == "own" else biases[0]

    def _arrays(self, name: str) -> Arrays:
        content, shown = self.content(name)
        self.weight_files.append(shown)
        return read_arrays(content, shown)

    def _read_model(self, name: Any, layers: list[dict[str, Any]]) -> None:
        if not isinstance(name, str):
            self.check.problem(("weights",), f"expected the name of a file, found {kind_of(name)}")
            return
        pairs = self._pairs(("weights",), name)
        if pairs is None:
            return
        if len(pairs) != len(layers):
            self.check.problem(("weights",), f"expected {many(len(layers), 'layer')} of weights, found {len(pairs)}")
            return
        for layer, (weights, bias) in zip(layers, pairs, strict=True):
            self._put(layer, weights, bias)

    def _read_layer(self, key: Key, layer: dict[str, Any]) -> None:
        pairs = self._pairs((*key, "weights"), layer["weights"])
        if pairs is not None and len(pairs) != 1:
            hint = "the key weights beside layers reads all of them: weights: FILE"
            self.check.problem((*key, "weights"), f"expected the weights of one layer, found {len(pairs)}", hint)
        elif pairs:
            self._put(layer, *pairs[0])

    def _pairs(self, key: Key, name: str) -> Any:
        try:
            return linear_pairs(self._arrays(name))
        except BackpropError as error:
            if isinstance(error, InputError):
                raise
            self.check.problem(key, f"{name}: {error}")
            return None

    def _put(self, layer: dict[str, Any], weights: Any, bias: Any) -> None:
        """Give a layer weights that are units × sources, in the file's own orientation.

        Where the file says that the layer's units share a bias, and they do, they go on doing so.
        """
        layer["weights"] = (weights.T if self.is_turned else weights).astype(float).tolist()
        if bias is None:
            return
        given, numbers = layer.get("bias"), bias.astype(float).tolist()
        name = next(iter(given)) if isinstance(given, dict) and len(given) == 1 else None
        is_shared = given == "shared" or isinstance(given, int | float) or name is not None
        if is_shared and len(set(numbers)) == 1:
            layer["bias"] = numbers[0] if name is None else {name: numbers[0]}
        else:
            layer["bias"] = numbers


def _first(mapping: dict[str, Any], names: tuple[str, ...]) -> str | None:
    return next((name for name in names if name in mapping), None)


def _is_column(inputs: Any, wanted: Any) -> bool:
    """Whether a text given for the targets is a column of the inputs' table, not a file of its own."""
    return _is_file(inputs) and isinstance(wanted, str) and not wanted.endswith((".csv", ".tsv", ".json", ".npz"))
