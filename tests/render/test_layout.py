"""One layout: a pipe and a terminal with room for it show the same lines, in whatever characters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from backprop_cli.render.formats.notation import TextNotation
from backprop_cli.render.formats.terminal import terminal
from backprop_cli.render.formats.text_layout import plain
from backprop_cli.render.views.blocks import (
    CHUNK,
    Block,
    Column,
    Equation,
    Equations,
    Heading,
    Kind,
    Matrix,
    Note,
    Table,
)
from tests.program import backprop

WORDS = st.lists(
    st.sampled_from(
        ["w31", "∂E/∂w31", "0.5", "−(t1 − o1)", "⁺", "日本", "👨‍👩‍👧", "e\u0301", "☁\ufe0f", "ñandú", "σ", "한국"]
    ),
    max_size=5,
).map(" ".join)
KINDS: list[Kind] = ["math", "number", "text"]


@st.composite
def tables(draw: st.DrawFn) -> Table:
    columns = draw(st.lists(st.builds(Column, WORDS.filter(bool), st.sampled_from(KINDS)), min_size=1, max_size=5))
    rows = draw(st.lists(st.tuples(*[WORDS] * len(columns)), min_size=1, max_size=5))
    return Table(columns, rows, len(rows))


EQUATIONS = st.lists(st.builds(Equation, WORDS, st.lists(WORDS, min_size=1, max_size=3)), min_size=1, max_size=3).map(
    Equations
)
BLOCKS = st.one_of(tables(), EQUATIONS, st.builds(Heading, WORDS, st.integers(1, 3)), st.builds(Note, WORDS))


@given(st.lists(BLOCKS, max_size=4), st.sampled_from([None, 1000]), st.booleans())
def test_a_pipe_and_a_terminal_with_room_for_it_show_the_same_lines(
    blocks: list[Block], width: int | None, is_ascii: bool
) -> None:
    notation = TextNotation(is_ascii=is_ascii)
    assert "".join(plain(blocks, notation)) == "".join(terminal(blocks, notation, width, False))


@pytest.mark.parametrize("is_ascii", [False, True])
def test_a_matrix_looks_the_same_in_both(is_ascii: bool) -> None:
    blocks = [Matrix("W", "", np.array([[1.0, -2.5], [0.125, 1e-9]])), Matrix("z", "Wx", np.ones((9, 1)))]
    notation = TextNotation(is_ascii=is_ascii)
    assert "".join(plain(blocks, notation)) == "".join(terminal(blocks, notation, 80, False))


def test_columns_stay_where_they_are_in_a_table_of_many_chunks() -> None:
    rows = [(f"w{index}", "x") for index in reversed(range(2 * CHUNK))]
    lines = "".join(plain([Table((Column("name"), Column("value")), rows, len(rows))], TextNotation())).splitlines()
    assert {line.index("x") for line in lines[2:]} == {lines[0].index("value")}


def test_a_family_is_as_wide_as_two_letters() -> None:
    table = Table((Column("who"), Column("n", "number")), [("👨‍👩‍👧", "1"), ("ab", "2")], 2)
    assert "".join(plain([table], TextNotation())).splitlines()[2:] == ["  👨‍👩‍👧    1", "  ab    2"]


def styles(args: list[str], monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """The styles in which each piece of what a command prints is shown in colour."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    text = Text.from_ansi(backprop(*args).stdout)
    found: dict[str, set[str]] = {}
    for span in text.spans:
        found.setdefault(text.plain[span.start : span.end].strip(), set()).add(str(span.style))
    return found


def test_colour_tells_signs_apart_and_gradients_stand_out(monkeypatch: pytest.MonkeyPatch) -> None:
    found = styles(["run", "classic"], monkeypatch)
    assert found["0.13849856"] != found["−0.03809824"]
    assert found["0.18681560"] == found["0.13849856"]
    assert all("bold" in style for style in found["∂E/∂w31"]) and "∂z3/∂w31" not in found
    assert all("bold" in style for style in found["−0.02260254"])


def test_colour_tells_signs_apart_in_matrices_too(monkeypatch: pytest.MonkeyPatch) -> None:
    found = styles(["run", "classic", "--view", "matrix"], monkeypatch)
    assert found["0.13849856"] != found["−0.03809824"]


def test_colour_tells_right_from_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    found = styles(["predict", "xor"], monkeypatch)
    assert found["right"] == {"color(2)"} and found["wrong"] == {"bold color(1)"}  # green, red


def on_a_terminal(table: Table, width: int) -> list[str]:
    return "".join(terminal([table], TextNotation(), width, False)).splitlines()


def test_a_name_stays_in_one_line_as_long_as_a_formula_can_be_broken() -> None:
    columns = Column("rule"), Column("chain rule", "math", is_wide=True), Column("numbers", "math", is_wide=True)
    rows = [("power rule for roots", "a · b", "0.84147098 · 2.71828183")]
    lines = on_a_terminal(Table(columns, rows, 1), 50)
    assert lines[0] == "  rule                   chain rule   numbers"
    assert [line.split("   ")[-1].strip() for line in lines[2:]] == ["0.84147098", "· 2.71828183"]
    assert sum("power rule for roots" in line for line in lines) == 1


def test_extra_columns_are_left_out_where_rows_would_be_broken_the_last_first() -> None:
    columns = [Column("name"), Column("loss", is_extra=True), Column("unit", is_extra=True), Column("title")]
    table = Table(columns, [("xor", "squared_error", "tanh", "four samples")], 1)
    wide, middle, narrow = (on_a_terminal(table, width) for width in (44, 43, 30))
    assert wide[2] == "  xor    squared_error   tanh   four samples"
    assert middle[2] == "  xor    squared_error   four samples"
    assert narrow[2] == "  xor    four samples"


def test_the_examples_stand_in_one_line_each_at_eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    text = Text.from_ansi(backprop("examples").stdout).plain
    assert [line.split("   ")[0].strip() for line in text.splitlines()[2:9]] == [
        "classic", "mazur", "relu", "softmax", "three-layers", "wikidocs", "xor",
    ]  # fmt: skip
