"""Files out: a result appears whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from backprop_cli.errors import OutputError, UsageError

PAGE_ENDINGS = (".html", ".htm", ".xhtml")


def require_ending(path: str, endings: tuple[str, ...], option: str) -> None:
    """See to it that a file's name says what it holds.

    Raises:
        UsageError: the name, which `option` gave, has none of the endings.
    """
    if not path.lower().endswith(endings):
        *others, last = endings
        known = f"{', '.join(others)} or {last}" if others else last
        raise UsageError(f"{option} {path}: the name must end in {known}")


def write_whole(path: str, content: str | bytes | Iterable[str]) -> None:
    """Put a text, bytes, or a text's pieces into a file so that it holds its old content or all of the new, whatever happens.

    A temporary file beside the target is written, synced and renamed over it; a symbolic link is followed, the file's mode
    and owner are kept. What cannot be renamed over is written as it is: a device, a pipe, a file that is open as a stream.

    Raises:
        OutputError: it cannot be written; the old content is still there.
    """
    with written(path, content):
        pass


@contextlib.contextmanager
def written(path: str, content: str | bytes | Iterable[str]) -> Iterator[None]:
    """As `write_whole`, but the new content takes the old one's place at the end of the `with`, if that is reached.

    Raises:
        OutputError: it cannot be written; the old content is still there.
    """
    pieces = [content] if isinstance(content, str | bytes) else content
    data = (piece.encode("utf-8", "backslashreplace") if isinstance(piece, str) else piece for piece in pieces)
    with contextlib.ExitStack() as stack:
        try:
            descriptor = _stream_of(path)
            target = _target_of(path)
            if descriptor is not None:
                _write_through(os.dup(descriptor), data)
            elif target.exists() and not target.is_file():
                _write_through(target, data)
            else:
                stack.enter_context(_replaced(target, data))
        except OSError as error:
            raise _unwritable(path, error) from None
        yield
        try:
            stack.close()
        except OSError as error:
            raise _unwritable(path, error) from None


def _unwritable(path: str, error: OSError) -> OutputError:
    return OutputError(f"{path}: cannot be written: {(error.strerror or str(error)).lower()}")


def _target_of(path: str) -> Path:
    """The file at the end of the symbolic links."""
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    if target.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    return target


_STREAM = r"/(?:dev|proc/self)/fd/([0-9]+)|/dev/std(in|out|err)"


def _stream_of(path: str) -> int | None:
    """The descriptor that a path stands for: `/dev/fd/3`, `/dev/stdout`, or the file that standard output goes into.

    With a new file renamed over it, what is written to the descriptor before and after would be lost.
    """
    match = re.fullmatch(_STREAM, path)
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


@contextlib.contextmanager
def _replaced(target: Path, pieces: Iterable[bytes]) -> Iterator[None]:
    """Write a temporary file, and rename it at the end of the `with`."""
    before = target.stat() if target.exists() else None
    if before is not None:
        os.close(os.open(target, os.O_WRONLY))  # a rename would not ask; this says why the file must stay as it is
    mode = 0o666 & ~_umask() if before is None else before.st_mode & 0o7777
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
        yield
        os.replace(temporary, target)
    except BaseException:
        _discard(temporary)
        raise


def _discard(temporary: Path) -> None:
    with contextlib.suppress(OSError):
        os.unlink(temporary)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
