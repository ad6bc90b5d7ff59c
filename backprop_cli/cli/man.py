"""`backprop man`: the manual page, in roff, from the commands and options as they are declared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import typer

from backprop_cli import __version__
from backprop_cli.cli import options as opt
from backprop_cli.cli.console import Console

EXIT_CODES = {
    "0": "done, and all of the output was written",
    "1": "the answer is no: training diverged, or a number checked is wrong",
    "2": "the input is wrong, or the output could not be written; the files are as they were",
    "130": "interrupted",
    "129, 143": "ended by SIGHUP, SIGTERM",
    "141": "whoever read the output closed the pipe; files are written all the same",
}
ENVIRONMENT = {
    "NO_COLOR": "no colour, even on a terminal",
    "FORCE_COLOR": "colour, even in a pipe",
    "COLUMNS": "the width of a terminal; in a pipe each line is whole",
    "PAGER": "shows what is longer than the screen; less if it is not set",
}


def man(ctx: typer.Context, quiet: opt.QuietOption = False) -> None:
    """The manual page of the whole program.

    In roff, as man reads it: every command with its options and examples.
    """
    program: Any = ctx.find_root().command
    commands = [program.get_command(ctx, name) for name in program.list_commands(ctx)]
    Console(quiet).write(f"{line}\n" for line in _page(program, commands))


def _page(program: Any, commands: Iterable[Any]) -> Iterator[str]:
    name, _, purpose = program.help.partition(":")
    yield r"'\" -*- coding: utf-8 -*-"
    yield f'.TH BACKPROP 1 "" "backprop {__version__}"'
    yield from _section("NAME", f"backprop - {name.removeprefix('The ')}".replace("-", r"\-"))
    yield from _section("SYNOPSIS", r"\fBbackprop\fR \fICOMMAND\fR [\fIOPTIONS\fR] [\fIARGUMENTS\fR]")
    yield from _section("DESCRIPTION", _plain(f"It shows and checks {purpose.strip().partition(',')[0]}."))
    yield from _examples(program.epilog)
    yield ".SH COMMANDS"
    for command in commands:
        yield from _command(command)
    yield ".SH EXIT STATUS"
    for code, meaning in EXIT_CODES.items():
        yield from (".TP", code, _plain(meaning))
    yield ".SH ENVIRONMENT"
    for variable, effect in ENVIRONMENT.items():
        yield from (".TP", rf"\fB{variable}\fR", _plain(effect))


def _section(title: str, text: str) -> Iterator[str]:
    yield from (f".SH {title}", text)


def _command(command: Any) -> Iterator[str]:
    arguments = [parameter for parameter in command.params if parameter.param_type_name == "argument"]
    names = " ".join(rf"[\fI{_plain(one.metavar)}\fR]{'...' * (one.nargs != 1)}" for one in arguments)
    yield f".SS {command.name}"
    yield rf"\fBbackprop {command.name}\fR [\fIOPTIONS\fR] {names}".rstrip()
    for paragraph in command.help.split("\n\n"):
        yield from (".PP", _plain(paragraph))
    for argument in arguments:
        yield from (".TP", rf"\fI{_plain(argument.metavar)}\fR", _plain(_help(argument)))
    options = [one for one in command.get_params(typer.Context(command)) if one.param_type_name == "option"]
    panels = list(dict.fromkeys(one.rich_help_panel for one in options))
    options.sort(key=lambda one: panels.index(one.rich_help_panel))
    for panel, members in groupby(options, lambda one: one.rich_help_panel):
        yield from (".PP", rf"\fB{_plain(panel or 'Options')}\fR")
        for option in members:
            forms = ", ".join(rf"\fB{_plain(form)}\fR" for form in (*option.opts, *option.secondary_opts))
            yield from (".TP", rf"{forms} \fI{option.metavar}\fR" if option.metavar else forms, _plain(_help(option)))
    yield from _examples(command.epilog)


def _help(parameter: Any) -> str:
    default = parameter.show_default if isinstance(parameter.show_default, str) else parameter.default
    is_told = default not in (None, False, "") and parameter.show_default
    return f"{parameter.help or ''} Default: {default}." if is_told else str(parameter.help)


def _examples(epilog: str) -> Iterator[str]:
    lines, _, rest = epilog.partition("\n\n")
    yield from (".PP", "Examples:", ".PP", ".nf", ".RS 4")
    yield from (_plain(line) for line in lines.splitlines()[1:])
    yield from (".RE", ".fi")
    if rest:
        yield from (".PP", _plain(rest))


def _plain(text: str) -> str:
    """Text as roff takes it: no line begins with a request, and a hyphen stays one that can be copied."""
    text = " ".join(text.split()).replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{text}" if text.startswith((".", "'")) else text
