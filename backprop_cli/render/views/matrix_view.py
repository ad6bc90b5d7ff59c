"""What `run --view matrix` shows, as blocks: the pass in matrices and vectors."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_cli.derivation.matrices import MatrixStep, Part, backward_steps, forward_steps, update_steps
from backprop_cli.derivation.partials import Derivation, Rule
from backprop_cli.network.network import Network
from backprop_cli.render.formats.notation import Notation
from backprop_cli.render.views.blocks import MATRIX_EDGE, Block, Heading, Matrix, Note
from backprop_cli.render.views.phrases import batch_sentence, listed
from backprop_cli.render.views.prediction_view import trained
from backprop_cli.render.views.run_view import heading, losses
from backprop_cli.render.views.update_phrases import update_rule
from backprop_cli.training.train import Run


def matrix_view(run: Run, derivation: Derivation, sample: int, notation: Notation) -> Iterator[Block]:
    """All the blocks; `derivation` is that of `sample` (from 1) in the run's shown step."""
    yield from heading(run, sample, notation)
    yield Note("Vectors are columns; a raised number is a layer: " + ", ".join(_meanings(derivation.network, notation)))
    yield Heading("Forward pass")
    yield from (_matrix(step, notation) for step in forward_steps(derivation))
    yield Heading("Backward pass")
    yield from (_matrix(step, notation) for step in backward_steps(derivation))
    yield Heading("Update" if run.shown.changes is not None else "Gradients")
    if run.shown.changes is not None:
        yield Note(update_rule(run, notation))
        yield from _frozen(run, notation)
    if whose := batch_sentence(run, sample):
        yield Note(whose)
    yield from (_matrix(step, notation) for step in update_steps(run, sample - 1, derivation.loss))
    if max(derivation.names.widths) > MATRIX_EDGE:
        rows, record, table = map(notation.code, ("--view scalar", "-f json", "-f csv"))
        yield Note(
            f"Of large matrices the edges are shown: {rows} has a row for every number, {record} and {table} hold them all."
        )
    yield from losses(run, notation)
    yield from trained(run, notation)


def _meanings(network: Network, notation: Notation) -> Iterator[str]:
    """`f¹ = tanh`, and what J² is of a softmax."""
    for number, activation in enumerate(network.activations, start=1):
        settings = ", ".join(f"{name} {notation.term(value)}" for name, value in activation.setting_values().items())
        name = notation.word(activation.name)
        yield notation.math(f"{notation.matrix(('f', number, ''))} = {name}") + (f" ({settings})" if settings else "")
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
