"""The point and the vector that the command line gives to `chain`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backprop_cli.chain.definitions import parse_values
from backprop_cli.formula.evaluate import NoValueError, evaluate
from backprop_cli.formula.expression import Apply, Expression, Name, Source, walk
from backprop_cli.formula.operations import CONSTANTS, OPERATIONS


def read_point(texts: Sequence[str]) -> dict[str, float]:
    """The numbers of `x=1,y=pi/2`; that of `3` alone has an empty name.

    Raises:
        InputError: a text has another form, gives a name twice, or a value that is no number.
    """
    source = Source("\n".join(texts), "--at")
    return numbers_of(source, parse_values(source))


def read_vector(texts: Sequence[str]) -> dict[str, Expression]:
    """The components of `x=1,y=2`, as they are written.

    Raises:
        InputError: a text has another form, gives a name twice, or a component that is no number.
    """
    source = Source("\n".join(texts), "--direction")
    components = parse_values(source)
    numbers_of(source, components)
    return components


def numbers_of(source: Source, values: Mapping[str, Expression]) -> dict[str, float]:
    """The values as numbers.

    Raises:
        InputError: one of them is no number.
    """
    point = {}
    for name, expression in values.items():
        for part in walk(expression):
            if isinstance(part, Apply) and part.operation not in OPERATIONS:
                hint = f"give it as a definition, such as '{name or 'x'} = [1, 2]'"
                raise source.error(part.at, f"the value of {name or 'a variable'} is one number, no array", hint)
            if isinstance(part, Name) and part.name not in CONSTANTS:
                which = f"the value of {name}" if name else "the value"
                hint = "" if name else "a point is written x=1, or x=1,y=2"
                raise source.error(part.at, f"{which} is no number: it holds the variable {part.name}", hint)
        try:
            point[name] = evaluate(expression, CONSTANTS)
        except NoValueError as error:
            raise source.error(error.at, error.reason) from None
    return point
