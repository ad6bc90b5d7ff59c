"""Machine code that is wrong, missing or somebody else's is never run."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from backprop_cli.api import load
from backprop_cli.network.network import Setup
from backprop_cli.training.loops import compiled, native
from backprop_cli.training.loops.c import translated
from backprop_cli.training.loops.cache import cache_folder
from backprop_cli.training.loops.choose import choose
from backprop_cli.training.loops.compiled import compiled_engine
from backprop_cli.training.loops.engine import state_of
from tests.process import environment
from tests.program import backprop

LONG = 10**9

pytestmark = pytest.mark.skipif(native.compiler() is None, reason="no C compiler")


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No Numba, an empty cache, nothing kept from other tests."""
    monkeypatch.setenv("BACKPROP_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(compiled, "is_installed", lambda: False)
    native.library.cache_clear()


@pytest.fixture
def setup() -> Setup:
    return load("classic")


def compilers_in(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A machine whose only C compiler is a shell script; the real one is `$CC`."""
    real = native.compiler()
    assert real
    folder.mkdir()
    fake = folder / "cc"
    fake.write_text(f"#!/bin/sh\nCC={real}\n{script}\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{Path(real).parent}")


def kept(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache").iterdir())


def test_a_long_run_is_compiled_and_its_code_kept(setup: Setup, tmp_path: Path) -> None:
    assert choose(setup, LONG).name == "compiled"
    (file,) = kept(tmp_path)
    assert file.suffix == ".so"
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    written = file.stat().st_mtime_ns
    native.library.cache_clear()
    assert choose(setup, LONG).name == "compiled"
    assert [path.stat().st_mtime_ns for path in kept(tmp_path)] == [written]


def test_a_short_run_asks_for_no_compiler(setup: Setup, tmp_path: Path) -> None:
    assert choose(setup, 10_000).name == "scalar"
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("script", ["exit 1", "exit 0", 'echo nonsense > "$6"; kill -9 $$'])
def test_a_compiler_that_fails_is_done_without(
    script: str, setup: Setup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compilers_in(tmp_path / "bin", monkeypatch, script)
    assert compiled_engine(setup) is None
    assert choose(setup, LONG).name == "scalar"
    assert kept(tmp_path) == []


def test_code_that_computes_something_else_is_not_used(
    setup: Setup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = 'for file; do case $file in *.c) sed -i "s/exp(/sqrt(1+/" $file;; esac; done\nexec $CC "$@"'
    compilers_in(tmp_path / "bin", monkeypatch, script)
    assert compiled_engine(setup) is None
    assert choose(setup, LONG).name == "scalar"


def test_without_a_compiler_the_message_names_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    result = backprop("run", "classic", "--engine", "compiled")
    assert result.exit_code == 2
    assert "--engine compiled needs a C compiler (cc), or Numba" in result.stderr


def test_a_large_network_is_not_given_to_a_compiler() -> None:
    result = backprop("run", "-", "--engine", "compiled", stdin=json.dumps(
        {"inputs": [0.1] * 101, "targets": [0.1] * 100, "layers": [{"weights": [[0.1] * 101] * 100}]}
    ))  # fmt: skip
    assert result.exit_code == 2
    assert "--engine compiled: more than 10,000 parameters" in result.stderr


def test_a_damaged_file_in_the_cache_is_not_run(setup: Setup, tmp_path: Path) -> None:
    choose(setup, LONG)
    (file,) = kept(tmp_path)
    file.unlink()  # it is still mapped
    file.write_bytes(b"\0" * 100)
    native.library.cache_clear()
    assert choose(setup, LONG).name == "compiled"


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="no users")
def test_a_cache_that_others_may_write_is_not_used(setup: Setup, tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache").chmod(0o777)
    with pytest.raises(PermissionError, match="open to other users"):
        cache_folder()
    assert choose(setup, LONG).name == "compiled"
    assert kept(tmp_path) == []


def test_no_cache_at_all_is_no_hindrance(setup: Setup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("BACKPROP_CACHE_DIR", str(tmp_path / "file" / "cache"))
    assert choose(setup, LONG).name == "compiled"


def test_names_and_titles_never_reach_the_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compilers_in(
        tmp_path / "bin",
        monkeypatch,
        f'for file; do case $file in *.c) cp $file {tmp_path}/seen.c;; esac; done\nexec $CC "$@"',
    )
    network = {
        "title": "UNIQUE", "inputs": {"UNIQUEx": 0.5}, "targets": [0.3], "names": {"loss": "UNIQUEe"},
        "layers": [{"weights": [{"UNIQUEw": 0.5}], "bias": {"UNIQUEb": 0.5}}],
    }  # fmt: skip
    engine = compiled_engine(load(network))
    assert engine is not None
    state, _, is_sound = engine.advance(state_of(load(network)), 5)
    assert is_sound and np.isfinite(state.parameters).all()
    assert "UNIQUE" not in (tmp_path / "seen.c").read_text()


@pytest.mark.parametrize(
    "line", ["y = a ** b", "y = [a]", "y = a % b", "while a: pass", "y = f(a, b)", "import os", "y = not a", "y = 'a'"]
)
def test_what_has_no_like_in_c_is_refused(line: str) -> None:
    with pytest.raises((TypeError, KeyError)):
        translated(f"def f(p):\n    {line}\n    return y")


def test_the_choice_of_the_compiler_is_left_out_where_there_is_none_by_nature(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert native.compiler() is None


def test_who_stops_waiting_for_a_compiler_ends_it_and_what_it_has_started(tmp_path: Path) -> None:
    """As a signal does: the compiler's own child, and the files of both, go with it."""
    scratch, started = tmp_path / "scratch", tmp_path / "started"
    scratch.mkdir()
    compiler = tmp_path / "cc"
    compiler.write_text(f"#!/bin/sh\ntouch $TMPDIR/half.s\nsleep 300 &\necho $! > {started}\nwait\n")
    compiler.chmod(0o755)
    script = (
        "import signal\n"
        "from backprop_cli.cli.process import run_to_exit\n"
        "from backprop_cli.training.loops.native import _compiled\n"
        f"raise SystemExit(run_to_exit(lambda: _compiled({str(compiler)!r}, 'int x;')))\n"
    )
    settings = environment(TMPDIR=str(scratch))
    with subprocess.Popen([sys.executable, "-c", script], env=settings, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 30
        while not (started.exists() and started.read_text().strip()):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 143
    assert list(scratch.iterdir()) == []
    child = int(started.read_text())
    while _runs(child):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _runs(number: int) -> bool:
    """Whether a process is there and no zombie, which waits for nobody but who is to hear of it."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
