"""How people spell the names of a network: `δ3`, `dw31`, `grad_w31`, `dL/dw31`, `w_31`, `w₃₁`, each in the program's own way."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LETTERS = str.maketrans(
    {"∂": "d", "⁺": "+", "δ": "delta", "′": "'", "ŷ": "yhat", **{chr(0x2080 + n): str(n) for n in range(10)}}
)
LOSSES = frozenset({"E", "L", "J", "C", "loss", "Loss", "cost", "Cost", "E_total", "Etotal", "L_total", "total"})
"""What the loss is called in other books."""
_BRACES = r"_?\{([0-9_,]+)\}"
_UNDERSCORE = r"(?<=[A-Za-z])_(?=[0-9])"
_NEW = r"(.+?)(?:_new|')|new_(.+)"
_DELTA = r"(?:delta|d)_?(?:z_?)?([0-9]+)"
_BY = r"d(.+?)(?:/d|_d|d)(.+)"
_GRADIENT = r"(?:grad(?:ient)?|nabla)_?\(?(.+?)\)?|(.+?)[._]grad|d_?(.+)"


def plain_letters(name: str) -> str:
    """A name with the letters and digits of mathematics written in ASCII."""
    return name.strip().translate(_LETTERS)


def spellings(name: str, loss: str) -> Iterator[str]:
    """What a name may be in the program's own spelling, the likeliest first, where the network's loss is called `loss`."""
    plain = plain_letters(name)
    yield plain
    plain = re.sub(_UNDERSCORE, "", re.sub(_BRACES, r"\1", plain.replace(" ", "").replace("(", "").replace(")", "")))
    new = re.fullmatch(_NEW, plain)
    plus = "+" * plain.endswith("+") or "+" * bool(new)
    plain = (new[1] or new[2]) if new else plain.removesuffix("+")
    yield plain + plus
    if plain in LOSSES:
        yield loss + plus
    if plus:
        return
    if delta := re.fullmatch(_DELTA, plain):
        yield f"d{loss}/dz{delta[1]}"
    if (by := re.fullmatch(_BY, plain)) and by[1] in {loss, *LOSSES}:
        yield f"d{loss}/d{by[2]}"
    elif by:
        yield f"d{by[1]}/d{by[2]}"
    if gradient := re.fullmatch(_GRADIENT, plain):
        yield f"d{loss}/d{gradient[1] or gradient[2] or gradient[3]}"
