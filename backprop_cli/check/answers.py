"""Somebody's own numbers, read from a file: JSON, YAML, CSV, `.npz`, or what `run -f json` wrote."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from tokenize import TokenError
from typing import Any

import numpy as np

from backprop_cli.check.given import DOUBLE, Given, given_numbers, of_floats
from backprop_cli.check.wanted import Index
from backprop_cli.errors import InputError, Place, Problem
from backprop_cli.files.document import Document, parse
from backprop_cli.files.edit import decode
from backprop_cli.functions.numeric import Array
from backprop_cli.network.names import Names, Parameter

_ZIP = b"PK\x03\x04"
_ARRAY = re.compile(r"d?([Wb])([1-9][0-9]{0,5})(?:\.grad|_grad)?(\+?)")
_UNREADABLE = (
    ValueError, OSError, EOFError, RuntimeError, ArithmeticError, LookupError, TypeError, SyntaxError, MemoryError,
    zipfile.BadZipFile, zlib.error, TokenError,
)  # fmt: skip
"""What zipfile and NumPy raise of a file that is damaged, encrypted, packed in some unknown way, or made to mislead them."""
MOST_UNPACKED = 2**26
"""Bytes: a zip of a megabyte may hold a thousand of them."""
MOST_NUMBERS = 1_000_000
MOST_STEPS = 10**7
_RUN_KEYS = {"partials", "gradients", "parameters"}


@dataclass(frozen=True)
class Answers:
    """The numbers of a file; `steps` and `sample` (from 1) only where the file itself says to what they belong."""

    given: tuple[Given, ...]
    steps: int | None = None
    sample: int | None = None


def read_answers(content: bytes, source: str, names: Names) -> Answers:
    """The numbers in a file's content, whatever its format; `source` is the file's name.

    Raises:
        InputError: it is no such file, something in it is no number, or there is nothing in it.
    """
    if content.startswith(_ZIP):
        answers = Answers(tuple(_of_npz(content, source, names)))
    else:
        text = decode(content, source)
        if not text.strip():
            raise InputError(Problem("the file is empty", hint="expected names and numbers", place=Place(source)))
        answers = _of_csv(text, source, names) if _is_csv(text, source) else _of_document(text, source, names)
    if not answers.given:
        raise InputError(Problem("there are no numbers in it", hint="such as w31: 0.0822", place=Place(source)))
    return answers


# ── arrays ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _of_npz(content: bytes, source: str, names: Names) -> Iterator[Given]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as members:
            if sum(member.file_size for member in members.infolist()) > MOST_UNPACKED:
                raise ValueError("what it holds is too large")
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            loaded = {name: np.asarray(arrays[name]) for name in arrays.files}
    except _UNREADABLE as error:
        raise InputError(Problem(f"this is no readable .npz file: {error}", place=Place(source))) from None
    # an array without a number may claim to be as long as it likes
    if sum(max(array.size, *array.shape, 0) for array in loaded.values()) > MOST_NUMBERS:
        raise InputError(Problem(f"it holds more than {MOST_NUMBERS:,} numbers", place=Place(source)))
    for name, array in loaded.items():
        if array.dtype.kind not in "fiu":
            raise InputError(Problem(f"expected an array of numbers, found {array.dtype}", name, place=Place(source)))
        epsilon = float(np.finfo(array.dtype).eps) if array.dtype.kind == "f" else DOUBLE
        entries = [(entry, float(value), str(value)) for entry, value in _entries(name, array, names)]
        yield from of_floats(entries, max(DOUBLE, epsilon))


def _entries(name: str, array: Array, names: Names) -> Iterator[tuple[str, Any]]:
    """The numbers of an array such as `W1`, `b2`, `W1+`, each by its parameter's name; of another array as they stand."""
    parameters = _parameters(name, array, names)
    if parameters is None:
        suffix = [f"[{','.join(str(i + 1) for i in index)}]" if index else "" for index in np.ndindex(array.shape)]
        yield from ((f"{name}{end}", value) for end, value in zip(suffix, array.ravel().tolist(), strict=True))
        return
    plus = "+" * name.endswith("+")
    for parameter, index in parameters:
        yield f"{names.of(parameter)}{plus}", array[index]


def _parameters(name: str, array: Array, names: Names) -> list[tuple[Parameter, tuple[int, ...]]] | None:
    """Whose numbers an array's are, or None where its name or its shape is none of the network's."""
    match = _ARRAY.fullmatch(name)
    layer = int(match[2]) - 1 if match else -1
    if match is None or not 0 <= layer < names.depth:
        return None
    sources, units = names.widths[layer], names.widths[layer + 1]
    if match[1] == "W" and array.shape == (units, sources):
        return [(Parameter(layer, *index), index) for index in np.ndindex(units, sources)]
    if match[1] == "W" and array.shape == (sources, units):
        return [(Parameter(layer, unit, source), (source, unit)) for source, unit in np.ndindex(sources, units)]
    biases = names.layer_biases(layer)
    if match[1] == "b" and array.size == len(biases) > 0:
        return list(zip(biases, np.ndindex(array.shape), strict=True))
    return None


# ── JSON and YAML ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _of_document(text: str, source: str, names: Names) -> Answers:
    is_json = text.lstrip()[:1] in ("{", "[")
    document = parse(text, source, "json" if is_json else "yaml")
    data = document.data
    if not isinstance(data, dict | list):
        raise InputError(Problem("expected names and numbers, such as w31: 0.0822", place=document.place(())))
    entries = list(_walk(document, (), data, names))
    steps = sample = None
    if isinstance(data, dict) and data.keys() >= _RUN_KEYS:
        entries = _of_run(data, entries, names)
        steps, sample = (_count(document, name, least) for name, least in (("step", 0), ("sample", 1)))
    try:
        given = given_numbers([(name, number) for name, number, _ in entries])
    except ValueError as error:
        name, number, key = entries[error.args[0]]
        raise InputError(Problem(f"expected a number, found {number!r}", name, place=document.place(key))) from None
    return Answers(tuple(given), steps, sample)


def _count(document: Document, name: str, least: int) -> int | None:
    """A count that a run's JSON gives, if it does."""
    value = document.data.get(name)
    if value is None or (type(value) is int and least <= value <= MOST_STEPS):
        return value
    place = document.place((name,))
    raise InputError(Problem(f"expected a whole number from {least} to {MOST_STEPS:,}", name, place=place))


_Entry = tuple[str, str, tuple[str | int, ...]]
"""A name, its number's text, and where in the document it stands."""


def _walk(document: Document, key: tuple[str | int, ...], value: Any, names: Names) -> Iterator[_Entry]:
    """Every named number: of a mapping (nested ones too), of records {name, value}, of arrays such as W1."""
    if isinstance(value, dict):
        if "name" in value and "value" in value:
            yield from _number(document, str(value["name"]), (*key, "value"), value["value"])
            return
        for name, entry in value.items():
            yield from _walk(document, (*key, name), entry, names)
        return
    name = next((part for part in reversed(key) if isinstance(part, str)), "")
    if isinstance(value, list) and not all(isinstance(entry, dict) for entry in value):
        shape = (len(value), len(value[0])) if isinstance(value[0], list) else (len(value),)
        if len(shape) == 2 and not all(isinstance(row, list) and len(row) == shape[1] for row in value):
            raise InputError(Problem("expected rows of one length", name, place=document.place(key)))
        places = np.empty(shape, dtype=object)
        for index in np.ndindex(shape):
            places[index] = index
        for entry, place in _entries(name, places, names):
            element = value[place[0]] if len(place) == 1 else value[place[0]][place[1]]
            yield from _number(document, entry, (*key, *place), element)
    elif isinstance(value, list):
        for position, entry in enumerate(value):
            yield from _walk(document, (*key, position), entry, names)
    else:
        yield from _number(document, f"{name}{'+' * ('parameters' in key[:-1])}", key, value)


def _number(document: Document, name: str, key: tuple[str | int, ...], value: Any) -> Iterator[_Entry]:
    """A number with the text that it was given as; nothing for null."""
    if value is None:
        return
    if isinstance(value, int | float) and not isinstance(value, bool):
        span = document.span(key)
        text = document.text[span.start : span.end] if span and value == value else str(value)
        yield name, text if _DECIMAL.fullmatch(text) else repr(value), key
    else:
        yield name, str(value), key


_DECIMAL = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


def _of_run(data: dict[str, Any], entries: list[_Entry], names: Names) -> list[_Entry]:
    """What a run's JSON says of its shown step: `E` there is the sample's, and a sample's ∂E/∂w is not the batch's."""
    sections = ["forward", "gradients", "partials"]
    if data.get("step") == data.get("steps"):
        sections.append("parameters")
    by_parameter = {f"d{names.loss}/d{names.of(parameter)}" for parameter in names.parameters()}
    chosen = [
        (name, number, key)
        for name, number, key in entries
        if key[0] in sections and name not in by_parameter and name != names.loss
    ]
    return chosen + [
        (f"{names.loss}+", number, key)
        for _, number, key in entries
        if key == ("loss_after",) and "parameters" in sections
    ]


# ── CSV ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

_RUN_COLUMNS = {"partial", "of", "wrt", "rule", "numbers", "value"}
_NAME_COLUMNS = ("name", "partial", "parameter", "quantity")
_VALUE_COLUMNS = ("value", "gradient", "given", "number")


def _is_csv(text: str, source: str) -> bool:
    """By the file's name, else by its first line that is no comment."""
    if source.lower().endswith((".csv", ".tsv")):
        return True
    if source.lower().endswith((".yaml", ".yml", ".json")) or text.lstrip()[:1] in ("{", "["):
        return False
    first = next((line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")), "")
    return ":" not in first and any(delimiter in first for delimiter in ",;\t")


def _of_csv(text: str, source: str, names: Names) -> Answers:
    """Rows of a name and a number, with or without a header; or a row of names above a row of numbers.

    What `run -f csv` wrote are the partials of the shown sample.
    """
    rows = _rows(text)
    is_of_sample = bool(rows) and _RUN_COLUMNS.issubset(rows[0][1])
    if len(rows) == 2 and not any(map(_is_number, rows[0][1])) and all(map(_is_number, rows[1][1])):
        line = rows[1][0]
        cells = [(name, number, line) for name, number in zip(rows[0][1], rows[1][1], strict=False)]
    else:
        name_at, value_at, rows = _columns(rows, names)
        cells = []
        for line, row in rows:
            if len(row) <= max(name_at, value_at):
                message = "expected a name and a number, such as w31,0.0822"
                raise InputError(Problem(message, place=Place(source, line)))
            cells.append((row[name_at], row[value_at], line))
    cells = [(name.strip(), number, line) for name, number, line in cells if number.strip()]
    _refuse_repeated(cells, source)
    try:
        given = given_numbers([(name, number) for name, number, _ in cells])
        return Answers(tuple(replace(one, is_of_sample=is_of_sample) for one in given))
    except ValueError as error:
        name, number, line = cells[error.args[0]]
        raise InputError(
            Problem(f"expected a number, found {number.strip()!r}", name, place=Place(source, line))
        ) from None


def _refuse_repeated(cells: list[tuple[str, str, int]], source: str) -> None:
    first: dict[str, int] = {}
    for name, _, line in cells:
        if name in first:
            message = f"it is given twice, first in line {first[name]}"
            raise InputError(Problem(message, name, place=Place(source, line)))
        first[name] = line


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """The rows with their line numbers; between semicolons or tabs a comma is a decimal comma."""
    lines = [
        (n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip() and not line.lstrip().startswith("#")
    ]
    delimiter = next((mark for mark in ";\t" if lines and mark in lines[0][1]), ",")
    rows: list[tuple[int, list[str]]] = []
    for number, line in lines:
        cells = next(csv.reader([line], delimiter=delimiter)) if len(line) < csv.field_size_limit() else [line]
        rows.append((number, cells if delimiter == "," else [_with_point(cell) for cell in cells]))
    return rows


def _with_point(cell: str) -> str:
    changed = cell.replace(",", ".")
    return changed if _is_number(changed) else cell


def _columns(rows: list[tuple[int, list[str]]], names: Names) -> tuple[int, int, list[tuple[int, list[str]]]]:
    """Which columns hold names and numbers, by the header if there is one, and the rows below it."""
    header = [cell.strip().lower() for cell in rows[0][1]] if rows else []
    name_at = next((header.index(title) for title in _NAME_COLUMNS if title in header), None)
    value_at = next((header.index(title) for title in _VALUE_COLUMNS if title in header), None)
    if name_at is not None and value_at is not None:
        return name_at, value_at, rows[1:]
    # `w31,n/a` is no header: its number would be dropped without a word
    has_header = len(header) > 1 and not _is_number(header[1]) and Index(names).find(rows[0][1][0]) is None
    return 0, 1, rows[1:] if has_header else rows


def _is_number(text: str) -> bool:
    return bool(_DECIMAL.fullmatch(text.strip().replace("−", "-")))
