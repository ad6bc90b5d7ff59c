"""Mathematics in MathML, with every number in it marked as the quantity it is: see `Notation`.

What a formula is made of are strings of elements; what comes from the user is escaped where it is put in.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from markupsafe import Markup

from backprop_cli.derivation.partials import Rule
from backprop_cli.formula.printer import ATOM, SUM, Piece
from backprop_cli.formula.typeset import MATHML, MathmlPrinter
from backprop_cli.render.formats.latex import edges
from backprop_cli.render.formats.notation import Notation
from backprop_cli.render.formats.signs import SYMBOLS

if TYPE_CHECKING:
    from backprop_cli.derivation.matrices import Part
    from backprop_cli.render.views.blocks import Matrix

BREAK = "\x1f"
"""Where a long formula may go on in the next line."""

ZERO_WIDTH_SPACE = "\u200b"

_TIMES = '<mo form="infix">⋅</mo>'  # it may stand at the end of its line, and a plus at the beginning
_PLUS = '<mo form="infix">+</mo>'
_EQUALS = '<mo form="infix">=</mo>'
_LETTERS = ("partial", "eta", "delta", "mu", "tau", "lambda")
"""The signs in `SYMBOLS` that are letters, set as names; the others are operators."""


@dataclass(frozen=True)
class PageNotation(Notation):
    """MathML; `math` gives HTML.

    `stages` says of a local derivative how far it is from the loss; `of_step` marks the numbers as a step's over its batch,
    rather than one sample's.
    """

    printer = MATHML
    stages: Mapping[str, int] = field(default_factory=dict)
    of_step: bool = False

    def text(self, text: str) -> str:
        """Words, escaped."""
        return str(Markup.escape(text))

    def code(self, text: str) -> str:
        """`<code>…</code>`."""
        return f"<code>{self.text(text)}</code>"

    def math(self, formula: str) -> str:
        """A formula as one or more `<math>` elements, between which a line may end."""
        return ZERO_WIDTH_SPACE.join(f"<math>{part}</math>" for part in formula.split(BREAK) if part.strip())

    def name(self, name: str) -> str:
        """A scalar's name as one element, its number as an index; one that is no letters and digits as text."""
        found = _INDEXED.fullmatch(name)
        if found is None:
            return f"<mi>{name}</mi>" if len(name) == 1 and name.isalpha() else f"<mtext>{self.text(name)}</mtext>"
        index = found[2].lstrip("_")
        number = f"<mn>{index.replace('_', ',')}</mn>"
        return f"<msub><mi>{found[1]}</mi>{number if re.fullmatch('[0-9_]+', index) else f'<mi>{index}</mi>'}</msub>"

    def partial(self, of: str, wrt: str) -> str:
        """∂of/∂wrt, marked with its name."""
        name = f"d{of}/d{wrt}"
        sign = "<mi>d</mi>" if name in self.ordinary else self.symbol("partial")
        parts = f"<mrow>{sign}{self.name(of)}</mrow><mrow>{sign}{self.name(wrt)}</mrow>"
        return element("mfrac", parts, {"data-partial": name, **self._stage(name)})

    def second(self, of: str, first: str, then: str) -> str:
        """∂²of/∂first∂then."""
        sign = "<mi>d</mi>" if f"d{of}/d{first}" in self.ordinary else self.symbol("partial")
        names, square = [self.name(first), self.name(then)], "<mn>2</mn>"
        below = sign + _raised(names[0], square) if first == then else f"{sign}{names[0]}{sign}{names[1]}"
        return MATHML.fraction(f"{_raised(sign, square)}{self.name(of)}", below, is_small=False)

    def numbers(self, rule: Rule) -> str:
        """A rule filled with its named quantities and the settings' numbers, in parentheses where a sign binds them.

        The page's script puts other numbers in, so each place where a negative one has parentheses is marked.
        """
        pieces, factors = {}, {}
        for hole, value in rule.values.items():
            name = "Σt" if hole == "s" else rule.names.get(hole)
            pieces[hole] = self.piece(value)
            if name:
                text = self.quantity(name, value)
                pieces[hole] = Piece(text, SUM, is_sign_first=True)
                factors[text] = Piece(self.quantity(name, value, True), ATOM)
        return _Filled(factors).write(rule.shortened, pieces)

    def quantity(self, name: str, value: float, is_factor: bool = False) -> str:
        """A number, marked with the name of its quantity and its exact value."""
        number = self.factor(value) if is_factor else self.term(value)
        written = "<mtext>–</mtext>" if math.isnan(value) else number
        marks = {**self.marks_of(name, value), **self._stage(name)}
        return element("mrow", written, marks | {"data-factor": ""} if is_factor else marks)

    def product(self, factors: Sequence[str]) -> str:
        """`a ⋅ b`, with a break after each dot."""
        return f"{_TIMES}{BREAK}".join(factors)

    def sum(self, terms: Sequence[str]) -> str:
        """`a + b`, with a break before each plus."""
        return f"{BREAK}{_PLUS}".join(terms)

    def equal(self, sides: Sequence[str]) -> str:
        """`a = b`."""
        return _EQUALS.join(sides)

    def bracketed(self, formula: str) -> str:
        """A formula in parentheses, within which no line ends."""
        return MATHML.enclosed(Piece(formula.replace(BREAK, ""))).text

    def symbol(self, symbol: str) -> str:
        """A letter, or an operator."""
        sign = SYMBOLS[symbol][0]
        return f"<mi>{sign}</mi>" if symbol in _LETTERS else f'<mo form="infix">{sign}</mo>'

    def new(self, name: str) -> str:
        """A quantity after the update."""
        return f"<msup>{self.name(name)}<mo>+</mo></msup>"

    def word(self, word: str) -> str:
        """A word within a formula."""
        return f"<mtext>{self.text(word)}</mtext>"

    def matrix(self, part: Part) -> str:
        """W² transposed, δ¹, ∂E/∂W¹, f′²."""
        name, layer, mark = part
        if name == "closed form":
            return self.word(name)
        raised = "" if layer is None else f'<mo stretchy="false">(</mo><mn>{layer}</mn><mo stretchy="false">)</mo>'
        raised += {"T": "<mi>⊤</mi>", "+": "<mo>+</mo>", "'": "", "": ""}[mark]
        if name.startswith("d") and "/d" in name:
            of, wrt = name[1:].split("/d", 1)
            sign = self.symbol("partial")
            return MATHML.fraction(sign + self.name(of), sign + _raised(self.name(wrt), raised), is_small=False)
        letter = self.symbol(name) if name in ("delta", "eta") else self.name(name)
        return _raised(f"<msup>{letter}<mo>′</mo></msup>" if mark == "'" else letter, raised)

    def operator(self, operator: str) -> str:
        """What stands between two matrices; words upright."""
        if operator in ("(", ")"):
            return f'<mo form="{"prefix" if operator == "(" else "postfix"}" stretchy="false">{operator}</mo>'
        if operator.endswith(" over the batch"):
            return self.word(operator)
        if operator == "sum":
            return '<mo form="prefix">∑</mo>'
        sign = {"+": "+", "=": "=", "-": "−", "hadamard": "⊙"}.get(operator, "⋅")
        return f'<mo form="infix">{sign}</mo>'

    def shown_matrix(self, block: Matrix) -> str:
        """`W = (…)`, of a large matrix its edges."""
        sides = [block.left, block.right] if block.right else [block.left]
        if block.values.size == 1:
            return self.equal([*sides, self.term(float(block.values[0, 0]))])
        rows, columns = (edges(count) for count in block.values.shape)
        cells = [
            ["⋮" if column is not None else "⋱" for column in columns]
            if row is None
            else ["⋯" if column is None else float(block.values[row, column]) for column in columns]
            for row in rows
        ]
        table = "".join(f"<mtr>{''.join(map(self._cell, row))}</mtr>" for row in cells)
        return self.equal([*sides, f"<mrow><mo>(</mo><mtable>{table}</mtable><mo>)</mo></mrow>"])

    def _cell(self, cell: float | str) -> str:
        return f"<mtd>{f'<mo>{cell}</mo>' if isinstance(cell, str) else self.term(cell)}</mtd>"

    def marks_of(self, name: str, value: float) -> dict[str, str]:
        """The attributes of an element that shows a quantity."""
        marks = {"data-name": name, "data-value": repr(value)}
        return {**marks, "data-of": "step"} if self.of_step else marks

    def _stage(self, name: str) -> dict[str, str]:
        return {"data-stage": str(self.stages[name])} if name in self.stages else {}


_INDEXED = re.compile(r"([^\W\d_]+)(\d+(?:_\d+)?|_\w+)")


class _Filled(MathmlPrinter):
    """Puts `factors` in the place of what it would put in parentheses."""

    def __init__(self, factors: Mapping[str, Piece]) -> None:
        self.factors = factors

    def parenthesized(self, piece: Piece) -> Piece:
        """A marked number that has its own parentheses, or anything else between some."""
        return self.factors.get(piece.text) or super().parenthesized(piece)


def element(tag: str, content: str, attributes: Mapping[str, str]) -> str:
    """An element with its attributes, whose values are escaped."""
    written = "".join(f' {key}="{Markup.escape(value)}"' for key, value in attributes.items())
    return f"<{tag}{written}>{content}</{tag}>"


def _raised(base: str, exponent: str) -> str:
    return f"<msup>{base}<mrow>{exponent}</mrow></msup>" if exponent else base
