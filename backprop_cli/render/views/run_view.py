"""What `run` shows, as blocks: forward pass, every partial from the output back, the update, the loss."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backprop_cli.derivation.explanation import update_of
from backprop_cli.derivation.partials import Derivation, Partial
from backprop_cli.derivation.quantities import count_quantities, quantities
from backprop_cli.render.formats.notation import Notation, partial_name
from backprop_cli.render.views.blocks import Block, Cell, Column, Curve, Heading, Mark, Marked, Note, Table
from backprop_cli.render.views.phrases import (
    batch_sentence,
    chain_in_numbers,
    chain_in_symbols,
    curve_sentence,
    functions_of,
    loss_in_words,
    quantity_in_numbers,
    quantity_in_symbols,
    shape_of,
)
from backprop_cli.render.views.prediction_view import after_training
from backprop_cli.render.views.selection import ALL, Selection, Shown
from backprop_cli.render.views.update_phrases import update_rule
from backprop_cli.training.train import Run

PARTIAL_COLUMNS = (
    Column("partial", "math"),
    Column("chain rule", "math", is_wide=True),
    Column("numbers", "math", is_wide=True),
    Column("value", "number"),
)


def run_view(run: Run, shown: Shown, notation: Notation, selection: Selection = ALL) -> Iterator[Block]:
    """All the blocks, with the derivations of the `shown` samples in the run's shown step."""
    samples = [number for number, _ in shown]
    yield from heading(run, samples, notation)
    for number, derivation in shown:
        of = f", sample {number}" if len(shown) > 1 else ""
        if selection.has("forward"):
            yield Heading(f"Forward pass{of}")
            yield _forward(derivation, selection, notation)
        if selection.has("gradients"):
            yield Heading(f"Backward pass{of}")
            yield from _backward(derivation, selection, notation)
    if selection.has("update"):
        yield from update_blocks(run, samples, selection, notation)
    yield from outcome(run, notation, selection)


def heading(run: Run, samples: Sequence[int], notation: Notation) -> Iterator[Block]:
    """The title, and the network, its training and the shown samples (from 1) in one line."""
    yield Heading(notation.text(run.setup.title or f"A {shape_of(run.setup.network)} network"), 1)
    yield Note(", ".join([*facts(run, notation), _which_step(run), *_which_sample(run, samples)]))


def facts(run: Run, notation: Notation) -> list[str]:
    """The shape, the functions, the loss and the learning rate."""
    network = run.setup.network
    eta = notation.equal([notation.symbol("eta"), notation.term(run.setup.schedule.learning_rate)])
    loss = loss_in_words(network) + " with a penalty" * bool(network.penalty)
    words = [notation.text(fact) for fact in (shape_of(network), functions_of(network), loss)]
    return [*words, notation.math(eta)]


def _which_step(run: Run) -> str:
    return "no step made" if run.steps == 0 else f"step {run.shown.number:,} of {run.steps:,}"


def _which_sample(run: Run, samples: Sequence[int]) -> list[str]:
    count = len(run.setup.samples)
    if count == 1:
        return []
    return [f"sample {samples[0]} of {count}" if len(samples) == 1 else f"all {count} samples"]


def layer_title(derivation: Derivation, layer: int) -> str:
    """`Layer 2 (output)`."""
    return f"Layer {layer + 1}" + (" (output)" if layer == derivation.names.depth - 1 else "")


def _backward(derivation: Derivation, selection: Selection, notation: Notation) -> Iterator[Block]:
    parameters = set(map(derivation.names.of, derivation.names.parameters()))
    for layer, count, partials in selection.partials(derivation):
        yield Heading(layer_title(derivation, layer), 3)
        rows = (partial_row(one, notation, one.of == derivation.loss and one.wrt in parameters) for one in partials)
        yield Table(PARTIAL_COLUMNS, rows, count)


def _forward(derivation: Derivation, selection: Selection, notation: Notation) -> Table:
    columns = (
        Column("quantity", "math"),
        Column("formula", "math", is_wide=True),
        Column("numbers", "math", is_wide=True),
        Column("value", "number"),
    )
    rows = (
        (
            notation.math(notation.name(quantity.name)),
            notation.math(quantity_in_symbols(quantity, notation)),
            notation.math(quantity_in_numbers(quantity, notation)),
            quantity.value,
        )
        for quantity in quantities(derivation, selection.layer)
    )
    return Table(columns, rows, count_quantities(derivation, selection.layer))


def partial_row(partial: Partial, notation: Notation, is_wanted: bool = False) -> tuple[Cell, ...]:
    """A partial: its name, its chain rule in symbols, the same in numbers, its value.

    One that `is_wanted`, the gradient of a parameter among the links to it, stands out where there is colour.
    """
    mark: Mark = "gradient" if is_wanted else ""
    return (
        Marked(notation.math(partial_name(partial, notation)), mark),
        notation.math(chain_in_symbols(partial, notation)),
        notation.math(chain_in_numbers(partial, notation)),
        Marked(partial.value, mark),
    )


def update_blocks(run: Run, samples: Sequence[int], selection: Selection, notation: Notation) -> Iterator[Block]:
    """Old value, gradient, change and new value of every parameter; only the gradients where nothing was updated."""
    names, step = run.setup.network.names, run.shown
    is_update = step.changes is not None
    yield Heading("Update" if is_update else "Gradients")
    if is_update:
        yield Note(update_rule(run, notation))
    if whose := batch_sentence(run, samples):
        yield Note(whose)
    gradient = notation.math(notation.partial(names.loss, "w"))
    changed = ("old", gradient, "new") if selection.is_brief else ("old", gradient, "change", "new")
    titles = changed if is_update else ("value", gradient)
    wanted = selection.of(names)

    def rows() -> Iterator[tuple[Cell, ...]]:
        for parameter in wanted:
            update = update_of(run, parameter)
            cells: dict[str, Cell] = {
                "value": update.old,
                "old": update.old,
                gradient: Marked(step.gradients.pick(parameter), "gradient"),
                "change": "frozen" if update.is_frozen else update.change,
                "new": update.new,
            }
            yield (notation.math(notation.name(names.of(parameter))), *(cells[title] for title in titles))

    columns = (Column("parameter", "math"), *(Column(title, "number") for title in titles))
    yield Table(columns, rows(), len(wanted))


def outcome(run: Run, notation: Notation, selection: Selection) -> Iterator[Block]:
    """The loss before and after, its way between where there is one, and what the network predicts then."""
    if selection.has("loss"):
        yield Heading("Loss")
        yield Note(loss_sentence(run, notation))
        if run.steps > 1:
            if whose := curve_sentence(run):
                yield Note(notation.text(whose))
            yield Curve(run.history.tolist(), run.steps)
    if selection.has("predictions"):
        yield from after_training(run, notation)


def loss_sentence(run: Run, notation: Notation) -> str:
    """`E = 0.298 → 0.286 after 1 step`."""
    count = len(run.setup.samples)
    over = f", {run.setup.schedule.reduction} over {count} samples" if count > 1 else ""
    name = notation.name(run.setup.network.names.loss)
    if run.steps == 0:
        return notation.math(f"{name} = {notation.value(run.loss_before)}") + over
    before, after = notation.column([run.loss_before, run.loss_after])
    after_what = "1 step" if run.steps == 1 else f"{run.steps:,} steps"
    return notation.math(f"{name} = {before} {notation.symbol('arrow')} {after}") + f" after {after_what}{over}"
