"""Backpropagation in a few lines of NumPy, with the rarer wrong turns that people take. Shares nothing with the program.

`worked_out` gives every number that somebody would write down who goes wrong in one way; `choice` is which of several.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random
from typing import Any

import numpy as np

Array = Any

F: dict[str, Callable[[Array], Array]] = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "softplus": lambda z: np.log(1 + np.exp(z)),
    "linear": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "softmax": lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True),
}
BY_A: dict[str, Callable[[Array], Array]] = {
    "sigmoid": lambda a: a * (1 - a),
    "tanh": lambda a: 1 - a * a,
    "softplus": lambda a: 1 - np.exp(-a),
    "linear": np.ones_like,
}


def slope(name: str, z: Array) -> Array:
    if name == "relu":
        return (z > 0).astype(float)
    return BY_A[name](F[name](z))


@dataclass
class Problem:
    """A network file and what somebody makes of it: `W` units × sources, `b` None, a number or an array."""

    names: list[str]
    loss: str
    W: list[Array]
    b: list[Any]
    x: Array
    t: Array
    rate: float
    reduction: str
    settings: dict[str, Any] = field(default_factory=dict)
    steps: int = 1

    def config(self) -> dict[str, Any]:
        layers: list[dict[str, Any]] = []
        for name, weights, bias in zip(self.names, self.W, self.b, strict=True):
            layers.append({"activation": name, "weights": weights.tolist()})
            if bias is not None:
                layers[-1]["bias"] = bias.tolist() if isinstance(bias, np.ndarray) else bias
        return self.settings | {
            "loss": self.loss, "learning_rate": self.rate, "reduction": self.reduction, "inputs": self.x.tolist(),
            "targets": self.t.tolist(), "layers": layers, "steps": self.steps,
        }  # fmt: skip

    def forward(
        self, W: list[Array], b: list[Any], x: Array, names: list[str] | None = None
    ) -> tuple[list[Array], list[Array]]:
        zs, a = [], [x]
        for name, weights, bias in zip(names or self.names, W, b, strict=True):
            zs.append(a[-1] @ weights.T + (0 if bias is None else bias))
            a.append(F[name](zs[-1]))
        return zs, a

    def shares(self, t: Array, o: Array) -> Array:
        if self.loss == "cross_entropy":
            return -t * np.log(o)
        squares = (t - o) ** 2
        return {
            "half_squared_error": squares / 2,
            "squared_error": squares,
            "mean_squared_error": squares / o.shape[1],
        }[self.loss]

    def by_output(self, t: Array, o: Array) -> Array:
        if self.loss == "cross_entropy":
            return -t / o
        return (o - t) * {"half_squared_error": 1, "squared_error": 2, "mean_squared_error": 2 / o.shape[1]}[self.loss]

    def joined(self, values: Array) -> float:
        losses = values.sum(axis=1)
        return float(losses.mean() if self.reduction == "mean" else losses.sum())


Sheet = tuple[list[Array], list[Any]]
"""Gradients of weights and of biases."""


def gradients(p: Problem, W: list[Array], b: list[Any], mistake: str, choice: int, x: Array, t: Array) -> Sheet:
    """One forward and backward pass over all samples, one mistake in it."""
    last, N = len(W) - 1, len(x)
    names, forward_W, forward_b = list(p.names), [w.copy() for w in W], list(b)
    if mistake == "bias_forgotten":
        forward_b = [None if bias is None else bias * 0 for bias in b]
    if mistake == "bias_of_other_layer":
        forward_b[0], forward_b[1] = [(b[1], b[0]), (b[0], b[0]), (b[1], b[1])][choice % 3]
    if mistake == "other_activation":
        names = [("sigmoid", "tanh", "softplus")[choice % 3]] * len(names)
    if mistake == "inputs_exchanged":
        x = x[:, [1, 0, *range(2, x.shape[1])]]
    if mistake == "targets_exchanged":
        t = t[:, [1, 0, *range(2, t.shape[1])]]
    if mistake == "samples_reordered":
        t = t[::-1]
    if mistake == "sample_twice":
        x, t = x[[0, 0, *range(2, N)]], t[[0, 0, *range(2, N)]]
    zs, a = p.forward(forward_W, forward_b, x, names)
    if mistake == "softmax_over_batch":
        e = np.exp(zs[-1])
        a[-1] = e / (e.sum() if choice % 2 else e.sum(axis=0))
    o = a[-1]
    back = p.by_output(t, o)
    if mistake == "error_sign_of_one_output":
        back[:, choice % o.shape[1]] *= -1
    if mistake == "one_output_only":
        back = back * (np.arange(o.shape[1]) == choice % o.shape[1])
    if mistake == "output_not_loss":
        back = np.ones_like(o)
    gW: list[Array] = [None] * (last + 1)
    gb: list[Any] = [None] * (last + 1)
    for layer in reversed(range(last + 1)):
        name, z, value = names[layer], zs[layer], a[layer + 1]
        if name == "softmax":
            delta = o - t if p.loss == "cross_entropy" else o * (back - (back * o).sum(axis=1, keepdims=True))
            if p.loss == "cross_entropy" and mistake == "one_output_only":
                delta = o * (back - (back * o).sum(axis=1, keepdims=True))
        else:
            s = slope(name, z)
            if mistake == "slope_at_activation":
                s = slope(name, value)
            if mistake == "slope_twice":
                s = s * s
            if mistake == "slope_plus":
                s = value * (1 + value) if name == "sigmoid" else 1 + value * value
            if mistake == "slope_of_error":
                s = BY_A[name](-back if choice % 2 else back)
            if mistake == "slope_at_target" and layer == last:
                s = BY_A[name](t)
            delta = back * s
            if mistake == "extra_net_input" and layer < last:
                delta = delta * z
        source = a[layer]
        if mistake == "input_factor_net_input" and layer > 0:
            source = zs[layer - 1]
        gW[layer] = delta.T @ source
        if mistake == "input_factor_own_value":
            own = (delta * (value if choice % 2 else z)).sum(axis=0)
            gW[layer] = np.outer(own, np.ones(source.shape[1]))
        gb[layer] = delta.sum(axis=0)
        if mistake == "bias_summed_over_units":
            gb[layer] = np.full(delta.shape[1], delta.sum())
        if mistake == "bias_from_weight_gradient":
            gb[layer] = gW[layer].sum(axis=1)
        if isinstance(b[layer], float):
            gb[layer] = gb[layer].sum()
        came = back
        if mistake == "last_output_only":
            back = np.outer(delta[:, -1], W[layer][-1])
        elif mistake == "weights_left_out":
            back = np.outer(delta.sum(axis=1), np.ones(W[layer].shape[1]))
        elif mistake == "gradient_for_weights":
            back = delta @ (gW[layer] / (N if p.reduction == "mean" else 1))
        elif mistake == "value_for_delta" and layer == last:
            back = (value if choice % 2 else z) @ W[layer]
        elif mistake == "error_for_delta" and layer == last:
            back = came @ W[layer]
        else:
            back = delta @ forward_W[layer]
        if mistake == "one_sample_only":
            keep = delta[[choice % N]].T @ source[[choice % N]]
            gW[layer], gb[layer] = keep, delta[choice % N]
            gb[layer] = gb[layer].sum() if isinstance(b[layer], float) else gb[layer]
    share = 1 / N if p.reduction == "mean" and mistake != "one_sample_only" else 1
    gW, gb = [g * share for g in gW], [None if bias is None else g * share for g, bias in zip(gb, b, strict=True)]
    if mistake == "mean_over_samples_twice":
        which = choice % 2 if last else 0
        gb = [None if g is None else g / N if which == 0 or layer < last else g for layer, g in enumerate(gb)]
        gW = [g / N if which == 0 or layer < last else g for layer, g in enumerate(gW)]
    if mistake == "units_exchanged":
        layer = choice % 2 if len(gW[choice % 2 if last else 0]) > 1 and last else (0 if len(gW[0]) > 1 else last)
        order = [1, 0, *range(2, len(gW[layer]))]
        gW[layer] = gW[layer][order]
        if isinstance(b[layer], np.ndarray):
            gb[layer] = gb[layer][order]
    rate = p.settings.get("penalty", {}).get("l2", 0.0)
    if rate and mistake != "penalty_left_out":
        gW = [g + rate * w for g, w in zip(gW, W, strict=True)]
        if mistake == "penalty_on_biases":
            gb = [None if g is None else g + rate * bias for g, bias in zip(gb, b, strict=True)]
    return gW, gb


def stepped(
    p: Problem, W: list[Array], b: list[Any], sheet: Sheet, mistake: str, choice: int, velocity: Any
) -> tuple[list[Array], list[Any], Any]:
    """The update, one mistake in it."""
    rate = (0.05, 0.01, 1.0, 0.3)[choice % 4] if mistake == "learning_rate_other" else p.rate
    if mistake == "learning_rate_other" and rate in (p.rate, 1.0):
        rate = 0.1 if p.rate != 0.1 else 0.2
    decay = p.settings.get("weight_decay", 0.0)
    decay *= {"weight_decay_left_out": 0, "weight_decay_doubled": 2, "weight_decay_sign": -1}.get(mistake, 1)
    momentum = 0.0 if mistake == "velocity_left_out" else p.settings.get("momentum", 0.0)
    new: list[list[Any]] = [[], []]
    after: list[list[Any]] = [[], []]
    for kind, (values, slopes) in enumerate(((W, sheet[0]), (b, sheet[1]))):
        for layer, (value, g) in enumerate(zip(values, slopes, strict=True)):
            if value is None:
                new[kind].append(None)
                after[kind].append(None)
                continue
            direction = g + decay * value
            if momentum and velocity is not None:
                direction = momentum * velocity[kind][layer] + direction
            after[kind].append(direction)
            new[kind].append(value - rate * direction)
    return new[0], new[1], after


def worked_out(p: Problem, mistake: str = "", choice: int = 0) -> dict[str, float]:
    """Gradients and new parameters of the last of the problem's steps, by the contract's names."""
    W, b, x, t = [w.copy() for w in p.W], list(p.b), p.x, p.t
    if mistake == "decimal_point":
        factor = 10.0 if choice % 2 else 0.1
        W[0] = W[0].copy()
        W[0][0, 0] *= factor
    if mistake == "weights_exchanged":
        W[0][0, :2] = W[0][0, 1::-1]
    velocity = None
    for _ in range(p.steps):
        sheet = gradients(p, W, b, mistake, choice, x, t)
        if mistake == "forward_redone":
            sheet = redone(p, W, b, sheet, x, t)
        if mistake == "updated_biases_used":
            moved = stepped(p, W, b, sheet, "", 0, None)[1]
            sheet = gradients(p, W, moved, "", 0, x, t)[0], sheet[1]
        W, b, velocity = stepped(p, W, b, sheet, mistake, choice, velocity)
    numbers: dict[str, float] = {}
    source = 1
    written_W, written_b = (W, b) if mistake == "new_value_for_gradient" else sheet
    for layer in range(len(W)):
        for unit, source_at in np.ndindex(W[layer].shape):
            name = f"w{source + source_at}{unit + 1}"
            numbers[name], numbers[f"{name}+"] = written_W[layer][unit, source_at], W[layer][unit, source_at]
        if isinstance(b[layer], np.ndarray):
            for unit in range(len(b[layer])):
                numbers[f"b{layer + 1}_{unit + 1}"] = written_b[layer][unit]
                numbers[f"b{layer + 1}_{unit + 1}+"] = b[layer][unit]
        elif b[layer] is not None:
            numbers[f"b{layer + 1}"], numbers[f"b{layer + 1}+"] = float(written_b[layer]), float(b[layer])
        source += W[layer].shape[1]
    return numbers


def redone(p: Problem, W: list[Array], b: list[Any], sheet: Sheet, x: Array, t: Array) -> Sheet:
    """From the output down: a layer's parameters are replaced, then all is computed anew for those below."""
    gW, gb = list(sheet[0]), list(sheet[1])
    now_W, now_b = list(W), list(b)
    for layer in reversed(range(1, len(W))):
        now_W[layer] = W[layer] - p.rate * gW[layer]
        now_b[layer] = None if b[layer] is None else b[layer] - p.rate * gb[layer]
        fresh = gradients(p, now_W, now_b, "", 0, x, t)
        gW[:layer], gb[:layer] = fresh[0][:layer], fresh[1][:layer]
    return gW, gb


# ── random problems ───────────────────────────────────────────────────────────────────────────────────────────────────

HIDDEN = {
    "input_factor_net_input", "last_output_only", "weights_left_out", "gradient_for_weights", "value_for_delta",
    "error_for_delta", "extra_net_input", "one_output_only", "bias_of_other_layer", "forward_redone", "updated_biases_used",
}  # fmt: skip
SEVERAL_OUTPUTS = {
    "last_output_only",
    "targets_exchanged",
    "error_sign_of_one_output",
    "one_output_only",
    "softmax_over_batch",
}
SEVERAL_SAMPLES = {
    "mean_over_samples_twice",
    "one_sample_only",
    "samples_reordered",
    "sample_twice",
    "softmax_over_batch",
}
WITH_BIAS = {
    "bias_from_weight_gradient",
    "bias_summed_over_units",
    "bias_forgotten",
    "bias_of_other_layer",
    "updated_biases_used",
    "penalty_on_biases",
}
CURVED = {
    "slope_at_activation",
    "slope_twice",
    "slope_plus",
    "slope_of_error",
    "slope_at_target",
    "error_for_delta",
    "other_activation",
}
SETTINGS: dict[str, dict[str, Any]] = {
    "velocity_left_out": {"momentum": 0.9}, "weight_decay_left_out": {"weight_decay": 0.1},
    "weight_decay_doubled": {"weight_decay": 0.1}, "weight_decay_sign": {"weight_decay": 0.05},
    "penalty_left_out": {"penalty": {"l2": 0.1}}, "penalty_on_biases": {"penalty": {"l2": 0.2}},
}  # fmt: skip


def problem(random: Random, mistake: str = "") -> Problem:
    """A network in which the mistake makes a difference, with numbers as textbooks have them."""

    def numbers(*shape: int) -> Array:
        return np.array(
            [round(random.choice([-1, 1]) * random.randint(5, 100) / 100, 2) for _ in range(int(np.prod(shape)))]
        ).reshape(shape)

    depth = random.randint(2, 3) if mistake in HIDDEN else random.randint(1, 3)
    widths = [random.randint(2, 3) for _ in range(depth)] + [random.randint(2 if mistake in SEVERAL_OUTPUTS else 1, 3)]
    if mistake == "units_exchanged":
        widths[1:] = [max(width, 2) for width in widths[1:]]
    curved = ["sigmoid", "tanh"]
    hidden = curved if mistake in CURVED else [*curved, "softplus", "linear"]
    if mistake in {"input_factor_net_input", "extra_net_input"}:
        hidden = [*curved, "softplus"]
    names = [random.choice(hidden) for _ in range(depth - 1)]
    names.append(random.choice(curved if mistake in CURVED else [*curved, "linear"]))
    loss = random.choice(["half_squared_error", "squared_error", "mean_squared_error"])
    samples = random.randint(2, 4) if mistake in SEVERAL_SAMPLES else random.choice([1, 1, 2, 3])
    t = np.abs(numbers(samples, widths[-1]))
    if mistake == "softmax_over_batch":
        names[-1], loss = "softmax", "cross_entropy"
        t = np.eye(widths[-1])[[random.randrange(widths[-1]) for _ in range(samples)]]
    kinds = ["shared", "own"] if mistake in WITH_BIAS else ["shared", "own", "none"]
    kind = random.choice(kinds)
    if mistake in {"bias_of_other_layer", "bias_summed_over_units"}:
        kind = "shared" if mistake == "bias_of_other_layer" else "own"
    b = [
        None if kind == "none" else float(numbers(1)[0]) if kind == "shared" else numbers(width) for width in widths[1:]
    ]
    W = [numbers(units, sources) for sources, units in pairwise(widths)]
    reduction = "mean" if mistake == "mean_over_samples_twice" else random.choice(["mean", "sum"])
    settings = SETTINGS.get(mistake, {})
    rate = random.choice([0.1, 0.2, 0.5, 0.7, 1.5])
    steps = 2 if mistake == "velocity_left_out" else 1
    return Problem(names, loss, W, b, numbers(samples, widths[0]), t, rate, reduction, settings, steps)
