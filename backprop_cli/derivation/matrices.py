"""The same pass as matrices and vectors: one record per step of the calculation, with its shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from backprop_cli.derivation.partials import Derivation, Rule
from backprop_cli.formula.texts import formula
from backprop_cli.functions.numeric import Array
from backprop_cli.network.network import ParameterRow
from backprop_cli.training.train import Run

Part = tuple[str, int | None, str]
"""One sign of a matrix formula: what it is called, the layer it belongs to (from 1), and a mark (`T`, `'`, `+`)."""


class MatrixStep(NamedTuple):
    """`left` = `right` = `value`; vectors are columns. Parts of `right` that are plain strings are operators.

    A rule among them is meant entry by entry.
    """

    left: Part
    right: tuple[Part | str | Rule, ...]
    value: Array


def forward_steps(derivation: Derivation) -> Iterator[MatrixStep]:
    """x; then W, b, z = W·a_prev + b and a = f(z) of every layer; the targets and the loss."""
    yield MatrixStep(("x", None, ""), (), _column(derivation.activations[0]))
    for index, layer in enumerate(derivation.network.layers):
        number = index + 1
        yield MatrixStep(("W", number, ""), (), layer.weights)
        constant: tuple[Part | str, ...] = ()
        if layer.bias is not None:
            constant = ("+", ("b", number, ""))
            yield MatrixStep(("b", number, ""), (), _column(layer.bias))
        z = _column(derivation.net_inputs[index])
        yield MatrixStep(("z", number, ""), (("W", number, ""), "*", _source(index), *constant), z)
        a = _column(derivation.activations[number])
        yield MatrixStep(_activation(derivation, number), (("f", number, ""), "(", ("z", number, ""), ")"), a)
    loss = derivation.network.loss
    if loss.needs_targets:
        yield MatrixStep(("t", None, ""), (), _column(derivation.targets))
    energy = np.array([[derivation.sample_loss]])
    shares: tuple[Part | str | Rule, ...] = ("sum", _of_outputs(loss.definition, derivation))
    if derivation.network.penalty:
        penalty: Part = (derivation.names.penalty, None, "")
        yield MatrixStep(penalty, (), np.array([[derivation.network.penalty_value]]))
        shares = (*shares, "+", penalty)
    yield MatrixStep((derivation.loss, None, ""), shares, energy)


def backward_steps(derivation: Derivation) -> Iterator[MatrixStep]:
    """δ, ∂E/∂W = δ·a_prevᵀ, ∂E/∂b, ∂E/∂a_prev = Wᵀ·δ, from the last layer to the first."""
    loss = derivation.loss
    depth = derivation.names.depth
    slopes = _of_outputs(derivation.network.loss.slope_formula, derivation)
    yield MatrixStep((f"d{loss}/do", None, ""), (slopes,), _column(derivation.upstream[-1]))
    for index in reversed(range(depth)):
        number = index + 1
        upstream: Part = (f"d{loss}/do", None, "") if number == depth else (f"d{loss}/da", number, "")
        delta: Part = ("delta", number, "")
        slope: tuple[Part | str, ...] = (("f", number, "'"), "(", ("z", number, ""), ")")
        if derivation.network.activations[index].is_elementwise:
            right: tuple[Part | str | Rule, ...] = (upstream, "hadamard", *slope)
            yield MatrixStep(("f", number, "'"), (), _column(_slopes(derivation, index)))
        else:
            right = (("J", number, "T"), "*", upstream)
            if derivation.names.widths[number] <= WIDEST_JACOBIAN:
                yield MatrixStep(("J", number, ""), (), _jacobian(derivation, index))
        if number == depth and derivation.network.collapse is not None:
            right = (*right, "=", _closed_form(derivation))
        yield MatrixStep(delta, right, _column(derivation.deltas[index]))
        source = _source(index)
        weights = derivation.gradients.weights[index]
        yield from _penalty(derivation, index)
        of_weights, of_biases = _penalty_parts(derivation, number)
        product: tuple[Part | str, ...] = (delta, "*", (source[0], source[1], "T"))
        yield MatrixStep((f"d{loss}/dW", number, ""), (*product, *of_weights), weights)
        bias = derivation.gradients.biases[index]
        if bias is not None:
            is_shared = derivation.names.biases[index] == "shared"
            summed: tuple[Part | str, ...] = ("sum", delta) if is_shared else (delta,)
            yield MatrixStep((f"d{loss}/db", number, ""), (*summed, *of_biases), _column(bias))
        left: Part = (f"d{loss}/dx", None, "") if index == 0 else (f"d{loss}/da", index, "")
        yield MatrixStep(left, (("W", number, "T"), "*", delta), _column(derivation.upstream[index]))


def _penalty(derivation: Derivation, index: int) -> Iterator[MatrixStep]:
    """∂R/∂W and ∂R/∂b of one layer, where the penalty has any."""
    network, number = derivation.network, index + 1
    slopes = ParameterRow(derivation.names, network.penalty.slope(derivation.names, network.parameters.row))
    for part, value in zip(
        _penalty_parts(derivation, number), (slopes.weights[index], slopes.biases[index]), strict=True
    ):
        if part and value is not None:
            yield MatrixStep(part[1], (), _column(value))


def _penalty_parts(derivation: Derivation, number: int) -> tuple[tuple[str, Part] | tuple[()], ...]:
    """`+ ∂R/∂W` and `+ ∂R/∂b` of one layer (from 1), or nothing where that kind of parameter has no penalty."""
    penalty, name = derivation.network.penalty, derivation.names.penalty
    pairs = (("W", (penalty.l2.weights, penalty.l1.weights)), ("b", (penalty.l2.biases, penalty.l1.biases)))
    return tuple(("+", (f"d{name}/d{kind}", number, "")) if any(factors) else () for kind, factors in pairs)


def update_steps(run: Run, sample: int, loss: str) -> Iterator[MatrixStep]:
    """W⁺ and b⁺ of the run's shown step, and the gradients over its batch where that is not `sample` (from 0) alone."""
    step, schedule, names = run.shown, run.setup.schedule, run.setup.network.names
    for index, layer in enumerate(step.after.layers):
        number = index + 1
        for kind, value, gradient, place in (
            ("W", layer.weights, step.gradients.weights[index], names.weights_at(index)),
            ("b", layer.bias, step.gradients.biases[index], names.biases_at(index)),
        ):
            if value is None or gradient is None:
                continue
            slope: Part = (f"d{loss}/d{kind}", number, "")
            if not step.is_of(sample):
                yield MatrixStep(slope, (f"{schedule.reduction} over the batch",), _column(gradient))
            if step.changes is not None:
                right = ((kind, number, ""), "-", ("eta", None, ""), "*", slope)
                is_whole = schedule.frozen is None or not schedule.frozen[place].any()
                yield MatrixStep((kind, number, "+"), right if is_whole and _is_plain(run) else (), _column(value))


def _is_plain(run: Run) -> bool:
    """Whether the update of what is not frozen is w − η·∂E/∂w and nothing more."""
    schedule = run.setup.schedule
    return not (schedule.momentum or any(schedule.weight_decay))


WIDEST_JACOBIAN = 12
"""A softmax of more units is not shown with its Jacobian, which has the square of their number."""


def _slopes(derivation: Derivation, index: int) -> list[float]:
    """∂a/∂z of each unit of a layer."""
    return [derivation.slope(index, unit, unit).value for unit in range(derivation.names.widths[index + 1])]


def _jacobian(derivation: Derivation, index: int) -> Array:
    """∂a_i/∂z_j in row i and column j."""
    units = range(derivation.names.widths[index + 1])
    return np.array([[derivation.slope(index, i, j).value for j in units] for i in units])


def _closed_form(derivation: Derivation) -> Part | Rule:
    """The output's delta in closed form, with the vectors o and t; its mere name where it is too long to be written."""
    rule = derivation.collapsed(derivation.names.depth - 1, 0)
    return ("closed form", None, "") if rule is None else rule._replace(names=_vectors(rule.names))


def _vectors(names: Mapping[str, str]) -> dict[str, str]:
    return {hole: hole if name else "" for hole, name in names.items()}


def _of_outputs(text: str, derivation: Derivation) -> Rule:
    """A formula of the loss with the vectors o and t for the numbers of one output."""
    settings = {"n": float(len(derivation.shares))} | derivation.network.loss.setting_values()
    return Rule(formula(text), {"o": "o", "t": "t"} | dict.fromkeys(settings, ""), settings)


def _column(numbers: list[float] | Array) -> Array:
    values = np.asarray(numbers)
    return values[:, None] if values.ndim == 1 else values


def _source(index: int) -> Part:
    return ("x", None, "") if index == 0 else ("a", index, "")


def _activation(derivation: Derivation, number: int) -> Part:
    return ("o", None, "") if number == derivation.names.depth else ("a", number, "")
