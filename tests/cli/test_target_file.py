"""No command writes over what it reads, or puts one kind of file under the name of another."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from tests.program import backprop

NETWORK = "inputs: data.csv\ntargets: [y]\nweights: weights.npz\nlayers:\n  - activation: tanh\n"
READ = "this file is read, and would be overwritten\n    hint: choose another name\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a network and what it reads, in which the program is run."""
    (tmp_path / "net.yaml").write_text(NETWORK, encoding="utf-8")
    (tmp_path / "data.csv").write_text("x,y\n1,0.5\n2,0.25\n", encoding="utf-8")
    with (tmp_path / "weights.npz").open("wb") as file:
        np.savez(file, weight=np.array([[0.5]]), bias=np.array([0.1]))
    with (tmp_path / "data.npz").open("wb") as file:
        np.savez(file, x=np.array([[1.0]]), y=np.array([[1.0]]))
    (tmp_path / "wide.yaml").write_text("inputs: data.npz\nlayers: [{units: 1}]\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["report", "net.yaml", "-o", "net.yaml"], "-o net.yaml: " + READ),
        (["report", "net.yaml", "-o", "data.csv"], "-o data.csv: " + READ),
        (["export", "net.yaml", "--to", "numpy", "-o", "./net.yaml"], "-o ./net.yaml: " + READ),
        (["export", "net.yaml", "--to", "dot", "-o", "data.csv"], "-o data.csv: " + READ),
        (["export", "net.yaml", "--to", "npz", "-o", "weights.npz"], "-o weights.npz: " + READ),
        (["export", "net.yaml", "--to", "numpy", "-o", "link.py"], "-o link.py: " + READ),
        (["run", "net.yaml", "--history", "net.yaml", "-q"], "--history net.yaml: " + READ),
        (["run", "net.yaml", "--history", "data.csv", "-q"], "--history data.csv: " + READ),
        (["run", "wide.yaml", "-o", "data.npz"], "-o data.npz: " + READ),
        (["import", "weights.npz", "-o", "weights.npz"], "-o weights.npz: " + READ),
        (["report", "classic", "-o", "new.yaml"], "-o new.yaml: the name must end in .html, .htm or .xhtml\n"),
        (["export", "classic", "--to", "jax", "-o", "new.yaml"], "-o new.yaml: the name must end in .py\n"),
        (["export", "classic", "--to", "dot", "-o", "new.csv"], "-o new.csv: the name must end in .dot or .gv\n"),
    ],
)
def test_what_is_read_is_not_written_over(place: Path, args: list[str], said: str) -> None:
    (place / "link.py").symlink_to("net.yaml")
    before = {file: file.read_bytes() for file in place.iterdir()}
    result = backprop(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"error: {said}"
    assert {file: file.read_bytes() for file in place.iterdir()} == before


def test_a_page_without_a_name_does_not_take_its_networks_place(place: Path) -> None:
    (place / "net.html").write_text(NETWORK, encoding="utf-8")
    result = backprop("report", "net.html")
    assert (result.exit_code, result.stderr) == (2, "error: -o net.html: " + READ)


def test_a_network_is_written_over_itself_and_a_device_takes_anything(place: Path) -> None:
    assert backprop("run", "net.yaml", "-o", "net.yaml", "-q").exit_code == 0
    assert (place / "net.yaml").read_text(encoding="utf-8") != NETWORK
    assert backprop("report", "net.yaml", "-o", os.devnull).exit_code == 0


def test_many_weights_do_not_take_the_place_of_the_model_that_they_come_from(place: Path) -> None:
    assert backprop("init", "200-200-2", "-o", "many.yaml").exit_code == 0
    assert backprop("export", "many.yaml", "--to", "safetensors", "-o", "wide.safetensors").exit_code == 0
    before = (place / "wide.safetensors").read_bytes()
    result = backprop("import", "wide.safetensors", "-o", "wide.yml")
    assert (result.exit_code, result.stderr.splitlines()[-2:]) == (
        2,
        ["error: -o wide.safetensors: " + READ.split("\n")[0], *READ.split("\n")[1:2]],
    )
    assert (place / "wide.safetensors").read_bytes() == before and not (place / "wide.yml").exists()
