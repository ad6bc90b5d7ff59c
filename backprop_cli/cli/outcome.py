"""What the end of a command means to the shell: a result, an error, a closed pipe, an interrupt, as an exit code."""

from __future__ import annotations

from collections.abc import Callable

from backprop_cli.cli.console import ClosedPipeError, say
from backprop_cli.cli.process import CLOSED_PIPE, StoppedError, discard_output
from backprop_cli.errors import BackpropError, OutputError


def exit_code_of(command: Callable[[], int | None]) -> int:
    """Run a command; the program's own errors are said and become exit codes, any other error is a bug and comes through."""
    try:
        return command() or 0
    except BackpropError as error:
        say(f"error: {error}")
        if isinstance(error, OutputError):
            discard_output()
        return error.exit_code
    except ClosedPipeError:
        discard_output()
        return CLOSED_PIPE
    except MemoryError:
        say("error: the network is too large for this machine's memory")
        return BackpropError.exit_code
    except KeyboardInterrupt as stop:
        raise StoppedError from stop
