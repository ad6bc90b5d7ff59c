"""What is asked of some definitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from backprop_cli.formula.expression import Expression


class Steps(StrEnum):
    """How far expressions are taken apart into named steps."""

    none = "none"
    rules = "rules"
    all = "all"


class Mode(StrEnum):
    """In which order the links of the chain are multiplied: from the result back, or from a variable on."""

    reverse = "reverse"
    forward = "forward"


@dataclass(frozen=True)
class Question:
    """What is differentiated (None: the definition that no other uses) by what (nothing: every free variable), and where.

    `at` has the values of the variables, nothing without a point. Without `steps` a definition that stands alone is taken
    apart for the rules, several are kept as they are. `limit` is how many paths are listed; `numbers` leaves out the
    derivatives that are written out. `order` 2 asks for the second derivatives as well, `mode` for the count of operations of
    both modes, `direction` for the derivative along a vector, of which it has the components. With
    `whole_arrays` those components of arrays are worked out as well on which nothing depends.
    """

    of: str | None = None
    wrt: Sequence[str] = ()
    at: Mapping[str, float] = field(default_factory=dict)
    steps: Steps | None = None
    numbers: bool = False
    limit: int = 0
    order: int = 1
    mode: Mode | None = None
    whole_arrays: bool = False
    direction: Mapping[str, Expression] = field(default_factory=dict)
