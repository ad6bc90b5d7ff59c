"""Stochastic gradient descent: the only loop over forward and backward."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from backprop_cli.backward import Gradients, backward
from backprop_cli.errors import DivergedError, UsageError
from backprop_cli.forward import forward, loss_shares, reduce_samples, total_loss
from backprop_cli.functions.numeric import Array
from backprop_cli.names import Parameter
from backprop_cli.network import Network, Samples, Schedule, Setup, Velocity, pick


@dataclass(frozen=True)
class Step:
    """One update: the network before and after it, and the gradients over its batch (sample indices from 0).

    `number` counts from 1; step 0 is a look at a network that is not updated, where `after` is `before`.
    """

    number: int
    before: Network
    after: Network
    batch: tuple[int, ...]
    gradients: Gradients
    velocity_before: Velocity | None
    velocity_after: Velocity | None

    def gradient(self, parameter: Parameter) -> float:
        """∂E/∂parameter over the step's batch."""
        return pick(parameter, list(self.gradients.weights), list(self.gradients.biases))


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
    on_progress: Callable[[int], None] = lambda done: None,
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
    for step, loss, current in updates(setup, count):
        history.append(loss)
        _require_finite(loss, step.number - 1, step.before, setup.samples)
        if step.number == shown_number:
            shown = step
        on_progress(step.number)
    loss_after = total_loss(current.network, setup.samples, setup.schedule.reduction)
    _require_finite(loss_after, count, current.network, setup.samples)
    return Run(setup, count, shown, loss_before, loss_after, np.array([*history, loss_after]), current, "array")


def _look(setup: Setup) -> Step:
    """The network as it stands: gradients over the next batch, nothing updated."""
    batch = next_batch(setup.schedule, len(setup.samples), setup.updates)
    gradients, _ = _gradients(setup.network, setup.samples.batch(batch), setup.schedule)
    return Step(0, setup.network, setup.network, tuple(batch), gradients, setup.velocity, setup.velocity)


def updates(setup: Setup, count: int) -> Iterator[tuple[Step, float, Setup]]:
    """Make `count` updates; yields each step, the loss over its batch before it, and the setup after it."""
    schedule, samples = setup.schedule, setup.samples
    network, velocity = setup.network, setup.velocity
    for number in range(1, count + 1):
        made = setup.updates + number - 1
        batch = next_batch(schedule, len(samples), made)
        gradients, loss = _gradients(network, samples.batch(batch), schedule)
        after, velocity_after = update(network, gradients, velocity, schedule)
        step = Step(number, network, after, tuple(batch), gradients, velocity, velocity_after)
        network, velocity = after, velocity_after
        yield step, loss, Setup(setup.title, network, samples, schedule, made + 1, velocity)


def _gradients(network: Network, batch: Samples, schedule: Schedule) -> tuple[Gradients, float]:
    trace = forward(network, batch.inputs)
    shares = loss_shares(network, trace, batch.targets).sum(axis=-1)
    return backward(network, trace, batch.targets, schedule.reduction), float(reduce_samples(shares, schedule.reduction))


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
    network: Network, gradients: Gradients, velocity: Velocity | None, schedule: Schedule
) -> tuple[Network, Velocity | None]:
    """One step of torch.optim.SGD: weight decay, momentum with dampening, Nesterov's look ahead, learning rate.

    Rule: https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html
    """
    depth = len(network.layers)
    frozen_weights = schedule.frozen_weights or (None,) * depth
    frozen_biases = schedule.frozen_biases or (None,) * depth
    old_weights = velocity.weights if velocity else (None,) * depth
    old_biases = velocity.biases if velocity else (None,) * depth
    weights: list[Array] = []
    biases: list[Array | None] = []
    weight_velocities: list[Array] = []
    bias_velocities: list[Array | None] = []
    with np.errstate(over="ignore", invalid="ignore"):
        for index, layer in enumerate(network.layers):
            gradient, bias_gradient = gradients.weights[index], gradients.biases[index]
            change, buffer = _change(layer.weights, gradient, old_weights[index], schedule, schedule.weight_decay)
            weights.append(_moved(layer.weights, change, frozen_weights[index]))
            weight_velocities.append(buffer)
            if layer.bias is None or bias_gradient is None:
                biases.append(None)
                bias_velocities.append(None)
                continue
            change, buffer = _change(layer.bias, bias_gradient, old_biases[index], schedule, schedule.bias_decay)
            biases.append(_moved(layer.bias, change, frozen_biases[index]))
            bias_velocities.append(buffer)
    after = Velocity(tuple(weight_velocities), tuple(bias_velocities)) if schedule.momentum else None
    return network.with_parameters(weights, biases), after


def _change(
    value: Array, gradient: Array, velocity: Array | None, schedule: Schedule, decay: float
) -> tuple[Array, Array]:
    """What is added to a parameter, and its new velocity."""
    direction = gradient + decay * value if decay else gradient
    buffer = direction
    if schedule.momentum:
        if velocity is not None:
            buffer = schedule.momentum * velocity + (1.0 - schedule.dampening) * direction
        direction = direction + schedule.momentum * buffer if schedule.nesterov else buffer
    return -schedule.learning_rate * direction, buffer


def _moved(value: Array, change: Array, frozen: Array | None) -> Array:
    moved = value + change
    return moved if frozen is None else np.where(frozen, value, moved)


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
