"""Bytes as text, and YAML or JSON text as plain data: dicts, lists, strings, numbers, booleans, None.

YAML is read as YAML 1.2's core schema, from the parser's events: that is several times faster than constructing nodes,
never recurses, and sees duplicate keys.
"""

from __future__ import annotations

import codecs
import json
import re
from typing import Any

from backprop_cli.errors import InputError, Problem, TextPlace
from backprop_cli.files.core_schema import integer
from backprop_cli.files.locating import as_yaml
from backprop_cli.files.places import place_at
from backprop_cli.files.yaml_reader import parse_yaml


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
        hint = "a text in another encoding is to be saved as UTF-8 first"
        raise InputError(Problem(message, hint=hint, place=TextPlace(file, line))) from None
    control = re.search(_CONTROL, text) if encoding != "utf-8-sig" or _has_control(content) else None
    if control:
        line = text.count("\n", 0, control.start()) + 1
        column = control.start() - (text.rfind("\n", 0, control.start()) + 1) + 1
        message = f"this is no text file: it holds the control character U+{ord(control[0]):04X}"
        raise InputError(Problem(message, place=TextPlace(file, line, column)))
    return text.replace("\r\n", "\n") if "\r" in text else text


_CONTROL = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]"
_CONTROL_BYTES = bytes({*range(0x20), 0x7F} - {*b"\t\n\r"})
_LATIN_BYTE = b"\xc2"
"""With which UTF-8 begins the control characters beyond ASCII."""


def _has_control(content: bytes) -> bool:
    """Whether UTF-8 may hold a control character: looked for in the bytes, which is much faster than in the text."""
    return len(content.translate(None, _CONTROL_BYTES)) < len(content) or _LATIN_BYTE in content


def format_of(file: str) -> str:
    """What a file's name says of its format: `json` or `yaml`."""
    return "json" if file.endswith(".json") else "yaml"


def layout_of(content: bytes) -> tuple[bool, bool]:
    """Whether a file in UTF-8 has a byte order mark, and whether carriage returns end its lines."""
    return content.startswith(codecs.BOM_UTF8), b"\r" in content and content.count(b"\n") == content.count(b"\r\n")


def data_of(text: str, file: str, format: str) -> Any:
    """The data in a text.

    Raises:
        InputError: the text is not valid YAML or JSON, repeats a key, or is nested too deeply.
    """
    if not text.strip():
        raise InputError(
            Problem(
                "the file is empty", hint="`backprop examples classic` prints one to start from", place=TextPlace(file)
            )
        )
    return (_parse_json if format == "json" else _parse_yaml)(text, file)


def _parse_yaml(text: str, file: str) -> Any:
    return parse_yaml(text, file)


# ── JSON ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _parse_json(text: str, file: str) -> Any:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        mapping = dict(pairs)
        if len(mapping) < len(pairs):
            raise _DuplicateKeyError
        return mapping

    try:
        return json.loads(text, object_pairs_hook=unique, parse_int=integer)
    except json.JSONDecodeError as error:
        place = place_at(file, text, error.lineno, error.colno)
        raise InputError(
            Problem(f"this is not valid JSON: {error.msg[0].lower()}{error.msg[1:]}", place=place)
        ) from None
    except RecursionError:
        raise InputError(Problem("the JSON is nested too deeply", place=TextPlace(file))) from None
    except _DuplicateKeyError:
        _parse_yaml(as_yaml(text), file)
        raise InputError(Problem("a key is given twice", place=TextPlace(file))) from None


class _DuplicateKeyError(Exception):
    pass
