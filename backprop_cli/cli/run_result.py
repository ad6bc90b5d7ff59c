"""What `run` shows of a finished run: as rows, as matrices, or for machines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Literal

from backprop_cli.cli import options as opt
from backprop_cli.cli.console import Console
from backprop_cli.cli.option_values import names_in
from backprop_cli.cli.show import Showing, show
from backprop_cli.derivation.explanation import derive
from backprop_cli.errors import UsageError
from backprop_cli.files.limits import require_records
from backprop_cli.network.names import Names
from backprop_cli.network.network import Network
from backprop_cli.render.formats.bulk import CsvLines, JsonLines, partial_rows
from backprop_cli.render.formats.notation import Notation
from backprop_cli.render.formats.records import CSV_COLUMNS, run_record, samples_record, samples_rows
from backprop_cli.render.views.blocks import Block, Note
from backprop_cli.render.views.brief_view import brief_view
from backprop_cli.render.views.matrix_view import matrix_view
from backprop_cli.render.views.phrases import counted
from backprop_cli.render.views.run_view import run_view
from backprop_cli.render.views.selection import Selection
from backprop_cli.training.train import Run

MOST_SCALARS = 200
"""A network with more parameters is shown as matrices unless scalar rows are asked for."""
Drawn = Literal["network", "operations"]
"""What is drawn before the tables."""


def is_scalar(view: opt.View, network: Network) -> bool:
    """Whether derivatives are shown one by one rather than as matrices."""
    return view is opt.View.scalar or (view is opt.View.auto and network.parameter_count <= MOST_SCALARS)


def check_showable(network: Network, format: opt.Format, view: opt.View) -> None:
    """Refuse, before training, what cannot be written out derivative by derivative.

    Raises:
        UsageError: there are too many of them.
    """
    if format in opt.MACHINE_FORMATS or is_scalar(view, network):
        require_records(network)


def selection_of(
    only: list[opt.Section], layer: int | None, weights: list[str], is_brief: bool, names: Names
) -> Selection:
    """What is to be shown, from the options.

    Raises:
        UsageError: there is no such layer, or weights are chosen of what cannot be cut to them.
        UnknownNameError: a weight is no parameter.
    """
    if layer is not None and layer > names.depth:
        raise UsageError(f"there is no layer {layer}: the network has {counted(names.depth, 'layer')}")
    if weights and not is_brief:
        raise UsageError("--weight goes with --brief\n    hint: backprop explain CONFIG NAME derives one by itself")
    chosen = tuple(map(names.find, names_in(weights)))
    return Selection(frozenset(one.value for one in only), None if layer is None else layer - 1, chosen, is_brief)


def show_run(
    console: Console,
    showing: Showing,
    run: Run,
    samples: Sequence[int],
    view: opt.View,
    picture: Drawn | None,
    selection: Selection,
    source: str = "",
) -> None:
    """Write a run, with the derivations of `samples` (from 1); `source` is its file where it is one of several."""
    shown = [(number, derive(run, number - 1)) for number in samples]
    first, derivation = shown[0]

    def blocks(notation: Notation) -> Iterable[Block]:
        is_rows = is_scalar(view, run.setup.network)
        chosen = brief_view if selection.is_brief else run_view if is_rows else matrix_view
        found = chosen(run, shown, notation, selection)
        if picture == "network":
            from backprop_cli.render.views.graph_view import network_picture, with_picture

            found = with_picture(found, network_picture(derivation))
        elif picture == "operations":
            from backprop_cli.chain.of_network import network_operations
            from backprop_cli.render.drawing.circuit import circuit_of
            from backprop_cli.render.views.chain_view import operations_picture
            from backprop_cli.render.views.graph_view import with_picture

            found = with_picture(found, operations_picture(circuit_of(*network_operations(derivation))))
        return chain([Note(notation.text(source))], found) if source else found

    record = run_record(run, derivation, partial_rows(derivation, JsonLines()), first)
    rows: Iterable[Sequence[str] | str] = partial_rows(derivation, CsvLines())
    if len(shown) > 1:
        record, rows = chain(record, samples_record(shown)), samples_rows(shown)
    show(
        console,
        showing,
        blocks,
        chain([("file", source)], record) if source else record,
        CSV_COLUMNS if len(shown) == 1 else (*CSV_COLUMNS, "sample"),
        rows,
    )
