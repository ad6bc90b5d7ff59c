"""A line of mathematics with words in it, such as a mistake's, which is no expression: its text and its LaTeX side by side.

Holes are written `<a>`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

_HOLE = re.compile(r"<(\w+)>")


class Formula(NamedTuple):
    r"""A template in two spellings, for example `-<a>*<other>` and `-<a> \cdot <other>`."""

    text: str
    latex: str

    def fill(self, names: Mapping[str, str]) -> str:
        """The text form with every hole filled."""
        return _HOLE.sub(lambda hole: names[hole[1]], self.text)

    def fill_latex(self, names: Mapping[str, str]) -> str:
        """The LaTeX form with every hole filled."""
        return _HOLE.sub(lambda hole: names[hole[1]], self.latex)
