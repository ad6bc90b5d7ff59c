"""Typer's commands with the messages of its validation library in the program's own words."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from typer import BadParameter
from typer.core import TyperCommand


class WordedParameters:
    """For a command or group: what is wrong with a value is said together with the value."""

    def get_params(self, ctx: Any) -> list[Any]:
        """All parameters, `--help` among them."""
        params: list[Any] = super().get_params(ctx)  # type: ignore[misc]
        for param in params:
            if not isinstance(param.process_value, partial):
                param.process_value = partial(_processed, param.process_value)
        return params


class WordedCommand(WordedParameters, TyperCommand):
    """A command whose messages say what was given."""


def _processed(process: Callable[[Any, Any], Any], ctx: Any, value: Any) -> Any:
    """Typer's own way; its message says what was given, without the word that the validation library puts before it."""
    try:
        return process(ctx, value)
    except BadParameter as error:
        error.message = error.message.removeprefix("Value error, ").partition(", unable to parse")[0].rstrip(".")
        if repr(value) not in error.message:
            error.message += f", not {value!r}"
        raise
