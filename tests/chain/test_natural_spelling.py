"""What people type, as they type it: each line means what it means on paper, or its error says what to type.

The meanings are functions of Python's, differentiated by mpmath.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath as mp
import pytest

from tests.hang import no_hang
from tests.program import backprop

X = 0.7
SQUARE, SINE = "f(x) = x^2", "g(x) = sin(x)"


def sigmoid(z: Any) -> Any:
    return 1 / (1 + mp.exp(-z))


MEANINGS: dict[tuple[str, ...], Callable[[Any], Any]] = {
    # functions without parentheses, with powers
    ("y = sin x",): mp.sin,
    ("y = sin^2(x)",): lambda x: mp.sin(x) ** 2,
    ("y = sin²(x)",): lambda x: mp.sin(x) ** 2,
    ("y = sin^2 x",): lambda x: mp.sin(x) ** 2,
    ("y = sin^(2)(3x)",): lambda x: mp.sin(3 * x) ** 2,
    ("y = ln²x",): lambda x: mp.log(x) ** 2,
    ("y = ln(x)^2",): lambda x: mp.log(x) ** 2,
    ("y = sin x^2",): lambda x: mp.sin(x**2),
    ("y = sin 2x",): lambda x: mp.sin(2 * x),
    ("y = sin 2π x",): lambda x: mp.sin(2 * mp.pi * x),
    ("y = cos 3x + 1",): lambda x: mp.cos(3 * x) + 1,
    ("y = sin x cos x",): lambda x: mp.sin(x) * mp.cos(x),
    ("y = sin x/cos x",): mp.tan,
    ("y = 2 sin 3x cos 2x - 1",): lambda x: 2 * mp.sin(3 * x) * mp.cos(2 * x) - 1,
    ("y = ln sin x",): lambda x: mp.log(mp.sin(x)),
    ("y = exp -x^2",): lambda x: mp.exp(-(x**2)),
    ("y = sqrt x",): mp.sqrt,
    ("y = exp x",): mp.exp,
    ("y = abs x",): abs,
    ("y = ln|x|",): lambda x: mp.log(abs(x)),
    ("y = ln |x - 2|",): lambda x: mp.log(abs(x - 2)),
    ("y = |x|",): abs,
    ("y = 2|x||x - 1|",): lambda x: 2 * abs(x) * abs(x - 1),
    ("y = |x - |2x - 5||",): lambda x: abs(x - abs(2 * x - 5)),
    ("y = Sin(x) + COS x",): lambda x: mp.sin(x) + mp.cos(x),
    ("y = log10(x)",): mp.log10,
    ("y = log_2(x)",): lambda x: mp.log(x, 2),
    ("y = log_2 x",): lambda x: mp.log(x, 2),
    ("y = log(x, 2)",): lambda x: mp.log(x, 2),
    ("y = σ(x)",): sigmoid,
    ("y = ReLU(x)",): lambda x: x if x > 0 else 0,
    ("σ(x) = 1/(1+e^(-x))",): sigmoid,
    ("y = arctan(x) + atan x + arctg(x)",): lambda x: 3 * mp.atan(x),
    ("y = asin(x) - arccos x",): lambda x: mp.asin(x) - mp.acos(x),
    ("y = sec(x)csc(x)",): lambda x: mp.sec(x) * mp.csc(x),
    ("y = csc x + cot 2x",): lambda x: mp.csc(x) + mp.cot(2 * x),
    ("y = ctg(x) cosec(x)",): lambda x: mp.cot(x) * mp.csc(x),
    ("y = arsinh(x) + arccosh(x + 1) + atanh(x)",): lambda x: mp.asinh(x) + mp.acosh(x + 1) + mp.atanh(x),
    ("y = xsin(x)",): lambda x: x * mp.sin(x),
    ("y = 3xcos(x)^2",): lambda x: 3 * x * mp.cos(x) ** 2,
    ("y = xf(x)", SQUARE): lambda x: x**3,
    ("y = xe^x",): lambda x: x * mp.exp(x),
    ("y = u + xu^2", "u = x + 1"): lambda x: (x + 1) + x * (x + 1) ** 2,
    ("y = arcsec(2x) + acsc(3x) + arcctg(x)",): lambda x: mp.asec(2 * x) + mp.acsc(3 * x) + mp.pi / 2 - mp.atan(x),
    ("y = arccosec(x - 3) - acot(x - 3)",): lambda x: mp.acsc(x - 3) - mp.pi / 2 + mp.atan(x - 3),
    ("y = sech x coth x",): lambda x: mp.sech(x) * mp.coth(x),
    ("y = cbrt(-x)",): lambda x: -mp.cbrt(x),
    ("y = ∛x",): mp.cbrt,
    ("y = sgn(x) x^2",): lambda x: x**2,
    ("y = x - 2*floor(x/2) + ceil(x) x",): lambda x: 2 * x,
    ("y = erf(x)",): mp.erf,
    ("y = softplus(x)",): lambda x: mp.log(1 + mp.exp(x)),
    ("y = GELU(x)",): lambda x: x * mp.ncdf(x),
    ("y = swish(2x)",): lambda x: 2 * x * sigmoid(2 * x),
    ("y = log_3(x)",): lambda x: mp.log(x, 3),
    # signs
    ("y = √x",): mp.sqrt,
    ("y = √(x+1)",): lambda x: mp.sqrt(x + 1),
    ("y = x√x",): lambda x: x * mp.sqrt(x),
    ("y = e⁻²ˣ",): lambda x: mp.exp(-2 * x),
    ("y = eˣ",): mp.exp,
    ("y = 2ⁿ", "n = x²"): lambda x: 2 ** (x**2),
    ("y = π x",): lambda x: mp.pi * x,
    ("y = 2πx",): lambda x: 2 * mp.pi * x,
    ("y = ½x²",): lambda x: x**2 / 2,
    ("y = x½",): lambda x: x / 2,
    ("y = ⅓x",): lambda x: x / 3,
    ("y = x·sin(x)",): lambda x: x * mp.sin(x),
    ("y = x × 2 ÷ 3",): lambda x: x * 2 / 3,
    ("y = x•x ∙ x⋅x＊x",): lambda x: x**5,
    ("y = （x+1）＾２",): lambda x: (x + 1) ** 2,
    ("y = x − 3 – 2x",): lambda x: x - 3 - 2 * x,
    ("y = sin(30°)x",): lambda x: x / 2,
    ("y = [x+1]^2",): lambda x: (x + 1) ** 2,
    ("y = {x+1}^2",): lambda x: (x + 1) ** 2,
    ("y = e^-x",): lambda x: mp.exp(-x),
    ("y = x e^x",): lambda x: x * mp.exp(x),
    ("y = x>0 ? x^2 : 0",): lambda x: x**2,
    ("y = {x^3 if x>0; 0 otherwise}",): lambda x: x**3,
    # statements
    ("(x+1)^2",): lambda x: (x + 1) ** 2,
    ("x^2 + 1",): lambda x: x**2 + 1,
    ("y = (x+1)^2,",): lambda x: (x + 1) ** 2,
    ("y = x^2;",): lambda x: x**2,
    ("y = x^2.",): lambda x: x**2,
    ("y = u^2, u = x+1",): lambda x: (x + 1) ** 2,
    ("y = u^2; u = x+1",): lambda x: (x + 1) ** 2,
    ("y == x^2",): lambda x: x**2,
    ("y := x^2",): lambda x: x**2,
    ("y → x^2",): lambda x: x**2,
    ("f: x ↦ x^2",): lambda x: x**2,
    ("y(x) = x^2",): lambda x: x**2,
    ("u=g(x)=x^2",): lambda x: x**2,
    ("y = u^2 where u = x+1",): lambda x: (x + 1) ** 2,
    ("y = u^2 where u = 3x ;, w = x+1",): lambda x: 9 * x**2,
    ("y = u^2 v with u = x + 1 and v = sin(x)",): lambda x: (x + 1) ** 2 * mp.sin(x),
    ("y = u^2 with v = 3x, u = v + 2, f(x) = x",): lambda x: (3 * x + 2) ** 2,
    ("y = x ^ 2 // the square",): lambda x: x**2,
    ("y = x ^ 2 # the square",): lambda x: x**2,
    ("d/dx x^2",): lambda x: x**2,
    ("d/dx(x^2 sin x)",): lambda x: x**2 * mp.sin(x),
    ("∂/∂x (x^3)",): lambda x: x**3,
    ("y = d/dx(x^3)",): lambda x: x**3,
    ("diff(x^2)",): lambda x: x**2,
    ("diff(a x^2, x)", "a = 3"): lambda x: 3 * x**2,
    ("h = x^2", "dh/dx"): lambda x: x**2,
    ("h = x^2", "k = 2h", "∂h/∂x"): lambda x: x**2,
    ("h = x^2", "k = 2h", "h'"): lambda x: x**2,
    ("h = x^2", "k = 2h", "h'(x)"): lambda x: x**2,
    ("h = x^2", "k = 2h", "h"): lambda x: x**2,
    ("(x^2 + x)'",): lambda x: x**2 + x,
    (SQUARE, SINE, "f∘g"): lambda x: mp.sin(x) ** 2,
    (SQUARE, SINE, "h = f∘g"): lambda x: mp.sin(x) ** 2,
    (SQUARE, SINE, "h = g ∘ f"): lambda x: mp.sin(x**2),
    (SQUARE, SINE, "(f∘g∘f)(x)"): lambda x: mp.sin(x**2) ** 2,
    (SQUARE, SINE, "h = 2(f∘g)(3x) + x"): lambda x: 2 * mp.sin(3 * x) ** 2 + x,
    (SQUARE, "exp∘f"): lambda x: mp.exp(x**2),
    ("y = f(x)", SQUARE): lambda x: x**2,
    ("u(x) = x^2", "y = u(x)^2"): lambda x: x**4,
    ("u = x^2", "y(u) = u^3"): lambda x: x**6,
    ("u = x^2", "y(u) = u^3", "h = y(u)"): lambda x: x**6,
    ("h = u³ + 2u − 5", "u = (x+1)²"): lambda x: (x + 1) ** 6 + 2 * (x + 1) ** 2 - 5,
    ("e = x^2", "y = e^2"): lambda x: x**4,
    # LaTeX
    (r"y = \frac{1}{1+e^{-x}}",): sigmoid,
    (r"y = \frac12 x^{2}",): lambda x: x**2 / 2,
    (r"$y = \sigma(2x)$",): lambda x: sigmoid(2 * x),
    (r"y = \sin^2\left(x\right) + \cos x",): lambda x: mp.sin(x) ** 2 + mp.cos(x),
    (r"y = \sqrt{x^2+1} \cdot \ln x",): lambda x: mp.sqrt(x**2 + 1) * mp.log(x),
    (r"y = \arccot x + \operatorname{arsinh} x - \arctanh(x)",): lambda x: mp.pi / 2 - mp.atan(x) + mp.asinh(x) - mp.atanh(x),
    (r"y = \sqrt[4]{x}",): lambda x: x**0.25,
    (r"y = \sqrt[3]{x} + \arcsin x",): lambda x: mp.cbrt(x) + mp.asin(x),
    (r"y = \log_2 x - \log_{10}(x)",): lambda x: mp.log(x, 2) - mp.log10(x),
    (r"\frac{d}{dx}\left(x \, e^{2x}\right)",): lambda x: x * mp.exp(2 * x),
    (r"\[ y(x) = x^3 \]",): lambda x: x**3,
    (r"\( y = x^3 \)",): lambda x: x**3,
    ("y = f(x)^2 where f(x) = x^3",): lambda x: x**6,
    ("f'(x) where f(x) = x^3",): lambda x: x**3,
    (r"\frac{\partial}{\partial x}(3 - 2 x)^2",): lambda x: (3 - 2 * x) ** 2,
    ("d/dx(x + 1)^(2+1)",): lambda x: (x + 1) ** 3,
    (r"h = x^3", r"\partial h/\partial x"): lambda x: x**3,
    (r"h = x^3", r"\frac{\partial h}{\partial x}"): lambda x: x**3,
    (r"y = \begin{cases} x^2 & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}",): lambda x: x**2,
    (r"\hat{y} = 2\theta_{1} - 1", r"\theta_{1} = x^2"): lambda x: 2 * x**2 - 1,
    (r"y = \lvert x \rvert \times \max(x, 0)",): lambda x: x * x,
}  # fmt: skip


@pytest.mark.parametrize("lines", MEANINGS, ids=" | ".join)
def test_a_line_means_what_it_means_on_paper(lines: tuple[str, ...]) -> None:
    result = backprop("chain", *lines, "--at", str(X), "-f", "json", "--quiet").json
    wanted = MEANINGS[lines]
    assert result["values"][result["of"]] == pytest.approx(float(wanted(mp.mpf(X))), rel=1e-12)
    assert result["derivatives"].keys() == {"x"}
    assert result["derivatives"]["x"]["value"] == pytest.approx(float(mp.diff(wanted, X)), rel=1e-9)


POINTS: dict[tuple[str, str], Any] = {
    ("--at", "3"): 3,
    ("--at", "x = 3"): 3,
    ("--at", "x=1/2"): 0.5,
    ("--at", "x=pi/2"): mp.pi / 2,
    ("--at", "x=π"): mp.pi,
    ("--at", "x=30°"): mp.pi / 6,
    ("--at", "sqrt 2"): mp.sqrt(2),
}


@pytest.mark.parametrize("point", POINTS, ids=" ".join)
def test_a_point_is_written_in_every_way(point: tuple[str, str]) -> None:
    result = backprop("chain", "y = x^2", *point, "-f", "json").json
    assert result["derivatives"]["x"]["value"] == pytest.approx(float(2 * POINTS[point]))


def test_a_point_of_several_values_is_no_list_of_definitions() -> None:
    result = backprop("chain", "f = x y^2 where x = 2, y = pi/2", "-f", "json").json
    assert result["definitions"].keys() == {"u1", "f"} and result["at"] == {"x": 2.0, "y": float(mp.pi / 2)}


def test_a_function_may_be_defined_behind_its_derivative_at_a_point() -> None:
    result = backprop("chain", "f'(2) where f(x)=x^3", "-f", "json").json
    assert (result["at"], result["derivatives"]["x"]["value"]) == ({"x": 2.0}, 12.0)


def test_definitions_and_values_stand_behind_one_word() -> None:
    result = backprop("chain", "y = u^a where u = f(x), a = log_2 8 and f(x) = x + 1", "--at", "2", "-f", "json").json
    assert (result["at"], result["values"]["y"]) == ({"x": 2.0, "a": 3.0}, 27.0)
    assert result["derivatives"]["x"]["value"] == pytest.approx(27.0)


@pytest.mark.parametrize("lines", [["y = x^2 where x = 3"], ["y = x^2 at x=3"], ["y = x^2", "y'(3)"]])
def test_a_point_stands_with_the_definition(lines: list[str]) -> None:
    result = backprop("chain", *lines, "-f", "json").json
    assert (result["at"], result["derivatives"]["x"]["value"]) == ({"x": 3.0}, 6.0)


ERRORS = {
    # two meanings, each written out
    ("y = tan⁻¹(x)",): ["two meanings", "1/tan(x)", "arctan(x)"],
    ("y = sin^-1(x)",): ["two meanings", "1/sin(x)", "arcsin(x)"],
    ("y = sin x/2",): ["two meanings", "sin(x)/2", "sin(x/2)"],
    ("y = sin a x",): ["two meanings", "sin(a)*x", "sin(a*x)"],
    ("y = ln x(x + 1)",): ["two meanings", "ln(x)*(x + 1)", "ln(x*(x + 1))"],
    ("y = √2x",): ["two meanings", "sqrt(2)x", "sqrt(2x)"],
    ("y = √x^3",): ["two meanings", "sqrt(x)^3", "sqrt(x^3)"],
    ("y = x^1/3",): ["two meanings", "x^(1/3)", "x/3"],
    ("f(x) = x + 1", "y = f^2(x)"): ["two meanings", "f(x)^2", "f(f(x))"],
    ("d/dx(x^2) + 1",): ["two meanings", "d/dx(…)"],
    ("y = lg(x)",): ["log10(x)", "log2(x)"],
    ("y = cot^-1(x)",): ["two meanings", "1/cot(x)", "arccot(x)"],
    ("y = arcsec(x)", "--at", "0.5"): ["there is no arcsecant of 0.5"],
    ("y = arccsc(x)", "--at", "-1"): ["the slope of arccsc is infinite at -1"],
    ("y = sinh^-1(x)",): ["two meanings", "1/sinh(x)", "arsinh(x)"],
    ("y = x^(1/3)", "--at", "x=-8"): ["cbrt"],
    # what to type
    ("y' = 2x",): ["a derivative stands on the left", "y = x^2"],
    ("y′ = 2x",): ["a derivative stands on the left", "y = x^2"],
    ("dh/dx = 2x",): ["a derivative stands on the left", "y = x^2"],
    ("y = 3,5x",): ["a comma stands between two numbers", "3.5"],
    ("y = 1.000,5",): ["a comma stands between two numbers", "1000.5"],
    ("y = (x + 0,5)^2",): ["a comma stands between two numbers", "0.5"],
    ("y = x^2", "y'(0,5)"): ["a comma stands between two numbers", "0.5"],
    ("y = x^2 where x = 0,5",): ["a comma stands between two numbers", "0.5"],
    ("y = x^2", "--at", "x=0,5"): ["a comma stands between two numbers", "0.5"],
    ("y = x^2", "--at", "-0,5"): ["a comma stands between two numbers", "0.5"],
    ("y = x z", "--at", "x=1,5,z=2"): ["a comma stands between two numbers", "1.5"],
    ("y = x z", "--at", "x=1.5,2"): ["a value in a list has no name", "x=1,y=2"],
    ("y = x z", "--at", "x=1,"): ["found the end"],
    ("y = sin(x + 0,5)",): ["takes 1 argument", "decimals are written with a point"],
    ("y = x^2", "--at", "x=1", "--at", "2"): ["x is given twice, once without its name"],
    ("d/dx(x)^2 + 1",): ["two meanings", "d/dx(…)"],
    ("ln(y) = x y",): ["two meanings", "ln(y) - … = 0", "another name than ln"],
    ("y = 3 x y^2",): ["give the result another name", "… - y = 0"],
    ("y = x^2; x = 3",): ["--at x=3", "--wrt"],
    (r"\partial f/\partial x",): ["f is not defined", "f = x^2"],
    ("y = wx + b",): ["'wx' is one name here: is w*x meant?", "--wrt wx"],
    ("σ(wx+b)",): ["'wx' is one name here: is w*x meant?", "--wrt wx"],
    ("y = ax^2 + bx + c",): ["is a*x meant?"],
    ("y = w1x1 + w2x2 + b",): ["is w1*x1 meant?"],
    ("y = w_1x_1 + b",): ["is w_1*x_1 meant?"],
    ("y = x + z + 1/xz",): ["is x*z meant?"],
    ("y = 2*x + z + xz",): ["is x*z meant?"],
    ("y = x + z + e^xz",): ["is x*z meant?"],
    ("y = x + z + sin xz",): ["two meanings", "sin(x)*z", "sin(x*z)"],
    ("y = d + x + dx",): ["is d*x meant?"],
    ("y = hsin(x)",): ["h*sin(…)"],
    ("y = x!",): ["factorial"],
    ("y = 5%",): ["0.05"],
    ("y = x if x>0",): ["x if x > 0 else 0"],
    ("y = x > 0",): ["x if x > 0 else 0"],
    ("y = sqrt(x",): ["never closed"],
    ("y = (x+1",): ["never closed"],
    ("y = |x + 1",): ["the second '|'"],
    ("y = lim x",): ["limits are not computed"],
    ("y = ∫ x",): ["integrals are not computed"],
    ("y = 5",): ["the derivative of a constant is 0"],
    ("y = 5", "--at", "1"): ["the derivative of a constant is 0"],
    ("h''(1); h = 3",): ["the derivative of a constant is 0"],
    ("y = e",): ["the derivative of a constant is 0"],
    ("y = 3 x y^2", "--at", "x=1,y=2"): ["defined through itself", "give the result another name"],
    ("y = x 2",): ["write * between"],
    ("y = 2 3",): ["write * between"],
    ("y = x[1]",): ["write * between"],
    ("y = sqrt[3](x)",): ["cbrt(…)", "^(1/3)"],
    ("y = f(x)",): ["unknown function 'f'", "f(x) = …"],
    ("y = mod(x, 2)",): ["x - 2*floor(x/2)"],
    ("y = softmax(x)",): ["softmax takes a vector", "[1, 2]"],
    ("Y = X^2", "--at", "x=1"): ["did you mean 'X'?"],
    ("y = x^2", "--at", "X=1"): ["did you mean 'x'?"],
    ("y = x^2", "--at", "x=1", "--at", "x=2"): ["x is given twice", "once for each point"],
    ("y = x z", "--at", "3"): ["needs one variable", "--at x=1,z=2"],
    ("y = x^2", "--at", "u"): ["no number", "x=1"],
    (r"y = \foo{x}",): [r"\foo is not known", r"\frac"],
    (r"y = \frac{x",): ["this brace is never closed"],
    (r"y = \sqrt",): ["nothing to apply to"],
}  # fmt: skip


@pytest.mark.parametrize("arguments", ERRORS, ids=" ".join)
def test_an_error_says_what_to_type(arguments: tuple[str, ...]) -> None:
    result = backprop("chain", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert all(piece in result.stderr for piece in ERRORS[arguments]), result.stderr


@pytest.mark.parametrize(
    ("arguments", "notice"),
    [
        (("y = wx + b", "--at", "w=2,x=3,b=1"), "wx is read as w*x"),
        (("y = wx + b where w = 2, x = 3, b = 1",), "wx is read as w*x"),
        (("y = x + w + wx + b - x - w", "--at", "w=2,x=3,b=1"), "wx is read as w*x"),
        (("y = xsin(x) + w x - 2x + b", "--at", "w=2,x=3,b=1"), "xsin(…) is read as x*sin(…)"),
    ],
)
def test_letters_that_are_all_variables_are_a_product_which_is_said(arguments: tuple[str, ...], notice: str) -> None:
    result = backprop("chain", *arguments, "-f", "json").json
    assert result["notices"] == [notice]
    assert result["derivatives"]["w"]["value"] == 3 and result["derivatives"].keys() == {"w", "x", "b"}


def test_an_equation_has_products_without_a_sign() -> None:
    result = backprop("chain", "x^2 + xy + y^2 = 3", "--at", "x=1,y=1", "-f", "json").json
    assert (result["derivatives"]["x"]["value"], result["notices"]) == (-1, ["xy is read as x*y"])
    declared = backprop("chain", "f = x^2 + xy + y^2", "--wrt", "xy", "-f", "json").json
    assert declared["derivatives"]["xy"]["simplified"] == "1"


def test_it_is_said_which_branch_of_a_function_is_taken() -> None:
    result = backprop("chain", "y = arccot(x)", "--at", "-1", "-f", "json").json
    assert result["values"]["y"] == pytest.approx(float(3 * mp.pi / 4)) and result["derivatives"]["x"]["value"] == -0.5
    assert result["notices"] == ["arccot is taken with values between 0 and pi: pi/2 - arctan(x)"]


def test_a_function_that_jumps_is_said_to_be_flat() -> None:
    result = backprop("chain", "y = floor(x) + x^2", "--at", "x=1.5", "-f", "json")
    assert result.json["derivatives"]["x"]["value"] == 3
    assert result.json["notices"] == [
        "the slope of floor is taken as 0: it is flat between its jumps, where it has none"
    ]


@pytest.mark.parametrize(
    ("definition", "others", "products"),
    [
        (
            "y = vx^2 + vy^2",
            [],
            ["vx is one name, a product is written v*x", "vy is one name, a product is written v*y"],
        ),
        ("y = dx + t", [], ["dx is one name, a product is written d*x"]),
        ("y = wx + b", ["--wrt", "wx"], []),
        ("y = wx + b", ["--at", "wx=1,b=2"], []),
    ],
)
def test_a_name_that_is_mostly_one_stays_one(definition: str, others: list[str], products: list[str]) -> None:
    result = backprop("chain", definition, *others, "-f", "json").json
    assert result.get("notices", []) == products and not {"v", "d", "w"} & result["derivatives"].keys()


HOSTILE = {
    "functions without parentheses": "y = " + "sin " * 5_000 + "x",
    "roots": "y = " + "√" * 5_000 + "x",
    "bars": "y = " + "|" * 5_000 + "x",
    "compositions": "y = " + "f∘" * 5_000 + "f",
    "braces": "y = " + "{" * 5_000 + "x",
    "fractions": "y = " + r"\frac{" * 5_000 + "x",
    "primes": "y" + "'" * 5_000,
    "choices": "y = " + "x > 0 ? " * 5_000 + "x",
    "equals signs": "=".join(f"y{n}" for n in range(6_000)),
    "commas": ",".join(f"y{n}=x" for n in range(6_000)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_spelling_is_refused_or_read_in_a_moment(name: str) -> None:
    with no_hang():
        result = backprop("chain", "-", stdin=HOSTILE[name])
    assert result.exit_code == 2 and len(result.stderr) < 700, result.stderr[:300]
