"""Vectors, matrices and Jacobians whole, against autograd, and products of matrices against what they are said to be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad, jacobian

from backprop_cli.chain.array_pass import IDENTITY, ArrayPass, Gradient, Jacobian, Passed, WholeJacobian
from backprop_cli.chain.derive import differentiate
from backprop_cli.chain.question import Question
from backprop_cli.formula.expression import Source
from tests.hang import no_hang
from tests.program import backprop

W, V = np.array([[0.5, -1.2], [0.3, 0.8], [-0.7, 0.4]]), np.array([[0.2, 0.1, -0.6], [1.1, -0.9, 0.5]])
X, B, C = np.array([0.7, -0.4]), np.array([0.1, 0.2, -0.3]), np.array([0.4, 0.9])
ARRAYS = {"W": W, "V": V, "x": X, "b": B, "c": C}
GIVEN = [f"{name} = {array.tolist()}" for name, array in ARRAYS.items()]


def softmax(z: Any) -> Any:
    return anp.exp(z) / anp.sum(anp.exp(z))


def passes(*definitions: str, of: str | None = None) -> ArrayPass:
    text = "\n".join([*GIVEN, *definitions])
    return ArrayPass(differentiate(Source(text), Question(of=of, whole_arrays=True)))


LOSSES: dict[tuple[str, ...], Callable[[Any], Any]] = {
    ("z = W x + b", "a = tanh(z)", "y = V a + c", "p = softmax(y)", "L = -ln(p2)"): lambda g: (
        -anp.log(softmax(g["V"] @ anp.tanh(g["W"] @ g["x"] + g["b"]) + g["c"])[1])
    ),
    ("z = W x + b", "L = dot(z, z)/2 + sum(x^2)"): lambda g: (
        anp.sum((g["W"] @ g["x"] + g["b"]) ** 2) / 2 + anp.sum(g["x"] ** 2)
    ),
    ("z = W x", "y = V z - x", "L = sum(y)^2"): lambda g: anp.sum(g["V"] @ (g["W"] @ g["x"]) - g["x"]) ** 2,
    ("u = hadamard(x, c)", "s = sum(u)", "L = s^2 + s"): lambda g: (
        anp.sum(g["x"] * g["c"]) ** 2 + anp.sum(g["x"] * g["c"])
    ),
    ("P = V W", "L = sum(P x)"): lambda g: anp.sum(g["V"] @ g["W"] @ g["x"]),
}


@pytest.mark.parametrize("definitions", LOSSES, ids=" | ".join)
def test_gradients_have_the_shape_and_the_numbers_of_autograd(definitions: tuple[str, ...]) -> None:
    found = {step.by: step.value for step in passes(*definitions).backward() if isinstance(step, Gradient)}
    wanted_by_name = grad(LOSSES[definitions])(ARRAYS)
    for name, wanted in wanted_by_name.items():
        if name in found:
            assert found[name].reshape(wanted.shape) == pytest.approx(wanted, rel=1e-9, abs=1e-12), name
    assert {"x"} <= found.keys()


@pytest.mark.slow
@pytest.mark.parametrize("definitions", LOSSES, ids=" | ".join)
def test_a_gradient_is_the_sum_of_the_products_that_it_says(definitions: tuple[str, ...]) -> None:
    whole = passes(*definitions)
    values = {one.array.name: one.value for one in whole.forward()}
    jacobians: dict[tuple[str, str], np.ndarray] = {}
    gradients: dict[str, np.ndarray] = {}
    for step in whole.backward():
        if isinstance(step, Jacobian):
            jacobians[step.of, step.by] = step.value
            named = values | {IDENTITY: np.eye(len(step.value)), "": step.value}
            assert step.value == pytest.approx(named[step.equals])
            continue
        gradients[step.by] = step.value
        if step.terms:
            assert step.value == pytest.approx(
                sum(product(term, step.by, gradients, jacobians, values) for term in step.terms)
            )


def product(term: Passed, by: str, gradients: Any, jacobians: Any, values: Any) -> Any:
    if not term.user:
        return gradients[term.equals]
    if term.outer:
        return gradients[term.user] @ values[term.outer].T
    return jacobians[term.user, by].T @ gradients[term.user]


def test_of_a_layer_the_jacobians_are_its_weights() -> None:
    steps = list(passes("z = W x + b", "a = tanh(z)", "L = sum(a^2)").backward())
    assert {(step.of, step.by): step.equals for step in steps if isinstance(step, Jacobian)} == {
        ("z", "x"): "W", ("z", "b"): IDENTITY, ("a", "z"): "",
    }  # fmt: skip
    assert {step.by: step.terms for step in steps if isinstance(step, Gradient)} == {
        "a": (), "z": (Passed("a"),), "x": (Passed("z", "W"),), "b": (Passed("z", IDENTITY),), "W": (Passed("z", outer="x"),),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["x", "b"])
def test_a_vector_at_the_end_has_its_jacobian_through_all(name: str) -> None:
    whole = passes("z = W x + b", "a = softmax(z)", "y = V a + x")
    target = next(array for array in whole.arrays if array.name == "y")
    steps = [step for step in whole.jacobians(target) if step.by == name and step.of == "y"]

    def forward(x: Any, b: Any) -> Any:
        return V @ softmax(W @ x + b) + x

    wanted = jacobian(forward, 0 if name == "x" else 1)(X, B)
    assert isinstance(steps[-1], WholeJacobian) and steps[-1].value == pytest.approx(wanted)


def test_components_that_nothing_uses_have_their_numbers_too() -> None:
    whole = passes("z = W x + b", "a = softmax(z)", "L = -ln(a1)")
    values = {one.array.name: one.value for one in whole.forward()}
    assert values["a"][:, 0] == pytest.approx(softmax(W @ X + B))
    (softmax_by_z,) = (step.value for step in whole.backward() if isinstance(step, Jacobian) and step.of == "a")
    assert softmax_by_z == pytest.approx(jacobian(softmax)(W @ X + B))


def test_the_view_names_each_product() -> None:
    shown = backprop("chain", *GIVEN, "z = W x + b", "L = dot(z, z)/2 + sum(x^2)", "--view", "matrix").stdout
    for line in (
        "z = W x + b   (3 × 1)",
        "∂z/∂x = W   (3 × 2)",
        "∂L/∂W = ∂L/∂z·xᵀ   (3 × 2)",
        "∂L/∂b = ∂L/∂z   (3 × 1)",
    ):
        assert line in shown
    assert "∂L/∂x = ∂L/∂x|z + Wᵀ·∂L/∂z   (2 × 1)" in shown and "∂L/∂x|z is the direct part alone" in shown
    assert "Checked: central differences agree" in shown
    vector = backprop("chain", *GIVEN, "z = W x + b", "y = V z", "--view", "matrix")
    assert "∂y/∂x = ∂y/∂z·W   (2 × 2)" in vector.stdout and "y1 is not used" not in vector.stderr
    one = backprop("chain", *GIVEN, "z = W x + b", "y = V z", "--of", "y1", "--view", "matrix").stdout
    assert "∂y1/∂x = Wᵀ·∂y1/∂z   (2 × 1)" in one


def test_json_has_the_names_of_the_components() -> None:
    found = backprop("chain", "W = [[1, 2], [3, 4]]", "x = [5, 6]", "L = sum(W x)", "-f", "json").json
    assert found["arrays"] == {"W": [["W11", "W12"], ["W21", "W22"]], "x": ["x1", "x2"]}


ERRORS = {
    ("L = x^2", "--at", "1"): "is for vectors and matrices",
    ("z = [x, x^2]", "L = sum(z)"): "give the point: --at x=1",
    ("x = [1, 2]", "L = sum(x)", "--graph"): "leave out --graph",
    ("x = [1, 2]", "L = sum(x)", "--steps", "all"): "leave out --graph, --paths, --output and --steps",
    ("W = [[1, 2], [3, 4]]", "z = W x + b", "softmax(z)"): "a number here: b, x",
}


@pytest.mark.parametrize("arguments", ERRORS, ids=" ".join)
def test_what_is_not_shown_in_matrices_is_said(arguments: tuple[str, ...]) -> None:
    result = backprop("chain", *arguments, "--view", "matrix")
    assert (result.exit_code, result.stdout) == (2, "") and ERRORS[arguments] in result.stderr


def test_a_wide_vector_is_shown_or_refused_in_a_moment() -> None:
    wide = "x = [" + ", ".join(["0.5"] * 400) + "]"
    with no_hang():
        shown = backprop("chain", "-", "--view", "matrix", stdin=f"{wide}\ny = tanh(x)\nL = sum(y)\n")
    assert shown.exit_code == 0 and len(shown.stdout) < 20_000
