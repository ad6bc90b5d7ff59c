"""A script as a user runs it, but in this process: what it prints last."""

from __future__ import annotations

import contextlib
import io

from backprop_cli.bridges.script import Script


def last_loss(script: Script) -> float:
    """Run a script that stands alone and read its last line, `loss` and a number."""
    assert not script.arrays
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(script.text, "<script>", "exec"), {"__name__": "__main__"})
    word, number = printed.getvalue().splitlines()[-1].split()
    assert word == "loss"
    return float(number)
