"""Perceptrons of scikit-learn: saved by skops, or their arrays by NumPy. Nothing of either library is run to read them."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backprop_cli import load
from backprop_cli.bridges.sklearn_model import read_skops
from backprop_cli.errors import InputError
from backprop_cli.forward import forward
from tests.program import backprop


def fitted(kind: str, classes: int, activation: str) -> Any:
    neural = pytest.importorskip("sklearn.neural_network")
    stream = np.random.RandomState(4)
    inputs = stream.standard_normal((30, 3))
    targets = inputs @ stream.standard_normal((3, 2)) if kind == "MLPRegressor" else np.arange(30) % classes
    model = getattr(neural, kind)(hidden_layer_sizes=(4, 3), activation=activation, max_iter=5, random_state=1)
    return model.fit(inputs, targets), inputs


def outputs_of(model: Any, inputs: Any) -> Any:
    if not hasattr(model, "predict_proba"):
        return model.predict(inputs)
    probabilities = model.predict_proba(inputs)
    return probabilities if model.n_outputs_ > 1 else probabilities[:, 1:]


CASES = [
    ("MLPClassifier", 3, "tanh", "softmax", "cross_entropy"),
    ("MLPClassifier", 2, "logistic", "sigmoid", "binary_cross_entropy"),
    ("MLPRegressor", 0, "relu", "linear", "half_squared_error"),
]


@pytest.mark.parametrize(("kind", "classes", "activation", "output", "loss"), CASES)
@pytest.mark.filterwarnings("ignore")
def test_a_model_that_skops_saved_computes_the_same(
    kind: str, classes: int, activation: str, output: str, loss: str, tmp_path: Path
) -> None:
    skops = pytest.importorskip("skops.io")
    model, inputs = fitted(kind, classes, activation)
    skops.dump(model, tmp_path / "mlp.skops")
    file = str(tmp_path / "net.yaml")
    assert backprop("import", str(tmp_path / "mlp.skops"), "-o", file).stderr == f"wrote {file}\n"
    network = load(file).network
    assert [layer.weights.T.tolist() for layer in network.layers] == [weights.tolist() for weights in model.coefs_]
    assert (network.activations[-1].name, network.loss.name) == (output, loss)
    assert forward(network, inputs).outputs == pytest.approx(outputs_of(model, inputs), rel=1e-12)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("is_named", [True, False])
def test_its_arrays_in_an_npz_file_do_as_well(is_named: bool, tmp_path: Path) -> None:
    model, inputs = fitted("MLPClassifier", 3, "relu")
    if is_named:
        named = {f"coefs_{index}": array for index, array in enumerate(model.coefs_)}
        np.savez(
            tmp_path / "mlp.npz", **named, **{f"intercepts_{i}": array for i, array in enumerate(model.intercepts_)}
        )
    else:
        np.savez(tmp_path / "mlp.npz", *model.coefs_, *model.intercepts_)
    file = str(tmp_path / "net.yaml")
    result = backprop("import", str(tmp_path / "mlp.npz"), "--output-activation", "softmax", "-o", file)
    assert "holds weights alone: hidden layers are taken for relu (--activation says otherwise)" in result.stderr
    outputs = forward(load(file).network, inputs).outputs
    assert outputs == pytest.approx(model.predict_proba(inputs), rel=1e-12)


def skops_file(schema: Any, **members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("schema.json", json.dumps(schema))
        for name, content in members.items():
            made.writestr(f"{name}.npy", content)
    return stream.getvalue()


def perceptron(**state: Any) -> dict[str, Any]:
    return {"__class__": "MLPClassifier", "content": {"__class__": "dict", "content": state}}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (skops_file({"__class__": "Pipeline"}), "expected an MLPClassifier or an MLPRegressor, found 'Pipeline'"),
        (skops_file(perceptron()), "the model holds no weights"),
        (skops_file(perceptron(coefs_={"content": [{"file": "../../x.npy"}]})), "the archive holds no ../../x.npy"),
        (skops_file(perceptron(coefs_={"content": [{"file": "a.npy"}]}), a=b"\x80\x04pickle"), "no array of NumPy's"),
        (skops_file([1]), "found None"),
        (b"\x80\x04pickle", "this is no whole archive"),
    ],
)
def test_what_is_none_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_skops(content, "m.skops")
    assert message in str(caught.value)


def test_an_array_that_is_named_again_and_again_does_not_fill_the_memory() -> None:
    stream = io.BytesIO()
    np.save(stream, np.zeros((1000, 1000)))
    content = skops_file(perceptron(coefs_={"content": [{"file": "a.npy"}] * 100}), a=stream.getvalue())
    with pytest.raises(InputError, match=r"a\.npy would hold 8,000,128 bytes, which is too much"):
        read_skops(content, "m.skops")
