"""`backprop init`: the file it writes is one that the program takes, and what does not fit is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from backprop_cli import load
from tests.program import backprop


def test_what_it_writes_can_be_run(tmp_path: Path) -> None:
    file = str(tmp_path / "net.yaml")
    result = backprop("init", "2-5-4-3", "--activation", "relu", "--loss", "cross_entropy", "-o", file)
    assert (result.exit_code, result.stderr) == (0, f"wrote {file}\n")
    network = load(file).network
    assert network.names.widths == (2, 5, 4, 3)
    assert [activation.name for activation in network.activations] == ["relu", "relu", "softmax"]
    assert backprop("run", file, "-f", "json").json["loss"] == "cross_entropy"


def test_it_names_the_schema_by_a_file_that_holds_on_every_machine() -> None:
    first, second = backprop("init").stdout.splitlines()[:2]
    assert first == "# yaml-language-server: $schema=network.schema.json"
    assert "`backprop schema > network.schema.json` makes it" in second


@pytest.mark.parametrize(
    ("shape", "activation", "loss"),
    [
        ("784-128-10", "sigmoid", "cross_entropy"),
        ("200-30-10", "tanh", "half_squared_error"),
        ("40-8-3", "sigmoid", "binary_cross_entropy"),
        ("3-4-2", "tanh", "hinge"),
    ],
)
def test_lint_finds_nothing_in_what_it_writes(shape: str, activation: str, loss: str, tmp_path: Path) -> None:
    file = str(tmp_path / "net.yaml")
    assert backprop("init", shape, "--activation", activation, "--loss", loss, "-o", file).exit_code == 0
    assert backprop("lint", file).stdout == "Nothing was found that hinders training.\n"


def test_a_learning_rate_is_lowered_for_large_networks_alone_and_never_against_ones_word() -> None:
    rates = [load_rate("init", shape) for shape in ("2-3-1", "784-128-10")]
    assert rates[0] == "0.5" and float(rates[1].split()[0]) < 0.5 and rates[1].endswith("# 0.5 overshoots")
    assert load_rate("init", "784-128-10", "--lr", "0.5") == "0.5"


def load_rate(*arguments: str) -> str:
    lines = backprop(*arguments, "--loss", "cross_entropy").stdout.splitlines()
    return next(line for line in lines if line.startswith("learning_rate: ")).removeprefix("learning_rate: ")


def test_the_shape_follows_from_the_data(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("a,kind,b\n1,x,2\n2,y,1\n3,z,0\n", encoding="utf-8")
    data, file = str(tmp_path / "data.csv"), str(tmp_path / "net.yaml")
    assert backprop("init", "--data", data, "--target", "kind", "-o", file).exit_code == 0
    setup = load(file)
    assert setup.network.names.widths == (2, 3, 3)
    assert setup.network.names.given_inputs == ("a", "b")
    assert setup.samples.targets.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]


def test_numbers_of_classes_get_an_output_each(tmp_path: Path) -> None:
    (tmp_path / "lab.csv").write_text("a,b,label\n0.1,0.2,0\n0.3,0.9,1\n0.8,0.4,2\n0.7,0.1,2\n", encoding="utf-8")
    data, file = str(tmp_path / "lab.csv"), str(tmp_path / "net.yaml")
    assert backprop("init", "2-4-3", "--data", data, "--loss", "cross_entropy", "-o", file).exit_code == 0
    assert load(file).samples.targets.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1]]
    assert backprop("run", file, "-n", "500", "-f", "json").json["accuracy"] == 1
    refused = backprop("init", "3-2-1", "--data", data).stderr
    assert "lab.csv gives 2 inputs and 1 output, but the shape is 3-2-1" in refused


@pytest.mark.parametrize("seed", ["0", "7"])
def test_a_seed_gives_the_same_file_and_the_same_weights(seed: str) -> None:
    first, second = (backprop("init", "2-3-1", "--seed", seed) for _ in range(2))
    assert first == second
    assert f"\nseed: {seed} " in first.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("2",), "expected a shape such as 2-3-1"),
        (("2-0-1",), "expected between 1 and 10,000 units"),
        (("2-x-1",), "expected a shape such as 2-3-1"),
        (("--activation", "rellu"), "did you mean 'relu'?"),
        (("--loss", "cross_entrpy"), "did you mean 'cross_entropy'?"),
        (("--init", "xaver"), "did you mean 'xavier'?"),
        (("--data", "data.csv", "3-2-2"), "data.csv gives 1 input and 2 outputs, but the shape is 3-2-2"),
        (("--data", "data.csv", "--target", "kin"), "did you mean 'kind'?"),
        (("--data", "none.csv"), "there is no such file"),
        (("--data", "data.npz"), "a table is expected"),
        (("-o", "net.json"), "the name must end in .yaml or .yml"),
        (("-o", "there.yaml"), "there.yaml is there already"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_written(
    arguments: tuple[str, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data.csv").write_text("a,kind\n1,x\n2,y\n", encoding="utf-8")
    (tmp_path / "there.yaml").write_text("mine\n", encoding="utf-8")
    result = backprop("init", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert (tmp_path / "there.yaml").read_text(encoding="utf-8") == "mine\n"
