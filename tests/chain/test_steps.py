"""Expressions taken apart: which steps, by which rules, and that they come to the same derivative.

The rules are classified once more here, from the printed steps by sympy's own reading of them.
"""

from __future__ import annotations

from typing import Any

import pytest
import sympy

from tests.program import backprop

# what a teacher would write on the board
STEPS = {
    "y = sin(x^2)*exp(x)": {"u1": "x^2", "u2": "sin(u1)", "u3": "exp(x)", "y": "u2*u3"},
    "y = (x^2 + 1)^5": {"u1": "x^2 + 1", "y": "u1^5"},
    "y = sqrt(1 - x^2)": {"u1": "1 - x^2", "y": "sqrt(u1)"},
    "y = x sin x": {"u1": "sin(x)", "y": "x*u1"},
    "y = sin(x)/x": {"u1": "sin(x)", "y": "u1/x"},
    "y = 1/(1 + e^-x)": {"u1": "-x", "u2": "1 + e^u1", "y": "1/u2"},
    "y = e^(2x)": {"u1": "2*x", "y": "e^u1"},
    "y = 3 cos(5x) + 1": {"u1": "5*x", "y": "3*cos(u1) + 1"},
    "y = sin(cos(tan(x)))": {"u1": "tan(x)", "u2": "cos(u1)", "y": "sin(u2)"},
    "y = sin(x)^2 + cos(x)^2": {"u1": "sin(x)", "u2": "cos(x)", "y": "u1^2 + u2^2"},
    "y = x^x": {"y": "x^x"},
    "y = x^sin x": {"u1": "sin(x)", "y": "x^u1"},
    "y = 4x^3 - 2x + 7": {"y": "4*x^3 - 2*x + 7"},
    "y = 5": None,
    "y = ln(x^2 + 1)/2": {"u1": "x^2 + 1", "y": "ln(u1)/2"},
    # the same part is one step
    "y = sigmoid(2x)*(1 - sigmoid(2x))": {"u1": "2*x", "u2": "sigmoid(u1)", "u3": "1 - u2", "y": "u2*u3"},
    # names that are taken
    "y = sin(u1 u2)": {"u3": "u1*u2", "y": "sin(u3)"},
    "y = x^2 if x > 0 else sin(2x)": {"u1": "2*x", "y": "x^2 if x > 0 else sin(u1)"},
}
OPERATIONS = {
    "y = 3 cos(5x) + 1": {"u1": "5*x", "u2": "cos(u1)", "u3": "3*u2", "y": "u3 + 1"},
    "f = 1/(1 + exp(-(w*x + b)))": {
        "u1": "w*x", "u2": "u1 + b", "u3": "-u2", "u4": "exp(u3)", "u5": "1 + u4", "f": "1/u5",
    },
    "y = x^2 - 2x y": {"u1": "x^2", "u2": "2*x*z", "y": "u1 - u2"},
}  # fmt: skip


@pytest.mark.parametrize("definition", [text for text in STEPS if STEPS[text]])
def test_the_steps_are_those_of_a_blackboard(definition: str) -> None:
    assert backprop("chain", definition, "-f", "json").json["definitions"] == STEPS[definition]


@pytest.mark.parametrize("definition", OPERATIONS)
def test_every_operation_can_be_a_step(definition: str) -> None:
    text = definition.replace("2x y", "2x z")
    assert backprop("chain", text, "--steps", "all", "-f", "json").json["definitions"] == OPERATIONS[definition]


def test_what_is_held_constant_is_not_taken_apart() -> None:
    result = backprop("chain", "y = sin(a^2 + 1)*x", "--wrt", "x", "-f", "json").json
    assert result["definitions"] == {"y": "sin(a^2 + 1)*x"}
    assert result["partials"][0]["rule_name"] == "constant_multiple"


def test_definitions_are_kept_as_they_are_written() -> None:
    written = ["u = (x+1)^2", "h = u^3 + 2u - 5"]
    result = backprop("chain", *written, "-f", "json").json
    assert result["definitions"].keys() == {"u", "h"} and "rule_name" not in result["partials"][0]
    apart = backprop("chain", *written, "--steps", "rules", "-f", "json").json
    assert apart["definitions"] == {"u1": "x + 1", "u": "u1^2", "h": "u^3 + 2*u - 5"}
    alone = backprop("chain", "y = sin(x^2)", "--steps", "none", "-f", "json").json
    assert alone["definitions"] == {"y": "sin(x^2)"} and "rule_name" not in alone["partials"][0]


RULES = {
    "y = x^3": "power",
    "y = 1/x": "quotient",
    "y = sqrt(x)": "power",
    "y = 7x": "constant_multiple",
    "y = -x": "constant_multiple",
    "y = x/3": "constant_multiple",
    "y = 4sin(x)": "trigonometric",
    "y = x + 2": "sum",
    "y = 2 - x": "sum",
    "y = x^2 + x": "sum",
    "y = x^2 + 1": "power",
    "y = x^x": "logarithmic_differentiation",
    "y = 2^x": "exponential",
    "y = exp(x)": "exponential",
    "y = ln(x)": "logarithm",
    "y = tanh(x)": "hyperbolic",
    "y = relu(x)": "activation",
    "y = |x|": "absolute_value",
    "y = max(x, 0)": "maximum",
    "y = x if x > 0 else 2x": "cases",
    "y = x": "identity",
}


@pytest.mark.parametrize("definition", RULES)
def test_the_rule_of_one_step(definition: str) -> None:
    (partial,) = backprop("chain", definition, "-f", "json").json["partials"]
    assert partial["rule_name"] == RULES[definition]


MANY = [
    "y = sin(x^2)*exp(x)", "y = (x^2 + 1)^5*(x - 1)^3", "y = sin(x)^2/(1 + cos(x))", "y = ln(sqrt(x^2 + 1))",
    "y = x^2*2^x", "y = (3x - 1)/(2x + 5)", "y = exp(-x^2/2)", "y = x^sin(x)", "y = cos(3x)*sin(2x) - x/5",
    "y = sqrt(sin(x) + 2)", "y = 1/(1 + exp(-x))", "y = tan(x)^3 + 4ln(x)", "y = (x + 1/x)^4", "y = x*exp(x)*sin(x)",
    "y = sinh(x)*cosh(2x)", "y = -3(x^2 - x)^7 + 2", "y = (x^x + 1)^2", "y = exp(x)/x^2", "y = ln(ln(x + 3))",
]  # fmt: skip


@pytest.mark.parametrize("definition", MANY)
def test_every_rule_is_that_of_sympys_reading_of_the_step(definition: str) -> None:
    for steps in ("rules", "all"):
        result = backprop("chain", definition, "--steps", steps, "--at", "x=0.7", "-f", "json").json
        definitions = result["definitions"]
        for partial in result["partials"]:
            if "terms" in partial:
                assert partial["rule_name"] == "chain"
                continue
            wrt = partial["wrt"].partition("|")[0]
            assert partial["rule_name"] == classified(definitions[partial["of"]], wrt), (partial, definitions)
        whole = backprop("chain", definition, "--steps", "none", "--at", "x=0.7", "-f", "json").json
        assert result["derivatives"]["x"]["value"] == pytest.approx(whole["derivatives"]["x"]["value"], rel=1e-12)


FAMILIES: dict[Any, str] = {
    sympy.sin: "trigonometric", sympy.cos: "trigonometric", sympy.tan: "trigonometric",
    sympy.sinh: "hyperbolic", sympy.cosh: "hyperbolic", sympy.tanh: "hyperbolic",
    sympy.log: "logarithm", sympy.exp: "exponential",
}  # fmt: skip


def classified(text: str, wrt: str) -> str:
    """The rule as sympy's tree of the printed step has it."""
    names = {name: sympy.Symbol(name) for name in ["x", "y", *(f"u{n}" for n in range(1, 30))]}
    value = sympy.sympify(text.replace("^", "**"), {**names, "ln": sympy.log, "e": sympy.E})
    symbol = names[wrt]
    constant, terms = value.as_independent(*names.values(), as_Add=True)
    if terms.is_Add or constant != 0:
        inside = [term for term in sympy.Add.make_args(value) if term.has(symbol)]
        if len(inside) > 1 or (inside[0] / symbol).is_number:
            # a number times the name is a multiple, the name itself a term of the sum
            return "constant_multiple" if len(inside) == 1 and abs(inside[0] / symbol) != 1 else "sum"
        terms = inside[0]
    _, core = terms.as_independent(*names.values(), as_Add=False)
    if core == symbol:
        return "identity" if terms == core else "constant_multiple"
    if any(factor.is_Pow and factor.exp == -1 for factor in sympy.Mul.make_args(core)):
        return "quotient"
    if core.is_Mul:
        return "product"
    if core.is_Pow and not isinstance(core, sympy.exp):
        if core.base.free_symbols and core.exp.free_symbols:
            return "logarithmic_differentiation"
        return "power" if core.base.free_symbols else "exponential"
    return FAMILIES[core.func]


def test_the_table_names_each_rule() -> None:
    shown = backprop("chain", "y = sin(x^2)*exp(x)").stdout
    assert "\nSteps\n" in shown
    for words in ("product rule", "trigonometric rule", "exponential rule", "power rule", "chain rule"):
        assert words in shown
    assert backprop("chain", "y = sin(x^2)", "-f", "csv").stdout.splitlines()[0].endswith(",rule_name")
