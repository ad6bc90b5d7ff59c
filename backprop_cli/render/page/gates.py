"""The graph of the operations for the page's script: its expressions as data, and the operations as JavaScript."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from backprop_cli.chain.graph import Graph
from backprop_cli.formula.code import JAVASCRIPT
from backprop_cli.formula.expression import Apply, Expression, Name, Number, walk
from backprop_cli.formula.operations import CHOICES, OPERATIONS
from backprop_cli.formula.printer import Piece
from backprop_cli.formula.texts import formula

STRUCTURAL = {"+", "*", "/", "^", *CHOICES}
"""What the script has itself: operations of any number of arguments, and those whose slopes need a case of their own."""

PRINTED = frozenset(OPERATIONS) - STRUCTURAL

_PLACES = {"x": Piece("x"), "y": Piece("y")}


def graph_data(graph: Graph) -> list[tuple[str, Any]]:
    """Each node with its expression: a number, a name, or a list of an operation and its arguments."""
    return [(node, _data(body)) for node, body in graph.nodes.items()]


def _data(expression: Expression) -> Any:
    if isinstance(expression, Number):
        return expression.value
    if isinstance(expression, Name):
        return expression.name
    assert isinstance(expression, Apply)
    return [expression.operation, *map(_data, expression.arguments)]


def operations_in(graph: Graph) -> frozenset[str]:
    """The operations of a graph that have to be printed."""
    parts = (part for body in graph.nodes.values() for part in walk(body))
    return PRINTED & {part.operation for part in parts if isinstance(part, Apply)}


def operations_module(names: Iterable[str] = PRINTED) -> str:
    """A module that exports `OPERATIONS`: by name the value and the slope by each argument, all functions of the arguments."""
    entries = "".join(f"  {name}: [{', '.join(_functions(name))}],\n" for name in sorted(names))
    return (
        'import { erfc } from "./special.js";\n\n'
        "/** @type {Record<string, ((x: number, y: number) => number)[]>} */\n"
        f"export const OPERATIONS = {{\n{entries}}};\n"
    )


def _functions(name: str) -> list[str]:
    entry = OPERATIONS[name]
    value = Apply(name, tuple(map(Name, "xy"[: entry.arity])))
    written = (JAVASCRIPT.write(one, _PLACES) for one in (value, *map(formula, entry.slopes)))
    return [f"({', '.join('xy'[: entry.arity])}) => {one}" for one in written]
