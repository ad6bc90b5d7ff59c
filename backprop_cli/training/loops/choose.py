"""Which engine runs a training: by the network's size which arithmetic, by the number of steps whether it is compiled.

Scalar and array code add up in different orders, so their last bits differ. The choice between them therefore depends on
the network file alone and never on the number of steps: three runs of one step then end in the very bits of one run of
three. Scalar code run by Python and the same code compiled do agree bit for bit, so there the number of steps may decide.
"""

from __future__ import annotations

from backprop_cli.errors import UsageError
from backprop_cli.network.network import Setup
from backprop_cli.training.loops.engine import Engine
from backprop_cli.training.loops.inplace import SQUARES
from backprop_cli.training.loops.sheet import uncovered

ENGINES = ("auto", "array", "scalar", "compiled")

_PARAMETER, _UNIT = 0.038, 0.08
_START, _LAYER, _LAYER_OF_MANY_SAMPLES = 0.6, 1.2, 1.35
_IN_PLACE = {"linear": 0.0, "relu": 0.7, "tanh": 0.95, "sigmoid": 1.65}
_CALLED = 8.5
_SHORT, _MANY = 0.2, 10_000
"""Microseconds of scalar code for each parameter and unit; of array code for each update, each layer, each layer where a
batch has several samples, and for an activation or a loss by its kind. Measured on one machine; the choice rests on their
proportions alone. How many seconds of scalar code are too few, and how many parameters too many, to ask for a compiler."""
_MOST_WRITTEN_OUT = 5_000
"""Scalar code of more parameters, as of a deep network of small layers, takes seconds to be read, and much memory."""


def choose(setup: Setup, steps: int, name: str = "auto") -> Engine:
    """The engine called `name`, or the fastest for `steps` updates.

    Raises:
        UsageError: the engine asked for cannot run this network, or is not installed.
    """
    if name not in ENGINES:
        raise UsageError(f"there is no engine {name!r}: known are {', '.join(ENGINES)}")
    if name == "array" or (name == "auto" and not is_small(setup)):
        from backprop_cli.training.loops.array import ArrayEngine

        return ArrayEngine(setup)
    reason = uncovered(setup.network)
    if reason and name != "auto":
        raise UsageError(f"--engine {name}: {reason}; --engine array runs it")
    if name == "compiled" and setup.network.parameter_count > _MANY:
        raise UsageError(
            f"--engine compiled: more than {_MANY:,} parameters take minutes to compile; --engine array runs them"
        )
    if name == "compiled" or (name == "auto" and _is_worth_compiling(setup, steps)):
        from backprop_cli.training.loops.compiled import NEEDS, compiled_engine

        engine = compiled_engine(setup)
        if engine is not None:
            return engine
        if name == "compiled":
            raise UsageError(f"--engine compiled needs {NEEDS}")
    from backprop_cli.training.loops.scalar import ScalarEngine

    return ScalarEngine(setup)


def _is_worth_compiling(setup: Setup, steps: int) -> bool:
    seconds = steps * scalar_cost(setup) * 1e-6
    if seconds < _SHORT:
        return False
    from backprop_cli.training.loops.compiled import compiling_seconds

    return seconds > compiling_seconds(setup.network.parameter_count)


def is_small(setup: Setup) -> bool:
    """Whether scalar code can run a network and is faster than array code."""
    return (
        setup.network.parameter_count <= _MOST_WRITTEN_OUT
        and not uncovered(setup.network)
        and scalar_cost(setup) < array_cost(setup)
    )


def scalar_cost(setup: Setup) -> float:
    """About how many microseconds an update takes in scalar code."""
    batch = setup.schedule.batch_size or len(setup.samples)
    network = setup.network
    return batch * (_PARAMETER * network.parameter_count + _UNIT * sum(network.names.widths[1:]))


def array_cost(setup: Setup) -> float:
    """About how many microseconds an update of a network of few parameters takes in array code."""
    network = setup.network
    has_many_samples = (setup.schedule.batch_size or len(setup.samples)) > 1
    per_layer = _LAYER + (_LAYER_OF_MANY_SAMPLES if has_many_samples else 0.0)
    functions = sum(_IN_PLACE.get(activation.name, _CALLED) for activation in network.activations)
    loss = 0.0 if network.loss.name in SQUARES else _CALLED
    return _START + per_layer * network.names.depth + functions + loss
