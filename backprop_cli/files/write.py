"""A setup as a network file again: the same keys, names and order, with the parameters' new values.

A file of the same format is rewritten in place: only the numbers change, those of an optimizer's state too; comments and
layout stay. Otherwise, or where aliases make one number stand for several, or where weights were drawn or came from another
file, the data is written out afresh. Numbers read
back bit for bit.
"""

from __future__ import annotations

import copy
import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from textwrap import indent
from typing import Any, NamedTuple

import yaml

from backprop_cli.errors import UsageError
from backprop_cli.files.document import Document
from backprop_cli.files.input import STANDARD_INPUT
from backprop_cli.files.layers import is_turned
from backprop_cli.files.places import Key
from backprop_cli.files.state_dict import WEIGHT_ENDINGS
from backprop_cli.network.network import ParameterRow, Setup

NETWORK_ENDINGS = (".yaml", ".yml", ".json")


class WrittenFile(NamedTuple):
    """The text of a network file, and whether it is written afresh although the document has the same format."""

    text: str
    is_afresh: bool


def require_saved_name(name: str, option: str = "") -> None:
    """See to it that a file's name says what is to be written to it.

    Raises:
        UsageError: it ends in nothing that a network, or its weights alone, is saved as.
    """
    if not name.endswith((*NETWORK_ENDINGS, *WEIGHT_ENDINGS)):
        raise UsageError(
            f"{option}{name}: the name must end in .yaml, .yml or .json, so that the format is known\n"
            "    hint: .safetensors or .npz holds the weights alone"
        )


def write(setup: Setup, document: Document, name: str) -> WrittenFile:
    """A network file of this name, or YAML for `-`, for `setup`, which was read from `document` and then trained.

    Data that the document names are named as seen from the file's folder.
    """
    format, folder = "json" if name.endswith(".json") else "yaml", os.path.dirname(name)
    values = dict(_parameter_values(setup, document.data))
    state = _state(setup)
    given = _as_seen_from(folder, document)
    if given != document.given:
        document = replace(document, given=given)
    elif format == document.format:
        text = _rewritten(document, values, state)
        if text is not None:
            return WrittenFile(document.file_text(text), False)
    return WrittenFile(_dumped(document, values, state, format), format == document.format)


def _as_seen_from(folder: str, document: Document) -> dict[str, Any]:
    """What the document says of its data, with the names of files relative to another folder."""
    own = "" if document.file == STANDARD_INPUT else os.path.dirname(document.file)
    if os.path.realpath(own) == os.path.realpath(folder):
        return document.given

    def moved(name: str) -> str:
        path = os.path.join(own, name)
        is_file = name != "-" and not os.path.isabs(name) and os.path.isfile(path)
        return os.path.relpath(path, folder or ".") if is_file else name

    found = dict(document.given)
    for key in ("inputs", "targets"):
        value = found.get(key)
        if isinstance(value, str):
            found[key] = moved(value)
        elif isinstance(value, dict) and isinstance(value.get("file"), str):
            found[key] = {**value, "file": moved(value["file"])}
    return found


def number(value: float, format: str) -> str:
    """A number that reads back bit for bit; in YAML with the point that older readers need to see a float."""
    text = repr(value)
    return text.replace("e", ".0e") if format == "yaml" and "e" in text and "." not in text else text


def _parameter_values(setup: Setup, data: Any) -> Iterator[tuple[Key, float]]:
    """Every parameter's place in the data and its value."""
    values = iter(setup.network.parameters.row.tolist())
    for index, given in enumerate(data["layers"]):
        keys = [
            [("layers", index, "weights", place, last) for last in _lasts(row)]
            for place, row in enumerate(given["weights"])
        ]
        for row in zip(*keys, strict=True) if is_turned(data) else keys:
            yield from ((key, next(values)) for key in row)
        bias = given.get("bias")
        if isinstance(bias, dict):
            yield from ((("layers", index, "bias", name), next(values)) for name in bias)
        elif isinstance(bias, list):
            for unit, entry in enumerate(bias):
                yield ("layers", index, "bias", unit, *(entry if isinstance(entry, dict) else ())), next(values)
        elif bias is not None:
            yield ("layers", index, "bias"), next(values)


def _lasts(row: Any) -> Iterable[str | int]:
    """The last parts of the keys of a row's weights."""
    return row if isinstance(row, dict) else range(len(row))


def _state(setup: Setup) -> dict[str, Any] | None:
    """What the next run must know to go on where this one stopped; None where the parameters say it all."""
    if setup.velocity is None and setup.schedule.batch_size is None:
        return None
    state: dict[str, Any] = {"updates": setup.updates}
    if setup.velocity is not None:
        state["velocity"] = [_velocity(setup.velocity, index) for index in range(setup.network.names.depth)]
    return state


def _velocity(velocity: ParameterRow, index: int) -> dict[str, Any]:
    names = velocity.names
    numbers, sources = velocity.row[names.weights_at(index)].tolist(), names.widths[index]
    weights = {"weights": [numbers[first : first + sources] for first in range(0, len(numbers), sources)]}
    bias = velocity.row[names.biases_at(index)].tolist()
    return {**weights, "bias": bias} if bias else weights


def _rewritten(document: Document, values: dict[Key, float], state: dict[str, Any] | None) -> str | None:
    """The document's own text with other numbers in it, or None where that cannot be done faithfully."""
    given = dict(_leaves(document.data.get("state", {}), ("state",)))
    wanted = dict(_leaves(state or {}, ("state",)))
    is_appended = bool(wanted) and "state" not in document.data
    fits = _can_append(document) if is_appended else given.keys() == wanted.keys()
    if document.has_aliases or not fits:
        return None
    edits = []
    for key, value in (values if is_appended else {**values, **wanted}).items():
        span = document.span(key)
        if span is None:
            return None
        edits.append((span.start, span.end, number(value, document.format)))
    pieces, position = [], 0
    for start, end, replacement in sorted(edits):
        pieces += [document.text[position:start], replacement]
        position = end
    text = "".join([*pieces, document.text[position:]])
    return _with_state(document, text, state) if is_appended else text


def _leaves(value: Any, key: Key) -> Iterator[tuple[Key, Any]]:
    """Everything in nested mappings and lists that is neither, by its place."""
    if isinstance(value, dict | list):
        for part, entry in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(entry, (*key, part))
    else:
        yield key, value


def _can_append(document: Document) -> bool:
    """Whether a key can be added at the end: a block mapping, not braces around everything."""
    span = document.span(())
    return document.format == "yaml" and span is not None and document.text[span.start] != "{"


def _with_state(document: Document, text: str, state: Any) -> str:
    """The text with the state as its last key: as far in as the others, and before the mark of the document's end."""
    span, end = document.span(()), re.search(_DOCUMENT_END, text)
    assert span is not None
    rest = text[end.start() :] if end else ""
    text = text[: len(text) - len(rest)]
    added = indent(_yaml({"state": state}), " " * (span.column - 1))
    return text + "\n" * (not text.endswith("\n")) + added + rest


_DOCUMENT_END = r"(?m)^\.\.\.(?=\s|$)"


def _dumped(document: Document, values: dict[Key, float], state: dict[str, Any] | None, format: str) -> str:
    data = _unshared(document.data)
    for key, value in values.items():
        target: Any = data
        for part in key[:-1]:
            target = target[part]
        target[key[-1]] = value
    data = {**data, **document.given}
    data.pop("state", None)
    if state:
        data["state"] = state
    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n" if format == "json" else _yaml(data)


def _unshared(value: Any) -> Any:
    """A copy in which no two places share a list or mapping, as aliases make them do."""
    if isinstance(value, dict):
        return {key: _unshared(entry) for key, entry in value.items()}
    return [_unshared(entry) for entry in value] if isinstance(value, list) else copy.copy(value)


class _Dumper(yaml.CSafeDumper):
    """Floats as `number` writes them, and strings quoted wherever another reader could take them for something else."""


def _represent_float(dumper: yaml.CSafeDumper, value: float) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:float", number(value, "yaml"))


_Dumper.add_representer(float, _represent_float)


def _yaml(data: Any) -> str:
    return str(
        yaml.dump(data, Dumper=_Dumper, default_flow_style=None, sort_keys=False, allow_unicode=True, width=2**20)
    )
