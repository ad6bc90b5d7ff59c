"""The frozen records that travel through the program: a network, its samples, and how it is trained."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from backprop_cli.functions.activations import Activation
from backprop_cli.functions.collapse import Collapse, collapse_of
from backprop_cli.functions.losses import Loss
from backprop_cli.functions.numeric import Array
from backprop_cli.names import Names, Parameter


@dataclass(frozen=True)
class Layer:
    """One layer: `weights` is units × sources, `bias` has one entry if shared, one a unit if own, or is None."""

    weights: Array
    bias: Array | None
    activation: Activation

    @property
    def units(self) -> int:
        """The number of units."""
        return int(self.weights.shape[0])


@dataclass(frozen=True)
class ParameterArrays:
    """One number for each parameter, shaped like the network's own: its changes, or its velocities under momentum."""

    weights: tuple[Array, ...]
    biases: tuple[Array | None, ...]

    def pick(self, parameter: Parameter) -> float:
        """The number of one parameter."""
        if parameter.source is not None:
            return float(self.weights[parameter.layer][parameter.unit, parameter.source])
        bias = self.biases[parameter.layer]
        assert bias is not None, parameter
        return float(bias[parameter.unit or 0])


@dataclass(frozen=True)
class Network:
    """Layers, the loss on top, and everybody's names."""

    layers: tuple[Layer, ...]
    loss: Loss
    names: Names

    @cached_property
    def collapse(self) -> Collapse | None:
        """The closed form of output activation and loss, where they belong together."""
        return collapse_of(self.layers[-1].activation, self.loss)

    def value_of(self, parameter: Parameter) -> float:
        """The value of one weight or bias."""
        return self.parameters.pick(parameter)

    @cached_property
    def parameters(self) -> ParameterArrays:
        """The weights and biases of all layers."""
        return ParameterArrays(
            tuple(layer.weights for layer in self.layers), tuple(layer.bias for layer in self.layers)
        )

    @property
    def parameter_count(self) -> int:
        """The number of weights and biases."""
        return sum(layer.weights.size + (0 if layer.bias is None else layer.bias.size) for layer in self.layers)

    def with_parameters(self, parameters: ParameterArrays) -> Network:
        """The same network with other values; the arrays must have the same shapes."""
        layers = zip(self.layers, parameters.weights, parameters.biases, strict=True)
        return replace(self, layers=tuple(replace(layer, weights=w, bias=b) for layer, w, b in layers))


@dataclass(frozen=True)
class Samples:
    """What goes in and what should come out: samples × inputs, and samples × outputs unless the loss needs no targets."""

    inputs: Array
    targets: Array

    def __len__(self) -> int:
        """The number of samples."""
        return int(self.inputs.shape[0])

    def only(self, index: int) -> Samples:
        """One sample, from 0, as a batch of one."""
        return self.batch([index])

    def batch(self, indices: list[int]) -> Samples:
        """The samples with these indices, from 0."""
        return Samples(self.inputs[indices], self.targets[indices])


@dataclass(frozen=True)
class Schedule:
    """How the network is trained: torch.optim.SGD's settings, the batches, and what is left alone.

    `batch_size` None means all samples; `frozen_weights` and `frozen_biases` are masks shaped like each layer's
    parameters (True: not updated), None where nothing of the layer is frozen.
    """

    learning_rate: float = 0.5
    steps: int = 1
    momentum: float = 0.0
    dampening: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0
    bias_decay: float = 0.0
    batch_size: int | None = None
    shuffle: bool = False
    seed: int = 0
    reduction: str = "mean"
    frozen_weights: tuple[Array | None, ...] = ()
    frozen_biases: tuple[Array | None, ...] = ()

    def is_frozen(self, parameter: Parameter) -> bool:
        """Whether a parameter is left alone by the updates."""
        masks = self.frozen_biases if parameter.source is None else self.frozen_weights
        mask = masks[parameter.layer] if masks else None
        if mask is None:
            return False
        return bool(mask[parameter.unit or 0] if parameter.source is None else mask[parameter.unit, parameter.source])


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
    velocity: ParameterArrays | None = None

    def with_schedule(self, learning_rate: float | None = None) -> Setup:
        """The same setup with a setting of its training overridden, where one is given."""
        if learning_rate is None:
            return self
        return replace(self, schedule=replace(self.schedule, learning_rate=learning_rate))
