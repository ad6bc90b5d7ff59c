"""The drawing in characters keeps its corners where they belong, whatever the names are."""

from __future__ import annotations

import os
import subprocess
import unicodedata

import pytest

from tests.process import PROGRAM
from tests.program import backprop

WIDE = "inputs: [1, 2]\ntargets: [0]\nlayers: [{weights: [{日本: 1, é: 2}], bias: {ñandú: 1}}]\n"


def columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) == "W" else 1 for character in text)


@pytest.mark.parametrize(("encoding", "borders"), [("utf-8", "┃┫┨"), ("ascii", "#")])
def test_a_units_border_is_straight_beside_wide_and_spelled_out_names(encoding: str, borders: str) -> None:
    process = subprocess.run(
        [*PROGRAM, "explain", "-", "-w", "日本", "--graph"], input=WIDE.encode(), capture_output=True, check=True,
        env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
    )  # fmt: skip
    drawing = process.stdout.decode(encoding).split("\n\n")[1].splitlines()
    starts = set()
    for text in ("z1 6", "o1 6", "t1 0", "E_o1 18"):
        (row,) = [
            line for line in drawing if f"{text} " in line or any(f"{text}{border}" in line for border in borders)
        ]
        before = row[: row.index(text)]
        assert before[-1] in borders
        starts.add(columns(before))
    assert len(starts) == 1


def test_a_network_too_high_for_characters_says_so() -> None:
    row = ", ".join(["0.1"] * 8)
    text = f"inputs: [{row}]\ntargets: [{row}]\nlayers: [{{weights: [{', '.join([f'[{row}]'] * 8)}]}}]\n"
    result = backprop("run", "-", "--graph", stdin=text)
    assert "(The network is too high to be drawn in characters: backprop plot draws it as SVG.)" in result.stdout
