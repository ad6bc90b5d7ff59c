"""Mathematics in LaTeX, for a document of its own and for Markdown: see `Notation`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from backprop_cli.formula.typeset import LATEX, ONE_LINE
from backprop_cli.render.formats.notation import Notation
from backprop_cli.render.formats.signs import SYMBOLS

if TYPE_CHECKING:
    from backprop_cli.derivation.matrices import Part


class LatexNotation(Notation):
    """LaTeX; formulas come between `$` where they stand in a text."""

    printer = LATEX

    def text(self, text: str) -> str:
        """Words with LaTeX's special characters escaped."""
        return latex_text(text)

    def code(self, text: str) -> str:
        r"""`\texttt{-{}-rows 20}`, its hyphens kept apart: two would be set as a dash."""
        return rf"\texttt{{{self.text(text).replace('--', '-{}-')}}}"

    def math(self, formula: str) -> str:
        """`$…$`."""
        return f"${formula}$" if formula else ""

    def name(self, name: str) -> str:
        """`w_{31}`."""
        return latex_name(name)

    def partial(self, of: str, wrt: str) -> str:
        r"""`\frac{\partial E}{\partial w_{31}}`, `\frac{d h}{d x}`."""
        d = "d" if f"d{of}/d{wrt}" in self.ordinary else r"\partial"
        return rf"\frac{{{d} {self.name(of)}}}{{{d} {self.name(wrt)}}}"

    def second(self, of: str, first: str, then: str) -> str:
        r"""`\frac{\partial^2 h}{\partial x \, \partial y}`."""
        d = "d" if f"d{of}/d{first}" in self.ordinary else r"\partial"
        names = [self.name(first), self.name(then)]
        below = rf"{d} {names[0]}^2" if first == then else rf"{d} {names[0]} \, {d} {names[1]}"
        return rf"\frac{{{d}^2 {self.name(of)}}}{{{below}}}"

    def product(self, factors: Sequence[str]) -> str:
        r"""`a \cdot b`."""
        return r" \cdot ".join(factors)

    def symbol(self, symbol: str) -> str:
        r"""`\partial`."""
        return SYMBOLS[symbol][2]

    def new(self, name: str) -> str:
        """`{w_{31}}^{+}`."""
        return f"{{{self.name(name)}}}{self.symbol('new')}"

    def word(self, word: str) -> str:
        r"""`\text{sigmoid}`."""
        return rf"\text{{{self.text(word)}}}"

    def matrix(self, part: Part) -> str:
        r"""`W^{(2)\mathsf T}`, `\delta^{(1)}`, `{f'}^{(2)}`."""
        name, layer, mark = part
        raised = "" if layer is None else f"({layer})"
        raised += {"T": r"\mathsf T", "+": "+", "'": "", "": ""}[mark]
        index = f"^{{{raised}}}" if raised else ""
        if name.startswith("d") and "/d" in name:
            of, wrt = name[1:].split("/d", 1)
            return rf"\frac{{\partial {self.name(of)}}}{{\partial {wrt}{index}}}"
        if name in ("delta", "eta"):
            name = f"\\{name}"
        if name == "closed form":
            return r"\text{closed form}"
        return f"{{{name}'}}{index}" if mark == "'" else name + index

    def operator(self, operator: str) -> str:
        r"""` \cdot `, ` \odot `; words upright."""
        if operator in ("(", ")"):
            return operator
        if operator.endswith(" over the batch"):
            return self.word(operator)
        if operator in ("+", "=", "-"):
            return f" {operator} "
        return f" {self.symbol('times' if operator == '*' else operator)} "


class MarkdownNotation(LatexNotation):
    """LaTeX between `$`, and Markdown's own escapes in the words around it."""

    printer = ONE_LINE

    def text(self, text: str) -> str:
        """Words with the signs escaped that Markdown, or a formula within it, would take for its own."""
        return re.sub(r"[\\`*_{}\[\]<>#$~&]", r"\\\g<0>", text)

    def code(self, text: str) -> str:
        """Between backticks."""
        return f"`{text}`"


_INDEXED = re.compile(r"([^\W\d_])(\d+)(?:_(\d+))?|([^\W\d_])_(\w+)")
_WORD_INDEXED = re.compile(r"([^\W\d_]+)_?(\d+)?(?:_(\w+))?")
_LATEX_SPECIAL = {character: f"\\{character}" for character in "#$%&_{}"} | {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}",
    ">": r"\textgreater{}",
}  # fmt: skip
_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau",
    "φ": "varphi", "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda",
    "Σ": "Sigma", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip


LATEX_SIGNS = {unicode: latex for unicode, _, latex in SYMBOLS.values()} | {
    letter: f"\\{name}" for letter, name in _GREEK.items()
}
"""What letters and signs beyond ASCII are called in LaTeX's mathematics."""


def latex_text(text: str) -> str:
    """Words with LaTeX's special characters escaped."""
    return "".join(_LATEX_SPECIAL.get(character, character) for character in text)


def latex_name(name: str) -> str:
    r"""A scalar's name: `w31` as `w_{31}`, `b1_2` as `b_{1,2}`, `σ1` as `\sigma_{1}`, other names upright.

    Letters that LaTeX's mathematics has not, such as é, are set as text. `s|t`, a name with what is held fixed, as `s\vert_{t}`.
    """
    if "|" in name:
        free, _, held = name.partition("|")
        return rf"{latex_name(free)}\vert_{{{','.join(map(latex_name, held.split(',')))}}}"
    match = _INDEXED.fullmatch(name)
    if match:
        letter = match[1] or match[4]
        index = match[5] or (f"{match[2]},{match[3]}" if match[3] else match[2])
        return f"{_latex_letter(letter)}_{{{_latex_index(index)}}}"
    if len(name) == 1:
        return _latex_letter(name)
    match = _WORD_INDEXED.fullmatch(name)
    if match and (match[2] or match[3]):
        index = ",".join(_latex_index(part) for part in (match[2], match[3]) if part)
        if match[1].isascii():  # Markdown would take an underscore behind a brace for the start of emphasis
            return rf"\mathrm{{{latex_text(match[1])}_{{{index}}}}}"
        return rf"{_upright(match[1])}_{{{index}}}"
    return rf"\text{{{latex_text(name)}}}"


def _latex_letter(letter: str) -> str:
    if letter in _GREEK:
        return f"\\{_GREEK[letter]}"
    return latex_text(letter) if letter.isascii() else _upright(letter)


def _latex_index(index: str) -> str:
    """Numbers and single letters as they are, words upright."""
    return index if re.fullmatch(r"[0-9,]+|[A-Za-z]", index) else _upright(index)


def _upright(word: str) -> str:
    return rf"\{'mathrm' if word.isascii() else 'text'}{{{latex_text(word)}}}"
