"""The page of definitions: the graph of their operations, every number, and the derivatives in symbols."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from markupsafe import Markup

from backprop_cli.chain.result import ChainResult, Total
from backprop_cli.render.drawing.circuit import Circuit, circuit_of_chain
from backprop_cli.render.drawing.circuit_svg import circuit_svg
from backprop_cli.render.drawing.svg import size_of, text_of
from backprop_cli.render.formats.decimals import EIGHT_DECIMALS, Digits
from backprop_cli.render.formats.notation import partial_name
from backprop_cli.render.page.content import partial_rows, quantity_rows
from backprop_cli.render.page.data import embedded
from backprop_cli.render.page.gates import graph_data, operations_in
from backprop_cli.render.page.joining import joined_script
from backprop_cli.render.page.mathml import PageNotation
from backprop_cli.render.page.template import environment_of, filled
from backprop_cli.render.views.chain_view import short_forms

MOST_GATES = 400
"""A graph of more operations and variables is not drawn."""


@dataclass(frozen=True)
class DefinitionsPage:
    """Definitions that are worked out at a point, every operation a step of its own, and their text."""

    result: ChainResult
    text: str
    digits: Digits = EIGHT_DECIMALS

    @cached_property
    def notation(self) -> PageNotation:
        """With d for the derivatives that hold nothing fixed."""
        return PageNotation(self.digits).with_ordinary(self.result.ordinary)

    @cached_property
    def circuit(self) -> Circuit:
        """The graph with its numbers."""
        return circuit_of_chain(self.result)


@dataclass(frozen=True)
class SymbolLines:
    """A derivative: its name, and what it is equal to, last its number."""

    title: str
    lines: list[str]


def definitions_page_text(page: DefinitionsPage) -> str:
    """The whole page."""
    result, notation = page.result, page.notation
    is_drawn = len(page.circuit.gates) <= MOST_GATES
    picture = circuit_svg(page.circuit, is_standalone=False) if is_drawn else None
    of, names = (
        notation.math(notation.name(result.of)),
        [notation.math(notation.name(one)) for one in result.derivatives],
    )
    chains = [partial for partial in result.partials if partial.terms]
    local = [partial for partial in result.partials if partial.rule is not None]
    context: dict[str, Any] = {
        "title": f"The derivative of {result.of} by {', '.join(result.derivatives)}",
        "heading": Markup(f"The derivative of {of} by {', '.join(names)}"),
        "of": Markup(of),
        "point": [Markup(notation.math(equation)) for equation in _point(page)],
        "circuit": "" if picture is None else Markup(text_of(picture)),
        "gates": len(page.circuit.gates),
        "forward": list(quantity_rows(result.nodes, notation)),
        "local": list(partial_rows(local, notation)),
        "chains": list(partial_rows(chains, notation)),
        "has_held": any("|" in partial.wrt for partial in local),
        "totals": [_symbols(total, page) for total in result.derivatives.values()],
        "text": page.text,
        "data": Markup(embedded(_data(page))),
    }
    width = 0.0 if picture is None else size_of(picture)[0]
    script = joined_script("definitions", operations=operations_in(result.graph))
    return filled(environment_of(page.digits), "definitions.html", context, script, f"--circuit: {width:g}px;")


def _point(page: DefinitionsPage) -> Iterator[str]:
    notation = page.notation
    for name, value in page.result.at.items():
        yield notation.equal([notation.name(name), notation.quantity(name, value)])


def _symbols(total: Total, page: DefinitionsPage) -> SymbolLines:
    """The derivative with everything put in, its shortest form where that is another, and its number."""
    partial, notation = total.partial, page.notation
    forms = [notation.math(notation.rule(rule)) for rule in short_forms(total)]
    value = notation.math(notation.quantity(partial.name, partial.value))
    return SymbolLines(notation.math(partial_name(partial, notation)), [*dict.fromkeys(forms), value])


def _data(page: DefinitionsPage) -> dict[str, Any]:
    """What the script works with: the gates, the point, and which local derivative each partial without terms is."""
    result = page.result
    links = [[one.name, one.of, one.wrt.partition("|")[0]] for one in result.partials if one.rule is not None]
    return {
        "digits": {"count": page.digits.shown, "isSignificant": page.digits.is_significant},
        "definitions": {"gates": graph_data(result.graph), "at": result.at, "links": links},
    }
