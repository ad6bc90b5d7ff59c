"""The keys of the training: learning rate, momentum, batches, what is frozen, and the state of an earlier run."""

from __future__ import annotations

import fnmatch
import re
from typing import Any

import numpy as np

from backprop_cli.config.checker import Checker
from backprop_cli.config.places import Key
from backprop_cli.config.wording import kind_of, many
from backprop_cli.errors import nearest
from backprop_cli.functions.numeric import Array
from backprop_cli.names import Parameter
from backprop_cli.network import Network, ParameterArrays, Schedule

MOST_COMPARISONS = 10_000_000
"""Of a glob with a name: about two seconds' work is refused."""


def read_schedule(check: Checker) -> Schedule:
    """The training, but for what is frozen, which needs the parameters' names."""
    momentum = check.setting("momentum", 0.0, low=0.0)
    dampening = check.setting("dampening", 0.0)
    nesterov = check.switch("nesterov")
    if nesterov and not (momentum > 0 and dampening == 0) and not check.problems:
        check.problem(("nesterov",), "nesterov needs a momentum above 0 and no dampening", "as in torch.optim.SGD")
    weight_decay, bias_decay = _weight_decay(check)
    batch_size = check.data.get("batch_size", "all")
    reduction = check.data.get("reduction", "mean")
    if reduction not in ("mean", "sum"):
        check.problem(("reduction",), f"expected mean or sum, found {kind_of(reduction)}")
    return Schedule(
        learning_rate=check.setting("learning_rate", 0.5),
        steps=check.count("steps", 1, low=0),
        momentum=momentum,
        dampening=dampening,
        nesterov=nesterov,
        weight_decay=weight_decay,
        bias_decay=bias_decay,
        batch_size=None if batch_size == "all" else check.count("batch_size", 1, low=1),
        shuffle=check.switch("shuffle"),
        seed=check.count("seed", 0, low=0),
        reduction=reduction if isinstance(reduction, str) else "mean",
    )


def _weight_decay(check: Checker) -> tuple[float, float]:
    value = check.data.get("weight_decay", 0.0)
    if not isinstance(value, dict):
        both = check.setting("weight_decay", 0.0, low=0.0)
        return both, both
    check.check_keys(("weight_decay",), value, ("weights", "biases"))
    decays = [check.number(("weight_decay", kind), value.get(kind, 0.0)) for kind in ("weights", "biases")]
    for kind, decay in zip(("weights", "biases"), decays, strict=True):
        if decay < 0:
            check.problem(("weight_decay", kind), f"expected a number at least 0, found {decay:g}")
    return decays[0], decays[1]


def with_frozen(check: Checker, schedule: Schedule, network: Network) -> Schedule:
    """The schedule with the masks of what `freeze` names."""
    patterns = check.data.get("freeze", [])
    if isinstance(patterns, str):
        patterns = [patterns]
    if not isinstance(patterns, list):
        check.problem(("freeze",), f"expected a list of parameter names, found {kind_of(patterns)}")
        return schedule
    if not patterns:
        return schedule
    weights = [np.zeros(layer.weights.shape, dtype=bool) for layer in network.layers]
    biases = [None if layer.bias is None else np.zeros(layer.bias.shape, dtype=bool) for layer in network.layers]
    named = {network.names.of(parameter): parameter for parameter in network.names.parameters()}
    globs = sum(isinstance(pattern, str) and any(sign in pattern for sign in "*?[") for pattern in patterns)
    if globs * len(named) > MOST_COMPARISONS:
        check.problem(("freeze",), f"{globs:,} globs for {len(named):,} parameters take too long to compare")
        return schedule
    for index, pattern in enumerate(patterns):
        key: Key = ("freeze", index) if isinstance(check.data["freeze"], list) else ("freeze",)
        if not isinstance(pattern, str):
            check.problem(key, f"expected a parameter name or a glob such as 'b*', found {kind_of(pattern)}")
            continue
        matched = _matching(pattern, named, network)
        if not matched:
            close = None if check.is_full else nearest(pattern, named)
            check.problem(key, f"no parameter is called {pattern!r}", f"did you mean {close!r}?" if close else "")
        for parameter in matched:
            if parameter.source is not None:
                weights[parameter.layer][parameter.unit, parameter.source] = True
            else:
                mask = biases[parameter.layer]
                assert mask is not None
                mask[parameter.unit or 0] = True
    fields = {**schedule.__dict__, "frozen_weights": tuple(weights), "frozen_biases": tuple(biases)}
    return Schedule(**fields)


def _matching(pattern: str, named: dict[str, Parameter], network: Network) -> list[Parameter]:
    """What a name, a glob or a position stands for."""
    exact = [parameter for parameter in (named.get(pattern), network.names.at_position(pattern)) if parameter]
    if not any(sign in pattern for sign in "*?["):
        return exact
    is_match = re.compile(fnmatch.translate(pattern)).match
    return exact + [parameter for name, parameter in named.items() if is_match(name)]


def read_state(check: Checker, network: Network) -> tuple[int, ParameterArrays | None]:
    """Where an earlier run left off: the updates made, and the velocities layer by layer."""
    state = check.data.get("state")
    if state is None:
        return 0, None
    if not isinstance(state, dict):
        check.problem(("state",), f"expected a mapping, found {kind_of(state)}", "leave the key out to start afresh")
        return 0, None
    check.check_keys(("state",), state, ("updates", "velocity"))
    updates = state.get("updates", 0)
    if isinstance(updates, bool) or not isinstance(updates, int) or not 0 <= updates < 2**63:
        check.problem(("state", "updates"), f"expected a whole number of at least 0, found {kind_of(updates)}")
        updates = 0
    velocity = state.get("velocity")
    if velocity is None:
        return updates, None
    key: Key = ("state", "velocity")
    shapes = [(layer.weights.shape, None if layer.bias is None else layer.bias.shape) for layer in network.layers]
    if not isinstance(velocity, list) or len(velocity) != len(shapes):
        check.problem(key, f"expected a list of {many(len(shapes), 'layer')}, found {kind_of(velocity)}")
        return updates, None
    weights: list[Array] = []
    biases: list[Array | None] = []
    for index, (layer, (shape, bias_shape)) in enumerate(zip(velocity, shapes, strict=True)):
        layer = layer if isinstance(layer, dict) else {}
        weights.append(_velocities(check, (*key, index, "weights"), layer.get("weights"), shape))
        given = layer.get("bias")
        biases.append(None if bias_shape is None else _velocities(check, (*key, index, "bias"), given, bias_shape))
    return updates, ParameterArrays(tuple(weights), tuple(biases))


def _velocities(check: Checker, key: Key, value: Any, shape: tuple[int, ...]) -> Array:
    """Lists of numbers of a known shape."""
    try:
        array = np.array(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        array = np.empty(0)
    if array.shape != shape or not np.isfinite(array).all():
        check.problem(key, f"expected finite numbers in the shape {' × '.join(map(str, shape))} of the parameters")
        return np.zeros(shape)
    return array
