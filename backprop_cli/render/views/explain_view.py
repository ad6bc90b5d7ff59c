"""What `explain` shows, as blocks: the chain of one parameter factor by factor, its paths, its update."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence

from backprop_cli.derivation.explanation import Explainable, Explanation, UnitExplanation
from backprop_cli.derivation.partials import Partial
from backprop_cli.derivation.paths import Path
from backprop_cli.render.formats.notation import Notation, partial_name
from backprop_cli.render.views.blocks import Block, Column, Equation, Equations, Heading, Note, Table
from backprop_cli.render.views.phrases import counted, percent, whole_chain
from backprop_cli.render.views.run_view import PARTIAL_COLUMNS, heading, partial_row
from backprop_cli.render.views.update_phrases import update_lines
from backprop_cli.training.train import Run

MOST_PATHS = 100_000
"""Up to how many paths it makes sense to ask for all of them."""


def explain_view(
    run: Run,
    explanations: Iterable[Explanation | UnitExplanation],
    sample: int,
    notation: Notation,
    picture: Callable[[Explanation | UnitExplanation], Iterable[Block]] | None = None,
) -> Iterator[Block]:
    """All the blocks, one explanation after the other, each with its `picture` if there are any; `sample` counts from 1."""
    yield from heading(run, [sample], notation)
    for explanation in explanations:
        blocks = _one(run, explanation, sample, notation)
        yield next(blocks)
        if picture is not None:
            yield from picture(explanation)
        yield from blocks


def listing_view(
    run: Run, quantities: Iterable[Explainable], count: int, sample: int, notation: Notation
) -> Iterator[Block]:
    """Everything that can be explained, `count` rows, with its gradient."""
    yield from heading(run, [sample], notation)
    yield Heading("What can be explained", 2)
    columns = (
        Column("name", "math"),
        Column("what it is"),
        Column("value", "number"),
        Column(notation.math(notation.partial(run.setup.network.names.loss, notation.text("·"))), "number"),
    )
    rows = ((notation.math(notation.name(one.name)), one.kind, one.value, one.gradient) for one in quantities)
    yield Table(columns, rows, count)
    if not run.shown.is_of(sample - 1):
        yield Note(f"The gradients of weights and biases are the batch's, all other numbers those of sample {sample}.")
    yield Note(f"Derive one with: {notation.code('backprop explain CONFIG NAME')}")


def _one(run: Run, explanation: Explanation | UnitExplanation, sample: int, notation: Notation) -> Iterator[Block]:
    target = explanation.partials[-1]
    value = notation.term(explanation.value)
    yield Heading(notation.math(f"{notation.name(explanation.name)} = {value}"), 2)
    yield Equations([chain(target, notation)])
    rows = (partial_row(partial, notation, partial is target) for partial in explanation.partials)
    yield Table(PARTIAL_COLUMNS, rows, len(explanation.partials))
    if explanation.paths is not None:
        yield from paths_blocks(explanation.paths, explanation.path_count, target, notation)
    if isinstance(explanation, UnitExplanation):
        return
    if explanation.by_sample:
        yield from _samples(run, explanation, sample, notation)
    if run.shown.changes is None:
        return
    yield Heading("Update", 3)
    if explanation.update.is_frozen:
        yield Note(f"{notation.math(notation.name(explanation.name))} is frozen: it stays {notation.math(value)}.")
    else:
        yield Equations(list(update_lines(explanation, run, notation)))


def chain(target: Partial, notation: Notation) -> Equation:
    """The whole gradient in one line of symbols, one of numbers, one of value."""
    rights = whole_chain(target, notation)
    return Equation(partial_name(target, notation), (*rights, notation.quantity(target.name, target.value)))


def paths_blocks(
    paths: Sequence[Path], count: int, target: Partial, notation: Notation, title: str = "Paths to the loss"
) -> Iterator[Block]:
    """The paths, largest first, and the sum of all of them; of paths without values only the factors."""
    yield Heading(title, 3)
    columns = (
        Column("path", "math", is_wide=True),
        Column("numbers", "math", is_wide=True),
        Column("product", "number"),
        Column("share", "number"),
    )
    shown = 1 if math.isnan(target.value) else len(columns)
    sign = notation.text("%")
    rows = (
        (
            notation.math(notation.product([partial_name(factor, notation) for factor in path.factors])),
            notation.math(notation.product([notation.factor(factor.value) for factor in path.factors])),
            path.value,
            "" if path.share is None else notation.math(notation.number(percent(path.share))) + f" {sign}",
        )[:shown]
        for path in paths
    )
    yield Table(columns[:shown], rows, len(paths))
    value = notation.term(target.value)
    total = notation.math(f"{partial_name(target, notation)}{' = ' * bool(value)}{value}")
    if len(paths) < count:
        left = count - len(paths)
        how = (
            notation.code(f"--limit {count}") + " shows all"
            if count <= MOST_PATHS
            else f"{notation.code('--limit')} shows more"
        )
        yield Note(f"… {left:,} more path{'s' * (left != 1)} ({how}); the sum of all {count:,} is {total}")
    elif (
        any(factor.value and not math.isfinite(factor.value) for path in paths for factor in path.factors) and shown > 1
    ):
        yield Note(f"Factors leave the range of 64-bit floats; the closed form has it that {total}")
    else:
        yield Note(
            f"The sum of {'both' if count == 2 else f'all {count:,}'} paths is {total}"
            if count > 1
            else f"One path: {total}"
        )


def _samples(run: Run, explanation: Explanation, sample: int, notation: Notation) -> Iterator[Block]:
    """The batch's gradient from its samples'."""
    reduction = run.setup.schedule.reduction
    yield Heading(f"Over the batch ({reduction} of {counted(len(explanation.by_sample), 'sample')})", 3)
    gradient = partial_name(explanation.partials[-1], notation)
    rows = ((f"{number}{' (shown above)' * (number == sample)}", value) for number, value in explanation.by_sample)
    columns = (Column("sample"), Column(notation.math(gradient), "number"))
    yield Table(columns, rows, len(explanation.by_sample))
    yield Note(f"The {reduction} is {notation.math(f'{gradient} = {notation.term(explanation.gradient)}')}")
