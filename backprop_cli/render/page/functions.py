"""The activations' and losses' functions as JavaScript, printed from the lines that the loops run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from backprop_cli.functions.activations import ACTIVATIONS, Activation
from backprop_cli.functions.losses import LOSSES, Loss

_HOLE = re.compile(r"<(\w+)>")
_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.USub: "-",
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "===", ast.NotEq: "!==",
}  # fmt: skip
_NAMES = {"inf": "Infinity", "nan": "NaN"}
_FUNCTIONS = {"erfc": "erfc"}
"""What JavaScript's `Math` has not."""


def functions_module() -> str:
    """A module that exports `ACTIVATIONS` and `LOSSES`.

    An activation is `(z, setting, …) => [a, slope]`, a loss has `share` and `slope`, both `(t, o, setting, …) => number`.
    """
    activations = ",\n".join(_activation(entry) for entry in ACTIVATIONS.values() if entry.is_elementwise)
    losses = ",\n".join(map(_loss, LOSSES.values()))
    return (
        'import { erfc } from "./special.js";\n\n'
        "/** @type {Record<string, (z: number, ...settings: number[]) => [number, number]>} */\n"
        f"export const ACTIVATIONS = {{\n{activations},\n}};\n\n"
        "/** @typedef {(t: number, o: number, ...settings: number[]) => number} OfOutput */\n"
        "/** @type {Record<string, {isMean: boolean, needsTargets: boolean, share: OfOutput, slope: OfOutput}>} */\n"
        f"export const LOSSES = {{\n{losses},\n}};\n"
    )


def _activation(entry: Activation) -> str:
    settings = [name for name, _ in entry.defaults]
    constants = [f"const {name} = {value!r};" for name, value in entry.constants]
    lines = [*constants, "let a = 0, s = 1, d = 0, e = 0;", *_statements(_filled(entry.scalar)), "return [a, s];"]
    body = "".join(f"\n    {line}" for line in lines)
    return f"  {entry.name}({', '.join(['z', *settings])}) {{{body}\n  }}"


def _loss(entry: Loss) -> str:
    names = ", ".join(["t", "o", *(name for name, _ in entry.defaults)])
    share, slope = (
        _expression(ast.parse(_HOLE.sub(r"\1", text), mode="eval").body)
        for text in (entry.scalar_share, entry.scalar_slope)
    )
    flags = f"isMean: {str(entry.is_mean).lower()}, needsTargets: {str(entry.needs_targets).lower()}"
    return f"  {entry.name}: {{\n    {flags},\n    share: ({names}) => {share},\n    slope: ({names}) => {slope},\n  }}"


def _filled(lines: Iterable[str]) -> list[ast.stmt]:
    return ast.parse("\n".join(_HOLE.sub(r"\1", line) for line in lines)).body


def _statements(body: Iterable[ast.stmt]) -> Iterator[str]:
    for statement in body:
        if isinstance(statement, ast.If):
            yield f"if ({_expression(statement.test)}) {{"
            yield from (f"  {line}" for line in _statements(statement.body))
            yield "} else {"
            yield from (f"  {line}" for line in _statements(statement.orelse))
            yield "}"
        else:
            assert isinstance(statement, ast.Assign)
            yield f"{_expression(statement.targets[0])} = {_expression(statement.value)};"


def _expression(node: ast.expr) -> str:
    """An expression, every operation of it in parentheses."""
    match node:
        case ast.Constant():
            return repr(node.value)
        case ast.Name():
            return _NAMES.get(node.id, node.id)
        case ast.UnaryOp():
            return f"({_OPERATORS[type(node.op)]}{_expression(node.operand)})"
        case ast.BinOp():
            return f"({_expression(node.left)} {_OPERATORS[type(node.op)]} {_expression(node.right)})"
        case ast.IfExp():
            return f"({_expression(node.test)} ? {_expression(node.body)} : {_expression(node.orelse)})"
        case ast.Compare():
            sides = [_expression(side) for side in (node.left, *node.comparators)]
            pairs = zip(sides, node.ops, sides[1:], strict=False)
            return f"({' && '.join(f'{left} {_OPERATORS[type(op)]} {right}' for left, op, right in pairs)})"
        case ast.Call(func=ast.Name(id=name)):
            arguments = ", ".join(map(_expression, node.args))
            return f"{_FUNCTIONS.get(name, f'Math.{name}')}({arguments})"
    raise AssertionError(ast.dump(node))
