"""The table of misconceptions: each has a name, a sentence, the right formula, the wrong one, and the ways to make it.

The entries stand in the order in which changes are made where two mistakes come together: what replaces a link before what
adds to it, and rounding last. Of mistakes that give the same numbers the one that stands first is named first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from backprop_cli.check import alterations as alter
from backprop_cli.check import formulas
from backprop_cli.check import variants as ways
from backprop_cli.formula.formula import Formula
from backprop_cli.network.network import Setup


@dataclass(frozen=True)
class Misconception:
    """A mistake; `sentence` goes on from "this is what you get if".

    A variant may have formulas of its own, where the textbook's `right` and `wrong` are not those of the network.
    """

    id: str
    sentence: str
    right: Formula
    wrong: Formula
    variants: ways.Variants


@dataclass(frozen=True)
class Mistake:
    """A misconception and the way in which it is made."""

    misconception: Misconception
    variant: ways.Variant

    @property
    def id(self) -> str:
        """The misconception's."""
        return self.misconception.id

    @property
    def formulas(self) -> formulas.Formulas:
        """The right formula and the wrong one."""
        return self.variant.formulas or (self.misconception.right, self.misconception.wrong)


def _entry(
    name: str, sentence: str, right: tuple[str, str], wrong: tuple[str, str], variants: ways.Variants
) -> Misconception:
    return Misconception(name, sentence, Formula(*right), Formula(*wrong), variants)


_BY_O = r"\frac{\partial E}{\partial o}"
_BY_W = r"\frac{\partial E}{\partial w}"
_BY_B = r"\frac{\partial E}{\partial b}"
_BY_A = r"\frac{\partial E}{\partial a}"
_A_BY_Z = r"\frac{\partial a}{\partial z}"
_Z_BY_W = r"\frac{\partial z}{\partial w}"
_W_TRANSPOSED = r"W^{\mathsf T}"

_SLOPE = ("∂a/∂z = f'(z)", rf"{_A_BY_Z} = f'(z)")
_NO_SLOPE = ("∂a/∂z = 1", rf"{_A_BY_Z} = 1")
_FACTOR = ("∂z/∂w = a_prev", rf"{_Z_BY_W} = a_{{\mathrm{{prev}}}}")
_UPDATE = ("w⁺ = w − η·∂E/∂w", rf"w^{{+}} = w - \eta \cdot {_BY_W}")
_BIAS_UPDATE = ("b⁺ = b − η·∂E/∂b", rf"b^{{+}} = b - \eta \cdot {_BY_B}")
_BIAS_STAYS = ("b⁺ = b", "b^{+} = b")
_SUM_OUT = ("E = Σ E_o", r"E = \sum E_o")
_MEAN_OUT = ("E = 1/n·Σ E_o", r"E = \tfrac{1}{n} \sum E_o")
_SUM_SAMPLES = ("E = Σ E_sample", r"E = \sum E_{\mathrm{sample}}")
_MEAN_SAMPLES = ("E = 1/N·Σ E_sample", r"E = \tfrac{1}{N} \sum E_{\mathrm{sample}}")
_BACK = ("∂E/∂a = Wᵀ·δ_next", rf"{_BY_A} = {_W_TRANSPOSED} \delta_{{\mathrm{{next}}}}")
_SUMMED = ("∂E/∂b = Σ δ over the layer's units", rf"{_BY_B} = \sum_i \delta_i")
_STEP = ("n updates", r"n\ \text{updates}")

_TABLE = [
    _entry(
        "error_sign", "the error is turned around, so that every gradient has the opposite sign",
        ("∂E/∂o = o − t", rf"{_BY_O} = o - t"), ("∂E/∂o = t − o", rf"{_BY_O} = t - o"),
        ways.error_sign,
    ),
    _entry(
        "mean_over_samples", "the mean over the samples is taken where the file says sum", _SUM_SAMPLES, _MEAN_SAMPLES,
        ways.over_samples("mean"),
    ),
    _entry(
        "sum_over_samples", "the sum over the samples is taken where the file says mean", _MEAN_SAMPLES, _SUM_SAMPLES,
        ways.over_samples("sum"),
    ),
    _entry(
        "mean_over_outputs", "the mean over the outputs is taken where the loss is their sum", _SUM_OUT, _MEAN_OUT,
        ways.over_outputs(is_mean=True),
    ),
    _entry(
        "sum_over_outputs", "the sum over the outputs is taken where the loss is their mean", _MEAN_OUT, _SUM_OUT,
        ways.over_outputs(is_mean=False),
    ),
    _entry(
        "half_forgotten", "the half in the loss, or the two that it cancels, is lost, so that all is doubled",
        formulas.SQUARES["half_squared_error"][0], formulas.SQUARES["half_squared_error"][1], ways.squares(2.0),
    ),
    _entry(
        "half_doubled", "a half too many is put in, or the two of the square's derivative is lost, so that all is halved",
        formulas.SQUARES["squared_error"][0], formulas.SQUARES["squared_error"][2], ways.squares(0.5),
    ),
    _entry(
        "cross_entropy_log10", "the cross-entropy is computed with the logarithm to base 10",
        ("−t·ln o", r"-t \ln o"), ("−t·log10 o", r"-t \log_{10} o"), ways.logarithm(1.0 / math.log(10.0)),
    ),
    _entry(
        "slope_missing", "the derivative of the activation is left out in every layer", _SLOPE, _NO_SLOPE,
        ways.slope_missing(of_output=True, of_hidden=True),
    ),
    _entry(
        "slope_missing_output", "the derivative of the activation is left out in the output layer", _SLOPE, _NO_SLOPE,
        ways.slope_missing(of_output=True, of_hidden=False),
    ),
    _entry(
        "slope_missing_hidden", "the derivative of the activation is left out in the hidden layers", _SLOPE, _NO_SLOPE,
        ways.slope_missing(of_output=False, of_hidden=True),
    ),
    _entry(
        "softmax_elementwise", "softmax is treated as if each output depended on its own z alone",
        ("∂o_i/∂z_j = o_i·(δ_ij − o_j)", r"\frac{\partial o_i}{\partial z_j} = o_i (\delta_{ij} - o_j)"),
        ("∂o_i/∂z_i = o_i·(1 − o_i), else 0", r"\frac{\partial o_i}{\partial z_i} = o_i (1 - o_i),\ \text{else}\ 0"),
        ways.softmax_elementwise,
    ),
    _entry(
        "slope_at_net_input", "the formula of the derivative is filled with z instead of a",
        ("σ' = a·(1 − a)", r"\sigma' = a(1 - a)"), ("z·(1 − z)", "z(1 - z)"), ways.slope_at_net_input,
    ),
    _entry(
        "slope_of_other_activation", "the derivative of another activation function is used", _SLOPE,
        ("∂a/∂z = g'(z), g ≠ f", rf"{_A_BY_Z} = g'(z),\ g \ne f"), ways.slope_of_other,
    ),
    _entry(
        "input_factor_one", "the derivative of z by w is taken as 1", _FACTOR, ("∂z/∂w = 1", rf"{_Z_BY_W} = 1"),
        ways.input_factor(alter.ones),
    ),
    _entry(
        "input_factor_weight", "the derivative of z by w is taken as w itself", _FACTOR, ("∂z/∂w = w", rf"{_Z_BY_W} = w"),
        ways.input_factor(alter.own_weight),
    ),
    _entry(
        "input_factor_network_input", "the network's input x stands where the hidden activation belongs", _FACTOR,
        ("∂z/∂w = x", rf"{_Z_BY_W} = x"), ways.input_factor_network_input,
    ),
    _entry(
        "first_output_only", "a hidden unit's delta goes through its first successor alone",
        ("∂E/∂a = Σ_k δ_k·w_k", rf"{_BY_A} = \sum_k \delta_k w_k"), ("∂E/∂a = δ_1·w_1", rf"{_BY_A} = \delta_1 w_1"),
        ways.first_output,
    ),
    _entry(
        "weights_transposed", "the weight matrix is not transposed in the backward step", _BACK,
        ("∂E/∂a = W·δ_next", rf"{_BY_A} = W \delta_{{\mathrm{{next}}}}"), ways.transposed,
    ),
    _entry(
        "shared_bias_not_summed", "a shared bias gets something else than the sum of its units' gradients", _SUMMED,
        ("∂E/∂b = one δ, or their mean", rf"{_BY_B} = \delta_i \ \text{{or}}\ \bar\delta"), ways.shared_bias,
    ),
    _entry(
        "bias_left_out", "the biases are not updated, though the file trains them", _BIAS_UPDATE, _BIAS_STAYS,
        ways.biases(False, alter.biases_frozen),
    ),
    _entry(
        "bias_trained", "the biases are updated, though the file freezes them", _BIAS_STAYS, _BIAS_UPDATE,
        ways.biases(True, alter.biases_trained),
    ),
    _entry(
        "update_sign", "the update goes uphill", _UPDATE, ("w⁺ = w + η·∂E/∂w", rf"w^{{+}} = w + \eta \cdot {_BY_W}"),
        ways.always(alter.learning_rate(lambda eta: -eta)),
    ),
    _entry(
        "learning_rate_missing", "the learning rate is left out of the update", _UPDATE,
        ("w⁺ = w − ∂E/∂w", rf"w^{{+}} = w - {_BY_W}"), ways.always(alter.learning_rate(lambda eta: 1.0)),
    ),
    _entry(
        "learning_rate_squared", "the learning rate is multiplied in twice", _UPDATE,
        ("w⁺ = w − η²·∂E/∂w", rf"w^{{+}} = w - \eta^2 \cdot {_BY_W}"),
        ways.always(alter.learning_rate(lambda eta: eta * eta)),
    ),
    _entry(
        "updated_weights_used", "hidden deltas are computed with the next layer's already updated weights", _BACK,
        ("∂E/∂a = (W⁺)ᵀ·δ_next", rf"{_BY_A} = (W^{{+}})^{{\mathsf T}} \delta_{{\mathrm{{next}}}}"),
        ways.already_updated,
    ),
    _entry(
        "gradient_is_change", "the change that the update makes is given for the gradient", ("∂E/∂w", _BY_W),
        ("−η·∂E/∂w", rf"-\eta \cdot {_BY_W}"), ways.always(alter.change_for_gradient),
    ),
    _entry(
        "digits_cut_off", "the digits after the last one given are cut off, not rounded",
        ("0.678 rounded to 0.68", r"0.678\ \text{rounded to}\ 0.68"),
        ("0.678 cut to 0.67", r"0.678\ \text{cut to}\ 0.67"), ways.digits_cut_off,
    ),
    _entry(
        "rounded_intermediates", "intermediate results are rounded before they are used",
        ("full precision until the end", r"\text{full precision until the end}"),
        ("few decimals carried", r"\text{few decimals carried}"), ways.rounded_intermediates,
    ),
    _entry(
        "one_step_fewer", "one update fewer is made", _STEP, ("n − 1 updates", r"n - 1\ \text{updates}"),
        ways.other_step(-1),
    ),
    _entry(
        "one_step_more", "one update more is made", _STEP, ("n + 1 updates", r"n + 1\ \text{updates}"), ways.other_step(1),
    ),
]  # fmt: skip

MISCONCEPTIONS: dict[str, Misconception] = {entry.id: entry for entry in _TABLE}


def mistakes_of(setup: Setup) -> list[Mistake]:
    """Every way of every mistake that can be made in a setup, in the table's order."""
    return [Mistake(entry, variant) for entry in MISCONCEPTIONS.values() for variant in entry.variants(setup)]
