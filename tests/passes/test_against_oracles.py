"""Whatever the activation, the loss, the bias, the depth: the program's numbers are those of independent oracles."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.oracle import by_autograd, torch_sgd
from tests.oracle.build import Case, Choice, network
from tests.oracle.cases import grid
from tests.oracle.reference import Array, Reference, read
from tests.program import backprop, run_json

RELATIVE = 1e-9
# below this a difference is the rounding of numbers of size 1
FLOOR = 1e-13


def close(wanted: Mapping[str, float]) -> Any:
    return pytest.approx(dict(wanted), rel=RELATIVE, abs=FLOOR)


@dataclass(frozen=True)
class Worked:
    """A network worked through by the program, beside the reference for the same network."""

    file: dict[str, Any]
    answer: dict[str, Any]

    @cached_property
    def reference(self) -> Reference:
        return read(self.file)

    def by_name(self, vector: Array) -> dict[str, float]:
        return dict(zip(self.reference.names, vector.tolist(), strict=True))


def worked_out(case: Case) -> Worked:
    file = network(case)
    engine = "auto" if case.samples == 1 else "array"
    return Worked(file, run_json(file, "--sample", str(case.samples), "--engine", engine))


def shown_partials(answer: Mapping[str, Any]) -> dict[str, float]:
    return {partial["wrt"]: partial["value"] for partial in answer["partials"] if partial["of"] == "E"}


@pytest.mark.parametrize("case", grid(), ids=str)
def test_every_number_is_that_of_the_oracles(case: Case) -> None:
    worked = worked_out(case)
    forward_values_and_loss_are_those_of_the_definitions(worked)
    gradients_are_those_of_the_complex_step_and_of_autograd(worked)
    partials_of_the_loss_are_those_of_the_shown_sample(worked)
    the_update_and_the_loss_after_it_follow_the_gradient(worked)


def forward_values_and_loss_are_those_of_the_definitions(worked: Worked) -> None:
    reference, answer = worked.reference, worked.answer
    scalars = reference.scalars(reference.start, answer["sample"] - 1)
    assert {name: answer["forward"].get(name) for name in scalars} == close(scalars)
    assert answer["loss_before"] == pytest.approx(float(reference.total(reference.start)), rel=RELATIVE, abs=FLOOR)


def gradients_are_those_of_the_complex_step_and_of_autograd(worked: Worked) -> None:
    for gradient in (worked.reference.gradient(worked.reference.start), by_autograd.gradient(worked.reference)):
        assert worked.answer["gradients"] == close(worked.by_name(gradient))


def partials_of_the_loss_are_those_of_the_shown_sample(worked: Worked) -> None:
    reference, answer = worked.reference, worked.answer
    sample = answer["sample"] - 1
    one = Worked({**worked.file, "reduction": "sum"}, answer)
    wanted = reference.deltas(reference.start, sample)
    wanted |= one.by_name(one.reference.gradient(reference.start, [sample]))
    shown = shown_partials(answer)
    assert {name: shown.get(name) for name in wanted} == close(wanted)


def the_update_and_the_loss_after_it_follow_the_gradient(worked: Worked) -> None:
    reference, answer = worked.reference, worked.answer
    after = reference.start - worked.file["learning_rate"] * reference.gradient(reference.start)
    assert answer["parameters"] == close(worked.by_name(after))
    assert answer["loss_after"] == pytest.approx(float(reference.total(after)), rel=RELATIVE, abs=FLOOR)


# At a kink the derivative is the one PyTorch returns. Each network is z = x = 0 or at the corner, and E = o.
AT_A_KINK: list[tuple[Choice, float, float]] = [
    ("relu", 0.0, 0.0),
    ({"leaky_relu": {"slope": 0.1}}, 0.0, 0.1),
    ({"elu": {"alpha": 0.5}}, 0.0, 0.5),
    ("selu", 0.0, 1.0507009873554805 * 1.6732632423543772),
    ("softsign", 0.0, 1.0),
    ("hard_sigmoid", 3.0, 0.0),
    ("hard_sigmoid", -3.0, 0.0),
    ("hard_tanh", 1.0, 0.0),
    ("hard_tanh", -1.0, 0.0),
]


@pytest.mark.parametrize(("activation", "z", "slope"), AT_A_KINK, ids=str)
def test_at_a_kink_of_an_activation_the_slope_is_pytorchs(activation: Choice, z: float, slope: float) -> None:
    file = {
        "loss": "output",
        "inputs": [1.0],
        "layers": [{"activation": activation, "weights": [[z]]}],
    }
    assert run_json(file)["gradients"]["w11"] == pytest.approx(slope, rel=1e-15)


@pytest.mark.parametrize(
    ("activation", "corner", "slope", "middle"), [("hard_sigmoid", 3.0, 1 / 6, 0.5), ("hard_tanh", 1.0, 1.0, 0.0)]
)
@pytest.mark.parametrize("side", [-1, 1])
def test_a_clipped_activation_bends_at_its_corners_and_nowhere_else(
    activation: str, corner: float, slope: float, middle: float, side: int
) -> None:
    net_inputs = [side * (corner - 0.01), side * (corner - 1e-9), side * (corner + 1e-9)]
    layers = [{"activation": activation, "weights": [[z] for z in net_inputs]}]
    answer = run_json({"loss": "output", "inputs": [1.0], "layers": layers})
    limit = middle + side * slope * corner
    outputs = [answer["forward"][name] for name in ("o1", "o2", "o3")]
    assert outputs == pytest.approx([limit - side * slope * 0.01, limit - side * slope * 1e-9, limit], abs=1e-15)
    assert answer["gradients"] == {"w11": pytest.approx(slope), "w12": pytest.approx(slope), "w13": 0.0}


@pytest.mark.parametrize("loss", ["absolute_error", "mean_absolute_error"])
def test_at_the_kink_of_an_absolute_error_the_slope_is_zero(loss: str) -> None:
    file = {"loss": loss, "inputs": [1.0], "targets": [0.5], "layers": [{"weights": [[0.5]]}]}
    assert run_json(file)["gradients"] == {"w11": 0.0}


@pytest.mark.parametrize("error", [-0.5, 0.5])
def test_where_huber_changes_its_form_both_forms_have_one_slope(error: float) -> None:
    file = {
        "loss": {"huber": {"delta": 0.5}},
        "inputs": [1.0],
        "targets": [1.0],
        "layers": [{"weights": [[1 + error]]}],
    }
    assert run_json(file)["gradients"] == {"w11": error}


@pytest.mark.parametrize("loss", ["cross_entropy", "kl_divergence"])
def test_softmax_gradients_hold_for_targets_that_do_not_sum_to_one(loss: str) -> None:
    file = {
        "loss": loss,
        "inputs": [[0.3, -0.8], [0.5, 0.1]],
        "targets": [[0.9, 0.7, 0.2], [0.1, 0.0, 0.4]],
        "layers": [{"activation": "softmax", "weights": [[0.3, -0.4], [0.8, 0.1], [-0.2, 0.6]], "bias": 0.1}],
    }
    reference = read(file)
    gradient = reference.gradient(reference.start)
    assert run_json(file)["gradients"] == close(dict(zip(reference.names, gradient.tolist(), strict=True)))


# ------------------------------------------------------------------------------------------------- stochastic descent

SAMPLES = {
    "inputs": [[0.5, -0.3], [0.1, 0.8], [-0.7, 0.4], [0.9, 0.6]],
    "targets": [[0.2, 0.9], [0.7, 0.1], [0.4, 0.4], [0.05, 0.6]],
}
SHARED = {
    "learning_rate": 0.3,
    **SAMPLES,
    "layers": [
        {"activation": "tanh", "weights": [[0.4, -0.6], [0.7, 0.2], [-0.5, 0.9]], "bias": 0.25},
        {"activation": "sigmoid", "weights": [[0.3, -0.8, 0.5], [0.6, 0.1, -0.4]], "bias": -0.35},
    ],
}
OWN = {
    **SHARED,
    "layers": [
        {"activation": "tanh", "weights": [[0.4, -0.6], [0.7, 0.2], [-0.5, 0.9]], "bias": [0.25, -0.1, 0.4]},
        {"activation": "sigmoid", "weights": [[0.3, -0.8, 0.5], [0.6, 0.1, -0.4]], "bias": [-0.35, 0.15]},
    ],
}
SETTINGS: list[dict[str, Any]] = [
    {},
    {"momentum": 0.9},
    {"momentum": 0.8, "dampening": 0.3},
    {"dampening": 0.3},
    {"momentum": 0.9, "nesterov": True},
    {"weight_decay": 0.05},
    {"weight_decay": {"weights": 0.1, "biases": 0}},
    {"weight_decay": {"weights": 0.02, "biases": 0.3}},
    {"momentum": 0.7, "dampening": 0.2, "weight_decay": 0.04},
    {"momentum": 0.7, "nesterov": True, "weight_decay": {"weights": 0.1, "biases": 0}},
    {"reduction": "sum"},
    {"batch_size": "all"},
    {"batch_size": 1},
    {"batch_size": 2},
    {"batch_size": 2, "reduction": "sum", "momentum": 0.6},
    {"batch_size": 4, "weight_decay": 0.01},
]


def descend(file: Mapping[str, Any], frozen: frozenset[str] = frozenset()) -> tuple[Reference, Array, Array]:
    """Return the reference, the parameters after the file's steps, and the gradient of the last step."""
    reference = read(file)
    decay = file.get("weight_decay", 0.0)
    if isinstance(decay, Mapping):
        kinds = [decay["weights"] if name in reference.weight_names else decay["biases"] for name in reference.names]
        decay = np.array(kinds)
    rule = torch_sgd.Rule(
        file["learning_rate"], file.get("momentum", 0), file.get("dampening", 0), file.get("nesterov", False), decay
    )
    samples = len(reference.inputs)
    batch_size = samples if file.get("batch_size", "all") == "all" else file["batch_size"]
    gradients: list[Array] = []

    def gradient(theta: Array, step: int) -> Array:
        batch = [(step * batch_size + k) % samples for k in range(batch_size)]
        gradients.append(reference.gradient(theta, batch))
        return gradients[-1]

    trained = np.array([name not in frozen for name in reference.names])
    theta = next(islice(torch_sgd.steps(rule, reference.start, gradient, trained), file["steps"] - 1, None))
    return reference, theta, gradients[-1]


@pytest.mark.parametrize("steps", [1, 2, 7])
@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("base", [SHARED, OWN], ids=["shared", "own"])
def test_every_setting_of_the_descent_follows_torchs_rule(
    base: dict[str, Any], settings: dict[str, Any], steps: int
) -> None:
    file = {**base, **settings, "steps": steps}
    reference, theta, gradient = descend(file)
    answer = run_json(file)
    assert answer["step"] == answer["steps"] == steps
    assert answer["parameters"] == close(dict(zip(reference.names, theta.tolist(), strict=True)))
    assert answer["gradients"] == close(dict(zip(reference.names, gradient.tolist(), strict=True)))
    assert answer["loss_before"] == pytest.approx(float(reference.total(reference.start)), rel=RELATIVE)
    assert answer["loss_after"] == pytest.approx(float(reference.total(theta)), rel=RELATIVE)


@pytest.mark.parametrize(
    ("patterns", "frozen"),
    [
        (["b*"], {"b1_1", "b1_2", "b1_3", "b2_1", "b2_2"}),
        (["w1*"], {"w11", "w12", "w13"}),
        (["w?2", "b2_1"], {"w12", "w22", "w32", "w42", "w52", "b2_1"}),
        (["W2[1,2]", "b1[3]"], {"w41", "b1_3"}),
        (["*"], {"*"}),
    ],
    ids=["all biases", "by prefix", "by place", "by position", "everything"],
)
def test_frozen_parameters_stay_and_all_others_move_by_the_rule(patterns: list[str], frozen: set[str]) -> None:
    file = {**OWN, "momentum": 0.9, "weight_decay": 0.1, "steps": 4, "freeze": patterns}
    names = frozenset(read(file).names) if frozen == {"*"} else frozenset(frozen)
    assert names <= set(read(file).names)
    reference, theta, _ = descend(file, names)
    parameters = run_json(file)["parameters"]
    start = dict(zip(reference.names, reference.start.tolist(), strict=True))
    assert {name: parameters[name] for name in names} == {name: start[name] for name in names}
    assert parameters == close(dict(zip(reference.names, theta.tolist(), strict=True)))


def test_a_position_is_no_glob() -> None:
    """As a glob `W2[1,1]` would fit the names W21, W2, and W2."""
    row = [{"W21": 0.5, "v": 0.25}]
    network = {"inputs": [1, 2], "targets": [1], "freeze": ["W2[1,1]"]}
    network["layers"] = [{"weights": row}, {"weights": [{"u": 2.0}]}]
    parameters = run_json(network)["parameters"]
    assert parameters["u"] == 2.0
    assert parameters["W21"] != 0.5 and parameters["v"] != 0.25


def test_a_frozen_shared_bias_stays() -> None:
    parameters = run_json({**SHARED, "steps": 3, "freeze": ["b1"]})["parameters"]
    assert parameters["b1"] == 0.25
    assert parameters["b2"] != -0.35


def test_steps_and_learning_rate_of_the_command_line_override_the_file() -> None:
    file = {**OWN, "momentum": 0.9}
    told = run_json({**file, "steps": 2}, "--steps", "5", "--learning-rate", "0.11")
    assert (told["steps"], told["learning_rate"]) == (5, 0.11)
    assert told["parameters"] == run_json({**file, "steps": 5, "learning_rate": 0.11})["parameters"]


def test_without_steps_the_gradients_are_shown_and_nothing_moves() -> None:
    answer = run_json(OWN, "-n", "0")
    reference = read(OWN)
    assert answer["gradients"] == run_json(OWN)["gradients"]
    assert list(answer["parameters"].values()) == reference.start.tolist()
    assert answer["loss_after"] == answer["loss_before"]


# With E = o and o = w·x, the gradient of a step is the input of the sample it took.
TELLTALE = {"loss": "output", "inputs": [[1.0], [2.0], [3.0], [4.0], [5.0]], "layers": [{"weights": [[0.5]]}]}


def taken(seed: int, steps: int) -> list[float]:
    file = {**TELLTALE, "batch_size": 1, "shuffle": True, "seed": seed}
    return [run_json(file, "-n", str(step))["gradients"]["w11"] for step in range(1, steps + 1)]


def test_shuffled_epochs_take_every_sample_once_in_an_order_that_the_seed_decides() -> None:
    orders = {seed: taken(seed, 10) for seed in range(6)}
    for order in orders.values():
        assert sorted(order[:5]) == sorted(order[5:]) == [1, 2, 3, 4, 5]
    assert orders[3] == taken(3, 10)
    assert len({tuple(order[:5]) for order in orders.values()}) > 1
    assert any(order[:5] != order[5:] for order in orders.values())


@pytest.mark.parametrize(
    "settings",
    [{}, {"reduction": "sum", "weight_decay": 0.1}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}],
    ids=str,
)
@pytest.mark.parametrize("base", [SHARED, OWN], ids=["shared", "own"])
def test_three_steps_equal_three_piped_runs_of_one_step_bit_for_bit(
    base: dict[str, Any], settings: dict[str, Any], tmp_path: Path
) -> None:
    file = {**base, **settings}
    source = tmp_path / "start.json"
    source.write_text(json.dumps(file))
    once = backprop("run", str(source), "-q", "-o", "-")
    twice = backprop("run", "-", "-q", "-o", "-", stdin=once.stdout)
    thrice = backprop("run", "-", "-f", "json", stdin=twice.stdout)
    assert thrice.json["parameters"] == run_json(file, "-n", "3")["parameters"]
