"""The process around the command line: its standard streams, its signals and its exit code."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import signal
import sys
import time
from collections.abc import Callable
from select import select
from types import FrameType

CLOSED_PIPE = 141
"""The exit code of a program that wrote to a pipe nobody reads: 128 + SIGPIPE."""
INTERRUPTED = 130
"""The exit code of a command that Ctrl-C has ended, and that has said so itself."""
LOST_OUTPUT = 2
"""The exit code where standard output could not take all that was written."""
SAME_WISH = 1.0
"""Seconds in which a second signal says the same as the first, and does not disturb the clearing up."""

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
WRITE_ERRORS = {
    getattr(errno, name)
    for name in ("EPIPE", "ENOSPC", "EDQUOT", "EFBIG", "EIO", "EBADF", "EAGAIN", "ENXIO", "EINVAL", "ECONNRESET")
    if hasattr(errno, name)
}
"""What a write to a standard stream fails with."""


class TerminatedError(KeyboardInterrupt):
    """SIGTERM or SIGHUP. Python's compiler, folding constants, swallows every exception but KeyboardInterrupt."""


def run_to_exit(command: Callable[[], int]) -> int:
    """Run a command and return the process's exit code; 0 promises that all its output was taken.

    Ctrl-C ends with 130, SIGTERM with 143, SIGHUP with 129: by an exception, so that files half written are cleared away.
    An exception that has nothing to do with these, nor with a standard stream, is a bug and comes through.
    """
    received: list[int] = []
    try:
        prepare_streams()
        _raise_on_signals(received)
        code = command()
        sys.stdout.flush()
        _ignore_signals()
        return _stopped(received[0]) if received and code != INTERRUPTED else code
    except BaseException as error:
        _ignore_signals()
        if received or isinstance(error, KeyboardInterrupt):  # a library may have turned the exception into another
            return _stopped(received[0] if received else signal.SIGINT)
        if isinstance(error, OSError) and error.errno in WRITE_ERRORS and error.filename is None:
            return _lost_output(error)
        raise


def prepare_streams() -> None:
    """Give closed standard descriptors a file that takes nothing, and text that cannot be encoded an escape.

    A file opened later would otherwise get the number of a closed descriptor, and what is meant for the terminal with it.
    """
    while (descriptor := os.open(os.devnull, os.O_RDONLY)) <= 2:
        pass
    os.close(descriptor)
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - it lives as long as the process
    if sys.stderr is None:  # Typer would take the standard output for it
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - it lives as long as the process
    if isinstance(sys.stdout, io.TextIOWrapper) and isinstance(sys.stdout.buffer, io.RawIOBase):
        # what an unbuffered stream does not take is lost without a word
        encoding = sys.stdout.encoding
        buffered = io.BufferedWriter(sys.stdout.detach())
        sys.stdout = sys.__stdout__ = io.TextIOWrapper(buffered, encoding, line_buffering=True)  # type: ignore[misc]
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def discard_output() -> None:
    """Point standard output at nothing, so that the interpreter's last flush finds no closed pipe or full disk."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _raise_on_signals(received: list[int]) -> None:
    last = -SAME_WISH

    def stop(number: int, _frame: FrameType | None) -> None:
        nonlocal last
        received.append(number)
        before, last = last, time.monotonic()
        if last - before >= SAME_WISH:
            raise KeyboardInterrupt if number == signal.SIGINT else TerminatedError

    def unraisable(ignored: sys.UnraisableHookArgs) -> None:
        """Python has called back from where no exception can leave: the exit code tells of the signal all the same."""
        if not isinstance(ignored.exc_value, KeyboardInterrupt):
            sys.__unraisablehook__(ignored)

    for number in SIGNALS:
        if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):  # nohup has SIGHUP ignored
            signal.signal(number, stop)
    sys.unraisablehook = unraisable


def _ignore_signals() -> None:
    """The exit code is known and the output taken: nothing is left to be interrupted but the interpreter's own end."""
    for number in SIGNALS:
        signal.signal(number, lambda *_: None)  # of a signal on its way that is ignored at once, Python would complain
        signal.signal(number, signal.SIG_IGN)


def _stopped(number: int) -> int:
    """Say that a signal has ended the process, and return its exit code.

    Where Ctrl-C meets the text of a program (dataclasses are made by `exec`), Python remembers it and under `-m` ends by the
    signal, whatever the exit code, until another such text has run.
    """
    exec("")
    discard_output()
    _say_at_once("interrupted" if number == signal.SIGINT else "terminated")
    return 128 + number


def _lost_output(error: OSError) -> int:
    discard_output()
    if error.errno == errno.EPIPE:
        return CLOSED_PIPE
    _say_at_once(f"error: standard output: cannot be written: {(error.strerror or str(error)).lower()}")
    return LOST_OUTPUT


def _say_at_once(text: str) -> None:
    """A line on standard error, if that takes it at once: a full pipe must not hold up the process's end."""
    with contextlib.suppress(OSError, ValueError):
        if select([], [2], [], 0)[1]:
            os.write(2, f"{text}\n".encode())
