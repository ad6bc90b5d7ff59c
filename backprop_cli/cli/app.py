"""The Typer application: the commands, and what the end of one means to the shell."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from backprop_cli import __version__
from backprop_cli.cli import options as opt
from backprop_cli.cli.completion import NETWORK_SUFFIXES
from backprop_cli.cli.console import ClosedPipeError, say_error
from backprop_cli.cli.process import CLOSED_PIPE, discard_output
from backprop_cli.cli.usage import usage_problem
from backprop_cli.errors import BackpropError, OutputError
from backprop_cli.files.shipped import example_names

HELP_NAMES = ["--help", "-h"]
SETTINGS = {"help_option_names": HELP_NAMES}
INTERRUPTED = 130
"""What Typer makes of a KeyboardInterrupt."""


THE_FILE = "The network file is described by: backprop init, backprop examples classic, backprop schema"
EXAMPLES: dict[str, tuple[str, ...]] = {
    "run": ("run classic", "run xor -n 5000 --rows 5", "run my.yaml -n 100 -o new.yaml", "run my.yaml xor -f jsonl"),
    "explain": ("explain classic w31", "explain mazur w1 --paths", "explain xor", "explain my.yaml --all -f markdown"),
    "predict": ("predict my.yaml", "predict classic -x 0.05,0.1 -x 1,0", "predict my.yaml -x new.csv"),
    "chain": (
        "chain 'u = (x + 1)^2' 'h = u^3 + 2u - 5' --at x=1",
        "chain 'E = (t - sigmoid(w*x))^2/2' --wrt w",
        "chain 'x^2 + y^2 = 25' --at x=3,y=4",
    ),
    "check": ("check classic", "check my.yaml --against my-numbers.csv", "check classic -a answers.json -f json"),
    "report": (
        "report classic -o classic.html",
        "report xor -n 5000 --frames 50 -o xor.html",
        "report 'q = x + y; f = q z where x = -2, y = 5, z = -4' -o circuit.html",
    ),
    "plot": ("plot classic -o network.svg", "plot xor -n 5000 --what loss -o loss.svg"),
    "examples": ("examples", "examples classic > my.yaml"),
    "init": (
        "init 2-3-1 --activation tanh -o net.yaml",
        "init --data flowers.csv --loss cross_entropy -o flowers.yaml",
    ),
    "lint": ("lint my.yaml", "lint my.yaml -f json"),
    "export": ("export xor --to pytorch -o train.py", "export my.yaml --to onnx -o my.onnx"),
    "import": ("import model.safetensors --activation tanh -o other.yaml", "import my.onnx -o my-model.yaml"),
    "schema": ("schema", "schema > network.schema.json"),
    "man": ("man | man -l -", "man > backprop.1"),
}
"""The commands, in the order of the help, each with examples of its use."""
PLACES = {"import": ("importing", "import_model")}
"""The module and the function of a command that is not called like them."""


def _end(lines: tuple[str, ...], has_network: bool) -> str:
    """The end of a command's help: examples, and where the network file is described if the command reads one."""
    examples = "Examples:\n" + "\n".join(f"$ backprop {line}" for line in lines)
    return f"{examples}\n\n{THE_FILE}" if has_network else examples


class Commands(TyperGroup):
    """The commands, each made when it is asked for: a call needs one, and Typer takes milliseconds for each."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - of TyperGroup
        """Their names, in the order of the help."""
        return list(EXAMPLES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - likewise
        """A command by its name, or None."""
        if cmd_name in EXAMPLES and cmd_name not in self.commands:
            self.commands[cmd_name] = _command(cmd_name)
        return self.commands.get(cmd_name)


def _command(name: str) -> Any:
    module, function = PLACES.get(name, (name, name))
    one = typer.Typer(add_completion=False, rich_markup_mode="rich", context_settings=SETTINGS)
    one.command(name)(getattr(import_module(f"backprop_cli.cli.{module}"), function))
    command = typer.main.get_command(one)
    command.epilog = _end(EXAMPLES[name], any(parameter.name in ("config", "configs") for parameter in command.params))
    _polish(command, opt.OUTPUT)
    return command


app = typer.Typer(
    name="backprop",
    cls=Commands,
    no_args_is_help=True,
    suggest_commands=False,  # `usage_problem` does
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings=SETTINGS,
    epilog=_end(("run classic", "explain classic w31 --paths", "check my.yaml --against my-numbers.csv"), True),
)


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"backprop {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option("--version", "-V", callback=_print_version, is_eager=True, help="Print the version and leave."),
    ] = False,
) -> None:
    """The backpropagation calculator: every chain-rule partial derivative of a small neural network, shown and checked."""


def _polish(command: Any, panel_of_help: str | None = None) -> None:
    """Give the help plain placeholders, whole paragraphs, and --help a place beside the other options.

    Typer shows a type beside each name, `<str>`, `<bool>`: people read CONFIG, N, FILE, and nothing for a switch.
    """
    context = typer.Context(command, help_option_names=HELP_NAMES)
    for parameter in command.get_params(context):
        if parameter.param_type_name == "argument":
            parameter.display_type_rich = lambda ctx: None  # noqa: ARG005 - Typer calls it so
        elif parameter.is_flag:
            parameter.metavar = ""
        if parameter.name == "help":
            parameter.rich_help_panel = panel_of_help
            parameter.opts = HELP_NAMES  # Typer has them from a set, in any order
    command.help = "\n\n".join(" ".join(paragraph.split()) for paragraph in command.help.split("\n\n"))


program: Any = typer.main.get_command(app)
_polish(program)


def every_command() -> dict[str, Any]:
    """All the commands by name, made."""
    return {name: program.get_command(None, name) for name in EXAMPLES}


def _meant(arguments: list[str]) -> list[str]:
    """The command line that is plainly meant: `net.yaml` alone is to be run, `help run` is `run --help`."""
    first, *rest = arguments or [""]
    if first == "run" and "--graph" in rest[:-1] and rest[rest.index("--graph") + 1] == "operations":
        at = arguments.index("--graph")
        return [*arguments[:at], "--operations", *arguments[at + 2 :]]
    if first in EXAMPLES:
        return arguments
    if first == "help":
        return [*rest[:1], "--help"]
    if first == "version":
        return ["--version"]
    is_network = first == "-" or first.endswith(NETWORK_SUFFIXES) or first in example_names() or os.path.isfile(first)
    return ["run", *arguments] if is_network else arguments


def command_line(arguments: list[str]) -> int:
    """Run a command line and return its exit code.

    The program's own errors and wrong usage are told on standard error; any other error is a bug and comes through.
    """
    try:
        code: int | None = program.main(_meant(arguments), prog_name="backprop", standalone_mode=False)
    except BackpropError as error:
        say_error(str(error))
        if isinstance(error, OutputError):
            discard_output()
        return error.exit_code
    except typer.TyperException as error:
        problem = usage_problem(error, program.get_command(None, arguments[0]) if arguments else None)
        if problem:  # there is none where the help was asked for by giving no command
            say_error(problem)
        return error.exit_code
    except ClosedPipeError:
        discard_output()
        return CLOSED_PIPE
    except MemoryError:
        say_error("the network is too large for this machine's memory")
        return BackpropError.exit_code
    except SystemExit as leaving:  # completion ends so, and Typer's answer to a closed pipe
        if isinstance(leaving.__context__, BrokenPipeError):
            discard_output()
            return CLOSED_PIPE
        return int(leaving.code or 0)
    if code == INTERRUPTED:
        raise KeyboardInterrupt
    return code or 0
