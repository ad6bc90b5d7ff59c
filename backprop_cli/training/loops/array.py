"""The loop for any network: NumPy on buffers that are laid out once, an update being a list of prepared calls.

Nothing in the loop makes an array or a record. Functions that occur in most networks work in place (`in_place`); the others
are called as they stand in the table. Constants are arrays, because NumPy takes longer to wrap a number than to read 50.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from backprop_cli.functions.numeric import Array
from backprop_cli.network.network import Network, ParameterRow, Schedule, Setup
from backprop_cli.training.loops import in_place
from backprop_cli.training.loops.in_place import Call
from backprop_cli.training.loops.state import NO_LOSS, Advance, State, is_sound, segments
from backprop_cli.update import next_batch

_MANY = 8192
"""So many numbers take longer to read than one takes to wrap."""


class Buffers(NamedTuple):
    """What a forward and a backward pass over one batch write, by layer, samples × units; the gradients are in one row.

    The first of `activations` are the inputs; `upstream` is ∂E/∂a of each layer's own units. Where there is nothing to
    compute from one to the other, two of these are the same array.
    """

    inputs: Array
    targets: Array
    net_inputs: tuple[Array, ...]
    activations: tuple[Array, ...]
    slopes: tuple[Array, ...]
    upstream: tuple[Array, ...]
    deltas: tuple[Array, ...]
    gradients: Array


class BatchPass:
    """The prepared calls of a forward and a backward pass over batches of one size, with `parameters` as they will be.

    Each sample's derivatives are multiplied by `share` where they begin, at the outputs: the few numbers there are.
    """

    def __init__(self, network: Network, parameters: Array, batch: int, share: float = 1.0) -> None:
        self.network = network
        self.batch = batch
        self.share = share
        self.buffers = _buffers(network, batch, parameters.size)
        self.parameters = ParameterRow(network.names, parameters)
        self.calls = [*self._forward(), *self._backward()]

    def load(self, inputs: Array, targets: Array) -> None:
        """Put a batch where the calls read it."""
        self.buffers.inputs[...] = inputs
        self.buffers.targets[...] = targets

    def _forward(self) -> Iterator[Call]:
        buffers = self.buffers
        for index, activation in enumerate(self.network.activations):
            z, bias = buffers.net_inputs[index], self.parameters.biases[index]
            yield partial(np.dot, buffers.activations[index], self.parameters.weights[index].T, z)
            if bias is not None:
                yield partial(np.add, z, np.broadcast_to(bias, z.shape), z)
            yield from in_place.activate(activation, z, buffers.activations[index + 1], buffers.slopes[index])

    def _backward(self) -> Iterator[Call]:
        buffers, network, last = self.buffers, self.network, self.network.names.depth - 1
        gradients = ParameterRow(network.names, buffers.gradients)
        for index in reversed(range(last + 1)):
            z, a = buffers.net_inputs[index], buffers.activations[index + 1]
            upstream, delta = buffers.upstream[index], buffers.deltas[index]
            if index == last and network.collapse is not None:
                yield partial(_assign_collapsed, network, buffers)
            else:
                if index == last:
                    yield from in_place.loss_slope(network.loss, buffers.targets, a, upstream)
                else:
                    yield partial(np.dot, buffers.deltas[index + 1], self.parameters.weights[index + 1], upstream)
                yield from in_place.pull_back(network.activations[index], z, a, buffers.slopes[index], upstream, delta)
            if index == last and self.share != 1.0:
                yield partial(np.multiply, delta, np.full_like(delta, self.share), delta)
            yield from self._parameter_gradients(index, gradients)

    def _parameter_gradients(self, layer: int, gradients: ParameterRow) -> Iterator[Call]:
        delta, bias = self.buffers.deltas[layer], gradients.biases[layer]
        weights = gradients.weights[layer]
        # one sample's products need no sums: beyond some size BLAS would only wait for its threads
        if self.batch == 1 and weights.size > _MANY:
            yield partial(np.einsum, "bi,bj->ij", delta, self.buffers.activations[layer], out=weights)
        else:
            yield partial(np.dot, delta.T, self.buffers.activations[layer], weights)
        if bias is None or np.shares_memory(bias, delta):
            return
        if self.network.names.biases[layer] == "shared":
            yield partial(np.add.reduce, delta, None, None, bias.reshape(()))
        else:
            yield partial(np.add.reduce, delta, 0, None, bias)

    def loss(self) -> float:
        """The loss over the batch, after the calls; NumPy's warnings are the caller's to silence."""
        network, buffers = self.network, self.buffers
        if network.collapse is not None:
            shares = network.collapse.shares(buffers.targets, buffers.net_inputs[-1])
        else:
            shares = network.loss.bare_shares(buffers.targets, buffers.activations[-1])
        data = float(np.add.reduce(np.add.reduce(shares, -1))) * self.share
        penalty = network.penalty
        return data + float(penalty.value(network.names, self.parameters.row)) if penalty else data


class ArrayLoop:
    """See `Loop`."""

    name = "array"

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        schedule, count = setup.schedule, len(setup.samples)
        self.parameters = np.array(setup.network.parameters.row, dtype=np.float64)
        self.velocity = np.zeros_like(self.parameters) if schedule.momentum else None
        self.watch = np.zeros(setup.network.names.widths[-1])
        self.is_logarithmic = setup.network.loss.log_weights is not None and setup.network.collapse is None
        size = schedule.batch_limit(count)
        self.is_fixed = schedule.batch_size is None
        self.updates = {batch: self._update(batch) for batch in {size, schedule.pass_length(count) % size} - {0}}
        self.whole = self.updates[size]

    def _update(self, batch: int) -> _Update:
        """The prepared calls for a batch of so many samples."""
        network, schedule = self.setup.network, self.setup.schedule
        passes = BatchPass(network, self.parameters, batch, _share(schedule.reduction, batch))
        step = list(_step(self.parameters, passes.buffers.gradients, self.velocity, network, schedule))
        if not network.activations[-1].is_bounded:
            outputs = passes.buffers.activations[-1]
            sums = np.empty_like(self.watch)
            step += [partial(np.add.reduce, outputs, 0, None, sums), partial(np.add, self.watch, sums, self.watch)]
        return _Update(passes, unrolled(passes.calls), unrolled(step), unrolled([*passes.calls, *step]))

    def advance(self, state: State, count: int, kept: range = NO_LOSS) -> Advance:
        """See `Loop`."""
        self.parameters[:] = state.parameters
        if self.velocity is not None:
            self.velocity[:] = state.velocity
        self.watch[:] = 0.0
        losses: list[float] = []
        made = state.updates
        if self.is_fixed:
            self.whole.passes.load(self.setup.samples.inputs, self.setup.samples.targets)
        with np.errstate(all="ignore"):
            for number, with_losses in segments(count, kept):
                if with_losses or self.is_logarithmic or not self.is_fixed:
                    losses.extend(self._one_by_one(made, number, with_losses))
                else:
                    self.whole.both(number)
                made += number
            watch = float(np.abs(self.watch).sum())
        velocity = None if self.velocity is None else self.velocity.copy()
        parameters = self.parameters.copy()
        return Advance(State(made, parameters, velocity), losses, is_sound(watch, parameters))

    def _one_by_one(self, made: int, count: int, with_losses: bool) -> Iterator[float]:
        """`count` updates, each with a batch or a loss of its own; yields the losses if they are wanted."""
        samples, update = self.setup.samples, self.whole
        for number in range(made, made + count):
            if not self.is_fixed:
                batch = list(next_batch(self.setup.schedule, len(samples), number))
                update = self.updates[len(batch)]
                update.passes.load(samples.inputs[batch], samples.targets[batch])
            update.derive(1)
            if with_losses or self.is_logarithmic:
                loss = update.passes.loss()
                self.watch += loss if self.is_logarithmic else 0.0
                if with_losses:
                    yield loss
            update.step(1)


class _Update(NamedTuple):
    """The calls of an update, each as straight-line code that makes them so many times: the passes, the step, both."""

    passes: BatchPass
    derive: Callable[[int], None]
    step: Callable[[int], None]
    both: Callable[[int], None]


def _share(reduction: str, batch: int) -> float:
    """What a sample contributes of its own loss to that of the batch."""
    return 1.0 / batch if reduction == "mean" else 1.0


def unrolled(calls: Sequence[Call]) -> Callable[[int], None]:
    """A function of `count` that makes all the calls, one after the other, `count` times, as straight-line code."""
    bound: dict[int, tuple[str, Any]] = {}

    def name(value: Any) -> str:
        return bound.setdefault(id(value), (f"_{len(bound)}", value))[0]

    lines = []
    for call in calls:
        given = [name(argument) for argument in call.args]
        given += [f"{keyword}={name(argument)}" for keyword, argument in call.keywords.items()]
        lines.append(f"        {name(call.func)}({', '.join(given)})\n")
    namespace = dict(bound.values())
    locals_ = "".join(f", {local}={local}" for local in namespace)
    source = f"def run(count{locals_}):\n    for _ in range(count):\n{''.join(lines) or '        pass'}"
    exec(compile(source, "<array loop>", "exec"), namespace)
    run: Callable[[int], None] = namespace["run"]
    return run


def _buffers(network: Network, batch: int, parameters: int) -> Buffers:
    shapes = [(batch, width) for width in network.names.widths]
    gradients = np.zeros(parameters)
    deltas = []
    for shape, kind, bias in zip(
        shapes[1:], network.names.biases, ParameterRow(network.names, gradients).biases, strict=True
    ):
        if bias is not None and kind == "own" and batch == 1:  # ∂E/∂b of one sample is ∂E/∂z
            deltas.append(bias.reshape(shape))
        else:
            deltas.append(np.zeros(shape))
    net_inputs = tuple(np.zeros(shape) for shape in shapes[1:])
    linear = [in_place.is_identity(activation) for activation in network.activations]
    activations = [z if same else np.zeros_like(z) for z, same in zip(net_inputs, linear, strict=True)]
    upstream = tuple(delta if same else np.zeros_like(delta) for delta, same in zip(deltas, linear, strict=True))
    slopes = tuple(np.zeros(shape) for shape in shapes[1:])
    inputs, targets = np.zeros(shapes[0]), np.zeros(shapes[-1])
    return Buffers(inputs, targets, net_inputs, (inputs, *activations), slopes, upstream, tuple(deltas), gradients)


def _assign_collapsed(network: Network, buffers: Buffers) -> None:
    assert network.collapse is not None
    buffers.deltas[-1][...] = network.collapse.delta(buffers.targets, buffers.net_inputs[-1], buffers.activations[-1])


def _step(
    parameters: Array, gradients: Array, velocity: Array | None, network: Network, schedule: Schedule
) -> Iterator[Call]:
    """torch.optim.SGD's rule on all parameters at once, in the order of operations of `update.update`.

    The penalty's slope joins the gradients here, its L2 part as one product with the weight decay.
    """
    direction, scratch = gradients, np.empty_like(gradients)
    penalty = network.penalty
    if any(schedule.weight_decay) or any(penalty.l2):
        decay = schedule.weight_decay.row(network.names) + penalty.l2.row(network.names) / penalty.divisor
        yield partial(np.multiply, decay, parameters, scratch)
        yield partial(np.add, gradients, scratch, gradients)
    if any(penalty.l1):
        yield partial(np.sign, parameters, scratch)
        yield partial(np.multiply, scratch, penalty.l1.row(network.names) / penalty.divisor, scratch)
        yield partial(np.add, gradients, scratch, gradients)
    if velocity is not None:
        if schedule.dampening:
            yield partial(np.multiply, gradients, 1.0 - schedule.dampening, gradients)
        yield partial(np.multiply, velocity, schedule.momentum, velocity)
        yield partial(np.add, velocity, gradients, velocity)
        direction = velocity
        if schedule.nesterov:
            yield partial(np.multiply, velocity, schedule.momentum, scratch)
            yield partial(np.add, gradients, scratch, gradients)
            direction = gradients
    if direction is gradients:  # they are written anew in each update: memory that is warm already
        scratch = gradients
    yield partial(np.multiply, direction, _rates(network, schedule), scratch)
    yield partial(np.subtract, parameters, scratch, parameters)


def _rates(network: Network, schedule: Schedule) -> Array | float:
    """The learning rate; one for each parameter where that is faster, or where some are frozen: their rate is 0."""
    if schedule.frozen is not None:
        return np.where(schedule.frozen, 0.0, schedule.learning_rate)
    few = network.parameter_count < _MANY
    return np.full(network.parameter_count, schedule.learning_rate) if few else schedule.learning_rate
