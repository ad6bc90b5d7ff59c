"""The table of mistakes, link by link.

Of two mistakes made together the one that stands first is made first: what replaces a link before what adds to it, and rounding
last. Of mistakes that give the same numbers the one that stands first is named first.
"""

from __future__ import annotations

from backprop_cli.check.mistakes import (
    backward_step,
    batch,
    bias,
    forward_pass,
    input_factor,
    loss,
    mixing_up,
    precision,
    slope,
    update_rule,
)
from backprop_cli.check.mistakes.entry import Made, Mistake
from backprop_cli.network.network import Setup

MISTAKES: dict[str, Mistake] = {
    mistake.id: mistake
    for link in (loss, slope, input_factor, backward_step, bias, batch, forward_pass, update_rule, mixing_up, precision)
    for mistake in link.MISTAKES
}


def mistakes_of(setup: Setup) -> list[Made]:
    """Every way of every mistake that can be made in a setup, in the table's order."""
    ways = [(mistake, tuple(mistake.ways(setup))) for mistake in MISTAKES.values()]
    return [Made(mistake, way, len(of_mistake)) for mistake, of_mistake in ways for way in of_mistake]
