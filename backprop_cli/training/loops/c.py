"""The lines of `source` as C.

The Python that `source` writes is a small language: assignments, conditions, loops over a range, arithmetic on numbers. Each
of its constructs has one in C that does the same to the last bit, so that translated code computes what Python computes.
"""

from __future__ import annotations

import ast

ARGUMENTS = {
    "p": "double *", "v": "double *", "x": "const double *", "t": "const double *", "order": "const int64_t *", "q": "int64_t ",
    "count": "int64_t ", "c": "const double *", "losses": "double *", "period": "int64_t ",
}  # fmt: skip
"""The type of each argument of a loop; `period`, the length of `order`, is one more than in Python."""

_PRELUDE = """\
#include <float.h>
#include <math.h>
#include <stdint.h>
#if FLT_EVAL_METHOD != 0
#error "this compiler keeps more digits on the way than Python does"
#endif
"""
_WHOLE = {"_", "i", "k", "largest"}
"""The local variables that are whole numbers."""
_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.USub: "-", ast.And: "&&", ast.Or: "||",
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip
_NAMES = {"inf": "INFINITY", "nan": "NAN", "abs": "fabs"}
_CHOICES = {"min": "<", "max": ">"}


def translated(source: str) -> str:
    """A text of C with each function of the source; the arguments are those of `ARGUMENTS`, in that order.

    Raises:
        TypeError, KeyError: the source has a construct that `source` never writes.
    """
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    return "\n".join([_PRELUDE, *map(_function, functions)])


def _function(function: ast.FunctionDef) -> str:
    local = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    wholes = sorted(local & _WHOLE)
    numbers = sorted(local - _WHOLE - ARGUMENTS.keys())
    lines = [f"int64_t {', '.join(wholes)};"] * bool(wholes) + [f"double {', '.join(numbers)};"] * bool(numbers)
    lines += [line for statement in function.body for line in _statement(statement)]
    arguments = ", ".join(f"{kind}{name}" for name, kind in ARGUMENTS.items())
    return f"double {function.name}({arguments}) {{\n{_block(lines)}}}\n"


def _statement(node: ast.stmt) -> list[str]:
    match node:
        case ast.Assign(targets=[target], value=ast.Call(func=ast.Name("len"))):
            assert isinstance(target, ast.Name) and target.id in ARGUMENTS
            return []
        case ast.Assign(targets=[target], value=value):
            return [f"{_expression(target)} = {_expression(value)};"]
        case ast.AugAssign(target=target, op=operator, value=value):
            return [f"{_expression(target)} {_OPERATORS[type(operator)]}= {_expression(value)};"]
        case ast.If(test=test, body=body, orelse=rest):
            lines = [f"if ({_expression(test)}) {{", *_nested(body), "}"]
            return [*lines, "else {", *_nested(rest), "}"] if rest else lines
        case ast.For(target=ast.Name(name), iter=ast.Call(func=ast.Name("range"), args=[count]), body=body):
            return [f"for ({name} = 0; {name} < {_expression(count)}; {name}++) {{", *_nested(body), "}"]
        case ast.Return(value=ast.expr() as value):
            return [f"return {_expression(value)};"]
    raise TypeError(f"no C for {ast.unparse(node)}")


def _expression(node: ast.expr) -> str:
    match node:
        case ast.Name(name):
            return _NAMES.get(name, name)
        case ast.Constant(int() | float() as value):
            return repr(value)
        case ast.Subscript(value=array, slice=index):
            return f"{_expression(array)}[{_expression(index)}]"
        case ast.UnaryOp(op=operator, operand=operand):
            return f"({_OPERATORS[type(operator)]}{_expression(operand)})"
        case ast.BinOp(left=left, op=operator, right=right):
            return f"({_expression(left)} {_OPERATORS[type(operator)]} {_expression(right)})"
        case ast.BoolOp(op=operator, values=values):
            return f"({f' {_OPERATORS[type(operator)]} '.join(map(_expression, values))})"
        case ast.Compare(left=first, ops=operators, comparators=others):
            sides = [first, *others]
            pairs = zip(sides, operators, others, strict=False)
            return f"({' && '.join(f'{_expression(a)} {_OPERATORS[type(op)]} {_expression(b)}' for a, op, b in pairs)})"
        case ast.IfExp(test=test, body=body, orelse=rest):
            return f"({_expression(test)} ? {_expression(body)} : {_expression(rest)})"
        case ast.Call(func=ast.Name("min" | "max" as function), args=[first, second]):
            one, two = _expression(first), _expression(second)
            return f"({two} {_CHOICES[function]} {one} ? {two} : {one})"
        case ast.Call(func=ast.Name(function), args=[argument]):
            return f"{_NAMES.get(function, function)}({_expression(argument)})"
    raise TypeError(f"no C for {ast.unparse(node)}")


def _nested(statements: list[ast.stmt]) -> list[str]:
    return [f"    {line}" for statement in statements for line in _statement(statement)]


def _block(lines: list[str]) -> str:
    return "".join(f"    {line}\n" for line in lines)
