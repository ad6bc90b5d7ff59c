"""What `chain --view matrix` shows, as blocks: the values of vectors and matrices, Jacobians, and gradients in their shapes."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_cli.chain.array_pass import IDENTITY, ArrayPass, Gradient, Jacobian, Passed, WholeJacobian
from backprop_cli.chain.result import ChainResult
from backprop_cli.errors import UsageError
from backprop_cli.render.formats.notation import Notation
from backprop_cli.render.views.blocks import MATRIX_EDGE, Block, Heading, Matrix, Note
from backprop_cli.render.views.chain_view import checked_notes


def check_arrays(result: ChainResult) -> None:
    """Refuse a result of which there are no matrices to show.

    Raises:
        UsageError: it has no arrays, or no values.
    """
    if not any(array.shape for array in result.arrays):
        raise UsageError(
            "--view matrix is for vectors and matrices\n    hint: W = [[1, 2], [3, 4]]; x = [5, 6]; z = W x; L = sum(z)"
        )
    if not result.has_values:
        point = ",".join(f"{name}=1" for name in result.graph.variables if name not in result.at)
        raise UsageError(f"--view matrix shows numbers\n    hint: give the point: --at {point}")


def array_view(result: ChainResult, notation: Notation, is_component_asked: bool) -> Iterator[Block]:
    """All the blocks; of a vector at the end its Jacobians, unless one component `is_asked` for."""
    passes = ArrayPass(result)
    target = next((one for one in result.arrays if one.shape and result.of in one.names), None)
    is_whole = target is not None and not is_component_asked
    steps = list(passes.jacobians(target) if target is not None and is_whole else passes.backward())
    of = notation.name(target.name if target is not None and is_whole else result.of)
    by = dict.fromkeys(step.by for step in steps if "|" not in step.by)
    names = ", ".join(notation.math(notation.name(name)) for name in by)
    yield Heading(f"The derivative of {notation.math(of)} by {names}", 1)
    shapes = "has a row for each component of it" if is_whole else "and a gradient has the shape of what it is by"
    yield Note(f"Vectors are columns{', a Jacobian ' if is_whole else ', '}{shapes}.")
    yield Heading("Forward pass")
    for array, value in passes.forward():
        is_given = not array.text or array.names[0] in result.at
        yield Matrix(notation.name(array.name), "" if is_given else notation.word(array.text), value)
    yield Heading("Backward pass")
    for step in steps:
        yield _step(step, result.of, notation)
    held = next((step.by for step in steps if "|" in step.by), None)
    if held is not None:
        formula, fixed = notation.math(notation.partial(of, held)), notation.math(notation.name(held.partition("|")[2]))
        yield Note(f"{formula} is the direct part alone, with {fixed} held fixed.")
    if max(len(array.names) for array in result.arrays) > MATRIX_EDGE:
        yield Note(f"Of large matrices the edges are shown: {notation.code('-f json')} has all the numbers.")
    if not is_whole:
        yield from checked_notes(result, notation)


def _step(step: Jacobian | WholeJacobian | Gradient, of: str, notation: Notation) -> Matrix:
    if isinstance(step, Gradient):
        return _gradient(step, of, notation)
    return _jacobian(step, notation) if isinstance(step, Jacobian) else _whole(step, notation)


def _whole(step: WholeJacobian, notation: Notation) -> Matrix:
    """`∂y/∂x = ∂y/∂z·W`."""
    terms = []
    for term in step.terms:
        jacobian = notation.name(term.equals) if term.equals else notation.partial(term.user, step.by)
        outer = notation.partial(step.of, term.user or term.equals)
        terms.append(outer if not term.user or term.equals == IDENTITY else outer + notation.operator("*") + jacobian)
    return Matrix(notation.partial(step.of, step.by), notation.sum(terms), step.value)


def _jacobian(step: Jacobian, notation: Notation) -> Matrix:
    return Matrix(notation.partial(step.of, step.by), notation.name(step.equals) if step.equals else "", step.value)


def _gradient(step: Gradient, of: str, notation: Notation) -> Matrix:
    right = notation.sum([_passed(term, step.by, of, notation) for term in step.terms])
    return Matrix(notation.partial(of, step.by), right, step.value)


def _passed(term: Passed, by: str, of: str, notation: Notation) -> str:
    """`Wᵀ·∂L/∂z`, `∂L/∂z·xᵀ`, `(∂a/∂z)ᵀ·∂L/∂a`."""
    if not term.user:
        return notation.partial(of, term.equals)
    gradient, transpose = notation.partial(of, term.user), notation.symbol("transpose")
    if term.outer:
        return gradient + notation.operator("*") + notation.name(term.outer) + transpose
    if term.equals == IDENTITY:
        return gradient
    jacobian = notation.name(term.equals) if term.equals else notation.bracketed(notation.partial(term.user, by))
    return jacobian + transpose + notation.operator("*") + gradient
