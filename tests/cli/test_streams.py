"""Whatever standard output, standard error and the terminal are: no traceback, and 0 only where all of it was written."""

from __future__ import annotations

import codecs
import contextlib
import errno
import io
import os
import shutil
import subprocess
import sys
import time
from contextlib import redirect_stderr
from pathlib import Path
from typing import NoReturn

import pytest

from backprop_cli.cli import progress
from backprop_cli.cli.console import Console
from backprop_cli.cli.progress import Progress, time_left
from tests.process import PLAIN, PROGRAM, environment, shell, start
from tests.program import backprop

FULL = "error: standard output: cannot be written: no space left on device\n"
CLOSED = "error: standard output: cannot be written: bad file descriptor\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A small network with mathematics and an accent in its title."""
    path = tmp_path / "net.yaml"
    path.write_text("title: Réseau ∂\n" + PLAIN, encoding="utf-8")
    return path


@pytest.mark.parametrize("command", ["run {}", "examples classic", "--help", "--version"])
def test_output_that_is_lost_is_no_success(file: Path, command: str) -> None:
    line = f"backprop {command.format(file)} -q" if "{}" in command else f"backprop {command}"
    for stream, message in ((">/dev/full", FULL), (">&-", CLOSED)):
        result = shell(f"{line} {stream}")
        assert (result.returncode, result.stderr.decode()) == (2, message)


@pytest.mark.parametrize("command", ["run {} -n 20000 -f json --history /dev/null", "--help"])
def test_a_closed_pipe_ends_quietly(file: Path, command: str) -> None:
    result = shell(f"(sleep 0.7; backprop {command.format(file)}) | true; echo ${{PIPESTATUS[0]}}")
    assert result.stdout == b"141\n"
    assert b"Traceback" not in result.stderr and b"rror" not in result.stderr


@pytest.mark.slow
@pytest.mark.parametrize("buffering", ["", "1"])
def test_what_no_longer_fits_is_lost_output(tmp_path: Path, buffering: str) -> None:
    """A limit of a kilobyte takes the output's beginning, and says so of the rest only when asked again."""
    line = f"trap '' XFSZ; ulimit -f 1; backprop run classic > {tmp_path / 'out.txt'}"
    result = shell(line, PYTHONUNBUFFERED=buffering)
    assert (result.returncode, result.stderr) == (2, b"error: standard output: cannot be written: file too large\n")


@pytest.mark.slow
@pytest.mark.parametrize("command", [["--version"], ["run", "classic"]])
@pytest.mark.parametrize("buffering", ["", "1"])
def test_a_full_pipe_that_does_not_wait_loses_output(command: list[str], buffering: str) -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writer, b"x" * 65_536)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writer, b"x")
    settings = environment(PYTHONUNBUFFERED=buffering)
    process = subprocess.run([*PROGRAM, *command], env=settings, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    os.close(reader)
    assert process.returncode == 2
    assert process.stderr.startswith(b"error: standard output: cannot be written: ")


@pytest.mark.parametrize("stream", [">/dev/full", ">&-"])
def test_where_output_is_lost_no_file_is_changed(file: Path, tmp_path: Path, stream: str) -> None:
    before = file.read_text(encoding="utf-8")
    result = shell(f"backprop run {file} -i --history {tmp_path / 'h.csv'} {stream}")
    assert result.returncode == 2
    assert file.read_text(encoding="utf-8") == before
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def test_who_has_read_enough_has_not_called_the_update_off(file: Path) -> None:
    before = file.read_text(encoding="utf-8")
    result = shell(f"(sleep 0.7; backprop run {file} -i) | true; echo ${{PIPESTATUS[0]}}")
    assert result.stdout == b"141\n"
    assert file.read_text(encoding="utf-8") != before


def test_where_one_file_cannot_be_written_none_is(file: Path, tmp_path: Path) -> None:
    before = file.read_text(encoding="utf-8")
    history, missing = tmp_path / "h.csv", tmp_path / "missing"
    history.write_text("old")
    for outputs in (f"--history {history} -o {missing / 'n.yaml'}", f"-i --history {missing / 'h.csv'}"):
        result = shell(f"backprop run {file} -q {outputs}")
        assert (result.returncode, result.stdout) == (2, b"")
        assert result.stderr.endswith(b"cannot be written: no such file or directory\n")
        assert (history.read_text(), file.read_text(encoding="utf-8")) == ("old", before)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["h.csv", file.name]
    result = shell(f"backprop run {file} -i --history {file}")
    assert result.returncode == 2 and b"would both be written to" in result.stderr


@pytest.mark.slow
def test_a_missing_standard_error_changes_nothing_else(file: Path) -> None:
    assert shell(f"backprop run {file}").stdout == shell(f"backprop run {file} 2>&-").stdout
    for stream in ("2>&-", "2>/dev/full"):
        for arguments in ("missing.yaml", "--bogus", "classic --rows x"):
            result = shell(f"backprop run {arguments} {stream}")
            assert (result.returncode, result.stdout) == (2, b"")


def test_a_written_file_is_not_mistaken_for_a_closed_stream(file: Path, tmp_path: Path) -> None:
    result = shell(f"backprop run {file} -o {tmp_path / 'out.yaml'} <&- >&- 2>&-")
    assert result.returncode == 2
    result = shell(f"backprop run {file} -q -o {tmp_path / 'out.yaml'} <&- >&- 2>&-")
    assert result.returncode == 0
    assert (tmp_path / "out.yaml").read_text(encoding="utf-8").startswith("title: Réseau ∂\ninputs: [1]\n")


@pytest.mark.slow
@pytest.mark.parametrize(
    "setting", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}], ids=str
)  # fmt: skip
def test_an_output_that_lacks_characters_gets_their_spelling(file: Path, setting: dict[str, str]) -> None:
    result = shell(f"backprop run {file} && backprop --help", **setting)
    assert result.returncode == 0
    assert result.stdout.isascii()
    assert b"dE/dw11" in result.stdout and result.stderr == b""
    machine = shell(f"backprop run {file} -f json", **setting)
    assert '"title": "Réseau ∂"' in machine.stdout.decode("utf-8")
    error = shell("backprop run fehlt-é∂.yaml", **setting)
    assert error.returncode == 2 and error.stderr.isascii() and b"Traceback" not in error.stderr


@pytest.mark.slow
def test_an_encoding_with_a_mark_at_its_start_has_one_mark(file: Path) -> None:
    text = shell(f"backprop run {file}", PYTHONIOENCODING="utf-16").stdout
    assert text.startswith(codecs.BOM_UTF16)
    assert "Réseau ∂" in text.decode("utf-16") and "\ufeff" not in text.decode("utf-16")


@pytest.mark.slow
@pytest.mark.parametrize("width", ["1", "10000"])
def test_any_width_of_a_terminal(file: Path, width: str) -> None:
    if shutil.which("script") is None:
        pytest.skip("there is no `script` to pretend to be a terminal")
    command = f"COLUMNS={width} TERM=dumb '{sys.executable}' -m backprop_cli run {file}"
    result = shell(f'script -qec "{command}" /dev/null')
    assert result.returncode == 0 and b"Traceback" not in result.stdout


def test_a_line_is_whole_in_a_pipe_whatever_the_width_of_the_screen() -> None:
    shown = [shell("backprop run classic", COLUMNS=width).stdout for width in ("20", "80", "")]
    assert shown[0] == shown[1] == shown[2]
    assert max(map(len, shown[0].decode().splitlines())) > 80


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode("utf-8-sig"), PLAIN.replace("\n", "\r\n").encode(), PLAIN.replace("\n", "\r").encode(),
        PLAIN.encode("utf-16"), PLAIN.encode("utf-32"), codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be"),
    ],
    ids=["byte order mark", "CRLF", "CR", "UTF-16", "UTF-32", "UTF-16 big-endian"],
)  # fmt: skip
def test_every_way_to_write_a_text_file_reads_the_same(tmp_path: Path, content: bytes) -> None:
    wanted = backprop("run", "-", "-f", "csv", stdin=PLAIN).stdout
    (tmp_path / "net.yaml").write_bytes(content)
    result = backprop("run", str(tmp_path / "net.yaml"), "-f", "csv")
    assert (result.exit_code, result.stdout) == (0, wanted)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_refused(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "net.yaml").write_bytes(PLAIN.encode(encoding))
    result = backprop("run", str(tmp_path / "net.yaml"))
    assert result.exit_code == 2 and "this is no text file" in result.stderr


def test_a_text_in_another_encoding_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "class.csv").write_bytes("name,w31\nZoë,0.0822\n".encode("latin-1"))
    result = backprop("check", "classic", "-a", str(tmp_path / "class.csv"))
    assert result.exit_code == 2 and "class.csv:2: this is no text file: byte 12 is not valid UTF-8" in result.stderr
    assert "hint: a text in another encoding is to be saved as UTF-8 first" in result.stderr


@pytest.mark.slow
@pytest.mark.parametrize("history", ["/dev/stdout", "/dev/fd/1", "out.txt"])
def test_a_file_that_is_standard_output_too_loses_nothing(file: Path, tmp_path: Path, history: str) -> None:
    output = tmp_path / "out.txt"
    history = str(output) if history == "out.txt" else history
    result = shell(
        f"echo first >{output}; backprop run {file} -q -f csv --history {history} >>{output}; echo last >>{output}"
    )
    assert (result.returncode, result.stderr) == (0, b"")
    lines = output.read_text().splitlines()
    assert (lines[0], lines[1], lines[-1]) == ("first", "partial,of,wrt,rule,numbers,value", "last")
    assert [line.partition(",")[0] for line in lines[-4:-1]] == ["step", "0", "1"]


def test_a_descriptor_is_written_whether_its_file_has_a_name_or_is_a_pipe(file: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.txt"
    shell(f"exec 3>{output}; rm {output}; backprop run {file} -q --history /dev/fd/3")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net.yaml"]
    assert shell(f"backprop report {file} -q -o /dev/stdout").stdout.endswith(b"</html>")
    assert shell(f"backprop run {file} -q --history /dev/fd/9").returncode == 2


def test_input_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backprop_cli.files.input.MOST_BYTES", 3_000_000)
    result = backprop("run", "/dev/zero")
    assert (result.exit_code, result.stderr) == (
        2,
        "error: /dev/zero: it holds more than 3,000,000 bytes, which is too much\n",
    )
    assert backprop("run", "-", stdin=PLAIN + "#" * 2_900_000).exit_code == 0
    assert backprop("run", "-", stdin=PLAIN + "#" * 3_000_000).exit_code == 2


def test_input_that_cannot_be_read_is_not_taken_for_output() -> None:
    result = shell("backprop run - 0>/dev/null")
    assert (result.returncode, result.stderr) == (2, b"error: <stdin>: the file cannot be read: bad file descriptor\n")


@pytest.mark.slow
def test_a_pipe_that_does_not_wait_is_waited_for() -> None:
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    with start("run", "-", "-q", "-f", "csv", stdin=reader) as process:
        for piece in (PLAIN[:10], PLAIN[10:]):
            time.sleep(1.0)
            os.write(writer, piece.encode())
        os.close(writer)
        stdout, stderr = process.communicate(timeout=30)
    os.close(reader)
    assert (process.returncode, stderr) == (0, b"")
    assert stdout.startswith(b"partial,of,wrt")


class Screen(io.StringIO):
    """A terminal; `lost` counts what could not be written to it any more."""

    lost = 0
    is_there = True

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self.is_there:
            return super().write(text)
        self.lost += 1
        raise OSError(errno.EIO, os.strerror(errno.EIO))


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    """A terminal of someone without patience."""
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    return Screen()


def test_progress_is_shown_on_a_line_that_is_wiped(screen: Screen) -> None:
    with redirect_stderr(screen), Progress(Console(), 2000) as shown:
        shown.start -= 20
        shown.update(500)
    assert screen.getvalue() == "\rstep 500 of 2,000 (25 %), about 61 s left\033[K\r\033[K"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.2, "1 s"), (61.0, "61 s"), (150.0, "2 min"), (5000.0, "83 min"), (7300.0, "2 h")],
)
def test_the_time_left_has_a_unit_that_suits_it(seconds: float, shown: str) -> None:
    assert time_left(seconds) == f", about {shown} left"


def test_a_terminal_that_goes_away_takes_nothing_with_it_but_the_progress(screen: Screen) -> None:
    with redirect_stderr(screen), Progress(Console(), 2000) as shown:
        screen.is_there = False
        shown.update(500)
    assert screen.lost > 0


@pytest.mark.parametrize("reason", ["quiet", "dumb"])
def test_where_a_line_cannot_be_wiped_or_is_not_wanted_there_is_none(
    screen: Screen, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    if reason == "dumb":
        monkeypatch.setenv("TERM", "dumb")
    with redirect_stderr(screen), Progress(Console(is_quiet=reason == "quiet"), 2000) as shown:
        shown.update(500)
    assert screen.getvalue() == ""


def test_what_the_system_refuses_is_not_taken_for_output() -> None:
    script = (
        "import errno, os\n"
        "from backprop_cli.cli.process import run_to_exit\n"
        "def work():\n    raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))\n"
        "run_to_exit(work)\n"
    )
    process = subprocess.run([sys.executable, "-c", script], env=environment(), capture_output=True, check=False)
    assert process.returncode == 1
    assert process.stderr.endswith(b"OSError: [Errno 24] Too many open files\n")


def test_a_missing_file_in_a_folder_that_cannot_be_listed_is_a_missing_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> NoReturn:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "iterdir", refuse)
    result = backprop("run", str(tmp_path / "missing.yaml"))
    assert result.exit_code == 2 and "missing.yaml: there is no such file" in result.stderr
