"""Every number of the page can be changed, and what it then says is what the program says of the changed network."""

from __future__ import annotations

import itertools
import json
import math
import random
from typing import Any

import pytest
from playwright.sync_api import Page

from backprop_cli import load
from backprop_cli.render.page.data import model_data
from backprop_cli.render.page.joining import joined_script
from tests.program import backprop, run_json
from tests.render.browsing import Pages, settle, values

ACTIVATIONS = (
    "linear", "sigmoid", "tanh", "relu", {"leaky_relu": {"slope": 0.2}}, {"elu": {"alpha": 0.7}}, "selu", "gelu", "silu",
    "softplus", "softsign", "hard_sigmoid", "hard_tanh", "mish", "softmax", "bipolar_sigmoid",
)  # fmt: skip
LOSSES = (
    "half_squared_error", "squared_error", "mean_squared_error", "absolute_error", "mean_absolute_error",
    {"huber": {"delta": 0.4}}, "log_cosh", "binary_cross_entropy", "cross_entropy", "kl_divergence", "hinge", "output",
)  # fmt: skip


def a_network(chance: random.Random, is_large: bool) -> dict[str, Any]:
    """Any functions, any kinds of bias, momentum, decay and penalty, sometimes with saturated units; a large one is 10-10-10."""
    widths = [10, 10, 10] if is_large else [chance.randint(1, 3) for _ in range(chance.randint(2, 4))]
    size = chance.choice((1.0, 1.0, 1.0, 8.0))
    layers = []
    for sources, units in itertools.pairwise(widths):
        rows = [[chance.uniform(-size, size) for _ in range(sources)] for _ in range(units)]
        bias = chance.choice((None, 0.3, [chance.uniform(-1, 1) for _ in range(units)]))
        layer = {"activation": chance.choice(ACTIVATIONS), "weights": rows, "bias": bias}
        layers.append({key: value for key, value in layer.items() if value is not None})
    loss = chance.choice(LOSSES)
    if "entropy" in str(loss) or loss == "kl_divergence":
        layers[-1]["activation"] = chance.choice(("sigmoid", "softmax"))
    samples = chance.randint(1, 3)
    network: dict[str, Any] = {
        "inputs": [[chance.uniform(-1, 1) for _ in range(widths[0])] for _ in range(samples)],
        "targets": [[chance.uniform(0.1, 0.9) for _ in range(widths[-1])] for _ in range(samples)],
        "layers": layers, "loss": loss, "learning_rate": chance.uniform(0.01, 1),
        "reduction": chance.choice(("mean", "sum")), "weight_decay": chance.choice((0, 0.1)),
        "momentum": chance.choice((0, 0.9)), "penalty": chance.choice(({"l2": 0.01}, {"l1": 0.02, "l2": 0.01}, {"l2": 0})),
    }  # fmt: skip
    if loss == "output":
        del network["targets"]
    return network


@pytest.mark.parametrize("edits", [60, pytest.param(1000, marks=pytest.mark.slow)])
def test_changed_networks_are_worked_out_as_the_program_does(pages: Pages, edits: int) -> None:
    page = pages.open("classic", java_script_enabled=True)
    page.goto("about:blank")
    script = joined_script("values") + "\nglobalThis.work = (model, point) => ({\n"
    script += "  sample: [...sampleNumbers(model, point.row, model.samples[0], point.batch.length)],\n"
    script += "  step: [...stepNumbers(model, point, true)],\n});\n"
    page.add_script_tag(content=script, type="module")
    chance = random.Random(7)
    given: list[Any] = []
    documents: list[tuple[Any, Any]] = []
    while len(documents) < edits:
        network = a_network(chance, len(documents) % 25 == 0)
        result = backprop("run", "-", "-n", "1", "-f", "json", "-q", stdin=json.dumps(network))
        if result.exit_code:
            continue  # its loss is infinite
        documents.append((network, result.json))
        setup = load(network)
        count = len(setup.samples)
        row = setup.network.parameters.row.tolist()
        point = {"row": row, "velocity": None, "batch": list(range(count)), "gradient": None}
        given.append([model_data(setup, list(range(count))), point])
    outputs = [(network["layers"][-1]["activation"], network["loss"]) for network, _ in documents]
    mixed = [
        network for network, _ in documents if any(one["activation"] == "softmax" for one in network["layers"][:-1])
    ]
    assert outputs.count(("softmax", "cross_entropy")) >= edits // 40 and len(mixed) >= edits // 40
    made = page.evaluate("given => given.map(([model, point]) => work(model, point))", given)
    for (network, document), worked in zip(documents, made, strict=True):
        sample, step = dict(worked["sample"]), dict(worked["step"])
        # where ten large terms all but cancel, their last digits stay
        near = 1e-12 if len(network["layers"][0]["weights"]) == 10 else 1e-14
        known = document["forward"] | {partial["name"]: partial["value"] for partial in document["partials"]}
        assert {name: sample[name] for name in known} == pytest.approx(known, rel=1e-12, abs=near), network
        gradients = {f"dE/d{name}": value for name, value in document["gradients"].items()}
        assert {name: step[name] for name in gradients} == pytest.approx(gradients, rel=1e-12, abs=near), network
        new = {f"{name}+": value for name, value in document["parameters"].items()}
        assert {name: step[name] for name in new} == pytest.approx(new, rel=1e-12, abs=near), network


@pytest.mark.slow
def test_what_is_changed_in_a_page_with_softmax_is_what_run_says(pages: Pages) -> None:
    chance = random.Random(11)
    page = pages.open("softmax")
    page.get_by_text("Change any number").click()
    names = page.eval_on_selector_all("#fields input[data-edit]", "all => all.map(e => e.dataset.edit)")
    for _ in range(12):
        changes = {name: chance.uniform(0.05, 0.95) for name in chance.sample(names, 4)}
        page.evaluate(
            "text => { location.hash = '#&' + text; }", "&".join(f"{name}={value}" for name, value in changes.items())
        )
        page.locator("#edited", has_text=f"= {list(changes.values())[-1]:.4g}").wait_for()
        shown = values(page, "section")
        document = run_json(shown_file(page), "-n", "1")
        known = document["forward"] | {partial["name"]: partial["value"] for partial in document["partials"]}
        assert {name: shown[name] for name in known} == pytest.approx(known, rel=1e-12, abs=1e-15)


def shown_file(page: Page) -> dict[str, Any]:
    """The changed network that the page offers to be copied."""
    page.locator("#copy-file").click()
    network: dict[str, Any] = json.loads(page.locator("#file-now").inner_text())
    return network


def test_what_is_typed_changes_everything_and_reset_brings_the_exact_numbers_back(pages: Pages) -> None:
    page = pages.open("classic", permissions=["clipboard-read", "clipboard-write"])
    before = values(page)
    page.get_by_text("Change any number").click()
    page.locator('#fields [data-edit="w31"]').fill("0.9")
    page.locator('#fields [data-edit="x2"]').fill("-1.5")
    page.locator('#fields [data-edit="η"]').fill("0.25")
    page.locator('[data-edit="activation1"]').select_option("gelu")
    page.locator('[data-edit="loss"]').select_option("huber")
    shown = values(page, "section")
    file = shown_file(page)
    assert file["layers"][0]["activation"] == "gelu" and file["learning_rate"] == 0.25
    document = run_json(file, "-n", "1")
    known = document["forward"] | {partial["name"]: partial["value"] for partial in document["partials"]}
    assert {name: shown[name] for name in known} == pytest.approx(known, rel=1e-12)
    rules = {partial["name"]: partial.get("rule") for partial in document["partials"]}
    assert "Phi" in rules["da1/dz1"]
    slope = page.locator('tr[data-row="da1/dz1"] td').first
    assert "Φ" in (slope.text_content() or "")
    assert "5 things are changed" in page.locator("#edited").inner_text()
    page.get_by_role("button", name="Reset").click()
    assert values(page) == before
    assert "Φ" not in (page.locator('tr[data-row="da1/dz1"] td').first.text_content() or "")


def test_the_address_holds_the_changes(pages: Pages) -> None:
    page = pages.open("classic", anchor="#parameter-2-1-1&w31=0.9&activation2=tanh")
    settle(page)
    assert page.locator('#chosen [data-name="w31"]').first.get_attribute("data-value") == "0.9"
    assert values(page)["o1"] == pytest.approx(math.tanh(values(page)["z3"]))
    page.locator('.tuner [data-edit="w31"]').first.press("ArrowUp")
    page.wait_for_url("**#parameter-2-1-1&w31=0.95&activation2=tanh")
    page.locator('.tuner input[type="range"]').press("Home")
    page.wait_for_url("**&w31=-1.1*")


def test_the_loss_along_a_weight_falls_as_its_tangent_says(pages: Pages) -> None:
    page = pages.open("classic", anchor="#parameter-2-1-1")
    document = backprop("explain", "classic", "--weight", "w31", "-f", "json").json["explanations"][0]
    label = page.locator("#along svg").get_attribute("aria-label") or ""
    assert f"slope {document['gradient']:.4g};" in label
    assert f"the step leads to {document['update']['new']:.4g}, where" in label
    here, landed = (page.locator(f"#along .{kind}") for kind in ("here", "landed"))
    assert float(landed.get_attribute("cx") or 0) < float(here.get_attribute("cx") or 0)
    assert float(landed.get_attribute("cy") or 0) > float(here.get_attribute("cy") or 0)


def test_a_frozen_page_cannot_be_changed_by_a_wrong_address(pages: Pages) -> None:
    page = pages.open("classic", anchor="#&w99=3&w31=abc&activation1=softmax&loss=%3Cscript%3E")
    assert page.locator("#edited").inner_text() == ""
    assert values(page) == values(pages.open("classic"))


def test_a_closed_form_goes_with_the_loss_that_it_belongs_to(pages: Pages) -> None:
    page = pages.open("softmax")
    row = page.locator('tr[data-row="dE/dz3"] td').first
    before = row.text_content() or ""
    assert "=" in before
    page.get_by_text("Change any number").click()
    page.locator('[data-edit="loss"]').select_option("squared_error")
    settle(page)
    assert "=" not in (row.text_content() or "") and (row.text_content() or "").count("+") == 2
    document = run_json(shown_file(page), "-n", "1")
    known = {partial["name"]: partial["value"] for partial in document["partials"]}
    shown = values(page, "section")
    assert {name: shown[name] for name in known} == pytest.approx(known, rel=1e-12, abs=1e-15)
    page.get_by_role("button", name="Reset").click()
    settle(page)
    assert row.text_content() == before
