"""What a page or a picture shows, read back from its markup by the standard library's parser."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import NamedTuple

_VOID = {"meta", "input", "link", "br"}


class Shown(NamedTuple):
    """An element that shows a quantity: its marks, the tag, and its whole text."""

    name: str
    value: float
    of_step: bool
    tag: str
    text: str


@dataclass
class _Open:
    tag: str
    attributes: dict[str, str | None]
    pieces: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[_Open] = []
        self.elements: list[_Open] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = _Open(tag, dict(attrs))
        self.elements.append(element)
        if tag not in _VOID:
            self.stack.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(_Open(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        while self.stack and self.stack.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        for element in self.stack:
            element.pieces.append(data)


def _elements(markup: str) -> list[_Open]:
    reader = _Reader()
    reader.feed(markup)
    return reader.elements


def quantities(markup: str) -> list[Shown]:
    """Every element with a `data-name`."""
    found = []
    for element in _elements(markup):
        name, value = element.attributes.get("data-name"), element.attributes.get("data-value")
        if name is not None:
            assert value is not None, name
            of_step = element.attributes.get("data-of") == "step"
            found.append(Shown(name, float(value), of_step, element.tag, "".join(element.pieces)))
    return found


def texts(markup: str, tag: str) -> list[str]:
    """The whole text of every element of this tag."""
    return ["".join(element.pieces) for element in _elements(markup) if element.tag == tag]


def attributes(markup: str, key: str) -> list[str]:
    """Every value that an attribute has somewhere."""
    return [value for element in _elements(markup) if (value := element.attributes.get(key)) is not None]
