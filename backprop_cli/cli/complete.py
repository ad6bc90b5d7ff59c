"""Shell completion without loading the command line that it completes: a key press should not wait for an import.

The shell scripts are Typer's (`--install-completion`), and so is every answer; only the words come from `words.tsv`, which
a test keeps equal to the commands and options there are.
"""

from __future__ import annotations

import os
import sys

VARIABLE = "_BACKPROP_COMPLETE"


class Option:
    """An option: its names, its kind (flag, value or values: repeatable), its values' choices, its help."""

    def __init__(self, names: list[str], kind: str, choices: list[str], hint: str) -> None:
        self.names = names
        self.kind = kind
        self.choices = choices
        self.hint = hint


def answer() -> int | None:
    """Print the completions that a shell asks for and return the exit code; None where none are asked for."""
    shell = os.environ.get(VARIABLE, "").removeprefix("complete_")
    if shell not in ("bash", "zsh", "fish", "powershell", "pwsh"):
        return None
    args, incomplete = _words(shell)
    found = completions(args, incomplete)
    if shell == "fish" and os.environ.get("_TYPER_COMPLETE_FISH_ACTION") == "is-args":
        return 0 if found else 1
    sys.stdout.write(_formatted(found, shell) + "\n")
    return 0


def completions(args: list[str], incomplete: str) -> list[tuple[str, str]]:
    """What `incomplete` may become after the complete words `args`, each with its help."""
    table = _table()
    if incomplete == "=":
        incomplete = ""
    elif incomplete.startswith("-") and "=" in incomplete:
        name, _, incomplete = incomplete.partition("=")
        args = [*args, name]
    command, options, used = _context(table, args)
    if incomplete.startswith("-") and "--" not in args:
        free = [option for option in options if option.kind == "values" or option not in used]
        return [(name, option.hint) for option in free for name in option.names if name.startswith(incomplete)]
    pending = next((o for o in options if args and args[-1] in o.names and o.kind != "flag"), None)
    if pending is not None:
        return [(choice, "") for choice in pending.choices if choice.startswith(incomplete)]
    commands = [(name, hint) for name, hint in table[1].items() if name.startswith(incomplete)]
    return commands if command is None else []


def _table() -> tuple[dict[str, list[Option]], dict[str, str]]:
    """The options by command (`` for those before one), and the commands with their help."""
    options: dict[str, list[Option]] = {"": []}
    commands: dict[str, str] = {}
    with open(os.path.join(os.path.dirname(__file__), "words.tsv"), encoding="utf-8") as file:
        for line in file:
            command, names, kind, choices, hint = line.rstrip("\n").split("\t")
            if kind == "command":
                commands[command] = hint
                options[command] = []
            else:
                options[command].append(Option(names.split(), kind, choices.split(), hint))
    return options, commands


def _context(
    table: tuple[dict[str, list[Option]], dict[str, str]], args: list[str]
) -> tuple[str | None, list[Option], list[Option]]:
    """The command that is being written, its options, and those already given."""
    command: str | None = None
    options = table[0][""]
    used: list[Option] = []
    rest = iter(args)
    for word in rest:
        if word.startswith("-"):
            name, equals, _ = word.partition("=")
            option = next((option for option in options if name in option.names), None)
            if option is not None and (option.kind == "flag" or equals or next(rest, None) is not None):
                used.append(option)
        elif command is None:
            if word not in table[1]:
                break
            command, options, used = word, table[0][word], []
    return command, options, used


def _words(shell: str) -> tuple[list[str], str]:
    """The complete words after the program's name, and the one under the cursor."""
    if shell == "bash":
        words = _split(os.environ.get("COMP_WORDS", ""))
        at = int(os.environ.get("COMP_CWORD", "0"))
        return words[1:at], words[at] if at < len(words) else ""
    line = os.environ.get("_TYPER_COMPLETE_ARGS", "")
    words = _split(line)[1:]
    if shell in ("powershell", "pwsh"):
        incomplete = os.environ.get("_TYPER_COMPLETE_WORD_TO_COMPLETE", "")
        return (words[:-1] if incomplete else words), incomplete
    if words and not line.endswith(" "):
        return words[:-1], words[-1]
    return words, ""


def _split(line: str) -> list[str]:
    """A command line in words; quotes that are still open end with it."""
    if not any(character in line for character in "'\"\\"):
        return line.split()
    import shlex

    lexer = shlex.shlex(line, posix=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    words: list[str] = []
    try:
        words.extend(lexer)
    except ValueError:
        words.append(lexer.token)
    return words


def _formatted(found: list[tuple[str, str]], shell: str) -> str:
    """The completions as the shell's script reads them."""
    if shell == "bash":
        return "\n".join(value for value, _ in found)
    if shell == "zsh":
        items = [f'"{_escaped(value)}":"{_escaped(hint)}"' if hint else f'"{_escaped(value)}"' for value, hint in found]
        return "_arguments '*: :((" + "\n".join(items) + "))'" if items else "_files"
    if shell == "fish":
        return "\n".join(f"{value}\t{hint}" if hint else value for value, hint in found)
    return "\n".join(f"{value}:::{hint or ' '}" for value, hint in found)


def _escaped(text: str) -> str:
    """A text between double quotes inside zsh's single quotes."""
    for special, escaped in (('"', '""'), ("'", "''"), ("$", "\\$"), ("`", "\\`"), (":", r"\\:")):
        text = text.replace(special, escaped)
    return text
