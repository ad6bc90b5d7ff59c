"""Whoever lacks an extra is given the line that adds it to the very program that they run."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import shlex
import sys
from pathlib import Path

import pytest

from backprop_cli.cli.extras import install_line

CLONE = Path(__file__).parents[2]


class Distribution:
    """An installed distribution as pip describes where it came from (PEP 610)."""

    def __init__(self, origin: object) -> None:
        self.text = None if origin is None else json.dumps(origin)

    def read_text(self, name: str) -> str | None:
        return self.text if name == "direct_url.json" else None


def installed_from(monkeypatch: pytest.MonkeyPatch, origin: object) -> None:
    monkeypatch.setattr(importlib.metadata, "distribution", lambda _: Distribution(origin))


@pytest.mark.parametrize(
    ("origin", "wanted"),
    [
        (None, "'backprop-cli[report]'"),
        ({"url": "file:///home/me/backprop", "dir_info": {}}, "'/home/me/backprop[report]'"),
        ({"url": "file:///home/me/my%20nets", "dir_info": {"editable": True}}, "'/home/me/my nets[report]'"),
        (
            {"url": "https://example.org/b.git", "vcs_info": {"vcs": "git", "commit_id": "1"}},
            "'backprop-cli[report] @ git+https://example.org/b.git'",
        ),
        ({"url": "file:///tmp/backprop_cli-0.1.0-py3-none-any.whl", "archive_info": {}}, "'backprop-cli[report]'"),
    ],
)
def test_the_line_installs_from_where_the_program_came(
    origin: object, wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed_from(monkeypatch, origin)
    assert install_line("report") == f"{shlex.quote(sys.executable)} -m pip install {wanted}"


def test_a_clone_that_is_not_installed_is_installed_from_its_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: str) -> None:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", none)
    assert install_line("plot").endswith(shlex.quote(f"{CLONE}[plot]"))


@pytest.mark.parametrize(
    ("mark", "command"),
    [("pipx_metadata.json", "pipx install --force"), ("uv-receipt.toml", "uv tool install --force")],
)
def test_pipx_and_uv_have_their_own_commands(
    mark: str, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / mark).write_text("")
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    installed_from(monkeypatch, None)
    assert install_line("report") == f"{command} 'backprop-cli[report]'"


def test_an_environment_without_pip_is_one_of_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    installed_from(monkeypatch, None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert install_line("plot") == f"uv pip install --python {shlex.quote(sys.executable)} 'backprop-cli[plot]'"
