"""A long file is parsed in a process beside the program's own: the same answer, and the same errors, whatever becomes of it."""

from __future__ import annotations

import json
import math
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from backprop_cli.cli import beside
from backprop_cli.config import parse
from backprop_cli.errors import InputError
from tests.process import environment, run, start
from tests.test_signals import SIGNALS


@pytest.fixture
def forks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The program as it is before NumPy is loaded, on a machine of two cores; how often it forks."""
    made: list[int] = []
    fork = os.fork

    def counted() -> int:
        child = fork()
        made.append(child)
        return child

    monkeypatch.setattr(os, "fork", counted)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    monkeypatch.setattr(beside, "_load_arrays", lambda: None)
    monkeypatch.delitem(sys.modules, "numpy", raising=False)
    return made


def network(units: int) -> dict[str, object]:
    row = [math.sin(unit) for unit in range(units)]
    return {
        "title": "größer ∂",
        "inputs": row,
        "targets": [1, 10**30],
        "layers": [{"weights": [row, row], "bias": None}],
    }


@pytest.mark.parametrize("format", ["json", "yaml"])
def test_the_data_is_the_same(forks: list[int], format: str) -> None:
    text = json.dumps(network(6000))
    assert len(text) > max(beside.LONG.values())
    document = beside.parse_beside(text, "net", format)
    assert len(forks) == 1
    assert document == parse(text, "net", format)


def test_a_short_text_needs_no_process(forks: list[int]) -> None:
    beside.parse_beside(json.dumps(network(3)), "net.json", "json")
    assert not forks


def test_one_core_does_it_alone(forks: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    beside.parse_beside(json.dumps(network(6000)), "net.json", "json")
    assert not forks


def test_numpy_is_loaded_meanwhile(tmp_path: Path) -> None:
    file = tmp_path / "net.json"
    file.write_text(large_network())
    script = (
        "import os, sys\n"
        "os.sched_getaffinity = lambda _: {0, 1}\n"
        "from backprop_cli.cli import beside\n"
        "from backprop_cli.config import parse\n"
        "text = open(sys.argv[1]).read()\n"
        "before = 'numpy' in sys.modules\n"
        "data = beside.parse_beside(text, 'net', 'json').data\n"
        "print(before, 'numpy' in sys.modules, data == parse(text, 'net', 'json').data)\n"
    )
    command = [sys.executable, "-c", script, str(file)]
    assert subprocess.run(command, env=environment(), capture_output=True, check=True).stdout == b"False True True\n"


@pytest.mark.usefixtures("forks")
def test_without_room_for_a_process_it_is_done_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> int:
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", full)
    open_before = len(os.listdir("/proc/self/fd"))
    text = json.dumps(network(6000))
    assert beside.parse_beside(text, "net", "json") == parse(text, "net", "json")
    assert len(os.listdir("/proc/self/fd")) == open_before


def test_a_process_that_is_killed_is_not_missed(forks: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "_load_arrays", lambda: os.kill(forks[0], signal.SIGKILL))
    text = json.dumps(network(60_000))  # more than the pipe holds, so that the process is still there to be killed
    assert beside.parse_beside(text, "net", "json") == parse(text, "net", "json")


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (lambda text: text[:-1], "not valid JSON"),
        (lambda text: text[:-1] + ', "inputs": [1]}', "'inputs' is given twice"),
    ],
)
def test_a_mistake_is_reported_from_where_it_stands(
    forks: list[int], broken: Callable[[str], str], message: str
) -> None:
    text = broken(json.dumps(network(6000)))
    with pytest.raises(InputError, match=message):
        beside.parse_beside(text, "net.json", "json")
    assert len(forks) == 1


def large_network() -> str:
    row = [math.sin(unit) / 50 for unit in range(6000)]
    layer = {"weights": [row, row], "activation": "tanh"}
    return json.dumps({"inputs": row, "targets": [1, 0], "layers": [layer], "steps": 100_000_000})


@pytest.mark.parametrize("arguments", [("-f", "json"), ("-o", "-")])
def test_a_large_network_is_answered_alike_with_one_core(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    file = tmp_path / "net.json"
    file.write_text(large_network())
    first = min(os.sched_getaffinity(0))
    given = run("run", str(file), "-n", "3", *arguments)
    alone = run("run", str(file), "-n", "3", *arguments, preexec_fn=lambda: os.sched_setaffinity(0, {first}))
    assert given.returncode == 0 and given.stdout
    assert (given.stdout, given.stderr) == (alone.stdout, alone.stderr)


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: signal.Signals(number).name)
def test_a_signal_to_both_processes_is_told_once_and_leaves_none(tmp_path: Path, number: int) -> None:
    """As Ctrl-C in a terminal sends it: to the program and what it has started, whatever the moment."""
    fifo = tmp_path / "net.json"
    os.mkfifo(fifo)
    code, word = SIGNALS[signal.Signals(number)]
    for moment in range(8):
        with start("run", str(fifo), "-q", start_new_session=True) as process:
            fifo.write_text(large_network())  # returns when the program has read nearly all of it
            time.sleep(0.01 * moment)
            os.killpg(process.pid, number)
            _, stderr = process.communicate(timeout=60)
        assert process.returncode == code
        assert re.fullmatch(word + rb"\n|error: interrupted after step [0-9,]+ of 100,000,000\n", stderr)
        wait_until_gone(process.pid)


def wait_until_gone(group: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    pytest.fail("a process was left behind")
