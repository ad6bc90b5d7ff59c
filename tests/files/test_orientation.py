"""Weights with a row for each input are the same network, and are written back as they were read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backprop_cli import load
from backprop_cli.errors import InputError
from tests.program import backprop

NETWORK: dict[str, Any] = {
    "inputs": [0.05, 0.10],
    "targets": [0.01, 0.99, 0.5],
    "layers": [
        {"activation": "sigmoid", "weights": [[0.15, 0.20], [0.25, 0.30]], "bias": [0.35, 0.3]},
        {"activation": "tanh", "weights": [[0.40, 0.45], [0.50, 0.55], [0.1, 0.2]], "bias": 0.60},
    ],
}


def turned(network: dict[str, Any]) -> dict[str, Any]:
    layers = [{**layer, "weights": np.transpose(layer["weights"]).tolist()} for layer in network["layers"]]
    return {**network, "orientation": "inputs_by_units", "layers": layers}


def run(network: dict[str, Any], *options: str) -> Any:
    return json.loads(backprop("run", "-", "-n", "3", "-f", "json", *options, stdin=json.dumps(network)).stdout)


def test_the_same_network_comes_out() -> None:
    assert run(turned(NETWORK)) == run(NETWORK)
    assert run({**NETWORK, "orientation": "units_by_inputs"}) == run(NETWORK)


def test_a_written_file_keeps_its_orientation_and_goes_on() -> None:
    text = json.dumps(turned(NETWORK))
    once = backprop("run", "-", "-n", "2", "-o", "-", stdin=text).stdout
    assert "inputs_by_units" in once
    again = json.loads(backprop("run", "-", "-n", "1", "-f", "json", stdin=once).stdout)
    assert again["parameters"] == run(NETWORK)["parameters"]


def test_a_file_that_is_not_trained_is_written_as_it_is() -> None:
    text = (
        "inputs: [0.05, 0.10]\ntargets: [1]\norientation: inputs_by_units\nlayers:\n"
        "  - weights: [{p: 0.15}, {q: 0.25}]  # named\n    bias: {c: 0.5}\n"
    )
    assert backprop("run", "-", "-n", "0", "-o", "-", stdin=text).stdout == text
    parameters = json.loads(backprop("run", "-", "-n", "0", "-f", "json", stdin=text).stdout)["parameters"]
    assert parameters == {"p": 0.15, "q": 0.25, "c": 0.5}


def test_drawn_weights_are_the_same_either_way() -> None:
    network = {**NETWORK, "layers": [{"units": 4, "activation": "tanh"}, {"units": 3}]}
    parameters = run(network)["parameters"]
    assert run({**network, "orientation": "inputs_by_units"})["parameters"] == parameters
    written = backprop(
        "run", "-", "-n", "0", "-o", "-", stdin=json.dumps({**network, "orientation": "inputs_by_units"})
    )
    assert (
        json.loads(backprop("run", "-", "-n", "3", "-f", "json", stdin=written.stdout).stdout)["parameters"]
        == parameters
    )


def test_weights_of_a_library_are_the_same_either_way(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    arrays = {"0.weight": rng.normal(size=(4, 2)), "0.bias": rng.normal(size=4), "2.weight": rng.normal(size=(3, 4))}
    arrays["2.bias"] = rng.normal(size=3)
    np.savez(tmp_path / "model.npz", **{name: np.asarray(array) for name, array in arrays.items()})  # type: ignore[arg-type]
    network = {**NETWORK, "weights": "model.npz", "layers": [{"activation": "tanh"}, {}]}
    rows = []
    for orientation in ("units_by_inputs", "inputs_by_units"):
        (tmp_path / "net.json").write_text(json.dumps({**network, "orientation": orientation}))
        rows.append(load(tmp_path / "net.json").network.parameters.row.tolist())
    assert rows[0] == rows[1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"orientation": "columns"}, "orientation: expected units_by_inputs or inputs_by_units"),
        ({"inputs": [1, 2, 3]}, "layers[0].weights: expected 3 rows of weights, found 2"),
        ({"layers": [{"weights": [[0.1, 0.2], [0.3, "x"]]}], "targets": [1, 2]}, "layers[0].weights[1][1]: expected a number"),
        ({"layers": [{"weights": [[0.1, 0.2], [0.3]]}]}, "layers[0].weights[1]: expected 2 weights"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_where_it_stands(change: dict[str, Any], said: str, tmp_path: Path) -> None:
    (tmp_path / "net.json").write_text(json.dumps({**turned(NETWORK), **change}))
    with pytest.raises(InputError) as caught:
        load(tmp_path / "net.json")
    assert said in str(caught.value)
