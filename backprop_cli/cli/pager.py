"""Long text on a terminal goes through the user's pager: what `PAGER` names, or `less`."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from typing import IO

LESS = "FRX"
"""What `less` is told where `LESS` is not set: to leave at once what fits, to let colours through, not to clear the screen."""


def pager_command() -> list[str]:
    """The pager's words; none where there is no pager, or the terminal is too simple for one."""
    words = shlex.split(os.environ.get("PAGER", "less"))
    is_there = bool(words) and words != ["cat"] and shutil.which(words[0]) is not None
    return words if is_there and os.environ.get("TERM") != "dumb" else []


def split_screen(pieces: Iterable[str]) -> tuple[bool, Iterator[str]]:
    """Whether the text is longer than the screen, and the whole text again; of a long one no more is read than that."""
    rest, seen, lines = iter(pieces), [], 0
    height = shutil.get_terminal_size().lines
    for piece in rest:
        seen.append(piece)
        lines += piece.count("\n")
        if lines >= height:
            return True, chain(seen, rest)
    return False, iter(seen)


def page(command: list[str], pieces: Iterable[str], encoding: str) -> None:
    """Give the text to the pager, and wait until it is left. Who leaves it early has read enough."""
    sys.stdout.flush()
    environment = {"LESS": LESS, **os.environ}
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment) as process:
        assert process.stdin is not None
        try:
            _feed(process.stdin, pieces, encoding)
            _wait(process)
        except BaseException:
            process.terminate()
            raise


def _feed(stream: IO[bytes], pieces: Iterable[str], encoding: str) -> None:
    try:
        for piece in pieces:
            stream.write(piece.encode(encoding, "backslashreplace"))
    except BrokenPipeError:
        pass
    except KeyboardInterrupt as stop:
        if type(stop) is not KeyboardInterrupt:  # another signal, which ends the pager too
            raise
    with suppress(BrokenPipeError):
        stream.close()


def _wait(process: subprocess.Popen[bytes]) -> None:
    """Until the pager is left: Ctrl-C is its business."""
    while True:
        try:
            process.wait()
        except KeyboardInterrupt as stop:
            if type(stop) is not KeyboardInterrupt:
                raise
        else:
            return
