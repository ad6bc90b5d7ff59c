"""The heart of the program: every derivative as a record, a local rule or a sum of products of other records.

A `Partial` with `terms` is Σ Π of its factors; one with a `rule` is a local derivative, one link of the chain. Whatever
shows a derivative (tables, derivations, paths, JSON, LaTeX) selects and prints these records; nothing recomputes one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

import numpy as np

from backprop_cli.backward import both_passes, penalty_gradient
from backprop_cli.formula.expression import Expression, Number
from backprop_cli.formula.texts import filled, formula, without_ones
from backprop_cli.forward import loss_of_shares, loss_shares
from backprop_cli.functions import softmax
from backprop_cli.functions.numeric import Array
from backprop_cli.network.names import Parameter
from backprop_cli.network.network import Network, Samples
from backprop_cli.network.penalty import Penalty


class Rule(NamedTuple):
    """A formula with what goes in for its names: a name and a value for each; a setting has no name, only its value."""

    formula: Expression
    names: dict[str, str]
    values: dict[str, float]

    @property
    def shortened(self) -> Expression:
        """The formula as people write it: a setting that is 1 multiplies and divides nothing."""
        ones = {name: Number(1.0) for name, value in self.values.items() if value == 1.0 and not self.names.get(name)}
        return without_ones(filled(self.formula, ones)) if ones else self.formula


class Partial(NamedTuple):
    """∂`of`/∂`wrt`: its value, and either a `rule` or `terms`, a sum of products of other partials.

    `collapsed` names the closed form in which the value was computed, where the product of the terms has one.
    """

    of: str
    wrt: str
    value: float
    rule: Rule | None = None
    terms: tuple[tuple[Partial, ...], ...] = ()
    collapsed: Rule | None = None

    @property
    def name(self) -> str:
        """`dE/dw31`."""
        return f"d{self.of}/d{self.wrt}"

    def __repr__(self) -> str:
        return f"<{self.name} = {self.value!r}>"


_ONE = Rule(Number(1.0), {}, {})


class Derivation:
    """All the partial derivatives of one sample's loss, made as they are asked for and each made once.

    Layers and units count from 0. The numbers behind the records are those of a forward and a backward pass over the sample,
    a list for each layer: `activations[0]` is x, `upstream[l]` is ∂E/∂a of what feeds layer l, its last entry ∂E/∂o.
    """

    def __init__(self, network: Network, sample: Samples) -> None:
        self.network = network
        self.names = network.names
        self.loss = network.names.loss
        trace, gradients = both_passes(network, sample)
        shares = loss_shares(network, trace, sample.targets)
        self.targets: list[float] = sample.targets[0].tolist()
        self.shares: list[float] = shares[0].tolist()
        self.sample_loss = float(loss_of_shares(network, shares, "sum"))
        self.net_inputs = _first_rows(trace.net_inputs)
        self.activations = _first_rows(trace.activations)
        self.deltas = _first_rows(gradients.deltas)
        self.upstream = _first_rows(gradients.activations)
        self.gradients = gradients.parameters
        self._slopes: dict[int, list[float]] = {}
        self._memo: dict[tuple[str | int, ...], Partial] = {}

    @cached_property
    def target_sum(self) -> float:
        """Σt of this sample."""
        return sum(self.targets)

    def _local(self, of: str, wrt: str, value: float, text: str, names: dict[str, tuple[str, float]]) -> Partial:
        rule = Rule(
            formula(text), {hole: name for hole, (name, _) in names.items()}, {h: v for h, (_, v) in names.items()}
        )
        return Partial(of, wrt, value, rule)

    # ── the links of the chain ────────────────────────────────────────────────────────────────────────────────────

    def loss_by_output(self, unit: int) -> Partial:
        """∂E/∂o of one output."""
        key = ("E/o", unit)
        if key not in self._memo:
            loss, o = self.network.loss, self.names.output(unit)
            holes = {"o": (o, self.activations[-1][unit]), "n": ("", float(len(self.targets)))}
            holes |= {"t": (self.names.target(unit), self.targets[unit])}
            holes |= {name: ("", value) for name, value in loss.setting_values().items()}
            value = self.upstream[-1][unit]
            self._memo[key] = self._local(self.loss, o, value, loss.slope_formula, holes)
        return self._memo[key]

    def slope(self, layer: int, unit: int, by: int) -> Partial:
        """∂a_unit/∂z_by within one layer; only softmax has any with unit ≠ by."""
        key = ("a/z", layer, unit, by)
        if key not in self._memo:
            activation = self.network.activations[layer]
            holes = {"a": (self.names.activation(layer, unit), self.activations[layer + 1][unit])}
            if unit == by:
                text = activation.slope_formula
                holes |= {"z": (self.names.net_input(layer, by), self.net_inputs[layer][by])}
                holes |= {name: ("", value) for name, value in activation.setting_values().items()}
            else:
                text = softmax.CROSS_SLOPE
                holes["other"] = (self.names.activation(layer, by), self.activations[layer + 1][by])
            of, wrt = self.names.activation(layer, unit), self.names.net_input(layer, by)
            self._memo[key] = self._local(of, wrt, self._slope_value(layer, unit, by), text, holes)
        return self._memo[key]

    def _slope_value(self, layer: int, unit: int, by: int) -> float:
        activation = self.network.activations[layer]
        z, a = self.net_inputs[layer], self.activations[layer + 1]
        if not activation.is_elementwise:
            return softmax.slope(a, unit, by)
        if layer not in self._slopes:
            with np.errstate(over="ignore", invalid="ignore"):
                self._slopes[layer] = activation.slope(np.asarray(z), np.asarray(a)).tolist()
        return self._slopes[layer][unit]

    def net_by_weight(self, layer: int, unit: int, source: int) -> Partial:
        """∂z/∂w = what the weight multiplies: an input or an activation of the layer before."""
        value = self.activations[layer][source]
        of, wrt = self.names.net_input(layer, unit), self.names.weight(layer, unit, source)
        return self._local(of, wrt, value, "v", {"v": (self.names.source(layer, source), value)})

    def net_by_bias(self, layer: int, unit: int) -> Partial:
        """∂z/∂b = 1."""
        return Partial(self.names.net_input(layer, unit), self.names.bias(layer, unit), 1.0, _ONE)

    def net_by_source(self, layer: int, unit: int, source: int) -> Partial:
        """∂z/∂a_prev = w."""
        value = self.network.value_of(Parameter(layer, unit, source))
        of, wrt = self.names.net_input(layer, unit), self.names.source(layer, source)
        return self._local(of, wrt, value, "v", {"v": (self.names.weight(layer, unit, source), value)})

    # ── the products ──────────────────────────────────────────────────────────────────────────────────────────────

    def loss_by_activation(self, layer: int, unit: int) -> Partial:
        """∂E/∂a of one unit: ∂E/∂o in the last layer, else the sum over the units of the next layer."""
        return self.loss_by_output(unit) if layer == self.names.depth - 1 else self.loss_by_source(layer + 1, unit)

    def delta(self, layer: int, unit: int) -> Partial:
        """∂E/∂z of one unit: ∂E/∂a · ∂a/∂z, under softmax summed over the layer's units."""
        key = ("E/z", layer, unit)
        if key not in self._memo:
            value = self.deltas[layer][unit]
            z, collapsed = self.names.net_input(layer, unit), self.collapsed(layer, unit)
            others = [unit] if self.network.activations[layer].is_elementwise else range(self.names.widths[layer + 1])
            terms = tuple((self.loss_by_activation(layer, i), self.slope(layer, i, unit)) for i in others)
            if collapsed and not all(_is_computable(term) for term in terms):
                self._memo[key] = Partial(self.loss, z, value, collapsed)
            else:
                self._memo[key] = Partial(self.loss, z, value, None, terms, collapsed)
        return self._memo[key]

    def collapsed(self, layer: int, unit: int) -> Rule | None:
        """The closed form of an output's delta, where output activation and loss have one."""
        if layer != self.names.depth - 1 or self.network.collapse is None or self.network.collapse.formula is None:
            return None
        names = {"o": self.names.output(unit), "t": self.names.target(unit), "s": ""}
        values = {"o": self.activations[-1][unit], "t": self.targets[unit], "s": self.target_sum}
        delta = formula(self.network.collapse.formula)
        if self.target_sum == 1.0:
            delta = without_ones(filled(delta, {"s": Number(1.0)}))
        return Rule(delta, names, values)

    def penalty_by(self, parameter: Parameter) -> tuple[Partial, ...]:
        """∂R/∂w = λ·w (L2), λ·sign w (L1), as the last term of ∂E/∂w; nothing where the parameter has no penalty."""
        network = self.network
        l2, l1 = network.penalty.l2.of(parameter), network.penalty.l1.of(parameter)
        if not (l2 or l1):
            return ()
        name, value = self.names.of(parameter), network.value_of(parameter)
        slope = self._penalty_slopes[self.names.index(parameter)]
        holes = {"w": (name, value), "l2": ("", l2), "l1": ("", l1), "n": ("", float(network.penalty.divisor))}
        return (self._local(self.names.penalty, name, slope, _penalty_slope(network.penalty, l2, l1), holes),)

    @cached_property
    def _penalty_slopes(self) -> list[float]:
        slopes: list[float] = penalty_gradient(self.network).tolist()
        return slopes

    def loss_by_source(self, layer: int, source: int) -> Partial:
        """∂E/∂a_prev (∂E/∂x before the first layer): the sum over the units of `layer` of ∂E/∂z · ∂z/∂a_prev."""
        key = ("E/a", layer, source)
        if key not in self._memo:
            self._descend_to(layer)
            units = range(self.names.widths[layer + 1])
            terms = tuple((self.delta(layer, unit), self.net_by_source(layer, unit, source)) for unit in units)
            value = self.upstream[layer][source]
            self._memo[key] = Partial(self.loss, self.names.source(layer, source), value, None, terms)
        return self._memo[key]

    def _descend_to(self, layer: int) -> None:
        """Make the deltas of `layer`, those above it first: recursion would go as deep as the network."""
        missing = layer
        while missing < self.names.depth and ("E/z", missing, 0) not in self._memo:
            missing += 1
        for above in reversed(range(layer, missing)):
            for unit in range(self.names.widths[above + 1]):
                self.delta(above, unit)

    def gradient(self, parameter: Parameter) -> Partial:
        """∂E/∂w = ∂E/∂z · ∂z/∂w, or ∂E/∂b, for a shared bias summed over its units, and the penalty's part."""
        layer, name = parameter.layer, self.names.of(parameter)
        if parameter.source is not None:
            unit = parameter.unit or 0
            terms: tuple[tuple[Partial, ...], ...]
            terms = ((self.delta(layer, unit), self.net_by_weight(layer, unit, parameter.source)),)
        else:
            units = range(self.names.widths[layer + 1]) if parameter.unit is None else [parameter.unit]
            terms = tuple((self.delta(layer, unit), self.net_by_bias(layer, unit)) for unit in units)
        terms += tuple((partial,) for partial in self.penalty_by(parameter))
        return Partial(self.loss, name, self.gradients.pick(parameter), None, terms)

    # ── the listing ───────────────────────────────────────────────────────────────────────────────────────────────

    def layer(self, layer: int) -> Iterator[Partial]:
        """The partials that a person works out for one layer, in this order: from its activations down to its sources."""
        units = range(self.names.widths[layer + 1])
        if layer == self.names.depth - 1:
            yield from (self.loss_by_output(unit) for unit in units)
        elementwise = self.network.activations[layer].is_elementwise
        yield from (self.slope(layer, i, j) for j in units for i in ([j] if elementwise else units))
        yield from (self.delta(layer, unit) for unit in units)
        for parameter in self.names.layer_parameters(layer):
            gradient = self.gradient(parameter)
            yield from (term[-1] for term in gradient.terms)
            yield gradient
        for source in range(self.names.widths[layer]):
            by_source = self.loss_by_source(layer, source)
            yield from (term[1] for term in by_source.terms)
            yield by_source

    def count(self, layer: int) -> int:
        """How many records `layer(layer)` yields."""
        units, sources = self.names.widths[layer + 1], self.names.widths[layer]
        outputs = units if layer == self.names.depth - 1 else 0
        slopes = units if self.network.activations[layer].is_elementwise else units * units
        biases = {"none": 0, "shared": units + 1, "own": 2 * units}[self.names.biases[layer]]
        penalties = (
            sum(bool(self.penalty_by(one)) for one in self.names.layer_parameters(layer)) if self.network.penalty else 0
        )
        return outputs + slopes + units + 2 * units * sources + biases + penalties + units * sources + sources

    def layers(self) -> Iterator[tuple[int, Iterator[Partial]]]:
        """Every layer's partials, from the output back."""
        for layer in reversed(range(self.names.depth)):
            yield layer, self.layer(layer)

    def forward_values(self) -> dict[str, float]:
        """Net inputs, activations, and the loss with its shares, by name, in the order of the forward pass."""
        values: dict[str, float] = {}
        for layer, width in enumerate(self.names.widths[1:]):
            for unit in range(width):
                values[self.names.net_input(layer, unit)] = self.net_inputs[layer][unit]
            for unit in range(width):
                values[self.names.activation(layer, unit)] = self.activations[layer + 1][unit]
        for unit, share in enumerate(self.shares):
            values[self.names.share(unit)] = share
        if self.network.penalty:
            values[self.names.penalty] = float(self.network.penalty_value)
        values[self.loss] = self.sample_loss
        return values


def _penalty_slope(penalty: Penalty, l2: float, l1: float) -> str:
    """∂R/∂w of a parameter with these factors."""
    per = "" if penalty.divisor == 1 else "/n"
    return " + ".join([f"l2{per}*w"] * bool(l2) + [f"l1{per}*sign(w)"] * bool(l1))


def _first_rows(arrays: tuple[Array, ...]) -> list[list[float]]:
    return [array[0].tolist() for array in arrays]


def _is_computable(term: tuple[Partial, ...]) -> bool:
    return math.isfinite(math.prod(factor.value for factor in term))


def closure(target: Partial) -> list[Partial]:
    """Everything that `target` is made of, each record once and before it is used, `target` last."""
    seen: dict[str, Partial] = {}
    stack: list[tuple[Partial, bool]] = [(target, False)]
    while stack:
        partial, is_ready = stack.pop()
        name = partial.name
        if name in seen:
            continue
        if is_ready or not partial.terms:
            seen[name] = partial
            continue
        stack.append((partial, True))
        factors = [factor for term in partial.terms for factor in term]
        stack.extend([(factor, False) for factor in reversed(factors)])
    return list(seen.values())
