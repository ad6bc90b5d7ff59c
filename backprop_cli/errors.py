"""One class per kind of trouble; each carries its data and formats itself.

Nothing here prints: the command line catches `BackpropError`, writes `str(error)` to standard error and exits with
`error.exit_code`. Any other exception is a bug of the program and is left to crash loudly.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from rich.cells import cell_len

from backprop_cli.nearest import suggestion

WIDEST_EXCERPT = 100
"""Characters of a source line that are shown of a longer one."""


class BackpropError(Exception):
    """Any trouble that the user can do something about."""

    exit_code = 2


class TextPlace(NamedTuple):
    """A position in a text: `line` and `column` count from 1, `text` is the whole source line."""

    file: str
    line: int | None = None
    column: int | None = None
    text: str | None = None

    def __str__(self) -> str:
        """`file:line:column`, as far as it is known."""
        return ":".join([self.file, *(str(number) for number in (self.line, self.column) if number is not None)])

    def excerpt(self) -> list[str]:
        """The source line and a caret under the place, cut to a readable width around the caret."""
        if self.text is None or self.column is None:
            return []
        start = 0 if len(self.text) <= WIDEST_EXCERPT else max(0, self.column - 60)
        shown = self.text[start : start + WIDEST_EXCERPT].replace("\t", " ")
        return [f"    {shown.rstrip()}", f"    {' ' * cell_len(shown[: self.column - 1 - start])}^"]


class Problem(NamedTuple):
    """One thing that is wrong with an input: where (`key` is a path such as `layers[1].bias`), what, and a hint."""

    message: str
    key: str = ""
    hint: str = ""
    place: TextPlace | None = None

    def __str__(self) -> str:
        """The message in one to four lines: place and key, source line with caret, hint."""
        head = ": ".join(part for part in (str(self.place or ""), self.key, self.message) if part)
        lines = [head, *(self.place.excerpt() if self.place else [])]
        return "\n".join([*lines, f"    hint: {self.hint}"] if self.hint else lines)


class InputError(BackpropError):
    """The input is wrong; all the problems found in it are reported together."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class UnknownNameError(BackpropError):
    """A name was given that nothing in the network bears; the nearest known one is offered."""

    def __init__(self, kind: str, name: str, known: Iterable[str], hint: str = "") -> None:
        self.kind = kind
        self.name = name
        self.known = tuple(known)
        hint = hint or suggestion(name, self.known)
        super().__init__(f"unknown {kind} {name!r}" + (f"\n    hint: {hint}" if hint else ""))


class UsageError(BackpropError):
    """The command was called in a way that makes no sense."""


class OutputError(BackpropError):
    """A result could not be written; whatever the file held before is still there."""


class MissingExtraError(BackpropError):
    """A command needs a library that comes with one of the package's extras, which is not installed."""

    def __init__(self, library: str, extra: str, line: str) -> None:
        self.library = library
        self.extra = extra
        super().__init__(f"{library} is not installed\n    hint: {line}")


class DivergedError(BackpropError):
    """A number left the finite ones: `step` counts from 1, `culprit` names the quantity that went first."""

    exit_code = 1

    def __init__(self, step: int, culprit: str, hint: str, what: str = "the loss") -> None:
        self.step = step
        self.culprit = culprit
        self.hint = hint
        self.what = what
        super().__init__(f"{what} is no longer a finite number at step {step}: {culprit}\n    hint: {hint}")


class InterruptedRunError(BackpropError):
    """The user stopped a run after `made` of its `steps` updates; `reached` is the `Setup` as they left it."""

    exit_code = 130

    def __init__(self, made: int, steps: int, reached: Any) -> None:
        self.made = made
        self.steps = steps
        self.reached = reached
        super().__init__(f"interrupted after step {made:,} of {steps:,}")
