"""What a mistake is: an entry of the table, and the ways in which it can be made in a given network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import NamedTuple

from backprop_cli.check.method import Change, InLayers, Method
from backprop_cli.formula.texts import Equation
from backprop_cli.functions.activations import Activation
from backprop_cli.functions.numeric import Array
from backprop_cli.network.network import Setup

Line = Equation | str
"""A line of mathematics, or words where there is no mathematics to it."""

Formulas = tuple[Line, Line]
"""The right one and the wrong one."""


def unchanged(method: Method) -> Method:
    """No link replaced."""
    return method


@dataclass(frozen=True)
class Way:
    """One way to make a mistake: what it `change`s in the method, or how many `steps` too many it makes.

    `formulas` stand in place of the table's. `written` is given the computed numbers, and the value of the last digit of
    each, and returns what is written down. `scales` says that all is multiplied by a constant: "size", or "sign" where that
    is −1. One that `rounds_samples` rounds each sample's gradients by themselves.
    """

    change: Change = unchanged
    detail: str = ""
    formulas: Formulas | None = None
    steps: int = 0
    written: Callable[[Array, Array], Array] | None = None
    scales: str = ""
    rounds_samples: bool = False


Ways = Callable[[Setup], Iterable[Way]]
"""The ways to make a mistake in a setup, the likeliest first; none where it makes no difference."""


@dataclass(frozen=True)
class Mistake:
    """An entry of the table; `sentence` goes on from "this is what you get if".

    One that is `rare` is looked for `alone`, together with no other but a lost sign.
    """

    id: str
    sentence: str
    right: Line
    wrong: Line
    ways: Ways
    alone: bool = False


rare = partial(Mistake, alone=True)
"""An entry for a mistake that is rare."""


class Made(NamedTuple):
    """A mistake made in one way; it has so many `rivals`, the ways in which it can be made."""

    mistake: Mistake
    way: Way
    rivals: int = 1

    @property
    def id(self) -> str:
        """The mistake's."""
        return self.mistake.id

    @property
    def sentence(self) -> str:
        """The mistake's, with the detail of the way."""
        return self.mistake.sentence + (f" ({self.way.detail})" if self.way.detail else "")

    @property
    def formulas(self) -> Formulas:
        """The right formula and the wrong one."""
        return self.way.formulas or (self.mistake.right, self.mistake.wrong)


# ── when and where a mistake can be made ──────────────────────────────────────────────────────────────────────────────

Layers = Callable[[Setup], Sequence[int]]
"""Some layers of a network (from 0)."""


def always(*ways: Way) -> Ways:
    """Ways to make a mistake in every network."""
    return lambda setup: ways


def where(applies: Callable[[Setup], bool], *ways: Way) -> Ways:
    """Some ways in the setups to which they apply."""
    return lambda setup: ways if applies(setup) else ()


def in_all(layers: Layers, change: InLayers) -> Ways:
    """A change in all of some layers, if there are any."""
    return lambda setup: [Way(change(chosen)) for chosen in [layers(setup)] if chosen]


def in_layers(
    layers: Layers,
    change: InLayers,
    detail: str = "",
    formulas: Formulas | Callable[[Activation], Formulas] | None = None,
    preposition: str = "in",
) -> Ways:
    """A change in all of some layers, then in the output layer alone and in the hidden layers alone, where that is less.

    The `formulas` may depend on the first such layer's activation function.
    """

    def ways(setup: Setup) -> Iterator[Way]:
        for chosen, place in parts(setup, layers(setup), preposition):
            shown = formulas(setup.network.activations[chosen[0]]) if callable(formulas) else formulas
            yield Way(change(chosen), ", ".join(filter(None, (place, detail))), shown)

    return ways


def parts(setup: Setup, layers: Iterable[int], preposition: str = "in") -> Iterator[tuple[tuple[int, ...], str]]:
    """All of some layers, the output layer alone, and the hidden layers alone, where that is less; and how to say it."""
    last = setup.network.names.depth - 1
    chosen = tuple(layers)
    hidden = tuple(layer for layer in chosen if layer != last)
    if chosen:
        yield chosen, ""
    if hidden and len(hidden) < len(chosen):
        yield (last,), f"{preposition} the output layer"
        yield hidden, f"{preposition} the hidden layers"


def either(*alternatives: Ways) -> Ways:
    """The ways of each, one after the other."""
    return lambda setup: (way for ways in alternatives for way in ways(setup))


def pairs_of(count: int, most: int) -> Iterator[tuple[int, int]]:
    """Two of so many things, neighbours first; no more than `most` pairs."""
    return islice(((first, first + gap) for gap in range(1, count) for first in range(count - gap)), most)


def every_layer(setup: Setup) -> range:
    """All layers."""
    return range(setup.network.names.depth)


def hidden_layers(setup: Setup) -> range:
    """All layers but the last."""
    return range(setup.network.names.depth - 1)


def upper_layers(setup: Setup) -> range:
    """All layers but the first: what feeds them are hidden units."""
    return range(1, setup.network.names.depth)


def last_of(layers: Layers) -> Layers:
    """Of some layers the output's."""
    return lambda setup: [layer for layer in layers(setup) if layer == setup.network.names.depth - 1]


def hidden_of(layers: Layers) -> Layers:
    """Of some layers the hidden ones."""
    return lambda setup: [layer for layer in layers(setup) if layer != setup.network.names.depth - 1]


def layers_of(applies: Callable[[Activation], bool]) -> Layers:
    """The layers with such an activation function."""
    return lambda setup: [i for i, activation in enumerate(setup.network.activations) if applies(activation)]


def other_than(*names: str) -> Layers:
    """The layers with an activation function of another name; softmax has no place among them."""
    return layers_of(lambda activation: activation.is_elementwise and activation.name not in names)


def is_curved(activation: Activation) -> bool:
    """Whether its derivative is not 1 everywhere."""
    return activation.name != "linear"


def has_hidden_layer(setup: Setup) -> bool:
    """Whether there is a layer below the output's."""
    return setup.network.names.depth > 1


def has_biases(setup: Setup) -> bool:
    """Whether any layer has a bias."""
    return any(kind != "none" for kind in setup.network.names.biases)


def has_several_samples(setup: Setup) -> bool:
    """Whether a step may join several samples."""
    return setup.schedule.batch_limit(len(setup.samples)) > 1
