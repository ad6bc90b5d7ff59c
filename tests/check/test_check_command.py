"""`backprop check` as its users meet it: formats of answers, reports, exit codes, published slips."""

from __future__ import annotations

import json
import math
import re
import tempfile
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backprop_cli import load
from backprop_cli.check.compare import compare
from backprop_cli.check.diagnose import diagnose
from backprop_cli.check.given import given_numbers
from backprop_cli.training.train import train
from tests.program import backprop

# the 2-2-2 network's gradients to ten digits, worked out by hand in the published example and by numerical differentiation
RIGHT = {
    "w31": 0.08216704056,
    "w41": 0.08266762785,
    "w32": -0.02260254048,
    "w42": -0.02274024222,
    "w11": 0.0004385677345,
}


def against(text: str, *args: str, name: str = "classic") -> tuple[dict[str, Any], int]:
    result = backprop("check", name, "--against", "-", "-f", "json", *args, stdin=text)
    assert result.exit_code in (0, 1), result.stderr
    return json.loads(result.stdout), result.exit_code


def lines(numbers: dict[str, Any]) -> str:
    return "".join(f"{name},{value}\n" for name, value in numbers.items())


# ── numerical differentiation ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("example", ["classic", "mazur", "relu", "softmax", "three-layers", "wikidocs", "xor"])
def test_the_shipped_networks_pass(example: str) -> None:
    answer = backprop("check", example, "-f", "json").json
    assert answer["passed"] is True
    assert answer["tolerance"] == 1e-6
    assert {row["verdict"] for row in answer["parameters"]} == {"ok"}
    assert max(row["relative_error"] for row in answer["parameters"]) < 1e-12


def test_a_row_has_the_keys_of_the_contract() -> None:
    answer = backprop("check", "classic", "-f", "json").json
    row = next(row for row in answer["parameters"] if row["name"] == "w31")
    assert row.keys() == {"name", "analytic", "numerical", "relative_error", "verdict"}
    assert row["numerical"] == pytest.approx(RIGHT["w31"], rel=1e-9)
    table = backprop("check", "classic", "-f", "csv").stdout.splitlines()
    assert table[0] == "name,analytic,numerical,relative_error,verdict"
    assert len(table) == 11


def test_a_later_step_is_checked() -> None:
    early, late = (backprop("check", "xor", "-n", n, "-f", "json").json["parameters"][0] for n in ("1", "50"))
    assert early["analytic"] != late["analytic"]


@pytest.mark.parametrize("format", ["table", "markdown", "latex"])
@pytest.mark.parametrize("arguments", [["classic"], ["softmax", "--sample-parameters", "3", "--seed", "1"]])
def test_reports_for_people(format: str, arguments: list[str]) -> None:
    result = backprop("check", *arguments, "-f", format)
    assert result.exit_code == 0
    assert "all agree" in result.stdout


# ── answers ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        "w31: 0.0822\ndE/dz3: 0.1385\nz3: 1.1059\na1: 0.5933\nw31+: 0.3589\no1: 0.7514\nE: 0.2984\n",
        '{"w31": 0.0822, "∂E/∂w41": "0.08267", "W2[1,1]": 8.22e-2, "do1/dz3": 0.1868, "dz3/dw31": 0.5933, "dz3/da1": 0.40}',
        '{"gradients": {"w31": 0.0822}, "parameters": {"w31": 0.3589}, "forward": {"z3": 1.1059}}',
        '[{"name": "w31", "value": 0.0822}, {"name": "w41", "value": 0.08267}]',
        "w31,0.0822\nw41,0.08267\n",
        "name,value\n# mine\nw31,0.0822\n\nw41,\n",
        "parameter;gradient\nw31;0,0822\nw32;−0,0226\n",
        "w31\t0.0822\nw41\t0.08267\n",
        "w31,w41,w32\n0.0822,0.08267,-0.0226\n",
        "w31,w41\n0.0822,0.08267\n",
        "  # mine\nw31,0.0822\n  # and\nw41,0.08267\n",
        "dz3/db2,1.0000\nE+,0.28575\nE_o1,0.274811\ndE/da1,0.03635\nb2[1],0.1004\n",
        "∂E_o1/∂o1,0.74137\ndE_o1/dz3,0.138499\ndE_o1/da1,0.055399\ndE_o2/da1,-0.019049\ndE_o2/do1,0.0000\n",
    ],
)
def test_right_answers_in_every_form(text: str) -> None:
    answer, code = against(text)
    assert (answer["passed"], code) == (True, 0), answer["compared"]
    assert answer["unknown"] == []
    assert answer["diagnosis"] == answer["unexplained"] == []


def test_a_share_of_the_loss_is_derived_through_a_softmax_and_back(tmp_path: Path) -> None:
    """Of −t2·log o2 alone: t2·o1 by z of output 1 and −t2·(1 − o2) by that of output 2; through the weights of both to x."""
    network = {
        "inputs": [0.3, -0.7],
        "targets": [0.25, 0.75],
        "loss": "cross_entropy",
        "layers": [{"weights": [[0.1, 0.2], [-0.4, 0.5]], "activation": "softmax"}],
    }
    z = [0.1 * 0.3 - 0.2 * 0.7, -0.4 * 0.3 - 0.5 * 0.7]
    o = [math.exp(one) / sum(map(math.exp, z)) for one in z]
    by_z = [0.75 * o[0], -0.75 * (1 - o[1])]
    given = {"dE_o2/dz1": by_z[0], "dE_o2/dz2": by_z[1], "dE_o2/do2": -0.75 / o[1], "dE_o2/do1": 0.0}
    given["dE_o2/dx1"] = 0.1 * by_z[0] - 0.4 * by_z[1]
    file = tmp_path / "softmax.json"
    file.write_text(json.dumps(network))
    answer, _ = against(json.dumps(given), name=str(file))
    assert {one["name"]: one["agrees"] for one in answer["compared"]} == dict.fromkeys(given, True)
    assert not answer["unknown"]


def test_a_difference_in_the_last_digit_is_seen() -> None:
    shown = backprop("check", "mazur", "--against", "-", stdin="dE_o2/da1: -0.019049119\nw1: 0.44\n").stdout
    assert re.search(r"−0\.019049119 +−0\.0190491183 +7 +wrong", shown)
    assert re.search(r"0\.44 +0\.00043857 +0 +wrong", shown)


@pytest.mark.parametrize(
    ("weight", "given", "right"),
    [
        ("0.500000011", "5.5197163395235744e-09", "0.0000000110000000219657"),
        ("123456.789012", "123456.78901234567", "123456.289012000"),
        ("0.5000000000000002", "5.5197163395235744e-13", "2.22044604925031e−16"),
    ],
)
def test_the_right_number_has_all_its_digits_beside_an_exact_one(
    tmp_path: Path, weight: str, given: str, right: str
) -> None:
    network = f"inputs: [1]\ntargets: [0.5]\nlayers: [{{activation: linear, weights: [[{weight}]]}}]\n"
    file = tmp_path / "network.yaml"
    file.write_text(network)
    shown = backprop("check", str(file), "--against", "-", stdin=f"w11: {given}\n").stdout
    assert f" {right} " in shown


def test_our_own_run_is_right_in_every_number() -> None:
    for name, *arguments in (
        ["classic"],
        ["softmax"],
        ["xor", "-n", "7", "--sample", "3"],
        ["three-layers", "-n", "0"],
    ):
        made = backprop("run", name, "-f", "json", *arguments).stdout
        answer, code = against(made, name=name)
        assert (answer["passed"], code, answer["unknown"]) == (True, 0, [])
        assert len(answer["compared"]) > 10


@pytest.mark.parametrize(("name", "sample"), [("xor", "3"), ("softmax", "1"), ("classic", "1"), ("relu", "1")])
def test_our_own_csv_holds_the_partials_of_its_sample(name: str, sample: str) -> None:
    """∂E/∂w31 there is that of one sample's loss, of which the batch's is the mean."""
    made = backprop("run", name, "--sample", sample, "-f", "csv").stdout
    answer, code = against(made, "--sample", sample, name=name)
    assert (answer["passed"], code, answer["unknown"], answer["missing"]) == (True, 0, [], [])
    assert len(answer["compared"]) == made.count("\n") - 1
    if name == "xor":
        _, code = against(made, "--sample", "2", name=name)
        assert code == 1


def test_arrays_of_either_orientation(tmp_path: Path) -> None:
    weights = np.array([[RIGHT["w31"], RIGHT["w41"]], [RIGHT["w32"], RIGHT["w42"]]])
    np.savez(tmp_path / "mine.npz", W2=weights, b2=np.array(0.1), other=np.zeros(2))
    answer = json.loads(
        backprop("check", "classic", "-a", str(tmp_path / "mine.npz"), "--tolerance", "1e-8", "-f", "json").stdout
    )
    assert [row["agrees"] for row in answer["compared"]] == [True] * 4 + [False]
    assert answer["unknown"] == ["other"]
    gradient = json.loads(backprop("run", "softmax", "-f", "json").stdout)["gradients"]
    turned = [[gradient[f"w{source}{unit}"] for unit in (1, 2, 3)] for source in (3, 4)]
    np.savez(tmp_path / "turned.npz", W2=np.array(turned, dtype=np.float32))
    assert backprop("check", "softmax", "-a", str(tmp_path / "turned.npz")).exit_code == 0


def test_the_first_row_counts_where_it_holds_no_finite_number() -> None:
    answer, code = against("w31,nan\nw41,0.0827\n")
    assert [(row["name"], row["agrees"]) for row in answer["compared"]] == [("w31", False), ("w41", True)]
    assert code == 1
    assert against("Größe,Wert\nw41,0.0827\n")[1] == 0


def test_what_is_missing_and_what_is_unknown_is_listed() -> None:
    answer, code = against("w31: 0.0822\nw99: 1\nhello: 2\n", "--allow-unknown")
    assert code == 0
    assert answer["unknown"] == ["w99", "hello"]
    assert answer["missing"] == ["w11", "w21", "w12", "w22", "b1", "w41", "w32", "w42", "b2"]
    assert against("z3: 1.106")[0]["missing"] == []


def test_the_report_has_the_keys_of_the_contract() -> None:
    answer, code = against(
        lines({name: f"{-value:.4f}" for name, value in RIGHT.items() if name != "w41"} | {"b2": "0.77"})
    )
    assert code == 1
    row = answer["compared"][0]
    assert row == {
        "name": "w31",
        "given": -0.0822,
        "expected": pytest.approx(RIGHT["w31"]),
        "digits": 0,
        "agrees": False,
    }
    first = answer["diagnosis"][0]
    assert (first["mistakes"], first["alternatives"]) == (["error_sign"], [])
    assert first["explains"] == ["w31", "w32", "w42", "w11"]
    assert answer["unexplained"] == ["b2"]


@pytest.mark.parametrize("wrong", ["0.0000", "0.0826", "1e-400"])
def test_a_number_left_at_zero_or_a_unit_off_singles_out_no_mistake(wrong: str) -> None:
    answer, code = against(f"w31,0.0822\nw41,{wrong}\n")
    assert (code, answer["diagnosis"], answer["unexplained"]) == (1, [], ["w41"])


@pytest.mark.parametrize(
    ("name", "factor", "said"),
    [
        ("w32", -1.0, "w32 is right but for its sign."),
        ("w31", 2.0, "w31 is twice the right number."),
        ("w41", 0.5, "w41 is half the right number."),
    ],
)
def test_a_slip_in_one_number_is_no_mistake_in_all_of_them(name: str, factor: float, said: str) -> None:
    numbers = RIGHT | {name: factor * RIGHT[name]}
    numbers |= {
        "w31+": 0.35891647972,
        "w41+": 0.408666186075,
        name + "+": {"w31": 0.4, "w32": 0.5, "w41": 0.45}[name] - 0.5 * numbers[name],
    }
    text = lines({name: f"{value:.7f}" for name, value in numbers.items()})
    answer, _ = against(text)
    assert answer["diagnosis"] == []
    assert answer["unexplained"] == [name]
    assert [one["name"] for one in answer["compared"] if one.get("follows")] == [f"{name}+"]
    assert said in backprop("check", "classic", "-a", "-", stdin=text).stdout


@pytest.mark.parametrize("factor", [2.586, 1.568])
@pytest.mark.parametrize("digits", [2, 3, 4])
def test_one_wrong_delta_counts_once_however_many_weights_hang_on_it(factor: float, digits: int) -> None:
    whole = backprop("run", "classic", "-f", "json").json["gradients"]
    scaled = {name: value * (factor if name in ("w11", "w21") else 1.0) for name, value in whole.items()}
    answer, _ = against(lines({name: f"{value:#.{digits}g}" for name, value in scaled.items()}))
    assert (answer["diagnosis"], answer["unexplained"]) == ([], ["w11", "w21"])


def test_zeros_that_were_never_filled_in_count_once() -> None:
    numbers = dict.fromkeys(("w11", "w21", "w12", "w22", "b1"), "0") | {
        "w31": "0.0822",
        "w41": "0.0827",
        "b2": "0.1004",
    }
    assert against(lines(numbers))[0]["diagnosis"] == []


@pytest.mark.parametrize("text", ["w31,0.1\nw31,0.2\n", "name,value\nw31,0.1\nw41,0.2\nw31,0.1\n"])
def test_a_name_given_twice_is_refused(text: str) -> None:
    result = backprop("check", "classic", "-a", "-", stdin=text)
    assert result.exit_code == 2
    assert re.search(r"<stdin>:[24]: w31: it is given twice, first in line [12]", result.stderr)


@pytest.mark.parametrize(
    "text",
    [
        '{"E": 0.2983711087600027, "w31": 0.0822, "w41": 0.0827, "a1": 0.5933}',
        "w31,0.08216704056423\na1,0.59326999210719\nw11,0.00043856773447\nz3,1.10590596705977\n",
        "w31,0.082167040564231\na1,0.593269992107187\nw11,0.000438567734471\nz3,1.105905967059767\n",
    ],
)
def test_a_number_of_full_length_makes_no_others_exact(text: str) -> None:
    answer, code = against(text)
    assert (answer["passed"], code) == (True, 0), answer["compared"]


def test_digits_have_no_underscores() -> None:
    assert "expected a number, found '0.08_22'" in backprop("check", "classic", "-a", "-", stdin="w31: 0.08_22").stderr


@pytest.mark.parametrize("format", ["table", "markdown", "latex"])
def test_a_diagnosis_for_people(format: str) -> None:
    text = lines({"w31": "-0.0822", "w41": "-0.0827", "w32": "0.0226", "E": "0.77", "w99": "1"})
    result = backprop("check", "classic", "-a", "-", "-f", format, stdin=text)
    assert result.exit_code == 1
    assert "3 of 4 wrong numbers are what you get if the error is turned around" in result.stdout


def test_a_product_is_one_where_there_is_only_ascii() -> None:
    given = "w31,0.041083520\nw41,0.041333814\n"
    (reason,) = against(given)[0]["diagnosis"][0]["reasons"]
    assert (reason["right"], reason["wrong"]) == ("E = sum(o, E_o)", "E = 1/n*sum(o, E_o)")


@pytest.mark.parametrize(
    ("loss", "activation", "factor", "mistake", "right", "wrong"),
    [
        ("half_squared_error", "sigmoid", -1.0, "error_sign", "dE/do = o - t", "dE/do = t - o"),
        ("squared_error", "sigmoid", -1.0, "error_sign", "dE/do = -2*(t - o)", "dE/do = 2*(t - o)"),
        ("cross_entropy", "softmax", -1.0, "error_sign", "dE/do = -t/o", "dE/do = t/o"),
        ("half_squared_error", "sigmoid", 2.0, "half_forgotten", "dE/do = 1/2*2*(o - t) = o - t", "dE/do = 2*(o - t)"),
        ("squared_error", "sigmoid", 2.0, "half_forgotten", "dE/do = 2*(o - t)", "dE/do = 4*(o - t)"),
        ("mean_squared_error", "tanh", 0.5, "half_doubled", "dE/do = 2/n*(o - t)", "dE/do = 1/n*(o - t)"),
        ("half_squared_error", "sigmoid", 0.5, "half_doubled", "dE/do = 1/2*2*(o - t) = o - t", "dE/do = 1/2*(o - t)"),
    ],
)
def test_the_right_formula_is_that_of_the_networks_loss(
    tmp_path: Path, loss: str, activation: str, factor: float, mistake: str, right: str, wrong: str
) -> None:
    config = {
        "loss": loss, "inputs": [0.5, -0.3, 0.7], "targets": [0.2, 0.5, 0.3],
        "layers": [{"activation": activation, "weights": [[0.3, 0.1, -0.4], [0.2, -0.5, 0.6], [-0.1, 0.7, 0.9]]}],
    }  # fmt: skip
    path = tmp_path / "network.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    gradients = json.loads(backprop("run", str(path), "-f", "json").stdout)["gradients"]
    answer, _ = against(lines({name: f"{factor * value:.6f}" for name, value in gradients.items()}), name=str(path))
    (reason,) = answer["diagnosis"][0]["reasons"]
    assert (reason["mistake"], reason["right"], reason["wrong"]) == (mistake, right, wrong)


@pytest.mark.parametrize(("sample", "detail"), [(2, "backwards"), (1, "from the second on")])
def test_online_steps_in_another_order_are_named(tmp_path: Path, sample: int, detail: str) -> None:
    x, t = np.array([[0.5, -0.3], [0.9, 0.4], [-0.7, 0.8]]), np.array([[0.2, 0.6], [0.7, -0.1], [0.35, 0.15]])
    weights = np.array([[0.3, 0.1], [0.2, -0.5]])
    config = {
        "inputs": x.tolist(), "targets": t.tolist(), "batch_size": 1, "layers": [{"weights": weights.tolist()}],
    }  # fmt: skip
    path = tmp_path / "network.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    gradients = np.outer(
        weights @ x[sample] - t[sample], x[sample]
    )  # that of a linear layer under the half squared error
    given = {f"w{s + 1}{u + 1}": f"{gradients[u, s]:.6f}" for u in range(2) for s in range(2)}
    answer, _ = against(lines(given), name=str(path))
    (reason,) = answer["diagnosis"][0]["reasons"]
    assert (reason["mistake"], reason["detail"]) == ("samples_reordered", detail)


def test_the_outputs_of_a_softmax_over_the_batch_are_named(tmp_path: Path) -> None:
    x, weights = np.array([[0.5, -0.3], [0.9, 0.4]]), np.array([[0.3, 0.1], [0.2, -0.5], [-0.4, 0.7]])
    layer = {"activation": "softmax", "weights": weights.tolist()}
    config = {"inputs": x.tolist(), "targets": [[1, 0, 0], [0, 1, 0]], "loss": "cross_entropy", "layers": [layer]}
    path = tmp_path / "network.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    e = np.exp(x @ weights.T)
    shown = e[0] / e.sum()
    answer, _ = against(lines({f"o{unit + 1}": f"{value:.6f}" for unit, value in enumerate(shown)}), name=str(path))
    assert answer["diagnosis"][0]["mistakes"] == ["softmax_over_batch"]


@pytest.mark.parametrize(
    ("activation", "slope", "right", "wrong"),
    [
        ("sigmoid", lambda z: z * (1 - z), "da/dz = a*(1 - a)", "da/dz = z*(1 - z)"),
        ("tanh", lambda z: 1 - z * z, "da/dz = 1 - a^2", "da/dz = 1 - z^2"),
        ("bipolar_sigmoid", lambda z: (1 - z * z) / 2, "da/dz = (1 - a^2)/2", "da/dz = (1 - z^2)/2"),
        ("softplus", lambda z: 1 - np.exp(-z), "da/dz = 1 - exp(-a)", "da/dz = 1 - exp(-z)"),
    ],
)
def test_the_formula_filled_with_z_is_that_of_the_networks_function(
    tmp_path: Path, activation: str, slope: Any, right: str, wrong: str
) -> None:
    x, t, weights = np.array([0.5, -0.3]), np.array([0.2, 0.5]), np.array([[0.3, 0.1], [0.2, -0.5]])
    config = {
        "inputs": x.tolist(), "targets": t.tolist(),
        "layers": [{"activation": activation, "weights": weights.tolist()}],
    }  # fmt: skip
    path = tmp_path / "network.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    z = weights @ x
    o = {
        "sigmoid": 1 / (1 + np.exp(-z)), "tanh": np.tanh(z), "bipolar_sigmoid": np.tanh(z / 2), "softplus": np.log1p(np.exp(z)),
    }[activation]  # fmt: skip
    wrong_gradients = np.outer((o - t) * slope(z), x)
    given = {f"w{s + 1}{u + 1}": f"{wrong_gradients[u, s]:.6f}" for u in range(2) for s in range(2)}
    answer, _ = against(lines(given), name=str(path))
    (reason,) = answer["diagnosis"][0]["reasons"]
    assert (reason["mistake"], reason["right"], reason["wrong"]) == ("slope_at_net_input", right, wrong)


def test_the_csv_names_the_mistake_of_each_number() -> None:
    result = backprop("check", "classic", "-a", "-", "-f", "csv", stdin="w31,-0.0822\nw41,-0.0827\nz3,1.1059\n")
    assert [row.split(",")[4:6] for row in result.stdout.splitlines()] == [
        ["agrees", "mistakes"], ["false", "error_sign"], ["false", "error_sign"], ["true", ""],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("PK\x03\x04 but no archive", "no whole .npz"),
        ("w31: n/a", "expected a number"),
        ("w31,0.1\nw41,none\n", "<stdin>:2: w41: expected a number, found 'none'"),
        ("w31,n/a\nw41,0.0827\n", "<stdin>:1: w31: expected a number, found 'n/a'"),
        ("w31: snan", "expected a number, found 'snan'"),
        ("w99: 1", "unknown name 'w99'"),
        ("hello", "expected"),
        ("{}", "no numbers"),
        ('{"w31": [[1, 2], [3]]}', "rows of one length"),
    ],
)
def test_what_is_no_answer_is_one_message(text: str, said: str) -> None:
    result = backprop("check", "classic", "-a", "-", stdin=text)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not result.stdout


def test_two_things_cannot_come_from_standard_input() -> None:
    assert backprop("check", "-", "--against", "-", stdin="").exit_code == 2


# ── published slips ───────────────────────────────────────────────────────────────────────────────────────────────────

PUBLISHED = Path(__file__).parent.parent / "data" / "published"


def test_mazur_closing_loss_is_that_of_already_updated_weights() -> None:
    slips = json.loads((PUBLISHED / "mazur.json").read_text(encoding="utf-8"))["slips"]
    (printed,) = (entry["printed"] for entry in slips if entry["quantity"] == "E_total after 1 round")
    answer, code = against(f"w5: 0.082167041\nw5+: 0.35891648\nw1+: 0.149780716\nE+: {printed}\n", name="mazur")
    assert code == 1
    assert [row["name"] for row in answer["compared"] if not row["agrees"]] == ["E+"]
    assert [(one["mistakes"], one["explains"]) for one in answer["diagnosis"]] == [(["updated_weights_used"], ["E+"])]


def test_what_a_mistake_would_have_made_wrong_is_said_with_its_number() -> None:
    """The post's own w1+ is right, and with the weights of after the update it would be 0.1498176."""
    text = "E+: 0.291027924\nw1+: 0.149780716\n"
    (found,) = against(text, name="mazur")[0]["diagnosis"]
    assert (found["explains"], found["contradicts"]) == (["E+"], ["w1+"])
    h = [1 / (1 + math.exp(-z)) for z in (0.3775, 0.3925)]
    o = [1 / (1 + math.exp(-(w[0] * h[0] + w[1] * h[1] + 0.6))) for w in ((0.4, 0.45), (0.5, 0.55))]
    delta = [(p - t) * p * (1 - p) for p, t in zip(o, (0.01, 0.99), strict=True)]
    back = sum(d * (w - 0.5 * d * h[0]) for d, w in zip(delta, (0.4, 0.5), strict=True))
    assert found["would_be"] == {"w1+": pytest.approx(0.15 - 0.5 * back * h[0] * (1 - h[0]) * 0.05, rel=1e-12)}
    shown = backprop("check", "mazur", "-a", "-", stdin=text).stdout
    assert "But then w1⁺ (0.14981764) would be wrong too." in shown


def test_of_mistakes_that_give_the_same_the_commoner_one_is_named() -> None:
    text = "w31,0.0822\nw41,0.0827\nw11,0.000668\nw21,0.001337\nw12,0.000750\nw22,0.001500\n"
    (found,) = against(text)[0]["diagnosis"]
    assert (found["mistakes"], found["alternatives"]) == (["first_output_only"], [["one_output_only"]])


def test_mazur_after_more_rounds_is_too() -> None:
    answer, _ = against(lines(dict(zip(("o1+", "o2+"), sequential(20), strict=True))), "-n", "20", name="mazur")
    assert answer["diagnosis"][0]["mistakes"] == ["updated_weights_used"]


def sequential(rounds: int) -> list[str]:
    """The outputs of the post's network, its output weights replaced before the hidden deltas are computed."""

    def squash(z: Any) -> Any:
        return 1 / (1 + np.exp(-z))

    x, t = np.array([0.05, 0.1]), np.array([0.01, 0.99])
    first, second = np.array([[0.15, 0.2], [0.25, 0.3]]), np.array([[0.4, 0.45], [0.5, 0.55]])
    for _ in range(rounds):
        h = squash(first @ x + 0.35)
        o = squash(second @ h + 0.6)
        delta = (o - t) * o * (1 - o)
        second = second - 0.5 * np.outer(delta, h)
        first = first - 0.5 * np.outer((second.T @ delta) * h * (1 - h), x)
    return [f"{value:.9f}" for value in squash(second @ squash(first @ x + 0.35) + 0.6)]


def test_the_sequential_training_ends_in_the_outputs_that_mazur_printed() -> None:
    slips = json.loads((PUBLISHED / "mazur.json").read_text(encoding="utf-8"))["slips"]
    printed = [entry["printed"] for entry in slips if entry["quantity"].startswith("out_o")]
    assert printed == sequential(10_000)


def test_outputs_of_the_last_forward_pass_are_one_step_short() -> None:
    # what a loop prints that keeps the outputs of its last iteration, as Trask's eleven lines do
    x, t = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]), np.array([0, 0, 1, 1])
    weights = start = np.array([-0.165955990594852, 0.4406489868843162, -0.9997712503653102])
    for _ in range(10):
        o = 1 / (1 + np.exp(-(x @ weights)))
        weights = weights - x.T @ ((o - t) * o * (1 - o))
    config = {
        "inputs": x.tolist(), "targets": t[:, np.newaxis].tolist(), "learning_rate": 1, "reduction": "sum",
        "layers": [{"activation": "sigmoid", "weights": [start.tolist()]}],
    }  # fmt: skip
    arguments = ["-n", "10", "--sample", "2", "-f", "json"]
    with tempfile.TemporaryDirectory() as folder:
        answers = Path(folder, "answers.yaml")
        answers.write_text(f"o1+: {o[1]:.8f}\nw11+: {weights[0]:.8f}\n", encoding="utf-8")
        result = backprop("check", "-", "--against", str(answers), *arguments, stdin=json.dumps(config))
    answer = json.loads(result.stdout)
    assert [row["agrees"] for row in answer["compared"]] == [False, True]
    assert [one["mistakes"] for one in answer["diagnosis"]] == [["one_step_fewer"]]


SATURATED = {
    "inputs": [1],
    "targets": [1, 0],
    "loss": "binary_cross_entropy",
    "layers": [{"activation": "sigmoid", "weights": [[-800], [800]]}],
}


SURE = {
    "inputs": [1],
    "targets": [[0, 0.25, 0.75]],
    "loss": "cross_entropy",
    "layers": [{"activation": "softmax", "weights": [[900], [0], [-40]]}],
}


@pytest.mark.parametrize("loss", ["cross_entropy", "binary_cross_entropy"])
def test_a_share_under_a_saturated_softmax_is_exact(tmp_path: Path, loss: str) -> None:
    """E_o3 = −t3·ln o3 moves with every z: by t3·o_j, and −t3(1 − o3) with its own; so does (1 − t3)·ln(1 − o3) by nothing."""
    file = tmp_path / "sure.json"
    file.write_text(json.dumps(SURE | {"loss": loss}))
    given = {"dE_o3/dz1": 0.75, "dE_o3/dz3": -0.75, "dE_o3/dz2": 0.0, "dE_o3/dx1": 900 * 0.75 + 40 * 0.75}
    result = backprop("check", str(file), "--against", "-", "-f", "json", stdin=json.dumps(given))
    assert [one["agrees"] for one in result.json["compared"]] == [True] * 4, result.stdout
    assert result.stderr == ""


@pytest.mark.parametrize(
    "name",
    [
        "do1/dz3",
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("dE_o1/da1", "dE_o1/dz5", "dz5/da1", "dE_o4000/dx1")),
    ],
)
def test_one_number_about_a_wide_layer_asks_for_no_matrix_of_its_units(name: str) -> None:
    units = 4000
    setup = load(
        {
            "inputs": [0.5, 0.1],
            "targets": [1.0] + [0.0] * (units - 1),
            "loss": "cross_entropy",
            "layers": [
                {"weights": [[0.1, 0.2], [0.3, -0.4]]},
                {"activation": "softmax", "weights": [[unit / units, 0.1] for unit in range(units)]},
            ],
        }
    )
    given = given_numbers([(name, "0.1234")])
    tracemalloc.start()
    diagnose(compare(given, train(setup, 1), 0, 1e-9))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8 * units * units / 10


def test_nothing_agrees_with_infinity_and_a_saturated_share_is_exact(tmp_path: Path) -> None:
    file = tmp_path / "saturated.json"
    file.write_text(json.dumps(SATURATED))
    answer, code = against('{"dE/do1": 5}', name=str(file))
    assert (answer["passed"], code) == (False, 1)
    answer, code = against('{"dE/dz1": -1.0, "dE_o1/dz1": -1.0, "dE_o1/dx1": 800.0}', name=str(file))
    assert (answer["passed"], code) == (True, 0)


def test_a_number_that_is_far_beyond_all_digits_is_taken_in_silence() -> None:
    setup = load({"inputs": [1e8], "targets": [1], "layers": [{"weights": [[0.5]]}]})
    comparison = compare(given_numbers([("z1", "5e-324"), ("E", "0.2")]), train(setup, 1), 0, 1e-9)
    assert diagnose(comparison).unexplained == ("z1", "E")


def test_a_miswritten_number_is_not_said_to_be_unexplained_too() -> None:
    shown = backprop("check", "classic", "--against", "-", stdin="w31: 0.0822\nw41: 0.0827\nw32: 0.0226\n").stdout
    assert "w32 is right but for its sign." in shown
    assert "No known mistake" not in shown


def test_a_missing_file_of_answers_is_no_built_in_example(tmp_path: Path) -> None:
    result = backprop("check", "classic", "--against", str(tmp_path / "classic.csv"))
    assert (result.exit_code, "there is no such file" in result.stderr) == (2, True)
    assert "example" not in result.stderr
    assert "'classic'" not in result.stderr
    assert "built-in examples: classic" in backprop("check", str(tmp_path / "clasic")).stderr


@pytest.mark.parametrize(
    "text", ["w31=0.0822\nw41=0.0827\n", "w31 0.0822\nw41\t0.0827", "w31:0.0822\n# new\nw41 = 0.0827\n"]
)
def test_names_and_numbers_are_read_however_they_are_set_apart(text: str) -> None:
    answer = backprop("check", "classic", "--against", "-", "-f", "json", stdin=text).json
    assert [(one["name"], one["given"], one["agrees"]) for one in answer["compared"]] == [
        ("w31", 0.0822, True), ("w41", 0.0827, True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ['w31,"0,0822"\n', "w31: 0,0822\n", "w31 = 0,0822\n", "w31,0,0822\n", "w31,w41\n0,0822,0.1\n", '{"w31": "0,0822"}'],
)
def test_a_decimal_comma_is_said_to_be_one(text: str) -> None:
    result = backprop("check", "classic", "--against", "-", stdin=text)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "decimals are written with a point: 0.0822" in result.stderr


def test_a_line_without_a_number_among_others_is_named() -> None:
    result = backprop("check", "classic", "--against", "-", stdin="w31 = 0.0822\nw41 =\n")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "<stdin>:2:1: expected a name and a number" in result.stderr


def test_a_second_file_is_told_the_option_that_takes_it() -> None:
    result = backprop("check", "classic", "mine.csv", "other.csv")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--against mine.csv --against other.csv" in result.stderr
