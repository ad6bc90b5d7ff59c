"""The derivatives of a graph once more, by central differences: values of the definitions alone, and no rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backprop_cli.chain.graph import Graph
from backprop_cli.formula.evaluate import NoValueError, evaluate
from backprop_cli.formula.expression import walk

STEPS = (1e-3, 1e-5)
"""How far the variable is moved, times its size where that is more than 1; the second where the first leaves the domain."""
MAX_PARTS = 400_000
"""Numbers, names and operations that are evaluated, all values together: about a second's work."""


def central_differences(graph: Graph, values: Mapping[str, float], by: Sequence[str]) -> dict[str, float]:
    """The slope of the target by each name, extrapolated from two steps (Richardson); nothing where it has no value nearby.

    `values` holds those of the variables and nodes. Nothing is found at all where it would take too long.
    """
    parts = sum(1 for expression in graph.nodes.values() for _ in walk(expression))
    if 4 * parts * len(by) > MAX_PARTS:
        return {}
    found = {}
    for name in by:
        for step in STEPS:
            try:
                found[name] = _slope(graph, values, name, step * max(1.0, abs(values[name])))
            except NoValueError:
                continue
            break
    return found


def _slope(graph: Graph, values: Mapping[str, float], name: str, step: float) -> float:
    """(4·D(h/2) − D(h))/3, with D(h) = (f(x + h) − f(x − h))/2h: its error is of the order h⁴."""
    wide, narrow = (
        (_moved(graph, values, name, h) - _moved(graph, values, name, -h)) / (2 * h) for h in (step, step / 2)
    )
    return (4 * narrow - wide) / 3


def _moved(graph: Graph, values: Mapping[str, float], name: str, by: float) -> float:
    """The target's value with one name moved, be it a variable or a node."""
    moved = {**values, name: values[name] + by}
    for node, expression in graph.nodes.items():
        if node != name:
            moved[node] = evaluate(expression, moved)
    return moved[graph.target]
