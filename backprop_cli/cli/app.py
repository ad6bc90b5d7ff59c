"""The Typer application: help, whatever is wrong with a command line, and every command line that is not plain."""

from __future__ import annotations

import inspect
from functools import partial, wraps
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from backprop_cli import __version__
from backprop_cli.cli.commands import COMMANDS, Command, Parameter, command_called, parameters_of
from backprop_cli.cli.options import Option
from backprop_cli.cli.outcome import exit_code_of
from backprop_cli.cli.wording import WordedCommand, WordedParameters


class Commands(WordedParameters, TyperGroup):
    """The commands; what one returns or raises becomes the exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        raise typer.Exit(exit_code_of(partial(super().invoke, ctx)))


app = typer.Typer(
    name="backprop",
    cls=Commands,
    help="The backpropagation calculator: every chain-rule partial derivative of a small neural network, shown and checked.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
)


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"backprop {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """The backpropagation calculator: every chain-rule partial derivative of a small neural network, shown and checked."""


def _for_typer(command: Command) -> Command:
    """The command with its parameters described in Typer's words."""

    @wraps(command)
    def described(**values: Any) -> int | None:
        return command(**values)

    given = inspect.signature(command)
    annotations = {parameter.name: _annotation(parameter) for parameter in parameters_of(command)}
    parameters = [entry.replace(annotation=annotations[name]) for name, entry in given.parameters.items()]
    described.__signature__ = given.replace(parameters=parameters)  # type: ignore[attr-defined]
    return described


def _annotation(parameter: Parameter) -> Any:
    given_by = parameter.given_by
    if not isinstance(given_by, Option):
        return Annotated[parameter.annotation, typer.Argument(help=given_by.help, metavar=given_by.metavar)]
    option = typer.Option(
        *given_by.names, help=given_by.help, min=given_by.min, max=given_by.max, metavar=given_by.metavar
    )
    return Annotated[parameter.annotation, option]


for name in COMMANDS:
    app.command(cls=WordedCommand)(_for_typer(command_called(name)))
