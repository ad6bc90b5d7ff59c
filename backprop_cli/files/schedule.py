"""The keys of the training: learning rate, momentum, batches, what is frozen, and the state of an earlier run."""

from __future__ import annotations

import fnmatch
import re
import sys
from typing import Any

import numpy as np

from backprop_cli.files.checker import Checker
from backprop_cli.files.expected import kind_of, many
from backprop_cli.files.places import Key, format_key
from backprop_cli.nearest import nearest
from backprop_cli.network.names import Parameter
from backprop_cli.network.network import Network, ParameterRow, Schedule
from backprop_cli.network.penalty import NO_PENALTY, ByKind, Penalty

MOST_LISTED = 12
"""Names of a layer's parameters that a hint lists."""
MOST_COMPARISONS = 10_000_000
"""Of a glob with a name: about two seconds' work is refused."""


def read_schedule(check: Checker) -> Schedule:
    """The training, but for what is frozen, which needs the parameters' names."""
    before = len(check.problems)
    momentum = check.setting("momentum", 0.0, low=0.0)
    dampening = check.setting("dampening", 0.0)
    nesterov = check.switch("nesterov")
    if nesterov and not (momentum > 0 and dampening == 0) and len(check.problems) == before:
        check.problem(("nesterov",), "nesterov needs a momentum above 0 and no dampening", "as in torch.optim.SGD")
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
        weight_decay=by_kind(check, ("weight_decay",), check.data.get("weight_decay", 0.0)),
        batch_size=None if batch_size == "all" else check.count("batch_size", 1, low=1),
        drop_last=check.switch("drop_last"),
        shuffle=check.switch("shuffle"),
        seed=check.count("seed", 0, low=0),
        reduction=reduction if isinstance(reduction, str) else "mean",
    )


def by_kind(check: Checker, key: Key, value: Any, of_biases: bool = True) -> ByKind:
    """A factor for all parameters, or for the weights alone unless `of_biases`; a mapping gives both kinds their own."""
    if not isinstance(value, dict):
        factor = _factor(check, key, value)
        return ByKind(factor, factor if of_biases else 0.0)
    check.check_keys(key, value, ByKind._fields)
    return ByKind(*(_factor(check, (*key, kind), value.get(kind, 0.0)) for kind in ByKind._fields))


def _factor(check: Checker, key: Key, value: Any) -> float:
    factor = check.number(key, value)
    if factor < 0:
        check.problem(key, f"expected a number of at least 0, found {factor:g}")
    return factor


def read_penalty(check: Checker, samples: int) -> Penalty:
    """The penalty on large parameters: for the weights only, unless it says so."""
    given = check.data.get("penalty")
    if given is None:
        return NO_PENALTY
    if not isinstance(given, dict):
        check.problem(("penalty",), f"expected a mapping such as {{l2: 0.1}}, found {kind_of(given)}")
        return NO_PENALTY
    check.check_keys(("penalty",), given, ("l2", "l1", "per"))
    per = given.get("per")
    if per not in (None, "samples"):
        hint = "it divides the penalty by their number; leave it out to divide by nothing"
        check.problem(("penalty", "per"), f"expected samples, found {kind_of(per)}", hint)
    l2, l1 = (by_kind(check, ("penalty", kind), given.get(kind, 0.0), of_biases=False) for kind in ("l2", "l1"))
    return Penalty(l2, l1, samples if per else 1)


def with_frozen(check: Checker, schedule: Schedule, network: Network) -> Schedule:
    """The schedule with a mark at each parameter that `freeze` names."""
    patterns = check.data.get("freeze", [])
    if isinstance(patterns, str):
        patterns = [patterns]
    if not isinstance(patterns, list):
        check.problem(("freeze",), f"expected a list of parameter names, found {kind_of(patterns)}")
        return schedule
    if not patterns:
        return schedule
    frozen = np.zeros(network.parameter_count, dtype=bool)
    named = {network.names.of(parameter): parameter for parameter in network.names.parameters()}
    globs = sum(isinstance(pattern, str) and _is_glob(pattern, network) for pattern in patterns)
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
            hint = "" if check.is_full else _meant(pattern, named, network)
            check.problem(key, f"no parameter is called {pattern!r}", hint)
        for parameter in matched:
            frozen[network.names.index(parameter)] = True
    return schedule._replace(frozen=frozen)


def _meant(pattern: str, named: dict[str, Parameter], network: Network) -> str:
    """What a pattern that matches nothing may have meant: a layer's parameters, or a name like it."""
    of_layer = list(map(network.names.of, network.names.of_layer(pattern)))
    if of_layer:
        listed = ", ".join(of_layer[:MOST_LISTED]) + ", …" * (len(of_layer) > MOST_LISTED)
        return f"those of layer {pattern[1:]} are {listed}"
    close = nearest(pattern, named)
    return f"did you mean {close!r}?" if close else ""


def _is_glob(pattern: str, network: Network) -> bool:
    """`W1[*` is one, and so is `b[12]`; a parameter's position `W1[1,1]` is none."""
    return any(sign in pattern for sign in "*?[") and network.names.at_position(pattern) is None


def _matching(pattern: str, named: dict[str, Parameter], network: Network) -> list[Parameter]:
    """What a name, a glob or a position stands for."""
    exact = [parameter for parameter in (named.get(pattern), network.names.at_position(pattern)) if parameter]
    if not _is_glob(pattern, network):
        return exact
    is_match = re.compile(fnmatch.translate(pattern)).match
    return exact + [parameter for name, parameter in named.items() if is_match(name)]


def read_state(check: Checker, network: Network) -> tuple[int, ParameterRow | None]:
    """Where an earlier run left off: the updates made, and the velocities layer by layer."""
    state = check.data.get("state")
    if state is None:
        return 0, None
    if not isinstance(state, dict):
        check.problem(("state",), f"expected a mapping, found {kind_of(state)}", "leave the key out to start afresh")
        return 0, None
    check.check_keys(("state",), state, ("updates", "velocity"))
    updates = state.get("updates", 0)
    if isinstance(updates, bool) or not isinstance(updates, int) or not 0 <= updates < 2**62:
        check.problem(("state", "updates"), f"expected a whole number of at least 0, found {kind_of(updates)}")
        updates = 0
    velocity = state.get("velocity")
    if velocity is None:
        return updates, None
    key: Key = ("state", "velocity")
    names = network.names
    if not isinstance(velocity, list) or len(velocity) != names.depth:
        check.problem(key, f"expected a list of {many(names.depth, 'layer')}, found {kind_of(velocity)}")
        return updates, None
    before = len(check.problems)
    row: list[float] = []
    for index, layer in enumerate(velocity):
        layer = layer if isinstance(layer, dict) else {}
        rows = layer.get("weights")
        sources, units = names.widths[index : index + 2]
        if not isinstance(rows, list) or len(rows) != units:
            rows = [None] * units
        for numbers in rows:
            _extend(check, row, (*key, index, "weights"), numbers, sources, f"{units} × {sources}")
        if names.biases[index] != "none":
            biases = len(names.layer_biases(index))
            _extend(check, row, (*key, index, "bias"), layer.get("bias"), biases, str(biases))
    return updates, ParameterRow(names, np.array(row)) if len(check.problems) == before else None


def _extend(check: Checker, row: list[float], key: Key, numbers: Any, count: int, shape: str) -> None:
    """Add a list of so many numbers to a row; one problem is noted for each `key`."""
    if isinstance(numbers, list) and len(numbers) == count and all(map(_is_number, numbers)):
        row.extend(map(float, numbers))
    elif not any(problem.key == format_key(key) for problem in check.problems):
        check.problem(key, f"expected finite numbers in the shape {shape} of the parameters")


def _is_number(value: Any) -> bool:
    """Whether a value is a number that a float64 can hold."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= sys.float_info.max
