"""The network drawn in characters as a block of `run` and `explain`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from backprop_cli.derivation.explanation import Explanation, UnitExplanation
from backprop_cli.derivation.partials import Derivation
from backprop_cli.render.drawing.characters import TextGraph
from backprop_cli.render.drawing.circuit import Circuit
from backprop_cli.render.drawing.drawn_values import shown_values
from backprop_cli.render.drawing.scene_layout import is_drawable
from backprop_cli.render.views.blocks import Block, Heading, Note, Picture

TOO_LARGE = "(The network is too large to be drawn in characters: backprop plot draws its layers as heat maps.)"


def with_graph(blocks: Iterable[Block], derivation: Derivation, circuit: Circuit | None = None) -> Iterator[Block]:
    """A view's blocks with the drawing before the first section: the network's units, or its operations as a `circuit`."""
    is_drawn = False
    for block in blocks:
        if not is_drawn and isinstance(block, Heading) and block.level > 1:
            if circuit is not None:
                yield Picture(circuit, is_asked=True)
            else:
                yield from graph_blocks(derivation, frozenset(), is_asked=True)
            is_drawn = True
        yield block


def path_pictures(derivation: Derivation, is_asked: bool) -> Callable[[Explanation | UnitExplanation], Iterator[Block]]:
    """For each explanation the drawing with its paths lit."""

    def picture(explanation: Explanation | UnitExplanation) -> Iterator[Block]:
        lit = frozenset(partial.name for partial in explanation.partials if not partial.terms)
        return graph_blocks(derivation, lit, is_asked)

    return picture


def no_picture(explanation: Explanation | UnitExplanation) -> Iterator[Block]:
    """No drawing."""
    del explanation
    return iter(())


def graph_blocks(derivation: Derivation, lit: frozenset[str], is_asked: bool) -> Iterator[Block]:
    """The drawing, or a word about why there is none."""
    if is_drawable(derivation.network):
        yield Picture(TextGraph(derivation.network, shown_values(derivation), lit), is_asked)
    elif is_asked:
        yield Note(TOO_LARGE)
