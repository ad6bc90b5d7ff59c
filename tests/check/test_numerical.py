"""`check` against functions whose derivatives are known, and with a gradient spoilt on purpose."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from backprop_cli import load
from backprop_cli.check import numerical
from backprop_cli.check.numerical import GradientCheck, check_gradients
from backprop_cli.check.surface import Surface, ridders
from backprop_cli.errors import DivergedError
from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.functions.losses import LOSSES
from backprop_cli.network.names import Parameter
from backprop_cli.training.train import Run, train
from tests.program import backprop


def network(
    hidden: str = "tanh", output: str = "sigmoid", loss: str = "half_squared_error", **more: Any
) -> dict[str, Any]:
    return {
        "loss": loss,
        "inputs": [[0.3, 0.7], [-0.2, 0.5]],
        "targets": [[0.2, 0.8], [1.0, 0.0]],
        "layers": [
            {"activation": hidden, "weights": [[0.5, -0.4], [0.31, 0.21]], "bias": 0.4},
            {"activation": output, "weights": [[0.55, 0.4], [0.3, 0.2]], "bias": [0.1, 0.25]},
        ],
    } | more  # fmt: skip


def checked(config: dict[str, Any], **options: Any) -> GradientCheck:
    return check_gradients(train(load(config), 0), **{"tolerance": 1e-6, **options})


def spoilt(run: Run, layer: int, unit: int, source: int, factor: float) -> Run:
    """The run with one gradient wrong."""
    gradients = run.shown.gradients
    row = gradients.row[:]
    row[gradients.names.index(Parameter(layer, unit, source))] *= factor
    return replace(run, shown=run.shown._replace(gradients=replace(gradients, row=row)))


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("loss", ["half_squared_error", "cross_entropy", "log_cosh"])
def test_every_activation_passes(activation: str, loss: str) -> None:
    output = activation if loss != "cross_entropy" else "sigmoid"
    found = checked(network(activation, output, loss))
    assert [probe.verdict for probe in found.parameters] == ["ok"] * 11
    assert found.passed
    assert found.method == ("central differences" if activation == "gelu" else "complex step")


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("hidden", ["tanh", "gelu"])
def test_every_loss_passes(loss: str, hidden: str) -> None:
    found = checked(network(hidden, loss=loss))
    assert {probe.verdict for probe in found.parameters} == {"ok"}


@pytest.mark.parametrize("hidden", ["tanh", "gelu"])
@pytest.mark.parametrize("factor", [1 + 1e-4, 0.5, -1.0, 0.0])
def test_a_wrong_gradient_is_found_alone(hidden: str, factor: float) -> None:
    found = check_gradients(spoilt(train(load(network(hidden)), 0), 1, 0, 1, factor), 1e-6)
    assert [probe.name for probe in found.parameters if probe.verdict == "wrong"] == ["w41"]
    assert not found.passed


def test_the_tolerance_decides() -> None:
    run = spoilt(train(load(network()), 0), 0, 0, 0, 1.001)
    assert not check_gradients(run, 1e-4).passed
    assert check_gradients(run, 1e-2).passed


def test_a_unit_on_its_kink_is_named_and_does_not_fail() -> None:
    config = network("relu", inputs=[[0.5, 1.0]], targets=[[0.2, 0.8]])
    config["layers"][0] = {"activation": "relu", "weights": [[0.5, -0.25], [0.3, 0.2]]}  # z1 = 0.25 − 0.25
    found = checked(config)
    assert {probe.name: probe.verdict for probe in found.parameters if probe.verdict != "ok"} == dict.fromkeys(
        ("w11", "w21"), "kink"
    )
    assert found.passed


@pytest.mark.parametrize("hidden", ["linear", "gelu"])
def test_a_loss_on_its_kink_is_named(hidden: str) -> None:
    config = {
        "loss": "absolute_error", "inputs": [0.0], "targets": [0.25],
        "layers": [{"activation": hidden, "weights": [[0.5]]}, {"weights": [[1.0]], "bias": 0.25}],
    }  # fmt: skip
    verdicts = {probe.name: probe.verdict for probe in checked(config).parameters}
    assert verdicts["b2"] == "kink"


def test_near_a_kink_the_differences_step_back() -> None:
    config = network("gelu", "relu", inputs=[[0.3, 0.7]], targets=[[0.2, 0.8]])
    config["layers"][1]["bias"] = [0.1, -0.36]
    assert {probe.verdict for probe in checked(config).parameters} == {"ok"}


@pytest.mark.parametrize("loss", ["huber", "half_squared_error", "output"])
@pytest.mark.parametrize("output", ["gelu", "sigmoid", "linear"])
def test_steep_and_bent_functions_are_differenced_closer_by(loss: str, output: str) -> None:
    config = network("gelu", output, loss, inputs=[[-0.54, 0.36], [1.3, 0.95]], targets=[[0.4, 0.5], [-0.6, 1.49]])
    for layer in config["layers"]:
        layer["weights"] = [[20.0 * weight for weight in row] for row in layer["weights"]]
    found = checked(config)
    assert [(probe.name, probe.verdict) for probe in found.parameters if probe.verdict != "ok"] == []


@pytest.mark.parametrize(("hidden", "loss"), [("hard_tanh", "half_squared_error"), ("gelu", "log_cosh")])
def test_gradients_of_which_only_rounding_is_left_are_not_called_wrong(hidden: str, loss: str) -> None:
    generator = np.random.default_rng(3)
    for scale in (1e-6, 30.0):
        for _ in range(8):
            config = network(hidden, "softmax", loss, inputs=generator.normal(size=(3, 2)).round(2).tolist())
            config["targets"] = [[0.3, 0.7], [0.9, 0.1], [0.55, 0.45]]
            for layer in config["layers"]:
                layer["weights"] = (scale * generator.normal(size=(2, 2))).tolist()
            assert checked(config).passed


def test_a_large_network_is_sampled_and_probed_in_random_directions() -> None:
    generator = np.random.default_rng(1)
    config = {
        "inputs": generator.normal(size=30).tolist(), "targets": generator.normal(size=20).tolist(),
        "layers": [
            {"activation": "tanh", "weights": (generator.normal(size=(40, 30)) / 6).tolist(), "bias": 0.1},
            {"weights": (generator.normal(size=(20, 40)) / 6).tolist(), "bias": [0.1] * 20},
        ],
    }  # fmt: skip
    run = train(load(config), 0)
    found = check_gradients(run, 1e-6)
    assert (len(found.parameters), len(found.directions), found.parameter_count) == (
        200,
        10,
        40 * 30 + 1 + 20 * 40 + 20,
    )
    assert found.passed
    few, again, other = (check_gradients(run, 1e-6, 5, seed) for seed in (3, 3, 4))
    assert few == again
    assert [probe.name for probe in few.parameters] != [probe.name for probe in other.parameters]
    # a direction moves every parameter: it sees the wrong gradient that the sample misses
    hurt = check_gradients(spoilt(run, 1, 7, 7, 3.0), 1e-6, 1, 3)
    assert {probe.verdict for probe in hurt.directions} == {"wrong"}


@pytest.mark.parametrize(("function", "slope"), [(math.sin, 1.0), (math.exp, 1.0), (lambda t: (t + 2) ** 3, 12.0)])
def test_ridders_finds_known_slopes_and_knows_its_error(function: Any, slope: float) -> None:
    value, error = ridders(function, 0.1)
    assert abs(value - slope) <= max(10 * error, 1e-13)
    assert error < 1e-9


def test_a_softplus_far_below_zero_keeps_its_real_part_beside_an_imaginary_one() -> None:
    found = checked(
        {
            "loss": "kl_divergence",
            "inputs": [1.0],
            "targets": [0.5],
            "layers": [{"activation": "softplus", "weights": [[-40.0]]}],
        }
    )
    assert [probe.verdict for probe in found.parameters] == ["ok"]
    assert found.parameters[0].numerical == pytest.approx(-0.5, rel=1e-9)


def test_overflows_on_the_way_are_taken_in_silence() -> None:
    network = {
        "loss": "absolute_error", "inputs": [-0.59, 1e200], "targets": [5e-324, 1e-308], "momentum": 0.9, "steps": 3,
        "layers": [
            {"activation": "tanh", "weights": [[-3.0, -1e308], [-2.07, -3.0]], "bias": 1.7976931348623157e308},
            {"activation": "gelu", "weights": [[-1.96, 2.9], [-1.08, 1.7976931348623157e308]], "bias": [0.61, 1e-310]},
        ],
    }  # fmt: skip
    assert checked(network).parameter_count == 11


EXPONENTS = st.integers(-308, 307) | st.integers(-3, 3)
EXTREME = st.builds(
    lambda sign, digits, exponent: sign * digits * 10.0**exponent,
    st.sampled_from([-1, 1]),
    st.floats(1, 1.7),
    EXPONENTS,
)


@st.composite
def extreme_networks(draw: st.DrawFn) -> dict[str, Any]:
    widths = draw(st.lists(st.integers(1, 2), min_size=2, max_size=3))
    vector = {width: st.lists(EXTREME, min_size=width, max_size=width) for width in (1, 2)}
    layers = [
        {
            "activation": draw(st.sampled_from(sorted(ACTIVATIONS))),
            "weights": draw(st.lists(vector[sources], min_size=units, max_size=units)),
            "bias": draw(vector[units]),
        }
        for sources, units in pairwise(widths)
    ]
    target = st.sampled_from([0.0, 0.5, 1.0])
    return {
        "loss": draw(st.sampled_from(sorted(LOSSES))),
        "inputs": draw(vector[widths[0]]),
        "targets": draw(st.lists(target, min_size=widths[-1], max_size=widths[-1])),
        "layers": layers,
    }


@settings(max_examples=200)
@given(extreme_networks())
def test_right_gradients_are_not_called_wrong_however_large_or_small_the_numbers(config: dict[str, Any]) -> None:
    try:
        found = checked(config)
    except DivergedError:
        reject()
    assert [probe for probe in found.parameters if probe.verdict == "wrong"] == []


FAR_OUT = {
    "loss": "output",
    "inputs": [1e153, 1.0],
    "layers": [{"activation": "softsign", "weights": [[1e-100, 1.0], [0.0, 1.0]]}],
}


def test_what_no_step_can_tell_is_unclear_and_does_not_fail() -> None:
    found = checked(FAR_OUT)
    assert [probe.verdict for probe in found.parameters] == ["unclear", "ok", "ok", "ok"]
    assert found.passed
    shown = backprop("check", "-", stdin=json.dumps(FAR_OUT))
    assert shown.exit_code == 0
    assert "Not to be decided by numerical differentiation, whose own roundoff is larger here: w11." in shown.stdout
    assert "4 gradients: no contradiction" in shown.stdout
    first, *_ = backprop("check", "-", "-f", "json", stdin=json.dumps(FAR_OUT)).json["parameters"]
    assert first["verdict"] == "unclear"


@pytest.mark.parametrize("size", [1e-60, 1e60])
@pytest.mark.parametrize("hidden", ["tanh", "gelu"])
def test_a_wrong_gradient_is_found_among_large_and_small_numbers(hidden: str, size: float) -> None:
    config = network(hidden, "linear", inputs=[[0.3 * size, 0.7 * size]], targets=[[0.2, 0.8]])
    for row in config["layers"][0]["weights"]:
        row[:] = [weight / size for weight in row]
    run = train(load(config), 0)
    probes = check_gradients(spoilt(run, 0, 1, 0, 1.001), 1e-6).parameters
    assert [probe.name for probe in probes if probe.verdict == "wrong"] == ["w12"]


@pytest.mark.parametrize("bias", [1e6, 1e9, 1e100])
def test_a_sum_of_which_only_rounding_is_left_is_not_called_wrong_under_a_large_parameter(bias: float) -> None:
    layer = {"activation": "softmax", "weights": [[0.1], [0.7], [0.35]], "bias": bias}
    found = checked({"loss": "cross_entropy", "inputs": [1], "targets": [0.3, 0.3, 0.4], "layers": [layer]})
    assert found.parameters[-1].name == "b1"
    assert "wrong" not in [probe.verdict for probe in found.parameters]


@pytest.mark.parametrize("size", [50, 130, 300])
def test_a_bend_of_the_slope_nearer_than_any_step_is_not_differenced_over(size: float) -> None:
    # softsign'(z) = 1/(1 + |z|)²: at z = 5e-5 central differences are off by as much as they are wide
    layers = [{"activation": "softsign", "weights": [[1e-6]]}, {"activation": "gelu", "weights": [[1]], "bias": 0.3}]
    found = checked({"inputs": [size], "targets": [3], "layers": layers})
    assert "wrong" not in [probe.verdict for probe in found.parameters]


@pytest.mark.parametrize(("room", "parameters", "directions"), [(0, 1, 1), (5, 4, 1), (9, 7, 2), (12, 12, 0)])
def test_as_many_slopes_are_estimated_as_there_is_time_for(
    monkeypatch: pytest.MonkeyPatch, room: int, parameters: int, directions: int
) -> None:
    config, told = network("gelu"), list[tuple[int, int]]()
    setup = load(config)
    cost = Surface(setup.network, setup.samples, "mean", 1.0).cost
    monkeypatch.setattr(numerical, "MOST_SECONDS", (room + 0.5) * cost)
    found = checked(config, on_progress=lambda done, total: told.append((done, total)))
    assert (len(found.parameters), len(found.directions)) == (min(parameters, found.parameter_count), directions)
    assert told[-1] == (len(told), len(found.parameters) + len(found.directions))
    assert found.passed
    assert len(checked(config, sample=8).parameters) == 8
