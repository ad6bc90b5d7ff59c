"""The program as a process: pipes, terminals, colour, encodings, exit codes."""

from __future__ import annotations

import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from fcntl import ioctl
from pathlib import Path

import pytest
import yaml

from tests.program import backprop

PROGRAM = [sys.executable, "-m", "backprop_cli"]
PLAIN = {
    key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS")
} | {"PAGER": "cat"}


def process(*args: str, stdin: bytes | None = None, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*PROGRAM, *args], input=stdin, capture_output=True, env=PLAIN | environment, check=False)


def shell(command: str, cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    line = command.replace("backprop ", " ".join(PROGRAM) + " ")
    return subprocess.run(["bash", "-c", line], capture_output=True, env=PLAIN, check=False, cwd=cwd)


def on_terminal(columns: int, *args: str, **environment: str) -> str:
    """What a terminal of this width is sent."""
    leader, follower = pty.openpty()
    ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    with subprocess.Popen([*PROGRAM, *args], stdout=follower, stderr=follower, env=PLAIN | environment):
        os.close(follower)
        pieces = []
        while True:
            try:
                piece = os.read(leader, 65536)
            except OSError:
                break
            if not piece:
                break
            pieces.append(piece)
    os.close(leader)
    return b"".join(pieces).decode()


ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("columns", [40, 80, pytest.param(200, marks=pytest.mark.slow)])
@pytest.mark.parametrize("args", [["run", "classic"], ["explain", "mazur", "-w", "w1", "--paths"], ["run", "softmax"]])
def test_no_line_is_wider_than_the_terminal_and_no_number_is_cut(columns: int, args: list[str]) -> None:
    shown = ESCAPES.sub("", on_terminal(columns, *args, TERM="xterm"))
    assert max(map(len, shown.replace("\r", "").split("\n"))) <= columns
    numbers = set(re.findall(r"-?\d+\.\d{8}\b", process(*args).stdout.decode()))
    assert len(numbers) > 5
    assert not [number for number in numbers if number not in shown]
    assert "…" not in shown.replace("… ", "")


@pytest.mark.slow
@pytest.mark.parametrize(
    "args",
    [
        ["run", "classic"],
        ["explain", "classic", "w31"],
        ["chain", "h = x^2"],
        ["check", "classic"],
        ["predict", "classic"],
        ["examples"],
    ],
    ids=" ".join,
)
def test_what_a_pipe_gets_a_wide_terminal_shows(args: list[str]) -> None:
    shown = on_terminal(200, *args, TERM="xterm", NO_COLOR="1").replace("\r\n", "\n")
    drawing = ["--graph"] if args[0] == "explain" else []
    assert shown == process(*args, *drawing).stdout.decode()


def test_colour_is_for_terminals_and_the_environment_overrules() -> None:
    assert "\x1b[" in on_terminal(100, "run", "classic", TERM="xterm")
    assert "\x1b[" not in on_terminal(100, "run", "classic", TERM="xterm", NO_COLOR="1")
    assert "\x1b[" not in on_terminal(100, "run", "classic", TERM="dumb")
    assert b"\x1b[" not in process("run", "classic").stdout
    assert b"\x1b[" in process("run", "classic", FORCE_COLOR="1").stdout


def test_an_ascii_output_gets_ascii_and_loses_nothing() -> None:
    result = process("run", "classic", PYTHONIOENCODING="ascii")
    text = result.stdout.decode("ascii")
    assert result.returncode == 0
    assert "dE/dw31" in text and "dE/dz3 * dz3/dw31" in text and "0.08216704" in text


def test_a_pipe_that_closes_early_ends_quietly(tmp_path: Path) -> None:
    rows = ", ".join(f"[{', '.join(['0.1'] * 60)}]" for _ in range(60))
    network = (
        f"inputs: [{', '.join(['1'] * 60)}]\ntargets: [{', '.join(['1'] * 60)}]\nlayers: [{{weights: [{rows}]}}]\n"
    )
    (tmp_path / "net.yaml").write_text(network, encoding="utf-8")
    result = shell("backprop run net.yaml -f csv | head -3", cwd=tmp_path)
    assert result.stderr == b""
    assert result.stdout.splitlines()[0] == b"partial,of,wrt,rule,numbers,value"
    lost = shell("backprop run net.yaml -f csv | head -3 >/dev/null; exit ${PIPESTATUS[0]}", cwd=tmp_path)
    assert lost.returncode == 141


def test_output_that_cannot_be_taken_is_an_error() -> None:
    result = shell("backprop run classic > /dev/full")
    assert (result.returncode, b"standard output: cannot be written: no space left" in result.stderr) == (2, True)


def test_the_pipeline_of_the_manual_works() -> None:
    first = shell("backprop run xor -n 5000 -q -o - | backprop run - -n 0 -f json")
    assert (first.returncode, first.stderr) == (0, b"")
    assert b'"loss_after": 0.000' in first.stdout
    assert b'"steps": 0, "step": 0' in first.stdout.replace(b"\n ", b"")


def test_the_default_network_is_announced_on_standard_error_only() -> None:
    result = process("run")
    assert b"built-in example classic" in result.stderr
    assert result.stdout == process("run", "classic").stdout
    assert process("run", "-q").stderr == b""


def test_an_argument_that_is_a_file_wins_over_an_example(tmp_path: Path) -> None:
    (tmp_path / "mazur").write_text("inputs: [2]\ntargets: [1]\nlayers: [{weights: [[3]]}]\n", encoding="utf-8")
    assert b'"z1": 6.0' in shell("backprop run mazur -f json", cwd=tmp_path).stdout
    assert b'"w5"' in shell("backprop run mazur -f json").stdout


def test_version_and_help_answer() -> None:
    from backprop_cli import __version__

    assert process("--version").stdout.decode().split() == ["backprop", __version__]
    listed = process("--help").stdout.decode()
    for command in ("run", "explain", "examples"):
        assert re.search(rf"^│ {command} ", listed, re.MULTILINE)
        assert process(command, "--help").returncode == 0


def test_a_bug_crashes_loudly(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text(
        "import backprop_cli.training.train as sgd\nfrom backprop_cli.__main__ import main\nsgd.train = None\nmain()\n",
        encoding="utf-8",
    )
    result = subprocess.run(
        [sys.executable, tmp_path / "broken.py", "run", "classic"], capture_output=True, check=False
    )
    assert result.returncode == 1
    assert b"Traceback" in result.stderr


LONG_NAMES = """
inputs: {temperature_alpha: 1.25, b: 2}
targets: {consumption_gamma: 1}
layers:
  - {activation: sigmoid, weights: [{weight_of_temp_xy: 0.5, w2: 2}, {w3: 0.1, w4: 0.7}]}
  - {activation: sigmoid, weights: [[0.3, 0.1]]}
"""


@pytest.mark.slow
@pytest.mark.parametrize("columns", [40, 80, 82])
def test_no_name_is_cut_while_another_column_has_room(columns: int, tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(LONG_NAMES)
    for args in (["run", str(tmp_path / "net.yaml")], ["explain", str(tmp_path / "net.yaml"), "--all"], ["examples"]):
        shown = ESCAPES.sub("", on_terminal(columns, *args, TERM="xterm"))
        assert "…" not in shown, args


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "-f", "xml"), "--format: expected table, json, jsonl, csv, markdown or latex, found 'xml'"),
        (("run", "--rows", "x"), "--rows: expected a whole number of at least 1, found 'x'"),
        (("run", "-n", "1e30"), "--steps: expected a whole number of at least 0, found '1e30'"),
        (("run", "-n", "1.5"), "--steps: expected a whole number of at least 0, found '1.5'"),
        (
            ("run", "--digits", "99"),
            "--digits: expected 0 to 17 decimals, or such as 4g for significant digits, found '99'",
        ),
        (("explain", "--weight", "w11", "-n", "-3"), "--steps: expected a whole number of at least 0, found '-3'"),
        (("check", "--tolerance", "q"), "--tolerance: expected a finite number of at least 0, found 'q'"),
        (("run", "--lr", "nan"), "--learning-rate: expected a finite number, found 'nan'"),
        (
            ("run", "--lr", "0,5"),
            "--learning-rate: expected a finite number, found '0,5'\n    hint: decimals are written with a point: 0.5",
        ),
        (
            ("plot", "--what", "los"),
            "--what: expected network, loss, gradients or operations, found 'los'\n    hint: did you mean loss?",
        ),
    ],
)
def test_a_wrong_value_of_an_option_is_named_with_what_would_do(arguments: tuple[str, ...], said: str) -> None:
    result = backprop(*arguments)
    assert result.exit_code == 2
    assert result.stderr == f"error: {said}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("rn",), "unknown command 'rn'\n    hint: did you mean 'run'? known: run, explain,"),
        (("it's",), 'unknown command "it\'s"\n    hint: known: run, explain,'),
        (("run", "--verbose"), "run has no option --verbose\n    hint: backprop run --help lists its options"),
        (("import",), "import needs a MODEL\n    hint: MODEL: "),
        (
            ("run", "--only", "backward"),
            "--only: expected forward, gradients, update, loss or predictions, found 'backward'\n    hint: did you mean gradients?",
        ),
        (("run", "--stps", "3"), "run has no option --stps\n    hint: did you mean --steps?"),
        (("run", "--epochs", "3"), "run has no option --epochs\n    hint: did you mean --steps?"),
        (("run", "--eta", "3"), "run has no option --eta\n    hint: did you mean --learning-rate?"),
        (("explain", "--parameters", "w31"), "explain has no option --parameters"),
        (
            ("run", "--against", "me.csv"),
            "run has no option --against\n    hint: --against is an option of chain, check\n",
        ),
        (("chain", "--history", "h.csv"), "chain has no option --history\n    hint: --history is an option of run\n"),
        (("run", "-z"), "run has no option -z\n    hint: backprop run --help lists its options"),
        (("run", "-n"), "-n needs a value\n    hint: -n N: Number of updates"),
        (("run", "--quiet=3"), "--quiet takes no value\n    hint: --quiet: No notices"),
        (("examples", "xor", "relu"), "examples takes no further argument: relu"),
        (
            ("examples", "mazurr"),
            "there is no built-in example 'mazurr'\n    hint: did you mean 'mazur'? known: classic",
        ),
    ],
)
def test_a_wrong_command_line_gets_its_reason_and_what_to_type(arguments: tuple[str, ...], said: str) -> None:
    result = backprop(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"error: {said}")


def test_the_word_error_is_red_where_colour_is_on() -> None:
    assert "\x1b[1;31merror:\x1b[0m unknown command 'rn'" in on_terminal(80, "rn", TERM="xterm")
    assert on_terminal(80, "rn", TERM="xterm", NO_COLOR="1").startswith("error: unknown")
    assert process("rn", FORCE_COLOR="1").stderr.startswith(b"\x1b[1;31merror:\x1b[0m ")
    assert process("rn").stderr.startswith(b"error: ")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["xor"], ["run", "xor"]),
        (["xor", "-q"], ["run", "xor", "-q"]),
        (["help"], ["--help"]),
        (["help", "explain"], ["explain", "--help"]),
        (["version"], ["--version"]),
        (["-V"], ["--version"]),
        (["run", "xor", "-n", "1e2"], ["run", "xor", "-n", "100"]),
        (["run", "xor", "-n", "1_00"], ["run", "xor", "-n", "100"]),
        (["run", "xor", "-f", "md"], ["run", "xor", "-f", "markdown"]),
        (["run", "xor", "-f", "tex"], ["run", "xor", "-f", "latex"]),
        (["run", "xor", "-f", "JSON"], ["run", "xor", "-f", "json"]),
        (["run", "xor", "--view", "Matrix"], ["run", "xor", "--view", "matrix"]),
    ],
)
def test_what_is_plainly_meant_is_done(typed: list[str], meant: list[str]) -> None:
    assert backprop(*typed).stdout == backprop(*meant).stdout != ""


def test_a_network_file_alone_is_run(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text("inputs: [2]\ntargets: [1]\nlayers: [{weights: [[3]]}]\n", encoding="utf-8")
    assert b'"z1": 6.0' in shell("backprop net.yaml -f json", cwd=tmp_path).stdout
    assert b'"z1": 6.0' in shell("backprop - -f json <net.yaml", cwd=tmp_path).stdout
    assert shell("backprop nothere.yaml", cwd=tmp_path).stderr.startswith(b"error: nothere.yaml: there is no such file")


def test_several_networks_are_run_one_after_the_other() -> None:
    shown = backprop("run", "xor", "classic", "-n", "2").stdout
    assert shown == "\n".join(f"{name}\n\n{backprop('run', name, '-n', '2').stdout}" for name in ("xor", "classic"))
    lines = [json.loads(line) for line in backprop("run", "xor", "classic", "-f", "jsonl").stdout.splitlines()]
    assert lines == [{"file": name, **backprop("run", name, "-f", "json").json} for name in ("xor", "classic")]


def test_several_files_are_updated_in_place_or_none(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("one.yaml", "two.yaml")]
    for file in files:
        file.write_text("inputs: [2]\ntargets: [1]\nlayers: [{weights: [[3]]}]\n", encoding="utf-8")
    assert backprop("run", *map(str, files), str(tmp_path / "three.yaml"), "-i", "-q").exit_code == 2
    assert [yaml.safe_load(file.read_text())["layers"][0]["weights"] for file in files] == [[[3]], [[3]]]
    assert backprop("run", *map(str, files), "-i", "-q").stdout == ""
    assert [yaml.safe_load(file.read_text())["layers"][0]["weights"] for file in files] == [[[-2.0]], [[-2.0]]]


def test_the_losses_alone_go_to_standard_output(tmp_path: Path) -> None:
    assert backprop("run", "xor", "-n", "20", "--history", str(tmp_path / "loss.csv")).exit_code == 0
    result = backprop("run", "xor", "-n", "20", "--history", "-", "-o", str(tmp_path / "net.yaml"))
    assert result.stdout == (tmp_path / "loss.csv").read_text()
    assert (tmp_path / "net.yaml").exists()


def test_json_lines_are_the_json_on_one_line() -> None:
    line = backprop("run", "xor", "-n", "3", "-f", "jsonl").stdout
    assert line.count("\n") == 1
    assert json.loads(line) == backprop("run", "xor", "-n", "3", "-f", "json").json


@pytest.mark.parametrize("command", [("run",), ("explain", "-w", "w11"), ("check",)])
@pytest.mark.parametrize("format", ["table", "json", "csv", "markdown"])
def test_a_whole_document_is_one_of_latex(command: tuple[str, ...], format: str) -> None:
    result = backprop(command[0], "classic", *command[1:], "--standalone", "-f", format)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "goes with -f latex" in result.stderr


def test_a_line_that_fits_is_quoted_whole() -> None:
    line = "layers: [{activation: sigmoid, weights: [[0.1, 0.2, 0.3], [0.1, 0.2, 'x']]}]"
    for pad in (0, 22, 23, 200):
        text = f"inputs: [1, 2, 3]\ntargets: [1, 1]\n{line}{' ' * pad}# note\n"
        _, quoted, caret, *_ = backprop("run", "-", stdin=text).stderr.splitlines()
        assert quoted[caret.index("^") :].startswith("'x'")
        assert ("layers:" in quoted) == (len(line) + pad + len("# note") <= 100)
