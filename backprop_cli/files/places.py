"""Where a value stands: its key path, its place for a message, its span for a rewrite."""

from __future__ import annotations

from typing import NamedTuple

from backprop_cli.errors import TextPlace

Key = tuple[str | int, ...]
"""The way to a value: `("layers", 1, "weights", 0)`."""


class TextSpan(NamedTuple):
    """Where a value stands: its first and past-the-last character, and line and column of the first, from 1."""

    start: int
    end: int
    line: int
    column: int


def place_at(file: str, text: str, line: int, column: int) -> TextPlace:
    """A place with its source line."""
    lines = text.split("\n")
    return TextPlace(file, line, column, lines[line - 1].rstrip("\r") if line <= len(lines) else "")


def format_key(key: Key) -> str:
    """`layers[1].weights[0]`."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in key]
    return "".join(parts).removeprefix(".")
