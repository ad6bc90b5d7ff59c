"""How far a long run has come, on standard error."""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType

from backprop_cli.cli.console import Console, put

PATIENCE = 1.0
"""Seconds before a run is thought long."""


class Progress:
    """A line that appears once a run takes longer than about a second, and is wiped at its end; only for a terminal."""

    def __init__(self, console: Console, total: int, unit: str = "step") -> None:
        self.total = total
        self.unit = unit
        self.is_wanted = not console.is_quiet and _is_screen()
        self.next_time = time.monotonic() + PATIENCE
        self.is_shown = False

    def __enter__(self) -> Progress:
        return self

    def update(self, done: int) -> None:
        """Say that `done` steps are made."""
        if not self.is_wanted or time.monotonic() < self.next_time:
            return
        self.next_time = time.monotonic() + 0.2
        self.is_shown = True
        put(f"\r{self.unit} {done:,} of {self.total:,} ({100 * done // self.total} %)")

    def update_of(self, done: int, total: int) -> None:
        """The same where the total is only known on the way."""
        self.total = total
        self.update(done)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.is_shown:
            put("\r\033[K")


def _is_screen() -> bool:
    """Whether standard error is a terminal that can wipe a line."""
    return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
