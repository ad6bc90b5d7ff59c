"""Models that Keras saved are read: both of its formats, their activations and losses; hostile files are refused."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backprop_cli import load
from backprop_cli.errors import InputError
from backprop_cli.forward import forward
from tests.program import backprop

h5py = pytest.importorskip("h5py")

from backprop_cli.bridges.keras_model import ACTIVATIONS, read_keras  # noqa: E402


@pytest.fixture(scope="module")
def keras() -> Any:
    os.environ.setdefault("KERAS_BACKEND", "jax")
    return pytest.importorskip("keras")


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("activation", [*ACTIVATIONS])
@pytest.mark.filterwarnings("ignore")
def test_a_saved_model_is_read_to_the_last_bit_and_computes_the_same(
    activation: str, suffix: str, keras: Any, tmp_path: Path
) -> None:
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((3,)),
            layers.Dense(4, activation=activation, name="first"),
            layers.Dropout(0.3),
            layers.Dense(5, use_bias=False),
            layers.LeakyReLU(0.25),
            layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile(loss="categorical_crossentropy")
    path = str(tmp_path / f"model{suffix}")
    model.save(path)
    file = str(tmp_path / "net.yaml")
    result = backprop("import", path, "-o", file)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (0, f"wrote {file}")
    assert "(Dropout) is left out" in result.stderr
    network = load(file).network
    kernels = [np.asarray(layer.kernel).T.tolist() for layer in model.layers if hasattr(layer, "kernel")]
    assert [layer.weights.tolist() for layer in network.layers] == kernels
    assert network.loss.name == "cross_entropy"
    assert network.names.biases == ("own", "none", "own")
    assert network.activations[1].setting_values() == {"slope": 0.25}
    samples = np.arange(12).reshape(4, 3) / 4 - 1.5
    computed = np.asarray(model(samples))  # Keras computes in single precision here
    assert forward(network, samples).outputs == pytest.approx(computed, rel=1e-6)


@pytest.mark.filterwarnings("ignore")
def test_a_functional_model_is_a_chain_and_other_layers_are_named(keras: Any, tmp_path: Path) -> None:
    start = keras.Input((3,))
    chain = keras.layers.Dense(2, activation=keras.activations.silu)(keras.layers.Dense(4)(start))
    keras.Model(start, chain).save(tmp_path / "chain.keras")
    found = read_keras((tmp_path / "chain.keras").read_bytes(), "chain.keras")
    assert [layer.activation for layer in found.layers] == ["linear", "silu"]
    keras.Model(start, keras.layers.BatchNormalization()(chain)).save(tmp_path / "normal.keras")
    with pytest.raises(InputError, match="a layer of the kind 'BatchNormalization'"):
        read_keras((tmp_path / "normal.keras").read_bytes(), "normal.keras")


def archive(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name.replace("__", "."), content)
    return stream.getvalue()


CONFIG: dict[str, Any] = {
    "class_name": "Sequential",
    "config": {"layers": [{"class_name": "Dense", "config": {"name": "d", "use_bias": False, "activation": "tanh"}}]},
}
TWICE = json.dumps({**CONFIG, "config": {"layers": CONFIG["config"]["layers"] * 2}}).encode()


def hdf5(make: Any) -> bytes:
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        make(file.create_group("layers/dense/vars"))
    return stream.getvalue()


def _the_same_twice(group: Any) -> None:
    group["0"] = np.zeros((60, 60))
    group["1"] = group["0"]


def _outside(group: Any) -> None:
    group["0"] = h5py.ExternalLink("/etc/hostname", "/")


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (hdf5(lambda group: group.create_dataset("0", (2**20, 2**20), "f4")), "numbers, which are not there"),
        (hdf5(lambda group: group.create_dataset("0", (2000, 2000), "f4", compression="gzip")), "which are not there"),
        (hdf5(lambda group: group.create_dataset("0", data=[b"text"])), "is no array of numbers"),
        (hdf5(_the_same_twice), "layers/dense/vars/1 is said to be 60 × 60 numbers, which are not there"),
        (hdf5(_outside), "there is no layers/dense/vars/0 in this file"),
        (b"\x89HDF\r\n\x1a\n" + b"\0" * 100, "nor a whole HDF5 file"),
        (b"\x80\x04\x95pickle", "nor a whole HDF5 file"),
    ],
)
def test_hostile_weights_are_refused_before_memory_is_taken(weights: bytes, message: str) -> None:
    content = archive(config__json=json.dumps(CONFIG).encode(), model__weights__h5=weights)
    with pytest.raises(InputError) as caught:
        read_keras(content, "m.keras")
    assert message in str(caught.value)


def test_hostile_archives_are_refused() -> None:
    good = hdf5(lambda group: group.create_dataset("0", data=np.ones((2, 3))))
    bomb = archive(config__json=b" " * 2**26, model__weights__h5=good)
    whole = archive(config__json=json.dumps(CONFIG).encode(), model__weights__h5=good)
    assert read_keras(whole, "m.keras").layers[0].weights.tolist() == [[1, 1], [1, 1], [1, 1]]
    deep = archive(config__json=b"[" * 100_000, model__weights__h5=good)
    for content, message in (
        (bomb, "which is too much"),
        (whole[: len(whole) // 2], "this is no whole archive"),
        (deep, "config.json in it is no JSON"),
        (archive(other=b"1"), "the archive holds no config.json"),
        (archive(config__json=b"[]", model__weights__h5=good), "no whole model of Keras"),
        (archive(config__json=TWICE, model__weights__h5=good), "the layer 'd' has 0 arrays of weights, expected 1"),
        (b"", "neither a .keras archive nor a whole HDF5 file"),
    ):
        with pytest.raises(InputError) as caught:
            read_keras(content, "m.keras")
        assert message in str(caught.value)


def test_a_function_that_keras_2_had_otherwise_is_refused() -> None:
    config = json.loads(json.dumps(CONFIG).replace("tanh", "hard_sigmoid"))
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        file.attrs["model_config"], file.attrs["keras_version"] = json.dumps(config), "2.15.0"
        layer = file.create_group("model_weights/d")
        layer.attrs["weight_names"] = ["kernel"]
        layer.create_dataset("kernel", data=np.ones((2, 3)))
    with pytest.raises(InputError, match="hard_sigmoid of Keras 2 is another function"):
        read_keras(stream.getvalue(), "m.h5")


@pytest.mark.filterwarnings("ignore")
def test_a_text_on_which_the_hdf5_library_hangs_is_passed_over(keras: Any, tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="tanh")])
    model.compile(loss="mse")
    model.save(tmp_path / "m.h5")
    content = bytearray((tmp_path / "m.h5").read_bytes())
    heap = content.index(b"GCOL")
    text = content.index(b'{"class_name"', heap)
    content[text - 16 : text] = bytes(16)  # free, and of no size
    with pytest.raises(InputError, match="the file says nothing of its layers"):
        read_keras(bytes(content), "m.h5")
    found = read_keras((tmp_path / "m.h5").read_bytes(), "m.h5")
    assert (found.layers[0].activation, found.loss) == ("tanh", "mean_squared_error")
