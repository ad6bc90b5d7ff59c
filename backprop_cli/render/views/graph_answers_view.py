"""What `chain --against` shows: somebody's numbers for a graph of definitions beside the right ones."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_cli.chain.result import ChainResult
from backprop_cli.check.graph_answers import GraphComparison
from backprop_cli.render.formats.notation import Notation
from backprop_cli.render.views.against_view import numbers_table, summary
from backprop_cli.render.views.blocks import Block, Heading, Note
from backprop_cli.render.views.phrases import counted, listed


def graph_answers_view(
    source: str, result: ChainResult, comparison: GraphComparison, notation: Notation
) -> Iterator[Block]:
    """The numbers in a table, what they share, and what could not be compared."""
    names = ", ".join(notation.math(notation.name(name)) for name in result.derivatives)
    yield Heading(f"The derivative of {notation.math(notation.name(result.of))} by {names}", 1)
    yield Note(f"{counted(len(comparison.compared), 'number')} from {notation.text(source)}")
    yield Heading("Given and right")
    yield numbers_table(comparison.compared, notation)
    yield Note(summary(comparison.compared))
    for shared in comparison.ratios:
        verb = "is" if len(shared.names) == 1 else "are"
        times = notation.math(notation.term(shared.ratio))
        right = "the right one" if len(shared.names) == 1 else "the right ones"
        yield Note(f"{listed(shared.names, notation.text)} {verb} {times} × {right}.")
    if comparison.missing:
        yield Note(f"Not given: {listed(comparison.missing, notation.text)}.")
    if comparison.unknown:
        yield Note(f"Unknown here: {listed(comparison.unknown, lambda name: _unknown(name, comparison, notation))}.")


def _unknown(name: str, comparison: GraphComparison, notation: Notation) -> str:
    meant = comparison.meant.get(name)
    return notation.text(name) + (f" (did you mean {notation.text(meant)}?)" if meant else "")
