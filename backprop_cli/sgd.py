"""Stochastic gradient descent: the only loop over forward and backward."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from backprop_cli.backward import backward
from backprop_cli.errors import DivergedError, UsageError
from backprop_cli.forward import forward, loss_shares, reduce_samples, total_loss
from backprop_cli.functions.numeric import Array
from backprop_cli.network import Network, ParameterArrays, Samples, Schedule, Setup


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


@dataclass(frozen=True)
class Run:
    """What training gives: the step to be shown, the losses over all samples, and the setup as the last step left it.

    `history` holds the loss before each update (of the update's batch) and, last, `loss_after`.
    """

    setup: Setup
    steps: int
    shown: Step
    loss_before: float
    loss_after: float
    history: Array
    result: Setup
    engine: str


def train(
    setup: Setup,
    steps: int | None = None,
    show_step: int | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Run:
    """Make `steps` updates (default: the file's), keeping step `show_step` (default: the last) for a closer look.

    Raises:
        UsageError: `show_step` is not one of the steps.
        DivergedError: the loss left the finite numbers.
    """
    count = setup.schedule.steps if steps is None else steps
    shown_number = count if show_step is None else show_step
    if not min(count, 1) <= shown_number <= count:
        raise UsageError(f"there is no step {shown_number} to show: the run has {count} step{'s' * (count != 1)}")
    loss_before = total_loss(setup.network, setup.samples, setup.schedule.reduction)
    _require_finite(loss_before, 0, setup.network, setup.samples)
    history: list[float] = []
    current = setup
    shown = _look(setup)
    for step, loss, after in updates(setup, count):
        current = after
        history.append(loss)
        _require_finite(loss, step.number - 1, step.before, setup.samples)
        if step.number == shown_number:
            shown = step
        if on_progress is not None:
            on_progress(step.number)
    loss_after = total_loss(current.network, setup.samples, setup.schedule.reduction)
    _require_finite(loss_after, count, current.network, setup.samples)
    return Run(setup, count, shown, loss_before, loss_after, np.array([*history, loss_after]), current, "array")


def _look(setup: Setup) -> Step:
    """The network as it stands: gradients over the next batch, nothing updated."""
    batch = next_batch(setup.schedule, len(setup.samples), setup.updates)
    gradients, _ = _gradients(setup.network, setup.samples.batch(batch), setup.schedule)
    return Step(0, setup.network, setup.network, tuple(batch), gradients)


def updates(setup: Setup, count: int) -> Iterator[tuple[Step, float, Setup]]:
    """Make `count` updates; yields each step, the loss over its batch before it, and the setup after it."""
    schedule, samples = setup.schedule, setup.samples
    network, velocity = setup.network, setup.velocity
    for number in range(1, count + 1):
        made = setup.updates + number - 1
        batch = next_batch(schedule, len(samples), made)
        gradients, loss = _gradients(network, samples.batch(batch), schedule)
        changes, velocity_after = update(network, gradients, velocity, schedule)
        after = moved(network, changes, schedule)
        step = Step(number, network, after, tuple(batch), gradients, changes, velocity, velocity_after)
        network, velocity = after, velocity_after
        yield step, loss, Setup(setup.title, network, samples, schedule, made + 1, velocity)


def _gradients(network: Network, batch: Samples, schedule: Schedule) -> tuple[ParameterArrays, float]:
    trace = forward(network, batch.inputs)
    shares = loss_shares(network, trace, batch.targets).sum(axis=-1)
    gradients = backward(network, trace, batch.targets, schedule.reduction).parameters
    return gradients, float(reduce_samples(shares, schedule.reduction))


def next_batch(schedule: Schedule, samples: int, made: int) -> list[int]:
    """The samples of the update that follows `made` updates: in order, or shuffled anew for each pass, starting over."""
    if schedule.batch_size is None:
        return list(range(samples))
    first = made * schedule.batch_size
    order: dict[int, list[int]] = {}
    batch = []
    for position in range(first, first + schedule.batch_size):
        epoch, index = divmod(position, samples)
        if epoch not in order:
            order[epoch] = _order(schedule, samples, epoch)
        batch.append(order[epoch][index])
    return batch


def _order(schedule: Schedule, samples: int, epoch: int) -> list[int]:
    """The order of the samples in one pass over them; it depends on the seed and the pass alone."""
    order = list(range(samples))
    if schedule.shuffle:
        import random

        random.Random(f"{schedule.seed}/{epoch}").shuffle(order)
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


def _require_finite(loss: float, made: int, network: Network, samples: Samples) -> None:
    """Raise where the loss is no finite number any more after `made` updates."""
    if not math.isfinite(loss):
        culprit = find_culprit(network, samples, loss)
        if made:
            hint = "a smaller learning rate (--learning-rate) usually keeps it finite"
        else:
            hint = "nothing was updated yet: the network's own numbers or its loss do not fit together"
        raise DivergedError(made, culprit, hint)


def find_culprit(network: Network, samples: Samples, loss: float) -> str:
    """The quantity that left the finite numbers first, in the order of the forward pass."""
    names, trace = network.names, forward(network, samples.inputs)
    for layer in range(names.depth):
        for kind, values in (("z", trace.net_inputs[layer]), ("a", trace.activations[layer + 1])):
            bad = np.argwhere(~np.isfinite(values))
            if len(bad):
                sample, unit = (int(index) for index in bad[0])
                name = names.net_input(layer, unit) if kind == "z" else names.activation(layer, unit)
                return f"{name} (unit {unit + 1} of layer {layer + 1}) is {values[sample, unit]}, sample {sample + 1}"
    bad = np.argwhere(~np.isfinite(loss_shares(network, trace, samples.targets)))
    if len(bad):
        sample, unit = (int(index) for index in bad[0])
        output = trace.outputs[sample, unit]
        return f"{network.loss.name} of {names.output(unit)} = {output:.6g} is not finite, sample {sample + 1}"
    return f"{names.loss} = {loss} over the samples"
