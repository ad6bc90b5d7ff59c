"""The key `layers`: weights, biases, activations."""

from __future__ import annotations

from typing import Any, NamedTuple

from backprop_cli.files.checker import Checker
from backprop_cli.files.expected import kind_of, many, number_hint
from backprop_cli.files.places import Key
from backprop_cli.functions.activations import ACTIVATIONS, Activation

LAYER_KEYS = ("activation", "weights", "bias", "units", "init")
ORIENTATIONS = ("units_by_inputs", "inputs_by_units")
"""What the rows of weights are: one for each unit, or one for each input, as in NumPy's X @ W."""
MAX_LAYERS = 1000
"""The deepest networks in use have about so many."""


class GivenLayer(NamedTuple):
    """A layer as the file gives it: a row of weights for each unit, its biases, its activation."""

    rows: list[list[float]]
    bias: list[float] | None
    activation: Activation

    @property
    def units(self) -> int:
        """The number of units."""
        return len(self.rows)

    @property
    def sources(self) -> int:
        """The number of weights of each unit."""
        return len(self.rows[0])


def is_turned(data: dict[str, Any]) -> bool:
    """Whether a file's weights have a row for each input, not for each unit."""
    return data.get("orientation") == ORIENTATIONS[1]


def read_layers(check: Checker) -> list[GivenLayer]:
    """The layers, or none where not all of them could be read; an unknown activation is stood in for by `linear`."""
    value, orientation = check.data.get("layers"), check.data.get("orientation", ORIENTATIONS[0])
    if orientation not in ORIENTATIONS:
        check.problem(("orientation",), f"expected {' or '.join(ORIENTATIONS)}, found {kind_of(orientation)}")
    if "layers" not in check.data:
        return []
    if not isinstance(value, list) or not value:
        found = "an empty list" if value == [] else kind_of(value)
        check.problem(("layers",), f"expected a list of at least one layer, found {found}", _list_hint(check, value))
        return []
    if len(value) > MAX_LAYERS:
        check.problem(("layers",), f"expected at most {MAX_LAYERS} layers, found {len(value)}")
        return []
    layers = [_layer(check, ("layers", index), layer) for index, layer in enumerate(value)]
    read = [layer for layer in layers if layer is not None]
    return read if len(read) == len(layers) else []


def _list_hint(check: Checker, value: Any) -> str:
    """How a mapping is written as the list of layers that it stands for."""
    if not isinstance(value, dict) or not value:
        return ""
    is_json = check.document.format == "json"
    if not set(value) & set(LAYER_KEYS):
        return "leave the layers' names out: " + ("[{…}, {…}]" if is_json else "each begins with a dash in their place")
    return "write the layer in brackets: [{…}]" if is_json else f"a dash begins each layer: - {next(iter(value))}: …"


def _layer(check: Checker, key: Key, value: Any) -> GivenLayer | None:
    if not isinstance(value, dict):
        check.problem(key, f"expected a mapping with the key weights, found {kind_of(value)}", number_hint(value))
        return None
    check.check_keys(key, value, LAYER_KEYS, required=("weights",))
    given = value.get("activation", "linear")
    activation = check.function((*key, "activation"), ACTIVATIONS, "linear", "activation", given)
    before = len(check.problems)
    rows = _rows(check, (*key, "weights"), value["weights"]) if "weights" in value else None
    if rows is not None and is_turned(check.data):
        rows = [list(column) for column in zip(*rows, strict=True)]
    bias = _bias(check, (*key, "bias"), value.get("bias"), 0 if rows is None else len(rows))
    if rows is None or len(check.problems) > before:
        return None
    return GivenLayer(rows, bias, activation or ACTIVATIONS["linear"])


def _rows(check: Checker, key: Key, value: Any) -> list[list[float]] | None:
    if not isinstance(value, list) or not value:
        found = "an empty list" if value == [] else kind_of(value)
        each = "input" if is_turned(check.data) else "unit"
        check.problem(key, f"expected a list of rows, one per {each}, found {found}")
        return None
    if all(isinstance(entry, int | float) for entry in value):
        found = f"a list of {many(len(value), 'number')}"
        check.problem(key, f"expected a list of rows, found {found}", "a row holds one unit's weights: [[0.1, 0.2]]")
        return None
    before = len(check.problems)
    rows = [_row(check, (*key, index), row) for index, row in enumerate(value)]
    if len(check.problems) > before:
        return None
    if check.is_uneven_by_comma(key, rows, "weight"):
        return None
    for index, row in enumerate(rows):
        if len(row) != len(rows[0]):
            expected = f"expected {many(len(rows[0]), 'weight')} as in the first row, found {len(row)}"
            each = "unit" if is_turned(check.data) else "source"
            check.miscount((*key, index), expected, f"every row holds one weight per {each} of the layer")
    return None if len(check.problems) > before else rows


def _row(check: Checker, key: Key, value: Any) -> list[float]:
    if isinstance(value, dict) and value:
        return check.named_numbers(key, value)
    if isinstance(value, list) and value:
        return check.numbers(key, value)
    found = f"an empty {'list' if value == [] else 'mapping'}" if value in ([], {}) else kind_of(value)
    check.problem(key, f"expected a list of weights or a mapping of names to weights, found {found}")
    return []


def _bias(check: Checker, key: Key, value: Any, units: int) -> list[float] | None:
    if value is None:
        return None
    before = len(check.problems)
    if isinstance(value, dict):
        numbers = check.named_numbers(key, value)
    elif isinstance(value, list):
        numbers = []
        for index, entry in enumerate(value):
            place: Key = (*key, index)
            if isinstance(entry, dict) and len(entry) == 1:
                ((name, entry),) = entry.items()
                check.name((*place, name), name)
                place = (*place, name)
            numbers.append(check.number(place, entry))
    else:
        return [check.number(key, value, "a number, a list or a mapping")]
    is_shared = isinstance(value, dict) and len(value) == 1
    if len(check.problems) == before and units and len(numbers) != units and not is_shared:
        check.miscount(
            key,
            f"expected {many(units, 'bias')}, one per unit of the layer, found {len(numbers)}",
            "a single number, without brackets, is a bias that the layer's units share",
        )
    return numbers
