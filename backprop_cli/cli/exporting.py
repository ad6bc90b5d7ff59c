"""What `export` makes of a network in each format, and writes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from backprop_cli.bridges.graph_language import dot, tikz
from backprop_cli.bridges.jax_script import jax_script
from backprop_cli.bridges.keras_script import keras_script
from backprop_cli.bridges.numpy_script import numpy_script
from backprop_cli.bridges.script import Script
from backprop_cli.bridges.torch_script import torch_script
from backprop_cli.cli.console import Console
from backprop_cli.cli.extras import extra
from backprop_cli.cli.options import Target
from backprop_cli.cli.target_file import check_target, deliver
from backprop_cli.errors import UsageError
from backprop_cli.files.output import written
from backprop_cli.files.state_dict import weights_file
from backprop_cli.files.tensors import npz_bytes
from backprop_cli.network.network import Setup


def script_of(setup: Setup, to: Target, distributed: bool) -> Script:
    """The network as a script of another library, or of NumPy."""
    if to is Target.numpy:
        return numpy_script(setup)
    if to is Target.jax:
        return jax_script(setup)
    if to is Target.keras:
        return keras_script(setup)
    return torch_script(setup, distributed)


def picture_of(setup: Setup, to: Target) -> str:
    """The network as a drawing for Graphviz or TikZ."""
    return dot(setup.network) if to is Target.dot else tikz(setup.network)


def binary_of(console: Console, setup: Setup, to: Target) -> bytes:
    """The network as a model, its weights or a spreadsheet.

    Raises:
        MissingExtraError: the library that writes it is not installed.
    """
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
    return weights_file(setup.network, f".{to}")


def write_script(console: Console, script: Script, output: str | None, inputs: Sequence[str]) -> None:
    """Write a script, and the arrays that it reads beside it, which must not take the place of what was read."""
    if not script.arrays:
        deliver(console, output, script.text)
        return
    if output in (None, "-"):
        raise UsageError("so many numbers stand in a file beside the script: say where with -o FILE.py")
    beside = str(Path(str(output)).with_suffix(".npz"))
    check_target(beside, inputs)
    with written(beside, npz_bytes(script.arrays)), written(str(output), script.text):
        pass
    console.notice(f"wrote {output} and {beside}")
