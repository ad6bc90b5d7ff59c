"""Long text on a terminal goes through the user's pager, and nothing else does."""

from __future__ import annotations

import os
import struct
import subprocess
from pathlib import Path

import pytest

from tests.process import PROGRAM, environment

pty = pytest.importorskip("pty")
ROWS = 50


def on_terminal(*args: str, **changes: str) -> tuple[str, int]:
    """What a terminal of 50 rows is sent, and the exit code."""
    import termios
    from fcntl import ioctl

    leader, follower = pty.openpty()
    ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, 100, 0, 0))
    process = subprocess.Popen(
        [*PROGRAM, *args],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env=environment(**{"TERM": "xterm", **changes}),
    )
    os.close(follower)
    pieces = []
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:  # on Linux the end of a terminal that everybody has left
            break
        if not piece:
            break
        pieces.append(piece)
    os.close(leader)
    return b"".join(pieces).decode(), process.wait(timeout=20)


@pytest.fixture
def pager(tmp_path: Path) -> str:
    """A pager that says so, and what it was told, before it shows the text."""
    file = tmp_path / "pager"
    file.write_text('#!/bin/sh\necho "PAGED $1 LESS=$LESS"\ncat\n', encoding="utf-8")
    file.chmod(0o755)
    return f"{file} -x"


def test_what_is_longer_than_the_screen_goes_through_the_pager(pager: str) -> None:
    shown, code = on_terminal("run", "classic", PAGER=pager, NO_COLOR="1")
    assert (shown.startswith("PAGED -x LESS=FRX"), code) == (True, 0)
    direct, code = on_terminal("run", "classic", "--no-pager", PAGER=pager, NO_COLOR="1")
    assert code == 0 and shown.partition("\r\n")[2] == direct
    assert len(direct.splitlines()) > ROWS


@pytest.mark.slow
@pytest.mark.parametrize(
    ("args", "changes"),
    [
        (("run", "classic", "--brief", "-w", "w31"), {}),
        (("run", "classic", "-f", "json"), {}),
        (("run", "classic"), {"TERM": "dumb"}),
        (("run", "classic"), {"PAGER": ""}),
        (("run", "classic"), {"PAGER": "no-such-pager"}),
    ],
)
def test_what_is_short_or_for_machines_does_not(pager: str, args: tuple[str, ...], changes: dict[str, str]) -> None:
    shown, code = on_terminal(*args, **{"PAGER": pager, **changes})
    assert code == 0 and "E" in shown and "PAGED" not in shown


def test_a_pipe_gets_the_text_itself(pager: str) -> None:
    process = subprocess.run(
        [*PROGRAM, "run", "classic"], capture_output=True, env=environment(PAGER=pager), check=True, timeout=60
    )
    assert b"PAGED" not in process.stdout


def test_a_pager_that_is_left_early_has_shown_enough(tmp_path: Path) -> None:
    output = tmp_path / "new.yaml"
    shown, code = on_terminal("run", "xor", "--sample", "all", "-o", str(output), PAGER="head -n 2")
    assert code == 0
    assert output.exists() and "wrote" in shown
    assert len(shown.splitlines()) == 3
