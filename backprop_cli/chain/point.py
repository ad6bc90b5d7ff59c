"""What the command line gives to `chain`: definitions as one text, a point as numbers."""

from __future__ import annotations

from collections.abc import Sequence

from backprop_cli.chain.evaluate import NoValueError, evaluate
from backprop_cli.chain.expression import Source, names_in
from backprop_cli.chain.language import parse_values
from backprop_cli.chain.operations import CONSTANTS


def read_point(texts: Sequence[str]) -> dict[str, float]:
    """The numbers of `x=1,y=pi/2`.

    Raises:
        InputError: a text has another form, gives a name twice, or a value that is no number.
    """
    source = Source("\n".join(texts), "--at")
    point = {}
    for name, expression in parse_values(source).items():
        unknown = [part for part in names_in(expression) if part not in CONSTANTS]
        if unknown:
            raise source.error(0, f"the value of {name} is no number: it holds the variable {unknown[0]}")
        try:
            point[name] = evaluate(expression, CONSTANTS)
        except NoValueError as error:
            raise source.error(error.at, error.reason) from None
    return point
