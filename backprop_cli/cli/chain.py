"""`backprop chain`."""

from __future__ import annotations

from typing import Annotated

import typer

from backprop_cli.chain.point import read_point, read_vector
from backprop_cli.chain.question import Mode, Question, Steps
from backprop_cli.cli import options as opt
from backprop_cli.cli.console import Console
from backprop_cli.cli.option_values import count_of, number_of
from backprop_cli.errors import UsageError


def chain(
    definitions: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="DEFINITION",
            help="'u = (x + 1)^2', 'd/dx(x sin x)', 'x^2 + y^2 = 25', LaTeX; with none, or -, one a line on standard input.",
        ),
    ] = None,
    of: Annotated[
        str | None,
        opt.shown_option(
            "--of", metavar="NAME", help="What is differentiated.", show_default="the definition that no other uses"
        ),
    ] = None,
    wrt: Annotated[
        list[str] | None,
        opt.shown_option("--wrt", metavar="NAME", help="By what; repeatable.", show_default="every free variable"),
    ] = None,
    at: Annotated[
        list[str] | None,
        opt.shown_option(
            "--at", metavar="x=1,y=2", help="The point, for numbers; repeatable. With one variable its value alone."
        ),
    ] = None,
    direction: Annotated[
        list[str] | None,
        opt.shown_option(
            "--direction",
            metavar="x=1,y=2",
            help="A vector: the derivative along it too, per unit of length; repeatable, as --at.",
        ),
    ] = None,
    view: Annotated[
        opt.View,
        opt.shown_option(
            "--view", **opt.one_of(opt.View), help="scalar rows, or matrix: arrays and Jacobians whole; auto: scalar."
        ),
    ] = opt.View.auto,
    paths: Annotated[bool, opt.shown_option("--paths", help="Every path through the graph, largest first.")] = False,
    limit: opt.PathLimitOption = 20,
    steps: Annotated[
        Steps | None,
        opt.shown_option(
            "--steps",
            **opt.one_of(Steps),
            help="How far expressions are taken apart: none, rules (as far as they need it) or all operations.",
            show_default="rules for one definition, none for several",
        ),
    ] = None,
    mode: Annotated[
        Mode | None,
        opt.shown_option(
            "--mode",
            **opt.one_of(Mode),
            help="reverse (from the result back) or forward (from each variable on), with the operations of both counted.",
        ),
    ] = None,
    order: Annotated[
        int, opt.shown_option("--order", parser=count_of(1, 2), metavar="N", help="2: the second derivatives too.")
    ] = 1,
    against: Annotated[
        str | None,
        opt.check_option(
            "--against",
            metavar="FILE",
            help="Somebody's own numbers, compared with these: YAML, JSON or CSV; exit code 1 if one is wrong.",
        ),
    ] = None,
    tolerance: Annotated[
        float | None,
        opt.check_option(
            "--tolerance",
            parser=number_of(0.0),
            metavar="T",
            help="With --against: the relative error that numbers of full length may have.",
            show_default="1e-9",
        ),
    ] = None,
    graph: Annotated[
        bool, opt.shown_option("--graph", help="Draw the computational graph in characters, a box for each step.")
    ] = False,
    output: Annotated[
        str | None,
        opt.output_option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write the computational graph instead: .svg, .png, .pdf, .dot, .tex (TikZ), or - for SVG.",
        ),
    ] = None,
    numbers: Annotated[
        bool, opt.shown_option("--numbers", help="The numbers alone: no derivative is written out in symbols.")
    ] = False,
    rows: opt.RowsOption = 200,
    format: opt.FormatOption = opt.Format.table,
    digits: opt.DigitsOption = opt.DIGITS,
    standalone: opt.StandaloneOption = False,
    no_pager: opt.NoPagerOption = False,
    quiet: opt.QuietOption = False,
) -> None:
    """The chain rule for composed functions.

    The factors, their product, the simplified result, and the numbers at a point.
    """
    from backprop_cli.chain.derive import differentiate
    from backprop_cli.cli.against_definitions import against_definitions
    from backprop_cli.cli.given_definitions import given_definitions
    from backprop_cli.cli.show import Showing, show
    from backprop_cli.cli.show_circuit import write_circuit
    from backprop_cli.render.drawing.circuit import circuit_of_chain
    from backprop_cli.render.formats.records import CHAIN_CSV_COLUMNS, chain_record, chain_rows
    from backprop_cli.render.views.array_view import array_view, check_arrays
    from backprop_cli.render.views.chain_view import chain_view

    point = read_point(at or [])
    console = Console(quiet, not no_pager)
    is_matrix = view is opt.View.matrix
    if is_matrix and (graph or paths or output or steps not in (None, Steps.none)):
        raise UsageError("--view matrix shows arrays whole: leave out --graph, --paths, --output and --steps")
    steps = steps or (Steps.all if graph or output else Steps.none if is_matrix else None)
    is_bare = numbers or (output or against) is not None or (is_matrix and format not in opt.MACHINE_FORMATS)
    vector = read_vector(direction or [])
    question = Question(of, wrt or [], point, steps, is_bare, limit if paths else 0, order, mode, is_matrix, vector)
    result = differentiate(given_definitions(definitions or []), question)
    if is_matrix:
        check_arrays(result)
    for notice in result.notices:
        console.notice(notice)
    if against is not None:
        if not against_definitions(console, Showing(format, digits, rows, standalone), result, against, tolerance):
            raise typer.Exit(1)
        return
    if output is not None:
        write_circuit(console, circuit_of_chain(result), output)
        return
    show(
        console,
        Showing(format, digits, rows, standalone),
        lambda notation: (
            array_view(result, notation, of is not None) if is_matrix else chain_view(result, notation, graph)
        ),
        chain_record(result),
        CHAIN_CSV_COLUMNS,
        chain_rows(result),
    )
