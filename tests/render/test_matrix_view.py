"""The matrix view says what becomes of each matrix, also where a part of the network is frozen."""

from __future__ import annotations

import re

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


def test_the_matrices_hold_what_the_rows_hold() -> None:
    """Targets, the sample's loss, ∂E/∂o with its rule, every local derivative, the closed form, settings."""
    rows = backprop("run", "softmax", "--view", "scalar").stdout
    matrices = backprop("run", "softmax", "--view", "matrix").stdout
    numbers = set(re.findall(r"-?\d\.\d{8}", rows))
    shown = set(re.findall(r"-?\d\.\d{8}", matrices))
    changes = set(re.findall(r"-?\d\.\d{8}", rows.split("Update")[1]))
    assert numbers - changes <= shown
    assert "∂E/∂o = −t/o" in matrices and "δ² = J²ᵀ·∂E/∂o = o − t" in matrices and "E = Σ −t·ln(o)" in matrices
    text = (
        "inputs: [1]\ntargets: [1]\nloss: {huber: {delta: 0.25}}\n"
        "layers: [{activation: {leaky_relu: {slope: 0.125}}, weights: [[-1]]}]\n"
    )
    view = backprop("run", "-", "--view", "matrix", stdin=text).stdout
    assert "f¹ = leaky_relu (slope 0.125)" in view
    assert "0.25" in next(line for line in view.splitlines() if "∂E/∂o =" in line)


def test_a_cut_matrix_says_where_the_rest_is() -> None:
    row = ", ".join(["0.5"] * 20)
    text = f"inputs: [{row}]\ntargets: [1]\nlayers: [{{weights: [[{row}]]}}]\n"
    assert "--view scalar has a row for every number" in backprop("run", "-", "--view", "matrix", stdin=text).stdout
    latex = backprop("run", "-", "--view", "matrix", "-f", "latex", stdin=text).stdout
    assert r"\texttt{-{}-view scalar}" in latex
    assert "--view scalar" not in backprop("run", "classic", "--view", "matrix").stdout
