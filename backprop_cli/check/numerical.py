"""Every gradient against numerical differentiation, which knows nothing of the chain rule.

Where all functions work on complex numbers the derivative is Im E(θ + ih)/h, the complex step, which has no cancellation
(Squire and Trapp, "Using Complex Variables to Estimate Derivatives of Real Functions", SIAM Review 40(1), 1998). Elsewhere
central differences of shrinking step are extrapolated to step 0 (Ridders, "Accurate computation of F'(x) and F'(x)F''(x)",
Advances in Engineering Software 4(2), 1982), which also estimates the error that is left.

Neither is beyond doubt where numbers are very large or small: 1/(1 + z) cancels in complex arithmetic at z = 10¹⁵⁰, and next
to 10¹⁵⁰ no difference is small. A gradient is therefore wrong only where two estimates say so that agree with each other.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import numpy as np

from backprop_cli.arrays import Array
from backprop_cli.forward import Trace, forward, loss_of_shares, loss_shares
from backprop_cli.names import Parameter
from backprop_cli.network import Network, ParameterRow, Samples
from backprop_cli.sgd import Run

MOST_PARAMETERS = 1000
"""Up to how many parameters are all checked unless asked otherwise."""

SAMPLED_PARAMETERS = 200
"""How many of more parameters are."""

DIRECTIONS = 10
"""How many random directions then cover all the parameters together."""

_COMPLEX_STEP = 1e-20
_COMPLEX_STEPS = (1e-30, 1e-12)
_LEAST = 1e-290
_CONTRACTION = 1.4
_ROUNDS = 12
_FIRST_STEP = 0.1
_LAST_STEP = 1e-5
_FIRST_STEPS = np.array([1.0, 1e-1, 1e-2, 1e-3])
_SMALL_ERROR = 1e-9
_DIFFERENCE_ROUNDING = 4.0 * float(np.finfo(np.float64).eps)
_KINK_WIDTH = 1e-12
_NOISE_FLOOR = 1e-8
_CLOSER = 1.0 / 32.0
_CONFIRMED = 1e-6
_BLURRED = 1e-3
_NUDGE = 1e-6


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


Loss = Callable[[float | complex], tuple[Array, Trace]]
"""E and the forward pass at a distance along some direction through the parameters."""


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
    prober = _Prober(network, batch, run.setup.schedule.reduction, step.gradients, tolerance)
    probes = tuple(prober.parameter(parameter) for parameter in chosen)
    directions = range(1, DIRECTIONS + 1) if len(chosen) < count else ()
    generator = np.random.default_rng(seed)
    probed = tuple(prober.direction(f"direction {number}", generator) for number in directions)
    return GradientCheck(prober.method, tolerance, count, probes, probed)


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


class _Estimate(NamedTuple):
    """A derivative by numbers, the error that it may have, and whether some unit stands on a kink there."""

    value: float
    error: float
    is_kink: bool = False


class _Line(NamedTuple):
    """A line through the parameters: E along it, `slope` by the chain rule, the `size` of what it moves.

    Of a slope below `floor` only the rounding of what E is computed from is left.
    """

    loss: Loss
    slope: float
    size: float
    floor: float

    def scale(self, other: float) -> float:
        """What the distance of another slope from this one is measured against."""
        return max(abs(self.slope), abs(other), self.floor)

    def agrees(self, estimate: _Estimate, tolerance: float) -> bool:
        """Whether an estimate is this slope, as far as it can tell."""
        return abs(self.slope - estimate.value) <= tolerance * self.scale(estimate.value) + estimate.error


class _Prober:
    """Moves a network's parameters and looks at E."""

    def __init__(
        self, network: Network, samples: Samples, reduction: str, gradients: ParameterRow, tolerance: float
    ) -> None:
        self.network, self.samples, self.reduction = network, samples, reduction
        self.gradients, self.tolerance = gradients, tolerance
        self.is_complex = all(layer.activation.analytic for layer in network.layers)
        self.method = "complex step" if self.is_complex else "central differences"
        products = np.nan_to_num(np.asarray(gradients.row) * np.asarray(network.parameters.row), posinf=0.0, neginf=0.0)
        self.size = max(self._size_of_loss(), float(np.abs(products).max()))

    def _size_of_loss(self) -> float:
        """What the roundoff of E is in proportion to: its terms, and how far they go with the last layer's own roundoff."""
        trace = forward(self.network, self.samples.inputs)
        moved = Trace(
            (*trace.net_inputs[:-1], trace.net_inputs[-1] * (1.0 + _NUDGE)),
            (*trace.activations[:-1], trace.outputs * (1.0 + _NUDGE)),
        )
        here, there = (loss_shares(self.network, one, self.samples.targets) for one in (trace, moved))
        sizes = (np.abs(here), np.abs(there - here) / _NUDGE)
        return max(float(loss_of_shares(np.nan_to_num(size, posinf=0.0), self.reduction)) for size in sizes)

    def parameter(self, parameter: Parameter) -> Probe:
        """Probe one parameter."""

        def loss(distance: float | complex) -> tuple[Array, Trace]:
            return self._loss(_moved_one(self.network, parameter, distance))

        size = max(1.0, abs(self.network.value_of(parameter)))
        line = _Line(loss, self.gradients.pick(parameter), size, max(_LEAST, _NOISE_FLOOR * self.size / size))
        return self._probe(self.network.names.of(parameter), line)

    def direction(self, name: str, generator: np.random.Generator) -> Probe:
        """Probe the slope along a random unit vector through all parameters."""
        direction = generator.standard_normal(self.network.parameter_count)
        direction /= float(np.sqrt(np.square(direction).sum()))
        slope = float((direction * np.asarray(self.gradients.row)).sum())

        def loss(distance: float | complex) -> tuple[Array, Trace]:
            return self._loss(_moved_all(self.network, direction, distance))

        return self._probe(name, _Line(loss, slope, 1.0, max(_LEAST, _NOISE_FLOOR * self.size)))

    def _loss(self, network: Network) -> tuple[Array, Trace]:
        trace = forward(network, self.samples.inputs)
        shares = loss_shares(network, trace, self.samples.targets)
        return loss_of_shares(shares, self.reduction), trace

    def _probe(self, name: str, line: _Line) -> Probe:
        found = self._complex_step(line) if self.is_complex else self._differences(line)
        verdict = "kink" if found.is_kink else "ok" if line.agrees(found, self.tolerance) else ""
        if not verdict:
            found, verdict = self._judged(line, found)
        scale = line.scale(found.value)
        relative = abs(line.slope - found.value) / scale if scale else 0.0
        return Probe(name, line.slope, found.value, relative, verdict)

    def _judged(self, line: _Line, first: _Estimate) -> tuple[_Estimate, str]:
        """The estimate that counts and the verdict where the first one contradicts the gradient."""
        second = self._differences(line, 1.0 if self.is_complex else _CLOSER)
        is_sharp = second.error <= _BLURRED * line.scale(second.value) and not second.is_kink
        if is_sharp and line.agrees(second, self.tolerance):
            return second, "ok"
        scale = max(abs(first.value), abs(second.value), line.floor)
        is_confirmed = abs(first.value - second.value) <= max(_CONFIRMED, self.tolerance) * scale + second.error
        return first, "wrong" if is_sharp and is_confirmed else "unclear"

    # ── the two ways ──────────────────────────────────────────────────────────────────────────────────────────────

    def _complex_step(self, line: _Line) -> _Estimate:
        """The derivative; the step is such that it moves no unit by much, nor all by next to nothing."""
        step = _COMPLEX_STEP
        value, trace = line.loss(complex(0.0, step))
        moved = max(float(np.abs(z.imag).max()) for z in trace.net_inputs)
        if 0.0 < moved < np.inf and not _COMPLEX_STEPS[0] < moved < _COMPLEX_STEPS[1]:
            step *= _COMPLEX_STEP / moved
            value, trace = line.loss(complex(0.0, step))
        is_kink = any(np.any((np.abs(gap.real) <= _KINK_WIDTH) & (gap.imag != 0)) for gap in self._gaps(trace))
        return _Estimate(float(value.imag) / step if step else np.nan, _LEAST / step if step else np.inf, is_kink)

    def _differences(self, line: _Line, closer: float = 1.0) -> _Estimate:
        """The same by extrapolated central differences; the first step is small enough to cross no kink."""
        here = line.loss(0.0)[1]
        sides = self._sides(here)
        size = line.size * closer
        step = _FIRST_STEP * size
        while step and self._is_far(line.loss, here, step):
            step /= 4.0
        while self._is_crossing(line.loss, sides, step) and step > _LAST_STEP * size:
            step /= 4.0
        return _Estimate(*self._extrapolated(line, step), self._is_crossing(line.loss, sides, step))

    def _is_far(self, loss: Loss, here: Trace, step: float) -> bool:
        """Whether a step moves some unit so far that it says nothing about where it stands."""
        pairs = zip(loss(step)[1].net_inputs, here.net_inputs, strict=True)
        return any(bool(np.any(np.abs(there - z) > 1.0 + np.abs(z))) for there, z in pairs)

    def _extrapolated(self, line: _Line, step: float) -> tuple[float, float]:
        """The derivative and its error from the first step that gives a small one, else the smallest.

        A bend nearer than a first step, such as Huber's at δ or a steep GELU's at 0, makes both uncertain.
        """

        def loss(distance: float) -> float:
            return float(line.loss(distance)[0])

        best, least = 0.0, np.inf
        for first in map(float, step * _FIRST_STEPS):
            derivative, error = ridders(loss, first)
            size = max(self.size, abs(loss(first)), abs(loss(-first)))
            error += _DIFFERENCE_ROUNDING * size / first if first else np.inf
            if error < least:
                best, least = derivative, error
            if least <= _SMALL_ERROR * max(abs(best), line.floor):
                break
        return best, least

    def _is_crossing(self, loss: Loss, here: list[Array], step: float) -> bool:
        return any(
            np.any(there != side)
            for distance in (step, -step)
            for there, side in zip(self._sides(loss(distance)[1]), here, strict=True)
        )

    def _sides(self, trace: Trace) -> list[Array]:
        """On which side of every kink each unit is."""
        return [np.sign(gap) for gap in self._gaps(trace)]

    def _gaps(self, trace: Trace) -> Iterator[Array]:
        """How far every net input is from each kink of its activation, and every output from its loss's."""
        for layer, z in zip(self.network.layers, trace.net_inputs, strict=True):
            yield from (z - kink for kink in layer.activation.kinks)
        if self.network.loss.has_kink:
            t, o = self.samples.targets, trace.outputs
            yield t * o - 1.0 if self.network.loss.name == "hinge" else o - t


def ridders(function: Callable[[float], float], step: float) -> tuple[float, float]:
    """The derivative at 0 by central differences from `step` down, extrapolated; and an estimate of its error."""
    table: list[float] = []
    best, error = 0.0, np.inf
    for _ in range(_ROUNDS):
        row = [(function(step) - function(-step)) / (2.0 * step)]
        power = _CONTRACTION**2
        for before in table:
            row.append((row[-1] * power - before) / (power - 1.0))
            power *= _CONTRACTION**2
            change = max(abs(row[-1] - row[-2]), abs(row[-1] - before))
            if change <= error:
                best, error = row[-1], change
        if table and abs(row[-1] - table[-1]) >= 2.0 * error:
            break
        table = row
        step /= _CONTRACTION
    return best, float(error)


def _moved_one(network: Network, parameter: Parameter, distance: float | complex) -> Network:
    """The network with one parameter moved."""
    row = np.asarray(network.parameters.row)
    row = row.astype(np.result_type(row, distance))
    row[network.names.index(parameter)] += distance
    return network.with_row(row)


def _moved_all(network: Network, direction: Array, distance: float | complex) -> Network:
    """The network with every parameter moved along a direction."""
    return network.with_row(np.asarray(network.parameters.row) + distance * direction)
