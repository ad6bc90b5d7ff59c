"""Axes: ticks are round numbers within the curve, few enough to be read, on the scale that helps."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_cli.render.drawing.axes import step_axis, value_axis
from backprop_cli.render.drawing.curve import draw

LOSSES = st.lists(st.floats(1e-12, 1e6), min_size=2, max_size=30)


@given(LOSSES, st.integers(2, 8))
def test_value_ticks_are_round_few_and_inside(values: list[float], most: int) -> None:
    axis = value_axis(values, most)
    assert axis.is_log == (max(values) > 50 * min(values))
    assert 1 <= len(axis.ticks) <= most
    span = max(values) - min(values)
    for tick in axis.ticks:
        assert min(values) - 1e-6 * span <= tick <= max(values) + 1e-6 * span or len(set(values)) == 1
        assert -1e-6 <= axis.share(tick) <= 1 + 1e-6
    assert len(axis.labels()) == len(axis.ticks)


@given(st.floats(0.1, 1e4), st.floats(0.02, 40.0))
def test_linear_ticks_are_multiples_of_one_two_or_five(low: float, ratio: float) -> None:
    axis = value_axis([low, low * (1 + ratio)], 5)
    if not axis.is_log and len(axis.ticks) > 1:
        step = axis.ticks[1] - axis.ticks[0]
        mantissa = step / 10.0 ** math.floor(math.log10(step) + 1e-9)
        assert round(mantissa, 6) in (1, 2, 5)
        assert all(abs(tick / step - round(tick / step)) < 1e-6 for tick in axis.ticks)


@pytest.mark.parametrize("steps", [1, 2, 3, 7, 10, 99, 100, 1000, 12345, 10**6])
def test_step_ticks_are_whole_and_hold_both_ends(steps: int) -> None:
    ticks = step_axis(steps, 6).ticks
    assert ticks[0] == 0 and ticks[-1] == steps
    assert all(tick == int(tick) for tick in ticks) and len(ticks) <= 7


def test_a_constant_loss_is_drawn() -> None:
    assert "0.5 ┤" in draw([0.5, 0.5, 0.5], 2, 60, is_ascii=False)


@pytest.mark.parametrize(("is_ascii", "foot"), [(False, "0 ┤▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁"), (True, "0 +##################")])
def test_a_loss_of_nothing_lies_at_the_foot(is_ascii: bool, foot: str) -> None:
    *above, zero, _, _ = draw([0.0, 0.0, 0.0], 2, 60, is_ascii).splitlines()
    assert zero.strip() == foot
    assert {line.strip() for line in above} == {"|" if is_ascii else "│"}


@given(LOSSES, st.integers(1, 10**7), st.integers(30, 80), st.booleans())
def test_a_curve_stays_in_its_width(values: list[float], steps: int, width: int, is_ascii: bool) -> None:
    lines = draw(values, steps, width, is_ascii).splitlines()
    assert all(len(line) <= width for line in lines)
    assert (lines[0].strip() == "(log scale)") == (max(values) > 50 * min(values))
    assert not is_ascii or all(line.isascii() for line in lines)
    assert lines[-1].endswith(f"{steps:,} steps")


@pytest.mark.parametrize("steps", [7, 12345, 123456, 10_000_001])
def test_the_number_of_steps_is_written_in_full(steps: int) -> None:
    assert step_axis(steps, 5).labels()[-1] == f"{steps:,}"
    assert draw([1.0, 0.5, 0.25], steps, 72, is_ascii=False).endswith(f" {steps:,} steps")


def test_labels_of_a_curve_that_hardly_moves_are_told_apart() -> None:
    axis = value_axis([0.29837, 0.2983697, 0.2983692], 5)
    labels = axis.labels()
    assert len(set(labels)) == len(labels) > 2
    assert [float(label) for label in labels] == pytest.approx(axis.ticks, abs=1e-7)
