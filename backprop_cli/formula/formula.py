"""A line of mathematics with words in it, such as a mistake's, which is no expression."""

from __future__ import annotations

from typing import NamedTuple


class Formula(NamedTuple):
    r"""Its text and its LaTeX, for example `b⁺ = b` and `b^{+} = b`."""

    text: str
    latex: str
