"""A model of Keras: its layers' kinds from the JSON in the file, its weights from the HDF5. Nothing of Keras is run.

What is damaged in an HDF5 file is up to the HDF5 library, in C, to find. What a file may say of itself (sizes, links to other
files) is checked here before anything is read. Texts are read without the library, which does not survive damage to them.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import h5py

from backprop_cli.bridges.archive import MOST_JSON, Archive
from backprop_cli.bridges.imported import Function, Imported, ImportedLayer, as_float, cannot
from backprop_cli.functions.numeric import Array

ACTIVATIONS: dict[str, Function] = {
    "linear": "linear",
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "relu": "relu",
    "leaky_relu": {"leaky_relu": {"slope": 0.2}},
    "elu": "elu",
    "gelu": "gelu",
    "selu": "selu",
    "silu": "silu",
    "swish": "silu",
    "softplus": "softplus",
    "softsign": "softsign",
    "hard_sigmoid": "hard_sigmoid",
    "hard_tanh": "hard_tanh",
    "mish": "mish",
    "softmax": "softmax",
}
"""Keras's names; its leaky_relu has the slope 0.2."""
LOSSES = {
    "mse": "mean_squared_error",
    "mean_squared_error": "mean_squared_error",
    "mae": "mean_absolute_error",
    "mean_absolute_error": "mean_absolute_error",
    "categorical_crossentropy": "cross_entropy",
    "sparse_categorical_crossentropy": "cross_entropy",
    "binary_crossentropy": "binary_cross_entropy",
    "kl_divergence": "kl_divergence",
    "hinge": "hinge",
}
WITHOUT_WEIGHTS = ("InputLayer", "Flatten", "Dropout", "GaussianNoise", "GaussianDropout", "AlphaDropout")
"""Layers that do nothing to a vector once the network is trained."""

_HEAP = b"GCOL\x01\0\0\0"
DEEPEST = 6
"""Groups in groups."""
BROKEN_MODEL = (KeyError, TypeError, ValueError, AttributeError, OSError, RuntimeError, RecursionError, OverflowError)
"""What h5py raises where bytes in a file are wrong, and what a configuration without its parts leads to."""


def read_keras(content: bytes, file: str) -> Imported:
    """The layers of a `.keras` archive or of an older `.h5` file.

    Raises:
        InputError: the file is broken, or a layer of it is of a kind that is not known here.
    """
    try:
        if content.startswith(b"PK"):
            archive = Archive(content, file)
            config = archive.read_json("config.json")
            dense = _Weights(archive.read("model.weights.h5"), file).by_kind()
            loss = _loss(config.get("compile_config") if isinstance(config, dict) else None)
            return _model(config, lambda _: next(dense, []), loss, file)
        weights = _Weights(content, file)
        config, training, version = _description(content, file)
        found = _model(config, weights.of_layer, _loss(training), file)
        is_old = version is not None and not version.startswith(b"3")
        if is_old and any(layer.activation == "hard_sigmoid" for layer in found.layers):
            raise cannot(
                file, "hard_sigmoid of Keras 2 is another function than today's", "save the model with Keras 3"
            )
        return found
    except BROKEN_MODEL as error:
        raise cannot(file, f"this is no whole model of Keras: {error}") from None


def _description(content: bytes, file: str) -> tuple[Any, Any, bytes | None]:
    """What an `.h5` file says of its layers and of its training, and the version of Keras that wrote it."""
    texts = list(_texts(content))
    mappings = [json.loads(text) for text in texts if text.startswith(b"{") and len(text) <= MOST_JSON]
    config = next((mapping for mapping in mappings if "class_name" in mapping), None)
    if config is None:
        raise cannot(file, "the file says nothing of its layers", "save the whole model, not its weights alone")
    training = next((mapping for mapping in mappings if "loss" in mapping), None)
    return config, training, next((text for text in texts if re.match(rb"[0-9]+\.[0-9]+\.[0-9]", text)), None)


def _texts(content: bytes) -> Iterator[bytes]:
    """The texts of an HDF5 file, all of which stand in its global heaps.

    A heap is `GCOL`, a version and its size; then each text with its number, a count, its size and what fills up eight bytes.
    """
    start = content.find(_HEAP)
    while start >= 0:
        end = min(start + int.from_bytes(content[start + 8 : start + 16], "little"), len(content))
        position = start + 16
        while position + 16 <= end and content[position : position + 2] != b"\0\0":  # what is free has the number 0
            size = int.from_bytes(content[position + 8 : position + 16], "little")
            position += 16
            yield content[position : min(position + size, end)]
            position += -(-size // 8) * 8
        start = content.find(_HEAP, max(position, start + 16))


def _model(
    config: Mapping[str, Any], weights_of: Callable[[str], list[Array]], loss: str | None, file: str
) -> Imported:
    """The layers of a configuration, each `Dense` with its weights."""
    if config["class_name"] not in ("Sequential", "Functional", "Model"):
        raise cannot(
            file, f"a model of the kind {config['class_name']!r} is not known: expected Sequential or Functional"
        )
    layers: list[ImportedLayer] = []
    notes: list[str] = []
    for entry in config["config"]["layers"]:
        kind, settings = entry["class_name"], entry["config"]
        if len(entry.get("inbound_nodes", [])) > 1:
            raise cannot(file, f"the layer {settings['name']!r} is used more than once")
        if kind == "Dense":
            found = weights_of(settings["name"])
            expected = 2 if settings["use_bias"] else 1
            if len(found) != expected:
                raise cannot(
                    file, f"the layer {settings['name']!r} has {len(found)} arrays of weights, expected {expected}"
                )
            bias = as_float(found[1]) if settings["use_bias"] else None
            function = _function(settings["activation"], settings["name"], file)
            layers.append(ImportedLayer(as_float(found[0].T), bias, function))
        elif kind in WITHOUT_WEIGHTS:
            if kind not in ("InputLayer", "Flatten"):
                notes.append(f"{settings['name']} ({kind}) is left out: it is for training only")
        else:
            function = _layer_function(kind, settings, file)
            if not layers or layers[-1].activation != "linear":
                raise cannot(file, f"the layer {settings['name']!r} ({kind}) does not follow a linear layer")
            layers[-1] = ImportedLayer(layers[-1].weights, layers[-1].bias, function)
    return Imported(layers, loss, tuple(notes))


def _layer_function(kind: str, settings: Mapping[str, Any], file: str) -> Function:
    """A layer that is an activation."""
    if kind == "Activation":
        return _function(settings["activation"], settings["name"], file)
    if (
        kind == "ReLU"
        and not settings.get("negative_slope")
        and settings.get("max_value") is None
        and not settings.get("threshold")
    ):
        return "relu"
    if kind == "LeakyReLU":
        return {"leaky_relu": {"slope": float(settings.get("negative_slope", settings.get("alpha", 0.3)))}}
    if kind == "ELU":
        return {"elu": {"alpha": float(settings["alpha"])}}
    if kind == "Softmax":
        return "softmax"
    raise cannot(
        file,
        f"a layer of the kind {kind!r} ({settings.get('name')}) is not known here",
        "expected Dense and activations",
    )


def _function(given: Any, layer: str, file: str) -> Function:
    settings = given.get("config", {}) if isinstance(given, dict) else {}
    name = settings if isinstance(settings, str) else given.get("class_name") if isinstance(given, dict) else given
    if name not in ACTIVATIONS:
        raise cannot(
            file, f"the activation {name!r} of the layer {layer!r} is not known", f"known: {', '.join(ACTIVATIONS)}"
        )
    return ACTIVATIONS[name]


def _loss(config: Any) -> str | None:
    loss = config.get("loss") if isinstance(config, dict) else None
    if isinstance(loss, dict):
        loss = loss.get("config", {}).get("name", loss.get("class_name"))
    return LOSSES.get(loss) if isinstance(loss, str) else None


# ── weights ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Weights:
    """The arrays in an HDF5 file, each read once its size is known, and all of them together no larger than the file."""

    def __init__(self, content: bytes, file: str) -> None:
        self.file = file
        self.left = len(content)
        try:
            self.root = h5py.File(io.BytesIO(content), "r")
        except OSError:
            raise cannot(file, "this is neither a .keras archive nor a whole HDF5 file") from None

    def by_kind(self) -> Iterator[list[Array]]:
        """The arrays of each dense layer of a `.keras` file: they are called `dense`, `dense_1`, … in their order."""
        names = [name for name in self._node("layers") if re.fullmatch(r"dense(_[0-9]+)?", name)]
        names.sort(key=lambda name: int("0" + name.removeprefix("dense").removeprefix("_")))
        for name in names:
            group = f"layers/{name}/vars"
            yield [self._array(f"{group}/{number}") for number in sorted(self._node(group), key=int)]

    def of_layer(self, layer: str) -> list[Array]:
        """The arrays of a layer of an `.h5` file: its kernel, and its bias if it has one.

        Which datasets these are is seen from their own names: lists of names are texts.
        """
        found = {path.rpartition("/")[2].partition(":")[0]: path for path in self._datasets(f"model_weights/{layer}")}
        return [self._array(found[name]) for name in ("kernel", "bias") if name in found]

    def _datasets(self, path: str, depth: int = 0) -> Iterator[str]:
        """The paths of the datasets in a group and in the groups in it."""
        node = self._node(path)
        if isinstance(node, h5py.Dataset):
            yield path
        elif depth < DEEPEST:
            for name in node:
                yield from self._datasets(f"{path}/{name}", depth + 1)

    def _node(self, path: str) -> Any:
        """A group or a dataset, reached through no link that leads out of the file."""
        parts = path.split("/")
        for end in range(1, len(parts) + 1):
            if not isinstance(self.root.get("/".join(parts[:end]), getlink=True), h5py.HardLink):
                raise cannot(self.file, f"there is no {path} in this file")
        return self.root[path]

    def _array(self, path: str) -> Array:
        """A dataset, once it is known to be an array of numbers whose bytes are all there."""
        dataset = self._node(path)
        if (
            not isinstance(dataset, h5py.Dataset)
            or dataset.external
            or dataset.is_virtual
            or dataset.dtype.kind not in "fiu"
        ):
            raise cannot(self.file, f"{path} is no array of numbers in this file")
        self.left -= dataset.nbytes
        if dataset.nbytes != dataset.id.get_storage_size() or self.left < 0:
            shown = " × ".join(map(str, dataset.shape))
            raise cannot(self.file, f"{path} is said to be {shown} numbers, which are not there")
        array: Array = dataset[()]
        return array
