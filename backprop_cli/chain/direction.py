"""The derivative in the direction of a vector v: along x + s·v/‖v‖, where s is the length of the way.

df/ds is ∂f/∂x·dx/ds + ∂f/∂y·dy/ds, and dx/ds the component of v divided by the length of v.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

from backprop_cli.chain.chain_rule import ChainRule, as_rule
from backprop_cli.chain.differences import slope_along
from backprop_cli.chain.point import numbers_of
from backprop_cli.chain.question import Question
from backprop_cli.chain.result import NEARLY_ONE, Directional
from backprop_cli.derivation.partials import Partial
from backprop_cli.errors import UnknownNameError, UsageError
from backprop_cli.formula.expression import Apply, Expression, Number, Source
from backprop_cli.formula.operations import CONSTANTS
from backprop_cli.formula.texts import filled

LARGEST_EXACT = 2**53
"""Whole numbers below this are exact in float64."""


def checked_direction(vector: Mapping[str, Expression], by: Sequence[str]) -> dict[str, Expression]:
    """The components by name; names that are left out do not change.

    Raises:
        UnknownNameError: nothing is differentiated by one of the names.
        UsageError: a component has no name, and there are several it could be of.
    """
    if "" in vector and len(by) != 1:
        example = ",".join(f"{name}={index}" for index, name in enumerate(by, start=1))
        raise UsageError(f"--direction needs a name for each component: --direction {example}")
    named = {name or by[0]: value for name, value in vector.items()}
    for name in named:
        if name not in by:
            raise UnknownNameError("variable", name, by)
    return {name: named[name] for name in by if name in named}


def in_direction(chain: ChainRule, vector: Mapping[str, Expression], question: Question) -> Directional:
    """The derivative of the target in a direction.

    Raises:
        UsageError: the vector has no direction.
    """
    values = numbers_of(Source("", "--direction"), vector)
    length = math.hypot(*values.values())
    if length == 0 or math.isinf(length):
        raise UsageError(f"the vector of --direction has the length {length:g}: it has no direction")
    taken = {*chain.graph.nodes, *chain.graph.variables}
    way = next(name for name in itertools.chain("s", (f"s{n}" for n in itertools.count(1))) if name not in taken)
    terms = []
    for name, unit in _divided(vector, values, length).items():
        chain.symbols.slopes[name, way] = unit
        terms.append((chain.totals[name], Partial(name, way, values[name] / length, as_rule(unit, {}))))
    partial = Partial(chain.graph.target, way, chain.sum(way, terms), None, tuple(terms))
    numerical = None
    if chain.point is not None:
        numerical = slope_along(chain.graph, chain.values, {name: value / length for name, value in values.items()})
    return Directional(values, length, chain.total(partial, question), numerical)


def _divided(vector: Mapping[str, Expression], values: Mapping[str, float], length: float) -> dict[str, Expression]:
    """The components divided by the length, as they are written: 3/5, 1/√5."""
    exact: dict[str, Expression] = {name: Apply(name, ()) for name in CONSTANTS}
    plain = {name: filled(component, exact) for name, component in vector.items()}
    if abs(length - 1) < NEARLY_ONE:
        return plain
    squares = tuple(Apply("^", (component, Number(2.0))) for component in plain.values())
    root: Expression = Apply("sqrt", (squares[0] if len(squares) == 1 else Apply("+", squares),))
    total = sum(value * value for value in values.values())
    if total < LARGEST_EXACT and all(value.is_integer() for value in values.values()):
        root = Number(length) if length.is_integer() else Apply("sqrt", (Number(total),))
    return {name: Apply("/", (component, root)) for name, component in plain.items()}
