"""The search for mistakes is bounded: the likeliest are tried first, and what is left out is said."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from backprop_cli import load
from backprop_cli.check import compare as compare_module
from backprop_cli.check.budget import Budget
from backprop_cli.check.compare import Comparison, compare
from backprop_cli.check.diagnose import diagnose
from backprop_cli.check.given import given_numbers
from backprop_cli.check.method import right_method
from backprop_cli.check.mistakes.table import mistakes_of
from backprop_cli.check.mistakes.update_rule import already_updated
from backprop_cli.check.rounding import Carried, half_up, rounded
from backprop_cli.check.work import Work
from backprop_cli.training.train import train
from tests.program import backprop

SAMPLES: dict[str, Any] = {
    "inputs": [[0.31, -1.2], [0.57, 0.25], [-0.75, 2.0]],
    "targets": [[0.1, 0.9], [1.0, 0.0], [0.3, 0.6]],
    "layers": [
        {"activation": "tanh", "weights": [[0.2, -0.4], [0.6, 0.1], [-0.3, 0.5]], "bias": 0.15},
        {"activation": "sigmoid", "weights": [[0.3, -0.2, 0.8], [0.5, 0.4, -0.6]], "bias": [0.05, -0.1]},
    ],
}  # fmt: skip


def comparison(config: dict[str, Any], text: str = "0.123", steps: int | None = None) -> Comparison:
    """One wrong number beside the right ones."""
    return compare(given_numbers([("W1[1,1]", text)]), train(load(config), steps), 0, 1e-9)


def test_the_ways_grow_with_a_network_and_not_with_its_square() -> None:
    layer = {"activation": "tanh", "weights": [[0.2, -0.4], [0.6, 0.1]], "bias": [0.1, 0.3]}
    shallow, deep = (len(mistakes_of(load(SAMPLES | {"layers": [layer] * depth}))) for depth in (30, 300))
    assert deep < 11 * shallow


def test_of_every_mistake_the_first_way_is_tried_before_any_second() -> None:
    compared = comparison(SAMPLES)
    hypotheses = [(mistake,) for mistake in mistakes_of(compared.run.setup)]
    first_ways = {mistake.id for (mistake,) in hypotheses}
    budget = Budget(compared, 1e-9 * len(first_ways) * Budget(compared, 0).cost(hypotheses[0]))
    chosen = budget.choose(hypotheses)
    assert [mistake.id for (mistake,) in chosen] == list(dict.fromkeys(mistake.id for (mistake,) in hypotheses))
    assert budget.left_out == len(hypotheses) - len(chosen)


def test_what_takes_longer_finds_no_room_where_the_rest_does() -> None:
    many = SAMPLES | {"inputs": [[0.1, 0.2]] * 2000, "targets": [[0.0, 1.0]] * 2000}
    compared = comparison(many)
    hypotheses = [(mistake,) for mistake in mistakes_of(compared.run.setup)]
    dear = [mistakes for mistakes in hypotheses if mistakes[0].way.rounds_samples]
    cheap = [mistakes for mistakes in hypotheses if not mistakes[0].way.rounds_samples]
    plain = Budget(compared, 0).cost(cheap[0])
    assert all(Budget(compared, 0).cost(mistakes) > plain for mistakes in dear)
    assert Budget(compared, 1.1e-9 * plain).choose([dear[0], cheap[0]]) == [cheap[0]]


def test_the_effort_that_is_named_has_room_for_all() -> None:
    compared = comparison(SAMPLES)
    short = diagnose(compared, effort=0.0)
    assert short.left_out == len(mistakes_of(compared.run.setup)) and not short.diagnoses
    assert diagnose(compared, effort=short.wanted).left_out == 0


def test_what_was_not_tried_is_said_and_can_be_asked_for() -> None:
    closing = "o1: 0.0159\n"
    command = ("check", "mazur", "-n", "100000", "--against", "-")
    shown = backprop(*command, stdin=closing)
    assert shown.exit_code == 1
    count = len(mistakes_of(load("mazur")))
    assert f"{count} possibilities were not tried, to save time: --effort " in shown.stdout

    def not_tried(*arguments: str) -> int:
        count: int = json.loads(backprop(*arguments, "-f", "json", stdin=closing).stdout)["not_tried"]
        return count

    assert not_tried(*command) == count
    quick = ("check", "mazur", "-n", "50", "--against", "-")
    assert not_tried(*quick, "--effort", "0") == count
    assert not_tried(*quick) == 0


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("bias", [0.15, [0.15, -0.2, 0.4]])
def test_every_samples_gradient_is_rounded_before_they_are_joined(reduction: str, bias: Any) -> None:
    file = SAMPLES | {"reduction": reduction, "layers": [SAMPLES["layers"][0] | {"bias": bias}, SAMPLES["layers"][1]]}
    change = rounded(half_up(3), Carried(sample_gradients=True))
    together = Work(load(file), 1, changes=[change]).gradients()
    alone = [file | {"inputs": [x], "targets": [t]} for x, t in zip(file["inputs"], file["targets"], strict=True)]
    joined = np.sum([Work(load(one), 1, changes=[change]).gradients() for one in alone], axis=0)
    assert together == pytest.approx(joined / 3 if reduction == "mean" else joined, rel=1e-13)


def test_weights_already_updated_are_those_of_the_right_step() -> None:
    setup = load(SAMPLES | {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01, "freeze": ["W2[1,2]"], "steps": 2})
    before = train(setup, 1).result
    wrong, right = Work(before, 1, changes=[already_updated]), Work(before, 1)
    after = train(before, 1).result.network.layers[1].weights
    network = before.network
    trace, gradients = right_method(before).backward(before.samples)
    upstream = gradients.deltas[1] @ after
    deltas = network.activations[0].pullback(trace.net_inputs[0], trace.activations[1], upstream)
    expected = np.concatenate([(deltas.T @ trace.activations[0]).ravel(), [deltas.sum()]]) / 3
    assert wrong.gradients()[: len(expected)] == pytest.approx(expected, rel=1e-13)
    assert wrong.gradients()[len(expected) :] == pytest.approx(right.gradients()[len(expected) :], rel=1e-15)


def test_derivatives_that_ask_for_too_many_others_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare_module, "MOST_ENTRIES", 13)
    command = ("check", "classic", "--against", "-")
    one = backprop(*command, stdin="dE_o1/da1: 0.0554\n")
    assert one.exit_code == 0 and "dE_o1" not in one.stderr
    both = backprop(*command, stdin="dE_o1/da1: 0.0554\ndE_o2/da1: -0.019\ndz3/da1: 0.4\n")
    assert (both.exit_code, both.stdout) == (2, "")
    assert "rows of derivatives of 16 numbers, which would take too long" in both.stderr
    assert backprop(*command, stdin="do1/dz3: 0.1868\nda1/dz1: 0.2413\na1: 0.5933\n").exit_code == 0


@pytest.mark.parametrize(("name", "value"), [("do1/dz3", 0.18681560180895948), ("do1/dz4", 0.0), ("da2/dz2", 0.2406)])
def test_slopes_are_found_and_by_other_net_inputs_zero(name: str, value: float) -> None:
    assert backprop("check", "classic", "--against", "-", stdin=f"{name}: {value!r}\n").exit_code == 0


def test_weights_already_updated_are_the_whole_batchs_where_every_sample_is_rounded() -> None:
    # twelve decimals carried are as good as all of them
    fine = rounded(half_up(12), Carried(sample_gradients=True))
    both = Work(load(SAMPLES), 1, changes=[already_updated, fine]).gradients()
    alone, right = (Work(load(SAMPLES), 1, changes=changes).gradients() for changes in ([already_updated], []))
    assert both == pytest.approx(alone, abs=1e-10)
    assert both != pytest.approx(right, abs=1e-4)
