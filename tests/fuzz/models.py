"""Damaged models and data of other programs, small ones of every kind that is read.

They are put through `import`, or through `run` as a network's data or weights.
"""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import h5py
import numpy as np
from onnx import TensorProto, helper, numpy_helper

from backprop_cli import load
from backprop_cli.bridges.onnx_export import onnx_bytes
from backprop_cli.files.tensors import npz_bytes, safetensors_bytes
from tests.fuzz.mutate import mutated
from tests.fuzz.target import Question

IMPORT = ("import", "FILE", "-q")
RUN = ("run", "NETWORK", "-q", "-n", "2", "-f", "json")
DATA = "inputs: {name}\n{targets}layers: [{{units: 2, activation: tanh}}, {{units: 3, activation: softmax}}]\nloss: cross_entropy\n"
CLASSES = "targets: [species]\n"
WEIGHTS = (
    "inputs: [1, 2, 3]\ntargets: [0, 1]\nweights: {name}\nlayers: [{{activation: tanh}}, {{activation: sigmoid}}]\n"
)

RNG = np.random.default_rng(1)
FIRST, SECOND = RNG.normal(size=(4, 3)), RNG.normal(size=(2, 4))
ARRAYS = {"0.weight": FIRST, "0.bias": np.arange(4.0), "2.weight": SECOND, "2.bias": np.zeros(2, dtype="f4")}


def _zipped(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name, content in members.items():
            made.writestr(name.replace("__", "."), content)
    return stream.getvalue()


def _npy(array: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def _hdf5(fill: Callable[[Any], None]) -> bytes:
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        fill(file)
    return stream.getvalue()


_LAYERS = [
    {"class_name": "Dense", "config": {"name": name, "use_bias": True, "activation": activation}}
    for name, activation in (("dense", "tanh"), ("dense_1", "softmax"))
]
_KERAS: dict[str, Any] = {"class_name": "Sequential", "config": {"layers": _LAYERS}}


def _of_keras_3(file: Any) -> None:
    for name, weights in (("dense", FIRST.T), ("dense_1", SECOND.T)):
        file[f"layers/{name}/vars/0"], file[f"layers/{name}/vars/1"] = weights, np.zeros(weights.shape[1])


def _of_keras_2(file: Any) -> None:
    file.attrs["model_config"], file.attrs["keras_version"] = json.dumps(_KERAS), "3.1.0"
    file.attrs["training_config"] = json.dumps({"loss": "categorical_crossentropy"})
    for name, weights in (("dense", FIRST.T), ("dense_1", SECOND.T)):
        group = file.create_group(f"model_weights/{name}")
        group.attrs["weight_names"] = ["kernel", "bias"]
        group[f"sequential/{name}/kernel"], group[f"sequential/{name}/bias"] = weights, np.zeros(weights.shape[1])


def _skops() -> bytes:
    def listed(*files: str) -> dict[str, Any]:
        return {"__class__": "list", "content": [{"type": "numpy", "file": file} for file in files]}

    state = {
        "coefs_": listed("a.npy", "b.npy"), "intercepts_": listed("c.npy", "d.npy"),
        "activation": {"content": '"tanh"'}, "out_activation_": {"content": '"softmax"'},
    }  # fmt: skip
    schema = {"__class__": "MLPClassifier", "content": {"__class__": "dict", "content": state}}
    arrays = {"a": FIRST.T, "b": SECOND.T, "c": np.zeros(4), "d": np.zeros(2)}
    return _zipped(schema__json=json.dumps(schema).encode(), **{f"{k}__npy": _npy(v) for k, v in arrays.items()})


def _onnx() -> list[bytes]:
    network = load("three-layers").network
    value = helper.make_tensor_value_info
    nodes = [
        helper.make_node("MatMul", ["x", "W"], ["m"]), helper.make_node("Add", ["m", "b"], ["z"]),
        helper.make_node("LeakyRelu", ["z"], ["y"], alpha=0.2),
    ]  # fmt: skip
    constants = [numpy_helper.from_array(array, name) for name, array in (("W", FIRST.T), ("b", np.zeros(4)))]
    graph = helper.make_graph(
        nodes, "g", [value("x", TensorProto.DOUBLE, [1, 3])], [value("y", TensorProto.DOUBLE, None)], constants
    )
    return [onnx_bytes(network, ""), bytes(helper.make_model(graph).SerializeToString())]


TABLE = b"length,width,species\n5.1,3.5,setosa\n4.9,3.0,virginica\n7.0,3.2,versicolor\n6.3,3.3,virginica\n"
SAMPLES = {"inputs": RNG.normal(size=(4, 2)), "targets": np.eye(3)[[0, 1, 2, 1]]}

TRIES: list[tuple[Question, list[bytes]]] = [
    (Question(IMPORT, suffix=".npz"), [npz_bytes(ARRAYS), npz_bytes({"W1": FIRST, "b1": np.zeros(4), "W2": SECOND})]),
    (Question(IMPORT, suffix=".safetensors"), [safetensors_bytes(ARRAYS)]),
    (Question(IMPORT, suffix=".onnx"), _onnx()),
    (Question(IMPORT, suffix=".h5"), [_hdf5(_of_keras_2)]),
    (Question(IMPORT, suffix=".keras"), [_zipped(config__json=json.dumps(_KERAS).encode(), model__weights__h5=_hdf5(_of_keras_3))]),
    (Question(IMPORT, suffix=".skops"), [_skops()]),
    (Question(RUN, suffix=".csv", network=DATA.format(name="given.csv", targets=CLASSES)), [TABLE, TABLE.replace(b",", b";")]),
    (Question(RUN, suffix=".npz", network=DATA.format(name="given.npz", targets="")), [npz_bytes(SAMPLES)]),
    (Question(RUN, suffix=".safetensors", network=WEIGHTS.format(name="given.safetensors")), [safetensors_bytes(ARRAYS)]),
    (Question(RUN, suffix=".npz", network=WEIGHTS.format(name="given.npz")), [npz_bytes(ARRAYS)]),
]  # fmt: skip


def damaged(content: bytes, choose: random.Random) -> bytes:
    """The content after a few mutations; of an archive a member in most cases, for else its checksum tells."""
    if not content.startswith(b"PK") or choose.random() < 0.2:
        return _at_places(content, choose) if choose.random() < 0.7 else mutated([content], choose)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = choose.choice(list(members))
    members[name] = damaged(members[name], choose)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", choose.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as made:
        for member, data in members.items():
            made.writestr(member, data)
    return stream.getvalue()


def _at_places(content: bytes, choose: random.Random) -> bytes:
    """Some bytes, bits or numbers of eight bytes replaced, or the end cut off."""
    changed = bytearray(content)
    for _ in range(choose.choice((1, 1, 2, 3, 8))):
        place = choose.randrange(len(changed) or 1)
        action = choose.randrange(5)
        if action == 0:
            changed[place : place + 1] = bytes([choose.choice((0, 1, 2, 0x7F, 0x80, 0xFF, choose.randrange(256)))])
        elif action == 1:
            changed[place : place + 8] = choose.choice((0, 1, 2**31, 2**63 - 1, 2**64 - 1, place)).to_bytes(8, "little")
        elif action == 2:
            del changed[place:]
        elif action == 3:
            start = choose.randrange(len(changed) or 1)
            changed[place : place + 16] = changed[start : start + 16]
        elif changed:
            changed[place] ^= 1 << choose.randrange(8)
    return bytes(changed)


def files(count: int, seed: int) -> Iterator[tuple[bytes, Question]]:
    """Damaged files, each with the question that it is put to."""
    choose = random.Random(seed)
    for number in range(count):
        question, seeds = TRIES[number % len(TRIES)]
        yield damaged(choose.choice(seeds), choose), question
