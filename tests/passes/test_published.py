"""Numbers that others printed in their tutorials: each right one to its last digit, each wrong one put right."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from math import prod
from pathlib import Path
from typing import Any

import pytest

from tests.program import backprop

PUBLISHED = Path(__file__).parents[1] / "data" / "published"


def published(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((PUBLISHED / f"{name}.json").read_text(encoding="utf-8"))
    return content


def entries(kind: str) -> Iterator[Any]:
    for name in ("mazur", "wikidocs"):
        content = published(name)
        for entry in content.get(kind, []):
            yield pytest.param(content["example"], entry, id=f"{name}: {entry['quantity']}")


@cache
def after(example: str, updates: int) -> dict[str, float]:
    """Collect everything that has a name once the example's weights were updated so many times."""
    following = backprop("run", example, "--steps", str(updates + 1), "--format", "json").json
    reached = backprop("run", example, "--steps", str(updates), "--format", "json").json
    partials = {partial["name"]: partial["value"] for partial in following["partials"]}
    known: dict[str, float] = following["forward"] | partials | reached["parameters"] | {"E": reached["loss_after"]}
    return known


def value(example: str, entry: dict[str, Any]) -> float:
    """Look up a quantity, or the product of several joined by `*`."""
    known = after(example, entry["updates"])
    return prod(known[name] for name in entry["is"].split(" * "))


def as_printed(number: float, like: str) -> str:
    return f"{number:.{len(like.partition('.')[2])}f}"


@pytest.mark.parametrize(("example", "entry"), list(entries("figures")))
def test_a_printed_number_is_reproduced_to_its_last_digit(example: str, entry: dict[str, Any]) -> None:
    assert as_printed(value(example, entry), entry["printed"]) == entry["printed"]


@pytest.mark.parametrize(("example", "entry"), list(entries("slips")))
def test_a_number_printed_wrong_is_not_reproduced_but_the_right_one_is(example: str, entry: dict[str, Any]) -> None:
    computed = value(example, entry)
    assert computed == pytest.approx(entry["right"], rel=1e-11)
    assert as_printed(computed, entry["printed"]) != entry["printed"]


def test_mazur_leaves_his_biases_as_they_are() -> None:
    before = backprop("run", "mazur", "--steps", "0", "--format", "json").json["parameters"]
    updated = backprop("run", "mazur", "--steps", "3", "--format", "json").json["parameters"]
    biases = set(updated) - {f"w{i}" for i in range(1, 9)}
    assert biases
    assert {name: updated[name] for name in biases} == {name: before[name] for name in biases}
    assert {before[name] for name in biases} == {0.35, 0.6}


def test_wikidocs_has_no_biases() -> None:
    parameters = backprop("run", "wikidocs", "--format", "json").json["parameters"]
    assert list(parameters) == [f"W{i}" for i in range(1, 9)]


def test_the_old_value_of_wikidocs_w1_is_not_the_one_printed_in_its_update() -> None:
    # printed: "W1+ = 0.1 - 0.5 x 0.00080888 = 0.29959556", where 0.1 is x1
    (explanation,) = backprop("explain", "wikidocs", "--weight", "W1", "--format", "json").json["explanations"]
    update = explanation["update"]
    assert update["old"] == 0.3
    assert as_printed(explanation["gradient"], "0.00080888") == "0.00080888"
    assert as_printed(update["new"], "0.29959556") == "0.29959556"


TRASK = {
    "title": "A Neural Network in 11 lines of Python",
    "learning_rate": 1,
    "reduction": "sum",
    "inputs": [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]],
    "targets": [[0], [0], [1], [1]],
    "layers": [{"activation": "sigmoid", "weights": [[-0.165955990594852, 0.4406489868843162, -0.9997712503653102]]}],
}


def trask_outputs(updates: int) -> list[float]:
    trained = backprop("run", "-", "-n", str(updates), "-q", "-o", "-", stdin=json.dumps(TRASK)).stdout
    outputs = []
    for sample in ("1", "2", "3", "4"):
        shown = backprop("run", "-", "-n", "0", "--sample", sample, "-f", "json", stdin=trained).json
        outputs.append(shown["forward"]["o1"])
    return outputs


def test_trasks_outputs_after_training() -> None:
    figures = published("trask")
    outputs = trask_outputs(figures["updates"])
    assert [as_printed(o, printed) for o, printed in zip(outputs, figures["outputs"], strict=True)] == figures[
        "outputs"
    ]


def test_trask_printed_the_outputs_before_the_last_of_his_ten_thousand_updates() -> None:
    figures = published("trask")
    outputs = trask_outputs(figures["updates"] + 1)
    assert outputs == pytest.approx(figures["outputs_one_update_later"], rel=1e-12)
    assert as_printed(outputs[0], figures["outputs"][0]) != figures["outputs"][0]
