"""The program's entry: `backprop`, or `python -m backprop_cli`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; `--version` is answered without loading it."""
    if sys.argv[1:] == ["--version"]:
        from backprop_cli import __version__

        print(f"backprop {__version__}")
        return
    from backprop_cli.cli.app import app

    app(prog_name="backprop")


if __name__ == "__main__":
    main()
