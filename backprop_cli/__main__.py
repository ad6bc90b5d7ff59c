"""The program's entry: `backprop`, or `python -m backprop_cli`."""

from __future__ import annotations

import gc
import os
import sys

from backprop_cli.cli.process import leave, run_to_exit

SHORT_SPIN = "20"
"""NumPy's BLAS has its threads wait for work in a loop of 2^26 cycles, 20 ms in which they keep a core from everybody else; 2^20
bridge the time between two products of an update as well."""
OBJECTS_OF_A_START = 50_000
"""Modules and their classes stay: looking for garbage among them, as Python does after every 700, takes a tenth of the start."""


def main() -> None:
    """Run the command line as the whole process."""
    gc.set_threshold(OBJECTS_OF_A_START)
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", SHORT_SPIN)
    leave(run_to_exit(lambda: command_line(sys.argv[1:])))


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
    from backprop_cli.cli.beside import begin_reading

    begin_reading(arguments)
    from backprop_cli.cli.plain import plain

    call = plain(arguments)
    if call is not None:
        from backprop_cli.cli.outcome import exit_code_of

        sys.exit(exit_code_of(call))
    from backprop_cli.cli.app import app

    app(arguments, prog_name="backprop")


if __name__ == "__main__":
    main()
