"""Wrong local derivatives alone, of several units at once: every mistake is tried on them, and none breaks."""

from __future__ import annotations

from typing import Any

import pytest

from backprop_cli import load
from backprop_cli.check.compare import compare
from backprop_cli.check.given import given_numbers
from backprop_cli.check.mistakes.table import mistakes_of
from backprop_cli.check.work import Work
from backprop_cli.training.train import train
from tests.program import backprop

LOCAL = (
    "dz3/da1",
    "dz4/da1",
    "dz4/da2",
    "dz1/dx1",
    "dz2/dx2",
    "do1/dz3",
    "do2/dz4",
    "da1/dz1",
    "da2/dz2",
    "dz3/dw31",
    "dz4/dw42",
)
KEYS: list[dict[str, Any]] = [
    {}, {"momentum": 0.9, "steps": 2}, {"weight_decay": 0.1}, {"penalty": {"l2": 0.1}}, {"reduction": "sum", "batch_size": 1},
]  # fmt: skip


@pytest.mark.parametrize("samples", [1, 2, 3])
@pytest.mark.parametrize("activation", ["sigmoid", "softmax"])
@pytest.mark.parametrize("keys", KEYS, ids=str)
@pytest.mark.parametrize("asked", [LOCAL, LOCAL[:2]], ids=["all", "two"])
def test_every_mistake_can_be_asked_for_them(
    samples: int, activation: str, keys: dict[str, Any], asked: tuple[str, ...]
) -> None:
    setup = load(
        {
            "inputs": [[0.3 + n, 0.7] for n in range(samples)], "targets": [[0.2, 0.8]] * samples,
            "layers": [
                {"activation": "tanh", "weights": [[0.1, 0.4], [0.6, -0.2]], "bias": [0.1, 0.2]},
                {"activation": activation, "weights": [[0.3, -0.5], [0.2, 0.9]], "bias": [0.1, 0.2]},
            ],
            **keys,
        }
    )  # fmt: skip
    comparison = compare(given_numbers([(name, "0.123456") for name in asked]), train(setup), 0)
    assert comparison.unknown == ()
    before = comparison.before
    for made in mistakes_of(before):
        numbers = comparison.selection.of(Work(before, 1, 0, [made.way.change]))
        assert numbers.shape == comparison.expected.shape, made.mistake.id


def test_two_wrong_connections_are_answered() -> None:
    """∂z3/∂a1 is w31 = 0.4, and ∂z4/∂a1 is w32 = 0.5."""
    result = backprop("check", "classic", "--against", "-", "-f", "json", stdin="dz3/da1: 0.7\ndz4/da1: 0.3\n")
    assert result.exit_code == 1
