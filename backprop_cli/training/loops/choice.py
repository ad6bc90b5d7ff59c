"""Which loop runs a training: by the network file which arithmetic, by the number of steps whether it is compiled.

Straight-line and array code add up in different orders, so their last bits differ. The choice between them therefore depends
on the network file alone and never on the number of steps: three runs of one step end in the very bits of one run of three.
Straight-line code run by Python and the same code compiled do agree bit for bit, so there the number of steps may decide.
"""

from __future__ import annotations

from backprop_cli.errors import UsageError
from backprop_cli.network.network import Setup
from backprop_cli.training.loops.array import ArrayLoop
from backprop_cli.training.loops.compiled import COMPILING_SECONDS, NEEDS, NUMBA, is_installed
from backprop_cli.training.loops.in_place import SQUARES
from backprop_cli.training.loops.sheet import uncovered
from backprop_cli.training.loops.state import Loop
from backprop_cli.training.loops.straight import StraightLoop

ENGINES = ("auto", "array", "scalar", "compiled")

_PARAMETER, _UNIT = 0.038, 0.08
"""Microseconds of straight-line code for each parameter and unit. These and the next were measured on one machine, the choice
rests on their proportions alone."""
_START, _LAYER, _LAYER_OF_MANY_SAMPLES = 0.6, 1.2, 1.35
"""Microseconds of array code for each update, each layer, each layer where a batch has several samples."""
_IN_PLACE = {"linear": 0.0, "relu": 0.7, "tanh": 0.95, "sigmoid": 1.65}
_CALLED = 8.5
"""Microseconds of array code for an activation or a loss, by its kind."""
_MOST_WRITTEN_OUT = 5_000
"""Straight-line code of more parameters takes seconds to be read, and much memory."""
_MOST_COMPILED = 10_000
"""Parameters, of more of which Numba takes minutes."""


def choose(setup: Setup, steps: int, name: str = "auto") -> Loop:
    """The loop called `name`, or the fastest for `steps` updates.

    Raises:
        UsageError: the loop asked for cannot run this network, or is not installed.
    """
    if name not in ENGINES:
        raise UsageError(f"there is no engine {name!r}: known are {', '.join(ENGINES)}")
    if name == "array" or (name == "auto" and not is_small(setup)):
        return ArrayLoop(setup)
    if reason := uncovered(setup.network):
        raise UsageError(f"--engine {name}: {reason}; --engine array runs it")
    if name == "scalar" or (name == "auto" and not _is_worth_compiling(setup, steps)):
        return StraightLoop(setup)
    if setup.network.parameter_count > _MOST_COMPILED:
        raise UsageError(
            f"--engine compiled: more than {_MOST_COMPILED:,} parameters take minutes to compile; --engine array runs them"
        )
    if not is_installed():
        raise UsageError(f"--engine compiled needs {NEEDS}")
    return StraightLoop(setup, NUMBA)


def _is_worth_compiling(setup: Setup, steps: int) -> bool:
    return steps * scalar_cost(setup) * 1e-6 > COMPILING_SECONDS and is_installed()


def is_small(setup: Setup) -> bool:
    """Whether straight-line code can run a network and is faster than array code."""
    return (
        setup.network.parameter_count <= _MOST_WRITTEN_OUT
        and not uncovered(setup.network)
        and scalar_cost(setup) < array_cost(setup)
    )


def scalar_cost(setup: Setup) -> float:
    """About how many microseconds an update takes in straight-line code."""
    batch = setup.schedule.batch_limit(len(setup.samples))
    network = setup.network
    return batch * (_PARAMETER * network.parameter_count + _UNIT * sum(network.names.widths[1:]))


def array_cost(setup: Setup) -> float:
    """About how many microseconds an update of a network of few parameters takes in array code."""
    network = setup.network
    has_many_samples = setup.schedule.batch_limit(len(setup.samples)) > 1
    per_layer = _LAYER + (_LAYER_OF_MANY_SAMPLES if has_many_samples else 0.0)
    functions = sum(_IN_PLACE.get(activation.name, _CALLED) for activation in network.activations)
    loss = 0.0 if network.loss.name in SQUARES else _CALLED
    return _START + per_layer * network.names.depth + functions + loss
