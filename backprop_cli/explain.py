"""One parameter's gradient, derived: its chain of records, its paths to the loss, its update."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from backprop_cli.functions.numeric import Array
from backprop_cli.names import Parameter
from backprop_cli.network import pick
from backprop_cli.partials import Derivation, Partial, closure
from backprop_cli.sgd import Run, Step


@dataclass(frozen=True)
class Path:
    """One way from the loss down to a parameter; the paths' `value`s (products) add up to the sample's gradient."""

    factors: tuple[Partial, ...]
    value: float
    share: float | None


@dataclass(frozen=True)
class Update:
    """How a step changes one parameter: `new` = `old` + `change`."""

    old: float
    change: float
    new: float
    is_frozen: bool = False
    decay: float = 0.0
    velocity: float | None = None
    velocity_before: float | None = None


@dataclass(frozen=True)
class Explanation:
    """All about one parameter: `gradient` is the batch's, `partials` and `paths` are those of the shown sample.

    `by_sample` holds (sample from 1, its gradient) for the step's batch where that has more than one sample.
    `path_count` counts all the paths, of which `paths` may hold only the largest.
    """

    parameter: Parameter
    name: str
    value: float
    gradient: float
    partials: tuple[Partial, ...]
    update: Update
    by_sample: tuple[tuple[int, float], ...] = ()
    paths: tuple[Path, ...] | None = None
    path_count: int = 0


def update_of(run: Run, step: Step, parameter: Parameter) -> Update:
    """What `step` did to one parameter."""
    old, new = step.before.value_of(parameter), step.after.value_of(parameter)
    schedule = run.setup.schedule
    before, after = step.velocity_before, step.velocity_after
    return Update(
        old,
        new - old,
        new,
        schedule.is_frozen(parameter),
        schedule.bias_decay if parameter.source is None else schedule.weight_decay,
        None if after is None else pick(parameter, list(after.weights), list(after.biases)),
        None if before is None else pick(parameter, list(before.weights), list(before.biases)),
    )


def explain(
    run: Run,
    parameter: Parameter,
    derivation: Derivation,
    with_paths: bool = False,
    limit: int = 20,
) -> Explanation:
    """The derivation of one parameter's gradient in the run's shown step, for the sample of `derivation`."""
    step = run.shown
    gradient = derivation.gradient(parameter)
    return Explanation(
        parameter,
        gradient.wrt,
        step.before.value_of(parameter),
        step.gradient(parameter),
        tuple(closure(gradient)),
        update_of(run, step, parameter),
        _by_sample(run, step, parameter),
        tuple(itertools.islice(largest_paths(derivation, parameter), limit)) if with_paths else None,
        count_paths(derivation, parameter) if with_paths else 0,
    )


def _by_sample(run: Run, step: Step, parameter: Parameter) -> tuple[tuple[int, float], ...]:
    """Each sample's own gradient, for a batch of several."""
    if len(step.batch) == 1:
        return ()
    derivations = ((index, Derivation(step.before, run.setup.samples.only(index))) for index in step.batch)
    return tuple((index + 1, derivation.gradient(parameter).value) for index, derivation in derivations)


# ── paths ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
#
# A path runs parameter → z → a → z → a → … → o → E. Its factors are the links; seen as matrices per layer they are
# ∂z/∂w (one entry), S_l = ∂a/∂z (diagonal but for softmax), W_{l+1} = ∂z/∂a, …, and the row ∂E/∂o.


def _slopes(derivation: Derivation, layer: int) -> Array:
    activation = derivation.network.layers[layer].activation
    return activation.jacobian(derivation.net_inputs[layer], derivation.activations[layer + 1])


def _first_units(derivation: Derivation, parameter: Parameter) -> list[int]:
    """The units of its layer that a parameter enters: one, or all of them for a shared bias."""
    return list(range(derivation.names.widths[parameter.layer + 1])) if parameter.unit is None else [parameter.unit]


def count_paths(derivation: Derivation, parameter: Parameter) -> int:
    """How many paths lead from a parameter to the loss, counted without walking them."""
    layers, widths = derivation.network.layers, derivation.names.widths
    count = len(_first_units(derivation, parameter))
    for layer in range(parameter.layer, derivation.names.depth):
        if layer > parameter.layer:
            count *= widths[layer + 1]
        if not layers[layer].activation.is_elementwise:
            count *= widths[layer + 1]
    return count


def largest_paths(derivation: Derivation, parameter: Parameter) -> Iterator[Path]:
    """The paths from a parameter to the loss, the largest product first.

    Best-first search: a partial path is ranked by its product so far times the largest product that can still follow,
    so that the next finished path is always the next largest and no more of them are built than are asked for.
    """
    depth = derivation.names.depth
    best = _best_completions(derivation, parameter.layer)
    gradient = derivation.gradient(parameter)
    tiebreak = itertools.count()
    heap: list[tuple[float, int, int, int, bool, float, tuple[tuple[str, int, int, int], ...]]] = []
    for (delta, last), unit in zip(gradient.terms, _first_units(derivation, parameter), strict=True):
        del delta
        rank = abs(last.value) * best[parameter.layer][0][unit]
        heapq.heappush(heap, (-rank, next(tiebreak), parameter.layer, unit, True, last.value, ()))
    lasts = dict(zip(_first_units(derivation, parameter), (term[1] for term in gradient.terms), strict=True))
    while heap:
        _, _, layer, unit, at_net_input, product, steps = heapq.heappop(heap)
        if at_net_input:
            column = _slopes(derivation, layer)[:, unit]
            elementwise = derivation.network.layers[layer].activation.is_elementwise
            for i in [unit] if elementwise else range(len(column)):
                value = product * float(column[i])
                entry = (*steps, ("a/z", layer, i, unit))
                heapq.heappush(heap, (-abs(value) * best[layer][1][i], next(tiebreak), layer, i, False, value, entry))
        elif layer == depth - 1 and (not steps or steps[-1][0] != "E/o"):
            value = product * derivation.loss_by_output(unit).value
            entry = (*steps, ("E/o", layer, unit, 0))
            heapq.heappush(heap, (-abs(value), next(tiebreak), layer, unit, False, value, entry))
        elif layer == depth - 1:
            yield _path(derivation, steps, lasts[_first_unit_of(steps)], gradient.value)
        else:
            for j, weight in enumerate(derivation.network.layers[layer + 1].weights[:, unit]):
                value = product * float(weight)
                entry = (*steps, ("z/a", layer + 1, j, unit))
                rank = abs(value) * best[layer + 1][0][j]
                heapq.heappush(heap, (-rank, next(tiebreak), layer + 1, j, True, value, entry))


def _first_unit_of(steps: tuple[tuple[str, int, int, int], ...]) -> int:
    return steps[0][3]


def _path(
    derivation: Derivation, steps: tuple[tuple[str, int, int, int], ...], last: Partial, gradient: float
) -> Path:
    makers = {
        "a/z": lambda layer, i, j: derivation.slope(layer, i, j),
        "z/a": lambda layer, i, j: derivation.net_by_source(layer, i, j),
        "E/o": lambda layer, i, j: derivation.loss_by_output(i),
    }
    factors = (*(makers[kind](layer, i, j) for kind, layer, i, j in reversed(steps)), last)
    value = math.prod(factor.value for factor in factors)
    return Path(factors, value, value / gradient if gradient and math.isfinite(gradient) else None)


def _best_completions(derivation: Derivation, lowest: int) -> dict[int, tuple[Array, Array]]:
    """Per layer, the largest |product| that can still follow each net input, and each activation."""
    after_activation = np.abs(derivation.upstream[-1])
    best: dict[int, tuple[Array, Array]] = {}
    for layer in reversed(range(lowest, derivation.names.depth)):
        if layer < derivation.names.depth - 1:
            weights = np.abs(derivation.network.layers[layer + 1].weights)
            after_activation = (weights * best[layer + 1][0][:, np.newaxis]).max(axis=0)
        after_net_input = (np.abs(_slopes(derivation, layer)) * after_activation[:, np.newaxis]).max(axis=0)
        best[layer] = (after_net_input, after_activation)
    return best
