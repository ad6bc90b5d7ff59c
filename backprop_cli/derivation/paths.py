"""Every path from a quantity to the loss, the largest product first, read off the `Partial` records alone.

A partial with terms is expanded term by term until only local derivatives are left; each way of choosing terms is one
path, and the products of all paths add up to the partial's value.
"""

from __future__ import annotations

import heapq
import itertools
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from backprop_cli.derivation.partials import Partial


class Path(NamedTuple):
    """Local derivatives in the order of the chain, from the loss inwards, and their product.

    `share` is the part of the whole that this path makes up, None where the whole is 0 or not finite.
    """

    factors: tuple[Partial, ...]
    value: float
    share: float | None


def count_paths(records: Sequence[Partial]) -> int:
    """How many paths there are to the last of `records`, the `closure` of it, counted without walking them."""
    counts: dict[str, int] = {}
    for partial in records:
        products = (math.prod(counts[factor.name] for factor in term) for term in partial.terms)
        counts[partial.name] = sum(products) if partial.terms else 1
    return counts[records[-1].name]


class _Done(NamedTuple):
    """The factors of a path that are local derivatives already, the last one first."""

    factor: Partial
    before: _Done | None


class _Rest(NamedTuple):
    """The factors that an unfinished path still has to expand, first one first; `best` is their largest |product|."""

    factor: Partial
    after: _Rest | None
    best: float


def largest_paths(records: Sequence[Partial], limit: int) -> tuple[Path, ...]:
    """The `limit` paths of largest |product| to the last of `records`, the `closure` of it; no more of them are built."""
    return tuple(itertools.islice(_by_size(records), min(limit, sys.maxsize)))


def _by_size(records: Sequence[Partial]) -> Iterator[Path]:
    """All the paths, largest |product| first.

    Best-first search: an unfinished path is ranked by the largest product that it can still become. Among equals the newest
    goes on first: breadth-first, the many paths whose products are all 0 would be begun together.
    """
    target, best = records[-1], _largest_products(records)
    order = itertools.count(0, -1)
    heap: list[tuple[float, int, float, _Done | None, _Rest | None]] = []

    def begin(product: float, done: _Done | None, rest: _Rest | None) -> None:
        heapq.heappush(heap, (-product * (rest.best if rest else 1.0), next(order), product, done, rest))

    begin(1.0, None, _Rest(target, None, best[target.name]))
    while heap:
        _, _, product, done, rest = heapq.heappop(heap)
        while rest is not None and not rest.factor.terms:
            product *= abs(rest.factor.value)
            done, rest = _Done(rest.factor, done), rest.after
        if rest is None:
            yield _finished(done, target.value)
            continue
        for term in reversed(rest.factor.terms):
            expanded = rest.after
            for factor in reversed(term):
                expanded = _Rest(factor, expanded, best[factor.name] * (expanded.best if expanded else 1.0))
            begin(product, done, expanded)


def _largest_products(records: Sequence[Partial]) -> dict[str, float]:
    """The largest |product| among the paths of each record."""
    best: dict[str, float] = {}
    for partial in records:
        products: Iterable[float] = (math.prod(best[factor.name] for factor in term) for term in partial.terms)
        best[partial.name] = max(products) if partial.terms else abs(partial.value)
    return best


def _finished(done: _Done | None, whole: float) -> Path:
    factors: list[Partial] = []
    while done is not None:
        factors.append(done.factor)
        done = done.before
    factors.reverse()
    value = math.prod(factor.value for factor in factors)
    return Path(
        tuple(factors), value, value / whole if whole and math.isfinite(whole) and math.isfinite(value) else None
    )
