"""The formulas of the mistakes: every one is read, printed in every output, and the wrong one is another than the right one."""

from __future__ import annotations

import math
from random import Random
from xml.etree import ElementTree

import pytest

from backprop_cli import load
from backprop_cli.check.mistakes.entry import Line, Made
from backprop_cli.check.mistakes.table import MISTAKES, mistakes_of
from backprop_cli.check.work import Work
from backprop_cli.formula.evaluate import evaluate
from backprop_cli.formula.expression import TOTAL, Apply, Call, Expression, Name, Number, names_in
from backprop_cli.formula.printer import TEXT
from backprop_cli.formula.texts import Equation, equation
from backprop_cli.render.formats.latex_notation import LatexNotation, MarkdownNotation
from backprop_cli.render.formats.notation import TextNotation, line, quantity_pieces
from backprop_cli.render.page.mathml import PageNotation

ACTIVATIONS = ("sigmoid", "tanh", "softplus", "bipolar_sigmoid", "softmax")
LOSSES = (
    "half_squared_error", "squared_error", "mean_squared_error", "huber", "cross_entropy", "hinge", "absolute_error",
)  # fmt: skip
IN_WORDS = {
    "samples_reordered", "sample_twice", "decimal_point", "one_step_fewer", "one_step_more", "forward_redone",
    "updated_biases_used", "digits_cut_off", "rounded_intermediates",
}  # fmt: skip


def made() -> list[Made]:
    """Mistakes in networks of each activation function, loss and way of training that has formulas of its own."""
    found: dict[tuple[str, Line, Line], Made] = {}
    for activation in ACTIVATIONS:
        for loss in LOSSES:
            # units share a bias, or have one each where the loss is the cross-entropy
            shared, own = {"b1": 0.1}, [{"b1": 0.1}, {"c1": 0.2}]
            bias = own if loss == "cross_entropy" else shared
            hidden = {"activation": "tanh", "weights": [[0.1, 0.2], [0.3, 0.4]], "bias": bias}
            last = {"activation": activation, "weights": [[0.5, 0.6], [0.7, 0.8]], "bias": 0.2}
            setup = load(
                {
                    "inputs": [[1, 2], [3, 4]], "targets": [[0, 1], [1, 0]], "loss": loss, "layers": [hidden, last],
                    "momentum": 0.9, "weight_decay": 0.1, "penalty": {"l2": 0.1}, "freeze": ["b1"],
                    "reduction": "sum" if activation == "tanh" else "mean",
                }
            )  # fmt: skip
            found |= {(one.id, *one.formulas): one for one in mistakes_of(setup)}
    return list(found.values())


MADE = made()


def test_every_mistake_is_among_them() -> None:
    assert {one.id for one in MADE} == MISTAKES.keys()
    assert len(MADE) > len(MISTAKES) + 20
    assert {one.id for one in MADE if any(isinstance(formula, str) for formula in one.formulas)} == IN_WORDS


@pytest.mark.parametrize("one", MADE, ids=lambda one: one.id)
def test_every_output_prints_them(one: Made) -> None:
    for formula in one.formulas:
        assert line(formula, TextNotation(is_ascii=True)).isascii()
        if isinstance(formula, str):
            continue
        for notation in (LatexNotation(), MarkdownNotation()):
            latex = line(formula, notation)
            assert latex.startswith("$")
            assert latex.isascii()
            assert latex.count("{") == latex.count("}")
        ElementTree.fromstring(line(formula, PageNotation()).replace("\u200b", ""))


@pytest.mark.parametrize("one", [one for one in MADE if one.id not in IN_WORDS], ids=lambda one: one.id)
def test_what_is_printed_in_the_language_reads_back_as_the_same(one: Made) -> None:
    for formula in one.formulas:
        assert not isinstance(formula, str)
        sides = (TEXT.write(side, quantity_pieces(side, TextNotation())) for side in formula)
        assert equation(" = ".join(sides).replace("′", "'")) == formula


@pytest.mark.parametrize("one", MADE, ids=lambda one: one.id)
def test_the_wrong_formula_says_something_else_than_the_right_one(one: Made) -> None:
    right, wrong = one.formulas
    if isinstance(right, str) or isinstance(wrong, str):
        assert right != wrong
        return
    assert all(not math.isclose(value(right, seed), value(wrong, seed)) for seed in range(3))


@pytest.mark.parametrize(
    "one",
    [one for one in MADE if not isinstance(one.formulas[0], str) and len(one.formulas[0]) > 2],
    ids=lambda one: one.id,
)
def test_the_sides_of_an_equation_of_several_are_equal(one: Made) -> None:
    assert not isinstance(one.formulas[0], str)
    _, first, *others = one.formulas[0]
    assert all(math.isclose(value((first,), 1), value((other,), 1)) for other in others)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "bipolar_sigmoid", "softplus"])
@pytest.mark.parametrize("mistake", ["slope_missing", "slope_at_net_input", "slope_plus"])
def test_the_wrong_slope_that_is_shown_is_the_one_that_is_computed(mistake: str, activation: str) -> None:
    layers = [{"activation": activation, "weights": [[1.7, -0.4]]}, {"activation": "linear", "weights": [[0.5]]}]
    setup = load({"inputs": [0.9, 0.8], "targets": [1], "layers": layers})
    for one in (one for one in mistakes_of(setup) if one.id == mistake):
        work, formula = Work(setup, 1, changes=[one.way.change]), one.formulas[1]
        assert not isinstance(formula, str)
        shown = evaluate(formula[-1], {"z": float(work.net_inputs()[0]), "a": float(work.activations()[2])})
        assert work.own_slopes()[0] == pytest.approx(shown, rel=1e-14)
        assert work.own_slopes()[0] != pytest.approx(Work(setup, 1).own_slopes()[0], rel=1e-3)


def test_derivatives_new_values_and_sums_are_spelled_as_each_output_has_it() -> None:
    (left, right) = equation("w⁺ = w - η*Σ(k, δ_k*f'(z))^2*∂E/∂w/2")
    assert (left, names_in(right)) == (Name("w+"), ["w", "η", "k", "δ_k", "z", "dE/dw"])
    outputs = (TextNotation(), TextNotation(is_ascii=True), LatexNotation())
    assert [line((left, right), notation) for notation in outputs] == [
        "w⁺ = w − η·(Σ_k δ_k·f′(z))²·∂E/∂w/2",
        "w+ = w - eta*sum(k, delta_k*f'(z))^2*dE/dw/2",
        r"${w}^{+} = w - \frac{\eta (\sum_{k} \delta_{k} \cdot {f'}(z))^{2} \cdot \frac{\partial E}{\partial w}}{2}$",
    ]


def value(formula: Equation, seed: int) -> float:
    """The last side's, with a number for each name, 3 terms for each sum, and functions for those that stand for any."""
    side = concrete(formula[-1])
    return evaluate(side, {name: Random(f"{name} {seed}").uniform(0.1, 0.9) for name in names_in(side)})


STANDING_FOR = {"f": "sin", "f'": "cos", "g": "tanh", "g'": "sech"}


def concrete(expression: Expression) -> Expression:
    if not isinstance(expression, Apply | Call):
        return expression
    arguments = tuple(map(concrete, expression.arguments))
    if isinstance(expression, Apply):
        return Apply(expression.operation, arguments)
    if expression.function != TOTAL:
        return Apply(STANDING_FOR[expression.function], arguments)
    index, term = arguments
    assert isinstance(index, Name)
    return Apply("*", (Number(3.0 + len(index.name)), term))
