"""One update of stochastic gradient descent: its batch, the rule, and a record of all that happens in it.

Every loop of `training` comes to this, written to be read.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from backprop_cli.backward import both_passes
from backprop_cli.network.network import Network, ParameterRow, Schedule, Setup


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


def look(setup: Setup) -> Step:
    """The network as it stands: gradients over the next batch, nothing updated."""
    batch = next_batch(setup.schedule, len(setup.samples), setup.updates)
    _, gradients = both_passes(setup.network, setup.samples.batch(batch), setup.schedule.reduction)
    return Step(0, setup.network, setup.network, tuple(batch), gradients.parameters)


def make_update(setup: Setup, number: int = 1) -> Step:
    """The next update, with the record of it."""
    seen = look(setup)
    changes, velocity = update(setup.network, seen.gradients, setup.velocity, setup.schedule)
    after = moved(setup.network, changes, setup.schedule)
    return Step(number, setup.network, after, seen.batch, seen.gradients, changes, setup.velocity, velocity)


# ── batches ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def next_batch(schedule: Schedule, samples: int, made: int) -> Sequence[int]:
    """The samples (from 0) of the update that follows `made` updates, as torch's DataLoader takes them.

    In order, or shuffled anew for each pass over them; the last batch of a pass holds what is left, see
    https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.DataLoader
    """
    number, index = divmod(made, schedule.batches_per_pass(samples))
    size = schedule.batch_limit(samples)
    return sample_order(schedule, samples, number)[index * size : (index + 1) * size]


def sample_order(schedule: Schedule, samples: int, number: int) -> Sequence[int]:
    """The order of the samples used in the pass with this number; it depends on that and the seed alone."""
    order = _shuffled(schedule.seed, samples, number) if schedule.is_shuffled else range(samples)
    return order[: schedule.pass_length(samples)]


@lru_cache(maxsize=2)
def _shuffled(seed: int, samples: int, number: int) -> list[int]:
    order = list(range(samples))
    random.Random(f"{seed}/{number}").shuffle(order)
    return order


# ── the rule ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def update(
    network: Network, gradients: ParameterRow, velocity: ParameterRow | None, schedule: Schedule
) -> tuple[ParameterRow, ParameterRow | None]:
    """What one step of torch.optim.SGD adds to the parameters, and the velocities after it (None without momentum).

    Weight decay, momentum with dampening, Nesterov's look ahead, learning rate, in this order, as written out in
    https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html
    """
    names, direction, after = network.names, gradients.row, None
    with np.errstate(over="ignore", invalid="ignore"):
        if any(schedule.weight_decay):
            direction = direction + schedule.weight_decay.row(names) * network.parameters.row
        if schedule.momentum:
            after = direction
            if velocity is not None:
                after = schedule.momentum * velocity.row + (1.0 - schedule.dampening) * direction
            direction = direction + schedule.momentum * after if schedule.nesterov else after
        changes = -schedule.learning_rate * direction
    return ParameterRow(names, changes), None if after is None else ParameterRow(names, after)


def moved(network: Network, changes: ParameterRow, schedule: Schedule) -> Network:
    """The network with `changes` added to all that is not frozen."""
    with np.errstate(over="ignore", invalid="ignore"):
        row = network.parameters.row + changes.row
    return network.with_row(row if schedule.frozen is None else np.where(schedule.frozen, network.parameters.row, row))
