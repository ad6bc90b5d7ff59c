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

    numpy = "numpy"
    pytorch = "pytorch"
    jax = "jax"
    keras = "keras"
    onnx = "onnx"
    safetensors = "safetensors"
    npz = "npz"
    dot = "dot"
    tikz = "tikz"
    xlsx = "xlsx"


SHORT = {"torch": "pytorch", "graphviz": "dot"}
"""What a format is also called."""


def export(
    config: opt.ConfigArgument = None,
    to: Annotated[
        Target | None,
        typer.Option(
            "--to",
            parser=choice_of(Target, SHORT),
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
    """The network as a script, a model, a spreadsheet or a picture.

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
    if to in (Target.numpy, Target.pytorch, Target.jax, Target.keras):
        _write_script(console, _script(setup, to, distributed), output)
    elif to in (Target.dot, Target.tikz):
        _write_text(console, _picture(setup, to), output)
    else:
        if output in (None, "-"):
            raise UsageError(f"{to} is no text: say where it goes with -o FILE")
        _write_file(console, _binary(console, setup, to), str(output))


def _script(setup: Setup, to: Target, distributed: bool) -> Script:
    if to is Target.numpy:
        from backprop_cli.bridges.numpy_script import numpy_script

        return numpy_script(setup)
    if to is Target.jax:
        from backprop_cli.bridges.jax_script import jax_script

        return jax_script(setup)
    if to is Target.keras:
        from backprop_cli.bridges.keras_script import keras_script

        return keras_script(setup)
    from backprop_cli.bridges.torch_script import torch_script

    return torch_script(setup, distributed)


def _picture(setup: Setup, to: Target) -> str:
    from backprop_cli.bridges.graph_language import dot, tikz

    return dot(setup.network) if to is Target.dot else tikz(setup.network)


def _binary(console: Console, setup: Setup, to: Target) -> bytes:
    from backprop_cli.cli.extras import extra
    from backprop_cli.files.state_dict import state_dict
    from backprop_cli.files.tensors import npz_bytes, safetensors_bytes

    if to is Target.onnx:
        with extra("onnx"):
            from backprop_cli.bridges.onnx_export import onnx_bytes
        return onnx_bytes(setup.network, setup.title)
    if to is Target.xlsx:
        with extra("xlsx"):
            from backprop_cli.bridges.workbook import xlsx_bytes
        content, steps = xlsx_bytes(setup)
        if steps < setup.schedule.steps:
            console.notice(
                f"the sheet makes {steps:,} of the {setup.schedule.steps:,} steps: drag its last row down for more"
            )
        return content
    arrays = state_dict(setup.network)
    return npz_bytes(arrays) if to is Target.npz else safetensors_bytes(arrays)


def _write_text(console: Console, text: str, output: str | None) -> None:
    if output in (None, "-"):
        console.write([text])
    else:
        _write_file(console, text, str(output))


def _write_file(console: Console, content: str | bytes, output: str) -> None:
    from backprop_cli.files.output import write_whole

    write_whole(output, content)
    console.notice(f"wrote {output}")


def _write_script(console: Console, script: Script, output: str | None) -> None:
    """Write a script, and the arrays that it reads beside it."""
    from pathlib import Path

    from backprop_cli.errors import UsageError
    from backprop_cli.files.output import written
    from backprop_cli.files.tensors import npz_bytes

    if not script.arrays:
        _write_text(console, script.text, output)
        return
    if output in (None, "-"):
        raise UsageError("so many numbers stand in a file beside the script: say where with -o FILE.py")
    beside = str(Path(str(output)).with_suffix(".npz"))
    with written(beside, npz_bytes(script.arrays)), written(str(output), script.text):
        pass
    console.notice(f"wrote {output} and {beside}")
