"""The penalty is part of E and of every gradient; the right values are worked out here, in plain Python."""

from __future__ import annotations

import itertools
import json
import math
from typing import Any

import numpy as np
import pytest

from backprop_cli import explain, load, run
from backprop_cli.derivation.explanation import Explanation
from backprop_cli.network.network import Setup
from backprop_cli.training.loops.choice import choose
from backprop_cli.training.loops.state import state_of
from backprop_cli.training.train import train
from tests.program import backprop

INPUTS, TARGETS = [[0.5, -1.0], [1.5, 2.0], [-0.3, 0.7]], [[0.2], [0.9], [-0.4]]
HIDDEN, OUTER, BIAS = [[0.3, -0.2], [0.8, 0.1]], [[-0.6, 0.4]], [[0.1, -0.2], [0.05]]


def file(penalty: dict[str, Any], **changes: Any) -> dict[str, Any]:
    layers = [
        {"activation": "tanh", "weights": HIDDEN, "bias": BIAS[0]},
        {"weights": OUTER, "bias": BIAS[1]},
    ]
    return {"inputs": INPUTS, "targets": TARGETS, "penalty": penalty, "learning_rate": 0.1, "layers": layers} | changes


def plain_loss(
    row: list[float], reduction: str, l2: tuple[float, float], l1: tuple[float, float], divisor: int
) -> float:
    """E of the network above with its nine parameters in a row, layer by layer."""
    hidden, bias, outer = [row[0:2], row[2:4]], row[4:6], row[6:8]
    losses = []
    for x, (t,) in zip(INPUTS, TARGETS, strict=True):
        a = [math.tanh(w[0] * x[0] + w[1] * x[1] + b) for w, b in zip(hidden, bias, strict=True)]
        losses.append(0.5 * (t - (outer[0] * a[0] + outer[1] * a[1] + row[8])) ** 2)
    weights, biases = [*row[0:4], *row[6:8]], [*row[4:6], row[8]]
    squares = [sum(p * p for p in group) for group in (weights, biases)]
    sizes = [sum(abs(p) for p in group) for group in (weights, biases)]
    data = sum(losses) / (3 if reduction == "mean" else 1)
    return (
        data
        + sum(0.5 * f * s for f, s in zip(l2, squares, strict=True)) / divisor
        + math.fsum(f * s for f, s in zip(l1, sizes, strict=True)) / divisor
    )


ROW = [*HIDDEN[0], *HIDDEN[1], *BIAS[0], *OUTER[0], *BIAS[1]]
PENALTIES: list[tuple[dict[str, Any], tuple[Any, ...]]] = [
    ({"l2": 0.3}, ((0.3, 0.0), (0.0, 0.0), 1)),
    ({"l1": 0.2}, ((0.0, 0.0), (0.2, 0.0), 1)),
    ({"l2": 0.3, "l1": {"weights": 0.1, "biases": 0.4}}, ((0.3, 0.0), (0.1, 0.4), 1)),
    ({"l2": {"biases": 0.7}, "per": "samples"}, ((0.0, 0.7), (0.0, 0.0), 3)),
]


@pytest.mark.parametrize(("penalty", "meaning"), PENALTIES)
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_loss_and_gradients_are_those_of_the_loss_with_its_penalty(
    penalty: dict[str, Any], meaning: tuple[Any, ...], reduction: str
) -> None:
    result = run(load(file(penalty, reduction=reduction)))
    assert result.loss_before == pytest.approx(plain_loss(ROW, reduction, *meaning), rel=1e-14)
    step = 1e-6
    for index, gradient in enumerate(result.shown.gradients.row):
        there, back = (
            plain_loss([*ROW[:index], ROW[index] + sign * step, *ROW[index + 1 :]], reduction, *meaning)
            for sign in (1, -1)
        )
        assert gradient == pytest.approx((there - back) / (2 * step), rel=1e-7, abs=1e-9)


@pytest.mark.parametrize(("penalty", "reduction"), list(itertools.product([p for p, _ in PENALTIES], ["mean", "sum"])))
def test_the_samples_derivations_make_the_batch(penalty: dict[str, Any], reduction: str) -> None:
    result = run(load(file(penalty, reduction=reduction)))
    for name in ("w11", "w41", "b1_2", "b2_1"):
        by_sample = [explain(result, name, sample=sample)[0] for sample in (1, 2, 3)]
        for one in by_sample:
            target = one.partials[-1]
            assert target.value == pytest.approx(
                sum(math.prod(f.value for f in term) for term in target.terms), rel=1e-14
            )
        values = [one.partials[-1].value for one in by_sample]
        assert isinstance(by_sample[0], Explanation)
        assert [value for _, value in by_sample[0].by_sample] == pytest.approx(values, rel=1e-13)
        total = sum(values) / (3 if reduction == "mean" else 1)
        assert by_sample[0].gradient == pytest.approx(total, rel=1e-13)


@pytest.mark.parametrize("penalty", [penalty for penalty, _ in PENALTIES])
@pytest.mark.parametrize("engine", ["array", "scalar"])
@pytest.mark.parametrize(
    "changes", [{}, {"batch_size": 2, "reduction": "sum"}, {"momentum": 0.9, "weight_decay": 0.05}]
)
def test_every_loop_follows_the_plain_passes(penalty: dict[str, Any], engine: str, changes: dict[str, Any]) -> None:
    setup = load(file(penalty, **changes))
    plain: Setup = setup
    losses = []
    for _ in range(20):
        one = train(plain, 1)
        losses.append(one.history[0])
        plain = one.result
    made = choose(setup, 20, engine).advance(
        state_of(setup)._replace(velocity=np.zeros(9) if setup.schedule.momentum else None), 20, range(20)
    )
    assert made.state.parameters == pytest.approx(plain.network.parameters.row, rel=1e-12)
    assert made.losses == pytest.approx(losses, rel=1e-12)


def test_an_l2_penalty_on_everything_trains_like_weight_decay() -> None:
    """As torch.optim.SGD has it: the decay is the slope of ½·λ·Σp²; only the loss differs."""
    decayed = load({**file({}), "weight_decay": 0.3})
    penalised = load(file({"l2": {"weights": 0.3, "biases": 0.3}}))
    rows = [run(setup, steps=50).result.network.parameters.row for setup in (decayed, penalised)]
    assert rows[0] == pytest.approx(rows[1], rel=1e-13)
    assert run(penalised).loss_before > run(decayed).loss_before


def test_the_penalty_stands_among_the_results() -> None:
    text = "inputs: [1]\ntargets: [0]\npenalty: {l2: 0.1}\nlayers: [{weights: [[2]]}]\n"
    answer = backprop("run", "-", "-f", "json", stdin=text).json
    assert answer["forward"] == {"z1": 2.0, "o1": 2.0, "E_o1": 2.0, "R": 0.2, "E": 2.2}
    last = next(partial for partial in answer["partials"] if partial["name"] == "dE/dw11")
    assert last["terms"] == [["dE/dz1", "dz1/dw11"], ["dR/dw11"]]
    assert last["value"] == pytest.approx(2.2)
    shown = backprop("run", "-", stdin=text).stdout
    assert "½·0.1·w11²" in shown and "E_o1 + R" in shown and "0.1·w11" in shown


def test_the_matrices_show_the_penalty() -> None:
    shown = backprop("run", "-", "--view", "matrix", stdin=json.dumps(file({"l2": 0.3}))).stdout
    assert "∂R/∂W²" in shown and "δ²·a¹ᵀ + ∂R/∂W²" in shown


@pytest.mark.parametrize("format", ["json", "csv", "latex", "markdown"])
def test_every_format_has_it(format: str) -> None:
    assert backprop("run", "-", "-f", format, stdin=json.dumps(file({"l1": 0.3}))).exit_code == 0


def test_it_may_have_another_name() -> None:
    setup = load(file({"l2": 0.1}, names={"penalty": "Omega"}))
    assert setup.network.names.penalty == "Omega"


def test_without_a_penalty_the_name_r_is_free() -> None:
    setup = load({"inputs": {"R": 1}, "targets": [1], "layers": [{"weights": [[2]]}]})
    assert setup.network.names.input(0) == "R"


@pytest.mark.parametrize(
    ("penalty", "message"),
    [
        (0.1, "expected a mapping such as {l2: 0.1}"),
        ({"l3": 0.1}, "unknown key 'l3'"),
        ({"l2": -1}, "expected a number of at least 0"),
        ({"l2": 0.1, "per": "batch"}, "expected samples"),
        ({"l2": {"weight": 1}}, "did you mean 'weights'?"),
    ],
)
def test_what_is_no_penalty_is_refused(penalty: Any, message: str) -> None:
    result = backprop("run", "-", stdin=json.dumps(file(penalty)))
    assert result.exit_code == 2
    assert message in result.stderr
