"""Whose numbers an array holds: `W1`, `db2`, `dZ2`, `A1`, PyTorch's `0.weight`, Keras's `dense/kernel:0`, scikit-learn's `coefs_`.

An array of parameters may have a row for each unit (PyTorch) or for each input (NumPy's `X @ W`, Keras, scikit-learn), one of a
batch's numbers a row for each sample or for each unit. A `Reading` says which.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import NamedTuple

from backprop_cli.check.given import GivenArray
from backprop_cli.check.wanted import Index, Wanted
from backprop_cli.check.work import Group, Work
from backprop_cli.network.name_spellings import spellings
from backprop_cli.network.names import Names, Parameter

UNITS_BY_INPUTS, INPUTS_BY_UNITS = "units_by_inputs", "inputs_by_units"
SAMPLES_BY_UNITS, UNITS_BY_SAMPLES = "samples_by_units", "units_by_samples"
GRADIENTS, NEW_VALUES = "gradients", "new_values"


class Reading(NamedTuple):
    """How all arrays of a file are read.

    `is_divided`: the deltas of a batch, and what comes back from them, are 1/N of each sample's. `stored` says what a
    library's names such as `0.weight` hold. `is_downhill`: what is called δ is −∂E/∂z, along which the weights move.
    """

    orientation: str = UNITS_BY_INPUTS
    layout: str = SAMPLES_BY_UNITS
    is_divided: bool = False
    stored: str = GRADIENTS
    is_downhill: bool = False


@dataclass(frozen=True)
class Meaning:
    """What an array's name says: its `kind` (weights, biases, or a group of a unit's numbers) and its layer.

    Layers count from 0, the inputs are layer −1. `holds` says whether a parameter's gradients or new values are meant, None
    where the name leaves it open. `orientation` is the library's, where the name is one's.
    """

    kind: str | Group
    layer: int
    holds: str | None = GRADIENTS
    orientation: str | None = None


_KINDS: dict[str, str | Group] = {
    **dict.fromkeys(("w", "weight", "weights", "theta"), "weights"),
    **dict.fromkeys(("b", "bias", "biases"), "biases"),
    **dict.fromkeys(("z", "net"), Work.net_inputs),
    **dict.fromkeys(("a", "h", "x", "o", "input", "inputs", "output", "outputs", "yhat", "y_hat"), Work.activations),
    **dict.fromkeys(("delta", "deltas"), Work.deltas),
    **dict.fromkeys(("t", "target", "targets"), Work.targets),
}
_DERIVATIVES: dict[Group, Group] = {Work.net_inputs: Work.deltas, Work.activations: Work.upstream}
_FIRST, _LAST = ("x", "input", "inputs"), ("o", "output", "outputs", "yhat", "y_hat", "t", "target", "targets")
_SYMBOL = r"(dE/d)?([a-z_]+?)_?\[?([0-9]{1,6})?\]?(\+)?"
"""`dE/dW1`, `W1+`, `b[0]`."""
_LIBRARY = re.compile(r"(.*?)[./]?(weight|kernel|bias)(?::0)?([./_]grad)?")
_LISTS = {
    "coefs_": ("weights", None), "intercepts_": ("biases", None),
    "coef_grads": ("weights", GRADIENTS), "intercept_grads": ("biases", GRADIENTS),
}  # fmt: skip
"""The lists of scikit-learn's MLPClassifier and MLPRegressor, an array for each layer."""
_ELEMENT = re.compile(r"(.+)\[([0-9]{1,6})\]")
_MOST_ORDERED = 6
"""Of no more layers than this every order is tried, where a library's names do not tell it."""


class _Symbol(NamedTuple):
    """A name taken apart: `what` the symbol stands for, its `word` and `number`, whether of a derivative or a new value."""

    what: str | Group
    word: str
    number: int | None
    is_derivative: bool
    is_new: bool


def meanings(arrays: Sequence[GivenArray], names: Names) -> list[Meaning | None]:
    """What each array's name says in a network, None where it says nothing there.

    Layers count from 1, or where there is a `W0` or `b0` from 0.
    """
    library = _library_layers(arrays, names)
    symbols = [_symbol(array.name) for array in arrays]
    first = 0 if any(one and one.number == 0 and one.what is not Work.activations for one in symbols) else 1
    return [
        library.get(array.name) or _of_list(array.name, names) or (_meaning(symbol, names, first) if symbol else None)
        for array, symbol in zip(arrays, symbols, strict=True)
    ]


def _of_list(name: str, names: Names) -> Meaning | None:
    element = _ELEMENT.fullmatch(name.strip())
    if element is None or element[1] not in _LISTS or int(element[2]) >= names.depth:
        return None
    kind, holds = _LISTS[element[1]]
    return Meaning(kind, int(element[2]), holds, INPUTS_BY_UNITS)


def _symbol(name: str) -> _Symbol | None:
    for spelling in spellings(name, "E"):
        found = re.fullmatch(_SYMBOL, spelling, re.IGNORECASE)
        if found and (word := found[2].lower()) in _KINDS:
            return _Symbol(_KINDS[word], word, int(found[3]) if found[3] else None, bool(found[1]), bool(found[4]))
    return None


def _meaning(symbol: _Symbol, names: Names, first: int) -> Meaning | None:
    layer = _layer(symbol, names.depth, first)
    if layer is None:
        return None
    if isinstance(symbol.what, str):
        is_open = symbol.word in ("weights", "biases") and not symbol.is_derivative
        return Meaning(symbol.what, layer, NEW_VALUES if symbol.is_new else None if is_open else GRADIENTS)
    group = _DERIVATIVES.get(symbol.what) if symbol.is_derivative else symbol.what
    return None if symbol.is_new or group is None else Meaning(group, layer)


def _layer(symbol: _Symbol, depth: int, first: int) -> int | None:
    """The layer, from 0, that a symbol's number says; A0 and X are the inputs, O and T belong to the last."""
    is_activation = symbol.what is Work.activations
    if symbol.number is not None:
        layer: int | None = symbol.number - (1 if is_activation else first)
    else:
        layer = -1 if symbol.word in _FIRST else depth - 1 if symbol.word in _LAST or depth == 1 else None
    return layer if layer is not None and (-1 if is_activation else 0) <= layer < depth else None


# ── names of libraries ────────────────────────────────────────────────────────────────────────────────────────────────


def _library_layers(arrays: Sequence[GivenArray], names: Names) -> dict[str, Meaning]:
    """PyTorch's `layers.0.weight`, Keras's `dense_1/kernel:0`: the prefixes in the order in which the shapes fit the layers."""
    found = [(array, match) for array in arrays if (match := _LIBRARY.fullmatch(array.name.strip()))]
    prefixes = list(dict.fromkeys(match[1] for _, match in found))
    if len(prefixes) != names.depth or not any(prefixes):
        return {}
    natural = sorted(prefixes, key=_natural)
    others = permutations(prefixes) if len(prefixes) <= _MOST_ORDERED else ()
    shapes = {(match[1], match[2]): array.shape for array, match in found}
    orders: Iterable[Sequence[str]] = (natural, prefixes, *others)
    order = next((one for one in orders if _fits(one, shapes, names)), natural)
    return {
        array.name: Meaning(
            "biases" if match[2] == "bias" else "weights", order.index(match[1]), GRADIENTS if match[3] else None,
            INPUTS_BY_UNITS if match[2] == "kernel" else None,
        )
        for array, match in found
    }  # fmt: skip


def _fits(order: Sequence[str], shapes: dict[tuple[str, str], tuple[int, ...]], names: Names) -> bool:
    for layer, prefix in enumerate(order):
        sources, units = names.widths[layer : layer + 2]
        for kind in ("weight", "kernel", "bias"):
            expected = {(units,)} if kind == "bias" else {(units, sources), (sources, units)}
            if shapes.get((prefix, kind), next(iter(expected))) not in expected:
                return False
    return True


def _natural(name: str) -> list[tuple[int, str]]:
    """A name's parts so that 10 comes after 9."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


# ── elements ──────────────────────────────────────────────────────────────────────────────────────────────────────────

Element = tuple[str, Wanted]
"""The name of an array's number, and what it means."""
_Elements = Iterator[tuple[tuple[int, ...], Element]]


def elements(
    array: GivenArray, meaning: Meaning, index: Index, batch: Sequence[int], reading: Reading
) -> _Elements | None:
    """What each of an array's numbers means, by its index; None where its shape is not that of the network.

    `batch` are the step's samples (from 0), in its order.
    """
    if isinstance(meaning.kind, str):
        of_parameters = _of_weights if meaning.kind == "weights" else _of_biases
        return of_parameters(array.shape, meaning, index, reading)
    layer, kind = meaning.layer, meaning.kind
    width, is_turned = index.names.widths[layer + 1], reading.layout == UNITS_BY_SAMPLES
    for samples in (range(index.samples), batch):
        placed = _placed(array.shape, len(samples), width, is_turned)
        if placed is not None:
            chosen = list(samples)
            return ((at, index.of_unit(kind, layer, unit, chosen[row])) for at, row, unit in placed)
    placed = _placed(array.shape, 1, width, is_turned)
    return None if placed is None else ((at, index.of_unit(kind, layer, unit)) for at, _, unit in placed)


def _of_weights(shape: tuple[int, ...], meaning: Meaning, index: Index, reading: Reading) -> _Elements | None:
    layer, is_new = meaning.layer, (meaning.holds or reading.stored) == NEW_VALUES
    sources, units = index.names.widths[layer : layer + 2]
    placed = _placed(shape, units, sources, reading.orientation == INPUTS_BY_UNITS)
    if placed is None:
        return None
    return ((at, _parameter(index, Parameter(layer, unit, source), is_new)) for at, unit, source in placed)


def _of_biases(shape: tuple[int, ...], meaning: Meaning, index: Index, reading: Reading) -> _Elements | None:
    """A layer's biases. Where units share one, an array with a number for each unit has its part of the gradient."""
    layer, is_new = meaning.layer, (meaning.holds or reading.stored) == NEW_VALUES
    names, units = index.names, index.names.widths[layer + 1]
    biases = names.layer_biases(layer)
    placed = _placed(shape, 1, len(biases), False) if biases else None
    if placed is not None:
        return ((at, _parameter(index, biases[unit], is_new)) for at, _, unit in placed)
    placed = _placed(shape, 1, units, False) if biases else None
    if placed is None or is_new:
        return None if placed is None else ((at, _parameter(index, biases[0], is_new)) for at, _, _ in placed)
    return ((at, index.bias_part(layer, unit)) for at, _, unit in placed)


def _parameter(index: Index, parameter: Parameter, is_new: bool) -> Element:
    wanted, name = index.gradient(parameter), index.names.of(parameter)
    return (f"{name}+", wanted._replace(group=Work.parameters_after)) if is_new else (name, wanted)


def _placed(
    shape: tuple[int, ...], rows: int, columns: int, is_turned: bool
) -> Iterator[tuple[tuple[int, ...], int, int]] | None:
    """Index, row and column of each number of an array that is rows × columns, or columns × rows, or a single row of them.

    `is_turned` says which it is where it may be either.
    """
    if len(shape) < 2 and 1 in (rows, columns) and math.prod(shape) == rows * columns:
        return (((at,) * len(shape), at // columns, at % columns) for at in range(rows * columns))
    if shape == (columns, rows) and (is_turned or shape != (rows, columns)):
        return (((column, row), row, column) for row in range(rows) for column in range(columns))
    if shape == (rows, columns):
        return (((row, column), row, column) for row in range(rows) for column in range(columns))
    return None
