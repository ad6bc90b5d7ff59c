"""How far a long run has come, on standard error."""

from __future__ import annotations

import math
import os
import sys
import time
from types import TracebackType

from backprop_cli.cli.console import Console, put

PATIENCE = 1.0
"""Seconds before a run is thought long."""


PAUSE = 0.2
"""Seconds between two reports."""


class Progress:
    """A line that appears once a run takes longer than about a second, and is wiped at its end; only for a terminal."""

    def __init__(self, console: Console, total: int, unit: str = "step") -> None:
        self.total = total
        self.unit = unit
        self.is_wanted = not console.is_quiet and _is_screen()
        self.start = time.monotonic()
        self.next_time = self.start + PATIENCE
        self.is_shown = False

    def __enter__(self) -> Progress:
        return self

    def update(self, done: int) -> None:
        """Say that `done` steps are made."""
        now = time.monotonic()
        if not self.is_wanted or now < self.next_time:
            return
        self.next_time = now + PAUSE
        self.is_shown = True
        left = (now - self.start) / done * (self.total - done) if done else math.inf
        put(f"\r{self.unit} {done:,} of {self.total:,} ({100 * done // self.total} %){time_left(left)}\033[K")

    def update_of(self, done: int, total: int) -> None:
        """The same where the total is only known on the way."""
        self.total = total
        self.update(done)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.is_shown:
            put("\r\033[K")


def time_left(seconds: float) -> str:
    """`, about 40 s left`, in the unit that suits a rough estimate; nothing where there is none."""
    if math.isinf(seconds):
        return ""
    if seconds < 100:
        return f", about {math.ceil(seconds)} s left"
    return f", about {seconds / 60:.0f} min left" if seconds < 6000 else f", about {seconds / 3600:,.0f} h left"


def _is_screen() -> bool:
    """Whether standard error is a terminal that can wipe a line."""
    return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
