"""Answers questions about definitions: from a text and a question to the records of a `ChainResult`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from backprop_cli.chain.algebra import in_textbook_form
from backprop_cli.chain.array_pass import arrays_of, unused_components
from backprop_cli.chain.chain_rule import ChainRule, live_names
from backprop_cli.chain.components import Components
from backprop_cli.chain.definitions import parse
from backprop_cli.chain.direction import checked_direction, in_direction
from backprop_cli.chain.graph import Graph, build, final_name, global_names
from backprop_cli.chain.implicit import along_curve, as_definition, dependence, equation_of, refuse_beyond
from backprop_cli.chain.misread import refuse_misread
from backprop_cli.chain.point import numbers_of
from backprop_cli.chain.question import Question, Steps
from backprop_cli.chain.result import ChainResult
from backprop_cli.chain.steps import taken_apart
from backprop_cli.errors import UnknownNameError, UsageError
from backprop_cli.formula.expression import Apply, Definition, Source, names_in, walk
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
    return _Inquiry(source, question).result()


class _Inquiry:
    """What is asked of a text, made out step by step: the definitions, the graph, the point, by what it is differentiated."""

    def __init__(self, source: Source, question: Question) -> None:
        self.source = source
        self.question = question
        text = parse(source, {name for name in (*question.at, *question.wrt) if name})
        self.of = question.of or text.of
        self.equation = equation_of(text, self.of)
        if self.equation is not None:
            kept = text.definitions if text.equation else []
            text = text._replace(definitions=[*kept, as_definition(self.equation, kept)])
        self.text = text
        self.order = max(question.order, text.order)
        self.arrays = Components(source, text.definitions)
        self._check_arrays()
        self.definitions = self.arrays.definitions
        self.wrt = [one for name in question.wrt or text.wrt for one in self.arrays.names.get(name, [name])]
        self.final, self.left = final_name(self.definitions)
        self.target = (self.of or self.final) if self.equation is None else text.definitions[-1].name
        self.at = self._point()
        self.graph = build(source, self.definitions, self.target, {*self.at, *self.wrt} & set(CONSTANTS))
        self.parameters = [name for one in self.definitions for name in one.parameters or ()]
        self.known = [*global_names(self.definitions), *self.parameters, *CONSTANTS]

    def _check_arrays(self) -> None:
        """Refuse what has no derivative: arrays of numbers alone, and an array as a whole."""
        names = self.arrays.names
        if self.equation is not None and self.text.definitions[-1].name in names:
            raise self.source.error(self.equation.at, "the two sides of an equation are numbers, here they are arrays")
        if not self.arrays.definitions:
            raise self.source.error(0, "there is nothing to differentiate but arrays of numbers")
        if self.of in names:
            raise UsageError(f"{self.of} is an array\n    hint: --of {names[self.of][0]} takes one of its components")

    def _point(self) -> dict[str, float]:
        """The values that are given, those of arrays of numbers among them."""
        variables = build(self.source, self.definitions, self.target).variables
        given = numbers_of(self.source, self.text.values) | dict(self.question.at)
        used = {name: value for name, value in self.arrays.values.items() if name in variables}
        return numbers_of(self.source, used) | _named(given, variables)

    def _notices(self) -> list[str]:
        """What may not be as it was meant."""
        declared = {*self.at, *self.wrt, *([self.of] if self.of and self.equation else [])}
        found = [f"{name} is read as {product}" for name, product in self.text.products.items()]
        found += refuse_misread(self.source, self.graph, {*declared, *self.parameters}, {*self.known, *declared})
        components = {name for names in self.arrays.names.values() for name in names}
        left = [name for name in self.left if not (self.question.whole_arrays and name in components)]
        if left and self.target == self.final and not self.of:
            found.append(_unused(self.target, left))
        in_use = {*self.graph.nodes, *self.graph.variables}
        found += [f"{name} is not used" for name, parts in self.arrays.names.items() if in_use.isdisjoint(parts)]
        return found + _remarks(self.graph)

    def result(self) -> ChainResult:
        """The answer."""
        source, question, notices = self.source, self.question, self._notices()
        depends = None
        if self.equation is None:
            by = _checked_wrt(self.graph, self.wrt, self.known)
        else:
            refuse_beyond(question, self.order)
            depends = dependence(source, self.equation, self.graph, self.of, self.wrt)
            by = [*depends.independent, depends.dependent]
            notices += [f"held fixed: {', '.join(depends.fixed)}"] if depends.fixed else []
        point = _checked_point(self.graph, self.at, self.known, self.definitions)
        _check_order(self.order, by)
        direction = checked_direction(question.direction, by)
        steps = question.steps or (Steps.rules if len(self.text.definitions) == 1 else Steps.none)
        graph = self.graph
        if steps is not Steps.none:
            graph = taken_apart(graph, live_names(graph, by), every=steps is Steps.all)
        with in_textbook_form():
            chain = ChainRule(source, graph, by, point, steps, question.mode)
            if depends is not None:
                return replace(along_curve(chain, depends, question), notices=tuple(notices))
            found = chain.result(question, notices)
            second = chain.second() if self.order == MAX_ORDER else ()
            directional = in_direction(chain, direction, question) if direction else None
        arrays = arrays_of(self.text.definitions, self.arrays, graph)
        is_whole = question.whole_arrays and point is not None
        unused = unused_components(source, self.arrays, arrays, chain.values) if is_whole else None
        return replace(found, second=second, directional=directional, arrays=arrays, unused=unused)


MAX_ORDER = 2
MOST_SECOND = 12
"""Names by which second derivatives are worked out: they are half the square of these."""


def _check_order(order: int, by: Sequence[str]) -> None:
    if order > MAX_ORDER:
        raise UsageError("derivatives beyond the second are not worked out")
    if order == MAX_ORDER and len(by) > MOST_SECOND:
        hint = "--wrt chooses some"
        raise UsageError(f"second derivatives by {len(by)} names are more than {MOST_SECOND}²\n    hint: {hint}")


_FLAT = "the slope of {name} is taken as 0: it is flat between its jumps, where it has none"
_TO_SAY = {
    **dict.fromkeys(("sign", "floor", "ceil"), _FLAT),
    "arccot": "{name} is taken with values between 0 and pi: pi/2 - arctan(x)",
}


def _remarks(graph: Graph) -> list[str]:
    """A sentence about each function that is not what everybody takes it for."""
    parts = (part for expression in graph.nodes.values() for part in walk(expression) if isinstance(part, Apply))
    found = dict.fromkeys(part.operation for part in parts if part.operation in _TO_SAY)
    return [_TO_SAY[name].format(name=name) for name in found]


def _unused(target: str, left: Sequence[str]) -> str:
    """A sentence about definitions that do not matter."""
    names = ", ".join(left) if len(left) <= MOST_NAMED else f"{', '.join(left[:MOST_NAMED])}, … ({len(left)} in all)"
    verb = "is" if len(left) == 1 else "are"
    return f"{target} is differentiated; {names} {verb} not used (--of {left[-1]} for that one)"


def _named(given: Mapping[str, float], variables: Sequence[str]) -> dict[str, float]:
    """The values, with the name of the only variable that has none for the one that came without."""
    if "" not in given or not variables:
        return {name: value for name, value in given.items() if name}
    if list(variables) == [name for name in given if name]:
        raise UsageError(f"{variables[0]} is given twice, once without its name")
    left = [name for name in variables if name not in given]
    if len(left) != 1:
        example = ",".join(f"{name}={index}" for index, name in enumerate(left, start=1))
        raise UsageError(f"a value without a name needs one variable; here there are {len(left)}: --at {example}")
    return {name or left[0]: value for name, value in given.items()}


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
