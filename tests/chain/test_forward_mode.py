"""Forward mode: the same numbers in the other order, and how many operations each mode takes."""

from __future__ import annotations

from math import prod
from typing import Any

import pytest

from tests.program import backprop

GRAPHS = [
    ["y = sin(x^2)*exp(x)", "--at", "x=1"],
    ["q = x + y", "f = q*z + x", "--at", "x=-2,y=5,z=-4"],
    ["s = x*y", "t = s + y", "E = t*s + x", "--at", "x=2,y=3"],
    ["a = x^2", "b = a + x", "c = a*b*x", "d = c - a", "--at", "x=0.5"],
    ["y = σ(w x + b)", "--at", "w=1,x=2,b=3", "--steps", "all"],
]


def both(arguments: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    forward, reverse = (
        backprop("chain", *arguments, "--mode", mode, "-f", "json").json for mode in ("forward", "reverse")
    )
    return forward, reverse


@pytest.mark.parametrize("arguments", GRAPHS, ids=lambda arguments: arguments[0])
def test_both_modes_come_to_the_same_numbers(arguments: list[str]) -> None:
    forward, reverse = both(arguments)
    plain = backprop("chain", *arguments, "-f", "json").json
    assert {key: value for key, value in reverse.items() if key not in ("mode", "operations")} == plain
    for name, total in forward["derivatives"].items():
        assert total["value"] == pytest.approx(plain["derivatives"][name]["value"], rel=1e-14)
        assert total["simplified"] == plain["derivatives"][name]["simplified"]
    assert forward["operations"] == reverse["operations"]


@pytest.mark.parametrize("arguments", GRAPHS, ids=lambda arguments: arguments[0])
def test_every_forward_record_is_the_sum_of_its_products(arguments: list[str]) -> None:
    forward, _ = both(arguments)
    names = [partial["name"] for partial in forward["partials"]]
    values = {partial["name"]: partial["value"] for partial in forward["partials"]}
    assert len(set(names)) == len(names)
    for partial in forward["partials"]:
        if "terms" in partial:
            assert partial["value"] == pytest.approx(
                sum(prod(values[name] for name in term) for term in partial["terms"])
            )
            # the last factor is by the variable itself, met before
            position = names.index(partial["name"])
            assert all(names.index(name) < position for term in partial["terms"] for name in term)


def test_the_chain_is_multiplied_from_the_variable_on() -> None:
    forward, _ = both(["u = x^2", "v = sin(u)", "h = exp(v)", "--at", "x=1"])
    chains = {partial["name"]: partial["terms"] for partial in forward["partials"] if "terms" in partial}
    assert chains == {"dv/dx": [["dv/du", "du/dx"]], "dh/dx": [["dh/dv", "dv/dx"]]}


def test_the_operations_are_counted() -> None:
    # one result of four variables: the backward pass shares dL/dz, forward mode goes four times
    definitions = ["z = a*b + c*d", "s = sin(z)", "L = s^2", "--at", "a=1,b=2,c=3,d=4"]
    forward, _ = both(definitions)
    # reverse: dL/ds·ds/dz, then ·dz/d* four times; forward: ds/dz·dz/d* and dL/ds·ds/d* for each of four
    assert forward["operations"]["reverse"] == {"multiplications": 5, "additions": 0}
    assert forward["operations"]["forward"] == {"multiplications": 8, "additions": 0}
    shown = backprop("chain", *definitions, "--mode", "forward").stdout
    assert (
        "For all 4 derivatives, reverse mode takes 5 multiplications and 0 additions, "
        "forward mode takes 8 multiplications and 0 additions of derivatives." in shown
    )
    assert "\nForward mode\n" in shown
    assert "operations" not in backprop("chain", *definitions, "-f", "json").json
