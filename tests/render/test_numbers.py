"""Parameters from 5e-324 to 1e308: the result is right, or the overflow is said; JSON and CSV never hold what they cannot.

The expectations are worked out in exact fractions.
"""

from __future__ import annotations

import csv
import io
import json
import re
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backprop_cli.render.formats.decimals import Digits, format_column
from tests.program import backprop

EXTREMES = [
    5e-324,
    -5e-324,
    1e-310,
    1e-308,
    -1e-154,
    1e-5,
    1.0,
    -3.0,
    1e100,
    1e154,
    -1e154,
    1e200,
    1e308,
    -1e308,
    0.0,
    -0.0,
]
LARGEST: Fraction = Fraction(1.7976931348623157e308)


def network(w: float, x: float, t: float) -> str:
    return json.dumps({"inputs": [x], "targets": [t], "layers": [{"weights": [[w]]}], "learning_rate": 0.5})


@settings(max_examples=120)
@given(w=st.sampled_from(EXTREMES), x=st.sampled_from(EXTREMES), t=st.sampled_from(EXTREMES))
def test_a_linear_unit_is_right_or_its_overflow_is_reported(w: float, x: float, t: float) -> None:
    z = Fraction(w) * Fraction(x)
    d = z - Fraction(t)
    exact = {"z1": z, "dE/do1": d, "E": d * d / 2, "dE/dw11": d * Fraction(x), "dE/dx1": d * Fraction(w)}
    size = abs(z) + abs(Fraction(t))  # z is rounded before t is taken from it: the last bits that count are these
    sizes = {
        "z1": size,
        "dE/do1": size,
        "E": size * size,
        "dE/dw11": size * abs(Fraction(x)),
        "dE/dx1": size * abs(Fraction(w)),
    }
    assume(d == 0 or abs(d) > size / 2**50)  # else d is nothing but the rounding of z
    result = backprop("run", "-", "-n", "0", "-f", "json", stdin=network(w, x, t))
    if abs(z) > LARGEST or abs(d) > LARGEST or d * d > LARGEST:
        if result.exit_code == 0:  # the square overflows before it is halved, at the very edge
            assert d * d / 2 <= LARGEST
        else:
            assert result.exit_code == 1 and "no longer a finite number" in result.stderr
        return
    answer = result.json
    found = answer["forward"] | {partial["name"]: partial["value"] for partial in answer["partials"]}
    value: Fraction
    for name, value in exact.items():
        if found[name] is None:
            assert abs(value) > LARGEST
        else:
            near(found[name], value, sizes[name])


def near(found: float, exact: Fraction, size: Fraction) -> None:
    """Within a few last bits of what was added up, or where a factor was a denormal near the smallest numbers."""
    assert abs(Fraction(found) - exact) <= size / 10**14 or max(abs(Fraction(found)), abs(exact)) < Fraction(1e-150)


@pytest.mark.parametrize("format", ["json", "csv"])
def test_a_derivative_beyond_the_numbers_is_no_number_in_any_format(format: str) -> None:
    # z = 1e-200·1e200 = 1, E is finite, and ∂E/∂w = (o − t)·x = (1 + 1e150)·1e200 overflows
    result = backprop("run", "-", "-n", "0", "-f", format, stdin=network(1e-200, 1e200, -1e150))
    assert result.exit_code == 0
    if format == "json":
        values = {partial["name"]: partial["value"] for partial in result.json["partials"]}
        assert values["dE/dw11"] is None and result.json["gradients"]["w11"] is None
    else:
        values = {row["partial"]: row["value"] for row in csv.DictReader(io.StringIO(result.stdout))}
        assert values["dE/dw11"] == "inf"
    assert values["dE/do1"] is not None


def test_an_update_beyond_the_numbers_is_reported_and_nothing_is_written() -> None:
    result = backprop("run", "-", "-n", "1", "-o", "-", stdin=network(1e-200, 1e200, -1e150))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "no longer a finite number at step 1" in result.stderr


@pytest.mark.parametrize("value", [5e-324, -5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, -0.0])
def test_extreme_parameters_are_written_bit_for_bit(value: float) -> None:
    for given_ in (network(value, 0.0, 0.0), f"inputs: [0.0]\ntargets: [0.0]\nlayers: [{{weights: [[{value!r}]]}}]\n"):
        written = backprop("run", "-", "-n", "0", "-o", "-", stdin=given_).stdout
        found = written.split("[[")[1].split("]]")[0] if "[[" in written else written.split("- [")[1].split("]")[0]
        assert float(found).hex() == value.hex()


@pytest.mark.parametrize(("targets", "factor"), [([0.5, 0.25], "0.75"), ([0.5, 0.5], None)])
def test_the_closed_form_of_a_softmax_counts_what_the_targets_add_up_to(
    targets: list[float], factor: str | None
) -> None:
    file = {
        "loss": "cross_entropy", "inputs": [1], "targets": targets,
        "layers": [{"activation": "softmax", "weights": [[0], [0]]}],
    }  # fmt: skip
    partials = {
        partial["name"]: partial
        for partial in backprop("run", "-", "-f", "json", stdin=json.dumps(file)).json["partials"]
    }
    rule = partials["dE/dz1"]["collapsed"]
    assert partials["dE/dz1"]["value"] == sum(targets) * 0.5 - targets[0]
    assert (factor in rule) if factor else rule == "o1 - t1"


@pytest.mark.parametrize("digits", [*map(str, range(9)), "1g", "4g"])
def test_no_number_is_rounded_to_nothing(digits: str) -> None:
    half = 0.5 * 10.0 ** -int(digits.removesuffix("g"))
    shown = backprop("run", "-", "-n", "0", "--digits", digits, stdin=network(-half, 0.0, 0.0)).stdout
    weight = next(line.split()[1] for line in shown.splitlines() if line.split()[:1] == ["w11"])
    assert float(weight.replace("−", "-")) == -half


NUMBERS = st.one_of(
    st.floats(-2.0, 2.0), st.floats(-1e-3, 1e-3), st.sampled_from(EXTREMES), st.decimals(-9, 9, places=2).map(float)
)


@given(st.lists(NUMBERS, min_size=1, max_size=6), st.integers(0, 12), st.booleans())
def test_the_numbers_of_a_column_have_one_style_and_keep_their_digits(
    values: list[float], count: int, is_significant: bool
) -> None:
    texts = format_column(values, Digits(max(count, is_significant), is_significant))
    styles = {"e" in text for text, value in zip(texts, values, strict=True) if value}
    assert len(styles) <= 1
    if styles == {False} and not is_significant:
        assert len({len(text.partition(".")[2]) for text in texts}) == 1
    least = max(count, 1) if is_significant else min(3, max(1, count - 1))
    for text, value in zip(texts, values, strict=True):
        assert abs(Fraction(text) - Fraction(value)) <= abs(Fraction(value)) / 2 / 10 ** (least - 1)
        if not is_significant and styles == {False}:
            assert abs(Fraction(text) - Fraction(value)) * 2 * 10**count <= 1


def test_columns_and_losses_have_the_digits_that_are_asked_for() -> None:
    shown = backprop("run", "classic", "--digits", "2").stdout
    assert "E = 0.30 → 0.29 after 1 step" in shown
    shown = backprop("run", "xor", "-n", "5000", "--digits", "4").stdout
    update = shown.partition("Update")[2]
    gradients = [line.split()[2] for line in update.splitlines() if line.startswith(("  w", "  b"))]
    assert {"e" in gradient for gradient in gradients} == {True}


def test_significant_digits_are_asked_for_with_a_g() -> None:
    shown = backprop("run", "classic", "--digits", "4g").stdout
    assert "0.0004386" in shown and "0.08217" in shown and "e-" not in shown
    assert backprop("run", "classic", "--digits", "0g").exit_code == 2


@pytest.mark.parametrize("args", [("run",), ("run", "--view", "matrix"), ("explain", "--all", "--paths"), ("check",)])
def test_a_minus_is_one_sign_wherever_people_read_it(args: tuple[str, ...]) -> None:
    shown = backprop(args[0], "mazur", *args[1:]).stdout
    assert "−0." in shown
    assert not re.search(r"(?<![^\s(\[⎡⎢⎣])-|e-[0-9]", shown)


@pytest.mark.parametrize("format", ["latex", "markdown"])
def test_a_power_of_ten_is_raised_as_a_whole(format: str) -> None:
    """1 × 10^{-10}^3 is no formula: TeX refuses a second exponent."""
    text = backprop("chain", "u = x^2", "y = u^3", "--at", "x=1e-5", "-f", format).stdout
    assert r"(1 \times 10^{-10})^{3}" in text
    tanh = json.dumps({"inputs": [1e-7], "targets": [1], "layers": [{"weights": [[1]], "activation": "tanh"}]})
    assert r"1 - (1 \times 10^{-7})^{2}" in backprop("run", "-", "-f", format, stdin=tanh).stdout
