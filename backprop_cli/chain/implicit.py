"""Implicit differentiation: dy/dx of an equation between x and y, such as x^2 + y^2 = 25.

F, the left side less the right one, stays 0 along the curve, so that F_x + F_y·dy/dx is 0: dy/dx is -F_x/F_y.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from backprop_cli.chain.chain_rule import ChainRule, as_rule
from backprop_cli.chain.definitions import CurveEquation, Text
from backprop_cli.chain.differences import difference, is_quick, value_at
from backprop_cli.chain.graph import Graph
from backprop_cli.chain.question import Question
from backprop_cli.chain.result import ChainResult, Total
from backprop_cli.chain.rules import IMPLICIT
from backprop_cli.derivation.partials import Partial, Rule
from backprop_cli.errors import UnknownNameError, UsageError
from backprop_cli.formula.evaluate import NoValueError
from backprop_cli.formula.expression import Apply, Definition, Expression, Name, Number, Source, names_in

_LETTERS = ("x", "y", "z")
"""Of these the last that occurs is the one that depends on the others, unless something else is asked."""
NEAR = 1e-9
"""How far from the curve, by the sizes of its coordinates, a point may be that lies on it: it is rounded."""
VANISHING = 1e-12
"""A slope so many times smaller than F or its other slopes is 0 but for rounding."""
FARTHEST = 0.1
"""How far a solution nearby may be, by its size, to be the same one."""
MOST_STEPS = 60
"""Steps of the search for a solution nearby."""


class Dependence(NamedTuple):
    """Which variable the equation gives as a function of which; the others are held fixed."""

    dependent: str
    independent: tuple[str, ...]
    fixed: tuple[str, ...]


def equation_of(text: Text, of: str | None) -> CurveEquation | None:
    """The equation of a text, also `x = y^2`, where y is asked for."""
    if text.equation is not None or of is None or len(text.definitions) != 1:
        return text.equation
    (only,) = text.definitions
    if only.parameters is not None or only.name == of or of not in names_in(only.body):
        return None
    return CurveEquation(Name(only.name, only.at), only.body, only.at)


def as_definition(equation: CurveEquation, definitions: Sequence[Definition]) -> Definition:
    """F = left − right, under a name that nothing has."""
    taken = {name for body in (*equation[:2], *(one.body for one in definitions)) for name in names_in(body)}
    taken |= {one.name for one in definitions} | {name for one in definitions for name in one.parameters or ()}
    names = itertools.chain("FGH", (f"F{number}" for number in itertools.count(1)))
    name = next(name for name in names if not any(other == name or other.startswith(f"{name}_") for other in taken))
    return Definition(name, None, _difference(equation), equation.at)


def _difference(equation: CurveEquation) -> Expression:
    left, right = (
        [*side.arguments] if isinstance(side, Apply) and side.operation == "+" else [side] for side in equation[:2]
    )
    taken_off = [] if right == [Number(0.0)] else [_negated(term) for term in right]
    terms = [*([] if left == [Number(0.0)] else left), *taken_off]
    if not terms:
        return Number(0.0, equation.at)
    return terms[0] if len(terms) == 1 else Apply("+", tuple(terms), equation.at)


def _negated(term: Expression) -> Expression:
    is_negative = isinstance(term, Apply) and term.operation == "neg"
    return term.arguments[0] if is_negative else Apply("neg", (term,), term.at)  # type: ignore[union-attr]


def dependence(source: Source, equation: CurveEquation, graph: Graph, of: str | None, wrt: Sequence[str]) -> Dependence:
    """What depends on what in an equation, whose graph this is.

    Raises:
        InputError: that has two meanings, or the equation has fewer than two variables; it points at the equals sign.
        UnknownNameError: it has no variable of a name that is asked for.
        UsageError: a name that is asked for is no variable.
    """
    variables = graph.variables
    for name in (*([of] if of else []), *wrt):
        if name in graph.nodes:
            raise UsageError(
                f"{name} is defined: an equation is differentiated by its variables {', '.join(variables)}"
            )
        if name not in variables:
            raise UnknownNameError("variable", name, variables)
    if of in wrt:
        raise UsageError(f"{of} is what is differentiated: --wrt names another variable")
    if len(variables) < 2:
        found = f"this one has {', '.join(variables) or 'none'}"
        raise source.error(equation.at, f"an equation between two variables has a derivative: {found}")
    rest = [name for name in variables if name not in wrt]
    known = [name for name in _LETTERS if name in rest]
    independent = tuple(wrt)
    if of is None and len(rest) == 1:
        of = rest[0]
    elif of is None and known and len(known) + len(wrt) > 1:
        of = known[-1]
        independent = independent or tuple(known[:-1])
    elif of is None:
        one, other = rest[:2]
        hint = f"ask for d{other}/d{one} or d{one}/d{other}: --of {other} --wrt {one}"
        message = f"this has two meanings: which of {', '.join(rest)} depends on the others?"
        raise source.error(equation.at, message, hint)
    independent = independent or tuple(name for name in variables if name != of)
    return Dependence(of, independent, tuple(name for name in variables if name not in (of, *independent)))


def refuse_beyond(question: Question, order: int) -> None:
    """Say what is not worked out for an equation."""
    asked = {"--order 2": order > 1, "--direction": question.direction, "--paths": question.limit}
    for option, is_asked in asked.items():
        if is_asked:
            raise UsageError(f"{option} is for definitions; here is an equation, which has no name on its left side")


def along_curve(chain: ChainRule, depends: Dependence, question: Question) -> ChainResult:
    """The derivatives of the dependent variable, from those of F, which `chain` has by all the variables.

    Raises:
        UsageError: the equation does not hold at the point, or gives no slope there.
        InputError: F does not change with the dependent variable anywhere.
    """
    found = chain.result(question)
    name, dependent = chain.graph.target, depends.dependent
    if chain.point is not None:
        _check_point(chain, depends)
    below = chain.totals[dependent]
    formula = Apply("neg", (Apply("/", (Name("a"), Name("b"))),))
    derivatives = {}
    for variable in depends.independent:
        above = chain.totals[variable]
        value = math.nan if chain.point is None else -above.value / below.value + 0.0
        names = {"a": f"{name}_{variable}", "b": f"{name}_{dependent}"}
        partial = Partial(dependent, variable, value, Rule(formula, names, {"a": above.value, "b": below.value}))
        written = chain.symbols.quotient(above, below)
        product, simplified = (
            None if form is None or question.numbers else as_rule(form, chain.values)
            for form in (written.product, written.simplified)
        )
        derivatives[variable] = Total(partial, product, simplified, "" if question.numbers else written.note)
    partials = [total.partial for total in derivatives.values()]
    is_ordinary = len(chain.graph.variables) == 2
    return replace(
        found,
        of=dependent,
        partials=(*found.partials, *partials),
        derivatives=derivatives,
        ordinary=found.ordinary | {partial.name for partial in partials if is_ordinary},
        rule_names=found.rule_names | {partial.name: IMPLICIT for partial in partials if found.rule_names},
        numerical=_numerical(chain, depends),
        equation=name,
    )


# ── numbers ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _check_point(chain: ChainRule, depends: Dependence) -> None:
    """Refuse a point that is not on the curve, and one where the curve has no slope."""
    target, dependent = chain.graph.target, depends.dependent
    value, slopes = chain.values[target], {name: chain.totals[name].value for name in (*depends.independent, dependent)}
    sizes = {name: max(1.0, abs(chain.values[name])) for name in slopes}
    change = sum(abs(slope) * sizes[name] for name, slope in slopes.items())
    if abs(value) > NEAR * change:
        at = ", ".join(f"{name} = {chain.values[name]:g}" for name in chain.point or {})
        message = f"the equation does not hold at {at}: its left side less its right one is {value:g}"
        raise UsageError(message + _nearest(chain, dependent))
    others = max((abs(slopes[name]) * sizes[name] for name in depends.independent), default=0.0)
    if abs(slopes[dependent]) * sizes[dependent] <= VANISHING * others or slopes[dependent] == 0:
        at = ", ".join(f"{name} = {value:g}" for name, value in (chain.point or {}).items())
        other = depends.independent[0]
        if not others:
            raise UsageError(f"all slopes of {target} are 0 at {at}: the curve has no single direction there")
        hint = f"--of {other} --wrt {dependent} asks for d{other}/d{dependent}, which is 0"
        message = f"{target}_{dependent} is 0 at {at}: the curve is vertical there, {dependent} has no slope"
        raise UsageError(f"{message}\n    hint: {hint}")


def _nearest(chain: ChainRule, dependent: str) -> str:
    """A hint at the value with which the equation does hold, where one is found."""
    try:
        found = _solved(chain, dependent, {})
    except NoValueError:
        return ""
    return f"\n    hint: it holds at {dependent} = {found!r}"


def _numerical(chain: ChainRule, depends: Dependence) -> dict[str, float]:
    """The derivatives by central differences of solutions nearby, and no rule."""
    if chain.point is None or not is_quick(chain.graph, MOST_STEPS * len(depends.independent)):
        return {}
    values, dependent = chain.values, depends.dependent
    found = {}
    for name in depends.independent:

        def solution(by: float, name: str = name) -> float:
            solved = _solved(chain, dependent, {name: values[name] + by})
            if abs(solved - values[dependent]) > FARTHEST * max(1.0, abs(values[dependent])):
                raise NoValueError(0, "the solution is another one")
            return solved

        slope = difference(solution, max(1.0, abs(values[name])))
        if slope is not None:
            found[name] = slope
    return found


def _solved(chain: ChainRule, dependent: str, moved: Mapping[str, float]) -> float:
    """The value of the dependent variable that fulfils the equation near its own, with others moved."""

    def function(value: float) -> float:
        return value_at(chain.graph, chain.values, {**moved, dependent: value})

    return root_near(function, chain.values[dependent])


def root_near(function: Callable[[float], float], start: float) -> float:
    """Where a function is 0, by secants from a start.

    Raises:
        NoValueError: they lead nowhere.
    """
    size = max(1.0, abs(start))
    last, here = start, start + 1e-4 * size
    before, value = function(last), function(here)
    for _ in range(MOST_STEPS):
        if value == 0 or abs(here - last) <= 1e-15 * size:
            return here
        if value == before:
            break
        last, here = here, here - value * (here - last) / (value - before)
        before, value = value, function(here)
    raise NoValueError(0, "no solution nearby")
