"""What scripts rely on: the JSON of `run` and `explain`, the names in it, and the exit codes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import pairwise
from math import fsum, prod
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracle.reference import ACTIVATIONS, read
from tests.program import backprop, explain_json, run_json

CLASSIC = {
    "loss": "half_squared_error",
    "learning_rate": 0.5,
    "steps": 1,
    "inputs": [0.05, 0.10],
    "targets": [0.01, 0.99],
    "layers": [
        {
            "activation": "sigmoid",
            "weights": [{"w11": 0.15, "w21": 0.20}, {"w12": 0.25, "w22": 0.30}],
            "bias": {"b1": 0.35},
        },
        {"activation": "sigmoid", "weights": [[0.40, 0.45], [0.50, 0.55]], "bias": 0.60},
    ],
}
CLASSIC_NAMES = ["w11", "w21", "w12", "w22", "b1", "w31", "w41", "w32", "w42", "b2"]


def exact(wanted: float) -> Any:
    # the last digit of a float64, give or take the rounding of another machine's exp
    return pytest.approx(wanted, rel=1e-15, abs=0)


def by_name(partials: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    named = {partial["name"]: partial for partial in partials}
    assert len(named) == len(partials), "a name stands for one partial"
    return named


def assert_partials_compose(partials: list[dict[str, Any]]) -> None:
    named = by_name(partials)
    for partial in partials:
        assert partial["name"] == f"d{partial['of']}/d{partial['wrt']}"
        assert ("rule" in partial) != ("terms" in partial), partial
        if "terms" in partial:
            assert partial["terms"], partial
            products = [prod(named[factor]["value"] for factor in term) for term in partial["terms"]]
            size = fsum(abs(product) for product in products)
            assert partial["value"] == pytest.approx(fsum(products), rel=0, abs=1e-14 * size + 1e-300), partial


# -------------------------------------------------------------------------------------------- the classic network


def test_the_classic_network_has_the_contracts_figures() -> None:
    answer = run_json(CLASSIC)
    partials = by_name(answer["partials"])
    assert answer["loss"] == "half_squared_error"
    assert (answer["learning_rate"], answer["steps"], answer["step"], answer["sample"]) == (0.5, 1, 1, 1)
    assert answer["loss_before"] == exact(0.2983711087600027)
    assert answer["loss_after"] == exact(0.2857508866992965)
    assert answer["forward"]["z1"] == exact(0.3775)
    assert answer["forward"]["a1"] == exact(0.5932699921071872)
    assert partials["dE/do1"]["rule"] == "-(t1 - o1)"
    assert partials["dE/do1"]["value"] == exact(0.7413650695523157)
    assert {key: partials["dE/dw31"][key] for key in ("of", "wrt", "terms")} == {
        "of": "E",
        "wrt": "w31",
        "terms": [["dE/dz3", "dz3/dw31"]],
    }
    assert partials["dE/dw31"]["value"] == exact(0.08216704056423078)
    assert answer["gradients"]["w11"] == exact(0.00043856773447434685)
    assert answer["parameters"]["w11"] == exact(0.1497807161327628)


def test_the_explanation_of_w31_has_the_contracts_figures() -> None:
    answer = explain_json(CLASSIC, "--weight", "w31", "--paths")
    assert (answer["step"], answer["sample"]) == (1, 1)
    (explanation,) = answer["explanations"]
    assert (explanation["name"], explanation["value"]) == ("w31", 0.4)
    assert explanation["gradient"] == exact(0.08216704056423078)
    (path,) = explanation["paths"]
    assert path["factors"] == ["dE/do1", "do1/dz3", "dz3/dw31"]
    assert path["value"] == exact(0.08216704056423078)
    assert path["share"] == exact(1.0)
    assert explanation["update"]["old"] == 0.4
    assert explanation["update"]["change"] == exact(-0.04108352028211539)
    assert explanation["update"]["new"] == exact(0.35891647971788465)
    partials = by_name(explanation["partials"])
    assert partials["dE/dw31"]["terms"] == [["dE/dz3", "dz3/dw31"]]
    assert partials["dz3/dw31"]["value"] == exact(0.5932699921071872)


def test_paths_are_left_out_unless_asked_for() -> None:
    (explanation,) = explain_json(CLASSIC, "--weight", "w31")["explanations"]
    assert "paths" not in explanation


def test_gradients_and_parameters_list_layer_by_layer_the_weights_then_the_biases() -> None:
    answer = run_json(CLASSIC)
    assert list(answer["gradients"]) == list(answer["parameters"]) == CLASSIC_NAMES


def test_the_keys_of_run_are_those_of_the_contract() -> None:
    settings_of_the_run = {"loss", "learning_rate", "steps", "step", "sample", "loss_before", "loss_after"}
    wanted = settings_of_the_run | {"forward", "partials", "gradients", "parameters"}
    assert wanted <= set(run_json(CLASSIC))
    assert run_json({**CLASSIC, "title": "Classic"})["title"] == "Classic"


def test_without_a_config_the_classic_network_is_run_and_standard_error_says_so() -> None:
    result = backprop("run", "--format", "json")
    assert result.json["parameters"] == run_json(CLASSIC)["parameters"]
    assert result.json["forward"] == run_json(CLASSIC)["forward"]
    assert len(result.stderr.strip().splitlines()) == 1
    assert "classic" in result.stderr


def test_a_json_file_a_yaml_file_and_standard_input_give_one_answer(tmp_path: Path) -> None:
    text = json.dumps(CLASSIC)
    answers = [run_json(CLASSIC)]
    for name in ("net.json", "net.yaml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        answers.append(backprop("run", str(path), "-f", "json").json)
    assert answers[0] == answers[1] == answers[2]


def test_explain_all_has_every_parameter_with_the_gradient_and_update_of_run() -> None:
    explanations = explain_json(CLASSIC, "--all")["explanations"]
    ran = run_json(CLASSIC)
    assert sorted(e["name"] for e in explanations) == sorted(CLASSIC_NAMES)
    assert {e["name"]: e["gradient"] for e in explanations} == ran["gradients"]
    assert {e["name"]: e["update"]["new"] for e in explanations} == ran["parameters"]


# ------------------------------------------------------------------------------------------------ random networks

numbers = st.floats(-1.5, 1.5).map(lambda x: round(x, 4))
SAFE_LOSSES = [
    "half_squared_error",
    "squared_error",
    "mean_squared_error",
    "log_cosh",
    "huber",
    "hinge",
    "absolute_error",
    "output",
]


@st.composite
def networks(draw: st.DrawFn) -> dict[str, Any]:
    sizes = draw(st.lists(st.integers(1, 3), min_size=2, max_size=5))
    samples = draw(st.integers(1, 3))

    def matrix(rows: int, columns: int) -> list[list[float]]:
        row = st.lists(numbers, min_size=columns, max_size=columns)
        return draw(st.lists(row, min_size=rows, max_size=rows))

    layers = []
    for sources, units in pairwise(sizes):
        layer: dict[str, Any] = {
            "activation": draw(st.sampled_from(list(ACTIVATIONS))),
            "weights": matrix(units, sources),
        }
        kind = draw(st.sampled_from(["shared", "own", "none"]))
        if kind != "none":
            layer["bias"] = draw(numbers) if kind == "shared" else matrix(1, units)[0]
        layers.append(layer)
    loss = draw(st.sampled_from(SAFE_LOSSES))
    if layers[-1]["activation"] in ("sigmoid", "softmax"):
        # the pairs whose delta collapses to o − t
        pair = "cross_entropy" if layers[-1]["activation"] == "softmax" else "binary_cross_entropy"
        loss = draw(st.sampled_from([loss, pair]))
    targets = [[float(draw(st.booleans())) for _ in range(sizes[-1])] for _ in range(samples)]
    return {
        "loss": loss,
        "learning_rate": 0.01,
        "reduction": draw(st.sampled_from(["mean", "sum"])),
        "inputs": matrix(samples, sizes[0]),
        "targets": targets,
        "layers": layers,
    }


@settings(max_examples=120)
@given(networks(), st.data())
def test_every_partial_with_terms_is_the_sum_of_the_products_it_names(
    network: dict[str, Any], data: st.DataObject
) -> None:
    samples = len(network["inputs"])
    sample = data.draw(st.integers(1, samples), label="sample")
    answer = run_json(network, "--sample", str(sample))
    assert_partials_compose(answer["partials"])
    named = by_name(answer["partials"])
    reference = read(network)
    wanted = [*reference.names, *reference.input_names, *(name for name in answer["forward"] if name[0] in "za")]
    assert {f"dE/d{name}" for name in wanted} <= set(named)
    if samples == 1:
        assert {name: named[f"dE/d{name}"]["value"] for name in reference.names} == pytest.approx(
            answer["gradients"], rel=1e-12, abs=1e-300
        )


@settings(max_examples=60)
@given(networks(), st.data())
def test_every_explanation_composes_and_its_paths_add_up(network: dict[str, Any], data: st.DataObject) -> None:
    samples = len(network["inputs"])
    name = data.draw(st.sampled_from(read(network).names), label="parameter")
    sample = data.draw(st.integers(1, samples), label="sample")
    (explanation,) = explain_json(network, "--weight", name, "--paths", "--limit", "100000", "--sample", str(sample))[
        "explanations"
    ]
    assert explanation["name"] == name
    assert_partials_compose(explanation["partials"])
    shown = by_name(explanation["partials"])[f"dE/d{name}"]["value"]
    products = [path["value"] for path in explanation["paths"]]
    size = fsum(abs(product) for product in products)
    assert fsum(products) == pytest.approx(shown, rel=1e-10, abs=1e-12 * size + 1e-300)
    ran = run_json(network)
    assert explanation["gradient"] == ran["gradients"][name]
    assert explanation["update"]["new"] == ran["parameters"][name]


# ---------------------------------------------------------------------------------------------------------- names


def plain(*sizes: int, **keys: Any) -> dict[str, Any]:
    layers = [
        {
            "activation": "tanh",
            "weights": [[0.1 + 0.07 * s - 0.05 * t for s in range(sources)] for t in range(units)],
            "bias": [0.01 * t for t in range(units)],
        }
        for sources, units in pairwise(sizes)
    ]
    return {"inputs": [0.3] * sizes[0], "targets": [0.2] * sizes[-1], "layers": layers, **keys}


def test_sources_are_counted_through_inputs_and_hidden_layers() -> None:
    assert list(run_json(plain(1, 2, 1, 2))["gradients"]) == [
        *("w11", "w12", "b1_1", "b1_2"),
        *("w21", "w31", "b2_1"),
        *("w41", "w42", "b3_1", "b3_2"),
    ]


def test_net_inputs_and_hidden_activations_are_numbered_straight_through_and_outputs_start_over() -> None:
    forward = run_json(plain(1, 2, 1, 2))["forward"]
    assert {name for name in forward if name[0] in "zao"} == {
        *("z1", "z2", "z3", "z4", "z5"),
        *("a1", "a2", "a3"),
        *("o1", "o2"),
    }


@pytest.mark.parametrize(
    ("sizes", "first", "last"),
    [
        ((9, 1), "w11", "w91"),
        ((10, 1), "w1_1", "w10_1"),
        ((2, 9), "w11", "w29"),
        ((2, 10), "w1_1", "w2_10"),
        ((6, 3, 2), "w11", "w92"),
        ((7, 3, 2), "w1_1", "w10_2"),
        ((2, 2, 11), "w1_1", "w4_11"),
    ],
)
def test_one_index_of_two_digits_separates_the_indices_of_every_weight(
    sizes: tuple[int, ...], first: str, last: str
) -> None:
    names = [name for name in run_json(plain(*sizes))["gradients"] if name[0] == "w"]
    assert (names[0], names[-1]) == (first, last)
    assert len(set(names)) == sum(a * b for a, b in pairwise(sizes))
    assert all(("_" in name) == ("_" in first) for name in names)


@pytest.mark.parametrize(
    ("position", "name"),
    [
        ("W1[1,1]", "w11"),
        ("W1[1,2]", "w21"),
        ("W1[2,1]", "w12"),
        ("W2[1,1]", "w31"),
        ("W2[2,1]", "w32"),
        ("b2[2]", "b2_2"),
    ],
)
def test_a_parameter_is_found_by_its_position_layer_unit_source(position: str, name: str) -> None:
    network = plain(2, 2, 2)
    assert explain_json(network, "--weight", position) == explain_json(network, "--weight", name)


def test_w_3_1_is_a_name_where_indices_have_two_digits_only() -> None:
    assert backprop("explain", "-", "--weight", "w11_3", stdin=json.dumps(plain(10, 3, 3))).exit_code == 0
    assert backprop("explain", "-", "--weight", "w113", stdin=json.dumps(plain(10, 3, 3))).exit_code == 2


NAMED = {
    "inputs": {"height": 0.05, "width": 0.10},
    "targets": [0.01, 0.99],
    "names": {"loss": "L"},
    "layers": [
        {"activation": "sigmoid", "weights": [{"p": 0.15, "q": 0.20}, [0.25, 0.30]], "bias": {"beta": 0.35}},
        {"activation": "sigmoid", "weights": [[0.40, 0.45], {"r": 0.50, "s": 0.55}], "bias": 0.60},
    ],
}


def test_names_in_the_file_win_over_the_default_ones() -> None:
    named, default = run_json(NAMED), run_json(CLASSIC)
    assert list(named["gradients"]) == ["p", "q", "w12", "w22", "beta", "w31", "w41", "r", "s", "b2"]
    assert list(named["gradients"].values()) == list(default["gradients"].values())
    partials = by_name(named["partials"])
    assert {"dL/dp", "dL/dheight", "dL/dwidth", "dz1/dp", "dL/dbeta", "dL/dw31"} <= set(partials)
    assert not {"dE/dp", "dL/dw11", "dL/dx1", "dL/db1"} & set(partials)
    assert_partials_compose(named["partials"])


@pytest.mark.parametrize(("name", "position"), [("p", "W1[1,1]"), ("s", "W2[2,2]")])
def test_a_parameter_named_in_the_file_keeps_its_position_name(name: str, position: str) -> None:
    assert explain_json(NAMED, "--weight", name) == explain_json(NAMED, "--weight", position)


@pytest.mark.parametrize("text", ["1e-3", "1E-3", "+.001", "0.001"])
def test_numbers_are_those_of_yaml_1_2(text: str) -> None:
    file = f"learning_rate: {text}\ninputs: [1]\ntargets: [0]\nlayers: [{{weights: [[0.5]]}}]\n"
    assert backprop("run", "-", "-f", "json", stdin=file).json["learning_rate"] == 0.001


def test_no_and_y_are_names_like_any_other() -> None:
    file = "inputs: [1, 2]\ntargets: [0]\nlayers: [{weights: [{no: 0.5, y: 0.25}], bias: {on: 0}}]\n"
    assert list(backprop("run", "-", "-f", "json", stdin=file).json["gradients"]) == ["no", "y", "on"]


def test_the_written_network_reads_back_bit_for_bit() -> None:
    thirds = {
        **plain(2, 2, 1),
        "layers": [{"weights": [[1 / 3, 2 / 3], [1e-17 / 3, -1e22 / 7]]}, {"weights": [[0.1, 5e-324]]}],
    }
    written = backprop("run", "-", "-n", "0", "-q", "-o", "-", stdin=json.dumps(thirds))
    assert written.exit_code == 0, written.stderr
    again = backprop("run", "-", "-n", "0", "-f", "json", stdin=written.stdout).json
    assert list(again["parameters"].values()) == read(thirds).start.tolist()


def test_the_losses_of_all_samples_come_before_the_first_and_after_the_last_step() -> None:
    several = {**CLASSIC, "inputs": [[0.05, 0.1], [0.4, -0.3]], "targets": [[0.01, 0.99], [0.5, 0.2]], "batch_size": 1}
    reference = read(several)
    for steps in ("1", "2", "3"):
        answer = run_json(several, "-n", steps)
        reached = read({**several, "layers": relayered(several, answer["parameters"])})
        assert answer["loss_before"] == pytest.approx(float(reference.total(reference.start)), rel=1e-12)
        assert answer["loss_after"] == pytest.approx(float(reached.total(reached.start)), rel=1e-12)


def relayered(network: Mapping[str, Any], parameters: Mapping[str, float]) -> list[dict[str, Any]]:
    """Put the classic network's parameters back in their places."""
    (w11, w21, w12, w22, b1, w31, w41, w32, w42, b2) = (parameters[name] for name in CLASSIC_NAMES)
    first, second = network["layers"]
    return [
        {**first, "weights": [[w11, w21], [w12, w22]], "bias": b1},
        {**second, "weights": [[w31, w41], [w32, w42]], "bias": b2},
    ]


# ----------------------------------------------------------------------------------------------------- exit codes


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "no/such/file.yaml"],
        ["run", "-", "--format", "jsn"],
        ["run", "-", "--stepz", "3"],
        ["rum"],
        ["run", "-", "--steps", "-1"],
        ["run", "-", "--sample", "2"],
        ["explain", "-", "--weight", "w99"],
        ["explain", "-", "--weight", "W3[1,1]"],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_two_and_one_message(arguments: list[str]) -> None:
    result = backprop(*arguments, stdin=json.dumps(CLASSIC))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.strip()
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"loss": "half_squared_eror"}, "half_squared_error"),
        ({"learning_rat": 0.5}, "learning_rate"),
        ({"learning_rate": "fast"}, "learning_rate"),
        ({"targets": [0.01]}, "targets"),
        ({"layers": []}, "layers"),
        ({"layers": [{"activation": "sigmoidd", "weights": [[1, 2]]}]}, "sigmoid"),
        ({"layers": [{"weights": [[1, 2], [3]]}]}, "weights"),
        ({"layers": [{"weights": [[1, 2, 3], [4, 5, 6]]}]}, "weights"),
    ],
    ids=str,
)
def test_a_mistake_in_the_file_exits_with_two_and_names_the_place(change: dict[str, Any], told: str) -> None:
    result = backprop("run", "-", stdin=json.dumps({**CLASSIC, **change}))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert told in result.stderr
    assert "Traceback" not in result.stderr


def test_a_missing_part_is_named() -> None:
    for key in ("layers", "inputs", "targets"):
        result = backprop("run", "-", stdin=json.dumps({k: v for k, v in CLASSIC.items() if k != key}))
        assert result.exit_code == 2
        assert key in result.stderr


def test_an_unknown_parameter_is_answered_with_the_nearest_one() -> None:
    result = backprop("explain", "-", "--weight", "w3l", stdin=json.dumps(CLASSIC))
    assert result.exit_code == 2
    assert "w31" in result.stderr


def test_training_that_diverges_exits_with_one_and_leaves_the_existing_file(tmp_path: Path) -> None:
    target = tmp_path / "kept.yaml"
    target.write_text("kept\n", encoding="utf-8")
    wild = {
        "loss": "squared_error",
        "learning_rate": 1e6,
        "inputs": [1.0],
        "targets": [0.0],
        "layers": [{"weights": [[1.0]]}],
    }
    result = backprop("run", "-", "-n", "200", "-o", str(target), stdin=json.dumps(wild))
    assert result.exit_code == 1
    assert re.search("learning.rate", result.stderr)
    assert target.read_text(encoding="utf-8") == "kept\n"


def test_a_look_is_step_0_and_changes_nothing() -> None:
    answer = backprop("run", "classic", "-n", "0", "-f", "json").json
    assert (answer["steps"], answer["step"]) == (0, 0)
    assert answer["loss_before"] == answer["loss_after"]
    assert (answer["parameters"]["w31"], answer["gradients"]["w31"]) == (0.4, pytest.approx(0.08216704056423078))
