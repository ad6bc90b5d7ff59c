"""Formulas as MathML: names escaped, every number marked, and parentheses for whatever number may come in its place."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from backprop_cli.derivation.partials import Rule
from backprop_cli.formula.texts import formula
from backprop_cli.render.page.mathml import PageNotation
from backprop_cli.render.views.blocks import Matrix


def shown(markup: str) -> str:
    """What a reader sees of some markup, in one line."""
    return "".join(ElementTree.fromstring(f"<math>{markup}</math>".replace("\x1f", "")).itertext())


def filled(text: str, values: dict[str, float], settings: dict[str, float] | None = None) -> str:
    names = {name: name for name in values} | dict.fromkeys(settings or {}, "")
    return PageNotation().numbers(Rule(formula(text), names, values | (settings or {})))


NAMES = {
    "w31": "<msub><mi>w</mi><mn>31</mn></msub>",
    "b1_2": "<msub><mi>b</mi><mn>1,2</mn></msub>",
    "E_o1": "<msub><mi>E</mi><mi>o1</mi></msub>",
    "E": "<mi>E</mi>",
    "a<b": "<mtext>a&lt;b</mtext>",
    "rate": "<mtext>rate</mtext>",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_one_element(name: str) -> None:
    assert PageNotation().name(name) == NAMES[name]


def test_a_number_is_marked_with_its_name_and_its_exact_value() -> None:
    (found,) = ElementTree.fromstring(f"<math>{filled('a', {'a': -1 / 3})}</math>")
    assert found.attrib == {"data-name": "a", "data-value": repr(-1 / 3)}
    assert "".join(found.itertext()) == "−0.33333333"


def test_where_a_sign_binds_a_number_it_is_marked_whatever_its_sign_is() -> None:
    for a in (0.25, -0.25):
        marked = re.findall(r"<mrow [^>]*>", filled("a*(1 - a)", {"a": a}))
        assert len(marked) == 2 and all("data-factor" in mark for mark in marked)
        marked = re.findall(r"<mrow [^>]*>", filled("exp(a)", {"a": a}))
        assert len(marked) == 1 and "data-factor" not in marked[0]
    assert shown(filled("a*(1 - a)", {"a": -0.25})) == "(−0.25)\u2062(1−(−0.25))"


def test_a_function_keeps_its_parentheses_around_a_number() -> None:
    assert shown(filled("-t*ln(o)", {"t": 1.0, "o": 0.5})) == "−1\u2062ln\u2061(0.5)"
    assert shown(filled("tanh(z)", {"z": -0.5})) == "tanh\u2061(−0.5)"


def test_a_setting_that_is_1_multiplies_nothing() -> None:
    assert shown(filled("1/n*(t - o)^2", {"t": 1.0, "o": 0.5}, {"n": 1.0})) == "(1−0.5)2"
    assert shown(filled("slope*z", {"z": 2.0}, {"slope": 0.01})) == "0.01⋅2"


def test_a_large_matrix_shows_its_edges_and_one_number_no_parentheses() -> None:
    notation = PageNotation()
    text = shown(notation.shown_matrix(Matrix(notation.matrix(("W", 1, "")), "", np.arange(100.0).reshape(10, 10))))
    assert text.startswith("W(1)=(0") and "⋯" in text and "⋮" in text and "⋱" in text
    assert shown(notation.shown_matrix(Matrix(notation.name("E"), "", np.array([[0.5]])))) == "E=0.5"
