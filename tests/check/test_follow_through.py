"""One slip is one wrong number, and what its author rightly worked out from it follows.

Answers are made by a few lines of NumPy that work everything out from their own earlier numbers, one of which is changed.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from backprop_cli import load
from backprop_cli.check.answers import read_answers
from backprop_cli.check.compare import AnswerKey
from backprop_cli.check.diagnose import diagnose
from backprop_cli.check.given import given_numbers
from backprop_cli.training.train import train
from tests.check.courses import Course, sigmoid
from tests.program import backprop


def answer(course: Course, slip: tuple[str, float] | None = None, decimals: int = 12) -> dict[str, float]:
    """Every number of one step by name, each rounded as it is written down and used as it is written down.

    The number that `slip` names is moved by so much before it is used.
    """
    own: dict[str, float] = {}

    def note(name: str, value: float) -> float:
        moved = value + (slip[1] if slip and slip[0] == name else 0.0)
        own[name] = round(float(moved), decimals)
        return own[name]

    widths = [len(course.inputs[0]), *(len(b) for b in course.biases)]
    first = np.cumsum([0, *widths])  # the running index of each layer's first unit
    unit = 0
    a: list[list[float]] = [list(course.inputs[0])]
    z_names: list[list[str]] = []
    for layer, (w, b) in enumerate(zip(course.weights, course.biases, strict=True)):
        is_last = layer == course.depth - 1
        names = [f"z{unit + k + 1}" for k in range(len(b))]
        z = [note(name, np.dot(a[-1], w[:, k]) + b[k]) for k, name in enumerate(names)]
        a.append([note(f"o{k + 1}" if is_last else f"a{unit + k + 1}", sigmoid(one)) for k, one in enumerate(z)])
        z_names.append(names)
        unit += len(b)
    shares = [
        note(f"E_o{k + 1}", 0.5 * (t - o) ** 2) for k, (t, o) in enumerate(zip(course.targets[0], a[-1], strict=True))
    ]
    note("E", sum(shares))
    by_a = [note(f"dE/do{k + 1}", o - t) for k, (t, o) in enumerate(zip(course.targets[0], a[-1], strict=True))]
    for layer in reversed(range(course.depth)):
        deltas = [
            note(f"dE/d{name}", upstream * value * (1 - value))
            for name, upstream, value in zip(z_names[layer], by_a, a[layer + 1], strict=True)
        ]
        for k, delta in enumerate(deltas):
            for j, source in enumerate(a[layer]):
                name = f"W{layer + 1}[{k + 1},{j + 1}]"
                gradient = note(name, delta * source)
                note(f"{name}+", course.weights[layer][j, k] - 0.5 * gradient)
            gradient = note(f"b{layer + 1}[{k + 1}]", delta)
            note(f"b{layer + 1}[{k + 1}]+", course.biases[layer][k] - 0.5 * gradient)
        if layer > 0:
            hidden = first[layer] - widths[0]
            by_a = [
                note(f"dE/da{hidden + j + 1}", np.dot(deltas, course.weights[layer][j])) for j in range(len(a[layer]))
            ]
    return own


def found(course: Course, own: dict[str, float], decimals: int) -> dict[str, tuple[bool, bool]]:
    key = AnswerKey(train(load(course.network), 1), 0)
    given = given_numbers([(name, f"{value:.{decimals}f}") for name, value in own.items()])
    comparison = key.compare(given)
    assert comparison.unknown == ()
    return {one.given.name: (one.agrees, one.follows) for one in comparison.compared}


@pytest.mark.parametrize("decimals", [12, 6])
@pytest.mark.parametrize("seed", range(25))
def test_what_follows_from_a_slip_is_not_another(seed: int, decimals: int) -> None:
    course = Course(seed, samples=1)
    right = answer(course)
    slipped = str(course.rng.choice([name for name in right if "+" not in name]))
    own = answer(course, (slipped, 0.0625 + abs(right[slipped])), decimals)
    exact = answer(course, (slipped, 0.0625 + abs(right[slipped])))
    verdicts = found(course, own, decimals)
    assert verdicts[slipped] == (False, False)
    moved = {name for name in right if abs(exact[name] - right[name]) > 50 * 10.0**-decimals} - {slipped}
    lost = [
        name
        for name in moved
        if verdicts[name] != (False, True) and len(f"{abs(own[name]):.{decimals}f}".strip("0.")) > 2
    ]
    assert lost == []
    # what the slip does not touch follows from nothing, unless rounding on the way has cost its last digit
    precise = answer(course, decimals=17)
    untouched = {name for name in right if exact[name] == right[name]}
    rounded = {name for name in untouched if abs(own[name] - precise[name]) > 0.5 * 10.0**-decimals}
    assert decimals < 12 or not any(verdicts[name][1] for name in untouched - rounded)


@pytest.mark.parametrize("decimals", [3, 4, 6])
def test_what_is_rightly_worked_from_rounded_numbers_follows(decimals: int) -> None:
    wrong = following = 0
    for seed in range(10):
        course = Course(seed, samples=1, widths=(3, 4, 3))
        own = answer(course, decimals=decimals)
        verdicts = found(course, own, decimals)
        telling = [name for name, value in own.items() if abs(value) >= 10 * 10.0**-decimals]
        wrong += sum(not verdicts[name][0] for name in telling)
        following += sum(verdicts[name][1] for name in telling)
    assert following > 0.9 * wrong > 100


@pytest.mark.parametrize("constant", [0.0, 0.25, 1.0, -3.125])
@pytest.mark.parametrize("seed", range(5))
def test_nothing_follows_from_a_constant(constant: float, seed: int) -> None:
    course = Course(seed, samples=1)
    verdicts = found(course, dict.fromkeys(answer(course), constant), 3)
    assert not any(follows for _, follows in verdicts.values())


@pytest.mark.parametrize("decimals", [3, *(pytest.param(few, marks=pytest.mark.slow) for few in (2, 4))])
@pytest.mark.parametrize("kind", ["any", "near", "exchanged", "last digit"])
def test_numbers_at_random_do_not_follow(kind: str, decimals: int) -> None:
    """Any numbers, right ones with noise, in another order, or a few units off: of a thousand less than one follows by chance."""
    tried = chance = 0
    for seed in range(30):
        course = Course(seed, samples=1)
        right = answer(course)
        numbers = np.array(list(right.values()))
        noise = course.rng.normal(size=len(numbers))
        made = {
            "any": noise,
            "near": numbers * (1 + 0.2 * noise),
            "exchanged": course.rng.permutation(numbers),
            "last digit": numbers + course.rng.integers(-4, 5, size=len(numbers)) * 10.0**-decimals,
        }[kind]
        verdicts = found(course, dict(zip(right, made.tolist(), strict=True)), decimals)
        tried += sum(not agrees for agrees, _ in verdicts.values())
        chance += sum(follows for _, follows in verdicts.values())
    assert tried > 1000
    assert chance < 0.001 * tried


def test_a_batch_is_followed_through() -> None:
    """A slip in the second sample's delta, the gradients worked from it, in arrays that are 1/N of each sample's."""
    course = Course(11, samples=3, widths=(2, 3, 2))
    course.is_mean = True
    each, _ = course.worked()
    delta = each["dZ2"] / 3
    delta[1, 0] += 0.07
    own: dict[str, Any] = {"A1": each["A1"], "dZ2": delta, "dW2": each["A1"].T @ delta, "db2": delta.sum(axis=0)}
    by_a = delta @ course.weights[1].T
    own |= {"dA1": by_a, "dZ1": by_a * each["A1"] * (1 - each["A1"])}
    own |= {"dW1": course.inputs.T @ own["dZ1"]}
    text = json.dumps({name: array.tolist() for name, array in own.items()})
    comparison = AnswerKey(train(load(course.network), 1), 0).compare(_arrays(text, course))
    wrong = {one.given.name: one.follows for one in comparison.compared if not one.agrees}
    assert not wrong.pop("dE/dz4[2]")
    assert len(wrong) == 3 + 1 + 3 + 3 + 6
    assert all(wrong.values())


def _arrays(text: str, course: Course) -> Any:
    return read_answers(text.encode(), "own.json", load(course.network).network.names).given


@pytest.mark.parametrize("settings", [{"weight_decay": 0.1}, {"penalty": {"l2": 0.1}}, {"momentum": 0.9}])
def test_a_slip_is_followed_through_a_penalty_and_a_decay(settings: dict[str, Any]) -> None:
    """E by o is o − t, so the slip's own gradient is (slip)·o(1 − o)·x, and λw with a penalty."""
    network = {
        "inputs": [0.5, -0.3], "targets": [1], "learning_rate": 0.1, **settings,
        "layers": [{"activation": "sigmoid", "weights": [[0.4, 0.7]], "bias": [0.2]}],
    }  # fmt: skip
    o = sigmoid(0.4 * 0.5 - 0.7 * 0.3 + 0.2)
    delta = (o - 1 + 0.25) * o * (1 - o)
    penalty, decay = (0.1 if "penalty" in settings else 0.0), settings.get("weight_decay", 0.0)
    by_w = [delta * x + penalty * w for x, w in ((0.5, 0.4), (-0.3, 0.7))]
    own = {"dE/do1": o - 1 + 0.25, "dE/dz1": delta, "w11": by_w[0], "w21": by_w[1]}
    own |= {"w11+": 0.4 - 0.1 * (by_w[0] + decay * 0.4), "w21+": 0.7 - 0.1 * (by_w[1] + decay * 0.7)}
    comparison = AnswerKey(train(load(network), 1), 0).compare(given_numbers([(k, f"{v:.8f}") for k, v in own.items()]))
    assert [one.follows for one in comparison.compared] == [False] + [True] * 5


def test_the_report_says_what_follows_from_rounded_numbers() -> None:
    """(0.75 − 0.01) · 0.75 · 0.25 = 0.13875, which times 0.59 and 0.60 is 0.0819 and 0.0833."""
    own = "a1: 0.59\na2: 0.60\no1: 0.75\ndE/dz3: 0.13875\nw31: 0.0819\nw41: 0.0833\n"
    shown = backprop("check", "classic", "-a", "-", stdin=own)
    assert "3 agree to the digits given, 3 follow rightly from rounded ones: carry more digits." in shown.stdout
    assert "Diagnosis" not in shown.stdout
    assert shown.exit_code == 1


def test_the_report_and_the_json_say_what_follows() -> None:
    own = '{"dE/dz3": 0.1485, "w31": 0.0881, "w41": 0.0886, "w32": -0.0226}'
    result = backprop("check", "classic", "-a", "-", "-f", "json", stdin=own)
    record = json.loads(result.stdout)
    assert result.exit_code == 1
    assert [one["agrees"] for one in record["compared"]] == [False, False, False, True]
    assert [one.get("follows") for one in record["compared"]] == [None, True, True, None]
    assert record["unexplained"] == ["dE/dz3"]
    shown = backprop("check", "classic", "-a", "-", stdin=own).stdout
    assert "1 agrees to the digits given, 1 is wrong, 2 follow rightly from that." in shown


def test_one_mistake_is_enough_where_its_author_rounds_on_the_way() -> None:
    """o − t = 0.5097 for ∂E/∂z3, and all else worked from that with four decimals, as 0.5 + 0.1·0.1525 = 0.5152 for w11."""
    network = {
        "learning_rate": 0.1, "inputs": [1, 1], "targets": [0],
        "layers": [
            {"activation": "sigmoid", "weights": [[0.5, 0.4], [0.9, 1.0]], "bias": [-0.8, 0.1]},
            {"activation": "sigmoid", "weights": [[-1.2, 1.1]], "bias": [-0.3]},
        ],
    }  # fmt: skip
    h = [sigmoid(0.1), sigmoid(2.0)]
    delta = round(sigmoid(-1.2 * h[0] + 1.1 * h[1] - 0.3), 4)
    hidden = [round(delta * w * a * (1 - a), 4) for w, a in zip((-1.2, 1.1), h, strict=True)]
    own = {"dE/dz3": delta, "dE/dz1": hidden[0], "dE/dz2": hidden[1], "w11+": 0.5152, "w41+": 1.1 - 0.1 * delta * h[1]}
    given = given_numbers([(name, f"{value:.4f}") for name, value in own.items()])
    (found,) = diagnose(AnswerKey(train(load(network), 1), 0).compare(given)).diagnoses
    assert [made.id for made in found.mistakes] == ["slope_missing_output"]
    assert found.explains == ("dE/dz3", "dE/dz1", "dE/dz2", "w41+")
