"""The network as an ONNX model: a chain of Gemm and activations, all of it in float64.

Operators that onnxruntime has in single precision only (LeakyRelu, Elu, Softplus and their relatives) are put together from
ones that it has in double precision. There is none for Erf, so gelu alone has the digits of single precision.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from backprop_cli.network.network import Network

OPSET = 13
"""The first whose Softmax is over one axis alone."""

_SIMPLE = {"sigmoid": "Sigmoid", "tanh": "Tanh", "relu": "Relu"}


def onnx_bytes(network: Network, title: str) -> bytes:
    """The network as an ONNX model from `x`, samples × inputs, to `o`, samples × outputs."""
    graph = _Graph()
    value = "x"
    for index, layer in enumerate(network.layers):
        inputs = [value, graph.constant(f"{2 * index}.weight", layer.weights)]
        if layer.bias is not None:
            inputs.append(graph.constant(f"{2 * index}.bias", np.broadcast_to(layer.bias, layer.units)))
        value = graph.add("Gemm", inputs, transB=1)
        value = graph.activate(layer.activation.name, layer.activation.setting_values(), value)
    graph.add("Identity", [value], output="o")
    widths = network.names.widths
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "network",
            [helper.make_tensor_value_info("x", TensorProto.DOUBLE, ["samples", widths[0]])],
            [helper.make_tensor_value_info("o", TensorProto.DOUBLE, ["samples", widths[-1]])],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        producer_name="backprop",
        doc_string=title,
        ir_version=8,
    )
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())


class _Graph:
    """The nodes and constants of a model while it is put together."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, name: str, array: Any) -> str:
        """A constant array by its name."""
        if all(known.name != name for known in self.constants):
            self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array, dtype=np.float64), name))
        return name

    def number(self, value: float) -> str:
        """A constant number."""
        return self.constant(f"number {value!r}", value)

    def add(self, operator: str, inputs: list[str], output: str = "", **settings: Any) -> str:
        """A node; the name of what it gives."""
        output = output or f"v{len(self.nodes) + 1}"
        self.nodes.append(helper.make_node(operator, inputs, [output], **settings))
        return output

    def activate(self, name: str, settings: Mapping[str, float], z: str) -> str:
        """f(z) of an activation."""
        if name in _SIMPLE:
            return self.add(_SIMPLE[name], [z])
        if name == "linear":
            return z
        if name == "softmax":
            return self.add("Softmax", [z], axis=-1)
        if name == "leaky_relu":
            return self._with_negative(z, settings["slope"], lambda below: below)
        if name in ("elu", "selu"):
            both = self._with_negative(z, settings["alpha"], self._exp_less_one)
            return both if name == "elu" else self.add("Mul", [both, self.number(settings["scale"])])
        if name == "gelu":
            return self._gelu(z)
        if name == "silu":
            return self.add("Mul", [z, self.add("Sigmoid", [z])])
        if name == "softplus":
            return self._softplus(z)
        if name == "mish":
            return self.add("Mul", [z, self.add("Tanh", [self._softplus(z)])])
        if name == "softsign":
            return self.add("Div", [z, self.add("Add", [self.add("Abs", [z]), self.number(1.0)])])
        if name == "bipolar_sigmoid":
            return self.add("Tanh", [self.add("Mul", [z, self.number(0.5)])])
        if name == "hard_tanh":
            return self.add("Clip", [z, self.number(-1.0), self.number(1.0)])
        line = self.add("Add", [self.add("Div", [z, self.number(6.0)]), self.number(0.5)])  # hard_sigmoid
        return self.add("Clip", [line, self.number(0.0), self.number(1.0)])

    def _with_negative(self, z: str, factor: float, function: Callable[[str], str]) -> str:
        """max(z, 0) + factor·f(min(z, 0)) of a function with f(0) = 0."""
        below = function(self.add("Min", [z, self.number(0.0)]))
        return self.add("Add", [self.add("Relu", [z]), self.add("Mul", [below, self.number(factor)])])

    def _exp_less_one(self, z: str) -> str:
        return self.add("Sub", [self.add("Exp", [z]), self.number(1.0)])

    def _softplus(self, z: str) -> str:
        """max(z, 0) + ln(1 + exp(−|z|))."""
        power = self.add("Exp", [self.add("Neg", [self.add("Abs", [z])])])
        return self.add("Add", [self.add("Relu", [z]), self.add("Log", [self.add("Add", [power, self.number(1.0)])])])

    def _gelu(self, z: str) -> str:
        """z·½(1 + erf(z/√2))."""
        scaled = self.add("Cast", [self.add("Div", [z, self.number(math.sqrt(2))])], to=TensorProto.FLOAT)
        erf = self.add("Cast", [self.add("Erf", [scaled])], to=TensorProto.DOUBLE)
        share = self.add("Mul", [self.add("Add", [erf, self.number(1.0)]), self.number(0.5)])
        return self.add("Mul", [z, share])
