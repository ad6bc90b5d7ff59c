"""Files in and out: configs by path, name or standard input, and results that appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable

from backprop_cli.errors import InputError, OutputError, Place, Problem, nearest, suggestion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

STANDARD_INPUT = "<stdin>"


def examples_folder() -> str:
    """Where the built-in examples are: inside the package, or beside it in a source checkout."""
    package = os.path.dirname(os.path.abspath(__file__))
    inside = os.path.join(package, "configs")
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(package), "configs")


def example_names() -> list[str]:
    """The built-in examples, `classic` first."""
    names = (name.removesuffix(".yaml") for name in os.listdir(examples_folder()) if name.endswith(".yaml"))
    return sorted(names, key=lambda name: (name != "classic", name))


def example_path(name: str) -> str:
    """The file of a built-in example.

    Raises:
        InputError: there is none of this name.
    """
    known = example_names()
    if name not in known:
        raise InputError(Problem(f"there is no built-in example {name!r}" + suggestion(name, known)))
    return os.path.join(examples_folder(), f"{name}.yaml")


def read_bytes(source: str, limit: int = -1) -> bytes:
    """All of a file, or of standard input where `source` is `-`; of that no more than `limit` bytes if one is given.

    Raises:
        InputError: it cannot be read; the message says why and what there is.
    """
    if source == "-":
        if sys.stdin is None or sys.stdin.closed:
            raise InputError(Problem("standard input is closed", place=Place(STANDARD_INPUT)))
        return sys.stdin.buffer.read(limit)
    try:
        with open(source, "rb") as file:
            return file.read()
    except (OSError, ValueError) as error:
        raise InputError(_unreadable(source, error)) from None


def _unreadable(source: str, error: Exception) -> Problem:
    place = Place(source)
    if isinstance(error, FileNotFoundError):
        from difflib import SequenceMatcher
        from pathlib import Path

        folder, name = Path(source).parent, Path(source).name
        siblings = [path.name for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
        likely = [known for known in (*example_names(), *siblings) if SequenceMatcher(None, name, known).ratio() > 0.75]
        close = nearest(name, likely)
        hint = f"did you mean {close!r}? " if close else ""
        examples = f"built-in examples: {', '.join(example_names())}"
        return Problem("there is no such file", hint=hint + examples, place=place)
    if isinstance(error, IsADirectoryError):
        return Problem("this is a folder, not a file", place=place)
    reason = (getattr(error, "strerror", None) or str(error)).lower()
    return Problem(f"the file cannot be read: {reason}", place=place)


def write_whole(path: str, content: str | bytes | Iterable[str]) -> None:
    """Put a text, bytes, or a text's pieces into a file so that it holds its old content or all of the new, whatever happens.

    A temporary file beside the target is written, synced and renamed over it; a symbolic link is followed, the file's mode
    is kept.

    Raises:
        OutputError: it cannot be written; the old content is still there.
    """
    from pathlib import Path

    target = Path(os.path.realpath(path))
    pieces = [content] if isinstance(content, str | bytes) else content
    data = (piece.encode("utf-8") if isinstance(piece, str) else piece for piece in pieces)
    try:
        if target.is_dir():
            raise IsADirectoryError(21, "it is a folder")
        if target.exists() and not target.is_file():
            with target.open("wb") as file:  # a device or a pipe cannot be renamed over
                file.writelines(data)
            return
        _replace(target, data)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OutputError(f"{path}: cannot be written: {reason}") from None


def _replace(target: Path, pieces: Iterable[bytes]) -> None:
    mode = target.stat().st_mode & 0o7777 if target.exists() else 0o666 & ~_umask()
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(13, "permission denied")
    import tempfile

    descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(pieces)
            file.flush()
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
