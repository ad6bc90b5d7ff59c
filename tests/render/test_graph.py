"""The drawing in characters keeps its corners where they belong, whatever the names are."""

from __future__ import annotations

import json
import os
import re
import subprocess
import unicodedata

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

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


LEFT, RIGHT, UP, DOWN = (0, -1), (0, 1), (-1, 0), (1, 0)
ARMS = {
    "─": {LEFT, RIGHT}, "│": {UP, DOWN}, "┌": {RIGHT, DOWN}, "┐": {LEFT, DOWN}, "└": {RIGHT, UP}, "┘": {LEFT, UP},
    "├": {RIGHT, UP, DOWN}, "┤": {LEFT, UP, DOWN}, "┬": {LEFT, RIGHT, DOWN}, "┴": {LEFT, RIGHT, UP},
    "●": {LEFT, RIGHT, UP, DOWN},
}  # fmt: skip
Place = tuple[int, int]


def boxes_of(lines: list[str]) -> dict[Place, Place]:
    """The top left and the bottom right corner of each box: a closed rectangle of lines."""
    found = {}
    for row, line in enumerate(lines):
        for match in re.finditer("┌─*┐", line):
            left, right = match.start(), match.end() - 1
            bottom = row + 1
            while bottom < len(lines) and lines[bottom][left] in "│┤" and lines[bottom][right] in "│├":
                bottom += 1
            assert re.fullmatch("└─*┘", lines[bottom][left : right + 1])
            found[row, left] = (bottom, right)
    return found


def reached(lines: list[str], start: Place, borders: set[Place]) -> tuple[set[str], set[Place]]:
    """What is connected with a line's first piece: the labels on it, and where it arrives at boxes."""
    labels, ends, seen = set(), set(), set()
    stack = [(start, RIGHT)]
    while stack:
        (row, column), (down, right) = stack.pop()
        place = (row + down, column + right)
        if (place, (down, right)) in seen:
            continue
        seen.add((place, (down, right)))
        character = lines[place[0]][place[1]]
        if place in borders:
            ends.add(place)
        elif character == "┼":  # lines that cross go on as they were
            stack.append((place, (down, right)))
        elif character in ARMS:
            back = (-down, -right)
            assert back in ARMS[character], f"{character} at {place} has no arm towards where the line comes from"
            stack += [(place, arm) for arm in ARMS[character] - {back}]
        else:
            label = re.match("[^─]+─┤", lines[place[0]][place[1] :])
            assert label and right == 1
            labels.add(label[0].split()[0])
            ends.add((place[0], place[1] + len(label[0]) - 1))
    return labels, ends


LAYERS = st.lists(st.tuples(st.integers(1, 4), st.sampled_from(["sigmoid", "softmax"])), min_size=1, max_size=3)


@settings(max_examples=40)
@given(inputs=st.integers(1, 5), layers=LAYERS, bias=st.sampled_from([None, 0.5, "own"]))
def test_every_line_can_be_traced_from_its_unit_to_all_that_it_feeds(
    inputs: int, layers: list[tuple[int, str]], bias: object
) -> None:
    sources, file = inputs, []
    for units, activation in layers:
        layer = {"weights": [[0.25] * sources] * units, "activation": activation}
        file.append(layer | ({"bias": [0.5] * units if bias == "own" else bias} if bias else {}))
        sources = units
    network = json.dumps({"inputs": [1] * inputs, "targets": [0.5] * sources, "layers": file})
    shown = backprop("run", "-", "-n", "0", "--graph", stdin=network).stdout.partition("\n\nForward pass")[0]
    drawing = shown.splitlines()[2:]
    assume(not drawing[0].startswith("("))
    lines = [line.ljust(max(map(len, drawing))) for line in drawing]
    boxes = boxes_of(lines)
    borders = {(row, left) for (top, left), (bottom, _) in boxes.items() for row in range(top, bottom + 1)}
    columns = sorted({left for _, left in boxes})
    all_ends: list[Place] = []
    for (top, left), (bottom, right) in boxes.items():
        if left == columns[-1]:
            continue
        (start,) = [(row, right) for row in range(top + 1, bottom) if lines[row][right] == "├"]
        labels, ends = reached(lines, start, borders)
        following = [place for place in boxes if place[1] == columns[columns.index(left) + 1]]
        assert sorted(row for row, _ in ends) and {column for _, column in ends} == {following[0][1]}
        fed = [place for place in following if any(place[0] < row < boxes[place][0] for row, _ in ends)]
        assert len(fed) == len(following) == len(ends)
        inside = [
            lines[row][left + 1 : right].split()[0] for row in range(top + 1, bottom) if lines[row][left + 1] != " "
        ]
        if labels:
            number = next(int(name[1:]) for name in reversed(inside) if re.fullmatch(r"[xaot]\d+", name))
            is_output = any(name.startswith("o") for name in inside)
            assert len(labels) == len(following) and not is_output
            assert {label[1:-1].rstrip("_") for label in labels} == {
                str(number if inside[0][0] == "x" else inputs + number)
            }
        all_ends += ends
    assert len(set(all_ends)) == len(all_ends)
