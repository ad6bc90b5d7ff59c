"""Networks to export: every function, every way of training, each small enough to be run at once."""

from __future__ import annotations

import random
from typing import Any

from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.functions.losses import LOSSES


def network(activation: Any, output: Any, loss: Any, biases: str = "own", **keys: Any) -> dict[str, Any]:
    """Five samples through 3-4-2 units."""
    stream = random.Random(f"{activation}/{output}/{loss}/{biases}")
    layers = []
    for sources, units, function in ((3, 4, activation), (4, 2, output)):
        layer: dict[str, Any] = {"activation": function}
        layer["weights"] = [[stream.uniform(-0.9, 0.9) for _ in range(sources)] for _ in range(units)]
        if biases != "none":
            layer["bias"] = stream.uniform(-0.4, 0.4) if biases == "shared" else [stream.uniform(-0.4, 0.4)] * units
        layers.append(layer)
    inputs = [[stream.uniform(-1, 1) for _ in range(3)] for _ in range(5)]
    chosen = [stream.random() < 0.5 for _ in inputs]
    low = -1.0 if loss == "hinge" else 0.0
    targets = [[1.0, low] if first else [low, 1.0] for first in chosen]
    plain = {"inputs": inputs, "targets": targets, "layers": layers, "loss": loss, "learning_rate": 0.1, "steps": 12}
    return {**plain, **keys}


def _in_its_range(loss: str) -> str:
    """An output activation whose values the loss can take the logarithm of."""
    logarithmic = {"cross_entropy": "softmax", "kl_divergence": "sigmoid", "binary_cross_entropy": "sigmoid"}
    return logarithmic.get(loss, "tanh")


FUNCTIONS: dict[str, dict[str, Any]] = {
    **{name: network(name, "linear", "half_squared_error") for name in ACTIVATIONS},
    **{f"{name} out": network("tanh", name, "mean_squared_error", "shared") for name in ACTIVATIONS},
    **{f"{name} loss": network("tanh", _in_its_range(name), name, "none") for name in LOSSES},
    "softmax cross": network("tanh", "softmax", "cross_entropy"),
    "softmax kl": network("tanh", "softmax", "kl_divergence"),
    "softmax binary": network("tanh", "softmax", "binary_cross_entropy"),
    "sigmoid cross": network("tanh", "sigmoid", "cross_entropy"),
    "softplus cross": network("tanh", "softplus", "cross_entropy"),
    "settings": network({"leaky_relu": {"slope": 0.2}}, {"elu": {"alpha": 0.5}}, {"huber": {"delta": 0.3}}),
}

TRAININGS: dict[str, dict[str, Any]] = {
    "batches": {"batch_size": 2},
    "dropped": {"batch_size": 2, "drop_last": True},
    "shuffled": {"batch_size": 2, "shuffle": True, "seed": 5},
    "summed": {"batch_size": 3, "reduction": "sum"},
    "momentum": {"momentum": 0.9, "dampening": 0.1},
    "nesterov": {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
    "decay of a kind": {"weight_decay": {"weights": 0.1, "biases": 0.02}},
    "penalty": {"penalty": {"l2": 0.1, "l1": {"weights": 0.01, "biases": 0.02}, "per": "samples"}},
    "penalty summed": {"penalty": {"l2": 0.1}, "reduction": "sum", "batch_size": 2},
    "frozen biases": {"freeze": ["b1*"], "momentum": 0.5},
    "frozen weights": {"freeze": ["w11", "w4*"], "weight_decay": 0.1},
    "no steps": {"steps": 0},
    "resumed": {"batch_size": 2, "shuffle": True, "seed": 1, "state": {"updates": 4}},
    "resumed momentum": {
        "batch_size": 2,
        "momentum": 0.9,
        "state": {
            "updates": 5,
            "velocity": [
                {"weights": [[0.1, 0.2, 0.3]] * 4, "bias": [0.1] * 4},
                {"weights": [[0.1, 0.2, 0.3, -0.4]] * 2, "bias": [0.2, -0.1]},
            ],
        },
    },
}


def trained(name: str) -> dict[str, Any]:
    """The network under one of `TRAININGS`."""
    return network("tanh", "sigmoid", "half_squared_error", **TRAININGS[name])


CASES: dict[str, dict[str, Any]] = {**FUNCTIONS, **{name: trained(name) for name in TRAININGS}}
