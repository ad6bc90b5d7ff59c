"""What a notebook gets where the command line has options that check themselves."""

from __future__ import annotations

import json
import math
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backprop_cli import chain, check, check_class, explain, load, report, run
from backprop_cli.errors import DivergedError, InputError, InterruptedRunError, UnknownNameError, UsageError
from backprop_cli.training.record import record
from tests.program import backprop


@pytest.mark.parametrize(
    ("sample", "message"),
    [
        (-1, "sample: expected a whole number of at least 1, found -1"),
        (0, "sample: expected a whole number of at least 1, found 0"),
        (5, "there is no sample 5: the file has 4 samples"),
    ],
)
def test_a_sample_that_is_not_there_is_refused(sample: int, message: str) -> None:
    result = run(load("xor"))
    for ask in (
        lambda: explain(result, "w11", sample=sample),
        lambda: result.to_dict(sample),
        lambda: check(result, against={"z1": 1}, sample=sample),
    ):
        with pytest.raises(UsageError, match=message):
            ask()


@pytest.mark.parametrize("steps", [-1, "3", 2.5, True, math.nan, math.inf, 1e18, 10**400, [1], {}])
def test_steps_that_are_no_count_are_refused(steps: Any) -> None:
    for ask in (lambda: run("classic", steps), lambda: report("classic", steps=steps)):
        with pytest.raises(UsageError, match="steps: expected a whole number of at least 0, found "):
            ask()


@pytest.mark.parametrize("steps", [3, 3.0, np.int64(3), np.float32(3)])
def test_a_count_may_come_as_any_kind_of_number(steps: Any) -> None:
    assert run("classic", steps).loss_after == run("classic", 3).loss_after


@pytest.mark.parametrize("rate", [math.nan, math.inf, -math.inf, "0.5", "0,5", False, 10**400, [0.5]])
def test_a_learning_rate_that_is_no_number_is_refused(rate: Any) -> None:
    with pytest.raises(UsageError, match="learning_rate: expected a finite number, found "):
        run(load("classic"), learning_rate=rate)


@pytest.mark.parametrize(
    "command",
    [("run",), ("explain", "-w", "w11"), ("check",), ("check", "-n", "1"), ("plot", "-o", "-"), ("report", "-o", "-")],
)
def test_every_command_refuses_such_a_learning_rate(command: tuple[str, ...]) -> None:
    result = backprop(command[0], "classic", *command[1:], "--lr", "nan")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--learning-rate: expected a finite number, found 'nan'" in result.stderr


def test_an_interrupted_recording_tells_of_the_whole_run() -> None:
    def interrupt(made: int) -> None:
        if made > 60:
            raise KeyboardInterrupt

    # ten frames of a hundred steps: 1, 12, …, 56, 67, …, so that this is while the seventh piece is made
    with pytest.raises(InterruptedRunError, match="after step 66 of 100") as caught:
        record(load("classic"), 100, 10, interrupt)
    reached = run(load("classic"), 66).result
    assert caught.value.reached.network.parameters.row.tolist() == reached.network.parameters.row.tolist()


def test_a_recording_that_diverges_says_what_did() -> None:
    layer = {"weights": [[0.05]], "activation": "tanh"}
    setup = load({"inputs": [10], "targets": [0], "learning_rate": 1e308, "layers": [layer]})
    with pytest.raises(DivergedError, match="a parameter is no longer a finite number at step 1: w11") as alone:
        run(setup, 20)
    with pytest.raises(DivergedError) as recorded:
        record(setup, 20, 5)
    assert str(recorded.value) == str(alone.value)


CLASSIC = Path(__file__).parent.parent / "configs" / "classic.yaml"


@pytest.mark.parametrize("network", ["classic", CLASSIC, str(CLASSIC), load("classic"), load(CLASSIC)])
def test_a_network_may_be_given_in_every_way(network: Any) -> None:
    assert run(network).gradients["w31"] == pytest.approx(0.08216704056423078, rel=1e-14)
    assert explain(network, "w31")[0].gradient == pytest.approx(0.08216704056423078, rel=1e-14)
    assert check(network).passed


def test_names_come_one_by_one_or_as_a_list() -> None:
    result = run("classic")
    wanted = ["w31", "w41"]
    for given in (explain(result, *wanted), explain(result, wanted), explain("classic", tuple(wanted))):
        assert [explanation.name for explanation in given] == wanted
    assert len(explain(result)) == 10


def test_a_result_as_a_dict_is_the_json_of_run() -> None:
    assert run("xor", 3).to_dict(2) == backprop("run", "xor", "-n", "3", "--sample", "2", "-f", "json").json
    with pytest.raises(UsageError, match="no sample 9"):
        run("xor").to_dict(9)


@pytest.mark.parametrize("suffix", ["yaml", "json"])
def test_a_saved_network_goes_on_where_the_run_stopped(suffix: str, tmp_path: Path) -> None:
    result = run("classic", 5)
    result.network.save(tmp_path / f"net.{suffix}")
    again = run(tmp_path / f"net.{suffix}", 5)
    assert again.loss_before == result.loss_after
    assert again.parameters == run("classic", 10).parameters


@pytest.mark.parametrize("suffix", ["safetensors", "npz"])
def test_weights_are_saved_alone_in_a_binary_file(suffix: str, tmp_path: Path) -> None:
    trained = run("classic", 3).network
    trained.save(tmp_path / f"weights.{suffix}")
    data = {"inputs": [0.05, 0.1], "targets": [0.01, 0.99], "weights": f"weights.{suffix}"}
    data["layers"] = [{"activation": "sigmoid"}, {"activation": "sigmoid"}]
    (tmp_path / "net.json").write_text(json.dumps(data), encoding="utf-8")
    # a shared bias is one of each unit there
    again = load(tmp_path / "net.json").parameters
    assert {name: again[name] for name in ("w11", "w42")} == {name: trained.parameters[name] for name in ("w11", "w42")}
    assert again["b1_1"] == again["b1_2"] == trained.parameters["b1"]


def test_a_network_given_as_a_dict_is_saved_too(tmp_path: Path) -> None:
    data = {"inputs": [1], "targets": [0], "layers": [{"weights": [[2]]}]}
    run(data).network.save(tmp_path / "net.json")
    assert json.loads((tmp_path / "net.json").read_text())["layers"][0]["weights"] == [[1.0]]


def test_a_result_shows_itself_in_a_few_lines() -> None:
    result = run("classic")
    for shown in (result, result.network, *explain(result, "w31"), check(result).parameters[0]):
        assert repr(shown).count("\n") < 4 and len(repr(shown)) < 400, repr(shown)
    assert "w31 0.082167" in repr(result)
    assert repr(explain(result, "w31")[0]).startswith("<dE/dw31 = 0.0821")


def test_an_explanation_shows_the_gradient_of_the_whole_batch_beside_its_update() -> None:
    (shown,) = explain("xor", "w11")
    assert shown.gradient != shown.partials[-1].value
    assert repr(shown).startswith(f"<dE/dw11 = {shown.gradient!r}, w11: ")


@pytest.mark.parametrize(
    ("made", "shown"),
    [
        (lambda: check("classic"), "<10 of 10 gradients checked by complex step, none is wrong>"),
        (lambda: chain("y = x^2"), "<dy/dx = 2*x>"),
        (lambda: chain("y = x^2", at={"x": 3}), "<dy/dx = 2*x = 6.0 at x = 3.0>"),
        (lambda: chain("y = sin(x)*exp(x*sin(x*cos(x)))*ln(x)*cos(x^3)"), "<dy/dx = …>"),
    ],
)
def test_a_check_and_a_chain_show_themselves_in_a_line(made: Callable[[], object], shown: str) -> None:
    assert repr(made()) == shown


@pytest.mark.parametrize("name", ["W2", "W2[1,1]", "b2", "z3", "a1", "o1", "x2", "dE/dw31", "∂E/∂w31", "δ3", "w_31"])
def test_explain_knows_every_name_that_the_command_knows(name: str) -> None:
    found = explain("classic", name)
    explained = backprop("explain", "classic", name, "-f", "json").json
    assert [shown.name for shown in found] == [one["name"] for one in explained["explanations"]]
    assert found._repr_latex_()


def test_a_network_s_data_may_hold_arrays() -> None:
    rows = [[0.5, -0.25], [0.125, 1.0]]
    data = {"targets": np.array([1, 0]), "learning_rate": np.float32(0.5), "steps": np.int64(2)}
    layer = {"weights": np.array(rows, np.float32), "bias": [np.float64(0.1), 0.2]}
    found = run(data | {"inputs": np.array([1.0, 2.0]), "layers": [layer]})
    plain = {"inputs": [1, 2], "targets": [1, 0], "steps": 2, "layers": [{"weights": rows, "bias": [0.1, 0.2]}]}
    assert found.parameters == run(plain).parameters


@pytest.mark.parametrize("network", ["classic", "xor", "softmax"])
def test_what_was_computed_survives_pickling(network: str) -> None:
    result = run(network, 3)
    again = pickle.loads(pickle.dumps(result))
    assert (again.gradients, again.forward, again.parameters) == (result.gradients, result.forward, result.parameters)
    assert run(again.network, 2).parameters == run(result.network, 2).parameters
    assert [repr(one) for one in pickle.loads(pickle.dumps(explain(result)))] == list(map(repr, explain(result)))


def test_the_settings_of_functions_survive_pickling() -> None:
    layer = {"weights": [[-2]], "activation": {"leaky_relu": {"slope": 0.3}}}
    data = {"inputs": [1], "targets": [5], "loss": {"huber": {"delta": 0.7}}, "layers": [layer]}
    again = pickle.loads(pickle.dumps(load(data)))
    # o = 0.3·(−2) = −0.6, |o − t| = 5.6 > δ: E = δ·(5.6 − δ/2), dE/dw = −δ·0.3·x
    assert run(again).loss_before == pytest.approx(0.7 * (5.6 - 0.35))
    assert run(again).gradients["w11"] == pytest.approx(-0.21)


@pytest.mark.parametrize("name", ["net.txt", "net", "-", "net.csv"])
def test_a_network_is_saved_under_no_name_that_would_not_be_read(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"must end in \.yaml, \.yml or \.json"):
        load("classic").save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_chain_and_report_answer_as_their_commands_do(tmp_path: Path) -> None:
    pytest.importorskip("jinja2")
    result = chain("u = (x+1)^2", "h = u^3 + 2u - 5", wrt="x", at={"x": 1})
    assert result.derivatives["x"].partial.value == 200
    assert report("classic", tmp_path / "page.html") == (tmp_path / "page.html").read_text(encoding="utf-8")
    with pytest.raises(UsageError, match="no sample 2"):
        report("classic", sample=2)


def test_wrong_arguments_get_the_program_s_own_errors() -> None:
    for network in (5, None, ["classic"]):
        with pytest.raises(UsageError, match="expected a path"):
            run(network)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="nowhere"):
        run("nowhere.yaml")
    with pytest.raises(InputError, match="no plain data"):
        load({"inputs": {1, 2}})
    with pytest.raises(UnknownNameError, match="w99"):
        explain("classic", "w99")
    with pytest.raises(InputError, match="sinx"):
        chain("y = sinx(x)")


@pytest.mark.parametrize(
    ("function", "arguments", "settings", "message"),
    [
        (run, ("classic", 2), {"show_step": "1"}, "show_step: expected a whole number"),
        (explain, ("classic", 5), {}, "names: expected a text, found 5"),
        (explain, ("classic", "w31"), {"paths": True, "limit": "3"}, "limit: expected a whole number of at least 1"),
        (report, ("classic",), {"frames": "2"}, "frames: expected a whole number of at least 1, found '2'"),
        (report, ("classic",), {"digits": "many"}, "digits: expected 0 to 17 decimals"),
        (check, ("classic",), {"tolerance": -1e-6}, "tolerance: expected a finite number of at least 0"),
        (check, ("classic", {"w31": 1}, "1e-6"), {}, "tolerance: expected a finite number of at least 0"),
        (check, ("classic", 5), {}, "against: expected a path or a dict, not int"),
        (check_class, ("classic", 5), {}, "against: expected a path or a dict for each person, not int"),
        (check_class, ("classic", {"w31": 1}), {}, "against: expected a path or a dict for each person, not dict"),
        (check_class, ("classic", [5]), {}, "against: expected a dict for each person, found 5"),
        (check_class, ("classic", []), {}, "against: nobody's numbers are in it"),
        (report, ("classic", 5), {}, "path: expected a path, found 5"),
        (report, ("classic", "page.pdf"), {}, "path page.pdf: the name must end in .html, .htm or .xhtml"),
        (load("classic").save, (5,), {}, "path: expected a path, found 5"),
        (chain, (5,), {}, "definitions: expected a text, found 5"),
        (chain, ("x^2",), {"wrt": 5}, "wrt: expected a text, found 5"),
        (chain, ("x^2",), {"of": 5}, "of: expected a text, found 5"),
        (chain, ("x^2",), {"at": {"x": "1"}}, "at: expected a finite number, found '1'"),
        (chain, ("x^2",), {"at": {1: 1}}, "at: expected a text, found 1"),
        (chain, ("x^2",), {"at": math.nan}, "at: expected a finite number, found nan"),
        (chain, ("x*y",), {"at": 2}, "a value without a name needs one variable"),
    ],
)
def test_a_wrong_argument_is_named_with_what_was_expected(
    function: Callable[..., object], arguments: tuple[Any, ...], settings: dict[str, Any], message: str
) -> None:
    pytest.importorskip("jinja2")
    with pytest.raises(UsageError, match=message):
        function(*arguments, **settings)


@pytest.mark.parametrize("at", [{"x": 2}, 2, 2.0, np.float64(2), "x=2", "2", ["x=2"], "x = 4/2"])
def test_a_point_may_be_given_in_every_way(at: Any) -> None:
    # y = x⁴ and dy/dx = 4x³
    assert chain(["u = x^2", "y = u^2"], at=at).derivatives["x"].partial.value == 32


# ── somebody's own numbers ────────────────────────────────────────────────────────────────────────────────────────────


def test_right_numbers_pass_from_a_file_and_from_a_dict(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("w31: 0.0822\nw41: 0.0827\n", encoding="utf-8")
    gradients = {"w31": 0.08216704056423078, "w41": np.float64(0.08266762784753325)}
    for given in (tmp_path / "mine.yaml", str(tmp_path / "mine.yaml"), gradients):
        found = check("classic", against=given)
        assert found.passed and found.right == 2 and found.mistakes == []
        assert repr(found) == "<2 of 2 numbers right>"


def test_wrong_numbers_are_explained_as_the_command_explains_them(tmp_path: Path) -> None:
    # the new weights of Mazur's page, given for the gradients; and one number with the wrong sign
    wrong = {"w31": 0.35891648, "w41": 0.408666186, "w32": 0.511301270, "w42": 0.561370121}
    (tmp_path / "mine.json").write_text(json.dumps(wrong), encoding="utf-8")
    told = json.loads(backprop("check", "classic", "--against", str(tmp_path / "mine.json"), "-f", "json").stdout)
    found = check("classic", wrong)
    assert not found.passed
    assert found.mistakes == ["+".join(one["mistakes"]) for one in told["diagnosis"]] != []
    (sign,) = check("classic", against={"w31": 0.0822, "w32": 0.0226}).mistakes
    assert sign == "w32 (sign)"


def test_a_result_s_own_numbers_are_those_of_its_steps() -> None:
    result = run("xor", 3)
    assert check(result, against=result.gradients).passed
    assert check("xor", against=result.to_dict(2)).passed
    assert not check(run("xor", 4), against=result.gradients).passed


def test_numbers_that_mean_nothing_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="w99"):
        check("classic", against={"w99": 1})
    with pytest.raises(InputError, match="w31: expected a number, found 'a'"):
        check("classic", against={"w31": "a"})
    with pytest.raises(InputError, match="no numbers in it"):
        check("classic", against={})
    (tmp_path / "class.csv").write_text("name,w31,w41\nAda,1,2\nBob,1,2\n", encoding="utf-8")
    with pytest.raises(UsageError, match="several people"):
        check("classic", against=tmp_path / "class.csv")


def test_a_class_is_compared_from_a_table_and_from_dicts(tmp_path: Path) -> None:
    # ∂E/∂w31 = 0.0822 and ∂E/∂w32 = −0.0226 (Mazur); Bob has a sign wrong, Cleo gave one number
    given = [
        {"name": "Ada", "w31": 0.0822, "w32": -0.0226},
        {"name": "Bob", "w31": np.float64(0.0822), "w32": 0.0226},
        {"name": "Cleo", "w31": math.nan, "w32": -0.0226},
    ]
    (tmp_path / "class.csv").write_text(
        "name,w31,w32\nAda,0.0822,-0.0226\nBob,0.0822,0.0226\nCleo,,-0.0226\n", encoding="utf-8"
    )
    for found in (check_class("classic", given), check_class(run("classic"), tmp_path / "class.csv")):
        assert [one.name for one in found] == ["Ada", "Bob", "Cleo"]
        assert [one.passed for one in found] == [True, False, True]
        assert [one.mistakes for one in found] == [[], ["w32 (sign)"], []]
        assert [one.missing for one in found] == [(), (), ("w31",)]


def test_a_class_s_columns_must_mean_something(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="w39"):
        check_class("classic", [{"name": "Ada", "w31": 0.0822, "w39": 1}])
    (found,) = check_class("classic", [{"name": "Ada", "w31": "0,0822"}])
    assert not found.passed and "0.0822" in found.faults[0]
    assert repr(found) == f"<0 of 0 numbers right; not read: {found.faults[0]}>"
    (tmp_path / "mine.csv").write_text("w31,0.0822\n", encoding="utf-8")
    with pytest.raises(UsageError, match="a row for each person"):
        check_class("classic", tmp_path / "mine.csv")
