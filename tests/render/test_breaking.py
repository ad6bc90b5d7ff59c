"""Long formulas are broken before their signs, never within a number or a name, and nothing of them is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from backprop_cli.render.formats.breaking import broken, wrapped
from backprop_cli.render.formats.notation import TextNotation
from backprop_cli.render.formats.terminal import terminal
from backprop_cli.render.views.blocks import Column, Table

ATOMS = st.sampled_from(["w31", "0.59326999", "(−0.038)", "∂E/∂z3", "σ", "日本"])
SIGNS = st.sampled_from([" + ", " − ", " · ", "·", " = "])
FORMULAS = st.recursive(
    ATOMS | ATOMS.map(lambda atom: f"exp({atom})"),
    lambda inner: st.builds(lambda left, sign, right: f"{left}{sign}{right}", inner, SIGNS, inner),
    max_leaves=12,
)


@given(FORMULAS, st.integers(2, 60))
def test_nothing_is_lost_and_every_line_fits(formula: str, width: int) -> None:
    lines = broken(formula, width)
    assert "".join("".join(lines).split()) == "".join(formula.split())
    assert all(cell_len(line) <= width for line in lines)


@given(FORMULAS, st.integers(22, 60))
def test_names_and_numbers_stay_whole_and_lines_begin_with_their_sign(formula: str, width: int) -> None:
    lines = broken(formula, width)
    assert all(re.match(r"[+−·=] ?", line) for line in lines[1:])
    assert not any(re.search(r"[+−·=(] ?$", line) for line in lines[:-1])


@pytest.mark.parametrize(
    ("formula", "width", "lines"),
    [
        ("0.4 · 0.59326999 + 0.45 · 0.59688438 + 0.6", 28, ["0.4 · 0.59326999", "+ 0.45 · 0.59688438 + 0.6"]),
        ("0.75136507·(1 − 0.75136507)", 20, ["0.75136507", "·(1 − 0.75136507)"]),
        ("a · b + c · d = o1 − t1", 14, ["a · b + c · d", "= o1 − t1"]),
        ("z1 if z1 > 0 else 0.1·z1", 15, ["z1 if z1 > 0", "else 0.1·z1"]),
        ("0.59326999", 5, ["0.593", "26999"]),
    ],
)
def test_a_sum_is_broken_between_its_products(formula: str, width: int, lines: list[str]) -> None:
    assert broken(formula, width) == lines


def test_a_sentence_is_not_broken_beside_an_equals_sign() -> None:
    assert wrapped("half squared error, η = 0.5, step 1", 26) == ["half squared error,", "η = 0.5, step 1"]
    assert wrapped("  indented words here", 14) == ["  indented", "  words here"]


@pytest.mark.parametrize("width", [20, 30, 40, 60, 80])
def test_on_a_narrow_terminal_every_cell_has_its_label(width: int) -> None:
    columns = (Column("partial", "math"), Column("numbers", "math"), Column("value", "number"))
    rows = [("∂E/∂w31", "0.13849856 · 0.59326999 + 0.45 · 0.6", 0.5), ("∂E/∂b", "1 + 2", -1.25)]
    text = "".join(terminal([Table(columns, rows, 2)], TextNotation(), width, is_color=False))
    lines = text.splitlines()
    assert all(cell_len(line) <= width for line in lines)
    assert "·0.6" in "".join(text.split())
    if width < 40:
        assert [line.split()[0] for line in lines if line.split()[0] in ("partial", "numbers", "value")] == [
            column.title for column in columns
        ] * 2
    else:
        assert lines[0].split() == ["partial", "numbers", "value"]
