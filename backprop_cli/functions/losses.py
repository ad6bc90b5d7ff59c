"""The table of loss functions: value, slope and the textbook formulas of each stand side by side.

Every loss is a sum over a sample's outputs of shares e(t, o), so ∂E/∂o_k depends on output k alone. At a kink the slope is
0: of |o − t| at 0, as in PyTorch, and of the hinge at t·o = 1, as in its multi-class hinge loss.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from backprop_cli.formula.formula import Formula
from backprop_cli.functions import numeric
from backprop_cli.functions.numeric import Array


@dataclass(frozen=True)
class Loss:
    """A loss with its settings put in.

    `share_of(t, o, *settings)` is one output's share of E, `slope_of` its derivative by o, both elementwise; where
    `is_mean`, both are divided by the number n of outputs. `log_weights(t)` are α and β for the losses that are
    −Σ[α ln o + β ln(1 − o)] plus what does not depend on o.

    `scalar_share` and `scalar_slope` are the same as Python expressions in `<t>`, `<o>` and the settings by name. They use
    the functions of `math`, and no input makes them raise.
    """

    name: str
    share_of: Callable[..., Array]
    slope_of: Callable[..., Array]
    definition: Formula
    slope_formula: Formula
    is_mean: bool = False
    needs_targets: bool = True
    log_weights: Callable[[Array], tuple[Array, Array]] | None = None
    defaults: tuple[tuple[str, float], ...] = ()
    has_kink: bool = False
    scalar_slope: str = ""
    scalar_share: str = ""
    settings: tuple[float, ...] = ()

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
        return replace(self, settings=values)


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


_SCALAR_LOG = "(log(<o>) if <o> > 0.0 else nan if <o> < 0.0 else -inf)"
_SCALAR_LOG_COMPLEMENT = "(log1p(-<o>) if <o> < 1.0 else nan if <o> > 1.0 else -inf)"
_SCALAR_T_OVER_O = "(0.0 if <t> == 0.0 else <t> * (1.0 / <o> if <o> != 0.0 else inf))"
_SCALAR_REST_OVER_REST = "(0.0 if <t> == 1.0 else (1.0 - <t>) * (1.0 / (1.0 - <o>) if <o> != 1.0 else inf))"

_SQUARED = Formula("(<t> - <o>)^2", "(<t> - <o>)^2")
_ABSOLUTE = Formula("abs(<t> - <o>)", r"\lvert <t> - <o> \rvert")
_MEAN = r"\tfrac{1}{<n>}"
_MINUS_T_OVER_O = Formula("-<t>/<o>", r"-\frac{<t>}{<o>}")

_TABLE = [
    Loss(
        "half_squared_error",
        share_of=lambda t, o: 0.5 * np.square(t - o),
        slope_of=lambda t, o: o - t,
        definition=Formula("1/2*(<t> - <o>)^2", r"\tfrac12(<t> - <o>)^2"),
        slope_formula=Formula("-(<t> - <o>)", "-(<t> - <o>)"),
        scalar_slope="<o> - <t>",
        scalar_share="0.5 * ((<t> - <o>) * (<t> - <o>))",
    ),
    Loss(
        "squared_error",
        share_of=lambda t, o: np.square(t - o),
        slope_of=lambda t, o: 2.0 * (o - t),
        definition=_SQUARED,
        slope_formula=Formula("-2*(<t> - <o>)", "-2 (<t> - <o>)"),
        scalar_slope="2.0 * (<o> - <t>)",
        scalar_share="(<t> - <o>) * (<t> - <o>)",
    ),
    Loss(
        "mean_squared_error",
        share_of=lambda t, o: np.square(t - o),
        slope_of=lambda t, o: 2.0 * (o - t),
        definition=Formula("1/<n>*(<t> - <o>)^2", _MEAN + "(<t> - <o>)^2"),
        slope_formula=Formula("-2/<n>*(<t> - <o>)", r"-\tfrac{2}{<n>} (<t> - <o>)"),
        is_mean=True,
        scalar_slope="2.0 * (<o> - <t>)",
        scalar_share="(<t> - <o>) * (<t> - <o>)",
    ),
    Loss(
        "absolute_error",
        share_of=_absolute,
        slope_of=lambda t, o: np.sign(o - t),
        definition=_ABSOLUTE,
        slope_formula=Formula("sign(<o> - <t>)", r"\operatorname{sign}(<o> - <t>)"),
        has_kink=True,
        scalar_slope="1.0 if <o> > <t> else -1.0 if <o> < <t> else 0.0",
        scalar_share="abs(<o> - <t>)",
    ),
    Loss(
        "mean_absolute_error",
        share_of=_absolute,
        slope_of=lambda t, o: np.sign(o - t),
        definition=Formula("1/<n>*abs(<t> - <o>)", _MEAN + r"\lvert <t> - <o> \rvert"),
        slope_formula=Formula("1/<n>*sign(<o> - <t>)", _MEAN + r"\operatorname{sign}(<o> - <t>)"),
        is_mean=True,
        has_kink=True,
        scalar_slope="1.0 if <o> > <t> else -1.0 if <o> < <t> else 0.0",
        scalar_share="abs(<o> - <t>)",
    ),
    Loss(
        "huber",
        share_of=_huber,
        slope_of=lambda t, o, delta: np.clip(o - t, -delta, delta),
        definition=Formula(
            "1/2*(<t> - <o>)^2 if abs(<t> - <o>) <= <delta> else <delta>*(abs(<t> - <o>) - <delta>/2)",
            r"\begin{cases}\tfrac12(<t> - <o>)^2 & \lvert <t> - <o> \rvert \le <delta>\cr "
            r"<delta> (\lvert <t> - <o> \rvert - \tfrac12 \cdot <delta>) & \text{otherwise}\end{cases}",
        ),
        slope_formula=Formula(
            "min(<delta>, max(-<delta>, <o> - <t>))", r"\min\bigl(<delta>, \max(-<delta>, <o> - <t>)\bigr)"
        ),
        defaults=(("delta", 1.0),),
        scalar_slope="min(<delta>, max(-<delta>, <o> - <t>))",
        scalar_share="0.5 * ((<o> - <t>) * (<o> - <t>)) if abs(<o> - <t>) <= <delta>"
        " else <delta> * (abs(<o> - <t>) - 0.5 * <delta>)",
    ),
    Loss(
        "log_cosh",
        share_of=lambda t, o: numeric.log_cosh(o - t),
        slope_of=lambda t, o: np.tanh(o - t),
        definition=Formula("ln(cosh(<o> - <t>))", r"\ln\cosh(<o> - <t>)"),
        slope_formula=Formula("tanh(<o> - <t>)", r"\tanh(<o> - <t>)"),
        scalar_slope="tanh(<o> - <t>)",
        scalar_share="0.5 * log1p(sinh(<o> - <t>) * sinh(<o> - <t>)) if abs(<o> - <t>) < 1e-2"
        " else abs(<o> - <t>) + log1p(exp(-2.0 * abs(<o> - <t>))) - 0.6931471805599453",
    ),
    Loss(
        "binary_cross_entropy",
        share_of=_binary_cross_entropy,
        slope_of=_binary_cross_entropy_slope,
        definition=Formula(
            "-(<t>*ln(<o>) + (1 - <t>)*ln(1 - <o>))", r"-\bigl(<t>\ln <o> + (1 - <t>)\ln(1 - <o>)\bigr)"
        ),
        slope_formula=Formula("-<t>/<o> + (1 - <t>)/(1 - <o>)", r"-\frac{<t>}{<o>} + \frac{1 - <t>}{1 - <o>}"),
        log_weights=lambda t: (t, 1.0 - t),
        scalar_slope=f"{_SCALAR_REST_OVER_REST} - {_SCALAR_T_OVER_O}",
        scalar_share=f"-((0.0 if <t> == 0.0 else <t> * {_SCALAR_LOG})"
        f" + (0.0 if <t> == 1.0 else (1.0 - <t>) * {_SCALAR_LOG_COMPLEMENT}))",
    ),
    Loss(
        "cross_entropy",
        share_of=lambda t, o: -numeric.weighted(t, np.log(o)),
        slope_of=lambda t, o: -numeric.weighted(t, 1.0 / o),
        definition=Formula("-<t>*ln(<o>)", r"-<t>\ln <o>"),
        slope_formula=_MINUS_T_OVER_O,
        log_weights=lambda t: (t, np.zeros_like(t)),
        scalar_slope=f"-{_SCALAR_T_OVER_O}",
        scalar_share=f"-(0.0 if <t> == 0.0 else <t> * {_SCALAR_LOG})",
    ),
    Loss(
        "kl_divergence",
        share_of=_kl_divergence,
        slope_of=lambda t, o: -numeric.weighted(t, 1.0 / o),
        definition=Formula("<t>*ln(<t>/<o>)", r"<t>\ln\frac{<t>}{<o>}"),
        slope_formula=_MINUS_T_OVER_O,
        log_weights=lambda t: (t, np.zeros_like(t)),
        scalar_slope=f"-{_SCALAR_T_OVER_O}",
        scalar_share=f"0.0 if <t> == 0.0 else <t> * (log(<t>) - {_SCALAR_LOG})",
    ),
    Loss(
        "hinge",
        share_of=_hinge,
        slope_of=lambda t, o: np.where(t * o < 1.0, -t, 0.0),
        definition=Formula("max(0, 1 - <t>*<o>)", r"\max(0, 1 - <t> \cdot <o>)"),
        slope_formula=Formula(
            "-<t> if <t>*<o> < 1 else 0", r"\begin{cases}-<t> & <t> \cdot <o> < 1\cr 0 & \text{otherwise}\end{cases}"
        ),
        has_kink=True,
        scalar_slope="-<t> if <t> * <o> < 1.0 else 0.0",
        scalar_share="1.0 - <t> * <o> if <t> * <o> < 1.0 else 0.0",
    ),
    Loss(
        "output",
        share_of=lambda t, o: +o,
        slope_of=lambda t, o: np.ones_like(o),
        definition=Formula("<o>", "<o>"),
        slope_formula=Formula("1", "1"),
        needs_targets=False,
        scalar_slope="1.0",
        scalar_share="<o>",
    ),
]

LOSSES: dict[str, Loss] = {entry.name: entry.with_settings({}) for entry in _TABLE}
