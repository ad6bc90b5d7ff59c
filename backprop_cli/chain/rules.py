"""The name of the rule by which a step is differentiated, as textbooks have it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from backprop_cli.formula.expression import Apply, Expression, Name, names_in
from backprop_cli.formula.operations import CHOICES

CHAIN = "chain"
"""The name for a derivative that is a sum of products of others."""
IMPLICIT = "implicit_differentiation"
"""That for -F_x/F_y."""

_FAMILIES = {
    "power": ["sqrt", "cbrt"],
    "exponential": ["exp"],
    "logarithm": ["ln", "log", "log2", "log10"],
    "trigonometric": ["sin", "cos", "tan", "sec", "csc", "cot"],
    "inverse_trigonometric": ["arcsin", "arccos", "arctan", "arcsec", "arccsc", "arccot"],
    "hyperbolic": ["sinh", "cosh", "tanh", "sech", "csch", "coth"],
    "inverse_hyperbolic": ["arsinh", "arcosh", "artanh"],
    "absolute_value": ["abs"],
    "maximum": ["max", "min"],
    "step": ["sign", "floor", "ceil"],
    "error_function": ["erf"],
}
_FAMILY_OF = {function: family for family, functions in _FAMILIES.items() for function in functions}
ACTIVATION = "activation"
"""What is known from networks: sigmoid, relu, and the like."""


def rule_names(expression: Expression, live: Collection[str]) -> dict[str, str]:
    """The rule for the derivative of an expression by each of the names in `live`, all others being constants."""
    names = frozenset(live)
    if not isinstance(expression, Apply) or expression.operation != "+":
        return {name: _rule_name(expression, name, names) for name in names.intersection(names_in(expression))}
    terms: dict[str, list[Expression]] = {}
    for term in expression.arguments:
        for name in names.intersection(names_in(term)):
            terms.setdefault(name, []).append(term)
    return {name: _in_sum(found, name, names) for name, found in terms.items()}


def _in_sum(terms: Sequence[Expression], name: str, live: frozenset[str]) -> str:
    """That of the term in which the name stands, unless that is all there is in it, or there are several."""
    inner = _rule_name(terms[0], name, live) if len(terms) == 1 else ""
    return inner if inner not in ("", "identity") and not _is_signed_name(terms[0]) else "sum"


def _rule_name(expression: Expression, name: str, live: frozenset[str]) -> str:
    """The rule by one name; what only numbers are multiplied by has its own, a name alone that of the constant multiple."""
    if isinstance(expression, Name):
        return "identity"
    assert isinstance(expression, Apply)
    if expression.operation == "+":
        return _in_sum([part for part in expression.arguments if name in names_in(part)], name, live)
    parts = [part for part in expression.arguments if not live.isdisjoint(names_in(part))]
    if expression.operation == "neg" or (len(parts) == 1 and parts[0] in _multiplied(expression)):
        inner = _rule_name(parts[0], name, live)
        return "constant_multiple" if inner == "identity" else inner
    if expression.operation in ("*", "/"):
        return {"*": "product", "/": "quotient"}[expression.operation]
    if expression.operation == "^":
        return _of_power(expression, live)
    return "cases" if expression.operation in CHOICES else _FAMILY_OF.get(expression.operation, ACTIVATION)


def _is_signed_name(part: Expression) -> bool:
    return isinstance(part, Apply) and part.operation == "neg" and isinstance(part.arguments[0], Name)


def _multiplied(expression: Apply) -> tuple[Expression, ...]:
    """The factors of a product, or what stands above a line."""
    if expression.operation == "*":
        return expression.arguments
    return expression.arguments[:1] if expression.operation == "/" else ()


def _of_power(power: Apply, live: frozenset[str]) -> str:
    base, exponent = (not live.isdisjoint(names_in(part)) for part in power.arguments)
    if base and exponent:
        return "logarithmic_differentiation"
    return "power" if base else "exponential"
