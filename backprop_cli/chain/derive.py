"""The chain rule over a graph: local derivatives, their sums of products, and what these come to in symbols.

As in a network, ∂h/∂u of a node is the sum over everything that uses u, of ∂h/∂(user)·∂(user)/∂u. Where h uses u directly and
also through other nodes, the direct part is a record of its own, named `dh/du|v`: v is held fixed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from backprop_cli.chain.algebra import in_textbook_form
from backprop_cli.chain.components import Components, has_arrays
from backprop_cli.chain.definitions import parse
from backprop_cli.chain.differences import central_differences
from backprop_cli.chain.forward_mode import forward_chains, operations
from backprop_cli.chain.graph import Graph, build, final_name, global_names
from backprop_cli.chain.misread import refuse_misread
from backprop_cli.chain.point import numbers_of
from backprop_cli.chain.question import Mode, Question, Steps
from backprop_cli.chain.result import ChainResult, SecondDerivative, Total
from backprop_cli.chain.rules import CHAIN, rule_name
from backprop_cli.chain.second import gradient_graph
from backprop_cli.chain.steps import taken_apart
from backprop_cli.chain.symbolic import IN_INTERMEDIATES, NOT_WRITTEN, Symbols, WrittenOut
from backprop_cli.derivation.partials import Partial, Rule, closure
from backprop_cli.derivation.paths import count_paths, largest_paths
from backprop_cli.derivation.quantities import Quantity
from backprop_cli.errors import InputError, UnknownNameError, UsageError
from backprop_cli.formula.evaluate import NoValueError, dual
from backprop_cli.formula.expression import Apply, Definition, Expression, Number, Source, names_in, walk
from backprop_cli.formula.operations import CONSTANTS
from backprop_cli.formula.printer import TEXT

MOST_NAMED = 6
"""Definitions that are not used, as many of them as are named."""


def differentiate(source: Source, question: Question) -> ChainResult:
    """Answer a question about the definitions of a text; what the text itself asks stands behind that.

    Raises:
        InputError: the text is wrong, or something has no value at the point; it points at the character.
        UnknownNameError: nothing bears a name of `of`, `wrt` or `at`.
        UsageError: the point is incomplete or gives a computed value, or there is nothing to differentiate by.
    """
    text = parse(source)
    arrays = Components(source, text.definitions) if has_arrays(text.definitions) else None
    definitions = arrays.definitions if arrays else text.definitions
    given = numbers_of(source, text.values) | dict(question.at)
    if arrays is not None:
        if not definitions:
            raise source.error(0, "there is nothing to differentiate but arrays of numbers")
        for name in (question.of, text.of):
            if name in arrays.names:
                raise UsageError(
                    f"{name} is an array\n    hint: --of {arrays.names[name][0]} takes one of its components"
                )
    wrt = question.wrt or text.wrt
    if arrays is not None:
        wrt = [one for name in wrt for one in arrays.names.get(name, [name])]
    final, left = final_name(definitions)
    target = question.of or text.of or final
    variables = build(source, definitions, target).variables
    at = _named(given, variables)
    if arrays is not None:
        used = {name: value for name, value in arrays.values.items() if name in variables}
        at = numbers_of(source, used) | at
    graph = build(source, definitions, target, {*at, *wrt} & set(CONSTANTS))
    parameters = [name for one in definitions for name in one.parameters or ()]
    known = [*global_names(definitions), *parameters, *CONSTANTS]
    notices = refuse_misread(source, graph, {*at, *wrt, *parameters}, {*known, *at, *wrt})
    if left and target == final and not question.of and not text.of:
        notices.append(_unused(target, left))
    if arrays is not None:
        in_use = {*graph.nodes, *graph.variables}
        notices += [f"{name} is not used" for name, parts in arrays.names.items() if in_use.isdisjoint(parts)]
    notices += _jumps(graph)
    by = _checked_wrt(graph, wrt, known)
    point = _checked_point(graph, at, known, definitions)
    steps = question.steps or (Steps.rules if len(text.definitions) == 1 else Steps.none)
    if steps is not Steps.none:
        graph = taken_apart(graph, _live(graph, by), every=steps is Steps.all)
    order = max(question.order, text.order)
    _check_order(order, by)
    with in_textbook_form():
        chain = _Chain(source, graph, by, point, steps, question.mode)
        return chain.result(question, notices, chain.second() if order == MAX_ORDER else ())


def differentiate_graph(graph: Graph, by: Sequence[str], point: dict[str, float]) -> ChainResult:
    """Every operation of a graph with its value at a point, and the target's derivative by it; nothing written out."""
    graph = taken_apart(graph, _live(graph, by), every=True)
    with in_textbook_form():
        chain = _Chain(Source("", graph.target), graph, by, point, Steps.all)
        return chain.result(Question(numbers=True), ())


MAX_ORDER = 2
MOST_SECOND = 12
"""Names by which second derivatives are worked out: they are half the square of these."""


def _check_order(order: int, by: Sequence[str]) -> None:
    if order > MAX_ORDER:
        raise UsageError("derivatives beyond the second are not worked out")
    if order == MAX_ORDER and len(by) > MOST_SECOND:
        hint = "--wrt chooses some"
        raise UsageError(f"second derivatives by {len(by)} names are more than {MOST_SECOND}²\n    hint: {hint}")


def _jumps(graph: Graph) -> list[str]:
    """A sentence about functions that are flat between their jumps."""
    parts = (part for expression in graph.nodes.values() for part in walk(expression) if isinstance(part, Apply))
    found = dict.fromkeys(part.operation for part in parts if part.operation in ("sign", "floor", "ceil"))
    return [f"the slope of {name} is taken as 0: it is flat between its jumps, where it has none" for name in found]


def _live(graph: Graph, by: Sequence[str]) -> set[str]:
    """The names in `by`, and the nodes that depend on them."""
    live = set(by)
    for node, expression in graph.nodes.items():
        if not live.isdisjoint(names_in(expression)):
            live.add(node)
    return live


def _unused(target: str, left: Sequence[str]) -> str:
    """A sentence about definitions that do not matter."""
    names = ", ".join(left) if len(left) <= MOST_NAMED else f"{', '.join(left[:MOST_NAMED])}, … ({len(left)} in all)"
    verb = "is" if len(left) == 1 else "are"
    return f"{target} is differentiated; {names} {verb} not used (--of {left[-1]} for that one)"


def _named(given: Mapping[str, float], variables: Sequence[str]) -> dict[str, float]:
    """The values with the only variable's name for the one that came without."""
    if "" not in given:
        return dict(given)
    if len(variables) != 1:
        example = ",".join(f"{name}={index}" for index, name in enumerate(variables, start=1))
        raise UsageError(f"a value without a name needs one variable; here there are {len(variables)}: --at {example}")
    if variables[0] in given:
        raise UsageError(f"{variables[0]} is given twice, once without its name")
    return {name or variables[0]: value for name, value in given.items()}


def _checked_wrt(graph: Graph, wrt: Sequence[str], known: Sequence[str]) -> list[str]:
    """What to differentiate by: variables, or intermediates."""
    choices = [*graph.variables, *(name for name in graph.nodes if name != graph.target)]
    for name in wrt:
        if name == graph.target:
            raise UsageError(f"{name} is what is differentiated: --wrt names a variable or an intermediate")
        if name not in choices and name in known:
            others = ", ".join(choices) or "nothing"
            raise UsageError(f"{graph.target} does not depend on {name}; it depends on: {others}")
        if name not in choices:
            raise UnknownNameError("variable", name, choices)
    if not wrt and not graph.variables:
        numbers = [name for name in choices if not names_in(graph.nodes[name])]
        hint = "the derivative of a constant is 0"
        if numbers:
            point = ",".join(f"{name}={TEXT.write(graph.nodes[name])}" for name in numbers)
            hint = f"a point is given by --at {point}; --wrt differentiates by {', '.join(numbers)} all the same"
        hint = f"\n    hint: {hint}"
        raise UsageError(f"{graph.target} depends on no variable: there is nothing to differentiate by{hint}")
    return list(dict.fromkeys(wrt or graph.variables))


def _checked_point(
    graph: Graph, at: Mapping[str, float], known: Sequence[str], definitions: Sequence[Definition]
) -> dict[str, float] | None:
    """The values of the variables, None where no point is given."""
    computed = {*graph.nodes, *(one.name for one in definitions)}
    for name in at:
        if name in computed:
            raise UsageError(f"{name} is computed from its definition: --at gives the values of variables")
        if name not in known:
            raise UnknownNameError("variable", name, graph.variables)
    missing = [name for name in graph.variables if name not in at]
    if missing and at:
        raise UsageError(f"--at gives no value for {', '.join(missing)}")
    return None if missing else {name: float(at[name]) for name in graph.variables}


class _Chain:
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
        found = [forward_chains(self.parents, self.locals, name, self._sum) for name in self.by]
        chains = [partial for one in found for partial in one.values() if partial.terms]
        self.operations[Mode.forward.value] = operations(chains)
        if is_shown:
            self.chains = chains
            self.locals = dict(reversed(self.locals.items()))
            self.totals |= {name: one[self.graph.target] for name, one in zip(self.by, found, strict=True)}

    def _live_parents(self) -> dict[str, list[str]]:
        """What each node is to be differentiated by: those of its names that depend on anything in `by`."""
        live = _live(self.graph, self.by)
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
        return Partial(node, "|".join([name, *held]), value, _rule(self.symbols.slopes[node, name], self.values))

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
                totals[name] = Partial(target, name, self._sum(name, terms), None, terms)
        return totals

    def _sum(self, name: str, terms: Sequence[Sequence[Partial]]) -> float:
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
            of_slope = _Chain(self.source, graph, others, self.point, Steps.none)
            found += [of_slope.as_second(name, other) for other in others]
        return tuple(found)

    def as_second(self, first: str, name: str) -> SecondDerivative:
        """The derivative by a name, of a graph whose target is a derivative itself."""
        if name not in self.totals:
            return SecondDerivative((first, name), 0.0 if self.point else math.nan, _rule(Number(0.0), {}))
        written = self.symbols.written(self.totals[name])
        is_whole = written.simplified is not None and written.note != IN_INTERMEDIATES
        simplified = _rule(written.simplified, self.values) if written.simplified is not None and is_whole else None
        return SecondDerivative((first, name), self.totals[name].value, simplified, "" if simplified else NOT_WRITTEN)

    def result(
        self, question: Question, notices: Sequence[str], second: tuple[SecondDerivative, ...] = ()
    ) -> ChainResult:
        """Everything that is asked for."""
        return ChainResult(
            self.graph,
            self.graph.target,
            self.point or {},
            tuple(self._quantity(node, expression) for node, expression in self.graph.nodes.items()),
            (*self.locals.values(), *self.chains),
            {name: self._total(name, question) for name in self.by},
            frozenset(self._ordinary()),
            tuple(notices),
            {} if self.steps is Steps.none else self._rule_names(self.chains),
            {} if self.point is None else central_differences(self.graph, self.values, self.by),
            second,
            self.mode,
            self.operations,
        )

    def _rule_names(self, chains: Sequence[Partial]) -> dict[str, str]:
        """The rule of each local derivative, and that of the chains."""
        names = {
            partial.name: rule_name(self.graph.nodes[node], name, self.parents[node])
            for (node, name), partial in self.locals.items()
        }
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
        for (node, name), partial in self.locals.items():
            if names_in(self.graph.nodes[node]) == [name]:
                yield partial.name
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
        return Quantity(node, self.values.get(node, math.nan), _rule(expression, self.values))

    def _total(self, name: str, question: Question) -> Total:
        partial = self.totals[name]
        written = WrittenOut(None, None) if question.numbers else self.symbols.written(partial)
        product, simplified = (
            None if form is None else _rule(form, self.values) for form in (written.product, written.simplified)
        )
        if not question.limit:
            return Total(partial, product, simplified, written.note)
        records = closure(partial)
        paths = largest_paths(records, question.limit)
        return Total(partial, product, simplified, written.note, paths, count_paths(records))


def _rule(expression: Expression, values: Mapping[str, float]) -> Rule:
    """The expression as a rule; `values` is empty where no point is given."""
    names = names_in(expression)
    return Rule(expression, {name: name for name in names}, {name: values.get(name, math.nan) for name in names})
