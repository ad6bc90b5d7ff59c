"""Files in: all of what is at a path or on standard input."""

from __future__ import annotations

import contextlib
import select
import sys
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import islice
from pathlib import Path
from typing import Any

from backprop_cli.errors import InputError, Problem, TextPlace
from backprop_cli.nearest import nearest

STANDARD_INPUT = "<stdin>"
MOST_BYTES = 2**30
"""More is not read: what goes on and on, such as `/dev/zero`, would otherwise take all of the machine's memory."""
_PIECE = 2**20


def read_bytes(source: str, limit: int = -1, examples: Sequence[str] = ()) -> bytes:
    """All of a file, or of standard input where `source` is `-`; no more than `limit` bytes if one is given.

    `examples` are names that may be given in place of a file's, for a message to list.

    Raises:
        InputError: it cannot be read; the message says why and what there is.
    """
    is_standard = source == "-"
    if is_standard and (sys.stdin is None or sys.stdin.closed):
        raise InputError(Problem("standard input is closed", place=TextPlace(STANDARD_INPUT)))
    most = MOST_BYTES + 1 if limit < 0 else limit
    shown = STANDARD_INPUT if is_standard else source
    try:
        if is_standard:
            content = _read(getattr(sys.stdin.buffer, "raw", sys.stdin.buffer), most)
        else:
            with open(source, "rb", buffering=0) as file:
                content = _read(file, most)
    except (OSError, ValueError) as error:
        raise InputError(_unreadable(shown, error, examples)) from None
    if len(content) > MOST_BYTES:
        raise InputError(Problem(f"it holds more than {MOST_BYTES:,} bytes, which is too much", place=TextPlace(shown)))
    return content


def _read(stream: Any, most: int) -> bytes:
    """What an unbuffered stream holds, up to `most` bytes."""
    pieces: list[bytes] = []
    size = 0
    while size < most:
        piece = stream.read(min(_PIECE, most - size))
        if piece is None:  # a pipe that was set not to wait for its writer
            select.select([stream], [], [])
            continue
        if not piece:
            break
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)


MOST_SIBLINGS = 10_000
"""So many files of a folder are looked at for a name like the one that is not there."""


def _unreadable(source: str, error: Exception, examples: Sequence[str]) -> Problem:
    if isinstance(error, FileNotFoundError):
        close = _likely(source, examples)
        hints = [f"did you mean {close!r}?"] if close else []
        hints += [f"built-in examples: {', '.join(examples)}"] if examples else []
        return Problem("there is no such file", hint=" ".join(hints), place=TextPlace(source))
    if isinstance(error, IsADirectoryError):
        return Problem("this is a folder, not a file", place=TextPlace(source))
    reason = (getattr(error, "strerror", None) or str(error)).lower()
    return Problem(f"the file cannot be read: {reason}", place=TextPlace(source))


def _likely(source: str, examples: Sequence[str]) -> str | None:
    """What may have been meant by the path of a file that is not there: an example, or a file beside it."""
    path = Path(source)
    siblings: list[str] = []
    with contextlib.suppress(OSError):  # a folder may be entered and yet not be listed
        siblings = [entry.name for entry in islice(path.parent.iterdir(), MOST_SIBLINGS) if entry.is_file()]
    pairs = [*((name, path.stem) for name in examples), *((name, path.name) for name in siblings)]
    return nearest(path.name, [name for name, given in pairs if SequenceMatcher(None, given, name).ratio() > 0.75])
