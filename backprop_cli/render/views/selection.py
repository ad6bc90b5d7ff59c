"""What of a run is shown: which sections, which layer, every link or one line for each quantity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from backprop_cli.derivation.partials import Derivation, Partial, closure
from backprop_cli.network.names import Names, Parameter

Section = Literal["forward", "gradients", "update", "loss", "predictions"]

Shown = Sequence[tuple[int, Derivation]]
"""The samples whose derivations are shown, by number from 1."""


class Selection(NamedTuple):
    """`sections` and `parameters` that are empty stand for all; `layer` counts from 0, None is every layer.

    `is_brief` leaves out the numbers put in, and the links that are but a name.
    """

    sections: frozenset[Section] = frozenset()
    layer: int | None = None
    parameters: tuple[Parameter, ...] = ()
    is_brief: bool = False

    def has(self, section: Section) -> bool:
        """Whether a section is shown."""
        return not self.sections or section in self.sections

    def layers(self, names: Names) -> Sequence[int]:
        """The layers that are shown, the first one first."""
        return range(names.depth) if self.layer is None else [self.layer]

    def of(self, names: Names) -> Sequence[Parameter]:
        """The parameters that are shown."""
        if self.parameters:
            return self.parameters
        return [parameter for layer in self.layers(names) for parameter in names.layer_parameters(layer)]

    def partials(self, derivation: Derivation) -> Iterator[tuple[int, int, Iterator[Partial]]]:
        """Layer by layer from the output back: its index, how many partials of it are shown, and these."""
        for layer in reversed(self.layers(derivation.names)):
            yield layer, derivation.count(layer), derivation.layer(layer)

    def links(self, derivation: Derivation) -> Iterator[Partial]:
        """The gradients that are shown and all that they are made of, each once and after its own factors."""
        if not self.parameters:
            inputs = {derivation.names.input(index) for index in range(derivation.names.widths[0])}
            yield from (link for _, _, links in self.partials(derivation) for link in links if link.wrt not in inputs)
            return
        seen: set[str] = set()
        for parameter in self.parameters:
            for link in closure(derivation.gradient(parameter)):
                if link.name not in seen:
                    seen.add(link.name)
                    yield link


ALL = Selection()
"""Everything."""
