"""`chain --against`: somebody's numbers for composed functions and recurrent cells, right, wrong, and rightly worked on."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path
from typing import Any

import pytest

from tests.program import Result, backprop

EXERCISE = ["u = (x+1)^2", "h = u^3 + 2u - 5", "--at", "x=1"]
CELL = [
    "f = σ(wf*x + uf*h + bf)", "i = σ(wi*x + ui*h + bi)", "g = tanh(wg*x + ug*h + bg)", "o = σ(wo*x + uo*h + bo)",
    "c = f*c0 + i*g", "y = o*tanh(c)", "L = (y - t)^2/2", "--at",
    "wf=.1,x=.2,uf=.3,h=.4,bf=.5,wi=.6,ui=.7,bi=.8,wg=.9,ug=1,bg=1.1,wo=1.2,uo=1.3,bo=1.4,c0=1.5,t=.6",
]  # fmt: skip


def against(definitions: list[str], numbers: dict[str, Any], *options: str) -> Result:
    return backprop("chain", *definitions, "--against", "-", *options, stdin=json.dumps(numbers))


def verdicts(definitions: list[str], numbers: dict[str, Any]) -> dict[str, str]:
    result = against(definitions, numbers, "-f", "json")
    compared = json.loads(result.stdout)["compared"]
    return {
        one["name"]: "agrees" if one["agrees"] else "follows" if one.get("follows") else "wrong" for one in compared
    }


def test_right_numbers_agree_under_every_name() -> None:
    names = {"u": 4, "h": 67, "dh/du": 50, "du/dx": 4, "dh/dx": 200}
    assert set(verdicts(EXERCISE, names).values()) == {"agrees"}
    for name in ("∂h/∂x", "dh/dx", "h'", "h′", "dx", "x", "∂h / ∂x"):
        result = against(EXERCISE, {name: 200.0})
        assert result.exit_code == 0 and "It agrees to the digits given." in result.stdout


def test_what_follows_from_a_slip_in_an_equation_is_no_mistake_either() -> None:
    # F = x² + y² − 25 at (3, 4): 2y taken as y is 4, and −6/4 is −1.5
    numbers = {"dF/dx": 6, "dF/dy": 4, "dy/dx": -1.5}
    verdict = {"dF/dx": "agrees", "dF/dy": "wrong", "dy/dx": "follows"}
    assert verdicts(["x^2 + y^2 = 25", "--at", "x=3,y=4"], numbers) == verdict


def test_a_slip_is_one_mistake_and_what_follows_from_it_none() -> None:
    # 3u + 2 with u = 4 in place of 3u² + 2 is 14, and 14·4 = 56
    numbers = {"u": 4, "dh/du": 14, "du/dx": 4, "dh/dx": 56}
    assert verdicts(EXERCISE, numbers) == {"u": "agrees", "dh/du": "wrong", "du/dx": "agrees", "dh/dx": "follows"}
    shown = against(EXERCISE, numbers)
    assert (
        shown.exit_code == 1 and "2 agree to the digits given, 1 is wrong, 1 follows rightly from that." in shown.stdout
    )


def test_a_wrong_value_is_followed_through_derivatives() -> None:
    # u = 3 in place of 4: h = 27 + 6 - 5, dh/du = 3·9 + 2
    numbers = {"u": 3, "h": 28, "dh/du": 29, "dh/dx": 116.0}
    assert verdicts(EXERCISE, numbers) == {"u": "wrong", "h": "follows", "dh/du": "follows", "dh/dx": "follows"}


def test_numbers_worked_on_with_few_digits_follow_within_their_rounding() -> None:
    definitions = ["u = x^2", "v = sin(u)", "h = exp(v)", "--at", "x=1.1"]
    # cos(u) taken for sin(u), each number rounded to three decimals from the rounded one before
    v = round(math.cos(1.21), 3)
    h = round(math.exp(v), 3)
    assert verdicts(definitions, {"u": "1.210", "v": f"{v:.3f}", "h": f"{h:.3f}"}) == {
        "u": "agrees", "v": "wrong", "h": "follows",
    }  # fmt: skip


def test_a_constant_ratio_is_said() -> None:
    definitions = ["q = x + y", "f = q*z", "--at", "x=-2,y=5,z=-4"]
    result = against(definitions, {"dx": 4.0, "dy": 4.0, "dz": 3.0}, "-f", "json")
    assert json.loads(result.stdout)["ratios"] == [{"names": ["dx", "dy"], "ratio": -1.0}]
    assert "dx, dy are −1 × the right ones." in against(definitions, {"dx": 4.0, "dy": 4.0}).stdout
    assert json.loads(against(definitions, {"dx": 4.1, "dy": 3.3}, "-f", "json").stdout)["ratios"] == []


def test_the_gradients_of_a_recurrent_cell_as_a_program_printed_them() -> None:
    right = backprop("chain", *CELL, "-f", "json").json
    numbers = {name: f"{one['value']:.4f}" for name, one in right["derivatives"].items()}
    numbers |= {name: f"{value:.4f}" for name, value in right["values"].items()}
    numbers["h"] = numbers.pop("h")
    assert set(verdicts(CELL, numbers).values()) == {"agrees"}


@pytest.mark.slow
def test_no_right_answer_is_called_wrong_and_no_wrong_one_right() -> None:
    right = backprop("chain", *CELL, "--numbers", "-f", "json").json
    partials = {one["name"]: one["value"] for one in right["partials"]}
    chance = random.Random(5)
    for _ in range(40):
        digits = chance.randint(3, 9)
        chosen = chance.sample(sorted(partials), 6)
        numbers = {name: f"{partials[name]:.{digits}g}" for name in chosen}
        spoilt = chance.choice(chosen)
        assert set(verdicts(CELL, numbers).values()) == {"agrees"}
        numbers[spoilt] = f"{partials[spoilt] * chance.choice([-1, 0.5, 1.13, 2]):.{digits}g}"
        assert verdicts(CELL, numbers)[spoilt] == "wrong"


def test_unknown_names_and_missing_numbers_are_named(tmp_path: Path) -> None:
    result = against(EXERCISE, {"dh/du": 50, "dh/dy": 1}, "-f", "json")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["unknown"], found["missing"]) == (1, ["dh/dy"], ["dh/dx"])
    assert found["suggestions"]["dh/dy"].startswith("dh/d")
    nothing = against(EXERCISE, {"foo": 1})
    assert nothing.exit_code == 2 and "unknown name 'foo'" in nothing.stderr
    pointless = against(EXERCISE[:2], {"dh/dx": 1})
    assert pointless.exit_code == 2 and "give a point, such as --at x=1" in pointless.stderr
    missing = backprop("chain", *EXERCISE, "--against", str(tmp_path / "nothing.yaml"))
    assert missing.exit_code == 2 and "nothing.yaml" in missing.stderr


@pytest.mark.parametrize(
    "text", ["name,value\ndh/dx,200\n", "dh/dx,200\n", "dh/dx: 200\n", '[{"name": "dh/dx", "value": 200}]']
)
def test_a_table_and_a_document_are_read(text: str) -> None:
    assert backprop("chain", *EXERCISE, "--against", "-", stdin=text).exit_code == 0


def test_csv_has_a_row_for_each_number() -> None:
    rows = against(EXERCISE, {"dh/du": 14, "dh/dx": 56}, "-f", "csv").stdout.splitlines()
    assert rows == [
        "name,given,expected,digits,agrees,follows", "dh/du,14.0,50.0,0,false,false", "dh/dx,56.0,200.0,0,false,true",
    ]  # fmt: skip


def test_the_tolerance_can_be_wider() -> None:
    assert against(EXERCISE, {"dh/dx": 200.0000123456789}).exit_code == 1
    assert against(EXERCISE, {"dh/dx": 200.0000123456789}, "--tolerance", "1e-6").exit_code == 0
