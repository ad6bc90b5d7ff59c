"""The network and its training as a NumPy script: forward pass, backward pass and update, written out for this network."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_cli.bridges.array_code import factor, leading, loss_code, of_arrays
from backprop_cli.bridges.script import (
    Arrays,
    Script,
    batch_lines,
    frozen_arrays,
    parameter_arrays,
    script_of,
    takes_all,
)
from backprop_cli.functions.collapse import Collapse
from backprop_cli.network.network import Setup

HELPERS = {
    "sigmoid(": "def sigmoid(z):\n    return 1 / (1 + np.exp(-z))",
    "softplus(": "def softplus(z):\n    return np.logaddexp(0, z)",
    "softmax(": (
        "def softmax(z):\n    e = np.exp(z - z.max(axis=1, keepdims=True))\n    return e / e.sum(axis=1, keepdims=True)"
    ),
    "erfc(": "erfc = np.vectorize(math.erfc)",
}
"""What NumPy does not have, by how it is called."""


def numpy_script(setup: Setup) -> Script:
    """A script that a student can follow line by line; its last line of output is `loss` and the loss after the steps."""
    arrays = Arrays(setup, "np.array({})", 'arrays["{}"]')
    data = list(_data(setup, arrays))
    passes = [*_forward(setup), *_loss(setup), *_training(setup), *_end(setup)]
    needed = [("", "", *helper.splitlines()) for call, helper in HELPERS.items() if call in "\n".join(passes)]
    what = "Forward pass, backward pass and update of this network, written out in NumPy."
    body = [*arrays.loaded(), *data, *(line for helper in needed for line in helper), *passes]
    return script_of(setup, what, "python FILE", ["import numpy as np"], body, arrays)


def _data(setup: Setup, arrays: Arrays) -> Iterator[str]:
    schedule = setup.schedule
    yield f"x = {arrays.of('x', setup.samples.inputs)}  # a row for each sample"
    if setup.network.loss.needs_targets:
        yield f"t = {arrays.of('t', setup.samples.targets)}"
    for index, weights, biases in parameter_arrays(setup.network.parameters):
        yield f"W{index} = {arrays.of(f'W{index}', weights)}" + ("  # a row for each unit" if index == 1 else "")
        if biases is not None:
            shared = "  # shared by the units" if biases.size == 1 < weights.shape[0] else ""
            yield f"b{index} = {arrays.of(f'b{index}', biases)}{shared}"
    if schedule.momentum:
        velocity = setup.velocity
        for name in _parameters(setup):
            start = "None"
            if velocity is not None:
                array = (velocity.weights if name[0] == "W" else velocity.biases)[int(name[1:]) - 1]
                assert array is not None
                start = arrays.of(f"v{name}", array)
            yield f"v{name} = {start}"
    yield f"eta = {schedule.learning_rate!r}  # the learning rate"


def _parameters(setup: Setup) -> list[str]:
    """Their names: `W1`, `b1`, `W2`, and so on."""
    found = []
    for index, kind in enumerate(setup.network.names.biases, start=1):
        found += [f"W{index}"] + ([] if kind == "none" else [f"b{index}"])
    return found


def _value(setup: Setup, layer: int) -> str:
    """The name of a layer's activations; of layer -1 the inputs'."""
    if layer < 0:
        return "x"
    return "o" if layer == setup.network.names.depth - 1 else f"a{layer + 1}"


# ── forward ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _forward(setup: Setup) -> Iterator[str]:
    names = setup.network.names
    yield from ("", "", "def forward(x):")
    for layer, activation in enumerate(setup.network.activations):
        z, bias = f"z{layer + 1}", "" if names.biases[layer] == "none" else f" + b{layer + 1}"
        yield f"    {z} = {_value(setup, layer - 1)} @ W{layer + 1}.T{bias}"
        if activation.is_elementwise:
            value = of_arrays("np", activation.definition, {"z": z}, activation.setting_values()).text
        else:
            value = f"softmax({z})"
        yield f"    {_value(setup, layer)} = {value}"
    yield f"    return {', '.join(_traced(setup))}"


def _traced(setup: Setup) -> list[str]:
    return [name for layer in range(setup.network.names.depth) for name in (f"z{layer + 1}", _value(setup, layer))]


def _loss(setup: Setup) -> Iterator[str]:
    network = setup.network
    yield from ("", "", f"def loss({'t, ' if network.loss.needs_targets else ''}o):")
    shares = loss_code("np", network.loss, "t", "o")
    total = f"({shares}).sum(axis=1).{'mean' if setup.schedule.reduction == 'mean' else 'sum'}()"
    terms = [term for name in _parameters(setup) for term in _penalty_terms(setup, name)]
    if terms:
        divisor = f" / {network.penalty.divisor}" if network.penalty.divisor > 1 else ""
        yield f"    penalty = ({' + '.join(terms)}){divisor}"
    yield f"    return {total}" + (" + penalty" if terms else "")


def _penalty_terms(setup: Setup, name: str) -> list[str]:
    l2, l1 = _penalties(setup, name)
    terms = [f"{l2!r} / 2 * ({name}**2).sum()"] if l2 else []
    return terms + ([f"{l1!r} * np.abs({name}).sum()"] if l1 else [])


def _penalties(setup: Setup, name: str) -> tuple[float, float]:
    penalty = setup.network.penalty
    kind = "weights" if name[0] == "W" else "biases"
    return getattr(penalty.l2, kind), getattr(penalty.l1, kind)


# ── backward and update ───────────────────────────────────────────────────────────────────────────────────────────────


def _training(setup: Setup) -> Iterator[str]:
    first, last = setup.updates, setup.updates + setup.schedule.steps
    steps = f"range({first}, {last})" if first else f"range({last})"
    yield from ("", "", f"for step in {steps}:")
    x, t = ("x", "t") if takes_all(setup) else ("xs", "ts")
    if not takes_all(setup):
        yield from (f"    {line}" for line in [*batch_lines(setup), "xs = x[batch]"])
        if setup.network.loss.needs_targets:
            yield "    ts = t[batch]"
    yield f"    {', '.join(_traced(setup))} = forward({x})"
    yield "    # backward: delta is ∂E/∂z of each sample"
    for layer in reversed(range(setup.network.names.depth)):
        yield from _layer_backward(setup, layer, x, t)
    yield "    # update"
    for name in _parameters(setup):
        yield from _update(setup, name)


def _layer_backward(setup: Setup, layer: int, x: str, t: str) -> Iterator[str]:
    network = setup.network
    activation, a = network.activations[layer], _value(setup, layer)
    names = {"z": f"z{layer + 1}", "a": a}
    if layer == network.names.depth - 1 and network.collapse is not None and network.collapse.formula is not None:
        is_one_hot = activation.name == "softmax" and bool((setup.samples.targets.sum(axis=1) == 1.0).all())
        yield f"    delta{layer + 1} = {_collapsed(network.collapse, t, is_one_hot)}"
    else:
        if layer == network.names.depth - 1:
            given = {"t": t, "o": "o", "n": "o.shape[1]"}
            slope_of_loss = of_arrays("np", network.loss.slope_formula, given, network.loss.setting_values())
            upstream = leading(slope_of_loss) if slope_of_loss.text != "1" else "np.ones_like(o)"
        else:
            upstream = f"delta{layer + 2} @ W{layer + 2}"
        if activation.is_elementwise:
            slope = of_arrays("np", activation.slope_formula, names, activation.setting_values())
            times = "" if slope.text == "1" else f" * {factor(slope)}"
            yield f"    delta{layer + 1} = {upstream}{times}"
        else:
            yield f"    g = {upstream}"
            yield f"    delta{layer + 1} = {a} * (g - (g * {a}).sum(axis=1, keepdims=True))"
    source = x if layer == 0 else _value(setup, layer - 1)
    mean = f" / len({x})" if setup.schedule.reduction == "mean" else ""
    delta = f"delta{layer + 1}"
    yield f"    dW{layer + 1} = {delta}.T @ {source}{mean}"
    kind = network.names.biases[layer]
    if kind != "none":
        yield f"    db{layer + 1} = {delta}.sum({'' if kind == 'shared' else 'axis=0'}){mean}"


def _collapsed(collapse: Collapse, t: str, is_one_hot: bool) -> str:
    assert collapse.formula is not None
    if is_one_hot:
        return f"o - {t}"
    return of_arrays("np", collapse.formula, {"o": "o", "t": t, "s": f"{t}.sum(axis=1, keepdims=True)"}, {}).text


def _update(setup: Setup, name: str) -> Iterator[str]:
    schedule, index = setup.schedule, int(name[1:]) - 1
    l2, l1 = _penalties(setup, name)
    divisor = f" / {setup.network.penalty.divisor}" if setup.network.penalty.divisor > 1 else ""
    slopes = [f"{l2!r} * {name}"] * bool(l2) + [f"{l1!r} * np.sign({name})"] * bool(l1)
    if slopes:
        joined = " + ".join(slopes)
        yield f"    d{name} = d{name} + {f'({joined}){divisor}' if divisor else joined}"
    decay = schedule.weight_decay.weights if name[0] == "W" else schedule.weight_decay.biases
    if decay:
        yield f"    d{name} = d{name} + {decay!r} * {name}"
    direction = f"d{name}"
    if schedule.momentum:
        kept = f" * {1.0 - schedule.dampening!r}" if schedule.dampening else ""
        yield f"    v{name} = d{name} if v{name} is None else {schedule.momentum!r} * v{name} + d{name}{kept}"
        direction = f"v{name}"
        if schedule.nesterov:
            direction = f"(d{name} + {schedule.momentum!r} * v{name})"
    frozen = frozen_arrays(setup)
    mask = None if frozen is None else frozen[index][0 if name[0] == "W" else 1]
    if mask is None or not mask.any():
        yield f"    {name} = {name} - eta * {direction}"
    elif not mask.all():
        yield f"    {name} = np.where({mask.tolist()!r}, {name}, {name} - eta * {direction})  # some are frozen"


def _end(setup: Setup) -> Iterator[str]:
    yield ""
    yield f'print("loss", loss({"t, " if setup.network.loss.needs_targets else ""}forward(x)[-1]))'
