"""A whole class at once: a table with a row for each person, or several files."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests.program import Result, backprop

# the published 2-2-2 network's numbers to four digits
RIGHT = {"E": 0.2984, "dE/dz3": 0.1385, "w31": 0.0822, "w41": 0.0827, "w32": -0.0226}


def table(people: dict[str, dict[str, Any]], delimiter: str = ",") -> str:
    names = list(RIGHT)
    rows = [["who", *names], *([person, *(str(own.get(name, "")) for name in names)] for person, own in people.items())]
    return "".join(delimiter.join(row) + "\n" for row in rows)


def check(text: str, *options: str) -> Result:
    return backprop("check", "classic", "--against", "-", *options, stdin=text)


PEOPLE: dict[str, dict[str, Any]] = {
    "Ada": RIGHT,
    "Ben": RIGHT | {"dE/dz3": -0.1385, "w31": -0.0822, "w41": -0.0827, "w32": 0.0226},
    "Cleo": RIGHT | {"dE/dz3": 0.1485, "w31": 0.0881, "w41": 0.0886},
    "Dan": {"E": 0.2984, "w31": 0.0822},
    "Eve": RIGHT | {"w32": 0.0226},
    "Fay": {},
}


def test_everybody_has_a_row_of_result() -> None:
    result = check(table(PEOPLE), "-f", "json")
    assert result.exit_code == 1
    answer = json.loads(result.stdout)
    assert not answer["passed"]
    counts = {one["name"]: (one["passed"], one["right"], one["wrong"], one["follows"]) for one in answer["results"]}
    assert counts == {
        "Ada": (True, 5, 0, 0), "Ben": (False, 1, 2, 2), "Cleo": (False, 2, 1, 2), "Dan": (True, 2, 0, 0),
        "Eve": (False, 4, 1, 0), "Fay": (False, 0, 0, 0),
    }  # fmt: skip
    by_name = {one["name"]: one for one in answer["results"]}
    assert by_name["Ben"]["mistakes"][0] == ["error_sign"]
    assert by_name["Cleo"]["wrong_names"] == by_name["Cleo"]["unexplained"] == ["dE/dz3"]
    assert by_name["Dan"]["missing"] == ["dE/dz3", "w41", "w32"]
    rows = list(csv.DictReader(check(table(PEOPLE), "-f", "csv").stdout.splitlines()))
    assert [
        (row["name"], row["passed"] == "true", *(int(row[key]) for key in ("right", "wrong", "follows")))
        for row in rows
    ] == [(name, *of_person) for name, of_person in counts.items()]
    assert rows[1]["mistakes"].split()[0] == "error_sign"
    assert by_name["Eve"]["slips"] == [{"name": "w32", "slip": "sign"}]
    assert (rows[4]["mistakes"], rows[4]["slips"]) == ("", "w32:sign")
    shown = check(table(PEOPLE)).stdout
    assert "2 of 6 are right in every number given." in shown
    assert "w32: sign" in shown


@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown", "latex"])
def test_all_right_is_exit_code_0(form: str) -> None:
    text = table({"Ada": RIGHT, "Ben": RIGHT}, ";").replace(".", ",")
    assert check(text, "-f", form).exit_code == 0


def test_a_column_that_means_nothing_is_no_agreement() -> None:
    text = "name,w31,w3l\nAda,0.0822,0.1\n"
    result = check(text, "-f", "json")
    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["unknown"], list(answer["suggestions"])) == (1, ["w3l"], ["w3l"])
    assert check(text, "--allow-unknown").exit_code == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,w31,w31\nAda,0.0822,0.1\n", "<stdin>:1: w31: it is given twice"),
        ("w31,w41\n0.0822,0.0827\n0.08,0.09\n", "<stdin>:1: the first column of a table of people is for their names"),
    ],
)
def test_a_wrong_header_is_named_by_its_place(text: str, said: str) -> None:
    result = check(text)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


@pytest.mark.parametrize(
    "text", ["name,value\nw31,0.0822\n", "w31,w41\n0.0822,0.0827\n", "parameter,gradient\nw31,0.0822\n"]
)
def test_one_persons_numbers_are_no_class(text: str) -> None:
    assert "compared" in check(text, "-f", "json").json


def test_several_files_have_a_row_each(tmp_path: Path) -> None:
    (tmp_path / "ada.json").write_text(json.dumps(RIGHT))
    (tmp_path / "eve.yaml").write_text("w31: 0.0822\nw32: 0.0226\nw41: 0.0827\n")
    (tmp_path / "class.csv").write_text(table({"Cleo": PEOPLE["Cleo"]}))
    files = [str(tmp_path / name) for name in ("ada.json", "eve.yaml", "class.csv")]
    options = [option for file in files for option in ("-a", file)]
    result = backprop("check", "classic", *options, "-f", "json")
    assert result.exit_code == 1
    results = json.loads(result.stdout)["results"]
    assert [(one["name"], one["passed"], one["wrong"], one["follows"]) for one in results] == [
        (files[0], True, 0, 0), (files[1], False, 1, 0), ("Cleo", False, 1, 2),
    ]  # fmt: skip


def test_standard_input_is_read_once() -> None:
    assert backprop("check", "-", "-a", "-", stdin="").exit_code == 2
    assert backprop("check", "classic", "-a", "-", "-a", "-", stdin="w31: 0.1\n").exit_code == 2


def test_the_same_wrong_numbers_are_explained_the_same_in_a_large_class() -> None:
    people = {f"p{number}": list(PEOPLE.values())[number % 5] for number in range(400)}
    answer = json.loads(check(table(people), "-f", "json").stdout)
    assert len(answer["results"]) == 400
    for position, one in enumerate(answer["results"]):
        same = answer["results"][position % 5]
        assert {**one, "name": ""} == {**same, "name": ""}


def test_what_cannot_be_read_of_one_person_is_told_and_the_others_are_compared() -> None:
    text = 'name,w31,w41\nAda,0.0822,x\nBen,-,0.0827\nCleo,0,0822,0.0827\n,0.0822,0.0827\nDan,"0,0822",0.0827\n,,\n'
    result = check(text, "-f", "json")
    faults = {one["name"]: one["faults"] for one in json.loads(result.stdout)["results"]}
    assert faults == {
        "Ada": ["line 2: w41 is given as 'x'"],
        "Ben": [],
        "Cleo": ["line 4: expected 3 cells, found 4 (decimals are written with a point: 0.0822)"],
        "line 5": [],
        "Dan": ["line 6: w31 is given as '0,0822' (decimals are written with a point: 0.0822)"],
    }
    counts = {
        one["name"]: (one["passed"], one["right"], one["missing"]) for one in json.loads(result.stdout)["results"]
    }
    assert counts == {
        "Ada": (False, 1, ["w41"]), "Ben": (True, 1, ["w31"]), "Cleo": (False, 0, ["w31", "w41"]),
        "line 5": (True, 2, []), "Dan": (False, 1, ["w31"]),
    }  # fmt: skip
    assert result.exit_code == 1
    shown = check(text).stdout
    assert "Ada, line 2: w41 is given as 'x'." in shown
    assert "not all can be read" in shown
    row = next(csv.DictReader(check(text, "-f", "csv").stdout.splitlines()))
    assert row["faults"] == "line 2: w41 is given as 'x'"


def test_two_people_of_one_name_are_told_of() -> None:
    text = "name,w31\nAda,0.0822\nBen,0.0822\nAda,0.0822\n"
    assert "Several people have the same name: Ada." in check(text).stdout
    assert check(text).exit_code == 0


def test_why_a_class_with_unknown_columns_fails_is_said() -> None:
    text = "name,w31,w99,remark\nAda,0.0822,1,ok\n"
    result = check(text)
    assert (result.exit_code, "The numbers of Ada" in result.stdout) == (1, True)
    assert "An unknown name fails the check" in result.stdout
    assert "fails the check" not in check(text, "--allow-unknown").stdout


def test_not_more_cells_are_named_than_anybody_reads() -> None:
    shown = check("name,w31,w41\n" + "".join(f"p{number},0.0822,x\n" for number in range(25))).stdout
    assert shown.count("w41 is given as 'x'") == 20
    assert "And 5 more that cannot be read" in shown
