"""One update of stochastic gradient descent, with a record of all that happens in it, and the plain loop over such updates.

This is what every engine's loop must come to, written to be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from backprop_cli.arrays import Row, elementwise, row_of, selected
from backprop_cli.network.names import Names
from backprop_cli.network.network import Network, ParameterRow, Schedule, Setup
from backprop_cli.training.arithmetic import NUMPY, Arithmetic


class Step(NamedTuple):
    """One update: the network before and after it, and the gradients over its batch (sample indices from 0).

    `number` counts from 1; step 0 is a look at a network that is not updated, where `after` is `before` and there are no `changes`.
    """

    number: int
    before: Network
    after: Network
    batch: tuple[int, ...]
    gradients: ParameterRow
    changes: ParameterRow | None = None
    velocity_before: ParameterRow | None = None
    velocity_after: ParameterRow | None = None

    def is_of(self, sample: int) -> bool:
        """Whether this one sample (from 0) is the whole batch, so that the step's gradients are the sample's."""
        return self.batch == (sample,)


def updates(setup: Setup, count: int, arithmetic: Arithmetic = NUMPY) -> Iterator[tuple[Step, float, Setup]]:
    """Make `count` updates; yields each step, the loss over its batch before it, and the setup after it."""
    schedule, samples = setup.schedule, setup.samples
    network, velocity = setup.network, setup.velocity
    for number in range(1, count + 1):
        made = setup.updates + number - 1
        batch = next_batch(schedule, len(samples), made)
        gradients, loss = arithmetic.gradients(network, samples.batch(batch), schedule.reduction)
        changes, velocity_after = update(network, gradients, velocity, schedule)
        after = moved(network, changes, schedule)
        step = Step(number, network, after, tuple(batch), gradients, changes, velocity, velocity_after)
        network, velocity = after, velocity_after
        yield step, loss, Setup(setup.title, network, samples, schedule, made + 1, velocity)


def look(setup: Setup, arithmetic: Arithmetic = NUMPY) -> Step:
    """The network as it stands: gradients over the next batch, nothing updated."""
    batch = next_batch(setup.schedule, len(setup.samples), setup.updates)
    gradients, _ = arithmetic.gradients(setup.network, setup.samples.batch(batch), setup.schedule.reduction)
    return Step(0, setup.network, setup.network, tuple(batch), gradients)


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
    network: Network, gradients: ParameterRow, velocity: ParameterRow | None, schedule: Schedule
) -> tuple[ParameterRow, ParameterRow | None]:
    """What one step of torch.optim.SGD adds to the parameters, and the velocities after it (None without momentum).

    Weight decay, momentum with dampening, Nesterov's look ahead, learning rate, in this order, as written out in
    https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html
    """
    names, direction = network.names, gradients.row
    if schedule.weight_decay or schedule.bias_decay:
        decays = decays_of(names, schedule)
        direction = elementwise(lambda g, decay, w: g + decay * w, direction, decays, network.parameters.row)
    after = None
    if schedule.momentum:
        after = direction
        if velocity is not None:
            rest = 1.0 - schedule.dampening
            after = elementwise(lambda v, g: schedule.momentum * v + rest * g, velocity.row, direction)
        ahead = (lambda g, v: g + schedule.momentum * v) if schedule.nesterov else (lambda _, v: v)
        direction = elementwise(ahead, direction, after)
    changes = elementwise(lambda d: -schedule.learning_rate * d, direction)
    return ParameterRow(names, changes), None if after is None else ParameterRow(names, after)


def decays_of(names: Names, schedule: Schedule) -> Row:
    """The weight decay of each parameter."""
    decays = row_of([])
    for layer in range(names.depth):
        for kind, decay in (
            (names.weights_at(layer), schedule.weight_decay),
            (names.biases_at(layer), schedule.bias_decay),
        ):
            decays.extend(row_of([decay]) * (kind.stop - kind.start))
    return decays


def moved(network: Network, changes: ParameterRow, schedule: Schedule) -> Network:
    """The network with `changes` added to all that is not frozen."""
    row = elementwise(lambda value, change: value + change, network.parameters.row, changes.row)
    return network.with_row(selected(schedule.frozen, network.parameters.row, row) if schedule.frozen else row)
