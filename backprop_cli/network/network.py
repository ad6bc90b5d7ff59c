"""The frozen records that travel through the program: a network, its samples, and how it is trained."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from backprop_cli.errors import UsageError
from backprop_cli.functions.activations import Activation
from backprop_cli.functions.collapse import Collapse, collapse_of
from backprop_cli.functions.losses import Loss
from backprop_cli.functions.numeric import Array
from backprop_cli.network.names import Names, Parameter
from backprop_cli.network.penalty import NO_FACTOR, NO_PENALTY, ByKind, Penalty


class Layer(NamedTuple):
    """One layer: `weights` is units × sources, `bias` has one entry if shared, one a unit if own, or is None."""

    weights: Array
    bias: Array | None
    activation: Activation

    @property
    def units(self) -> int:
        """The number of units."""
        return int(self.weights.shape[0])


@dataclass(frozen=True)
class ParameterRow:
    """One number for each parameter of a network, in the order of `Names.parameters`.

    They are the parameters themselves, their gradients, their changes, or their velocities under momentum. `weights` and
    `biases` show them as arrays, layer by layer, which share the row's memory.
    """

    names: Names
    row: Array

    @staticmethod
    def of(names: Names, weights: Iterable[Array], biases: Iterable[Array | None]) -> ParameterRow:
        """The row that holds these arrays' numbers."""
        pairs = zip(weights, biases, strict=True)
        return ParameterRow(
            names, np.concatenate([part.ravel() for pair in pairs for part in pair if part is not None])
        )

    @cached_property
    def weights(self) -> tuple[Array, ...]:
        """Each layer's weights, units × sources."""
        names = self.names
        return tuple(self.row[names.weights_at(layer)].reshape(-1, names.widths[layer]) for layer in range(names.depth))

    @cached_property
    def biases(self) -> tuple[Array | None, ...]:
        """Each layer's biases: one entry if shared, one a unit if own, or None."""
        names = self.names
        return tuple(None if kind == "none" else self.row[names.biases_at(i)] for i, kind in enumerate(names.biases))

    def pick(self, parameter: Parameter) -> float:
        """The number of one parameter."""
        return float(self.row[self.names.index(parameter)])


@dataclass(frozen=True)
class Network:
    """The layers' activations, the loss on top with its penalty, everybody's names, and the values of the parameters."""

    activations: tuple[Activation, ...]
    loss: Loss
    names: Names
    parameters: ParameterRow
    penalty: Penalty = NO_PENALTY

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """The layers, from the first hidden one to the output."""
        parts = zip(self.parameters.weights, self.parameters.biases, self.activations, strict=True)
        return tuple(Layer(*part) for part in parts)

    @cached_property
    def collapse(self) -> Collapse | None:
        """The closed form of output activation and loss, where they belong together."""
        return collapse_of(self.activations[-1], self.loss)

    def value_of(self, parameter: Parameter) -> float:
        """The value of one weight or bias."""
        return self.parameters.pick(parameter)

    @property
    def penalty_value(self) -> Array:
        """R, what the penalty adds to the loss."""
        return self.penalty.value(self.names, self.parameters.row)

    @property
    def parameter_count(self) -> int:
        """The number of weights and biases."""
        return self.names.parameter_count

    def with_row(self, row: Array) -> Network:
        """The same network with other values of its parameters."""
        return replace(self, parameters=ParameterRow(self.names, row))

    def __getstate__(self) -> dict[str, Any]:
        """What is pickled: what the network was made of, without what it has worked out from that."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True)
class Samples:
    """What goes in and what should come out: `inputs` is samples × inputs, `targets` samples × outputs.

    Targets that the loss does not need are zeros.
    """

    inputs: Array
    targets: Array

    def __len__(self) -> int:
        """The number of samples."""
        return len(self.inputs)

    def only(self, index: int) -> Samples:
        """One sample, from 0, as a batch of one."""
        return self.batch([index])

    def batch(self, indices: Sequence[int]) -> Samples:
        """The samples with these indices, from 0."""
        return Samples(self.inputs[list(indices)], self.targets[list(indices)])


class Schedule(NamedTuple):
    """How the network is trained: torch.optim.SGD's settings, the batches, and what is left alone.

    `batch_size` None means all samples; where the samples do not divide into batches of that size, the last batch of a pass
    holds what is left, or with `drop_last` is left out. `frozen` is True for each parameter that is not updated, in the order
    of `Names.parameters`; None where all are updated.
    """

    learning_rate: float = 0.5
    steps: int = 1
    momentum: float = 0.0
    dampening: float = 0.0
    nesterov: bool = False
    weight_decay: ByKind = NO_FACTOR
    batch_size: int | None = None
    drop_last: bool = False
    shuffle: bool = False
    seed: int = 0
    reduction: str = "mean"
    frozen: Array | None = None

    @property
    def is_shuffled(self) -> bool:
        """Whether each pass takes the samples in an order of its own; where a step takes all of them there is no need."""
        return self.shuffle and self.batch_size is not None

    def batch_limit(self, samples: int) -> int:
        """The most samples that a step takes of so many."""
        return samples if self.batch_size is None else min(self.batch_size, samples)

    def pass_length(self, samples: int) -> int:
        """How many of so many samples one pass over them uses."""
        return samples - samples % self.batch_limit(samples) if self.drop_last else samples

    def batches_per_pass(self, samples: int) -> int:
        """How many batches one pass over so many samples has."""
        return -(-self.pass_length(samples) // self.batch_limit(samples))


@dataclass(frozen=True)
class Setup:
    """A whole network file: the network, its samples, its training, and where an earlier run left off.

    `updates` counts the updates already made, which is where the next batch is taken; `velocity` is None before the
    first update with momentum.
    """

    title: str
    network: Network
    samples: Samples
    schedule: Schedule
    updates: int = 0
    velocity: ParameterRow | None = None

    def is_frozen(self, parameter: Parameter) -> bool:
        """Whether a parameter is left alone by the updates."""
        frozen = self.schedule.frozen
        return frozen is not None and bool(frozen[self.network.names.index(parameter)])

    def with_schedule(self, learning_rate: float | None = None) -> Setup:
        """The same setup with a setting of its training overridden, where one is given.

        Raises:
            UsageError: it is infinite or not a number.
        """
        if learning_rate is None:
            return self
        if not math.isfinite(learning_rate):
            raise UsageError(f"the learning rate must be a finite number, not {learning_rate}")
        return replace(self, schedule=self.schedule._replace(learning_rate=learning_rate))
