"""A name that means something here is answered with what it is called here, though no letter be alike."""

from __future__ import annotations

import pytest

from backprop_cli.nearest import MEANINGS, nearest
from tests.program import backprop

KEYS = {
    "lr": "learning_rate", "eta": "learning_rate", "η": "learning_rate", "rate": "learning_rate",
    "alpha": "learning_rate", "epochs": "steps", "epoch": "steps", "iterations": "steps", "updates": "steps",
    "x": "inputs", "data": "inputs", "features": "inputs", "y": "targets", "t": "targets", "labels": "targets",
    "desired": "targets", "network": "layers", "model": "layers", "error": "loss", "cost": "loss", "criterion": "loss",
    "l2": "penalty", "regularization": "penalty", "regularisation": "penalty",
    "lambda": "penalty", "batch": "batch_size", "frozen": "freeze", "description": "title", "name": "title",
}  # fmt: skip
LAYER_KEYS = {
    "w": "weights", "kernel": "weights", "b": "bias", "offset": "bias", "threshold": "bias", "function": "activation",
    "nonlinearity": "activation", "size": "units", "neurons": "units", "nodes": "units", "width": "units",
}  # fmt: skip
ACTIVATIONS = {
    "identity": "linear", "none": "linear", "purelin": "linear", "logistic": "sigmoid", "sigma": "sigmoid",
    "σ": "sigmoid", "expit": "sigmoid", "logsig": "sigmoid", "tansig": "tanh", "hyperbolic_tangent": "tanh",
    "rectifier": "relu", "ramp": "relu", "lrelu": "leaky_relu", "leaky": "leaky_relu", "swish": "silu",
}  # fmt: skip
LOSSES = {
    "mse": "mean_squared_error", "l2_loss": "squared_error", "sse": "squared_error", "quadratic": "half_squared_error",
    "mae": "mean_absolute_error", "l1": "absolute_error", "smooth_l1": "huber", "bce": "binary_cross_entropy",
    "log_loss": "binary_cross_entropy", "ce": "cross_entropy", "nll": "cross_entropy",
    "categorical_crossentropy": "cross_entropy", "kl": "kl_divergence", "kld": "kl_divergence",
}  # fmt: skip
OTHERS = {
    "--decimals": "--digits", "--precision": "--digits", "--out": "--output", "--silent": "--quiet",
    "average": "mean", "negative_slope": "slope", "backward": "gradients", "tensorflow": "keras", "excel": "xlsx",
    "graphviz": "dot",
}  # fmt: skip
COMMANDS = {
    "train": "run", "fit": "run", "derive": "explain", "derivative": "chain", "diff": "chain", "draw": "plot",
    "new": "init", "mark": "check", "grade": "check",
}  # fmt: skip
GOOD = "inputs: [1, 2]\ntargets: [1]\nlayers: [{weights: [[0.1, 0.2]]}]\n"
LAYER = "inputs: [1, 2]\ntargets: [1]\nlayers: [{weights: [[0.1, 0.2]], "


@pytest.mark.parametrize(("given", "meant"), KEYS.items())
def test_a_key_is_known_by_its_meaning(given: str, meant: str) -> None:
    assert f"unknown key '{given}'\n" in (errors := backprop("run", "-", stdin=f"{GOOD}{given}: 1\n").stderr)
    assert f"hint: did you mean '{meant}'?" in errors


@pytest.mark.parametrize(("given", "meant"), LAYER_KEYS.items())
def test_a_key_of_a_layer_is_known_by_its_meaning(given: str, meant: str) -> None:
    assert f"hint: did you mean '{meant}'?" in backprop("run", "-", stdin=f"{LAYER}{given}: 1}}]\n").stderr


@pytest.mark.parametrize(("given", "meant"), ACTIVATIONS.items())
def test_an_activation_is_known_by_its_meaning(given: str, meant: str) -> None:
    errors = backprop("run", "-", stdin=f"{LAYER}activation: {given}}}]\n").stderr
    assert f"unknown activation '{given}'\n" in errors
    assert f"hint: did you mean '{meant}'? known: linear, sigmoid" in errors


@pytest.mark.parametrize(("given", "meant"), LOSSES.items())
def test_a_loss_is_known_by_its_meaning(given: str, meant: str) -> None:
    errors = backprop("run", "-", stdin=f"{GOOD}loss: {given}\n").stderr
    assert f"hint: did you mean '{meant}'? known: half_squared_error" in errors


@pytest.mark.parametrize(("given", "meant"), OTHERS.items())
def test_another_name_is_known_by_its_meaning(given: str, meant: str) -> None:
    assert nearest(given, ["first", meant, "last"]) == meant


@pytest.mark.parametrize(("given", "meant"), COMMANDS.items())
def test_a_command_is_known_by_its_meaning(given: str, meant: str) -> None:
    assert backprop(given).stderr.startswith(
        f"error: unknown command '{given}'\n    hint: did you mean '{meant}'? known:"
    )


def test_every_meaning_is_tried_here() -> None:
    tried = {*KEYS, *LAYER_KEYS, *ACTIVATIONS, *LOSSES, *OTHERS, *COMMANDS}
    assert {"".join(filter(str.isalnum, word)) for word in tried} == set(MEANINGS)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("Cross-Entropy", "cross_entropy"),
        ("crossentropy", "cross_entropy"),
        ("LeakyReLU", "leaky_relu"),
        ("learning rate", "learning_rate"),
        ("tanH", "tanh"),
    ],
)
def test_signs_and_capitals_do_not_hide_a_name(given: str, meant: str) -> None:
    assert nearest(given, ["relu", "cross_entropy", "leaky_relu", "learning_rate", "tanh"]) == meant


@pytest.mark.parametrize(("given", "meant"), [("w1", "w1_1"), ("w13", "w1_3"), ("w8_99", "w8_9"), ("w9_2", "w8_2")])
def test_of_names_that_are_as_like_the_first_and_nearest_is_meant(given: str, meant: str) -> None:
    known = [f"w{source}_{unit}" for unit in range(1, 31) for source in range(1, 9)]
    assert nearest(given, known) == meant


def test_what_is_like_nothing_gets_no_name() -> None:
    assert nearest("--verbose", ["--rows", "--digits", "--quiet"]) is None
