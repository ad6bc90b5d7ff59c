"""Every path from a quantity to the loss, the largest product first, read off the `Partial` records alone.

A partial with terms is expanded term by term until only local derivatives are left; each way of choosing terms is one
path, and the products of all paths add up to the partial's value.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from backprop_cli.partials import Partial, closure


@dataclass(frozen=True)
class Path:
    """Local derivatives in the order of the chain, from the loss inwards, and their product.

    `share` is the part of the whole that this path makes up, None where the whole is 0 or not finite.
    """

    factors: tuple[Partial, ...]
    value: float
    share: float | None


def count_paths(target: Partial) -> int:
    """How many paths there are, counted without walking them."""
    counts: dict[str, int] = {}
    for partial in closure(target):
        products = (math.prod(counts[factor.name] for factor in term) for term in partial.terms)
        counts[partial.name] = sum(products) if partial.terms else 1
    return counts[target.name]


def largest_paths(target: Partial) -> Iterator[Path]:
    """All the paths, largest |product| first; no more of them are built than are asked for.

    Best-first search: an unfinished path is ranked by the largest product that it can still become. Among equals the newest
    goes on first: breadth-first, the many paths whose products are all 0 would be begun together.
    """
    best = _largest_products(target)
    order = itertools.count(0, -1)

    def ranked(factors: tuple[Partial, ...]) -> tuple[float, int, tuple[Partial, ...]]:
        return (-math.prod(best[factor.name] for factor in factors), next(order), factors)

    heap = [ranked((target,))]
    while heap:
        _, _, factors = heapq.heappop(heap)
        composite = next((index for index, factor in enumerate(factors) if factor.terms), None)
        if composite is None:
            yield _finished(factors, target.value)
            continue
        for term in reversed(factors[composite].terms):
            heapq.heappush(heap, ranked((*factors[:composite], *term, *factors[composite + 1 :])))


def _largest_products(target: Partial) -> dict[str, float]:
    """The largest |product| among the paths of each partial that `target` is made of."""
    best: dict[str, float] = {}
    for partial in closure(target):
        products: Iterable[float] = (math.prod(best[factor.name] for factor in term) for term in partial.terms)
        best[partial.name] = max(products) if partial.terms else abs(partial.value)
    return best


def _finished(factors: tuple[Partial, ...], whole: float) -> Path:
    value = math.prod(factor.value for factor in factors)
    return Path(factors, value, value / whole if whole and math.isfinite(whole) else None)
