"""Weights drawn from a seed: the same on every machine, and distributed as the schemes say."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from backprop_cli import load
from backprop_cli.errors import InputError
from backprop_cli.network.network import Setup


def start(*layers: dict[str, Any], inputs: int = 2, **keys: Any) -> Setup:
    outputs = layers[-1]["units"]
    return load({"inputs": [0.5] * inputs, "targets": [0.0] * outputs, "layers": list(layers), **keys})


def independent(seed: int, count: int) -> list[float]:
    """The Mersenne twister of NumPy, whose old interface is frozen, seeded by an array as Python seeds by a number."""
    numbers: list[float] = np.random.RandomState([seed]).random_sample(count).tolist()
    return numbers


def test_xavier_is_uniform_within_the_bound_of_glorot_and_bengio() -> None:
    setup = start({"units": 3}, {"units": 1}, init="xavier", seed=3)
    stream = independent(3, 9)
    bounds = [math.sqrt(6 / 5)] * 6 + [math.sqrt(6 / 4)] * 3
    drawn = [bound * (2 * number - 1) for bound, number in zip(bounds, stream, strict=True)]
    assert setup.network.parameters.row.tolist() == [*drawn[:6], 0.0, 0.0, 0.0, *drawn[6:], 0.0]


def test_pytorch_draws_weights_and_then_biases_within_one_by_the_root_of_the_sources() -> None:
    stream = independent(7, 9)
    drawn = [1 / math.sqrt(2) * (2 * number - 1) for number in stream]
    assert start({"units": 3}, init="pytorch", seed=7).network.parameters.row.tolist() == drawn
    assert start({"units": 3}, seed=7).network.parameters.row.tolist() == drawn


def test_he_is_normal_by_the_ratio_of_uniforms() -> None:
    stream = iter(independent(11, 1000))
    ratio = 4 * math.exp(-0.5) / math.sqrt(2)
    expected: list[float] = []
    while len(expected) < 8:
        first, second = next(stream), 1 - next(stream)
        value = ratio * (first - 0.5) / second
        if math.exp(-value * value / 4) >= second:
            expected.append(value * math.sqrt(2 / 2))
    assert start({"units": 4, "bias": "none"}, init="he", seed=11).network.parameters.row.tolist() == expected


def test_numbers_of_a_seed_are_pinned() -> None:
    # worked out by numpy.random.RandomState([0]).random_sample(2): 0.8444218515250481, 0.7579544029403025
    row = start({"units": 1, "bias": "none"}, init="uniform").network.parameters.row.tolist()
    assert row == [0.5 * (2 * 0.8444218515250481 - 1), 0.5 * (2 * 0.7579544029403025 - 1)]


@pytest.mark.parametrize(("kind", "deviation"), [("he", math.sqrt(2 / 100)), ("normal", 0.1)])
def test_normal_numbers_have_the_moments_of_the_normal_distribution(kind: str, deviation: float) -> None:
    setup = start({"units": 400, "bias": "none"}, inputs=100, init=kind, seed=1)
    numbers = np.asarray(setup.network.parameters.row) / deviation
    assert abs(numbers.mean()) < 0.02
    assert abs(numbers.std() - 1) < 0.02
    assert abs((numbers**4).mean() - 3) < 0.15
    assert abs((np.abs(numbers) < 1).mean() - 0.6827) < 0.01


@pytest.mark.parametrize(("bias", "count"), [("own", 3), ("shared", 1), ("none", 0)])
def test_a_drawn_layer_has_the_biases_that_it_asks_for(bias: str, count: int) -> None:
    assert len(start({"units": 3, "bias": bias}, init="zeros").network.parameters.row) == 6 + count


def test_a_layer_may_begin_in_its_own_way_and_may_be_given() -> None:
    setup = start({"units": 2, "init": "zeros"}, {"weights": [[1, 2]], "units": 1}, init="he")
    assert setup.network.parameters.row.tolist() == [0, 0, 0, 0, 0, 0, 1, 2]


@pytest.mark.parametrize(
    ("layer", "keys", "message"),
    [
        ({"units": 2}, {"init": "xaver"}, "did you mean 'xavier'?"),
        ({"units": 0}, {}, "expected a whole number of at least 1"),
        ({"units": 2, "bias": "owned"}, {}, "expected own, shared or none"),
        ({"units": 9_000_000}, {}, "more than 10,000,000 weights are not drawn"),
        ({"units": 2, "weights": [[1, 2]]}, {}, "expected 1, the number of the rows of weights, found 2"),
        ({"units": 2, "init": 3}, {}, "expected a way to begin, found"),
    ],
)
def test_what_cannot_be_drawn_is_refused(layer: dict[str, Any], keys: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        load({"inputs": [0.5, 0.5], "targets": [0.0, 0.0], "layers": [layer], **keys})
    assert message in str(caught.value)
