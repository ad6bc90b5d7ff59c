"""Same in, same out: byte for byte across runs, hash seeds, locales and widths, to the last bits across BLAS threads."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path

import pytest

from tests.process import environment, run

NETWORK = """names: {loss: L}
inputs: [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]
targets: [[1], [0], [1]]
layers:
  - {activation: tanh, weights: [{u: 0.1, v: 0.2}, {p: 0.3, q: 0.4}], bias: {c: 0.1}}
  - {activation: sigmoid, weights: [[0.5, -0.5]], bias: [0.1]}
loss: binary_cross_entropy
batch_size: 2
shuffle: true
seed: 3
steps: 5
momentum: 0.5
freeze: [c, "p*"]
"""


@pytest.mark.slow
@pytest.mark.parametrize("options", [("-f", "json"), ("-f", "csv"), ("-o", "-")], ids=lambda options: options[-1])
def test_a_machine_format_depends_on_nothing_but_the_input(tmp_path: Path, options: tuple[str, ...]) -> None:
    (tmp_path / "net.yaml").write_text(NETWORK)
    answers = {
        run("run", str(tmp_path / "net.yaml"), "-q", *options, env=environment(**setting)).stdout
        for setting in (
            {"PYTHONHASHSEED": "0"},
            {"PYTHONHASHSEED": "4242", "COLUMNS": "20", "FORCE_COLOR": "1"},
            {"PYTHONHASHSEED": "1", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"},
        )
    }
    assert len(answers) == 1 and len(answers.pop()) > 100


@pytest.mark.slow
def test_one_or_two_blas_threads_agree_to_the_last_bits(tmp_path: Path) -> None:
    choose = random.Random(5)
    rows = [[choose.uniform(-0.1, 0.1) for _ in range(300)] for _ in range(100)]
    inputs = [[choose.uniform(-1, 1) for _ in range(300)] for _ in range(40)]
    file = {"inputs": inputs, "targets": [[0.5] * 100] * 40, "layers": [{"activation": "tanh", "weights": rows}]}
    (tmp_path / "net.json").write_text(json.dumps(file))
    one, two = (weights_with(tmp_path, threads) for threads in ("1", "2"))
    for row, other in zip(one, two, strict=True):
        assert all(math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-15) for a, b in zip(row, other, strict=True))


def weights_with(folder: Path, threads: str) -> list[list[float]]:
    """The weights after three steps with so many BLAS threads."""
    settings = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), threads)
    output = folder / f"out{threads}.json"
    result = run("run", str(folder / "net.json"), "-n", "3", "-q", "-o", str(output), env=environment(**settings))
    assert result.returncode == 0
    weights: list[list[float]] = json.loads(output.read_text())["layers"][0]["weights"]
    return weights
