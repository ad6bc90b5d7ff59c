"""The scalar engine's loop as machine code: by the machine's C compiler, or by Numba where that is installed.

It is used only where its first updates are those of Python to the last bit.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from backprop_cli.arrays import row_of
from backprop_cli.network.network import Setup
from backprop_cli.training.loops.engine import State, state_of
from backprop_cli.training.loops.jitted import JITTED, is_installed
from backprop_cli.training.loops.native import NATIVE, CompilerError, compiler
from backprop_cli.training.loops.scalar import Runner, ScalarEngine

NEEDS = "a C compiler (cc), or Numba: pip install numba"

_TRIED = 4
"""So many updates show whether machine code computes what Python does."""
_NATIVE, _NATIVE_PARAMETER, _JITTED = 0.2, 0.002, 1.5
"""About how many seconds the C compiler takes, and how many more for each parameter; how many Numba takes."""


def compiling_seconds(parameters: int) -> float:
    """About how long it takes to compile the loop of a network of so many parameters; infinite where nothing can."""
    if compiler():
        return _NATIVE + _NATIVE_PARAMETER * parameters
    return _JITTED if is_installed() else math.inf


def compiled_engine(setup: Setup) -> ScalarEngine | None:
    """A scalar engine whose loop is compiled; None where there is nothing to compile with that agrees with Python."""
    for runner in _runners():
        engine = ScalarEngine(setup, runner)
        try:
            if agrees(engine, ScalarEngine(setup), setup):
                return engine
        except CompilerError:
            pass
    return None


def agrees(one: ScalarEngine, other: ScalarEngine, setup: Setup) -> bool:
    """Whether two engines make the same first updates, with their losses and without, bit for bit."""
    state = state_of(setup)
    if setup.schedule.momentum and state.velocity is None:
        state = state._replace(velocity=row_of([0.0] * len(state.parameters)))
    first, second = (_tried(engine, state) for engine in (one, other))
    return all(a == b or (a != a and b != b) for a, b in zip(first, second, strict=True))


def _tried(engine: ScalarEngine, state: State) -> list[float]:
    """Parameters and losses after a few updates."""
    with_losses = engine.advance(state, _TRIED, range(_TRIED))
    without = engine.advance(state, _TRIED)
    return [*with_losses.state.parameters, *without.state.parameters, *with_losses.losses]


def _runners() -> Iterator[Runner]:
    if compiler():
        yield NATIVE
    if is_installed():
        yield JITTED
