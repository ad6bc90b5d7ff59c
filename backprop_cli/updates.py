"""One update of stochastic gradient descent, with a record of all that happens in it, and the plain loop over such updates.

This is what every engine's loop must come to, written to be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from backprop_cli.backward import Gradients, backward
from backprop_cli.forward import Trace, forward, loss_of_shares, loss_shares
from backprop_cli.functions.numeric import Array
from backprop_cli.network import Network, ParameterArrays, Samples, Schedule, Setup

Passes = Callable[[Network, Samples, str], tuple[Trace, Gradients]]
"""Forward and backward pass over a batch, given its reduction. Engines that add up in another order bring their own."""


def passes(network: Network, samples: Samples, reduction: str) -> tuple[Trace, Gradients]:
    """The forward and backward pass over a batch, in NumPy's arithmetic."""
    trace = forward(network, samples.inputs)
    return trace, backward(network, trace, samples.targets, reduction)


@dataclass(frozen=True)
class Step:
    """One update: the network before and after it, and the gradients over its batch (sample indices from 0).

    `number` counts from 1; step 0 is a look at a network that is not updated, where `after` is `before` and there are no `changes`.
    """

    number: int
    before: Network
    after: Network
    batch: tuple[int, ...]
    gradients: ParameterArrays
    changes: ParameterArrays | None = None
    velocity_before: ParameterArrays | None = None
    velocity_after: ParameterArrays | None = None

    def is_of(self, sample: int) -> bool:
        """Whether this one sample (from 0) is the whole batch, so that the step's gradients are the sample's."""
        return self.batch == (sample,)


def updates(setup: Setup, count: int, passes: Passes = passes) -> Iterator[tuple[Step, float, Setup]]:
    """Make `count` updates; yields each step, the loss over its batch before it, and the setup after it."""
    schedule, samples = setup.schedule, setup.samples
    network, velocity = setup.network, setup.velocity
    for number in range(1, count + 1):
        made = setup.updates + number - 1
        batch = next_batch(schedule, len(samples), made)
        gradients, loss = batch_gradients(network, samples.batch(batch), schedule.reduction, passes)
        changes, velocity_after = update(network, gradients, velocity, schedule)
        after = moved(network, changes, schedule)
        step = Step(number, network, after, tuple(batch), gradients, changes, velocity, velocity_after)
        network, velocity = after, velocity_after
        yield step, loss, Setup(setup.title, network, samples, schedule, made + 1, velocity)


def look(setup: Setup, passes: Passes = passes) -> Step:
    """The network as it stands: gradients over the next batch, nothing updated."""
    batch = next_batch(setup.schedule, len(setup.samples), setup.updates)
    gradients, _ = batch_gradients(setup.network, setup.samples.batch(batch), setup.schedule.reduction, passes)
    return Step(0, setup.network, setup.network, tuple(batch), gradients)


def batch_gradients(
    network: Network, batch: Samples, reduction: str, passes: Passes = passes
) -> tuple[ParameterArrays, float]:
    """The gradients of a batch's loss by all parameters, and that loss."""
    trace, gradients = passes(network, batch, reduction)
    return gradients.parameters, float(loss_of_shares(loss_shares(network, trace, batch.targets), reduction))


def next_batch(schedule: Schedule, samples: int, made: int) -> list[int]:
    """The samples of the update that follows `made` updates: in order, or shuffled anew for each pass, starting over."""
    if schedule.batch_size is None:
        return list(range(samples))
    first = made * schedule.batch_size
    places = (divmod(position, samples) for position in range(first, first + schedule.batch_size))
    return [sample_order(schedule, samples, epoch)[index] for epoch, index in places]


def sample_order(schedule: Schedule, samples: int, epoch: int) -> Sequence[int]:
    """The order of the samples in one pass over them; it depends on the seed and the pass alone."""
    return _shuffled(schedule.seed, samples, epoch) if schedule.shuffle else range(samples)


@lru_cache(maxsize=2)
def _shuffled(seed: int, samples: int, epoch: int) -> list[int]:
    import random

    order = list(range(samples))
    random.Random(f"{seed}/{epoch}").shuffle(order)
    return order


def update(
    network: Network, gradients: ParameterArrays, velocity: ParameterArrays | None, schedule: Schedule
) -> tuple[ParameterArrays, ParameterArrays | None]:
    """What one step of torch.optim.SGD adds to the parameters, and the velocities after it (None without momentum).

    Weight decay, momentum with dampening, Nesterov's look ahead, learning rate, in this order, as written out in
    https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html
    """
    changes: list[list[Array | None]] = []
    buffers: list[list[Array | None]] = []
    kinds = ("weights", schedule.weight_decay), ("biases", schedule.bias_decay)
    with np.errstate(over="ignore", invalid="ignore"):
        for kind, decay in kinds:
            values, slopes = getattr(network.parameters, kind), getattr(gradients, kind)
            speeds = getattr(velocity, kind) if velocity else (None,) * len(values)
            pairs = [_change(*arrays, schedule, decay) for arrays in zip(values, slopes, speeds, strict=True)]
            changes.append([change for change, _ in pairs])
            buffers.append([buffer for _, buffer in pairs])
    after = ParameterArrays(*(tuple(kind) for kind in buffers)) if schedule.momentum else None  # type: ignore[arg-type]
    return ParameterArrays(*(tuple(kind) for kind in changes)), after  # type: ignore[arg-type]


def _change(
    value: Array | None, gradient: Array | None, velocity: Array | None, schedule: Schedule, decay: float
) -> tuple[Array | None, Array | None]:
    """What is added to the parameters of one array, and their new velocities; None for a layer without biases."""
    if value is None or gradient is None:
        return None, None
    direction = gradient + decay * value if decay else gradient
    buffer = direction
    if schedule.momentum:
        if velocity is not None:
            buffer = schedule.momentum * velocity + (1.0 - schedule.dampening) * direction
        direction = direction + schedule.momentum * buffer if schedule.nesterov else buffer
    return -schedule.learning_rate * direction, buffer


def moved(network: Network, changes: ParameterArrays, schedule: Schedule) -> Network:
    """The network with `changes` added to all that is not frozen."""
    depth = len(network.layers)
    weight_masks, bias_masks = schedule.frozen_weights or (None,) * depth, schedule.frozen_biases or (None,) * depth
    old = network.parameters
    weights = tuple(_add(*arrays) for arrays in zip(old.weights, changes.weights, weight_masks, strict=True))
    biases = tuple(
        None if value is None or change is None else _add(value, change, mask)
        for value, change, mask in zip(old.biases, changes.biases, bias_masks, strict=True)
    )
    return network.with_parameters(ParameterArrays(weights, biases))


def _add(value: Array, change: Array, frozen: Array | None) -> Array:
    return value + change if frozen is None else np.where(frozen, value, value + change)
