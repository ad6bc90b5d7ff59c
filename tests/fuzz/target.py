"""What must hold for any bytes that are given to the program as a network file, or as somebody's own numbers."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

from backprop_cli.cli.app import command_line
from backprop_cli.files.document import parse
from backprop_cli.files.read import read
from tests.hang import LONG, no_hang

JOINT = "\u00a0"
"""Joins the words of a name where a drawing lists several."""
SET_BACK = "\u200b"
"""What a drawing puts behind an index, so that the line goes on at its old height: an empty character."""


class Question(NamedTuple):
    """What the program is asked about a file: `FILE` in the arguments stands for its path, whose name ends in `suffix`.

    `ANSWERS` stands for the path of some wrong numbers, `NETWORK` for that of the text `network`, which may read the file.

    The seeds to mutate are networks or `answers`; where the output `quotes` the file's own text, that may hold anything.
    """

    arguments: tuple[str, ...]
    suffix: str = ".yaml"
    answers: bool = False
    quotes: bool = False
    network: str = ""


def _run(*arguments: str, suffix: str = ".yaml", quotes: bool = False) -> Question:
    return Question(("run", "FILE", "-n", "3", "-q", *arguments), suffix, quotes=quotes)


QUESTIONS = (
    *(_run("-f", format, "--rows", "20") for format in ("table", "json", "csv", "markdown", "latex")),
    _run("--view", "matrix", "--rows", "5"),
    _run("-o", "-", quotes=True),
    _run("-f", "json", suffix=".json"),
    _run("-o", "-", suffix=".json"),
    Question(("explain", "FILE", "-n", "1", "-q", "-w", "W1[1,1]", "--paths", "--graph")),
    Question(("check", "FILE", "-q", "-f", "json")),
    Question(("check", "FILE", "-q", "--against", "ANSWERS")),
    Question(("plot", "FILE", "-n", "1", "-q", "-o", "-")),
    Question(("report", "FILE", "-n", "30", "-q", "-o", "-"), quotes=True),
    Question(("check", "classic", "-q", "--against", "FILE"), suffix=".txt", answers=True),
    Question(("check", "classic", "-q", "-f", "json", "--against", "FILE"), suffix=".txt", answers=True),
)


ANSWERS = '{"W1[1,1]": 0.123, "z1": 3.2, "E": 0.3, "W1[1,1]+": 0.5, "dE/dz1": 0.77}'


class _Output(io.TextIOWrapper):
    """A standard stream that keeps what it is given."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", errors="backslashreplace", write_through=True)

    def taken(self) -> str:
        self.flush()
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue().decode("utf-8")


def check(content: bytes, folder: Path, question: Question, seconds: float = LONG) -> int:
    """Put a file through the program. Returns the exit code.

    Raises:
        AssertionError: something that must hold does not, or the answer takes more `seconds` of the processor.
        Exception: whatever the program lets through.
    """
    path = folder / f"given{question.suffix}"
    path.write_bytes(content)
    answers = folder / "answers.json"
    answers.write_text(ANSWERS)
    network = folder / "network.yaml"
    network.write_text(question.network)
    paths = {"FILE": str(path), "ANSWERS": str(answers), "NETWORK": str(network)}
    with no_hang(seconds):
        code, stdout, stderr = call(*(paths.get(word, word) for word in question.arguments))
    assert code in (0, 1, 2), f"exit code {code}"
    assert not (code == 0 and stderr), "told beside a result that is said to be right"
    assert stderr or code == 0 or (code == 1 and stdout), "an error must be told"
    shown = "" if question.quotes else stdout.replace(SET_BACK, "").replace(JOINT, " ")
    assert all(c in "\n\t" or c.isprintable() for c in shown + stderr), "an invisible character got through"
    if "json" in question.arguments and stdout:
        json.loads(stdout, parse_constant=_refuse)
    if code == 0 and question.arguments[-2:] == ("-o", "-") and question.arguments[0] == "run":
        assert read(parse(stdout, "written", "yaml")).network.parameter_count > 0
    return code


def call(*args: str) -> tuple[int, str, str]:
    """Run a command in this process: exit code, standard output, standard error."""
    stdout, stderr = _Output(), _Output()
    with redirect_stdout(stdout), redirect_stderr(stderr):
        code = command_line(list(args))
    return code, stdout.taken(), stderr.taken()


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")
