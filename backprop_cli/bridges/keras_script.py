"""The network and its training as a Keras script, for whatever backend Keras runs on."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_cli.bridges.array_code import loss_code
from backprop_cli.bridges.script import Arrays, Script, batch_lines, frozen_arrays, parameter_arrays, script_of
from backprop_cli.errors import UsageError
from backprop_cli.functions.activations import Activation
from backprop_cli.functions.losses import Loss
from backprop_cli.network.network import Setup

ACTIVATIONS = {
    "linear": "None",
    "sigmoid": '"sigmoid"',
    "tanh": "tanh",
    "relu": '"relu"',
    "leaky_relu": "lambda z: keras.activations.leaky_relu(z, negative_slope={slope})",
    "elu": "lambda z: keras.activations.elu(z, alpha={alpha})",
    "selu": '"selu"',
    "gelu": '"gelu"',
    "silu": '"silu"',
    "softplus": '"softplus"',
    "softsign": '"softsign"',
    "hard_sigmoid": '"hard_sigmoid"',
    "hard_tanh": '"hard_tanh"',
    "mish": '"mish"',
    "softmax": '"softmax"',
    "bipolar_sigmoid": "lambda z: 2 * ops.sigmoid(z) - 1",
}
DOUBLE = """\
keras.config.set_floatx("float64")
keras.config.set_dtype_policy("float64")
if keras.backend.backend() == "jax":
    import jax

    jax.config.update("jax_enable_x64", True)"""
TANH = '''\
def tanh(z):
    """The hyperbolic tangent; ops.tanh has only single precision, except on TensorFlow."""
    return 2 * ops.sigmoid(2 * z) - 1'''
NET_INPUT_LOSSES = {
    ("softmax", "cross_entropy"): "-t * ops.log_softmax(o, axis=1)",
    ("softmax", "kl_divergence"): "t * (ops.log(ops.where(t > 0, t, 1)) - ops.log_softmax(o, axis=1))",
    ("sigmoid", "binary_cross_entropy"): "t * ops.softplus(-o) + (1 - t) * ops.softplus(o)",
    ("sigmoid", "cross_entropy"): "t * ops.softplus(-o)",
    ("sigmoid", "kl_divergence"): "t * (ops.log(ops.where(t > 0, t, 1)) + ops.softplus(-o))",
}
"""Shares of E from the net inputs of the outputs, for pairs of activation and loss that belong together."""


SHARED_BIAS = '''\
class SharedBias(layers.Layer):
    """One bias that all units share."""

    def build(self, shape):
        self.bias = self.add_weight((1,), name="bias")

    def call(self, z):
        return z + self.bias'''

LOSS = '''\
class Loss(keras.losses.Loss):
    """E of each sample."""

    def call(self, t, o):'''


def keras_script(setup: Setup) -> Script:
    """A script whose last line of output is `loss` and the loss after the file's steps.

    Raises:
        UsageError: the training has something that Keras has not.
    """
    _require_possible(setup)
    arrays = Arrays(setup, "np.array({})", 'arrays["{}"]')
    data = list(_data(setup, arrays))
    libraries = ["import keras", "import numpy as np", "from keras import layers, ops"]
    body = [*DOUBLE.splitlines(), "", *arrays.loaded(), *data, *_definitions(setup), *_model(setup), *_training(setup)]
    what = "A Keras script of this network and its training."
    return script_of(setup, what, "python FILE", libraries, body, arrays)


def _require_possible(setup: Setup) -> None:
    schedule, frozen = setup.schedule, frozen_arrays(setup)
    partly = frozen is not None and any(
        mask is not None and mask.any() and not all(other is None or other.all() for other in pair)
        for pair in frozen
        for mask in pair
    )
    missing = [
        (bool(schedule.dampening), "no dampening"),
        (setup.velocity is not None, "no velocity to begin with: leave `state` out"),
        (partly, "whole layers that are frozen, not single parameters"),
    ]
    for is_asked, message in missing:
        if is_asked:
            raise UsageError(f"Keras has {message}\n    hint: --to pytorch has it")


def _data(setup: Setup, arrays: Arrays) -> Iterator[str]:
    yield f"x = {arrays.of('x', setup.samples.inputs)}"
    yield f"t = {arrays.of('t', setup.samples.targets)}"
    yield "start = [  # kernels as Keras has them: a row for each source"
    for index, weights, biases in parameter_arrays(setup.network.parameters):
        yield f"    {arrays.of(f'W{index}', weights.T)},"
        if biases is not None:
            yield f"    {arrays.of(f'b{index}', biases)},"
    yield "]"


# ── model ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _definitions(setup: Setup) -> Iterator[str]:
    of_net_inputs = _of_net_inputs(setup)
    if any(_code(activation) == "tanh" for activation in setup.network.activations):
        yield from ("", "", *TANH.splitlines())
    if "shared" in setup.network.names.biases:
        regularized = SHARED_BIAS.replace('name="bias"', 'name="bias", regularizer=REGULARIZER_OF_BIASES')
        yield from ("", "", *(regularized if _regularizer(setup, "biases") else SHARED_BIAS).splitlines())
    yield from ("", "", *LOSS.splitlines())
    if of_net_inputs is not None:
        yield f"        # o are net inputs: the {setup.network.activations[-1].name} is in here"
    yield f"        return ops.sum({of_net_inputs or _of_outputs(setup.network.loss)}, axis=1)"


def _of_outputs(loss: Loss) -> str:
    """One output's share of E; ops.cosh has only single precision, as ops.tanh."""
    if loss.name == "log_cosh":
        return "ops.abs(o - t) + ops.softplus(-2 * ops.abs(o - t)) - math.log(2)"
    return loss_code("ops", loss, "t", "o")


def _of_net_inputs(setup: Setup) -> str | None:
    return NET_INPUT_LOSSES.get((setup.network.activations[-1].name, setup.network.loss.name))


def _regularizer(setup: Setup, kind: str) -> str:
    """The penalty, and the weight decay, which is the slope of one; empty where there is neither."""
    schedule, penalty = setup.schedule, setup.network.penalty
    l1 = getattr(penalty.l1, kind) / penalty.divisor
    l2 = getattr(penalty.l2, kind) / penalty.divisor + getattr(schedule.weight_decay, kind)
    return f"keras.regularizers.L1L2(l1={l1!r}, l2={l2 / 2!r})" if l1 or l2 else ""


def _model(setup: Setup) -> Iterator[str]:
    network, names = setup.network, setup.network.names
    regularizers = {kind: _regularizer(setup, kind) for kind in ("weights", "biases")}
    frozen = frozen_arrays(setup)
    yield from ("", "")
    yield from (f"REGULARIZER_OF_{kind.upper()} = {code}" for kind, code in regularizers.items() if code)
    yield from ("model = keras.Sequential(", "    [", f"        keras.Input(({names.widths[0]},)),")
    for layer, activation in enumerate(network.activations):
        is_last = layer == names.depth - 1
        function = "None" if is_last and _of_net_inputs(setup) is not None else _code(activation)
        kind = names.biases[layer]
        options = [str(names.widths[layer + 1])]
        if function != "None" and kind != "shared":
            options.append(f"activation={function}")
        if kind != "own":
            options.append("use_bias=False")
        if regularizers["weights"]:
            options.append("kernel_regularizer=REGULARIZER_OF_WEIGHTS")
        if kind == "own" and regularizers["biases"]:
            options.append("bias_regularizer=REGULARIZER_OF_BIASES")
        if frozen is not None and frozen[layer][0] is not None and frozen[layer][0].all():
            options.append("trainable=False")
        yield f"        layers.Dense({', '.join(options)}),"
        if kind == "shared":
            yield f"        SharedBias({'trainable=False' if 'trainable=False' in options else ''}),"
            if function != "None":
                yield f"        layers.Activation({function}),"
    yield from (
        "    ]",
        ")",
        "for variable, numbers in zip(model.variables, start, strict=True):",
        "    variable.assign(numbers)",
    )


def _code(activation: Activation) -> str:
    settings = {name: repr(value) for name, value in activation.setting_values().items()}
    return ACTIVATIONS[activation.name].format(**settings)


# ── training ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _training(setup: Setup) -> Iterator[str]:
    schedule, samples = setup.schedule, len(setup.samples)
    options = [f"learning_rate={schedule.learning_rate!r}"]
    options += [f"momentum={schedule.momentum!r}"] if schedule.momentum else []
    options += ["nesterov=True"] if schedule.nesterov else []
    yield "loss = Loss()" if schedule.reduction == "mean" else 'loss = Loss(reduction="sum")'
    yield f"model.compile(optimizer=keras.optimizers.SGD({', '.join(options)}), loss=loss)"
    per_pass, size = schedule.batches_per_pass(samples), schedule.batch_limit(samples)
    if (
        not schedule.is_shuffled
        and not setup.updates
        and schedule.steps % per_pass == 0
        and schedule.pass_length(samples) == samples
    ):
        if schedule.steps:
            epochs = schedule.steps // per_pass
            yield f"model.fit(x, t, batch_size={size}, epochs={epochs}, shuffle=False, verbose=0)"
    else:
        yield f"for step in range({setup.updates}, {setup.updates + schedule.steps}):"
        yield from (f"    {line}" for line in [*batch_lines(setup), "model.train_on_batch(x[batch], t[batch])"])
    penalty = " + PENALTY" if setup.network.penalty else ""
    if penalty:
        yield from _penalty(setup)
    yield f'print("loss", float(ops.convert_to_numpy(loss(t, model(x)))){penalty})'


def _penalty(setup: Setup) -> Iterator[str]:
    penalty, terms = setup.network.penalty, []
    for kind, name in (("weights", "kernel"), ("biases", "bias")):
        l2, l1 = (getattr(which, kind) / penalty.divisor for which in (penalty.l2, penalty.l1))
        each = [f"{l2 / 2!r} * ops.sum(ops.square(v))"] * bool(l2) + [f"{l1!r} * ops.sum(ops.abs(v))"] * bool(l1)
        if each:
            terms.append(f'sum(float({" + ".join(each)}) for v in model.variables if v.name == "{name}")')
    yield f"PENALTY = {' + '.join(terms)}"
