"""A right number is right however it is written down: arrays of either orientation, batches, shares of 1/N, names, digits.

The right numbers come from a few lines of NumPy that share nothing with the program, the way in which courses write them.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backprop_cli import load
from backprop_cli.check.answers import read_answers
from backprop_cli.check.compare import AnswerKey, compare
from backprop_cli.check.diagnose import diagnose
from backprop_cli.check.given import given_numbers
from backprop_cli.check.ratios import Slip
from backprop_cli.training.train import train
from tests.check.courses import Arrays, Course, sigmoid
from tests.program import backprop


def compared(course: Course, content: bytes, source: str, tmp_path: Path) -> Any:
    path = tmp_path / "network.json"
    path.write_text(json.dumps(course.network))
    setup = load(path)
    answers = read_answers(content, source, setup.network.names)
    return compare(answers.given, train(setup, 1), 0)


def written(course: Course, arrays: Arrays, tmp_path: Path) -> tuple[bytes, str]:
    """A file of the arrays: exact or rounded JSON, or `.npz` of float64 or float32."""
    form = course.rng.choice(["exact", "rounded", "decimals", "npz", "float32", "safetensors"])
    if form == "safetensors":
        return safetensors(arrays), "own.safetensors"
    if form in ("npz", "float32"):
        kind = np.float32 if form == "float32" else np.float64
        chosen: Arrays = {name: np.asarray(array, dtype=kind) for name, array in arrays.items()}
        np.savez(tmp_path / "own.npz", **chosen)
        return (tmp_path / "own.npz").read_bytes(), "own.npz"
    if form == "decimals":  # as printed with a fixed number of decimals
        text = ", ".join(f'"{name}": {printed(array)}' for name, array in arrays.items())
        return f"{{{text}}}".encode(), "own.json"
    lists = {name: (array if form == "exact" else array.round(5)).tolist() for name, array in arrays.items()}
    return json.dumps(lists).encode(), "own.json"


def safetensors(arrays: Arrays) -> bytes:
    """The format as its page describes it: the header's length, the header, the bytes of the arrays."""
    header, body = {}, b""
    for name, array in arrays.items():
        data = np.ascontiguousarray(array, dtype="<f8")
        end = len(body) + data.nbytes
        header[name] = {"dtype": "F64", "shape": list(data.shape), "data_offsets": [len(body), end]}
        body += data.tobytes()
    text = json.dumps(header, ensure_ascii=False).encode()
    return len(text).to_bytes(8, "little") + text + body


def printed(array: Any) -> str:
    return f"{array:.6f}" if np.ndim(array) == 0 else f"[{', '.join(printed(row) for row in array)}]"


SPELLINGS = {
    "dW": ["dW{}", "W{}", "grad_W{}", "W{}_grad", "dE/dW{}", "∂L/∂W{}", "nabla_w{}", "W{}.grad"],
    "db": ["db{}", "b{}", "grad_b{}", "dE/db{}", "dL/db{}", "b{}.grad"],
    "dZ": ["dZ{}", "delta{}", "δ{}", "dE/dZ{}", "dz{}", "delta_z{}", "∂L/∂z_{{{}}}"],
    "dA": ["dA{}", "dE/da{}", "dL/dA{}"],
    "Z": ["Z{}", "z{}"], "A": ["A{}", "a{}", "h{}"], "X": ["X", "A0", "x"], "dX": ["dX", "dE/dX", "dA0"],
}  # fmt: skip


@pytest.mark.parametrize("seed", range(60))
def test_right_arrays_agree_however_they_lie(seed: int, tmp_path: Path) -> None:
    course = Course(seed)
    each, gradients = course.worked()
    rng = course.rng
    is_turned, is_turned_batch, is_divided = (bool(one) for one in rng.integers(2, size=3))
    arrays: Arrays = {}
    for name, array in (each | gradients).items():
        symbol = name.rstrip("0123456789")
        spelled = rng.choice(SPELLINGS[symbol]).format(name.removeprefix(symbol))
        if symbol == "dW":
            arrays[spelled] = array.T if is_turned else array
        elif symbol == "db":
            arrays[spelled] = [array, array[None, :], array[:, None]][rng.integers(3)]
        else:
            scale = 1 / course.count if is_divided and course.is_mean and symbol.startswith("d") else 1.0
            arrays[spelled] = (array.T if is_turned_batch else array) * scale
    comparison = compared(course, *written(course, arrays, tmp_path), tmp_path)
    assert comparison.unknown == ()
    assert [one.given.name for one in comparison.compared if not one.agrees] == []
    assert len(comparison.compared) == sum(np.size(array) for array in arrays.values())
    assert any("1/N" in remark for remark in comparison.remarks) == (is_divided and course.is_mean and course.count > 1)


@pytest.mark.parametrize("is_turned", [False, True])
def test_the_orientation_is_one_decision_also_of_square_arrays(is_turned: bool, tmp_path: Path) -> None:
    course = Course(3, widths=(2, 2, 2))
    _, gradients = course.worked()
    arrays = {name: array.T if is_turned and name[1] == "W" else array for name, array in gradients.items()}
    content = json.dumps({name: array.tolist() for name, array in arrays.items()}).encode()
    comparison = compared(course, content, "own.json", tmp_path)
    assert comparison.passed
    assert comparison.orientation == ("units_by_inputs" if is_turned else "inputs_by_units")
    # one number is wrong: the others still say which way round they are
    arrays["dW1"] = arrays["dW1"] + np.array([[0, 0.5], [0, 0]])
    content = json.dumps({name: array.tolist() for name, array in arrays.items()}).encode()
    comparison = compared(course, content, "own.json", tmp_path)
    (wrong,) = [one.given.name for one in comparison.compared if not one.agrees]
    assert wrong == ("w21" if is_turned else "w12")


def test_arrays_that_are_wrong_by_one_factor_are_read_the_right_way_round(tmp_path: Path) -> None:
    course = Course(4, widths=(3, 3, 3))
    _, gradients = course.worked()
    content = json.dumps({name: (-2 * array).tolist() for name, array in gradients.items()}).encode()
    comparison = compared(course, content, "own.json", tmp_path)
    assert comparison.orientation == "inputs_by_units"
    assert all(one.given.value == pytest.approx(-2 * one.expected) for one in comparison.compared)


def test_shares_of_1_over_n_are_seen_in_numbers_that_have_lost_their_sign(tmp_path: Path) -> None:
    course = Course(13, samples=4, widths=(2, 3, 2))
    course.is_mean = True
    each, _ = course.worked()
    content = json.dumps({name: (-each[name] / 4).tolist() for name in ("dZ1", "dZ2")}).encode()
    comparison = compared(course, content, "own.json", tmp_path)
    assert any("1/N" in remark for remark in comparison.remarks)
    assert all(one.given.value == pytest.approx(-one.expected) for one in comparison.compared)


@pytest.mark.parametrize("holds", ["gradients", "parameters"])
@pytest.mark.parametrize(
    ("weight", "bias", "is_turned"),
    [
        ("layers.{}.weight", "layers.{}.bias", True), ("fc{}.weight", "fc{}.bias", True), ("{}.weight", "{}.bias", True),
        ("dense_{}/kernel:0", "dense_{}/bias:0", False), ("model/dense_{}/kernel", "model/dense_{}/bias", False),
    ],
)  # fmt: skip
def test_the_names_of_libraries_are_understood(
    weight: str, bias: str, is_turned: bool, holds: str, tmp_path: Path
) -> None:
    course = Course(5, widths=(2, 2, 2, 2))
    _, gradients = course.worked()
    arrays: Arrays = {}
    for layer in (3, 1, 2):  # in no order, and 10 comes after 9
        w, b = gradients[f"dW{layer}"], gradients[f"db{layer}"]
        if holds == "parameters":
            w, b = course.weights[layer - 1] - 0.5 * w, course.biases[layer - 1] - 0.5 * b
        arrays[weight.format(layer + 7)], arrays[bias.format(layer + 7)] = w.T if is_turned else w, b
    np.savez(tmp_path / "own.npz", **arrays)
    comparison = compared(course, (tmp_path / "own.npz").read_bytes(), "own.npz", tmp_path)
    assert comparison.passed
    assert len(comparison.compared) == 18
    assert all(one.given.name.endswith("+") == (holds == "parameters") for one in comparison.compared)


def test_the_lists_of_scikit_learn_are_understood(tmp_path: Path) -> None:
    course = Course(6, widths=(2, 2, 3))
    _, gradients = course.worked()
    lists = {
        "coefs_": [(w - 0.5 * gradients[f"dW{n}"]).tolist() for n, w in enumerate(course.weights, 1)],
        "intercepts_": [(b - 0.5 * gradients[f"db{n}"]).tolist() for n, b in enumerate(course.biases, 1)],
    }
    comparison = compared(course, json.dumps(lists).encode(), "own.json", tmp_path)
    assert (comparison.passed, len(comparison.compared), comparison.orientation) == (True, 15, "inputs_by_units")


@pytest.mark.parametrize(("weights", "biases"), [("nabla_w", "nabla_b"), ("dW", "db"), ("W", "b")])
def test_lists_of_an_array_for_each_layer_are_understood(weights: str, biases: str, tmp_path: Path) -> None:
    course = Course(14, widths=(2, 3, 2))
    _, gradients = course.worked()
    lists = {
        weights: [gradients[f"dW{layer}"].T.tolist() for layer in (1, 2)],
        biases: [gradients[f"db{layer}"].tolist() for layer in (1, 2)],
    }
    for of_biases in (lists[biases], [[[one] for one in row] for row in lists[biases]]):
        content = json.dumps({**lists, biases: of_biases}).encode()
        comparison = compared(course, content, "own.json", tmp_path)
        assert (comparison.passed, len(comparison.compared)) == (True, 17)


def test_lists_of_updated_parameters_are_understood(tmp_path: Path) -> None:
    course = Course(15, widths=(2, 2, 2))
    _, gradients = course.worked()
    lists = {
        "weights": [(w - 0.5 * gradients[f"dW{n}"]).T.tolist() for n, w in enumerate(course.weights, 1)],
        "biases": [(b - 0.5 * gradients[f"db{n}"]).tolist() for n, b in enumerate(course.biases, 1)],
    }
    comparison = compared(course, json.dumps(lists).encode(), "own.json", tmp_path)
    assert (comparison.passed, len(comparison.compared)) == (True, 12)
    assert all(one.given.name.endswith("+") for one in comparison.compared)


def test_layers_that_count_from_0_are_understood(tmp_path: Path) -> None:
    course = Course(9, widths=(2, 3, 2))
    each, gradients = course.worked()
    arrays = {f"{name[:2]}{int(name[2]) - 1}": array.tolist() for name, array in gradients.items()}
    arrays |= {"A0": each["X"].tolist(), "A1": each["A1"].tolist()}
    comparison = compared(course, json.dumps(arrays).encode(), "own.json", tmp_path)
    assert (comparison.passed, len(comparison.compared)) == (True, 17 + 5 * course.count)


def test_a_layers_only_weight_and_bias_go_by_its_symbols(tmp_path: Path) -> None:
    course = Course(10, widths=(1, 1))
    _, gradients = course.worked()
    w, b = float(gradients["dW1"][0, 0]), float(gradients["db1"][0])
    for names in (("w", "b"), ("dW1", "db1"), ("dw", "db"), ("W", "grad_b"), ("dL/dw", "dL/db")):
        content = json.dumps(dict(zip(names, (w, b), strict=True))).encode()
        comparison = compared(course, content, "own.json", tmp_path)
        assert (comparison.passed, [one.given.name for one in comparison.compared]) == (True, ["w11", "b1_1"])


def test_each_units_part_of_a_shared_bias_is_right(tmp_path: Path) -> None:
    """Where a library gives every unit a bias, the gradients by them add up to that by the one which units share."""
    course = Course(12, samples=3, widths=(2, 2, 2))
    _, gradients = course.worked()
    network = course.network
    for layer in network["layers"]:
        layer["bias"] = layer["bias"][0]
    course.biases = [np.full_like(b, b[0]) for b in course.biases]
    _, gradients = course.worked()
    content = json.dumps({name: gradients[name].tolist() for name in ("db1", "db2")}).encode()
    path = tmp_path / "network.json"
    path.write_text(json.dumps(network))
    setup = load(path)
    comparison = compare(read_answers(content, "own.json", setup.network.names).given, train(setup, 1), 0)
    assert comparison.passed
    assert [one.given.name for one in comparison.compared] == ["b1 of z1", "b1 of z2", "b2 of z3", "b2 of z4"]
    assert "the array db1 holds each unit's part of the gradient by b1, which they share" in comparison.remarks
    total = json.dumps({"b1": float(gradients["db1"].sum())}).encode()
    assert compare(read_answers(total, "own.json", setup.network.names).given, train(setup, 1), 0).passed


@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_the_rows_of_a_batch_are_those_of_its_samples(scale: float) -> None:
    """The second batch of two holds the third and the fourth sample; without a learning rate nothing moves before it."""
    course = Course(16, samples=4, widths=(2, 3, 2))
    course.is_mean = True
    setup = load({**course.network, "batch_size": 2, "learning_rate": 0.0})
    course.inputs, course.targets, course.count = course.inputs[2:], course.targets[2:], 2
    each, gradients = course.worked()
    arrays = {name: array * (scale if name[0] == "d" else 1.0) for name, array in each.items()} | gradients
    content = json.dumps({name: array.tolist() for name, array in arrays.items()}).encode()
    comparison = compare(read_answers(content, "own.json", setup.network.names).given, train(setup, 2), 0)
    assert comparison.passed
    assert {"z1[3]", "z1[4]"} < {one.given.name for one in comparison.compared}


def test_an_array_of_a_wrong_shape_says_so(tmp_path: Path) -> None:
    course = Course(7, widths=(2, 3, 1))
    comparison = compared(course, json.dumps({"dW1": [[1.0, 2.0]], "db2": [0.5]}).encode(), "own.json", tmp_path)
    assert comparison.unknown == ("dW1",)
    assert "the array dW1 is 1 × 2, but layer 1 has 3 units and 2 sources" in comparison.remarks


def test_a_number_of_one_sample_is_named_by_it(tmp_path: Path) -> None:
    course = Course(8, samples=3, widths=(2, 2, 1))
    each, _ = course.worked()
    given = {
        "z1[2]": each["Z1"][1, 0],
        "a2[3]": each["A1"][2, 1],
        "dE/dz3[2]": each["dZ2"][1, 0],
        "dE/dx1[3]": each["dX"][2, 0],
    }
    comparison = compared(course, json.dumps({**given, "z1[4]": 1}).encode(), "own.json", tmp_path)
    assert [one.agrees for one in comparison.compared] == [True] * 4
    assert comparison.unknown == ("z1[4]",)


# ── noise ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def finite_differences(step: float) -> dict[str, float]:
    """The gradients of the published 2-2-2 network, by differences of its loss."""

    def loss(w: Any) -> float:
        hidden = sigmoid(np.array([w[0] * 0.05 + w[1] * 0.1, w[2] * 0.05 + w[3] * 0.1]) + 0.35)
        out = sigmoid(np.array([w[4:6] @ hidden, w[6:8] @ hidden]) + 0.6)
        return float(0.5 * np.sum((np.array([0.01, 0.99]) - out) ** 2))

    at = np.array([0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55])
    names = ("w11", "w21", "w12", "w22", "w31", "w41", "w32", "w42")
    return {name: (loss(at + step * e) - loss(at)) / step for name, e in zip(names, np.eye(8), strict=True)}


@pytest.mark.parametrize("digits", [17, 10])
def test_the_noise_of_finite_differences_is_no_mistake(digits: int) -> None:
    text = json.dumps({name: float(f"{value:.{digits}g}") for name, value in finite_differences(1e-6).items()})
    found = backprop("check", "classic", "-a", "-", "-f", "json", stdin=text)
    assert found.exit_code == 0
    (remark,) = found.json["remarks"]
    assert remark.startswith("all agree to about ")
    assert "--tolerance 1e-09" in remark
    assert backprop("check", "classic", "-a", "-", "--tolerance", "1e-9", stdin=text).exit_code == 1


def test_a_single_number_that_is_a_little_off_is_no_noise() -> None:
    gradients = json.loads(backprop("run", "classic", "-f", "json").stdout)["gradients"]
    gradients["w31"] *= 1 + 1e-6
    assert backprop("check", "classic", "-a", "-", stdin=json.dumps(gradients)).exit_code == 1


def test_differences_with_too_large_a_step_are_wrong() -> None:
    assert backprop("check", "classic", "-a", "-", stdin=json.dumps(finite_differences(0.01))).exit_code == 1


@pytest.mark.parametrize("seed", range(20))
def test_deltas_of_the_other_sign_agree_where_the_weights_are_right(seed: int, tmp_path: Path) -> None:
    """δ = (t − o)·o(1 − o), with which weights move by η·δ·a."""
    course = Course(seed)
    each, gradients = course.worked()
    names = [f"dZ{layer}" for layer in range(1, course.depth + 1)]
    scale = 1 / course.count if course.is_mean and seed % 2 else 1.0
    deltas = {name.replace("dZ", "delta"): -scale * each[name] for name in names}
    assert _agreeing(course, deltas | gradients, tmp_path) == (len(_flat(deltas | gradients)), True)
    # nothing says that these are no mistakes: no weights, wrong weights, other names
    assert _agreeing(course, deltas, tmp_path) == (0, False)
    turned = {name: -gradient for name, gradient in gradients.items()}
    assert _agreeing(course, deltas | turned, tmp_path) == (0, False)
    plain = {name: -scale * each[name] for name in names}
    assert _agreeing(course, plain | gradients, tmp_path) == (len(_flat(gradients)), False)


def _flat(arrays: Arrays) -> list[float]:
    return [value for array in arrays.values() for value in np.ravel(array)]


def _agreeing(course: Course, arrays: Arrays, tmp_path: Path) -> tuple[int, bool]:
    """How many agree, and whether deltas are said to have the other sign."""
    content = json.dumps({name: array.tolist() for name, array in arrays.items()}).encode()
    comparison = compared(course, content, "own.json", tmp_path)
    return comparison.agreeing, any("−∂E/∂z" in remark for remark in comparison.remarks)


def test_a_textbooks_example_is_right_but_for_one_last_digit() -> None:
    """Han and Kamber, Data Mining, 2006, example 6.9: δ is −∂E/∂z, and 0.1311 was worked from the rounded 0.474."""
    network = {
        "learning_rate": 0.9, "inputs": [1, 0, 1], "targets": [1],
        "layers": [
            {"activation": "sigmoid", "weights": [[0.2, 0.4, -0.5], [-0.3, 0.1, 0.2]], "bias": [-0.4, 0.2]},
            {"activation": "sigmoid", "weights": [[-0.3, -0.2]], "bias": [0.1]},
        ],
    }  # fmt: skip
    printed = """z1 -0.7, z2 0.1, z3 -0.105, a1 0.332, a2 0.525, o1 0.474, delta3 0.1311, delta2 -0.0065, delta1 -0.0087,
        W2[1,1]+ -0.261, W2[1,2]+ -0.138, W1[1,1]+ 0.192, W1[2,1]+ -0.306, W1[1,2]+ 0.4, W1[2,2]+ 0.1, W1[1,3]+ -0.508,
        W1[2,3]+ 0.194, b2[1]+ 0.218, b1[2]+ 0.194, b1[1]+ -0.408"""
    texts = re.findall(r"(\S+) ([-.0-9]+)", printed)
    comparison = AnswerKey(train(load(network), 1), 0).compare(given_numbers(texts))
    assert [one.given.name for one in comparison.compared if not one.agrees] == ["delta3"]
    assert any("−∂E/∂z" in remark for remark in comparison.remarks)
    assert diagnose(comparison).slips == (Slip("delta3", "last_digit"),)
