"""The gradient as a graph of its own, so that it can be differentiated as any other: second derivatives.

Beside each node u stands a node dh/du, the sum over what uses u of dh/d(user)·∂(user)/∂u, every slope written out. The last of
them, dh/dx, is the target of the new graph.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backprop_cli.chain.graph import Graph
from backprop_cli.chain.slopes import Slopes
from backprop_cli.formula.expression import Apply, Expression, Name, Number, names_in


def gradient_graph(graph: Graph, parents: Mapping[str, Sequence[str]], by: str) -> Graph:
    """The graph of the target's derivative by one name; `parents` are the names by which each node is differentiated."""
    users: dict[str, list[str]] = {}
    for node in reversed(graph.nodes):
        for name in parents[node]:
            users.setdefault(name, []).append(node)
    slopes = {node: Slopes(graph.nodes[node]) for node in graph.nodes}
    nodes = dict(graph.nodes)
    inner = [name for name in reversed(graph.nodes) if name != graph.target and name in users]
    for name in dict.fromkeys([*inner, by]):
        terms = [_term(graph.target, user, slopes[user].by(name)) for user in users[name]]
        nodes[_name(graph.target, name)] = terms[0] if len(terms) == 1 else Apply("+", tuple(terms))
    target = _name(graph.target, by)
    return _needed(nodes, target, graph.variables)


def _name(target: str, name: str) -> str:
    return f"d{target}/d{name}"


def _term(target: str, user: str, slope: Expression) -> Expression:
    return slope if user == target else Apply("*", (Name(_name(target, user)), slope))


def _needed(nodes: Mapping[str, Expression], target: str, variables: Sequence[str]) -> Graph:
    """The graph of what the target is computed from."""
    needed, pending = {target}, [target]
    while pending:
        found = {name for name in names_in(nodes[pending.pop()]) if name in nodes and name not in needed}
        needed |= found
        pending.extend(found)
    kept = {name: body for name, body in nodes.items() if name in needed}
    used = {name for body in kept.values() for name in names_in(body)}
    if not used & set(variables):
        # a constant slope: something has to be there to differentiate by
        kept[target] = Apply("+", (kept[target], Apply("*", (Number(0.0), Name(variables[0])))))
    return Graph(target, kept, tuple(variables))
