"""The process around the command line: its standard streams, its signals, its exit code, whatever happens and when."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import signal
import sys
from collections.abc import Callable, Iterator
from select import select
from types import FrameType

CLOSED_PIPE = 141
"""The exit code of a program that wrote to a pipe nobody reads: 128 + SIGPIPE."""
INTERRUPTED = 130
LOST_OUTPUT = 2
_NOT_WRITTEN = {
    getattr(errno, name)
    for name in (
        "EPIPE",
        "ENOSPC",
        "EDQUOT",
        "EFBIG",
        "EIO",
        "EBADF",
        "EAGAIN",
        "ENXIO",
        "EPERM",
        "EINVAL",
        "ECONNRESET",
        "ECONNREFUSED",
        "ENOTCONN",
    )
    if hasattr(errno, name)
}
"""What a write to a standard stream fails with."""

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
_received: list[int] = []
"""The signals that have asked this process to end: a library may turn the exception that the first one raised into another."""
LAST_SECONDS = 10.0
"""How long clearing up after a signal may take."""
IMPATIENT = 3
"""The number of signals that end the process where it stands: the first two were swallowed, or the clearing up takes too long."""


class _SignalError(KeyboardInterrupt):
    """A signal asked the program to end; Python's compiler, folding constants, clears all exceptions away but KeyboardInterrupt."""


class StoppedError(BaseException):
    """A signal has asked the program to end, and nobody is to hold that up, nor to say it in words of his own."""


def run_to_exit(command: Callable[[], None]) -> int:
    """Run a command and return the exit code; 0 promises that all its output was taken.

    Ctrl-C ends with 130, SIGTERM with 143, SIGHUP with 129: by an exception, so that files half written are cleared away.
    An exception that has nothing to do with these, nor with a standard stream, is a bug and comes through.
    """
    try:
        prepare_streams()
        _raise_on_signals()
        code = _code_of(command)
        sys.stdout.flush()
        _ignore_signals()
        return code
    except BaseException as error:
        _ignore_signals()
        if _received:
            return _stopped(_received[0])
        if isinstance(error, KeyboardInterrupt | StoppedError):
            return _stopped(signal.SIGINT)  # from the default handler, before these were in place
        if isinstance(error, OSError) and error.errno in _NOT_WRITTEN and error.filename is None:
            return _lost_output(error)
        raise


def _lost_output(error: OSError) -> int:
    discard_output()
    if error.errno == errno.EPIPE:
        return CLOSED_PIPE
    say_at_once(f"error: standard output: cannot be written: {(error.strerror or str(error)).lower()}")
    return LOST_OUTPUT


HELPERS: set[int] = set()
"""Processes that work for this one and are of no use after it."""


def leave(code: int) -> None:
    """End the process at once: all is written, and taking NumPy apart would be felt as much as a small network's run.

    Raises:
        SystemExit: somebody watches the interpreter, who has something to write at its end.
    """
    for helper in HELPERS:
        with contextlib.suppress(OSError):
            os.kill(helper, signal.SIGKILL)
            os.waitpid(helper, 0)
    if _is_watched():
        _handle_signals(signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.exit(code)
    os._exit(code)


def _is_watched() -> bool:
    """Whether a profiler, a debugger or a measurement of coverage is at work, or a prompt is to follow."""
    monitoring = getattr(sys, "monitoring", None)  # from Python 3.12
    tools = map(monitoring.get_tool, range(6)) if monitoring else ()
    return bool(
        sys.flags.inspect or os.environ.get("PYTHONINSPECT") or sys.getprofile() or sys.gettrace() or any(tools)
    )


def prepare_streams() -> None:
    """Give closed standard descriptors a file that takes nothing, and text that cannot be encoded an escape.

    A file opened later would otherwise get the number of a closed descriptor, and what is meant for the terminal with it.
    """
    while (descriptor := os.open(os.devnull, os.O_RDONLY)) <= 2:
        pass
    os.close(descriptor)
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - it lives as long as the process
    if sys.stderr is None:  # Click would take the standard output for it
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


def _raise_on_signals() -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        del frame
        _received.append(number)
        if len(_received) == 1:
            _insist()
            raise KeyboardInterrupt if number == signal.SIGINT else _SignalError
        if len(_received) == IMPATIENT:
            _end_at_once(_received[0])

    _received.clear()
    for number in SIGNALS:
        if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):  # nohup has SIGHUP ignored
            signal.signal(number, stop)

    sys.unraisablehook = _keep_signal


def _insist() -> None:
    """End the process a while after a signal whose exception somebody has swallowed, as a library may that is being loaded."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, lambda *_: _end_at_once(_received[0]))
        signal.setitimer(signal.ITIMER_REAL, LAST_SECONDS)


def _keep_signal(unraisable: sys.UnraisableHookArgs) -> None:
    """A signal that comes while Python calls back from where no exception can leave must not be lost with it."""
    if isinstance(unraisable.exc_value, KeyboardInterrupt):
        _end_at_once(_received[0] if _received else signal.SIGINT)
    sys.__unraisablehook__(unraisable)


def _end_at_once(number: int) -> None:
    """End the process where it stands, without what clears up on the way out."""
    from backprop_cli.files.output import discard_unfinished

    discard_unfinished()
    os._exit(_stopped(number))


def _ignore_signals() -> None:
    """The exit code is known and the output taken: nothing is left to be interrupted but the interpreter's own end."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 0.0)
    _handle_signals(_do_nothing)  # of a signal on its way that is ignored at once, Python would complain
    _handle_signals(signal.SIG_IGN)


def _handle_signals(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
    for number in SIGNALS:
        signal.signal(number, handler)


def _do_nothing(number: int, frame: FrameType | None) -> None:
    """Take a signal and let it be."""


def _code_of(command: Callable[[], None]) -> int:
    """What the command exits with; the libraries under it turn a closed pipe and Ctrl-C into exits of their own."""
    try:
        command()
    except SystemExit as leaving:
        if leaving.code == INTERRUPTED:  # the command has said so itself
            return INTERRUPTED
        for cause in _causes(leaving):
            if isinstance(cause, KeyboardInterrupt | BrokenPipeError):  # as Click found it while it read the arguments
                raise cause from None
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    return 0


def _causes(error: BaseException) -> Iterator[BaseException]:
    while error.__context__ is not None:
        error = error.__context__
        yield error


def _stopped(number: int) -> int:
    """Say that a signal has ended the process, and return its exit code."""
    discard_output()
    say_at_once("interrupted" if number == signal.SIGINT else "terminated")
    return 128 + number


def say_at_once(text: str) -> None:
    """A line on standard error, if that takes it at once: a full pipe must not hold up the process's end."""
    with contextlib.suppress(OSError, ValueError):
        if select([], [2], [], 0)[1]:
            os.write(2, f"{text}\n".encode())
