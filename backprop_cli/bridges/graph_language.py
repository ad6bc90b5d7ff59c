"""The network as a graph in the languages of Graphviz and of TikZ."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_cli.errors import UsageError
from backprop_cli.network.network import Network

MOST_EDGES = 2_000
"""More weights than this make no picture that anybody could read."""
COLUMN = 5.0
"""Centimetres between two layers in TikZ."""
ROW = 2.4
"""Centimetres between two units in TikZ."""


def _require_small(network: Network) -> None:
    edges = sum(layer.weights.size for layer in network.layers)
    if edges > MOST_EDGES:
        raise UsageError(
            f"a picture of {edges:,} weights shows nothing\n    hint: backprop plot draws a large network as heat maps"
        )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def dot(network: Network) -> str:
    """A Graphviz digraph: a node for each input, unit and bias, an edge for each weight.

    Raises:
        UsageError: there are too many weights for a picture.
    """
    _require_small(network)
    return "\n".join(_dot_lines(network)) + "\n"


def _dot_lines(network: Network) -> Iterator[str]:
    names = network.names
    yield "digraph network {"
    yield "  rankdir=LR; ranksep=1.4; node [shape=circle, width=0.7]; edge [fontsize=10];"
    inputs = "; ".join(_quoted(names.input(index)) for index in range(names.widths[0]))
    yield f"  {{rank=same; {inputs}}}"
    for layer, part in enumerate(network.layers):
        units = [_quoted(names.activation(layer, unit)) for unit in range(part.units)]
        yield f"  {{rank=same; {'; '.join(units)}}}  // {part.activation.name}"
        for unit, node in enumerate(units):
            for source in range(names.widths[layer]):
                label = f"{names.weight(layer, unit, source)} = {part.weights[unit, source]:.4g}"
                yield f"  {_quoted(names.source(layer, source))} -> {node} [label={_quoted(label)}];"
        for bias in names.layer_biases(layer):
            name, value = _quoted(names.of(bias)), network.value_of(bias)
            label = _quoted(f"{names.of(bias)} = {value:.4g}")
            yield f"  {name} [label={label}, shape=box, style=dashed, fontsize=10];"
            for node in units if bias.unit is None else [units[bias.unit]]:
                yield f"  {name} -> {node} [style=dashed];"
    yield "}"


def tikz(network: Network) -> str:
    """A LaTeX document with the network as a TikZ picture; the picture can be copied into another document.

    Raises:
        UsageError: there are too many weights for a picture.
    """
    _require_small(network)
    return "\n".join(_tikz_lines(network)) + "\n"


def _tikz_lines(network: Network) -> Iterator[str]:
    names = network.names
    yield r"\documentclass{article}"
    yield r"\usepackage{tikz}"
    yield r"\pagestyle{empty}"
    yield r"\usetikzlibrary{arrows.meta}"
    yield r"\begin{document}"
    yield r"\begin{tikzpicture}["
    yield "  unit/.style={circle, draw, minimum size=9mm, inner sep=1pt},"
    yield "  weight/.style={sloped, above, inner sep=1pt, font=\\scriptsize, pos=0.3},"
    yield "  bias/.style={font=\\scriptsize}, >={Stealth}]"
    for column, width in enumerate(names.widths):
        for index in range(width):
            name = names.input(index) if column == 0 else names.activation(column - 1, index)
            place = f"({column * COLUMN:g}, {(width - 1) * ROW / 2 - index * ROW:g})"
            yield rf"  \node[unit] (n{column}-{index}) at {place} {{{_math(name)}}};"
    for layer, part in enumerate(network.layers):
        for unit in range(part.units):
            for source in range(names.widths[layer]):
                value = part.weights[unit, source]
                label = f"node[weight] {{{_math(names.weight(layer, unit, source))} $= {value:.4g}$}}"
                yield rf"  \draw[->] (n{layer}-{source}) -- {label} (n{layer + 1}-{unit});"
            if part.bias is not None:
                value = part.bias[unit if len(part.bias) > 1 else 0]
                yield rf"  \node[bias, above] at (n{layer + 1}-{unit}.north) {{{_math(names.bias(layer, unit))} $= {value:.4g}$}};"
    yield r"\end{tikzpicture}"
    yield r"\end{document}"


_SPECIAL = {"\\": r"\backslash ", "{": r"\{", "}": r"\}", "_": r"\_", "%": r"\%", "#": r"\#", "&": r"\&", "$": r"\$"}


def _math(name: str) -> str:
    """A name as mathematics: letters, and digits after them as an index; any other name as it is."""
    letters = name.rstrip("0123456789_")
    index = name[len(letters) :].replace("_", ",").strip(",")
    shown = "".join(_SPECIAL.get(letter, letter) for letter in letters)
    if len(letters) > 1 or not letters.isascii():
        shown = rf"\textit{{{shown}}}" if letters.isascii() else rf"\text{{{shown}}}"
    return f"${shown}_{{{index}}}$" if index else f"${shown}$"
