"""Takes expressions apart into named steps, as a person would who differentiates them.

y = sin(x^2)·exp(x) becomes u1 = x^2, u2 = sin(u1), u3 = exp(x), y = u2·u3. A step is the argument of a function, a base or an
exponent, a factor, a numerator or a denominator, each unless it is a name or a number. The terms of a sum and what is only
multiplied by numbers stay where they are. With `every` operation a step of its own the result is the computational graph that
courses draw.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection

from backprop_cli.chain.graph import Graph
from backprop_cli.formula.expression import Apply, Expression, Name, names_in
from backprop_cli.formula.operations import CHOICES, CONSTANTS


def taken_apart(graph: Graph, live: Collection[str], every: bool = False) -> Graph:
    """The graph with steps of their own for the parts that depend on a name of `live`; its own nodes stay."""
    apart = _Apart(graph, live, every)
    for node, expression in graph.nodes.items():
        apart.nodes[node] = apart.inline(expression)
    return Graph(graph.target, apart.nodes, graph.variables)


class _Apart:
    """Collects the nodes, each after those that it is computed from; the same part twice is one step."""

    def __init__(self, graph: Graph, live: Collection[str], every: bool) -> None:
        self.nodes: dict[str, Expression] = {}
        self.live = set(live)
        self.every = every
        taken = {*graph.nodes, *graph.variables, *CONSTANTS}
        numbered = (f"u{number}" for number in itertools.count(1))
        self._fresh = (name for name in numbered if name not in taken)
        self._named: dict[Expression, str] = {}

    def inline(self, part: Expression) -> Expression:
        """The part as it stands in its node, what it is made of as steps."""
        if not isinstance(part, Apply) or not self._is_live(part):
            return part
        if part.operation in CHOICES:
            then, left, right, otherwise = part.arguments
            then, otherwise = (self._argument(branch, stays=True) for branch in (then, otherwise))
            return Apply(part.operation, (then, left, right, otherwise), part.at)
        stays = part.operation in ("neg", "+") or self._is_multiple(part)
        made = tuple(self._argument(argument, stays, is_term=part.operation == "+") for argument in part.arguments)
        return Apply(part.operation, made, part.at)

    def _argument(self, argument: Expression, stays: bool, is_term: bool = False) -> Expression:
        if not self.every:
            made = self.inline(argument) if stays else self.step(argument)
            return Name(self._named[made], argument.at) if made in self._named else made
        if is_term and isinstance(argument, Apply) and argument.operation == "neg":  # a - b is one operation
            return Apply("neg", (self.step(argument.arguments[0]),), argument.at)
        return self.step(argument)

    def _is_multiple(self, part: Apply) -> bool:
        """Whether a product or quotient is only something times a number."""
        is_live = [self._is_live(argument) for argument in part.arguments]
        return (part.operation == "*" and sum(is_live) == 1) or (part.operation == "/" and not is_live[1])

    def step(self, part: Expression) -> Expression:
        """The name of the part's node; names and what does not change stay as they are."""
        if not isinstance(part, Apply) or not self._is_live(part):
            return part
        made = self.inline(part)
        if made not in self._named:
            name = next(self._fresh)
            self.nodes[name] = made
            self.live.add(name)
            self._named[made] = name
        return Name(self._named[made], part.at)

    def _is_live(self, part: Expression) -> bool:
        return not self.live.isdisjoint(names_in(part))
