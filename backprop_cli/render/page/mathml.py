r"""Formulas as MathML, with every number in them marked as the quantity it is.

A formula is written in LaTeX and converted by `latex2mathml`. What comes from the user (names) or must stay findable (numbers,
partials) is put into the LaTeX as a mark, `\class{m3}{…}`, and set in its place afterwards, in the element tree: the converter
never sees a user's text, and nothing has to be searched for in its output.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import lru_cache
from xml.etree import ElementTree

from latex2mathml.converter import convert
from markupsafe import Markup

from backprop_cli.derivation.partials import Rule
from backprop_cli.formula.printer import SUM, Piece
from backprop_cli.formula.typeset import LatexPrinter
from backprop_cli.render.formats.decimals import Digits, format_term
from backprop_cli.render.formats.latex_notation import LatexNotation, latex_name

Element = ElementTree.Element
BREAK = "\x1f"
"""Where a long formula may go on in the next line."""

ZERO_WIDTH_SPACE = "\u200b"

_MARK = re.compile(r"\\class\{m(\d+)\}")


class _NumberPrinter(LatexPrinter):
    """LaTeX in which a marked number has parentheses of its own, so that they come and go with its sign."""

    def __init__(self, factors: Mapping[str, str]) -> None:
        self.factors = factors

    def parenthesized(self, piece: Piece) -> Piece:
        """The mark that brings its parentheses, or parentheses."""
        if piece.is_sign_first and piece.text in self.factors:
            return Piece(self.factors[piece.text], is_open=True)
        return super().parenthesized(piece)


@dataclass(frozen=True)
class PageNotation(LatexNotation):
    """LaTeX that ends as MathML: `math` gives HTML.

    `stages` says of a local derivative how far it is from the loss; `of_step` marks the numbers as a step's over its batch,
    rather than one sample's.
    """

    stages: Mapping[str, int] = field(default_factory=dict)
    of_step: bool = False
    marks: list[Element] = field(default_factory=list)

    def text(self, text: str) -> str:
        """Words, escaped."""
        return str(Markup.escape(text))

    def code(self, text: str) -> str:
        """`<code>…</code>`."""
        return f"<code>{self.text(text)}</code>"

    def math(self, formula: str) -> str:
        """A formula as one or more `<math>` elements, between which a line may end."""
        return ZERO_WIDTH_SPACE.join(self._math(part) for part in formula.split(BREAK) if part.strip())

    def name(self, name: str) -> str:
        """A scalar's name; one that is no plain letter with an index is set as text."""
        latex = latex_name(name)
        if re.fullmatch(r"\w+", name) and not latex.startswith(r"\text"):
            return latex
        text = Element("mtext")
        text.text = name
        return self._mark(text, "x")

    def partial(self, of: str, wrt: str) -> str:
        """∂of/∂wrt, marked with its name."""
        name = f"d{of}/d{wrt}"
        marked = Element("mrow", {"data-partial": name, **self._stage(name)})
        return self._mark(marked, super().partial(of, wrt))

    def quantity(self, name: str, value: float, is_factor: bool = False) -> str:
        """A number, marked with the name of its quantity and its exact value."""
        marked = Element("mrow", {**self.marks_of(name, value), **self._stage(name)})
        if is_factor:
            marked.set("data-factor", "")
        marked.extend(number_elements(value, self.digits, is_factor))
        return self._mark(marked, "x")

    def numbers(self, rule: Rule) -> str:
        """A rule filled with its named quantities and the settings' numbers, in parentheses where a sign binds them."""
        factors: dict[str, str] = {}
        pieces = {hole: self._piece_of(rule, hole, factors) for hole in rule.values}
        return _NumberPrinter(factors).write(rule.shortened, pieces)

    def _piece_of(self, rule: Rule, hole: str, factors: dict[str, str]) -> Piece:
        """What stands for a name; of a quantity how it stands where a sign binds it is kept in `factors`.

        Whether it is negative may change in the page, so that each counts as if it were.
        """
        value, name = rule.values[hole], "Σt" if hole == "s" else rule.names.get(hole)
        if not name:
            return self.piece(value)
        text = self.quantity(name, value)
        factors[text] = self.quantity(name, value, True)
        return Piece(text, SUM, True)

    def product(self, factors: Sequence[str]) -> str:
        r"""`a \cdot b`, with a break after each dot."""
        return rf" \cdot {BREAK}".join(factors)

    def sum(self, terms: Sequence[str]) -> str:
        """`a + b`, with a break before each plus."""
        return f"{BREAK} + ".join(terms)

    def marks_of(self, name: str, value: float) -> dict[str, str]:
        """The attributes of an element that shows a quantity."""
        marks = {"data-name": name, "data-value": repr(value)}
        return {**marks, "data-of": "step"} if self.of_step else marks

    def _stage(self, name: str) -> dict[str, str]:
        return {"data-stage": str(self.stages[name])} if name in self.stages else {}

    def _mark(self, element: Element, body: str) -> str:
        self.marks.append(element)
        return rf"\class{{m{len(self.marks) - 1}}}{{{body}}}"

    def _math(self, formula: str) -> str:
        """Convert one formula, its marks numbered from 0 so that formulas of the same shape are converted once."""
        found: list[Element] = []

        def renumber(match: re.Match[str]) -> str:
            found.append(self.marks[int(match[1])])
            return rf"\class{{m{len(found) - 1}}}"

        tree = deepcopy(_converted(_MARK.sub(renumber, formula)))
        for element in list(tree.iter("mrow")):
            mark = element.attrib.pop("class", "")
            if mark.startswith("m") and mark[1:].isdigit():
                _fill(element, found[int(mark[1:])])
        _keep_infix(tree)
        return ElementTree.tostring(tree, encoding="unicode")


def _keep_infix(tree: Element) -> None:
    """Give an operator at the edge of a broken formula the space that it has between its operands."""
    row = tree[0] if len(tree) == 1 and tree[0].tag == "mrow" else tree
    for edge in (row[:1], row[-1:]):
        if edge and edge[0].tag == "mo" and edge[0].text in ("+", "⋅", "·", "="):
            edge[0].set("form", "infix")


def _fill(element: Element, marked: Element) -> None:
    """Turn a placeholder into what it stands for; of a mark without content the placeholder's own content stays."""
    if marked.tag == "mtext":
        element[:] = [deepcopy(marked)]
        return
    element.attrib.update(marked.attrib)
    if len(marked):
        element[:] = deepcopy(list(marked))


@lru_cache(maxsize=4096)
def _converted(latex: str) -> Element:
    tree = ElementTree.fromstring(convert(latex).replace(' xmlns="http://www.w3.org/1998/Math/MathML"', "", 1))
    tree.attrib = {}
    return tree


def number_elements(value: float, digits: Digits, is_factor: bool) -> list[Element]:
    """A number in MathML, as `LatexNotation.term` or `.factor` writes it."""
    if math.isnan(value):
        return [_leaf("mtext", "–")]
    mantissa, _, exponent = format_term(value, digits).partition("e")
    elements = [_leaf("mo", "−", form="prefix")] if mantissa.startswith("-") else []
    elements.append(_leaf("mn", mantissa.removeprefix("-")))
    if exponent:
        power = Element("msup")
        power.append(_leaf("mn", "10"))
        power.append(_leaf("mn", str(int(exponent)).replace("-", "−")))
        elements += [_leaf("mo", "×"), power]
    if is_factor and (exponent or mantissa.startswith("-")):
        return [
            _leaf("mo", "(", form="prefix", stretchy="false"),
            *elements,
            _leaf("mo", ")", form="postfix", stretchy="false"),
        ]
    return elements


def _leaf(tag: str, text: str, **attributes: str) -> Element:
    element = Element(tag, attributes)
    element.text = text
    return element
