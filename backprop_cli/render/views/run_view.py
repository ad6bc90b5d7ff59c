"""What `run` shows, as blocks: forward pass, every partial from the output back, the update, the loss."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_cli.derivation.explanation import update_of
from backprop_cli.derivation.partials import Derivation, Partial
from backprop_cli.derivation.quantities import count_quantities, quantities
from backprop_cli.render.formats.notation import Notation, partial_name
from backprop_cli.render.views.blocks import Block, Cell, Column, Curve, Heading, Mark, Marked, Note, Table
from backprop_cli.render.views.phrases import (
    batch_sentence,
    chain_in_numbers,
    chain_in_symbols,
    functions_of,
    loss_in_words,
    quantity_in_numbers,
    quantity_in_symbols,
    shape_of,
)
from backprop_cli.render.views.prediction_view import trained
from backprop_cli.render.views.update_phrases import update_rule
from backprop_cli.training.train import Run

PARTIAL_COLUMNS = (
    Column("partial", "math"),
    Column("chain rule", "math", is_wide=True),
    Column("numbers", "math", is_wide=True),
    Column("value", "number"),
)


def run_view(run: Run, derivation: Derivation, sample: int, notation: Notation) -> Iterator[Block]:
    """All the blocks; `derivation` is that of `sample` (from 1) in the run's shown step."""
    yield from heading(run, sample, notation)
    yield Heading("Forward pass")
    yield _forward(derivation, notation)
    yield Heading("Backward pass")
    parameters = set(map(derivation.names.of, derivation.names.parameters()))
    for layer, partials in derivation.layers():
        yield Heading(layer_title(derivation, layer), 3)
        rows = (partial_row(one, notation, one.of == derivation.loss and one.wrt in parameters) for one in partials)
        yield Table(PARTIAL_COLUMNS, rows, derivation.count(layer))
    yield from _update(run, sample, notation)
    yield from losses(run, notation)
    yield from trained(run, notation)


def heading(run: Run, sample: int, notation: Notation) -> Iterator[Block]:
    """The title, and the network and its training in one line."""
    yield Heading(notation.text(run.setup.title or f"A {shape_of(run.setup.network)} network"), 1)
    yield Note(", ".join([*facts(run, notation), _which_step(run), *_which_sample(run, sample)]))


def facts(run: Run, notation: Notation) -> list[str]:
    """The shape, the functions, the loss and the learning rate."""
    network = run.setup.network
    eta = f"{notation.symbol('eta')} = {notation.term(run.setup.schedule.learning_rate)}"
    loss = loss_in_words(network) + " with a penalty" * bool(network.penalty)
    words = [notation.text(fact) for fact in (shape_of(network), functions_of(network), loss)]
    return [*words, notation.math(eta)]


def _which_step(run: Run) -> str:
    return "no step made" if run.steps == 0 else f"step {run.shown.number:,} of {run.steps:,}"


def _which_sample(run: Run, sample: int) -> list[str]:
    count = len(run.setup.samples)
    return [f"sample {sample} of {count}"] if count > 1 else []


def layer_title(derivation: Derivation, layer: int) -> str:
    """`Layer 2 (output)`."""
    return f"Layer {layer + 1}" + (" (output)" if layer == derivation.names.depth - 1 else "")


def _forward(derivation: Derivation, notation: Notation) -> Table:
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
        for quantity in quantities(derivation)
    )
    return Table(columns, rows, count_quantities(derivation))


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


def _update(run: Run, sample: int, notation: Notation) -> Iterator[Block]:
    """Old value, gradient, change and new value of every parameter; only the gradients where nothing was updated."""
    names, step = run.setup.network.names, run.shown
    is_update = step.changes is not None
    yield Heading("Update" if is_update else "Gradients")
    if is_update:
        yield Note(update_rule(run, notation))
    if whose := batch_sentence(run, sample):
        yield Note(whose)
    gradient = notation.math(notation.partial(names.loss, "w"))
    titles = ("old", gradient, "change", "new") if is_update else ("value", gradient)
    columns = (Column("parameter", "math"), *(Column(title, "number") for title in titles))

    def rows() -> Iterator[tuple[Cell, ...]]:
        for parameter in names.parameters():
            update = update_of(run, parameter)
            slope = step.gradients.pick(parameter)
            numbers = (update.old, slope, update.change, update.new) if is_update else (update.old, slope)
            shown: list[Cell] = [*numbers]
            shown[1] = Marked(slope, "gradient")
            if update.is_frozen and is_update:
                shown[2] = "frozen"
            yield (notation.math(notation.name(names.of(parameter))), *shown)

    yield Table(columns, rows(), names.parameter_count)


def losses(run: Run, notation: Notation) -> Iterator[Block]:
    """The loss before and after, and its way between where there is one."""
    yield Heading("Loss")
    before, after = notation.column([run.loss_before, run.loss_after])
    name = run.setup.network.names.loss
    over = (
        f", {run.setup.schedule.reduction} over {len(run.setup.samples)} samples" if len(run.setup.samples) > 1 else ""
    )
    if run.steps == 0:
        yield Note(notation.math(f"{notation.name(name)} = {notation.value(run.loss_before)}") + over)
        return
    after_what = "1 step" if run.steps == 1 else f"{run.steps:,} steps"
    fall = notation.math(f"{notation.name(name)} = {before} {notation.symbol('arrow')} {after}")
    yield Note(f"{fall} after {after_what}{over}")
    if run.steps > 1:
        yield Curve(run.history.tolist(), run.steps)
