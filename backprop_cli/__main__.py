"""The program's entry: `backprop`, or `python -m backprop_cli`."""

from __future__ import annotations

import os
import sys

from backprop_cli.cli.process import run_to_exit


def main() -> None:
    """Run the command line as the whole process."""
    sys.exit(run_to_exit(command_line))


def command_line() -> None:
    """Run the command line; `--version` and shell completion are answered without loading it."""
    if sys.argv[1:] == ["--version"]:
        from backprop_cli import __version__

        print(f"backprop {__version__}")
        return
    if "_BACKPROP_COMPLETE" in os.environ:
        from backprop_cli.cli.complete import answer

        code = answer()
        if code is not None:
            sys.exit(code)
    from backprop_cli.cli.app import app

    app(prog_name="backprop")


if __name__ == "__main__":
    main()
