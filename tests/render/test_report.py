"""The page as text: its numbers are those of `run`, nothing in it is fetched, and nobody's text becomes markup."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import math
import re
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from tests.chain.test_circuit import gates
from tests.markup import attributes, quantities, texts
from tests.program import backprop, explain_json, run_json

SCRIPT = "a<script>alert(1)</script>"


def page_of(*args: str, stdin: str | None = None) -> str:
    result = backprop("report", *args, "-o", "-", "-q", stdin=stdin)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def known_numbers(document: dict[str, Any]) -> tuple[dict[str, float], dict[str, float]]:
    """What `run -f json` says of a sample, and of a step."""
    sample = {**document["forward"], **{partial["name"]: partial["value"] for partial in document["partials"]}}
    # ∂z/∂w is what the weight multiplies and ∂z/∂a is the weight, so that inputs and old weights are in there too
    step = {f"dE/d{name}": value for name, value in document["gradients"].items()}
    step |= {f"{name}+": value for name, value in document["parameters"].items()}
    return sample, step | {key: document[key] for key in ("loss_before", "loss_after")}


@pytest.mark.parametrize(
    "args", [["classic"], ["softmax"], ["xor"], ["xor", "--sample", "3", "-n", "50"], ["relu", "-n", "7"]]
)
def test_every_number_is_that_of_run(args: list[str]) -> None:
    sample, step = known_numbers(backprop("run", *args, "-f", "json").json)
    shown = quantities(page_of(*args))
    checked = set()
    for item in shown:
        known = step if item.of_step else sample
        if item.name in known:
            assert item.value == known[item.name], item
            checked.add((item.of_step, item.name))
    assert checked == {(False, name) for name in sample} | {(True, name) for name in step}


@pytest.mark.parametrize("example", ["classic", "softmax", "xor", "three-layers"])
def test_every_other_number_is_the_files(example: str) -> None:
    """What `run` has no key for: inputs, targets, old parameters (one step), the changes, and the operations' own."""
    document = backprop("run", example, "-f", "json").json
    shown = quantities(page_of(example))
    old = {one["name"]: one for one in backprop("explain", example, "--all", "-f", "json").json["explanations"]}
    sample, step = known_numbers({**document})
    picture = ElementTree.fromstring(backprop("plot", example, "--what", "operations").stdout)
    loss, drawn = list(document["forward"])[-1], gates(picture)
    operations = {name: value for name, _, value, _ in drawn} | {
        f"d{loss}/d{name}": slope for name, _, _, slope in drawn
    }
    rest = {item for item in shown if item.name not in (step if item.of_step else sample)}
    file = yaml.safe_load(backprop("examples", example).stdout)
    x, t = (_first_sample(file[key]) for key in ("inputs", "targets"))
    for item in rest:
        if item.name in old:
            assert item.value == old[item.name]["value"]
        elif item.tag == "tspan" and item.name in operations:
            assert item.value == operations[item.name]
        elif item.name.startswith("Δ"):
            assert item.value == old[item.name[1:]]["update"]["change"]
        elif item.name.startswith("dL/d"):
            assert item.value == document["gradients"][item.name.removeprefix("dL/d")]
        elif item.name.startswith("loss_"):
            assert item.value == document[item.name]
        else:
            place = re.fullmatch(r"([xt])(\d?)", item.name)
            assert place, item
            assert item.value == (x if place[1] == "x" else t)[int(place[2] or 1) - 1]
    assert {item.name for item in rest} >= set(old)


def _first_sample(given: Any) -> list[float]:
    first = given[0] if isinstance(given, list) and isinstance(given[0], list | dict) else given
    return list(first.values()) if isinstance(first, dict) else first


def test_a_table_shows_the_number_that_it_is_marked_with() -> None:
    cells = [item for item in quantities(page_of("classic", "-n", "3")) if item.tag == "td"]
    assert len(cells) > 60
    for cell in cells:
        if abs(cell.value) >= 1e-6:
            assert cell.text == f"{cell.value:.8f}".replace("-", "−"), cell


def test_a_power_of_ten_in_a_table_is_written_as_in_a_formula() -> None:
    network = "{inputs: [1e-9], targets: [0.5], layers: [{weights: [[0.25]]}]}"
    shown = {item.name: item.text for item in quantities(page_of("-", stdin=network)) if item.tag == "td"}
    assert shown["z1"] == "2.50000000 × 10⁻¹⁰"


def test_negative_numbers_stand_in_parentheses_as_factors_only() -> None:
    leaves = {item.text for item in quantities(page_of("classic")) if item.name == "dE/do2" and item.tag != "tspan"}
    assert leaves == {"−0.21707153", "(−0.21707153)"}


@pytest.mark.parametrize(
    "activation", ["tanh", "sigmoid", "gelu", "softmax", "elu", "leaky_relu", "hard_tanh", "softplus"]
)
def test_no_number_stands_in_parentheses_twice(activation: str) -> None:
    network = {
        "inputs": [1.0], "targets": [0.5, 0.2],
        "layers": [{"activation": activation, "weights": [[-0.55], [0.3]]}],
    }  # fmt: skip
    formulas = re.findall("<math.*?</math>", page_of("-", stdin=json.dumps(network)))
    shown = [re.sub("<[^>]*>", "", formula) for formula in formulas]
    assert any("−0.55" in formula for formula in shown)
    assert not [formula for formula in shown if re.search(r"\(\(−?[\d.]+\)\)", formula)]


def test_momentum_and_weight_decay_are_worked_out_in_full() -> None:
    network = {
        "inputs": [1.0], "targets": [0.5], "learning_rate": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01,
        "freeze": ["b1"], "layers": [{"activation": "tanh", "weights": [[0.4]], "bias": 0.1}],
    }  # fmt: skip
    text = json.dumps(network)
    shown = {(item.name, item.of_step): item.value for item in quantities(page_of("-", "-n", "2", stdin=text))}
    document = run_json(network, "-n", "2")
    update = explain_json(network, "-n", "2", "--weight", "w11")["explanations"][0]["update"]
    direction = document["gradients"]["w11"] + 0.01 * update["old"]
    velocity = 0.9 * shown["v(w11)", True] + direction
    assert shown["g(w11)", True] == pytest.approx(direction, rel=1e-15)
    assert shown["v(w11)+", True] == pytest.approx(velocity, rel=1e-15)
    assert shown["ahead(w11)", True] == pytest.approx(direction + 0.9 * velocity, rel=1e-15)
    assert shown["w11+", True] == update["new"] == document["parameters"]["w11"]


def middling(samples: int = 30) -> dict[str, Any]:
    """4-8-8-3, as many data sets of a first course ask for."""
    widths = (4, 8, 8, 3)
    layers = [
        {"activation": "tanh", "bias": [0.1] * n, "weights": [[math.sin(7 * i + 3 * j) for j in range(m)] for i in range(n)]}
        for m, n in itertools.pairwise(widths)
    ]  # fmt: skip
    inputs = [[math.cos(5 * i + j) for j in range(4)] for i in range(samples)]
    return {
        "inputs": inputs,
        "targets": [[float(i % 3 == k) for k in range(3)] for i in range(samples)],
        "layers": layers,
    }


def test_pages_are_small() -> None:
    assert len(page_of("classic", "-n", "100").encode()) < 300_000
    page = page_of("-", "-n", "200", stdin=json.dumps(middling()))
    assert len(page.encode()) < 1_000_000
    assert "can be chosen here" not in page


def test_the_policy_allows_this_style_and_this_script_only() -> None:
    page = page_of("classic")
    (policy,) = (content for content in attributes(page, "content") if "default-src" in content)
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    for tag, rule in (("style", "style-src"), ("script", "script-src")):
        content = texts(page, tag)[-1]
        assert rules[rule] == f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
    assert not attributes(page, "style") and not attributes(page, "onclick") and not attributes(page, "src")
    assert all(link.startswith("#") for link in attributes(page, "href"))


def test_a_users_text_stays_text() -> None:
    network = {
        "title": "</title><script>alert(2)</script>",
        "inputs": {SCRIPT: 0.5, "</script>": 1.0},
        "targets": {"t&<b>": 0.3},
        "names": {"loss": "L<i>", "outputs": ["</math><img src=x>"]},
        "layers": [{"activation": "tanh", "weights": [{"w & x": 0.5, "<!--": 0.2}], "bias": {"b\\{}%": 0.1}}],
    }
    page = page_of("-", "-n", "3", stdin=json.dumps(network))
    assert len(texts(page, "script")) == 2 and not texts(page, "img") and not texts(page, "b") and not texts(page, "i")
    assert {SCRIPT, "</math><img src=x>", "w & x", "b\\{}%"} <= set(texts(page, "mtext"))
    assert texts(page, "h1") == [network["title"]]
    data = json.loads(texts(page, "script")[0])
    assert SCRIPT in data["model"]["names"]["inputs"]


def test_frames_are_the_first_the_last_and_evenly_spaced_ones() -> None:
    data = json.loads(texts(page_of("classic", "-n", "100", "--frames", "12"), "script")[0])
    assert [frame["step"] for frame in data["frames"]] == [1, 10, 19, 28, 37, 46, 55, 64, 73, 82, 91, 100]
    assert [frame["step"] for frame in json.loads(texts(page_of("classic", "-n", "0"), "script")[0])["frames"]] == [0]


def test_a_kept_step_is_that_of_run_bit_for_bit() -> None:
    """With momentum and shuffled batches, whose state has to pass from one piece of the run to the next."""
    network = {
        "inputs": [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], "targets": [[1.0], [1.0], [0.0]], "momentum": 0.9, "batch_size": 2,
        "shuffle": True, "layers": [{"activation": "sigmoid", "weights": [[0.3, -0.2]], "bias": 0.1}],
    }  # fmt: skip
    data = json.loads(texts(page_of("-", "-n", "20", "--frames", "4", stdin=json.dumps(network)), "script")[0])
    for frame in data["frames"]:
        before, after = (run_json(network, "-n", str(frame["step"] - made)) for made in (1, 0))
        assert frame["row"] == list(before["parameters"].values())
        assert frame["losses"] == [after["loss_before"], after["loss_after"]]


def test_a_large_network_is_drawn_by_layer() -> None:
    network = {
        "inputs": [[0.1 * k for k in range(30)]], "targets": [[1.0, 0.0]],
        "layers": [
            {"activation": "tanh", "weights": [[0.01 * (i - j) for j in range(30)] for i in range(20)]},
            {"activation": "softmax", "weights": [[0.1 * (i - j) for j in range(20)] for i in range(2)]},
        ],
        "loss": "cross_entropy",
    }  # fmt: skip
    page = page_of("-", "-n", "3", stdin=json.dumps(network))
    assert len(page.encode()) < 400_000
    assert set(attributes(page, "data-map")) == {"weights 1", "weights 2", "gradients 1", "gradients 2"}
    assert "20 units × 30 sources" in texts(page, "text")
    frames = json.loads(texts(page, "script")[0])["frames"]
    assert frames[0]["maps"]["gradients 2"] != frames[-1]["maps"]["gradients 2"]


@pytest.mark.slow
def test_sections_of_a_very_deep_network_are_cut() -> None:
    layer = {"activation": "tanh", "weights": [[0.5]], "bias": [0.1]}
    page = page_of("-", stdin=json.dumps({"inputs": [0.3], "targets": [0.2], "layers": [layer] * 400}))
    assert page.count(": <code>backprop run --view matrix</code> shows them all") == 3
    assert len(page) < 2_000_000


def test_more_steps_than_find_room_are_refused_with_the_estimate(tmp_path: Path) -> None:
    row = [0.01] * 200
    file = {"inputs": row, "targets": row, "layers": [{"weights": [row] * 200}]}
    page = tmp_path / "page.html"
    result = backprop("report", "-", "-n", "500", "--frames", "500", "-o", str(page), stdin=json.dumps(file))
    assert result.exit_code == 2 and not page.exists()
    assert (
        "500 steps of this network would take about 960 MB of memory to keep\n    hint: --frames 279 " in result.stderr
    )


def test_a_middling_network_has_rows_and_heat_maps() -> None:
    network = {
        "inputs": [0.3], "targets": [0.2],
        "layers": [{"activation": "tanh", "weights": [[0.1 * k] for k in range(12)]}, {"weights": [[0.1] * 12]}],
    }  # fmt: skip
    page = page_of("-", stdin=json.dumps(network))
    assert "dE/dw13_1" in {item.name for item in quantities(page)}
    assert attributes(page, "data-map")


@pytest.mark.slow
def test_samples_beyond_what_fits_are_left_out_but_never_the_asked_one() -> None:
    network = {
        "inputs": [[0.0001 * k] for k in range(40_000)], "targets": [[0.5]] * 40_000,
        "layers": [{"activation": "tanh", "weights": [[0.4]]}],
    }  # fmt: skip
    page = page_of("-", "-n", "3", "--sample", "39999", stdin=json.dumps(network))
    data = json.loads(texts(page, "script")[0])
    samples = data["model"]["samples"]
    assert samples[data["shown"]] == {"x": [3.9998], "t": [0.5]}
    assert sum(sample is not None for sample in samples) == 30_000
    assert "Of the 40,000 samples 30,000 can be chosen here" in page
    assert "can be chosen here" not in page_of("xor")


def test_paths_that_are_left_out_are_counted() -> None:
    assert "… 1 more path." in texts(page_of("softmax"), "p")


def test_the_file_itself_is_in_the_page() -> None:
    assert texts(page_of("xor"), "pre")[-1:] == [backprop("examples", "xor").stdout]


def test_what_is_missing_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [name for name in sys.modules if name.startswith("backprop_cli.render.page.")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "jinja2", None)
    result = backprop("report", "classic", "-o", "-")
    assert result.exit_code == 2
    assert "Jinja2 is not installed" in result.stderr and "[report]'" in result.stderr


def test_a_diverging_run_writes_no_page(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    result = backprop("report", "relu", "--lr", "1000", "-n", "100", "-o", str(target))
    assert result.exit_code == 1
    assert result.stderr == backprop("run", "relu", "--lr", "1000", "-n", "100").stderr
    assert not target.exists()


def test_a_path_of_no_weight_has_a_share_of_nothing_without_a_sign() -> None:
    shares = re.findall(r">([−\d.]+ %)</td>", page_of("softmax"))
    assert "0.0 %" in shares
    assert "−0.0 %" not in shares


def test_without_output_the_page_is_named_after_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.chdir(tmp_path)

    def browser(address: str) -> bool:
        opened.append(address)
        return True

    monkeypatch.setattr("webbrowser.open", browser)
    result = backprop("report", "classic", "--open")
    assert (result.exit_code, result.stdout) == (0, "") and "wrote classic.html" in result.stderr
    target = tmp_path / "classic.html"
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert opened == [target.as_uri()]


def test_standard_output_cannot_be_opened() -> None:
    assert backprop("report", "classic", "--open", "-o", "-").exit_code == 2


def test_a_page_in_matrices_names_each_and_shows_no_latex() -> None:
    rows = [[(i * j) % 5 / 10 for j in range(16)] for i in range(16)]
    network = {"inputs": [0.1] * 16, "targets": [0.5] * 16, "layers": [{"weights": rows}]}
    text = page_of("-", stdin=json.dumps(network))
    labels = re.findall('class="scroll matrix"[^>]*aria-label="([^"]*)"', text)
    assert len(labels) > 3 and len(set(labels)) == len(labels)
    assert "texttt" not in text
