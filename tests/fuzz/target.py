"""What must hold for any bytes that are given to the program as a network file."""

from __future__ import annotations

import io
import json
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from backprop_cli import config
from backprop_cli.cli.app import app

MOST_SECONDS = 5.0
FORMATS = ("table", "json", "csv", "markdown", "latex")


class _Output(io.TextIOWrapper):
    """A standard stream that keeps what it is given."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", errors="backslashreplace", write_through=True)

    def taken(self) -> str:
        self.flush()
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue().decode("utf-8")


def check(content: bytes, path: Path, choice: int) -> int:
    """Put a file through the program; `choice` picks what is asked of it. Returns the exit code.

    Raises:
        AssertionError: something that must hold does not.
        Exception: whatever the program lets through.
    """
    path.write_bytes(content)
    before = time.process_time()
    code, stdout, stderr = call(*_arguments(path, choice))
    assert time.process_time() - before < MOST_SECONDS, "too slow"
    assert code in (0, 1, 2), f"exit code {code}"
    assert (code == 0) == (stderr == ""), "an error must be told, and nothing else"
    is_file = choice % 8 == 7  # the user's own text again, comments and all
    shown = "" if is_file else stdout
    assert all(c in "\n\t" or c.isprintable() for c in shown + stderr), "an invisible character got through"
    if code == 0 and "json" in _arguments(path, choice):
        json.loads(stdout, parse_constant=_refuse)
    if code == 0 and is_file:
        again = config.read(config.parse(stdout, "written", "yaml"))
        assert again.network.parameter_count > 0
    return code


def _arguments(path: Path, choice: int) -> list[str]:
    asked = choice % 8
    if asked < 5:
        return ["run", str(path), "-n", "1", "-q", "-f", FORMATS[asked], "--rows", "20"]
    if asked == 5:
        return ["run", str(path), "-n", "2", "-q", "--view", "matrix", "--rows", "5"]
    if asked == 6:
        return ["explain", str(path), "-n", "1", "-q", "-w", "W1[1,1]", "--paths"]
    return ["run", str(path), "-n", "1", "-q", "-o", "-"]


def call(*args: str) -> tuple[int, str, str]:
    """Run a command in this process: exit code, standard output, standard error."""
    stdout, stderr = _Output(), _Output()
    code = 0
    with redirect_stdout(stdout), redirect_stderr(stderr):
        try:
            app(list(args), prog_name="backprop")
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else 1
    return code, stdout.taken(), stderr.taken()


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")
