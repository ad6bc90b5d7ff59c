"""How mathematics is written: names, numbers, partials, products, filled formulas. One class per way of writing.

A view asks for pieces ("the partial of E by w31", "this product") and gets strings, so that the same view serves the
terminal, Markdown and LaTeX. Here is what it may ask for, and the answers of plain text.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

from backprop_cli.formula.expression import Call, Expression, names_in, walk
from backprop_cli.formula.printer import ATOM, POWER, TEXT, UNICODE, Piece, Printer
from backprop_cli.formula.texts import Equation
from backprop_cli.render.formats.decimals import EIGHT_DECIMALS, Digits, format_column, format_number, format_term
from backprop_cli.render.formats.signs import SYMBOLS, superscript, to_ascii

if TYPE_CHECKING:
    from backprop_cli.derivation.matrices import Part
    from backprop_cli.derivation.partials import Partial, Rule


@dataclass(frozen=True)
class Notation(ABC):
    """What a view may ask for.

    `digits` says how many are shown; `ordinary` are the derivatives that hold nothing fixed, by their names in JSON.
    """

    digits: Digits = EIGHT_DECIMALS
    ordinary: frozenset[str] = field(default=frozenset(), kw_only=True)

    @property
    @abstractmethod
    def printer(self) -> Printer:
        """What writes formulas."""

    @abstractmethod
    def text(self, text: str) -> str:
        """Plain words, made safe for the output."""

    @abstractmethod
    def code(self, text: str) -> str:
        """What is to be typed, letter for letter."""

    @abstractmethod
    def math(self, formula: str) -> str:
        """A finished formula, marked as one where the output needs that."""

    @abstractmethod
    def name(self, name: str) -> str:
        """A scalar's name."""

    @abstractmethod
    def partial(self, of: str, wrt: str) -> str:
        """∂of/∂wrt."""

    @abstractmethod
    def second(self, of: str, first: str, then: str) -> str:
        """The second derivative: ∂²of/∂first∂then."""

    @abstractmethod
    def product(self, factors: Sequence[str]) -> str:
        """The factors, multiplied."""

    @abstractmethod
    def symbol(self, symbol: str) -> str:
        """One of the signs in `SYMBOLS`, by its English name."""

    @abstractmethod
    def new(self, name: str) -> str:
        """A quantity after the update."""

    @abstractmethod
    def word(self, word: str) -> str:
        """A word within a formula."""

    @abstractmethod
    def matrix(self, part: Part) -> str:
        """A matrix or vector, such as W² transposed."""

    @abstractmethod
    def operator(self, operator: str) -> str:
        """What stands between two matrices: an operator of `MatrixStep`, with the space around it."""

    def with_ordinary(self, names: frozenset[str]) -> Self:
        """The same notation for derivatives of which those of these names hold nothing fixed: dh/dx, not ∂h/∂x."""
        return replace(self, ordinary=names)

    def formula_of(self, rule: Rule) -> Expression:
        """What is written of a rule."""
        return rule.shortened

    def rule(self, rule: Rule) -> str:
        """A rule filled with names."""
        return self.printer.write(self.formula_of(rule), rule_pieces(rule, self))

    def numbers(self, rule: Rule) -> str:
        """A rule filled with numbers."""
        return self.printer.write(self.formula_of(rule), {name: self.piece(v) for name, v in rule.values.items()})

    def formula(self, expression: Expression) -> str:
        """An expression whose names are those of quantities."""
        return self.printer.write(expression, quantity_pieces(expression, self))

    def piece(self, value: float) -> Piece:
        """A number as a piece of a formula, with no more decimals than it has."""
        return self.printer.number(format_term(value, self.digits))

    def value(self, value: float, least: int = 0) -> str:
        """A number as a result, with all its decimals, at `least` so many; empty where there is none."""
        return self.number(format_number(value, self.digits.at_least(least)))

    def column(self, values: Sequence[float]) -> list[str]:
        """Numbers that stand under or beside one another, all in one style."""
        return [self.number(text) for text in format_column(values, self.digits)]

    def number(self, text: str) -> str:
        """A number that is a text already, in this notation's signs."""
        return self.printer.number(text).text

    def factor(self, value: float) -> str:
        """A number as one factor of a product: in parentheses where it is negative."""
        return self.printer.at_least(self.piece(value), ATOM).text

    def term(self, value: float) -> str:
        """A number by itself within a formula, with no more decimals than it has."""
        return self.piece(value).text

    def quantity(self, name: str, value: float, is_factor: bool = False) -> str:  # noqa: ARG002 - an output may keep it
        """The number of a named quantity, written as `factor` or `term` does; an output may keep the name with it."""
        return self.factor(value) if is_factor else self.term(value)

    def sum(self, terms: Sequence[str]) -> str:
        """The terms, added."""
        return " + ".join(terms)

    def equal(self, sides: Sequence[str]) -> str:
        """The sides, with equals signs between them."""
        return " = ".join(sides)

    def bracketed(self, formula: str) -> str:
        """A formula in parentheses."""
        return f"({formula})"


@dataclass(frozen=True)
class TextNotation(Notation):
    """Plain text with the mathematical characters of Unicode, or without them (`is_ascii`)."""

    is_ascii: bool = False

    def text(self, text: str) -> str:
        """Words as they are, or with what ASCII has not spelled out."""
        return to_ascii(text) if self.is_ascii else text

    def code(self, text: str) -> str:
        """As it is."""
        return text

    def math(self, formula: str) -> str:
        """Text needs no marks around a formula."""
        return formula

    def name(self, name: str) -> str:
        """`w31`."""
        return self.text(name)

    def partial(self, of: str, wrt: str) -> str:
        """`∂E/∂w31`, `dh/dx`."""
        d = "d" if f"d{of}/d{wrt}" in self.ordinary else self.symbol("partial")
        return f"{d}{self.name(of)}/{d}{self.name(wrt)}"

    def second(self, of: str, first: str, then: str) -> str:
        """`∂²h/∂x∂y`, `d²h/dx²`."""
        d = "d" if f"d{of}/d{first}" in self.ordinary else self.symbol("partial")
        square, names = "^2" if self.is_ascii else "²", [self.name(first), self.name(then)]
        below = f"{d}{names[0]}{square}" if first == then else f"{d}{names[0]}{d}{names[1]}"
        return f"{d}{square}{self.name(of)}/{below}"

    def formula(self, expression: Expression) -> str:
        """`η·∂E/∂w`."""
        return self.text(self.printer.write(expression, quantity_pieces(expression, self)))

    @property
    def printer(self) -> Printer:
        """What writes formulas."""
        return TEXT if self.is_ascii else UNICODE

    def product(self, factors: Sequence[str]) -> str:
        """`a · b`."""
        return (" * " if self.is_ascii else " · ").join(factors)

    def symbol(self, symbol: str) -> str:
        """`∂`, or `d`."""
        unicode, ascii, _ = SYMBOLS[symbol]
        return ascii if self.is_ascii else unicode

    def new(self, name: str) -> str:
        """`w31⁺`."""
        return self.name(name) + self.symbol("new")

    def word(self, word: str) -> str:
        """As it is."""
        return word

    def matrix(self, part: Part) -> str:
        """`W²ᵀ`, `δ¹`, `∂E/∂a¹`, `f′²`."""
        name, layer, mark = part
        index = "" if layer is None else superscript(layer, self.is_ascii)
        if name.startswith("d") and "/d" in name:
            name = self.partial(*name[1:].split("/d", 1))
        elif name in ("delta", "eta"):
            name = self.symbol(name)
        if mark == "'":
            return name + ("'" if self.is_ascii else "′") + index
        return name + index + {"T": self.symbol("transpose"), "+": self.symbol("new"), "": ""}[mark]

    def operator(self, operator: str) -> str:
        """`·`, ` − `, ` ⊙ `."""
        if operator in ("-", "hadamard"):
            return f" {self.symbol('minus' if operator == '-' else operator)} "
        signs = {"*": self.symbol("times"), "+": " + ", "=": " = ", "sum": f"{self.symbol('sum')} "}
        return signs.get(operator, operator)


def rule_pieces(rule: Rule, notation: Notation) -> dict[str, Piece]:
    """What a rule shows for the names in it: names, and the numbers of settings."""
    settings = {hole: notation.piece(value) for hole, value in rule.values.items() if not rule.names.get(hole)}
    return settings | {hole: Piece(notation.name(name)) for hole, name in rule.names.items() if name}


def quantity_pieces(expression: Expression, notation: Notation) -> dict[str, Piece]:
    """What an expression shows for the names of quantities in it, and of functions that stand for any."""
    pieces = {name: quantity_piece(name, notation) for name in names_in(expression)}
    called = {part.function for part in walk(expression) if isinstance(part, Call)}
    return pieces | {
        name: Piece(notation.matrix((name.rstrip("'"), None, "'" * name.endswith("'")))) for name in called
    }


def quantity_piece(name: str, notation: Notation) -> Piece:
    """`w31`, `∂E/∂w31` of `dE/dw31`, `w31⁺` of `w31+`."""
    of, slash, wrt = name.partition("/d")
    if slash and of.startswith("d"):
        return Piece(notation.partial(of[1:], wrt), POWER, is_tall=True)
    return Piece(notation.new(name[:-1].rstrip()), POWER) if name.endswith("+") else Piece(notation.name(name))


def line(of: Equation | str, notation: Notation) -> str:
    """An equation, or words in its place."""
    return (
        notation.text(of)
        if isinstance(of, str)
        else notation.math(notation.equal([notation.formula(side) for side in of]))
    )


def partial_name(partial: Partial, notation: Notation) -> str:
    """A partial as a formula."""
    return notation.partial(partial.of, partial.wrt)
