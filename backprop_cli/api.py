"""What a notebook has of what the commands have: `load`, `run`, `explain`."""

from __future__ import annotations

from os import PathLike, fspath
from typing import Any

from backprop_cli.derivation.explanation import Explainer, Explanation
from backprop_cli.files.document import parse
from backprop_cli.files.opening import open_document
from backprop_cli.files.read import read
from backprop_cli.network.network import Setup
from backprop_cli.training.train import Run, train


def load(source: str | PathLike[str] | dict[str, Any]) -> Setup:
    """Read a network file: a path, `-` for standard input, the name of a built-in example, or its data as a dict.

    Raises:
        InputError: it cannot be read, or is no valid network file.
    """
    if isinstance(source, dict):
        import json

        try:
            text = json.dumps(source)
        except (TypeError, ValueError) as error:
            from backprop_cli.errors import InputError, Problem

            raise InputError(Problem(f"this is no plain data: {error}")) from None
        return read(parse(text, "<dict>", "json"))
    return read(open_document(fspath(source)))


def run(
    setup: Setup, steps: int | None = None, learning_rate: float | None = None, show_step: int | None = None
) -> Run:
    """Train a network: `steps` updates (default: the file's), with the step to look at closely kept in `shown`.

    Raises:
        UsageError: `steps` is negative, or there is no step `show_step`.
        DivergedError: the loss left the finite numbers.
    """
    return train(setup.with_schedule(learning_rate=learning_rate), steps, show_step)


def explain(run: Run, *names: str, sample: int = 1, paths: bool = False, limit: int = 20) -> list[Explanation]:
    """Derive the gradients of the named parameters (all of them where none is named) in the run's shown step.

    Raises:
        UnknownNameError: a name is no parameter's.
        UsageError: there is no such sample.
    """
    explainer = Explainer(run, sample - 1)
    table = run.setup.network.names
    parameters = [table.find(name) for name in names] if names else list(table.parameters())
    return [explainer.explain(parameter, paths, limit) for parameter in parameters]
