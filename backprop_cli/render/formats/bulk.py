"""The CSV and JSON of many partials, a unit's row of weights at a time: the same bytes as record by record, without records.

Nearly all partials of a large network are the two of each weight, ∂z/∂w and ∂E/∂w, and ∂z/∂a of the connection it makes.
Their text is filled in straight from the arrays; everything else comes from records as ever.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from backprop_cli.derivation.partials import Derivation, Partial
from backprop_cli.network.names import Parameter
from backprop_cli.render.formats.machine import WrittenJson
from backprop_cli.render.formats.records import partial_record, partial_row
from backprop_cli.render.views.phrases import LONGEST_SUM


class Lines(Protocol):
    """How partials are written in a format; numbers come as texts."""

    special: frozenset[str]
    """Characters that a name cannot have in a text that is simply filled in."""

    def record(self, partial: Partial) -> Any:
        """A partial as its record has it."""

    def local(self, of: str, wrt: str, rule: str, value: str) -> str:
        """∂of/∂wrt, whose rule is one name."""

    def chain(self, of: str, wrt: str, by: Sequence[str], factors: Sequence[tuple[str, str]], value: str) -> str:
        """∂of/∂wrt = Σ ∂of/∂b · ∂b/∂wrt over the `by`, of which each has its two factors."""

    def joined(self, lines: list[str]) -> str:
        """Several lines as one text."""


class CsvLines:
    """Rows of CSV."""

    special = frozenset(',"\r\n')

    def record(self, partial: Partial) -> Any:
        """See `Lines`."""
        return partial_row(partial)

    def local(self, of: str, wrt: str, rule: str, value: str) -> str:
        """See `Lines`."""
        return f"d{of}/d{wrt},{of},{wrt},{rule},{value},{value}\n"

    def chain(self, of: str, wrt: str, by: Sequence[str], factors: Sequence[tuple[str, str]], value: str) -> str:
        """See `Lines`; a long sum is shortened."""
        is_long = len(by) > LONGEST_SUM
        pairs = list(zip(by, factors, strict=True))
        shown = [*pairs[:3], pairs[-1]] if is_long else pairs
        symbols = [f"d{of}/d{name} * d{name}/d{wrt}" for name, _ in shown]
        numbers = [f"{_factor(left)} * {_factor(right)}" for _, (left, right) in shown]
        if is_long:
            symbols.insert(3, "...")
            numbers.insert(3, "...")
        return f"d{of}/d{wrt},{of},{wrt},{' + '.join(symbols)},{' + '.join(numbers)},{value}\n"

    def joined(self, lines: list[str]) -> str:
        """See `Lines`."""
        return "".join(lines)


class JsonLines:
    """Items of a JSON list."""

    special = frozenset('"\\')

    def record(self, partial: Partial) -> Any:
        """See `Lines`."""
        return partial_record(partial)

    def local(self, of: str, wrt: str, rule: str, value: str) -> str:
        """See `Lines`."""
        return f'{{"name": "d{of}/d{wrt}", "of": "{of}", "wrt": "{wrt}", "rule": "{rule}", "value": {value}}}'

    def chain(self, of: str, wrt: str, by: Sequence[str], factors: Sequence[tuple[str, str]], value: str) -> str:
        """See `Lines`."""
        del factors  # JSON names the factors, whose values are elsewhere
        terms = ", ".join([f'["d{of}/d{name}", "d{name}/d{wrt}"]' for name in by])
        return f'{{"name": "d{of}/d{wrt}", "of": "{of}", "wrt": "{wrt}", "terms": [{terms}], "value": {value}}}'

    def joined(self, lines: list[str]) -> str:
        """See `Lines`."""
        return WrittenJson.of(lines)


def partial_rows(derivation: Derivation, lines: Lines) -> Iterator[Any]:
    """All partials of one sample, from the output back: as records, or several finished lines as one text."""
    if not _is_plain(derivation, lines.special):
        for _, partials in derivation.layers():
            yield from map(lines.record, partials)
        return
    for layer in reversed(range(derivation.names.depth)):
        yield from _layer(derivation, layer, lines)


def _is_plain(derivation: Derivation, special: frozenset[str]) -> bool:
    """Whether every name can be filled in as it is, every value is a finite number, and there is no penalty."""
    names = derivation.names
    if derivation.network.penalty:
        return False
    given = (*names.fixed(), *names.given_weights.values(), *names.given_biases.values())
    rows = (*derivation.activations, *derivation.deltas, *derivation.upstream, derivation.gradients.row.tolist())
    return not any(set(name) & special for name in given) and all(math.isfinite(n) for row in rows for n in row)


def _layer(derivation: Derivation, layer: int, lines: Lines) -> Iterator[Any]:
    """In the order of `Derivation.layer`."""
    names, units = derivation.names, range(derivation.names.widths[layer + 1])
    is_last = layer == names.depth - 1
    is_elementwise = derivation.network.activations[layer].is_elementwise
    if is_last:
        yield from (lines.record(derivation.loss_by_output(unit)) for unit in units)
    for unit in units:
        yield from (lines.record(derivation.slope(layer, i, unit)) for i in ([unit] if is_elementwise else units))
    if is_last or not is_elementwise:
        yield from (lines.record(derivation.delta(layer, unit)) for unit in units)
    else:
        yield from (lines.joined([_hidden_delta(derivation, layer, unit, lines)]) for unit in units)
    yield from (lines.joined(_weights(derivation, layer, unit, lines)) for unit in units)
    yield from _biases(derivation, layer, lines)
    yield from (lines.joined(_source(derivation, layer, source, lines)) for source in range(names.widths[layer]))


def _hidden_delta(derivation: Derivation, layer: int, unit: int, lines: Lines) -> str:
    """∂E/∂z = ∂E/∂a · ∂a/∂z."""
    names = derivation.names
    z, a = names.net_input(layer, unit), names.activation(layer, unit)
    upstream, slope = derivation.upstream[layer + 1][unit], derivation.slope(layer, unit, unit).value
    value = derivation.deltas[layer][unit]
    return lines.chain(derivation.loss, z, [a], [(repr(upstream), repr(slope))], repr(value))


def _weights(derivation: Derivation, layer: int, unit: int, lines: Lines) -> list[str]:
    """∂z/∂w and ∂E/∂w of all the weights into one unit."""
    names, loss = derivation.names, derivation.loss
    z, delta = names.net_input(layer, unit), repr(derivation.deltas[layer][unit])
    sources = [names.source(layer, source) for source in range(names.widths[layer])]
    values = [repr(value) for value in derivation.activations[layer]]
    first = names.index(Parameter(layer, unit, 0))
    gradients = derivation.gradients.row[first : first + len(values)].tolist()
    return [
        line
        for weight, source, value, gradient in zip(
            names.weight_row(layer, unit), sources, values, gradients, strict=True
        )
        for line in (
            lines.local(z, weight, source, value),
            lines.chain(loss, weight, (z,), ((delta, value),), repr(gradient)),
        )
    ]


def _biases(derivation: Derivation, layer: int, lines: Lines) -> Iterator[Any]:
    for parameter in derivation.names.layer_biases(layer):
        gradient = derivation.gradient(parameter)
        yield from (lines.record(term[1]) for term in gradient.terms)
        yield lines.record(gradient)


def _source(derivation: Derivation, layer: int, source: int, lines: Lines) -> list[str]:
    """∂z/∂a of one source by every unit that it feeds, and ∂E/∂a."""
    names, a = derivation.names, derivation.names.source(layer, source)
    every = names.weights_at(layer)
    column = derivation.network.parameters.row[every.start + source : every.stop : names.widths[layer]]
    weights = list(map(repr, column.tolist()))
    net_inputs = [names.net_input(layer, unit) for unit in range(len(weights))]
    found = [
        lines.local(z, a, names.weight(layer, unit, source), weight)
        for unit, (z, weight) in enumerate(zip(net_inputs, weights, strict=True))
    ]
    factors = list(zip(map(repr, derivation.deltas[layer]), weights, strict=True))
    value = derivation.upstream[layer][source]
    return [*found, lines.chain(derivation.loss, a, net_inputs, factors, repr(value))]


def _factor(number: str) -> str:
    """A number as a factor of a product: in parentheses where it is negative."""
    return f"({number})" if number.startswith("-") else number
