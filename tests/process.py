"""The program as a process of its own: real streams, real signals, real exit codes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PROGRAM = [sys.executable, "-m", "backprop_cli"]
PLAIN = "inputs: [1]\ntargets: [1]\nlayers: [{weights: [[0.5]]}]\n"


def environment(**changes: str) -> dict[str, str]:
    """This environment with the package in sight, and some variables set."""
    settings = {
        name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")
    }
    return {**settings, "PYTHONPATH": str(ROOT), "PAGER": "cat", **changes}


def run(*args: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """Run `backprop ARGS` to its end; `options` are subprocess's."""
    options = {"capture_output": True, "stdin": subprocess.DEVNULL, "env": environment(), "timeout": 60, **options}
    return subprocess.run([*PROGRAM, *args], **options)


def shell(line: str, **changes: str) -> subprocess.CompletedProcess[bytes]:
    """Run a line of shell in which `backprop` is the program."""
    script = f'set -o pipefail; backprop() {{ "{sys.executable}" -m backprop_cli "$@"; }}; {line}'
    return subprocess.run(
        ["bash", "-c", script], capture_output=True, env=environment(**changes), stdin=subprocess.DEVNULL, timeout=60
    )


@contextmanager
def start(*args: str, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Start `backprop ARGS`; what still runs at the end of a test that failed is killed."""
    streams: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen([*PROGRAM, *args], **(streams | {"env": environment()} | options)) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise
