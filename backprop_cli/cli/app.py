"""The Typer application: the commands, and what the end of one means to the shell."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Annotated, Any

import typer

from backprop_cli import __version__
from backprop_cli.cli import options as opt
from backprop_cli.cli.chain import chain
from backprop_cli.cli.check import check
from backprop_cli.cli.completion import NETWORK_SUFFIXES
from backprop_cli.cli.console import ClosedPipeError, say_error
from backprop_cli.cli.examples import examples
from backprop_cli.cli.explain import explain
from backprop_cli.cli.export import export
from backprop_cli.cli.importing import import_model
from backprop_cli.cli.init import init
from backprop_cli.cli.man import man
from backprop_cli.cli.plot import plot
from backprop_cli.cli.predict import predict
from backprop_cli.cli.process import CLOSED_PIPE, discard_output
from backprop_cli.cli.report import report
from backprop_cli.cli.run import run
from backprop_cli.cli.schema import schema
from backprop_cli.cli.usage import usage_problem
from backprop_cli.errors import BackpropError, OutputError
from backprop_cli.files.shipped import example_names

HELP_NAMES = ["--help", "-h"]
INTERRUPTED = 130
"""What Typer makes of a KeyboardInterrupt."""


THE_FILE = "The network file is described by: backprop init, backprop examples classic, backprop schema"


def _end(*lines: str, of_network: bool = True) -> str:
    """The end of a command's help: examples, and where the network file is described if the command reads one."""
    examples = "Examples:\n" + "\n".join(f"$ backprop {line}" for line in lines)
    return f"{examples}\n\n{THE_FILE}" if of_network else examples


app = typer.Typer(
    name="backprop",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": HELP_NAMES},
    epilog=_end("run classic", "explain classic w31 --paths", "check my.yaml --against my-numbers.csv"),
)
COMMANDS: dict[Callable[..., Any], tuple[str, ...]] = {
    run: ("run classic", "run xor -n 5000 --rows 5", "run my.yaml -n 100 -o trained.yaml", "run my.yaml xor -f jsonl"),
    explain: ("explain classic w31", "explain mazur w1 --paths", "explain xor", "explain my.yaml --all -f markdown"),
    predict: ("predict my.yaml", "predict classic -x 0.05,0.1 -x 1,0", "predict my.yaml -x new.csv"),
    chain: ("chain 'u = (x + 1)^2' 'h = u^3 + 2u - 5' --at x=1", "chain 'E = (t - sigmoid(w*x))^2/2' --wrt w"),
    check: ("check classic", "check my.yaml --against my-numbers.csv", "check classic -a answers.json -f json"),
    report: ("report classic -o classic.html", "report xor -n 5000 --frames 50 -o xor.html"),
    plot: ("plot classic -o network.svg", "plot xor -n 5000 --what loss -o loss.svg"),
    examples: ("examples", "examples classic > my.yaml"),
    init: ("init 2-3-1 --activation tanh -o net.yaml", "init --data flowers.csv --loss cross_entropy -o flowers.yaml"),
    export: ("export xor --to pytorch -o train.py", "export my.yaml --to onnx -o my.onnx"),
    import_model: ("import model.onnx -o net.yaml", "import model.safetensors --activation tanh -o net.yaml"),
    schema: ("schema", "schema > network.schema.json"),
    man: ("man | man -l -", "man > backprop.1"),
}
"""Each command with examples of its use."""
WITHOUT_NETWORK = (chain, examples, init, import_model, schema, man)

for _function, _lines in COMMANDS.items():
    _name = _function.__name__.partition("_")[0]
    app.command(_name, epilog=_end(*_lines, of_network=_function not in WITHOUT_NETWORK))(_function)


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


program: Any = typer.main.get_command(app)


def _polish(command: Any) -> None:
    """Give the help plain placeholders, whole paragraphs, and --help a place beside the other options.

    Typer shows a type beside each name, `<str>`, `<bool>`: people read CONFIG, N, FILE, and nothing for a switch.
    """
    context = typer.Context(command, help_option_names=HELP_NAMES)
    for parameter in command.get_params(context):
        if parameter.param_type_name == "argument":
            parameter.display_type_rich = lambda ctx: None  # noqa: ARG005 - Typer calls it so
        elif parameter.is_flag:
            parameter.metavar = ""
        if parameter.name == "help" and command is not program:
            parameter.rich_help_panel = opt.OUTPUT
    command.help = "\n\n".join(" ".join(paragraph.split()) for paragraph in command.help.split("\n\n"))


for _command in (program, *program.commands.values()):
    _polish(_command)


def _meant(arguments: list[str]) -> list[str]:
    """The command line that is plainly meant: `net.yaml` alone is to be run, `help run` is `run --help`."""
    first, *rest = arguments or [""]
    if first in program.commands:
        return arguments
    if first == "help":
        return [*rest[:1], "--help"]
    if first == "version":
        return ["--version"]
    is_network = first.endswith(NETWORK_SUFFIXES) or first in example_names() or os.path.isfile(first)
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
        problem = usage_problem(error, program.commands.get(arguments[0]) if arguments else None)
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
