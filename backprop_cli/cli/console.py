"""Standard output and standard error: what they can show, and what happens when they cannot take it."""

from __future__ import annotations

import codecs
import contextlib
import errno
import os
import shutil
import sys
from collections.abc import Iterable
from typing import NamedTuple

from backprop_cli.cli.pager import page, pager_command, split_screen
from backprop_cli.errors import OutputError, UsageError
from backprop_cli.render.formats.signs import to_ascii

MOST_OF_A_LINE = 1000
"""A longer line of a message is cut: it quotes a name or a value out of somebody's file."""


class ClosedPipeError(Exception):
    """Whoever read standard output has gone away."""


class Console(NamedTuple):
    """The program's two output streams; `is_quiet` keeps notices back, `has_pager` lets long text go through the pager."""

    is_quiet: bool = False
    has_pager: bool = False

    @property
    def is_terminal(self) -> bool:
        """Whether a person is looking at standard output."""
        return sys.stdout.isatty()

    @property
    def width(self) -> int | None:
        """The terminal's width, or None for a pipe, which takes lines of any length."""
        if not self.is_terminal:
            return None
        return max(20, shutil.get_terminal_size().columns)

    @property
    def is_color(self) -> bool:
        """Whether standard output takes colour."""
        return _takes_color(self.is_terminal)

    @property
    def is_ascii(self) -> bool:
        """Whether standard output lacks the characters of mathematics."""
        return not _can_encode(sys.stdout.encoding)

    def require_target(self, output: str | None) -> None:
        """See to it that a whole file is not written on somebody's screen unasked.

        Raises:
            UsageError: there is no `--output`, and standard output is a terminal.
        """
        if output is None and self.is_terminal:
            raise UsageError("say where it goes: --output FILE, or --output - for standard output")

    def write(self, pieces: Iterable[str], encoding: str = "utf-8") -> None:
        """Write a result, piece by piece; machine formats are UTF-8 whatever the locale.

        Raises:
            ClosedPipeError: nobody reads any more.
            OutputError: the output could not take it all.
        """
        try:
            sys.stdout.flush()
            stream = sys.stdout.buffer
            encoder = codecs.getincrementalencoder(encoding)("backslashreplace")
            for piece in pieces:
                stream.write(encoder.encode(piece))
            stream.flush()
        except BrokenPipeError:
            raise ClosedPipeError from None
        except OSError as error:
            if error.errno == errno.EINVAL and os.name == "nt":  # which says so of a closed pipe
                raise ClosedPipeError from None
            raise OutputError(f"standard output: cannot be written: {(error.strerror or str(error)).lower()}") from None

    def write_text(self, pieces: Iterable[str]) -> None:
        """Write a result for people, in the characters that standard output has; on a terminal by the pager if it is long."""
        encoding = "ascii" if self.is_ascii else sys.stdout.encoding
        if self.has_pager and self.is_terminal and (command := pager_command()):
            is_long, pieces = split_screen(pieces)
            if is_long:
                page(command, pieces, encoding)
                return
        self.write(pieces, encoding)

    def notice(self, text: str) -> None:
        """Tell the user something beside the result."""
        if not self.is_quiet:
            say(text)


def say(text: str, start: str = "") -> None:
    """A line on standard error, after a `start` that is written as it is; lost without complaint where there is none."""
    stream = sys.stderr
    if stream is None:
        return
    text = "\n".join(_shortened(line) for line in visible(text).split("\n"))
    put(start + (text if _can_encode(stream.encoding) else to_ascii(text)) + "\n")


def say_error(text: str) -> None:
    """Say what is wrong, after the word `error`, in red where standard error takes colour."""
    is_color = sys.stderr is not None and _takes_color(sys.stderr.isatty())
    say(text, f"{BOLD_RED}error:{PLAIN} " if is_color else "error: ")


BOLD_RED, PLAIN = "\033[1;31m", "\033[0m"


def _takes_color(is_terminal: bool) -> bool:
    """Colour on a terminal, unless NO_COLOR; anywhere with FORCE_COLOR."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return is_terminal and os.environ.get("TERM") != "dumb"


def put(text: str) -> None:
    """Characters on standard error as they are; lost without complaint where nothing takes them."""
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(text)
        sys.stderr.flush()


def _shortened(line: str) -> str:
    return line if len(line) <= MOST_OF_A_LINE else f"{line[: MOST_OF_A_LINE - 60]} … {line[-50:]}"


def visible(text: str) -> str:
    """Text with its control characters spelled out, so that none of them reaches a terminal."""
    return "".join(c if c in "\n\t" or c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _can_encode(encoding: str | None) -> bool:
    try:
        "∂·−⁺²½δ│█".encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
