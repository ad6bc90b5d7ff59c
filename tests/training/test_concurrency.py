"""Many processes on one file: it is always somebody's whole result."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from backprop_cli.cli.app import app

PROCESSES = 50


@pytest.mark.slow
def test_fifty_processes_updating_one_file_never_break_it(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text("inputs: [1]\ntargets: [1]\nlayers: [{weights: [[0]]}]\nlearning_rate: 0.5\n")
    children = [_updating(file) for _ in range(PROCESSES)]
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert codes == [0] * PROCESSES
    text = file.read_text()
    assert text.startswith("inputs: [1]\ntargets: [1]\nlayers: [{weights: [[")
    assert text.endswith("]]}]\nlearning_rate: 0.5\n")
    assert [path.name for path in tmp_path.iterdir()] == ["net.yaml"]
    # w <- w - 0.5·(w - 1) halves the way to 1: w = 1 - 2^-k after k updates, of which some may have overtaken others
    weight = float(text.split("[[")[1].split("]]")[0])
    assert weight in [1 - 0.5**count for count in range(1, PROCESSES + 1)]


def _updating(file: Path) -> int:
    """A process, forked from this one, that updates the file; its number."""
    child = os.fork()
    if child == 0:
        code = 99
        try:
            app(["run", str(file), "-i", "-q"], prog_name="backprop")
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        finally:
            os._exit(code)
    return child
