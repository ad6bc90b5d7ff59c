"""The diagnosis names the mistake behind wrong numbers that another program worked out, and none behind right ones.

`BACKPROP_EXAMPLES=100 pytest tests/check/test_diagnosis.py` tries every mistake a hundred times, and right answers a thousand.
"""

from __future__ import annotations

import os
from decimal import ROUND_DOWN, Decimal
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from backprop_cli import load
from backprop_cli.check.compare import Comparison, compare
from backprop_cli.check.diagnose import Findings, diagnose
from backprop_cli.check.given import given_numbers
from backprop_cli.check.mistakes.table import MISTAKES as TABLE
from backprop_cli.training.train import train
from tests.check.exercises import exercises
from tests.check.paper import Exercise, work_out

EXAMPLES = int(os.environ.get("BACKPROP_EXAMPLES", "4"))
MISTAKES = (
    "error_sign", "half_forgotten", "half_doubled", "mean_over_outputs", "sum_over_outputs", "mean_over_samples",
    "sum_over_samples", "slope_missing", "slope_missing_output", "slope_missing_hidden", "slope_at_net_input",
    "slope_of_other_activation", "input_factor_one", "input_factor_weight", "input_factor_network_input", "first_output_only",
    "weights_transposed", "updated_weights_used", "shared_bias_not_summed", "bias_left_out", "bias_trained",
    "learning_rate_missing", "learning_rate_squared", "update_sign", "gradient_is_change", "softmax_elementwise",
    "cross_entropy_log10", "rounded_intermediates",
)  # fmt: skip
"""The contract's ids."""


def examined(exercise: Exercise, numbers: dict[str, float], digits: int) -> tuple[Comparison, Findings]:
    """What the program says of numbers rounded to so many significant digits."""
    return examined_texts(exercise, [(name, f"{value:#.{digits}g}") for name, value in numbers.items()])


def examined_texts(exercise: Exercise, texts: list[tuple[str, str]]) -> tuple[Comparison, Findings]:
    """What the program says of numbers as somebody wrote them."""
    setup = load(exercise.config())
    comparison = compare(given_numbers(texts), train(setup, 1), 0, 1e-9)
    return comparison, diagnose(comparison)


def rounds(count: int) -> settings:
    """So many examples, the same in every run, none of them kept or made smaller."""
    return settings(
        max_examples=count, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip


def test_every_mistake_of_the_contract_is_in_the_table() -> None:
    assert set(MISTAKES) <= TABLE.keys()


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_mistake_is_named_first(mistake: str) -> None:
    named: list[bool] = []
    failures: list[object] = []

    @rounds(EXAMPLES)
    @given(exercises(mistake), st.integers(4, 8), st.integers(0, 5))
    def answer(exercise: Exercise, digits: int, choice: int) -> None:
        comparison, findings = examined(exercise, work_out(exercise, {mistake}, choice), digits)
        assume(not comparison.passed)
        named.append([mistake] in _first(findings))
        if not named[-1]:
            failures.append((exercise, digits, choice, _first(findings)))

    answer()
    assert len(named) > EXAMPLES // 3
    assert sum(named) >= 0.95 * len(named), failures


def _first(findings: Findings) -> list[list[str]]:
    """The ids of the first diagnosis, then those of what gives the same numbers."""
    if not findings.diagnoses:
        return []
    first = findings.diagnoses[0]
    return [[mistake.id for mistake in mistakes] for mistakes in (first.mistakes, *first.alternatives)]


def test_no_mistake_is_named_behind_right_answers() -> None:
    seen = []

    @rounds(10 * EXAMPLES)
    @given(exercises(), st.integers(1, 16))
    def answer(exercise: Exercise, digits: int) -> None:
        comparison, findings = examined(exercise, work_out(exercise), digits)
        seen.append(digits)
        assert comparison.passed, comparison
        assert findings == Findings()

    answer()
    assert len(seen) >= 9 * EXAMPLES


def test_digits_cut_off_are_named_as_that_before_all_else() -> None:
    named: list[bool] = []

    @rounds(2 * EXAMPLES)
    @given(exercises(), st.integers(3, 8))
    def answer(exercise: Exercise, decimals: int) -> None:
        unit = Decimal(1).scaleb(-decimals)
        texts = [
            (name, str(Decimal(f"{value:.12f}").quantize(unit, ROUND_DOWN)))
            for name, value in work_out(exercise).items()
        ]
        comparison, findings = examined_texts(exercise, texts)
        assert _first(findings)[:1] in ([], [["digits_cut_off"]]), texts
        named.append(bool(findings.diagnoses) or sum(not one.agrees for one in comparison.compared) < 7)

    answer()
    assert all(named)


def test_a_unit_of_the_last_digit_singles_out_no_mistake() -> None:
    @rounds(EXAMPLES // 2)
    @given(exercises(), st.integers(3, 8), st.randoms(use_true_random=False))
    def answer(exercise: Exercise, decimals: int, chooser: Random) -> None:
        texts = [
            (name, f"{value + chooser.choice([-1, 0, 0, 0, 1]) * 10.0**-decimals:.{decimals}f}")
            for name, value in work_out(exercise).items()
        ]
        _, findings = examined_texts(exercise, texts)
        assert findings.diagnoses == (), texts

    answer()


@pytest.mark.slow
@pytest.mark.parametrize(
    "pair",
    [("error_sign", "half_forgotten"), ("slope_missing_hidden", "update_sign"), ("half_doubled", "input_factor_one")],
)
def test_two_mistakes_made_together_are_named_together(pair: tuple[str, str]) -> None:
    named: list[bool] = []
    strict = next(one for one in ("half_forgotten", "half_doubled", "slope_missing_hidden") if one in pair)

    @rounds(max(4, EXAMPLES // 4))
    @given(exercises(strict), st.integers(5, 8))
    def answer(exercise: Exercise, digits: int) -> None:
        assume(len(exercise.weights) > 1)
        comparison, findings = examined(exercise, work_out(exercise, set(pair)), digits)
        assume(not comparison.passed)
        named.append(set(pair) in [set(ids) for ids in _first(findings)])

    answer()
    assert len(named) > 1
    assert sum(named) >= 0.9 * len(named)
