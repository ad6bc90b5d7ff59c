"""The oracles agree with each other before anybody else is measured by them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np
import pytest

from tests.oracle import by_autograd, differences, torch_sgd
from tests.oracle.build import Case, Choice, network
from tests.oracle.cases import EVERY_ACTIVATION, EVERY_LOSS, grid
from tests.oracle.reference import ACTIVATIONS, Array, read


def close(got: Array, wanted: Array, relative: float) -> None:
    np.testing.assert_allclose(got, wanted, rtol=relative, atol=relative * max(1e-3, float(np.abs(wanted).max())))


def test_the_grid_holds_every_triple_and_every_depth_of_every_activation_and_loss() -> None:
    cases = grid()
    assert len({(str(c.activation), str(c.loss), c.bias) for c in cases}) == len(EVERY_ACTIVATION) * len(EVERY_LOSS) * 3
    assert {(str(c.activation), c.depth, c.samples) for c in cases} == {
        (str(activation), depth, samples)
        for activation in EVERY_ACTIVATION
        for depth in (1, 2, 3, 4)
        for samples in (1, 3)
    }
    assert {(str(c.loss), c.depth, c.bias) for c in cases} == {
        (str(loss), depth, bias) for loss in EVERY_LOSS for depth in (1, 2, 3, 4) for bias in ("shared", "own", "none")
    }


@pytest.mark.parametrize("case", grid()[::5], ids=str)
def test_complex_step_central_differences_and_autograd_give_one_gradient(case: Case) -> None:
    reference = read(network(case))
    by_complex_step = reference.gradient(reference.start)
    close(by_autograd.gradient(reference), by_complex_step, 1e-11)
    close(differences.gradient(reference.total, reference.start), by_complex_step, 1e-8)


@pytest.mark.slow
@pytest.mark.parametrize("activation", EVERY_ACTIVATION, ids=str)
def test_no_case_of_the_grid_is_trivial(activation: Choice) -> None:
    for case in (case for case in grid() if case.activation == activation):
        reference = read(network(case))
        gradient = reference.gradient(reference.start)
        assert np.isfinite([*gradient, reference.total(reference.start)]).all(), case
        # softmax outputs always sum to 1: the gradient of their sum is 0, and has to come out as 0
        largest = np.abs(gradient[reference.shapes[0].weights]).max()
        assert largest < 1e-15 if (case.activation, case.loss) == ("softmax", "output") else largest > 1e-7, case


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_both_definitions_of_an_activation_give_one_value(name: str) -> None:
    z = np.linspace(-3.9, 3.9, 118).reshape(-1, 2)
    np.testing.assert_allclose(ACTIVATIONS[name](z), by_autograd.ACTIVATIONS[name](z), rtol=1e-12, atol=1e-14)


def test_the_rule_reproduces_hand_computed_momentum_steps() -> None:
    def constant(_theta: Array, _step: int) -> Array:
        return np.array([1.0])

    def first_two(rule: torch_sgd.Rule) -> Iterator[float]:
        trained = np.array([True])
        return (float(theta[0]) for theta in islice(torch_sgd.steps(rule, np.array([0.0]), constant, trained), 2))

    # plain: −0.5, −1.0; buffers 1 and 0.9 + 1; with dampening 1 and 0.9 + 0.5; nesterov 1 + 0.9·1 and 1 + 0.9·1.9
    assert list(first_two(torch_sgd.Rule(0.5))) == [-0.5, -1.0]
    assert list(first_two(torch_sgd.Rule(0.5, momentum=0.9))) == pytest.approx([-0.5, -1.45])
    assert list(first_two(torch_sgd.Rule(0.5, momentum=0.9, dampening=0.5))) == pytest.approx([-0.5, -1.2])
    assert list(first_two(torch_sgd.Rule(0.5, momentum=0.9, nesterov=True))) == pytest.approx([-0.95, -2.305])
    assert list(first_two(torch_sgd.Rule(0.5, weight_decay=0.1))) == pytest.approx([-0.5, -0.975])
