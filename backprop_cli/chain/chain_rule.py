"""The chain rule over a graph: local derivatives, their sums of products, and what these come to in symbols.

As in a network, ∂h/∂u of a node is the sum over everything that uses u, of ∂h/∂(user)·∂(user)/∂u. Where h uses u directly and
also through other nodes, the direct part is a record of its own, named `dh/du|v`: v is held fixed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from backprop_cli.chain.differences import central_differences
from backprop_cli.chain.forward_mode import forward_chains, operations
from backprop_cli.chain.graph import Graph
from backprop_cli.chain.question import Mode, Question, Steps
from backprop_cli.chain.result import ChainResult, SecondDerivative, Total
from backprop_cli.chain.rules import CHAIN, rule_names
from backprop_cli.chain.second import gradient_graph
from backprop_cli.chain.symbolic import IN_INTERMEDIATES, NOT_WRITTEN, Symbols, WrittenOut
from backprop_cli.derivation.partials import Partial, Rule, closure
from backprop_cli.derivation.paths import count_paths, largest_paths
from backprop_cli.derivation.quantities import Quantity
from backprop_cli.errors import InputError
from backprop_cli.formula.evaluate import NoValueError, dual
from backprop_cli.formula.expression import Expression, Number, Source, names_in


def live_names(graph: Graph, by: Sequence[str]) -> set[str]:
    """The names in `by`, and the nodes that depend on them."""
    live = set(by)
    for node, expression in graph.nodes.items():
        if not live.isdisjoint(names_in(expression)):
            live.add(node)
    return live


class ChainRule:
    """Works out all the records of one graph."""

    def __init__(
        self,
        source: Source,
        graph: Graph,
        by: Sequence[str],
        point: dict[str, float] | None,
        steps: Steps,
        mode: Mode | None = None,
    ) -> None:
        self.source = source
        self.graph = graph
        self.by = by
        self.point = point
        self.steps = steps
        self.mode = mode
        self.values: dict[str, float] = dict(point or {})
        self.order = list(reversed(graph.nodes))
        self.parents = self._live_parents()
        self.slopes = self._slopes()
        self.symbols = Symbols(source, graph, self.parents, steps is not Steps.none)
        self.locals = {(node, name): self._local(node, name) for node in self.order for name in self.parents[node]}
        self.totals = self._totals()
        self.chains = [total for total in self.totals.values() if total.terms]
        self.operations = {} if mode is None else {Mode.reverse.value: operations(self.chains)}
        if mode is not None:
            self._go_forward(is_shown=mode is Mode.forward)

    def _go_forward(self, is_shown: bool) -> None:
        """Work everything out in forward mode, to count its operations, and if it `is_shown` to have its chains."""
        found = [forward_chains(self.parents, self.locals, name, self.sum) for name in self.by]
        chains = [partial for one in found for partial in one.values() if partial.terms]
        self.operations[Mode.forward.value] = operations(chains)
        if is_shown:
            self.chains = chains
            self.locals = dict(reversed(self.locals.items()))
            self.totals |= {name: one[self.graph.target] for name, one in zip(self.by, found, strict=True)}

    def _live_parents(self) -> dict[str, list[str]]:
        """What each node is to be differentiated by: those of its names that depend on anything in `by`."""
        live = live_names(self.graph, self.by)
        return {node: [name for name in names_in(body) if name in live] for node, body in self.graph.nodes.items()}

    # ── numbers ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _slopes(self) -> dict[tuple[str, str], float]:
        """The values of the local derivatives; on the way those of the nodes."""
        slopes: dict[tuple[str, str], float] = {}
        if self.point is None:
            return slopes
        for node, expression in self.graph.nodes.items():
            try:
                self.values[node], found = dual(expression, self.values, self.parents[node])
            except NoValueError as error:
                raise self._no_value(node, error) from None
            slopes |= {(node, name): found.get(name, 0.0) for name in self.parents[node]}
        return slopes

    def _no_value(self, node: str, error: NoValueError) -> InputError:
        at = ", ".join(f"{name} = {value:g}" for name, value in (self.point or {}).items())
        return self.source.error(error.at, f"{error.reason}, in {node}{' at ' * bool(at)}{at}")

    # ── records ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _local(self, node: str, name: str) -> Partial:
        """One link of the chain."""
        value = self.slopes.get((node, name), math.nan)
        held = self._held(node, name) if node == self.graph.target or self.mode is Mode.forward else []
        return Partial(node, "|".join([name, *held]), value, as_rule(self.symbols.slopes[node, name], self.values))

    def _held(self, node: str, name: str) -> list[str]:
        """What is held fixed in a node's direct dependence on a name: its other names that depend on this one."""
        dependent = {name}
        for later in self.graph.nodes:
            if dependent.intersection(self.parents[later]):
                dependent.add(later)
        others = [other for other in self.parents[node] if other != name and other in dependent]
        return [",".join(others)] if others else []

    def _totals(self) -> dict[str, Partial]:
        """The derivative of the target by every node and by every name of `by`, from the target inwards."""
        target = self.graph.target
        users: dict[str, list[str]] = {}
        for node in self.order:
            for name in self.parents[node]:
                users.setdefault(name, []).append(node)
        totals: dict[str, Partial] = {}
        inner = [name for name in self.order if name != target and name in users]
        for name in dict.fromkeys([*inner, *(name for name in self.by if name in users)]):
            locals_ = [(node, self.locals[node, name]) for node in users[name]]
            if [node for node, _ in locals_] == [target]:
                totals[name] = locals_[0][1]
            else:
                terms = tuple((part,) if node == target else (totals[node], part) for node, part in locals_)
                totals[name] = Partial(target, name, self.sum(name, terms), None, terms)
        return totals

    def sum(self, name: str, terms: Sequence[Sequence[Partial]]) -> float:
        """The value of the target's derivative by a name, from its terms."""
        value = sum(math.prod(factor.value for factor in term) for term in terms)
        if self.point is not None and not math.isfinite(value):
            error = NoValueError(0, f"d{self.graph.target}/d{name} is too large for a 64-bit float")
            raise self._no_value(self.graph.target, error)
        return value

    # ── the result ────────────────────────────────────────────────────────────────────────────────────────────────

    def second(self) -> tuple[SecondDerivative, ...]:
        """The derivative of each derivative by each name, those that are equal once."""
        found = []
        for index, name in enumerate(self.by):
            others = self.by[index:]
            graph = gradient_graph(self.graph, self.parents, name)
            of_slope = ChainRule(self.source, graph, others, self.point, Steps.none)
            found += [of_slope.as_second(name, other) for other in others]
        return tuple(found)

    def as_second(self, first: str, name: str) -> SecondDerivative:
        """The derivative by a name, of a graph whose target is a derivative itself."""
        if name not in self.totals:
            return SecondDerivative((first, name), 0.0 if self.point else math.nan, as_rule(Number(0.0), {}))
        written = self.symbols.written(self.totals[name])
        is_whole = written.simplified is not None and written.note != IN_INTERMEDIATES
        simplified = as_rule(written.simplified, self.values) if written.simplified is not None and is_whole else None
        return SecondDerivative((first, name), self.totals[name].value, simplified, "" if simplified else NOT_WRITTEN)

    def result(self, question: Question, notices: Sequence[str] = ()) -> ChainResult:
        """The first derivatives, with all that belongs to them."""
        return ChainResult(
            self.graph,
            self.graph.target,
            self.point or {},
            tuple(self._quantity(node, expression) for node, expression in self.graph.nodes.items()),
            (*self.locals.values(), *self.chains),
            {name: self.total(self.totals[name], question) for name in self.by},
            frozenset(self._ordinary()),
            tuple(notices),
            {} if self.steps is Steps.none else self._rule_names(self.chains),
            {} if self.point is None else central_differences(self.graph, self.values, self.by),
            mode=self.mode,
            operations=self.operations,
        )

    def _rule_names(self, chains: Sequence[Partial]) -> dict[str, str]:
        """The rule of each local derivative, and that of the chains."""
        rules = {node: rule_names(self.graph.nodes[node], live) for node, live in self.parents.items()}
        names = {partial.name: rules[node][name] for (node, name), partial in self.locals.items()}
        return names | {partial.name: CHAIN for partial in chains}

    def _ordinary(self) -> Iterator[str]:
        """The derivatives that hold nothing fixed, as dh/dx where h depends on nothing but x, and on what x decides.

        That is so if every path from h to a variable leads through x, so the paths are counted.
        """
        down = dict.fromkeys(self.graph.variables, 1)
        for node, expression in self.graph.nodes.items():
            down[node] = sum(down[name] for name in names_in(expression))
        up = {self.graph.target: 1}
        for node in self.order:
            for name in names_in(self.graph.nodes[node]):
                up[name] = up.get(name, 0) + up.get(node, 0)
        alone = {node for node, expression in self.graph.nodes.items() if len(names_in(expression)) == 1}
        yield from (partial.name for (node, _), partial in self.locals.items() if node in alone)
        variables = {name: {name} for name in self.graph.variables}
        for node, expression in self.graph.nodes.items() if self.mode is Mode.forward else ():
            variables[node] = set().union(*(variables[name] for name in names_in(expression)))
        for partial in self.chains:
            if partial.of != self.graph.target and variables[partial.of] == {partial.wrt}:
                yield partial.name
        for name, partial in self.totals.items():
            if partial.terms and up[name] * down[name] == down[self.graph.target]:
                yield partial.name

    def _quantity(self, node: str, expression: Expression) -> Quantity:
        return Quantity(node, self.values.get(node, math.nan), as_rule(expression, self.values))

    def total(self, partial: Partial, question: Question) -> Total:
        """A derivative with all that is asked for of it."""
        written = WrittenOut(None, None) if question.numbers else self.symbols.written(partial)
        product, simplified = (
            None if form is None else as_rule(form, self.values) for form in (written.product, written.simplified)
        )
        if not question.limit:
            return Total(partial, product, simplified, written.note)
        records = closure(partial)
        paths = largest_paths(records, question.limit)
        return Total(partial, product, simplified, written.note, paths, count_paths(records))


def as_rule(expression: Expression, values: Mapping[str, float]) -> Rule:
    """The expression as a rule; `values` is empty where no point is given."""
    names = names_in(expression)
    return Rule(expression, {name: name for name in names}, {name: values.get(name, math.nan) for name in names})
