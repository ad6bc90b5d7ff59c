"""A network file as it was read: its text, its data, and the place of any value in that text.

Places are only worked out when an error message or a rewrite needs them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from backprop_cli.errors import TextPlace
from backprop_cli.files.edit import data_of
from backprop_cli.files.locating import find_alias, locate
from backprop_cli.files.places import Key, TextSpan, place_at
from backprop_cli.functions.numeric import Array


@dataclass(frozen=True)
class Document:
    """A file's text, its format (`yaml` or `json`), and its data: dicts, lists, strings, numbers, booleans, None.

    The text has neither the byte order mark nor the carriage returns that the file may have: `has_mark`, `is_crlf`.
    """

    file: str
    text: str
    format: str
    data: Any
    has_mark: bool = False
    is_crlf: bool = False
    given: dict[str, Any] = field(default_factory=dict)
    """What the file says of its data where that stands in other files, by its keys."""
    notes: tuple[str, ...] = ()
    """What was done to the data on the way in, for the user to see."""
    data_files: tuple[str, ...] = ()
    """The files that its samples were read from."""
    weight_files: tuple[str, ...] = ()
    """The files that its weights were read from."""
    scales: tuple[tuple[float, float], ...] = ()
    """The mean and the deviation of each input that were taken out of the data, where they were."""
    given_inputs: Array | None = field(default=None, compare=False)
    """The inputs as they were given, samples × inputs, where these were taken out."""

    @property
    def files(self) -> tuple[str, ...]:
        """All the files that were read."""
        return (self.file, *self.data_files, *self.weight_files)

    def file_text(self, text: str) -> str:
        """A text in place of the document's own, as it stands in a file."""
        return "\ufeff" * self.has_mark + (text.replace("\n", "\r\n") if self.is_crlf else text)

    @cached_property
    def _spans(self) -> dict[Key, tuple[TextSpan, TextSpan | None]]:
        return locate(self.text)

    def span(self, key: Key) -> TextSpan | None:
        """Where the value at `key` stands."""
        found = self._spans.get(key)
        return found[0] if found else None

    def place(self, key: Key, of_name: bool = False) -> TextPlace:
        """The place of a value, or of its key where `of_name`; of the nearest container where it has none."""
        while key and key not in self._spans:
            key, of_name = key[:-1], False
        value, name = self._spans.get(key, (TextSpan(0, 0, 1, 1), None))
        span = name if of_name and name else value
        return place_at(self.file, self.text, span.line, span.column)

    @cached_property
    def has_aliases(self) -> bool:
        """Whether one piece of the text stands for several values, so that it cannot be rewritten in place."""
        return find_alias(self.text)


def parse(text: str, file: str, format: str) -> Document:
    """The document in a text.

    Raises:
        InputError: the text is not valid YAML or JSON, repeats a key, or is nested too deeply.
    """
    return Document(file, text, format, data_of(text, file, format))
