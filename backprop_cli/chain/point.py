"""The point that the command line gives to `chain`, as numbers."""

from __future__ import annotations

from collections.abc import Sequence

from backprop_cli.chain.definitions import parse_values
from backprop_cli.formula.evaluate import NoValueError, evaluate
from backprop_cli.formula.expression import Name, Source, walk
from backprop_cli.formula.operations import CONSTANTS


def read_point(texts: Sequence[str]) -> dict[str, float]:
    """The numbers of `x=1,y=pi/2`.

    Raises:
        InputError: a text has another form, gives a name twice, or a value that is no number.
    """
    source = Source("\n".join(texts), "--at")
    point = {}
    for name, expression in parse_values(source).items():
        for part in walk(expression):
            if isinstance(part, Name) and part.name not in CONSTANTS:
                raise source.error(part.at, f"the value of {name} is no number: it holds the variable {part.name}")
        try:
            point[name] = evaluate(expression, CONSTANTS)
        except NoValueError as error:
            raise source.error(error.at, error.reason) from None
    return point
