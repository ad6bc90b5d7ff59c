"""The file that a command writes: not over what it reads, nor under a name of another kind of file."""

from __future__ import annotations

import os
from collections.abc import Iterable

from backprop_cli.cli.console import Console
from backprop_cli.errors import UsageError
from backprop_cli.files.output import require_ending, write_whole


def check_target(output: str | None, inputs: Iterable[str], endings: tuple[str, ...] = (), option: str = "-o") -> None:
    """See to it that an output takes the place of none of the files in `inputs`, and that its name says what it is.

    Standard output, a device and a pipe take anything.

    Raises:
        UsageError: the output is one of the inputs, or its name has none of the `endings`.
    """
    if output in (None, "-") or (os.path.exists(str(output)) and not os.path.isfile(str(output))):
        return
    target = str(output)
    for file in inputs:
        if os.path.isfile(file) and os.path.exists(target) and os.path.samefile(file, target):
            raise UsageError(
                f"{option} {target}: this file is read, and would be overwritten\n    hint: choose another name"
            )
    if endings:
        require_ending(target, endings, option)


def deliver(console: Console, output: str | None, content: str | bytes) -> None:
    """Write what a command has made: a text to standard output where no file or `-` is named, else the file, and say so."""
    if isinstance(content, str) and output in (None, "-"):
        console.write([content])
    else:
        write_whole(str(output), content)
        console.notice(f"wrote {output}")
