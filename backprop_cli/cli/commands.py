"""The commands by name, each in a module of its own that is loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple, get_args, get_type_hints

from backprop_cli.cli.options import Argument, Option

COMMANDS = ("run", "explain", "chain", "check", "report", "plot", "examples")

Command = Callable[..., int | None]


class Parameter(NamedTuple):
    """A parameter of a command: its name in the code, its type as annotated, and how it is given."""

    name: str
    annotation: Any
    given_by: Argument | Option


def command_called(name: str) -> Command:
    """The function behind a command."""
    command: Command = getattr(import_module(f"backprop_cli.cli.{name}"), name)
    return command


def parameters_of(command: Command) -> list[Parameter]:
    """A command's parameters in their order."""
    hints = get_type_hints(command, include_extras=True)
    return [Parameter(name, *get_args(hint)) for name, hint in hints.items() if name != "return"]
