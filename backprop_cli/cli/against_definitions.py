"""Somebody's numbers for definitions beside the right ones."""

from __future__ import annotations

from backprop_cli.chain.result import ChainResult
from backprop_cli.check.answers import read_numbers
from backprop_cli.check.graph_answers import compare_graph, right_numbers
from backprop_cli.cli.console import Console
from backprop_cli.cli.show import Showing, show
from backprop_cli.errors import UnknownNameError, UsageError
from backprop_cli.files.input import STANDARD_INPUT, read_bytes
from backprop_cli.render.formats.check_records import GRAPH_COLUMNS, graph_record, graph_rows
from backprop_cli.render.views.graph_answers_view import graph_answers_view


def against_definitions(
    console: Console, showing: Showing, result: ChainResult, file: str, tolerance: float | None
) -> bool:
    """Compare the numbers of a file with those of a result, and show them; whether they are right.

    Raises:
        UsageError: the result has no point, and so no numbers.
        UnknownNameError: no name in the file means anything.
    """
    if not result.has_values:
        raise UsageError(f"--against compares numbers: give a point, such as --at {next(iter(result.derivatives))}=1")
    name = STANDARD_INPUT if file == "-" else file
    comparison = compare_graph(result, read_numbers(read_bytes(file), name), tolerance)
    if not comparison.compared:
        raise UnknownNameError("name", comparison.unknown[0], right_numbers(result))
    show(
        console, showing, lambda notation: graph_answers_view(name, result, comparison, notation),
        graph_record(comparison), GRAPH_COLUMNS, graph_rows(comparison),
    )  # fmt: skip
    return comparison.passed
