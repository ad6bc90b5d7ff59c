"""Whole processes, timed in turn: A B A B …, so that a machine that slows down slows all of them."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Command = Sequence[str]


@dataclass(frozen=True)
class Figures:
    """What a command took in each round, in wall-clock seconds."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle of the rounds."""
        return statistics.median(self.seconds)


def environment() -> dict[str, str]:
    """The environment of every process: byte code is kept, as in an installed program."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def once(command: Command) -> float:
    """Seconds of one run; its output is thrown away."""
    begun = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment(), check=True)
    return time.perf_counter() - begun


_LAUNCHER = """
import os, sys
null = os.open(os.devnull, os.O_WRONLY)
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, null, 1)])
print(os.wait4(pid, 0)[2].ru_maxrss)
"""


def peak_memory(command: Command) -> int:
    """The peak memory of a run in bytes; it is started from a small process, whose own memory it would else inherit."""
    launcher = [sys.executable, "-S", "-c", _LAUNCHER, *command]
    output = subprocess.run(launcher, stdout=subprocess.PIPE, env=environment(), text=True, check=True).stdout
    return 1024 * int(output)


def in_turn(commands: Mapping[str, Command], rounds: int) -> dict[str, Figures]:
    """The figures of several commands, run one after the other in each round; the first round is a warm-up."""
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            took = once(command)
            if number:
                seconds[name].append(took)
    return {name: Figures(tuple(took)) for name, took in seconds.items()}


def ratio(figures: Mapping[str, Figures], name: str, other: str) -> float:
    """How many times as long one took as another, in the median of the rounds."""
    pairs = zip(figures[name].seconds, figures[other].seconds, strict=True)
    return statistics.median(one / two for one, two in pairs)
