"""Sums over a range, written out by hand, and functions that work on vectors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.hang import no_hang
from tests.program import backprop

WRITTEN_OUT = {
    "sum(x_i for i in 1..3)": "x1 + x2 + x3",
    "sum((w_i*x_i - t_i)^2 for i in 1..3)": "(w1*x1 - t1)^2 + (w2*x2 - t2)^2 + (w3*x3 - t3)^2",
    "sum(x^i/(i + 1) for i in 1..3)": "x^1/(1 + 1) + x^2/(2 + 1) + x^3/(3 + 1)",
    "sum(x_i^2 for i in 9..11)": "x9^2 + x10^2 + x11^2",
    "sum(a for k in 0..1)": "a + a",
    "sum(2x_i for i in 4..4)": "2*x4",
    "b + sum(x_i for i in 1..2)": "b + x1 + x2",
    "b - sum(x_i for i in 1..2)": "b - (x1 + x2)",
    "sum(sum(W_ij x_j for j in 1..2) for i in 1..2)": "W11*x1 + W12*x2 + W21*x1 + W22*x2",
    "sum(W_i2 for i in 1..2)": "W12 + W22",
    "sum(W_1_k for k in 9..10)": "W19 + W1_10",
    "sum(x_i for i in 1..2) x_i": "(x1 + x2)*x_i",
    "Σ(x_i for i in 1..2)": "x1 + x2",
    "∑(x_i for i in 1..2)": "x1 + x2",
    "SUM(x_i for i in 1..2)": "x1 + x2",
    "Σ_{i=1}^{2} x_i": "x1 + x2",
    r"\frac{1}{2}\sum_{i=1}^{3} (t_i - o_i)^2 + b": "1/2*((t1 - o1)^2 + (t2 - o2)^2 + (t3 - o3)^2) + b",
    r"\sum_{i=1}^2 w_i x_i - b": "w1*x1 + w2*x2 - b",
    r"\sum\limits_{j=1}^{2} \sum_{i=1}^2 W_{ij}": "W11 + W21 + W12 + W22",
}


@pytest.mark.parametrize("text", WRITTEN_OUT)
def test_a_sum_is_that_of_its_terms(text: str) -> None:
    found = backprop("chain", f"y = {text}", "--steps", "none", "-f", "json").json
    assert found["definitions"] == {"y": WRITTEN_OUT[text]}
    by_hand = backprop("chain", f"y = {WRITTEN_OUT[text]}", "--steps", "none", "-f", "json").json
    assert found["derivatives"] == by_hand["derivatives"]


def test_indices_are_those_of_vectors_and_of_names_as_they_are_written() -> None:
    found = backprop("chain", "x = [1, 2, 3]", "y = sum(x_i^i for i in 1..3)", "-f", "json").json
    assert (found["at"], found["values"]["y"]) == ({"x1": 1, "x2": 2, "x3": 3}, 1 + 4 + 27)
    assert {name: one["value"] for name, one in found["derivatives"].items()} == {"x1": 1, "x2": 4, "x3": 27}
    found = backprop("chain", "x_1 = 3t", "x_2 = t^2", "y = sum(x_i for i in 1..2)", "--at", "2", "-f", "json").json
    assert (found["values"]["y"], found["derivatives"]["t"]["value"]) == (10, 7)
    wide = (
        "W = [" + ", ".join("[" + ", ".join(f"{row}.{column:02}" for column in range(12)) + "]" for row in (1, 2)) + "]"
    )
    found = backprop("chain", wide, "y = sum(W_2j for j in 3..4)", "-f", "json").json
    assert (found["definitions"]["y"], found["values"]["y"]) == ("W2_3 + W2_4", pytest.approx(2.02 + 2.03))


def test_a_component_may_stand_in_any_definition() -> None:
    found = backprop("chain", "z = [1, 2]", "a = softmax(z)", "L = -ln(a2)", "-f", "json").json
    softmax = np.exp([1, 2]) / np.exp([1, 2]).sum()
    slopes = [found["derivatives"][name]["value"] for name in ("z1", "z2")]
    assert slopes == pytest.approx(list(softmax - [0, 1]))


FUNCTIONS: dict[tuple[str, ...], tuple[dict[str, float], Callable[..., float]]] = {
    ("f(x) = dot([x, 1], [x, 2])",): ({"x": 3.0}, lambda x: x * x + 2),
    ("f(x) = sum(x^i for i in 1..3)", "y = f(2t)"): ({"t": 0.5}, lambda t: 2 * t + 4 * t**2 + 8 * t**3),
    ("z = [a, b]", "f(u) = dot(u, u)", "y = f(3z)"): ({"a": 1.0, "b": 2.0}, lambda a, b: 9 * (a * a + b * b)),
    ("n(u) = sqrt(dot(u, u))", "d(u, v) = n(u - v)", "y = d([a, 1], [2, b])"): (
        {"a": 1.0, "b": 4.0}, lambda a, b: float(np.hypot(a - 2, 1 - b)),
    ),
    ("f(x, k) = x^k", "y = sum(f(x, i) for i in 1..3)"): ({"x": 2.0}, lambda x: x + x**2 + x**3),
    ("f(x) = x^2", "y = sum(f([a, b]))"): ({"a": 1.0, "b": 2.0}, lambda a, b: a * a + b * b),
}  # fmt: skip


@pytest.mark.parametrize("definitions", FUNCTIONS, ids=" | ".join)
def test_a_function_may_work_on_vectors(definitions: tuple[str, ...]) -> None:
    point, meaning = FUNCTIONS[definitions]
    at = ",".join(f"{name}={value}" for name, value in point.items())
    found = backprop("chain", *definitions, "--at", at, "-f", "json").json
    assert found["values"][found["of"]] == pytest.approx(meaning(**point))
    for name, value in point.items():
        step = 1e-6
        slope = (meaning(**point | {name: value + step}) - meaning(**point | {name: value - step})) / (2 * step)
        assert found["derivatives"][name]["value"] == pytest.approx(slope, rel=1e-7)


ERRORS = {
    "y = sum(x_i for i in 3..1)": ["from 3 to 1 there is nothing to sum up"],
    "y = sum(x_i for i in 1..n)": ["expected a whole number", "sum(x_i for i in 1..3)"],
    "y = sum(x_i for i in 1..2.5)": ["an index is a whole number"],
    "y = sum(x_i for i in 1..9999999)": ["at most 6 digits"],
    "y = sum(x_i, i=1..3)": ["sum(x_i for i in 1..3)"],
    "y = sum(x_i for i=1..3)": ["sum(x_i for i in 1..3)"],
    "y = sum(x_i for i in 1:3)": ["sum(x_i for i in 1..3)"],
    "y = sum(x)": ["sum takes a vector", "sum(x_i for i in 1..3)"],
    "y = (x_i for i in 1..3)": ["only a sum has a range"],
    "y = max(x_i for i in 1..3)": ["only a sum has a range"],
    "y = Σx_i": ["'Σx_i' is one name here", "sum(x_i for i in 1..3)"],
    "y = Σ x_i": ["'Σ' is one name here"],
    r"y = \sum_i x_i": ["goes from one number to another", r"\sum_{i=1}^{3} x_i"],
    r"y = \sum_{i=1}^{3}": ["nothing to apply to"],
    "x = [1, 2]; y = sum(x_i for i in 1..3)": ["x has no component x3"],
    "f(x) = f(x) + [1]; y = f(t)": ["defined through itself"],
    "f(x) = [x, x^2]": ["f gives an array"],
}


@pytest.mark.parametrize("text", ERRORS)
def test_what_is_no_sum_is_refused(text: str) -> None:
    result = backprop("chain", text)
    assert (result.exit_code, result.stdout) == (2, "")
    assert all(piece in result.stderr for piece in ERRORS[text]), result.stderr


SQUARE = "[[a, b], [c, d]]"
HOSTILE = {
    "a long range": "y = sum(x_i for i in 1..999999)",
    "ranges in ranges": "y = " + "sum(" * 12 + "x_i" + "".join(f" for {index} in 1..99)" for index in "abcdefghijkl"),
    "functions of functions": "f0(v) = v + [1, 1]\n"
    + "\n".join(f"f{n}(v) = f{n - 1}(v) + f{n - 1}(v)" for n in range(1, 40)) + "\ny = sum(f39([x, x]))",
    "calls in calls": "f(v) = v + v + [0, 0]; y = sum(" + "f(" * 45 + "[x, x]" + ")" * 46,
    "long calls": "a0(v)=v+[1,1]\n" + "\n".join(f"a{n}(v)=a{n-1}(v)" for n in range(1, 2_400)) + "\ny=sum(a2399([x, x]))",
    "definitions from behind": "y = sum(z3999)\n" + "\n".join(f"z{n}=z{n-1}" for n in range(3_999, 0, -1)) + "\nz0=[x,x]",
    "matrices": f"A = {SQUARE}; v = [1, 1]; y = sum(" + "A " * 40 + "v)",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_sum_is_refused_in_a_moment(name: str) -> None:
    with no_hang():
        result = backprop("chain", "-", stdin=HOSTILE[name])
    assert result.exit_code == 2 and len(result.stderr) < 700, result.stderr[:300]
