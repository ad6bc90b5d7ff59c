"""Tab offers commands, options and values: formats, built-in examples and files, and the named network's parameters."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.process import ROOT, environment

NAMED = "inputs: {a: 1}\ntargets: [1]\nlayers: [{weights: [{first: 1}], bias: {shift: 1}}]\n"


def offered(line: str, folder: Path = ROOT) -> list[str]:
    """What bash is offered for a line whose last word is being written."""
    at = str(len(line.split()) - (not line.endswith(" ")))
    process = subprocess.run(
        [sys.executable, "-m", "backprop_cli"],
        env=environment(_BACKPROP_COMPLETE="complete_bash", COMP_WORDS=line, COMP_CWORD=at),
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert process.stderr == ""
    return process.stdout.split()


def offered_by_zsh(line: str) -> list[str]:
    """What zsh is offered for a line: the words of the answer, without what is said of each."""
    process = subprocess.run(
        [sys.executable, "-m", "backprop_cli"],
        env=environment(_BACKPROP_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS=line),
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert process.stdout.startswith("_arguments '*: :((")
    return re.findall(r'^(?:_arguments .*\(\()?"([^"]*)"', process.stdout, re.MULTILINE)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("backprop run cla", ["classic"]),
        ("backprop examples ", ["classic", "mazur", "relu", "softmax", "three-layers", "wikidocs", "xor"]),
        ("backprop explain classic -w w3", ["w31", "w32"]),
        ("backprop run -f la", ["latex"]),
        ("backprop sch", ["schema"]),
    ],
)
def test_zsh_completes_the_same_words(line: str, wanted: list[str]) -> None:
    assert offered_by_zsh(line) == wanted


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_what_the_shell_is_given_completes_in_that_shell(tmp_path: Path) -> None:
    script = tmp_path / "backprop"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m backprop_cli "$@"\n')
    script.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    lines = (
        'eval "$(_BACKPROP_COMPLETE=source_bash backprop)"',
        "COMP_WORDS=(backprop run cla); COMP_CWORD=2; _backprop_completion backprop",
        'echo "${COMPREPLY[@]}"',
    )
    shown = subprocess.run(
        ["bash", "-c", "\n".join(lines)],
        env=environment(PATH=path),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout == "classic\n"


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (
            "backprop ",
            [
                "run",
                "explain",
                "predict",
                "chain",
                "check",
                "report",
                "plot",
                "examples",
                "init",
                "lint",
                "export",
                "import",
                "schema",
                "man",
            ],
        ),
        ("backprop ex", ["explain", "examples", "export"]),
        ("backprop run --st", ["--steps", "--standalone"]),
        ("backprop run --format ", ["table", "json", "jsonl", "csv", "markdown", "latex"]),
        ("backprop run -f j", ["json", "jsonl"]),
        ("backprop examples cl", ["classic"]),
        ("backprop explain classic -w w3", ["w31", "w32"]),
        ("backprop explain classic --paths --weight b", ["b1", "b2"]),
        ("backprop explain classic w3", ["w31", "w32"]),
        ("backprop explain w3", ["w31", "w32"]),
        ("backprop run w3", []),
        ("backprop explain classic w31 z", ["z1", "z2", "z3", "z4"]),
        ("backprop explain missing.yaml -w w", []),
        ("backprop explain - -w w", []),
    ],
)
def test_a_word_is_completed(line: str, wanted: list[str], tmp_path: Path) -> None:
    assert offered(line, tmp_path) == wanted


def test_a_network_is_a_file_or_an_example(tmp_path: Path) -> None:
    for name in ("mine.yaml", "more.json", "notes.txt", ".hidden.yaml"):
        (tmp_path / name).write_text(NAMED)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "deep.yml").write_text(NAMED)
    assert offered("backprop run m", tmp_path) == ["mine.yaml", f"models{os.sep}", "more.json", "mazur"]
    assert offered("backprop check models/", tmp_path) == [os.path.join("models", "deep.yml")]
    assert offered("backprop explain mine.yaml -w ", tmp_path) == ["first", "shift", "z1", "o1", "a"]
    assert offered("backprop explain mine.yaml s", tmp_path) == ["shift"]
