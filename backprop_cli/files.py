"""Files in and out: configs by path, name or standard input, and results that appear whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import select
import sys
from collections.abc import Iterable
from difflib import SequenceMatcher
from itertools import islice
from pathlib import Path
from typing import Any

from backprop_cli.errors import InputError, OutputError, Place, Problem, nearest, suggestion

STANDARD_INPUT = "<stdin>"


def examples_folder() -> Path:
    """Where the built-in examples are: inside the package, or beside it in a source checkout."""
    package = Path(__file__).parent
    inside = package / "configs"
    return inside if inside.is_dir() else package.parent / "configs"


def example_names() -> list[str]:
    """The built-in examples, `classic` first."""
    names = sorted(path.stem for path in examples_folder().glob("*.yaml"))
    return sorted(names, key=lambda name: name != "classic")


def example_path(name: str) -> Path:
    """The file of a built-in example.

    Raises:
        InputError: there is none of this name.
    """
    known = example_names()
    if name not in known:
        raise InputError(Problem(f"there is no built-in example {name!r}" + suggestion(name, known)))
    return examples_folder() / f"{name}.yaml"


MOST_BYTES = 2**30
"""More is not read: what goes on and on, such as `/dev/zero`, would otherwise take all of the machine's memory."""
_PIECE = 2**20


def read_bytes(source: str, limit: int = -1) -> bytes:
    """All of a file, or of standard input where `source` is `-`; no more than `limit` bytes if one is given.

    Raises:
        InputError: it cannot be read; the message says why and what there is.
    """
    is_standard = source == "-"
    if is_standard and (sys.stdin is None or sys.stdin.closed):
        raise InputError(Problem("standard input is closed", place=Place(STANDARD_INPUT)))
    most = MOST_BYTES + 1 if limit < 0 else limit
    shown = STANDARD_INPUT if is_standard else source
    try:
        if is_standard:
            content = _read(getattr(sys.stdin.buffer, "raw", sys.stdin.buffer), most)
        else:
            with open(source, "rb", buffering=0) as file:
                content = _read(file, most)
    except (OSError, ValueError) as error:
        raise InputError(_unreadable(shown, error)) from None
    if len(content) > MOST_BYTES:
        raise InputError(Problem(f"it holds more than {MOST_BYTES:,} bytes, which is too much", place=Place(shown)))
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


def _unreadable(source: str, error: Exception) -> Problem:
    if isinstance(error, FileNotFoundError):
        folder, name = Path(source).parent, Path(source).name
        siblings: list[str] = []
        with contextlib.suppress(OSError):  # a folder may be entered and yet not be listed
            siblings = [path.name for path in islice(folder.iterdir(), MOST_SIBLINGS) if path.is_file()]
        likely = [known for known in (*example_names(), *siblings) if SequenceMatcher(None, name, known).ratio() > 0.75]
        close = nearest(name, likely)
        hint = f"did you mean {close!r}? " if close else ""
        examples = f"built-in examples: {', '.join(example_names())}"
        return Problem("there is no such file", hint=hint + examples, place=Place(source))
    if isinstance(error, IsADirectoryError):
        return Problem("this is a folder, not a file", place=Place(source))
    reason = (getattr(error, "strerror", None) or str(error)).lower()
    return Problem(f"the file cannot be read: {reason}", place=Place(source))


def write_whole(path: str, content: str | bytes | Iterable[str]) -> None:
    """Put a text, bytes, or a text's pieces into a file so that it holds its old content or all of the new, whatever happens.

    A temporary file beside the target is written, synced and renamed over it; a symbolic link is followed, the file's mode
    and owner are kept. What cannot be renamed over is written as it is: a device, a pipe, a file that is open as a stream.

    Raises:
        OutputError: it cannot be written; the old content is still there.
    """
    pieces = [content] if isinstance(content, str | bytes) else content
    data = (piece.encode("utf-8", "backslashreplace") if isinstance(piece, str) else piece for piece in pieces)
    try:
        descriptor = _stream_of(path)
        target = _target_of(path)
        if descriptor is not None:
            _write_through(os.dup(descriptor), data)
        elif target.exists() and not target.is_file():
            _write_through(target, data)
        else:
            _replace(target, data)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OutputError(f"{path}: cannot be written: {reason}") from None


def _target_of(path: str) -> Path:
    """The file at the end of the symbolic links."""
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    if target.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    return target


_STREAM = re.compile(r"/(?:dev|proc/self)/fd/([0-9]+)|/dev/std(in|out|err)")


def _stream_of(path: str) -> int | None:
    """The descriptor that a path stands for: `/dev/fd/3`, `/dev/stdout`, or the file that standard output goes into.

    With a new file renamed over it, what is written to the descriptor before and after would be lost.
    """
    match = _STREAM.fullmatch(path)
    if match is not None:
        return int(match[1]) if match[1] else ("in", "out", "err").index(match[2])
    for descriptor in (1, 2):
        with contextlib.suppress(OSError):
            if os.path.samestat(os.stat(path), os.fstat(descriptor)):
                return descriptor
    return None


def _write_through(target: Path | int, pieces: Iterable[bytes]) -> None:
    with open(target, "wb") as file:
        file.writelines(pieces)


def _replace(target: Path, pieces: Iterable[bytes]) -> None:
    before = target.stat() if target.exists() else None
    if before is not None:
        os.close(os.open(target, os.O_WRONLY))  # a rename would not ask; this says why the file must stay as it is
    mode = 0o666 & ~_umask() if before is None else before.st_mode & 0o7777
    # named before it is there, so that a signal at any moment leaves a name to be cleared away
    temporary = target.with_name(f".backprop-{os.urandom(8).hex()}.tmp")
    try:
        with open(temporary, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.writelines(pieces)
            file.flush()
            if before is not None:
                with contextlib.suppress(OSError):  # only root may give a file away
                    os.fchown(file.fileno(), before.st_uid, before.st_gid)
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
