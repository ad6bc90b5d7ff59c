"""A slip in a file is answered at its line, in a sentence of its own, with what to write instead."""

from __future__ import annotations

import pytest

from backprop_cli.files.yaml_hints import MOST_SEARCHED
from tests.program import backprop

LAYERS = "layers:\n  - weights: [[0.1, 0.2]]\n"
INPUTS = "inputs: [1, 2]\n"
TARGETS = "targets: [1]\n"
GOOD = INPUTS + TARGETS + LAYERS
TWO_KEYS = INPUTS + TARGETS + "layers:\n  - activation: sigmoid\n"

SLIPS: dict[str, tuple[str, str, str, str]] = {
    # name: (text, place, what is wrong, what to do)
    "colon in a title": (
        "title: XOR: a try\n" + GOOD, "1:11", "a text with a colon in it needs quotes", 'write title: "XOR: a try"',
    ),
    "colon and quotes": (
        'title: XOR: "a try"\n' + GOOD, "1:11", "a text with a colon in it needs quotes", "write title: 'XOR: \"a try\"'",
    ),
    "no space": (
        INPUTS + "targets:[1]\n" + LAYERS, "2:8", "a space is missing after the colon of 'targets'", "write targets: [1]",
    ),
    "no space first": (
        "inputs:[1, 2]\n" + TARGETS + LAYERS, "1:7", "a space is missing after the colon of 'inputs'", "write inputs: [1, 2]",
    ),
    "no space before a number": (
        "learning_rate:0.5\n" + GOOD, "1:14", "a space is missing after the colon", "write learning_rate: 0.5",
    ),
    "no space in a layer": (
        INPUTS + TARGETS + "layers:\n  - weights:[[0.1, 0.2]]\n", "4:5", "found the text 'weights:[[0.1, 0.2]]'",
        "a space is missing after the colon: weights: [[0.1, 0.2]]",
    ),
    "no space in braces": (
        GOOD + "names: {loss: L, outputs:[y]}\n", "5:25", "a space is missing after the colon of 'outputs'", "write outputs:",
    ),
    "no space after a dash": (
        TWO_KEYS + "    weights:\n      - [1, 2]\n      -{a: 3, b: 4}\n", "7:7", "a space is missing after the dash",
        "write - {a: 3, b: 4}",
    ),
    "no end of a line": (
        "inputs: [1, 2]targets: [1]\n" + LAYERS, "1:15", "a new key needs a line of its own", "begin a line before targets: [1]",
    ),
    "no colon": (
        "title a try\n" + GOOD, "1:6", "a colon is missing after 'title'", "write title: a try",
    ),
    "no colon between keys": (
        INPUTS + TARGETS + "loss huber\n" + LAYERS, "3:5", "a colon is missing after 'loss'", "write loss: huber",
    ),
    "equals": ("inputs = [1, 2]\n" + TARGETS + LAYERS, "1:8", "a key is followed by a colon", "write inputs: [1, 2]"),
    "unclosed bracket": (
        "inputs: [1, 2\n" + TARGETS + LAYERS, "1:9", "this [ is never closed", "a ] is missing, before line 2 perhaps",
    ),
    "unclosed rows": (
        TWO_KEYS + "    weights: [[0.1, 0.2]\n    bias: 0.1\n", "5:14", "this [ is never closed", "before line 6 perhaps",
    ),
    "unclosed at the end": (
        TWO_KEYS + "    weights: [[0.1, 0.2]\n", "5:14", "this [ is never closed", "a ] is missing",
    ),
    "unclosed brace": (
        INPUTS + TARGETS + "layers:\n  - {activation: tanh, weights: [[1, 2]]\n", "4:5", "this { is never closed",
        "a } is missing",
    ),
    "a bracket in a comment": (
        "inputs: [1, 2  # the [ of a comment\n" + TARGETS + LAYERS, "1:9", "this [ is never closed", "a ] is missing",
    ),
    "wrong closing bracket": ("inputs: [1, 2}\n" + TARGETS + LAYERS, "1:14", "} cannot close the [", "write ]"),
    "one bracket too many": ("inputs: [1, 2]]\n" + TARGETS + LAYERS, "1:15", "there is one ] too many", "leave it out"),
    "no comma between rows": (
        INPUTS + TARGETS + "layers:\n  - weights: [[1, 2] [3, 4]]\n", "4:22", "a comma is missing", "write ], [",
    ),
    "one column too far": (
        TWO_KEYS + "     weights: [[0.1, 0.2]]\n", "5:6", "the indentation of this line fits no line above it",
        "begin it in column 5, as 'activation' of line 4",
    ),
    "one column short": (
        TWO_KEYS + "   weights: [[0.1, 0.2]]\n", "5:4", "the indentation of this line fits no line above it",
        "begin it in column 5, as 'activation' of line 4",
    ),
    "a key at the top moved": (
        INPUTS + " targets: [1]\n" + LAYERS, "2:2", "the indentation of this line", "begin it in column 1, as 'inputs' of line 1",
    ),
    "a dash moved": (
        TWO_KEYS + "    weights:\n      - [0.1, 0.2]\n     - [0.3, 0.4]\n", "7:6", "the indentation of this line",
        "begin it in column 7, as the dash of line 6",
    ),
    "tab before a dash": (
        INPUTS + TARGETS + "layers:\n\t- weights: [[1, 2]]\n", "4:1", "a tab cannot indent a line", "indent with spaces",
    ),
    "tab before a key": (TWO_KEYS + "\tweights: [[1, 2]]\n", "5:1", "a tab cannot indent a line", "indent with spaces"),
    "tab after spaces": (TWO_KEYS + "  \tweights: [[1, 2]]\n", "5:3", "a tab cannot indent a line", "indent with spaces"),
    "unclosed text": (GOOD + 'title: "home\n', "5:8", 'the text that begins with " is never closed', 'a " is missing'),
    "at sign": (GOOD + "title: @home\n", "5:8", "a text that begins with @ needs quotes", 'write "@home"'),
    "percent": (GOOD + "title: %home\n", "5:8", "a text that begins with % needs quotes", 'write "%home"'),
    "dash in a text": (GOOD + "title: - home\n", "5:8", "a text that begins with - needs quotes", 'write "- home"'),
    "star": (GOOD + "freeze: [b*, *]\n", "5:14", "a text that begins with * needs quotes", 'write "*"'),
    "minus sign": (
        "inputs: [1, −2]\n" + TARGETS + LAYERS, "1:13", "found the text '−2'",
        "this minus sign is not the one of the keyboard: write -2",
    ),
    "decimal comma alone": (GOOD + "learning_rate: 0,5\n", "5:16", "found the text '0,5'", "with a point: 0.5"),
    "decimal comma in inputs": (
        "inputs: [0,5, 2]\n" + TARGETS + LAYERS, "1:9", "expected 2 numbers, one per weight of a row, found 3",
        "0,5 is two numbers: decimals are written with a point, 0.5",
    ),
    "decimal comma in weights": (
        INPUTS + TARGETS + "layers:\n  - weights: [[0,1, 0,2]]\n", "4:15", "expected 2 weights in each row, found 4",
        "0,1 is two numbers: decimals are written with a point, 0.1",
    ),
    "decimal comma in a bias": (
        GOOD + "    bias: [0,5]\n", "5:11", "expected 1 bias", "0,5 is two numbers: decimals are written with a point, 0.5",
    ),
    "decimal comma in targets": (
        INPUTS + "targets: [0,5]\n" + LAYERS, "2:10", "expected 1 target", "0,5 is two numbers",
    ),
    "None": (GOOD + "    bias: None\n", "5:11", "found the text 'None'", "leave the key out where there is nothing"),
    "semicolon": ("inputs: [1; 2]\n" + TARGETS + LAYERS, "1:10", "found the text '1; 2'", "set apart by commas: 1, 2"),
    "no comma": ("inputs: [1 2]\n" + TARGETS + LAYERS, "1:10", "found the text '1 2'", "set apart by commas: 1, 2"),
    "a fraction": ("inputs: [1/2, 2]\n" + TARGETS + LAYERS, "1:10", "found the text '1/2'", "nothing is computed in a file"),
    "a letter": ("inputs: [O.5, 2]\n" + TARGETS + LAYERS, "1:10", "found the text 'O.5'", "a letter where a digit belongs"),
}  # fmt: skip


@pytest.mark.parametrize("case", SLIPS)
def test_a_slip_is_answered_at_its_line(case: str) -> None:
    text, place, wrong, right = SLIPS[case]
    result = backprop("run", "-", stdin=text)
    assert (result.exit_code, result.stdout) == (2, "")
    first, excerpt, caret, hint, *more = result.stderr.splitlines()
    assert first.startswith(f"error: <stdin>:{place}: ") and wrong in first
    line, column = (int(part) for part in place.split(":"))
    assert excerpt == f"    {text.splitlines()[line - 1]}".rstrip().replace("\t", " ")
    assert caret.index("^") == 3 + column
    assert hint.startswith("    hint: ") and right in hint
    assert not more


def test_compact_lists_hold_no_decimal_commas() -> None:
    result = backprop("run", "-", stdin=f"inputs: [1,2,3]\n{TARGETS}{LAYERS}")
    assert "is two numbers" not in result.stderr
    assert "expected 3 weights in each row" in result.stderr


def test_a_huge_text_is_not_searched_for_slips() -> None:
    result = backprop("run", "-", stdin="inputs: [" + "1, " * MOST_SEARCHED)
    assert "not valid YAML" in result.stderr
