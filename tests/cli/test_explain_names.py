"""`explain` takes any name for whatever has a derivative of the loss, and lists all that has one."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from tests.program import backprop, explain_json, run_json

NETWORK: dict[str, Any] = {
    "loss": "squared_error",
    "inputs": {"x1": 0.3, "size": -0.7},
    "targets": [0.2, 0.9],
    "layers": [
        {"activation": "tanh", "weights": [[0.4, -0.3], [0.2, 0.5], [-0.6, 0.1]], "bias": [0.1, -0.2, 0.3]},
        {"activation": "softmax", "weights": [[0.7, -0.4, 0.3], [0.1, 0.6, -0.5]], "bias": 0.2},
    ],
}
STEP = 1e-6
"""Of the central difference."""


def names(*args: str) -> list[str]:
    return [one["name"] for one in backprop("explain", *args, "-f", "json").json["explanations"]]


@pytest.mark.parametrize(
    ("args", "explained"),
    [
        (["w31"], ["w31"]),
        (["classic", "w31", "w41"], ["w31", "w41"]),
        (["classic", "-w", "w31,w41", "b1"], ["b1", "w31", "w41"]),
        (["classic", "-w", "W2[1,1],b2[1]"], ["w31", "b2"]),
        (["classic", "w31,", "-w", "b1, b2"], ["w31", "b1", "b2"]),
        (["classic", "dE/dw31", "∂E/∂w41", "grad_w32", "w_42"], ["w31", "w41", "w32", "w42"]),
        (["classic", "dE/dz3", "δ4", "dL/da1", "x2", "o1"], ["z3", "z4", "a1", "x2", "o1"]),
        (["classic", "W2", "b2"], ["w31", "w41", "w32", "w42", "b2"]),
        (["wikidocs", "W1"], ["W1"]),
        (["xor", "b1"], ["b1_1", "b1_2"]),
    ],
)
def test_a_name_means_what_it_says(args: list[str], explained: list[str]) -> None:
    assert names(*args) == explained


@pytest.mark.parametrize("name", ["", ",", "W9", "dE/d"])
def test_what_is_no_name_is_not_taken_for_none(name: str) -> None:
    result = backprop("explain", "classic", "-w", name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"unknown parameter {name!r}" in result.stderr


def test_the_file_may_be_left_out_which_is_said() -> None:
    assert "built-in example classic" in backprop("explain", "w31").stderr
    assert backprop("explain", "w31").stdout == backprop("explain", "classic", "-w", "w31").stdout


@pytest.mark.parametrize(("name", "published"), [("z3", 0.138498562), ("a1", 0.036350306), ("z1", 0.008771355)])
def test_the_derivatives_by_net_inputs_and_activations_are_the_published_ones(name: str, published: float) -> None:
    (found,) = backprop("explain", "mazur", name, "--paths", "-f", "json").json["explanations"]
    assert found["gradient"] == pytest.approx(published, abs=1e-9)
    assert sum(path["value"] for path in found["paths"]) == pytest.approx(published, abs=1e-9)
    assert found["partials"][-1]["name"] == f"dE/d{name}"
    assert "update" not in found


@pytest.mark.parametrize("name", ["x1", "size"])
def test_the_derivative_by_an_input_is_how_the_loss_follows_it(name: str) -> None:
    def loss(change: float) -> float:
        inputs = {**NETWORK["inputs"], name: NETWORK["inputs"][name] + change}
        return float(run_json({**NETWORK, "inputs": inputs}, "-n", "0")["loss_before"])

    (found,) = explain_json(NETWORK, "-w", name)["explanations"]
    assert found["gradient"] == pytest.approx((loss(STEP) - loss(-STEP)) / (2 * STEP), rel=1e-7)


def test_without_a_name_everything_is_listed_with_its_gradient() -> None:
    listed = explain_json(NETWORK)["quantities"]
    kinds = ["weight"] * 6 + ["bias"] * 3 + ["weight"] * 6 + ["bias"]
    kinds += ["net input"] * 3 + ["activation"] * 3 + ["net input"] * 2 + ["output"] * 2 + ["input"] * 2
    assert [one["kind"] for one in listed] == kinds
    each = explain_json(NETWORK, "-w", ",".join(one["name"] for one in listed))["explanations"]
    assert [(one["name"], one["value"], one["gradient"]) for one in listed] == [
        (one["name"], one["value"], one["gradient"]) for one in each
    ]


def test_the_list_is_a_table_and_csv_too() -> None:
    shown = backprop("explain", "xor", "--rows", "3")
    assert "What can be explained" in shown.stdout and "sample 1" in shown.stdout
    lines = backprop("explain", "classic", "-f", "csv").stdout.splitlines()
    assert lines[0] == "name,kind,value,gradient"
    assert lines[6] == "w31,weight,0.4,0.08216704056423078"
    assert len(lines) == 21


def test_a_markdown_and_a_latex_list_can_be_made() -> None:
    for format in ("md", "tex"):
        assert "w_{31}" in backprop("explain", "classic", "-f", format).stdout


def test_the_examples_of_names_in_the_help_are_names() -> None:
    assert names("classic", "w31", "b2", "W2[1,1]", "W2", "z3", "a1", "o1", "x1")[:3] == ["w31", "b2", "w31"]
    assert yaml.safe_load(backprop("examples", "classic").stdout)["layers"][1]["weights"][0][0] == 0.4


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("W2[1,4]", "a unit of layer 2 has 3 sources, counted from 1"),
        ("W2[3,1]", "layer 2 has 2 units, counted from 1"),
        ("W3[1,1]", "the network has 2 layers, counted from 1"),
        ("b0[1]", "the network has 2 layers, counted from 1"),
        ("E", "E is the loss itself, whose derivatives are explained: name by what, such as w11"),
        ("L", "E is the loss itself, whose derivatives are explained: name by what, such as w11"),
        ("t2", "t2 is a target, by which nothing is derived: name a weight, such as w11"),
        ("E_o1", "E_o1 is a share of the loss E: name by what it is derived, such as w11"),
    ],
)
def test_a_name_without_a_derivative_is_answered_with_why(name: str, hint: str) -> None:
    result = backprop("explain", "-", name, stdin=json.dumps(NETWORK))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"error: unknown parameter {name!r}\n    hint: {hint}\n"


def test_a_layer_without_biases_is_told() -> None:
    bare = {"inputs": [1], "targets": [1], "layers": [{"weights": [[1]]}]}
    assert backprop("explain", "-", "b1[1]", stdin=json.dumps(bare)).stderr.endswith("hint: layer 1 has no bias\n")
