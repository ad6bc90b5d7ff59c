"""The sessions of the README and of the reference are run, and every command and option is in one of them."""

from __future__ import annotations

import doctest
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from backprop_cli.cli.app import every_command
from tests.program import backprop

ROOT = Path(__file__).parent.parent
PAGES = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "backprop_cli/REFERENCE.md")}
DOCUMENTATION = "".join(PAGES.values())
SESSIONS = re.findall(r"^```console\n(.*?)^```$", DOCUMENTATION, re.MULTILINE | re.DOTALL)
STEPS = [
    (re.sub(r"^> ", "", command, flags=re.MULTILINE), output)
    for session in SESSIONS
    for command, output in re.findall(r"^\$ (.*\n(?:> .*\n)*)((?:(?!\$ ).*\n)*)", session, re.MULTILINE)
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all the sessions, in the pages' order, with `backprop` on the path."""
    place = tmp_path_factory.mktemp("readme")
    (place / "bin").mkdir()
    script = place / "bin" / "backprop"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m backprop_cli "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    return place


@pytest.mark.parametrize(("command", "output"), STEPS, ids=[command.split("\n")[0] for command, _ in STEPS])
def test_a_session_prints_what_its_page_says(
    command: str, output: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is a line for the shell is given to one; a command alone is run in this process, which is many times faster."""
    if re.fullmatch(r"backprop [^|<>&;$`\\\n]*\n", command):
        monkeypatch.chdir(folder)
        done = backprop(*shlex.split(command)[1:])
        printed = done.stdout + done.stderr
    else:
        printed = _by_shell(command, folder)
    pattern = "".join(".*" if line.strip() == "⋮" else re.escape(line) + "\n" for line in output.splitlines())
    assert re.fullmatch(pattern, printed, re.DOTALL), printed


def _by_shell(command: str, folder: Path) -> str:
    environment = os.environ | {"PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    for name in ("NO_COLOR", "FORCE_COLOR"):
        environment.pop(name, None)
    result = subprocess.run(
        ["bash", "-c", command], capture_output=True, cwd=folder, env=environment, check=False, text=True
    )
    return result.stdout + result.stderr


def test_there_are_sessions() -> None:
    assert len(STEPS) > 10


def test_every_command_and_option_is_documented() -> None:
    for name, command in every_command().items():
        assert f"backprop {name}" in DOCUMENTATION
        for parameter in command.params:
            for option in (*parameter.opts, *parameter.secondary_opts):
                if option.startswith("--") and option != "--help":
                    assert re.search(rf"{option}(?![\w-])", DOCUMENTATION), f"{name} {option}"


def test_the_readme_gives_two_commands_before_its_first_section() -> None:
    first_screen = PAGES["README.md"].partition("\n## ")[0]
    assert first_screen.count("```sh\n") == 2
    assert first_screen.index("```console\n") < first_screen.index("```sh\n")


TABLE = re.findall(r"^\| \[`(backprop [^`]*)`\]", PAGES["README.md"], re.MULTILINE)


@pytest.mark.slow
@pytest.mark.parametrize("command", [command for command in TABLE if "model.onnx" not in command])
def test_a_command_of_the_table_works_as_it_stands(command: str, folder: Path) -> None:
    environment = os.environ | {"PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    (folder / "data.csv").write_text("width,length,answer\n1,2,0\n2,1,1\n", encoding="utf-8")
    (folder / "net.yaml").unlink(missing_ok=True)
    assert backprop("init", "2-3-1", "-q", "-o", str(folder / "net.yaml")).exit_code == 0
    result = subprocess.run(
        ["bash", "-c", command], capture_output=True, cwd=folder, env=environment, check=False, text=True
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout or "wrote" in result.stderr


def test_the_table_has_commands() -> None:
    assert len(TABLE) > 5


@pytest.mark.parametrize("page", PAGES)
def test_a_link_leads_to_a_file_and_a_heading_that_are_there(page: str) -> None:
    for target, _, anchor in re.findall(r"\]\(((?!https?:)[^)#]*)(#?)([^)]*)\)", PAGES[page]):
        path = (ROOT / page).parent / target if target else ROOT / page
        assert path.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_what_the_reference_says_of_python_is_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("jinja2")
    monkeypatch.chdir(tmp_path)
    page = str(ROOT / "backprop_cli" / "REFERENCE.md")
    found = doctest.testfile(page, module_relative=False, optionflags=doctest.ELLIPSIS)
    assert found.attempted > 10
    assert found.failed == 0


def test_the_readme_s_lines_of_python_run(tmp_path: Path) -> None:
    (lines,) = re.findall(r"^```python\n(.*?)^```$", PAGES["README.md"], re.MULTILINE | re.DOTALL)
    result = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert "dE/dw31 " in result.stdout
    assert (tmp_path / "trained.yaml").exists()
