"""Definitions that `report` is given in place of a network."""

from __future__ import annotations

from backprop_cli.chain.derive import differentiate
from backprop_cli.chain.question import Question, Steps
from backprop_cli.cli.console import Console
from backprop_cli.errors import UsageError
from backprop_cli.formula.expression import Source
from backprop_cli.render.formats.decimals import Digits
from backprop_cli.render.page.definitions_page import DefinitionsPage, definitions_page_text


def reported_definitions(text: str, digits: Digits, console: Console) -> str:
    """The page of definitions, every operation a step of its own.

    Raises:
        UsageError: their variables have no values, or they hold an equation, whose point must stay on the curve.
    """
    result = differentiate(Source(text), Question(steps=Steps.all))
    for notice in result.notices:
        console.notice(notice)
    if result.equation is not None:
        raise UsageError(
            f"the page is for definitions, here is an equation\n    hint: backprop chain '{text}' shows it"
        )
    if not result.has_values:
        point = ", ".join(f"{name} = 1" for name in result.graph.variables)
        raise UsageError(f"the page shows numbers\n    hint: say where: '{text} where {point}'")
    return definitions_page_text(DefinitionsPage(result, text, digits))
