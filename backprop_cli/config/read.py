"""A document's data as a `Setup`: every key checked, every mistake collected, names given out."""

from __future__ import annotations

import difflib
import fnmatch
import math
import unicodedata
from collections.abc import Iterable
from typing import Any

import numpy as np

from backprop_cli.config.document import Document, Key, format_key
from backprop_cli.errors import InputError, Problem, nearest
from backprop_cli.functions.activations import ACTIVATIONS, Activation
from backprop_cli.functions.losses import LOSSES, Loss
from backprop_cli.functions.numeric import Array
from backprop_cli.names import Names
from backprop_cli.network import Layer, Network, ParameterArrays, Samples, Schedule, Setup

KEYS = (
    "title", "loss", "learning_rate", "steps", "momentum", "dampening", "nesterov", "weight_decay", "batch_size",
    "shuffle", "seed", "reduction", "freeze", "names", "inputs", "targets", "layers", "state",
)  # fmt: skip
LAYER_KEYS = ("activation", "weights", "bias")
MAX_PROBLEMS = 20


def read(document: Document) -> Setup:
    """The setup that a document describes.

    Raises:
        InputError: with every problem found (at most 20), each with its place.
    """
    reader = _Reader(document)
    setup = reader.setup()
    if reader.problems or setup is None:
        raise InputError(*reader.problems[:MAX_PROBLEMS])
    return setup


class _Reader:
    """Walks the data of one document; a method returns None, or a stand-in, where it has noted a problem."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.data = document.data
        self.problems: list[Problem] = []

    def problem(self, key: Key, message: str, hint: str = "", of_name: bool = False) -> None:
        self.problems.append(Problem(message, format_key(key), hint, self.document.place(key, of_name)))

    # ── the whole ─────────────────────────────────────────────────────────────────────────────────────────────────

    def setup(self) -> Setup | None:
        if not isinstance(self.data, dict):
            self.problem((), f"expected a mapping with the keys layers, inputs and targets, found {_kind(self.data)}")
            return None
        self.check_keys((), self.data, KEYS, required=("layers", "inputs"))
        loss = self.function(("loss",), LOSSES, "half_squared_error", "loss")
        layers = self.layers()
        inputs, input_names = self.vectors(("inputs",), "input")
        needs_targets = loss is None or loss.needs_targets
        if needs_targets and "targets" not in self.data:
            self.problem(
                (), "the key 'targets' is missing", "what should come out: one number per output", of_name=True
            )
        targets, target_names = self.vectors(("targets",), "target") if "targets" in self.data else (None, ())
        schedule = self.schedule()
        if self.problems or loss is None or inputs is None or not layers or schedule is None:
            return None
        samples = self.samples(loss, layers, inputs, targets)
        names = self.names(layers, input_names, target_names)
        if samples is None or names is None:
            return None
        if schedule.batch_size is not None and schedule.batch_size > len(samples):
            self.problem(("batch_size",), f"a step takes {schedule.batch_size} samples, but there are {len(samples)}")
        network = Network(tuple(layers), loss, names)
        schedule = self.frozen(schedule, network)
        updates, velocity = self.state(network)
        return Setup(str(self.data.get("title") or ""), network, samples, schedule, updates, velocity)

    def check_keys(self, key: Key, mapping: dict[str, Any], known: Iterable[str], required: Iterable[str] = ()) -> None:
        known = tuple(known)
        for name in mapping:
            if name not in known:
                close = nearest(name, known)
                hint = f"did you mean {close!r}?" if close else "known keys: " + ", ".join(known)
                self.problem((*key, name), f"unknown key {name!r}", hint, of_name=True)
        for name in required:
            if name not in mapping:
                self.problem(key, f"the key {name!r} is missing")

    # ── scalars ───────────────────────────────────────────────────────────────────────────────────────────────────

    def number(self, key: Key, value: Any, expected: str = "a number") -> float:
        """A finite float64; 0.0 with a problem noted otherwise."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.problem(key, f"expected {expected}, found {_kind(value)}", _number_hint(value))
            return 0.0
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            self.problem(key, f"expected a finite number, found {_kind(number)}", "a float64 reaches up to 1.8e308")
            return 0.0
        return number

    def numbers(self, key: Key, values: list[Any]) -> list[float]:
        """A list of finite numbers; the common case is decided without looking at each of them."""
        if set(map(type, values)) == {float} and math.isfinite(sum(values)):
            return values
        return [self.number((*key, index), value) for index, value in enumerate(values)]

    def setting(self, name: str, default: float, low: float = -math.inf, high: float = math.inf) -> float:
        """A number of the top level between two bounds."""
        if name not in self.data:
            return default
        before = len(self.problems)
        value = self.number((name,), self.data[name])
        if len(self.problems) == before and not low <= value <= high:
            bounds = f"at least {low:g}" if high == math.inf else f"between {low:g} and {high:g}"
            self.problem((name,), f"expected a number {bounds}, found {value:g}")
        return value

    def count(self, name: str, default: int, low: int) -> int:
        value = self.data.get(name, default)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value < 2**63:
            self.problem((name,), f"expected a whole number of at least {low}, found {_kind(value)}")
            return default
        return value

    def switch(self, name: str) -> bool:
        value = self.data.get(name, False)
        if not isinstance(value, bool):
            self.problem((name,), f"expected true or false, found {_kind(value)}")
            return False
        return value

    def name(self, key: Key, value: Any) -> str:
        """A name that can be shown anywhere: see `name_fault` for what it must not be."""
        if not isinstance(value, str):
            self.problem(key, f"expected a name, found {_kind(value)}")
            return ""
        fault = name_fault(value)
        if fault:
            self.problem(key, f"{value!r} cannot be a name: {fault}", of_name=True)
        return value

    def function(self, key: Key, table: Any, default: str, kind: str, value: Any = None) -> Any:
        """An entry of ACTIVATIONS or LOSSES, from its name or a mapping of its name to its settings."""
        value = (value if value is not None else self.data.get(key[-1], default)) if len(key) == 1 else value
        settings: Any = {}
        if isinstance(value, dict) and len(value) == 1:
            ((value, settings),) = value.items()
            key = (*key, value)
        if not isinstance(value, str):
            self.problem(key, f"expected the name of a function ({kind}), found {_kind(value)}")
            return None
        if value not in table:
            close = nearest(value, table)
            hint = f"did you mean {close!r}? " if close else ""
            self.problem(key, f"unknown {kind} {value!r}", f"{hint}known: {', '.join(table)}")
            return None
        entry: Activation | Loss = table[value]
        known = tuple(name for name, _ in entry.defaults)
        if settings is None:
            settings = {}
        if not isinstance(settings, dict):
            self.problem(key, f"expected the settings of {value} as a mapping, found {_kind(settings)}")
            return entry
        before = len(self.problems)
        if not known and settings:
            self.problem(key, f"{value} has no settings")
        else:
            self.check_keys(key, settings, known)
        numbers = {name: self.number((*key, name), given) for name, given in settings.items() if name in known}
        if "delta" in numbers and numbers["delta"] <= 0 and len(self.problems) == before:
            self.problem((*key, "delta"), "expected a number above 0")
        return entry.with_settings(numbers)

    # ── layers ────────────────────────────────────────────────────────────────────────────────────────────────────

    def layers(self) -> list[Layer]:
        value = self.data.get("layers")
        if "layers" not in self.data:
            return []
        if not isinstance(value, list) or not value:
            found = "an empty list" if value == [] else _kind(value)
            self.problem(("layers",), f"expected a list of at least one layer, found {found}")
            return []
        layers = [self.layer(("layers", index), layer) for index, layer in enumerate(value)]
        return [layer for layer in layers if layer is not None]

    def layer(self, key: Key, value: Any) -> Layer | None:
        if not isinstance(value, dict):
            self.problem(key, f"expected a mapping with the key weights, found {_kind(value)}")
            return None
        self.check_keys(key, value, LAYER_KEYS, required=("weights",))
        given = value.get("activation", "linear")
        activation = self.function((*key, "activation"), ACTIVATIONS, "linear", "activation", given)
        weights = self.weights((*key, "weights"), value["weights"]) if "weights" in value else None
        bias = self.bias((*key, "bias"), value.get("bias"), 0 if weights is None else len(weights))
        if weights is None or activation is None:
            return None
        return Layer(weights, bias, activation)

    def weights(self, key: Key, value: Any) -> Array | None:
        if not isinstance(value, list) or not value:
            found = "an empty list" if value == [] else _kind(value)
            self.problem(key, f"expected a list of rows, one per unit, found {found}")
            return None
        before = len(self.problems)
        rows = [self.row((*key, index), row) for index, row in enumerate(value)]
        if len(self.problems) > before:
            return None
        for index, row in enumerate(rows):
            if len(row) != len(rows[0]):
                expected = f"expected {_many(len(rows[0]), 'weight')} as in the first row, found {len(row)}"
                self.problem((*key, index), expected, "every row holds one weight per source of the layer")
        return None if len(self.problems) > before else np.array(rows, dtype=np.float64)

    def row(self, key: Key, value: Any) -> list[float]:
        if isinstance(value, dict) and value:
            return [self.number((*key, self._named(key, name)), number) for name, number in value.items()]
        if isinstance(value, list) and value:
            return self.numbers(key, value)
        found = f"an empty {'list' if value == [] else 'mapping'}" if value in ([], {}) else _kind(value)
        self.problem(key, f"expected a list of weights or a mapping of names to weights, found {found}")
        return []

    def _named(self, key: Key, name: str) -> str:
        self.name((*key, name), name)
        return name

    def bias(self, key: Key, value: Any, units: int) -> Array | None:
        if value is None:
            return None
        if isinstance(value, dict):
            entries = [((*key, self._named(key, name)), number) for name, number in value.items()]
        elif isinstance(value, list):
            entries = []
            for index, entry in enumerate(value):
                place: Key = (*key, index)
                if isinstance(entry, dict) and len(entry) == 1:
                    ((name, entry),) = entry.items()
                    place = (*place, self._named(place, name))
                entries.append((place, entry))
        else:
            return np.array([self.number(key, value, "a number, a list or a mapping")])
        before = len(self.problems)
        numbers = [self.number(place, number) for place, number in entries]
        is_shared = isinstance(value, dict) and len(value) == 1
        if len(self.problems) == before and units and len(numbers) != units and not is_shared:
            self.problem(
                key,
                f"expected {_many(units, 'bias')}, one per unit of the layer, found {len(numbers)}",
                "a single number, without brackets, is a bias that the layer's units share",
            )
        return np.array(numbers, dtype=np.float64)

    # ── samples ───────────────────────────────────────────────────────────────────────────────────────────────────

    def vectors(self, key: Key, kind: str) -> tuple[list[list[float]] | None, tuple[str, ...]]:
        """One sample or several, as rows of numbers, and the names that a mapping gives them."""
        value = self.data.get(key[0])
        if key[0] not in self.data:
            return None, ()
        several = isinstance(value, list) and bool(value) and isinstance(value[0], list | dict)
        rows = value if several else [value]
        names: tuple[str, ...] = ()
        vectors: list[list[float]] = []
        before = len(self.problems)
        for index, row in enumerate(rows):
            place: Key = (*key, index) if several else key
            if isinstance(row, dict) and row:
                vectors.append(
                    [self.number((*place, self._named(place, name)), number) for name, number in row.items()]
                )
                given = tuple(row)
                if names and given != names:
                    self.problem(
                        place, f"expected the names {', '.join(names)}, in this order, found {', '.join(given)}"
                    )
                names = names or given
            elif isinstance(row, list) and row:
                vectors.append(self.numbers(place, row))
            else:
                found = "nothing" if row in (None, [], {}) else _kind(row)
                self.problem(place, f"expected a list of numbers, one per {kind}, found {found}")
        for index, vector in enumerate(vectors):
            if len(vector) != len(vectors[0]) and len(self.problems) == before:
                found = f"expected {_many(len(vectors[0]), 'number')} as in the first sample, found {len(vector)}"
                self.problem((*key, index), found)
        return (vectors, names) if len(self.problems) == before else (None, ())

    def samples(
        self, loss: Loss, layers: list[Layer], inputs: list[list[float]], targets: list[list[float]] | None
    ) -> Samples | None:
        """Inputs and targets as arrays, once all the shapes fit together."""
        before = len(self.problems)
        sources = len(inputs[0])
        for index, layer in enumerate(layers):
            if layer.weights.shape[1] != sources:
                what = "the inputs have" if index == 0 else f"layer {index} has"
                self.problem(
                    ("layers", index, "weights", 0),
                    f"expected {_many(sources, 'weight')} in each row, found {layer.weights.shape[1]}",
                    f"{what} {_many(sources, 'number' if index == 0 else 'unit')}; a row holds one weight for each",
                )
            sources = layer.units
        if targets is None:
            targets = [[0.0] * sources for _ in inputs]
        several = isinstance(self.data.get("targets"), list) and isinstance(self.data["targets"][0], list | dict)
        first: Key = ("targets", 0) if several else ("targets",)
        if len(targets[0]) != sources:
            self.problem(
                first, f"expected {_many(sources, 'target')}, one per output, found {len(targets[0])}",
                f"the last layer has {_many(sources, 'unit')}",
            )  # fmt: skip
        if len(targets) != len(inputs):
            self.problem(("targets",), f"expected {_many(len(inputs), 'sample')} as in inputs, found {len(targets)}")
        if loss.name == "kl_divergence" and min(map(min, targets)) < 0:
            self.problem(first, "kl_divergence takes the logarithm of the targets, so none may be negative")
        return Samples(np.array(inputs), np.array(targets)) if len(self.problems) == before else None

    # ── names ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def names(self, layers: list[Layer], inputs: tuple[str, ...], outputs: tuple[str, ...]) -> Names | None:
        """Everybody's names; none may be given twice."""
        widths = (layers[0].weights.shape[1], *(layer.units for layer in layers))
        biases: list[str] = []
        weight_names: dict[tuple[int, int, int], str] = {}
        bias_names: dict[tuple[int, int], str] = {}
        places: dict[str, Key] = {}
        for index, layer in enumerate(self.data["layers"]):
            key: Key = ("layers", index)
            for unit, row in enumerate(layer["weights"]):
                if isinstance(row, dict):
                    for source, name in enumerate(row):
                        weight_names[index, unit, source] = name
                        self._claim(places, name, (*key, "weights", unit, name))
            bias = layer.get("bias")
            is_own = isinstance(bias, list) or (isinstance(bias, dict) and len(bias) > 1)
            biases.append("none" if bias is None else "own" if is_own else "shared")
            entries = [{name: 0} for name in bias] if isinstance(bias, dict) else bias if isinstance(bias, list) else []
            for unit, entry in enumerate(entries):
                if isinstance(entry, dict):
                    (name,) = entry
                    bias_names[index, unit] = name
                    self._claim(places, name, (*key, "bias", name) if isinstance(bias, dict) else (*key, "bias", unit))
        given = self._given_names(widths)
        default_targets = tuple(f"t{index + 1}" for index in range(widths[-1]))
        if outputs == default_targets:
            outputs = ()
        names = Names(
            tuple(int(width) for width in widths), tuple(biases), given.get("loss", "E"), inputs,
            given.get("outputs") or outputs, given.get("targets") or (), weight_names, bias_names,
        )  # fmt: skip
        self._check_unique(names, places)
        return None if self.problems else names

    def _claim(self, places: dict[str, Key], name: str, key: Key) -> None:
        if name in places:
            self.problem(key, f"the name {name!r} is given twice: also to {format_key(places[name])}", of_name=True)
        places.setdefault(name, key)

    def _check_unique(self, names: Names, places: dict[str, Key]) -> None:
        """No name of a parameter may be another quantity's too; default names count as well."""
        fixed: set[str] = set()
        for name in names.fixed():
            if name in fixed:
                self.problem((), f"the name {name!r} belongs to two quantities", "rename one of them in the file")
            fixed.add(name)
        if not (
            names.given_weights or names.given_biases or fixed & {"w", "b"} or names.given_inputs or names.given_outputs
        ):
            return
        seen: set[str] = set()
        for parameter in names.parameters():
            name = names.of(parameter)
            if name in fixed or name in seen:
                self.problem(
                    places.get(name, ()), f"the name {name!r} belongs to two quantities", "rename one of them in the file",
                    of_name=True,
                )  # fmt: skip
                return
            seen.add(name)

    def _given_names(self, widths: tuple[int, ...]) -> dict[str, Any]:
        """The mapping `names`: what the loss, the outputs and the targets are called."""
        given = self.data.get("names") or {}
        if not isinstance(given, dict):
            self.problem(("names",), f"expected a mapping such as {{loss: L}}, found {_kind(given)}")
            return {}
        self.check_keys(("names",), given, ("loss", "outputs", "targets"))
        result: dict[str, Any] = {}
        if "loss" in given:
            result["loss"] = self.name(("names", "loss"), given["loss"])
        for kind in ("outputs", "targets"):
            if kind in given:
                values = given[kind]
                if not isinstance(values, list) or len(values) != widths[-1]:
                    self.problem(
                        ("names", kind), f"expected a list of {_many(widths[-1], 'name')}, found {_kind(values)}"
                    )
                    continue
                result[kind] = tuple(self.name(("names", kind, index), name) for index, name in enumerate(values))
        return result

    # ── training ──────────────────────────────────────────────────────────────────────────────────────────────────

    def schedule(self) -> Schedule | None:
        momentum = self.setting("momentum", 0.0, low=0.0)
        dampening = self.setting("dampening", 0.0)
        nesterov = self.switch("nesterov")
        if nesterov and not (momentum > 0 and dampening == 0) and not self.problems:
            self.problem(("nesterov",), "nesterov needs a momentum above 0 and no dampening", "as in torch.optim.SGD")
        weight_decay, bias_decay = self._weight_decay()
        batch_size = self.data.get("batch_size", "all")
        reduction = self.data.get("reduction", "mean")
        if reduction not in ("mean", "sum"):
            self.problem(("reduction",), f"expected mean or sum, found {_kind(reduction)}")
        return Schedule(
            learning_rate=self.setting("learning_rate", 0.5),
            steps=self.count("steps", 1, low=0),
            momentum=momentum,
            dampening=dampening,
            nesterov=nesterov,
            weight_decay=weight_decay,
            bias_decay=bias_decay,
            batch_size=None if batch_size == "all" else self.count("batch_size", 1, low=1),
            shuffle=self.switch("shuffle"),
            seed=self.count("seed", 0, low=0),
            reduction=reduction if isinstance(reduction, str) else "mean",
        )

    def _weight_decay(self) -> tuple[float, float]:
        value = self.data.get("weight_decay", 0.0)
        if not isinstance(value, dict):
            both = self.setting("weight_decay", 0.0, low=0.0)
            return both, both
        self.check_keys(("weight_decay",), value, ("weights", "biases"))
        decays = [self.number(("weight_decay", kind), value.get(kind, 0.0)) for kind in ("weights", "biases")]
        for kind, decay in zip(("weights", "biases"), decays, strict=True):
            if decay < 0:
                self.problem(("weight_decay", kind), f"expected a number at least 0, found {decay:g}")
        return decays[0], decays[1]

    def frozen(self, schedule: Schedule, network: Network) -> Schedule:
        """The schedule with the masks of what `freeze` names."""
        patterns = self.data.get("freeze", [])
        if isinstance(patterns, str):
            patterns = [patterns]
        if not isinstance(patterns, list):
            self.problem(("freeze",), f"expected a list of parameter names, found {_kind(patterns)}")
            return schedule
        if not patterns:
            return schedule
        weights = [np.zeros(layer.weights.shape, dtype=bool) for layer in network.layers]
        biases = [None if layer.bias is None else np.zeros(layer.bias.shape, dtype=bool) for layer in network.layers]
        named = [(network.names.of(parameter), parameter) for parameter in network.names.parameters()]
        for index, pattern in enumerate(patterns):
            key: Key = ("freeze", index) if isinstance(self.data["freeze"], list) else ("freeze",)
            if not isinstance(pattern, str):
                self.problem(key, f"expected a parameter name or a glob such as 'b*', found {_kind(pattern)}")
                continue
            matched = [parameter for name, parameter in named if name == pattern or fnmatch.fnmatchcase(name, pattern)]
            position = network.names.at_position(pattern)
            matched += [position] if position else []
            if not matched:
                close = difflib.get_close_matches(pattern, [name for name, _ in named[:10_000]], n=1, cutoff=0.5)
                self.problem(key, f"no parameter is called {pattern!r}", f"did you mean {close[0]!r}?" if close else "")
            for parameter in matched:
                if parameter.source is not None:
                    weights[parameter.layer][parameter.unit, parameter.source] = True
                else:
                    mask = biases[parameter.layer]
                    assert mask is not None
                    mask[parameter.unit or 0] = True
        fields = {**schedule.__dict__, "frozen_weights": tuple(weights), "frozen_biases": tuple(biases)}
        return Schedule(**fields)

    def state(self, network: Network) -> tuple[int, ParameterArrays | None]:
        """Where an earlier run left off: the updates made, and the velocities layer by layer."""
        state = self.data.get("state")
        if state is None:
            return 0, None
        if not isinstance(state, dict):
            self.problem(("state",), f"expected a mapping, found {_kind(state)}", "leave the key out to start afresh")
            return 0, None
        self.check_keys(("state",), state, ("updates", "velocity"))
        updates = state.get("updates", 0)
        if isinstance(updates, bool) or not isinstance(updates, int) or not 0 <= updates < 2**63:
            self.problem(("state", "updates"), f"expected a whole number of at least 0, found {_kind(updates)}")
            updates = 0
        velocity = state.get("velocity")
        if velocity is None:
            return updates, None
        key: Key = ("state", "velocity")
        shapes = [(layer.weights.shape, None if layer.bias is None else layer.bias.shape) for layer in network.layers]
        if not isinstance(velocity, list) or len(velocity) != len(shapes):
            self.problem(key, f"expected a list of {_many(len(shapes), 'layer')}, found {_kind(velocity)}")
            return updates, None
        weights: list[Array] = []
        biases: list[Array | None] = []
        for index, (layer, (shape, bias_shape)) in enumerate(zip(velocity, shapes, strict=True)):
            layer = layer if isinstance(layer, dict) else {}
            weights.append(self._velocities((*key, index, "weights"), layer.get("weights"), shape))
            given = layer.get("bias")
            biases.append(None if bias_shape is None else self._velocities((*key, index, "bias"), given, bias_shape))
        return updates, ParameterArrays(tuple(weights), tuple(biases))

    def _velocities(self, key: Key, value: Any, shape: tuple[int, ...]) -> Array:
        """Lists of numbers of a known shape."""
        try:
            array = np.array(value, dtype=np.float64)
        except (TypeError, ValueError, OverflowError):
            array = np.empty(0)
        if array.shape != shape or not np.isfinite(array).all():
            self.problem(key, f"expected finite numbers in the shape {' × '.join(map(str, shape))} of the parameters")
            return np.zeros(shape)
        return array


def name_fault(name: str) -> str:
    """Why a text cannot be a name, or nothing: names are shown in terminals, tables, formulas and spreadsheets."""
    if not name or name != name.strip():
        return "it must not be empty, nor begin or end with a space"
    if len(name) > 64:
        return "it is longer than 64 characters"
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for character in name):
        return "it holds a character that cannot be seen"
    if name[0] in "=+-@|!'\"" or name[0].isdigit():
        return "it must begin with a letter, not with a sign or a digit"
    if name[-1] in "+⁺":
        return "a trailing + marks a new value"
    return ""


def _many(count: int, noun: str) -> str:
    plural = "biases" if noun == "bias" else f"{noun}s"
    return f"{count} {noun if count == 1 else plural}"


def _kind(value: Any) -> str:
    """What was found, in a reader's words."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, str):
        return f"the text {value if len(value) <= 40 else value[:37] + '…'!r}"
    if isinstance(value, float) and math.isnan(value):
        return "not-a-number (nan)"
    if isinstance(value, float) and math.isinf(value):
        return "infinity"
    return str(value) if isinstance(value, float) or abs(value) < 10**40 else "a number of very many digits"


def _number_hint(value: Any) -> str:
    if isinstance(value, str) and "," in value:
        return "decimals are written with a point: 0.5"
    return ""
