"""The engine for small networks: the straight-line code of `source`, run by Python itself or compiled.

Both run the same lines in the same order, so that they agree bit for bit.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np

from backprop_cli.backward import Gradients
from backprop_cli.engines.engine import State, is_sound
from backprop_cli.engines.flat import flatten
from backprop_cli.engines.page import Page, coefficients
from backprop_cli.engines.source import look_source, loops_source
from backprop_cli.forward import Trace
from backprop_cli.functions.numeric import Array
from backprop_cli.network import Network, ParameterArrays, Samples, Setup
from backprop_cli.updates import sample_order


def interpreted(source: str, name: str) -> Callable[..., Any]:
    """The function `name` of a source text."""
    namespace: dict[str, Any] = {}
    exec(compile(source, f"<{name}>", "exec"), namespace)
    function: Callable[..., Any] = namespace[name]
    return function


class ScalarEngine:
    """`build` turns a source and a name into a function, `store` a row of numbers into what that function works on."""

    def __init__(
        self,
        setup: Setup,
        name: str = "scalar",
        build: Callable[[str, str], Callable[..., Any]] = interpreted,
        store: Callable[[Array], Any] = np.ndarray.tolist,
    ) -> None:
        self.name = name
        self.page = Page.of(setup)
        self.schedule = setup.schedule
        self.build = build
        self.store = store
        self.inputs = store(setup.samples.inputs.ravel())
        self.targets = store(setup.samples.targets.ravel())
        self.coefficients = store(np.array(coefficients(setup.schedule, self.page.batch)))
        self._loops: dict[bool, Callable[..., float]] = {}
        self._look: Callable[..., list[list[float]]] | None = None

    def advance(self, state: State, count: int, losses: Array | None = None) -> tuple[State, bool]:
        """See `Engine`."""
        p = self.store(state.parameters.copy())
        v = self.store(np.empty(0) if state.velocity is None else state.velocity.copy())
        order, position = self._order(state.updates, count)
        recorded = self.store(np.zeros(0 if losses is None else len(losses)))
        watch = 0.0
        for number, with_losses in ((len(recorded), True), (count - len(recorded), False)):
            if number:
                loop = self._loop(with_losses)
                watch += loop(p, v, self.inputs, self.targets, order, position, number, self.coefficients, recorded)
                position = (position + number * self.page.batch) % len(order)
        if losses is not None:
            losses[:] = recorded
        parameters = np.asarray(p)
        velocity = None if state.velocity is None else np.asarray(v)
        return State(state.updates + count, parameters, velocity), is_sound(watch, parameters)

    def _loop(self, with_losses: bool) -> Callable[..., float]:
        if with_losses not in self._loops:
            name = "loop_with_losses" if with_losses else "loop"
            self._loops[with_losses] = self.build(loops_source(self.page), name)
        return self._loops[with_losses]

    def _order(self, made: int, count: int) -> tuple[Any, int]:
        """The samples as they are taken by the updates after `made` others, and the position of the first of them."""
        samples, position = self.page.samples, made * self.page.batch
        if not self.schedule.shuffle or self.schedule.batch_size is None:
            return self.store(np.arange(samples)), position % samples
        epoch, first = divmod(position, samples)
        last = (position + count * self.page.batch - 1) // samples
        orders = [sample_order(self.schedule, samples, number) for number in range(epoch, last + 1)]
        return self.store(np.array(orders).ravel()), first

    @np.errstate(over="ignore", invalid="ignore")
    def passes(self, network: Network, samples: Samples, reduction: str) -> tuple[Trace, Gradients]:
        """See `Engine`: sample after sample, added up in their order."""
        if self._look is None:
            self._look = interpreted(look_source(self.page), "look")
        parameters = flatten(network.parameters).tolist()
        rows = [self._look(parameters, x.tolist(), t.tolist()) for x, t in zip(*_pairs(samples), strict=True)]
        net_inputs, activations, slopes, deltas, upstream = (np.array(kind) for kind in zip(*rows, strict=True))
        widths = network.names.widths
        z, a, s, d = (_by_layer(values, widths[1:]) for values in (net_inputs, activations, slopes, deltas))
        trace = Trace(z, (samples.inputs, *a), s)
        outputs = network.loss.slopes(samples.targets, trace.outputs)
        with np.errstate(over="ignore", invalid="ignore"):
            by_input = d[0] @ network.layers[0].weights
        by_source = (by_input, *_by_layer(upstream, widths[1:-1]), outputs)
        with np.errstate(over="ignore", invalid="ignore"):
            return trace, Gradients(by_source, d, _gradients(network, trace, d, reduction))


def _pairs(samples: Samples) -> tuple[Array, Array]:
    return samples.inputs, samples.targets


def _by_layer(values: Array, widths: tuple[int, ...]) -> tuple[Array, ...]:
    """Samples × units of all layers, cut into layers."""
    return tuple(np.split(values, np.cumsum(widths)[:-1], axis=1)) if widths else ()


def _gradients(network: Network, trace: Trace, deltas: tuple[Array, ...], reduction: str) -> ParameterArrays:
    """∂E/∂w and ∂E/∂b, added up in the order in which `loop` does."""
    scale = 1.0 / len(trace.outputs) if reduction == "mean" else 1.0
    weights: list[Array] = []
    biases: list[Array | None] = []
    for layer, delta in enumerate(deltas):
        weights.append(_total([np.outer(d, a) for d, a in zip(delta, trace.activations[layer], strict=True)]) * scale)
        by_sample = list(delta)
        if network.names.biases[layer] == "shared":
            by_sample = [np.array([reduce(operator.add, d)]) for d in delta]
        biases.append(None if network.names.biases[layer] == "none" else _total(by_sample) * scale)
    return ParameterArrays(tuple(weights), tuple(biases))


def _total(parts: list[Array]) -> Array:
    """The sum from the first part to the last."""
    return reduce(operator.add, parts)
