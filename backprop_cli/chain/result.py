"""What differentiating a graph of definitions comes to."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from backprop_cli.chain.forward_mode import Operations
from backprop_cli.chain.graph import Graph
from backprop_cli.chain.question import Mode
from backprop_cli.derivation.partials import Partial, Rule
from backprop_cli.derivation.paths import Path
from backprop_cli.derivation.quantities import Quantity
from backprop_cli.formula.printer import TEXT

LONGEST_FORMULA = 80
"""Characters of a derivative that the short form of a result writes out."""
NEARLY_ONE = 1e-12
"""How far the length of a vector may be from 1 to be 1: cos 30° and sin 30° are rounded."""
SMALLEST = 1e-3
"""A derivative below this is compared with the central differences absolutely: they are differences of larger numbers."""


def same_digits(value: float, numerical: float) -> int:
    """To how many digits a derivative agrees with central differences, at most 15."""
    error = abs(value - numerical) / max(abs(value), abs(numerical), SMALLEST)
    return 15 if error < 1e-15 else max(0, math.floor(-math.log10(error)))


@dataclass(frozen=True)
class Total:
    """The derivative of the target by one name, all branches together.

    `product` is the chain with every rule written out in the variables, `simplified` the shortest form of that; `note` says
    what was too long for either, None stands for what could not be written at all. `paths` holds the largest of the
    `path_count` paths, None where none were asked for.
    """

    partial: Partial
    product: Rule | None
    simplified: Rule | None
    note: str = ""
    paths: tuple[Path, ...] | None = None
    path_count: int = 0

    @property
    def is_bare(self) -> bool:
        """Whether nothing is said of it in symbols, because that was not wanted."""
        return self.product is None and self.simplified is None and not self.note


@dataclass(frozen=True)
class SecondDerivative:
    """The derivative of the target by one name and then by another, its shortest form where that is not too long."""

    wrt: tuple[str, str]
    value: float
    simplified: Rule | None
    note: str = ""


class NamedArray(NamedTuple):
    """A vector or matrix of the definitions: its components row by row, its rows and columns, its definition as it was typed.

    One of shape () is a number, and its own component.
    """

    name: str
    names: tuple[str, ...]
    shape: tuple[int, ...]
    text: str


class Unused(NamedTuple):
    """Values and local derivatives beside the graph."""

    values: Mapping[str, float] = {}
    links: tuple[Partial, ...] = ()


@dataclass(frozen=True)
class Directional:
    """The derivative of the target in the direction of a vector, which is divided by its length: df/ds, ds being of length 1.

    It is a sum of products like any other, ∂f/∂x·dx/ds + ∂f/∂y·dy/ds. `numerical` has it by central differences, if at all.
    """

    vector: dict[str, float]
    length: float
    total: Total
    numerical: float | None = None

    @property
    def is_unit(self) -> bool:
        """Whether the vector has the length 1 already, but for rounding."""
        return abs(self.length - 1) < NEARLY_ONE

    @property
    def undivided(self) -> float:
        """∇f·v, for the vector as it was given."""
        return self.total.partial.value * self.length


@dataclass(frozen=True)
class ChainResult:
    """`of` by each name of `derivatives`; `nodes` in evaluation order, the target last; `graph` has their expressions.

    `partials` are the local derivatives from the target inwards, then the chains that they make; those named in `ordinary`
    hold nothing fixed: dh/dx, not ∂h/∂x. `notices` say what may not be as it was meant. Where expressions are taken apart
    `rule_names` has the rule for each partial's name. `numerical` has the derivatives by central differences, as far as there
    are any, `second` the second derivatives and `directional` that in a direction if they are asked for. If a `mode` is,
    `operations` has the count of each mode's; in forward mode the chains are those of every node by each name. Without a point
    `at` is empty, and every value is not a number. Of an equation, which defines `of` by being 0, `equation` is the graph's
    target. `arrays` has the vectors and matrices of the definitions in evaluation order, and the numbers between them,
    `unused` those of their components that the target does not need, if these are asked for.
    """

    graph: Graph
    of: str
    at: dict[str, float]
    nodes: tuple[Quantity, ...]
    partials: tuple[Partial, ...]
    derivatives: dict[str, Total]
    ordinary: frozenset[str] = frozenset()
    notices: tuple[str, ...] = ()
    rule_names: dict[str, str] = field(default_factory=dict)
    numerical: dict[str, float] = field(default_factory=dict)
    second: tuple[SecondDerivative, ...] = ()
    mode: Mode | None = None
    operations: dict[str, Operations] = field(default_factory=dict)
    directional: Directional | None = None
    equation: str | None = None
    arrays: tuple[NamedArray, ...] = ()
    unused: Unused | None = None

    def checks(self) -> list[tuple[Partial, float]]:
        """The derivatives that were asked for, each with what central differences give for it, as far as they do."""
        found = [(self.derivatives[name].partial, slope) for name, slope in self.numerical.items()]
        if self.directional is not None and self.directional.numerical is not None:
            found.append((self.directional.total.partial, self.directional.numerical))
        return found

    @property
    def has_values(self) -> bool:
        """Whether the values of all the variables are given."""
        return not math.isnan(self.nodes[-1].value)

    def __repr__(self) -> str:
        names = list(self.derivatives)
        shown = [self._derivative(name) for name in names[:6]] + ["…"] * (len(names) > 6)
        at = ", ".join(f"{name} = {value!r}" for name, value in list(self.at.items())[:6]) + ", …" * (len(self.at) > 6)
        return f"<{', '.join(shown)}{f' at {at}' if at else ''}>"

    def _derivative(self, name: str) -> str:
        """`dy/dx = 2*x = 6.0`, as far as it is known."""
        total = self.derivatives[name]
        symbols = "" if total.simplified is None else TEXT.write(total.simplified.formula)
        value = repr(total.partial.value) if self.has_values else ""
        parts = (total.partial.name, symbols if len(symbols) <= LONGEST_FORMULA else "…", value)
        return " = ".join(part for part in dict.fromkeys(parts) if part)
