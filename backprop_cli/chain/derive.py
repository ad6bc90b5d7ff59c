"""Answers questions about definitions: from a text and a question to the records of a `ChainResult`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from backprop_cli.chain.algebra import in_textbook_form
from backprop_cli.chain.array_pass import arrays_of, unused_components
from backprop_cli.chain.chain_rule import ChainRule, live_names
from backprop_cli.chain.components import Components, has_arrays
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
    text = parse(source, {name for name in (*question.at, *question.wrt) if name})
    of, asked = question.of or text.of, question.wrt or text.wrt
    equation = equation_of(text, of)
    if equation is not None:
        kept = text.definitions if text.equation else []
        text = text._replace(definitions=[*kept, as_definition(equation, kept)])
    arrays = Components(source, text.definitions) if has_arrays(text.definitions) else None
    definitions = arrays.definitions if arrays else text.definitions
    if arrays is not None:
        if equation is not None and text.definitions[-1].name in arrays.names:
            raise source.error(equation.at, "the two sides of an equation are numbers, here they are arrays")
        _check_arrays(source, arrays, of)
        asked = [one for name in asked for one in arrays.names.get(name, [name])]
    given = numbers_of(source, text.values) | dict(question.at)
    final, left = final_name(definitions)
    target = (of or final) if equation is None else text.definitions[-1].name
    variables = build(source, definitions, target).variables
    at = _named(given, variables)
    if arrays is not None:
        used = {name: value for name, value in arrays.values.items() if name in variables}
        at = numbers_of(source, used) | at
    graph = build(source, definitions, target, {*at, *asked} & set(CONSTANTS))
    parameters = [name for one in definitions for name in one.parameters or ()]
    known = [*global_names(definitions), *parameters, *CONSTANTS]
    declared = {*at, *asked, *([of] if of and equation else [])}
    notices = [f"{name} is read as {product}" for name, product in text.products.items()]
    notices += refuse_misread(source, graph, {*declared, *parameters}, {*known, *declared})
    if question.whole_arrays and arrays is not None:
        left = [name for name in left if all(name not in names for names in arrays.names.values())]
    if left and target == final and not of:
        notices.append(_unused(target, left))
    if arrays is not None:
        in_use = {*graph.nodes, *graph.variables}
        notices += [f"{name} is not used" for name, parts in arrays.names.items() if in_use.isdisjoint(parts)]
    notices += _remarks(graph)
    order = max(question.order, text.order)
    depends = None
    if equation is None:
        by = _checked_wrt(graph, asked, known)
    else:
        refuse_beyond(question, order)
        depends = dependence(source, equation, graph, of, asked)
        by = [*depends.independent, depends.dependent]
        notices += [f"held fixed: {', '.join(depends.fixed)}"] if depends.fixed else []
    point = _checked_point(graph, at, known, definitions)
    steps = question.steps or (Steps.rules if len(text.definitions) == 1 else Steps.none)
    if steps is not Steps.none:
        graph = taken_apart(graph, live_names(graph, by), every=steps is Steps.all)
    _check_order(order, by)
    direction = checked_direction(question.direction, by)
    with in_textbook_form():
        chain = ChainRule(source, graph, by, point, steps, question.mode)
        if depends is not None:
            return replace(along_curve(chain, depends, question), notices=tuple(notices))
        second = chain.second() if order == MAX_ORDER else ()
        directional = in_direction(chain, direction, question) if direction else None
        result = replace(chain.result(question, notices), second=second, directional=directional)
    if arrays is None:
        return result
    found = arrays_of(text.definitions, arrays, graph)
    is_asked = question.whole_arrays and point is not None
    unused = unused_components(source, arrays, found, chain.values) if is_asked else None
    return replace(result, arrays=found, unused=unused)


def _check_arrays(source: Source, arrays: Components, of: str | None) -> None:
    """Refuse what has no derivative: arrays of numbers alone, and an array as a whole."""
    if not arrays.definitions:
        raise source.error(0, "there is nothing to differentiate but arrays of numbers")
    if of in arrays.names:
        raise UsageError(f"{of} is an array\n    hint: --of {arrays.names[of][0]} takes one of its components")


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
    if "" not in given:
        return dict(given)
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
