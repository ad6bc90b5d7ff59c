"""Vectors and matrices by their components, against NumPy and automatic differentiation."""

from __future__ import annotations

from typing import Any

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad

from tests.program import backprop

X, W, B, T = (
    np.array([1.0, -0.5]),
    np.array([[0.1, 0.2], [0.3, 0.4], [-0.5, 0.6]]),
    np.array([0.5, 0.0, -0.1]),
    np.array([0.0, 1.0, 0.0]),
)
V = np.array([[0.7, -0.2, 0.3]])


def text(array: Any) -> str:
    return str(np.asarray(array).tolist())


GIVEN = [f"x = {text(X)}", f"W = {text(W)}", f"b = {text(B)}", f"t = {text(T)}", f"V = {text(V)}"]


def chain(*definitions: str) -> dict[str, Any]:
    used = [one for one in GIVEN if any(one[0] in definition for definition in definitions)]
    return backprop("chain", *used, *definitions, "--numbers", "-f", "json").json


def gradient(result: dict[str, Any], name: str, shape: tuple[int, ...]) -> Any:
    indices = [name + "".join(str(index + 1) for index in place) for place in np.ndindex(shape)]
    return np.array([result["derivatives"][index]["value"] for index in indices]).reshape(shape)


def softmax(z: Any) -> Any:
    return anp.exp(z) / anp.sum(anp.exp(z))


LOSSES: dict[tuple[str, ...], Any] = {
    ("z = W x + b", "a = softmax(z)", "L = -dot(t, ln(a))"): lambda w, x, b: (
        -anp.dot(T, anp.log(softmax(anp.dot(w, x) + b)))
    ),
    ("L = sum((W x + b)^2)/2",): lambda w, x, b: anp.sum((anp.dot(w, x) + b) ** 2) / 2,
    ("h = tanh(W x - b)", "o = V h", "L = sum(o)^2"): lambda w, x, b: (
        anp.sum(anp.dot(V, anp.tanh(anp.dot(w, x) - b))) ** 2
    ),
    ("a = σ(W·x)", "L = sum(hadamard(a, b)) + dot(b, b)"): (
        lambda w, x, b: anp.sum(b / (1 + anp.exp(-anp.dot(w, x)))) + anp.dot(b, b)
    ),
    ("f(u) = u^3", "L = sum(f(W x)) - 2sum(max(b, 0.25))"): (
        lambda w, x, b: anp.sum(anp.dot(w, x) ** 3) - 2 * anp.sum(anp.maximum(b, 0.25))
    ),
}


@pytest.mark.parametrize("definitions", LOSSES, ids=" | ".join)
def test_gradients_of_arrays_are_autograds(definitions: tuple[str, ...]) -> None:
    result, loss = chain(*definitions), LOSSES[definitions]
    assert result["values"]["L"] == pytest.approx(float(loss(W, X, B)), rel=1e-12)
    for position, (name, array) in enumerate((("W", W), ("x", X), ("b", B))):
        wanted = grad(loss, position)(W, X, B)
        assert gradient(result, name, array.shape) == pytest.approx(wanted, rel=1e-10, abs=1e-12), name


def test_a_matrix_times_a_matrix() -> None:
    result = chain("P = V W", "L = sum(P x)")
    assert [result["values"][f"P1{column}"] for column in (1, 2)] == pytest.approx((V @ W)[0])
    assert result["values"]["L"] == pytest.approx(float((V @ W @ X)[0]))


def test_components_are_named_by_row_and_column() -> None:
    result = chain("z = W x + b", "L = sum(z)")
    assert result["definitions"]["z2"] == "W21*x1 + W22*x2 + b2"
    some = backprop("chain", *GIVEN[:2], "z = W x", "L = sum(z)", "--wrt", "W", "-f", "json").json
    assert list(some["derivatives"]) == ["W11", "W12", "W21", "W22", "W31", "W32"]
    symbols = backprop("chain", "a = [u, v]", "s = softmax(a)", "--of", "s1", "-f", "json").json
    assert list(symbols["derivatives"]) == ["u", "v"]


def test_an_array_that_is_not_used_is_said() -> None:
    result = backprop("chain", "x = [1, 2]", "t = [0, 1]", "L = sum(x^2)", "-f", "json").json
    assert result["at"] == {"x1": 1.0, "x2": 2.0} and result["notices"] == ["t is not used"]


def test_a_point_wins_over_the_numbers_of_an_array() -> None:
    result = backprop("chain", "x = [1, 2]", "L = sum(x^2)", "--at", "x1=5", "-f", "json").json
    assert result["at"] == {"x1": 5.0, "x2": 2.0} and result["derivatives"]["x1"]["value"] == 10


ERRORS = {
    ("x = [1, 2]", "y = x x"): "dot(…, …)",
    ("x = [1, 2]", "W = [[1, 2, 3]]", "y = W x"): "the shapes 1 × 3 and 2 do not fit together",
    ("x = [1, 2]", "y = [1, 2, 3]", "z = sum(x + y)"): "the shapes",
    ("x = [1, [2, 3]]", "y = sum(x)"): "the rows of a matrix are vectors of one length",
    ("x = [1, 2]", "y = 1/x", "z = sum(y)"): "an array stands where a number is needed",
    ("x = [1, 2]", "y = dot(x)"): "'dot' takes 2 vectors, not 1",
    ("x = [1, 2]", "x1 = 3", "y = sum(x) + x1"): "would be x1, which is taken",
    ("x = [1, 2]",): "nothing to differentiate",
    ("a = [u, v]", "s = softmax(a)", "--of", "s"): "--of s1 takes one of its components",
    ("y = softmax(x)",): "softmax takes a vector",
}


@pytest.mark.parametrize("arguments", ERRORS, ids=" ".join)
def test_what_does_not_fit_is_said(arguments: tuple[str, ...]) -> None:
    result = backprop("chain", *arguments)
    assert result.exit_code == 2 and ERRORS[arguments] in result.stderr


def test_large_arrays_are_refused_in_a_moment() -> None:
    wide = "x = [" + ", ".join(["1"] * 2_500) + "]"
    assert "more than 2,000 components" in backprop("chain", "-", stdin=f"{wide}\ny = sum(x)\n").stderr
    matrix = "[" + ", ".join("[" + ", ".join(["0.5"] * 30) + "]" for _ in range(30)) + "]"
    product = backprop(
        "chain", "-", stdin=f"W = {matrix}\nP = W W\nQ = P P\nL = sum(Q [" + ", ".join(["1"] * 30) + "])\n"
    )
    assert product.exit_code == 2 and len(product.stderr) < 500
