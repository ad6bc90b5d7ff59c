"""A guard against hangs, no measure of speed: a second of work may take ten under coverage on a busy machine."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

LONG = 60.0


@contextmanager
def no_hang(seconds: float = LONG) -> Iterator[None]:
    """Stop what is done inside once it has kept the processor busy for so many seconds.

    Raises:
        AssertionError: it took longer.
    """

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise AssertionError(f"still busy after {seconds:g} s of processor time")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
