"""The Keras script trains as we do, and says what Keras has not."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from backprop_cli import load, run
from backprop_cli.bridges.keras_script import keras_script
from backprop_cli.errors import UsageError
from tests.bridges.networks import CASES
from tests.bridges.scripts import last_loss
from tests.process import environment

os.environ.setdefault("KERAS_BACKEND", "jax")
jax = pytest.importorskip("jax")
keras = pytest.importorskip("keras")
pytestmark = [pytest.mark.external, pytest.mark.slow]

WITHOUT = ("momentum", "frozen biases", "frozen weights", "resumed momentum")
CHOSEN = [case for case in CASES if case not in WITHOUT and not case.endswith(" out")]


@pytest.fixture
def _single_precision_afterwards() -> Iterator[None]:
    before = jax.config.jax_enable_x64
    yield
    jax.config.update("jax_enable_x64", before)
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize("case", CHOSEN)
@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("_single_precision_afterwards")
def test_its_last_loss_is_ours(case: str) -> None:
    setup = load(CASES[case])
    assert last_loss(keras_script(setup)) == pytest.approx(run(setup).loss_after, rel=1e-12)


def test_it_has_double_precision_where_a_user_runs_it(tmp_path: Path) -> None:
    setup = load(CASES["tanh"])
    (tmp_path / "train.py").write_text(keras_script(setup).text, encoding="utf-8")
    command = [sys.executable, "train.py"]
    printed = subprocess.run(
        command, cwd=tmp_path, env=environment(KERAS_BACKEND="jax"), capture_output=True, text=True, check=True
    )
    assert float(printed.stdout.split()[-1]) == pytest.approx(run(setup).loss_after, rel=1e-12)


@pytest.mark.parametrize("case", WITHOUT)
def test_what_keras_has_not_is_refused(case: str) -> None:
    with pytest.raises(UsageError, match="Keras has"):
        keras_script(load(CASES[case]))


def test_a_frozen_layer_is_not_trained() -> None:
    setup = load({**CASES["tanh"], "freeze": ["w1*", "w2*", "w3*", "b1*"]})
    assert "trainable=False" in keras_script(setup).text
