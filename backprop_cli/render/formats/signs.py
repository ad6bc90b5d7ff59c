"""The signs of mathematics in each way of writing: Unicode, ASCII, LaTeX."""

from __future__ import annotations

import re

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
        .replace("...", "…")
        .replace(">=", "≥")
        .replace("<=", "≤")
        .replace("Phi(", "Φ(")
        .replace("phi(", "φ(")
    )
    return text.replace("-", "−")


NEEDLESS = re.compile(
    r"(^|[({]|, | if | else |[<>≤≥=] |& |\\cr |\\begin\{cases\}|\\lvert )"
    r"\(([-−]?[\d.]+(?:e[-−+]\d+| \\times 10\^\{-?\d+\})?)\)"
    r"(?=$|[),]|\}(?!\^)|\\right|\\cr| (?:if|else|&|[-−+<>≤≥=]|\\le|\\rvert)(?![^ =]))"
)
"""A number in parentheses (the second group is what they hold) that no sign binds."""


def without_needless_parentheses(text: str) -> str:
    """A formula with numbers in it, without the parentheses of those that no sign binds: `exp((-1))` as `exp(-1)`."""
    return NEEDLESS.sub(r"\1\2", text)


_ASCII_WORDS = {unicode: ascii for unicode, ascii, _ in SYMBOLS.values()} | {
    "½": "1/2", "²": "^2", "³": "^3", "≤": "<=", "Φ": "Phi", "φ": "phi", "σ": "sigma", "∞": "inf", "–": "-", "│": "|",
}  # fmt: skip


def to_ascii(text: str) -> str:
    r"""Text in ASCII: known signs by their ASCII spelling, anything else as an escape such as `\u00e9`."""
    if text.isascii():
        return text
    spelled = "".join(_ASCII_WORDS.get(character, character) for character in text)
    return spelled.encode("ascii", "backslashreplace").decode("ascii")
