"""Completion is answered from a table of words, without the command line; the table and the answers are Typer's."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.text import Text

import backprop_cli
from backprop_cli.cli import complete
from backprop_cli.cli.app import app

TABLE = Path(backprop_cli.__file__).parent / "cli" / "words.tsv"


def rows(name: str, command: Any) -> Iterator[str]:
    """The table's rows of a command: what its options are called, take and do."""
    context = command.context_class(command, info_name=name, help_option_names=["--help", "-h"])
    for param in command.get_params(context):
        if param.param_type_name != "option" or param.hidden:
            continue
        names = sorted([*param.opts, *param.secondary_opts], key=lambda name: not name.startswith("--"))
        kind = "flag" if param.is_flag else "values" if param.multiple else "value"
        choices = " ".join(item.value for item in param.shell_complete(context, ""))
        hint = Text.from_markup(param.help or "").plain
        yield "\t".join([name, " ".join(names), kind, choices, hint])


def table() -> str:
    group: Any = typer.main.get_command(app)
    lines = [*rows("", group)]
    for name, command in group.commands.items():
        hint = Text.from_markup(command.get_short_help_str()).plain
        lines += ["\t".join([name, "", "command", "", hint]), *rows(name, command)]
    return "".join(f"{line}\n" for line in lines)


def test_the_table_holds_the_commands_and_options_there_are(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update-golden"):
        TABLE.write_text(table(), encoding="utf-8")
    assert TABLE.read_text(encoding="utf-8") == table()


LINES = [
    "backprop ",
    "backprop r",
    "backprop -",
    "backprop --v",
    "backprop run ",
    "backprop run -",
    "backprop run --s",
    "backprop run -n 3 --s",
    "backprop run --steps=3 --st",
    "backprop run --format ",
    "backprop run --format j",
    "backprop run -f ",
    "backprop run --format=c",
    "backprop run 'my file.yaml' --o",
    "backprop run classic --engine s",
    "backprop explain -w w31 --w",
    "backprop explain -- --w",
    "backprop nonsense ",
    "backprop examples cl",
    "backprop run --quiet -q --q",
]


def environment(shell: str, line: str) -> dict[str, str]:
    words = complete._split(line)
    at = len(words) if line.endswith(" ") else len(words) - 1
    asked = {"_BACKPROP_COMPLETE": f"complete_{shell}"}
    if shell == "bash":
        return {**asked, "COMP_WORDS": line, "COMP_CWORD": str(at)}
    if shell == "powershell":
        return {
            **asked,
            "_TYPER_COMPLETE_ARGS": line,
            "_TYPER_COMPLETE_WORD_TO_COMPLETE": "" if line.endswith(" ") else words[-1],
        }
    return {**asked, "_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"}


def lines(answer: str) -> list[str]:
    return answer.replace("((", "((\n").replace("))", "\n))").split("\n")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
@pytest.mark.parametrize("line", LINES)
def test_an_answer_is_typers_own(
    shell: str, line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environment(shell, line).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as leaving:
        app(prog_name="backprop", complete_var="_BACKPROP_COMPLETE")
    wanted = capsys.readouterr().out
    assert complete.answer() == leaving.value.code
    assert sorted(lines(capsys.readouterr().out)) == sorted(lines(wanted))  # --help and -h come in either order


@pytest.mark.parametrize(("line", "code"), [("backprop r", 0), ("backprop run ", 1)])
def test_fish_is_told_whether_to_offer_files(line: str, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**environment("fish", line), "_TYPER_COMPLETE_FISH_ACTION": "is-args"}.items():
        monkeypatch.setenv(name, value)
    assert complete.answer() == code


def test_the_program_answers_a_shell() -> None:
    process = subprocess.run(
        [sys.executable, "-m", "backprop_cli"],
        env={**os.environ, **environment("bash", "backprop run --format ")}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert process.stdout.split() == ["table", "json", "csv", "markdown", "latex"]
