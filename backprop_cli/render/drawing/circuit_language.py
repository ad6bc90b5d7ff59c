"""The computational graph in the languages of Graphviz and of TikZ."""

from __future__ import annotations

import math
from collections.abc import Iterator

from backprop_cli.render.drawing.circuit import Circuit, Gate, arranged, heights
from backprop_cli.render.formats.latex import settable
from backprop_cli.render.formats.latex_notation import latex_name, latex_text

COLUMN = 3.0
"""Centimetres between two columns in TikZ."""
ROW = 1.9
"""Centimetres between two rows in TikZ."""


def dot(circuit: Circuit) -> str:
    """A Graphviz digraph; a gate's value and gradient stand on the lines that leave it."""
    return "\n".join(_dot_lines(circuit)) + "\n"


def _dot_lines(circuit: Circuit) -> Iterator[str]:
    yield "digraph computation {"
    yield "  rankdir=LR; node [shape=circle, fontsize=12]; edge [fontsize=10];"
    for gate in circuit.gates:
        kind = "" if gate.sign else ", shape=plaintext"
        label = f"{gate.name}\n{gate.sign}" if gate.sign else gate.name
        yield f"  {_quoted(gate.name)} [label={_quoted(label)}{kind}];"
    by_name = {gate.name: gate for gate in circuit.gates}
    for gate in circuit.gates:
        for name in gate.inputs:
            yield f"  {_quoted(name)} -> {_quoted(gate.name)} [label={_quoted(_numbers(by_name[name]))}];"
    result = circuit.target
    yield '  result [label="", shape=none];'
    yield f"  {_quoted(result.name)} -> result [label={_quoted(_numbers(result))}];"
    yield "}"


def _numbers(gate: Gate) -> str:
    shown = [_number(number) for number in (gate.value, gate.gradient) if not math.isnan(number)]
    return "\n".join(shown)


def _number(number: float) -> str:
    return f"{number + 0.0:.4g}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def tikz(circuit: Circuit) -> str:
    """A LaTeX document with the graph as a TikZ picture, which can be copied into another document."""
    return "\n".join(_tikz_lines(circuit)) + "\n"


def _tikz_lines(circuit: Circuit) -> Iterator[str]:
    yield r"\documentclass{article}"
    yield r"\usepackage{amsmath,amssymb,graphicx,tikz}"
    yield r"\usetikzlibrary{arrows.meta}"
    yield r"\pagestyle{empty}"
    yield r"\begin{document}"
    yield r"\noindent\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%"
    yield r"\begin{tikzpicture}["
    yield "  gate/.style={circle, draw, minimum size=9mm, inner sep=2pt},"
    yield "  free/.style={inner sep=3pt},"
    yield "  value/.style={sloped, above, inner sep=2pt, font=\\scriptsize, text=green!45!black, pos=0.3},"
    yield "  gradient/.style={sloped, below, inner sep=2pt, font=\\scriptsize, text=red!75!black, pos=0.3}, >={Stealth}]"
    columns, _ = arranged(circuit)
    names = {gate.name: f"n{number}" for number, gate in enumerate(circuit.gates)}
    for index, (column, rows) in enumerate(zip(columns, heights(columns), strict=True)):
        for place, row in zip(column, rows, strict=True):
            if not place.passes:
                yield _tikz_node(place.gate, names[place.gate.name], index * COLUMN, -row * ROW)
    by_name = {gate.name: gate for gate in circuit.gates}
    for gate in circuit.gates:
        for name in gate.inputs:
            yield rf"  \draw[->] ({names[name]}) --{_tikz_numbers(by_name[name])} ({names[gate.name]});"
    result = circuit.target
    yield rf"  \draw[->] ({names[result.name]}) --{_tikz_numbers(result)} ++({0.7 * COLUMN:g}, 0);"
    yield r"\end{tikzpicture}}"
    yield r"\end{document}"


def _tikz_node(gate: Gate, node: str, x: float, y: float) -> str:
    place = f"({x:g}, {y:.3g})"
    name = f"${latex_name(gate.name)}$"
    if not gate.sign:
        return settable(rf"  \node[free] ({node}) at {place} {{{name}}};")
    sign = _TIKZ_SIGNS.get(
        gate.sign, latex_text(gate.sign).replace("−", "$-$").replace("×", r"$\times$").replace("÷", r"$\div$")
    )
    return settable(rf"  \node[gate, label={{above:{name}}}] ({node}) at {place} {{{sign}}};")


_TIKZ_SIGNS = {"+": "$+$", "−": "$-$", "×": r"$\times$", "÷": r"$\div$", "^": r"$\wedge$"}


def _tikz_numbers(gate: Gate) -> str:
    styles = {"value": gate.value, "gradient": gate.gradient}
    return "".join(
        f" node[{style}] {{${_number(number)}$}}" for style, number in styles.items() if not math.isnan(number)
    )
