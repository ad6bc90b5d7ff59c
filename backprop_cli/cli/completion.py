"""What Tab offers for a value: built-in examples and files, and the parameters of the network that is named."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import chain

import typer

from backprop_cli.errors import BackpropError
from backprop_cli.files.shipped import example_names

NETWORK_SUFFIXES = (".yaml", ".yml", ".json")


def complete_network(ctx: typer.Context, incomplete: str) -> list[str]:
    """Network files and folders, and the built-in examples; of `explain`, which may go without, else names of `classic`."""
    found = [*_network_files(incomplete), *complete_example(incomplete)]
    return found if found or ctx.command.name != "explain" else complete_parameter(ctx, incomplete)


def complete_example(incomplete: str) -> list[str]:
    """The built-in examples."""
    return [name for name in example_names() if name.startswith(incomplete)]


def complete_activation(incomplete: str) -> list[str]:
    """The activation functions."""
    from backprop_cli.functions.activations import ACTIVATIONS  # loads NumPy

    return [name for name in ACTIVATIONS if name.startswith(incomplete)]


def complete_loss(incomplete: str) -> list[str]:
    """The loss functions."""
    from backprop_cli.functions.losses import LOSSES  # loads NumPy

    return [name for name in LOSSES if name.startswith(incomplete)]


def complete_parameter(ctx: typer.Context, incomplete: str) -> list[str]:
    """What can be explained of the network that the command line names, or of `classic`; of a broken file nothing."""
    from backprop_cli.api import load  # loads NumPy, which the other answers do without

    # where the option that is completed comes last, the parser leaves the words before it in `args`
    source = ctx.params.get("config") or next(iter(ctx.args), "classic")
    if source == "-":
        return []
    try:
        names = load(source).network.names
    except BackpropError:
        return []
    offered = chain(map(names.of, names.parameters()), map(names.of_unit, names.units()))
    return [name for name in offered if name.startswith(incomplete)]


def _network_files(incomplete: str) -> Iterator[str]:
    folder, start = os.path.split(incomplete)
    try:
        entries = sorted(os.scandir(folder or "."), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        is_hidden = entry.name.startswith(".") and not start.startswith(".")
        if entry.name.startswith(start) and not is_hidden:
            path = os.path.join(folder, entry.name)
            if entry.is_dir():
                yield path + os.sep
            elif entry.name.endswith(NETWORK_SUFFIXES):
                yield path
