"""Samples from a table: a CSV file's cells as columns of numbers, text as one number for each class."""

from __future__ import annotations

import csv
import io
import math
import re
from typing import Any, NamedTuple

from backprop_cli.errors import InputError, Problem, TextPlace, UnknownNameError
from backprop_cli.files.edit import decode
from backprop_cli.files.expected import kind_of, many, name_fault
from backprop_cli.files.places import place_at

DELIMITERS = ",;\t"
MISSING = frozenset(("", "na", "n/a", "nan", "null", "none", "?"))
"""What stands in a cell for no value, in small letters."""
MOST_CLASSES = 1000
"""Text with more different values is no set of classes."""
MOST_PROBLEMS = 20

Column = str | int
"""A column by its name, or by its position from 1."""


class DataTable(NamedTuple):
    """A CSV file's rows of text, the line each ends on, and the columns' names where the file has a header."""

    file: str
    text: str
    header: tuple[str, ...] | None
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    delimiter: str

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.rows[0])

    def find(self, column: Column) -> int:
        """A column's index, from 0.

        Raises:
            UnknownNameError: there is no such column.
        """
        if isinstance(column, int):
            if 1 <= column <= self.width:
                return column - 1
        elif self.header and column in self.header:
            return self.header.index(column)
        raise UnknownNameError("column", str(column), self.header or [str(i + 1) for i in range(self.width)])

    def title(self, index: int) -> str:
        """What a column is called in a message."""
        return repr(self.header[index]) if self.header else str(index + 1)

    def place(self, row: int, index: int) -> TextPlace:
        """The line and the column in the text where a cell stands."""
        place = place_at(self.file, self.text, self.lines[row], 1)
        if place.text is None or '"' in place.text:
            return TextPlace(self.file, self.lines[row])
        before = place.text.split(self.delimiter)[:index]
        return place._replace(column=1 + sum(len(cell) + 1 for cell in before))


def read_table(content: bytes, file: str, has_header: bool | None = None) -> DataTable:
    """The table in a CSV file: cells parted by commas, semicolons or tabs, whichever its first line has most of.

    The first line is taken for a header if none of its cells is a number, unless `has_header` says which it is.

    Raises:
        InputError: it holds no rows, or rows of different lengths.
    """
    text = decode(content, file)
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    try:
        for row in reader:
            if row:
                rows.append(tuple(_with_point(cell.strip(), delimiter) for cell in row))
                lines.append(reader.line_num)
    except csv.Error as error:
        raise InputError(Problem(f"this is no CSV: {error}", place=TextPlace(file, reader.line_num))) from None
    header: tuple[str, ...] | None = None
    if rows and (has_header or (has_header is None and not any(map(_is_number, rows[0])))):
        header = rows.pop(0)
        del lines[0]
        if len(set(header)) < len(header):
            twice = next(name for name in header if header.count(name) > 1)
            raise InputError(Problem(f"two columns are called {twice!r}", place=TextPlace(file, 1)))
    if not rows:
        raise InputError(Problem("the table has no rows of data", place=TextPlace(file)))
    width = len(rows[0] if header is None else header)
    for cells, line in zip(rows, lines, strict=True):
        if len(cells) != width:
            message = f"expected {many(width, 'cell')} as in the first line, found {len(cells)}"
            raise InputError(Problem(message, place=place_at(file, text, line, 1)))
    return DataTable(file, text, header, tuple(rows), tuple(lines), delimiter)


_WITH_COMMA = r"[+-]?[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?"


def _with_point(cell: str, delimiter: str) -> str:
    """`1,5` of a table whose cells semicolons part, as 1.5: where a comma parts decimals, tables are saved so."""
    return cell.replace(",", ".") if delimiter == ";" and re.fullmatch(_WITH_COMMA, cell) else cell


def _is_number(cell: str) -> bool:
    try:
        return math.isfinite(float(cell)) and "_" not in cell
    except ValueError:
        return False


def numbers(table: DataTable, columns: list[int]) -> list[Any]:
    """The columns' numbers, a row for each sample: mappings where the columns' names can be names, else lists.

    Raises:
        InputError: cells are empty or hold text; each with its line and column.
    """
    problems: list[Problem] = []
    for row, cells in enumerate(table.rows):
        problems += [
            Problem(_fault(cells[index], table.title(index)), place=table.place(row, index))
            for index in columns
            if not _is_number(cells[index])
        ]
        if len(problems) >= MOST_PROBLEMS:
            break
    if problems:
        raise InputError(*problems[:MOST_PROBLEMS])
    rows = [[float(cells[index]) for index in columns] for cells in table.rows]
    return _named(rows, [table.header[index] for index in columns] if table.header else [])


def _fault(cell: str, title: str) -> str:
    if cell.lower() in MISSING:
        return f"a value is missing in column {title}"
    return f"expected a number in column {title}, found {kind_of(cell)}"


def classes(table: DataTable, column: int, *, by_number: bool = False) -> tuple[str, ...] | None:
    """The different texts of a column in their alphabetical order, or None where it holds a number.

    With `by_number` whole numbers stand for classes too, in their own order.

    Raises:
        InputError: a cell is empty, or there are too many different texts.
    """
    cells = [row[column] for row in table.rows]
    if by_number and all(_is_number(cell) and float(cell).is_integer() for cell in cells):
        found = tuple(str(number) for number in sorted({int(float(cell)) for cell in cells}))
        return found if 1 < len(found) <= MOST_CLASSES else None
    if any(map(_is_number, cells)):
        return None
    for row, cell in enumerate(cells):
        if cell.lower() in MISSING:
            raise InputError(Problem(_fault(cell, table.title(column)), place=table.place(row, column)))
    found = tuple(sorted(set(cells)))
    if len(found) > MOST_CLASSES:
        message = f"column {table.title(column)} has {len(found):,} different texts, which are too many for classes"
        raise InputError(Problem(message, place=TextPlace(table.file)))
    return found


def targets(table: DataTable, columns: list[int], *, by_number: bool = False) -> list[Any]:
    """The columns' numbers as `numbers` has them; a single column of `classes` as one-hot, an output for each class.

    The classes 0 and 1 of a column `label` are called `label_0` and `label_1`, as a name begins with a letter.

    Raises:
        InputError: cells are empty, or text stands among numbers.
    """
    found = classes(table, columns[0], by_number=by_number) if len(columns) == 1 else None
    if found is None:
        return numbers(table, columns)
    cells = [row[columns[0]] for row in table.rows]
    if not _is_number(cells[0]):
        return _named([[float(cell == name) for name in found] for cell in cells], list(found))
    stem = table.header[columns[0]] if table.header else "class"
    rows = [[float(float(cell) == int(name)) for name in found] for cell in cells]
    return _named(rows, [f"{stem}_{name}" for name in found])


def _named(rows: list[list[float]], names: list[str]) -> list[Any]:
    if not names or any(map(name_fault, names)):
        return rows
    return [dict(zip(names, row, strict=True)) for row in rows]


def standardized(rows: list[list[float]]) -> tuple[list[list[float]], list[tuple[float, float]]]:
    """The rows with each column's mean taken away and divided by its standard deviation, and these two of each column.

    The deviation is that of the samples at hand (divided by N). A column of equal numbers is divided by 1.
    """
    scales = []
    for column in zip(*rows, strict=True):
        mean = math.fsum(column) / len(column)
        deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in column) / len(column))
        scales.append((mean, deviation or 1.0))
    scaled = [
        [(value - mean) / deviation for value, (mean, deviation) in zip(row, scales, strict=True)] for row in rows
    ]
    return scaled, scales
