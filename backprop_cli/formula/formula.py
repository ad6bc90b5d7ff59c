"""A formula is kept once, as a template with named holes, and filled with names or with numbers.

Holes are written `<z>`. The text form is plain ASCII in the usual notation of programming languages, so that scripts can
read it; the LaTeX form stands beside it. Filled with names a formula is a rule, filled with numbers it is the sum on paper.
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

    @property
    def is_single(self) -> bool:
        """Whether the formula is one hole and nothing else, so that a number in it needs no parentheses."""
        return _HOLE.fullmatch(self.text) is not None
