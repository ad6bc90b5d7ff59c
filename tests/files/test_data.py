"""Samples from other files: CSV, JSON, npz; their columns, classes and scales, and what is refused."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backprop_cli import load, run
from backprop_cli.errors import InputError
from backprop_cli.files.opening import open_document
from tests.program import backprop

FLOWERS = "length,width,species\n5.1,3.5,setosa\n4.9,3.0,setosa\n6.2,2.9,virginica\n5.0,3.1,versicolor\n"


def network(folder: Path, table: str = FLOWERS, **keys: Any) -> str:
    """A network file beside `data.csv`."""
    (folder / "data.csv").write_text(table, encoding="utf-8")
    file = folder / "net.json"
    layers = [{"units": 3, "activation": "tanh"}]
    file.write_text(json.dumps({"inputs": "data.csv", "layers": layers, **keys}), encoding="utf-8")
    return str(file)


def test_columns_that_are_no_targets_are_the_inputs_and_text_is_one_output_for_each_class(tmp_path: Path) -> None:
    setup = load(network(tmp_path, targets=["species"]))
    assert setup.samples.inputs.tolist() == [[5.1, 3.5], [4.9, 3.0], [6.2, 2.9], [5.0, 3.1]]
    assert setup.samples.targets.tolist() == [[1, 0, 0], [1, 0, 0], [0, 0, 1], [0, 1, 0]]
    assert setup.network.names.given_inputs == ("length", "width")
    assert setup.network.names.given_outputs == ("setosa", "versicolor", "virginica")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_columns_are_found_by_position_where_there_is_no_header(tmp_path: Path, delimiter: str) -> None:
    table = "1,2,3\n4,5,6\n".replace(",", delimiter)
    setup = load(network(tmp_path, table, targets=[2], layers=[{"units": 1}]))
    assert setup.samples.inputs.tolist() == [[1, 3], [4, 6]]
    assert setup.samples.targets.tolist() == [[2], [5]]


def test_a_file_may_name_its_columns_and_say_that_it_has_no_header(tmp_path: Path) -> None:
    given = {"file": "data.csv", "columns": [2, 1], "header": False}
    setup = load(network(tmp_path, "1,2,red\n4,5,blue\n", inputs=given, targets=[3], layers=[{"units": 2}]))
    assert setup.samples.inputs.tolist() == [[2, 1], [5, 4]]
    assert setup.samples.targets.tolist() == [[0, 1], [1, 0]]


def test_decimal_commas_are_read_where_semicolons_part_the_cells(tmp_path: Path) -> None:
    setup = load(network(tmp_path, "x;y\n1,5;-2\n,25;1,5e-1\n", targets=["y"], layers=[{"units": 1}]))
    assert setup.samples.inputs.tolist() == [[1.5], [0.25]]
    assert setup.samples.targets.tolist() == [[-2.0], [0.15]]


def test_standardized_inputs_have_mean_0_and_deviation_1_and_the_numbers_are_said(tmp_path: Path) -> None:
    file = network(tmp_path, targets=["species"], standardize=True)
    inputs = load(file).samples.inputs
    raw = np.array([[5.1, 3.5], [4.9, 3.0], [6.2, 2.9], [5.0, 3.1]])
    assert np.allclose(inputs, (raw - raw.mean(0)) / raw.std(0), rtol=1e-14, atol=1e-15)
    printed = backprop("run", file)
    assert printed.stderr.startswith("standardized: length = (given − 5.3) / 0.5244044240850758\n")


def test_many_standardized_inputs_are_said_in_one_line() -> None:
    samples = [[float(row * column) for column in range(9)] for row in range(3)]
    wide = {"inputs": samples, "targets": [[1]] * 3, "standardize": True, "layers": [{"units": 1}]}
    said = backprop("run", "-", stdin=json.dumps(wide)).stderr.splitlines()
    assert said == ["standardized: each of the 9 inputs = (given − its mean) / its deviation"]


def test_a_column_of_equal_numbers_is_standardized_to_zeros(tmp_path: Path) -> None:
    setup = load(network(tmp_path, "a,b\n2,1\n2,3\n", targets=["b"], standardize=True, layers=[{"units": 1}]))
    assert setup.samples.inputs.tolist() == [[0.0], [0.0]]


def test_npz_and_json_hold_inputs_and_targets(tmp_path: Path) -> None:
    np.savez(tmp_path / "data.npz", inputs=np.array([[1.0, 2.0]]), targets=np.array([[3.0]]))
    setup = load(network(tmp_path, inputs="data.npz", layers=[{"units": 1}]))
    assert (setup.samples.inputs.tolist(), setup.samples.targets.tolist()) == ([[1.0, 2.0]], [[3.0]])
    (tmp_path / "x.json").write_text("[[1, 2], [3, 4]]", encoding="utf-8")
    (tmp_path / "y.csv").write_text("5\n6\n", encoding="utf-8")
    setup = load(network(tmp_path, inputs="x.json", targets="y.csv", layers=[{"units": 1}]))
    assert (setup.samples.inputs.tolist(), setup.samples.targets.tolist()) == ([[1, 2], [3, 4]], [[5], [6]])


def test_data_come_from_standard_input(tmp_path: Path) -> None:
    file = network(tmp_path, inputs="-", targets=["species"])
    assert (
        backprop("run", file, "-f", "json", stdin=FLOWERS).stdout
        == backprop("run", network(tmp_path, targets=["species"]), "-f", "json").stdout
    )


def test_a_trained_file_still_names_its_data_and_goes_on_from_its_weights(tmp_path: Path) -> None:
    file = network(tmp_path, targets=["species"], standardize=True, init="xavier")
    written = str(tmp_path / "trained.json")
    backprop("run", file, "-n", "3", "-o", written)
    data = json.loads(Path(written).read_text(encoding="utf-8"))
    assert (data["inputs"], data["targets"], data["standardize"]) == ("data.csv", ["species"], True)
    assert "init" not in data and "units" not in data["layers"][0]
    once = run(load(file), steps=6)
    assert run(load(written), steps=3).loss_after == pytest.approx(once.loss_after, rel=1e-12)


@pytest.mark.parametrize(
    ("table", "keys", "message"),
    [
        (
            FLOWERS.replace("6.2,", "tall,"),
            {"targets": ["species"]},
            "data.csv:4:1: expected a number in column 'length'",
        ),
        (FLOWERS.replace("2.9", ""), {"targets": ["species"]}, "data.csv:4:5: a value is missing in column 'width'"),
        (FLOWERS.replace("2.9", "NaN"), {"targets": ["species"]}, "data.csv:4:5: a value is missing in column 'width'"),
        (
            FLOWERS.replace("virginica", "?"),
            {"targets": ["species"]},
            "data.csv:4:9: a value is missing in column 'species'",
        ),
        (FLOWERS, {}, "data.csv:2:9: expected a number in column 'species', found the text 'setosa'"),
        (FLOWERS, {"targets": ["specie"]}, "data.csv has no column 'specie'"),
        (FLOWERS, {"targets": [4]}, "has no column 4"),
        (FLOWERS + "1,2\n", {"targets": ["species"]}, "data.csv:6:1: expected 3 cells as in the first line, found 2"),
        ("a,a\n1,2\n", {"targets": ["a"]}, "two columns are called 'a'"),
        ("a,b\n", {"targets": ["b"]}, "the table has no rows of data"),
        ('a,b\n1,"2\n', {"targets": ["b"]}, "this is no CSV"),
        ("a\n1\n", {"targets": ["a"]}, "no column is left for the inputs"),
        (FLOWERS, {"targets": ["species"], "standardize": 1}, "expected true or false, found"),
        (FLOWERS, {"inputs": "dta.csv"}, "there is no such file"),
    ],
)
def test_what_is_wrong_with_the_data_is_said_with_its_place(
    tmp_path: Path, table: str, keys: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError) as caught:
        load(network(tmp_path, table, **keys))
    assert message in str(caught.value)


def test_a_file_without_links_is_read_as_it_is() -> None:
    from backprop_cli.files.filling import filled

    document = open_document("classic")
    assert filled(document) is document


def test_a_file_that_is_written_elsewhere_names_its_data_as_seen_from_there(tmp_path: Path) -> None:
    (tmp_path / "from").mkdir()
    (tmp_path / "to").mkdir()
    file = network(tmp_path / "from", targets=["species"], layers=[{"weights": [[0.1, 0.2]] * 3, "activation": "tanh"}])
    written = tmp_path / "to" / "net.json"
    backprop("run", file, "-n", "2", "-o", str(written))
    assert json.loads(written.read_text(encoding="utf-8"))["inputs"] == os.path.join("..", "from", "data.csv")
    assert run(load(str(written)), steps=1).loss_after == pytest.approx(run(load(file), steps=3).loss_after, rel=1e-14)
    beside = tmp_path / "from" / "trained.json"
    backprop("run", file, "-n", "2", "-o", str(beside))
    assert json.loads(beside.read_text(encoding="utf-8"))["inputs"] == "data.csv"


LABELS = "a,b,label\n0.1,0.2,0\n0.3,0.9,10\n0.8,0.4,2.0\n0.7,0.1,2\n"


def test_whole_numbers_are_classes_under_cross_entropy_and_numbers_under_another_loss(tmp_path: Path) -> None:
    (tmp_path / "lab.csv").write_text(LABELS, encoding="utf-8")
    layers = [{"units": 3, "activation": "softmax"}]
    setup = load(network(tmp_path, inputs="lab.csv", targets=["label"], loss="cross_entropy", layers=layers))
    assert setup.samples.targets.tolist() == [[1, 0, 0], [0, 0, 1], [0, 1, 0], [0, 1, 0]]
    assert [setup.network.names.output(unit) for unit in range(3)] == ["label_0", "label_2", "label_10"]
    setup = load(network(tmp_path, inputs="lab.csv", targets=["label"], layers=[{"units": 1}]))
    assert setup.samples.targets.tolist() == [[0], [10], [2], [2]]


def test_shares_of_a_class_stay_numbers(tmp_path: Path) -> None:
    (tmp_path / "lab.csv").write_text("a,p\n1,0.5\n2,1\n", encoding="utf-8")
    layers = [{"units": 1, "activation": "sigmoid"}]
    setup = load(network(tmp_path, inputs="lab.csv", targets=["p"], loss="cross_entropy", layers=layers))
    assert setup.samples.targets.tolist() == [[0.5], [1]]
