"""Heat maps say the value of each cell, to the pointer and to the keyboard, and follow the slider and every change."""

from __future__ import annotations

import itertools
import json
import math
import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.program import backprop
from tests.render.browsing import Pages, settle, values
from tests.render.test_page_live import shown_file

pytestmark = pytest.mark.slow


def network(*widths: int, samples: int = 3, output: str = "tanh", loss: str = "half_squared_error") -> dict[str, Any]:
    layers = [
        {"activation": "tanh", "bias": [0.1] * n, "weights": [[math.sin(7 * i + 3 * j) for j in range(m)] for i in range(n)]}
        for m, n in itertools.pairwise(widths)
    ]  # fmt: skip
    layers[-1]["activation"] = output
    return {
        "inputs": [[math.cos(5 * i + j) for j in range(widths[0])] for i in range(samples)],
        "targets": [[float(i == k) for k in range(widths[-1])] for i in range(samples)],
        "layers": layers, "loss": loss,
    }  # fmt: skip


TEN = network(10, 10, 10, output="softmax", loss="cross_entropy")
LARGE = network(130, 20, 4)


def shown_number(text: str) -> float:
    return float(re.sub(".* (?:=|about|most) ", "", text).replace("−", "-").replace("about ", ""))


def test_a_cell_says_its_weight_and_its_gradient(pages: Pages) -> None:
    page = pages.open("-", stdin=json.dumps(TEN))
    file = backprop("run", "-", "-f", "json", stdin=json.dumps(TEN)).json
    explained = backprop("explain", "-", "-w", "w3_10", "-f", "json", stdin=json.dumps(TEN)).json["explanations"]
    box = page.locator('[data-map="weights 1"]').bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 0.95 * box["height"])  # source 3, unit 10
    words = page.locator("#cell")
    assert words.inner_text() == f"unit 10, source 3: w3_10 = {explained[0]['value']:.4g}".replace("-", "−")
    page.locator('[data-map="gradients 2"]').focus()
    assert words.inner_text().startswith("unit 1, source 1: ∂E/∂w11_1 = ")
    for key in ("ArrowRight", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    assert words.inner_text() == f"unit 3, source 2: ∂E/∂w12_3 = {file['gradients']['w12_3']:.4g}".replace("-", "−")
    page.keyboard.press("Enter")
    assert page.locator('#chosen h3[aria-label="w12_3"]').is_visible()


def test_maps_follow_the_slider_and_what_is_changed(pages: Pages) -> None:
    page = pages.open("-", "-n", "20", stdin=json.dumps(TEN))
    page.locator('[data-map="gradients 1"]').focus()
    picture = page.locator('[data-map="gradients 1"]').get_attribute("href")
    for key, step in (("Home", "1"), ("End", "20")):
        page.locator("#frame").press(key)
        settle(page)
        run = backprop("run", "-", "-n", "20", "--show-step", step, "-f", "json", stdin=json.dumps(TEN)).json
        known = run["gradients"]["w1_1"]
        assert page.locator("#cell").inner_text().endswith(f"= {known:.4g}".replace("-", "−"))
    assert page.locator('[data-map="gradients 1"]').get_attribute("href") == picture
    page.evaluate("location.hash = '#&w1_1=-3'")
    page.locator("#edited", has_text="w1_1").wait_for()
    assert page.locator('[data-map="gradients 1"]').get_attribute("href") != picture
    assert (page.locator('[data-range="weights 1"]').text_content() or "").startswith("−3 … ")


def test_a_cell_of_a_network_too_large_to_be_alive_says_about_its_value(pages: Pages) -> None:
    page = pages.open("-", "-n", "3", stdin=json.dumps(LARGE))
    explained = backprop("explain", "-", "-n", "3", "-w", "W2[3,2]", "-f", "json", stdin=json.dumps(LARGE)).json
    weight = explained["explanations"][0]["value"]
    largest = max(abs(row) for unit in LARGE["layers"][1]["weights"] for row in unit)
    page.locator('[data-map="weights 2"]').focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    words = page.locator("#cell").inner_text()
    assert words.startswith("unit 3, source 2: W2[3,2] = about")
    assert shown_number(words) == pytest.approx(weight, abs=largest / 100)
    # 130 sources in 64 columns: most cells stand for two
    page.locator('[data-map="weights 1"]').focus()
    assert page.locator("#cell").inner_text().startswith("unit 1, source 1–2: W1[1,1–2] is at most about")
    both = backprop("explain", "-", "-n", "3", "-w", "W1[1,1],W1[1,2]", "-f", "json", stdin=json.dumps(LARGE)).json
    strongest = max((one["value"] for one in both["explanations"]), key=abs)
    assert shown_number(page.locator("#cell").inner_text()) == pytest.approx(strongest, abs=0.01)


def test_ten_by_ten_is_alive(pages: Pages) -> None:
    page = pages.open("-", stdin=json.dumps(TEN))
    page.evaluate("location.hash = '#&w3_7=0.9&b2_4=-1.5&x2=2&t1=0.25&η=0.125'")
    page.get_by_text("Change any number").click()
    shown = values(page, "section")
    document = backprop("run", "-", "-n", "1", "-f", "json", stdin=json.dumps(shown_file(page))).json
    known = document["forward"] | {partial["name"]: partial["value"] for partial in document["partials"]}
    assert len(known) > 700
    assert {name: shown[name] for name in known} == pytest.approx(known, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("given", [TEN, LARGE])
def test_axe_finds_nothing_in_maps(pages: Pages, given: dict[str, Any]) -> None:
    page = pages.open("-", stdin=json.dumps(given), bypass_csp=True)
    page.locator('[data-map="weights 2"]').focus()
    page.evaluate("document.querySelectorAll('tr:nth-child(n + 5)').forEach(e => e.remove())")
    report = Axe().run(page)
    assert report.violations_count == 0, report.generate_report()
