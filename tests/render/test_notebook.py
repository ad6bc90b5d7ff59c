"""What a notebook shows: the same numbers as the commands, as HTML and as LaTeX."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from backprop_cli import explain, report, run
from backprop_cli.render.page.notebook import explanation_html, explanation_latex, framed, run_html, run_latex
from tests.markup import quantities
from tests.program import backprop


def test_a_run_has_every_number_of_the_command() -> None:
    document = backprop("run", "classic", "-f", "json").json
    shown = {item.name: item.value for item in quantities(run_html(run("classic")))}
    factors = {name for one in document["partials"] for term in one.get("terms", ()) for name in term}
    values = {one["name"]: one["value"] for one in document["partials"]}
    assert {name: shown[name] for name in factors} == {name: values[name] for name in factors}
    text = re.sub("<[^>]*>", " ", run_html(run("classic")))
    assert all(f"{value:.8f}".replace("-", "−") in text for value in document["forward"].values())


def test_an_explanation_is_its_chain() -> None:
    (explanation,) = explain("classic", "w31")
    html = explanation_html(explanation)
    assert "0.08216704" in html and html.count("<tr>") == len(explanation.partials)
    latex = explanation_latex(explanation)
    assert latex.startswith("$$\\begin{aligned}") and latex.count(" &= ") == len(explanation.partials)


def test_a_notebook_asks_the_records_themselves() -> None:
    made = run("classic")
    assert made._repr_html_() == run_html(made) and made._repr_latex_() == run_latex(made)
    explained = explain("classic", "w31", "b1")
    assert explained._repr_html_() == "".join(map(explanation_html, explained))
    assert explained._repr_latex_() == "\n".join(map(explanation_latex, explained))
    page = report("classic")
    assert page._repr_html_() == framed(page)


def test_without_the_extra_a_notebook_shows_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [name for name in sys.modules if name.startswith("backprop_cli.render.page.")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.delattr("backprop_cli.render.page.notebook")
    monkeypatch.setitem(sys.modules, "markupsafe", None)
    made = run("classic")
    assert made._repr_html_() is None and "gradients of step 1" in repr(made)


def test_a_users_text_stays_text_in_a_notebook() -> None:
    network = {"title": "<b>", "inputs": {"<script>": 0.5}, "targets": [0.3], "layers": [{"weights": [[0.5]]}]}
    html = run_html(run(network))
    assert "<b>" not in html and "<script>" not in html


def test_a_page_can_stand_in_a_frame() -> None:
    frame = framed(report("classic"))
    assert frame.startswith('<iframe srcdoc="&lt;!DOCTYPE html&gt;') and frame.count("<") == 2


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no LaTeX on this machine")
def test_the_latex_can_be_set(tmp_path: Path) -> None:
    body = run_latex(run("softmax"))
    text = (
        "\\documentclass{article}\\usepackage{amsmath}\\allowdisplaybreaks\\begin{document}\n"
        + body
        + "\n\\end{document}\n"
    )
    (tmp_path / "notebook.tex").write_text(text, encoding="utf-8")
    made = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "notebook.tex"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stdout[-800:]
