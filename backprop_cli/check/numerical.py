"""Every gradient against numerical differentiation, which knows nothing of the chain rule.

Numbers are not beyond doubt where they are very large or small: 1/(1 + z) cancels in complex arithmetic at z = 10¹⁵⁰, and next
to 10¹⁵⁰ no difference is small. A gradient is therefore wrong only where two estimates say so that agree with each other.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from backprop_cli.check.surface import Estimate, Line, Surface
from backprop_cli.names import Parameter
from backprop_cli.network import Network, ParameterRow
from backprop_cli.sgd import Run

MOST_PARAMETERS = 1000
"""Up to how many parameters are all checked unless asked otherwise."""

SAMPLED_PARAMETERS = 200
"""How many of more parameters are."""

DIRECTIONS = 10
"""How many random directions then cover all the parameters together."""

_CONFIRMED = 1e-6
"""How near two estimates must come, relatively, to be taken for one number."""

_BLURRED = 1e-3
"""An estimate with a larger relative error decides nothing."""


@dataclass(frozen=True)
class Probe:
    """One derivative by the chain rule and by numbers; `verdict` is ok, wrong, kink, or unclear where numbers cannot tell.

    `relative_error` is measured against the larger of the two, and against no less than 10⁻⁸ of what E is computed from in
    proportion to the parameter, below which the rounding of sums is all that is left.
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


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def check_gradients(run: Run, tolerance: float, sample: int | None = None, seed: int = 0) -> GradientCheck:
    """Probe the gradients of a run's shown step: all, or `sample` of them chosen by `seed`, with random directions."""
    step, network = run.shown, run.shown.before
    count = network.parameter_count
    if sample is None:
        sample = count if count <= MOST_PARAMETERS else SAMPLED_PARAMETERS
    chooser = random.Random(seed)
    chosen = list(_chosen(network, sample, chooser))
    batch = run.setup.samples.batch(list(step.batch))
    products = np.asarray(step.gradients.row) * np.asarray(network.parameters.row)
    size = float(np.abs(np.nan_to_num(products, posinf=0.0, neginf=0.0)).max())
    surface = Surface(network, batch, run.setup.schedule.reduction, size)
    prober = _Prober(surface, step.gradients, tolerance)
    probes = tuple(prober.parameter(parameter) for parameter in chosen)
    directions = range(1, DIRECTIONS + 1) if len(chosen) < count else ()
    generator = np.random.default_rng(seed)
    probed = tuple(prober.direction(f"direction {number}", generator) for number in directions)
    return GradientCheck(surface.method, tolerance, count, probes, probed)


def _chosen(network: Network, sample: int, chooser: random.Random) -> Iterator[Parameter]:
    """`sample` of the parameters, in their order."""
    count = network.parameter_count
    if sample >= count:
        yield from network.names.parameters()
        return
    indices = sorted(chooser.sample(range(count), sample))
    parameters = network.names.parameters()
    position = 0
    for index in indices:
        yield from islice(parameters, index - position, index - position + 1)
        position = index + 1


class _Prober:
    """Measures gradients against the slopes of a surface."""

    def __init__(self, surface: Surface, gradients: ParameterRow, tolerance: float) -> None:
        self.surface, self.gradients, self.tolerance = surface, gradients, tolerance

    def parameter(self, parameter: Parameter) -> Probe:
        """Probe one parameter."""
        name = self.surface.network.names.of(parameter)
        return self._probe(name, self.gradients.pick(parameter), self.surface.along_parameter(parameter))

    def direction(self, name: str, generator: np.random.Generator) -> Probe:
        """Probe the slope along a random unit vector through all parameters."""
        direction = generator.standard_normal(len(self.gradients.row))
        direction /= float(np.sqrt(np.square(direction).sum()))
        slope = float((direction * np.asarray(self.gradients.row)).sum())
        return self._probe(name, slope, self.surface.along(direction))

    def _probe(self, name: str, analytic: float, line: Line) -> Probe:
        found = self.surface.slope(line)
        verdict = "kink" if found.is_kink else "ok" if self._agree(analytic, found, line) else ""
        if not verdict:
            found, verdict = self._judged(analytic, found, line)
        scale = max(abs(analytic), abs(found.value), line.floor)
        return Probe(name, analytic, found.value, abs(analytic - found.value) / scale, verdict)

    def _judged(self, analytic: float, first: Estimate, line: Line) -> tuple[Estimate, str]:
        """The estimate that counts and the verdict where the first one contradicts the gradient."""
        second = self.surface.slope_again(line)
        is_sharp = second.error <= _BLURRED * max(abs(analytic), abs(second.value), line.floor) and not second.is_kink
        if is_sharp and self._agree(analytic, second, line):
            return second, "ok"
        scale = max(abs(first.value), abs(second.value), line.floor)
        is_confirmed = abs(first.value - second.value) <= max(_CONFIRMED, self.tolerance) * scale + second.error
        return first, "wrong" if is_sharp and is_confirmed else "unclear"

    def _agree(self, analytic: float, estimate: Estimate, line: Line) -> bool:
        """Whether an estimate is the gradient, as far as it can tell."""
        scale = max(abs(analytic), abs(estimate.value), line.floor)
        return abs(analytic - estimate.value) <= self.tolerance * scale + estimate.error
