"""Names that were probably meant as something else: `sinx` as sin(x), `xy` as a product of x and y.

A name of several letters is one name. Where its parts mean something by themselves, and nothing says that the whole is a
variable, guessing would give a derivative that nobody asked for.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from backprop_cli.chain.graph import Graph
from backprop_cli.formula.expression import Name, Source, walk
from backprop_cli.formula.operations import CONSTANTS, FUNCTIONS
from backprop_cli.formula.spellings import HOW_SUMS_ARE_WRITTEN

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
