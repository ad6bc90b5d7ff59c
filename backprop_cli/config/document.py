"""YAML or JSON text as plain data, and the place of any value in that text.

YAML is read as YAML 1.2's core schema, from the parser's events: that is several times faster than constructing nodes,
never recurses, and sees duplicate keys. Places are only worked out when an error message or a rewrite needs them.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]

from backprop_cli.errors import InputError, Place, Problem

Key = tuple[str | int, ...]
"""The way to a value: `("layers", 1, "weights", 0)`."""

MAX_DEPTH = 32
MAX_ALIASED = 200_000

_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_STRING_TAG = "tag:yaml.org,2002:str"


class Span(NamedTuple):
    """Where a value stands: its first and past-the-last character, and line and column of the first, from 1."""

    start: int
    end: int
    line: int
    column: int


@dataclass(frozen=True)
class Document:
    """A file's text, its format (`yaml` or `json`), and its data: dicts, lists, strings, numbers, booleans, None."""

    file: str
    text: str
    format: str
    data: Any

    @cached_property
    def _spans(self) -> dict[Key, tuple[Span, Span | None]]:
        return _locate(self.text)

    def span(self, key: Key) -> Span | None:
        """Where the value at `key` stands."""
        found = self._spans.get(key)
        return found[0] if found else None

    def place(self, key: Key, of_name: bool = False) -> Place:
        """The place of a value, or of its key where `of_name`; of the nearest container where it has none."""
        while key and key not in self._spans:
            key, of_name = key[:-1], False
        value, name = self._spans.get(key, (Span(0, 0, 1, 1), None))
        span = name if of_name and name else value
        return place_at(self.file, self.text, span.line, span.column)

    @cached_property
    def has_aliases(self) -> bool:
        """Whether one piece of the text stands for several values, so that it cannot be rewritten in place."""
        return _find_alias(self.text)


def place_at(file: str, text: str, line: int, column: int) -> Place:
    """A place with its source line."""
    lines = text.split("\n")
    return Place(file, line, column, lines[line - 1].rstrip("\r") if line <= len(lines) else "")


def format_key(key: Key) -> str:
    """`layers[1].weights[0]`."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in key]
    return "".join(parts).removeprefix(".")


def decode(content: bytes, file: str) -> str:
    """A file's bytes as text: UTF-8, with or without a byte order mark, or UTF-16 and UTF-32 with one.

    Raises:
        InputError: it is no text.
    """
    marks = (
        (b"\xff\xfe\x00\x00", "utf-32"),
        (b"\x00\x00\xfe\xff", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    )
    encoding = next((name for mark, name in marks if content.startswith(mark)), "utf-8-sig")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"this is no text file: byte {error.start + 1} is not valid {encoding.removesuffix('-sig').upper()}"
        raise InputError(Problem(message, place=Place(file, line))) from None
    control = re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        column = control.start() - (text.rfind("\n", 0, control.start()) + 1) + 1
        message = f"this is no text file: it holds the control character U+{ord(control[0]):04X}"
        raise InputError(Problem(message, place=Place(file, line, column)))
    return text.replace("\r\n", "\n")


def parse(text: str, file: str, format: str) -> Document:
    """The document in a text.

    Raises:
        InputError: the text is not valid YAML or JSON, repeats a key, or is nested too deeply.
    """
    if not text.strip():
        raise InputError(
            Problem("the file is empty", hint="`backprop examples classic` prints one to start from", place=Place(file))
        )
    return Document(file, text, format, (_parse_json if format == "json" else _parse_yaml)(text, file))


# ── JSON ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _parse_json(text: str, file: str) -> Any:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        mapping = dict(pairs)
        if len(mapping) < len(pairs):
            raise _DuplicateKeyError
        return mapping

    try:
        return json.loads(text, object_pairs_hook=unique, parse_int=_integer)
    except json.JSONDecodeError as error:
        place = place_at(file, text, error.lineno, error.colno)
        raise InputError(
            Problem(f"this is not valid JSON: {error.msg[0].lower()}{error.msg[1:]}", place=place)
        ) from None
    except RecursionError:
        raise InputError(Problem("the JSON is nested too deeply", place=Place(file))) from None
    except _DuplicateKeyError:
        _parse_yaml(_as_yaml(text), file)
        raise InputError(Problem("a key is given twice", place=Place(file))) from None


class _DuplicateKeyError(Exception):
    pass


def _as_yaml(text: str) -> str:
    """JSON as a text that YAML reads alike, character for character: only tabs between the tokens differ."""
    return text.replace("\t", " ")


# ── YAML ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _integer(text: str) -> int | float:
    """An integer of any base; beyond 300 digits it could only become infinite, so it is read as a float."""
    if text[:2] in ("0x", "0o"):
        return int(text, 0) if len(text) <= 300 else float("inf")
    return float(text) if len(text) > 300 else int(text)


def scalar(text: str) -> Any:
    """A plain scalar's value in YAML 1.2's core schema."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return _integer(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def _events(text: str, file: str) -> Iterator[Any]:
    try:
        parser = CParser(text)
        while True:
            event = parser.get_event()
            if event is None:
                return
            yield event
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = place_at(file, text, mark.line + 1, mark.column + 1) if mark else Place(file)
        reason = " ".join(part for part in (error.context, error.problem) if part)
        hint = "a value that starts with @, `, *, & or % needs quotes; indent with spaces, not tabs" if mark else ""
        raise InputError(Problem(f"this is not valid YAML: {reason}", place=place, hint=hint)) from None
    except yaml.YAMLError as error:
        raise InputError(Problem(f"this is not valid YAML: {error}", place=Place(file))) from None


class _Builder:
    """Builds plain data from events, with a stack of its own instead of recursion."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.values = 0
        self.aliased = 0

    def fail(self, message: str, event: Any, hint: str = "") -> InputError:
        mark = event.start_mark
        return InputError(
            Problem(message, place=place_at(self.file, self.text, mark.line + 1, mark.column + 1), hint=hint)
        )

    def count(self, values: int, event: Any) -> None:
        self.values += values
        self.aliased += values
        if self.aliased > MAX_ALIASED:
            raise self.fail(f"aliases blow this file up by more than {MAX_ALIASED:,} values", event)

    def build(self) -> Any:
        root: list[Any] = []
        containers: list[tuple[Any, Any, int]] = []  # the container, its anchor, the count of values when it opened
        current: Any = root
        pending: Any = _NO_KEY
        documents = 0
        scalar_event, start_list, start_map = yaml.ScalarEvent, yaml.SequenceStartEvent, yaml.MappingStartEvent
        ends = (yaml.SequenceEndEvent, yaml.MappingEndEvent)
        for event in _events(self.text, self.file):
            kind = type(event)
            if kind is scalar_event:
                self.values += 1
                value = self._scalar(event)
                if event.anchor:
                    self.anchors[event.anchor] = (value, 1)
            elif kind is start_list or kind is start_map:
                value = [] if kind is start_list else {}
                self._check_container(event, kind is start_map, len(containers))
            elif kind in ends:
                closed, anchor, before = containers.pop()
                if anchor:
                    self.anchors[anchor] = (closed, self.values - before + 1)
                current = containers[-1][0] if containers else root
                continue
            elif kind is yaml.AliasEvent:
                if event.anchor not in self.anchors:
                    raise self.fail(f"the alias *{event.anchor} stands for nothing that is complete before it", event)
                value, size = self.anchors[event.anchor]
                self.count(size, event)
            else:
                documents += kind is yaml.DocumentStartEvent
                if documents > 1:
                    raise self.fail("the file holds more than one YAML document", event)
                continue
            if type(current) is list:
                current.append(value)
            elif pending is _NO_KEY:
                pending = self._key(value, current, event)
                continue
            else:
                current[pending] = value
                pending = _NO_KEY
            if kind is start_list or kind is start_map:
                containers.append((value, event.anchor, self.values))
                self.values += 1
                current = value
        return root[0] if root else None

    def _scalar(self, event: Any) -> Any:
        tag = event.tag
        if event.implicit[0] and not tag:
            return scalar(event.value)
        if tag in (None, "!", _STRING_TAG):
            return event.value
        raise self.fail(f"the tag {tag} is not understood", event, hint="leave it out: plain values need no tag")

    def _check_container(self, event: Any, is_map: bool, depth: int) -> None:
        plain = (None, "!", "tag:yaml.org,2002:map" if is_map else "tag:yaml.org,2002:seq")
        if event.tag not in plain:
            raise self.fail(
                f"the tag {event.tag} is not understood", event, hint="leave it out: plain values need no tag"
            )
        if depth >= MAX_DEPTH:
            raise self.fail(f"the file is nested more than {MAX_DEPTH} levels deep", event)

    def _key(self, key: Any, mapping: dict[Any, Any], event: Any) -> Any:
        if isinstance(key, list | dict):
            raise self.fail("a key must be a plain word, not a list or mapping", event)
        name = event.value if type(event) is yaml.ScalarEvent else str(key)
        if name in mapping:
            raise self.fail(f"the key {name!r} is given twice", event, hint="keep one of the two")
        return name


_NO_KEY = object()


def _parse_yaml(text: str, file: str) -> Any:
    return _Builder(text, file).build()


# ── places ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _find_alias(text: str) -> bool:
    return "*" in text and any(type(event) is yaml.AliasEvent for event in _events(_as_yaml(text), ""))


def _locate(text: str) -> dict[Key, tuple[Span, Span | None]]:
    """The span of every value, with the span of its key where it has one; as far as the text can be read."""
    spans: dict[Key, tuple[Span, Span | None]] = {}
    with contextlib.suppress(InputError):
        _walk(_events(_as_yaml(text), ""), spans)
    return spans


def _walk(events: Iterator[Any], spans: dict[Key, tuple[Span, Span | None]]) -> None:
    path: list[str | int] = []
    waiting: list[tuple[str, Span] | None] = []  # per open container: the key read last, None in a list or before a key
    is_map: list[bool] = []
    starts: list[tuple[Key, Any, Span | None]] = []

    def span(first: Any, last: Any) -> Span:
        return Span(first.index, last.index, first.line + 1, first.column + 1)

    def finish() -> None:
        """After a value: the next list index, or the next key."""
        if is_map and is_map[-1]:
            waiting[-1] = None
            path.pop()
        elif is_map:
            path[-1] = int(path[-1]) + 1

    for event in events:
        kind = type(event)
        if kind in (yaml.SequenceEndEvent, yaml.MappingEndEvent):
            if not is_map.pop():
                path.pop()
            waiting.pop()
            key, start, name = starts.pop()
            spans[key] = (span(start, event.end_mark), name)
            finish()
            continue
        if kind not in (yaml.ScalarEvent, yaml.AliasEvent, yaml.SequenceStartEvent, yaml.MappingStartEvent):
            continue
        if is_map and is_map[-1] and waiting[-1] is None:
            word = event.value if kind is yaml.ScalarEvent else ""
            waiting[-1] = (word, span(event.start_mark, event.end_mark))
            path.append(word)
            continue
        name = waiting[-1][1] if waiting and waiting[-1] else None
        if kind in (yaml.ScalarEvent, yaml.AliasEvent):
            spans[tuple(path)] = (span(event.start_mark, event.end_mark), name)
            finish()
            continue
        starts.append((tuple(path), event.start_mark, name))
        spans[tuple(path)] = (span(event.start_mark, event.start_mark), name)
        is_map.append(kind is yaml.MappingStartEvent)
        waiting.append(None)
        if kind is yaml.SequenceStartEvent:
            path.append(0)
