"""The whole sheet of paper: every number that comes out when a network is trained by some method, right or wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from backprop_cli.backward import Gradients, Links, Place, backward
from backprop_cli.check.method import Change, Method, right_method
from backprop_cli.forward import Trace
from backprop_cli.functions.losses import Loss
from backprop_cli.functions.numeric import Array
from backprop_cli.network.names import Names
from backprop_cli.network.network import ParameterRow, Setup


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
            self.method = self._method(replace(after, samples=setup.samples, schedule=setup.schedule))

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
        """The shown sample's, after the batch's, on which a link may depend."""
        batch = self._batch
        return batch if len(self.method.setup.samples) == 1 else self.method.backward(self._sample)

    @cached_property
    def _every(self) -> tuple[Trace, Gradients]:
        """All samples', in their order. The step's own pass goes first here too, and is the one where it is over all."""
        (net_inputs, activations), gradients = self._batch
        order = np.argsort(self.method.batch_indices)
        if len(order) < len(self.method.setup.samples):
            return self.method.backward(self.method.setup.samples)
        trace = Trace(tuple(z[order] for z in net_inputs), tuple(a[order] for a in activations))
        deltas = tuple(delta[order] for delta in gradients.deltas)
        by_activation = tuple(by_a[order] for by_a in gradients.activations)
        return trace, gradients._replace(activations=by_activation, deltas=deltas)

    @cached_property
    def _after(self) -> Setup:
        return self.method.after(self._batch[1].parameters) if self._is_updated else self.method.setup

    @cached_property
    def _trace_after(self) -> Trace:
        return self.method.forward(self._after.network, self._sample.inputs)

    def _from_shares(self, outputs: Array) -> Gradients:
        """Every derivative of E_o of some outputs, one after the other: the chain rule under losses that count one each."""
        network = self.method.setup.network
        alone = replace(network, loss=_counting_one(outputs, network.loss))
        net_inputs, activations = self._shown[0]
        trace = Trace(_repeated(net_inputs, len(outputs)), _repeated(activations, len(outputs)))
        (targets,) = _repeated([self._sample.targets], len(outputs))
        return backward(alone, trace, targets, links=self.method.links)

    @property
    def _links(self) -> Links:
        """The links; the step's own pass goes first, because one may depend on what that gave."""
        _ = self._batch
        return self.method.links

    def _one_hot(self, layer: int, units: Array) -> Array:
        """For each of some units 1 where it stands in its layer, and 0 elsewhere."""
        return np.asarray(
            np.arange(self.method.setup.network.names.widths[layer + 1]) == units[:, np.newaxis], dtype=float
        )

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

    def net_inputs_by_sample(self, samples: Array) -> Array:
        """Every z of some samples, from 0, a row each."""
        return np.concatenate([z[samples] for z in self._every[0].net_inputs], axis=1)

    def activations_by_sample(self, samples: Array) -> Array:
        """Every x, then every a of some samples, a row each."""
        return np.concatenate([a[samples] for a in self._every[0].activations], axis=1)

    def targets_by_sample(self, samples: Array) -> Array:
        """Every t of some samples, a row each."""
        return self.method.setup.samples.targets[samples]

    def upstream_by_sample(self, samples: Array) -> Array:
        """∂E/∂x, then every ∂E/∂a of some samples' own losses, a row each."""
        return np.concatenate([by_a[samples] for by_a in self._every[1].activations], axis=1)

    def deltas_by_sample(self, samples: Array) -> Array:
        """Every ∂E/∂z of some samples' own losses, a row each."""
        return np.concatenate([delta[samples] for delta in self._every[1].deltas], axis=1)

    def share_upstream(self, outputs: Array) -> Array:
        """Of E_o of some outputs, from 0, a row each: as `upstream` has those of E."""
        return np.concatenate(self._from_shares(outputs).activations, axis=1)

    def share_deltas(self, outputs: Array) -> Array:
        """Of E_o of some outputs, from 0, a row each: as `deltas` has those of E."""
        return np.concatenate(self._from_shares(outputs).deltas, axis=1)

    def own_slopes(self) -> Array:
        """Every ∂a/∂z of a unit by its own net input; in a layer whose units depend on one another no number."""
        network, trace, pull = self.method.setup.network, self._shown[0], self._links.hidden_delta
        return _flat(
            pull(Place(network, trace, index), np.ones((1, layer.units)))
            if layer.activation.is_elementwise
            else np.full((1, layer.units), np.nan)
            for index, layer in enumerate(network.layers)
        )

    def slopes(self, layer: int, units: Array) -> Array:
        """∂a_i/∂z_j of some units i, a row each, for each j of their layer: what the link makes of ∂E/∂a_i = 1."""
        pull = self._links.hidden_delta
        return pull(Place(self.method.setup.network, self._shown[0], layer), self._one_hot(layer, units))

    def factors(self) -> Array:
        """Every ∂z/∂w, in the parameters' order: what the link makes of ∂E/∂z = 1; and ∂z/∂b, which is 1."""
        network, trace = self.method.setup.network, self._shown[0]
        pull = self._links.weight_gradient
        weights = [pull(Place(network, trace, i), np.ones((1, layer.units))) for i, layer in enumerate(network.layers)]
        biases = [None if layer.bias is None else np.ones_like(layer.bias) for layer in network.layers]
        return ParameterRow.of(network.names, weights, biases).row

    def connections(self, layer: int, units: Array) -> Array:
        """∂z/∂a_prev of some units, a row each, for each of their sources: what the link makes of their ∂E/∂z = 1."""
        pull = self._links.loss_by_source
        return pull(Place(self.method.setup.network, self._shown[0], layer), self._one_hot(layer, units))

    def gradients(self) -> Array:
        """Every ∂E/∂w and ∂E/∂b, in the parameters' order."""
        return self.method.written_gradient(self._batch[1].parameters.row)

    def bias_parts(self) -> Array:
        """Every unit's part of the gradient by its bias over the batch, as if no unit shared one."""
        deltas = self._batch[1].deltas
        scale = 1.0 / len(deltas[0]) if self.method.setup.schedule.reduction == "mean" else 1.0
        return _flat(delta.sum(axis=0) * scale for delta in deltas)

    def sample_gradients(self) -> Array:
        """The same of the shown sample's loss alone."""
        return self.method.written_gradient(self._shown[1].parameters.row)

    def parameters_after(self) -> Array:
        """Every w and b, updated, in the parameters' order."""
        return self._after.network.parameters.row

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


class MatrixGroup(NamedTuple):
    """A matrix of derivatives that would be too much as a whole: units × units, or outputs × all units of a network.

    The method gives some rows of it.
    """

    method: Callable[..., Array]
    at: tuple[int, ...] = ()

    def columns(self, names: Names) -> int:
        """How many numbers a row holds, or takes to compute."""
        return max(names.widths[layer] + names.widths[layer + 1] for layer in self.at) if self.at else sum(names.widths)

    def rows(self, work: Work, rows: Array) -> Array:
        """Some of its rows, one below the other."""
        return self.method(work, *self.at, rows)


def _flat(arrays: Iterable[Array]) -> Array:
    return np.concatenate([array.ravel() for array in arrays])


def _repeated(of_one_sample: Iterable[Array], count: int) -> tuple[Array, ...]:
    return tuple(np.broadcast_to(row, (count, row.shape[-1])) for row in of_one_sample)


def _counting_one(outputs: Array, loss: Loss) -> Loss:
    """A loss that counts in each row one output's share alone, so that all of the other outputs' is 0."""

    def alone(values: Array) -> Array:
        return np.where(np.arange(values.shape[-1]) == outputs[:, np.newaxis], values, 0.0)

    weights = loss.log_weights
    return loss._replace(
        share_of=lambda *arguments: alone(loss.share_of(*arguments)),
        slope_of=lambda *arguments: alone(loss.slope_of(*arguments)),
        log_weights=None if weights is None else lambda t: (alone(weights(t)[0]), alone(weights(t)[1])),
    )
