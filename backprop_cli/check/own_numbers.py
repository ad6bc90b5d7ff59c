"""Records worked out again with somebody's own numbers in place of the right ones.

A record says how its number hangs on earlier ones: a sum of products, or a rule. So it also says what comes out of wrong ones.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from backprop_cli.derivation.partials import Partial, Rule
from backprop_cli.derivation.quantities import Quantity
from backprop_cli.formula.evaluate import NoValueError, evaluate
from backprop_cli.formula.expression import ELLIPSIS, walk

Record = Partial | Quantity


class Worked(NamedTuple):
    """A number worked out, and which of somebody's own numbers (by their positions) it was worked out from."""

    value: float
    used: frozenset[int] = frozenset()


class OwnNumbers:
    """Records that hang on one another; `positions` says which of somebody's own `values` has which name."""

    def __init__(self, records: Mapping[str, Record], positions: Mapping[str, int], values: Sequence[float]) -> None:
        self._records = records
        self._positions = positions
        self._values = values
        self._memo: dict[str, Worked] = {}

    def own(self, name: str, right: float) -> Worked:
        """Somebody's own number, else what their own earlier numbers give, else the right one."""
        if name in self._positions:
            position = self._positions[name]
            return Worked(self._values[position], frozenset({position}))
        return self.worked(name) if name in self._records else Worked(right)

    def worked(self, name: str) -> Worked:
        """What a record gives with somebody's own numbers put in; the right number where nobody can say."""
        if name not in self._memo:
            record = self._records[name]
            rule = self._rule(record)
            found = self._by_rule(rule) if rule else self._sum_of_products(record)
            self._memo[name] = found if found is not None and math.isfinite(found.value) else Worked(record.value)
        return self._memo[name]

    def _rule(self, record: Record) -> Rule | None:
        """A record's rule, or the closed form of a product none of whose factors was given."""
        if isinstance(record, Quantity) or not record.collapsed:
            return record.rule
        has_factors = any(factor.name in self._positions for term in record.terms for factor in term)
        return None if has_factors else record.collapsed

    def _sum_of_products(self, record: Record) -> Worked:
        total, used = 0.0, frozenset[int]()
        for term in record.terms:
            product = 1.0
            for factor in term:
                name, right = (factor.name, factor.value) if isinstance(factor, Partial) else factor
                own = self.own(name, right)
                product *= own.value
                used |= own.used
            total += product
        return Worked(total, used)

    def _by_rule(self, rule: Rule) -> Worked | None:
        if ELLIPSIS in walk(rule.formula):
            return None
        names = rule.names  # a setting has none
        owns = {
            hole: self.own(names[hole], right) if names.get(hole) else Worked(right)
            for hole, right in rule.values.items()
        }
        try:
            value = evaluate(rule.formula, {hole: own.value for hole, own in owns.items()})
        except NoValueError:
            return None
        return Worked(value, frozenset[int]().union(*(own.used for own in owns.values())))
