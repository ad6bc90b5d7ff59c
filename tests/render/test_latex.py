"""What is written as LaTeX goes through pdfLaTeX, whatever the names, the titles and the numbers are."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.program import backprop

PDFLATEX = shutil.which("pdflatex")

pytestmark = pytest.mark.skipif(
    PDFLATEX is None and not os.environ.get("BACKPROP_REQUIRE_LATEX"), reason="there is no pdfLaTeX on this machine"
)

ODD = """
title: 'Größe & 50 % of α_1 {x} ~ \\ # $ ^ 日本 ∂ → “½”'
inputs: {größe: 1, x_1: 2, 日本: 3}
targets: [1]
loss: {huber: {delta: 0.5}}
momentum: 0.9
learning_rate: 1.0e-40
freeze: [v]
layers:
  - {activation: gelu, weights: [{wé: 1, v: -2.0e-9, ß: 3}, [1, 2, 3.0e+16]], bias: {σ: 0.1}}
  - {activation: {leaky_relu: {slope: 0.2}}, weights: [[1, 2.0e-300]]}
"""
CHAIN = ("σ1 = relu(x)*max(y, abs(w_31))", "中 = sqrt(σ1)/ln(x)", "--paths", "--at", "x=2,y=3,w_31=-1")

COMMANDS: dict[str, tuple[str, ...]] = {
    "run": ("run", "ODD", "-n", "3"),
    "matrices": ("run", "ODD", "--view", "matrix"),
    "brief": ("run", "ODD", "--brief"),
    "drawing": ("run", "ODD", "--graph"),
    "explain": ("explain", "ODD", "--all", "--paths", "-n", "2"),
    "softmax": ("explain", "softmax", "--all", "--paths"),
    "batch": ("explain", "xor", "--all"),
    "check": ("check", "ODD"),
    "chain": ("chain", *CHAIN),
    "exercise": ("chain", "u = (x+1)^2", "h = u^3 + 2u - 5"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_a_document_can_be_typeset(name: str, tmp_path: Path) -> None:
    assert PDFLATEX, "BACKPROP_REQUIRE_LATEX is set, but there is no pdfLaTeX"
    (tmp_path / "odd.yaml").write_text(ODD, encoding="utf-8")
    arguments = [str(tmp_path / "odd.yaml") if word == "ODD" else word for word in COMMANDS[name]]
    result = backprop(*arguments, "-f", "latex", "--standalone")
    assert result.stdout, result.stderr
    log = typeset(result.stdout, tmp_path)
    assert "Rerun" not in log and "widths have changed" not in log, "one run of LaTeX is to be enough"


def typeset(text: str, folder: Path) -> str:
    """Run pdfLaTeX once and return its log."""
    assert PDFLATEX
    (folder / "page.tex").write_text(text, encoding="utf-8")
    made = subprocess.run(
        [PDFLATEX, "-interaction=nonstopmode", "-halt-on-error", "page.tex"],
        cwd=folder, stdout=subprocess.PIPE, timeout=120, check=False,
    )  # fmt: skip
    log = made.stdout.decode("latin-1")
    assert made.returncode == 0, log[log.find("\n!") :][:500]
    return log


@pytest.mark.parametrize(
    ("args", "most"),
    [
        (("run", "classic"), 3),
        (("run", "classic", "--view", "matrix"), 2),
        (("explain", "classic", "--all", "--paths"), 9),
        (("run", "softmax"), 4),
        (("run", "classic", "--brief"), 2),
        (("explain", "classic", "-w", "w31"), 1),
    ],
)
def test_a_document_is_short_and_keeps_to_its_margins(args: tuple[str, ...], most: int, tmp_path: Path) -> None:
    log = typeset(backprop(*args, "-f", "latex", "--standalone").stdout, tmp_path)
    pages = re.search(r"Output written on page.pdf \((\d+) page", log)
    assert pages and int(pages[1]) <= most
    assert "Overfull" not in log


BROKEN_BEFORE_HEADING = """
inputs: [0.35, 0.9]
targets: [0.5]
layers: [{activation: sigmoid, weights: [[0.1, 0.8], [0.4, 0.6]]}, {activation: sigmoid, weights: [[0.3, 0.9]]}]
"""
"""A network whose first page ends between two tables."""
PDFTOTEXT = shutil.which("pdftotext")


@pytest.mark.skipif(PDFTOTEXT is None, reason="there is no pdftotext on this machine")
@pytest.mark.parametrize("network", ["-", "xor", "softmax"])
def test_a_page_neither_begins_with_an_empty_table_nor_ends_with_a_heading(network: str, tmp_path: Path) -> None:
    shown = backprop("run", network, "-f", "latex", "--standalone", stdin=BROKEN_BEFORE_HEADING)
    typeset(shown.stdout, tmp_path)
    assert PDFTOTEXT
    subprocess.run([PDFTOTEXT, "-layout", "page.pdf", "page.txt"], cwd=tmp_path, timeout=60, check=True)
    pages = (tmp_path / "page.txt").read_text(encoding="utf-8").rstrip("\f").split("\f")
    assert len(pages) > 1
    for page in pages:
        lines = [line.strip() for line in page.splitlines() if line.strip()][:-1]  # the last one is the page's number
        heads = [index for index, line in enumerate(lines) if re.match(r"(partial|quantity|parameter)\s{2,}", line)]
        after = [line for index in heads for line in lines[index + 1 : index + 2]]
        assert not any(line.startswith(("Layer", "Update", "Loss")) for line in after)
        assert not lines[-1].startswith(("Layer", "Update", "Loss", "w+", "Backward", "Each gradient"))


def test_cells_of_several_lines_below_each_other_keep_apart() -> None:
    rows = backprop("run", "softmax", "-f", "latex").stdout.split("\\toprule\n")[2].splitlines()
    long = [index for index, row in enumerate(rows) if "= 0.47097740 - 0" in row or "= 0.31919775 - 1" in row]
    assert len(long) == 2
    assert all(rows[index + 1] == "\\addlinespace[3pt]" for index in long)
    assert rows[3].startswith("\\tallrow") and rows[4].startswith("\\tallrow"), "short rows need no more space"
