"""The program's entry: `backprop`, or `python -m backprop_cli`."""

from __future__ import annotations

import os
import sys

from backprop_cli.cli.process import run_to_exit

SHORT_SPIN = "20"
"""NumPy's BLAS has its threads wait for work in a loop of 2^26 cycles, 20 ms in which they keep a core from everybody else; 2^20
bridge the time between two products of an update as well."""


def main() -> None:
    """Run the command line as the whole process."""
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", SHORT_SPIN)
    sys.exit(run_to_exit(_command_line))


def _command_line() -> int:
    from backprop_cli.cli.app import command_line  # here, a signal while Typer is loaded is answered already

    return command_line(sys.argv[1:])


if __name__ == "__main__":
    main()
