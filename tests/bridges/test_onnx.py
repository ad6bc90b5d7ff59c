"""ONNX both ways: what we write onnxruntime and the reference evaluator compute as we do, what others write we read."""

from __future__ import annotations

import io
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backprop_cli import load
from backprop_cli.errors import InputError
from backprop_cli.forward import forward
from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.network.network import Setup
from tests.bridges.networks import network
from tests.program import backprop

onnx = pytest.importorskip("onnx")

from onnx import TensorProto, helper, numpy_helper  # noqa: E402
from onnx.reference import ReferenceEvaluator  # noqa: E402

from backprop_cli.bridges.onnx_export import onnx_bytes  # noqa: E402
from backprop_cli.bridges.onnx_import import read_onnx  # noqa: E402

SETTINGS: dict[str, Any] = {"leaky_relu": {"leaky_relu": {"slope": 0.1}}, "elu": {"elu": {"alpha": 0.3}}}


def exported(name: str) -> tuple[Setup, bytes]:
    setup = load(network(SETTINGS.get(name, name), name, "half_squared_error", "shared" if name == "tanh" else "own"))
    return setup, onnx_bytes(setup.network, setup.title)


def as_we_compute(name: str, setup: Setup) -> Any:
    """Our outputs, with the tolerance that single precision needs where ONNX has no other."""
    tolerance = 1e-6 if name == "gelu" else 1e-13
    return pytest.approx(forward(setup.network, setup.samples.inputs).outputs, rel=tolerance, abs=tolerance)


@pytest.mark.external
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_onnxruntime_computes_as_we_do_in_double_precision(name: str) -> None:
    runtime = pytest.importorskip("onnxruntime")
    setup, content = exported(name)
    session = runtime.InferenceSession(content, providers=["CPUExecutionProvider"])
    (outputs,) = session.run(None, {"x": setup.samples.inputs})
    assert outputs.dtype == np.float64
    assert outputs == as_we_compute(name, setup)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_model_computes_as_we_do_and_is_read_back_bit_for_bit(name: str) -> None:
    setup, content = exported(name)
    (outputs,) = ReferenceEvaluator(content).run(None, {"x": setup.samples.inputs})
    assert outputs == as_we_compute(name, setup)
    found = read_onnx(content, "model.onnx")
    for layer, own in zip(found.layers, setup.network.layers, strict=True):
        assert layer.weights.tolist() == own.weights.tolist()
        assert layer.bias is not None and own.bias is not None
        assert layer.bias.tolist() == np.broadcast_to(own.bias, own.units).tolist()
        function = layer.activation if isinstance(layer.activation, dict) else {str(layer.activation): {}}
        ((read, settings),) = function.items()
        assert ACTIVATIONS[read].with_settings(settings) == own.activation


def torch_modules() -> dict[str, tuple[str, Any]]:
    from torch import nn

    return {
        "Sigmoid": ("sigmoid", nn.Sigmoid()), "Tanh": ("tanh", nn.Tanh()), "ReLU": ("relu", nn.ReLU()),
        "LeakyReLU": ("leaky_relu", nn.LeakyReLU(0.2)), "ELU": ("elu", nn.ELU(0.5)), "SELU": ("selu", nn.SELU()),
        "GELU": ("gelu", nn.GELU()), "SiLU": ("silu", nn.SiLU()), "Softplus": ("softplus", nn.Softplus()),
        "Softsign": ("softsign", nn.Softsign()), "Hardsigmoid": ("hard_sigmoid", nn.Hardsigmoid()),
        "Hardtanh": ("hard_tanh", nn.Hardtanh()), "Mish": ("mish", nn.Mish()), "Softmax": ("softmax", nn.Softmax(dim=1)),
    }  # fmt: skip


MODULES = (
    "Sigmoid", "Tanh", "ReLU", "LeakyReLU", "ELU", "SELU", "GELU", "SiLU", "Softplus", "Softsign", "Hardsigmoid",
    "Hardtanh", "Mish", "Softmax",
)  # fmt: skip


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.filterwarnings("ignore")
def test_what_pytorch_exports_is_read(module: str) -> None:
    torch = pytest.importorskip("torch")
    name, activation = torch_modules()[module]
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), activation, torch.nn.Linear(4, 2, bias=False)).eval()
    stream = io.BytesIO()
    torch.onnx.export(model, (torch.zeros(1, 3),), stream, dynamo=False)
    found = read_onnx(stream.getvalue(), "model.onnx")
    assert [layer.weights.tolist() for layer in found.layers] == [model[0].weight.tolist(), model[2].weight.tolist()]
    assert found.layers[0].bias is not None
    assert found.layers[0].bias.tolist() == model[0].bias.tolist()
    assert found.layers[1].bias is None
    expected = {"leaky_relu": {"leaky_relu": {"slope": 0.2}}, "elu": {"elu": {"alpha": 0.5}}}.get(name, name)
    assert (found.layers[0].activation, found.layers[1].activation) == (expected, "linear")


def model_of(nodes: list[Any], constants: dict[str, Any]) -> bytes:
    """A model from `x` to `y`."""
    value = helper.make_tensor_value_info
    tensors = [numpy_helper.from_array(np.asarray(array, dtype=np.float32), name) for name, array in constants.items()]
    graph = helper.make_graph(
        nodes, "g", [value("x", TensorProto.FLOAT, [1, 2])], [value("y", TensorProto.FLOAT, None)], tensors
    )
    return bytes(helper.make_model(graph).SerializeToString())


def test_matmul_and_add_are_a_layer() -> None:
    nodes = [
        helper.make_node("MatMul", ["x", "W"], ["m"]),
        helper.make_node("Add", ["b", "m"], ["z"]),
        helper.make_node("Sigmoid", ["z"], ["y"]),
    ]
    (layer,) = read_onnx(model_of(nodes, {"W": [[1, 2, 3], [4, 5, 6]], "b": [7, 8, 9]}), "m.onnx").layers
    assert layer.weights.tolist() == [[1, 4], [2, 5], [3, 6]]
    assert layer.bias is not None and layer.bias.tolist() == [7, 8, 9]
    assert layer.activation == "sigmoid"


MATMUL = helper.make_node("MatMul", ["x", "W"], ["z"])
WEIGHTS = {"W": [[1, 2], [3, 4]]}


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ([MATMUL, helper.make_node("Sin", ["z"], ["y"])], "the operator 'Sin' is not known here in this place"),
        ([helper.make_node("Conv", ["x", "W"], ["y"])], "the operator 'Conv' is not known"),
        ([MATMUL, helper.make_node("Mul", ["z", "z"], ["y"])], "the operators Mul(z,z) are not known"),
        ([MATMUL, helper.make_node("Add", ["z", "x"], ["y"])], "the model is no chain: Add takes 'x'"),
        ([helper.make_node("MatMul", ["x", "x"], ["y"])], "by anything but constant weights"),
        (
            [helper.make_node("Sigmoid", ["x"], ["z"]), helper.make_node("MatMul", ["z", "W"], ["y"])],
            "Sigmoid(z) are not",
        ),
        ([MATMUL, helper.make_node("Gelu", ["z"], ["y"], approximate="tanh")], "approximate=tanh"),
    ],
)
def test_what_is_no_network_of_ours_is_named(nodes: list[Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_onnx(model_of(nodes, WEIGHTS), "m.onnx")
    assert message in str(caught.value)


def test_hostile_models_are_refused() -> None:
    good = model_of([helper.make_node("MatMul", ["x", "W"], ["y"])], WEIGHTS)
    huge, outside = onnx.load_model_from_string(good), onnx.load_model_from_string(good)
    huge.graph.initializer[0].dims[:] = [2**31, 2**31]
    outside.graph.initializer[0].data_location = TensorProto.EXTERNAL
    for content, message in (
        (good[: len(good) // 2], "this is no whole ONNX file"),
        (b"\x80\x04\x95" + good, "Save the weights in a safe form"),
        (huge.SerializeToString(), "of shape [2147483648, 2147483648] holds 4 numbers"),
        (outside.SerializeToString(), "stand in another file"),
        (b"", "expected one input and one output"),
    ):
        with pytest.raises(InputError) as caught:
            read_onnx(content, "m.onnx")
        assert message in str(caught.value)


def test_weights_that_many_layers_take_do_not_fill_the_memory() -> None:
    names = ["x", *(f"v{number}" for number in range(1999)), "y"]
    nodes = [helper.make_node("MatMul", [one, "W"], [next_]) for one, next_ in pairwise(names)]
    content = model_of(nodes, {"W": np.zeros((100, 100))})
    with pytest.raises(InputError, match="its layers would take much more memory than the file itself"):
        read_onnx(content, "m.onnx")


def test_the_commands_write_and_read_a_model(tmp_path: Path) -> None:
    model, file = str(tmp_path / "m.onnx"), str(tmp_path / "net.yaml")
    assert backprop("export", "three-layers", "--to", "onnx", "-o", model).stderr == f"wrote {model}\n"
    assert backprop("import", model, "-o", file).stderr == f"wrote {file}\n"
    ours, read = load("three-layers").network, load(file).network
    assert [layer.weights.tolist() for layer in read.layers] == [layer.weights.tolist() for layer in ours.layers]
    assert [activation.name for activation in read.activations] == [activation.name for activation in ours.activations]
