"""Where a run's results go beside what is shown: the updated network, and the losses of its steps."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

from backprop_cli.cli.console import Console
from backprop_cli.errors import UsageError
from backprop_cli.files.document import Document
from backprop_cli.files.limits import in_words, machine_bytes
from backprop_cli.files.output import written
from backprop_cli.files.state_dict import WEIGHT_ENDINGS, weights_file
from backprop_cli.files.write import require_saved_name, write
from backprop_cli.functions.numeric import Array
from backprop_cli.network.network import Setup

HISTORY_BYTES = 32
"""Of each step's loss while it is kept and written."""


def targets_of(configs: Sequence[str | None], output: str | None, in_place: bool) -> list[str | None]:
    """Where the updated network of each of `configs` goes, `-` for standard output, None for nowhere.

    Raises:
        UsageError: the options contradict each other.
    """
    if in_place and output is not None:
        raise UsageError("--in-place and --output exclude each other: say where the network goes once")
    if in_place:
        for config in configs:
            if config in (None, "-") or not os.path.exists(str(config)):
                raise UsageError("--in-place needs a CONFIG that is a file, to be updated")
        return list(configs)
    if output is None:
        return [None] * len(configs)
    if len(configs) > 1:
        raise UsageError("--output takes one network\n    hint: --in-place updates each file itself")
    if output != "-":
        require_saved_name(output, "--output ")
    return [output]


def check_history(file: str, targets: Sequence[str | None], steps: int) -> None:
    """A loss a step is kept for the history: refuse what does not fit, or has no place, before training for it.

    Raises:
        UsageError: the history would need too much memory, or go where a network goes, or be of several runs.
    """
    if len(targets) > 1:
        raise UsageError("--history takes one network")
    if file == targets[0]:
        where = "standard output" if file == "-" else file
        raise UsageError(f"--history and the network would both be written to {where}")
    needed = HISTORY_BYTES * steps
    if needed > machine_bytes():
        raise UsageError(f"--history of {steps:,} steps needs about {in_words(needed)} of memory, which is not there")


def network_text(
    console: Console, target: str | None, setup: Setup, document: Document
) -> dict[str, Iterator[str] | bytes]:
    """The network's text, or its weights in a binary file, under where it was asked for, if anywhere."""
    if target is None:
        return {}
    if target.endswith(WEIGHT_ENDINGS):
        return {target: weights_file(setup.network, target)}
    text, is_afresh = write(setup, document, target)
    if is_afresh and "#" in document.text:
        console.notice(
            f"{document.file}: comments and layout cannot be kept where aliases or a new state are written out"
        )
    return {target: iter([text])}


def history_text(losses: Array) -> Iterator[str]:
    """The CSV of the losses, in pieces."""
    yield "step,loss\n"
    for first in range(0, len(losses), 1000):
        piece = losses[first : first + 1000].tolist()
        yield "".join(f"{step},{loss!r}\n" for step, loss in enumerate(piece, start=first))


def save(console: Console, files: dict[str, Iterator[str] | bytes]) -> None:
    """Write what was asked for: each file, or where one cannot be written none."""
    if "-" in files:
        text = files.pop("-")
        assert not isinstance(text, bytes), "standard output takes a network, whose text is one"
        console.write(text)
    with ExitStack() as stack:
        for name, pieces in files.items():
            stack.enter_context(written(name, pieces))
    for name in files:
        console.notice(f"wrote {name}")
