"""Phrases that several views share: a partial's chain in symbols and in numbers, a network in a line."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from backprop_cli.derivation.partials import Partial
from backprop_cli.derivation.quantities import Quantity
from backprop_cli.network.network import Network
from backprop_cli.render.formats.notation import Notation
from backprop_cli.training.train import Run

LONGEST_SUM = 6
"""Up to how many terms a sum is written in full; of a longer one the first three and the last are."""


def shortened_sum(terms: Sequence[str], notation: Notation) -> str:
    """A sum, with its middle left out where it is long."""
    if len(terms) > LONGEST_SUM:
        terms = [*terms[:3], notation.symbol("ellipsis"), terms[-1]]
    return notation.sum(terms)


def chain_in_symbols(partial: Partial, notation: Notation) -> str:
    """The rule, or the sum of products, in names; with the closed form where there is one."""
    if partial.rule is not None:
        return notation.rule(partial.rule)
    terms = _spread(partial.terms)
    products = [notation.product([notation.partial(factor.of, factor.wrt) for factor in term]) for term in terms]
    chain = shortened_sum(products, notation)
    return notation.equal([chain, notation.rule(partial.collapsed)]) if partial.collapsed else chain


def chain_in_numbers(partial: Partial, notation: Notation) -> str:
    """The same with numbers put in; empty where there is no value."""
    if math.isnan(partial.value):
        return ""
    if partial.rule is not None:
        return notation.numbers(partial.rule)
    products = [
        notation.product([notation.quantity(factor.name, factor.value, True) for factor in term])
        for term in _spread(partial.terms)
    ]
    chain = shortened_sum(products, notation)
    return notation.equal([chain, notation.numbers(partial.collapsed)]) if partial.collapsed else chain


LONGEST_PRODUCT = 12
"""A chain of more factors is only written one link deep: it would not fit on any line."""


def whole_chain(partial: Partial, notation: Notation) -> tuple[str, str]:
    """The chain in symbols and in numbers; as long as it has no branches, down to its local derivatives."""
    factors = [partial]
    while len(factors) <= LONGEST_PRODUCT and any(len(factor.terms) == 1 for factor in factors):
        factors = [inner for factor in factors for inner in (factor.terms[0] if len(factor.terms) == 1 else [factor])]
    if len(factors) == 1 or len(factors) > LONGEST_PRODUCT:
        return chain_in_symbols(partial, notation), chain_in_numbers(partial, notation)
    symbols = notation.product([notation.partial(factor.of, factor.wrt) for factor in factors])
    if math.isnan(partial.value):
        return symbols, ""
    return symbols, notation.product([notation.quantity(factor.name, factor.value, True) for factor in factors])


def _spread(terms: Sequence[tuple[Partial, ...]]) -> Sequence[tuple[Partial, ...]]:
    """The terms of a sum that will be shortened, without formatting the hundreds that will not be seen."""
    return [*terms[:LONGEST_SUM], terms[-1]] if len(terms) > LONGEST_SUM + 1 else terms


def quantity_in_symbols(quantity: Quantity, notation: Notation) -> str:
    """A forward quantity's formula in names."""
    if quantity.rule is not None:
        return notation.rule(quantity.rule)
    products = [notation.product([notation.name(name) for name, _ in term]) for term in quantity.terms]
    return shortened_sum(products, notation)


def quantity_in_numbers(quantity: Quantity, notation: Notation) -> str:
    """The same with numbers put in; empty where there is no value."""
    if math.isnan(quantity.value):
        return ""
    if quantity.rule is not None:
        return notation.numbers(quantity.rule)
    products = [
        notation.product([notation.quantity(name, value, True) for name, value in term]) for term in quantity.terms
    ]
    return shortened_sum(products, notation)


def shape_of(network: Network) -> str:
    """`2-2-2`."""
    return "-".join(str(width) for width in network.names.widths)


def functions_of(network: Network) -> str:
    """`sigmoid, softmax`, each named once where all are the same."""
    names = [activation.name for activation in network.activations]
    return names[0] if len(set(names)) == 1 else ", ".join(names)


_SPELLED = {
    "binary_cross_entropy": "binary cross-entropy",
    "cross_entropy": "cross-entropy",
    "kl_divergence": "Kullback–Leibler divergence",
    "log_cosh": "log cosh",
    "huber": "Huber loss",
    "hinge": "hinge loss",
    "output": "the output itself",
}
"""What losses are called whose names are more than their words."""


def loss_in_words(network: Network) -> str:
    """`half squared error`, for `half_squared_error`."""
    return _SPELLED.get(network.loss.name, network.loss.name.replace("_", " "))


def curve_sentence(run: Run) -> str:
    """What the curve of a run in batches shows; nothing where each of its losses is over all samples."""
    count = len(run.setup.samples)
    if run.setup.schedule.batch_limit(count) >= count:
        return ""
    return "The curve shows the loss of each step's batch before the step, and last the loss over all samples."


def batch_sentence(run: Run, samples: Sequence[int]) -> str:
    """Whose gradients a step's are, where they are not those of one shown sample (from 1) alone."""
    numbers = [str(index + 1) for index in run.shown.batch]
    if len(samples) == 1 and run.shown.is_of(samples[0] - 1):
        return ""
    if len(numbers) == 1:
        above = f"; sample {samples[0]} is shown above" if len(samples) == 1 else ""
        return f"Each gradient is that of sample {numbers[0]}, this step's batch{above}."
    which = "" if len(set(numbers)) == len(run.setup.samples) else f": {listed(numbers)}"
    return f"Each gradient is the {run.setup.schedule.reduction} over the {len(numbers)} samples of the batch{which}."


def percent(share: float) -> str:
    """A share in percent with one decimal; nothing is shown as minus zero."""
    return f"{round(100 * share, 1) + 0.0:.1f}"


def counted(count: int, singular: str, plural: str | None = None) -> str:
    """`1 number`, `1,200 numbers`."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def listed(names: Sequence[str], shown: Callable[[str], str] = str, most: int = 12) -> str:
    """`w11, w21, b1`, each as it is `shown`, with the rest of a long list as a number."""
    listing = ", ".join(map(shown, names[:most]))
    return f"{listing}, … ({len(names) - most:,} more)" if len(names) > most else listing
