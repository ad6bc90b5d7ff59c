"""Net inputs of ±1000, outputs of exactly 0 and 1, targets of 0: finite truths stay finite, and nothing warns.

The expectations follow from the limits of the functions: e^(−1000) is below every float64, so it is 0 here.
That nothing warns is part of every test: the suite turns warnings into errors, and the program must not print any.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.build import Choice
from tests.oracle.reference import ACTIVATIONS
from tests.program import backprop

FLOOR = 1e-15
SELU_SCALE = 1.0507009873554805
SELU_LOWEST = -1.7580993408473768

# activation: (f(1000), f'(1000)), (f(−1000), f'(−1000))
SATURATED: list[tuple[Choice, tuple[float, float], tuple[float, float]]] = [
    ("linear", (1000, 1), (-1000, 1)),
    ("sigmoid", (1, 0), (0, 0)),
    ("tanh", (1, 0), (-1, 0)),
    ("relu", (1000, 1), (0, 0)),
    ({"leaky_relu": {"slope": 0.1}}, (1000, 1), (-100, 0.1)),
    ("elu", (1000, 1), (-1, 0)),
    ({"elu": {"alpha": 0.5}}, (1000, 1), (-0.5, 0)),
    ("selu", (1000 * SELU_SCALE, SELU_SCALE), (SELU_LOWEST, 0)),
    ("gelu", (1000, 1), (0, 0)),
    ("silu", (1000, 1), (0, 0)),
    ("softplus", (1000, 1), (0, 0)),
    ("softsign", (1000 / 1001, 1 / 1001**2), (-1000 / 1001, 1 / 1001**2)),
    ("hard_sigmoid", (1, 0), (0, 0)),
    ("hard_tanh", (1, 0), (-1, 0)),
    ("mish", (1000, 1), (0, 0)),
    ("softmax", (1, 0), (1, 0)),
    ("bipolar_sigmoid", (1, 0), (-1, 0)),
]


def near(wanted: float) -> Any:
    return pytest.approx(wanted, rel=1e-14, abs=FLOOR)


def quietly(file: dict[str, Any], *args: str) -> dict[str, Any]:
    """Run a network without the notices about its targets, and insist on silence."""
    result = backprop("run", "-", "-q", "-f", "json", "-n", "0", *args, stdin=json.dumps(file))
    assert result.stderr == ""
    return result.json


def test_the_table_of_limits_leaves_no_activation_out() -> None:
    assert {choice if isinstance(choice, str) else next(iter(choice)) for choice, _, _ in SATURATED} == set(ACTIVATIONS)


@pytest.mark.parametrize(("activation", "high", "low"), SATURATED, ids=str)
def test_an_output_unit_far_out_has_its_limit_and_the_slope_of_the_limit(
    activation: Choice, high: tuple[float, float], low: tuple[float, float]
) -> None:
    for z, (value, slope) in ((1000.0, high), (-1000.0, low)):
        file = {
            "loss": "output",
            "inputs": [1.0],
            "layers": [{"activation": activation, "weights": [[z]], "bias": 0.0}],
        }
        answer = quietly(file)
        assert answer["forward"]["z1"] == z
        assert answer["forward"]["o1"] == near(value)
        assert answer["gradients"] == {"w11": near(slope), "b1": near(slope)}


@pytest.mark.parametrize(
    ("activation", "high", "low"), [limits for limits in SATURATED if limits[0] != "softmax"], ids=str
)
def test_hidden_units_far_out_pass_on_the_limits_and_their_slopes(
    activation: Choice, high: tuple[float, float], low: tuple[float, float]
) -> None:
    file = {
        "loss": "output",
        "inputs": [2.0],
        "layers": [
            {"activation": activation, "weights": [[500.0], [-500.0]], "bias": [0.0, 0.0]},
            {"activation": "linear", "weights": [[3.0, 7.0]]},
        ],
    }
    gradients = quietly(file)["gradients"]
    assert gradients == {
        "w11": near(2 * 3 * high[1]),
        "w12": near(2 * 7 * low[1]),
        "b1_1": near(3 * high[1]),
        "b1_2": near(7 * low[1]),
        "w21": near(high[0]),
        "w31": near(low[0]),
    }


# activation, z, f(z), f'(z): where 1 − f² and the like would cancel to 0; figures from 900-digit arithmetic
TAILS = [
    ("sigmoid", 40, 1.0, 4.248354255291589e-18),
    ("sigmoid", -40, 4.248354255291589e-18, 4.248354255291589e-18),
    ("sigmoid", -700, 9.85967654375977e-305, 9.85967654375977e-305),
    ("tanh", 20, 1.0, 1.6993417021166355e-17),
    ("tanh", -300, -1.0, 1.0601586212017243e-260),
    ("tanh", 1e-09, 1e-09, 1.0),
    ("elu", -40, -1.0, 4.248354255291589e-18),
    ("elu", -1e-09, -9.999999995e-10, 0.999999999),
    ("gelu", 5, 4.999998566742141, 1.000007146946002),
    ("gelu", -10, -7.619853024160526e-23, -7.618400096464814e-22),
    ("gelu", -30, -1.472014178144456e-196, -4.416031690708495e-195),
    ("silu", -40, -1.6993417021166355e-16, -1.6568581595637197e-16),
    ("silu", -700, -6.90177358063184e-302, -6.891913904088079e-302),
    ("softplus", 40, 40.0, 1.0),
    ("softplus", -40, 4.248354255291589e-18, 4.248354255291589e-18),
    ("softplus", -700, 9.85967654375977e-305, 9.85967654375977e-305),
    ("mish", -40, -1.6993417021166355e-16, -1.6568581595637197e-16),
    ("mish", -700, -6.90177358063184e-302, -6.891913904088079e-302),
    ("bipolar_sigmoid", 40, 1.0, 8.496708510583178e-18),
    ("bipolar_sigmoid", -100, -1.0, 7.440151952041672e-44),
    ("bipolar_sigmoid", 1e-09, 5e-10, 0.5),
]


@pytest.mark.parametrize(("activation", "z", "value", "slope"), TAILS)
def test_a_tail_keeps_its_digits_however_small_it_is(activation: str, z: float, value: float, slope: float) -> None:
    answer = quietly({"loss": "output", "inputs": [1.0], "layers": [{"activation": activation, "weights": [[z]]}]})
    assert answer["forward"]["o1"] == pytest.approx(value, rel=1e-11, abs=0)
    assert answer["gradients"]["w11"] == pytest.approx(slope, rel=1e-11, abs=0)


@pytest.mark.parametrize(
    ("net_inputs", "outputs", "slope"),
    [
        ([1000.0, -1000.0], [1.0, 0.0], 0.0),
        ([-1000.0, 1000.0], [0.0, 1.0], 0.0),
        ([1000.0, 1000.0], [0.5, 0.5], 0.25),
        ([-1000.0, -1000.0], [0.5, 0.5], 0.25),
    ],
    ids=str,
)
def test_hidden_softmax_far_out(net_inputs: list[float], outputs: list[float], slope: float) -> None:
    file = {
        "loss": "output",
        "inputs": [1.0],
        "layers": [
            {"activation": "softmax", "weights": [[z] for z in net_inputs]},
            {"activation": "linear", "weights": [[3.0, 7.0]]},
        ],
    }
    answer = quietly(file)
    assert [answer["forward"]["a1"], answer["forward"]["a2"]] == outputs
    assert [answer["gradients"][name] for name in ("w11", "w12")] == [near(slope * (3 - 7)), near(slope * (7 - 3))]


# loss, net inputs, targets: E and ∂E/∂z, both finite although an output is 0 or 1 to the last bit.
# With softmax, ln o1 = z1 − max − ln Σ e^(z − max); with sigmoid, ln(1 − o) = −softplus(z): no infinity is in them.
Together = tuple[str, str, Sequence[float], Sequence[float], float, Sequence[float]]
TOGETHER: list[Together] = [
    ("softmax", "cross_entropy", [1000, -1000], [1, 0], 0, [0, 0]),
    ("softmax", "cross_entropy", [1000, -1000], [0, 1], 2000, [1, -1]),
    ("softmax", "cross_entropy", [1000, -1000], [0.25, 0.75], 1500, [0.75, -0.75]),
    ("softmax", "cross_entropy", [1000, -1000], [0, 0], 0, [0, 0]),
    ("softmax", "cross_entropy", [1000, -1000, 1000], [0, 1, 0], 2000 + math.log(2), [0.5, -1, 0.5]),
    ("softmax", "kl_divergence", [1000, -1000], [1, 0], 0, [0, 0]),
    ("softmax", "kl_divergence", [1000, -1000], [0, 1], 2000, [1, -1]),
    ("softmax", "kl_divergence", [1000, -1000], [0.5, 0.5], 1000 - math.log(2), [0.5, -0.5]),
    ("sigmoid", "binary_cross_entropy", [1000], [1], 0, [0]),
    ("sigmoid", "binary_cross_entropy", [-1000], [0], 0, [0]),
    ("sigmoid", "binary_cross_entropy", [1000], [0], 1000, [1]),
    ("sigmoid", "binary_cross_entropy", [-1000], [1], 1000, [-1]),
    ("sigmoid", "binary_cross_entropy", [1000, -1000], [0.25, 0.25], 750 + 250, [0.75, -0.25]),
    ("sigmoid", "binary_cross_entropy", [40], [0], 40, [1]),
    ("sigmoid", "binary_cross_entropy", [-40], [1], 40, [-1]),
    ("sigmoid", "cross_entropy", [1000], [1], 0, [0]),
    ("sigmoid", "cross_entropy", [-1000], [1], 1000, [-1]),
    ("sigmoid", "cross_entropy", [-1000], [0], 0, [0]),
    ("sigmoid", "kl_divergence", [-1000], [1], 1000, [-1]),
    ("sigmoid", "kl_divergence", [-1000], [0], 0, [0]),
    ("softmax", "binary_cross_entropy", [1000, -1000], [1, 0], 0, [0, 0]),
    ("softmax", "binary_cross_entropy", [1000, -1000], [0, 1], 4000, [2, -2]),
]


@pytest.mark.parametrize(("activation", "loss", "net_inputs", "targets", "energy", "deltas"), TOGETHER, ids=str)
def test_a_saturated_output_under_a_logarithm_has_its_true_loss_and_gradient(
    activation: str,
    loss: str,
    net_inputs: Sequence[float],
    targets: Sequence[float],
    energy: float,
    deltas: Sequence[float],
) -> None:
    file = {
        "loss": loss,
        "inputs": [1.0],
        "targets": list(targets),
        "layers": [{"activation": activation, "weights": [[float(z)] for z in net_inputs]}],
    }
    answer = quietly(file)
    assert answer["loss_before"] == near(energy)
    assert list(answer["gradients"].values()) == [near(delta) for delta in deltas]


@pytest.mark.parametrize("z", [0.5, 5.0, 18.0, 30.0, 36.5, 37.0, 100.0, 700.0])
@pytest.mark.parametrize("activation", ["sigmoid", "softmax"])
def test_the_factors_of_a_saturated_answer_multiply_to_its_gradient(activation: str, z: float) -> None:
    """E = −ln(1 − σ(z)) for sigmoid, whose ∂E/∂o = 1/(1 − o) = 1 + e^z; twice that of two units where one's z is 0."""
    rows, targets, times = ([[1.0]], [0], 1) if activation == "sigmoid" else ([[1.0], [0.0]], [0, 1], 2)
    network = {"inputs": [z], "targets": targets, "loss": "binary_cross_entropy"}
    network["layers"] = [{"activation": activation, "weights": rows}]
    answer = backprop("explain", "-", "-w", "W1[1,1]", "--paths", "-f", "json", stdin=json.dumps(network)).json
    (explained,) = answer["explanations"]
    truth = times * z / (1 + math.exp(-z))
    assert explained["gradient"] == pytest.approx(truth, rel=1e-12)
    assert [path["value"] for path in explained["paths"]] == pytest.approx([truth / times] * times, rel=1e-12)
    assert [path["share"] for path in explained["paths"]] == pytest.approx([1 / times] * times, rel=1e-12)
    by_output = next(one["value"] for one in explained["partials"] if one["name"] == "dE/do1")
    assert by_output == pytest.approx(1 + math.exp(z), rel=1e-12)


def test_a_path_whose_product_is_no_number_has_no_share() -> None:
    network = {"inputs": [1], "targets": [0, 1], "loss": "binary_cross_entropy"}
    network["layers"] = [{"activation": "softmax", "weights": [[800], [-800]]}]
    arguments = ("explain", "-", "-w", "W1[1,1]", "--paths")
    (explained,) = backprop(*arguments, "-f", "json", stdin=json.dumps(network)).json["explanations"]
    assert explained["gradient"] == 2.0
    assert [path["share"] for path in explained["paths"]] == [None, None]
    text = backprop(*arguments, stdin=json.dumps(network)).stdout
    assert "nan" not in text and "the closed form has it that ∂E/∂w11 = 2" in text


@pytest.mark.parametrize(
    ("activation", "loss", "net_inputs", "targets"),
    [
        ("sigmoid", "binary_cross_entropy", [40.0], [1.0]),
        ("sigmoid", "binary_cross_entropy", [-40.0], [0.0]),
        ("sigmoid", "cross_entropy", [40.0], [1.0]),
        ("softmax", "cross_entropy", [20.0, -20.0], [1.0, 0.0]),
        ("softmax", "kl_divergence", [-20.0, 20.0], [0.0, 1.0]),
    ],
)
def test_a_right_answer_of_1_to_the_last_bit_still_has_its_gradient(
    activation: str, loss: str, net_inputs: list[float], targets: list[float]
) -> None:
    # E = ln(1 + e^(−40)) and |∂E/∂z| = 1/(1 + e^40), both e^(−40) to sixteen digits, although o is 1 or nearly 0
    layer = {"activation": activation, "weights": [[z] for z in net_inputs]}
    answer = quietly({"loss": loss, "inputs": [1.0], "targets": targets, "layers": [layer]})
    wanted = [(1 - 2 * t) * 4.248354255291589e-18 for t in targets]
    assert answer["loss_before"] == near(4.248354255291589e-18)
    assert list(answer["gradients"].values()) == [pytest.approx(slope, rel=1e-11, abs=0) for slope in wanted]


@pytest.mark.parametrize(
    ("loss", "output", "target", "energy", "slope"),
    [
        ("cross_entropy", 0, 0, 0, 0),
        ("cross_entropy", 1, 0, 0, 0),
        ("cross_entropy", 1, 1, 0, -1),
        ("kl_divergence", 0, 0, 0, 0),
        ("kl_divergence", 1, 1, 0, -1),
        ("kl_divergence", 0.5, 0, 0, 0),
        ("binary_cross_entropy", 0, 0, 0, 1),
        ("binary_cross_entropy", 1, 1, 0, -1),
        ("huber", 1000, 0, 999.5, 1),
        ("huber", -1000, 0, 999.5, -1),
        ("log_cosh", 1000, 0, 1000 - math.log(2), 1),
        ("log_cosh", -1000, 0, 1000 - math.log(2), -1),
        ("hinge", 1000, -1, 1001, 1),
        ("hinge", 1000, 1, 0, 0),
        ("half_squared_error", 1e6, 0, 5e11, 1e6),
        ("mean_absolute_error", -1000, 0, 1000, -1),
    ],
)
def test_a_loss_at_the_edge_of_its_domain_or_far_out(
    loss: str, output: float, target: float, energy: float, slope: float
) -> None:
    file = {"loss": loss, "inputs": [1.0], "targets": [target], "layers": [{"weights": [[0.0]], "bias": float(output)}]}
    answer = quietly(file)
    assert answer["forward"]["o1"] == output
    assert answer["loss_before"] == near(energy)
    assert answer["gradients"] == {"w11": near(slope), "b1": near(slope)}


def test_training_goes_on_from_a_saturated_wrong_answer() -> None:
    file = {
        "loss": "cross_entropy",
        "learning_rate": 500.0,
        "inputs": [1.0],
        "targets": [0.0, 1.0],
        "layers": [{"activation": "softmax", "weights": [[1000.0], [-1000.0]]}],
    }
    answer = backprop("run", "-", "-f", "json", "-n", "3", stdin=json.dumps(file)).json
    # two steps of 500 on each weight bring both to 0, where o = (½, ½); the third is half as long
    assert answer["gradients"] == {"w11": 0.5, "w12": -0.5}
    assert answer["parameters"] == {"w11": -250.0, "w12": 250.0}
    assert answer["loss_after"] == pytest.approx(0.0, abs=1e-200)


@pytest.mark.parametrize("z", [-1000.0, 1000.0])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "gelu", "silu", "softplus", "mish", "elu", "softmax"])
@pytest.mark.parametrize("command", ["run", "explain"])
@pytest.mark.parametrize("form", ["table", "csv", "markdown", "latex"])
def test_every_format_shows_a_saturated_network_in_silence(command: str, form: str, activation: str, z: float) -> None:
    file = {"inputs": [1.0], "targets": [0.0], "layers": [{"activation": activation, "weights": [[z]], "bias": 0.0}]}
    which = ["--all"] if command == "explain" else []
    result = backprop(command, "-", "-f", form, *which, stdin=json.dumps({**file, "learning_rate": 1e-3}))
    assert (result.exit_code, result.stderr) == (0, "")
    assert not re.search(r"\bnan\b", result.stdout, re.IGNORECASE)


HIDDEN = "inputs: [1e308]\ntargets: [1]\nlayers: [{activation: relu, weights: [[10]]}, {activation: relu, weights: [[-1]]}]\n"


@pytest.mark.parametrize("steps", ["0", "1"])
def test_an_overflow_that_the_loss_does_not_show_is_reported(steps: str) -> None:
    result = backprop("run", "-", "-n", steps, stdin=HIDDEN)
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"at step {steps}: z1 (unit 1 of layer 1) is inf, sample 1, and dE/dw21 is nan" in result.stderr


BEYOND = "inputs: [1]\ntargets: [10]\nlearning_rate: 1e308\nlayers: [{activation: tanh, weights: [[0.5]]}]\n"


@pytest.mark.parametrize("engine", ["array", "scalar"])
@pytest.mark.parametrize(("settings", "step", "culprit"), [("", 1, "w11 is inf"), ("momentum: 0.9\n", 1, "w11 is inf")])
def test_a_parameter_that_overflows_under_a_finite_loss_is_reported(
    settings: str, step: int, culprit: str, engine: str, tmp_path: Path
) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(BEYOND + settings)
    for steps in ("1", "40"):
        result = backprop("run", str(file), "-n", steps, "--engine", engine, "-q", "-i")
        assert result.exit_code == 1
        assert f"a parameter is no longer a finite number at step {step}: {culprit}" in result.stderr
        assert file.read_text() == BEYOND + settings


def test_in_a_longer_run_it_is_the_parameter_that_is_named() -> None:
    assert (
        "a parameter is no longer a finite number at step 1: w21 is nan"
        in backprop("run", "-", "-n", "5", stdin=HIDDEN).stderr
    )


def test_the_step_at_which_a_parameter_overflowed_is_found(tmp_path: Path) -> None:
    slow = "inputs: [1]\ntargets: [0]\nlayers: [{activation: hard_tanh, weights: [[1e300]]}]\nweight_decay: 0\n"
    file = tmp_path / "net.yaml"
    file.write_text(slow.replace("weight_decay: 0", "weight_decay: 10\nlearning_rate: -1"))  # w grows elevenfold a step
    result = backprop("run", str(file), "-n", "100", "--show-step", "1")
    assert "at step 8: w11 is inf" in result.stderr  # 1e300 · 11^8 is beyond 1.8e308


def test_a_loss_that_is_infinite_before_any_step_is_reported() -> None:
    network = "inputs: [1e200]\ntargets: [0]\nlayers: [{weights: [[1]]}]\n"
    result = backprop("run", "-", "-n", "0", stdin=network)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "the loss is no longer a finite number at step 0" in result.stderr


def test_a_loss_that_is_infinite_after_the_last_step_is_reported() -> None:
    network = "inputs: [1]\ntargets: [0]\nlearning_rate: 1e200\nlayers: [{weights: [[1]]}]\n"
    result = backprop("run", "-", stdin=network)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "the loss is no longer a finite number at step 1: half_squared_error of o1 = -1e+200" in result.stderr


def test_a_loss_that_became_infinite_is_reported_at_the_step_before_the_shown_one() -> None:
    network = "inputs: [1]\ntargets: [0]\nlearning_rate: 1e200\nlayers: [{weights: [[1]]}]\n"
    assert "the loss is no longer a finite number at step 1:" in backprop("run", "-", "-n", "2", stdin=network).stderr


def test_a_velocity_that_overflows_beside_a_frozen_parameter_is_reported() -> None:
    network = (
        "inputs: [1e308]\ntargets: [1]\nmomentum: 2\nfreeze: [w11]\nlearning_rate: 0\nlayers: [{weights: [[0]]}]\n"
    )
    result = backprop("run", "-", "-n", "5", "--show-step", "1", "-q", "-o", "-", stdin=network)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "the velocity of w11 is -inf" in result.stderr
