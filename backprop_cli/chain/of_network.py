"""A network as a graph of definitions, so that its operations can be shown one by one."""

from __future__ import annotations

from backprop_cli.chain.derive import differentiate_graph
from backprop_cli.chain.graph import Graph
from backprop_cli.chain.result import ChainResult
from backprop_cli.derivation.partials import Derivation, Rule
from backprop_cli.derivation.quantities import Quantity, quantities
from backprop_cli.errors import UsageError
from backprop_cli.formula.expression import Apply, Expression, Name, Number, names_in
from backprop_cli.formula.operations import FUNCTIONS
from backprop_cli.formula.texts import filled

MOST_PARAMETERS = 100
"""More than these make a graph that nobody can read."""


def network_operations(derivation: Derivation) -> ChainResult:
    """Every operation of a sample's forward pass with its value, and the loss's derivative by it.

    Raises:
        UsageError: the network has too many parameters.
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
    nodes = {one.name: _body(one, functions.get(one.name)) for one in quantities(derivation)}
    values = _values(derivation)
    used = dict.fromkeys(name for body in nodes.values() for name in names_in(body) if name not in nodes)
    targets = {derivation.names.target(unit) for unit in range(derivation.names.widths[-1])}
    by = [name for name in used if name not in targets]
    graph = Graph(derivation.loss, nodes, tuple(used))
    return differentiate_graph(graph, by, {name: values[name] for name in used})


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
    """Inputs, targets and parameters by name."""
    names, network = derivation.names, derivation.network
    values = {names.input(index): float(x) for index, x in enumerate(derivation.activations[0])}
    values |= {names.target(index): float(t) for index, t in enumerate(derivation.targets)}
    return values | {names.of(parameter): network.value_of(parameter) for parameter in names.parameters()}
