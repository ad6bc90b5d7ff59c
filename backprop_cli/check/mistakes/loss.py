"""Mistakes in the loss, in its derivative ∂E/∂o, and in how the losses of outputs and samples are joined."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import numpy as np

from backprop_cli.backward import Place, hidden_delta
from backprop_cli.check.method import Change, Method, both, link, scheduled
from backprop_cli.check.mistakes.entry import Formulas, Mistake, Way, Ways, has_biases, has_several_samples, rare
from backprop_cli.formula.expression import Apply, Number
from backprop_cli.formula.texts import equation, filled, formula
from backprop_cli.functions.losses import Loss
from backprop_cli.functions.numeric import Array
from backprop_cli.network.network import Network, Setup
from backprop_cli.network.penalty import NO_PENALTY, ByKind, Penalty

_MOST_OUTPUTS = 8
"""Of so many outputs each may be the one."""

# ── what is replaced ──────────────────────────────────────────────────────────────────────────────────────────────────


def _scaled_gradients(factors: float | Array) -> Change:
    """Every derivative of E multiplied by a factor, or by one for each output, E as it is."""

    def loss_by_output(right: Callable[..., Array], place: Place, targets: Array) -> Array:
        return factors * right(place, targets)

    def output_delta(right: Callable[..., Array], place: Place, targets: Array, upstream: Array) -> Array:
        if place.network.collapse is None:
            return right(place, targets, upstream)
        is_by_unit = np.ndim(factors) == 0 or place.network.activations[-1].is_elementwise
        return factors * right(place, targets, upstream) if is_by_unit else hidden_delta(place, upstream)

    return link(loss_by_output=loss_by_output, output_delta=output_delta)()


def _scaled_loss(factors: float | Array) -> Change:
    """E multiplied by a factor, or each output's share by one, the derivatives as they are."""

    def change(method: Method) -> Method:
        shares = method.shares
        return replace(method, shares=lambda *arguments: factors * shares(*arguments))

    return change


def _in_both(gradients: Change, loss: Change, formulas: Formulas | None = None, of: str = "") -> Iterable[Way]:
    """Something changed in the derivatives of E, in E as well, or in E alone; `of` names the output that it is about."""
    scales = "" if of else "size"
    yield Way(gradients, f"{of}in the gradients", formulas, scales=scales)
    yield Way(both(gradients, loss), f"{of}in the loss and in the gradients", formulas, scales=scales)
    yield Way(loss, f"{of}in the loss", formulas, scales=scales)


def _scaled(factor: float, formulas: Formulas | None = None) -> Iterable[Way]:
    return _in_both(_scaled_gradients(factor), _scaled_loss(factor), formulas)


# ── when it can be made ───────────────────────────────────────────────────────────────────────────────────────────────

_SLOPE = equation("∂E/∂o = o - t")
_HALF = equation("∂E/∂o = 1/2*2*(o - t) = o - t"), equation("∂E/∂o = 2*(o - t)"), equation("∂E/∂o = 1/2*(o - t)")
_WHOLE = equation("∂E/∂o = 2*(o - t)"), equation("∂E/∂o = 4*(o - t)"), _SLOPE
_MEAN = equation("∂E/∂o = 2/n*(o - t)"), equation("∂E/∂o = 4/n*(o - t)"), equation("∂E/∂o = 1/n*(o - t)")
_SQUARES = {"half_squared_error": _HALF, "huber": _HALF, "squared_error": _WHOLE, "mean_squared_error": _MEAN}
"""Of the losses that have a square: its derivative, that doubled, and that halved."""


def _of_square(factor: float) -> Ways:
    """A factor of 2 or ½ gained where a square is differentiated."""

    def ways(setup: Setup) -> Iterable[Way]:
        if setup.network.loss.name not in _SQUARES:
            return ()
        right, doubled, halved = _SQUARES[setup.network.loss.name]
        return _scaled(factor, (right, doubled if factor > 1.0 else halved))

    return ways


def _negated(setup: Setup) -> Iterable[Way]:
    yield Way(_scaled_gradients(-1.0), formulas=_negated_formulas(setup.network.loss), scales="sign")


def _negated_formulas(loss: Loss) -> Formulas | None:
    """∂E/∂o of a loss, and with the other sign; None for the half squared error, whose o − t says it more plainly."""
    if loss.name == "half_squared_error":
        return None
    right = filled(formula(loss.slope_formula), {name: Number(value) for name, value in loss.setting_values().items()})
    wrong = right.arguments[0] if isinstance(right, Apply) and right.operation == "neg" else Apply("neg", (right,))
    return (_SLOPE[0], right), (_SLOPE[0], wrong)


def _over_outputs(is_mean: bool) -> Ways:
    """The mean of the outputs' losses for their sum, or the sum for the mean."""

    def ways(setup: Setup) -> Iterable[Way]:
        outputs = setup.network.layers[-1].units
        if outputs == 1 or setup.network.loss.is_mean is is_mean:
            return ()
        return _scaled(1.0 / outputs if is_mean else float(outputs))

    return ways


def _over_samples(reduction: str) -> Ways:
    """The samples joined by their mean, or their sum, where the file says the other."""
    gradients = scheduled(lambda schedule: schedule._replace(reduction=reduction))

    def loss(method: Method) -> Method:
        return replace(method, loss_reduction=reduction)

    def ways(setup: Setup) -> Iterable[Way]:
        if setup.schedule.reduction == reduction or not has_several_samples(setup):
            return ()
        return _in_both(gradients, loss)

    return ways


def _by_output(setup: Setup, factor: float, others: float) -> Iterator[tuple[str, Array]]:
    """Each of several outputs, with the factors of all where this one has another than the others."""
    names = setup.network.names
    outputs = names.widths[-1]
    for index in range(min(outputs, _MOST_OUTPUTS) if outputs > 1 else 0):
        yield names.output(index), np.where(np.arange(outputs) == index, factor, others)


def _one_negated(setup: Setup) -> Iterable[Way]:
    return (Way(_scaled_gradients(factors), name) for name, factors in _by_output(setup, -1.0, 1.0))


def _one_alone(setup: Setup) -> Iterable[Way]:
    for name, factors in _by_output(setup, 1.0, 0.0):
        yield from _in_both(_scaled_gradients(factors), _scaled_loss(factors), of=f"{name}, ")


def _without_penalty(setup: Setup) -> Iterable[Way]:
    if setup.network.penalty:
        yield Way(_in_gradients(NO_PENALTY), "in the gradients")
        yield Way(_everywhere(NO_PENALTY), "in the loss and in the gradients")


def _with_biases(setup: Setup) -> Iterable[Way]:
    penalty = setup.network.penalty
    if has_biases(setup) and penalty and not (penalty.l2.biases or penalty.l1.biases):
        every = penalty._replace(
            l2=ByKind(penalty.l2.weights, penalty.l2.weights),
            l1=ByKind(penalty.l1.weights, penalty.l1.weights),
        )
        yield Way(_everywhere(every), "in the loss and in the gradients")
        yield Way(_in_gradients(every), "in the gradients")


def _in_gradients(penalty: Penalty) -> Change:
    """Another penalty in the gradients than in E."""

    def slope(network: Network) -> Array:
        return penalty.slope(network.names, network.parameters.row)

    return lambda method: replace(method, links=method.links._replace(penalty_gradient=slope))


def _everywhere(penalty: Penalty) -> Change:
    """Another penalty."""
    return lambda method: replace(
        method, setup=replace(method.setup, network=replace(method.setup.network, penalty=penalty))
    )


def _logarithm(setup: Setup) -> Iterable[Way]:
    return _scaled(1.0 / math.log(10.0)) if setup.network.loss.log_weights else ()


# ── the entries ───────────────────────────────────────────────────────────────────────────────────────────────────────

_SUM_OUT = equation("E = Σ(o, E_o)")
_MEAN_OUT = equation("E = 1/n*Σ(o, E_o)")
_SUM_SAMPLES = equation("E = Σ(sample, E_sample)")
_MEAN_SAMPLES = equation("E = 1/N*Σ(sample, E_sample)")

MISTAKES = (
    Mistake(
        "error_sign",
        "the error is turned around, so that every gradient has the opposite sign",
        _SLOPE,
        equation("∂E/∂o = t - o"),
        _negated,
    ),
    Mistake(
        "mean_over_samples",
        "the mean over the samples is taken where the file says sum",
        _SUM_SAMPLES,
        _MEAN_SAMPLES,
        _over_samples("mean"),
    ),
    Mistake(
        "sum_over_samples",
        "the sum over the samples is taken where the file says mean",
        _MEAN_SAMPLES,
        _SUM_SAMPLES,
        _over_samples("sum"),
    ),
    Mistake(
        "mean_over_outputs",
        "the mean over the outputs is taken where the loss is their sum",
        _SUM_OUT,
        _MEAN_OUT,
        _over_outputs(is_mean=True),
    ),
    Mistake(
        "sum_over_outputs",
        "the sum over the outputs is taken where the loss is their mean",
        _MEAN_OUT,
        _SUM_OUT,
        _over_outputs(is_mean=False),
    ),
    Mistake(
        "half_forgotten",
        "the half in the loss, or the two that it cancels, is lost, so that all is doubled",
        *_HALF[:2],
        _of_square(2.0),
    ),
    Mistake(
        "half_doubled",
        "a half too many is put in, or the two of the square's derivative is lost, so that all is halved",
        *_WHOLE[::2],
        _of_square(0.5),
    ),
    Mistake(
        "cross_entropy_log10",
        "the cross-entropy is computed with the logarithm to base 10",
        equation("E = -t*ln(o)"),
        equation("E = -t*log10(o)"),
        _logarithm,
    ),
    rare(
        "error_sign_of_one_output",
        "the error of one output is turned around",
        equation("∂E/∂o_k = o_k - t_k"),
        equation("∂E/∂o_k = t_k - o_k"),
        _one_negated,
    ),
    rare(
        "one_output_only",
        "the loss of one output is taken for that of all",
        _SUM_OUT,
        equation("E = E_o"),
        _one_alone,
    ),
    rare(
        "penalty_left_out",
        "the penalty is left out",
        equation("∂E/∂w = ∂E_data/∂w + λ*w"),
        equation("∂E/∂w = ∂E_data/∂w"),
        _without_penalty,
    ),
    rare(
        "penalty_on_biases",
        "the penalty is put on the biases too",
        equation("∂E/∂b = ∂E_data/∂b"),
        equation("∂E/∂b = ∂E_data/∂b + λ*b"),
        _with_biases,
    ),
)
