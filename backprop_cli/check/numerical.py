"""Every gradient against numerical differentiation, which knows nothing of the chain rule.

Numbers are not beyond doubt where they are very large or small: 1/(1 + z) cancels in complex arithmetic at z = 10¹⁵⁰, and next
to 10¹⁵⁰ no difference is small. A gradient is therefore wrong only where two estimates say so that agree with each other.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from backprop_cli.backward import Place, backward, bias_gradient
from backprop_cli.check.surface import Estimate, LossLine, Surface
from backprop_cli.forward import forward
from backprop_cli.functions.numeric import Array
from backprop_cli.network.names import Names, Parameter
from backprop_cli.network.network import Network, ParameterRow, Samples
from backprop_cli.training.train import Run

MOST_PARAMETERS = 1000
"""Up to how many parameters are all checked unless asked otherwise."""

SAMPLED_PARAMETERS = 200
"""Of more parameters so many are checked."""

DIRECTIONS = 10
"""So many random directions then cover all the parameters together."""

MOST_SECONDS = 3.0
"""About so long may a check take unless asked otherwise: of a large network fewer parameters and directions are checked."""

_CONFIRMED = 0.1
"""How near to each other two estimates must come, measured by how far they are from a gradient that they prove wrong."""

_NOISE = 1e-8
"""What is left of a gradient, relatively to the terms of its sum, when only rounding is left."""

_BLURRED = 1e-3
"""An estimate with a larger relative error decides nothing."""


@dataclass(frozen=True)
class Probe:
    """One derivative by the chain rule and by numbers; `verdict` is ok, wrong, kink, or unclear where numbers cannot tell.

    `relative_error` is their difference divided by the larger of the two, or by the size below which a slope is nothing but
    rounding, if that is larger still.
    """

    name: str
    analytic: float
    numerical: float
    relative_error: float
    verdict: str


@dataclass(frozen=True)
class GradientCheck:
    """The probes of parameters, and of random directions through all of them where only some were probed."""

    method: str
    tolerance: float
    parameter_count: int
    parameters: tuple[Probe, ...]
    directions: tuple[Probe, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether none is wrong."""
        return all(probe.verdict != "wrong" for probe in (*self.parameters, *self.directions))

    def __repr__(self) -> str:
        wrong = [probe.name for probe in (*self.parameters, *self.directions) if probe.verdict == "wrong"]
        listed = ", ".join(wrong[:6]) + ", …" * (len(wrong) > 6)
        answer = f"wrong: {listed}" if wrong else "none is wrong"
        return f"<{len(self.parameters)} of {self.parameter_count} gradients checked by {self.method}, {answer}>"


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def check_gradients(
    run: Run,
    tolerance: float,
    sample: int | None = None,
    seed: int = 0,
    on_progress: Callable[[int, int], None] | None = None,
) -> GradientCheck:
    """Probe the gradients of a run's shown step: all, or `sample` of them chosen by `seed`, with random directions.

    `on_progress` is told how many of how many are probed.
    """
    step, network = run.shown, run.shown.before
    count, reduction = network.parameter_count, run.setup.schedule.reduction
    batch = run.setup.samples.batch(list(step.batch))
    products = step.gradients.row * network.parameters.row
    size = float(np.abs(np.nan_to_num(products, posinf=0.0, neginf=0.0)).max())
    surface = Surface(network, batch, reduction, size)
    wanted, directions = (sample, DIRECTIONS) if sample is not None else _affordable(count, surface.cost)
    prober = _Prober(surface, step.gradients, _terms(network, batch, reduction), tolerance)
    chosen = _chosen(network.names, wanted, random.Random(seed))
    generator = np.random.default_rng(seed)
    tasks: list[Callable[[], Probe]] = [partial(prober.parameter, parameter) for parameter in chosen]
    if len(chosen) < count:
        tasks += [partial(prober.direction, number, generator) for number in range(1, directions + 1)]
    probes = tuple(_made(tasks, on_progress))
    return GradientCheck(surface.method, tolerance, count, probes[: len(chosen)], probes[len(chosen) :])


def _made(tasks: Sequence[Callable[[], Probe]], on_progress: Callable[[int, int], None] | None) -> Iterator[Probe]:
    for number, task in enumerate(tasks, start=1):
        yield task()
        if on_progress is not None:
            on_progress(number, len(tasks))


def _affordable(count: int, cost: float) -> tuple[int, int]:
    """How many of so many parameters are checked, and of random directions, where each takes `cost` seconds."""
    room = int(MOST_SECONDS / cost)
    if count <= min(MOST_PARAMETERS, room):
        return count, 0
    directions = max(1, min(DIRECTIONS, room // 4))
    return max(1, min(SAMPLED_PARAMETERS, room - directions)), directions


def _terms(network: Network, batch: Samples, reduction: str) -> Array:
    """Of each parameter Σ |∂E/∂z · ∂z/∂w|: the size of the terms whose sum is its gradient."""
    trace = forward(network, batch.inputs)
    deltas = [np.abs(delta) for delta in backward(network, trace, batch.targets, reduction).deltas]
    layers = list(enumerate(deltas))
    weights = [delta.T @ np.abs(trace.activations[layer]) for layer, delta in layers]
    biases = [bias_gradient(Place(network, trace, layer), delta) for layer, delta in layers]
    row = ParameterRow.of(network.names, weights, biases).row
    return np.nan_to_num(row / len(batch) if reduction == "mean" else row, posinf=0.0)


def _chosen(names: Names, sample: int, chooser: random.Random) -> list[Parameter]:
    """`sample` of the parameters, in their order."""
    count = names.parameter_count
    indices = set(range(count) if sample >= count else chooser.sample(range(count), sample))
    return [parameter for index, parameter in enumerate(names.parameters()) if index in indices]


class _Prober:
    """Measures gradients against the slopes of a surface."""

    def __init__(self, surface: Surface, gradients: ParameterRow, terms: Array, tolerance: float) -> None:
        self.surface, self.gradients, self.terms, self.tolerance = surface, gradients, terms, tolerance

    def parameter(self, parameter: Parameter) -> Probe:
        """Probe one parameter."""
        names = self.surface.network.names
        line, terms = self.surface.along_parameter(parameter), float(self.terms[names.index(parameter)])
        return self._probe(names.of(parameter), self.gradients.pick(parameter), line, terms)

    def direction(self, number: int, generator: np.random.Generator) -> Probe:
        """Probe the slope along a random unit vector through all parameters."""
        direction = generator.standard_normal(len(self.gradients.row))
        direction /= float(np.sqrt(np.square(direction).sum()))
        slope = float((direction * self.gradients.row).sum())
        terms = float((np.abs(direction) * self.terms).sum())
        return self._probe(f"direction {number}", slope, self.surface.along(direction), terms)

    def _probe(self, name: str, analytic: float, line: LossLine, terms: float) -> Probe:
        line = line._replace(floor=max(line.floor, _NOISE * terms))
        found = self.surface.slope(line)
        verdict = "kink" if found.is_kink else "ok" if self._agree(analytic, found, line) else ""
        if not verdict:
            found, verdict = self._judged(analytic, found, line)
        scale = max(abs(analytic), abs(found.value), line.floor)
        return Probe(name, analytic, found.value, abs(analytic - found.value) / scale, verdict)

    def _judged(self, analytic: float, first: Estimate, line: LossLine) -> tuple[Estimate, str]:
        """The estimate that counts and the verdict where the first one contradicts the gradient."""
        second = self.surface.slope_again(line)
        is_sharp = second.error <= _BLURRED * max(abs(analytic), abs(second.value), line.floor) and not second.is_kink
        if is_sharp and self._agree(analytic, second, line):
            return second, "ok"
        is_confirmed = abs(first.value - second.value) <= _CONFIRMED * abs(analytic - first.value)
        return first, "wrong" if is_sharp and is_confirmed else "unclear"

    def _agree(self, analytic: float, estimate: Estimate, line: LossLine) -> bool:
        """Whether an estimate is the gradient, as far as it can tell."""
        scale = max(abs(analytic), abs(estimate.value), line.floor)
        return abs(analytic - estimate.value) <= self.tolerance * scale + estimate.error
