"""The whole sheet of paper: every number that comes out when a network is trained by some method, right or wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property

import numpy as np

from backprop_cli.arrays import Array
from backprop_cli.backward import Gradients
from backprop_cli.check.method import Change, Method, right_method
from backprop_cli.forward import Trace
from backprop_cli.network import Setup


class Work:
    """The numbers of step `steps`, and after it, where every step is made with the given changes to the right method.

    Intermediate results are those of sample `sample` (from 0), gradients those of the step's batch. Each group of numbers
    is one flat array, layer after layer, and is computed when it is first asked for. With 0 steps nothing is updated.
    """

    def __init__(self, setup: Setup, steps: int, sample: int = 0, changes: Iterable[Change] = ()) -> None:
        self._changes = tuple(changes)
        self._sample = setup.samples.only(sample)
        self._is_updated = steps > 0
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

    @cached_property
    def _by_share(self) -> tuple[list[Array], list[Array]]:
        """∂E_o/∂a and ∂E_o/∂z as `Gradients` has those of E, each output × units: back from one output at a time."""
        links, network, trace = self.method.links, self.method.setup.network, self._shown[0]
        upstream = [np.diagflat(links.loss_by_output(network, trace, self._sample.targets))]
        deltas: list[Array] = []
        for layer in reversed(range(network.names.depth)):
            if (
                not deltas and network.activations[layer].is_elementwise
            ):  # E_o depends on one z: its part of the exact ∂E/∂z
                targets = self._sample.targets
                by_output = links.loss_by_output(network, trace, targets)
                deltas.append(np.diagflat(links.output_delta(network, trace, targets, by_output)))
            else:
                deltas.append(links.hidden_delta(network, trace, layer, upstream[-1]))
            upstream.append(links.loss_by_source(network, trace, layer, deltas[-1]))
        return upstream[::-1], deltas[::-1]

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

    def shares_upstream(self) -> Array:
        """Of E_o1, then of E_o2, …: as `upstream` has those of E."""
        return np.hstack(self._by_share[0]).ravel()

    def shares_deltas(self) -> Array:
        """Of E_o1, then of E_o2, …: as `deltas` has those of E."""
        return np.hstack(self._by_share[1]).ravel()

    def slopes(self) -> Array:
        """∂a_i/∂z_j, units × units of each layer: what the link makes of ∂E/∂a = 1 for one unit at a time."""
        network, trace = self.method.setup.network, self._shown[0]
        pull = self.method.links.hidden_delta
        return _flat([pull(network, trace, index, np.eye(layer.units)) for index, layer in enumerate(network.layers)])

    def factors(self) -> Array:
        """∂z/∂w, units × sources of each layer: what the link makes of ∂E/∂z = 1."""
        network, trace = self.method.setup.network, self._shown[0]
        pull = self.method.links.weight_gradient
        return _flat([pull(network, trace, i, np.ones((1, layer.units))) for i, layer in enumerate(network.layers)])

    def bias_factor(self) -> Array:
        """∂z/∂b."""
        return np.ones(1)

    def connections(self) -> Array:
        """∂z/∂a_prev, units × sources of each layer: what the link makes of ∂E/∂z = 1 for one unit at a time."""
        network, trace = self.method.setup.network, self._shown[0]
        pull = self.method.links.loss_by_source
        return _flat([pull(network, trace, index, np.eye(layer.units)) for index, layer in enumerate(network.layers)])

    def gradients(self) -> Array:
        """Every ∂E/∂w, then every ∂E/∂b."""
        parameters = self._batch[1].parameters
        return self.method.written_gradient(_flat([*parameters.weights, *parameters.biases]))

    def parameters_after(self) -> Array:
        """Every w, then every b, updated."""
        parameters = self._after.network.parameters
        return _flat([*parameters.weights, *parameters.biases])

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
"""A group of numbers: one of the methods above."""


def _flat(arrays: Iterable[Array | None]) -> Array:
    return np.concatenate([array.ravel() for array in arrays if array is not None])
