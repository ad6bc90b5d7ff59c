"""A curve begins with the number that its caption says, or says why it does not."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.program import backprop, run_json

STEPS = 6
SENTENCE = "The curve shows the loss of each step's batch before the step, and last the loss over all samples."
WITHIN_PICTURE = "of each step's batch, last of all samples"
X, T = (0.5, -1.0, 2.0), (0.25, 0.5, -0.125)


def network(size: int | str) -> dict[str, Any]:
    return {
        "inputs": [[x] for x in X], "targets": [[t] for t in T], "batch_size": size, "learning_rate": 0.125,
        "layers": [{"weights": [[0.75]]}],
    }  # fmt: skip


def losses(size: int) -> list[float]:
    """The mean loss of each step's batch before the step, and last that of all samples, worked out by hand."""
    w, found = 0.75, []
    for step in range(STEPS):
        first = step * size % len(X)
        batch = list(zip(X, T, strict=True))[first : first + size]
        found.append(sum(0.5 * (t - w * x) ** 2 for x, t in batch) / len(batch))
        w -= 0.125 * sum((w * x - t) * x for x, t in batch) / len(batch)
    return [*found, sum(0.5 * (t - w * x) ** 2 for x, t in zip(X, T, strict=True)) / len(X)]


@pytest.mark.parametrize("size", [1, 3])
def test_each_output_says_whose_loss_its_curve_shows(size: int) -> None:
    text = json.dumps(network(size))
    known = losses(size)
    document = run_json(network(size), "-n", str(STEPS))
    whole = sum(0.5 * (t - 0.75 * x) ** 2 for x, t in zip(X, T, strict=True)) / len(X)
    assert document["loss_before"] == pytest.approx(whole) and document["loss_after"] == pytest.approx(known[-1])
    is_batched = size < len(X)
    assert (known[0] != pytest.approx(whole)) == is_batched

    terminal = backprop("run", "-", "-n", str(STEPS), stdin=text).stdout
    assert f"E = {whole:.8f} → {known[-1]:.8f} after 6 steps" in terminal
    assert (SENTENCE in " ".join(terminal.split())) == is_batched
    assert (SENTENCE in backprop("run", "-", "-n", str(STEPS), "-f", "markdown", stdin=text).stdout) == is_batched

    picture = backprop("plot", "-", "--what", "loss", "-n", str(STEPS), "-o", "-", stdin=text).stdout
    (label,) = re.findall(r"<title>The loss over 6 steps: from (\S+) to (\S+?)(?:\. .*)?</title>", picture)
    assert [float(number) for number in label] == pytest.approx([known[0], known[-1]], rel=1e-3)
    assert (f">{WITHIN_PICTURE}<" in picture) == is_batched

    page = backprop("report", "-", "-n", str(STEPS), "-o", "-", "-q", stdin=text).stdout
    assert (SENTENCE.replace("'", "&#39;") in page) == is_batched
