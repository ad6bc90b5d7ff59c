"""Markdown's words are written for Markdown, not for LaTeX; a drawing that is asked for stands in a block of its own."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from tests.program import backprop


def test_a_title_comes_through_as_it_was_written() -> None:
    text = "title: y = x^2 < a*b*c ~ 100%\ninputs: [1]\ntargets: [0]\nlayers: [{weights: [[1]]}]\n"
    result = backprop("run", "-", "-f", "markdown", stdin=text)
    assert result.stdout.splitlines()[0] == r"# y = x^2 \< a\*b\*c \~ 100%"


def test_a_drawing_that_is_asked_for_is_a_block_of_text() -> None:
    text = backprop("run", "classic", "--graph", "-f", "markdown").stdout
    drawing = text.partition("```text\n")[2].partition("```\n")[0]
    assert "w11 0.15" in drawing and drawing in backprop("run", "classic", "--graph").stdout
    assert "```" not in backprop("run", "classic", "-f", "markdown").stdout


def test_latex_sets_it_verbatim_in_ascii() -> None:
    text = backprop("explain", "classic", "-w", "w11", "--graph", "-f", "latex").stdout
    drawing = text.partition("\\begin{verbatim}\n")[2].partition("\\end{verbatim}\n")[0]
    assert "w11 0.15" in drawing and drawing.isascii()


def test_latex_names_greek_letters_and_asks_what_the_engine_knows_of_others() -> None:
    text = "title: σ 日 e\u0301\ninputs: [1]\ntargets: [1]\nlayers: [{weights: [[1]]}]\n"
    lines = backprop("run", "-", "-f", "latex", stdin=text).stdout.splitlines()
    heading = next(line for line in lines if line.startswith(r"\section"))
    assert heading == r"\section*{\ensuremath{\sigma} \ifdefined\Umathchar 日\else\texttt{U+65E5}\fi{} é}"


def test_what_is_to_be_typed_is_set_as_code() -> None:
    assert "`--rows 10` shows them all" in backprop("run", "classic", "--rows", "1", "-f", "markdown").stdout
    assert r"\texttt{-{}-rows 10} shows them all" in backprop("run", "classic", "--rows", "1", "-f", "latex").stdout


DOCUMENTS = [
    ("run", "classic"),
    ("run", "classic", "--view", "matrix"),
    ("run", "softmax"),
    ("run", "xor", "-n", "3"),
    ("explain", "mazur", "--all", "--paths"),
    ("check", "classic"),
    ("predict", "xor"),
    ("run", "relu"),
    ("run", "relu", "--view", "matrix"),
    ("chain", "u = (x+1)^2", "h = u^3 + 2u - 5", "--at", "x=1"),
]


@pytest.mark.parametrize("args", DOCUMENTS, ids=" ".join)
def test_formulas_hold_nothing_that_markdown_would_take_for_an_escape(args: tuple[str, ...]) -> None:
    text = backprop(*args, "-f", "markdown").stdout
    formulas = re.findall(r"\$\$(.+?)\$\$|\$(.+?)\$", text, re.DOTALL)
    assert len(formulas) > 5
    for block, inline in formulas:
        # GitHub halves two backslashes but at the end of a line, and takes one before a sign away
        assert not re.search(r"\\[^a-zA-Z\n]", re.sub(r"\\\\\n", "\n", block + inline))
        assert r"\cr" not in block + inline
        assert inline == inline.strip()


ACTIVATIONS = [
    "linear",
    "sigmoid",
    "tanh",
    "relu",
    "leaky_relu",
    "elu",
    "selu",
    "gelu",
    "silu",
    "softplus",
    "softsign",
    "hard_sigmoid",
    "hard_tanh",
    "mish",
    "softmax",
    "bipolar_sigmoid",
]
LOSSES = [
    "half_squared_error",
    "squared_error",
    "mean_squared_error",
    "absolute_error",
    "mean_absolute_error",
    "huber",
    "log_cosh",
    "binary_cross_entropy",
    "cross_entropy",
    "kl_divergence",
    "hinge",
    "output",
]


@pytest.mark.skipif(shutil.which("pandoc") is None, reason="there is no pandoc on this machine")
def test_pandoc_reads_the_formulas_of_every_function() -> None:
    layers = ", ".join(f"{{activation: {name}, weights: [[0.5]]}}" for name in ACTIVATIONS)
    texts = [f"inputs: [0.5]\ntargets: [0.5]\nlayers: [{layers}]\n"]
    texts += [
        f"loss: {loss}\ninputs: [0.5]\ntargets: [0.5]\nlayers: [{{activation: sigmoid, weights: [[0.5]]}}]\n"
        for loss in LOSSES
    ]
    document = "\n".join(backprop("run", "-", "-n", "0", "-f", "markdown", stdin=text).stdout for text in texts)
    made = subprocess.run(
        ["pandoc", "-f", "gfm+tex_math_dollars", "-t", "html", "--mathml"],
        input=document, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert made.stderr == ""


@pytest.mark.parametrize("dialect", ["markdown", "gfm+tex_math_dollars"])
@pytest.mark.parametrize("args", DOCUMENTS, ids=" ".join)
@pytest.mark.skipif(shutil.which("pandoc") is None, reason="there is no pandoc on this machine")
def test_pandoc_reads_every_formula(args: tuple[str, ...], dialect: str) -> None:
    text = backprop(*args, "-f", "markdown").stdout
    made = subprocess.run(
        ["pandoc", "-f", dialect, "-t", "html", "--mathml"],
        input=text, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert made.stderr == ""
    assert made.stdout.count("<math") >= len(re.findall(r"\$\$.+?\$\$|\$.+?\$", text, re.DOTALL))
    assert "$" not in re.sub(r"<annotation.*?</annotation>", "", made.stdout, flags=re.DOTALL)
