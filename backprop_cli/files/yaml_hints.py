"""What is wrong where a text is no YAML, in a sentence that fits the mistake and at the line that it is on.

PyYAML notices most mistakes later than they were made, and says what its grammar lacks. Here the lines up to that place are
searched for the mistakes that people make.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple


class YamlSlip(NamedTuple):
    """A mistake: where it is, `line` and `column` from 1, what it is, and what to write instead."""

    line: int
    column: int
    message: str
    hint: str


class Failure(NamedTuple):
    """A text in `lines`, and where (from 0) and why PyYAML could not go on."""

    lines: list[str]
    line: int
    column: int
    reason: str

    @property
    def shown(self) -> str:
        """The line on which it stopped."""
        return self.lines[self.line] if self.line < len(self.lines) else ""


MOST_SEARCHED = 1_000_000
"""Characters of a text that is searched for mistakes: longer ones no person has typed."""


def find_slip(failure: Failure) -> YamlSlip | None:
    """The mistake that made the text no YAML, if it is one of those that people make."""
    if sum(map(len, failure.lines)) > MOST_SEARCHED:
        return None
    return next((slip for search in _SEARCHES if (slip := search(failure))), None)


_KEY = r"(?P<indent>[ ]*(?:-[ ]+)*)(?P<key>[A-Za-z_]\w*)[ ]*:(?=\s|$)"
_KEY_WITHOUT_SPACE = r"[ ]*(?:-[ ]+)*(?P<key>[A-Za-z_]\w*):(?=[^\s:/])"
_KEY_WITHOUT_COLON = r"[ ]*(?:-[ ]+)*(?P<key>[A-Za-z_]\w*)[ ]+(?=\S)."
_KEY_WITH_EQUALS = r"[ ]*(?:-[ ]+)*(?P<key>[A-Za-z_]\w*)[ ]*=[ ]*(?=\S)"
_ITEM = r"(?P<indent>[ ]*)-[ ]+"
_PLAIN_VALUE = r"""[ ]*(?:-[ ]+)*[A-Za-z_]\w*[ ]*:[ ]+(?P<value>[^\s'"\[{#&*!|>%@`].*)"""


def _tab(failure: Failure) -> YamlSlip | None:
    indent = re.match(r"\s*", failure.shown)
    column = indent[0].find("\t") if indent else -1
    if column < 0:
        return None
    return YamlSlip(failure.line + 1, column + 1, "a tab cannot indent a line", "indent with spaces")


def _missing_space(failure: Failure) -> YamlSlip | None:
    for number, line in _lines_before(failure):
        match = re.match(_KEY_WITHOUT_SPACE, line)
        if match:
            written = f"{match['key']}: {line[match.end() :].strip()}"
            message = f"a space is missing after the colon of {match['key']!r}"
            return YamlSlip(number + 1, match.end(), message, f"write {written}")
    return None


def _missing_space_in_flow(failure: Failure) -> YamlSlip | None:
    match = re.search(r"(\w+):(?=\S)", failure.shown) if "unexpected ':'" in failure.reason else None
    if match is None:
        return None
    message = f"a space is missing after the colon of {match[1]!r}"
    return YamlSlip(failure.line + 1, match.end(), message, f"write {match[0]} and a space")


def _missing_space_after_dash(failure: Failure) -> YamlSlip | None:
    match = re.match(r"[ ]*-(?=[A-Za-z_\[{\"'])", failure.shown)
    if match is None:
        return None
    rest = failure.shown[match.end() :].strip()
    return YamlSlip(failure.line + 1, match.end(), "a space is missing after the dash", f"write - {rest}")


def _missing_line_end(failure: Failure) -> YamlSlip | None:
    before, after = failure.shown[: failure.column].rstrip(), failure.shown[failure.column :]
    if not before.endswith(("]", "}")) or not re.match(_KEY, after):
        return None
    return YamlSlip(
        failure.line + 1, failure.column + 1, "a new key needs a line of its own", f"begin a line before {after}"
    )


def _equals(failure: Failure) -> YamlSlip | None:
    for number, line in _lines_before(failure):
        match = re.match(_KEY_WITH_EQUALS, line)
        if match:
            written = f"{match['key']}: {line[match.end() :].strip()}"
            return YamlSlip(number + 1, line.index("=") + 1, "a key is followed by a colon", f"write {written}")
    return None


def _missing_colon(failure: Failure) -> YamlSlip | None:
    if "':'" not in failure.reason and "mapping values" not in failure.reason:
        return None
    for number, line in _lines_before(failure):
        match = re.match(_KEY_WITHOUT_COLON, line)
        if match and ":" not in line and line[match.end() - 1] not in "-?":
            written = f"{match['key']}: {line[match.end() - 1 :].strip()}"
            return YamlSlip(
                number + 1, match.end("key") + 1, f"a colon is missing after {match['key']!r}", f"write {written}"
            )
    return None


def _brackets(failure: Failure) -> YamlSlip | None:
    if "flow" not in failure.reason:
        return None
    at = failure.shown[failure.column : failure.column + 1]
    before = failure.shown[: failure.column].rstrip()
    if at and at in "[{\"'" and before and before[-1] in "]}\"'0123456789":
        return YamlSlip(
            failure.line + 1, failure.column + 1, "a comma is missing before this", f"write {before[-1]}, {at}"
        )
    opened = _open_brackets(failure)
    if not opened:
        return None
    line, column, bracket = opened[-1]
    closing = "]" if bracket == "[" else "}"
    if at and at in "]}" and at != closing:
        message = f"{at} cannot close the {bracket} that was opened before"
        return YamlSlip(failure.line + 1, failure.column + 1, message, f"write {closing} in its place")
    where = "on this line" if failure.line <= line else f"before line {failure.line + 1}"
    return YamlSlip(line + 1, column + 1, f"this {bracket} is never closed", f"a {closing} is missing, {where} perhaps")


def _needless_bracket(failure: Failure) -> YamlSlip | None:
    at = failure.shown[failure.column : failure.column + 1]
    if not at or at not in "]}":
        return None
    return YamlSlip(failure.line + 1, failure.column + 1, f"there is one {at} too many", "leave it out")


def _quotes(failure: Failure) -> YamlSlip | None:
    if "quoted scalar" not in failure.reason or "end of stream" not in failure.reason:
        return None
    for number, line in _lines_before(failure):
        for sign in "\"'":
            if line.count(sign) % 2:
                message = f"the text that begins with {sign} is never closed"
                return YamlSlip(number + 1, line.rindex(sign) + 1, message, f"a {sign} is missing at its end")
    return None


def _colon_in_text(failure: Failure) -> YamlSlip | None:
    match = re.match(_PLAIN_VALUE, failure.shown)
    if "mapping values" not in failure.reason or match is None or ": " not in match["value"]:
        return None
    value = match["value"].strip()
    written = f"{failure.shown[: match.start('value')].strip()} " + ("'{}'" if '"' in value else '"{}"').format(value)
    return YamlSlip(failure.line + 1, failure.column + 1, "a text with a colon in it needs quotes", f"write {written}")


def _first_sign(failure: Failure) -> YamlSlip | None:
    text = failure.shown[failure.column :]
    if "alias" in failure.reason or "anchor" in failure.reason:
        column = max(failure.shown.rfind(sign, 0, failure.column + 1) for sign in "*&")
        text = failure.shown[column:]
    else:
        column = failure.column
    is_dash = text.startswith("- ") and failure.shown[:column].strip() not in ("", "-")
    if not failure.shown[:column].strip() or not text or not (text[0] in "@`%*&" or is_dash):
        return None
    return YamlSlip(
        failure.line + 1, column + 1, f"a text that begins with {text[0]} needs quotes", f'write "{text.strip(", ]")}"'
    )


def _indentation(failure: Failure) -> YamlSlip | None:
    here = _start_of(failure.shown)
    if here is None:
        return None
    column, _ = here
    neighbours = [
        (abs(found[0] - column), -number, found)
        for number, line in enumerate(failure.lines[: failure.line])
        if (found := _start_of(line)) and found[0] != column
    ]
    if not neighbours:
        return None
    _, number, (wanted, name) = min(neighbours)
    hint = f"begin it in column {wanted + 1}, as {name} of line {1 - number}, if it belongs with that"
    return YamlSlip(failure.line + 1, column + 1, "the indentation of this line fits no line above it", hint)


_SEARCHES: tuple[Callable[[Failure], YamlSlip | None], ...] = (
    _tab, _missing_space, _missing_space_in_flow, _missing_space_after_dash, _missing_line_end, _equals,
    _missing_colon, _brackets, _quotes, _colon_in_text, _first_sign, _needless_bracket, _indentation,
)  # fmt: skip
"""In this order: what is on an earlier line comes before what PyYAML makes of the line on which it stopped."""


def _lines_before(failure: Failure) -> Iterator[tuple[int, str]]:
    """The line on which PyYAML stopped and those before it, nearest first, without comments."""
    for number in range(min(failure.line, len(failure.lines) - 1), -1, -1):
        yield number, failure.lines[number].partition(" #")[0]


def _start_of(line: str) -> tuple[int, str] | None:
    """The column (from 0) in which a line's key or dash begins, and what it is; None of a line without any."""
    item = re.match(_ITEM, line)
    key = re.match(_KEY, line)
    if item:
        # the key after a dash is what a following line's key stands under
        return (len(key["indent"]), repr(key["key"])) if key else (len(item["indent"]), "the dash")
    return (len(key["indent"]), repr(key["key"])) if key else None


def _open_brackets(failure: Failure) -> list[tuple[int, int, str]]:
    """The brackets, outside of texts and comments, that are open where PyYAML stopped: line and column from 0, and which."""
    opened: list[tuple[int, int, str]] = []
    quote = ""
    for number, line in enumerate(failure.lines[: failure.line + 1]):
        end = failure.column if number == failure.line else len(line)
        for column, sign in enumerate(line[:end]):
            if quote:
                quote = "" if sign == quote else quote
            elif sign == "#" and (column == 0 or line[column - 1].isspace()):
                break
            elif sign in "\"'" and line[:column].rstrip()[-1:] in ("", ":", "[", "{", ",", "-"):
                quote = sign
            elif sign in "[{":
                opened.append((number, column, sign))
            elif sign in "]}" and opened:
                opened.pop()
    return opened
