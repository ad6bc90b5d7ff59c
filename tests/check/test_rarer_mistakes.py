"""Each rarer mistake is named behind numbers that other code worked out with it, and no wrong name is given."""

from __future__ import annotations

import os
from random import Random

import numpy as np
import pytest

from backprop_cli import load
from backprop_cli.check.compare import Comparison, compare
from backprop_cli.check.diagnose import Findings, diagnose
from backprop_cli.check.given import given_numbers
from backprop_cli.training.train import train
from tests.check.wrong_turns import Problem, problem, worked_out

EXAMPLES = int(os.environ.get("BACKPROP_EXAMPLES", "8"))
RARER = (
    "slope_at_activation", "slope_twice", "slope_plus", "slope_of_error", "slope_at_target", "input_factor_net_input",
    "input_factor_own_value", "last_output_only", "weights_left_out", "gradient_for_weights", "value_for_delta",
    "error_for_delta", "extra_net_input", "bias_from_weight_gradient", "mean_over_samples_twice", "one_sample_only",
    "samples_reordered", "sample_twice", "bias_forgotten", "bias_of_other_layer", "other_activation", "softmax_over_batch",
    "inputs_exchanged", "targets_exchanged", "weights_exchanged", "decimal_point", "error_sign_of_one_output",
    "one_output_only", "penalty_left_out", "penalty_on_biases", "learning_rate_other", "velocity_left_out",
    "weight_decay_left_out", "weight_decay_doubled", "weight_decay_sign", "forward_redone", "updated_biases_used",
    "output_not_loss", "new_value_for_gradient", "units_exchanged",
)  # fmt: skip


def examined(exercise: Problem, numbers: dict[str, float], digits: int) -> tuple[Comparison, Findings]:
    """What the program says of numbers rounded to so many significant digits."""
    texts = [(name, f"{value:#.{digits}g}") for name, value in numbers.items()]
    setup = load(exercise.config())
    comparison = compare(given_numbers(texts), train(setup, exercise.steps), 0)
    return comparison, diagnose(comparison)


def first(findings: Findings) -> list[list[str]]:
    """The ids of the first diagnosis, then those of what gives the same numbers."""
    if not findings.diagnoses:
        return []
    best = findings.diagnoses[0]
    return [[made.id for made in mistakes] for mistakes in (best.mistakes, *best.alternatives)]


@pytest.mark.parametrize("mistake", RARER)
def test_the_mistake_is_named_first(mistake: str) -> None:
    named, failures = [], []
    for seed in range(EXAMPLES):
        random = Random(f"{mistake} {seed}")
        exercise, digits, choice = problem(random, mistake), random.randint(4, 8), random.randint(0, 7)
        comparison, findings = examined(exercise, worked_out(exercise, mistake, choice), digits)
        if comparison.passed:
            continue
        named.append([mistake] in first(findings))
        if not named[-1]:
            failures.append((seed, choice, digits, exercise.names, first(findings), findings.unexplained[:4]))
    assert len(named) > EXAMPLES // 2
    assert sum(named) >= 0.95 * len(named), failures


def test_right_answers_are_right_and_nothing_is_named() -> None:
    for seed in range(10 * EXAMPLES):
        random = Random(f"right {seed}")
        exercise = problem(random, random.choice(["", *RARER]))
        comparison, findings = examined(exercise, worked_out(exercise), random.randint(1, 16))
        assert comparison.passed, (seed, comparison)
        assert findings == Findings()


np.seterr(all="ignore")
