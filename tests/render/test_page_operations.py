"""The graph of the operations in the page: it has every number of the program's, and follows all that is changed."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.chain.test_circuit import gates
from tests.program import backprop
from tests.render.browsing import Pages, settle, values
from tests.render.test_page_live import shown_file

pytestmark = pytest.mark.slow

KINKS: dict[str, Any] = {
    "inputs": [[0.3, -0.7], [0.6, 0.1]], "targets": [[0.2], [0.5]], "loss": {"huber": {"delta": 0.1}}, "penalty": {"l2": 0.1},
    "layers": [
        {"activation": {"leaky_relu": {"slope": 0.2}}, "weights": [[0.5, 0.4], [-0.3, 0.2]], "bias": [0.1, -0.2]},
        {"activation": "gelu", "weights": [[-0.8, 0.9]], "bias": 0.3},
    ],
}  # fmt: skip


def drawn(*args: str, stdin: str | None = None) -> dict[str, float]:
    """The numbers of the program's own picture, by the names that the page has for them."""
    found = gates(ElementTree.fromstring(backprop("plot", *args, "--what", "operations", stdin=stdin).stdout))
    loss = found[-1][0]
    numbers = {name: value for name, _, value, _ in found}
    return numbers | {f"d{loss}/d{name}": gradient for name, _, _, gradient in found if gradient == gradient}


def test_the_graph_is_there_without_script(pages: Pages) -> None:
    page = pages.open("classic", java_script_enabled=False)
    page.get_by_text("Operation by operation").click()
    assert page.locator("#operations .gate").count() == 23 and page.locator("#operations .gate").last.is_visible()
    assert values(page, "#operations") == drawn("classic")


@pytest.mark.parametrize("network", ["softmax", "three-layers", json.dumps(KINKS)])
def test_what_is_changed_goes_through_every_gate(pages: Pages, network: str) -> None:
    file, text = ("-", network) if network.startswith("{") else (network, None)
    page = pages.open(file, stdin=text)
    first = page.locator("[data-parameter]").first.get_attribute("data-parameter")
    page.evaluate(f"location.hash = '#&{first}=-0.37'")
    page.get_by_text("Operation by operation").click()
    shown = values(page, "#operations")
    page.get_by_text("Change any number").click()
    known = drawn("-", stdin=json.dumps(shown_file(page)))
    assert len(known) > 30
    assert shown == pytest.approx(known, rel=1e-11, abs=1e-14)


def test_the_graph_follows_the_step_and_the_sample(pages: Pages) -> None:
    page = pages.open("-", "-n", "20", stdin=json.dumps(KINKS))
    page.get_by_text("Operation by operation").click()
    page.locator("#frame").press("Home")
    page.locator("#sample").select_option(index=1)
    known = drawn("-", "-n", "1", "--sample", "2", stdin=json.dumps(KINKS))
    assert values(page, "#operations") == pytest.approx(known, rel=1e-11, abs=1e-14)


def test_another_function_has_another_graph(pages: Pages) -> None:
    page = pages.open("classic", anchor="#&activation1=tanh")
    page.get_by_text("Operation by operation").click()
    settle(page)
    assert page.locator("#operations svg").is_hidden()
    assert page.get_by_text("The graph is that of the network file's own activations and loss.").is_visible()
    page.get_by_role("button", name="Reset").click()
    assert settle(page).locator("#operations svg").is_visible()


def test_a_graph_that_would_be_larger_than_any_window_is_left_out(pages: Pages) -> None:
    wide = {"inputs": [0.5] * 9, "targets": [0.5], "layers": [{"weights": [[0.1] * 9] * 8}, {"weights": [[0.1] * 8]}]}
    assert pages.open("-", stdin=json.dumps(wide)).locator("#operations").count() == 0
