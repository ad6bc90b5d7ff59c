"""A multi-layer perceptron of scikit-learn that was saved by skops.

A `.skops` file is an archive of `schema.json`, which says what the object is made of, and of arrays in NumPy's format. The
network is read from these. Nothing is constructed, so neither skops nor scikit-learn is needed, and nothing is run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backprop_cli.bridges.archive import Archive
from backprop_cli.bridges.imported import Imported, ImportedLayer, as_float, cannot
from backprop_cli.files.tensors import read_npy
from backprop_cli.functions.numeric import Array

ACTIVATIONS = {"identity": "linear", "logistic": "sigmoid", "tanh": "tanh", "relu": "relu", "softmax": "softmax"}
LOSSES = {"softmax": "cross_entropy", "sigmoid": "binary_cross_entropy", "linear": "half_squared_error"}
"""What MLPClassifier and MLPRegressor minimise, by the activation of their last layer."""
MODELS = ("MLPClassifier", "MLPRegressor")


def read_skops(content: bytes, file: str) -> Imported:
    """The layers of a perceptron in a `.skops` file.

    Raises:
        InputError: the file is broken, or holds something else.
    """
    archive = Archive(content, file)
    schema = archive.read_json("schema.json")
    kind = schema.get("__class__") if isinstance(schema, dict) else None
    if kind not in MODELS:
        raise cannot(
            file, f"expected an {' or an '.join(MODELS)}, found {kind!r}", "of a pipeline save the last step alone"
        )
    state = _mapping(schema.get("content"), file)
    coefs, intercepts = (_arrays(archive, state.get(name), file) for name in ("coefs_", "intercepts_"))
    if len(coefs) != len(intercepts):
        raise cannot(file, "the model has not as many intercepts_ as coefs_", "fit the model before it is saved")
    hidden, output = (_function(state.get(name), file) for name in ("activation", "out_activation_"))
    layers = [
        ImportedLayer(as_float(weights.T), as_float(bias), output if index == len(coefs) - 1 else hidden)
        for index, (weights, bias) in enumerate(zip(coefs, intercepts, strict=True))
    ]
    return Imported(layers, LOSSES[output])


def _mapping(node: Any, file: str) -> Mapping[str, Any]:
    """What a node of the schema that stands for a mapping holds."""
    found = node.get("content") if isinstance(node, dict) else None
    if not isinstance(found, dict):
        raise cannot(file, "schema.json does not say what the model holds")
    return found


def _arrays(archive: Archive, node: Any, file: str) -> list[Array]:
    entries = node.get("content") if isinstance(node, dict) else None
    if not isinstance(entries, list):
        raise cannot(file, "the model holds no weights", "fit the model before it is saved")
    found = []
    for entry in entries:
        name = entry.get("file") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not name.endswith(".npy"):
            raise cannot(file, "weights of the model are no plain arrays")
        found.append(read_npy(archive.read(name), f"{file}:{name}"))
    return found


def _function(node: Any, file: str) -> str:
    """An activation by its name, which stands in the schema as a JSON text."""
    text = node.get("content") if isinstance(node, dict) else None
    name = str(text).strip('"')
    if name not in ACTIVATIONS:
        raise cannot(file, f"the activation {name!r} is not known", f"known: {', '.join(ACTIVATIONS)}")
    return ACTIVATIONS[name]
