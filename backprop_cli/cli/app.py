"""The Typer application: its commands, and what an error, a closed pipe or an interrupt means to the shell."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from backprop_cli import __version__
from backprop_cli.cli.chain import chain
from backprop_cli.cli.check import check
from backprop_cli.cli.console import ClosedPipeError, say
from backprop_cli.cli.examples import examples
from backprop_cli.cli.explain import explain
from backprop_cli.cli.light import LightCommand, LightParameters
from backprop_cli.cli.plot import plot
from backprop_cli.cli.process import CLOSED_PIPE, INTERRUPTED, discard_output
from backprop_cli.cli.report import report
from backprop_cli.cli.run import run
from backprop_cli.errors import BackpropError, OutputError


class Commands(LightParameters, TyperGroup):
    """The commands, with the program's own errors turned into messages and exit codes; any other error is a bug."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except BackpropError as error:
            say(f"error: {error}")
            if isinstance(error, OutputError):
                discard_output()
            raise typer.Exit(error.exit_code) from None
        except ClosedPipeError:
            discard_output()
            raise typer.Exit(CLOSED_PIPE) from None
        except MemoryError:
            say("error: the network is too large for this machine's memory")
            raise typer.Exit(BackpropError.exit_code) from None
        except KeyboardInterrupt:
            say("interrupted")
            raise typer.Exit(INTERRUPTED) from None


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


app.command(cls=LightCommand)(run)
app.command(cls=LightCommand)(explain)
app.command(cls=LightCommand)(chain)
app.command(cls=LightCommand)(check)
app.command(cls=LightCommand)(report)
app.command(cls=LightCommand)(plot)
app.command(cls=LightCommand)(examples)
