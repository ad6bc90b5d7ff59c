"""The table of loss functions: value, slope and the textbook formulas of each stand side by side.

Every loss is a sum over a sample's outputs of shares e(t, o), so ∂E/∂o_k depends on output k alone. At a kink the slope is
0: of |o − t| at 0, as in PyTorch, and of the hinge at t·o = 1, as in its multi-class hinge loss.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from backprop_cli.functions import numeric
from backprop_cli.functions.numeric import Array


class Loss(NamedTuple):
    """A loss with its settings put in.

    `share_of(t, o, *settings)` is one output's share of E, `slope_of` its derivative by o, both elementwise; where
    `is_mean`, both are divided by the number n of outputs. `log_weights(t)` are α and β for the losses that are
    −Σ[α ln o + β ln(1 − o)] plus what does not depend on o.

    `definition` and `slope_formula` are both in the language of formulas, in `t`, `o`, `n` and the settings by name. Where they
    overflow, cancel or have no value, `stable_share` and `stable_slope` say the same in lines, the last of which is the result:
    the loop for small networks is printed from them.
    """

    name: str
    share_of: Callable[..., Array]
    slope_of: Callable[..., Array]
    definition: str
    slope_formula: str
    is_mean: bool = False
    needs_targets: bool = True
    log_weights: Callable[[Array], tuple[Array, Array]] | None = None
    defaults: tuple[tuple[str, float], ...] = ()
    has_kink: bool = False
    stable_share: tuple[str, ...] = ()
    stable_slope: tuple[str, ...] = ()
    settings: tuple[float, ...] = ()

    @property
    def share_lines(self) -> tuple[str, ...]:
        """Formulas of which the last is one output's share of E, without overflow or cancellation."""
        return self.stable_share or (f"share = {self.definition}",)

    @property
    def slope_lines(self) -> tuple[str, ...]:
        """Formulas of which the last is its derivative by `o`."""
        return self.stable_slope or (f"slope = {self.slope_formula}",)

    def shares(self, t: Array, o: Array) -> Array:
        """E_o1, E_o2, … for each sample: samples × outputs; they add up to E along the last axis."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            return self.bare_shares(t, o)

    def bare_shares(self, t: Array, o: Array) -> Array:
        """The same for a caller who has silenced NumPy's warnings, which takes longer than a few shares."""
        share = self.share_of(t, o, *self.settings)
        return share / o.shape[-1] if self.is_mean else share

    def slopes(self, t: Array, o: Array) -> Array:
        """∂E/∂o: samples × outputs."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            slope = self.slope_of(t, o, *self.settings)
            return slope / o.shape[-1] if self.is_mean else slope

    def setting_values(self) -> dict[str, float]:
        """The settings by name."""
        return dict(zip((name for name, _ in self.defaults), self.settings, strict=True))

    def with_settings(self, given: dict[str, float]) -> Loss:
        """The same loss with some of its settings changed."""
        values = tuple(float(given.get(name, default)) for name, default in self.defaults)
        return self._replace(settings=values)

    def __reduce__(self) -> tuple[Callable[..., Loss], tuple[str, dict[str, float]]]:
        """It is pickled by its name in the table: a function that stands there cannot be."""
        return _from_table, (self.name, self.setting_values())


def _huber(t: Array, o: Array, delta: float) -> Array:
    d = o - t
    size = np.where(d.real < 0, -d, d)
    return np.where(
        size.real <= delta, 0.5 * np.square(np.where(size.real <= delta, d, 0.0)), delta * (size - 0.5 * delta)
    )


def _absolute(t: Array, o: Array) -> Array:
    d = o - t
    return np.where(d.real < 0, -d, d)


def _hinge(t: Array, o: Array) -> Array:
    margin = 1.0 - t * o
    return np.where(margin.real > 0, margin, 0.0)


def _binary_cross_entropy(t: Array, o: Array) -> Array:
    return -(numeric.weighted(t, np.log(o)) + numeric.weighted(1.0 - t, numeric.log1p(-o)))


def _binary_cross_entropy_slope(t: Array, o: Array) -> Array:
    return -numeric.weighted(t, 1.0 / o) + numeric.weighted(1.0 - t, 1.0 / (1.0 - o))


def _kl_divergence(t: Array, o: Array) -> Array:
    return numeric.weighted(t, np.log(np.where(t == 0, 1.0, t)) - np.log(o))


_LOGARITHMS = (
    "ln_o = ln(o) if o > 0 else nan if o < 0 else -inf",
    "ln_rest = log1p(-o) if o < 1 else nan if o > 1 else -inf",
)
_T_OVER_O = "t_over_o = 0 if t == 0 else t*(inf if o == 0 else 1/o)"

_TABLE = [
    Loss(
        "half_squared_error",
        share_of=lambda t, o: 0.5 * np.square(t - o),
        slope_of=lambda t, o: o - t,
        definition="1/2*(t - o)^2",
        slope_formula="-(t - o)",
    ),
    Loss(
        "squared_error",
        share_of=lambda t, o: np.square(t - o),
        slope_of=lambda t, o: 2.0 * (o - t),
        definition="(t - o)^2",
        slope_formula="-2*(t - o)",
    ),
    Loss(
        "mean_squared_error",
        share_of=lambda t, o: np.square(t - o),
        slope_of=lambda t, o: 2.0 * (o - t),
        definition="1/n*(t - o)^2",
        slope_formula="-2/n*(t - o)",
        is_mean=True,
    ),
    Loss(
        "absolute_error",
        share_of=_absolute,
        slope_of=lambda t, o: np.sign(o - t),
        definition="abs(t - o)",
        slope_formula="sign(o - t)",
        has_kink=True,
    ),
    Loss(
        "mean_absolute_error",
        share_of=_absolute,
        slope_of=lambda t, o: np.sign(o - t),
        definition="1/n*abs(t - o)",
        slope_formula="1/n*sign(o - t)",
        is_mean=True,
        has_kink=True,
    ),
    Loss(
        "huber",
        share_of=_huber,
        slope_of=lambda t, o, delta: np.clip(o - t, -delta, delta),
        definition="1/2*(t - o)^2 if abs(t - o) <= delta else delta*(abs(t - o) - delta/2)",
        slope_formula="min(delta, max(-delta, o - t))",
        defaults=(("delta", 1.0),),
    ),
    Loss(
        "log_cosh",
        share_of=lambda t, o: numeric.log_cosh(o - t),
        slope_of=lambda t, o: np.tanh(o - t),
        definition="ln(cosh(o - t))",
        slope_formula="tanh(o - t)",
        stable_share=(
            "d = abs(o - t)",
            "share = log1p(sinh(d)^2)/2 if d < 0.01 else d + log1p(exp(-2*d)) - ln(2)",
        ),
    ),
    Loss(
        "binary_cross_entropy",
        share_of=_binary_cross_entropy,
        slope_of=_binary_cross_entropy_slope,
        definition="-(t*ln(o) + (1 - t)*ln(1 - o))",
        slope_formula="-t/o + (1 - t)/(1 - o)",
        log_weights=lambda t: (t, 1.0 - t),
        stable_share=(*_LOGARITHMS, "share = -((0 if t == 0 else t*ln_o) + (0 if t == 1 else (1 - t)*ln_rest))"),
        stable_slope=(
            _T_OVER_O,
            "slope = (0 if t == 1 else (1 - t)*(inf if o == 1 else 1/(1 - o))) - t_over_o",
        ),
    ),
    Loss(
        "cross_entropy",
        share_of=lambda t, o: -numeric.weighted(t, np.log(o)),
        slope_of=lambda t, o: -numeric.weighted(t, 1.0 / o),
        definition="-t*ln(o)",
        slope_formula="-t/o",
        log_weights=lambda t: (t, np.zeros_like(t)),
        stable_share=(_LOGARITHMS[0], "share = 0 if t == 0 else -t*ln_o"),
        stable_slope=(_T_OVER_O, "slope = -t_over_o"),
    ),
    Loss(
        "kl_divergence",
        share_of=_kl_divergence,
        slope_of=lambda t, o: -numeric.weighted(t, 1.0 / o),
        definition="t*ln(t/o)",
        slope_formula="-t/o",
        log_weights=lambda t: (t, np.zeros_like(t)),
        stable_share=(_LOGARITHMS[0], "share = 0 if t == 0 else t*(ln(t) - ln_o)"),
        stable_slope=(_T_OVER_O, "slope = -t_over_o"),
    ),
    Loss(
        "hinge",
        share_of=_hinge,
        slope_of=lambda t, o: np.where(t * o < 1.0, -t, 0.0),
        definition="max(0, 1 - t*o)",
        slope_formula="-t if t*o < 1 else 0",
        has_kink=True,
        stable_share=("share = 1 - t*o if t*o < 1 else 0",),
    ),
    Loss(
        "output",
        share_of=lambda t, o: +o,
        slope_of=lambda t, o: np.ones_like(o),
        definition="o",
        slope_formula="1",
        needs_targets=False,
    ),
]

LOSSES: dict[str, Loss] = {entry.name: entry.with_settings({}) for entry in _TABLE}


def _from_table(name: str, settings: dict[str, float]) -> Loss:
    return LOSSES[name].with_settings(settings)
