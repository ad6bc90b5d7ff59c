"""The derivatives of a graph once more, by central differences: values of the definitions alone, and no rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

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
    if not is_quick(graph, len(by)):
        return {}
    slopes = {name: slope_along(graph, values, {name: 1.0}) for name in by}
    return {name: slope for name, slope in slopes.items() if slope is not None}


def is_quick(graph: Graph, count: int) -> bool:
    """Whether so many slopes are found within the limit, each from four values."""
    return 4 * count * sum(1 for expression in graph.nodes.values() for _ in walk(expression)) <= MAX_PARTS


def slope_along(graph: Graph, values: Mapping[str, float], unit: Mapping[str, float]) -> float | None:
    """The slope of the target where names are moved together, each by its component; None where it has no value nearby."""
    size = max(1.0, *(abs(values[name]) for name in unit))

    def moved(by: float) -> float:
        return value_at(graph, values, {name: values[name] + by * part for name, part in unit.items()})

    return difference(moved, size)


def difference(function: Callable[[float], float], size: float) -> float | None:
    """(4·D(h/2) − D(h))/3, with D(h) = (f(h) − f(−h))/2h: the slope at 0, with an error of the order h⁴.

    `size` multiplies the steps; None where the function has no value at any of them.
    """
    for step in STEPS:
        try:
            wide, narrow = ((function(h) - function(-h)) / (2 * h) for h in (step * size, step * size / 2))
        except NoValueError:
            continue
        return (4 * narrow - wide) / 3
    return None


def value_at(graph: Graph, values: Mapping[str, float], moved: Mapping[str, float]) -> float:
    """The target's value with some names moved, be they variables or nodes.

    Raises:
        NoValueError: there is none.
    """
    found = {**values, **moved}
    for node, expression in graph.nodes.items():
        if node not in moved:
            found[node] = evaluate(expression, found)
    return found[graph.target]
