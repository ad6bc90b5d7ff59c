"""A long network file is read by a process beside this one, which loads its libraries meanwhile: both take about as long."""

from __future__ import annotations

import marshal
import os
import signal
import sys

from backprop_cli.cli.process import HELPERS, SIGNALS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from mmap import mmap
    from typing import NoReturn

    from backprop_cli.files.document import Document

LONG = {".json": 200_000, ".yaml": 20_000, ".yml": 20_000}
"""Bytes that take longer to parse than a process takes to make."""
MOST = 50_000_000
"""Of more, the second copy would cost more memory than it saves time."""
GROWTH = 6
"""How many times a file's size its text and data need at most, as they are handed over: a digit and its comma take five bytes."""


_readings: dict[str, Callable[[], Document]] = {}
"""The readings begun, by path; each is called to end it."""


def begin_reading(arguments: Sequence[str]) -> None:
    """Begin to read the first long file among a command's arguments beside what this process does next.

    Nothing is begun where nothing is gained (NumPy loaded already, no second core), or where there is no room for a process.
    A file that is not asked for in the end has cost nothing: the process that reads it ends with this one.
    """
    if "numpy" in sys.modules or not _has_another_core():
        return
    source = next(filter(_is_long, arguments), None)
    if source is not None:
        _begin(source)


def read_document(source: str) -> Document:
    """The document of a network file, from the process that has begun to read it if there is one.

    Raises:
        InputError: as `open_document` does.
    """
    if source in _readings:
        return _readings.pop(source)()
    from backprop_cli.files.opening import open_document

    return open_document(source)


def _is_long(source: str) -> bool:
    least = LONG.get(os.path.splitext(source)[1])
    try:
        return least is not None and os.path.isfile(source) and least <= os.stat(source).st_size <= MOST
    except (OSError, ValueError):
        return False


def _has_another_core() -> bool:
    return hasattr(os, "fork") and hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) > 1


def _begin(source: str) -> None:
    """Start the process, while this one has a single thread, with memory that both see."""
    from mmap import mmap

    held = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # it must not answer to them as this process does
    try:
        shared = mmap(-1, GROWTH * os.stat(source).st_size)
        parent, lifeline = os.getpid(), os.pipe()
        try:
            helper = os.fork()
            if helper == 0:
                _read_into(shared, source, held, parent, lifeline)
        except OSError:
            os.close(lifeline[1])
            raise
        finally:
            os.close(lifeline[0])
        HELPERS.add(helper)
        _readings[source] = lambda: _end(shared, source, helper, lifeline[1])
    except OSError:
        return
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)


def _read_into(shared: mmap, source: str, held: Iterable[int], parent: int, lifeline: tuple[int, int]) -> NoReturn:
    """Put the document into the memory, and end with 0; a signal or an error ends the process silently."""
    code = 1
    try:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
        _end_with(parent, *lifeline)
        from backprop_cli.files.edit import data_of, decode, format_of, layout_of
        from backprop_cli.files.input import read_bytes

        content, format = read_bytes(source), format_of(source)
        text = decode(content, source)
        shared.write(marshal.dumps((source, text, format, data_of(text, source, format), *layout_of(content))))
        code = 0
    finally:
        os._exit(code)


def _end_with(parent: int, end_of_child: int, end_of_parent: int) -> None:
    """Have this process ended when its parent is, whatever ends that: nobody holds the other end of the pipe any more."""
    import fcntl

    os.close(end_of_parent)
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(end_of_child, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(end_of_child, fcntl.F_SETFL, os.O_ASYNC)  # SIGIO, which ends whoever does nothing about it
    if os.getppid() != parent:
        os._exit(1)


def _end(shared: mmap, source: str, helper: int, lifeline: int) -> Document:
    """The document; where the process has failed, the file is read here, to fail here or not.

    Raises:
        InputError: as `open_document` does.
    """
    from backprop_cli.files.document import Document
    from backprop_cli.files.opening import open_document

    _load_arrays()
    try:
        _, status = os.waitpid(helper, 0)
    except ChildProcessError:  # where SIGCHLD is ignored nobody learns how a child has ended
        status = 1
    HELPERS.discard(helper)
    os.close(lifeline)
    with shared:
        return open_document(source) if status else Document(*marshal.loads(shared))


def _load_arrays() -> None:
    from importlib import import_module

    for module in ("numpy", "backprop_cli.training.loops.array", "backprop_cli.derivation.explanation"):
        import_module(module)
