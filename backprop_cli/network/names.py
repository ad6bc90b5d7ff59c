"""Who is called what: the scalar names `x1`, `w31`, `z3`, `a1`, `o1`, `t1`, `b2`, `E` of a network, and back.

Layers count from 0 in code (layer 0 is the first that has weights) and from 1 in names. A default name is made when it is
asked for, so that a network with a million weights carries none of them; a name written in the config wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from backprop_cli.errors import UnknownNameError
from backprop_cli.network.name_spellings import spellings

_LAYER = r"([Wb])([1-9][0-9]{0,8})"
_POSITION = r"\s*(?:W(#)\[(#)\s*,\s*(#)\]|b(#)\[(#)\])\s*".replace("#", "[0-9]{1,9}")


class Parameter(NamedTuple):
    """Where a weight or a bias stands, all indices from 0: a bias has no `source`, a shared bias no `unit` either."""

    layer: int
    unit: int | None
    source: int | None = None

    @property
    def is_weight(self) -> bool:
        """Whether this is a weight rather than a bias."""
        return self.source is not None


class Unit(NamedTuple):
    """A unit's net input, or its activation, all indices from 0; the inputs are layer −1's activations."""

    layer: int
    unit: int
    is_net_input: bool = False


@dataclass(frozen=True)
class Names:
    """The names of a network of the given `widths` (inputs first); `biases` says per layer none, shared or own.

    `penalty` is empty where the loss has none. The mappings hold what the config named: `given_inputs` and the like by index,
    `given_weights` by (layer, unit, source), `given_biases` by (layer, unit), where the unit of a shared bias is 0.
    """

    widths: tuple[int, ...]
    biases: tuple[str, ...]
    loss: str = "E"
    penalty: str = ""
    given_inputs: tuple[str, ...] = ()
    given_outputs: tuple[str, ...] = ()
    given_targets: tuple[str, ...] = ()
    given_weights: Mapping[tuple[int, int, int], str] = field(default_factory=dict)
    given_biases: Mapping[tuple[int, int], str] = field(default_factory=dict)

    @cached_property
    def _first_source(self) -> tuple[int, ...]:
        """The running index, from 1, of each layer's first unit among all sources: inputs first, then the layers."""
        return tuple(accumulate(self.widths, initial=1))

    @cached_property
    def _separator(self) -> str:
        """`_` between the two indices of a weight as soon as one index of the network has two digits."""
        highest_source = self._first_source[-2] - 1
        return "_" if max(highest_source, *self.widths[1:]) >= 10 else ""

    @cached_property
    def _first_parameter(self) -> tuple[int, ...]:
        """Where each layer's parameters begin in a row of all of them; the last entry is how many there are."""
        widths = zip(self.widths, self.widths[1:], strict=False)
        counts = (sources * units + self._bias_count(layer) for layer, (sources, units) in enumerate(widths))
        return tuple(accumulate(counts, initial=0))

    def _bias_count(self, layer: int) -> int:
        return {"none": 0, "shared": 1}.get(self.biases[layer], self.widths[layer + 1])

    @property
    def parameter_count(self) -> int:
        """The number of weights and biases."""
        return self._first_parameter[-1]

    def weights_at(self, layer: int) -> slice:
        """Where a layer's weights stand in a row of all parameters."""
        first = self._first_parameter[layer]
        return slice(first, first + self.widths[layer] * self.widths[layer + 1])

    def biases_at(self, layer: int) -> slice:
        """Where a layer's biases stand in such a row."""
        return slice(self.weights_at(layer).stop, self._first_parameter[layer + 1])

    def index(self, parameter: Parameter) -> int:
        """Where a parameter stands in such a row."""
        unit = parameter.unit or 0
        if parameter.source is None:
            return self._first_parameter[parameter.layer + 1] - self._bias_count(parameter.layer) + unit
        return self._first_parameter[parameter.layer] + unit * self.widths[parameter.layer] + parameter.source

    @property
    def depth(self) -> int:
        """The number of layers that have weights."""
        return len(self.widths) - 1

    def input(self, index: int) -> str:
        """`x1`, or as the config names it."""
        return self.given_inputs[index] if self.given_inputs else f"x{index + 1}"

    def target(self, index: int) -> str:
        """`t1`, or as the config names it."""
        return self.given_targets[index] if self.given_targets else f"t{index + 1}"

    def output(self, index: int) -> str:
        """`o1`, or as the config names it."""
        return self.given_outputs[index] if self.given_outputs else f"o{index + 1}"

    def share(self, index: int) -> str:
        """`E_o1`, one output's share of the loss."""
        return f"{self.loss}_{self.output(index)}"

    def net_input(self, layer: int, unit: int) -> str:
        """`z3`, numbered straight through the layers."""
        return f"z{self._first_source[layer + 1] - self.widths[0] + unit}"

    def activation(self, layer: int, unit: int) -> str:
        """`a1` of a hidden layer, `o1` of the last."""
        if layer == self.depth - 1:
            return self.output(unit)
        return f"a{self._first_source[layer + 1] - self.widths[0] + unit}"

    def source(self, layer: int, index: int) -> str:
        """What feeds a layer: an input for the first, else an activation of the layer before."""
        return self.input(index) if layer == 0 else self.activation(layer - 1, index)

    def weight(self, layer: int, unit: int, source: int) -> str:
        """`w31` (into unit 1 of its layer, from source 3), `w11_3` in a network with an index of two digits."""
        given = self.given_weights.get((layer, unit, source)) if self.given_weights else None
        return given or f"w{self._first_source[layer] + source}{self._separator}{unit + 1}"

    def weight_row(self, layer: int, unit: int) -> list[str]:
        """The names of all the weights into one unit, in the order of its sources."""
        if self.given_weights:
            return [self.weight(layer, unit, source) for source in range(self.widths[layer])]
        first, tail = self._first_source[layer], f"{self._separator}{unit + 1}"
        return [f"w{first + source}{tail}" for source in range(self.widths[layer])]

    def bias(self, layer: int, unit: int | None) -> str:
        """`b2` of a shared bias, `b2_1` of a unit's own."""
        if self.biases[layer] == "shared":
            return self.given_biases.get((layer, 0)) or f"b{layer + 1}"
        unit = unit or 0
        return self.given_biases.get((layer, unit)) or f"b{layer + 1}_{unit + 1}"

    def of(self, parameter: Parameter) -> str:
        """The name of a parameter."""
        if parameter.source is None:
            return self.bias(parameter.layer, parameter.unit)
        return self.weight(parameter.layer, parameter.unit or 0, parameter.source)

    def layer_biases(self, layer: int) -> list[Parameter]:
        """The bias parameters of one layer: none, the shared one, or each unit's."""
        if self.biases[layer] == "none":
            return []
        if self.biases[layer] == "shared":
            return [Parameter(layer, None)]
        return [Parameter(layer, unit) for unit in range(self.widths[layer + 1])]

    def layer_parameters(self, layer: int) -> Iterator[Parameter]:
        """The weights of one layer, unit by unit in the order of the sources, then its biases."""
        for unit in range(self.widths[layer + 1]):
            for source in range(self.widths[layer]):
                yield Parameter(layer, unit, source)
        yield from self.layer_biases(layer)

    def parameters(self) -> Iterator[Parameter]:
        """Every parameter, layer by layer."""
        for layer in range(self.depth):
            yield from self.layer_parameters(layer)

    @cached_property
    def _by_name(self) -> dict[str, Parameter]:
        return {self.of(parameter): parameter for parameter in self.parameters()}

    def find(self, name: str) -> Parameter:
        """The parameter called `name`, which may also be a position such as `W2[1,3]` or `b2[1]`.

        Raises:
            UnknownNameError: nothing is called so; the error offers the nearest name.
        """
        found = self.get(name)
        if found is None:
            raise UnknownNameError("parameter", name, self._by_name, self._beyond(name))
        return found

    def get(self, name: str) -> Parameter | None:
        """The same, or None where nothing is called so."""
        return self._by_name.get(name.strip()) or self.at_position(name)

    def at_position(self, name: str) -> Parameter | None:
        """The parameter at a position (layer, unit, source; all from 1)."""
        match = re.fullmatch(_POSITION, name)
        if match is None:
            return None
        numbers = [int(group) - 1 for group in match.groups() if group is not None]
        layer, unit = numbers[0], numbers[1]
        if not (0 <= layer < self.depth and 0 <= unit < self.widths[layer + 1]):
            return None
        if len(numbers) == 3:
            return Parameter(layer, unit, numbers[2]) if 0 <= numbers[2] < self.widths[layer] else None
        if self.biases[layer] == "none":
            return None
        return Parameter(layer, None if self.biases[layer] == "shared" else unit)

    def units(self) -> Iterator[Unit]:
        """Net inputs and activations layer by layer, then the inputs."""
        for layer, width in enumerate(self.widths[1:]):
            yield from (Unit(layer, unit, True) for unit in range(width))
            yield from (Unit(layer, unit) for unit in range(width))
        yield from (Unit(-1, index) for index in range(self.widths[0]))

    def of_unit(self, unit: Unit) -> str:
        """The name of a net input, an activation or an input."""
        if unit.layer < 0:
            return self.input(unit.unit)
        name = self.net_input if unit.is_net_input else self.activation
        return name(unit.layer, unit.unit)

    @cached_property
    def _units_by_name(self) -> dict[str, Unit]:
        return {self.of_unit(unit): unit for unit in self.units()}

    def meant(self, name: str) -> list[Parameter | Unit]:
        """What has a derivative of the loss and is meant by a name, however people spell it: `w31`, `dE/dw31`, `δ3`, `x1`.

        It is one parameter or unit, but for `W1` and `b1` of a layer, which stand for all of its weights or biases.

        Raises:
            UnknownNameError: nothing is called so; the error offers the nearest name.
        """
        for spelling in spellings(name, self.loss):
            own = spelling.removeprefix(f"d{self.loss}/d")
            found = self.get(own) or self._units_by_name.get(own)
            if found is not None:
                return [found]
        of_layer: list[Parameter | Unit] = [*self.of_layer(name)]
        if of_layer:
            return of_layer
        hint = self._beyond(name) or self._no_derivative(name)
        raise UnknownNameError("parameter", name, [*self._by_name, *self._units_by_name], hint)

    def _beyond(self, name: str) -> str:
        """What the network lacks for a position such as `W2[1,3]` to be in it; nothing for any other name."""
        match = re.fullmatch(_POSITION, name)
        if match is None:
            return ""
        layer, unit, *source = (int(group) for group in match.groups() if group is not None)
        if not 1 <= layer <= self.depth:
            return f"the network has {self.depth} layer{'s' * (self.depth != 1)}, counted from 1"
        units, sources = self.widths[layer], self.widths[layer - 1]
        if not 1 <= unit <= units:
            return f"layer {layer} has {units} unit{'s' * (units != 1)}, counted from 1"
        if source:
            return f"a unit of layer {layer} has {sources} source{'s' * (sources != 1)}, counted from 1"
        return f"layer {layer} has no bias"

    def _no_derivative(self, name: str) -> str:
        """Why nothing is derived by a quantity of the network; nothing for any other name."""
        for spelling in spellings(name, self.loss):
            if spelling == self.loss:
                return f"{self.loss} is the loss itself, whose derivatives are explained: name by what, such as {self._example}"
            if spelling in (self.target(index) for index in range(self.widths[-1])):
                return f"{spelling} is a target, by which nothing is derived: name a weight, such as {self._example}"
            if spelling in (self.share(index) for index in range(self.widths[-1])):
                return f"{spelling} is a share of the loss {self.loss}: name by what it is derived, such as {self._example}"
        return ""

    @property
    def _example(self) -> str:
        return self.weight(0, 0, 0)

    def of_layer(self, name: str) -> list[Parameter]:
        """All the weights of a layer for `W1`, all its biases for `b1`; none for any other name."""
        layer = re.fullmatch(_LAYER, name.strip())
        if layer is None or int(layer[2]) > self.depth:
            return []
        parameters = self.layer_parameters(int(layer[2]) - 1)
        return [parameter for parameter in parameters if parameter.is_weight == (layer[1] == "W")]

    def fixed(self) -> Iterator[str]:
        """The names of everything that is no parameter: inputs, targets, net inputs, activations, the loss, its penalty."""
        yield from (self.input(index) for index in range(self.widths[0]))
        for layer, width in enumerate(self.widths[1:]):
            yield from (self.net_input(layer, unit) for unit in range(width))
            yield from (self.activation(layer, unit) for unit in range(width))
        yield from (self.target(index) for index in range(self.widths[-1]))
        yield from (self.share(index) for index in range(self.widths[-1]))
        yield self.loss
        if self.penalty:
            yield self.penalty
