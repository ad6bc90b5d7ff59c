"""What a network predicts: after training, and for inputs that it has never seen. The expectations are worked out here."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from tests.program import backprop, run_json

AND: dict[str, Any] = {
    "inputs": [[0, 0], [0, 1], [1, 0], [1, 1]], "targets": [[0], [0], [0], [1]],
    "layers": [{"activation": "sigmoid", "weights": [[2, 2]], "bias": -1}],
}  # fmt: skip
LINEAR: dict[str, Any] = {"inputs": [[1], [2]], "targets": [[0.25], [3]], "layers": [{"weights": [[0.5]]}]}


def sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def test_every_sample_has_its_outputs_beside_its_targets_and_its_class() -> None:
    answer = run_json(AND, "-n", "0")
    found = answer["predictions"]
    outputs = [sigmoid(2 * x1 + 2 * x2 - 1) for x1, x2 in AND["inputs"]]
    assert [entry["outputs"]["o1"] for entry in found] == pytest.approx(outputs, rel=1e-14)
    assert [entry["targets"]["t1"] for entry in found] == [0, 0, 0, 1]
    assert [(entry["class"], entry["target"]) for entry in found] == [("0", "0"), ("1", "0"), ("1", "0"), ("1", "1")]
    assert [entry["probability"] for entry in found] == pytest.approx([1 - outputs[0], *outputs[1:]], rel=1e-14)
    assert answer["accuracy"] == 0.5
    shown = backprop("run", "-", "-n", "0", stdin=json.dumps(AND)).stdout.partition("\nPredictions\n")[2]
    verdicts = [line.split()[-1] for line in shown.splitlines()[2:6]]
    assert verdicts == ["right", "wrong", "wrong", "right"]
    assert "2 of 4 in the right class, accuracy 50.0 %" in shown


def test_the_predictions_are_those_after_the_last_step() -> None:
    answer = run_json(LINEAR, "-n", "1", "--lr", "0.1")
    # ∂E/∂w = mean of (o − t)·x = ((0.5 − 0.25)·1 + (1 − 3)·2)/2
    w = 0.5 - 0.1 * (0.25 - 4) / 2
    assert [entry["outputs"]["o1"] for entry in answer["predictions"]] == pytest.approx([w, 2 * w], rel=1e-14)
    assert "accuracy" not in answer and "class" not in answer["predictions"][0]


def test_a_softmax_says_which_class_and_how_probable_it_is() -> None:
    network = {
        "loss": "cross_entropy", "inputs": {"x": 1}, "targets": {"cat": 0, "dog": 1},
        "layers": [{"activation": "softmax", "weights": [[1], [3]]}],
    }  # fmt: skip
    (entry,) = run_json(network, "-n", "0")["predictions"]
    name = list(entry["outputs"])[1]
    assert (entry["class"], entry["target"]) == (name, name)
    assert entry["probability"] == pytest.approx(math.exp(3) / (math.exp(1) + math.exp(3)), rel=1e-14)


def test_a_lone_sample_that_is_not_trained_is_not_shown_twice() -> None:
    assert "Predictions" not in backprop("run", "classic", "-n", "0").stdout
    assert "Predictions" in backprop("run", "classic").stdout


def test_new_inputs_come_as_numbers_by_name_or_from_a_table(tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    file.write_text("label;x2;x1\na;0.25;2\nb;0;1\n", encoding="utf-8")
    network = json.dumps(AND)
    given = ["-x", "0.5,-1", "-x", "x2=3, x1=-0.5", "--inputs", str(file)]
    answer = backprop("predict", "-", *given, "-f", "json", stdin=network).json["predictions"]
    inputs = [(0.5, -1), (-0.5, 3), (2, 0.25), (1, 0)]
    expected = [sigmoid(2 * x1 + 2 * x2 - 1) for x1, x2 in inputs]
    assert [entry["outputs"]["o1"] for entry in answer] == pytest.approx(expected, rel=1e-14)
    assert all("targets" not in entry for entry in answer)
    lines = backprop("predict", "-", *given, "-f", "csv", stdin=network).stdout.splitlines()
    assert lines[0] == "sample,x1,x2,o1,class,probability"
    assert [tuple(map(float, line.split(",")[1:3])) for line in lines[1:]] == inputs
    assert [float(line.split(",")[3]) for line in lines[1:]] == pytest.approx(expected, rel=1e-14)


def test_a_table_for_scripts_has_the_columns_that_are_known() -> None:
    tables = [backprop("predict", "-", "-f", "csv", stdin=json.dumps(network)).stdout for network in (LINEAR, AND)]
    plain, classes = (table.splitlines() for table in tables)
    assert plain == ["sample,x1,o1,t1", "1,1.0,0.5,0.25", "2,2.0,1.0,3.0"]
    assert classes[0] == "sample,x1,x2,o1,t1,class,probability,target"
    assert [line.split(",")[-3::2] for line in classes[1:]] == [["0", "0"], ["1", "0"], ["1", "0"], ["1", "1"]]


def test_new_inputs_are_standardized_as_the_networks_own(tmp_path: Path) -> None:
    network = {**LINEAR, "inputs": [[1], [5]], "standardize": True}  # mean 3, deviation 2
    file = tmp_path / "network.json"
    file.write_text(json.dumps(network), encoding="utf-8")
    (entry,) = backprop("predict", str(file), "-q", "-x", "7", "-f", "json").json["predictions"]
    assert entry["outputs"]["o1"] == pytest.approx(0.5 * (7 - 3) / 2, rel=1e-14)
    # what is shown under the input's name is what was given
    for args, shown in ((("-x", "7"), ["7"]), ((), ["1", "5"])):
        table = backprop("predict", str(file), "-q", *args).stdout.partition("─\n")[2]
        assert [line.split()[1] for line in table.splitlines()] == shown
        rows = backprop("predict", str(file), "-q", *args, "-f", "csv").stdout.splitlines()
        assert [float(row.split(",")[1]) for row in rows[1:]] == [float(one) for one in shown]
        assert float(rows[1].split(",")[2]) == pytest.approx(0.5 * (float(shown[0]) - 3) / 2, rel=1e-14)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("1", "error: --inputs 1: expected 2 numbers (x1, x2), found 1\n"),
        ("1,q", "error: --inputs 1,q: expected numbers, or a CSV file that exists, found 'q'\n"),
        ("1,inf", "error: --inputs 1,inf: expected numbers, or a CSV file that exists, found 'inf'\n"),
        ("x1=1", "error: --inputs x1=1: no number is given for x2\n"),
        ("x1=1,x3=2", "error: unknown input 'x3'"),
        (
            "0,05,0,1",
            "error: --inputs 0,05,0,1: expected 2 numbers (x1, x2), found 4\n"
            "    hint: 0,05 is two numbers: decimals are written with a point, 0.05\n",
        ),
        (
            "x1=0,05,x2=0,1",
            "error: --inputs x1=0,05,x2=0,1: expected a name before each number, found '05' alone\n"
            "    hint: 0,05 is two numbers: decimals are written with a point, 0.05\n",
        ),
        ("new.csv", "error: new.csv: there is no such file\n"),
    ],
)
def test_wrong_inputs_are_told(given: str, said: str) -> None:
    result = backprop("predict", "classic", "-x", given)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(said)


def test_a_table_of_other_columns_is_told() -> None:
    result = backprop("predict", "classic", "-x", "-", stdin="a,b,c\n1,2,3\n")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "<stdin>: expected 2 columns, the network's inputs, found 3" in result.stderr


def test_many_outputs_are_cut_and_many_classes_named_alone() -> None:
    wide = {"inputs": [1], "targets": [0.5] * 12, "layers": [{"weights": [[0.1]] * 12}]}
    shown = backprop("predict", "-", stdin=json.dumps(wide)).stdout
    assert "o8" in shown and "o9" not in shown and "… 4 more outputs: -f json has everything" in shown
    wide["layers"] = [{"weights": [[0.1]] * 11 + [[0.2]], "activation": "softmax"}]
    shown = backprop("predict", "-", stdin=json.dumps(wide)).stdout
    assert "o12" in shown and "o1 " not in shown and "more output" not in shown
