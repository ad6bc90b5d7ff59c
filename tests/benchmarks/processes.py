"""Whole processes, timed in turn: A B A B …, so that a machine that slows down slows all of them."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Command = Sequence[str]


@dataclass(frozen=True)
class Figures:
    """What a command took in each round: wall-clock seconds, and its peak memory in bytes."""

    seconds: tuple[float, ...]
    memory: int

    @property
    def median(self) -> float:
        """The middle of the rounds."""
        return statistics.median(self.seconds)


def environment() -> dict[str, str]:
    """The environment of every process: byte code is kept, as in an installed program."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def once(command: Command) -> tuple[float, int]:
    """Seconds and peak memory of one run; its output is read and thrown away."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment(), text=True)
    assert process.stderr is not None
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: exit code {process.returncode}\n{errors}")
    return seconds, usage.ru_maxrss * 1024


def in_turn(commands: Mapping[str, Command], rounds: int) -> dict[str, Figures]:
    """The figures of several commands, run one after the other in each round; the first round is a warm-up."""
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    memory = dict.fromkeys(commands, 0)
    for number in range(rounds + 1):
        for name, command in commands.items():
            took, peak = once(command)
            memory[name] = max(memory[name], peak)
            if number:
                seconds[name].append(took)
    return {name: Figures(tuple(seconds[name]), memory[name]) for name in commands}


def ratio(figures: Mapping[str, Figures], name: str, other: str) -> float:
    """How many times as long one took as another, in the median of the rounds."""
    pairs = zip(figures[name].seconds, figures[other].seconds, strict=True)
    return statistics.median(one / two for one, two in pairs)
