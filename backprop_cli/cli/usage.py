"""Typer's errors about a command line in the program's own words: what was expected, what was found, what to type."""

from __future__ import annotations

from typing import Any

import typer

from backprop_cli.nearest import nearest, suggestion


def usage_problem(error: typer.TyperException, command: Any) -> str:
    """The message, with a hint under it; empty where the help was asked for by giving no command.

    `command` is the one that was called, where there is one.

    Typer has a class for each kind of error, which it does not offer to be imported: they are known by what they carry.
    """
    context: Any = getattr(error, "ctx", None)
    parameter: Any = getattr(error, "param", None)
    option = getattr(error, "option_name", "")
    name = context.command.name if context else ""
    if parameter is not None and not error.message:
        return _with_hint(f"{name} needs a {_called(parameter)}", f"{_called(parameter)}: {parameter.help}")
    if parameter is not None:
        return f"{_called(parameter)}: {_reason(error)}"
    if hasattr(error, "possibilities"):
        close = nearest(option, _options(context))
        hint = f"did you mean {close}?" if close else _elsewhere(context, option) or _help(context)
        return _with_hint(f"{name} has no option {option}", hint)
    if option:
        reason = "needs a value" if "requires" in error.message else "takes no value"
        return _with_hint(f"{option} {reason}", _meaning(command, option))
    if error.message.startswith("No such command "):
        quoted = error.message.removeprefix("No such command ").removesuffix(".")
        known = context.command.list_commands(context)
        return _with_hint(f"unknown command {quoted}", suggestion(quoted[1:-1], known, listed=len(known)))
    if error.message.startswith("Got unexpected extra argument"):
        extra = error.message.rpartition("(")[2].rstrip(")")
        has_against = "--against" in _options(context)
        files = " ".join(f"--against {file}" for file in extra.split())
        hint = f"somebody's numbers are compared by {files}" if has_against else _help(context)
        return _with_hint(f"{name} takes no further argument: {extra}", hint)
    return error.message.strip()


def _called(parameter: Any) -> str:
    """`--steps`, or `CONFIG` of an argument."""
    if parameter.param_type_name == "option":
        return str(max(parameter.opts, key=len))
    return str(parameter.metavar)


def _reason(error: typer.TyperException) -> str:
    """Why a value will not do, as the reader of such values says it."""
    cause: Any = error.__cause__
    message = cause.errors()[0]["msg"] if hasattr(cause, "errors") else error.message
    return str(message).removeprefix("Value error, ")


def _options(context: Any) -> list[str]:
    """The long options of a command."""
    parameters = [*context.command.params, context.command.get_help_option(context)]
    return [
        name for parameter in parameters for name in (*parameter.opts, *parameter.secondary_opts) if name[:2] == "--"
    ]


def _elsewhere(context: Any, option: str) -> str:
    """Which other commands have the option, if any."""
    program = context.find_root().command
    commands = [program.get_command(context, name) for name in program.list_commands(context)]
    having = [one.name for one in commands for parameter in one.params if option in parameter.opts]
    return f"{option} is an option of {', '.join(having)}" if having else ""


def _help(context: Any) -> str:
    return f"{context.command_path} --help lists its options"


def _meaning(command: Any, option: str) -> str:
    """An option's placeholder and help."""
    for parameter in command.params if command else ():
        if option in parameter.opts:
            return " ".join(filter(None, [option, parameter.metavar])) + f": {parameter.help}"
    return ""


def _with_hint(message: str, hint: str) -> str:
    return f"{message}\n    hint: {hint}" if hint else message
