"""What the names of a text stand for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from backprop_cli.formula.operations import FUNCTIONS
from backprop_cli.formula.spellings import FUNCTION_NAMES, ONLY_CALLED, SUM


@dataclass(frozen=True)
class Vocabulary:
    """The user's functions with their number of arguments, and variables: names that somewhere stand without `(`."""

    own: dict[str, int] = field(default_factory=dict)
    variables: frozenset[str] = frozenset()

    @cached_property
    def functions(self) -> list[str]:
        """Everything that can be called; a function of the user's own wins over a built-in one of its name."""
        return [*FUNCTIONS, *(name for name in self.own if name not in FUNCTIONS)]

    def function(self, name: str, is_called: bool) -> str | None:
        """The function that a name is here: its own, one in capitals, or, where it `is_called`, what it is elsewhere."""
        if name in FUNCTIONS or name in self.own:
            return name
        if name in self.variables:
            return None
        plain = plain_name(name)
        return plain if plain in FUNCTIONS and (is_called or name not in ONLY_CALLED) else None


def plain_name(name: str) -> str:
    """The name without capitals, if it is another one's for a function that one's; Σ is no capital of σ here."""
    if name == "Σ":
        return SUM
    return FUNCTION_NAMES.get(name.lower(), name.lower())
