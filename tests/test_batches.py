"""A step's batch that is not the shown sample alone says so, wherever the step's gradients are shown."""

from __future__ import annotations

import pytest

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
    assert "the sum over the 2 samples of the batch: 3, 1." in shown(three + "batch_size: 2\n", "run", "-", "-n", "2")
    assert "the sum over the 3 samples of the batch." in shown(three, "run", "-")


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_the_matrix_view_names_the_reduction(reduction: str) -> None:
    text = shown(ONE_WEIGHT + f"reduction: {reduction}\n", "run", "-", "--view", "matrix")
    assert f"∂E/∂W¹ = {reduction} over the batch" in text


def test_the_batchs_gradient_stays_where_the_list_of_its_samples_is_cut() -> None:
    text = shown(ONE_WEIGHT, "explain", "-", "-w", "w11", "--rows", "1")
    assert "… 1 more row: --rows 2 shows them all" in text
    assert "The mean is ∂E/∂w11 = 2.5\n" in text
