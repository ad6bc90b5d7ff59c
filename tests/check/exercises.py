"""Random exercises in which a given mistake can be made."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import strategies as st

from tests.check.paper import Exercise

SQUARES = ("half_squared_error", "squared_error", "mean_squared_error")
NEEDS_HIDDEN = {
    "slope_missing_hidden", "input_factor_network_input", "first_output_only", "weights_transposed",
    "updated_weights_used",
}  # fmt: skip
NEEDS_SLOPE = {
    "slope_missing", "slope_missing_output", "slope_missing_hidden", "slope_at_net_input", "slope_of_other_activation",
}  # fmt: skip


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    """Numbers as textbooks have them: two decimals, none of them 0."""
    return st.integers(round(low * 100), round(high * 100)).filter(bool).map(lambda n: n / 100)


@st.composite
def exercises(draw: st.DrawFn, mistake: str | None = None) -> Exercise:
    """A network of one to three layers where `mistake` makes a difference."""
    depth = draw(st.integers(2 if mistake in NEEDS_HIDDEN else 1, 3))
    widths = [draw(st.integers(1, 3)) for _ in range(depth + 1)]
    if mistake in {"mean_over_outputs", "sum_over_outputs", "softmax_elementwise"}:
        widths[-1] = draw(st.integers(2, 3))
    if mistake == "first_output_only":
        widths[-1] = max(widths[-1], 2)
    if mistake == "weights_transposed":
        widths[-1] = widths[-2] = draw(st.integers(2, 3))
    if mistake == "input_factor_network_input":
        widths[1] = widths[0]
    kinds = ["shared", "own", "none"]
    if mistake == "shared_bias_not_summed":
        widths[-1], kinds = max(widths[-1], 2), ["shared"]
    if mistake in {"bias_left_out", "bias_trained"}:
        kinds = ["shared", "own"]
    activations, loss = _functions(draw, mistake, depth, widths[-1])
    weights = tuple(_matrix(draw, rows, columns) for columns, rows in pairwise(widths))
    biases = tuple(_bias(draw, draw(st.sampled_from(kinds)), width) for width in widths[1:])
    count = (
        draw(st.integers(2, 3))
        if mistake in {"mean_over_samples", "sum_over_samples"}
        else draw(st.sampled_from([1, 1, 2]))
    )
    if mistake == "updated_weights_used":
        count = 1
    reduction = draw(st.sampled_from(["mean", "sum"]))
    is_normal = loss == "cross_entropy"
    rate = draw(st.sampled_from([0.1, 0.2, 0.5, 0.7, 1.5]))
    return replace(
        Exercise(
            tuple(widths), activations, loss, weights, biases,
            [[draw(numbers(-1, 1)) for _ in range(widths[0])] for _ in range(count)],
            [_target(draw, widths[-1], is_normal, activations[-1]) for _ in range(count)], rate,
        ),
        reduction={"mean_over_samples": "sum", "sum_over_samples": "mean"}.get(str(mistake), reduction),
        is_bias_frozen=mistake == "bias_trained",
    )  # fmt: skip


def _functions(draw: st.DrawFn, mistake: str | None, depth: int, outputs: int) -> tuple[tuple[str, ...], str]:
    curved = ["sigmoid", "tanh"]
    hidden = [
        draw(st.sampled_from(curved if mistake in NEEDS_SLOPE else [*curved, "softplus", "linear"]))
        for _ in range(depth - 1)
    ]
    output = draw(st.sampled_from(curved if mistake in NEEDS_SLOPE else [*curved, "linear"]))
    loss = draw(st.sampled_from(SQUARES))
    if mistake == "half_forgotten":
        loss = "half_squared_error"
    elif mistake == "half_doubled":
        loss = "squared_error"
    elif mistake == "mean_over_outputs":
        loss = draw(st.sampled_from(SQUARES[:2]))
    elif mistake == "sum_over_outputs":
        loss = "mean_squared_error"
    elif mistake in {"softmax_elementwise", "cross_entropy_log10"} or (
        outputs > 1 and mistake in {None, "rounded_intermediates"} and draw(st.booleans())
    ):
        output, loss = ("softmax", "cross_entropy") if outputs > 1 else ("sigmoid", "binary_cross_entropy")
    return (*hidden, output), loss


def _matrix(draw: st.DrawFn, rows: int, columns: int) -> list[list[float]]:
    return [[draw(numbers(-1, 1)) for _ in range(columns)] for _ in range(rows)]


def _bias(draw: st.DrawFn, kind: str, width: int) -> float | list[float] | None:
    if kind == "none":
        return None
    return draw(numbers(-1, 1)) if kind == "shared" else [draw(numbers(-1, 1)) for _ in range(width)]


def _target(draw: st.DrawFn, width: int, is_normal: bool, activation: str) -> list[float]:
    """Targets within the output's reach; for cross-entropy one class."""
    if is_normal:
        right = draw(st.integers(0, width - 1))
        return [float(unit == right) for unit in range(width)]
    return [draw(numbers(0.01, 0.99) if activation == "sigmoid" else numbers(-1, 1)) for _ in range(width)]
