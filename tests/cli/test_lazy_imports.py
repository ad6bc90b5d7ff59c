"""What is asked for most often loads least."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

LIBRARIES = {"numpy", "rich", "yaml", "sympy", "typer", "pydantic", "numba"}

PROBE = """
import sys
from backprop_cli.__main__ import command_line
from backprop_cli.cli.process import run_to_exit
run_to_exit(lambda: command_line({arguments!r}))
print(*{libraries!r} & set(sys.modules), *(["rich.table"] if "rich.table" in sys.modules else []), file=sys.stderr)
"""


def loaded(*arguments: str, **environment: str) -> set[str]:
    """The libraries that a command has loaded when it is done."""
    process = subprocess.run(
        [sys.executable, "-c", PROBE.format(arguments=list(arguments), libraries=LIBRARIES)],
        env={**os.environ, **environment}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert process.stdout
    return set(process.stderr.split())


def test_the_version_loads_nothing() -> None:
    assert loaded("--version") == set()


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_completion_loads_nothing(shell: str) -> None:
    words = {"COMP_WORDS": "backprop run --", "COMP_CWORD": "2", "_TYPER_COMPLETE_ARGS": "backprop run --"}
    assert loaded(_BACKPROP_COMPLETE=f"complete_{shell}", **words) == set()


@pytest.mark.parametrize("arguments", [("--help",), ("run", "--help"), ("explain", "--help")])
def test_help_needs_neither_arrays_nor_tables(arguments: tuple[str, ...]) -> None:
    assert not loaded(*arguments) & {"numpy", "rich.table", "yaml", "sympy", "numba"}


SMALL = [
    ("run", "classic"),
    ("run", "xor", "-n", "50", "-f", "json", "--lr", "0.1"),
    ("run", "softmax", "-f", "csv"),
    ("explain", "mazur", "--weight", "w1", "--paths"),
]


@pytest.mark.parametrize("arguments", SMALL)
def test_a_small_network_is_worked_through_in_plain_python(arguments: tuple[str, ...]) -> None:
    assert loaded(*arguments) == {"yaml"}


def test_json_needs_no_yaml(tmp_path: Path) -> None:
    file = tmp_path / "net.json"
    file.write_text(
        '{"inputs": [0.5], "targets": [1], "layers": [{"activation": "tanh", "weights": [[0.5]], "bias": 0.1}]}'
    )
    assert loaded("run", str(file)) == set()
