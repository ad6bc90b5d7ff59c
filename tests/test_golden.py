"""What users see, whole: any change of an output shows as a diff of a file under tests/golden."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.program import backprop

GOLDEN = Path(__file__).parent / "golden"

NEURON = ["z = w0*x0 + w1*x1 + w2", "m = -z", "n = exp(m)", "d = 1 + n", "f = 1/d"]

COMMANDS = {
    "run-classic.txt": ["run", "classic"],
    "run-classic.json": ["run", "classic", "-f", "json"],
    "run-classic.csv": ["run", "classic", "-f", "csv"],
    "run-classic.md": ["run", "classic", "-f", "markdown"],
    "run-classic.tex": ["run", "classic", "-f", "latex", "--standalone"],
    "run-classic-brief.txt": ["run", "classic", "--brief", "-w", "w11", "-w", "w31"],
    "run-classic-brief.tex": ["run", "classic", "--brief", "-f", "latex"],
    "run-classic-matrix.txt": ["run", "classic", "--view", "matrix"],
    "run-classic-matrix.md": ["run", "classic", "--view", "matrix", "-f", "markdown"],
    "run-softmax.txt": ["run", "softmax"],
    "run-softmax.tex": ["run", "softmax", "-f", "latex"],
    "run-relu.txt": ["run", "relu", "--digits", "4"],
    "run-three-layers.txt": ["run", "three-layers"],
    "run-xor-curve.txt": ["run", "xor", "-n", "5000", "--sample", "3", "--rows", "5"],
    "run-classic-look.txt": ["run", "classic", "-n", "0"],
    "explain-w31.txt": ["explain", "classic", "--weight", "w31"],
    "explain-mazur-w1.txt": ["explain", "mazur", "--weight", "w1", "--paths"],
    "explain-mazur-w1.json": ["explain", "mazur", "--weight", "w1", "--paths", "-f", "json"],
    "explain-mazur-w1.csv": ["explain", "mazur", "--weight", "w1", "-f", "csv"],
    "explain-mazur-w1.md": ["explain", "mazur", "--weight", "w1", "--paths", "-f", "markdown"],
    "explain-mazur-w1.tex": ["explain", "mazur", "--weight", "w1", "--paths", "-f", "latex"],
    "explain-mazur-b1.txt": ["explain", "mazur", "--weight", "b1"],
    "explain-xor.txt": ["explain", "xor", "--weight", "w11", "--weight", "b2_1"],
    "explain-three-layers.txt": ["explain", "three-layers", "--weight", "W1", "--paths"],
    "explain-softmax.txt": ["explain", "softmax", "--weight", "b2_2", "--paths", "--limit", "2"],
    "chain.txt": ["chain", "u = (x+1)^2", "h = u^3 + 2u - 5", "--at", "x=1"],
    "chain.json": ["chain", "u = (x+1)^2", "h = u^3 + 2u - 5", "--at", "x=1", "-f", "json"],
    "chain.md": ["chain", "u = (x+1)^2", "h = u^3 + 2u - 5", "--at", "x=1", "-f", "markdown"],
    "chain-paths.txt": ["chain", "s = x*y", "t = s + y", "E = t*s", "--at", "x=2,y=3", "--paths"],
    "chain-paths.tex": ["chain", "s = x*y", "t = s + y", "E = t*s", "--paths", "-f", "latex"],
    "chain.csv": ["chain", "u = (x+1)^2", "h = u^3 + 2u - 5", "--at", "x=1", "-f", "csv"],
    "chain-symbols.txt": ["chain", "f(x) = (x+1)^2", "g(u) = u^3 + 2u - 5", "h(x) = g(f(x))"],
    "chain-symbols.csv": ["chain", "f(x) = (x+1)^2", "g(u) = u^3 + 2u - 5", "h(x) = g(f(x))", "-f", "csv"],
    "chain-neuron.txt": ["chain", *NEURON, "--at", "w0=2,x0=-1,w1=-3,x1=-2,w2=-3", "--digits", "2"],
    "chain-pieces.txt": ["chain", "h = relu(σ1)*abs(y) + max(σ1, y)/2", "--at", "σ1=-1,y=2", "--steps", "none"],
    "chain-pieces.tex": ["chain", "h = relu(σ1)*abs(y) + max(σ1, y)/2", "-f", "latex", "--steps", "none"],
    "chain-steps.txt": ["chain", "y = sin(x^2)*exp(x)", "--at", "1"],
    "chain-steps.tex": ["chain", "y = sin(x^2)*exp(x)", "-f", "latex"],
    "chain-operations.txt": ["chain", "y = sigmoid(w x + b)", "--at", "w=2,x=-1,b=3", "--steps", "all"],
    "chain-too-long.txt": ["chain", "h = (x + y + z)^30 + (x - y)^40 + (x + 2z)^50", "--wrt", "x", "--steps", "none"],
    "examples.txt": ["examples"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_output_is_the_golden_file(name: str, request: pytest.FixtureRequest) -> None:
    result = backprop(*COMMANDS[name])
    assert (result.exit_code, result.stderr) == (0, "")
    path = GOLDEN / name
    if request.config.getoption("--update-golden"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(result.stdout, encoding="utf-8")
    assert result.stdout == path.read_text(encoding="utf-8")


def test_no_golden_file_is_left_over() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(COMMANDS)
