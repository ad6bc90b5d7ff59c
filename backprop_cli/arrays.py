"""NumPy when it is needed: a small network is worked through without loading it, which would take longer than the work.

Modules that compute with arrays take `np` from here. Numbers that only travel through the program do so in a `Row`: one
after the other, read by index, and turned into an array where array code wants them.
"""

from __future__ import annotations

import operator
from array import array
from functools import reduce

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    import numpy as np

    Array = np.ndarray[tuple[Any, ...], np.dtype[Any]]
    Row = array[float] | Array
else:

    class _OnDemand:
        """The module numpy, imported when something of it is first asked for."""

        def __getattr__(self, name):
            import numpy

            value = getattr(numpy, name)
            setattr(self, name, value)
            return value

    np = _OnDemand()
    Array = Row = object

__all__ = ["Array", "Row", "elementwise", "fit", "np", "row_of", "selected", "total"]

FEW = 1000
"""Up to so many numbers are computed one by one: NumPy's way there would take longer."""


def row_of(numbers: Iterable[float]) -> array[float]:
    """Numbers as a compact row of float64."""
    return array("d", numbers)


def fit(row: array[float]) -> Row:
    """A row as what will be done with it wants it: few numbers as they are, many in an array that shares their memory."""
    return row if len(row) <= FEW else np.asarray(row)


def total(numbers: Iterable[float]) -> float:
    """The sum from the first number to the last; the built-in `sum` adds up otherwise from Python 3.12 on."""
    return reduce(operator.add, numbers, 0.0)


def selected(mask: bytes, where_set: Row, elsewhere: Row) -> Row:
    """The numbers of `where_set` where the mask's byte is 1, and those of `elsewhere` where it is 0."""
    if len(mask) <= FEW:
        return row_of(one if is_set else other for is_set, one, other in zip(mask, where_set, elsewhere, strict=True))
    return np.where(np.frombuffer(mask, dtype=bool), where_set, elsewhere)


def elementwise(function: Callable[..., Any], *rows: Row) -> Row:
    """`function` of the first numbers of all rows, of the second ones, …: sums and products, the same bits either way."""
    if len(rows[0]) <= FEW:
        return row_of(map(function, *(row.tolist() for row in rows)))
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(function(*map(np.asarray, rows)))
