"""Formulas as lines of Python: they compute what the formulas say, and what occurs twice once."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import assume, given, settings

from backprop_cli.formula.assignments import block, python_lines
from backprop_cli.formula.evaluate import evaluate
from backprop_cli.formula.expression import Expression
from backprop_cli.formula.printer import TEXT
from backprop_cli.formula.texts import formula
from tests.formula.test_printers import POINT, TREES, is_steady, near, value_of


def run(lines: list[str], values: dict[str, float]) -> dict[str, Any]:
    names: dict[str, Any] = {**vars(math), **values}
    exec("\n".join(lines), names)
    return names


@settings(max_examples=200)
@given(TREES)
def test_the_lines_compute_the_value_of_a_formula(tree: Expression) -> None:
    wanted = value_of(tree)
    assume(is_steady(tree))
    lines = python_lines(block((f"h = {TEXT.write(tree)}",)), {name: name for name in POINT} | {"h": "h"})
    assert near(run(lines, POINT)["h"], wanted)


def test_what_occurs_twice_is_computed_once() -> None:
    lines = python_lines(block(("a = exp(-abs(z))/(1 + exp(-abs(z)))^2",)), {"z": "z3", "a": "a3"})
    assert lines == ["u_2 = exp(-abs(z3))", "u_1 = 1.0 + u_2", "a3 = u_2 / (u_1 * u_1)"]


def test_what_has_a_value_only_under_a_condition_is_computed_under_it() -> None:
    lines = python_lines(block(("a = 1 + (ln(z) + ln(z)^2 if z > 0 else 7)",)), {"z": "z", "a": "a"})
    assert run(lines, {"z": -1.0})["a"] == 8
    assert run(lines, {"z": math.e})["a"] == pytest.approx(3)


def test_assignments_under_one_condition_share_its_block() -> None:
    lines = python_lines(block(("a = z if z > 0 else slope*z", "s = 1 if z > 0 else slope"), (("slope", -0.5),)), {})
    assert lines == [
        "if z > 0.0:", "    u_a = z", "    u_s = 1.0", "else:", "    u_a = (-0.5) * z", "    u_s = -0.5",
    ]  # fmt: skip


def test_a_chain_of_conditions_is_one_block() -> None:
    lines = python_lines(block(("a = 1 if z >= 3 else 0 if z <= -3 else z/6 + 1/2",)), {"a": "a"})
    assert lines == [
        "if z >= 3.0:", "    a = 1.0", "elif z <= -3.0:", "    a = 0.0", "else:", "    a = z / 6.0 + 0.5",
    ]  # fmt: skip


def test_a_condition_on_what_was_just_assigned_is_a_block_of_its_own() -> None:
    lines = python_lines(block(("z = z - 1 if z > 0 else z", "s = 1 if z > 0 else 0")), {"z": "z", "s": "s"})
    assert run(lines, {"z": 0.5})["s"] == 0


def test_constants_are_computed_and_a_sign_before_a_difference_is_not() -> None:
    assert python_lines(block(("a = -(t - o)", "b = sqrt(2*pi)*o")), {"a": "a", "b": "b"}) == [
        "a = o - t",
        f"b = {math.sqrt(2 * math.pi)!r} * o",
    ]
    assert evaluate(formula("-(t - o)"), {"t": 0.1, "o": 0.7}) == 0.7 - 0.1
