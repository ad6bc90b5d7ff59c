"""`backprop export`."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from backprop_cli.cli import options as opt
from backprop_cli.cli.console import Console
from backprop_cli.cli.values import choice_of

if TYPE_CHECKING:
    from backprop_cli.bridges.script import Script
    from backprop_cli.network.network import Setup


class Target(StrEnum):
    """What a network is exported to."""

    pytorch = "pytorch"


SCRIPTS = (Target.pytorch,)


def export(
    config: opt.ConfigArgument = None,
    to: Annotated[
        Target | None,
        typer.Option(
            "--to",
            parser=choice_of(Target),
            metavar="FORMAT",
            autocompletion=lambda: list(Target),
            help=f"{', '.join(Target)}.",
            rich_help_panel=opt.OUTPUT,
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Where it goes; texts may go to standard output.",
            show_default="standard output", rich_help_panel=opt.OUTPUT,
        ),
    ] = None,
    distributed: Annotated[
        bool,
        typer.Option(
            "--distributed", help="With --to pytorch: for several processes under torchrun.", rich_help_panel=opt.OUTPUT
        ),
    ] = False,
    quiet: opt.QuietOption = False,
) -> None:  # fmt: skip
    """The network as a script, a model, a picture or a spreadsheet of others.

    A training script starts from the file's weights, makes the file's updates, and prints `loss` and its value last.
    """
    from backprop_cli.cli.setup import open_setup
    from backprop_cli.errors import UsageError

    console = Console(quiet)
    if to is None:
        raise UsageError(f"say what it is exported to: --to {', '.join(Target)}")
    if distributed and to is not Target.pytorch:
        raise UsageError("--distributed belongs to --to pytorch")
    _, setup = open_setup(config, console)
    _write_script(console, _script(setup, distributed), output)


def _script(setup: Setup, distributed: bool) -> Script:
    from backprop_cli.bridges.torch_script import torch_script

    return torch_script(setup, distributed)


def _write_script(console: Console, script: Script, output: str | None) -> None:
    """Write a script, and the arrays that it reads beside it."""
    from pathlib import Path

    from backprop_cli.errors import UsageError
    from backprop_cli.files.output import written
    from backprop_cli.files.tensors import npz_bytes

    if output in (None, "-"):
        if script.arrays:
            raise UsageError("so many numbers stand in a file beside the script: say where with -o FILE.py")
        console.write([script.text])
        return
    beside = str(Path(str(output)).with_suffix(".npz"))
    if script.arrays:
        with written(beside, npz_bytes(script.arrays)), written(str(output), script.text):
            pass
        console.notice(f"wrote {output} and {beside}")
        return
    with written(str(output), script.text):
        pass
    console.notice(f"wrote {output}")
