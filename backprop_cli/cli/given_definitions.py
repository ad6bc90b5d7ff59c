"""The definitions that commands are given: on the command line, or on standard input."""

from __future__ import annotations

import os
import sys

from backprop_cli.errors import UsageError
from backprop_cli.files.edit import decode
from backprop_cli.files.input import STANDARD_INPUT, read_bytes
from backprop_cli.formula.expression import Source
from backprop_cli.formula.tokens import MAX_TEXT


def given_definitions(arguments: list[str]) -> Source:
    """The definitions from the command line, one a line, or from standard input."""
    if arguments and arguments != ["-"]:
        return Source("\n".join(arguments))
    return Source(_standard_input(is_asked_for=bool(arguments)), STANDARD_INPUT)


def _standard_input(is_asked_for: bool) -> str:
    """What is on standard input, up to a little more than definitions may have; a terminal is read only on request."""
    if not is_asked_for and sys.stdin is not None and sys.stdin.isatty():
        raise UsageError("give a definition, such as 'u = (x + 1)^2' 'h = u^3 + 2u - 5', or - to type them")
    longest = 4 * MAX_TEXT
    content = read_bytes("-", longest + 1)
    return content.decode("utf-8", "ignore") if len(content) > longest else decode(content, STANDARD_INPUT)


def are_definitions(config: str | None) -> bool:
    """Whether a command that takes a network file was given definitions instead: `q = x + y; f = q z where x = 1, …`."""
    # unlike `Path.exists` this says no of a text that is too long for a name
    return config is not None and "=" in config and not os.path.exists(config)
