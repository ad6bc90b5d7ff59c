"""What `run --brief` shows, as blocks: one line for each quantity, for a handout."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_cli.derivation.partials import Derivation, Partial
from backprop_cli.derivation.quantities import Quantity, quantities
from backprop_cli.render.formats.notation import Notation, partial_name
from backprop_cli.render.views.blocks import Block, Cell, Column, Heading, Marked, Note, Table
from backprop_cli.render.views.phrases import quantity_in_symbols, shortened_sum
from backprop_cli.render.views.run_view import heading, loss_sentence, update_blocks
from backprop_cli.render.views.selection import Selection, Shown
from backprop_cli.training.train import Run

COLUMNS = (Column("quantity", "math"), Column("formula", "math", is_wide=True), Column("value", "number"))


def brief_view(run: Run, shown: Shown, notation: Notation, selection: Selection) -> Iterator[Block]:
    """All the blocks; what is asked for of a layer or of some parameters only is what leads to their gradients."""
    samples = [number for number, _ in shown]
    yield from heading(run, samples, notation)
    for number, derivation in shown:
        of = f", sample {number}" if len(shown) > 1 else ""
        if selection.has("forward"):
            yield Heading(f"Forward pass{of}")
            yield _table([_quantity(one, notation) for one in quantities(derivation, selection.layer)])
        if selection.has("gradients"):
            yield Heading(f"Backward pass{of}")
            yield _table(list(_links(derivation, selection, notation)))
    if selection.has("update"):
        yield from update_blocks(run, samples, selection, notation)
    if selection.has("loss"):
        yield Note(loss_sentence(run, notation))


def _table(rows: list[tuple[Cell, ...]]) -> Table:
    return Table(COLUMNS, rows, len(rows))


def _quantity(quantity: Quantity, notation: Notation) -> tuple[Cell, ...]:
    return (
        notation.math(notation.name(quantity.name)),
        notation.math(quantity_in_symbols(quantity, notation)),
        quantity.value,
    )


def _links(derivation: Derivation, selection: Selection, notation: Notation) -> Iterator[tuple[Cell, ...]]:
    """The links to the gradients; ∂z/∂w, which is but a name, stands in the products by that name."""
    names = derivation.names
    net_inputs = {names.of_unit(unit) for unit in names.units() if unit.is_net_input}
    wanted = {names.of(parameter) for parameter in selection.of(names)}
    for partial in selection.links(derivation):
        if partial.rule is None or partial.of not in net_inputs:
            is_wanted = partial.wrt in wanted
            name = Marked(notation.math(partial_name(partial, notation)), "gradient" if is_wanted else "")
            yield name, notation.math(_chain(partial, net_inputs, notation)), partial.value


def _chain(partial: Partial, net_inputs: set[str], notation: Notation) -> str:
    if partial.rule is not None:
        return notation.rule(partial.rule)
    products = []
    for term in partial.terms:
        factors = []
        for factor in term:
            if factor.rule is None or factor.of not in net_inputs:
                factors.append(notation.partial(factor.of, factor.wrt))
            elif factor.rule.names:  # of a bias it is 1, which is left out
                factors.append(notation.rule(factor.rule))
        products.append(notation.product(factors))
    chain = shortened_sum(products, notation)
    return f"{chain} = {notation.rule(partial.collapsed)}" if partial.collapsed else chain
