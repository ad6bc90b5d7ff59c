"""What is shown comes from `forward` and `backward` alone: another link there, and every command shows other numbers."""

from __future__ import annotations

import re

import pytest

from backprop_cli import backward as passes
from backprop_cli.backward import Links, Place
from backprop_cli.functions.numeric import Array
from tests.program import backprop

RIGHT, DOUBLED = 0.08216704056423078, 0.16433408112846156


def doubled(place: Place, delta: Array) -> Array:
    return 2.0 * passes.weight_gradient(place, delta)


@pytest.fixture(params=[False, True])
def wanted(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> float:
    """∂E/∂w31 of the example `classic`, by the right chain rule or by one whose ∂E/∂w is doubled."""
    if not request.param:
        return RIGHT
    monkeypatch.setattr(passes.backward, "__defaults__", ("mean", Links(weight_gradient=doubled)))
    return DOUBLED


def test_run_shows_what_backward_computes(wanted: float) -> None:
    answer = backprop("run", "classic", "-f", "json").json
    shown = {partial["name"]: partial["value"] for partial in answer["partials"]}
    assert answer["gradients"]["w31"] == pytest.approx(wanted, rel=1e-14)
    assert shown["dE/dw31"] == pytest.approx(wanted, rel=1e-14)


def test_explain_shows_what_backward_computes(wanted: float) -> None:
    (explanation,) = backprop("explain", "classic", "-w", "w31", "-f", "json").json["explanations"]
    assert explanation["gradient"] == pytest.approx(wanted, rel=1e-14)


def test_the_page_shows_what_backward_computes(wanted: float) -> None:
    pytest.importorskip("jinja2")
    page = backprop("report", "classic", "-o", "-").stdout
    values = [float(value) for value in re.findall(r'data-name="dE/dw31" data-value="([^"]*)"', page)]
    assert values and values == pytest.approx([wanted] * len(values), rel=1e-14)


def test_check_compares_with_what_backward_computes(wanted: float) -> None:
    result = backprop("check", "classic", "-f", "json")
    assert result.exit_code == (0 if wanted == RIGHT else 1)
