"""A written file appears whole or not at all: through kills, full disks, folders that cannot be written, and links."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import random
import resource
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from backprop_cli.errors import OutputError
from backprop_cli.files.output import write_whole
from tests.process import PLAIN, environment, run, start

KILLS = 100
WRITER = """
import sys
from backprop_cli.files.output import write_whole
texts = [character * 200_000 for character in "ab"]
while True:
    for text in texts:
        write_whole(sys.argv[1], text)
        print("written", flush=True)
"""


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.suffix == ".tmp"]


@pytest.mark.slow
def test_a_hundred_kills_while_writing_leave_the_old_or_the_new(tmp_path: Path) -> None:
    file, choose = tmp_path / "net.yaml", random.Random(1)
    whole = {"a" * 200_000, "b" * 200_000}
    seen = set()
    for _ in range(KILLS):
        pid = os.fork()
        if (
            pid == 0
        ):  # a fork, not a new interpreter: a hundred of these would only be started, never killed while writing
            while True:
                for text in sorted(whole):
                    write_whole(str(file), text)
        time.sleep(0.002 + 0.02 * choose.random())
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        if file.exists():
            content = file.read_text()
            assert content in whole
            seen.add(content[0])
    assert seen == {"a", "b"}, "the kills must have come at different moments"


@pytest.mark.slow
def test_the_command_killed_while_it_updates_its_file_leaves_a_network(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    row = ", ".join(["0.5"] * 3000)
    file.write_text(f"inputs: [{row}]\ntargets: [1]\nlayers: [{{weights: [[{row}]]}}]\nlearning_rate: 0.0001\n")
    old = file.read_text()
    for delay in (0.2, 0.3, 0.35, 0.4, 0.5):
        with start("run", str(file), "-q", "-i", stdout=subprocess.DEVNULL) as process:
            time.sleep(delay)
            process.kill()
        assert file.read_text().startswith(old[: old.index("layers")])
        assert file.read_text().endswith("learning_rate: 0.0001\n")
    assert run("run", str(file), "-n", "0", "-q").returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_while_writing_leaves_no_temporary_file(tmp_path: Path, number: int) -> None:
    script = f"""
import sys
from backprop_cli.cli.process import run_to_exit
sys.argv[1:] = [{str(tmp_path / "net.yaml")!r}]
def work():
{"".join("    " + line + chr(10) for line in WRITER.strip().splitlines()[1:])}
sys.exit(run_to_exit(work))
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=environment()) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(number)
        process.stdout.read()
        assert process.wait(10) == 128 + number
    assert leftovers(tmp_path) == []


def test_a_full_disk_leaves_the_old_content_and_says_so(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(PLAIN)
    target = tmp_path / "out.yaml"
    target.write_text("old")

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))

    result = run("run", str(file), "-q", "-o", str(target), preexec_fn=limit)
    assert result.returncode == 2
    assert b"out.yaml: cannot be written: file too large" in result.stderr
    assert target.read_text() == "old"
    assert leftovers(tmp_path) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(PLAIN)
    for target in (tmp_path / "missing" / "out.yaml", tmp_path / "net.yaml" / "out.yaml", Path("/proc/out.yaml")):
        result = run("run", str(tmp_path / "net.yaml"), "-q", "-o", str(target))
        assert result.returncode == 2
        assert result.stdout == b""
        assert b"out.yaml: cannot be written: " in result.stderr
        assert b"Traceback" not in result.stderr


@contextlib.contextmanager
def without_privileges() -> Iterator[None]:
    """As somebody who may not write everywhere: root becomes nobody for a while."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


def test_a_read_only_folder_and_a_read_only_file_are_left_alone() -> None:
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to nobody
        folder, file = Path(name, "folder"), Path(name, "file.yaml")
        Path(name).chmod(0o777)
        folder.mkdir(mode=0o555)
        file.write_text("old")
        file.chmod(0o444)
        with without_privileges():
            write_whole(str(Path(name, "own.yaml")), "new")
            for target in (folder / "out.yaml", file):
                with pytest.raises(OutputError, match="permission denied"):
                    write_whole(str(target), "new")
        assert file.read_text() == "old"
        assert sorted(path.name for path in Path(name).rglob("*")) == ["file.yaml", "folder", "own.yaml"]


def test_mode_and_links_are_kept(tmp_path: Path) -> None:
    file, link = tmp_path / "real.yaml", tmp_path / "link.yaml"
    file.write_text("old")
    file.chmod(0o640)
    link.symlink_to("real.yaml")
    write_whole(str(link), "new")
    assert link.is_symlink()
    assert file.read_text() == "new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="it is a folder"):
        write_whole(str(tmp_path), "new")


def test_a_failed_run_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    text = PLAIN + "learning_rate: 1e200\nsteps: 100\n"
    file.write_text(text)
    assert run("run", str(file), "-i").returncode == 1
    assert file.read_text() == text


@pytest.mark.parametrize("name", ["n" * 250 + ".yaml", "ü" * 125 + ".yaml"], ids=["ASCII", "two bytes each"])
def test_a_name_as_long_as_the_system_allows_can_be_written(tmp_path: Path, name: str) -> None:
    write_whole(str(tmp_path / name), "new")
    assert (tmp_path / name).read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_signal_between_making_and_filling_the_temporary_file_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = os.open

    def interrupted(path: str, flags: int, mode: int = 0o777, **options: int) -> int:
        descriptor = opened(path, flags, mode, **options)
        if flags & os.O_CREAT:
            os.close(descriptor)
            raise KeyboardInterrupt
        return descriptor

    monkeypatch.setattr(os, "open", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(str(tmp_path / "net.yaml"), "new")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_protected_stays_and_the_reason_is_the_systems(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "net.yaml"
    file.write_text("old")
    opened = os.open

    def read_only(path: str, flags: int, *rest: int, **options: int) -> int:
        if path in (file, str(file)) and flags & os.O_WRONLY:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return opened(path, flags, *rest, **options)

    monkeypatch.setattr(os, "open", read_only)
    with pytest.raises(OutputError, match="read-only file system"):
        write_whole(str(file), "new")
    assert file.read_text() == "old"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_a_file_that_root_updates_stays_its_owners(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text("old")
    os.chown(file, 12345, 23456)
    file.chmod(0o2640)
    write_whole(str(file), "new")
    assert (file.stat().st_uid, file.stat().st_gid) == (12345, 23456)
    assert stat.S_IMODE(file.stat().st_mode) == 0o2640


def test_links_that_lead_to_each_other_are_refused_and_stay(tmp_path: Path) -> None:
    one, other = tmp_path / "one.yaml", tmp_path / "other.yaml"
    one.symlink_to(other)
    other.symlink_to(one)
    with pytest.raises(OutputError, match="too many levels of symbolic links"):
        write_whole(str(one), "new")
    assert one.is_symlink() and other.is_symlink()


def test_a_link_to_a_file_that_is_not_there_makes_it_there(tmp_path: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to("made.yaml")
    write_whole(str(link), "new")
    assert link.is_symlink() and (tmp_path / "made.yaml").read_text() == "new"


def test_a_lone_surrogate_is_written_as_its_escape(tmp_path: Path) -> None:
    file, target = tmp_path / "net.json", tmp_path / "out.json"
    file.write_text(r'{"title": "\ud800x", "inputs": [1], "targets": [1], "layers": [{"weights": [[0.5]]}]}')
    result = run("run", str(file), "-q", "-o", str(target))
    assert (result.returncode, result.stderr) == (0, b"")
    assert json.loads(target.read_text(encoding="utf-8"))["title"] == "\ud800x"
