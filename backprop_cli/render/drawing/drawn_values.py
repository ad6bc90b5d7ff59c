"""What drawings show: a sample's numbers by name, and names cut to their room."""

from __future__ import annotations

from rich.cells import cell_len

from backprop_cli.derivation.partials import Derivation

LEAST_WITH_TAIL = 8
"""In so many columns a name that is cut keeps its end too."""


def shown_values(derivation: Derivation) -> dict[str, float]:
    """Inputs, targets, parameters and forward values of one sample; `Σt` is the sum of the targets."""
    names, network = derivation.names, derivation.network
    values = {names.input(index): float(x) for index, x in enumerate(derivation.activations[0])}
    if network.loss.needs_targets:
        values |= {names.target(index): float(t) for index, t in enumerate(derivation.targets)}
        values["Σt"] = derivation.target_sum
    values |= {names.of(parameter): network.value_of(parameter) for parameter in names.parameters()}
    return values | derivation.forward_values()


def sample_values(derivation: Derivation) -> dict[str, float]:
    """Everything of one sample: what `shown_values` has, and every partial."""
    values = shown_values(derivation)
    values |= {partial.name: partial.value for _, partials in derivation.layers() for partial in partials}
    return values


def shortened(text: str, most: int) -> str:
    """The text, or its beginning and its end, which names often differ in, with an ellipsis between, in `most` columns."""
    if cell_len(text) <= most:
        return text
    tail = text[-2:] if most >= LEAST_WITH_TAIL else ""
    kept = len(text)
    while cell_len(text[:kept]) + cell_len(tail) >= most:
        kept -= 1
    return f"{text[:kept]}…{tail}"
