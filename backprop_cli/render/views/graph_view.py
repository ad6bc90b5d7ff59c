"""The network drawn in characters as a block of `run` and `explain`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from backprop_cli.derivation.explanation import Explanation, UnitExplanation
from backprop_cli.derivation.partials import Derivation
from backprop_cli.render.drawing.characters import TextGraph, draw
from backprop_cli.render.drawing.drawn_values import shown_values
from backprop_cli.render.drawing.scene_layout import is_drawable
from backprop_cli.render.views.blocks import Block, Heading, Note, Picture

TOO_LARGE = "(The network is too large to be drawn in characters: backprop plot draws its layers as heat maps.)"


def with_picture(blocks: Iterable[Block], picture: Block) -> Iterator[Block]:
    """A view's blocks with the picture before the first section."""
    is_drawn = False
    for block in blocks:
        if not is_drawn and isinstance(block, Heading) and block.level > 1:
            yield picture
            is_drawn = True
        yield block


def path_pictures(derivation: Derivation, is_asked: bool) -> Callable[[Explanation | UnitExplanation], Iterator[Block]]:
    """For each explanation the drawing with its paths lit."""

    def picture(explanation: Explanation | UnitExplanation) -> Iterator[Block]:
        lit = frozenset(factor.name for factor in explanation.partials if not factor.terms)
        shown = network_picture(derivation, lit, is_asked)
        return iter([shown] if is_asked or isinstance(shown, Picture) else [])

    return picture


def network_picture(derivation: Derivation, lit: frozenset[str] = frozenset(), is_asked: bool = True) -> Picture | Note:
    """The units with their numbers, or a word about why they are not drawn."""
    if not is_drawable(derivation.network):
        return Note(TOO_LARGE)
    graph = TextGraph(derivation.network, shown_values(derivation), lit)
    return Picture("network", partial(draw, graph), is_asked)
