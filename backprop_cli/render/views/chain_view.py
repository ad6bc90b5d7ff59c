"""What `chain` shows, as blocks, in a textbook's order: composition, local derivatives, chain, product, short form, value."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial

from backprop_cli.chain.question import Mode
from backprop_cli.chain.result import ChainResult, Directional, Total, same_digits
from backprop_cli.derivation.partials import Partial, Rule
from backprop_cli.derivation.quantities import Quantity
from backprop_cli.formula.printer import TEXT
from backprop_cli.render.drawing.circuit import Circuit, circuit_of_chain
from backprop_cli.render.drawing.circuit_characters import draw
from backprop_cli.render.formats.notation import Notation, partial_name
from backprop_cli.render.views.blocks import Block, Column, Equation, Equations, Heading, Note, Picture, Table
from backprop_cli.render.views.explain_view import paths_blocks
from backprop_cli.render.views.phrases import (
    chain_in_symbols,
    counted,
    quantity_in_numbers,
    quantity_in_symbols,
    whole_chain,
)
from backprop_cli.render.views.run_view import PARTIAL_COLUMNS, partial_row


def chain_view(result: ChainResult, notation: Notation, with_graph: bool = False) -> Iterator[Block]:
    """All the blocks, if wanted with the computational graph before the first section."""
    notation = notation.with_ordinary(result.ordinary)
    names = ", ".join(notation.math(notation.name(name)) for name in result.derivatives)
    yield Heading(f"The derivative of {notation.math(notation.name(result.of))} by {names}", 1)
    if result.at:
        point = [notation.math(f"{notation.name(name)} = {notation.term(value)}") for name, value in result.at.items()]
        yield Note(f"At {', '.join(point)}")
    if with_graph:
        yield from _graph(result, notation)
    yield Heading("Steps" if result.rule_names and len(result.nodes) > 1 else "Composition")
    yield Equations([_definition(node, notation) for node in result.nodes])
    if result.equation is not None:
        zero = notation.math(notation.equal([notation.name(result.equation), notation.term(0.0)]))
        yield Note(f"The equation is {zero}.")
    yield Heading("Local derivatives")
    yield _table(
        [one for one in result.partials if one.rule is not None and not _is_answer(one, result)], result, notation
    )
    yield from _held(result, notation)
    asked = {total.partial.name for total in result.derivatives.values()}
    inner = [partial for partial in result.partials if partial.terms and partial.name not in asked]
    if inner:
        yield Heading("Forward mode" if result.mode is Mode.forward else "Intermediates")
        yield _table(inner, result, notation)
    if result.operations:
        yield _counted(result, notation)
    if all(total.is_bare for total in result.derivatives.values()):
        yield Heading("Derivatives")
        yield _table([total.partial for total in result.derivatives.values()], result, notation)
        for total in result.derivatives.values():
            if total.paths is not None:
                yield from paths_blocks(total.paths, total.path_count, total.partial, notation, "Paths")
    else:
        for total in result.derivatives.values():
            yield from _total(total, notation, result.equation)
        yield from _left_out(result, notation)
    if result.directional:
        yield from _directional(result.directional, result, notation)
    if result.second:
        yield from _second(result, notation)
    if result.has_values:
        yield from checked_notes(result, notation)


def operations_picture(circuit: Circuit) -> Picture:
    """Every operation with its value and its gradient."""
    return Picture("graph", partial(draw, circuit), is_asked=True)


def _is_answer(partial: Partial, result: ChainResult) -> bool:
    """Whether a rule is what an equation comes to, which has its own section."""
    return result.equation is not None and partial.of == result.of


def _graph(result: ChainResult, notation: Notation) -> Iterator[Block]:
    """The drawing, and what stands in its boxes."""
    yield Heading("Graph")
    yield operations_picture(circuit_of_chain(result))
    if result.has_values:
        of = notation.name(result.graph.target)
        yield Note(
            notation.text("In each box: the value, the operation, and with ")
            + notation.math(notation.symbol("partial"))
            + notation.text(" the derivative of ")
            + notation.math(of)
            + notation.text(" by it.")
        )


def _definition(node: Quantity, notation: Notation) -> Equation:
    """`u = (x + 1)² = (1 + 1)² = 4`."""
    rights = [quantity_in_symbols(node, notation), quantity_in_numbers(node, notation), notation.term(node.value)]
    return Equation(notation.name(node.name), _different(rights))


_RULE = Column("rule", "text")
_RULE_WORDS = {"absolute_value": "absolute value", "identity": "itself"}
_NOT_RULES = frozenset(
    {"cases", "implicit_differentiation", "identity", "logarithmic_differentiation", "absolute_value"}
)


def _table(partials: Sequence[Partial], result: ChainResult, notation: Notation) -> Table:
    """Partials, with their rules' names where expressions are taken apart, and with their numbers where there are any."""
    shown = len(PARTIAL_COLUMNS) if result.has_values else 2
    columns = list(PARTIAL_COLUMNS[:shown])
    rows = [list(partial_row(partial, notation)[:shown]) for partial in partials]
    if result.rule_names:
        columns.insert(1, _RULE)
        for row, partial in zip(rows, partials, strict=True):
            row.insert(1, notation.text(_rule_words(result.rule_names[partial.name])))
    return Table(columns, rows, len(rows))


def _rule_words(name: str) -> str:
    """`product rule`, `constant multiple`."""
    words = name.replace("_", " ")
    return _RULE_WORDS.get(name, words) if name in _NOT_RULES else f"{words} rule"


def _counted(result: ChainResult, notation: Notation) -> Note:
    """How much each mode multiplies and adds up for all the derivatives."""
    count = len(result.derivatives)
    pieces = []
    for mode, number in result.operations.items():
        products = counted(number.multiplications, "multiplication")
        pieces.append(f"{mode} mode takes {products} and {counted(number.additions, 'addition')}")
    every = "the derivative" if count == 1 else f"all {count} derivatives"
    sentence = f"For {every}, {', '.join(pieces)} of derivatives."
    return Note(notation.text(sentence))


def _held(result: ChainResult, notation: Notation) -> Iterator[Note]:
    """What a partial with a bar means, where there is one."""
    held = next((partial for partial in result.partials if "|" in partial.wrt), None)
    if held is not None:
        name, _, fixed = held.wrt.partition("|")
        formula = notation.math(partial_name(held, notation))
        yield Note(
            f"{formula} is the direct part alone: {notation.text(held.of)} by {notation.text(name)}"
            f" with {notation.text(fixed.replace(',', ', '))} held fixed."
        )


def _total(total: Total, notation: Notation, equation: str | None = None) -> Iterator[Block]:
    """One derivative: the chain, the product with everything put in, the short form, each also as a number."""
    name = partial_name(total.partial, notation)
    yield Heading(notation.math(name))
    if equation is not None:
        yield _along_curve(total.partial, equation, notation)
    symbols, numbers = whole_chain(total.partial, notation)
    written = short_forms(total)
    lines = [Equation(name, _different([symbols, *(notation.rule(rule) for rule in written)]))]
    if not math.isnan(total.partial.value):
        filled = [notation.numbers(rule) for rule in written if rule is total.simplified]
        lines.append(Equation(name, _different([numbers, *filled, notation.term(total.partial.value)])))
    yield Equations(lines)
    if total.note:
        yield Note(notation.text(total.note[0].upper() + total.note[1:] + "."))
    if total.paths is not None:
        yield from paths_blocks(total.paths, total.path_count, total.partial, notation, "Paths")


def _along_curve(partial: Partial, equation: str, notation: Notation) -> Note:
    """That F_x + F_y·dy/dx is 0, with what F_x is."""
    by, of = (notation.name(f"{equation}_{name}") for name in (partial.wrt, partial.of))
    slope = notation.product([of, partial_name(partial, notation)])
    flat = notation.math(notation.equal([notation.sum([by, slope]), notation.term(0.0)]))
    name, meaning = notation.math(notation.name(equation)), notation.math(notation.partial(equation, partial.wrt))
    return Note(
        f"Implicit differentiation: {name} stays 0 along the curve, so {flat}, with {notation.math(by)} for {meaning}."
    )


def _directional(found: Directional, result: ChainResult, notation: Notation) -> Iterator[Block]:
    """The vector, what its components are divided by, and the derivative along it."""
    names = ", ".join(map(notation.name, found.vector))
    components = ", ".join(map(notation.term, found.vector.values()))
    sides = (
        [names, components] if len(found.vector) == 1 else [notation.bracketed(names), notation.bracketed(components)]
    )
    partial = found.total.partial
    links = [factors[1] for factors in partial.terms]
    notation = notation.with_ordinary(result.ordinary | {one.name for one in (partial, *links)})
    yield Heading("Direction")
    vector, way = notation.math(notation.equal(sides)), notation.math(notation.name(partial.wrt))
    length = notation.math(notation.term(found.length))
    divided = "" if found.is_unit else ", and is divided by it"
    yield Note(f"The vector {vector} has the length {length}{divided}: {way} is the distance along it.")
    yield Equations([_link(one, notation) for one in links])
    yield from _total(found.total, notation)
    if result.has_values and not found.is_unit:
        yield Note(f"Not divided by its length it is {notation.math(notation.term(found.undivided))}.")


def _link(partial: Partial, notation: Notation) -> Equation:
    """`dx/ds = 1/√5 = 0.4472136`."""
    rights = _different([chain_in_symbols(partial, notation), notation.term(partial.value)])
    return Equation(partial_name(partial, notation), rights)


def _second(result: ChainResult, notation: Notation) -> Iterator[Block]:
    """The second derivatives, and of several variables the matrix of their values."""
    yield Heading("Second derivatives")
    lines = []
    for one in result.second:
        is_shown = one.simplified is not None and _characters(one.simplified) <= WIDEST_FORMULA
        shown = [notation.rule(one.simplified), notation.numbers(one.simplified)] if one.simplified and is_shown else []
        known = result.has_values
        rights = [*shown[: 2 if known else 1], *([notation.term(one.value)] if known else [])]
        lines.append(Equation(notation.second(result.of, *one.wrt), _different(rights or [notation.word("too long")])))
    yield Equations(lines)
    names = list(result.derivatives)
    if result.has_values and len(names) > 1:
        yield Heading("Hessian matrix")
        values = {frozenset(one.wrt): one.value for one in result.second}
        columns = [Column("", "math"), *(Column(notation.math(notation.name(name)), "number") for name in names)]
        rows: list[list[str | float]] = [
            [notation.math(notation.name(a)), *(values[frozenset((a, b))] for b in names)] for a in names
        ]
        yield Table(columns, rows, len(rows))


def _left_out(result: ChainResult, notation: Notation) -> Iterator[Note]:
    """How many derivatives have a form that is too long to be shown, and where to find it."""
    totals = result.derivatives.values()
    lengths = [
        max(_characters(rule) for rule in (total.product, total.simplified) if rule is not None)
        for total in totals
        if total.product is not None
    ]
    long = [length for length in lengths if length > WIDEST_FORMULA]
    if long:
        those = "One formula is" if len(long) == 1 else f"The formulas of {len(long)} derivatives are"
        sentence = f"{those} too long to be shown here, up to {max(long):,} characters: JSON has all (-f json)."
        yield Note(notation.text(sentence))


WIDEST_FORMULA = 200
"""Characters of a derivative in symbols: two or three lines of a terminal."""
FEWEST_DIGITS = 6
"""Digits to which central differences must agree to say no more about it; near a kink or a pole they do not."""


def short_forms(total: Total) -> list[Rule]:
    """The derivative with everything put in, and its shortest form, as far as each is short enough to be read."""
    forms = (rule for rule in (total.product, total.simplified) if rule is not None)
    return [rule for rule in forms if _characters(rule) <= WIDEST_FORMULA]


def _characters(rule: Rule) -> int:
    return len(TEXT.write(rule.formula))


def checked_notes(result: ChainResult, notation: Notation) -> Iterator[Note]:
    """A line about central differences, and one about each derivative that they do not confirm."""
    checks = [(partial, slope, same_digits(partial.value, slope)) for partial, slope in result.checks()]
    agreeing = [digits for _, _, digits in checks if digits >= FEWEST_DIGITS]
    if agreeing:
        fewest = counted(min(agreeing), "digit")
        yield Note(notation.text(f"Checked: central differences agree to {fewest}."))
    for checked, slope, digits in checks:
        if digits >= FEWEST_DIGITS:
            continue
        shown = notation.math(partial_name(checked, notation))
        value = notation.math(notation.term(slope))
        yield Note(
            notation.text("Central differences give ") + value + notation.text(" for ") + shown
            + notation.text(": near a kink or a pole they are rough.")
        )  # fmt: skip


def _different(rights: Sequence[str]) -> list[str]:
    """The steps that say something new."""
    steps = [step for step in rights if step]
    return [step for index, step in enumerate(steps) if index == 0 or step != steps[index - 1]]
