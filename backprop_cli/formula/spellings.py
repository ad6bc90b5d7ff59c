"""The signs and names that stand for ones of the language: typographic, full-width, raised and lowered, of other programs."""

from __future__ import annotations

import unicodedata

_ALIKE = {
    "-": "−–—‐‑﹣➖",
    "*": "·⋅•∙×∗⨯✕✖",
    "/": "÷∕⁄➗",
    "'": "′’‘ʹ",
    "|": "∣│",
    "→": "⟶⇒↦⟼⟹",
    "∘": "◦",
    ":": "∶",
    "d": "∂",
    "Σ": "∑",
    " ": "\u3000\u2061\u2062\u200b",
}
FOLDED = {
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    **{ord(character): plain for plain, characters in _ALIKE.items() for character in characters},
}
"""One character for each that looks like it, for `str.translate`: offsets stay what they are."""

RAISED = {
    character: unicodedata.normalize("NFKC", character).replace("−", "-")
    for character in "⁺⁻⁽⁾⁰¹²³⁴⁵⁶⁷⁸⁹ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ"
}
"""Superscripts, as in x², e⁻ˣ."""
FRACTIONS = {character: unicodedata.normalize("NFKC", character) for character in "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"}
"""`1⁄2` for `½`."""

FUNCTION_NAMES = {
    "σ": "sigmoid", "sig": "sigmoid", "logistic": "sigmoid", "expit": "sigmoid", "rectifier": "relu", "swish": "silu",
    "tg": "tan", "ctg": "cot", "cotan": "cot", "cosec": "csc", "arctg": "arctan",
    "asin": "arcsin", "acos": "arccos", "atan": "arctan",
    "asec": "arcsec", "acsc": "arccsc", "arccosec": "arccsc", "acot": "arccot", "arcctg": "arccot", "arccotan": "arccot",
    "asinh": "arsinh", "arcsinh": "arsinh", "acosh": "arcosh", "arccosh": "arcosh", "atanh": "artanh", "arctanh": "artanh",
    "sgn": "sign", "signum": "sign", "ceiling": "ceil", "maximum": "max", "minimum": "min",
    "hardsigmoid": "hard_sigmoid", "hardtanh": "hard_tanh", "leakyrelu": "leaky_relu", "lrelu": "leaky_relu",
}  # fmt: skip
"""What functions are called elsewhere; capitals make no difference."""
INVERSES = {
    "sin": "arcsin", "cos": "arccos", "tan": "arctan", "sec": "arcsec", "csc": "arccsc", "cot": "arccot",
    "sinh": "arsinh", "cosh": "arcosh", "tanh": "artanh",
}  # fmt: skip
ONLY_CALLED = frozenset({"σ", "sig"})
"""Those of these names that are variables where no parenthesis follows."""

SUM = "sum"
"""The function that is also written as Σ."""
RANGE = "for"
"""The operation in `sum(x_i for i in 1..3)`: of a body, an index, and its first and last value."""
HOW_SUMS_ARE_WRITTEN = "a sum is written sum(x_i for i in 1..3), or sum(x) of a vector x"
ARRAY_FUNCTIONS = {"softmax": 1, "sum": 1, "dot": 2, "hadamard": 2}
"""Functions of whole vectors, with their number of arguments."""

UNKNOWN_SIGNS = {
    "∫": "integrals are not computed, only derivatives",
    "∏": "a product is written out: x1*x2*x3",
    "∞": "infinity is no number",
    "≠": "a comparison is one of >, >=, <, <= and ==",
    "±": "write two definitions, one with + and one with -",
    "∇": "the gradient is what chain works out: give the function alone",
}
"""What to do about a sign that the language does not have."""
UNKNOWN_WORDS = {
    "lim": "limits are not computed, only derivatives",
    "int": "integrals are not computed, only derivatives",
    "integral": "integrals are not computed, only derivatives",
    "integrate": "integrals are not computed, only derivatives",
    "mod": "the remainder of x by 2 is x - 2*floor(x/2)",
    "factorial": "a factorial is defined for whole numbers, it has no derivative",
    "lg": "lg(x) has two meanings, write log10(x) or log2(x)",
}
