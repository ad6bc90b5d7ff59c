"""What is asked of a forward and backward pass: a batch's gradients, each sample's, one sample's every number, the loss.

`NumpyArithmetic` answers with `forward` and `backward`; an engine that adds up in another order answers in its own way, so
that what is shown is, to the last bit, what it computes.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from backprop_cli.arrays import Array
from backprop_cli.backward import Gradients, backward
from backprop_cli.forward import Trace, forward, loss_of_shares, loss_shares, total_loss
from backprop_cli.network.names import Parameter
from backprop_cli.network.network import Network, ParameterRow, Samples

Vectors = list[list[float]]
"""One list of numbers for each layer."""


class SamplePass(NamedTuple):
    """All that is computed for one sample, by layer.

    `activations[0]` is x; `upstream[l]` is ∂E/∂a of what feeds layer l, its last entry ∂E/∂o. `slopes` are ∂a/∂z of the
    elementwise layers as the arithmetic computes them, None where it is the table's own.
    """

    net_inputs: Vectors
    activations: Vectors
    slopes: Vectors | None
    deltas: Vectors
    upstream: Vectors
    shares: list[float]
    loss: float
    gradients: ParameterRow


class SampleGradients(Protocol):
    """The gradients of each sample of a batch, apart from one another."""

    def of(self, parameter: Parameter) -> list[float]:
        """∂E/∂w or ∂E/∂b of each sample's loss, in the batch's order."""


class Arithmetic(Protocol):
    """A way to compute the passes."""

    def gradients(self, network: Network, batch: Samples, reduction: str) -> tuple[ParameterRow, float]:
        """The gradients of a batch's loss by all parameters, and that loss; `reduction` (mean or sum) joins the samples."""

    def sample_gradients(self, network: Network, batch: Samples) -> SampleGradients:
        """The gradients of a batch's samples, one by one."""

    def sample_pass(self, network: Network, sample: Samples) -> SamplePass:
        """Both passes over one sample."""

    def loss(self, network: Network, samples: Samples, reduction: str) -> float:
        """E over the samples."""


class NumpyArithmetic:
    """The passes as `forward` and `backward` make them; see `Arithmetic`."""

    def gradients(self, network: Network, batch: Samples, reduction: str) -> tuple[ParameterRow, float]:
        """See `Arithmetic`."""
        trace, gradients = self.passes(network, batch, reduction)
        return gradients.parameters, float(loss_of_shares(loss_shares(network, trace, batch.targets), reduction))

    def sample_gradients(self, network: Network, batch: Samples) -> SampleGradients:
        """See `Arithmetic`."""
        trace, gradients = self.passes(network, batch, "sum")
        return _OuterProducts(trace.activations, gradients.deltas)

    def sample_pass(self, network: Network, sample: Samples) -> SamplePass:
        """See `Arithmetic`."""
        trace, gradients = self.passes(network, sample, "mean")
        shares = loss_shares(network, trace, sample.targets)
        return SamplePass(
            _first(trace.net_inputs),
            _first(trace.activations),
            None if trace.slopes is None else _first(trace.slopes),
            _first(gradients.deltas),
            _first(gradients.activations),
            shares[0].tolist(),
            float(loss_of_shares(shares, "sum")),
            gradients.parameters,
        )

    def loss(self, network: Network, samples: Samples, reduction: str) -> float:
        """See `Arithmetic`."""
        return total_loss(network, samples, reduction)

    def passes(self, network: Network, samples: Samples, reduction: str) -> tuple[Trace, Gradients]:
        """The forward and backward pass over a batch, samples × units."""
        trace = forward(network, samples.inputs)
        return trace, backward(network, trace, samples.targets, reduction)


class _OuterProducts(NamedTuple):
    """See `SampleGradients`: `activations[l]`, samples × sources, are what layer l takes, `deltas[l]` its ∂E/∂z.

    A product is made when it is asked for: all of them would be samples × parameters.
    """

    activations: tuple[Array, ...]
    deltas: tuple[Array, ...]

    def of(self, parameter: Parameter) -> list[float]:
        """See `SampleGradients`."""
        deltas = self.deltas[parameter.layer]
        found: list[float]
        if parameter.source is not None:
            found = (deltas[:, parameter.unit or 0] * self.activations[parameter.layer][:, parameter.source]).tolist()
        elif parameter.unit is not None:
            found = deltas[:, parameter.unit].tolist()
        else:
            found = deltas.sum(axis=1).tolist()
        return found


NUMPY = NumpyArithmetic()


def _first(arrays: tuple[Array, ...]) -> Vectors:
    return [array[0].tolist() for array in arrays]
