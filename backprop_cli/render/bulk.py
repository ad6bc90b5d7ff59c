"""The CSV of many partials, a unit's row of weights at a time: the same bytes as `records.partial_row`, without the records.

Nearly all partials of a large network are the two of each weight, ∂z/∂w and ∂E/∂w, and ∂z/∂a of the connection it makes.
Their text is filled in straight from the arrays; everything else comes from records as ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from backprop_cli.partials import Derivation
from backprop_cli.render.phrases import LONGEST_SUM
from backprop_cli.render.records import partial_row

Rows = Iterator[Sequence[str] | str]
"""Rows as cells, or several finished lines as one text."""


def partial_rows(derivation: Derivation) -> Rows:
    """All partials of one sample as rows of CSV, from the output back."""
    if not _is_plain(derivation):
        for _, partials in derivation.layers():
            yield from map(partial_row, partials)
        return
    for layer in reversed(range(derivation.names.depth)):
        yield from _layer(derivation, layer)


def _is_plain(derivation: Derivation) -> bool:
    """Whether no name needs quotes in CSV and every value is a number."""
    names = derivation.names
    given = (*names.fixed(), *names.given_weights.values(), *names.given_biases.values())
    arrays = (*derivation.activations, *derivation.deltas, *derivation.upstream)
    needs_no_quotes = not any(set(name) & set(',"\r\n') for name in given)
    return needs_no_quotes and not any(np.isnan(array).any() for array in arrays)


def _layer(derivation: Derivation, layer: int) -> Rows:
    """In the order of `Derivation.layer`."""
    names, units = derivation.names, range(derivation.names.widths[layer + 1])
    is_last = layer == names.depth - 1
    is_elementwise = derivation.network.layers[layer].activation.is_elementwise
    if is_last:
        yield from (partial_row(derivation.loss_by_output(unit)) for unit in units)
    for unit in units:
        yield from (partial_row(derivation.slope(layer, i, unit)) for i in ([unit] if is_elementwise else units))
    if is_last or not is_elementwise:
        yield from (partial_row(derivation.delta(layer, unit)) for unit in units)
    else:
        yield from (_hidden_delta(derivation, layer, unit) for unit in units)
    yield from (_weights(derivation, layer, unit) for unit in units)
    yield from _biases(derivation, layer)
    yield from (_source(derivation, layer, source) for source in range(names.widths[layer]))


def _hidden_delta(derivation: Derivation, layer: int, unit: int) -> str:
    """∂E/∂z = ∂E/∂a · ∂a/∂z."""
    names, loss = derivation.names, derivation.loss
    z, a = names.net_input(layer, unit), names.activation(layer, unit)
    upstream, slope = float(derivation.upstream[layer + 1][unit]), derivation.slope(layer, unit, unit).value
    value = float(derivation.deltas[layer][unit])
    return f"d{loss}/d{z},{loss},{z},d{loss}/d{a} * d{a}/d{z},{_factor(repr(upstream))} * {_factor(repr(slope))},{value!r}\n"


def _weights(derivation: Derivation, layer: int, unit: int) -> str:
    """∂z/∂w and ∂E/∂w of all the weights into one unit."""
    names, loss = derivation.names, derivation.loss
    z, delta = names.net_input(layer, unit), _factor(repr(float(derivation.deltas[layer][unit])))
    sources = [names.source(layer, source) for source in range(names.widths[layer])]
    values = [repr(value) for value in derivation.activations[layer].tolist()]
    gradients = derivation.gradients.weights[layer][unit].tolist()
    return "".join(
        f"d{z}/d{weight},{z},{weight},{source},{value},{value}\n"
        f"d{loss}/d{weight},{loss},{weight},d{loss}/d{z} * d{z}/d{weight},{delta} * {_factor(value)},{gradient!r}\n"
        for weight, source, value, gradient in zip(
            names.weight_row(layer, unit), sources, values, gradients, strict=True
        )
    )


def _biases(derivation: Derivation, layer: int) -> Rows:
    for parameter in derivation.names.layer_biases(layer):
        gradient = derivation.gradient(parameter)
        yield from (partial_row(term[1]) for term in gradient.terms)
        yield partial_row(gradient)


def _source(derivation: Derivation, layer: int, source: int) -> str:
    """∂z/∂a of one source by every unit that it feeds, and ∂E/∂a."""
    names, loss, a = derivation.names, derivation.loss, derivation.names.source(layer, source)
    weights = [repr(value) for value in derivation.network.layers[layer].weights[:, source].tolist()]
    units = range(len(weights))
    net_inputs = [names.net_input(layer, unit) for unit in units]
    lines = [
        f"d{z}/d{a},{z},{a},{names.weight(layer, unit, source)},{weight},{weight}\n"
        for unit, (z, weight) in enumerate(zip(net_inputs, weights, strict=True))
    ]
    shown = list(units) if len(units) <= LONGEST_SUM else [*units[:3], units[-1]]
    symbols = [f"d{loss}/d{net_inputs[unit]} * d{net_inputs[unit]}/d{a}" for unit in shown]
    numbers = [f"{_factor(repr(float(derivation.deltas[layer][unit])))} * {_factor(weights[unit])}" for unit in shown]
    if len(units) > LONGEST_SUM:
        symbols.insert(3, "...")
        numbers.insert(3, "...")
    value = float(derivation.upstream[layer][source])
    lines.append(f"d{loss}/d{a},{loss},{a},{' + '.join(symbols)},{' + '.join(numbers)},{value!r}\n")
    return "".join(lines)


def _factor(number: str) -> str:
    """A number as a factor of a product: in parentheses where it is negative."""
    return f"({number})" if number.startswith("-") else number
