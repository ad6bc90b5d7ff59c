"""Markdown's words are written for Markdown, not for LaTeX; a drawing that is asked for stands in a block of its own."""

from __future__ import annotations

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
