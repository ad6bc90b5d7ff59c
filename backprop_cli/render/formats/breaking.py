"""Where a formula or a sentence is broken that is too long for its line.

A formula is broken before a sign: before an equals sign rather than within a sum, between products rather than within one,
outside parentheses rather than inside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rich.cells import cell_len, chop_cells

EQUAL, ADDED, MULTIPLIED = range(3)
"""How readily a formula is broken before a sign of equality, a sum, a product; each level of parentheses adds three."""
EVERYWHERE = 1000
"""The rank of all the places at which a formula is ever broken."""
_RANKS = {"=": EQUAL, "→": EQUAL, "+": ADDED, "-": ADDED, "−": ADDED, "·": MULTIPLIED, "*": MULTIPLIED}
_GLUED = re.compile(r"(?<=\S) (=|→|->) (?=\S)")
_GLUE = "\x00"


_CONDITION = re.compile(" (?:if|else) ")

_Place = tuple[int, int]
"""An index at which a line may end, and how readily it does."""


def broken(formula: str, width: int) -> list[str]:
    """The formula in lines of at most `width` columns."""
    if cell_len(formula) <= width:
        return [formula]
    places = list(_places(formula))
    if not places:
        return chop_cells(formula, width)
    lines: list[str] = []
    for piece in _pieces(formula, places, min(rank for _, rank in places)):
        if lines and cell_len(joined := lines[-1] + piece) <= width:
            lines[-1] = joined
        else:
            lines += broken(piece.lstrip() if lines else piece, width)
    return lines


def longest_piece(formula: str, rank: int) -> int:
    """The columns that the formula needs when it is broken at this rank or sooner."""
    places = [place for place in _places(formula) if place[1] <= rank]
    return max(cell_len(piece.strip()) for piece in _pieces(formula, places, None))


def wrapped(sentence: str, width: int) -> list[str]:
    """The sentence in lines of at most `width` columns, broken between words but not beside an equals sign."""
    indent = len(sentence) - len(sentence.lstrip(" "))
    if indent and indent < width:
        return [" " * indent + line for line in wrapped(sentence[indent:], width - indent)]
    words = _GLUED.sub(rf"{_GLUE}\1{_GLUE}", sentence).split(" ")
    lines = [""]
    for word in (word.replace(_GLUE, " ") for word in words):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if cell_len(longer) <= width:
            lines[-1] = longer
        else:
            first, *more = broken(word, width)
            lines = [*lines, first, *more] if lines[-1] else [*lines[:-1], first, *more]
    return lines


def _pieces(formula: str, places: Sequence[_Place], rank: int | None) -> list[str]:
    """The formula cut at the places of one rank, or of any; each piece begins with the space that it was cut at."""
    cuts = [0, *(index for index, own in places if rank is None or own == rank), len(formula)]
    return [formula[start:end] for start, end in pairwise(cuts)]


def _places(formula: str) -> Iterator[_Place]:
    """Before each sign that stands between two things, and at spaces that stand beside no sign."""
    depth = 0
    for index, character in enumerate(formula):
        depth += (character in "([") - (character in ")]")
        if character == " " and 0 < index < len(formula) - 1:
            if formula[index - 1] in _RANKS and (index == 1 or formula[index - 2] == " "):
                continue
            sign = formula[index + 1] if formula[index + 2 : index + 3] == " " else ""
            is_condition = _CONDITION.match(formula, index) is not None
            yield index, 3 * depth + (EQUAL if is_condition else _RANKS.get(sign, MULTIPLIED))
        elif character in "·*" and index and formula[index - 1] != " ":
            yield index, 3 * depth + MULTIPLIED
