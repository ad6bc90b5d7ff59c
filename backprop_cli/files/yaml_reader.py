"""YAML as plain data, from the parser's events: fast, without recursion, seeing duplicate keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]

from backprop_cli.errors import InputError, Problem, TextPlace
from backprop_cli.files.core_schema import scalar
from backprop_cli.files.places import place_at
from backprop_cli.files.yaml_hints import Failure, find_slip

MAX_DEPTH = 32
TOO_DEEP = f"the file is nested more than {MAX_DEPTH} levels deep"
"""The parser reads ahead and has a limit of its own, which a row of brackets reaches before the first of them is seen here."""
MAX_ALIASED = 200_000
MAX_REPEATED = 20
"""More keys given twice than these are not reported."""

_STRING_TAG = "tag:yaml.org,2002:str"


def events(text: str, file: str) -> Iterator[Any]:
    """The parser's events; an InputError where the text is no YAML."""
    try:
        parser = CParser(text)
        while True:
            event = parser.get_event()
            if event is None:
                return
            yield event
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = " ".join(part for part in (error.context, error.problem) if part)
        if "nesting depth" in reason:
            raise InputError(Problem(TOO_DEEP, place=_place(text, file, mark))) from None
        slip = find_slip(Failure(text.split("\n"), mark.line, mark.column, reason)) if mark else None
        if slip is None:
            raise InputError(Problem(f"this is not valid YAML: {reason}", place=_place(text, file, mark))) from None
        place = place_at(file, text, slip.line, slip.column)
        raise InputError(Problem(slip.message, place=place, hint=slip.hint)) from None
    except yaml.YAMLError as error:
        raise InputError(Problem(f"this is not valid YAML: {error}", place=TextPlace(file))) from None


def _place(text: str, file: str, mark: Any) -> TextPlace:
    return place_at(file, text, mark.line + 1, mark.column + 1) if mark else TextPlace(file)


class _DataBuilder:
    """Builds plain data from events, with a stack of its own instead of recursion."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.values = 0
        self.aliased = 0
        self.repeated: list[Problem] = []

    def problem(self, message: str, event: Any, hint: str = "") -> Problem:
        mark = event.start_mark
        return Problem(message, place=place_at(self.file, self.text, mark.line + 1, mark.column + 1), hint=hint)

    def fail(self, message: str, event: Any, hint: str = "") -> InputError:
        return InputError(self.problem(message, event, hint))

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
        for event in events(self.text, self.file):
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
        if self.repeated:
            raise InputError(*self.repeated)
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
            raise self.fail(TOO_DEEP, event)

    def _key(self, key: Any, mapping: dict[Any, Any], event: Any) -> Any:
        if isinstance(key, list | dict):
            raise self.fail("a key must be a plain word, not a list or mapping", event)
        name = event.value if type(event) is yaml.ScalarEvent else str(key)
        if name in mapping and len(self.repeated) < MAX_REPEATED:
            self.repeated.append(
                self.problem(f"the key {name!r} is given twice", event, hint=self._repeat_hint(name, event))
            )
        return name

    def _repeat_hint(self, name: str, event: Any) -> str:
        """What to do about a key that is given twice: the digits after two decimal commas may be the same."""
        start = event.start_mark.index
        whole = re.search(_BEFORE_COMMA, self.text[max(0, start - MOST_DIGITS) : start]) if name.isdecimal() else None
        return f"decimals are written with a point: {whole[1]}.{name}" if whole else "keep one of the two"


MOST_DIGITS = 40
"""Before a comma."""
_BEFORE_COMMA = r"([-+]?[0-9]+),\Z"
_NO_KEY = object()


def parse_yaml(text: str, file: str) -> Any:
    """The data of a text; an InputError where it is no YAML, repeats a key or is nested too deeply."""
    return _DataBuilder(text, file).build()
