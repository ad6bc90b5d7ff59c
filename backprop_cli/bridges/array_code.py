"""Formulas over whole arrays, as NumPy, JAX and Keras spell them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backprop_cli.formula.code import PythonPrinter
from backprop_cli.formula.expression import Apply, Expression
from backprop_cli.formula.operations import Operation
from backprop_cli.formula.printer import ATOM, POWER, PRODUCT, Case, Piece, Printer, number_text
from backprop_cli.formula.texts import formula
from backprop_cli.functions.losses import Loss

_OF_ARRAYS = {"ln": "log", "log": "log", "max": "maximum", "min": "minimum"}
_ALIKE = ("exp", "sqrt", "abs", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sign", "expm1", "log1p")
_DEFINED = {"sigmoid": "sigmoid({})", "softplus": "softplus({})", "erfc": "erfc({})"}
"""Functions that a script defines where it needs them."""


class ArrayPrinter(PythonPrinter):
    """An expression over arrays, with the functions of the module that `prefix` names."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def number(self, text: str) -> Piece:
        """As it is."""
        return Printer.number(self, text)

    def power(self, _: Sequence[Expression], parts: Sequence[Piece]) -> Piece:
        """`a**b`."""
        base, exponent = self.at_least(parts[0], ATOM).text, self.at_least(parts[1], POWER).text
        return Piece(f"{base}**{exponent}" if base.isidentifier() else f"{base} ** {exponent}", POWER)

    def choice(self, cases: Sequence[Case], otherwise: Piece) -> Piece:
        """`np.where(b > c, a, d)`."""
        text = otherwise.text
        for case in reversed(cases):
            text = f"{self.prefix}.where({self.condition(case)}, {case.then.text}, {text})"
        return Piece(text)

    def function(self, name: str, entry: Operation, parts: Sequence[Piece]) -> Piece:
        """`np.exp(a)`."""
        if not parts:
            return Piece(f"{'math' if self.prefix == 'ops' else self.prefix}.{name}")
        if name in _DEFINED:
            return Piece(_DEFINED[name].format(parts[0].text))
        if name in _ALIKE or name in _OF_ARRAYS:
            return self.called(f"{self.prefix}.{_OF_ARRAYS.get(name, name)}", "", parts)
        return self.written(name, entry, "", parts)


def printed(printer: Printer, text: str, names: Mapping[str, str], settings: Mapping[str, float]) -> Piece:
    """A function's formula with other names for its variables, and numbers for its settings."""
    numbers = {name: printer.number(number_text(value)) for name, value in settings.items()}
    expression = formula(text)
    piece = printer.piece(expression, {**numbers, **{name: Piece(written) for name, written in names.items()}})
    is_negated = isinstance(expression, Apply) and expression.operation == "neg"
    return piece._replace(binding=PRODUCT) if is_negated else piece


def of_arrays(prefix: str, text: str, names: Mapping[str, str], settings: Mapping[str, float]) -> Piece:
    """The same over arrays, with the functions of the module that `prefix` names."""
    return printed(ArrayPrinter(prefix), text, names, settings)


def factor(piece: Piece) -> str:
    """A piece that something is multiplied by."""
    return piece.text if piece.binding >= POWER else f"({piece.text})"


def leading(piece: Piece) -> str:
    """A piece that is multiplied by something: a sign before it is one before the product."""
    return piece.text if piece.binding >= PRODUCT else f"({piece.text})"


def loss_code(prefix: str, loss: Loss, t: str, o: str) -> str:
    """One output's share of E, which the other shares are added to; 0·ln 0 is 0."""
    text = "t*ln((t if t > 0 else 1)/o)" if loss.name == "kl_divergence" else loss.definition
    return of_arrays(prefix, text, {"t": t, "o": o, "n": f"{o}.shape[1]"}, loss.setting_values()).text
