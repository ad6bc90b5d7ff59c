"""The penalty on large parameters that a loss may carry: L2, L1, or both."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from backprop_cli.functions.numeric import Array
from backprop_cli.network.names import Names, Parameter


class ByKind(NamedTuple):
    """A factor for the weights and one for the biases."""

    weights: float = 0.0
    biases: float = 0.0

    def of(self, parameter: Parameter) -> float:
        """The factor of one parameter."""
        return self.weights if parameter.is_weight else self.biases

    def row(self, names: Names) -> Array:
        """The factor of each parameter, in the order of `Names.parameters`."""
        factors = np.empty(names.parameter_count)
        for layer in range(names.depth):
            factors[names.weights_at(layer)] = self.weights
            factors[names.biases_at(layer)] = self.biases
        return factors


NO_FACTOR = ByKind()


class Penalty(NamedTuple):
    """R = ½·λ·Σp² + λ₁·Σ|p| over the parameters p, with `l2` = λ and `l1` = λ₁, all divided by `divisor`.

    It is part of E. The divisor is the number of samples where the file says so, else 1. See Goodfellow, Bengio and Courville,
    Deep Learning, 2016, section 7.1; at p = 0 the slope of |p| is 0, as in PyTorch.
    """

    l2: ByKind = NO_FACTOR
    l1: ByKind = NO_FACTOR
    divisor: int = 1

    def __bool__(self) -> bool:
        """Whether there is any."""
        return any((*self.l2, *self.l1))

    def value(self, names: Names, parameters: Array) -> Array:
        """R of a row of parameters, which may be complex: it is analytic but where a parameter is 0."""
        size = parameters * np.sign(parameters.real)
        terms = 0.5 * self.l2.row(names) * np.square(parameters) + self.l1.row(names) * size
        return np.asarray(terms.sum() / self.divisor)

    def slope(self, names: Names, parameters: Array) -> Array:
        """∂R/∂p of each parameter: (λ·p + λ₁·sign p) / divisor."""
        slopes = self.l2.row(names) * parameters + self.l1.row(names) * np.sign(parameters)
        return np.asarray(slopes / self.divisor)

    def share_of(self, samples: int) -> Penalty:
        """What each of so many samples carries of the penalty where their losses are added up."""
        return self._replace(divisor=self.divisor * samples)


NO_PENALTY = Penalty()
