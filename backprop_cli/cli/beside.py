"""A long network file is read by a process beside this one, which loads its libraries meanwhile: both take about as long."""

from __future__ import annotations

import marshal
import os
import signal
import sys
from collections.abc import Callable

from backprop_cli.cli.process import HELPERS, SIGNALS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from mmap import mmap
    from typing import NoReturn

    from backprop_cli.config.document import Document

LONG = {".json": 200_000, ".yaml": 20_000, ".yml": 20_000}
"""Bytes that take longer to parse than a process takes to make."""
MOST = 50_000_000
"""Of more, the second copy would cost more memory than it saves time."""
GROWTH = 6
"""How many times a file's size its text and data need at most, as they are handed over: a digit and its comma take five bytes."""


def begin_reading(source: str | None) -> Callable[[], Document] | None:
    """Begin to read a long file beside what this process does next; the result is called to end the reading.

    None where there is nothing to gain (a short file, NumPy loaded already, no second core) or no room for a process.
    """
    if source is None or "numpy" in sys.modules or not _has_another_core():
        return None
    least, size = LONG.get(os.path.splitext(source)[1], MOST), _size(source)
    return _begun(source, size) if least <= size <= MOST else None


def _size(source: str) -> int:
    try:
        return os.stat(source).st_size if os.path.isfile(source) else 0
    except (OSError, ValueError):
        return 0


def _has_another_core() -> bool:
    return hasattr(os, "fork") and hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) > 1


def _begun(source: str, size: int) -> Callable[[], Document] | None:
    """Start the process, while this one has a single thread, with memory that both see."""
    from mmap import mmap

    held = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # it must not answer to them as this process does
    try:
        shared = mmap(-1, GROWTH * size)
        helper = os.fork()
        if helper == 0:
            _read_into(shared, source, held)
        HELPERS.add(helper)
    except OSError:
        return None
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
    return lambda: _read(shared, source, helper)


def _read_into(shared: mmap, source: str, held: Iterable[int]) -> NoReturn:
    """Put the document into the memory, and end with 0; a signal or an error ends the process silently."""
    code = 1
    try:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
        from backprop_cli.files import open_document

        read = open_document(source)
        shared.write(marshal.dumps((read.file, read.text, read.format, read.data, read.has_mark, read.is_crlf)))
        code = 0
    finally:
        os._exit(code)


def _read(shared: mmap, source: str, helper: int) -> Document:
    """The document; where the process has failed, the file is read here, to fail here or not.

    Raises:
        InputError: as `open_document` does.
    """
    from backprop_cli.config.document import Document
    from backprop_cli.files import open_document

    _load_arrays()
    _, status = os.waitpid(helper, 0)
    HELPERS.discard(helper)
    with shared:
        return open_document(source) if status else Document(*marshal.loads(shared))


def _load_arrays() -> None:
    from importlib import import_module

    for module in ("numpy", "backprop_cli.engines.array", "backprop_cli.explanation"):
        import_module(module)
