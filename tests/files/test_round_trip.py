"""A written network is the network: same names, same structure, same comments, every number bit for bit."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.program import backprop

EXAMPLES = ["classic", "mazur", "relu", "softmax", "three-layers", "wikidocs", "xor"]

numbers = st.floats(allow_nan=False, allow_infinity=False)


def written(text: str, *args: str) -> str:
    result = backprop("run", "-", "-q", *args, "-o", "-", stdin=text)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def numbers_of(data: Any) -> list[str]:
    """Every float in a structure, exactly, in order."""
    if isinstance(data, dict):
        return [number for value in data.values() for number in numbers_of(value)]
    if isinstance(data, list):
        return [number for value in data for number in numbers_of(value)]
    return [float(data).hex()] if isinstance(data, int | float) else []


@given(rows=st.lists(st.lists(numbers, min_size=2, max_size=2), min_size=1, max_size=3), bias=numbers)
def test_numbers_are_written_bit_for_bit(rows: list[list[float]], bias: float) -> None:
    layer = {"activation": "hard_tanh", "weights": rows, "bias": bias}
    network = {"inputs": [0, 0], "targets": [0.0] * len(rows), "layers": [layer], "freeze": ["*"]}
    text = written(json.dumps(network))
    assert numbers_of(yaml.safe_load(text)["layers"]) == numbers_of(network["layers"])


@pytest.mark.parametrize("example", EXAMPLES)
def test_only_numbers_change_in_a_rewritten_example(example: str) -> None:
    before = backprop("examples", example).stdout
    after = written(before)
    shape = "0123456789.-+e"
    assert before.translate({ord(c): None for c in shape}) == after.translate({ord(c): None for c in shape})
    assert [line for line in before.splitlines() if line.startswith("#")] == [
        line for line in after.splitlines() if line.startswith("#")
    ]


@pytest.mark.parametrize("example", EXAMPLES)
@pytest.mark.parametrize("extra", ["", "momentum: 0.9\n", "momentum: 0.5\nnesterov: true\nweight_decay: 0.01\n"])
def test_three_steps_equal_three_runs_of_one(example: str, extra: str) -> None:
    text = backprop("examples", example).stdout + extra
    piped = text
    for _ in range(3):
        piped = written(piped, "-n", "1")
    at_once = written(text, "-n", "3")
    assert numbers_of(yaml.safe_load(piped)) == numbers_of(yaml.safe_load(at_once))
    assert ("state:" in piped) == bool(extra)


@pytest.mark.parametrize("extra", ["momentum: 0.9\n", "momentum: 0.9\nbatch_size: 1\n", "batch_size: 1\n"])
def test_comments_and_layout_stay_in_a_file_that_carries_a_state(extra: str) -> None:
    once = written(backprop("examples", "xor").stdout + extra + "# the end\n", "-n", "1")
    twice = written(once, "-n", "1")
    numbers = str.maketrans("", "", "0123456789.-+e")
    assert "# the end" in once
    assert twice.translate(numbers) == once.translate(numbers)
    assert yaml.safe_load(twice)["state"]["updates"] == 2


@pytest.mark.parametrize("state", ["state: {}\n", "state: null\n", "state: {updates: 4}\n"])
def test_a_state_of_another_shape_is_written_afresh(state: str) -> None:
    text = written(backprop("examples", "xor").stdout + "momentum: 0.9\n" + state, "-n", "1")
    assert yaml.safe_load(text)["state"]["updates"] == (5 if "4" in state else 1)
    assert text.count("state:") == 1


@pytest.mark.parametrize("shuffle", ["", "shuffle: true\nseed: 7\n"])
def test_batches_go_on_where_the_last_run_stopped(shuffle: str) -> None:
    text = backprop("examples", "xor").stdout + "batch_size: 3\n" + shuffle
    piped = text
    for _ in range(5):
        piped = written(piped)
    assert numbers_of(yaml.safe_load(piped)) == numbers_of(yaml.safe_load(written(text, "-n", "5")))


def test_a_json_file_stays_json_and_a_yaml_file_becomes_json_by_its_suffix(tmp_path: Path) -> None:
    for suffix in ("yaml", "json"):
        assert backprop("run", "classic", "-q", "-o", str(tmp_path / f"net.{suffix}")).exit_code == 0
    as_yaml = yaml.safe_load((tmp_path / "net.yaml").read_text(encoding="utf-8"))
    as_json = json.loads((tmp_path / "net.json").read_text(encoding="utf-8"))
    assert numbers_of(as_yaml["layers"]) == numbers_of(as_json["layers"])
    assert as_yaml["layers"][0]["weights"][0].keys() == {"w11", "w21"}
    assert backprop("run", str(tmp_path / "net.json"), "-i", "-q").exit_code == 0
    assert backprop("run", str(tmp_path / "net.yaml"), "-i", "-q").exit_code == 0
    again = json.loads((tmp_path / "net.json").read_text(encoding="utf-8"))
    assert numbers_of(again["layers"]) == numbers_of(
        yaml.safe_load((tmp_path / "net.yaml").read_text(encoding="utf-8"))["layers"]
    )


def test_in_place_updates_the_file_and_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(backprop("examples", "classic").stdout, encoding="utf-8")
    file.chmod(0o640)
    result = backprop("run", str(file), "-i")
    assert (result.exit_code, f"wrote {file}" in result.stderr) == (0, True)
    assert "w11: 0.1497807161327628" in file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [file]


def test_aliases_are_written_out_one_by_one() -> None:
    text = "inputs: [1, 2]\ntargets: [1, 0]\nlayers:\n  - weights: [&row [0.5, 0.25], *row]\n"
    weights = yaml.safe_load(written(text))["layers"][0]["weights"]
    # o = 1 for both units, so ∂E/∂o is 0 and 1, and the second row moves by −0.5·1·x alone
    assert weights == [[0.5, 0.25], [0.0, -0.75]]


def test_a_diverging_run_names_step_and_unit_and_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    text = backprop("examples", "relu").stdout
    file.write_text(text, encoding="utf-8")
    result = backprop("run", str(file), "-n", "1000", "--lr", "1e30", "-i")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "at step" in result.stderr
    assert "smaller learning rate" in result.stderr
    assert file.read_text(encoding="utf-8") == text


def test_the_history_holds_the_loss_of_every_step(tmp_path: Path) -> None:
    file = tmp_path / "loss.csv"
    answer = backprop("run", "classic", "-n", "4", "-f", "json", "--history", str(file)).json
    header, *lines = file.read_text(encoding="utf-8").splitlines()
    assert header == "step,loss"
    losses = [float(line.split(",")[1]) for line in lines]
    assert [line.split(",")[0] for line in lines] == ["0", "1", "2", "3", "4"]
    assert (losses[0], losses[-1]) == (answer["loss_before"], answer["loss_after"])
    assert all(later < earlier for earlier, later in itertools.pairwise(losses))


def test_exponents_are_numbers_to_older_readers_too() -> None:
    text = "inputs: [1.0]\ntargets: [1]\nfreeze: ['*']\nlayers:\n  - weights: [[1e-7]]\n    bias: 5e-324\n"
    layer = yaml.safe_load(written(text))["layers"][0]
    assert (layer["weights"], layer["bias"]) == ([[1e-7]], 5e-324)
    assert math.copysign(1, yaml.safe_load(written(text.replace("1e-7", "-0.0")))["layers"][0]["weights"][0][0]) == -1


@pytest.mark.parametrize("head", ["", "---\n"])
@pytest.mark.parametrize("end", ["", "\n", "\n...\n", "\n... # the end\n", "\n# the end\n"])
@pytest.mark.parametrize("pad", ["", "  "])
def test_a_state_is_added_where_the_last_key_belongs(head: str, end: str, pad: str, tmp_path: Path) -> None:
    lines = ["momentum: 0.9 # keep me", "inputs: [1, 2]", "targets: [1]", "layers:", "- weights: [[0.1, 0.2]]"]
    file = tmp_path / "net.yaml"
    file.write_text(head + "\n".join(pad + line for line in lines) + end)
    for update in (1, 2):
        assert backprop("run", str(file), "-i", "-q").exit_code == 0
        text = file.read_text()
        assert yaml.safe_load(text)["state"]["updates"] == update
        assert "# keep me" in text and end.strip() in text
        assert (text.index("state") < text.index("...")) if "..." in end else True


def test_line_ends_and_the_byte_order_mark_stay(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    before = b"\xef\xbb\xbfinputs: [1]\r\ntargets: [1]\r\n# a comment\r\nlayers: [{weights: [[0]]}]\r\nmomentum: 0.9"
    file.write_bytes(before)
    assert backprop("run", str(file), "-i", "-q").exit_code == 0
    text = file.read_bytes()
    assert text.startswith(before.replace(b"[[0]]", b"[[0.5]]") + b"\r\nstate:")
    assert text.count(b"\n") == text.count(b"\r\n")
    assert backprop("run", str(file), "-i", "-q").exit_code == 0
    assert len(file.read_bytes().splitlines()) == len(text.splitlines())


def test_lost_comments_are_told_of(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text("inputs: [1] # one\ntargets: [1]\nlayers:\n  - {weights: [[&w 0.5]], bias: *w}\n")
    result = backprop("run", str(file), "-i")
    assert result.exit_code == 0 and "comments and layout cannot be kept" in result.stderr
    assert "cannot be kept" not in backprop("run", str(file), "-i").stderr


def test_the_short_form_of_yaml_may_come_through_a_pipe() -> None:
    text = '{title: "a: b", inputs: [1], targets: [0], layers: [{weights: [[1]]}]}\n'
    assert written(written(text)) == text.replace("[[1]]", "[[0.25]]")
    as_json = json.dumps(yaml.safe_load(text))
    assert yaml.safe_load(written(as_json))["layers"] == [{"weights": [[0.5]]}]
    broken = backprop("run", "-", stdin='{"inputs": [1,}')
    assert "not valid JSON" in broken.stderr
    assert "} cannot close the [" in backprop("run", "-", stdin="{inputs: [1,}").stderr
