"""Expressions as mathematics is set: in LaTeX and in MathML.

Factors stand side by side where a parenthesis or a function's name follows, fractions are stacked, conditions are cases.
"""

from __future__ import annotations

from collections.abc import Sequence

from backprop_cli.formula.expression import ELLIPSIS, Expression, Name, Number
from backprop_cli.formula.operations import CHOICES, OPERATIONS, Operation
from backprop_cli.formula.printer import (
    ATOM,
    CHOICE,
    POWER,
    PRODUCT,
    SUM,
    Case,
    Piece,
    Printer,
    is_fraction,
)


class LatexPrinter(Printer):
    """LaTeX with `amsmath`; `beside` stands between factors that need no sign."""

    times = r" \cdot "
    beside = " "

    def number(self, text: str) -> Piece:
        r"""`0.5`, `1.2 \times 10^{-7}`."""
        mantissa, _, exponent = text.partition("e")
        if not exponent:
            return super().number(text.replace("∞", r"\infty"))
        latex = rf"{mantissa} \times 10^{{{int(exponent)}}}"
        return Piece(latex, SUM if text.startswith("-") else PRODUCT, text.startswith("-"))

    def name(self, name: str) -> Piece:
        """A name, or the ellipsis."""
        return Piece(r"\cdots" if name == ELLIPSIS.name else name)

    def parenthesized(self, piece: Piece) -> Piece:
        """What binds too little for its place, in parentheses."""
        return self.enclosed(piece)

    def enclosed(self, piece: Piece) -> Piece:
        """Parentheses that grow where there is need for it; where they stand says which opens and which closes."""
        text = rf"\left({piece.text}\right)" if piece.is_tall else f"({piece.text})"
        return Piece(text, is_tall=piece.is_tall, is_open=True)

    def product(self, arguments: Sequence[Expression], parts: Sequence[Piece]) -> Piece:
        r"""`a (b + c)`, `a \cdot b`; a fraction needs no parentheses."""
        factors = [
            part if is_fraction(argument) else self.at_least(part, POWER)
            for argument, part in zip(arguments, parts, strict=True)
        ]
        text = factors[0].text
        for argument, part, factor in zip(arguments[1:], parts[1:], factors[1:], strict=True):
            is_number = part.is_sign_first or isinstance(argument, Number | Name)
            text += (self.beside if factor.is_open and not is_number else self.times) + factor.text
        is_tall = any(factor.is_tall for factor in factors)
        return Piece(text, PRODUCT, is_fraction(arguments[0]) and parts[0].is_sign_first, is_tall, factors[0].is_open)

    def quotient(self, _: Sequence[Expression], parts: Sequence[Piece]) -> Piece:
        r"""`\frac{a}{b}`, small where both are whole numbers."""
        is_small = all(part.text.isdecimal() for part in parts)
        return Piece(self.fraction(parts[0].text, parts[1].text, is_small), PRODUCT, False, not is_small)

    def fraction(self, above: str, below: str, is_small: bool) -> str:
        """One over the other."""
        return rf"\{'tfrac' if is_small else 'frac'}{{{above}}}{{{below}}}"

    def power(self, arguments: Sequence[Expression], parts: Sequence[Piece]) -> Piece:
        """`a^{b}`."""
        base = self.at_least(parts[0], ATOM)
        is_open = base.is_open and not isinstance(arguments[0], Number | Name)
        return Piece(self.raised(base.text, parts[1].text), POWER, False, base.is_tall or parts[1].is_tall, is_open)

    def raised(self, base: str, exponent: str) -> str:
        """The base with its exponent."""
        return f"{base}^{{{exponent}}}"

    def choice(self, cases: Sequence[Case], otherwise: Piece) -> Piece:
        r"""A value for each case, in rows."""
        rows = [f"{case.then.text} & {self.condition(case)}" for case in cases]
        rows.append(rf"{otherwise.text} & \text{{otherwise}}")
        return Piece(r"\begin{cases}" + r" \cr ".join(rows) + r"\end{cases}", CHOICE, is_tall=True)

    def comparison(self, case: Case) -> str:
        r"""`\ge`."""
        return CHOICES[case.operation].latex or super().comparison(case)

    def function(self, name: str, entry: Operation, parts: Sequence[Piece]) -> Piece:
        r"""`\sin(a)`, `\sqrt{a}`, `e^{a}`."""
        spelling = entry.latex or rf"\operatorname{{{name}}}"
        return self.applied(name, spelling, parts)

    def applied(self, name: str, spelling: str, parts: Sequence[Piece]) -> Piece:
        """A function before its arguments, or around them as the table says."""
        arguments = self._listed(parts)
        binding = POWER if name == "exp" else ATOM
        if "%s" in spelling:
            return Piece(spelling % self.group(arguments.text), binding, False, arguments.is_tall, binding == ATOM)
        if not parts:
            return Piece(spelling)
        text = spelling + self.application + self.enclosed(arguments).text
        is_word = len(OPERATIONS[name].mathml or name) > 1  # a letter beside another would be a factor
        return Piece(text, ATOM, False, arguments.is_tall, is_word)

    def _listed(self, parts: Sequence[Piece]) -> Piece:
        """Arguments without their parentheses."""
        return Piece(self.comma.join(part.text for part in parts), is_tall=any(part.is_tall for part in parts))

    def call(self, function: Piece, parts: Sequence[Piece]) -> Piece:
        """`f(a)`."""
        arguments = self._listed(parts)
        return Piece(function.text + self.application + self.enclosed(arguments).text, is_tall=arguments.is_tall)

    def total(self, index: Piece, term: Piece) -> Piece:
        r"""`\sum_{k} a`."""
        term = self.at_least(term, PRODUCT, may_lead=False)
        return Piece(self.summed(index.text) + term.text, POWER, is_tall=term.is_tall, is_open=True)

    def summed(self, index: str) -> str:
        """The sign of a sum, before its term."""
        return rf"\sum_{{{index}}} "

    application = ""

    def group(self, text: str) -> str:
        """What a template takes as its one argument."""
        return text


class LinePrinter(LatexPrinter):
    """LaTeX in one line: Markdown takes what ends a row of cases for an escape of its own."""

    def choice(self, cases: Sequence[Case], otherwise: Piece) -> Piece:
        r"""`a \text{ if } b > c \text{ else } d`."""
        text = "".join(rf"{case.then.text} \text{{ if }} {self.condition(case)} \text{{ else }} " for case in cases)
        return Piece(
            text + otherwise.text, CHOICE, is_tall=any(case.then.is_tall for case in cases) or otherwise.is_tall
        )


class MathmlPrinter(LatexPrinter):
    """Presentation MathML: the elements of a row, without the row around them."""

    plus, minus, sign = "<mo>+</mo>", "<mo>−</mo>", '<mo form="prefix">−</mo>'
    times, beside, comma = "<mo>⋅</mo>", '<mo lspace="0" rspace="0.1667em">&#x2062;</mo>', "<mo>,</mo>"
    application = "<mo>&#x2061;</mo>"

    def number(self, text: str) -> Piece:
        """`<mn>0.5</mn>`, a sign before it, a power of ten behind."""
        mantissa, _, exponent = text.partition("e")
        is_negative = mantissa.startswith("-")
        digits = (self.sign if is_negative else "") + f"<mn>{mantissa.removeprefix('-')}</mn>"
        if exponent:
            power = str(int(exponent)).replace("-", "−")
            digits += f"<mo>×</mo><msup><mn>10</mn><mn>{power}</mn></msup>"
        return Piece(digits, SUM if is_negative else PRODUCT if exponent else ATOM, is_negative)

    def name(self, name: str) -> Piece:
        """`<mi>x</mi>`; of a name from outside the caller gives the piece."""
        return Piece("<mo>⋯</mo>" if name == ELLIPSIS.name else f"<mi>{name}</mi>")

    def enclosed(self, piece: Piece) -> Piece:
        """Parentheses that grow where there is need for it; where they stand says which opens and which closes."""
        stretchy = "" if piece.is_tall else ' stretchy="false"'
        text = f"<mrow><mo{stretchy}>(</mo>{piece.text}<mo{stretchy}>)</mo></mrow>"
        return Piece(text, is_tall=piece.is_tall, is_open=True)

    def fraction(self, above: str, below: str, is_small: bool) -> str:
        """`<mfrac>`."""
        style = ' displaystyle="false"' if is_small else ""
        return f"<mfrac{style}>{self.group(above)}{self.group(below)}</mfrac>"

    def raised(self, base: str, exponent: str) -> str:
        """`<msup>`."""
        return f"<msup>{self.group(base)}{self.group(exponent)}</msup>"

    def choice(self, cases: Sequence[Case], otherwise: Piece) -> Piece:
        """A value for each case, in a table behind a brace."""
        rows = [(case.then.text, self.condition(case)) for case in cases] + [
            (otherwise.text, "<mtext>otherwise</mtext>")
        ]
        cells = "".join(f"<mtr><mtd>{value}</mtd><mtd>{condition}</mtd></mtr>" for value, condition in rows)
        table = f'<mtable class="cases" columnalign="left left">{cells}</mtable>'
        return Piece(f'<mrow><mo form="prefix">{{</mo>{table}</mrow>', CHOICE, is_tall=True)

    def condition(self, case: Case) -> str:
        """`b > c`."""
        return f"{case.left.text}<mo>{CHOICES[case.operation].mathml}</mo>{case.right.text}"

    def function(self, name: str, entry: Operation, parts: Sequence[Piece]) -> Piece:
        """`<mi>sin</mi>` applied, `<msqrt>`, `<msup>`."""
        spelling = entry.mathml or name
        is_markup = spelling.startswith("<")
        return self.applied(name, spelling if is_markup else f"<mi>{spelling}</mi>", parts)

    def summed(self, index: str) -> str:
        """`<munder>`."""
        return f'<munder><mo form="prefix">∑</mo>{self.group(index)}</munder>'

    def group(self, text: str) -> str:
        """One element."""
        return f"<mrow>{text}</mrow>"


LATEX = LatexPrinter()
ONE_LINE = LinePrinter()
MATHML = MathmlPrinter()
