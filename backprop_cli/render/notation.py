"""How mathematics is written: names, numbers, partials, products, filled formulas. One class per way of writing.

A view asks for pieces ("the partial of E by w31", "this product") and gets strings, so that the same view serves the
terminal, Markdown and LaTeX. Rounding happens here and nowhere else.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from backprop_cli.functions.formula import Formula

if TYPE_CHECKING:
    from backprop_cli.partials import Partial, Rule


class Notation(Protocol):
    """What a view may ask for."""

    @property
    def digits(self) -> int:
        """Decimals shown."""

    def text(self, text: str) -> str:
        """Plain words, made safe for the output."""

    def math(self, formula: str) -> str:
        """A finished formula, marked as one where the output needs that."""

    def name(self, name: str) -> str:
        """A scalar's name."""

    def partial(self, of: str, wrt: str) -> str:
        """∂of/∂wrt."""

    def rule(self, rule: Rule) -> str:
        """A rule filled with names."""

    def numbers(self, rule: Rule) -> str:
        """A rule filled with numbers."""

    def value(self, value: float) -> str:
        """A number as a result in a table's cell: with all its decimals; empty where there is none."""

    def factor(self, value: float) -> str:
        """A number as one factor of a product: in parentheses where it is negative."""

    def term(self, value: float) -> str:
        """A number by itself within a formula, with no more decimals than it has."""

    def quantity(self, name: str, value: float, is_factor: bool = False) -> str:
        """The number of a named quantity, written as `factor` or `term` does; an output may keep the name with it."""

    def product(self, factors: Sequence[str]) -> str:
        """The factors, multiplied."""

    def sum(self, terms: Sequence[str]) -> str:
        """The terms, added."""

    def symbol(self, symbol: str) -> str:
        """One of the signs in `SYMBOLS`, by its English name."""


@dataclass(frozen=True)
class TextNotation:
    """Plain text with the mathematical characters of Unicode, or without them (`is_ascii`)."""

    digits: int = 8
    is_ascii: bool = False

    def text(self, text: str) -> str:
        """Words as they are, or with ? for what ASCII has not."""
        return to_ascii(text) if self.is_ascii else text

    def math(self, formula: str) -> str:
        """Text needs no marks around a formula."""
        return formula

    def name(self, name: str) -> str:
        """`w31`."""
        return self.text(name)

    def partial(self, of: str, wrt: str) -> str:
        """`∂E/∂w31`."""
        d = self.symbol("partial")
        return f"{d}{self.name(of)}/{d}{self.name(wrt)}"

    def rule(self, rule: Rule) -> str:
        """`−(t1 − o1)`."""
        settings = {hole: self.term(value) for hole, value in rule.values.items() if not rule.names.get(hole)}
        names = {hole: self.name(name) for hole, name in rule.names.items() if name}
        return self._pretty(rule.formula).fill({**settings, **names})

    def numbers(self, rule: Rule) -> str:
        """`−(0.01 − 0.75136507)`."""
        write = self.term if rule.formula.is_single else self.factor
        return _without_needless_parentheses(
            self._pretty(rule.formula).fill({h: write(v) for h, v in rule.values.items()})
        )

    def _pretty(self, formula: Formula) -> Formula:
        return formula if self.is_ascii else Formula(prettify(formula.text), formula.latex)

    def value(self, value: float) -> str:
        """`-0.50000000`."""
        return format_number(value, self.digits)

    def factor(self, value: float) -> str:
        """`0.5`, `(-0.5)`."""
        text = self.term(value)
        return f"({text})" if text.startswith("-") else text

    def term(self, value: float) -> str:
        """`0.5`, `-0.5`."""
        return trimmed(format_number(value, self.digits))

    def quantity(self, name: str, value: float, is_factor: bool = False) -> str:
        """`0.5`; the name is not shown."""
        del name
        return self.factor(value) if is_factor else self.term(value)

    def product(self, factors: Sequence[str]) -> str:
        """`a · b`."""
        return (" * " if self.is_ascii else " · ").join(factors)

    def sum(self, terms: Sequence[str]) -> str:
        """`a + b`."""
        return " + ".join(terms)

    def symbol(self, symbol: str) -> str:
        """`∂`, or `d`."""
        unicode, ascii, _ = SYMBOLS[symbol]
        return ascii if self.is_ascii else unicode


@dataclass(frozen=True)
class LatexNotation:
    """LaTeX; formulas come between `$` where they stand in a text."""

    digits: int = 8

    def text(self, text: str) -> str:
        """Words with LaTeX's special characters escaped."""
        return latex_text(text)

    def math(self, formula: str) -> str:
        """`$…$`."""
        return f"${formula}$" if formula else ""

    def name(self, name: str) -> str:
        """`w_{31}`."""
        return latex_name(name)

    def partial(self, of: str, wrt: str) -> str:
        r"""`\frac{\partial E}{\partial w_{31}}`."""
        return rf"\frac{{\partial {self.name(of)}}}{{\partial {self.name(wrt)}}}"

    def rule(self, rule: Rule) -> str:
        """`-(t_1 - o_1)`."""
        settings = {hole: self.term(value) for hole, value in rule.values.items() if not rule.names.get(hole)}
        names = {hole: self.name(name) for hole, name in rule.names.items() if name}
        return rule.formula.fill_latex({**settings, **names})

    def numbers(self, rule: Rule) -> str:
        """`-(0.01 - 0.75136507)`."""
        write = self.term if rule.formula.is_single else self.factor
        return _without_needless_parentheses(rule.formula.fill_latex({h: write(v) for h, v in rule.values.items()}))

    def value(self, value: float) -> str:
        """`$-0.50000000$`."""
        return self.math(_latex_number(format_number(value, self.digits)))

    def factor(self, value: float) -> str:
        r"""`0.5`, `(-0.5)`, `(1.2 \times 10^{-7})`, to which a power can be set."""
        text = self.term(value)
        return f"({text})" if text.startswith("-") or r"\times" in text else text

    def term(self, value: float) -> str:
        r"""`0.5`, `1.2 \times 10^{-7}`."""
        return _latex_number(trimmed(format_number(value, self.digits)))

    def quantity(self, name: str, value: float, is_factor: bool = False) -> str:
        """`0.5`; the name is not shown."""
        del name
        return self.factor(value) if is_factor else self.term(value)

    def product(self, factors: Sequence[str]) -> str:
        r"""`a \cdot b`."""
        return r" \cdot ".join(factors)

    def sum(self, terms: Sequence[str]) -> str:
        """`a + b`."""
        return " + ".join(terms)

    def symbol(self, symbol: str) -> str:
        r"""`\partial`."""
        return SYMBOLS[symbol][2]


class MarkdownNotation(LatexNotation):
    """LaTeX between `$`, and Markdown's own escapes in the words around it."""

    def text(self, text: str) -> str:
        """Words with the signs escaped that Markdown, or a formula within it, would take for its own."""
        return re.sub(r"[\\`*_{}\[\]<>#$~&]", r"\\\g<0>", text)


SYMBOLS: dict[str, tuple[str, str, str]] = {
    "partial": ("∂", "d", r"\partial"),
    "eta": ("η", "eta", r"\eta"),
    "delta": ("δ", "delta", r"\delta"),
    "mu": ("μ", "mu", r"\mu"),
    "tau": ("τ", "tau", r"\tau"),
    "lambda": ("λ", "lambda", r"\lambda"),
    "new": ("⁺", "+", "^{+}"),
    "minus": ("−", "-", "-"),
    "times": ("·", "*", r"\cdot"),
    "arrow": ("→", "->", r"\to"),
    "ellipsis": ("…", "...", r"\dots"),
    "by": ("×", "x", r"\times"),
    "hadamard": ("⊙", "(*)", r"\odot"),
    "transpose": ("ᵀ", "^T", r"^{\mathsf T}"),
    "sum": ("Σ", "sum", r"\sum"),
}
"""The signs that views use: Unicode, ASCII, LaTeX."""

_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def superscript(number: int, is_ascii: bool = False) -> str:
    """`²`, or `^2`."""
    return f"^{number}" if is_ascii else str(number).translate(_SUPERSCRIPTS)


def prettify(text: str) -> str:
    """An ASCII formula, still with its holes, in the characters of mathematics: `·`, `−`, `²`, `½`."""
    text = re.sub(r"\^(\d+)(?![\w.])", lambda power: superscript(int(power[1])), text)
    text = (
        re.sub(r"(?<![\w.^/*])1/2\*", "½·", text)
        .replace("*", "·")
        .replace(">=", "≥")
        .replace("<=", "≤")
        .replace("Phi(", "Φ(")
        .replace("phi(", "φ(")
    )
    return re.sub(r"(?<![0-9eE])-(?!\d)", "−", text.replace(" - ", " − "))


NEEDLESS = re.compile(
    r"(^|[({]|, | if | else |[<>≤≥=] |& |\\cr |\\begin\{cases\}|\\lvert )"
    r"\((-?[\d.]+(?:e[-+]\d+| \\times 10\^\{-?\d+\})?)\)"
    r"(?=$|[),]|\}(?!\^)|\\right|\\cr| (?:if|else|&|[-−+<>≤≥=]|\\le|\\rvert)(?![^ =]))"
)
"""A number in parentheses (the second group is what they hold) that no sign binds."""


def _without_needless_parentheses(text: str) -> str:
    """A formula with numbers in it, without the parentheses of those that no sign binds: `exp((-1))` as `exp(-1)`."""
    return NEEDLESS.sub(r"\1\2", text)


def format_number(value: float, digits: int) -> str:
    """A number with `digits` decimals; in scientific notation where that would hide it or fill the line.

    A value that is not there (not a number) is an empty text. Zero never carries a sign.
    """
    if math.isnan(value):
        return ""
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    smallest = 10.0 ** (2 - digits) if digits >= 6 else 0.5 * 10.0**-digits
    if value and (abs(value) <= smallest or abs(value) >= 1e15):
        return f"{value:.{digits}e}"
    return f"{value + 0.0:.{digits}f}"


def trimmed(number: str) -> str:
    """A formatted number without trailing zeros: `0.50000000` as `0.5`."""
    mantissa, e, exponent = number.partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return mantissa + e + exponent


def _latex_number(number: str) -> str:
    mantissa, _, exponent = number.partition("e")
    return rf"{mantissa} \times 10^{{{int(exponent)}}}" if exponent else mantissa.replace("∞", r"\infty")


_ASCII_WORDS = {unicode: ascii for unicode, ascii, _ in SYMBOLS.values()} | {
    "½": "1/2", "²": "^2", "³": "^3", "≤": "<=", "Φ": "Phi", "φ": "phi", "σ": "sigma", "∞": "inf", "–": "-", "│": "|",
}  # fmt: skip


def to_ascii(text: str) -> str:
    r"""Text in ASCII: known signs by their ASCII spelling, anything else as an escape such as `\u00e9`."""
    if text.isascii():
        return text
    spelled = "".join(_ASCII_WORDS.get(character, character) for character in text)
    return spelled.encode("ascii", "backslashreplace").decode("ascii")


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
        return rf"{_upright(match[1])}_{{{index}}}"
    return rf"\text{{{latex_text(name)}}}"


def _latex_letter(letter: str) -> str:
    if letter in _GREEK:
        return f"\\{_GREEK[letter]}"
    return latex_text(letter) if letter.isascii() else _upright(letter)


def _latex_index(index: str) -> str:
    return index if re.fullmatch(r"[0-9,]+", index) else _upright(index)


def _upright(word: str) -> str:
    return rf"\{'mathrm' if word.isascii() else 'text'}{{{latex_text(word)}}}"


def partial_name(partial: Partial, notation: Notation) -> str:
    """A partial as a formula."""
    return notation.partial(partial.of, partial.wrt)
