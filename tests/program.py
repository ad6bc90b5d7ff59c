"""The one door to the program under test: its command line, in this process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from typer.testing import CliRunner

from backprop_cli.cli.app import app


@dataclass(frozen=True)
class Result:
    """What a command left behind."""

    stdout: str
    stderr: str
    exit_code: int

    @property
    def json(self) -> dict[str, Any]:
        """Parse standard output as strict JSON, which knows neither NaN nor Infinity."""
        assert self.exit_code == 0, self.stderr
        answer: dict[str, Any] = json.loads(self.stdout, parse_constant=_refuse)
        return answer


def _refuse(constant: str) -> NoReturn:
    raise AssertionError(f"{constant} is no JSON")


def backprop(*args: str, stdin: str | None = None) -> Result:
    """Run `backprop ARGS`; an exception that the program lets through comes through here too."""
    outcome = CliRunner().invoke(app, list(args), input=stdin, catch_exceptions=False)
    return Result(outcome.stdout, outcome.stderr, outcome.exit_code)


def run_json(network: Mapping[str, Any], *args: str) -> dict[str, Any]:
    """Give a network to `backprop run` on standard input and return its JSON."""
    return backprop("run", "-", "--format", "json", *args, stdin=json.dumps(network)).json


def explain_json(network: Mapping[str, Any], *args: str) -> dict[str, Any]:
    """Give a network to `backprop explain` on standard input and return its JSON."""
    return backprop("explain", "-", "--format", "json", *args, stdin=json.dumps(network)).json
