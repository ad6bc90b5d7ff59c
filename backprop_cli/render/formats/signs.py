"""The signs of mathematics in each way of writing: Unicode, ASCII, LaTeX."""

from __future__ import annotations

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


_ASCII_WORDS = {unicode: ascii for unicode, ascii, _ in SYMBOLS.values()} | {
    "½": "1/2", "²": "^2", "³": "^3", "≤": "<=", "Φ": "Phi", "φ": "phi", "σ": "sigma", "∞": "inf", "–": "-", "│": "|",
}  # fmt: skip


def to_ascii(text: str) -> str:
    r"""Text in ASCII: known signs by their ASCII spelling, anything else as an escape such as `\u00e9`."""
    if text.isascii():
        return text
    spelled = "".join(_ASCII_WORDS.get(character, character) for character in text)
    return spelled.encode("ascii", "backslashreplace").decode("ascii")
