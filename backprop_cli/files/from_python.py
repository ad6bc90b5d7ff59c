"""What Python code gives where the command line has words and files; a wrong value is answered in the command line's words."""

from __future__ import annotations

import csv
import io
import json
import math
import os
from collections.abc import Iterable, Mapping
from numbers import Real
from os import PathLike, fspath
from typing import Any, TypeGuard

from backprop_cli.errors import InputError, Problem, UsageError
from backprop_cli.files.output import require_ending

MOST = 10**18
"""A whole number beyond this is none that anybody means."""


def json_of(data: dict[str, Any]) -> str:
    """The JSON of plain data, of NumPy's arrays and numbers too, and of whatever else makes a list of itself.

    Raises:
        InputError: there is something else in it.
    """

    def plain(value: Any) -> Any:
        if isinstance(value, PathLike):
            return fspath(value)
        if hasattr(value, "tolist"):
            return value.tolist()
        raise TypeError(f"{type(value).__name__} is neither a number, a text, a list, an array nor a dict")

    try:
        return json.dumps(data, default=plain)
    except (TypeError, ValueError) as error:
        raise InputError(Problem(f"this is no plain data: {error}")) from None


def whole(name: str, value: Any, least: int = 0) -> int:
    """A whole number, also written as a float such as 1e3.

    Raises:
        UsageError: it is none of at least `least`.
    """
    if not (_is_number(value) and least <= value < MOST and value == int(value)):
        raise UsageError(f"{name}: expected a whole number of at least {least}, found {value!r}")
    return int(value)


def number(name: str, value: Any, least: float | None = None) -> float:
    """A finite number.

    Raises:
        UsageError: it is none of at least `least`.
    """
    if not (_is_number(value) and (least is None or value >= least)):
        wanted = "a finite number" if least is None else f"a finite number of at least {least:g}"
        raise UsageError(f"{name}: expected {wanted}, found {value!r}")
    return float(value)


def _is_number(value: Any) -> TypeGuard[float]:
    if not isinstance(value, Real) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number of more than 308 digits
        return False


def path_of(value: Any, endings: tuple[str, ...] = ()) -> str:
    """The path of a file to be written.

    Raises:
        UsageError: it is none, or it has none of the `endings`.
    """
    if not isinstance(value, str | PathLike):
        raise UsageError(f"path: expected a path, found {value!r}")
    if endings:
        require_ending(os.fsdecode(value), endings, "path")
    return os.fsdecode(value)


def table(name: str, rows: Iterable[Any]) -> str:
    """The CSV of one mapping for each person: the person's `name`, and numbers by their names; None and NaN are left out.

    Raises:
        UsageError: something else is among them.
    """
    people = list(rows)
    if not people:
        raise UsageError(f"{name}: nobody's numbers are in it")
    for one in people:
        if not isinstance(one, Mapping):
            raise UsageError(f"{name}: expected a dict for each person, found {one!r}")
    columns = [key for key in dict.fromkeys(key for one in people for key in one) if key != "name"]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["name", *columns])
    for one in people:
        writer.writerow([one.get("name", ""), *(_cell(one.get(column)) for column in columns)])
    return text.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, Real) and not isinstance(value, bool):
        return "" if math.isnan(value) else repr(float(value))
    return "" if value is None else str(value)


def texts(name: str, *given: Any) -> list[str]:
    """Texts that come one by one or in lists.

    Raises:
        UsageError: something else is among them.
    """
    listed: list[Any] = []
    for some in given:
        listed.extend(some if isinstance(some, Iterable) and not isinstance(some, str) else [some])
    for one in listed:
        if not isinstance(one, str):
            raise UsageError(f"{name}: expected a text, found {one!r}")
    return listed
