"""The symbols of a graph: each local derivative as a rule, and a chain of them written out and simplified."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from backprop_cli.chain.algebra import (
    MAX_DEPTH,
    MAX_SIZE,
    Entry,
    Symbolic,
    TooLargeError,
    UndefinedExpressionError,
    build,
    derivatives,
    product,
    size_of,
    summed,
    symbol,
)
from backprop_cli.chain.convert import Converter, multiplied
from backprop_cli.chain.graph import Graph
from backprop_cli.chain.simplify import Simplifier
from backprop_cli.derivation.partials import Partial, closure
from backprop_cli.errors import InputError
from backprop_cli.formula.expression import Apply, Expression, Number, Source, names_in, walk

IN_INTERMEDIATES = "written in the intermediates: with everything put in it would be too long"
NOT_SIMPLIFIED = "not simplified further: that would take too long"
NOT_WRITTEN = "too long to be written out"


MAX_PARTS = 50_000
"""Parts of all local derivatives together: those of a product of n variables have n²."""
MAX_WRITTEN = 20_000
"""Parts of all derivatives that are written out in one form, together."""


class WrittenOut(NamedTuple):
    """A derivative in symbols: the chain with everything put in, its shortest form, and what was too long for that."""

    product: Expression | None
    simplified: Expression | None
    note: str = ""


@dataclass
class _Form:
    """What stands for each name in derivatives that are written out, and how long all of these may still become."""

    entries: Mapping[str, Entry]
    note: str = ""
    parts_left: int = MAX_WRITTEN


class Symbols:
    """The symbolic side of a graph; `parents` are the names by which each node is differentiated.

    Factors of 1 are left out of a written chain where the graph's expressions are taken apart (`are_steps`), and shown where
    somebody wrote the definition whose slope they are.

    To be made and used `in_textbook_form`.
    """

    def __init__(self, source: Source, graph: Graph, parents: Mapping[str, Sequence[str]], are_steps: bool) -> None:
        self.source = source
        self.are_steps = are_steps
        self.graph = graph
        literals = (
            part for expression in graph.nodes.values() for part in walk(expression) if isinstance(part, Number)
        )
        self._converter = Converter(is_decimal=any(not literal.value.is_integer() for literal in literals))
        self._simplifier = Simplifier(self._converter)
        self._parts_left = MAX_PARTS
        self.slopes: dict[tuple[str, str], Expression] = {}
        for node, names in parents.items():
            self.slopes |= {(node, name): slope for name, slope in self._derived(node, names).items()}
        self._forms = [_Form(self._put_in()), _Form(self._names(), IN_INTERMEDIATES)]

    def _derived(self, node: str, names: Sequence[str]) -> dict[str, Expression]:
        """The local derivatives of one node."""
        expression = self.graph.nodes[node]
        try:
            found = derivatives(expression, names)
            return {name: self._counted(node, slope) for name, slope in found}
        except UndefinedExpressionError as error:
            raise self._undefined(node, error) from None
        except (TooLargeError, RecursionError):
            at = min(part.at for part in walk(expression))
            raise self.source.error(at, f"the numbers or powers in {node} are too large for exact algebra") from None

    def _counted(self, node: str, slope: Symbolic) -> Expression:
        """A local derivative, if all together are not too long."""
        self._parts_left -= size_of(slope)
        if self._parts_left < 0:
            at = min(part.at for part in walk(self.graph.nodes[node]))
            hint = "give parts of the definition names of their own"
            message = f"the local derivatives up to those of {node} have more than {MAX_PARTS:,} parts"
            raise self.source.error(at, message, hint)
        return self._converter.expression(slope)

    def _undefined(self, node: str, error: UndefinedExpressionError) -> InputError:
        return self.source.error(error.at, f"{error.reason}, in {node}")

    def _names(self) -> dict[str, Entry]:
        """Every name standing for itself."""
        return {name: symbol(name) for name in (*self.graph.variables, *self.graph.nodes)}

    def _put_in(self) -> dict[str, Entry]:
        """The variables by themselves, and each node in them, as far as that stays short enough."""
        entries = {name: symbol(name) for name in self.graph.variables}
        for node, expression in self.graph.nodes.items():
            if entries.keys() >= set(names_in(expression)):
                try:
                    entries[node] = build(expression, entries)
                except UndefinedExpressionError as error:
                    raise self._undefined(node, error) from None
                except (TooLargeError, RecursionError):
                    continue
        return entries

    def written(self, partial: Partial) -> WrittenOut:
        """A derivative in symbols: in the variables, else in the intermediates, else not at all."""
        written = self._in_some_form(partial.of, lambda form: self._chained(partial, form))
        if written.product is not None or partial.rule is None:
            return written
        slope = self._slope(partial)
        return WrittenOut(slope, slope, NOT_SIMPLIFIED)

    def quotient(self, over: Partial, under: Partial) -> WrittenOut:
        """One derivative over another, with the sign turned: dy/dx of an equation."""

        def divided(form: _Form) -> tuple[Symbolic, Expression]:
            (top, above), (bottom, below) = self._chained(over, form), self._chained(under, form)
            if bottom == 0:
                raise UndefinedExpressionError(
                    0, f"{under.wrt} makes no difference: there is no d{under.wrt}/d{over.wrt}"
                )
            return -top / bottom, Apply("neg", (Apply("/", (above, below)),))

        return self._in_some_form(over.of, divided)

    def _in_some_form(self, of: str, make: Callable[[_Form], tuple[Symbolic, Expression]]) -> WrittenOut:
        """What is made, in the first form in which it is short enough."""
        for form in self._forms:
            if form.parts_left < 0:
                continue
            try:
                value, expression = make(form)
                simplified, is_complete = self._simplifier.simplest(value)
            except (TooLargeError, RecursionError):
                continue
            except UndefinedExpressionError as error:
                raise self._undefined(of, error) from None
            return WrittenOut(expression, simplified, form.note or ("" if is_complete else NOT_SIMPLIFIED))
        return WrittenOut(None, None, NOT_WRITTEN)

    def _chained(self, target: Partial, form: _Form) -> tuple[Symbolic, Expression]:
        """The target's chain as an expression of sympy's, and as its factors stand."""
        values: dict[str, Entry] = {}
        factors: dict[str, list[Expression]] = {}
        for partial in closure(target):
            if partial.rule is not None:
                entry = self._local(partial, form.entries)
                values[partial.name], factors[partial.name] = entry, [self._converter.expression(entry.value)]
            else:
                entry = summed([product([values[factor.name] for factor in term]) for term in partial.terms])
                terms = [self._shown([part for one in term for part in factors[one.name]]) for term in partial.terms]
                values[partial.name] = entry
                factors[partial.name] = terms[0] if len(terms) == 1 else [Apply("+", tuple(map(multiplied, terms)))]
            if entry.size > MAX_SIZE or entry.depth > MAX_DEPTH:
                raise TooLargeError
        form.parts_left -= values[target.name].size
        if form.parts_left < 0:
            raise TooLargeError
        return values[target.name].value, multiplied(factors[target.name])

    def _shown(self, factors: list[Expression]) -> list[Expression]:
        kept = [factor for factor in factors if factor != Number(1.0)] if self.are_steps else factors
        return kept or [Number(1.0)]

    def _slope(self, partial: Partial) -> Expression:
        return self.slopes[partial.of, partial.wrt.partition("|")[0]]

    def _local(self, partial: Partial, entries: Mapping[str, Entry]) -> Entry:
        slope = self._slope(partial)
        if not entries.keys() >= set(names_in(slope)):
            raise TooLargeError
        return build(slope, entries)
