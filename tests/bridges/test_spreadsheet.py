"""The spreadsheet, recalculated by LibreOffice: every cell is the number that `run` gives, also after an input is changed.

openpyxl saves the formulas without the values that we wrote beside them, so that none of these can be compared by mistake.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from backprop_cli import load
from backprop_cli.bridges.spreadsheet import grid_of, letters, spoken
from backprop_cli.errors import UsageError
from tests.bridges.networks import FUNCTIONS, TRAININGS, network, trained
from tests.program import backprop

openpyxl = pytest.importorskip("openpyxl")
pytest.importorskip("xlsxwriter")

OFFICE = shutil.which("soffice")
CHOSEN: dict[str, dict[str, Any]] = {
    **{name: {**FUNCTIONS[name], "steps": 3} for name in FUNCTIONS if name not in ("softmax", "softmax binary")},
    **{name: {**trained(name), "steps": 3} for name in TRAININGS if "batch_size" not in TRAININGS[name]},
    "one sample": {
        **network("tanh", "sigmoid", "binary_cross_entropy", "shared", steps=2),
        "inputs": [0.3, 0.1, 0.2],
        "targets": [1.0, 0.0],
    },
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All the networks, exported, and recalculated in one start of LibreOffice."""
    if OFFICE is None:
        pytest.skip("LibreOffice is not installed")
    place = tmp_path_factory.mktemp("sheets")
    files = []
    for number, data in enumerate(CHOSEN.values()):
        (place / f"{number}.json").write_text(json.dumps(data), encoding="utf-8")
        result = backprop("export", str(place / f"{number}.json"), "--to", "xlsx", "-o", str(place / f"{number}.xlsx"))
        assert result.exit_code == 0, result.stderr
        files.append(_without_values(place / f"{number}.xlsx", place / "plain"))
    changed = _without_values(place / "0.xlsx", place / "plain", B5=0.75)
    changed.rename(changed.with_name("changed.xlsx"))
    files[0] = _without_values(place / "0.xlsx", place / "plain")
    command = [
        str(OFFICE),
        f"-env:UserInstallation=file://{place}/user",
        "--headless",
        "--convert-to",
        "xlsx",
        "--outdir",
    ]
    done = place / "done"
    subprocess.run(
        [*command, str(done), *map(str, files), str(changed.with_name("changed.xlsx"))],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip
    return done


def _without_values(file: Path, folder: Path, **changes: float) -> Path:
    folder.mkdir(exist_ok=True)
    book = openpyxl.load_workbook(file)
    for cell, value in changes.items():
        assert isinstance(book.active[cell].value, float)
        book.active[cell] = value
    book.save(folder / file.name)
    return folder / file.name


def rows_of(file: Path) -> list[dict[str, float]]:
    """Each step's numbers by the columns' labels and, where there are several samples, their groups."""
    rows = [list(row) for row in openpyxl.load_workbook(file, data_only=True).active.iter_rows(values_only=True)]
    head = next(index for index, row in enumerate(rows) if row[0] == "step")
    groups, labels = rows[head - 1], rows[head]
    group, keys = "", []
    for index, label in enumerate(labels[1:], start=1):
        group = groups[index] or group
        keys.append(f"{group} {label}")
    return [dict(zip(keys, row[1:], strict=True)) for row in rows[head + 1 :]]


def expected(data: dict[str, Any], step: int, sample: int) -> dict[str, float]:
    """What the program shows of one step, under the labels of the sheet."""
    answer = backprop("run", "-", "-n", str(step), "-f", "json", "--sample", str(sample), stdin=json.dumps(data)).json
    before = backprop("run", "-", "-n", str(step - 1), "-f", "json", stdin=json.dumps(data)).json
    group = f"sample {sample}" if len(load(data).samples) > 1 else "passes"
    shown = {f"{group} {name}": value for name, value in answer["forward"].items()}
    named = {
        partial["name"].replace("d", "∂", 1).replace("/d", "/∂"): partial["value"] for partial in answer["partials"]
    }
    shown |= {f"{group} {name}": value for name, value in named.items()}
    shown |= {f"gradients ∂E/∂{name}": value for name, value in answer["gradients"].items()}
    shown |= {f"new parameters {name}⁺": value for name, value in answer["parameters"].items()}
    shown["loss E"] = before["loss_after"]
    return shown


@pytest.mark.external
@pytest.mark.slow
@pytest.mark.parametrize("case", CHOSEN)
def test_every_cell_is_what_run_gives(case: str, folder: Path) -> None:
    data = CHOSEN[case]
    rows = rows_of(folder / f"{list(CHOSEN).index(case)}.xlsx")
    assert len(rows) == data["steps"] + 1
    sample = len(load(data).samples)
    for step in range(1, data["steps"] + 1):
        wanted = expected(data, step, sample)
        compared = {label: value for label, value in rows[step - 1].items() if label in wanted}
        assert compared == pytest.approx({label: wanted[label] for label in compared}, rel=1e-12, abs=1e-14)
        assert {label.split()[0] for label in compared} >= {"gradients", "new", "loss"}
        assert sum("∂E/∂z" in label for label in compared) >= 2


@pytest.mark.external
@pytest.mark.slow
def test_a_changed_input_changes_what_follows_rightly(folder: Path) -> None:
    data = json.loads(json.dumps(next(iter(CHOSEN.values()))))
    data["inputs"][0][0] = 0.75
    wanted = expected(data, 3, 1)
    row = rows_of(folder / "changed.xlsx")[2]
    for label in ("loss E", "new parameters w11⁺", "sample 1 z1", "gradients ∂E/∂w41"):
        assert row[label] == pytest.approx(wanted[label], rel=1e-12)


def test_names_are_none_of_cells_and_each_is_given_once(tmp_path: Path) -> None:
    assert [spoken(name) for name in ("w31", "x1", "dE_dw31", "a10", "R", "length [cm]")] == [
        "w_31", "x_1", "dE_dw31", "a_10", "R_", "length__cm_",
    ]  # fmt: skip
    assert [letters(column) for column in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
    file = tmp_path / "classic.xlsx"
    backprop("export", "classic", "--to", "xlsx", "-o", str(file))
    book = openpyxl.load_workbook(file)
    names = {name: defined.attr_text for name, defined in book.defined_names.items()}
    sheet = book.active
    cell = names["w_31_new"].split("!")[1].replace("$", "")
    assert sheet[cell].value.startswith("=")
    assert sheet[names["w_31"].split("!")[1].replace("$", "")].value == 0.4
    heads = next(row for row in sheet if row[0].value == "step")[1:]
    assert len(names) == 1 + 4 + len([cell for cell in heads if cell.value is not None])


@pytest.mark.parametrize("keys", [{"batch_size": 2}, {"state": {"updates": 3}}, {"steps": 10**6}])
def test_what_is_no_row_a_step_is_refused_or_cut(keys: dict[str, Any]) -> None:
    setup = load(network("tanh", "tanh", "half_squared_error", **keys))
    if "steps" in keys:
        assert grid_of(setup, 50).steps == 50
        with pytest.raises(UsageError, match="too many for a spreadsheet"):
            grid_of(setup, 10**6)
    else:
        with pytest.raises(UsageError, match="every row of the spreadsheet takes all samples"):
            grid_of(setup, 50)


def sheet_of(folder: Path, **keys: Any) -> Any:
    file = folder / "net.xlsx"
    data = json.dumps(network("tanh", "tanh", "half_squared_error", **keys))
    assert backprop("export", "-", "--to", "xlsx", "-o", str(file), stdin=data).exit_code == 0
    return openpyxl.load_workbook(file).active


def test_what_may_be_changed_stays_yellow_beside_the_colours(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, steps=3)
    yellow = {cell.coordinate for row in sheet for cell in row if cell.fill.start_color.rgb == "FFFFF7D6"}
    first = next(row[0].row for row in sheet if row[0].value == "step") + 1
    assert {"B2", "B5", "F9", f"B{first}", f"{letters(26)}{first}"} <= yellow
    ranges = [scale.sqref for scale in sheet.conditional_formatting]
    assert len(ranges) == 1 + 5 * 2 + 2  # the parameters, each sample's deltas of two layers, gradients, new parameters
    assert not any(sheet[cell].coordinate in cells for cell in yellow for cells in ranges)


def test_the_chart_stands_beside_the_samples_and_only_what_leaves_room_is_frozen(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path)
    (chart,) = sheet._charts
    assert chart.anchor._from.col == 1 + 3 + 2 + 1  # the sample's number, inputs, targets, and a column of room
    assert sheet.freeze_panes == "B18"
    many = sheet_of(tmp_path, inputs=[[0.1, 0.2, 0.3]] * 40, targets=[[0, 1]] * 40)
    assert many.freeze_panes == "B1"


def test_a_sheet_of_no_step_has_the_first_row_alone(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, steps=0)
    assert [row[0].value for row in sheet if row[0].row > 16] == ["step", 1]


def test_a_column_is_as_wide_as_its_head(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("x,the length of a petal,y\n0.5,1,0\n0.1,0.2,1\n")
    layers = [{"weights": [[0.1, 0.2]]}]
    data = {"inputs": str(tmp_path / "data.csv"), "targets": ["y"], "layers": layers}
    (tmp_path / "net.json").write_text(json.dumps(data), encoding="utf-8")
    backprop("export", str(tmp_path / "net.json"), "--to", "xlsx", "-o", str(tmp_path / "net.xlsx"))
    sheet = openpyxl.load_workbook(tmp_path / "net.xlsx").active
    assert sheet["C4"].value == "the length of a petal"
    widths = {name: column.width for name, column in sheet.column_dimensions.items()}
    assert widths["C"] > len(sheet["C4"].value) > 12 <= widths["B"] < 14
