"""`chain` on the circuits and exercises of courses: node by node, against the numbers that were printed there."""

from __future__ import annotations

import json
import subprocess
import sys
from math import exp
from typing import Any

import pytest

from tests.program import backprop

EXERCISE = ["u = (x+1)^2", "h = u^3 + 2u - 5"]
AS_FUNCTIONS = ["f(x) = (x+1)^2", "g(u) = u^3+2u-5", "h(x) = g(f(x))"]


def chain(*arguments: str) -> dict[str, Any]:
    return backprop("chain", *arguments, "-f", "json").json


def values_of(result: dict[str, Any]) -> dict[str, float]:
    return {partial["name"]: partial["value"] for partial in result["partials"]}


# ── the exercise ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("definitions", [EXERCISE, AS_FUNCTIONS])
def test_the_exercise_gives_the_json_of_the_contract(definitions: list[str]) -> None:
    result = chain(*definitions, "--at", "x=1")
    assert result.pop("format") == 1
    assert result.pop("numerical") == {"x": pytest.approx(200, rel=1e-9)}
    assert result == {
        "of": "h",
        "at": {"x": 1.0},
        "definitions": {"u": "(x + 1)^2", "h": "u^3 + 2*u - 5"},
        "values": {"u": 4.0, "h": 67.0},
        "partials": [
            {"name": "dh/du", "of": "h", "wrt": "u", "rule": "3*u^2 + 2", "value": 50.0},
            {"name": "du/dx", "of": "u", "wrt": "x", "rule": "2*(x + 1)", "value": 4.0},
            {"name": "dh/dx", "of": "h", "wrt": "x", "terms": [["dh/du", "du/dx"]], "value": 200.0},
        ],
        "derivatives": {
            "x": {"product": "(3*(x + 1)^4 + 2)*(2*(x + 1))", "simplified": "6*(x + 1)^5 + 4*(x + 1)", "value": 200.0}
        },
    }


@pytest.mark.parametrize("definitions", [EXERCISE, AS_FUNCTIONS])
def test_without_a_point_every_value_is_null_and_values_is_absent(definitions: list[str]) -> None:
    result = chain(*definitions)
    assert "values" not in result and result["at"] == {}
    assert [partial["value"] for partial in result["partials"]] == [None] * 3
    assert result["derivatives"]["x"]["value"] is None


@pytest.mark.parametrize("form", ["table", "csv", "markdown", "latex"])
def test_both_spellings_look_the_same_in_every_format(form: str) -> None:
    outputs = {backprop("chain", *spelling, "--at", "x=1", "-f", form).stdout for spelling in (EXERCISE, AS_FUNCTIONS)}
    assert len(outputs) == 1


def test_functions_whose_variable_has_the_same_name() -> None:
    result = chain("f(x) = (x+1)^2", "g(x) = x^3+2x-5", "h(x) = g(f(x))", "--at", "x=1")
    assert result["values"] == {"f": 4.0, "h": 67.0}
    assert result["derivatives"]["x"]["value"] == 200


def test_functions_called_within_expressions_become_intermediates_of_their_name() -> None:
    result = chain("f(t) = t^2", "h(x) = f(x) + 3f(x + 1)*f(x)", "--at", "x=2")
    assert result["values"] == {"f": 4.0, "t": 3.0, "f_2": 9.0, "h": 112.0}
    assert result["derivatives"]["x"]["value"] == 4 + 3 * (6 * 4 + 9 * 4)


def test_of_and_wrt_choose_what_is_differentiated_by_what() -> None:
    definitions = ["s = x*y", "t = s + y", "E = t*s"]
    result = chain(*definitions, "--of", "t", "--wrt", "x", "--at", "x=2,y=3")
    assert result["of"] == "t" and list(result["derivatives"]) == ["x"]
    assert result["derivatives"]["x"]["value"] == 3
    by_intermediate = chain(*definitions, "--wrt", "s", "--at", "x=2,y=3")
    assert by_intermediate["derivatives"]["s"]["value"] == 15


# ── branches that meet again ──────────────────────────────────────────────────────────────────────────────────────────


def test_every_path_of_branches_that_meet_again_adds_up() -> None:
    result = chain("s = x*y", "t = s + y", "E = t*s", "--at", "x=2,y=3", "--paths")
    assert result["values"] == {"s": 6.0, "t": 9.0, "E": 54.0}
    # E = (xy + y)·xy = x²y² + xy², so dE/dx = 2xy² + y² and dE/dy = 2x²y + 2xy
    by_x, by_y = result["derivatives"]["x"], result["derivatives"]["y"]
    assert (by_x["value"], by_y["value"]) == (45.0, 36.0)
    assert (by_x["simplified"], by_y["simplified"]) == ("y^2*(2*x + 1)", "2*x*y*(x + 1)")
    assert [(path["factors"], path["value"]) for path in by_y["paths"]] == [
        (["dE/ds|t", "ds/dy"], 18.0),
        (["dE/dt", "dt/ds", "ds/dy"], 12.0),
        (["dE/dt", "dt/dy"], 6.0),
    ]
    assert by_y["path_count"] == 3 and sum(path["value"] for path in by_x["paths"]) == 45.0


def test_a_name_stands_for_one_partial_only() -> None:
    result = chain("s = x*y", "t = s + y", "E = t*s + x", "--at", "x=2,y=3")
    names = [partial["name"] for partial in result["partials"]]
    assert len(set(names)) == len(names)
    value = values_of(result)
    assert (value["dE/ds|t"], value["dE/ds"], value["dE/dx|t,s"], value["dE/dx"]) == (9.0, 15.0, 1.0, 46.0)


def test_limit_shows_the_largest_paths_and_says_how_many_there_are() -> None:
    arguments = ["s = x*y", "t = s + y", "E = t*s", "--at", "x=2,y=3", "--wrt", "y", "--paths", "--limit", "1"]
    assert [path["value"] for path in chain(*arguments)["derivatives"]["y"]["paths"]] == [18.0]
    assert "2 more paths (--limit 3 shows all); the sum of all 3 is ∂E/∂y = 36" in backprop("chain", *arguments).stdout
    assert len(chain(*arguments[:-1], "999_999_999")["derivatives"]["y"]["paths"]) == 3


# ── circuits of lecture slides ────────────────────────────────────────────────────────────────────────────────────────


def test_the_first_circuit_of_cs231n() -> None:
    result = chain("q = x + y", "f = q*z", "--at", "x=-2,y=5,z=-4")
    assert result["values"] == {"q": 3.0, "f": -12.0}
    value = values_of(result)
    assert [value[name] for name in ("df/dq", "df/dx", "df/dy", "df/dz")] == [-4.0, -4.0, -4.0, 3.0]
    in_one = chain("f = (x + y) * z", "--at", "x=-2,y=5,z=-4")["derivatives"]
    assert {name: total["value"] for name, total in in_one.items()} == {"x": -4.0, "y": -4.0, "z": 3.0}


NEURON = [
    "a = w0*x0", "b = w1*x1", "c = a + b", "d = c + w2", "m = -d", "n = exp(m)", "q = n + 1", "f = 1/q",
    "--at", "w0=2,x0=-1,w1=-3,x1=-2,w2=-3",
]  # fmt: skip


def test_the_sigmoid_neuron_of_cs231n_gate_by_gate() -> None:
    # the slides print two decimals: values above, gradients below each wire
    result = chain(*NEURON)
    shown = {name: round(value, 2) for name, value in result["values"].items()}
    assert shown == {"a": -2.0, "b": 6.0, "c": 4.0, "d": 1.0, "m": -1.0, "n": 0.37, "q": 1.37, "f": 0.73}
    value = {name: round(value, 2) for name, value in values_of(result).items()}
    assert [value[f"df/d{name}"] for name in "qnmdcab"] == [-0.53, -0.53, -0.20, 0.20, 0.20, 0.20, 0.20]
    gradients = {name: round(total["value"], 2) for name, total in result["derivatives"].items()}
    # with all digits of the 0.20; where the slides multiply the rounded one they get 0.4 for 0.39
    assert gradients == {"w0": -0.20, "x0": 0.39, "w1": -0.39, "x1": -0.59, "w2": 0.20}


def test_the_sigmoid_neuron_in_one_expression_has_the_same_gradients() -> None:
    at = ["--at", "w0=2,x0=-1,w1=-3,x1=-2,w2=-3"]
    slope = exp(-1) / (1 + exp(-1)) ** 2
    wanted = {"w0": -slope, "x0": 2 * slope, "w1": -2 * slope, "x1": -3 * slope, "w2": slope}
    for text in ("f = 1/(1 + exp(-(w0*x0 + w1*x1 + w2)))", "f = sigmoid(w0*x0 + w1*x1 + w2)"):
        found = {name: total["value"] for name, total in chain(text, *at)["derivatives"].items()}
        assert found == pytest.approx(wanted, rel=1e-14)


def test_max_gates_route_the_gradient_to_the_larger_input() -> None:
    # the circuit 2(xy + max(z, w)) of the same lecture
    result = chain("p = x*y", "m = max(z, w)", "s = p + m", "f = 2s", "--at", "x=3,y=-4,z=2,w=-1")
    assert result["values"] == {"p": -12.0, "m": 2.0, "s": -10.0, "f": -20.0}
    found = {name: total["value"] for name, total in result["derivatives"].items()}
    assert found == {"x": -8.0, "y": 6.0, "z": 2.0, "w": 0.0}
    value = values_of(result)
    assert (value["df/ds"], value["df/dp"], value["df/dm"]) == (2.0, 2.0, 2.0)


# ── kinks, as PyTorch has them ────────────────────────────────────────────────────────────────────────────────────────

KINKS = [
    ("relu(x)", "x=0", {"x": 0.0}),
    ("relu(x)", "x=1e-300", {"x": 1.0}),
    ("abs(x)", "x=0", {"x": 0.0}),
    ("abs(x)", "x=-2", {"x": -1.0}),
    ("max(x, y)", "x=2,y=2", {"x": 0.5, "y": 0.5}),
    ("min(x, y)", "x=2,y=2", {"x": 0.5, "y": 0.5}),
    ("min(x, y)", "x=2,y=3", {"x": 1.0, "y": 0.0}),
    ("max(0, x)", "x=0", {"x": 0.5}),
    ("max(x, y, z)", "x=1,y=1,z=1", {"x": 0.25, "y": 0.25, "z": 0.5}),
    ("x if x > 0 else 0.1x", "x=0", {"x": 0.1}),
]


@pytest.mark.parametrize(("text", "at", "wanted"), KINKS)
def test_at_a_kink_the_slope_follows_the_convention(text: str, at: str, wanted: dict[str, float]) -> None:
    found = chain(f"h = {text}", "--at", at)["derivatives"]
    assert {name: total["value"] for name, total in found.items()} == wanted


RULES = {
    "relu(x)": "1 if x > 0 else 0",
    "abs(x)": "1 if x > 0 else -1 if x < 0 else 0",
    "max(x, 3)": "1 if x > 3 else 1/2 if x == 3 else 0",
    "sigmoid(x)": "sigmoid(x)*(1 - sigmoid(x))",
    "tanh(x)": "1 - tanh(x)^2",
    "sqrt(x)": "1/(2*sqrt(x))",
    "ln(x)": "1/x",
    "x^n": "n*x^(n - 1)",
    "2^x": "2^x*ln(2)",
    "relu(w*x + b)": "w*(1 if w*x + b > 0 else 0)",
    "n^x*x^2": "x^2*n^x*ln(n) + 2*x*n^x",
    "sigmoid(w*x)": "w*sigmoid(w*x)*(1 - sigmoid(w*x))",
    "e^2*pi*x^2": "2*pi*x*exp(2)",
    "1/2(t - x)^2": "-(t - x)",
    "0.15x + 0.35": "0.15",
    "x/3": "1/3",
    "e^(2x)": "2*exp(2*x)",
    "tan(x)": "tan(x)^2 + 1",
    "(x + 1)^2": "2*(x + 1)",
    # where sympy's automatic forms would go on for ever, or for very long
    "sin(-x - 1)": "-cos(x + 1)",
    "cosh(-x - 1)": "sinh(x + 1)",
    "tan(-(1 - x))": "tan(x - 1)^2 + 1",
    "sin(3 - x)": "-cos(3 - x)",
    "0.89937^0.89937*x": "0.9090202876419458",
    "(-2x)^0.37": "-0.4781705473358721/(-x)^0.63",
}


@pytest.mark.parametrize("text", RULES)
def test_a_local_derivative_is_written_as_a_textbook_does(text: str) -> None:
    assert chain(f"h = {text}", "--wrt", "x", "--steps", "none")["partials"][0]["rule"] == RULES[text]


def test_only_whole_powers_and_halves_become_single_characters() -> None:
    shown = backprop("chain", "h = x^2.5 + 11/2*x^12 + 1/2*x^n", "--wrt", "x").stdout
    assert "  h = x^2.5 + 11/2·x¹² + ½·x^n\n" in shown


SHORT = {
    "(x + 1)^2": "2*x + 2",
    "x*(x + 1)^2": "3*x^2 + 4*x + 1",
    "x*exp(-x^2)": "(1 - 2*x^2)*exp(-x^2)",
    "(x^2 + 1)/(x - 1)": "(x^2 - 2*x - 1)/(x - 1)^2",
    "sin(x)^2 + cos(x)^2": "0",
    "(0.15x + 0.35)^2": "0.045*x + 0.105",
    "(x - 1)^3*(x + 2)^3": "3*(x - 1)^2*(x + 2)^2*(2*x + 1)",
    # powers of one root, or of one exponential, are powers of one thing
    "x/sqrt(x^2 + 1)": "1/(x^2 + 1)^(3/2)",
    "ln(x + sqrt(x^2 + 1))": "1/sqrt(x^2 + 1)",
    "x*sqrt(1 - x^2)": "(1 - 2*x^2)/sqrt(1 - x^2)",
    "x^(1/3)*(x + 4)": "4*(x + 1)/(3*x^(2/3))",
    "x*exp(x)/(1 + exp(x))": "exp(x)*(x + exp(x) + 1)/(exp(x) + 1)^2",
    # a denominator stays whole where that is shorter
    "(x^2 + 1)/(x^2 - 1)": "-4*x/(x^2 - 1)^2",
    "x/(x^2 - 1)": "-(x^2 + 1)/(x^2 - 1)^2",
    "exp(-(1 - m)^2/(2x^2))/x": "((1 - m)^2 - x^2)*exp(-(1 - m)^2/(2*x^2))/x^4",
    "-t*ln(x) - (1 - t)*ln(1 - x)": "(x - t)/(x*(1 - x))",
    # a sign stays in front where it is as short there
    "(t - sigmoid(x))^2/2": "-sigmoid(x)*(1 - sigmoid(x))*(t - sigmoid(x))",
}


@pytest.mark.parametrize("text", SHORT)
def test_the_simplified_form_is_the_shorter_of_factored_and_expanded(text: str) -> None:
    assert chain(f"h = {text}")["derivatives"]["x"]["simplified"] == SHORT[text]


# ── numbers in extreme places ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_saturated_sigmoid_keeps_the_digits_of_its_slope() -> None:
    # e^-40/(1 + e^-40)^2: 1 - sigmoid(40) would be 0
    assert chain("h = sigmoid(x)", "--at", "x=40")["derivatives"]["x"]["value"] == pytest.approx(exp(-40), rel=1e-15)
    assert chain("h = sigmoid(x) + tanh(x)", "--at", "x=-1000")["derivatives"]["x"]["value"] == 0


# ── who imports sympy ─────────────────────────────────────────────────────────────────────────────────────────────────

PROBE = """
import json, sys
from typer.testing import CliRunner
from backprop_cli.cli.app import app
outcomes = [CliRunner().invoke(app, arguments).exit_code for arguments in json.loads(sys.argv[1])]
print(json.dumps([outcomes, "sympy" in sys.modules]))
"""


@pytest.mark.parametrize(
    ("commands", "wanted"),
    [
        ([["run", "classic"], ["explain", "classic", "-w", "w31", "--paths", "-f", "json"], ["examples"]], False),
        ([["--help"], ["chain", "--help"], ["run", "classic", "-f", "csv"]], False),
        ([["chain", "h = x^2"]], True),
    ],
)
def test_only_chain_imports_sympy(commands: list[list[str]], wanted: bool) -> None:
    command = [sys.executable, "-c", PROBE, json.dumps(commands)]
    outcomes, is_imported = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    assert outcomes == [0] * len(commands)
    assert is_imported is wanted
