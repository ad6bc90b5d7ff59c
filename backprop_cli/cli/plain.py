"""Plain command lines read without Typer, which takes longer to load than most commands take to run.

Plain is what has one meaning only: a command, its options by their full names or letters, words and numbers as values.
Anything else (`--help`, joined letters, a value that looks like an option, whatever is wrong) is left to Typer, which knows
what to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from functools import partial
from types import UnionType
from typing import Any, get_args, get_origin

from backprop_cli.cli.commands import COMMANDS, Parameter, command_called, parameters_of
from backprop_cli.cli.options import Option

_NUMBERS = {int: re.compile(r"[0-9]{1,18}"), float: re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")}


class _NotPlainError(Exception):
    """The command line has to be read by Typer."""


def plain(arguments: Sequence[str]) -> Callable[[], int | None] | None:
    """The call that a plain command line asks for, or None."""
    if not arguments or arguments[0] not in COMMANDS:
        return None
    command = command_called(arguments[0])
    try:
        return partial(command, **values(parameters_of(command), arguments[1:]))
    except _NotPlainError:
        return None


def values(parameters: Sequence[Parameter], words: Sequence[str]) -> dict[str, Any]:
    """The values of the parameters that a command line gives."""
    by_name = {name: (parameter, is_on) for parameter in parameters for name, is_on in _names(parameter)}
    places = [parameter for parameter in parameters if not isinstance(parameter.given_by, Option)]
    found: dict[str, Any] = {}
    rest = iter(words)
    for word in rest:
        if not word.startswith("-") or word == "-":
            if not places:
                raise _NotPlainError
            _add(found, places[0], word)
            if not _is_list(places[0]):
                places.pop(0)
            continue
        name, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if name not in by_name:
            raise _NotPlainError
        parameter, is_on = by_name[name]
        if _type_of(parameter) is bool:
            if equals or parameter.name in found:
                raise _NotPlainError
            found[parameter.name] = is_on
        else:
            _add(found, parameter, value if equals else next(rest, "--"))
    return found


def _names(parameter: Parameter) -> Iterator[tuple[str, bool]]:
    """An option's names, each with what it says of a flag."""
    if isinstance(parameter.given_by, Option):
        for names in parameter.given_by.names:
            on, _, off = names.partition("/")
            yield on, True
            if off:
                yield off, False


def _add(found: dict[str, Any], parameter: Parameter, word: str) -> None:
    if word.startswith("-") and word != "-" and _type_of(parameter) is not float:
        raise _NotPlainError
    if _is_list(parameter):
        found.setdefault(parameter.name, []).append(word)
    elif parameter.name in found:
        raise _NotPlainError
    else:
        found[parameter.name] = _value(parameter, word)


def _value(parameter: Parameter, word: str) -> Any:
    kind = _type_of(parameter)
    if kind is str:
        return word
    if kind in _NUMBERS and _NUMBERS[kind].fullmatch(word):
        number, limits = kind(word), parameter.given_by
        is_low = isinstance(limits, Option) and limits.min is not None and number < limits.min
        is_high = isinstance(limits, Option) and limits.max is not None and number > limits.max
        if not (is_low or is_high):
            return number
    if isinstance(kind, type) and issubclass(kind, Enum) and any(word == entry.value for entry in kind):
        return kind(word)
    raise _NotPlainError


def _type_of(parameter: Parameter) -> Any:
    """The type of a value that is given: `int` of `int | None`."""
    annotation = parameter.annotation
    if get_origin(annotation) is UnionType:
        (annotation,) = (kind for kind in get_args(annotation) if kind is not type(None))
    return annotation


def _is_list(parameter: Parameter) -> bool:
    return get_origin(_type_of(parameter)) is list
