"""The matrix view says what becomes of each matrix, also where a part of the network is frozen."""

from __future__ import annotations

from tests.program import backprop

TWO_LAYERS = """
inputs: [1, 2]
targets: [0]
layers:
  - {weights: [[1, 2], [3, 4]], bias: 0.5}
  - {weights: [[1, 2]], bias: 0.5}
"""


def update(text: str) -> list[str]:
    result = backprop("run", "-", "--view", "matrix", stdin=text)
    assert result.exit_code == 0, result.stderr
    return result.stdout.partition("\nUpdate\n")[2].partition("\n\nLoss\n")[0].splitlines()


def test_what_is_frozen_is_named_and_the_rest_keeps_its_formula() -> None:
    lines = update(f"{TWO_LAYERS}freeze: [b1, w12]\n")
    assert lines[1] == "Frozen, so unchanged: w12, b1."
    formulas = [line.strip() for line in lines if "⁺" in line][1:]
    assert formulas == [
        "W¹⁺   (2 × 2)",
        "b¹⁺   (1 × 1)",
        "W²⁺ = W² − η·∂E/∂W²   (1 × 2)",
        "b²⁺ = b² − η·∂E/∂b²   (1 × 1)",
    ]


def test_nothing_is_called_frozen_where_nothing_is() -> None:
    lines = update(TWO_LAYERS)
    assert not any("rozen" in line for line in lines)
    assert "W¹⁺ = W¹ − η·∂E/∂W¹   (2 × 2)" in [line.strip() for line in lines]
