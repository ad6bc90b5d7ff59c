"""Plain command lines read without Typer's validation library, which takes longer to load than the calculation takes.

A default, a word, a whole number or one of a list of words needs no validation beyond its own bounds; anything else, and
whatever is wrong, goes Typer's own way, so that messages and results stay the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import Any

from typer import BadParameter
from typer.core import TyperCommand

_NUMBERS = {int: re.compile(r"[0-9]{1,18}"), float: re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")}


class LightParameters:
    """For a command or group: its parameters read plain values themselves, where this Typer would validate them."""

    def get_params(self, ctx: Any) -> list[Any]:
        """All parameters, `--help` among them."""
        params: list[Any] = super().get_params(ctx)  # type: ignore[misc]
        for param in params:
            is_validated = hasattr(param, "type_descriptor") and not (param.multiple or param.required)
            if is_validated and not isinstance(param.process_value, partial):
                param.process_value = partial(_process, param, param.process_value)
        return params


class LightCommand(LightParameters, TyperCommand):
    """A command that reads plain values itself."""


def _process(param: Any, fully: Callable[[Any, Any], Any], ctx: Any, value: Any) -> Any:
    if value is not param.default:
        value = _plain(given := value, param.type_descriptor.annotation, param.type_descriptor.parameter_info)
        if value is None:
            return _fully(fully, ctx, given)
    return param.callback(ctx, param, value) if param.callback else value


def _fully(fully: Callable[[Any, Any], Any], ctx: Any, value: Any) -> Any:
    """Typer's own way; its message says what was given, without the word that the validation library puts before it."""
    try:
        return fully(ctx, value)
    except BadParameter as error:
        error.message = error.message.removeprefix("Value error, ").partition(", unable to parse")[0].rstrip(".")
        if repr(value) not in error.message:
            error.message += f", not {value!r}"
        raise


def _plain(value: Any, kind: Any, info: Any) -> Any:
    """The value of a plain word, or None where Typer has to look at it."""
    if not isinstance(value, str):
        return None
    if kind is str:
        return value
    if kind in _NUMBERS and _NUMBERS[kind].fullmatch(value):
        number = kind(value)
        is_inside = (info.min is None or number >= info.min) and (info.max is None or number <= info.max)
        return number if is_inside else None
    if isinstance(kind, type) and issubclass(kind, Enum) and any(value == entry.value for entry in kind):
        return kind(value)
    return None
