"""Numbers that leave the finite ones: where that began, and the error that says so."""

from __future__ import annotations

import math
from itertools import chain

import numpy as np

from backprop_cli.errors import DivergedError
from backprop_cli.forward import forward, loss_shares
from backprop_cli.network.network import Network, ParameterRow, Samples
from backprop_cli.update import Step


def require_loss(loss: float, made: int, network: Network, samples: Samples) -> None:
    """Raise where the loss is no finite number any more after `made` updates."""
    if not math.isfinite(loss):
        culprit = find_culprit(network, samples) or f"{network.names.loss} = {loss} over the samples"
        raise DivergedError(made, culprit, _hint(made))


def require_gradients(step: Step, number: int, samples: Samples) -> None:
    """Raise where a gradient is no number although the loss is finite, as where relu hides an overflow from it."""
    if not np.isnan(step.gradients.row).any():
        return
    names, gradients = step.before.names, step.gradients
    bad = next(one for one in names.parameters() if math.isnan(gradients.pick(one)))
    culprit = find_culprit(step.before, samples)
    gradient = f"d{names.loss}/d{names.of(bad)} is {gradients.pick(bad)}"
    raise DivergedError(number, f"{culprit}, and {gradient}" if culprit else gradient, _hint(number), "a gradient")


def overflow(parameters: ParameterRow, velocity: ParameterRow | None, made: int) -> DivergedError:
    """The error of parameters, or else of their velocities, that are not all finite after `made` updates."""
    names = parameters.names
    values = ((names.of(one), parameters.pick(one)) for one in names.parameters())
    moving = (
        () if velocity is None else ((f"the velocity of {names.of(o)}", velocity.pick(o)) for o in names.parameters())
    )
    culprit = next(f"{name} is {value}" for name, value in chain(values, moving) if not math.isfinite(value))
    return DivergedError(made, culprit, _hint(made), "a parameter")


def _hint(made: int) -> str:
    if made:
        return "a smaller learning rate (--learning-rate) usually keeps it finite"
    return "nothing was updated yet: the network's own numbers or its loss do not fit together"


def find_culprit(network: Network, samples: Samples) -> str:
    """The quantity that left the finite numbers first, in the order of the forward pass; nothing where none did."""
    names, trace = network.names, forward(network, samples.inputs)
    for layer in range(names.depth):
        for kind, values in (("z", trace.net_inputs[layer]), ("a", trace.activations[layer + 1])):
            bad = np.argwhere(~np.isfinite(values))
            if len(bad):
                sample, unit = (int(index) for index in bad[0])
                name = names.net_input(layer, unit) if kind == "z" else names.activation(layer, unit)
                return f"{name} (unit {unit + 1} of layer {layer + 1}) is {values[sample, unit]}, sample {sample + 1}"
    bad = np.argwhere(~np.isfinite(loss_shares(network, trace, samples.targets)))
    if len(bad):
        sample, unit = (int(index) for index in bad[0])
        output = trace.outputs[sample, unit]
        return f"{network.loss.name} of {names.output(unit)} = {output:.6g} is not finite, sample {sample + 1}"
    penalty = network.penalty_value
    return "" if math.isfinite(penalty) else f"the penalty {names.penalty} is {penalty}"
