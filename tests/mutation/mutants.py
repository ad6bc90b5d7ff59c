"""The mutants of a module: its source with one operator, number, condition or call changed."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

_OPERATORS: dict[type[ast.AST], list[type[ast.AST]]] = {
    ast.Add: [ast.Sub], ast.Sub: [ast.Add], ast.Mult: [ast.Div], ast.Div: [ast.Mult], ast.MatMult: [ast.Mult],
    ast.FloorDiv: [ast.Mult], ast.Pow: [ast.Mult], ast.Eq: [ast.NotEq], ast.NotEq: [ast.Eq], ast.Lt: [ast.LtE, ast.Gt],
    ast.LtE: [ast.Lt, ast.Gt], ast.Gt: [ast.GtE, ast.Lt], ast.GtE: [ast.Gt, ast.Lt], ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is], ast.In: [ast.NotIn], ast.NotIn: [ast.In], ast.And: [ast.Or], ast.Or: [ast.And],
}  # fmt: skip


class Mutant(NamedTuple):
    """A changed module, and where and how it is changed."""

    line: int
    change: str
    tree: ast.Module


def mutants(source: str) -> Iterator[Mutant]:
    """All the mutants of a module's source."""
    tree = ast.parse(source)
    annotations = {
        id(inner)
        for node in ast.walk(tree)
        for part in (getattr(node, "annotation", None), getattr(node, "returns", None))
        if part is not None
        for inner in ast.walk(part)
    }
    for index, node in enumerate(ast.walk(tree)):
        if id(node) in annotations:
            continue
        for change, alter in _changes(node):
            mutated = copy.deepcopy(tree)
            target = next(found for number, found in enumerate(ast.walk(mutated)) if number == index)
            before = ast.unparse(target)
            alter(target)
            yield Mutant(node.lineno, f"{change}: {before}", ast.fix_missing_locations(mutated))  # type: ignore[attr-defined]


def _changes(node: ast.AST) -> Iterator[tuple[str, Callable[[Any], None]]]:
    """What can be changed at one node, each with a function that does it to a copy of the node."""
    if isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign):
        for wrong in _OPERATORS.get(type(node.op), []):
            yield f"{type(node.op).__name__} to {wrong.__name__}", partial(_set, op=wrong())
    elif isinstance(node, ast.Compare):
        for wrong in _OPERATORS.get(type(node.ops[0]), []):
            yield f"{type(node.ops[0]).__name__} to {wrong.__name__}", partial(_set, ops=[wrong(), *node.ops[1:]])
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "minus dropped", partial(_set, op=ast.UAdd())
    elif isinstance(node, ast.If | ast.IfExp):
        yield "condition negated", lambda copied: _set(copied, test=ast.UnaryOp(ast.Not(), copied.test))
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "truth negated", partial(_set, value=not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield "one more", partial(_set, value=node.value + 1)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield "call dropped", partial(_set, value=ast.Constant(None))


def _set(node: ast.AST, **fields: object) -> None:
    for name, value in fields.items():
        setattr(node, name, value)
