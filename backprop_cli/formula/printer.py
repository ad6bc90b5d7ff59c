"""Expressions as text: what every output has in common. Precedence, signs and parentheses are settled here.

An output is a class that says how its sums, products, powers, functions and conditions look. What stands for a name may be
given: another name, or a number, which gets parentheses where it needs them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from backprop_cli.formula.expression import ELLIPSIS, TOTAL, Apply, Call, Expression, Name, Number
from backprop_cli.formula.operations import CHOICES, OPERATIONS, Operation

CHOICE, SUM, PRODUCT, POWER, ATOM = range(5)
"""How strongly the outermost operation of a piece binds; what binds less than its place asks for gets parentheses."""


class Piece(NamedTuple):
    """Part of a formula as it is written; `is_sign_first` says that a minus leads it, `is_tall` that it exceeds a line.

    `is_open` says that a parenthesis or a function's name leads it, so that print needs no sign between it and a factor.
    """

    text: str
    binding: int = ATOM
    is_sign_first: bool = False
    is_tall: bool = False
    is_open: bool = False


class Case(NamedTuple):
    """`then`, if `left` and `right` compare as the operation says."""

    operation: str
    then: Piece
    left: Piece
    right: Piece


def number_text(value: float) -> str:
    """The shortest text that reads back as the same number: `3`, `0.5`, `1e-07`."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)


def is_fraction(expression: Expression) -> bool:
    """Whether an expression is written as a quotient."""
    return isinstance(expression, Apply) and expression.operation == "/"


_HALF = Apply("/", (Number(1.0), Number(2.0)))

_SUPERSCRIPTS = str.maketrans("0123456789−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


class Printer:
    """The usual notation of programming languages, which is the text that can be typed back in."""

    plus, minus, sign, times, over, comma = " + ", " - ", "-", "*", "/", ", "

    def write(self, expression: Expression, pieces: Mapping[str, Piece] | None = None) -> str:
        """The expression as text, with `pieces` for its names."""
        return self.piece(expression, pieces or {}).text

    def piece(self, expression: Expression, pieces: Mapping[str, Piece]) -> Piece:
        """The expression as a part of something larger."""
        if isinstance(expression, Number):
            return self.number(number_text(expression.value))
        if isinstance(expression, Name):
            return pieces.get(expression.name) or self.name(expression.name)
        if isinstance(expression, Call):
            function = pieces.get(expression.function) or self.name(expression.function)
            called = [self.piece(argument, pieces) for argument in expression.arguments]
            return self.total(*called) if expression.function == TOTAL else self.call(function, called)
        operation, arguments = expression.operation, expression.arguments
        if operation == "+":
            first, *rest = arguments
            return self.sum(self.piece(first, pieces), [self._term(argument, pieces) for argument in rest])
        if operation in CHOICES:
            return self._choices(expression, pieces)
        parts = [self.piece(argument, pieces) for argument in arguments]
        if operation == "*":
            return self.product(arguments, parts)
        if operation == "/":
            return self.quotient(arguments, parts)
        if operation == "^":
            return self.power(arguments, parts)
        if operation == "neg":
            return self.negated(parts[0])
        return self.function(operation, OPERATIONS[operation], parts)

    def compared(self, choice: Apply, pieces: Mapping[str, Piece]) -> str:
        """The condition of a choice."""
        _, left, right, _ = (self.at_least(self.piece(argument, pieces), SUM) for argument in choice.arguments)
        return self.condition(Case(choice.operation, left, left, right))

    def _term(self, term: Expression, pieces: Mapping[str, Piece]) -> tuple[bool, Piece]:
        """What is added to a sum, or, where the first of the pair says so, taken from it."""
        if isinstance(term, Apply) and term.operation == "neg":
            return True, self.at_least(self.piece(term.arguments[0], pieces), PRODUCT, may_lead=False)
        return False, self.at_least(self.piece(term, pieces), PRODUCT, may_lead=False)

    def _choices(self, expression: Apply, pieces: Mapping[str, Piece]) -> Piece:
        """A condition, with those in what it says otherwise."""
        cases: list[Case] = []
        otherwise: Expression = expression
        while isinstance(otherwise, Apply) and otherwise.operation in CHOICES:
            then, left, right, rest = otherwise.arguments
            parts = (self.at_least(self.piece(argument, pieces), SUM) for argument in (then, left, right))
            cases.append(Case(otherwise.operation, *parts))
            otherwise = rest
        return self.choice(cases, self.piece(otherwise, pieces))

    # ── atoms ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def number(self, text: str) -> Piece:
        """A number from its digits: `3`, `-0.5`, `1e-07`."""
        is_negative = text.startswith("-")
        return Piece(text, SUM if is_negative else ATOM, is_negative)

    def name(self, name: str) -> Piece:
        """A name."""
        return Piece(name)

    def parenthesized(self, piece: Piece) -> Piece:
        """The piece in parentheses."""
        return Piece(f"({piece.text})", is_tall=piece.is_tall)

    def at_least(self, piece: Piece, binding: int, may_lead: bool = True) -> Piece:
        """The piece, in parentheses where it binds less, or where a sign leads it and may not."""
        if piece.binding >= binding and (may_lead or not piece.is_sign_first):
            return piece
        return self.parenthesized(piece)

    # ── operations ────────────────────────────────────────────────────────────────────────────────────────────────

    def sum(self, first: Piece, rest: Sequence[tuple[bool, Piece]]) -> Piece:
        """`a + b - c`."""
        first = self.at_least(first, SUM)
        text = first.text + "".join((self.minus if is_negated else self.plus) + term.text for is_negated, term in rest)
        return Piece(text, SUM, first.is_sign_first, first.is_tall or any(term.is_tall for _, term in rest))

    def product(self, arguments: Sequence[Expression], parts: Sequence[Piece]) -> Piece:
        """`a*b`; a fraction needs parentheses only behind another factor."""
        factors = [
            part if index == 0 and is_fraction(argument) else self.at_least(part, POWER)
            for index, (argument, part) in enumerate(zip(arguments, parts, strict=True))
        ]
        return Piece(self.times.join(factor.text for factor in factors), PRODUCT)

    def quotient(self, _: Sequence[Expression], parts: Sequence[Piece]) -> Piece:
        """`a/b`."""
        above, below = self.at_least(parts[0], PRODUCT, may_lead=False), self.at_least(parts[1], POWER)
        return Piece(above.text + self.over + below.text, PRODUCT)

    def power(self, _: Sequence[Expression], parts: Sequence[Piece]) -> Piece:
        """`a^b`."""
        return Piece(f"{self.at_least(parts[0], ATOM).text}^{self.at_least(parts[1], POWER).text}", POWER)

    def negated(self, part: Piece) -> Piece:
        """`-a`."""
        inner = self.at_least(part, PRODUCT, may_lead=False)
        return Piece(self.sign + inner.text, SUM, True, inner.is_tall)

    def choice(self, cases: Sequence[Case], otherwise: Piece) -> Piece:
        """`a if b > c else d`."""
        text = "".join(f"{case.then.text} if {self.condition(case)} else " for case in cases)
        return Piece(text + otherwise.text, CHOICE)

    def condition(self, case: Case) -> str:
        """`b > c`."""
        return f"{case.left.text} {self.comparison(case)} {case.right.text}"

    def comparison(self, case: Case) -> str:
        """The sign of a comparison."""
        return case.operation.removeprefix("if ")

    def function(self, name: str, _: Operation, parts: Sequence[Piece]) -> Piece:
        """`f(a, b)`, or a constant."""
        return self.called(name, "", parts)

    def call(self, function: Piece, parts: Sequence[Piece]) -> Piece:
        """`f(a, b)`, of a function that stands for any."""
        return self.called(function.text, "", parts)

    def total(self, index: Piece, term: Piece) -> Piece:
        """`Σ(k, a)`."""
        return self.called(TOTAL, "", (index, term))

    def called(self, name: str, spelling: str, parts: Sequence[Piece]) -> Piece:
        """A name before its arguments, or as the table spells it."""
        arguments = self.comma.join(part.text for part in parts)
        if "%s" in spelling:
            return Piece(spelling % arguments)
        return Piece(f"{spelling or name}({arguments})" if parts else spelling or name)


class UnicodePrinter(Printer):
    """Plain text in the characters of mathematics: `·`, `−`, `²`, `½`, `≥`."""

    plus, minus, sign, times = " + ", " − ", "−", "·"

    def number(self, text: str) -> Piece:
        """`−0.5`."""
        return super().number(text)._replace(text=text.replace("-", "−"))

    def name(self, name: str) -> Piece:
        """A name, or the ellipsis."""
        return Piece("…" if name == ELLIPSIS.name else name)

    def product(self, arguments: Sequence[Expression], parts: Sequence[Piece]) -> Piece:
        """`½·a·b`."""
        if arguments[0] == _HALF:
            parts = [Piece("½"), *parts[1:]]
        return super().product(arguments, parts)

    def power(self, arguments: Sequence[Expression], parts: Sequence[Piece]) -> Piece:
        """`a²`, and `a^b` where the exponent is no whole number."""
        exponent = parts[1].text.removeprefix("−")
        if not (isinstance(arguments[1], Number | Apply) and exponent.isdecimal()):
            return super().power(arguments, parts)
        return Piece(self.at_least(parts[0], ATOM).text + parts[1].text.translate(_SUPERSCRIPTS), POWER)

    def comparison(self, case: Case) -> str:
        """`≥`."""
        return CHOICES[case.operation].unicode or super().comparison(case)

    def function(self, name: str, entry: Operation, parts: Sequence[Piece]) -> Piece:
        """`Φ(a)`."""
        return self.called(name, entry.unicode, parts)

    def total(self, index: Piece, term: Piece) -> Piece:
        """`Σ_k a`."""
        return Piece(f"{TOTAL}_{index.text} {self.at_least(term, PRODUCT, may_lead=False).text}", POWER)


TEXT = Printer()
UNICODE = UnicodePrinter()
