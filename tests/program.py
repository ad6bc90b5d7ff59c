"""The one door to the program under test: its command line, in this process."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from unittest.mock import patch

from backprop_cli.cli.app import command_line


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
    given, out, err = (
        io.TextIOWrapper(io.BytesIO(text), encoding="utf-8") for text in ((stdin or "").encode(), b"", b"")
    )
    with patch.multiple(sys, stdin=given, stdout=out, stderr=err):
        code = command_line(list(args))
    out.flush()
    err.flush()
    stdout, stderr = (stream.buffer.getvalue().decode() for stream in (out, err))
    return Result(stdout, stderr, code)


def run_json(network: Mapping[str, Any], *args: str) -> dict[str, Any]:
    """Give a network to `backprop run` on standard input and return its JSON."""
    return backprop("run", "-", "--format", "json", *args, stdin=json.dumps(network)).json


def explain_json(network: Mapping[str, Any], *args: str) -> dict[str, Any]:
    """Give a network to `backprop explain` on standard input and return its JSON."""
    return backprop("explain", "-", "--format", "json", *args, stdin=json.dumps(network)).json
