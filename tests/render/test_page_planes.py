"""Maps over two inputs and over two parameters, and further steps made in the page."""

from __future__ import annotations

import json
import math
import re

import pytest
from playwright.sync_api import Page

from tests.program import run_json
from tests.render.browsing import Pages, settle, values

pytestmark = pytest.mark.slow

XOR = {
    "inputs": [[0, 0], [0, 1], [1, 0], [1, 1]], "targets": [[0], [1], [1], [0]], "learning_rate": 0.7, "momentum": 0.5,
    "batch_size": 3, "layers": [
        {"activation": "tanh", "weights": [[1.5, -1.2], [0.4, 0.9]], "bias": [0.1, -0.2]},
        {"activation": "sigmoid", "weights": [[1.1, -0.7]], "bias": [0.05]},
    ],
}  # fmt: skip


def output(x1: float, x2: float) -> float:
    a1, a2 = math.tanh(1.5 * x1 - 1.2 * x2 + 0.1), math.tanh(0.4 * x1 + 0.9 * x2 - 0.2)
    return 1 / (1 + math.exp(-(1.1 * a1 - 0.7 * a2 + 0.05)))


def total(w11: float, w31: float) -> float:
    """The mean loss with two other weights."""
    losses = []
    for (x1, x2), (t,) in zip(XOR["inputs"], XOR["targets"], strict=True):  # type: ignore[call-overload]
        a1, a2 = math.tanh(w11 * x1 - 1.2 * x2 + 0.1), math.tanh(0.4 * x1 + 0.9 * x2 - 0.2)
        losses.append(0.5 * (t - 1 / (1 + math.exp(-(w31 * a1 - 0.7 * a2 + 0.05)))) ** 2)
    return math.fsum(losses) / len(losses)


def pixel(page: Page, canvas: str, across: float, up: float) -> list[int]:
    """The colour of a map at shares of its width and height."""
    place = """(canvas, [x, y]) => {
      const [column, row] = [Math.floor(x * canvas.width), Math.floor((1 - y) * canvas.height)];
      return [...canvas.getContext("2d").getImageData(column, row, 1, 1).data];
    }"""
    colour: list[int] = page.locator(canvas).evaluate(place, [across, up])
    return colour


def test_the_map_over_two_inputs_shows_what_the_output_is_there(pages: Pages) -> None:
    page = pages.open("-", "-n", "0", stdin=json.dumps(XOR))
    page.get_by_text("Units over the two inputs").click()
    page.locator("#unit-marks .dot").first.wait_for(state="attached")  # the map is drawn in the next frame
    assert page.locator("#unit-marks .dot").count() == 4 and page.locator("#unit-marks .high").count() == 2
    page.locator("#unit-marks").hover()
    words = page.locator("#unit-value").inner_text()
    assert words == f"x1 = 0.5, x2 = 0.5: o1 = {output(0.5, 0.5):.4g}"
    # the area reaches from −0.5 to 1.5; blue is large, orange small
    corners = {(x, y): output(x, y) for x in (-0.5, 1.5) for y in (-0.5, 1.5)}
    high, low = max(corners, key=lambda at: corners[at]), min(corners, key=lambda at: corners[at])
    red, _, blue, _ = pixel(page, "#unit-map", (high[0] > 0) * 0.98, (high[1] > 0) * 0.98 + 0.01)
    assert blue > red
    red, _, blue, _ = pixel(page, "#unit-map", (low[0] > 0) * 0.98, (low[1] > 0) * 0.98 + 0.01)
    assert red > blue
    page.locator('#units [data-unit="a1"]').click()
    assert "a1:" in page.locator("#unit-words").inner_text()


def test_the_map_follows_what_is_changed(pages: Pages) -> None:
    page = pages.open("xor", anchor="")
    page.get_by_text("Units over the two inputs").click()
    before = pixel(page, "#unit-map", 0.1, 0.9)
    page.get_by_text("Change any number").click()
    page.locator('#fields [data-edit="w31"]').fill("-6")
    settle(page)
    assert pixel(page, "#unit-map", 0.1, 0.9) != before


def test_the_loss_over_two_parameters_has_the_way_of_the_steps(pages: Pages) -> None:
    page = pages.open("xor", "-n", "50", "--frames", "5")
    page.get_by_text("The loss over two parameters").click()
    page.locator("#valley-up").select_option("w31")
    assert (page.locator("#valley-marks .way").get_attribute("d") or "").count("L") == 4
    shown = values(page)
    label = page.locator("#valley-marks svg").get_attribute("aria-label") or ""
    assert f"now at {shown['w11']:.4g} and {shown['w31']:.4g}".replace("-", "−") in label


def test_along_each_thin_line_the_loss_is_the_same(pages: Pages) -> None:
    page = pages.open("-", "-n", "0", stdin=json.dumps(XOR))
    page.get_by_text("The loss over two parameters").click()
    page.locator("#valley-up").select_option("w31")
    words = page.locator("#valley-words").inner_text().replace("−", "-")
    ends = [float(end) for end in re.findall(r"from (\S+) to (\S+) (?:across|upwards)", words) for end in end]
    lines = page.locator("#valley-marks .contour")
    assert lines.count() == 9
    tried = 0
    for index in range(9):
        level = float(lines.nth(index).get_attribute("data-level") or "nan")
        places = re.findall(r"[ML]([\d.]+) ([\d.]+)", lines.nth(index).get_attribute("d") or "")
        for across, down in places[:: max(1, len(places) // 6)]:
            w11 = ends[0] + float(across) / 100 * (ends[1] - ends[0])
            w31 = ends[3] - float(down) / 100 * (ends[3] - ends[2])
            assert total(w11, w31) == pytest.approx(level, rel=5e-3)
            tried += 1
    assert tried > 20
    page.locator("#valley-marks").hover()
    assert page.locator("#valley-value").inner_text() == f"w11 = 1.5, w31 = 1.1: E = {total(1.5, 1.1):.4g}"


def test_steps_made_in_the_page_are_the_programs(pages: Pages) -> None:
    page = pages.open("-", "-n", "4", "--frames", "4", stdin=json.dumps(XOR))
    page.locator("#frame").press("Home")
    page.get_by_text("Change any number").click()
    page.get_by_role("button", name="10 steps", exact=True).click()
    page.get_by_role("button", name="1 step", exact=True).click()
    settle(page)
    document = run_json(XOR, "-n", "11")
    fields = page.eval_on_selector_all("#fields [data-edit]", "all => all.map(e => [e.dataset.edit, e.value])")
    made = {name: float(value) for name, value in fields if name in document["parameters"]}
    assert made == pytest.approx(document["parameters"], rel=1e-11)
    assert "11 steps made here" in page.locator("#fall").inner_text()
    page.get_by_role("button", name="Reset").click()
    assert settle(page).locator("#fall").inner_text() == ""
