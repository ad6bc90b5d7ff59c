"""The whole sheet of paper: every number that comes out when a network is trained by some method, right or wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from backprop_cli.arrays import Array
from backprop_cli.backward import Gradients, backward
from backprop_cli.check.method import Change, Method, right_method
from backprop_cli.forward import Trace
from backprop_cli.functions.losses import Loss
from backprop_cli.network import ParameterRow, Setup

_KEPT_SHARES = 16
"""Of so many outputs the derivatives of their shares are kept, which several groups ask for."""


class Work:
    """The numbers of step `steps`, and after it, where every step is made with the given changes to the right method.

    Intermediate results are those of sample `sample` (from 0), gradients those of the step's batch. Each group of numbers
    is one flat array, layer after layer, and is computed when it is first asked for. With 0 steps nothing is updated.
    """

    def __init__(self, setup: Setup, steps: int, sample: int = 0, changes: Iterable[Change] = ()) -> None:
        self._changes = tuple(changes)
        self._sample = setup.samples.only(sample)
        self._is_updated = steps > 0
        self._from_shares: dict[int, Gradients] = {}
        self.method = self._method(setup)
        for _ in range(steps - 1):
            after = self.method.after(self.method.backward(self.method.batch)[1].parameters)
            self.method = self._method(replace(after, schedule=setup.schedule))

    def _method(self, setup: Setup) -> Method:
        """How a step is made: the changes are made afresh to the right method of each."""
        method = right_method(setup)
        for change in self._changes:
            method = change(method)
        return method

    # ── the passes ────────────────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def _batch(self) -> tuple[Trace, Gradients]:
        return self.method.backward(self.method.batch)

    @cached_property
    def _shown(self) -> tuple[Trace, Gradients]:
        """The shown sample's; the batch goes first, because a link may depend on what it gave."""
        batch = self._batch
        return batch if len(self.method.setup.samples) == 1 else self.method.backward(self._sample)

    @cached_property
    def _after(self) -> Setup:
        return self.method.after(self._batch[1].parameters) if self._is_updated else self.method.setup

    @cached_property
    def _trace_after(self) -> Trace:
        return self.method.forward(self._after.network, self._sample.inputs)

    def _from_share(self, output: int) -> Gradients:
        """Every derivative of E_o of one output: the chain rule under a loss that counts that output alone."""
        if output not in self._from_shares:
            network = self.method.setup.network
            alone = replace(network, loss=_counting_only(output, network.loss))
            if len(self._from_shares) == _KEPT_SHARES:
                self._from_shares.clear()
            self._from_shares[output] = backward(alone, self._shown[0], self._sample.targets, links=self.method.links)
        return self._from_shares[output]

    def _one_hot(self, layer: int, unit: int) -> Array:
        return np.eye(1, self.method.setup.network.names.widths[layer + 1], unit)

    # ── the groups ────────────────────────────────────────────────────────────────────────────────────────────────

    def net_inputs(self) -> Array:
        """Every z."""
        return _flat(self._shown[0].net_inputs)

    def activations(self) -> Array:
        """Every x, then every a."""
        return _flat(self._shown[0].activations)

    def targets(self) -> Array:
        """Every t."""
        return _flat([self._sample.targets])

    def shares(self) -> Array:
        """Each output's share E_o of the loss."""
        return _flat([self.method.shares(self.method.setup.network, self._shown[0], self._sample.targets)])

    def loss(self) -> Array:
        """E over all samples."""
        return np.array([self.method.loss(self.method.setup.network)])

    def upstream(self) -> Array:
        """∂E/∂x, then every ∂E/∂a."""
        return _flat(self._shown[1].activations)

    def deltas(self) -> Array:
        """Every ∂E/∂z."""
        return _flat(self._shown[1].deltas)

    def share_upstream(self, output: int) -> Array:
        """Of E_o of one output, from 0: as `upstream` has those of E."""
        return _flat(self._from_share(output).activations)

    def share_deltas(self, output: int) -> Array:
        """Of E_o of one output, from 0: as `deltas` has those of E."""
        return _flat(self._from_share(output).deltas)

    def slopes(self, layer: int, unit: int) -> Array:
        """∂a_i/∂z_j of one unit i, for each j of its layer: what the link makes of ∂E/∂a_i = 1."""
        pull = self.method.links.hidden_delta
        return _flat([pull(self.method.setup.network, self._shown[0], layer, self._one_hot(layer, unit))])

    def factors(self) -> Array:
        """Every ∂z/∂w, in the parameters' order: what the link makes of ∂E/∂z = 1; and ∂z/∂b, which is 1."""
        network, trace = self.method.setup.network, self._shown[0]
        pull = self.method.links.weight_gradient
        weights = [pull(network, trace, i, np.ones((1, layer.units))) for i, layer in enumerate(network.layers)]
        biases = [None if layer.bias is None else np.ones_like(layer.bias) for layer in network.layers]
        return np.asarray(ParameterRow.of(network.names, weights, biases).row)

    def connections(self, layer: int, unit: int) -> Array:
        """∂z/∂a_prev of one unit, for each of its sources: what the link makes of its ∂E/∂z = 1."""
        pull = self.method.links.loss_by_source
        return _flat([pull(self.method.setup.network, self._shown[0], layer, self._one_hot(layer, unit))])

    def gradients(self) -> Array:
        """Every ∂E/∂w and ∂E/∂b, in the parameters' order."""
        return self.method.written_gradient(np.asarray(self._batch[1].parameters.row))

    def sample_gradients(self) -> Array:
        """The same of the shown sample's loss alone."""
        return self.method.written_gradient(np.asarray(self._shown[1].parameters.row))

    def parameters_after(self) -> Array:
        """Every w and b, updated, in the parameters' order."""
        return np.asarray(self._after.network.parameters.row)

    def net_inputs_after(self) -> Array:
        """Every z of the updated network."""
        return _flat(self._trace_after.net_inputs)

    def activations_after(self) -> Array:
        """Every x, then every a of the updated network."""
        return _flat(self._trace_after.activations)

    def shares_after(self) -> Array:
        """E_o1, E_o2, … of the updated network."""
        return _flat([self.method.shares(self._after.network, self._trace_after, self._sample.targets)])

    def loss_after(self) -> Array:
        """E of the updated network over all samples."""
        return np.array([self.method.loss(self._after.network)])


Group = Callable[[Work], Array]
"""A group of numbers: one of the methods above, or a row of one."""


class MatrixRow(NamedTuple):
    """One row of what would be too much as a whole, units × units or outputs × all units of a network."""

    method: Callable[..., Array]
    at: tuple[int, ...]

    def __call__(self, work: Work) -> Array:
        """The row's numbers."""
        return self.method(work, *self.at)


def _flat(arrays: Iterable[Array]) -> Array:
    return np.concatenate([array.ravel() for array in arrays])


def _counting_only(output: int, loss: Loss) -> Loss:
    """A loss that is one output's share of another, from 0; all that is nothing of the other outputs' remains 0."""

    def alone(values: Array) -> Array:
        return np.where(np.arange(values.shape[-1]) == output, values, 0.0)

    weights = loss.log_weights
    return replace(
        loss,
        share_of=lambda *arguments: alone(loss.share_of(*arguments)),
        slope_of=lambda *arguments: alone(loss.slope_of(*arguments)),
        log_weights=None if weights is None else lambda t: (alone(weights(t)[0]), alone(weights(t)[1])),
    )
