"""A network as a graph of definitions, so that its operations can be shown one by one."""

from __future__ import annotations

from typing import NamedTuple

from backprop_cli.chain.graph import Graph
from backprop_cli.chain.steps import taken_apart
from backprop_cli.derivation.partials import Derivation, Rule
from backprop_cli.derivation.quantities import Quantity, quantities
from backprop_cli.errors import UsageError
from backprop_cli.formula.evaluate import NoValueError, dual
from backprop_cli.formula.expression import Apply, Expression, Name, Number, names_in
from backprop_cli.formula.operations import FUNCTIONS
from backprop_cli.formula.texts import filled

MOST_PARAMETERS = 100
"""More than these make a graph that nobody can read."""


class NetworkOperations(NamedTuple):
    """Every operation of a sample's forward pass; the value of each node and variable, and the loss's derivative by it."""

    graph: Graph
    values: dict[str, float]
    gradients: dict[str, float]


def network_operations(derivation: Derivation) -> NetworkOperations:
    """One sample's operations with their numbers; targets have no gradient.

    Raises:
        UsageError: the network has too many parameters, or an operation has no finite value.
    """
    count = len(list(derivation.names.parameters()))
    if count > MOST_PARAMETERS:
        hint = "--graph alone draws units and weights"
        raise UsageError(f"a graph of the operations on {count:,} parameters shows nothing\n    hint: {hint}")
    functions = {
        derivation.names.activation(layer, unit): activation.name
        for layer, activation in enumerate(derivation.network.activations)
        for unit in range(derivation.names.widths[layer + 1])
        if activation.name in FUNCTIONS and not activation.settings
    }
    nodes = {one.name: _body(one, functions.get(one.name)) for one in quantities(derivation, is_whole=True)}
    used = dict.fromkeys(name for body in nodes.values() for name in names_in(body) if name not in nodes)
    targets = {derivation.names.target(unit) for unit in range(derivation.names.widths[-1])}
    live = {*nodes, *(name for name in used if name not in targets)}
    graph = taken_apart(Graph(derivation.loss, nodes, tuple(used)), live, every=True)
    values = _values(derivation)
    live |= graph.nodes.keys()
    slopes = _forward(graph, values, live)
    return NetworkOperations(graph, values, _backward(graph, live, slopes, _gradients(derivation)))


def _forward(graph: Graph, values: dict[str, float], live: set[str]) -> dict[str, dict[str, float]]:
    """The slopes of every node by the names in it; `values` are given those of the steps, which have none yet."""
    slopes = {}
    for node, body in graph.nodes.items():
        try:
            value, slopes[node] = dual(body, values, live)
        except NoValueError as error:
            raise UsageError(f"the operations cannot be shown: {error.reason}, in {node}") from None
        values.setdefault(node, value)
    return slopes


def _backward(
    graph: Graph, live: set[str], slopes: dict[str, dict[str, float]], known: dict[str, float]
) -> dict[str, float]:
    """The loss's derivative by every live name; the derivation's own, where it has one, keeps its digits."""
    gradients = dict.fromkeys(live, 0.0) | {graph.target: 1.0}
    for node in reversed(graph.nodes):
        gradients[node] = known.get(node, gradients[node])
        for name, slope in slopes[node].items():
            gradients[name] += gradients[node] * slope
    return gradients | {name: value for name, value in known.items() if name in gradients}


def _body(quantity: Quantity, function: str | None) -> Expression:
    """What a quantity is computed by, written in names; an activation that the language has is one operation."""
    if quantity.rule is None:
        products = [_joined("*", [Name(name) for name, _ in term]) for term in quantity.terms]
        return _joined("+", products)
    if function is not None:
        return Apply(function, (Name(quantity.rule.names["z"]),))
    return filled(quantity.rule.formula, _holes(quantity.rule))


def _holes(rule: Rule) -> dict[str, Expression]:
    """What goes into a formula's holes: names, and the numbers of settings."""
    parts: dict[str, Expression] = {}
    for hole in names_in(rule.formula):
        name = rule.names.get(hole, "")
        parts[hole] = Name(name) if name else Number(rule.values[hole])
    return parts


def _joined(operation: str, parts: list[Expression]) -> Expression:
    return parts[0] if len(parts) == 1 else Apply(operation, tuple(parts))


def _values(derivation: Derivation) -> dict[str, float]:
    """Inputs, targets, parameters and the forward pass by name."""
    names, network = derivation.names, derivation.network
    values = {names.input(index): float(x) for index, x in enumerate(derivation.activations[0])}
    values |= {names.target(index): float(t) for index, t in enumerate(derivation.targets)}
    values |= {names.of(parameter): network.value_of(parameter) for parameter in names.parameters()}
    return values | derivation.forward_values()


def _gradients(derivation: Derivation) -> dict[str, float]:
    """The loss's derivatives that the derivation has, by what they are by."""
    partials = (partial for _, layer in derivation.layers() for partial in layer)
    return {partial.wrt: partial.value for partial in partials if partial.of == derivation.loss}
