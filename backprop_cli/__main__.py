"""The program's entry: `backprop`, or `python -m backprop_cli`."""

from __future__ import annotations

import os
import sys

from backprop_cli.cli.process import run_to_exit


def main() -> None:
    """Run the command line as the whole process."""
    sys.exit(run_to_exit(lambda: command_line(sys.argv[1:])))


def command_line(arguments: list[str]) -> None:
    """Run the command line; what is asked for most often is answered without loading Typer.

    Raises:
        SystemExit: with the exit code.
    """
    if arguments == ["--version"]:
        from backprop_cli import __version__

        print(f"backprop {__version__}")
        return
    if "_BACKPROP_COMPLETE" in os.environ:
        from backprop_cli.cli.complete import answer

        code = answer()
        if code is not None:
            sys.exit(code)
    from backprop_cli.cli.plain import plain

    call = plain(arguments)
    if call is not None:
        from backprop_cli.cli.outcome import exit_code_of

        sys.exit(exit_code_of(call))
    from backprop_cli.cli.app import app

    app(arguments, prog_name="backprop")


if __name__ == "__main__":
    main()
