"""A step's batch that is not the shown sample alone says so, wherever the step's gradients are shown."""

from __future__ import annotations

import pytest

from backprop_cli import load
from backprop_cli.derivation import explanation
from backprop_cli.derivation.explanation import Explainer
from backprop_cli.derivation.partials import Derivation
from backprop_cli.network.network import Network, Samples, Schedule, Setup
from backprop_cli.training.train import train
from backprop_cli.update import next_batch
from tests.program import backprop

# o = w·x, E = ½(t − o)², so ∂E/∂w = (o − t)·x: step 1 takes sample 1 (∂E/∂w = 1, w⁺ = 0.5), step 2 sample 2 (∂E/∂w = 1·2)
ONE_WEIGHT = "inputs: [[1], [2]]\ntargets: [[0], [0]]\nlayers: [{weights: [[1]]}]\n"
ONE_BY_ONE = ONE_WEIGHT + "batch_size: 1\n"


def shown(text: str, *arguments: str) -> str:
    result = backprop(*arguments, stdin=text)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def test_the_gradient_of_another_sample_is_explained_as_the_batchs() -> None:
    explain = ("explain", "-", "-w", "w11", "-n", "2", "-f", "json")
    (other,) = backprop(*explain, stdin=ONE_BY_ONE).json["explanations"]
    assert (other["samples"], other["partials"][-1]["value"]) == ([{"sample": 2, "value": 2.0}], 0.5)
    (itself,) = backprop(*explain, "--sample", "2", stdin=ONE_BY_ONE).json["explanations"]
    assert "samples" not in itself


@pytest.mark.parametrize("view", ["scalar", "matrix"])
def test_the_update_says_whose_its_gradients_are(view: str) -> None:
    run = ("run", "-", "-n", "2", "--view", view)
    assert "Each gradient is that of sample 2, this step's batch; sample 1 is shown above." in shown(ONE_BY_ONE, *run)
    assert "Each gradient is" not in shown(ONE_BY_ONE, *run, "--sample", "2")


def test_the_samples_of_a_partial_batch_are_named() -> None:
    three = "inputs: [[1], [2], [3]]\ntargets: [[0], [0], [0]]\nlayers: [{weights: [[1]]}]\nreduction: sum\n"
    assert "the sum over the 2 samples of the batch: 1, 2." in shown(three + "batch_size: 2\n", "run", "-", "-n", "3")
    # the last batch of a pass holds what is left
    assert "Each gradient is that of sample 3, this step's batch" in shown(
        three + "batch_size: 2\n", "run", "-", "-n", "2"
    )
    assert "the sum over the 3 samples of the batch." in shown(three, "run", "-")


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_the_matrix_view_names_the_reduction(reduction: str) -> None:
    text = shown(ONE_WEIGHT + f"reduction: {reduction}\n", "run", "-", "--view", "matrix")
    assert f"∂E/∂W¹ = {reduction} over the batch" in text


def test_the_batchs_gradient_stays_where_the_list_of_its_samples_is_cut() -> None:
    text = shown(ONE_WEIGHT, "explain", "-", "-w", "w11", "--rows", "1")
    assert "… 1 more row: --rows 2 shows them all" in text
    assert "The mean is ∂E/∂w11 = 2.5\n" in text


THREE_BATCHED = {
    "inputs": [[0.3, -1.2], [0.5, 0.25], [-0.75, 2.0]],
    "targets": [[0.1, 0.9], [1.0, 0.0], [0.3, 0.6]],
    "layers": [
        {"activation": "tanh", "weights": [[0.2, -0.4], [0.6, 0.1], [-0.3, 0.5]], "bias": 0.15},
        {"activation": "softmax", "weights": [[0.3, -0.2, 0.8], [0.5, 0.4, -0.6]], "bias": [0.05, -0.1]},
    ],
}  # fmt: skip


@pytest.mark.parametrize("engine", ["array", "scalar"])
def test_every_samples_gradients_are_those_of_its_own_derivation(engine: str) -> None:
    result = train(load(THREE_BATCHED), 0, engine=engine)
    explainers = [Explainer(result, index) for index in range(3)]
    for parameter in result.setup.network.names.parameters():
        alone = [explainer.explain(parameter).partials[-1].value for explainer in explainers]
        found = explainers[0].explain(parameter)
        assert [number for number, _ in found.by_sample] == [1, 2, 3]
        assert [value for _, value in found.by_sample] == pytest.approx(alone, rel=1e-13)
        assert found.gradient == pytest.approx(sum(alone) / 3, rel=1e-13)


def test_a_sample_that_is_not_shown_needs_no_derivation(monkeypatch: pytest.MonkeyPatch) -> None:
    result = train(load(THREE_BATCHED), 0, engine="array")
    made: list[Samples] = []

    def counted(network: Network, sample: Samples) -> Derivation:
        made.append(sample)
        return Derivation(network, sample)

    monkeypatch.setattr(explanation, "Derivation", counted)
    explainer = Explainer(result, 1)
    for parameter in result.setup.network.names.parameters():
        explainer.explain(parameter)
    assert len(made) == 1


def by_the_data_loader(samples: int, size: int, drop_last: bool, steps: int) -> list[list[int]]:
    """The batches of torch's DataLoader without shuffling, written out from its documentation."""
    batches: list[list[int]] = []
    while len(batches) < steps:
        one_pass = [list(range(first, min(first + size, samples))) for first in range(0, samples, size)]
        if drop_last and len(one_pass[-1]) < size:
            one_pass.pop()
        batches += one_pass
    return batches[:steps]


@pytest.mark.parametrize("engine", ["array", "scalar"])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7])
def test_batches_are_those_of_a_data_loader(size: int, drop_last: bool, reduction: str, engine: str) -> None:
    inputs, targets, rate, steps = [1.0, -2.0, 0.5, 3.0, 1.5], [0.3, 0.1, -0.4, 1.0, 0.7], 0.01, 13
    if drop_last:
        size = min(size, 5)
    weight, reached = 0.9, []
    for batch in by_the_data_loader(5, size, drop_last, steps):
        slopes = [(weight * inputs[index] - targets[index]) * inputs[index] for index in batch]
        weight -= rate * sum(slopes) / (len(slopes) if reduction == "mean" else 1)
        reached.append(weight)
    data = {
        "inputs": [[x] for x in inputs],
        "targets": [[t] for t in targets],
        "layers": [{"weights": [[0.9]]}],
        "learning_rate": rate,
        "batch_size": size,
        "drop_last": drop_last,
        "reduction": reduction,
    }
    setup: Setup = load(data)
    assert train(setup, steps, engine=engine).result.network.parameters.row[0] == pytest.approx(weight, rel=1e-13)
    in_pieces = []
    for _ in range(steps):
        setup = train(setup, 1, engine=engine).result
        in_pieces.append(setup.network.parameters.row[0])
    assert in_pieces == pytest.approx(reached, rel=1e-13)


def test_a_batch_of_more_samples_than_there_are_means_all() -> None:
    assert shown(ONE_WEIGHT + "batch_size: 5\n", "run", "-", "-n", "3") == shown(ONE_WEIGHT, "run", "-", "-n", "3")


@pytest.mark.parametrize("drop_last", [False, True])
def test_a_shuffled_pass_takes_each_sample_once_or_leaves_the_rest_out(drop_last: bool) -> None:
    schedule = Schedule(batch_size=3, shuffle=True, seed=7, drop_last=drop_last)
    per_pass = 2 if drop_last else 3
    for number in range(4):
        taken = [list(next_batch(schedule, 8, number * per_pass + index)) for index in range(per_pass)]
        assert [len(batch) for batch in taken] == ([3, 3] if drop_last else [3, 3, 2])
        assert len({sample for batch in taken for sample in batch}) == (6 if drop_last else 8)
