"""Each rarer mistake is named behind numbers that other code worked out with it, and no wrong name is given."""

from __future__ import annotations

import math
import os
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest

import backprop_cli
from backprop_cli import load
from backprop_cli.check.compare import Comparison, compare
from backprop_cli.check.diagnose import Findings, diagnose
from backprop_cli.check.given import given_numbers
from backprop_cli.check.mistakes.table import MISTAKES
from backprop_cli.render.formats.notation import TextNotation, line
from backprop_cli.training.train import train
from tests.check.test_diagnosis import MISTAKES as COMMON
from tests.check.wrong_turns import Problem, problem, worked_out

EXAMPLES = int(os.environ.get("BACKPROP_EXAMPLES", "2"))
RARER = (
    "slope_at_activation", "slope_twice", "slope_plus", "slope_of_error", "slope_at_target", "input_factor_net_input",
    "input_factor_own_value", "last_output_only", "weights_left_out", "gradient_for_weights", "value_for_delta",
    "error_for_delta", "extra_net_input", "bias_from_weight_gradient", "bias_summed_over_units", "mean_over_samples_twice",
    "one_sample_only", "samples_reordered", "sample_twice", "bias_forgotten", "bias_of_other_layer", "other_activation",
    "softmax_over_batch", "inputs_exchanged", "targets_exchanged", "weights_exchanged", "decimal_point", "error_sign_of_one_output",
    "one_output_only", "penalty_left_out", "penalty_on_biases", "learning_rate_other", "velocity_left_out",
    "weight_decay_left_out", "weight_decay_doubled", "weight_decay_sign", "forward_redone", "updated_biases_used",
    "output_not_loss", "new_value_for_gradient", "units_exchanged",
)  # fmt: skip


def examined(exercise: Problem, numbers: dict[str, float], digits: int) -> tuple[Comparison, Findings]:
    """What the program says of numbers rounded to so many significant digits."""
    is_short = all(value == round(value, 2) for value in numbers.values())
    texts = [(name, f"{value:.2f}" if is_short else f"{value:#.{digits}g}") for name, value in numbers.items()]
    setup = load(exercise.config())
    comparison = compare(given_numbers(texts), train(setup, exercise.steps), 0)
    return comparison, diagnose(comparison)


def first(findings: Findings) -> list[list[str]]:
    """The ids of the first diagnosis, then those of what gives the same numbers."""
    if not findings.diagnoses:
        return []
    best = findings.diagnoses[0]
    return [[made.id for made in mistakes] for mistakes in (best.mistakes, *best.alternatives)]


def test_every_mistake_has_a_test_and_a_line_in_the_reference() -> None:
    reference = (Path(backprop_cli.__file__).parent / "REFERENCE.md").read_text(encoding="utf-8")
    others = {"digits_cut_off", "one_step_fewer", "one_step_more"}
    assert {*RARER, *COMMON, *others} == MISTAKES.keys()
    for name, mistake in MISTAKES.items():
        right, wrong = (line(formula, TextNotation()) for formula in (mistake.right, mistake.wrong))
        assert f"| `{name}` | {mistake.sentence} | {right} | {wrong} |" in reference


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


@pytest.mark.slow
def test_a_rare_mistake_is_named_beside_a_lost_sign() -> None:
    """Whoever takes t − o passes it back as it is; so all gradients have the opposite sign too."""
    named = []
    for seed in range(5 * EXAMPLES):
        random = Random(f"sign {seed}")
        mistake = random.choice(["error_for_delta", "slope_at_activation", "extra_net_input", "weights_left_out"])
        exercise = problem(random, mistake)
        numbers = {name: -value for name, value in worked_out(exercise, mistake).items() if not name.endswith("+")}
        if len(numbers) > 4:
            named.append(["error_sign", mistake] in first(examined(exercise, numbers, 6)[1]))
    assert sum(named) >= 0.9 * len(named) > 0.5 * EXAMPLES


def test_right_answers_are_right_and_nothing_is_named() -> None:
    for seed in range(10 * EXAMPLES):
        random = Random(f"right {seed}")
        exercise = problem(random, random.choice(["", *RARER]))
        comparison, findings = examined(exercise, worked_out(exercise), random.randint(1, 16))
        assert comparison.passed, (seed, comparison)
        assert findings == Findings()


def spoilt(random: Random, exercise: Problem) -> dict[str, float]:
    """Numbers made wrong by something that is no mistake of any table."""
    right = worked_out(exercise)
    gradients = {name: value for name, value in right.items() if not name.endswith("+")}
    names = list(gradients)
    kind = random.choice(
        [
            "factor", "factor by layer", "factor by number", "permuted", "noise", "shifted", "other network", "power",
            "two decimals", "invented",
        ]
    )  # fmt: skip
    values = np.array([gradients[name] for name in names])
    if kind == "factor":
        values = values * _factor(random, exercise)
    elif kind == "factor by layer":
        kinds = {"".join(name[:1]) + name[-1] * (random.random() < 0.5) for name in names}
        factors = {
            one: _factor(random, exercise) for one in [*kinds, *"wb", *(f"{c}{n}" for c in "wb" for n in range(10))]
        }
        values = np.array([value * factors[name[:1]] for name, value in zip(names, values, strict=True)])
    elif kind == "factor by number":
        values = values * np.array([_factor(random, exercise) for _ in names])
    elif kind == "permuted":
        order = list(range(len(names)))
        random.shuffle(order)
        while all(names[i][:-1] == names[j][:-1] for i, j in enumerate(order)):  # units exchanged are a known mistake
            random.shuffle(order)
        values = values[order] if len(names) > 4 else values * _factor(random, exercise)
    elif kind == "noise":
        values = values * np.array([1 + random.gauss(0, 0.2) for _ in names])
    elif kind == "shifted":
        values = values + random.choice([0.01, 0.1, 0.0137, -0.05])
    elif kind == "other network":
        changed = [
            weights * (1 + np.array([[random.gauss(0, 0.2) for _ in row] for row in weights])) for weights in exercise.W
        ]
        values = np.array(
            [value for name, value in worked_out(replace(exercise, W=changed)).items() if not name.endswith("+")]
        )
    elif kind == "power":
        values = np.sign(values) * np.abs(values) ** random.choice([0.5, 2, 1.5])
    elif kind == "two decimals":
        values = np.round(np.round(values, 2) + np.array([random.choice([-0.01, 0, 0, 0.01]) for _ in names]), 2)
    else:
        values = np.array([random.gauss(0, float(np.abs(values).mean())) for _ in names])
    numbers = dict(zip(names, map(float, values), strict=True))
    if kind != "two decimals" and random.random() < 0.4:  # the update rightly made with them
        moved = {f"{name}+": right[f"{name}+"] - exercise.rate * (numbers[name] - gradients[name]) for name in names}
        numbers |= moved
    return numbers


def _factor(random: Random, exercise: Problem) -> float:
    """Something that is neither N nor n nor η nor a two lost, nor nearly that, and often a plain fraction."""
    counts = [len(exercise.x), *(len(weights) for weights in exercise.W)]
    taken = [1.0, 2.0, 10.0, math.log(10.0), exercise.rate, exercise.rate**2]
    taken += [float(one * other) for one in counts for other in (1, 2, *counts)]
    while True:
        plain = random.randint(1, 12) / random.randint(1, 12)
        factor = random.choice([plain, random.uniform(0.05, 6.0), round(random.uniform(0.05, 6.0), 1)])
        if all(abs(math.log(factor) - sign * math.log(one)) > 0.03 for one in taken for sign in (1, -1)):
            return factor


_MISLEADING = (2708, 10494)
"""Two digits each: numbers of which one is another's, and all gradients 0.965 times the right ones."""


def test_an_unknown_mistake_gets_no_name() -> None:
    wrongly = []
    for seed in (*range(10 * EXAMPLES), *_MISLEADING):
        random = Random(f"unknown {seed}")
        exercise = problem(random)
        comparison, findings = examined(exercise, spoilt(random, exercise), random.randint(2, 8))
        if findings.diagnoses:
            wrongly.append((seed, first(findings), findings.diagnoses[0].explains, len(comparison.compared)))
    assert not wrongly, wrongly


np.seterr(all="ignore")
