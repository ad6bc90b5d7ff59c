"""Graphviz and TikZ: the languages' own programs take what we write, and every weight is in it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.program import backprop

ODD = {
    "inputs": {"length [cm]": 0.5, "p%_&#$": 0.1, "Größe": 0.2},
    "targets": [1],
    "layers": [{"weights": [{"w{1}": 0.1, "w\\2": 0.2, "β_10": 0.3}], "bias": 0.5}],
}


def written(to: str, folder: Path, example: str = "") -> str:
    (folder / "net.json").write_text(json.dumps(ODD), encoding="utf-8")
    result = backprop("export", example or str(folder / "net.json"), "--to", to)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def test_a_graph_has_an_edge_for_each_weight(tmp_path: Path) -> None:
    text = written("dot", tmp_path, "classic")
    assert len(re.findall(r"-> .*\[label=", text)) == 8
    assert '"x1" -> "a1" [label="w11 = 0.15"]' in text


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@pytest.mark.parametrize("example", ["classic", ""])
def test_graphviz_draws_it(example: str, tmp_path: Path) -> None:
    text = written("dot", tmp_path, example)
    drawn = subprocess.run(["dot", "-Tsvg"], input=text, capture_output=True, text=True, check=True)
    assert drawn.stderr == ""
    assert "w11 = 0.15" in drawn.stdout if example else "Größe" in drawn.stdout


def _has_tikz() -> bool:
    found = shutil.which("kpsewhich") and subprocess.run(["kpsewhich", "tikz.sty"], capture_output=True, check=False)
    return bool(found and found.stdout and shutil.which("pdflatex"))


@pytest.mark.skipif(not _has_tikz(), reason="TikZ is not installed")
def test_latex_draws_it(tmp_path: Path) -> None:
    (tmp_path / "net.tex").write_text(written("tikz", tmp_path, "classic"), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "net.tex"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, timeout=60)
    assert (tmp_path / "net.pdf").stat().st_size > 1000


def test_signs_of_latex_are_written_out(tmp_path: Path) -> None:
    text = written("tikz", tmp_path)
    assert r"p\%\_\&\#\$" in text
    assert r"\beta" not in text
    assert "{10}" in text


def test_a_large_network_is_no_picture(tmp_path: Path) -> None:
    rows = [[0.1] * 60 for _ in range(40)]
    file = tmp_path / "net.json"
    file.write_text(json.dumps({"inputs": [0.1] * 60, "targets": [0] * 40, "layers": [{"weights": rows}]}), "utf-8")
    result = backprop("export", str(file), "--to", "dot")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "a picture of 2,400 weights shows nothing" in result.stderr
