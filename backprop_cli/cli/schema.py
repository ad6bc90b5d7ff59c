"""`backprop schema`."""

from __future__ import annotations

from backprop_cli.cli import options as opt
from backprop_cli.cli.console import Console
from backprop_cli.files.input import read_bytes
from backprop_cli.files.shipped import schema_path


def schema(quiet: opt.QuietOption = False) -> None:
    """The JSON Schema of the network file.

    Editors check a file against it and complete its keys; `backprop init` names it in the files that it writes.
    """
    Console(quiet).write([read_bytes(schema_path()).decode("utf-8")])
