"""Ctrl-C and SIGTERM end the program at once, whatever it is doing: 130 and 143, no traceback, nothing half-written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.process import PLAIN, ROOT, environment, run, start

SIGNALS = {
    signal.SIGINT: (130, b"interrupted"),
    signal.SIGTERM: (143, b"terminated"),
    signal.SIGHUP: (129, b"terminated"),
}
PROMPT = 30.0
"""Seconds: far above what it takes, far below the hours of work that the signal ends."""


def end(process: subprocess.Popen[bytes], number: int) -> None:
    """Send the signal and check how the process ends."""
    code, word = SIGNALS[signal.Signals(number)]
    before = time.monotonic()
    process.send_signal(number)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == code
    assert word in stderr
    assert b"Traceback" not in stderr
    assert time.monotonic() - before < PROMPT


def ended(script: str, folder: Path = ROOT) -> subprocess.CompletedProcess[bytes]:
    """A script of Python, run to its end in a process of its own."""
    command = [sys.executable, "-c", script]
    return subprocess.run(command, env=environment(), cwd=folder, capture_output=True, timeout=60, check=False)


def wait_until_reading(process: subprocess.Popen[bytes]) -> None:
    """Until the program waits for its standard input: sleeping in a read of descriptor 0."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{process.pid}/syscall").read_text().startswith("0 0x0 "):
                return
        except OSError:
            pytest.skip("/proc does not tell what a process waits for")
        time.sleep(0.02)
    pytest.fail("the program never came to read")


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: signal.Signals(number).name)
def test_while_loading(number: int) -> None:
    with start("run", "-") as process:
        wait_until_reading(process)
        end(process, number)


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: signal.Signals(number).name)
def test_while_training(tmp_path: Path, number: int) -> None:
    file, output, fifo = tmp_path / "net.yaml", tmp_path / "out.yaml", tmp_path / "started"
    os.mkfifo(fifo)
    file.write_text(PLAIN)
    output.write_text("old")
    with start("run", str(fifo), "-n", "1000000000", "-q", "-o", str(output)) as process:
        fifo.write_text(PLAIN)  # returns when the program has opened it
        time.sleep(0.8)
        end(process, number)
    if number != signal.SIGINT:  # Ctrl-C may write the weights reached, whole
        assert output.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net.yaml", "out.yaml", "started"]


@pytest.mark.slow
@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: signal.Signals(number).name)
def test_while_printing(tmp_path: Path, number: int) -> None:
    file = tmp_path / "net.yaml"
    row = ", ".join(["0.5"] * 2000)
    file.write_text(f"inputs: [{row}]\ntargets: [1]\nlayers: [{{weights: [[{row}]]}}]\n")
    with start("run", str(file), "-q", "-f", "json") as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.read(1) == b"{"  # the pipe takes 64 kB; then the program waits for its reader
        time.sleep(0.2)
        process.send_signal(number)
        assert b"Traceback" not in process.stderr.read()
        assert process.wait(30) == SIGNALS[signal.Signals(number)][0]


@pytest.mark.slow
def test_at_any_moment_of_a_short_run(tmp_path: Path) -> None:
    """From the start of the interpreter to its end: before the program's first line Python's own ending is all there is."""
    file = tmp_path / "net.yaml"
    file.write_text(PLAIN)
    codes = set()
    for moment in range(16):
        with start("run", str(file), "-q", "-i", stdout=subprocess.DEVNULL) as process:
            time.sleep(0.06 + 0.025 * moment)
            process.send_signal(signal.SIGTERM)
            _, stderr = process.communicate(timeout=30)
        codes.add(process.returncode)
        assert process.returncode in (0, 143, -signal.SIGTERM)
        assert b"Traceback" not in stderr
        assert [path.name for path in tmp_path.iterdir()] == ["net.yaml"]
    assert 143 in codes


@pytest.mark.slow
@pytest.mark.parametrize("second", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_changes_nothing(first: int, second: int) -> None:
    with start("run", "-") as process:
        wait_until_reading(process)
        process.send_signal(first)
        process.send_signal(second)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode in {SIGNALS[signal.Signals(number)][0] for number in (first, second)}
    assert stderr in (b"interrupted\n", b"terminated\n")


def test_ctrl_c_is_said_once(tmp_path: Path) -> None:
    fifo = tmp_path / "net.yaml"
    os.mkfifo(fifo)
    with start("run", str(fifo), "-n", "1000000000") as process:
        fifo.write_text(PLAIN)
        time.sleep(0.8)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert stderr.count(b"interrupted") == 1


def test_a_signal_that_a_library_takes_for_something_else(tmp_path: Path) -> None:
    """NumPy says of a Ctrl-C during its import that it was badly installed."""
    library = tmp_path / "numpy"
    library.mkdir()
    (library / "__init__.py").write_text(
        "import os, signal\n"
        "try:\n    os.kill(os.getpid(), signal.SIGINT)\n"
        "except BaseException as error:\n    raise ImportError('reinstall me') from error\n"
    )
    file = tmp_path / "net.json"
    row = [0.5] * 2000
    file.write_text(json.dumps({"inputs": row, "targets": [1], "layers": [{"weights": [row]}]}))
    process = run("run", str(file), env=environment(PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}"))
    assert (process.returncode, process.stderr) == (130, b"interrupted\n")


@pytest.mark.slow
@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: signal.Signals(number).name)
def test_a_standard_error_that_nobody_reads_holds_up_no_end(number: int) -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b"x")
    except BlockingIOError:
        os.set_blocking(writer, True)
    with start("run", "-", stderr=writer) as process:
        wait_until_reading(process)
        process.send_signal(number)
        assert process.wait(30) == SIGNALS[signal.Signals(number)][0]
    os.close(writer)
    os.close(reader)


def test_a_signal_that_a_library_swallows_is_heard_when_it_comes_again() -> None:
    script = (
        "import os, signal, sys, contextlib\n"
        "from backprop_cli.cli import process\n"
        "process.SAME_WISH = 0.0\n"
        "def work():\n"
        "    with contextlib.suppress(BaseException):\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "    print('went on', flush=True)\n"
        "    return 0\n"
        "sys.exit(process.run_to_exit(work))\n"
    )
    process = ended(script)
    assert (process.returncode, process.stdout, process.stderr) == (143, b"", b"terminated\n")


def test_an_interrupted_text_of_a_program_ends_as_everything_else(tmp_path: Path) -> None:
    (tmp_path / "interrupted.py").write_text(
        "import sys\n"
        "from backprop_cli.cli.process import run_to_exit\n"
        "def work():\n"
        "    exec('import os, signal; os.kill(os.getpid(), signal.SIGINT)')\n"
        "    return 0\n"
        "sys.exit(run_to_exit(work))\n"
    )
    command = [sys.executable, "-m", "interrupted"]
    process = subprocess.run(command, env=environment(), cwd=tmp_path, capture_output=True, timeout=60, check=False)
    assert (process.returncode, process.stderr) == (130, b"interrupted\n")


def test_a_swallowed_signal_still_decides_the_exit_code() -> None:
    script = (
        "import os, signal, sys, contextlib\n"
        "from backprop_cli.cli.process import run_to_exit\n"
        "def work():\n"
        "    with contextlib.suppress(BaseException):\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "    return 0\n"
        "sys.exit(run_to_exit(work))\n"
    )
    process = ended(script)
    assert (process.returncode, process.stderr) == (143, b"terminated\n")


def test_a_signal_while_python_folds_constants_is_not_lost() -> None:
    """The compiler takes an exception for an operation that fails, such as 1/0, and leaves it to be made later."""
    script = (
        "import os, subprocess, sys\n"
        "from backprop_cli.cli.process import run_to_exit\n"
        "def work():\n"
        "    subprocess.Popen(['sh', '-c', f'sleep 0.2; kill -TERM {os.getpid()}'])\n"
        "    for _ in range(20):\n"
        "        compile('x = (' + '2**63 - 1,' * 100_000 + ')', 'constants', 'exec')\n"
        "    print('went on', flush=True)\n"
        "sys.exit(run_to_exit(work))\n"
    )
    process = ended(script)
    assert (process.returncode, process.stdout, process.stderr) == (143, b"", b"terminated\n")
