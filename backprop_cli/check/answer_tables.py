"""Numbers in a CSV file: somebody's, rows of a name and a number or a row of names above a row of numbers, or a whole class's.

A class's table has a row for each person: first the person's name, then the numbers whose names are in the header.
Lines such as `w31 = 0.0822` are read here too.
"""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from backprop_cli.check.given import DECIMAL, Given, given_numbers
from backprop_cli.check.wanted import Index
from backprop_cli.errors import InputError, Problem, TextPlace
from backprop_cli.files.expected import number_hint
from backprop_cli.network.names import Names

_RUN_COLUMNS = {"partial", "of", "wrt", "rule", "numbers", "value"}
_NAME_COLUMNS = ("name", "partial", "parameter", "quantity")
_VALUE_COLUMNS = ("value", "gradient", "given", "number")

_LINE = re.compile(
    r"\s*(?P<name>[^-\s\d.,=:;#'\"{}\[][^=:;#'\"{}]*?)(?P<mark>\s*[=:]\s*|\s+)(?P<number>[-+−]?[.\d][-+.,\deE]*)\s*"
)
"""A name and a number, which may have a decimal comma."""
_LONGEST_LINE = 200
"""Characters of a line that a person has written."""
_WHOLE = re.compile(r"[-+−]?\d+")
_NOTHING = ("", "-", "–", "—")
"""What a class's table has where somebody gave no number."""

Row = tuple[int, list[str]]
"""A line's number, and its cells."""
_Cell = tuple[str, str, int]
"""The name and the text of a number, and the line in which it stands."""


def is_table(text: str, source: str) -> bool:
    """Whether it is CSV: by the file's name, else by its first line that is no comment."""
    if source.lower().endswith((".csv", ".tsv")):
        return True
    if source.lower().endswith((".yaml", ".yml", ".json")) or text.lstrip()[:1] in ("{", "["):
        return False
    first = next((line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")), "")
    return not _line(first) and ":" not in first and any(delimiter in first for delimiter in ",;\t")


def read_lines(text: str, source: str) -> list[Given] | None:
    """Lines such as `w31 = 0.0822`, `w31 0.0822` or `w31:0.0822`; None where they are none, or a YAML mapping.

    Raises:
        InputError: a number cannot be read, or a name stands there twice.
    """
    found: list[tuple[int, re.Match[str]]] = []
    for number, written in _lines(text):
        match = _line(written)
        if match is None:
            if not found or "=" not in found[0][1]["mark"]:
                return None
            raise InputError(
                Problem(
                    "expected a name and a number, such as w31 = 0.0822", place=TextPlace(source, number, 1, written)
                )
            )
        found.append((number, match))
    if all(re.search(r":\s", match["mark"]) for _, match in found):
        return None
    cells = [(match["name"], match["number"], line) for line, match in found]
    _refuse_repeated(cells, source)
    return _numbers(cells, source)


def _line(written: str) -> re.Match[str] | None:
    return _LINE.fullmatch(written) if len(written) <= _LONGEST_LINE else None


def read_table(text: str, source: str, names: Names) -> list[Given]:
    """Rows of a name and a number, with or without a header; or a row of names above a row of numbers.

    What `run -f csv` wrote are the partials of the shown sample.

    Raises:
        InputError: a name or a number is missing, or a name stands there twice.
    """
    rows = _rows(text)
    is_of_sample = bool(rows) and _RUN_COLUMNS.issubset(rows[0][1])
    if len(rows) == 2 and not any(map(_is_number, rows[0][1])) and all(map(_is_number, rows[1][1])):
        line = rows[1][0]
        _refuse_further(rows[1], len(rows[0][1]), source)
        cells = [(name, number, line) for name, number in zip(rows[0][1], rows[1][1], strict=False)]
    else:
        name_at, value_at, width, rows = _columns(rows, names)
        cells = []
        for line, row in rows:
            _refuse_further((line, row), width, source)
            if len(row) <= max(name_at, value_at):
                message = "expected a name and a number, such as w31,0.0822"
                raise InputError(Problem(message, place=TextPlace(source, line)))
            cells.append((row[name_at], row[value_at], line))
    cells = [(name.strip(), number, line) for name, number, line in cells if number.strip()]
    _refuse_repeated(cells, source)
    return [replace(one, is_of_sample=is_of_sample) for one in _numbers(cells, source)]


class ClassRow(NamedTuple):
    """A person's name and numbers, and what in the row could not be read."""

    name: str
    given: list[Given]
    faults: list[str]


class ClassTable(NamedTuple):
    """A class's table: a row for each person, the numbers that were `asked`, and columns that mean nothing in the network."""

    people: list[ClassRow]
    asked: tuple[str, ...]
    unknown: list[str]


def read_class(text: str, source: str, names: Names) -> ClassTable | None:
    """A table with a row for each person, or None where it is somebody's own numbers.

    Raises:
        InputError: two columns have one title, or there is none for the names.
    """
    rows = _rows(text)
    index = Index(names)
    header = [cell.strip() for cell in rows[0][1]] if len(rows) > 1 else []
    known = [column for column, title in enumerate(header) if column > 0 and index.find(title) is not None]
    if not known or _is_number(header[0]):
        return None
    if index.find(header[0]) is not None:
        if len(rows) == 2:
            return None
        hint = f"name,{','.join(header[:2])} and below it a row for each person"
        raise InputError(
            Problem("the first column of a table of people is for their names", hint=hint, place=TextPlace(source, 1))
        )
    _refuse_repeated([(header[column], "", rows[0][0]) for column in known], source)
    unknown = [title for column, title in enumerate(header[1:], 1) if title and column not in known]
    people = []
    for line, row in rows[1:]:
        if any(cell.strip() for cell in row):
            cells = [(header[column], row[column], line) for column in known if column < len(row)]
            further = _further((line, row), len(header))
            given, faults = ([], [f"line {line}: {further}"]) if further else _readable(cells)
            people.append(ClassRow(row[0].strip() or f"line {line}", given, faults))
    return ClassTable(people, tuple(header[column] for column in known), unknown)


def _numbers(cells: list[_Cell], source: str) -> list[Given]:
    """Named numbers from the cells of a table."""
    try:
        return given_numbers([(name, number) for name, number, _ in cells])
    except ValueError as error:
        name, number, line = cells[error.args[0]]
        message = f"expected a number, found {number.strip()!r}"
        hint = number_hint(number.strip())
        raise InputError(Problem(message, name, hint, place=TextPlace(source, line))) from None


def _readable(cells: list[_Cell]) -> tuple[list[Given], list[str]]:
    """The numbers among the cells of a person's row, and what is wrong with the cells that hold none."""
    left = [cell for cell in cells if cell[1].strip() not in _NOTHING]
    faults: list[str] = []
    while True:
        try:
            return given_numbers([(name, number) for name, number, _ in left]), faults
        except ValueError as error:
            name, number, line = left.pop(error.args[0])
            hint = number_hint(number.strip())
            faults.append(f"line {line}: {name} is given as {number.strip()!r}" + (f" ({hint})" if hint else ""))


def _further(row: Row, width: int) -> str:
    """What is wrong with a row of more cells than there should be; empty where it has no more."""
    cells = row[1]
    if not any(cell.strip() for cell in cells[width:]):
        return ""
    halves = next(
        (pair for pair in pairwise(map(str.strip, cells)) if _WHOLE.fullmatch(pair[0]) and pair[1].isdecimal()), None
    )
    hint = f"decimals are written with a point: {halves[0]}.{halves[1]}" if halves else ""
    return f"expected {width} cells, found {len(cells)}" + (f" ({hint})" if hint else "")


def _refuse_further(row: Row, width: int, source: str) -> None:
    if further := _further(row, width):
        raise InputError(Problem(further, place=TextPlace(source, row[0])))


def _refuse_repeated(cells: list[_Cell], source: str) -> None:
    first: dict[str, int] = {}
    for name, _, line in cells:
        if name in first:
            message = f"it is given twice, first in line {first[name]}"
            raise InputError(Problem(message, name, place=TextPlace(source, line)))
        first[name] = line


def _rows(text: str) -> list[Row]:
    """The rows with their line numbers; between semicolons or tabs a comma is a decimal comma."""
    lines = _lines(text)
    delimiter = next((mark for mark in ";\t" if lines and mark in lines[0][1]), ",")
    rows: list[Row] = []
    for number, line in lines:
        cells = next(csv.reader([line], delimiter=delimiter)) if len(line) < csv.field_size_limit() else [line]
        rows.append((number, cells if delimiter == "," else [_with_point(cell) for cell in cells]))
    return rows


def _lines(text: str) -> list[tuple[int, str]]:
    """The lines that say something, with their numbers."""
    every = enumerate(text.splitlines(), 1)
    return [(number, line) for number, line in every if line.strip() and not line.lstrip().startswith("#")]


def _with_point(cell: str) -> str:
    changed = cell.replace(",", ".")
    return changed if _is_number(changed) else cell


def _columns(rows: list[Row], names: Names) -> tuple[int, int, int, list[Row]]:
    """Which columns hold names and numbers, by the header if there is one, how many there are, and the rows below it."""
    header = [cell.strip().lower() for cell in rows[0][1]] if rows else []
    name_at = next((header.index(title) for title in _NAME_COLUMNS if title in header), None)
    value_at = next((header.index(title) for title in _VALUE_COLUMNS if title in header), None)
    if name_at is not None and value_at is not None:
        return name_at, value_at, len(header), rows[1:]
    # `w31,n/a` is no header: its number would be dropped without a word
    has_header = len(header) > 1 and not _is_number(header[1]) and Index(names).find(rows[0][1][0]) is None
    return (0, 1, len(header), rows[1:]) if has_header else (0, 1, 2, rows)


def _is_number(text: str) -> bool:
    return bool(DECIMAL.fullmatch(text.strip().replace("−", "-")))
