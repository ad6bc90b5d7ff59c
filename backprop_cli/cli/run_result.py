"""What `run` shows of a finished run: as rows, as matrices, or for machines."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from backprop_cli.cli import options as opt
from backprop_cli.cli.console import Console
from backprop_cli.cli.show import Showing, show
from backprop_cli.derivation.explanation import derive
from backprop_cli.files.limits import require_records
from backprop_cli.network.network import Network
from backprop_cli.render.formats.bulk import CsvLines, JsonLines, partial_rows
from backprop_cli.render.formats.notation import Notation
from backprop_cli.render.formats.records import CSV_COLUMNS, run_record
from backprop_cli.render.views.blocks import Block, Note
from backprop_cli.render.views.graph_view import with_graph
from backprop_cli.render.views.matrix_view import matrix_view
from backprop_cli.render.views.run_view import run_view
from backprop_cli.training.train import Run

MOST_SCALARS = 200
"""A network with more parameters is shown as matrices unless scalar rows are asked for."""
MACHINE_FORMATS = (opt.Format.json, opt.Format.jsonl, opt.Format.csv)


def is_scalar(view: opt.View, network: Network) -> bool:
    """Whether derivatives are shown one by one rather than as matrices."""
    return view is opt.View.scalar or (view is opt.View.auto and network.parameter_count <= MOST_SCALARS)


def check_showable(network: Network, format: opt.Format, view: opt.View) -> None:
    """Refuse, before training, what cannot be written out derivative by derivative.

    Raises:
        UsageError: there are too many of them.
    """
    if format in MACHINE_FORMATS or is_scalar(view, network):
        require_records(network)


def show_run(
    console: Console, showing: Showing, run: Run, sample: int, view: opt.View, has_graph: bool, source: str = ""
) -> None:
    """Write a run, with the derivation of `sample` (from 1); `source` is its file where it is one of several."""
    derivation = derive(run, sample - 1)

    def blocks(notation: Notation) -> Iterable[Block]:
        chosen = run_view if is_scalar(view, run.setup.network) else matrix_view
        shown = chosen(run, derivation, sample, notation)
        shown = with_graph(shown, derivation) if has_graph else shown
        return chain([Note(notation.text(source))], shown) if source else shown

    record = run_record(run, derivation, partial_rows(derivation, JsonLines()), sample)
    show(
        console,
        showing,
        blocks,
        chain([("file", source)], record) if source else record,
        CSV_COLUMNS,
        partial_rows(derivation, CsvLines()),
    )
