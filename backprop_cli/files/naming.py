"""Who the file names: weights and biases in mappings, inputs and outputs, and the key `names`."""

from __future__ import annotations

from typing import Any

from backprop_cli.files.checker import Checker
from backprop_cli.files.expected import kind_of, many
from backprop_cli.files.layers import GivenLayer, is_turned
from backprop_cli.files.places import Key, format_key
from backprop_cli.network.names import Names


def read_names(
    check: Checker,
    layers: list[GivenLayer],
    inputs: tuple[str, ...],
    outputs: tuple[str, ...],
    has_penalty: bool = False,
) -> Names | None:
    """Everybody's names; none may be given twice."""
    widths = (layers[0].sources, *(layer.units for layer in layers))
    biases: list[str] = []
    weight_names: dict[tuple[int, int, int], str] = {}
    bias_names: dict[tuple[int, int], str] = {}
    places: dict[str, Key] = {}
    before = len(check.problems)
    for index, layer in enumerate(check.data["layers"]):
        key: Key = ("layers", index)
        for place, row in enumerate(layer["weights"]):
            if isinstance(row, dict):
                for other, name in enumerate(row):
                    unit, source = (other, place) if is_turned(check.data) else (place, other)
                    weight_names[index, unit, source] = name
                    _claim(check, places, name, (*key, "weights", place, name))
        bias = layer.get("bias")
        is_own = isinstance(bias, list) or (isinstance(bias, dict) and len(bias) > 1)
        biases.append("none" if bias is None else "own" if is_own else "shared")
        entries = [{name: 0} for name in bias] if isinstance(bias, dict) else bias if isinstance(bias, list) else []
        for unit, entry in enumerate(entries):
            if isinstance(entry, dict):
                (name,) = entry
                bias_names[index, unit] = name
                _claim(check, places, name, (*key, "bias", name) if isinstance(bias, dict) else (*key, "bias", unit))
    given = _given_names(check, widths)
    default_targets = tuple(f"t{index + 1}" for index in range(widths[-1]))
    if outputs == default_targets:
        outputs = ()
    names = Names(
        widths, tuple(biases), given.get("loss", "E"), given.get("penalty", "R") if has_penalty else "",
        inputs if len(inputs) == widths[0] else (),
        given.get("outputs") or (outputs if len(outputs) == widths[-1] else ()),
        given.get("targets") or (), weight_names, bias_names,
    )  # fmt: skip
    if len(check.problems) == before:
        _check_unique(check, names, places)
    return names if len(check.problems) == before else None


def _claim(check: Checker, places: dict[str, Key], name: str, key: Key) -> None:
    if name in places:
        check.problem(key, f"the name {name!r} is given twice: also to {format_key(places[name])}", of_name=True)
    places.setdefault(name, key)


def _check_unique(check: Checker, names: Names, places: dict[str, Key]) -> None:
    """No name of a parameter may be another quantity's too; default names count as well."""
    fixed: set[str] = set()
    before = len(check.problems)
    for name in names.fixed():
        place = _given_place(check, name)
        # where inputs share a name, so do quantities named after them: only the first is reported, or the one in the file
        if name in fixed and (place or len(check.problems) == before):
            _ambiguous(check, name, place)
        fixed.add(name)
    if not (
        names.given_weights or names.given_biases or fixed & {"w", "b"} or names.given_inputs or names.given_outputs
    ):
        return
    seen: set[str] = set()
    for parameter in names.parameters():
        name = names.of(parameter)
        if name in fixed or name in seen:
            _ambiguous(check, name, places.get(name) or _given_place(check, name))
        seen.add(name)


def _ambiguous(check: Checker, name: str, key: Key) -> None:
    hint = "rename one of them in the file"
    check.problem(key, f"the name {name!r} belongs to two quantities", hint, of_name=True)


def _given_place(check: Checker, name: str) -> Key:
    """Where `names`, `targets` or `inputs` give a name; nowhere if it is another's."""
    given_names = check.data.get("names") or {}
    for kind in ("loss", "penalty"):
        if given_names.get(kind) == name:
            return ("names", kind)
    for kind in ("targets", "outputs"):
        listed = given_names.get(kind, [])
        if name in listed:
            return ("names", kind, len(listed) - 1 - listed[::-1].index(name))
    for key in ("targets", "inputs"):
        given = check.data.get(key)
        place: Key = (key, 0) if isinstance(given, list) else (key,)
        sample = given[0] if isinstance(given, list) and given else given
        if isinstance(sample, dict) and name in sample:
            return (*place, name)
    return ()


def _given_names(check: Checker, widths: tuple[int, ...]) -> dict[str, Any]:
    """The mapping `names`: what the loss, its penalty, the outputs and the targets are called."""
    given = check.data.get("names") or {}
    if not isinstance(given, dict):
        check.problem(("names",), f"expected a mapping such as {{loss: L}}, found {kind_of(given)}")
        return {}
    check.check_keys(("names",), given, ("loss", "penalty", "outputs", "targets"))
    result: dict[str, Any] = {}
    for kind in ("loss", "penalty"):
        if kind in given:
            result[kind] = check.name(("names", kind), given[kind])
    for kind in ("outputs", "targets"):
        if kind in given:
            values = given[kind]
            if not isinstance(values, list) or len(values) != widths[-1]:
                check.problem(
                    ("names", kind), f"expected a list of {many(widths[-1], 'name')}, found {kind_of(values)}"
                )
                continue
            result[kind] = tuple(check.name(("names", kind, index), name) for index, name in enumerate(values))
    return result
