"""Names that were meant as something else: `sinx` as sin(x), `xy` as a product of x and y.

A name of several letters is one name. Where each of its letters is a variable of the text by itself it is their product, which
is said. Where its parts only might mean something, and nothing says that the whole is a variable, guessing would give a
derivative that nobody asked for.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from backprop_cli.chain.graph import Graph
from backprop_cli.formula.expression import Name, Source, walk
from backprop_cli.formula.operations import CONSTANTS, FUNCTIONS
from backprop_cli.formula.reader import CLOSING
from backprop_cli.formula.spellings import HOW_SUMS_ARE_WRITTEN
from backprop_cli.formula.tokens import Token
from backprop_cli.formula.vocabulary import Vocabulary

_ARGUMENT = re.compile(r"[0-9]*[^\W\d_][0-9]*")
"""What is left of `sinx`, `sin2x` and `lnx1` after the function."""
_LETTERS = re.compile(r"[^\W\d_](?:_?[0-9₀-₉]+)?")
_INPUTS = ("x", "y", "z")
"""Letters that are mostly the last factor of a product, as in `wx`."""
_SUM = re.compile("Σ(?![0-9])")
"""`Σx` and `Σ` alone, but not a component of a matrix, `Σ12`."""
_STEPS = frozenset("dhΔδ∂")
"""Letters before which `x` is mostly a step: `dx`."""
_VALUES = frozenset(FUNCTIONS) - {"max", "min"}


def as_products(
    tokens: Sequence[Token], vocabulary: Vocabulary, declared: Collection[str]
) -> tuple[list[Token], dict[str, str]]:
    """The tokens with `xy` as two where x and y are variables, `xsin(x)` likewise, and the product that each name was.

    `declared` are variables beyond doubt. Behind a line or in a power, as in `1/xy`, a product would have two meanings.
    What stands behind `for i` is the word `in`. Who writes a product with its sign, `w*x + wh*h`, means names by several letters.
    """
    found: list[Token] = []
    apart: dict[str, str] = {}
    has_signs = any(token.kind == "*" for token in tokens)
    for token, following in zip(tokens, [*tokens[1:], Token("end", "", 0)], strict=True):
        is_call = following.kind == "("
        is_behind = (bool(found) and found[-1].kind in ("/", "^")) or [one.kind for one in found[-2:]] == [
            "for",
            "name",
        ]
        is_name = token.kind != "name" or token.text in declared or (has_signs and not is_call)
        parts = [] if is_name or is_behind else _factors(token.text, following, vocabulary)
        at = token.at
        for part in parts or [token.text]:
            found.append(token._replace(text=part, at=at))
            at += len(part)
        call = "(…)" if is_call else ""
        apart |= {token.text + call: "*".join(parts) + call} if parts else {}
    return found, apart


def _factors(name: str, following: Token, vocabulary: Vocabulary) -> list[str]:
    """The variables whose product a name is, the last of them a function where it is called; nothing if it is none."""
    if vocabulary.function(name, is_called=following.kind in CLOSING) is not None:
        return []
    if following.kind == "(" and name not in vocabulary.own:
        cuts = (at for at in range(1, len(name)) if name[at:] in vocabulary.functions)
        cut = next((at for at in cuts if _LETTERS.fullmatch(name[:at]) and name[:at] in vocabulary.variables), 0)
        return [name[:cut], name[cut:]] if cut else []
    parts = _LETTERS.findall(name)
    if not 2 <= len(parts) <= 3 or "".join(parts) != name or parts[0] in _STEPS:
        return []
    constants = {"e"} if following.kind == "^" else set()
    return parts if all(part in vocabulary.variables or part in constants for part in parts) else []


def refuse_misread(source: Source, graph: Graph, declared: Collection[str], known: Collection[str]) -> list[str]:
    """What to say about names that may be products; `declared` are variables beyond doubt, `known` all names of the text.

    `wx` is taken for a product, but for `dx`, a step, and for one of several such as vx and vy.

    Raises:
        InputError: a name is most probably a function with its argument, or a product; it shows how each is written.
    """
    notices = []
    free = set(graph.variables)
    for name in graph.variables:
        if name in declared:
            continue
        if _SUM.match(name):
            raise source.error(_offset(graph, name), f"{name!r} is one name here", HOW_SUMS_ARE_WRITTEN)
        call = _as_call(name, known)
        if call:
            raise source.error(_offset(graph, name), f"{name!r} is one name here: is {call} meant?", _declaring(name))
        parts = _LETTERS.findall(name)
        if not 2 <= len(parts) <= 3 or "".join(parts) != name:
            continue
        product = "*".join(parts)
        others = {*known, *CONSTANTS} - {name}
        is_product = others.issuperset(parts) or sorted(parts) == ["e", "x"]
        is_pair = len(parts) == 2 and parts[-1][0] in _INPUTS
        alike = {other for other in free - {name} if other[: len(parts[0])] == parts[0] and _is_pair(other)}
        is_name = bool(alike) or (len(free) > 1 and parts[0] in _STEPS)
        if is_product or (is_pair and not is_name):
            hint = f"a product is written {product} or {' '.join(parts)}, {_declaring(name)}"
            raise source.error(_offset(graph, name), f"{name!r} is one name here: is {product} meant?", hint)
        if is_pair:
            notices.append(f"{name} is one name, a product is written {product}")
    return notices


def _is_pair(name: str) -> bool:
    parts = _LETTERS.findall(name)
    return len(parts) == 2 and "".join(parts) == name


def _as_call(name: str, known: Collection[str]) -> str | None:
    """`sin(x)` for `sinx`; the words of which this is true by chance, as of `cost`, are left alone."""
    for function in sorted(_VALUES, key=len, reverse=True):
        rest = name.removeprefix(function)
        if rest != name and _ARGUMENT.fullmatch(rest):
            return f"{function}({rest})" if rest != "t" or "t" in known else None
    return None


def _declaring(name: str) -> str:
    return f"--wrt {name} says that it is a variable"


def _offset(graph: Graph, name: str) -> int:
    parts = (part for expression in graph.nodes.values() for part in walk(expression))
    return min(part.at for part in parts if part == Name(name))
