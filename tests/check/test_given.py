"""Numbers keep the digits that they were given with."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from backprop_cli.check.given import common_digits, given_numbers
from backprop_cli.check.judge import Judge
from tests.program import backprop

W31 = 0.08216704056423078
ONE_WEIGHT = "inputs: [1]\ntargets: [1]\nlayers: [{weights: [[0.5]]}]\n"


def agrees(text: str, right: float, *beside: str) -> bool:
    numbers = given_numbers([("n", text), *(("m", other) for other in beside)])
    return bool(Judge.of(numbers[:1], 1e-9).agreement(np.array([right]))[0])


@pytest.mark.parametrize("text", ["0.0822", "0.08217", "8.2e-2", ".0822", "+0.082167041", "0.08216704056423078"])
def test_a_rounded_number_agrees(text: str) -> None:
    assert agrees(text, W31)


@pytest.mark.parametrize("text", ["0.0821", "0.0820", "0.08216", "-0.0822", "8.3e-2", "0.0821671", "0", "nan", "inf"])
def test_a_number_that_is_wrong_in_its_last_digit_does_not(text: str) -> None:
    assert not agrees(text, W31)


def test_no_digit_is_common_with_a_number_at_the_end_of_the_range() -> None:
    (given,) = given_numbers([("n", "-1e308")])
    assert common_digits(given, 0.19) == 0


def test_trailing_zeros_count() -> None:
    assert agrees("0.082", 0.08204)
    assert agrees("0.0820", 0.08204)
    assert not agrees("0.08200", 0.08204)


@pytest.mark.parametrize("text", ["0.3775", "0.378", "0.377", "0.38"])
def test_a_half_may_be_taken_up_or_down(text: str) -> None:
    assert agrees(text, 0.3775)


def test_the_minus_sign_of_typography_is_one() -> None:
    assert agrees("−0.0822", -W31)


def test_a_plain_zero_is_as_exact_as_the_numbers_beside_it() -> None:
    assert not agrees("0", W31, "0.0827")
    assert not agrees("0.0", W31, "0.0827")
    assert agrees("0", 0.00002, "0.0827")
    assert not agrees("0", 0.4)


def test_a_whole_number_has_as_many_digits_as_the_others() -> None:
    assert agrees("2", 1.9996, "0.456")
    assert not agrees("2", 1.9, "0.456")
    assert agrees("2.", 1.9, "0.456")


def test_short_numbers_of_a_program_are_exact() -> None:
    assert not agrees("0.5", 0.49, "0.08216704056423078")
    assert agrees("0.5", 0.5, "0.08216704056423078")


@pytest.mark.parametrize(
    ("text", "right", "digits"),
    [
        ("0.0822", W31, 3), ("0.0820", W31, 2), ("-0.0822", W31, 0), ("0.082167041", W31, 8), ("0.09", W31, 0),
        ("123.4", 123.44, 4), ("123.4", 124.0, 2), ("0.08", W31, 1), ("0.00044", 0.00043857, 2), ("1e-5", W31, 0),
    ],
)  # fmt: skip
def test_digits_in_common(text: str, right: float, digits: int) -> None:
    (number,) = given_numbers([("n", text)])
    assert common_digits(number, right) == digits


def test_what_is_no_number_is_named_by_its_place() -> None:
    with pytest.raises(ValueError, match="1"):
        given_numbers([("a", "1.5"), ("b", "n/a")])


@pytest.mark.parametrize("kind", ["float16", "float32", "float64", "longdouble"])
@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_a_number_that_is_not_finite_agrees_with_nothing(tmp_path: Path, kind: str, value: float) -> None:
    np.savez(tmp_path / "own.npz", W1=np.array([[value]], dtype=kind))
    result = backprop("check", "-", "-a", str(tmp_path / "own.npz"), "-f", "json", stdin=ONE_WEIGHT)
    assert result.exit_code == 1
    assert [one["agrees"] for one in json.loads(result.stdout)["compared"]] == [False]


@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown", "latex"])
def test_an_unknown_name_reaches_no_terminal_as_it_is(tmp_path: Path, form: str) -> None:
    names = ("\x1b[31mred", "\x9b31m", "a\u202eb", "a\nb", "\ud800", "\u2028", "\x1b]0;title\x07")
    (tmp_path / "own.json").write_text(json.dumps({"w11": -0.5, **dict.fromkeys(names, 1)}))
    result = backprop("check", "-", "-a", str(tmp_path / "own.json"), "-f", form, stdin=ONE_WEIGHT)
    assert result.exit_code == 1
    assert all(c == "\n" or c.isprintable() for c in result.stdout + result.stderr)
    if form == "table":
        assert r"Unknown here: \x1b[31mred, \x9b31m, a\u202eb, a\nb, \ud800, \u2028, \x1b]0;title\x07." in result.stdout
