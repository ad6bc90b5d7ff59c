"""What `run --view matrix` shows, as blocks: the pass in matrices and vectors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backprop_cli.derivation.matrices import MatrixStep, Part, backward_steps, forward_steps, update_steps
from backprop_cli.derivation.partials import Rule
from backprop_cli.network.network import Network
from backprop_cli.render.formats.notation import Notation
from backprop_cli.render.views.blocks import MATRIX_EDGE, Block, Heading, Matrix, Note
from backprop_cli.render.views.phrases import batch_sentence, listed
from backprop_cli.render.views.run_view import heading, outcome
from backprop_cli.render.views.selection import ALL, Selection, Shown
from backprop_cli.render.views.update_phrases import update_rule
from backprop_cli.training.train import Run

NO_SAMPLE = -1
"""The index of none, where several are shown."""


def matrix_view(run: Run, shown: Shown, notation: Notation, selection: Selection = ALL) -> Iterator[Block]:
    """All the blocks, with the derivations of the `shown` samples in the run's shown step."""
    samples = [number for number, _ in shown]
    network = run.shown.before
    yield from heading(run, samples, notation)
    yield Note("Vectors are columns; a raised number is a layer: " + ", ".join(_meanings(network, notation)))
    for number, derivation in shown:
        of = f", sample {number}" if len(shown) > 1 else ""
        if selection.has("forward"):
            yield Heading(f"Forward pass{of}")
            yield from _matrices(forward_steps(derivation), selection, notation)
        if selection.has("gradients"):
            yield Heading(f"Backward pass{of}")
            yield from _matrices(backward_steps(derivation), selection, notation)
    if selection.has("update"):
        yield Heading("Update" if run.shown.changes is not None else "Gradients")
        if run.shown.changes is not None:
            yield Note(update_rule(run, notation))
            yield from _frozen(run, notation)
        if whose := batch_sentence(run, samples):
            yield Note(whose)
        only = samples[0] - 1 if len(samples) == 1 else NO_SAMPLE
        steps = update_steps(run, only, network.names.loss)
        yield from _matrices(steps, selection, notation)
    if max(network.names.widths) > MATRIX_EDGE:
        rows, record, table = map(notation.code, ("--view scalar", "-f json", "-f csv"))
        yield Note(
            f"Of large matrices the edges are shown: {rows} has a row for every number, {record} and {table} hold them all."
        )
    yield from outcome(run, notation, selection)


def _matrices(steps: Iterable[MatrixStep], selection: Selection, notation: Notation) -> Iterator[Matrix]:
    """The steps, or those of the selected layer."""
    for step in steps:
        if selection.layer is None or step.left[1] == selection.layer + 1:
            yield _matrix(step, notation)


def _meanings(network: Network, notation: Notation) -> Iterator[str]:
    """`f¹ = tanh`, and what J² is of a softmax."""
    for number, activation in enumerate(network.activations, start=1):
        settings = ", ".join(
            f"{name} {notation.math(notation.term(value))}" for name, value in activation.setting_values().items()
        )
        name = notation.word(activation.name)
        yield notation.math(notation.equal([notation.matrix(("f", number, "")), name])) + (
            f" ({settings})" if settings else ""
        )
        if not activation.is_elementwise:
            yield f"{notation.math(notation.matrix(('J', number, '')))} its Jacobian"


def _frozen(run: Run, notation: Notation) -> Iterator[Note]:
    """Which parameters the update leaves alone, where there are any."""
    names = run.setup.network.names
    if run.setup.schedule.frozen is None:
        return
    frozen = [names.of(parameter) for parameter in names.parameters() if run.setup.is_frozen(parameter)]
    yield Note(f"Frozen, so unchanged: {listed(frozen, lambda name: notation.math(notation.name(name)))}.")


def _matrix(step: MatrixStep, notation: Notation) -> Matrix:
    right = "".join(_sign(part, notation) for part in step.right)
    return Matrix(notation.matrix(step.left), right, step.value)


def _sign(part: Part | str | Rule, notation: Notation) -> str:
    if isinstance(part, Rule):
        return notation.rule(part)
    return notation.operator(part) if isinstance(part, str) else notation.matrix(part)
