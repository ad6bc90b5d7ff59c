"""What is timed within a process, because its start would hide it: loading a file, and the loop as networks grow.

Called as `inside.py load FILE` and `inside.py growth`; prints one ratio a line, with what it is the ratio of.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backprop_cli.network.network import Setup

SHAPES = [
    (2, 2, 2), (3, 3, 3), (4, 4, 4), (5, 5, 5), (6, 6, 6), (7, 7, 7), (8, 8, 8), (9, 9, 9), (10, 10, 10), (12, 12, 10),
    (20, 20, 10), (50, 50, 10), (200, 200, 10), (1000, 1000, 10),
]  # fmt: skip


def fastest(call: Callable[[], Any], rounds: int = 5) -> float:
    """Seconds of the fastest of several calls."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        call()
        times.append(time.perf_counter() - begun)
    return min(times)


def load(path: str) -> None:
    """The file's whole way to a network, against its format's own parser."""
    import yaml

    from backprop_cli import load

    def parse() -> Any:
        with open(path, encoding="utf-8") as file:
            return json.load(file) if path.endswith(".json") else yaml.load(file, yaml.CSafeLoader)

    parsed = fastest(parse)
    print(fastest(lambda: load(path)) / parsed, f"{parsed:.3f} s")


def growth() -> None:
    """The time of the engine that is chosen, against the better of scalar and array code, for each shape."""
    import numpy as np

    from backprop_cli import load
    from backprop_cli.training.loops.choice import choose

    rng = np.random.default_rng(1)
    for shape in SHAPES:
        layers = [
            {"activation": "sigmoid", "weights": rng.normal(0, 0.1, (units, sources)).tolist(), "bias": [0.1] * units}
            for sources, units in pairwise(shape)
        ]
        setup = load({"layers": layers, "inputs": [0.5] * shape[0], "targets": [0.5] * shape[-1]})
        names = ("array", "scalar") if setup.network.parameter_count < 5000 else ("array",)
        took = {name: _per_update(setup, name) for name in names}
        chosen = choose(setup, 1).name
        figures = ", ".join(f"{name} {1e6 * seconds:.2f} µs" for name, seconds in took.items())
        print(took[chosen] / min(took.values()), f"{'-'.join(map(str, shape))}: {figures}, takes {chosen}")


def _per_update(setup: Setup, name: str) -> float:
    """Seconds that an update takes in the engine called `name`."""
    from backprop_cli.training.loops.choice import choose
    from backprop_cli.training.loops.state import state_of

    engine, state = choose(setup, 1, name), state_of(setup)
    engine.advance(state, 3)
    once = fastest(lambda: engine.advance(state, 3)) / 3
    count = max(3, int(0.02 / once))
    return fastest(lambda: engine.advance(state, count)) / count


if __name__ == "__main__":
    if sys.argv[1] == "load":
        load(sys.argv[2])
    else:
        growth()
