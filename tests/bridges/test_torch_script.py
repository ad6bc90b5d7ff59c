"""The PyTorch script trains as we do: its losses are ours, in one process and under torchrun."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backprop_cli import load, run
from backprop_cli.bridges.torch_script import torch_script
from tests.bridges.networks import CASES, network
from tests.bridges.scripts import last_loss
from tests.process import environment
from tests.program import backprop

torch = pytest.importorskip("torch")
pytestmark = [pytest.mark.external, pytest.mark.slow]

DIGITS = 1e-11
"""How far PyTorch's losses may be from ours, by the loss's size."""


@pytest.fixture(autouse=True)
def _float32_afterwards() -> Iterator[None]:
    yield
    torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize("case", CASES)
def test_its_last_loss_is_ours(case: str) -> None:
    setup = load(CASES[case])
    assert last_loss(torch_script(setup)) == pytest.approx(run(setup).loss_after, rel=DIGITS, abs=1e-15)


def started(folder: Path, *arguments: str, processes: int = 2) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}", *arguments],
        cwd=folder, env=environment(OMP_NUM_THREADS="1"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def torchrun(folder: Path, *arguments: str, processes: int = 2) -> float:
    launched = started(folder, *arguments, processes=processes)
    stdout, stderr = launched.communicate(timeout=300)
    assert launched.returncode == 0, stderr
    word, number = stdout.splitlines()[-1].split()
    assert word == "loss"
    return float(number)


def exported(data: dict[str, Any], folder: Path) -> None:
    (folder / "net.json").write_text(json.dumps(data), encoding="utf-8")
    result = backprop(
        "export", str(folder / "net.json"), "--to", "pytorch", "--distributed", "-o", str(folder / "train.py")
    )
    assert result.exit_code == 0, result.stderr


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_several_processes_give_the_losses_of_one(processes: int, tmp_path: Path) -> None:
    data = network("tanh", "softmax", "cross_entropy", momentum=0.9, penalty={"l2": 0.01})
    exported(data, tmp_path)
    assert torchrun(tmp_path, "train.py", processes=processes) == pytest.approx(run(load(data)).loss_after, rel=DIGITS)


def test_a_training_that_is_killed_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    data = network("tanh", "sigmoid", "half_squared_error", batch_size=2, shuffle=True, momentum=0.5, steps=100_000)
    exported(data, tmp_path)
    killed = started(tmp_path, "train.py", "--every", "20")
    while not (tmp_path / "checkpoint.pt").exists():
        assert killed.poll() is None, killed.communicate()
        time.sleep(0.05)
    for child in _descendants(killed.pid):
        os.kill(child, signal.SIGKILL)
    killed.communicate()
    reached = torch.load(tmp_path / "checkpoint.pt", weights_only=True)["step"]
    assert reached % 20 == 0
    data["steps"] = reached + 30
    exported(data, tmp_path)
    assert torchrun(tmp_path, "train.py") == pytest.approx(run(load(data)).loss_after, rel=DIGITS)


def _descendants(pid: int) -> list[int]:
    """A process and those that it started, each of which has a session of its own."""
    table = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(child): int(parent) for child, parent in (line.split() for line in table.splitlines())}
    found = [pid]
    while new := [child for child, parent in parents.items() if parent in found and child not in found]:
        found += new
    return found


def test_more_processes_than_samples_of_a_batch_and_a_resumed_checkpoint(tmp_path: Path) -> None:
    data = network("tanh", "sigmoid", "half_squared_error", batch_size=2, shuffle=True, seed=3, momentum=0.5)
    exported({**data, "steps": 7}, tmp_path)
    torchrun(tmp_path, "train.py", "--every", "5", processes=3)
    exported({**data, "steps": 12}, tmp_path)
    resumed = torchrun(tmp_path, "train.py", processes=2)
    assert resumed == pytest.approx(run(load(data)).loss_after, rel=DIGITS)


def test_many_numbers_stand_in_a_file_beside_the_script(tmp_path: Path) -> None:
    rows = [[(7 * i + j) % 11 / 10 - 0.5 for j in range(60)] for i in range(50)]
    data = {"inputs": [0.1] * 60, "targets": [0.5] * 50, "layers": [{"activation": "tanh", "weights": rows}]}
    (tmp_path / "net.json").write_text(json.dumps(data), encoding="utf-8")
    assert "say where with -o" in backprop("export", str(tmp_path / "net.json"), "--to", "pytorch").stderr
    backprop("export", str(tmp_path / "net.json"), "--to", "pytorch", "-o", str(tmp_path / "train.py"))
    printed = subprocess.run([sys.executable, "train.py"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert float(printed.stdout.split()[-1]) == pytest.approx(run(load(data)).loss_after, rel=DIGITS)
