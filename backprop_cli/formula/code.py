"""Expressions as code: Python, JavaScript, and the formula of a spreadsheet's cell.

What a language does not have is written out in what it has, as the table of operations says.
"""

from __future__ import annotations

from collections.abc import Sequence

from backprop_cli.formula.expression import Expression, Name, Number
from backprop_cli.formula.operations import Operation
from backprop_cli.formula.printer import ATOM, CHOICE, POWER, PRODUCT, Case, Piece, Printer
from backprop_cli.formula.texts import formula


class PythonPrinter(Printer):
    """An expression of Python's over the functions of `math`."""

    times, over = " * ", " / "

    def number(self, text: str) -> Piece:
        """A float: `3.0`."""
        return super().number(repr(float(text)))

    def power(self, arguments: Sequence[Expression], parts: Sequence[Piece]) -> Piece:
        """`a * a` for a square of a name, else `a ** b`."""
        base = self.at_least(parts[0], ATOM).text
        if arguments[1] == Number(2.0) and isinstance(arguments[0], Name):
            return Piece(f"{base} * {base}", PRODUCT)
        return self.raised(parts)

    def raised(self, parts: Sequence[Piece]) -> Piece:
        """A power other than the square of a name."""
        return Piece(f"{self.at_least(parts[0], ATOM).text} ** {self.at_least(parts[1], POWER).text}", POWER)

    def function(self, name: str, entry: Operation, parts: Sequence[Piece]) -> Piece:
        """`log(a)`."""
        return self.written(name, entry, entry.python, parts)

    def written(self, name: str, entry: Operation, spelling: str, parts: Sequence[Piece]) -> Piece:
        """A function as the table spells it, or written out."""
        if entry.written_out and not spelling:
            return self.piece(formula(entry.written_out), dict(zip("xy", parts, strict=False)))
        return self.called(name, spelling, parts)


class JavascriptPrinter(PythonPrinter):
    """An expression of JavaScript's over `Math`, and over `erfc`, which the page's script defines."""

    def number(self, text: str) -> Piece:
        """As it is."""
        return Printer.number(self, text)

    def raised(self, parts: Sequence[Piece]) -> Piece:
        """`Math.pow(a, b)`: a sign may not stand before `**`."""
        return Piece(f"Math.pow({parts[0].text}, {parts[1].text})")

    def choice(self, cases: Sequence[Case], otherwise: Piece) -> Piece:
        """`b > c ? a : d`."""
        text = "".join(f"{self.condition(case)} ? {case.then.text} : " for case in cases)
        return Piece(text + otherwise.text, CHOICE)

    def comparison(self, case: Case) -> str:
        """`===` for equality."""
        return "===" if case.operation == "if ==" else super().comparison(case)

    def function(self, name: str, entry: Operation, parts: Sequence[Piece]) -> Piece:
        """`Math.log(a)`."""
        return self.written(f"Math.{name}", entry, entry.javascript, parts)


class SpreadsheetPrinter(PythonPrinter):
    """A cell's formula without its `=`, as the files of Excel, LibreOffice and Google Sheets have it.

    There -a^b means (-a)^b and powers group to the left, so that every sign before more than an atom has parentheses.
    """

    plus, minus, times, over, comma = "+", "-", "*", "/", ","

    def number(self, text: str) -> Piece:
        """`1E-07`."""
        return Printer.number(self, text.upper())

    def negated(self, part: Piece) -> Piece:
        """`-a`, `-(a*b)`."""
        return super().negated(self.at_least(part, ATOM))

    def power(self, _: Sequence[Expression], parts: Sequence[Piece]) -> Piece:
        """`a^b`."""
        return Piece(f"{self.at_least(parts[0], ATOM).text}^{self.at_least(parts[1], ATOM).text}", POWER)

    def choice(self, cases: Sequence[Case], otherwise: Piece) -> Piece:
        """`IF(b>c,a,d)`."""
        text = otherwise.text
        for case in reversed(cases):
            text = f"IF({case.left.text}{self.comparison(case)}{case.right.text},{case.then.text},{text})"
        return Piece(text)

    def comparison(self, case: Case) -> str:
        """`=` for equality."""
        return "=" if case.operation == "if ==" else super().comparison(case)

    def function(self, name: str, entry: Operation, parts: Sequence[Piece]) -> Piece:
        """`LN(a)`."""
        return self.written(name.upper(), entry, entry.spreadsheet, parts)


PYTHON = PythonPrinter()
JAVASCRIPT = JavascriptPrinter()
SPREADSHEET = SpreadsheetPrinter()
