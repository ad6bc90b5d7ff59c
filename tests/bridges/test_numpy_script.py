"""The NumPy script computes what we compute, and is short enough to be read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from backprop_cli import load, run
from backprop_cli.bridges.numpy_script import numpy_script
from tests.bridges.networks import CASES
from tests.bridges.scripts import last_loss
from tests.program import backprop


@pytest.mark.parametrize("case", CASES)
@pytest.mark.filterwarnings("error")
def test_its_last_loss_is_ours(case: str) -> None:
    setup = load(CASES[case])
    assert last_loss(numpy_script(setup)) == pytest.approx(run(setup).loss_after, rel=1e-11, abs=1e-15)


def test_the_network_of_the_textbooks_takes_thirty_lines() -> None:
    code = numpy_script(load("classic")).text.partition('\n"""\n')[2]
    lines = [line for line in code.splitlines() if line.strip()]
    assert len(lines) <= 32
    assert "    delta1 = delta2 @ W2 * (a1 * (1 - a1))" in lines


def test_many_numbers_stand_beside_it(tmp_path: Path) -> None:
    rows = [[(3 * i + 5 * j) % 7 / 10 - 0.3 for j in range(60)] for i in range(50)]
    data = {"inputs": [0.1] * 60, "targets": [0.5] * 50, "layers": [{"activation": "tanh", "weights": rows}]}
    (tmp_path / "net.json").write_text(json.dumps(data), encoding="utf-8")
    backprop("export", str(tmp_path / "net.json"), "--to", "numpy", "-o", str(tmp_path / "train.py"))
    printed = subprocess.run([sys.executable, "train.py"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert float(printed.stdout.split()[-1]) == pytest.approx(run(load(data)).loss_after, rel=1e-12)
