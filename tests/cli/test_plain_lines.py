"""A command line that is read without Typer means what Typer says that it means; whatever is wrong is left to Typer."""

from __future__ import annotations

import inspect
import shlex
from typing import Any

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_cli.cli.app import app
from backprop_cli.cli.commands import COMMANDS, command_called, parameters_of
from backprop_cli.cli.options import Option
from backprop_cli.cli.plain import plain

GROUP: Any = typer.main.get_command(app)


def read_plainly(arguments: list[str]) -> dict[str, Any] | None:
    """All the values of a plain command line, defaults included."""
    call: Any = plain(arguments)
    if call is None:
        return None
    defaults = {name: entry.default for name, entry in inspect.signature(call.func).parameters.items()}
    return {**defaults, **call.keywords}


def read_by_typer(arguments: list[str]) -> dict[str, Any]:
    """The values that Typer gives to the command; to none of these do an empty list and None mean two things."""
    command = GROUP.commands[arguments[0]]
    with command.make_context(arguments[0], arguments[1:]) as context:
        values: dict[str, Any] = context.params
    return {name: list(value) or None if isinstance(value, tuple | list) else value for name, value in values.items()}


PLAIN = [
    "run",
    "run classic",
    "run -",
    "run net.yaml --steps 5 -f json",
    "run --steps=5 --learning-rate=0.25 --format=csv net.yaml",
    "run --lr -0.5",
    "run -n 0 -o - -q",
    "run a.yaml -i --rows 10 --view matrix --engine scalar --history h.csv",
    "explain --weight w31 -w b1 --paths --limit 3",
    "explain mazur --all --no-graph",
    "explain -w w1 --graph",
    "chain 'u = x^2' 'h = -u' --at x=1 --at=y=2 --wrt x",
    "check classic --against answers.csv --tolerance 0.001 --seed 7",
    "report -o page.html --frames 5 -n 10",
    "plot xor --what loss -o -",
    "examples xor -f json",
]

LEFT_TO_TYPER = [
    "",
    "--help",
    "runn",
    "run --help",
    "run -h",
    "run -n5",
    "run -qi net.yaml",
    "run --steps",
    "run --steps -5",
    "run --steps five",
    "run --steps 5 --steps 6",
    "run --quiet=yes",
    "run -q -q",
    "run --unknown",
    "run --sample 0",
    "run --digits 18",
    "run --format xml",
    "run a.yaml b.yaml",
    "run -- a.yaml",
    "run --lr 1e-3",
    "run --output --quiet",
    "chain -x",
    "examples --version",
]


@pytest.mark.parametrize("line", PLAIN)
def test_a_plain_line_means_what_typer_says(line: str) -> None:
    arguments = shlex.split(line)
    assert read_plainly(arguments) == read_by_typer(arguments)


@pytest.mark.parametrize("line", LEFT_TO_TYPER)
def test_any_other_line_is_left_to_typer(line: str) -> None:
    assert plain(shlex.split(line)) is None


WORDS = sorted(
    {
        name
        for command in COMMANDS
        for parameter in parameters_of(command_called(command))
        if isinstance(parameter.given_by, Option)
        for names in parameter.given_by.names
        for name in names.split("/")
    }
)
VALUES = [
    "1",
    "0",
    "-1",
    "0.5",
    "-",
    "--",
    "net.yaml",
    "json",
    "loss",
    "x=1",
    "",
    " ",
    "-q",
    "1e3",
    "９",
    "--steps=3",
    "-n=2",
]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(COMMANDS), st.lists(st.sampled_from(WORDS + VALUES), max_size=5))
def test_no_line_is_read_in_two_ways(command: str, words: list[str]) -> None:
    values = read_plainly([command, *words])
    if values is not None:
        assert values == read_by_typer([command, *words])
