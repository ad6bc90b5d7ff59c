"""A network from an ONNX model: a chain of Gemm, or MatMul and Add, with the activations that we have.

What stands between two of these is written as a text, such as `Mul(Sigmoid(z),z)`, and looked up in a list of activations.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from backprop_cli.bridges.imported import Function, Imported, ImportedLayer, as_float, cannot
from backprop_cli.files.tensors import HOW_TO_SAVE, is_pickle, unpacked_limit
from backprop_cli.functions.numeric import Array

MOST_NODES = 10_000
MOST_TEXT = 300
"""Characters of the text of what stands between two layers."""
NO_CHANGE = ("Identity", "Flatten", "Dropout", "Cast")
COMMUTATIVE = ("Add", "Mul", "Min", "Max")
SINGLE = 1e-6
"""Numbers that an operator keeps in single precision are compared so closely."""

PATTERNS: dict[str, str | tuple[str, str]] = {
    "z": "linear",
    "Sigmoid(z)": "sigmoid",
    "Tanh(z)": "tanh",
    "Relu(z)": "relu",
    "Max(#0,z)": "relu",
    "LeakyRelu(z;alpha=#a)": ("leaky_relu", "slope"),
    "PRelu(z,#a)": ("leaky_relu", "slope"),
    "Elu(z;alpha=#a)": ("elu", "alpha"),
    "Elu(z)": "elu",
    "LeakyRelu(z)": "leaky_relu",
    "Add(Mul(#a,Min(#0,z)),Relu(z))": ("leaky_relu", "slope"),
    "Add(Mul(#a,Sub(Exp(Min(#0,z)),#1)),Relu(z))": ("elu", "alpha"),
    "Selu(z)": "selu",
    "Selu(z;alpha=#1.6732632423543772;gamma=#1.0507009873554805)": "selu",
    "Mul(#1.0507009873554805,Add(Mul(#1.6732632423543772,Sub(Exp(Min(#0,z)),#1)),Relu(z)))": "selu",
    "Gelu(z)": "gelu",
    "Gelu(z;approximate=none)": "gelu",
    "Mul(#0.5,Mul(Add(#1,Erf(Div(z,#1.4142135623730951))),z))": "gelu",
    "Mul(Mul(#0.5,Add(#1,Erf(Div(z,#1.4142135623730951)))),z)": "gelu",
    "Mul(Sigmoid(z),z)": "silu",
    "Swish(z)": "silu",
    "Softplus(z)": "softplus",
    "Add(Log(Add(#1,Exp(Neg(Abs(z))))),Relu(z))": "softplus",
    "Softsign(z)": "softsign",
    "Div(z,Add(#1,Abs(z)))": "softsign",
    "Mish(z)": "mish",
    "Mul(Tanh(Softplus(z)),z)": "mish",
    "Mul(Tanh(Add(Log(Add(#1,Exp(Neg(Abs(z))))),Relu(z))),z)": "mish",
    "Clip(z,#-1,#1)": "hard_tanh",
    "HardSigmoid(z;alpha=#0.16666666666666666)": "hard_sigmoid",
    "HardSigmoid(z;alpha=#0.16666666666666666;beta=#0.5)": "hard_sigmoid",
    "Clip(Add(#0.5,Div(z,#6)),#0,#1)": "hard_sigmoid",
    "Softmax(z)": "softmax",
    "Softmax(z;axis=#-1)": "softmax",
    "Softmax(z;axis=#1)": "softmax",
    "Tanh(Mul(#0.5,z))": "bipolar_sigmoid",
}
"""Activations by what they are made of: numbers are marked, and come first where the order does not matter.

`#a` stands for the setting that is named beside the activation.
"""

_OPERATORS = sorted({name for pattern in PATTERNS for name in re.findall(r"([A-Z]\w+)\(", pattern)})
_NUMBER = re.compile(r"#(-?[\w.+-]+)")


def read_onnx(content: bytes, file: str) -> Imported:
    """The layers of an ONNX model.

    Raises:
        InputError: the file is broken, or an operator in it is not known here.
    """
    if is_pickle(content) or content.startswith(b"PK"):
        raise cannot(file, "the file is not read", HOW_TO_SAVE)
    try:
        model = onnx.load_model_from_string(content)
    except Exception as error:  # protobuf's own, whose class depends on how it was built
        raise cannot(file, f"this is no whole ONNX file: {type(error).__name__}") from None
    graph = model.graph
    if len(graph.node) > MOST_NODES:
        raise cannot(file, f"it has more than {MOST_NODES:,} nodes")
    constants = {tensor.name: _tensor(tensor, file) for tensor in graph.initializer}
    starts = [entry.name for entry in graph.input if entry.name not in constants]
    if len(starts) != 1 or len(graph.output) != 1:
        raise cannot(file, f"expected one input and one output, found {len(starts)} and {len(graph.output)}")
    return _Reader(constants, file, starts[0], unpacked_limit(len(content))).read(graph)


def _tensor(tensor: Any, file: str) -> Array:
    """A constant, once its shape is known to be filled by the bytes that are there."""
    if tensor.data_location == TensorProto.EXTERNAL:
        raise cannot(file, f"the numbers of {tensor.name} stand in another file", "save the model in one file")
    fields = (tensor.float_data, tensor.double_data, tensor.int32_data, tensor.int64_data)
    try:
        size = np.dtype(helper.tensor_dtype_to_np_dtype(tensor.data_type)).itemsize
        held = len(tensor.raw_data) // size if tensor.raw_data else max(map(len, fields))
        if min(tensor.dims, default=0) < 0 or math.prod(tensor.dims) != held:
            raise cannot(file, f"the array {tensor.name} of shape {list(tensor.dims)} holds {held:,} numbers")
        return np.asarray(numpy_helper.to_array(tensor))
    except (KeyError, TypeError, ValueError) as error:
        raise cannot(file, f"the array {tensor.name} cannot be read: {error}") from None


class _Reader:
    """Follows a model from its input to its output, node by node."""

    def __init__(self, constants: dict[str, Array], file: str, start: str, left: int) -> None:
        self.constants = constants
        self.file = file
        self.layers: list[ImportedLayer] = []
        self.left = left
        """Bytes that the weights of further layers may take, each of which may be the same constant."""
        self.texts = {start: "z"}
        """What was made of the last layer's net inputs `z`, by the names of the values."""

    def read(self, graph: Any) -> Imported:
        """The layers of the graph."""
        for node in graph.node:
            self._node(node)
        last = graph.output[0].name
        if last not in self.texts:
            raise cannot(self.file, "the model is no chain of layers from its input to its output")
        self._close(last)
        return Imported(self.layers)

    def _node(self, node: Any) -> None:
        operator = node.op_type
        settings = {entry.name: helper.get_attribute_value(entry) for entry in node.attribute}
        given = [name for name in node.input if name]
        if not node.output:
            raise cannot(self.file, f"the operator {operator!r} gives nothing")
        if operator == "Constant":
            value = settings.get("value", settings.get("value_float"))
            self.constants[node.output[0]] = (
                np.asarray(value) if isinstance(value, float) else _tensor(value, self.file)
            )
            return
        for name in given:
            if name not in self.constants and name not in self.texts:
                raise cannot(
                    self.file, f"the model is no chain: {operator} takes {name!r}, which an earlier layer made"
                )
        if operator in NO_CHANGE and given:
            self.texts[node.output[0]] = self.texts[given[0]]
        elif operator in ("Gemm", "MatMul") and given and given[0] in self.texts:
            self._layer(operator, given, settings)
            self.texts = {node.output[0]: "z"}
        elif operator == "Add" and self._is_bias(given):
            (bias,) = (self.constants[name] for name in given if name in self.constants)
            units = len(self.layers[-1].weights)
            full = np.broadcast_to(as_float(bias).reshape(-1), (units,)).copy()
            self.layers[-1] = replace(self.layers[-1], bias=full)
            self.texts = {node.output[0]: "z"}
        else:
            self.texts[node.output[0]] = self._text(operator, given, settings)

    def _layer(self, operator: str, given: list[str], settings: Mapping[str, Any]) -> None:
        self._close(given[0])
        numbers = [self.constants[name] for name in given[1:] if name in self.constants]
        if len(numbers) < len(given) - 1 or not numbers or settings.get("transA") or numbers[0].ndim != 2:
            raise cannot(self.file, f"a {operator} by anything but constant weights is not known here")
        self.left -= 8 * numbers[0].size
        if self.left < 0:
            raise cannot(self.file, "its layers would take much more memory than the file itself")
        transposed = operator == "Gemm" and settings.get("transB")
        weights = _times(numbers[0] if transposed else numbers[0].T, settings.get("alpha", 1.0))
        bias = None
        if len(numbers) > 1:
            if numbers[1].size not in (1, len(weights)):
                raise cannot(self.file, f"a Gemm of {len(weights)} units has {numbers[1].size} biases")
            bias = _times(np.broadcast_to(numbers[1].reshape(-1), (len(weights),)), settings.get("beta", 1.0))
        self.layers.append(ImportedLayer(weights, bias))

    def _is_bias(self, given: list[str]) -> bool:
        """Whether numbers are added to the net inputs of a layer that has no bias yet, one for each unit or one for all."""
        if not self.layers or self.layers[-1].bias is not None:
            return False
        sizes = [self.constants[name].size for name in given if name in self.constants]
        texts = [self.texts[name] for name in given if name in self.texts]
        return texts == ["z"] and sizes in ([1], [len(self.layers[-1].weights)])

    def _close(self, name: str) -> None:
        """Find the activation of the layer whose result is `name`."""
        text = self.texts[name]
        function = _function(text)
        if function is None or (not self.layers and function != "linear"):
            unknown = [word for word in re.findall(r"([A-Z]\w*)\(", text) if word not in _OPERATORS]
            what = f"the operator {unknown[0]!r} is" if unknown else f"the operators {text.replace('#', '')} are"
            hint = f"known: Gemm, MatMul, Add, and as activations {', '.join(_OPERATORS)}"
            raise cannot(self.file, f"{what} not known here in this place", hint)
        if self.layers:
            self.layers[-1] = replace(self.layers[-1], activation=function)

    def _text(self, operator: str, given: list[str], settings: Mapping[str, Any]) -> str:
        values = [self.texts[name] if name in self.texts else _number(self.constants[name]) for name in given]
        values = sorted(values) if operator in COMMUTATIVE else values
        shown = "".join(f";{name}={_setting(settings[name])}" for name in sorted(settings))
        text = f"{operator}({','.join(values)}{shown})"
        return text if len(text) < MOST_TEXT else f"{operator}(…)"


def _times(array: Array, factor: float) -> Array:
    """The product; what is not finite in it is found when the layers are checked."""
    with np.errstate(all="ignore"):
        return as_float(array) * factor


def _number(array: Array) -> str:
    return f"#{float(array.reshape(-1)[0])!r}" if array.size == 1 else "many"


def _setting(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("ascii", "replace")
    return f"#{float(value)!r}" if isinstance(value, int | float) else "many"


def _function(text: str) -> Function | None:
    """The activation of a text; None where there is none."""
    numbers = _NUMBER.findall(text)
    for pattern, activation in PATTERNS.items():
        wanted = _NUMBER.findall(pattern)
        if _NUMBER.sub("#", pattern) != _NUMBER.sub("#", text):
            continue
        fixed = [(given, float(number)) for given, number in zip(numbers, wanted, strict=True) if number != "a"]
        if not all(math.isclose(float(given), number, rel_tol=SINGLE, abs_tol=SINGLE) for given, number in fixed):
            continue
        if isinstance(activation, str):
            return activation
        name, setting = activation
        return {name: {setting: _shortest(float(numbers[wanted.index("a")]))}}
    return None


def _shortest(value: float) -> float:
    """The number that was meant by one in single precision, 0.1 by 0.10000000149011612; any other as it is."""
    single = np.float32(value)
    return float(str(single)) if float(single) == value else value
