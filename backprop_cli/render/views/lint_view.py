"""What `lint` shows, as blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backprop_cli.check.hindrances import Hindrance
from backprop_cli.render.formats.notation import Notation
from backprop_cli.render.views.blocks import Block, Note


def lint_view(found: Sequence[Hindrance], notation: Notation) -> Iterator[Block]:
    """A line for each finding, and its hint below it."""
    if not found:
        yield Note("Nothing was found that hinders training.")
    for finding in found:
        yield Note(notation.text(finding.message))
        if finding.hint:
            yield Note(notation.text(f"    hint: {finding.hint}"))
