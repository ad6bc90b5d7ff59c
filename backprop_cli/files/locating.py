"""The span of every value in a text; only worked out when an error message or a rewrite needs it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import yaml

from backprop_cli.errors import InputError
from backprop_cli.files.places import Key, TextSpan
from backprop_cli.files.yaml_reader import events


def as_yaml(text: str) -> str:
    """JSON as a text that YAML reads alike, character for character: only tabs between the tokens differ."""
    return text.replace("\t", " ")


def find_alias(text: str) -> bool:
    """Whether one piece of a text stands for several values."""
    return "*" in text and any(type(event) is yaml.AliasEvent for event in events(as_yaml(text), ""))


def locate(text: str) -> dict[Key, tuple[TextSpan, TextSpan | None]]:
    """The span of every value, with the span of its key where it has one; as far as the text can be read."""
    spans: dict[Key, tuple[TextSpan, TextSpan | None]] = {}
    with contextlib.suppress(InputError):
        _walk(events(as_yaml(text), ""), spans)
    return spans


def _walk(events: Iterator[Any], spans: dict[Key, tuple[TextSpan, TextSpan | None]]) -> None:
    path: list[str | int] = []
    waiting: list[
        tuple[str, TextSpan] | None
    ] = []  # per open container: the key read last, None in a list or before a key
    is_map: list[bool] = []
    starts: list[tuple[Key, Any, TextSpan | None]] = []

    def span(first: Any, last: Any) -> TextSpan:
        return TextSpan(first.index, last.index, first.line + 1, first.column + 1)

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
