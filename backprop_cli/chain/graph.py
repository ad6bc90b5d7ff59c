"""From definitions to a graph of named nodes: what is computed from what, in which order.

Functions and named intermediates become the same graph. A call whose argument is more than a name makes that argument a node,
named as the function names it: of `g(u) = u^3`, `h(x) = g((x + 1)^2)` the nodes are u = (x + 1)^2 and h = u^3.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from backprop_cli.errors import UnknownNameError
from backprop_cli.formula.evaluate import NoValueError, constant
from backprop_cli.formula.expression import Apply, Call, Definition, Expression, Name, Number, Source, names_in, walk
from backprop_cli.formula.operations import CONSTANTS

MAX_CALLS = 50
"""Functions within functions."""
MAX_PARTS = 20_000
"""Numbers, names and operations of the graph: every call adds those of the function's body."""


@dataclass(frozen=True)
class Graph:
    """`nodes` in evaluation order, `target` the last of them; `variables` are free, in order of first mention."""

    target: str
    nodes: dict[str, Expression]
    variables: tuple[str, ...]


def global_names(definitions: Sequence[Definition]) -> list[str]:
    """The names that mean the same in every definition, in order of first mention: all but the functions' variables."""
    found: dict[str, None] = {}
    for definition in definitions:
        if definition.parameters is None:
            found[definition.name] = None
        found |= {name: None for name in names_in(definition.body) if name not in (definition.parameters or ())}
    return list(found)


def _used_by(definition: Definition) -> set[str]:
    """The names and functions in a definition's right side."""
    calls = {part.function for part in walk(definition.body) if isinstance(part, Call)}
    return (calls | set(names_in(definition.body))) - {definition.name, *(definition.parameters or ())}


def _reached(needs: Mapping[str, set[str]], target: str) -> set[str]:
    reached, pending = {target}, [target]
    while pending:
        found = {name for name in needs[pending.pop()] if name in needs and name not in reached}
        reached |= found
        pending.extend(found)
    return reached


def final_name(definitions: Sequence[Definition]) -> tuple[str, list[str]]:
    """What is to be differentiated, and which definitions are not used then.

    It is the definition that no other uses; of several that which uses most, then the last. In a circle, where each is used,
    it is the last.
    """
    needs = {definition.name: _used_by(definition) for definition in definitions}
    used = set().union(*needs.values())
    free = [name for name in needs if name not in used]
    target = max(reversed(free), key=lambda name: len(_reached(needs, name)), default=definitions[-1].name)
    reached = _reached(needs, target)
    return target, [name for name in needs if name not in reached]


def build(source: Source, definitions: Sequence[Definition], target: str, freed: Collection[str] = ()) -> Graph:
    """All that `target` is computed from; constants named in `freed` are variables instead.

    Raises:
        UnknownNameError: nothing is defined as `target`.
        InputError: definitions go in a circle, or are too large together.
    """
    table = {definition.name: definition for definition in definitions}
    if target not in table:
        raise UnknownNameError("definition", target, table)
    builder = _Builder(source, table, table[target], freed)
    return builder.graph()


class _Builder:
    """Puts function calls in and collects the nodes that the target needs."""

    def __init__(
        self, source: Source, table: Mapping[str, Definition], target: Definition, freed: Collection[str]
    ) -> None:
        self.source = source
        self.table = table
        self.target = target
        self.freed = freed
        self.nodes: dict[str, Expression] = {}
        self._taken = {*global_names(list(table.values())), target.name, *(target.parameters or ()), *CONSTANTS}
        self._pending = [target.name]
        self._named: dict[Expression, str] = {}
        self._numbers: dict[str, Iterator[int]] = {}
        self._calling: list[str] = []
        self._parts = 0

    def graph(self) -> Graph:
        while self._pending:
            name = self._pending.pop()
            if name not in self.nodes:
                self.nodes[name] = self._inlined(self.table[name].body, {})
        for name, expression in self.nodes.items():
            self._check(name, expression)
        self._drop_unused()
        order = self._order()
        mentioned = itertools.chain(self.target.parameters or (), *(names_in(self.nodes[name]) for name in order))
        free = dict.fromkeys(name for name in mentioned if name not in self.nodes)
        used = {name for expression in self.nodes.values() for name in names_in(expression)}
        return Graph(self.target.name, {name: self.nodes[name] for name in order}, tuple(n for n in free if n in used))

    def _drop_unused(self) -> None:
        """Leave out the arguments of calls whose functions make no use of them."""
        needed = _reached({name: set(names_in(body)) for name, body in self.nodes.items()}, self.target.name)
        self.nodes = {name: body for name, body in self.nodes.items() if name in needed}

    # ── names and calls ───────────────────────────────────────────────────────────────────────────────────────────

    def _resolved(self, expression: Expression, scope: Mapping[str, Expression]) -> Expression:
        """The expression with a function's variables replaced, as `scope` says, and each call by its node's name."""
        self._count(expression)
        if isinstance(expression, Number):
            return expression
        if isinstance(expression, Name):
            return self._resolved_name(expression, scope)
        if isinstance(expression, Apply):
            arguments = tuple(self._resolved(argument, scope) for argument in expression.arguments)
            return Apply(expression.operation, arguments, expression.at)
        return self._node(self._inlined(expression, scope), [expression.function], expression.at)

    def _resolved_name(self, name: Name, scope: Mapping[str, Expression]) -> Expression:
        if name.name in scope:
            return _moved(scope[name.name], name.at)
        if name.name in self.table:
            self._pending.append(name.name)
        elif self._calling and name.name in (self.target.parameters or ()):
            function = self._calling[-1]
            message = f"{name.name!r} is {self.target.name}'s own variable, but {function} means one from outside by it"
            hint = f"give one of the two another name, or let {function} take it as an argument"
            raise self.source.error(name.at, message, hint)
        elif name.name in CONSTANTS and name.name not in self.freed and name.name not in (self.target.parameters or ()):
            return Apply(name.name, (), name.at)
        return name

    def _inlined(self, expression: Expression, scope: Mapping[str, Expression]) -> Expression:
        """A whole right side: of a call, the function's body with its arguments put in."""
        if not isinstance(expression, Call):
            return self._resolved(expression, scope)
        if expression.function in self._calling or len(self._calling) == MAX_CALLS:
            self._refuse_call(expression)
        function = self.table[expression.function]
        self._calling.append(expression.function)
        pairs = zip(function.parameters or (), expression.arguments, strict=True)
        bound = {parameter: self._bound(parameter, argument, scope) for parameter, argument in pairs}
        body = self._inlined(function.body, bound)
        self._calling.pop()
        return body

    def _bound(self, parameter: str, argument: Expression, scope: Mapping[str, Expression]) -> Expression:
        """What a function's variable stands for: a name or number as it is, anything else as a node of its own."""
        calling, self._calling = self._calling, self._calling[:-1]
        value = self._inlined(argument, scope)
        self._calling = calling
        preferred = [parameter, argument.function] if isinstance(argument, Call) else [parameter]
        return self._node(value, preferred, argument.at)

    def _node(self, value: Expression, preferred: Sequence[str], at: int) -> Expression:
        if isinstance(value, Number | Name) or (isinstance(value, Apply) and not value.arguments):
            return _moved(value, at)
        if value not in self._named:
            name = self._fresh(preferred)
            self._taken.add(name)
            self._named[value] = name
            self.nodes[name] = value
        return Name(self._named[value], at)

    def _fresh(self, preferred: Sequence[str]) -> str:
        numbers = self._numbers.setdefault(preferred[0], itertools.count(2))
        numbered = (f"{preferred[0]}_{number}" for number in numbers)
        return next(name for name in itertools.chain(preferred, numbered) if name not in self._taken)

    # ── what is refused ───────────────────────────────────────────────────────────────────────────────────────────

    def _count(self, expression: Expression) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise self.source.error(expression.at, f"with all functions put in there are more than {MAX_PARTS:,} parts")

    def _refuse_call(self, call: Call) -> None:
        if call.function in self._calling:
            circle = [*self._calling[self._calling.index(call.function) :], call.function]
            raise self.source.error(call.at, f"{call.function!r} is defined through itself: {' → '.join(circle)}")
        raise self.source.error(call.at, f"functions within functions, more than {MAX_CALLS} levels deep")

    def _check(self, name: str, expression: Expression) -> None:
        try:
            constant(expression)
        except NoValueError as error:
            raise self.source.error(error.at, f"{error.reason}, in {name}") from None

    def _order(self) -> list[str]:
        """The nodes so that each comes after what it is computed from, otherwise as they stand in the text."""
        needs = {name: {part for part in names_in(body) if part in self.nodes} for name, body in self.nodes.items()}
        users: dict[str, list[str]] = {name: [] for name in self.nodes}
        for name, parts in needs.items():
            for part in parts:
                users[part].append(name)
        ready = [(self._offset(name), name) for name, parts in needs.items() if not parts]
        heapq.heapify(ready)
        order = []
        while ready:
            _, done = heapq.heappop(ready)
            order.append(done)
            for user in users[done]:
                needs[user].discard(done)
                if not needs[user]:
                    heapq.heappush(ready, (self._offset(user), user))
        if len(order) < len(self.nodes):
            self._refuse_circle({name: parts for name, parts in needs.items() if parts})
        return order

    def _offset(self, name: str) -> int:
        """Where a node stands in the text: its definition, or the body that it was made from."""
        if name in self.table and self.table[name].parameters is None:
            return self.table[name].at
        return min(part.at for part in walk(self.nodes[name]))

    def _refuse_circle(self, needs: Mapping[str, Collection[str]]) -> None:
        circle = [min(needs, key=self._offset)]
        while circle[-1] not in circle[:-1]:
            circle.append(min((part for part in needs[circle[-1]] if part in needs), key=self._offset))
        circle = circle[circle.index(circle[-1]) :]
        message = f"{circle[0]!r} is defined through itself: {' → '.join(circle)}"
        hint = ""
        if len(circle) == 2:
            name = circle[0]
            hint = (
                f"if the {name} on the right is a variable, give the result another name; "
                f"an equation for {name} has 0 on its right side: … - {name} = 0"
            )
        raise self.source.error(self._offset(circle[0]), message, hint)


def _moved(value: Expression, at: int) -> Expression:
    """The same name or number at another place, so that errors point to where it is used."""
    if isinstance(value, Name):
        return Name(value.name, at)
    return Number(value.value, at) if isinstance(value, Number) else value
