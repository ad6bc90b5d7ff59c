"""The Keras script trains as we do, and says what Keras has not."""

from __future__ import annotations

import os

import pytest

from backprop_cli import load, run
from backprop_cli.bridges.keras_script import keras_script
from backprop_cli.errors import UsageError
from tests.bridges.networks import CASES
from tests.bridges.scripts import last_loss

os.environ.setdefault("KERAS_BACKEND", "jax")
pytest.importorskip("jax")
keras = pytest.importorskip("keras")

WITHOUT = ("momentum", "frozen biases", "frozen weights", "resumed momentum")
CHOSEN = [case for case in CASES if case not in WITHOUT and not case.endswith(" out")]
SINGLE = 1e-6
"""Keras multiplies matrices in single precision, whatever it is told."""


@pytest.mark.parametrize("case", CHOSEN)
@pytest.mark.filterwarnings("ignore")
def test_its_last_loss_is_ours(case: str) -> None:
    setup = load(CASES[case])
    keras.config.set_dtype_policy("float64")
    try:
        loss = last_loss(keras_script(setup))
    finally:
        keras.config.set_floatx("float32")
        keras.config.set_dtype_policy("float32")
    assert loss == pytest.approx(run(setup).loss_after, rel=SINGLE, abs=1e-9)


@pytest.mark.parametrize("case", WITHOUT)
def test_what_keras_has_not_is_refused(case: str) -> None:
    with pytest.raises(UsageError, match="Keras has"):
        keras_script(load(CASES[case]))


def test_a_frozen_layer_is_not_trained() -> None:
    setup = load({**CASES["tanh"], "freeze": ["w1*", "w2*", "w3*", "b1*"]})
    assert "trainable=False" in keras_script(setup).text
