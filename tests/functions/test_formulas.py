"""The formulas of functions and losses say what is computed: as they are shown, and as the loop is printed from them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from backprop_cli.formula.assignments import block, python_lines
from backprop_cli.formula.evaluate import evaluate
from backprop_cli.formula.texts import formula
from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.functions.collapse import collapse_of
from backprop_cli.functions.losses import LOSSES

ELEMENTWISE = [name for name, entry in ACTIVATIONS.items() if entry.is_elementwise]
NET_INPUTS = [-1000.0, -36.0, -5.5, -2.6, -1.0, -0.25, 0.0, 0.25, 1.0, 2.4, 3.0, 4.9, 5.5, 30.0, 1000.0]
PAIRS = [(t, o) for t in (-1.0, 0.0, 0.3, 1.0) for o in (-2.0, 0.0, 1e-9, 0.25, 0.3, 0.5, 1.0, 3.0)]


def run(lines: list[str], values: dict[str, float]) -> dict[str, Any]:
    names: dict[str, Any] = {**vars(math), **values}
    exec("\n".join(lines), names)
    return names


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_the_formulas_shown_are_the_value_and_the_slope(name: str) -> None:
    activation = ACTIVATIONS[name]
    for z in (-3.7, -0.9, 0.45, 2.2):
        a = float(activation.value(np.asarray(z)))
        values = {"z": z, "a": a} | activation.setting_values()
        assert evaluate(formula(activation.definition), values) == pytest.approx(a, rel=1e-12)
        slope = float(activation.slope(np.asarray(z), np.asarray(a)))
        assert evaluate(formula(activation.slope_formula), values) == pytest.approx(slope, rel=1e-11)
        if activation.slope_in_a:
            assert evaluate(formula(activation.slope_in_a), {"a": a}) == pytest.approx(slope, rel=1e-11)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_the_lines_of_an_activation_compute_what_the_arrays_do(name: str) -> None:
    activation = ACTIVATIONS[name]
    statements = block(activation.lines, tuple(activation.setting_values().items()))
    lines = python_lines(statements, {"z": "z", "a": "a", "s": "s"})
    z = np.array(NET_INPUTS)
    a = activation.value(z)
    found = [run(lines, {"z": one, "s": 1.0}) for one in NET_INPUTS]
    np.testing.assert_allclose([one["a"] for one in found], a, rtol=1e-14, atol=1e-300)
    np.testing.assert_allclose([one["s"] for one in found], activation.slope(z, a), rtol=1e-13, atol=1e-300)


@pytest.mark.parametrize("name", LOSSES)
def test_the_formulas_shown_are_the_loss_and_its_slope(name: str) -> None:
    loss = LOSSES[name]
    for t, o in ((0.2, 0.7), (0.9, 0.3)):
        values = {"t": t, "o": o, "n": 1.0} | loss.setting_values()
        share, slope = (float(function(np.array([t]), np.array([o]))[0]) for function in (loss.shares, loss.slopes))
        assert evaluate(formula(loss.definition), values) == pytest.approx(share, rel=1e-12)
        assert evaluate(formula(loss.slope_formula), values) == pytest.approx(slope, rel=1e-12)


@pytest.mark.parametrize("name", LOSSES)
def test_the_lines_of_a_loss_compute_what_the_arrays_do(name: str) -> None:
    loss = LOSSES[name]
    settings = tuple(({"n": 2.0} | loss.setting_values()).items())
    for function, formulas, result in (
        (loss.shares, loss.share_lines, "share"),
        (loss.slopes, loss.slope_lines, "slope"),
    ):
        lines = python_lines(block(formulas, settings), {"t": "t", "o": "o", result: "result"})
        for t, o in PAIRS:
            if name == "kl_divergence" and t < 0:
                continue  # the logarithm of a negative target has no value, and no update is made with one
            wanted = float(function(np.array([t, t]), np.array([o, o]))[0])
            found = run(lines, {"t": t, "o": o})["result"]
            assert found == pytest.approx(wanted, rel=1e-13, abs=1e-300, nan_ok=True), (t, o)


def test_the_lines_of_a_closed_form_compute_what_the_arrays_do() -> None:
    sigmoid = ACTIVATIONS["sigmoid"]
    for name in ("binary_cross_entropy", "cross_entropy", "kl_divergence"):
        collapse = collapse_of(sigmoid, LOSSES[name])
        assert collapse is not None
        for t in (0.0, 0.4, 1.0):
            for z in (-1000.0, -3.0, 0.5, 40.0, 1000.0):
                row, targets = np.array([[z]]), np.array([[t]])
                o = sigmoid.value(row)
                values = {"t": t, "z": z, "o": float(o[0, 0]), "c": float(sigmoid.value(-row)[0, 0])}
                for text, wanted in (
                    (collapse.stable_share, collapse.shares(targets, row)),
                    (collapse.stable_delta, collapse.delta(targets, row, o)),
                ):
                    found = run(python_lines(block((f"result = {text}",)), {"result": "result"}), values)
                    assert found["result"] == pytest.approx(float(wanted[0, 0]), rel=1e-14, abs=1e-300)
