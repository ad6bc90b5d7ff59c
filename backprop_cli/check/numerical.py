"""Every gradient against numerical differentiation, which knows nothing of the chain rule.

Where all functions work on complex numbers the derivative is Im E(θ + ih)/h, the complex step, which has no cancellation
(Squire and Trapp, "Using Complex Variables to Estimate Derivatives of Real Functions", SIAM Review 40(1), 1998). Elsewhere
central differences of shrinking step are extrapolated to step 0 (Ridders, "Accurate computation of F'(x) and F'(x)F''(x)",
Advances in Engineering Software 4(2), 1982), which also estimates the error that is left.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

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
_CONTRACTION = 1.4
_ROUNDS = 12
_FIRST_STEP = 0.1
_LAST_STEP = 1e-5
_FIRST_STEPS = np.array([1.0, 1e-1, 1e-2, 1e-3])
_SMALL_ERROR = 1e-9
_DIFFERENCE_ROUNDING = 4.0 * float(np.finfo(np.float64).eps)
_KINK_WIDTH = 1e-12
_NOISE_FLOOR = 1e-8


@dataclass(frozen=True)
class Probe:
    """One derivative by the chain rule and by numbers; `verdict` is ok, wrong or kink.

    `relative_error` is measured against the larger of the two, and against no less than 10⁻⁸ of the largest gradient and of
    E, below which the rounding of their sums is all that is left.
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


class _Prober:
    """Moves a network's parameters and looks at E."""

    def __init__(
        self, network: Network, samples: Samples, reduction: str, gradients: ParameterRow, tolerance: float
    ) -> None:
        self.network, self.samples, self.reduction = network, samples, reduction
        self.gradients, self.tolerance = gradients, tolerance
        self.is_complex = all(layer.activation.analytic for layer in network.layers)
        self.method = "complex step" if self.is_complex else "central differences"
        largest = float(np.abs(np.asarray(gradients.row)).max())
        self.size = max(abs(float(self._loss(network)[0])), largest)
        self.floor = _NOISE_FLOOR * self.size

    def parameter(self, parameter: Parameter) -> Probe:
        """Probe one parameter."""

        def loss(distance: float | complex) -> tuple[Array, Trace]:
            return self._loss(_moved_one(self.network, parameter, distance))

        name = self.network.names.of(parameter)
        return self._probe(name, self.gradients.pick(parameter), loss, max(1.0, abs(self.network.value_of(parameter))))

    def direction(self, name: str, generator: np.random.Generator) -> Probe:
        """Probe the slope along a random unit vector through all parameters."""
        direction = generator.standard_normal(self.network.parameter_count)
        direction /= float(np.sqrt(np.square(direction).sum()))
        slope = float((direction * np.asarray(self.gradients.row)).sum())

        def loss(distance: float | complex) -> tuple[Array, Trace]:
            return self._loss(_moved_all(self.network, direction, distance))

        return self._probe(name, slope, loss, 1.0)

    def _loss(self, network: Network) -> tuple[Array, Trace]:
        trace = forward(network, self.samples.inputs)
        shares = loss_shares(network, trace, self.samples.targets)
        return loss_of_shares(shares, self.reduction), trace

    def _probe(self, name: str, analytic: float, loss: Loss, size: float) -> Probe:
        numerical, error, is_kink = self._complex_step(loss) if self.is_complex else self._differences(loss, size)
        difference = abs(analytic - numerical)
        scale = max(abs(analytic), abs(numerical), self.floor)
        relative = difference / scale if scale else 0.0
        is_ok = difference <= self.tolerance * scale + error
        verdict = "kink" if is_kink else "ok" if is_ok else "wrong"
        return Probe(name, analytic, numerical, relative, verdict)

    # ── the two ways ──────────────────────────────────────────────────────────────────────────────────────────────

    def _complex_step(self, loss: Loss) -> tuple[float, float, bool]:
        """The derivative, its error, and whether some unit that moves stands on a kink."""
        value, trace = loss(complex(0.0, _COMPLEX_STEP))
        is_kink = any(np.any((np.abs(gap.real) <= _KINK_WIDTH) & (gap.imag != 0)) for gap in self._gaps(trace))
        return float(value.imag) / _COMPLEX_STEP, 0.0, is_kink

    def _differences(self, loss: Loss, size: float) -> tuple[float, float, bool]:
        """The same by extrapolated central differences; the first step is small enough to cross no kink."""
        here = self._sides(loss(0.0)[1])
        step = _FIRST_STEP * size
        while self._is_crossing(loss, here, step) and step > _LAST_STEP * size:
            step /= 4.0
        is_crossing = self._is_crossing(loss, here, step)
        return *self._extrapolated(lambda distance: float(loss(distance)[0]), step), is_crossing

    def _extrapolated(self, function: Callable[[float], float], step: float) -> tuple[float, float]:
        """The derivative and its error from the first step that gives a small one, else the smallest.

        A bend nearer than a first step, such as Huber's at δ or a steep GELU's at 0, makes both uncertain.
        """
        best, least = 0.0, np.inf
        for first in step * _FIRST_STEPS:
            derivative, error = ridders(function, float(first))
            error += _DIFFERENCE_ROUNDING * self.size / float(first)
            if error < least:
                best, least = derivative, error
            if least <= _SMALL_ERROR * max(abs(best), self.floor):
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
