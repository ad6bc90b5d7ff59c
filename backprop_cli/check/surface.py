"""The slope of E along a line through the parameters, by numbers alone.

Where all functions work on complex numbers it is Im E(θ + ih)/h, the complex step, which has no cancellation (Squire and Trapp,
"Using Complex Variables to Estimate Derivatives of Real Functions", SIAM Review 40(1), 1998). Elsewhere central differences of
shrinking step are extrapolated to step 0 (Ridders, "Accurate computation of F'(x) and F'(x)F''(x)", Advances in Engineering
Software 4(2), 1982), which also estimates the error that is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from backprop_cli.forward import Trace, forward, loss_of_shares, loss_shares
from backprop_cli.functions.numeric import Array
from backprop_cli.network.names import Parameter
from backprop_cli.network.network import Network, Samples

_COMPLEX_STEP = 1e-20
_COMPLEX_STEPS = (1e-30, 1e-12)
"""The unit that the complex step moves most is moved by something between these."""
_LEAST = 1e-290
"""Below this products leave the normal numbers."""
_CONTRACTION = 1.4
_ROUNDS = 12
_FIRST_STEP = 0.1
_LAST_STEP = 1e-5
_FIRST_STEPS = np.array([1.0, 1e-3])
_SMALL_ERROR = 1e-9
_DIFFERENCE_ROUNDING = 4.0 * float(np.finfo(np.float64).eps)
_KINK_WIDTH = 1e-12
_NOISE_FLOOR = 1e-8
"""What is left of a slope, relatively to what E is computed from, when only rounding is left."""
_CLOSER = 1.0 / 32.0
"""The steps of a second opinion are smaller by this factor."""
_LAYER, _UNIT, _PARAMETER = 8e-6, 6e-8, 6e-8
"""Seconds of a forward pass for each layer, each unit of a sample, each parameter, measured on one machine."""
_EVALUATIONS = 30
"""Forward passes that differences take, about."""

Loss = Callable[[float | complex], tuple[Array, Trace]]
"""E and the forward pass at a distance along a line through the parameters."""


class Estimate(NamedTuple):
    """A derivative by numbers, the error that it may have, and whether some unit stands on a kink there."""

    value: float
    error: float
    is_kink: bool = False


class LossLine(NamedTuple):
    """A line through the parameters: E along it, and the `size` of what it moves.

    A slope below `floor` is nothing but the rounding of what E is computed from.
    """

    loss: Loss
    size: float
    floor: float


class Surface:
    """E over the parameters around those of a network; its roundoff is in proportion to E, or to `size` if that is larger."""

    def __init__(self, network: Network, samples: Samples, reduction: str, size: float) -> None:
        self.network, self.samples, self.reduction = network, samples, reduction
        self.is_complex = all(layer.activation.analytic for layer in network.layers)
        self.size = size

    @property
    def cost(self) -> float:
        """About how many seconds it takes to estimate one slope."""
        names = self.network.names
        pass_cost = (
            _LAYER * names.depth + len(self.samples) * _UNIT * sum(names.widths) + _PARAMETER * names.parameter_count
        )
        return pass_cost * (1 if self.is_complex else _EVALUATIONS)

    @property
    def method(self) -> str:
        """How slopes are estimated."""
        return "complex step" if self.is_complex else "central differences"

    def along_parameter(self, parameter: Parameter) -> LossLine:
        """The line on which one parameter moves."""
        row, index = self.network.parameters.row, self.network.names.index(parameter)

        def loss(distance: float | complex) -> tuple[Array, Trace]:
            moved = row.astype(np.result_type(row, distance))
            moved[index] += distance
            return self._loss(self.network.with_row(moved))

        return self._line(loss, max(1.0, abs(float(row[index]))))

    def along(self, direction: Array) -> LossLine:
        """The line on which all parameters move in a direction, a unit vector."""
        row = self.network.parameters.row
        return self._line(lambda distance: self._loss(self.network.with_row(row + distance * direction)), 1.0)

    def _line(self, loss: Loss, size: float) -> LossLine:
        return LossLine(loss, size, max(_LEAST, _NOISE_FLOOR * self.size / size))

    def _loss(self, network: Network) -> tuple[Array, Trace]:
        trace = forward(network, self.samples.inputs)
        shares = loss_shares(network, trace, self.samples.targets)
        return loss_of_shares(network, shares, self.reduction), trace

    def slope(self, line: LossLine) -> Estimate:
        """The slope at the network."""
        return self._complex_step(line) if self.is_complex else self._differences(line)

    def slope_again(self, line: LossLine) -> Estimate:
        """The same in another way, or by other steps."""
        return self._differences(line, 1.0 if self.is_complex else _CLOSER)

    def _complex_step(self, line: LossLine) -> Estimate:
        """The derivative; the step is such that it moves no unit by much, nor all by next to nothing."""
        step = _COMPLEX_STEP
        value, trace = line.loss(complex(0.0, step))
        moved = max(float(np.abs(z.imag).max()) for z in trace.net_inputs)
        if 0.0 < moved < np.inf and not _COMPLEX_STEPS[0] < moved < _COMPLEX_STEPS[1]:
            step *= _COMPLEX_STEP / moved
            value, trace = line.loss(complex(0.0, step))
        is_kink = any(np.any((np.abs(gap.real) <= _KINK_WIDTH) & (gap.imag != 0)) for gap in self._gaps(trace))
        return Estimate(float(value.imag) / step if step else np.nan, _LEAST / step if step else np.inf, is_kink)

    def _differences(self, line: LossLine, closer: float = 1.0) -> Estimate:
        """The same by extrapolated central differences; the first step is small enough to cross no kink."""
        here = line.loss(0.0)[1]
        sides = self._sides(here)
        size = line.size * closer
        step = _FIRST_STEP * size
        while step and self._is_far(line.loss, here, step):
            step /= 4.0
        while self._is_crossing(line.loss, sides, step) and step > _LAST_STEP * size:
            step /= 4.0
        return Estimate(*self._extrapolated(line, step), self._is_crossing(line.loss, sides, step))

    def _is_far(self, loss: Loss, here: Trace, step: float) -> bool:
        """Whether a step moves some unit so far that it says nothing about where it stands."""
        pairs = zip(loss(step)[1].net_inputs, here.net_inputs, strict=True)
        return any(bool(np.any(np.abs(there - z) > 1.0 + np.abs(z))) for there, z in pairs)

    def _extrapolated(self, line: LossLine, step: float) -> tuple[float, float]:
        """The derivative and its error from the first step that gives a small one, else the smallest.

        A bend nearer than a first step, such as Huber's at δ, a steep GELU's at 0 or softsign's, makes both uncertain: then the
        next best has its say too.
        """

        def loss(distance: float) -> float:
            return float(line.loss(distance)[0])

        found: list[tuple[float, float]] = []
        for first in map(float, step * _FIRST_STEPS):
            derivative, error = ridders(loss, first)
            size = max(self.size, abs(loss(first)), abs(loss(-first)))
            error += _DIFFERENCE_ROUNDING * size / first if first else np.inf
            if error <= _SMALL_ERROR * max(abs(derivative), line.floor):
                return derivative, error
            found.append((error, derivative))
        (error, best), (_, other) = sorted(found)[:2]
        return best, max(error, abs(best - other))

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
