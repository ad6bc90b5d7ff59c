"""The computational graph: a gate for each operation, with the numbers that courses print, in every output."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.program import backprop

# the sigmoid neuron of CS231n (Backpropagation, intuitions): values in the forward, gradients in the backward pass
NEURON = ["f = 1/(1 + exp(-(w0*x0 + w1*x1 + w2)))", "--at", "w0=2,x0=-1,w1=-3,x1=-2,w2=-3"]
VALUES = {"×": [-2.0, 6.0], "+": [1.0], "× (−1)": [-1.0], "exp": [0.37], "+ 1": [1.37], "1/x": [0.73]}
GRADIENTS = {"×": [0.2, 0.2], "+": [0.2], "× (−1)": [-0.2], "exp": [-0.53], "+ 1": [-0.53], "1/x": [1.0]}
OF_VARIABLES = {"w0": -0.2, "x0": 0.39, "w1": -0.39, "x1": -0.59, "w2": 0.2}


def svg_of(*arguments: str) -> ElementTree.Element:
    return ElementTree.fromstring(backprop("chain", *arguments, "-o", "-").stdout)


def gates(svg: ElementTree.Element) -> list[tuple[str, str, float, float]]:
    """Name, sign, value and gradient of each gate."""
    space = "{http://www.w3.org/2000/svg}"
    found = []
    for group in svg.iter(f"{space}g"):
        if group.get("class", "").split()[0] not in ("gate", "variable"):
            continue
        texts = {text.get("class"): text for text in group.iter(f"{space}text")}
        number, slope = (
            next((part for part in texts[side].iter() if part.get("data-name")), None) if side in texts else None
            for side in ("above", "below")
        )
        assert number is not None
        sign = texts["sign"].text if "sign" in texts else ""
        value = number.get("data-value", "")
        gradient = "nan" if slope is None else slope.get("data-value", "")
        found.append((number.get("data-name", ""), sign or "", float(value), float(gradient)))
    return found


def test_the_neuron_has_the_numbers_of_the_course() -> None:
    drawn = gates(svg_of(*NEURON))
    for sign, wanted in VALUES.items():
        assert sorted(round(value, 2) for _, one, value, _ in drawn if one == sign) == sorted(wanted)
    for sign, wanted in GRADIENTS.items():
        assert sorted(round(gradient, 2) for _, one, _, gradient in drawn if one == sign) == sorted(wanted)
    assert {name: round(gradient, 2) for name, sign, _, gradient in drawn if not sign} == OF_VARIABLES


def test_there_is_a_line_for_each_input_of_each_gate() -> None:
    svg = svg_of("q = x + y", "f = q*z", "--at", "x=-2,y=5,z=-4")
    wires = [path for path in svg.iter("{http://www.w3.org/2000/svg}path") if path.get("class") == "wire"]
    assert len(wires) == 4 + 1  # x and y to q, q and z to f, and the result's own


def test_the_terminal_shows_the_same_graph() -> None:
    shown = backprop("chain", "q = x + y", "f = q*z", "--at", "x=-2,y=5,z=-4", "--graph").stdout
    wanted = """\
┌────┐     ┌────┐
│x −2│     │z −4│
│∂ −4├─┐   │∂ 3 ├─┐   ┏━━━━━┓
└────┘ │   └────┘ │ ┌─┨f −12┃
       │          └─┼─┨  ×  ┃
┌────┐ │   ┌────┐   │ ┃ ∂ 1 ┃
│y 5 │ └───┤q 3 │   │ ┗━━━━━┛
│∂ −4├─────┤ +  ├───┘
└────┘     │∂ −4│
           └────┘
"""
    assert wanted in shown.replace(" \n", "\n") or wanted in "\n".join(line.rstrip() for line in shown.splitlines())


def test_without_a_point_there_are_signs_and_names_alone() -> None:
    shown = backprop("chain", "y = sin(x^2)*exp(x)", "--graph").stdout
    picture = shown.partition("Graph\n")[2].partition("\nSteps")[0]
    assert "∂" not in picture and all(sign in picture for sign in ("^2", "sin", "exp", "×"))


SIGNS = {
    "x + y": "+", "x - y": "−", "x - 1": "− 1", "x + 2": "+ 2", "3x": "× 3", "x*3": "× 3", "x*y": "×", "x/y": "÷",
    "x/2": "÷ 2", "1/x": "1/x", "x^3": "^3", "2^x": "2^", "x^y": "^", "-x": "× (−1)", "tanh(x)": "tanh", "x": "=",
    "max(x, y)": "max(x, y)", "5 - x": "5 − x", "x y z": "×",
}  # fmt: skip


@pytest.mark.parametrize("body", SIGNS)
def test_the_sign_of_an_operation(body: str) -> None:
    svg = ElementTree.fromstring(backprop("chain", f"h = {body}", "-o", "-").stdout)
    signs = [text.text for text in svg.iter("{http://www.w3.org/2000/svg}text") if text.get("class") == "sign"]
    assert signs == [SIGNS[body]]


def test_graphviz_reads_the_graph(tmp_path: Path) -> None:
    path = tmp_path / "graph.dot"
    result = backprop("chain", *NEURON, "-o", str(path))
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", f"wrote {path}\n")
    text = path.read_text(encoding="utf-8")
    assert len(re.findall("->", text)) == 11 + 1
    assert '"w0" -> "u1" [label="2\\n-0.1966"];' in text
    if shutil.which("dot"):
        subprocess.run(["dot", "-Tsvg", str(path)], check=True, capture_output=True, timeout=60)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="sets the picture with pdfLaTeX")
def test_latex_sets_the_graph(tmp_path: Path) -> None:
    backprop("chain", *NEURON, "-o", str(tmp_path / "graph.tex"))
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "graph.tex"]
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path, timeout=120)


def test_plot_draws_definitions_too() -> None:
    drawn = backprop("plot", "q = x + y, f = q z where x = -2, y = 5, z = -4", "-o", "-").stdout
    assert [gate[0] for gate in gates(ElementTree.fromstring(drawn))] == ["x", "y", "z", "q", "f"]


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    assert "must end in .svg" in backprop("chain", "y = x", "-o", str(tmp_path / "y.gif")).stderr
    wide = "y = " + " + ".join(f"x{n}^2" for n in range(300))
    large = backprop("chain", wide, "-o", "-")
    assert large.exit_code == 2 and "a picture of 601 gates shows nothing" in large.stderr
    assert "The graph is too high to be drawn in characters" in backprop("chain", wide, "--graph").stdout


def test_a_graph_of_many_layers_is_drawn_in_a_moment() -> None:
    lines = ["u0 = x", "u1 = x + 1", *(f"u{n} = u{n - 1}*u{n - 2}" for n in range(2, 60))]
    svg = svg_of(*lines, "--at", "x=0.5")
    assert len(gates(svg)) == 61
