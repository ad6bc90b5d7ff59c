"""The computational graph of definitions written to a file: a picture, or a text of Graphviz's or LaTeX's."""

from __future__ import annotations

from backprop_cli.cli.console import Console
from backprop_cli.cli.extras import as_picture
from backprop_cli.cli.target_file import deliver
from backprop_cli.errors import UsageError
from backprop_cli.render.drawing.circuit import Circuit
from backprop_cli.render.drawing.circuit_language import dot, tikz
from backprop_cli.render.drawing.circuit_svg import circuit_svg
from backprop_cli.render.drawing.svg import text_of

SUFFIXES = (".svg", ".png", ".pdf", ".dot", ".tex")
MOST_GATES = 400
"""More gates than this make no picture that anybody could read."""


def write_circuit(console: Console, circuit: Circuit, output: str) -> None:
    """Write the graph as the name's ending says; `-` is SVG on standard output.

    Raises:
        UsageError: the name has another ending, or the graph is too large for a picture.
        OutputError: the file cannot be written.
    """
    suffix = ".svg" if output == "-" else "." + output.rpartition(".")[2].lower()
    if suffix not in SUFFIXES:
        raise UsageError(f"--output {output}: the name must end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}")
    if len(circuit.gates) > MOST_GATES:
        hint = "--steps none draws one gate for each definition"
        raise UsageError(f"a picture of {len(circuit.gates):,} gates shows nothing\n    hint: {hint}")
    if suffix in (".dot", ".tex"):
        deliver(console, output, dot(circuit) if suffix == ".dot" else tikz(circuit))
    else:
        text = text_of(circuit_svg(circuit))
        deliver(console, output, text + "\n" if suffix == ".svg" else as_picture(text, suffix))
