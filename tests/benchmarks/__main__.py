"""`python -m tests.benchmarks [--rounds R] [--only WORD]`: the program and its peers side by side, as a Markdown table.

Peers that are not installed are skipped, and so is one that would take longer than a minute. The C loop needs `cc`.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np

from tests.benchmarks.processes import Command, Figures, environment, in_turn, once, peak_memory, ratio

PEERS = {"NumPy": ("numpy", "numpy_loop.py"), "PyTorch": ("torch", "torch_loop.py"), "JAX": ("jax", "jax_loop.py")}
HERE = Path(__file__).parent
PATIENCE = 60.0
"""Seconds beyond which a peer is not run."""


@dataclass(frozen=True)
class Row:
    """A line of the table: what was run, the goal, the measured figure in words, and whether it reaches the goal."""

    what: str
    goal: str
    measured: str
    is_reached: bool

    def __str__(self) -> str:
        """The line in Markdown."""
        return f"| {self.what} | {self.goal} | {self.measured} | {'yes' if self.is_reached else 'no'} |"


class Bench:
    """The files and commands of one benchmark, and its rows."""

    def __init__(self, folder: Path, rounds: int) -> None:
        self.folder = folder
        self.rounds = rounds
        self.python = sys.executable

    def program(self, *arguments: str) -> Command:
        """A command line of the program."""
        return [self.python, "-m", "backprop_cli", *arguments]

    def network(self, shape: tuple[int, ...], samples: int = 1, suffix: str = "json") -> str:
        """A network file of sigmoid layers with own biases."""
        path = self.folder / f"{'-'.join(map(str, shape))}_{samples}.{suffix}"
        if path.exists():
            return str(path)
        rng = np.random.default_rng(7)
        layers = [
            {"activation": "sigmoid", "weights": rng.normal(0, 0.3, (units, sources)).tolist(),
             "bias": rng.normal(0, 0.1, units).tolist()}
            for sources, units in pairwise(shape)
        ]  # fmt: skip
        inputs, targets = rng.random((samples, shape[0])).tolist(), rng.random((samples, shape[-1])).tolist()
        if samples == 1:
            inputs, targets = inputs[0], targets[0]
        data = {"learning_rate": 0.1, "inputs": inputs, "targets": targets, "layers": layers}
        if suffix == "json":
            path.write_text(json.dumps(data), encoding="utf-8")
        else:
            import yaml

            path.write_text(
                yaml.dump(data, Dumper=yaml.CSafeDumper, default_flow_style=None, width=10**6), encoding="utf-8"
            )
        return str(path)

    def peers(self, file: str, steps: int) -> dict[str, Command]:
        """The installed peers that finish in time."""
        commands: dict[str, Command] = {}
        for name, (module, script) in PEERS.items():
            command = [self.python, str(HERE / "peers" / script), file]
            if importlib.util.find_spec(module) is not None and _is_quick(command, steps):
                commands[name] = [*command, str(steps)]
        return commands

    # ── the rows ──────────────────────────────────────────────────────────────────────────────────────────────────

    def start(self) -> Iterator[Row]:
        """How long the commands take that are typed most often."""
        example = str(HERE.parent.parent / "configs" / "classic.yaml")
        bare = [self.python, str(HERE / "peers" / "bare_typer.py")]
        commands = {
            "run": self.program("run", example),
            "script": [self.python, str(HERE / "peers" / "script.py"), example],
            "version": self.program("--version"),
            "completion": _completing("backprop run --", self.program()),
            "Typer": bare,
            "Typer's completion": _completing("bare --", bare),
        }
        figures = in_turn(commands, max(9, self.rounds))
        yield self.row(
            "`backprop run classic` into a pipe against a script of the same job", figures, "run", "script", 0.9
        )
        yield self.row("`--version` against an empty Typer program", figures, "version", "Typer", 1)
        yield self.row(
            "shell completion against that of the empty program", figures, "completion", "Typer's completion", 1
        )

    def row(self, what: str, figures: dict[str, Figures], name: str, other: str, most: float) -> Row:
        """A row of one ratio that may be at most so large."""
        measured = ratio(figures, name, other)
        text = f"{measured:.2f} × ({figures[name].median:.3f} s / {figures[other].median:.3f} s)"
        return Row(what, f"≤ {most:g} ×", text, measured <= most)

    def against_peers(self, what: str, file: str, steps: int, only: str = "", options: Command = ()) -> Row:
        """A training as a whole process against the fastest of the peers (or `only` one)."""
        program = self.program("run", file, "-n", str(steps), *options)
        peers = {name: command for name, command in self.peers(file, steps).items() if only in name}
        commands = {"backprop": program, **peers}
        figures = in_turn(commands, self.rounds)
        times = ", ".join(f"{name} {figure.median:.2f} s" for name, figure in figures.items())
        worst = max((ratio(figures, "backprop", name) for name in figures if name != "backprop"), default=float("nan"))
        return Row(what, f"ahead of {only or 'all'}", f"{worst:.2f} × the best ({times})", worst <= 1)

    def small(self) -> Iterator[Row]:
        """2-2-2 as straight-line Python, which needs no more than the base install."""
        for steps in (1, 1000, 100_000):
            what = f"2-2-2, {steps:,} update{'s' * (steps > 1)}, base install"
            yield self.against_peers(what, self.network((2, 2, 2)), steps, options=("--engine", "scalar"))

    def compiled(self) -> Iterator[Row]:
        """2-2-2 as Numba's machine code, against JAX as a whole and against C by the step."""
        if importlib.util.find_spec("numba") is None:
            return
        file = self.network((2, 2, 2))
        for steps in (1_000_000, 10_000_000):
            yield self.against_peers(f"2-2-2, {steps:,} updates, `fast`", file, steps, only="JAX")
        yield from self._against_c("the same per step against C at -O2", file, steps)

    def _against_c(self, what: str, file: str, steps: int) -> Iterator[Row]:
        loop = self._c_loop()
        if loop is None:
            return
        few = steps // 100
        commands: dict[str, Command] = {}
        for count in (few, steps):
            commands[f"C {count}"] = [loop, str(count)]
            arguments = ("run", file, "-n", str(count), "--engine", "compiled", "--show-step", "1")
            commands[f"backprop {count}"] = self.program(*arguments)
        figures = in_turn(commands, self.rounds)
        ours, theirs = (_per_step(figures, name, few, steps) for name in ("backprop", "C"))
        text = f"{ours / theirs:.2f} × ({ours:.3f} µs / {theirs:.3f} µs)"
        yield Row(what, "≤ 2 ×", text, ours <= 2 * theirs)

    def _c_loop(self) -> str | None:
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            return None
        path = str(self.folder / "loop")
        subprocess.run([compiler, "-O2", "-o", path, str(HERE / "peers" / "loop.c"), "-lm"], check=True)
        return path

    def medium(self) -> Iterator[Row]:
        """20-50-10, per update against NumPy and as a whole against all."""
        file, steps = self.network((20, 50, 10)), 10_000
        numpy_loop = [self.python, str(HERE / "peers" / "numpy_loop.py"), file]
        commands: dict[str, Command] = {}
        for count in (1, steps):
            commands[f"backprop {count}"] = self.program("run", file, "-n", str(count), "--engine", "array")
            commands[f"NumPy {count}"] = [*numpy_loop, str(count)]
        figures = in_turn(commands, max(5, self.rounds))
        ours, theirs = (_per_step(figures, name, 1, steps) for name in ("backprop", "NumPy"))
        text = f"{theirs / ours:.2f} × ({theirs:.1f} µs / {ours:.1f} µs)"
        yield Row("20-50-10, one update, faster than plain NumPy by", "≥ 2 ×", text, theirs >= 2 * ours)
        yield self.against_peers(f"20-50-10, {steps:,} updates", file, steps, only="JAX")

    def large(self) -> Iterator[Row]:
        """784-128-10, as whole processes and by the update alone."""
        for samples in (1, 64):
            file = self.network((784, 128, 10), samples)
            yield self.against_peers(f"784-128-10, batch of {samples}, 300 updates", file, 300)
            yield self._by_the_update(f"784-128-10, batch of {samples}, one update", file)

    def _by_the_update(self, what: str, file: str) -> Row:
        """An update without the start of the process, against the faster of NumPy and PyTorch; JAX is named."""
        few, many = 300, 3300
        programs = {"backprop": self.program("run", file, "-n"), **self.peers(file, many)}
        commands = {
            f"{name} {count}": [*(command if name == "backprop" else command[:-1]), str(count)]
            for name, command in programs.items()
            for count in (few, many)
        }
        figures = in_turn(commands, self.rounds)
        took = {name: _per_step(figures, name, few, many) for name in programs}
        others = [took[name] for name in ("NumPy", "PyTorch") if name in took]
        worst = took["backprop"] / min(others, default=float("nan"))
        times = ", ".join(f"{name} {seconds:.0f} µs" for name, seconds in took.items())
        return Row(what, "ahead of NumPy, PyTorch", f"{worst:.2f} × the better ({times})", worst <= 1)

    def rows(self) -> Iterator[Row]:
        """All partials of a large network as CSV."""
        file = self.network((784, 128, 10))
        loading = [self.python, "-c", "import sys, backprop_cli; backprop_cli.load(sys.argv[1])", file]
        command = self.program("run", file, "-f", "csv")
        figures = in_turn({"csv": command}, self.rounds)
        output = subprocess.run(command, stdout=subprocess.PIPE, env=environment(), check=True).stdout
        speed = (output.count(b"\n") - 1) / figures["csv"].median
        yield Row("all partials of 784-128-10 as CSV, rows a second", "≥ 200,000", f"{speed:,.0f}", speed >= 200_000)
        whole, alone = peak_memory(command), peak_memory(loading)
        text = f"{whole / alone:.2f} × ({whole / 1e6:.0f} MB / {alone / 1e6:.0f} MB)"
        yield Row("its peak memory, against loading the network alone", "≤ 1.5 ×", text, whole <= 1.5 * alone)

    def loading(self) -> Iterator[Row]:
        """Files of 100,000 weights."""
        for suffix, parser, most in (("yaml", "CSafeLoader", 1.5), ("json", "json.load", 3.0)):
            ((measured, note),) = self._inside("load", self.network((784, 128, 10), suffix=suffix))
            text = f"{measured:.2f} × ({note})"
            yield Row(
                f"loading 100,000 weights, {suffix.upper()} against {parser}", f"≤ {most:g} ×", text, measured <= most
            )

    def growth(self) -> Iterator[Row]:
        """The choice of the engine as networks grow."""
        found = self._inside("growth")
        for measured, note in found:
            print(f"  {measured:.2f}  {note}", file=sys.stderr)
        worst, note = max(found)
        yield Row("2-2-2 → 1000-1000-10, against the better engine", "≤ 1.2 ×", f"{worst:.2f} × ({note})", worst <= 1.2)

    def pages(self) -> Iterator[Row]:
        """The page: its size, and how long a browser works to load it, to move its slider, to change a number."""
        if importlib.util.find_spec("playwright") is None or shutil.which("chromium") is None:
            return
        from tests.benchmarks.pages import work_of

        small = self._page("classic")
        yield _at_most("the page of classic with 100 steps, size", small.stat().st_size / 1000, 300, "kB")
        file = self._page(self.network((4, 8, 8, 3), 30))
        work = work_of(file)
        yield _at_most("the page of 4-8-8-3 with 30 samples, size", file.stat().st_size / 1000, 1000, "kB")
        yield _at_most("the same, loaded", 1000 * work.load, 1000, "ms")
        yield _at_most("the same, a move of the slider", 1000 * work.move, 50, "ms")
        file = self._page(self.network((10, 10, 10), 4))
        yield _at_most("the page of 10-10-10, a change of a number", 1000 * work_of(file).change, 16, "ms")

    def _page(self, file: str) -> Path:
        path = self.folder / f"{Path(file).stem}.html"
        command = self.program("report", file, "-n", "100", "-q", "-o", str(path))
        subprocess.run(command, env=environment(), check=True)
        return path

    def _inside(self, *arguments: str) -> list[tuple[float, str]]:
        command = [self.python, "-m", "tests.benchmarks.inside", *arguments]
        output = subprocess.run(command, stdout=subprocess.PIPE, env=environment(), text=True, check=True).stdout
        return [(float(line.split()[0]), line.partition(" ")[2]) for line in output.splitlines()]


def _at_most(what: str, measured: float, most: float, unit: str) -> Row:
    return Row(what, f"≤ {most:,g} {unit}", f"{measured:,.0f} {unit}", measured <= most)


def _completing(line: str, command: Command) -> Command:
    """A command as bash calls it at the end of a line to be completed."""
    name = line.split()[0].upper()
    return ["env", f"_{name}_COMPLETE=complete_bash", f"COMP_WORDS={line}", f"COMP_CWORD={line.count(' ')}", *command]


def _per_step(figures: dict[str, Figures], name: str, few: int, many: int) -> float:
    """Microseconds of one update: what the fastest run of many took beyond the fastest run of few."""
    seconds = min(figures[f"{name} {many}"].seconds) - min(figures[f"{name} {few}"].seconds)
    return 1e6 * seconds / (many - few)


def _is_quick(command: Command, steps: int) -> bool:
    """Whether a peer will finish in time, judged by runs of a part of the steps; a second is allowed for noise."""
    start = once([*command, "1"])
    for part in (1000, 100, 10):
        if steps >= part and max(0.0, once([*command, str(steps // part)]) - start - 1.0) * part > PATIENCE:
            return False
    return True


def machine() -> str:
    """Date, machine and versions."""
    names = ("numpy", "numba", "torch", "jax", "typer", "rich", "PyYAML")
    installed = [name for name in names if importlib.util.find_spec(name.lower().replace("pyyaml", "yaml"))]
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in installed)
    return (
        f"{date.today()}, {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {versions}"
    )


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="rounds of A B A B after a warm-up")
    parser.add_argument("--only", default="", help="only the parts whose name contains this")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), given.rounds)
        parts: list[Callable[[], Iterator[Row]]] = [
            bench.start, bench.small, bench.compiled, bench.medium, bench.large, bench.rows, bench.loading, bench.growth,
            bench.pages,
        ]  # fmt: skip
        print(f"{machine()}\n\n| what | goal | measured | reached |\n| --- | --- | --- | --- |")
        for part in parts:
            if given.only in part.__name__:
                for row in part():
                    print(row, flush=True)


if __name__ == "__main__":
    main()
