"""What `chain` takes for the result, for a variable and for a product, and how a derivative is written."""

from __future__ import annotations

import pytest

from tests.program import backprop

LOSS_FIRST = ["L = -(t*ln(p) + (1-t)*ln(1-p))", "p = sigmoid(z)"]


def test_definitions_come_in_any_order() -> None:
    at = ["--at", "z=0.5,t=1", "-f", "json"]
    first = backprop("chain", *LOSS_FIRST, *at)
    assert first.json["of"] == "L" and first.stderr == ""
    # binary cross-entropy after a sigmoid: dL/dz = p - t
    assert first.json["derivatives"]["z"]["value"] == pytest.approx(1 / (1 + 2.718281828459045**-0.5) - 1)
    last = backprop("chain", *reversed(LOSS_FIRST), *at).json
    assert last["derivatives"]["z"]["value"] == first.json["derivatives"]["z"]["value"]


def test_functions_come_in_any_order() -> None:
    result = backprop("chain", "h(x) = g(f(x))", "g(u) = u^3", "f(x) = x^2", "--at", "x=1", "-f", "json")
    assert result.json["of"] == "h" and result.json["derivatives"]["x"]["value"] == 6


UNUSED = {
    # the one that uses most is the result, of equals the last
    ("u = x^2", "h = u^3", "k = x"): ("h", "h is differentiated; k is not used (--of k for that one)"),
    ("k = x", "u = x^2", "h = u^3"): ("h", "h is differentiated; k is not used (--of k for that one)"),
    ("a = x", "b = x^2"): ("b", "b is differentiated; a is not used (--of a for that one)"),
    ("a = x", "c = x + 1", "b = x^2"): ("b", "b is differentiated; a, c are not used (--of c for that one)"),
}


@pytest.mark.parametrize("definitions", UNUSED)
def test_what_is_left_unused_is_said(definitions: tuple[str, ...]) -> None:
    of, sentence = UNUSED[definitions]
    result = backprop("chain", *definitions, "-f", "json")
    assert (result.json["of"], result.json["notices"], result.stderr) == (of, [sentence], f"{sentence}\n")
    assert backprop("chain", *definitions, "--of", of).stderr == ""
    assert backprop("chain", *definitions, "--quiet").stderr == ""


MEANT = {
    "y = sinx": "is sin(x) meant?",
    "y = 2cosx + 1": "is cos(x) meant?",
    "y = sin2x": "is sin(2x) meant?",
    "y = lnx1": "is ln(x1) meant?",
    "y = x + expx": "is exp(x) meant?",
    "y = xy": "is x*y meant?",
    "y = xe": "is x*e meant?",
    "y = 2ex": "is e*x meant?",
    "y = ax^2": "is a*x meant?",
}


@pytest.mark.parametrize("definition", MEANT)
def test_letters_without_a_sign_between_them_are_asked_about(definition: str) -> None:
    result = backprop("chain", definition)
    assert (result.exit_code, result.stdout) == (2, "") and MEANT[definition] in result.stderr
    name = result.stderr.partition("'")[2].partition("'")[0]
    assert backprop("chain", definition, "--wrt", name, "-f", "json").json["derivatives"].keys() == {name}


@pytest.mark.parametrize(
    "definition", ["h = wx*xt + wh*hp", "C = cost + reg", "z = w0*x0", "f = sigmoid(net)", "E = lr*dE"]
)
def test_names_of_several_letters_are_names(definition: str) -> None:
    assert backprop("chain", definition).exit_code == 0


def test_an_argument_that_a_function_does_not_use_is_left_out() -> None:
    result = backprop("chain", "f(x) = 2a^2", "y = f(sin t) + t", "-f", "json").json
    assert result["definitions"] == {"f": "2*a^2", "y": "f + t"}
    assert {name: one["simplified"] for name, one in result["derivatives"].items()} == {"a": "4*a", "t": "1"}


SYMBOLS = {
    # h depends on x alone, by one path or by several
    ("u = x^2", "h = u^3"): {"dh/du", "du/dx", "dh/dx"},
    ("u = x^2", "v = sin(x)", "h = u*v"): {"∂h/∂u", "∂h/∂v", "du/dx", "dv/dx", "dh/dx"},
    # h depends on x and y, u on x alone
    ("u = x^2", "h = u*y"): {"∂h/∂u", "du/dx", "∂h/∂x", "∂h/∂y"},
    # u stands between h and everything
    ("u = x*y", "h = u^2"): {"dh/du", "∂u/∂x", "∂u/∂y", "∂h/∂x", "∂h/∂y"},
}


@pytest.mark.parametrize("definitions", SYMBOLS)
def test_a_derivative_is_partial_where_something_is_held_fixed(definitions: tuple[str, ...]) -> None:
    shown = backprop("chain", *definitions).stdout.replace("·", " ").replace("(", " ").split()
    assert {word for word in shown if word[0] in "d∂" and "/" in word} == SYMBOLS[definitions]
    json = backprop("chain", *definitions, "-f", "json").json
    assert {partial["name"] for partial in json["partials"]} == {
        name.replace("∂", "d") for name in SYMBOLS[definitions]
    }


def test_latex_has_the_same_two_signs() -> None:
    latex = backprop("chain", "u = x^2", "h = u*y", "-f", "latex").stdout
    assert r"\frac{d u}{d x}" in latex and r"\frac{\partial h}{\partial x}" in latex
