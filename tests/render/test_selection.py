"""What of a run is shown: sections, a layer, each of the samples, one line for each quantity."""

from __future__ import annotations

import csv
import io
import re

import pytest

from tests.program import backprop

SECTIONS = {
    "forward": "Forward pass", "gradients": "Backward pass", "update": "Update", "loss": "Loss", "predictions": "Predictions",
}  # fmt: skip


def headings(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.partition(",")[0] in SECTIONS.values()]


@pytest.mark.parametrize("view", ["scalar", "matrix"])
@pytest.mark.parametrize("only", [["forward"], ["gradients"], ["update", "loss"], ["predictions"], []])
def test_only_the_sections_that_are_asked_for_are_shown(view: str, only: list[str]) -> None:
    args = [word for section in only for word in ("--only", section)]
    shown = backprop("run", "classic", "--view", view, *args).stdout
    assert headings(shown) == [SECTIONS[section] for section in only or SECTIONS]


def test_a_layer_is_shown_by_itself() -> None:
    shown = backprop("run", "classic", "--layer", "1").stdout
    names = [line.split()[0] for line in shown.splitlines() if line.startswith("  ") and "──" not in line]
    assert {"z1", "a2", "w11", "∂E/∂w22", "∂E/∂x1"} <= set(names)
    assert not {"z3", "o1", "E", "w31", "∂E/∂w31", "b2"} & set(names)
    matrices = backprop("run", "classic", "--view", "matrix", "--layer", "2").stdout
    assert "W²" in matrices and "δ²" in matrices and "δ¹ " not in matrices


def test_all_samples_are_derived_one_after_the_other() -> None:
    single = [backprop("run", "xor", "--sample", str(number), "-f", "json").json for number in (1, 2, 3, 4)]
    every = backprop("run", "xor", "--sample", "all", "-f", "json").json
    assert [entry["sample"] for entry in every["samples"]] == [1, 2, 3, 4]
    for entry, one in zip(every["samples"], single, strict=True):
        assert (entry["forward"], entry["partials"]) == (one["forward"], one["partials"])
    assert {key: value for key, value in every.items() if key != "samples"} == single[0]
    rows = list(csv.DictReader(io.StringIO(backprop("run", "xor", "--sample", "all", "-f", "csv").stdout)))
    alone = list(csv.DictReader(io.StringIO(backprop("run", "xor", "--sample", "3", "-f", "csv").stdout)))
    assert [row for row in rows if row.pop("sample") == "3"] == alone
    shown = backprop("run", "xor", "--sample", "all").stdout
    assert headings(shown)[:4] == [
        "Forward pass, sample 1", "Backward pass, sample 1", "Forward pass, sample 2", "Backward pass, sample 2",
    ]  # fmt: skip
    assert shown.count("Update\n") == 1 and "is shown above" not in shown


def test_a_brief_run_has_a_line_for_each_quantity() -> None:
    whole = {entry["name"]: entry["value"] for entry in backprop("run", "classic", "-f", "json").json["partials"]}
    shown = backprop("run", "classic", "--brief").stdout
    lines = {line.split()[0]: line.split()[-1] for line in shown.splitlines() if line.startswith("  ")}
    for name, value in whole.items():
        of, wrt = name.removeprefix("d").split("/d")
        text = lines.get(f"∂{of}/∂{wrt}")
        if of.startswith("z") or (of == "E" and wrt.startswith("x")):
            assert text is None
        else:
            assert text is not None and float(text.replace("−", "-")) == pytest.approx(value, abs=5e-9)
    assert "∂E/∂z3 · a1 " in shown and "∂E/∂z3 + ∂E/∂z4 " in shown and "∂E/∂z3 · w31 + ∂E/∂z4 · w32" in shown


def test_a_brief_run_can_be_cut_to_chosen_weights() -> None:
    shown = backprop("run", "classic", "--brief", "-w", "W2[1,1],b2").stdout
    assert set(re.findall(r"^  (∂E/∂[wb]\S+|[wb]\d+) ", shown, re.MULTILINE)) == {"∂E/∂w31", "∂E/∂b2", "w31", "b2"}
    assert "∂a1/∂z1" not in shown


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--layer", "3"], "error: there is no layer 3: the network has 2 layers\n"),
        (["-w", "w31"], "error: --weight goes with --brief\n"),
        (["--brief", "-w", "w99"], "error: unknown parameter 'w99'\n"),
        (
            ["--only", "forwrd"],
            "error: --only: expected forward, gradients, update, loss or predictions, found 'forwrd'\n",
        ),
        (["--sample", "0"], "error: --sample: expected a whole number of at least 1, or all, found '0'\n"),
    ],
)
def test_a_wrong_choice_is_told(args: list[str], said: str) -> None:
    result = backprop("run", "classic", *args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(said)
