"""Forward mode: the same derivatives met in the other order, from a variable on to the result.

∂node/∂x is the sum over what the node is computed from, of ∂node/∂part·∂part/∂x. That is done once for each variable, where
reverse mode (the backward pass) is done once for each result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from backprop_cli.derivation.partials import Partial

Terms = tuple[tuple[Partial, ...], ...]


class Operations(NamedTuple):
    """How many products and sums of derivatives are worked out."""

    multiplications: int
    additions: int


def operations(chains: Iterable[Partial]) -> Operations:
    """Those of some records that are sums of products."""
    found = list(chains)
    products = sum(len(term) - 1 for partial in found for term in partial.terms)
    return Operations(products, sum(len(partial.terms) - 1 for partial in found if partial.terms))


def forward_chains(
    parents: Mapping[str, Sequence[str]],
    links: Mapping[tuple[str, str], Partial],
    name: str,
    value: Callable[[str, Terms], float],
) -> dict[str, Partial]:
    """The derivative of each node by one name, in evaluation order; `links` are the local derivatives.

    `parents` has the nodes in evaluation order, with the names by which each is differentiated. `value` sums up the terms of
    a derivative by a name.
    """
    found: dict[str, Partial] = {}
    for node, names in parents.items():
        reached = [part for part in names if part == name or part in found]
        if not reached or node == name:
            continue
        if reached == [name]:
            found[node] = links[node, name]
            continue
        terms = tuple((links[node, part],) if part == name else (links[node, part], found[part]) for part in reached)
        found[node] = Partial(node, name, value(name, terms), None, terms)
    return found
