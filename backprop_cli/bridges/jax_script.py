"""The network and its training as a JAX script: one jitted training step, repeated by `lax.scan`."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_cli.bridges.array_code import loss_code
from backprop_cli.bridges.script import (
    Arrays,
    Script,
    batch_lines,
    frozen_arrays,
    parameter_arrays,
    script_of,
    takes_all,
)
from backprop_cli.functions.activations import Activation
from backprop_cli.network.network import ParameterRow, Setup

FUNCTIONS = {
    "linear": "{z}",
    "sigmoid": "jax.nn.sigmoid({z})",
    "tanh": "jnp.tanh({z})",
    "relu": "jax.nn.relu({z})",
    "leaky_relu": "jax.nn.leaky_relu({z}, {slope})",
    "elu": "jax.nn.elu({z}, {alpha})",
    "selu": "jax.nn.selu({z})",
    "gelu": "jax.nn.gelu({z}, approximate=False)",
    "silu": "jax.nn.silu({z})",
    "softplus": "jax.nn.softplus({z})",
    "softsign": "jax.nn.soft_sign({z})",
    "hard_sigmoid": "jnp.clip({z} / 6 + 0.5, 0, 1)",
    "hard_tanh": "jax.nn.hard_tanh({z})",
    "mish": "jax.nn.mish({z})",
    "softmax": "jax.nn.softmax({z})",
    "bipolar_sigmoid": "jnp.tanh({z} / 2)",
}
FILLED_UP = "E of a batch; a sample that only fills it up does not count."
NET_INPUT_LOSSES = {
    ("softmax", "cross_entropy"): "-t * jax.nn.log_softmax(z)",
    ("softmax", "kl_divergence"): "t * (jnp.log(jnp.where(t > 0, t, 1)) - jax.nn.log_softmax(z))",
    ("sigmoid", "binary_cross_entropy"): "t * jax.nn.softplus(-z) + (1 - t) * jax.nn.softplus(z)",
    ("sigmoid", "cross_entropy"): "t * jax.nn.softplus(-z)",
    ("sigmoid", "kl_divergence"): "t * (jnp.log(jnp.where(t > 0, t, 1)) + jax.nn.softplus(-z))",
}
"""Shares of E from the net inputs of the outputs, for pairs of activation and loss that belong together."""


def jax_script(setup: Setup) -> Script:
    """A script whose last line of output is `loss` and the loss after the file's steps."""
    arrays = Arrays(setup, "jnp.array({})", 'jnp.array(arrays["{}"])')
    data = [*_data(setup, arrays), *_parameters(setup, arrays), *_forward(setup), *_loss(setup), *_training(setup)]
    libraries = ["import jax", "import jax.numpy as jnp", *["import numpy as np"] * bool(arrays.beside)]
    body = ['jax.config.update("jax_enable_x64", True)', "", *arrays.loaded(), *data]
    return script_of(setup, "A JAX script of this network and its training.", "python FILE", libraries, body, arrays)


def _data(setup: Setup, arrays: Arrays) -> Iterator[str]:
    yield f"x = {arrays.of('x', setup.samples.inputs)}"
    yield f"t = {arrays.of('t', setup.samples.targets)}"
    yield f"STEPS = {setup.schedule.steps}"
    yield f"LEARNING_RATE = {setup.schedule.learning_rate!r}"


def _parameters(setup: Setup, arrays: Arrays) -> Iterator[str]:
    yield from _tree("parameters = {", setup.network.parameters, arrays, "")
    if setup.velocity is not None:
        yield from _tree("velocity = {  # the memory of an earlier run", setup.velocity, arrays, "v")
    elif setup.schedule.momentum:
        yield "velocity = {name: jnp.zeros_like(p) for name, p in parameters.items()}"
    frozen = frozen_arrays(setup)
    if frozen is not None:
        yield "moves = {  # 0 for what is frozen"
        for index, pair in enumerate(frozen, start=1):
            for letter, mask in zip("Wb", pair, strict=True):
                if mask is not None:
                    yield f'    "{letter}{index}": jnp.array({(~mask).astype(int).tolist()!r}),'
        yield "}"


def _tree(head: str, row: ParameterRow, arrays: Arrays, prefix: str) -> Iterator[str]:
    yield head
    for index, weights, biases in parameter_arrays(row):
        yield f'    "W{index}": {arrays.of(f"{prefix}W{index}", weights)},'
        if biases is not None:
            yield f'    "b{index}": {arrays.of(f"{prefix}b{index}", biases)},'
    yield "}"


def _forward(setup: Setup) -> Iterator[str]:
    network = setup.network
    yield from ("", "", "def forward(p, x):", "    a = x")
    for layer, activation in enumerate(network.activations):
        bias = "" if network.names.biases[layer] == "none" else f' + p["b{layer + 1}"]'
        yield f'    z = a @ p["W{layer + 1}"].T{bias}'
        if layer < network.names.depth - 1:
            yield f"    a = {_code(activation)}"
    if _of_net_inputs(setup) is None:
        yield f"    return {_code(network.activations[-1])}"
    else:
        yield f"    return z  # the {network.activations[-1].name} is in the loss"


def _code(activation: Activation) -> str:
    settings = {name: repr(value) for name, value in activation.setting_values().items()}
    return FUNCTIONS[activation.name].format(z="z", **settings)


def _of_net_inputs(setup: Setup) -> str | None:
    return NET_INPUT_LOSSES.get((setup.network.activations[-1].name, setup.network.loss.name))


def _loss(setup: Setup) -> Iterator[str]:
    network, reduce = setup.network, setup.schedule.reduction
    of_net_inputs = _of_net_inputs(setup)
    if _is_filled_up(setup):
        yield from ("", "", "def loss(p, x, t, counts):", f'    """{FILLED_UP}"""')
        total = f"(shares.sum(axis=1) * counts).sum(){' / counts.sum()' if reduce == 'mean' else ''}"
    else:
        yield from ("", "", "def loss(p, x, t):")
        total = f"shares.sum(axis=1).{reduce}()"
    yield f"    {'o' if of_net_inputs is None else 'z'} = forward(p, x)"
    yield f"    shares = {of_net_inputs or loss_code('jnp', network.loss, 't', 'o')}"
    penalty, terms = network.penalty, []
    for layer, kind in enumerate(network.names.biases, start=1):
        for name, which in (("W", "weights"), *((("b", "biases"),) if kind != "none" else ())):
            l2, l1 = getattr(penalty.l2, which), getattr(penalty.l1, which)
            terms += [f'{l2!r} / 2 * (p["{name}{layer}"] ** 2).sum()'] if l2 else []
            terms += [f'{l1!r} * jnp.abs(p["{name}{layer}"]).sum()'] if l1 else []
    if terms:
        divisor = f" / {penalty.divisor}" if penalty.divisor > 1 else ""
        yield f"    penalty = ({' + '.join(terms)}){divisor}"
    yield f"    return {total}" + (" + penalty" if terms else "")


# ── training ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _is_whole(setup: Setup) -> bool:
    """Whether each step takes all samples in their order, or there is none."""
    return setup.schedule.steps == 0 or takes_all(setup)


def _is_filled_up(setup: Setup) -> bool:
    """Whether the last batch of a pass is smaller than the others, while `lax.scan` wants all of one size."""
    samples = len(setup.samples)
    return not _is_whole(setup) and setup.schedule.pass_length(samples) % setup.schedule.batch_limit(samples) != 0


def _state(setup: Setup) -> list[str]:
    """What a step hands to the next; with dampening also its number, as the first velocity is the whole gradient."""
    if not setup.schedule.momentum:
        return ["p"]
    return ["p", "v", "step"] if setup.schedule.dampening and setup.velocity is None else ["p", "v"]


def _training(setup: Setup) -> Iterator[str]:
    state = _state(setup)
    packed = state[0] if len(state) == 1 else f"({', '.join(state)})"
    yield from ("", "", "def update(state, batch):", f"    {', '.join(state)} = state")
    if _is_whole(setup):
        yield "    g = jax.grad(loss)(p, x, t)"
    elif not _is_filled_up(setup):
        yield "    g = jax.grad(loss)(p, x[batch], t[batch])"
    else:
        yield "    samples, counts = batch"
        yield "    g = jax.grad(loss)(p, x[samples], t[samples], counts)"
    yield from _rule(setup, "step" in state)
    yield f"    return {packed}, None"
    if not _is_whole(setup):
        yield from _batches(setup)
    yield from ("", "", "@jax.jit", "def train(state):")
    yield f"    state, _ = jax.lax.scan(update, state, {'None, STEPS' if _is_whole(setup) else 'BATCHES'})"
    yield from ("    return state", "", "")
    names = ["parameters", "velocity", "0"][: len(state)]
    if len(names) == 1:
        yield "parameters = train(parameters)"
    else:
        yield f"parameters, *_ = train(({', '.join(names)}))"
    yield f'print("loss", loss(parameters, x, t{", jnp.ones(len(x))" if _is_filled_up(setup) else ""}))'


def _rule(setup: Setup, is_counted: bool) -> Iterator[str]:
    schedule = setup.schedule
    decay = schedule.weight_decay
    if any(decay):
        yield f'    decay = {{"W": {decay.weights!r}, "b": {decay.biases!r}}}'
        yield "    g = {name: g[name] + decay[name[0]] * p[name] for name in p}"
    direction = "g"
    if schedule.momentum:
        kept = f"{1.0 - schedule.dampening!r} * g[name]" if schedule.dampening else "g[name]"
        velocity = f"{schedule.momentum!r} * v[name] + {kept}"
        if is_counted:
            velocity = f"jnp.where(step == 0, g[name], {velocity})"
        yield f"    v = {{name: {velocity} for name in p}}"
        direction = "v"
        if schedule.nesterov:
            yield f"    g = {{name: g[name] + {schedule.momentum!r} * v[name] for name in p}}"
            direction = "g"
    moves = "" if frozen_arrays(setup) is None else "moves[name] * "
    yield f"    p = {{name: p[name] - {moves}LEARNING_RATE * {direction}[name] for name in p}}"
    if is_counted:
        yield "    step = step + 1"


def _batches(setup: Setup) -> Iterator[str]:
    yield from ("", "", "def batch_of(step):", *(f"    {line}" for line in batch_lines(setup)))
    steps = f"range({setup.updates}, {setup.updates} + STEPS)" if setup.updates else "range(STEPS)"
    if not _is_filled_up(setup):
        yield from ("    return batch", "", "")
        yield f"BATCHES = jnp.array([batch_of(step) for step in {steps}])"
        return
    yield f"    missing = {setup.schedule.batch_limit(len(setup.samples))} - len(batch)"
    yield "    return batch + [0] * missing, [1.0] * len(batch) + [0.0] * missing"
    yield from ("", "")
    yield f"BATCHES = tuple(map(jnp.array, zip(*map(batch_of, {steps}), strict=True)))"
