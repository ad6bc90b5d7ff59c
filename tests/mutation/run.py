"""Run the tests against every mutant: `python -m tests.mutation.run [FILE …]`, from the project's folder.

Each mutant is tried in a process forked from one that has the libraries loaded: first the tests that notice nearly
everything within seconds, then, for what survives these, the comparison with the oracles. Prints the survivors, to be looked
at; the exit code is 1 where less than 95 % are killed.
"""

from __future__ import annotations

import ast
import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import CodeType, ModuleType

import pytest

from tests.mutation.mutants import Mutant, mutants

FILES = tuple(
    f"backprop_cli/{name}.py" for name in ("forward", "backward", "update", "training/train", "derivation/partials")
)
FIRST = (
    "passes/test_published", "training/test_batches", "test_golden", "derivation/test_paths", "functions/test_extreme",
    "passes/test_penalty", "passes/test_one_pass", "cli/test_contract_json",
)  # fmt: skip
THEN = (
    "check/test_numerical",
    "training/test_loops",
    "test_api",
    "files/test_hostile_input",
    "passes/test_against_oracles",
)
OPTIONS = ("-x", "-q", "-p", "no:cacheprovider", "-k", "not compiled")
LIBRARIES = ("numpy", "rich.table", "typer", "yaml")
MOST_SECONDS = 240
WANTED = 0.95


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives a module another code than its file's."""

    def __init__(self, name: str, file: str, code: CodeType) -> None:
        self.name, self.file, self.code = name, file, code

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        del path, target
        return (
            importlib.util.spec_from_file_location(fullname, self.file, loader=self) if fullname == self.name else None
        )

    def exec_module(self, module: ModuleType) -> None:
        exec(self.code, module.__dict__)


def survives(file: str, mutant: Mutant, tests: Sequence[str]) -> bool:
    """Whether all of these tests pass with the mutant in the place of the file."""
    child = os.fork()
    if child == 0:
        signal.alarm(MOST_SECONDS)  # an endless loop is noticed too
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, 1)
        os.dup2(sink, 2)
        name = file.removesuffix(".py").replace("/", ".")
        sys.meta_path.insert(0, _Finder(name, file, compile(mutant.tree, file, "exec")))
        code = 1
        with contextlib.suppress(BaseException):
            code = int(pytest.main([*OPTIONS, *(f"tests/{test}.py" for test in tests)]))
        os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def main(files: Sequence[str]) -> int:
    """Try every mutant of the files."""
    for library in LIBRARIES:
        __import__(library)
    unchanged = Mutant(0, "nothing", ast.parse(Path(files[0]).read_text(encoding="utf-8")))
    if not survives(files[0], unchanged, FIRST):
        print("the tests fail without any mutation", file=sys.stderr)
        return 2
    made = killed = 0
    for file in files:
        for mutant in mutants(Path(file).read_text(encoding="utf-8")):
            made += 1
            if survives(file, mutant, FIRST) and survives(file, mutant, THEN):
                print(f"survived {file}:{mutant.line}: {mutant.change}", flush=True)
            else:
                killed += 1
        print(f"{file}: {killed:,} of {made:,} killed so far", flush=True)
    print(f"killed {killed:,} of {made:,} mutants: {100 * killed / made:.1f} %")
    return 0 if killed >= WANTED * made else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or FILES))
