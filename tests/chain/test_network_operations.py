"""A network's operations one by one: the same numbers as in its derivation."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from tests.chain.test_circuit import gates
from tests.program import backprop

NETWORKS = {
    "classic": None,
    "softmax": None,
    "relu": None,
    "xor": None,
    "three-layers": None,
    "two settings": {
        "inputs": [0.3, -0.7], "targets": [0.2], "loss": {"huber": {"delta": 0.1}},
        "layers": [
            {"activation": {"leaky_relu": {"slope": 0.2}}, "weights": [[0.5, 0.4]], "bias": [0.1]},
            {"activation": "silu", "weights": [[-0.8]]},
        ],
    },
    "a penalty on many": {
        "inputs": [0.3, -0.7], "targets": [0.2], "penalty": {"l2": 0.1, "l1": 0.02},
        "layers": [
            {"activation": "tanh", "weights": [[0.5, 0.4], [0.3, -0.2], [0.9, 0.1]], "bias": [0.1, 0.2, 0.3]},
            {"weights": [[-0.8, 0.7, 0.6]]},
        ],
    },
    "a softmax of many": {
        "inputs": [1], "targets": [0, 1, 0, 0, 0, 0, 0, 0], "loss": "cross_entropy",
        "layers": [{"activation": "softmax", "weights": [[0.3 * k] for k in range(8)]}],
    },
}  # fmt: skip


@pytest.mark.parametrize("name", NETWORKS)
def test_every_gate_has_the_numbers_of_the_derivation(name: str) -> None:
    file, text = ("-", json.dumps(NETWORKS[name])) if NETWORKS[name] else (name, None)
    drawn = gates(ElementTree.fromstring(backprop("plot", file, "--what", "operations", "-n", "0", stdin=text).stdout))
    run = backprop("run", file, "-n", "0", "-f", "json", stdin=text).json
    loss = list(run["forward"])[-1]
    partials = {partial["wrt"]: partial["value"] for partial in run["partials"] if partial["of"] == loss}
    found = {gate: (value, gradient) for gate, _, value, gradient in drawn}
    for quantity, value in run["forward"].items():
        assert found[quantity][0] == pytest.approx(value, rel=1e-12, abs=1e-14)
    compared = [wrt for wrt in partials if wrt in found]
    assert set(run["gradients"]) <= set(compared)
    for wrt in compared:
        assert found[wrt][1] == pytest.approx(partials[wrt], rel=1e-10, abs=1e-13), wrt


def test_the_terminal_draws_them_where_it_draws_the_network() -> None:
    shown = backprop("run", "classic", "--graph", "operations")
    picture = shown.stdout.partition("Forward pass")[0]
    assert shown.exit_code == 0 and "│ w31 0.4  │" in picture and "∂ 0.08217" in picture and "× 1/2" in picture
    assert shown.stdout == backprop("run", "classic", "--operations").stdout
    assert backprop("run", "classic", "--graph", "-q").stdout.count("×") == 0


def test_a_large_network_has_too_many_operations() -> None:
    wide = {"inputs": [0.0] * 20, "targets": [0.0], "layers": [{"weights": [[0.1] * 20] * 6}, {"weights": [[0.1] * 6]}]}
    result = backprop("run", "-", "--graph", "operations", stdin=json.dumps(wide))
    assert result.exit_code == 2 and "126 parameters shows nothing" in result.stderr
