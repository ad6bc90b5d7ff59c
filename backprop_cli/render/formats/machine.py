"""Records as JSON and CSV text, written piece by piece so that a long list is never whole in memory."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

JSON_VERSION = ("format", 1)
"""The first key of every JSON; the number grows when a key is renamed or means something else, not when one is added."""
CHUNK = 100_000
"""About so many characters are written at a time."""


class WrittenJson(str):
    """Items of a list that are JSON already, as one text."""

    SEPARATOR = ",\n    "

    @classmethod
    def of(cls, items: Iterable[str]) -> WrittenJson:
        """The items one after the other."""
        return cls(cls.SEPARATOR.join(items))


def json_text(record: Iterable[tuple[str, Any]]) -> Iterator[str]:
    """An object whose keys come one by one; a value that is an iterator is written as a list, an item (or `WrittenJson`) a line."""
    yield "{"
    is_first = True
    for key, value in record:
        yield f"{'' if is_first else ','}\n  {json.dumps(key)}: "
        is_first = False
        if isinstance(value, Iterator):
            yield from _list(value)
        else:
            yield _value(value)
    yield "\n}\n"


def json_line(record: Iterable[tuple[str, Any]]) -> Iterator[str]:
    """The same object on one line; in JSON a line's end stands between tokens only."""
    for piece in json_text(record):
        yield re.sub(_LINE_END, "", piece)
    yield "\n"


_LINE_END = "\n *"


def _list(items: Iterator[Any]) -> Iterator[str]:
    yield "["
    is_first = True
    for item in items:
        text = item if isinstance(item, WrittenJson) else _value(item)
        yield (WrittenJson.SEPARATOR.removeprefix(",") if is_first else WrittenJson.SEPARATOR) + text
        is_first = False
    yield "\n  ]" if not is_first else "]"


def _value(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(value), ensure_ascii=False, allow_nan=False)


def _finite(value: Any) -> Any:
    """The same with null for what JSON has no number for."""
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[str] | str]) -> Iterator[str]:
    """A header and rows, in pieces of many rows; a row that is a text holds finished lines."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        if isinstance(row, str):
            buffer.write(row)
        else:
            writer.writerow(row)
        if buffer.tell() > CHUNK:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()
