"""From a path, standard input or an example's name to the document of a network."""

from __future__ import annotations

import os
import re
from typing import Any

from backprop_cli.errors import InputError
from backprop_cli.files.document import Document
from backprop_cli.files.edit import data_of, decode, format_of, layout_of
from backprop_cli.files.input import STANDARD_INPUT, read_bytes
from backprop_cli.files.shipped import example_names, example_path


def open_document(source: str) -> Document:
    """The document of a path, `-`, or the name of a built-in example where no such file exists.

    Raises:
        InputError: it cannot be read, or is no YAML or JSON.
    """
    if source != "-" and not os.path.exists(source) and source in example_names():
        source = example_path(source)
    content = read_bytes(source, examples=example_names())
    shown = STANDARD_INPUT if source == "-" else source
    text = decode(content, shown)
    if source == "-" and text.lstrip().startswith("{"):
        format, data = _in_braces(text, shown)
    else:
        format = format_of(source)
        data = data_of(text, shown, format)
    return Document(shown, text, format, data, *layout_of(content))


def _in_braces(text: str, shown: str) -> tuple[str, Any]:
    """The format and the data of a text without a name: JSON, unless it does not begin like that and is none."""
    try:
        return "json", data_of(text, shown, "json")
    except InputError:
        if re.match(_JSON_OBJECT, text):
            raise
    return "yaml", data_of(text, shown, "yaml")


_JSON_OBJECT = r'\s*\{\s*("|\})'
