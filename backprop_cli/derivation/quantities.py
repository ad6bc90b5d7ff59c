"""The forward pass as records: every net input, activation and loss share with its formula and its numbers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import NamedTuple

from backprop_cli.derivation.partials import Derivation, Rule
from backprop_cli.formula.expression import ELLIPSIS, Apply, Expression, Name, Number
from backprop_cli.formula.texts import formula
from backprop_cli.network.names import Parameter
from backprop_cli.network.penalty import ByKind

Symbol = tuple[str, float]
"""A name and its value."""

_SPELLED_OUT = 6
"""Up to how many terms a softmax's denominator or a penalty's sum is written in full; of more the first three and the last are."""


class Quantity(NamedTuple):
    """A computed quantity: either a `rule`, or `terms`, a sum of products of named numbers."""

    name: str
    value: float
    rule: Rule | None = None
    terms: tuple[tuple[Symbol, ...], ...] = ()


def quantities(derivation: Derivation, only: int | None = None, is_whole: bool = False) -> Iterator[Quantity]:
    """Net inputs and activations layer by layer, the loss shares, the loss: in the order of the forward pass.

    With `only` those of one layer, from 0; the losses are the last layer's. A long sum within a formula is shortened, unless
    the `is_whole` formula is wanted, for something to be computed by it.
    """
    names, longest = derivation.names, sys.maxsize if is_whole else _SPELLED_OUT
    for layer in range(names.depth) if only is None else [only]:
        units = range(names.widths[layer + 1])
        yield from (_net_input(derivation, layer, unit) for unit in units)
        yield from (_activation(derivation, layer, unit, longest) for unit in units)
    if only in (None, names.depth - 1):
        yield from _losses(derivation, longest)


def count_quantities(derivation: Derivation, only: int | None = None) -> int:
    """How many records `quantities` yields."""
    names = derivation.names
    layers = range(names.depth) if only is None else [only]
    losses = names.widths[-1] + bool(derivation.network.penalty) + 1 if only in (None, names.depth - 1) else 0
    return 2 * sum(names.widths[layer + 1] for layer in layers) + losses


def _net_input(derivation: Derivation, layer: int, unit: int) -> Quantity:
    """The net input z = Σ w·a_prev + b."""
    names, network = derivation.names, derivation.network
    weights = [Parameter(layer, unit, source) for source in range(names.widths[layer])]
    row = zip(names.weight_row(layer, unit), map(network.value_of, weights), derivation.activations[layer], strict=True)
    terms = [((name, w), (names.source(layer, index), a)) for index, (name, w, a) in enumerate(row)]
    bias = Parameter(layer, None if names.biases[layer] == "shared" else unit)
    constant = () if names.biases[layer] == "none" else (((names.of(bias), network.value_of(bias)),),)
    value = derivation.net_inputs[layer][unit]
    return Quantity(names.net_input(layer, unit), value, None, (*terms, *constant))


def _activation(derivation: Derivation, layer: int, unit: int, longest: int) -> Quantity:
    """The activation a = f(z)."""
    activation = derivation.network.activations[layer]
    name, z = derivation.names.activation(layer, unit), derivation.net_inputs[layer]
    value = derivation.activations[layer + 1][unit]
    if not activation.is_elementwise:
        return Quantity(name, value, _softmax(derivation, layer, unit, longest))
    settings = activation.setting_values()
    holes = {"z": derivation.names.net_input(layer, unit)} | dict.fromkeys(settings, "")
    return Quantity(name, value, Rule(formula(activation.definition), holes, {"z": z[unit]} | settings))


def _softmax(derivation: Derivation, layer: int, unit: int, longest: int) -> Rule:
    """A softmax with its denominator written out."""
    z = derivation.net_inputs[layer]
    shown = list(range(len(z)))
    powers: list[Expression] = [_exponential(index) for index in shown]
    if len(z) > longest:
        shown = [*shown[:3], shown[-1]]
        powers = [*powers[:3], ELLIPSIS, powers[-1]]
    quotient = Apply("/", (_exponential(unit), _sum(powers)))
    holes = {f"z{index}": index for index in (*shown, unit)}
    names = {hole: derivation.names.net_input(layer, index) for hole, index in holes.items()}
    return Rule(quotient, names, {hole: z[index] for hole, index in holes.items()})


def _exponential(index: int) -> Expression:
    return Apply("exp", (Name(f"z{index}"),))


def _sum(terms: list[Expression]) -> Expression:
    return terms[0] if len(terms) == 1 else Apply("+", tuple(terms))


def _losses(derivation: Derivation, longest: int) -> Iterator[Quantity]:
    """Each output's share of the loss, the penalty, and their sum."""
    loss, names = derivation.network.loss, derivation.names
    settings = loss.setting_values()
    shares = [(names.share(unit), share) for unit, share in enumerate(derivation.shares)]
    for unit, (name, share) in enumerate(shares):
        holes = {"t": names.target(unit), "o": names.output(unit), "n": ""} | dict.fromkeys(settings, "")
        values = {"t": derivation.targets[unit], "o": derivation.activations[-1][unit]}
        yield Quantity(
            name, share, Rule(formula(loss.definition), holes, values | {"n": float(len(shares))} | settings)
        )
    if derivation.network.penalty:
        penalty = _penalty(derivation, longest)
        yield penalty
        shares.append((penalty.name, penalty.value))
    yield Quantity(names.loss, derivation.sample_loss, None, tuple((share,) for share in shares))


def _penalty(derivation: Derivation, longest: int) -> Quantity:
    """The penalty on large parameters, R = ½·λ·Σw² + λ₁·Σ|w|."""
    network, names = derivation.network, derivation.names
    penalty = network.penalty
    holes: dict[str, str] = {"n": ""}
    values = {"n": float(penalty.divisor)}
    parts: list[Expression] = []
    for kind, factors in (("l2", penalty.l2), ("l1", penalty.l1)):
        for group in ByKind._fields:
            factor = float(getattr(factors, group))
            if not factor:
                continue
            hole = f"{kind}_{group}"
            holes[hole], values[hole] = "", factor
            listed = [one for one in names.parameters() if one.is_weight == (group == "weights")]
            shown = listed if len(listed) <= longest else [*listed[:3], listed[-1]]
            for one in shown:
                holes[f"p{names.index(one)}"] = names.of(one)
                values[f"p{names.index(one)}"] = network.value_of(one)
            sizes = [_size(Name(f"p{names.index(one)}"), kind) for one in shown]
            if len(shown) < len(listed):
                sizes.insert(3, ELLIPSIS)
            scale: list[Expression] = [formula("1/2"), Name(hole)] if kind == "l2" else [Name(hole)]
            parts.append(Apply("*", (*scale, _sum(sizes))))
    whole = _sum(parts)
    if penalty.divisor > 1:
        whole = Apply("/", (whole, Name("n")))
    return Quantity(names.penalty, float(network.penalty_value), Rule(whole, holes, values))


def _size(parameter: Expression, kind: str) -> Expression:
    """What the penalty adds up: w² or |w|."""
    return Apply("^", (parameter, Number(2.0))) if kind == "l2" else Apply("abs", (parameter,))
