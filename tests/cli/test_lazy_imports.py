"""A command loads what it needs: Tab and `--version` no arrays, a table in a pipe no Rich, and only `chain` sympy."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from backprop_cli.cli.app import EXAMPLES, PLACES

HEAVY = {"numpy", "rich.table", "yaml", "sympy", "numba"}

PROBE = """
import atexit, sys
from backprop_cli.__main__ import main
atexit.register(lambda: print(*{heavy!r} & set(sys.modules), file=sys.stderr))
sys.argv[1:] = {arguments!r}
main()
"""


def loaded(*arguments: str, **environment: str) -> set[str]:
    """The heavy libraries that a command has loaded when it is done."""
    process = subprocess.run(
        [sys.executable, "-c", PROBE.format(arguments=list(arguments), heavy=HEAVY)],
        env={**os.environ, **environment}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert process.stdout
    return set(process.stderr.split())


def test_the_version_loads_nothing_but_typer() -> None:
    assert loaded("--version") == set()


@pytest.mark.parametrize("line", ["backprop run --", "backprop explain --format ", "backprop run "])
def test_completion_loads_nothing_but_typer(line: str) -> None:
    at = str(len(line.split()) - (not line.endswith(" ")))
    assert loaded(_BACKPROP_COMPLETE="complete_bash", COMP_WORDS=line, COMP_CWORD=at) == set()


@pytest.mark.parametrize("arguments", [("--help",), ("run", "--help"), ("chain", "--help")])
def test_help_needs_no_arrays(arguments: tuple[str, ...]) -> None:
    assert loaded(*arguments) <= {"rich.table"}


def test_a_table_in_a_pipe_loads_no_rich_and_no_sympy() -> None:
    assert not loaded("run", "classic") & {"rich.table", "sympy", "numba"}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_commands_declaration_loads_no_arrays(name: str) -> None:
    script = f"import sys, backprop_cli.cli.{PLACES.get(name, (name,))[0]}; print(*{HEAVY!r} & set(sys.modules))"
    process = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert process.stdout == "\n"
