"""The ways to make each mistake in a given network: none where it makes no difference, the most likely first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np

from backprop_cli.check import alterations as alter
from backprop_cli.check import formulas
from backprop_cli.check.formulas import Formulas
from backprop_cli.check.method import Change, Method
from backprop_cli.check.rounding import Carried, cut_off, half_even, half_up, rounded
from backprop_cli.functions.activations import ACTIVATIONS, Activation
from backprop_cli.functions.numeric import Array
from backprop_cli.network.network import Setup


def _nothing(method: Method) -> Method:
    return method


def _rounded_to_given(numbers: Array, units: Array) -> Array:
    """The numbers themselves, which are compared to the digits given."""
    del units
    return numbers


@dataclass(frozen=True)
class Variant:
    """One way to make a mistake: what it changes in the method, or how many `steps` it makes too many.

    `written` is what is written down of the computed numbers, given the value of the last digit of each. `formulas` are the
    right one and the wrong one where the network has others than the table's. One that `rounds_samples` looks at every
    sample's gradients, which takes longer.
    """

    change: Change = _nothing
    detail: str = ""
    steps: int = 0
    written: Callable[[Array, Array], Array] = _rounded_to_given
    formulas: Formulas | None = None
    rounds_samples: bool = False


Variants = Callable[[Setup], Iterable[Variant]]
"""The ways to make a mistake in a setup."""


def always(change: Change) -> Variants:
    """A mistake that can be made in every network, in one way."""
    return lambda setup: (Variant(change),)


def other_step(steps: int) -> Variants:
    """So many steps too many."""
    return lambda setup: (Variant(steps=steps),)


# ── the loss and its derivative ───────────────────────────────────────────────────────────────────────────────────────


def _scaled(factor: float, shown: Formulas | None = None) -> Iterator[Variant]:
    """The derivatives of E multiplied, or E as well, or E alone."""
    gradients, loss = alter.scaled_gradients(factor), alter.scaled_loss(factor)
    yield Variant(gradients, "in the gradients", formulas=shown)
    yield Variant(alter.both(gradients, loss), "in the loss and in the gradients", formulas=shown)
    yield Variant(loss, "in the loss", formulas=shown)


def error_sign(setup: Setup) -> Iterator[Variant]:
    """∂E/∂o negated."""
    yield Variant(alter.scaled_gradients(-1.0), formulas=formulas.negated(setup.network.loss))


def squares(factor: float) -> Variants:
    """A factor of 2 or ½ gained where a square is differentiated."""

    def variants(setup: Setup) -> Iterable[Variant]:
        if setup.network.loss.name not in formulas.SQUARES:
            return ()
        right, doubled, halved = formulas.SQUARES[setup.network.loss.name]
        return _scaled(factor, (right, doubled if factor > 1.0 else halved))

    return variants


def over_outputs(is_mean: bool) -> Variants:
    """The mean of the outputs' losses for their sum, or the sum for the mean."""

    def variants(setup: Setup) -> Iterable[Variant]:
        outputs = setup.network.layers[-1].units
        if outputs == 1 or setup.network.loss.is_mean is is_mean:
            return ()
        return _scaled(1.0 / outputs if is_mean else float(outputs))

    return variants


def logarithm(factor: float) -> Variants:
    """The factor of another logarithm in a loss that has one."""
    return lambda setup: _scaled(factor) if setup.network.loss.log_weights else ()


def over_samples(reduction: str) -> Variants:
    """The samples joined by their mean, or their sum, where the file says the other."""

    def variants(setup: Setup) -> Iterator[Variant]:
        if setup.schedule.reduction == reduction or len(setup.samples) == 1:
            return
        gradients, loss = alter.reduced_gradients(reduction), alter.reduced_loss(reduction)
        yield Variant(alter.both(gradients, loss), "in the loss and in the gradients")
        yield Variant(gradients, "in the gradients")
        yield Variant(loss, "in the loss")

    return variants


def _parts(setup: Setup, layers: Iterable[int]) -> Iterator[tuple[tuple[int, ...], str]]:
    """Of some layers all, then the output layer alone and the hidden layers alone, where that is less."""
    last = setup.network.names.depth - 1
    chosen = tuple(layers)
    hidden = tuple(layer for layer in chosen if layer != last)
    if chosen:
        yield chosen, ""
    if hidden and len(hidden) < len(chosen):
        yield (last,), "in the output layer"
        yield hidden, "in the hidden layers"


def _layers(setup: Setup, applies: Callable[[Activation], bool]) -> list[int]:
    return [index for index, layer in enumerate(setup.network.layers) if applies(layer.activation)]


def _one(activation: Activation, z: Array, a: Array) -> Array:
    del activation, a
    return np.ones_like(z)


def slope_missing(of_output: bool, of_hidden: bool) -> Variants:
    """∂a/∂z taken as 1 in every layer, or in some."""

    def variants(setup: Setup) -> Iterator[Variant]:
        last = setup.network.names.depth - 1
        layers = _layers(setup, lambda activation: activation.name != "linear")
        chosen = [layer for layer in layers if (of_output if layer == last else of_hidden)]
        if chosen:
            yield Variant(alter.sloped(chosen, _one))

    return variants


def slope_at_net_input(setup: Setup) -> Iterator[Variant]:
    """The slope's formula in a filled with z."""

    def slope(activation: Activation, z: Array, a: Array) -> Array:
        del a
        assert activation.slope_in_a_of is not None, activation.name
        return activation.slope_in_a_of(z)

    layers = _layers(setup, lambda activation: activation.slope_in_a_of is not None and activation.name != "linear")
    for chosen, where in _parts(setup, layers):
        activations = [setup.network.layers[layer].activation for layer in chosen]
        yield Variant(alter.sloped(chosen, slope), where, formulas=formulas.at_net_input(activations))


def slope_of_other(setup: Setup) -> Iterator[Variant]:
    """The derivative of every other elementwise function, filled with a where it has a formula in a, and at z.

    Where a network has two functions each may also have been given the other's.
    """
    for is_of_a in (True, False):
        for name in ACTIVATIONS:
            other = ACTIVATIONS[name]
            if not other.is_elementwise or name == "linear" or (is_of_a and other.slope_in_a_of is None):
                continue
            layers = _layers(setup, _is_elementwise_but(name))
            for chosen, where in _parts(setup, layers):
                detail = f"that of {name}, filled with {'a' if is_of_a else 'z'}"
                yield Variant(alter.sloped(chosen, _slope_of(other, is_of_a)), f"{where}, {detail}".removeprefix(", "))
    yield from _swapped(setup)


def _is_elementwise_but(name: str) -> Callable[[Activation], bool]:
    return lambda activation: activation.is_elementwise and activation.name != name


def _slope_of(other: Activation, is_of_a: bool) -> alter.Slope:
    def slope(own: Activation, z: Array, a: Array) -> Array:
        del own
        if is_of_a:
            assert other.slope_in_a_of is not None, other.name
            return other.slope_in_a_of(a)
        return other.slope(z, other.value(z))

    return slope


def _swapped(setup: Setup) -> Iterator[Variant]:
    layers = _layers(setup, lambda activation: activation.is_elementwise)
    two = {layer.activation.name: layer.activation for layer in setup.network.layers if layer.activation.is_elementwise}
    if len(two) != 2:
        return
    first, second = two.values()
    other = {first.name: second, second.name: first}
    for is_of_a in (True, False):
        if not is_of_a or all(activation.slope_in_a_of is not None for activation in two.values()):
            slopes = {name: _slope_of(activation, is_of_a) for name, activation in other.items()}
            detail = f"those of {first.name} and {second.name} swapped, filled with {'a' if is_of_a else 'z'}"
            yield Variant(alter.sloped(layers, _by_name(slopes)), detail)


def _by_name(slopes: dict[str, alter.Slope]) -> alter.Slope:
    return lambda activation, z, a: slopes[activation.name](activation, z, a)


def softmax_elementwise(setup: Setup) -> Iterator[Variant]:
    """The diagonal of the Jacobian alone."""
    layers = _layers(setup, lambda activation: not activation.is_elementwise)
    if layers:
        yield Variant(alter.sloped(layers, lambda activation, z, a: a * (1.0 - a)))


def input_factor(factor: Callable[..., Array]) -> Variants:
    """∂z/∂w taken as something else."""

    def variants(setup: Setup) -> Iterator[Variant]:
        for layers, where in _parts(setup, range(setup.network.names.depth)):
            yield Variant(alter.factored(layers, factor), where)

    return variants


def input_factor_network_input(setup: Setup) -> Iterator[Variant]:
    """∂z/∂w taken as x above the first layer."""
    depth = setup.network.names.depth
    if depth > 1:
        yield Variant(alter.factored(range(1, depth), alter.network_input))


def first_output(setup: Setup) -> Iterator[Variant]:
    """Where a layer above a hidden one has several units: in all such layers, in the output layer, in the others."""
    layers = [layer for layer in range(1, setup.network.names.depth) if setup.network.layers[layer].units > 1]
    for chosen, where in _parts(setup, layers):
        yield Variant(alter.first_successor(chosen), where.replace("in the", "from the"))


def transposed(setup: Setup) -> Iterator[Variant]:
    """W for Wᵀ where some W is square."""
    if any(rows == columns > 1 for rows, columns in pairwise(setup.network.names.widths[1:])):
        yield Variant(alter.transposed)


def shared_bias(setup: Setup) -> Iterator[Variant]:
    """The mean of the units' gradients, or one of them."""
    names = setup.network.names
    widths = [width for width, kind in zip(names.widths[1:], names.biases, strict=True) if kind == "shared"]
    most = max(widths, default=1)
    if most == 1:
        return
    yield Variant(alter.shared_bias(np.mean), "the mean of its units'")
    for unit in range(min(most, 8)):
        yield Variant(alter.shared_bias(_of_unit(unit)), f"that of unit {unit + 1}")


def _of_unit(unit: int) -> Callable[[Array], Array]:
    return lambda deltas: deltas[min(unit, len(deltas) - 1)]


def biases(is_frozen: bool, change: Change) -> Variants:
    """A change that matters only where some bias is frozen, or some is not."""

    def variants(setup: Setup) -> Iterator[Variant]:
        names = setup.network.names
        every = [bias for layer in range(names.depth) for bias in names.layer_biases(layer)]
        if any(setup.is_frozen(bias) is is_frozen for bias in every):
            yield Variant(change)

    return variants


def already_updated(setup: Setup) -> Iterator[Variant]:
    """The weights of this step's update in its own backward pass."""
    if setup.network.names.depth > 1:
        yield Variant(alter.already_updated)


def rounded_intermediates(setup: Setup) -> Iterator[Variant]:
    """4, 3 or 2 decimals carried, as far as to the results or through them."""
    for rounding, decimals, results, slopes in product((half_up, half_even), (4, 3, 2), _results(setup), (True, False)):
        last, carried = results
        middle = "" if slopes else ", slopes in full"
        change = rounded(rounding(decimals), carried._replace(slopes=slopes))
        detail = f"{decimals} decimals carried, {last}{middle}"
        yield Variant(change, detail, rounds_samples=carried.sample_gradients)


def _results(setup: Setup) -> tuple[tuple[str, Carried], ...]:
    """What becomes of gradients and new parameters; of several samples each one's may be rounded, or what joins them."""
    full, single = Carried(), Carried(sample_gradients=True, new_parameters=True)
    if len(setup.samples) == 1:
        return ("results in full", full), ("results too", single)
    whole, both = single._replace(sample_gradients=False, gradients=True), single._replace(gradients=True)
    reduction = setup.schedule.reduction
    return (
        ("results in full", full),
        (f"results too, the {reduction} alone", whole),
        (f"results too, each sample's and the {reduction}", both),
        ("results too, each sample's", single),
    )


def digits_cut_off(setup: Setup) -> Iterator[Variant]:
    """The last digit as it is, whatever follows it."""
    del setup
    yield Variant(written=cut_off)
