"""The keys `inputs` and `targets`: one sample or several, by position or by name."""

from __future__ import annotations

import numpy as np

from backprop_cli.files.checker import Checker
from backprop_cli.files.expected import kind_of, many
from backprop_cli.files.layers import GivenLayer, is_turned
from backprop_cli.files.places import Key
from backprop_cli.functions.losses import Loss
from backprop_cli.network.network import Samples


def read_vectors(check: Checker, key: Key, kind: str) -> tuple[list[list[float]] | None, tuple[str, ...]]:
    """One sample or several, as rows of numbers, and the names that a mapping gives them."""
    value = check.data.get(key[0])
    if key[0] not in check.data:
        return None, ()
    several = isinstance(value, list) and bool(value) and isinstance(value[0], list | dict)
    rows = value if several else [value]
    names: tuple[str, ...] = ()
    vectors: list[list[float]] = []
    before = len(check.problems)
    for index, row in enumerate(rows):
        place: Key = (*key, index) if several else key
        if isinstance(row, dict) and row:
            names = names or tuple(row)
            if set(row) != set(names):
                check.problem(place, f"expected the names {', '.join(names)}, found {', '.join(row)}")
                continue
            vectors.append(check.named_numbers(place, {name: row[name] for name in names}))
        elif isinstance(row, list) and row:
            vectors.append(check.numbers(place, row))
        else:
            found = "nothing" if row in (None, [], {}) else kind_of(row)
            is_lone = isinstance(row, int | float) and not isinstance(row, bool) and not several
            hint = f"write [{row}]" if is_lone else ""
            check.problem(place, f"expected a list of numbers, one per {kind}, found {found}", hint)
    if len(check.problems) == before and check.is_uneven_by_comma(key, vectors, "number"):
        return None, ()
    for index, vector in enumerate(vectors):
        if len(vector) != len(vectors[0]) and len(check.problems) == before:
            found = f"expected {many(len(vectors[0]), 'number')} as in the first sample, found {len(vector)}"
            check.miscount((*key, index), found)
    return (vectors, names) if len(check.problems) == before else (None, ())


def fit_samples(
    check: Checker,
    loss: Loss | None,
    layers: list[GivenLayer],
    inputs: list[list[float]],
    targets: list[list[float]] | None,
) -> Samples | None:
    """Inputs and targets, once all the shapes fit together; targets that could not be read are taken to fit."""
    before = len(check.problems)
    sources = len(inputs[0])
    for index, layer in enumerate(layers):
        if layer.sources != sources:
            if index == 0 and check.decimal_comma(("inputs",)):
                found = f"expected {many(layer.sources, 'number')}, one per weight of a row, found {sources}"
                check.miscount(("inputs",), found)
                return None
            what = "the inputs have" if index == 0 else f"layer {index} has"
            what += f" {many(sources, 'number' if index == 0 else 'unit')}"
            if is_turned(check.data):
                expected = f"expected {many(sources, 'row')} of weights, found {layer.sources}"
                check.miscount(("layers", index, "weights"), expected, f"{what}; each has a row")
            else:
                expected = f"expected {many(sources, 'weight')} in each row, found {layer.sources}"
                check.miscount(("layers", index, "weights", 0), expected, f"{what}; a row holds one weight for each")
        sources = layer.units
    if targets is None:
        targets = [[0.0] * sources for _ in inputs]
    given = check.data.get("targets")
    several = isinstance(given, list) and bool(given) and isinstance(given[0], list | dict)
    first: Key = ("targets", 0) if several else ("targets",)
    if not several and len(targets[0]) == len(inputs) > 1 == sources:
        found = f"expected {many(len(inputs), 'sample')} as in inputs, found one of {many(len(inputs), 'number')}"
        check.problem(first, found, "one list per sample: [[1], [0]]")
        return None
    if len(targets[0]) != sources:
        check.miscount(
            first, f"expected {many(sources, 'target')}, one per output, found {len(targets[0])}",
            f"the last layer has {many(sources, 'unit')}",
        )  # fmt: skip
    if len(targets) != len(inputs):
        check.problem(("targets",), f"expected {many(len(inputs), 'sample')} as in inputs, found {len(targets)}")
    if loss is not None and loss.name == "kl_divergence" and min(map(min, targets)) < 0:
        check.problem(first, "kl_divergence takes the logarithm of the targets, so none may be negative")
    return Samples(np.array(inputs), np.array(targets)) if len(check.problems) == before else None
