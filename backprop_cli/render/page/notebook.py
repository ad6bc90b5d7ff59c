"""What a notebook shows of a run, of an explanation and of a page: fragments of HTML, and formulas in LaTeX."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

from backprop_cli.derivation.explanation import Explanation, UnitExplanation, derive
from backprop_cli.derivation.partials import Partial
from backprop_cli.render.formats.decimals import EIGHT_DECIMALS, Digits, format_number
from backprop_cli.render.formats.latex_notation import LatexNotation
from backprop_cli.render.formats.notation import partial_name
from backprop_cli.render.page.content import Row, backward_rows, forward_rows, partial_rows
from backprop_cli.render.page.mathml import PageNotation
from backprop_cli.render.views.explain_view import chain
from backprop_cli.render.views.phrases import chain_in_numbers, chain_in_symbols
from backprop_cli.render.views.run_view import facts, layer_title
from backprop_cli.training.train import Run

FRAME_HEIGHT = 760
"""Of a page within a notebook, in pixels."""


def run_html(run: Run, sample: int = 0, digits: Digits = EIGHT_DECIMALS) -> str:
    """The forward pass and every partial of one sample (from 0) in the run's shown step, as tables with MathML."""
    derivation, notation = derive(run, sample), PageNotation(digits)
    title = escape(run.setup.title) if run.setup.title else ""
    parts = [f"<p><strong>{title}</strong> {', '.join(facts(run, notation))}</p>"]
    parts.append(_table("Forward pass", forward_rows(derivation, notation), digits))
    for layer, rows in backward_rows(derivation, notation):
        parts.append(_table(f"Backward pass: {layer_title(derivation, layer)}", rows, digits))
    return "".join(parts)


def explanation_html(explanation: Explanation | UnitExplanation, digits: Digits = EIGHT_DECIMALS) -> str:
    """The derivation of one parameter's gradient, factor by factor."""
    notation = PageNotation(digits)
    target = explanation.partials[-1]
    equation = chain(target, notation)
    line = " = ".join(map(notation.math, (equation.left, *equation.rights)))
    return f"<p>{line}</p>" + _table("Factor by factor", partial_rows(explanation.partials, notation), digits)


def _table(caption: str, rows: Iterable[Row], digits: Digits) -> str:
    lines = "".join(
        f'<tr><td>{row.title}</td><td style="text-align: left">{row.symbols}</td><td style="text-align: left">{row.numbers}</td>'
        f"<td>{format_number(row.value, digits).replace('-', '−')}</td></tr>"
        for row in rows
    )
    return f'<table><caption style="text-align: left">{caption}</caption><tbody>{lines}</tbody></table>'


def run_latex(run: Run, sample: int = 0, digits: Digits = EIGHT_DECIMALS) -> str:
    """Every partial of one sample (from 0) in the run's shown step, a line each, between dollar signs."""
    return _aligned((one for _, layer in derive(run, sample).layers() for one in layer), LatexNotation(digits))


def explanation_latex(explanation: Explanation | UnitExplanation, digits: Digits = EIGHT_DECIMALS) -> str:
    """The derivation of one parameter's gradient, a line for each factor, between dollar signs."""
    return _aligned(explanation.partials, LatexNotation(digits))


def _aligned(partials: Iterable[Partial], notation: LatexNotation) -> str:
    lines = []
    for partial in partials:
        rights = [
            chain_in_symbols(partial, notation),
            chain_in_numbers(partial, notation),
            notation.term(partial.value),
        ]
        shown = list(dict.fromkeys(right for right in rights if right))
        lines.append(f"{partial_name(partial, notation)} &= {' = '.join(shown)}")
    return "$$\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}$$"


def framed(page: str, height: int = FRAME_HEIGHT) -> str:
    """A page within another one: in a frame, where its style and its script stay its own."""
    return Markup('<iframe srcdoc="{}" style="width: 100%; height: {}px; border: 0"></iframe>').format(page, height)
