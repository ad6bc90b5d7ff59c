"""Every --help has groups, plain placeholders and examples that run, and loses no word; the man page says the same."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from backprop_cli.cli.app import THE_FILE, every_command, program
from tests.process import shell
from tests.program import backprop

COMMANDS: dict[str, Any] = every_command()
ROOT = Path(__file__).parents[2]


def shown_help(command: str, width: int = 200) -> str:
    with patch.dict(os.environ, COLUMNS=str(width)):
        return backprop(command, "--help").stdout


def words(text: str) -> list[str]:
    return re.sub(r"[│╭╮╰╯─]", " ", text).split()


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_grouped_and_shows_examples(name: str) -> None:
    text = shown_help(name, 80)
    panels = re.findall(r"╭─ ([A-Z][a-z ]+)", text)
    assert "Options" not in panels
    assert len(panels) == len(set(panels)) >= 1
    assert not re.search(r"<\w|\[x>|\[\d<=", text)
    assert 2 <= text.count(f"$ backprop {name}") <= 4
    assert (" ".join(words(THE_FILE)) in " ".join(words(text))) == any(
        parameter.name in ("config", "configs") for parameter in COMMANDS[name].params
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_help_loses_no_word_to_markup(name: str) -> None:
    command = COMMANDS[name]
    shown = set(words(shown_help(name)))
    for parameter in command.params:
        assert not set(words(parameter.help)) - shown, parameter.name
        if parameter.param_type_name == "option" and not parameter.is_flag:
            assert parameter.metavar in shown
    assert not set(words(command.help)) - shown
    assert not set(words(command.epilog)) - shown


def test_a_name_in_brackets_is_printed() -> None:
    assert "W2[1,1]" in shown_help("explain")
    error = backprop("run", "-", stdin="title: a\ninputs: [[w31]]\n").stderr
    assert "[[w31]]" in error


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files of the examples are."""
    place = tmp_path_factory.mktemp("examples")
    (place / "my.yaml").write_text(backprop("examples", "classic").stdout)
    (place / "my-numbers.csv").write_text("name,value\nw31,0.08216704\nw41,0.0827\n")
    assert backprop("export", "classic", "--to", "safetensors", "-o", str(place / "model.safetensors")).exit_code == 0
    (place / "answers.json").write_text('{"w31": 0.08216704}')
    (place / "new.csv").write_text("x1,x2\n0.1,0.2\n0.5,0.4\n")
    (place / "flowers.csv").write_text("width,length,kind\n1,2,a\n2,1,b\n2,3,a\n3,1,b\n")
    return place


EXAMPLES = [line[2:] for one in (program, *COMMANDS.values()) for line in re.findall(r"\$ backprop .*", one.epilog)]


@pytest.mark.parametrize("line", dict.fromkeys(EXAMPLES))
def test_an_example_of_the_help_runs(line: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if "man -l" in line and not shutil.which("man"):
        pytest.skip("there is no man here")
    if "onnx" in line:
        pytest.importorskip("onnx")
    words = shlex.split(line, comments=True)
    if set(words) & {"|", ">", "<", "&&"}:
        process = shell(f"cd {shlex.quote(str(folder))} && {line}")
        assert process.returncode == 0, process.stderr.decode()
        has_output = bool(process.stdout)
    else:
        monkeypatch.chdir(folder)
        result = backprop(*words[1:])
        assert result.exit_code == 0, result.stderr
        has_output = bool(result.stdout)
    target = re.search(r"(?:-o|>) (\S+)", line)
    assert has_output if target is None else (folder / target[1]).stat().st_size > 0


def test_the_man_page_has_every_command_option_and_example() -> None:
    page = backprop("man").stdout.replace("\\-", "-").replace("\\&", "")
    for name, command in COMMANDS.items():
        assert f".SS {name}\n" in page
        for parameter in command.params:
            assert " ".join(words(parameter.help)) in page
            for form in (*parameter.opts, *parameter.secondary_opts):
                assert parameter.param_type_name == "argument" or rf"\fB{form}\fR" in page
    for line in EXAMPLES:
        assert f"$ {line}" in page


def test_the_man_page_and_the_reference_agree_on_exit_codes() -> None:
    reference = (ROOT / "backprop_cli" / "REFERENCE.md").read_text(encoding="utf-8")
    codes = dict(re.findall(r"^\| ([\d, ]+) \| (.*) \|$", reference, re.MULTILINE))
    page = backprop("man").stdout.replace("\\-", "-")
    assert len(codes) > 4
    for code, meaning in codes.items():
        assert f".TP\n{code}\n{meaning}\n" in page


@pytest.mark.skipif(shutil.which("groff") is None, reason="there is no groff here")
def test_groff_has_nothing_to_say_about_the_man_page() -> None:
    page = backprop("man").stdout
    made = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-K", "utf8"], input=page.encode(), capture_output=True, check=True
    )
    assert made.stderr == b""
    text = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", made.stdout.decode())
    assert "backprop run [OPTIONS] [CONFIG]..." in text and "EXIT STATUS" in text


def test_the_manual_page_is_the_same_in_every_run() -> None:
    pages = {shell("backprop man", PYTHONHASHSEED=seed).stdout for seed in "01234"}
    assert len(pages) == 1
    assert rb"\fB\-\-help\fR, \fB\-h\fR" in pages.pop()
