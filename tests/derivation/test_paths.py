"""Paths: all of them, the largest first, adding up to the gradient; counted without being walked."""

from __future__ import annotations

import csv
import io
import itertools
import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_cli import explain, load, run
from tests.program import backprop

weights = st.floats(-2, 2).filter(lambda value: abs(value) > 1e-3)


def sigmoid_slope(z: float) -> float:
    return math.exp(-z) / (1 + math.exp(-z)) ** 2


@settings(max_examples=40)
@given(data=st.data())
def test_paths_are_those_that_brute_force_finds(data: st.DataObject) -> None:
    widths = data.draw(st.lists(st.integers(1, 3), min_size=3, max_size=5))
    matrices = [
        np.array(data.draw(st.lists(weights, min_size=n * m, max_size=n * m))).reshape(n, m)
        for m, n in itertools.pairwise(widths)
    ]
    layers = [{"activation": "sigmoid", "weights": matrix.tolist()} for matrix in matrices]
    x, t = [0.5] * widths[0], [0.25] * widths[-1]
    (found,) = explain(run(load({"inputs": x, "targets": t, "layers": layers})), "W1[1,1]", paths=True, limit=10**6)

    activations, slopes = [np.array(x)], []
    for matrix in matrices:
        z = matrix @ activations[-1]
        slopes.append([sigmoid_slope(value) for value in z])
        activations.append(1 / (1 + np.exp(-z)))
    products = []
    for units in itertools.product(*(range(width) for width in widths[2:])):
        chain, product = (0, *units), x[0] * slopes[0][0]
        for layer, (lower, upper) in enumerate(itertools.pairwise(chain), start=1):
            product *= matrices[layer][upper, lower] * slopes[layer][upper]
        products.append(product * (activations[-1][chain[-1]] - t[chain[-1]]))
    assert found.paths is not None
    values = [path.value for path in found.paths]
    assert sorted(values) == pytest.approx(sorted(products), rel=1e-9, abs=1e-300)
    assert found.path_count == len(products)
    sizes = [abs(value) for value in values]
    assert all(later <= earlier * (1 + 1e-12) for earlier, later in itertools.pairwise(sizes))
    assert math.fsum(values) == pytest.approx(found.gradient, rel=1e-9, abs=1e-15)


def test_thousands_of_millions_of_paths_are_counted_and_the_largest_found_at_once() -> None:
    rng = np.random.default_rng(0)
    layers = [{"activation": "tanh", "weights": rng.normal(size=(20, 20)).tolist()} for _ in range(7)]
    (found,) = explain(
        run(load({"inputs": [1.0] * 20, "targets": [0.0] * 20, "layers": layers})), "W1[1,1]", paths=True, limit=3
    )
    assert found.path_count == 20**6
    assert found.paths is not None and len(found.paths) == 3
    assert abs(found.paths[0].value) >= abs(found.paths[1].value) >= abs(found.paths[2].value) > 0


def test_a_softmax_leads_from_each_net_input_to_every_output() -> None:
    (found,) = explain(run(load("softmax")), "b2_2", paths=True)
    assert found.path_count == 3
    assert found.paths is not None
    assert {path.factors[0].name for path in found.paths} == {"dE/do1", "dE/do2", "dE/do3"}


def layered(width: int, depth: int) -> dict[str, Any]:
    weights = np.random.default_rng(1).normal(size=(depth, width, width)).tolist()
    return {
        "inputs": [1.0] * width,
        "targets": [0.0] * width,
        "layers": [{"activation": "tanh", "weights": matrix} for matrix in weights],
    }


def test_a_limit_beyond_every_number_of_paths_shows_all_of_them() -> None:
    result = backprop("explain", "classic", "-w", "w11", "--paths", "--limit", str(10**17))
    assert result.exit_code == 0
    assert "The sum of both paths is" in result.stdout


@pytest.mark.parametrize(("depth", "how"), [(3, "--limit 16 shows all"), (30, "--limit shows more")])
def test_all_the_paths_are_offered_only_where_they_can_be_shown(depth: int, how: str) -> None:
    text = json.dumps(layered(4, depth))
    result = backprop("explain", "-", "-w", "W1[1,1]", "--paths", "--limit", "2", "--rows", "1", stdin=text)
    assert f"({how}); the sum of all {4 ** (depth - 1):,} is" in result.stdout


def test_paths_are_rows_of_the_csv_too() -> None:
    rows = list(csv.DictReader(io.StringIO(backprop("explain", "mazur", "-w", "w1", "--paths", "-f", "csv").stdout)))
    (explained,) = backprop("explain", "mazur", "-w", "w1", "--paths", "-f", "json").json["explanations"]
    paths = [row for row in rows if row["partial"].startswith("path ")]
    assert [row["rule"].split(" * ") for row in paths] == [path["factors"] for path in explained["paths"]]
    assert [float(row["value"]) for row in paths] == [path["value"] for path in explained["paths"]]
    assert {(row["of"], row["wrt"], row["parameter"]) for row in paths} == {("E", "w1", "w1")}
    for row in paths:
        factors = [float(factor.strip("()")) for factor in row["numbers"].split(" * ")]
        assert math.prod(factors) == pytest.approx(float(row["value"]), rel=1e-14)
    chained = backprop("chain", "s = x*y", "t = s + y", "E = t*s", "--at", "x=2,y=3", "--paths", "-f", "csv").stdout
    found = [row for row in csv.DictReader(io.StringIO(chained)) if row["partial"].startswith("path ")]
    by_x = sum(float(row["value"]) for row in found if row["wrt"] == "x")
    assert by_x == (3 * 3) * 2 * 2 + 3 * 3  # E = (xy + y)·xy, by x: y²(2x + 1)
