"""LaTeX that compiles: what mathematics has no letters for is set as text."""

from __future__ import annotations

import re

import pytest

from tests.program import backprop


@pytest.mark.parametrize(
    ("name", "shown"),
    [("é", r"\text{é}"), ("größe1", r"\text{größe}_{1}"), ("w_é", r"w_{\text{é}}"), ("θ1", r"\theta_{1}")],
)
def test_a_letter_outside_ascii_is_set_as_text(name: str, shown: str) -> None:
    text = f"inputs: [1, 2]\ntargets: [0]\nlayers: [{{weights: [{{{name}: 1, v: 2}}]}}]\n"
    result = backprop("explain", "-", "-w", name, "-f", "latex", stdin=text)
    assert result.exit_code == 0, result.stderr
    assert rf"\partial {shown}" in result.stdout
    assert re.sub(r"\\text\{[^}]*\}", "", result.stdout).isascii()
