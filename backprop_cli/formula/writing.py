"""Expressions as templates: in the language they are typed in, so that they can be typed back in, and in LaTeX.

Names become holes, to be filled with names or with numbers, as in the formulas of the networks' functions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from backprop_cli.derivation.partials import Rule
from backprop_cli.formula.expression import Apply, Expression, Name, Number, names_in
from backprop_cli.formula.formula import Formula

_CHOICE, _SUM, _PRODUCT, _POWER, _ATOM = range(5)
"""How strongly the outermost operation of a piece binds; what binds less than its place asks for gets parentheses."""


class _Piece(NamedTuple):
    text: str
    latex: str
    binding: int
    is_sign_first: bool = False

    def at_least(self, binding: int, may_lead: bool = True) -> _Piece:
        """The piece, in parentheses where it binds less, or where a sign leads it and may not."""
        if self.binding >= binding and (may_lead or not self.is_sign_first):
            return self
        return _Piece(f"({self.text})", rf"\left({self.latex}\right)", _ATOM)


def write(expression: Expression) -> Formula:
    """The template of an expression, with a hole for every name."""
    piece = _piece(expression)
    return Formula(piece.text, piece.latex)


def rule(expression: Expression, values: Mapping[str, float]) -> Rule:
    """The expression as a rule; `values` is empty where no point is given."""
    names = names_in(expression)
    return Rule(
        write(expression), {name: name for name in names}, {name: values.get(name, float("nan")) for name in names}
    )


def number_text(value: float) -> str:
    """The shortest text that reads back as the same number: `3`, `0.5`, `1e-07`."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)


def _piece(expression: Expression) -> _Piece:
    if isinstance(expression, Number):
        return _number(expression.value)
    if isinstance(expression, Name):
        return _Piece(f"<{expression.name}>", f"<{expression.name}>", _ATOM)
    assert isinstance(expression, Apply)
    pieces = [_piece(argument) for argument in expression.arguments]
    if expression.operation == "+":
        return _sum(expression, pieces)
    if expression.operation == "*":
        return _product(expression, pieces)
    if expression.operation == "^":
        return _power(*pieces)
    if expression.operation == "/":
        return _quotient(*pieces)
    if expression.operation == "neg":
        inner = pieces[0].at_least(_PRODUCT, may_lead=False)
        return _Piece(f"-{inner.text}", f"-{inner.latex}", _SUM, True)
    return (
        _choice(expression.operation, pieces) if expression.operation.startswith("if ") else _call(expression, pieces)
    )


def _number(value: float) -> _Piece:
    text = number_text(value)
    mantissa, _, exponent = text.partition("e")
    if exponent:
        return _Piece(text, rf"{mantissa} \times 10^{{{int(exponent)}}}", _ATOM)
    return _Piece(text, text, _SUM if value < 0 else _ATOM, value < 0)


def _sum(expression: Apply, pieces: list[_Piece]) -> _Piece:
    first = pieces[0].at_least(_SUM)
    text, latex = first.text, first.latex
    for argument, piece in zip(expression.arguments[1:], pieces[1:], strict=True):
        if isinstance(argument, Apply) and argument.operation == "neg":
            text, latex = f"{text} - {piece.text[1:]}", f"{latex} - {piece.latex[1:]}"
        else:
            term = piece.at_least(_PRODUCT, may_lead=False)
            text, latex = f"{text} + {term.text}", f"{latex} + {term.latex}"
    return _Piece(text, latex, _SUM, first.is_sign_first)


def _product(expression: Apply, pieces: list[_Piece]) -> _Piece:
    """Factors side by side; a fraction needs parentheses only where it is typed behind another factor."""
    text = latex = ""
    for index, (argument, piece) in enumerate(zip(expression.arguments, pieces, strict=True)):
        factor = piece.at_least(_POWER)
        if isinstance(argument, Apply) and argument.operation == "/":
            factor = _Piece(piece.text if index == 0 else factor.text, piece.latex, _POWER, piece.is_sign_first)
        is_word = factor.latex.startswith("\\") and not factor.latex.startswith((r"\frac", r"\pi"))
        text += "*" * (index > 0) + factor.text
        latex += ("" if index == 0 else r" " if is_word else r" \cdot ") + factor.latex
    return _Piece(text, latex, _PRODUCT)


def _quotient(over: _Piece, under: _Piece) -> _Piece:
    text = f"{over.at_least(_PRODUCT, may_lead=False).text}/{under.at_least(_POWER).text}"
    return _Piece(text, rf"\frac{{{over.latex}}}{{{under.latex}}}", _PRODUCT)


def _power(base: _Piece, exponent: _Piece) -> _Piece:
    lower, upper = base.at_least(_ATOM), exponent.at_least(_POWER)
    has_power = lower.latex.startswith("e^") or r"\times 10^" in lower.latex
    latex = rf"\left({lower.latex}\right)" if has_power else lower.latex
    return _Piece(f"{lower.text}^{upper.text}", f"{latex}^{{{exponent.latex}}}", _POWER)


_LATEX_CALLS = {
    "exp": "e^{%s}", "sqrt": r"\sqrt{%s}", "abs": r"\lvert %s \rvert", "log": r"\ln\left(%s\right)",
    "sigmoid": r"\sigma\left(%s\right)", "relu": r"\operatorname{relu}\left(%s\right)", "pi": r"\pi", "e": "e",
}  # fmt: skip


def _call(expression: Apply, pieces: list[_Piece]) -> _Piece:
    """A function's application, or a constant."""
    name = expression.operation
    if not pieces:
        return _Piece(name, _LATEX_CALLS[name], _ATOM)
    arguments = ", ".join(piece.latex for piece in pieces)
    latex = _LATEX_CALLS.get(name, rf"\{name}\left(%s\right)") % arguments
    return _Piece(f"{name}({', '.join(piece.text for piece in pieces)})", latex, _ATOM)


_CASES, _END_CASES = r"\begin{cases}", r"\end{cases}"


def _choice(operation: str, pieces: list[_Piece]) -> _Piece:
    r"""A value for each case; the rows of the LaTeX end in `\cr`, which Markdown leaves alone."""
    then, left, right, _ = (piece.at_least(_SUM) for piece in pieces)
    comparison = operation.removeprefix("if ")
    sign = {">=": r"\ge", "<=": r"\le", "==": "="}.get(comparison, comparison)
    text = f"{then.text} if {left.text} {comparison} {right.text} else {pieces[3].text}"
    last = rf"{pieces[3].latex} & \text{{otherwise}}"
    if pieces[3].binding == _CHOICE:
        last = pieces[3].latex.removeprefix(_CASES).removesuffix(_END_CASES)
    latex = rf"{_CASES}{then.latex} & {left.latex} {sign} {right.latex} \cr {last}{_END_CASES}"
    return _Piece(text, latex, _CHOICE)
