"""SVG as an element tree, so that whatever a user named is escaped by the library that writes it."""

from __future__ import annotations

import re
import unicodedata
from importlib.resources import files
from xml.etree import ElementTree

from rich.cells import cell_len

from backprop_cli.render.drawing.drawn_values import shortened
from backprop_cli.render.formats.decimals import trimmed

Element = ElementTree.Element
SHOWN_DIGITS = 4
LONGEST_NAME = 9
LONGEST_NUMBER = 7
"""A longer number is set smaller."""

_INDEXED = re.compile(r"([^\W\d_]+)(\d+(?:_\d+)?)|([^\W\d_])_(\w+)")
_ISOLATE, _END_OF_ISOLATE = "\u2068", "\u2069"


def add(parent: Element, tag: str, attributes: dict[str, str | float | None], text: str | None = None) -> Element:
    """A new last child; an attribute that is None is left out, coordinates are rounded to hundredths."""
    written = {key: _written(value) for key, value in attributes.items() if value is not None}
    child = ElementTree.SubElement(parent, tag, written)
    child.text = text
    return child


def _written(value: str | float | None) -> str:
    return value if isinstance(value, str) else trimmed(f"{value or 0.0:.2f}")


def root(width: float, height: float, label: str, css_class: str, is_standalone: bool) -> Element:
    """An `<svg>` with its text alternative; a standalone one also brings its style and its size."""
    svg = Element(
        "svg", {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {_written(width)} {_written(height)}"}
    )
    svg.set("class", css_class)
    svg.set("role", "img" if is_standalone else "group")
    svg.set("aria-label", label)
    if is_standalone:
        svg.set("width", _written(width))
        svg.set("height", _written(height))
        add(svg, "title", {}, label)
        add(svg, "style", {}, style())
        add(svg, "rect", {"class": "paper", "width": width, "height": height})
    return svg


def style() -> str:
    """The style sheet of all pictures."""
    return (files(__package__) / "picture.css").read_text(encoding="utf-8")


def text_of(svg: Element) -> str:
    """The picture as text."""
    return ElementTree.tostring(svg, encoding="unicode")


def size_of(svg: Element) -> tuple[float, float]:
    """The picture's own width and height, in pixels."""
    width, height = map(float, svg.get("viewBox", "").split()[2:])
    return width, height


def short_number(value: float) -> str:
    """A number as pictures show it: four significant digits."""
    return f"{value + 0.0:.{SHOWN_DIGITS}g}".replace("-", "−")


def add_name(parent: Element, name: str, is_last: bool = False) -> None:
    """A scalar's name within a text, or its end: its letter slanted, its index lowered; other names upright, cut where long."""
    match = _INDEXED.fullmatch(name) if len(name) <= LONGEST_NAME else None
    stem = (match[1] or match[3]) if match else shortened(name, LONGEST_NAME)
    if any(unicodedata.bidirectional(character) in ("R", "AL") for character in stem):
        # or the number after it would be set before it
        stem = f"{_ISOLATE}{stem}{_END_OF_ISOLATE}"
    kind = "letter" if len(stem) == 1 else "word" if cell_len(stem) <= LONGEST_NUMBER else "word long"
    add(parent, "tspan", {"class": kind}, stem)
    if match:
        add(parent, "tspan", {"class": "index", "dy": 3}, (match[2] or match[4]).replace("_", ","))
        if not is_last:
            add(parent, "tspan", {"dy": -3}, "\u200b")


def add_number(parent: Element, name: str, value: float, css_class: str = "number") -> Element:
    """A quantity's number within a text, marked with the quantity's name and its exact value."""
    text = short_number(value)
    kind = css_class if len(text) <= LONGEST_NUMBER else f"{css_class} long"
    return add(parent, "tspan", {"class": kind, "data-name": name, "data-value": repr(value)}, text)
