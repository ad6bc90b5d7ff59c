"""The line about central differences, and what is left out where it would be too long to read."""

from __future__ import annotations

import pytest

from tests.program import backprop

LSTM = """
f = σ(wf*x + uf*h + bf)
i = σ(wi*x + ui*h + bi)
g = tanh(wg*x + ug*h + bg)
o = σ(wo*x + uo*h + bo)
c = f*c0 + i*g
y = o*tanh(c)
L = (y - t)^2/2
"""
AT = "wf=.1,x=.2,uf=.3,h=.4,bf=.5,wi=.6,ui=.7,bi=.8,wg=.9,ug=1,bg=1.1,wo=1.2,uo=1.3,bo=1.4,c0=1.5,t=.6"


def test_central_differences_are_those_of_the_definitions() -> None:
    result = backprop("chain", "u = x^2*y", "h = sin(u)", "--at", "x=0.6,y=2", "-f", "json").json
    # dh/dx = 2xy·cos(x²y), dh/dy = x²·cos(x²y), and cos(0.72) = 0.7518057291…
    cosine = 0.7518057290959
    assert result["numerical"] == pytest.approx({"x": 2.4 * cosine, "y": 0.36 * cosine}, rel=1e-9)
    assert backprop("chain", "h = u^3", "u = x", "--wrt", "u", "--at", "x=2", "-f", "json").json["numerical"] == (
        pytest.approx({"u": 12.0}, rel=1e-9)
    )
    assert "numerical" not in backprop("chain", "h = x^2", "-f", "json").json


def test_one_line_says_that_they_agree() -> None:
    shown = backprop("chain", "u = (x+1)^2", "h = u^3 + 2u - 5", "--at", "x=1").stdout
    assert shown.splitlines()[-1].startswith("Checked: central differences agree to 1")


@pytest.mark.parametrize("definition", ["y = relu(x) + x^2", "y = x^2 if x > 0 else 3x"])
def test_at_a_kink_they_are_said_to_differ(definition: str) -> None:
    shown = backprop("chain", definition, "--at", "0").stdout
    assert "Central differences give " in shown and "Checked" not in shown


def test_near_the_edge_of_a_domain_they_are_taken_more_narrowly_or_not_at_all() -> None:
    close = backprop("chain", "y = sqrt(x)", "--at", "x=0.0005", "-f", "json").json
    assert close["numerical"]["x"] == pytest.approx(0.5 / 0.0005**0.5, rel=1e-6)
    assert backprop("chain", "y = sqrt(x)", "--at", "x=1e-9", "-f", "json").json["numerical"] == {}


@pytest.mark.slow
def test_the_gradients_of_a_recurrent_cell_can_be_read() -> None:
    result = backprop("chain", "-", "--at", AT, stdin=LSTM)
    assert "The formulas of 15 derivatives are too long to be shown here, up to 1,206 characters" in result.stdout
    assert all(len(line) <= 210 for line in result.stdout.splitlines())
    brief = backprop("chain", "-", "--at", AT, "--numbers", stdin=LSTM).stdout
    assert "\nDerivatives\n" in brief and len(brief.splitlines()) < 90 and "too long" not in brief
    exact = backprop("chain", "-", "--at", AT, "-f", "json", stdin=LSTM).json["derivatives"]
    numbers = backprop("chain", "-", "--at", AT, "--numbers", "-f", "json", stdin=LSTM).json["derivatives"]
    assert {name: one["value"] for name, one in numbers.items()} == {name: one["value"] for name, one in exact.items()}
    assert numbers["wf"]["product"] is None and len(exact["wf"]["product"]) > 200


def test_what_would_take_too_long_is_not_checked() -> None:
    wide = "h = " + " + ".join(f"x{n}*x{n + 1}" for n in range(400))
    at = ",".join(f"x{n}=1" for n in range(401))
    result = backprop("chain", wide, "--at", at, "--numbers", "--steps", "none", "-f", "json").json
    assert result["numerical"] == {} and result["derivatives"]["x7"]["value"] == 2
