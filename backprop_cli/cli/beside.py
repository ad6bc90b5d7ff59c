"""A long network file is parsed by a process beside this one, which loads NumPy meanwhile: both take about as long."""

from __future__ import annotations

import marshal
import os
import signal
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any, NoReturn

from backprop_cli.cli.process import SIGNALS
from backprop_cli.config import Document, parse

LONG = {"json": 200_000, "yaml": 20_000}
"""Characters that take longer to parse than a process takes to make."""
MOST = 50_000_000
"""Of more, the second copy would cost more memory than it saves time."""


def parse_beside(text: str, file: str, format: str) -> Document:
    """`config.parse`, done beside the loading of NumPy where that saves time.

    Raises:
        InputError: as `config.parse` does.
    """
    if LONG[format] <= len(text) <= MOST and "numpy" not in sys.modules and _has_another_core():
        answer = _beside(lambda: parse(text, file, format).data, _load_arrays)
        if answer is not None:
            return Document(file, text, format, marshal.loads(answer))
    return parse(text, file, format)


def _has_another_core() -> bool:
    return hasattr(os, "fork") and hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) > 1


def _load_arrays() -> None:
    for module in ("numpy", "backprop_cli.engines.array", "backprop_cli.explanation"):
        import_module(module)


def _beside(work: Callable[[], Any], meanwhile: Callable[[], None]) -> bytes | None:
    """What a child process makes of `work`, marshalled; None where it fails, so that it is done here, to fail here or not.

    There is one thread so far, so that a fork is safe.
    """
    source, sink = os.pipe()
    held = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # the child must not answer to them as this process does
    try:
        child = os.fork()
        if child == 0:
            os.close(source)  # so that writing fails once the parent is gone
            _answer(work, sink, held)
    except OSError:
        os.close(source)
        return None
    finally:
        os.close(sink)
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
    try:
        with open(source, "rb") as pipe:
            meanwhile()
            answer = pipe.read()
    except BaseException:
        os.kill(child, signal.SIGKILL)
        raise
    _, status = os.waitpid(child, 0)
    return answer if status == 0 else None


def _answer(work: Callable[[], Any], sink: int, held: Iterable[int]) -> NoReturn:
    """Write what the work gives, and end; a signal or an error ends it silently."""
    code = 1
    try:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
        with open(sink, "wb") as pipe:
            pipe.write(marshal.dumps(work()))
        code = 0
    finally:
        os._exit(code)
