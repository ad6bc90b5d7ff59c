"""`backprop export`."""

from __future__ import annotations

from typing import Annotated

from backprop_cli.cli import options as opt
from backprop_cli.cli.console import Console

SHORT = {"torch": "pytorch", "graphviz": "dot"}
"""What a format is also called."""
ENDINGS = {
    **dict.fromkeys((opt.Target.numpy, opt.Target.pytorch, opt.Target.jax, opt.Target.keras), (".py",)),
    opt.Target.onnx: (".onnx",),
    opt.Target.safetensors: (".safetensors",),
    opt.Target.npz: (".npz",),
    opt.Target.dot: (".dot", ".gv"),
    opt.Target.tikz: (".tex", ".tikz"),
    opt.Target.xlsx: (".xlsx",),
}
"""Of a file's name, in each format."""


def export(
    config: opt.ConfigArgument = None,
    to: Annotated[
        opt.Target | None,
        opt.output_option("--to", **opt.one_of(opt.Target, SHORT, metavar="FORMAT"), help=f"{', '.join(opt.Target)}."),
    ] = None,
    output: Annotated[
        str | None,
        opt.output_option(
            "--output",
            "-o",
            metavar="FILE",
            help="Where it goes; texts may go to standard output.",
            show_default="standard output",
        ),
    ] = None,
    distributed: Annotated[
        bool, opt.output_option("--distributed", help="With --to pytorch: for several processes under torchrun.")
    ] = False,
    quiet: opt.QuietOption = False,
) -> None:
    """The network as a script, a model, a spreadsheet or a picture.

    A training script starts from the file's weights, makes the file's updates, and prints `loss` and its value last.
    """
    from backprop_cli.cli.exporting import binary_of, picture_of, script_of, write_script
    from backprop_cli.cli.setup import open_setup
    from backprop_cli.cli.target_file import check_target, deliver
    from backprop_cli.errors import UsageError

    console = Console(quiet)
    if to is None:
        raise UsageError(f"say what it is exported to: --to {', '.join(opt.Target)}")
    if distributed and to is not opt.Target.pytorch:
        raise UsageError("--distributed belongs to --to pytorch")
    document, setup = open_setup(config, console)
    check_target(output, document.files, ENDINGS[to])
    if to in (opt.Target.numpy, opt.Target.pytorch, opt.Target.jax, opt.Target.keras):
        write_script(console, script_of(setup, to, distributed), output, document.files)
    elif to in (opt.Target.dot, opt.Target.tikz):
        deliver(console, output, picture_of(setup, to))
    else:
        if output in (None, "-"):
            raise UsageError(f"{to} is no text: say where it goes with -o FILE")
        deliver(console, output, binary_of(console, setup, to))
