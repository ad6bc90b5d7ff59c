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
from backprop_cli.cli.beside import begin_reading, read_document
from backprop_cli.cli.process import HELPERS
from backprop_cli.errors import InputError
from backprop_cli.files.document import Document
from backprop_cli.files.opening import open_document
from tests.cli.test_signals import SIGNALS
from tests.process import environment, run, start


@pytest.fixture
def forks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The program as it is before NumPy is loaded, on a machine of two cores; the processes that it makes."""
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


def network(units: int) -> str:
    row = [math.sin(unit) for unit in range(units)]
    layer = {"weights": [row, row], "bias": None}
    return json.dumps({"title": "größer ∂", "inputs": row, "targets": [1, 10**30], "layers": [layer]})


def written(folder: Path, text: str | bytes, name: str = "net.json") -> str:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(file)


def read_beside(file: str) -> Document:
    begin_reading(["run", file])
    return read_document(file)


@pytest.mark.parametrize("name", ["net.json", "net.yaml", "net.yml"])
def test_the_document_is_the_same(forks: list[int], tmp_path: Path, name: str) -> None:
    file = written(tmp_path, network(6000), name)
    assert read_beside(file) == open_document(file)
    assert len(forks) == 1 and not HELPERS


def test_the_largest_answer_that_a_file_can_give_has_room(forks: list[int], tmp_path: Path) -> None:
    """A digit and its comma make five bytes, an empty list and its comma as well."""
    for entry in ("1", "[]", "{}", "null", '""', "0.0", "é"):
        file = written(tmp_path, "[" + ",".join([entry] * 100_000) + "]", "net.yaml")
        assert read_beside(file) == open_document(file)
    assert len(forks) == 7


def test_layout_comes_along(forks: list[int], tmp_path: Path) -> None:
    text = b"\xef\xbb\xbf" + network(6000).encode().replace(b", ", b",\r\n")
    document = read_beside(written(tmp_path, text))
    assert document.has_mark and document.is_crlf
    assert forks


def test_what_is_short_or_no_file_needs_no_process(forks: list[int], tmp_path: Path) -> None:
    short = written(tmp_path, network(3))
    begin_reading(["run", "-", "classic", short, str(tmp_path), str(tmp_path / "missing.json"), "a\0b.json"])
    assert not forks


def test_one_core_does_it_alone(forks: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    file = written(tmp_path, network(6000))
    assert read_beside(file) == open_document(file)
    assert not forks


def test_numpy_is_loaded_meanwhile(tmp_path: Path) -> None:
    script = (
        "import os, sys\n"
        "os.sched_getaffinity = lambda _: {0, 1}\n"
        "from backprop_cli.cli.beside import begin_reading, read_document\n"
        "from backprop_cli.files.opening import open_document\n"
        "begin_reading(sys.argv)\n"
        "before = 'numpy' in sys.modules\n"
        "document = read_document(sys.argv[1])\n"
        "print(before, 'numpy' in sys.modules, document == open_document(sys.argv[1]))\n"
    )
    command = [sys.executable, "-c", script, written(tmp_path, network(6000))]
    assert subprocess.run(command, env=environment(), capture_output=True, check=True).stdout == b"False True True\n"


@pytest.mark.usefixtures("forks")
def test_without_room_for_a_process_it_is_done_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> int:
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", full)
    file = written(tmp_path, network(6000))
    assert read_beside(file) == open_document(file)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_process_that_is_killed_is_not_missed(forks: list[int], tmp_path: Path, number: int) -> None:
    file = written(tmp_path, network(60_000))
    begin_reading([file])
    os.kill(forks[0], number)
    assert read_document(file) == open_document(file)


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (lambda text: text[:-1], "not valid JSON"),
        (lambda text: text[:-1] + ', "inputs": [1]}', "'inputs' is given twice"),
    ],
)
def test_a_mistake_is_reported_from_where_it_stands(
    forks: list[int], tmp_path: Path, broken: Callable[[str], str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read_beside(written(tmp_path, broken(network(6000))))
    assert len(forks) == 1


def test_a_run_that_ends_early_leaves_no_process(tmp_path: Path) -> None:
    file = written(tmp_path, network(200_000))
    with start("run", file, "-i", "-o", "x.yaml", start_new_session=True) as process:
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 2 and b"exclude each other" in stderr
    wait_until_gone(process.pid)


def test_a_process_whose_parent_is_killed_ends_with_it(tmp_path: Path) -> None:
    """It reads for minutes: the library that it loads takes so long."""
    library = tmp_path / "yaml"
    library.mkdir()
    (library / "__init__.py").write_text("import time\ntime.sleep(300)\n")
    file = written(tmp_path, network(6000), "net.yaml")
    path = f"{tmp_path}{os.pathsep}{environment()['PYTHONPATH']}"
    with start("run", file, start_new_session=True, env=environment(PYTHONPATH=path)) as process:
        wait_until_helped(process.pid)
        time.sleep(0.1)
        process.kill()
        process.communicate(timeout=60)
    wait_until_gone(process.pid)


def test_who_ignores_the_end_of_children_gets_an_answer_all_the_same(tmp_path: Path) -> None:
    file = written(tmp_path, network(6000).replace(str(10**30), "0"))
    ignore = lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # noqa: E731
    process = run("run", file, "-q", "-o", "-", preexec_fn=ignore)
    assert (process.returncode, process.stderr) == (0, b"")


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


@pytest.mark.parametrize("is_for_both", [True, False])
@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: signal.Signals(number).name)
def test_a_signal_is_told_once_and_leaves_no_process(tmp_path: Path, number: int, is_for_both: bool) -> None:
    """As Ctrl-C in a terminal sends it, to the program and what it has started, or to the program alone, at any moment."""
    file = written(tmp_path, large_network())
    code, word = SIGNALS[signal.Signals(number)]
    for moment in range(5):
        with start("run", file, "-q", start_new_session=True) as process:
            wait_until_helped(process.pid)
            time.sleep(0.02 * moment)
            (os.killpg if is_for_both else os.kill)(process.pid, number)
            _, stderr = process.communicate(timeout=60)
        assert process.returncode == code
        assert re.fullmatch(word + rb"\n|error: interrupted after step [0-9,]+ of 100,000,000\n", stderr)
        wait_until_gone(process.pid)


def wait_until_helped(number: int) -> None:
    """Until a process has a child, which on one core none gets."""
    children = Path(f"/proc/{number}/task/{number}/children")
    deadline = time.monotonic() + 30
    if not children.exists() or len(os.sched_getaffinity(0)) < 2:
        pytest.skip("no helper, or nothing that tells of it")
    while not children.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def wait_until_gone(group: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    pytest.fail("a process was left behind")
