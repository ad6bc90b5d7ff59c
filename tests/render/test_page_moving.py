"""Other steps, other samples, gradients for weights: every number follows."""

from __future__ import annotations

import json

import pytest

from tests.program import backprop
from tests.render.browsing import Pages, settle, texts, values
from tests.render.test_report import middling


def test_the_slider_moves_every_number(pages: Pages) -> None:
    page = pages.open("classic", "-n", "100", "--frames", "5")
    page.locator("#frame").focus()
    here = page.locator(".losses .here").get_attribute("cx")
    for step in ("75", "51"):
        page.keyboard.press("ArrowLeft")
        document = backprop("run", "classic", "-n", "100", "--show-step", step, "-f", "json").json
        shown = values(page)
        assert page.locator("#frame-text").inner_text() == f"{step} of 100"
        computed = document["forward"] | {partial["name"]: partial["value"] for partial in document["partials"]}
        assert {name: shown[name] for name in computed} == pytest.approx(computed, rel=1e-13, abs=1e-16)
    assert page.locator(".losses .here").get_attribute("cx") != here


def test_what_the_slider_shows_is_what_a_page_of_that_step_says(pages: Pages) -> None:
    """The script writes numbers as the program does: with signs, parentheses and powers of ten."""
    moved = pages.open("classic", "-n", "2000", "--frames", "2", "--digits", "5")
    moved.locator("#frame").focus()
    moved.keyboard.press("Home")
    assert texts(moved) == texts(pages.open("classic", "-n", "1", "--digits", "5", java_script_enabled=False))
    moved.keyboard.press("End")
    assert texts(moved) == texts(pages.open("classic", "-n", "2000", "--digits", "5", java_script_enabled=False))


def test_the_chooser_changes_the_sample(pages: Pages) -> None:
    page = pages.open("xor")
    page.locator("#sample").select_option(index=2)
    document = backprop("run", "xor", "--sample", "3", "-f", "json").json
    shown = values(page)
    forward = document["forward"]
    assert {name: shown[name] for name in forward} == pytest.approx(forward, rel=1e-13, abs=1e-16)
    gradient = page.locator('.plain [data-name="dE/dw11"]').get_attribute("data-value")
    assert float(gradient or "nan") == document["gradients"]["w11"]


def test_the_switch_shows_gradients(pages: Pages) -> None:
    page = pages.open("classic")
    page.get_by_label("gradients", exact=True).check()
    gradients = backprop("run", "classic", "-f", "json").json["gradients"]
    for name in ("w31", "w32", "w11"):
        edge = page.locator(f'a.edge[data-parameter="{name}"]')
        assert ("negative" in (edge.get_attribute("class") or "")) == (gradients[name] < 0)
        shown = page.locator(f'.label[data-parameter="{name}"] tspan.number:visible')
        assert float(shown.get_attribute("data-value") or "nan") == gradients[name]


def test_the_header_and_the_marker_follow_the_slider_and_the_chooser(pages: Pages) -> None:
    page = pages.open("xor", "-n", "20")
    path = page.locator(".losses .curve").get_attribute("d") or ""
    points = [tuple(map(float, point.split())) for point in path.removeprefix("M").split("L")]
    page.locator("#sample").select_option(index=2)
    for key, step in (("End", 20), ("ArrowLeft", 19), ("Home", 1)):
        page.locator("#frame").press(key)
        settle(page)
        assert f"step {step} of 20, sample 3 of 4" in " ".join(page.locator("header").inner_text().split())
        here = page.locator(".losses .here")
        marker = tuple(float(here.get_attribute(side) or "nan") for side in ("cx", "cy"))
        assert marker == pytest.approx(points[step], abs=0.01)


def test_a_gradient_is_called_one_and_zero_has_no_sign(pages: Pages) -> None:
    network = "{inputs: [0, 1], targets: [0], layers: [{weights: [[0.5, 0.25]]}]}"
    page = pages.open("-", stdin=network)
    assert page.locator('[data-place="beside"]').inner_text() == "its value"
    page.get_by_label("gradients", exact=True).check()
    page.get_by_text("The number beside a name is the gradient").wait_for()
    settle(page)
    signs = [
        (page.locator(f'a.edge[data-parameter="{name}"]').get_attribute("class") or "").split()
        for name in ("w11", "w21")
    ]
    assert not {"positive", "negative"} & set(signs[0]) and "positive" in signs[1]


def test_a_middling_page_writes_first_what_is_seen(pages: Pages) -> None:
    """Within one frame of the screen only what is seen is written; all the rest follows afterwards."""
    page = settle(pages.open("-", "-n", "200", stdin=json.dumps(middling())))
    move = """async value => {
      let written = 0;
      const watch = new MutationObserver(changes => { written += changes.length; });
      watch.observe(document.body, {subtree: true, childList: true, characterData: true, attributes: true});
      const slider = document.getElementById("frame");
      slider.value = value;
      slider.dispatchEvent(new Event("input"));
      await new Promise(done => requestAnimationFrame(() => queueMicrotask(done)));
      const first = written + watch.takeRecords().length;
      while (document.documentElement.hasAttribute("data-behind")) await new Promise(done => setTimeout(done, 5));
      return [first, written];
    }"""
    for value in ("3", "9", "0"):
        first, total = page.evaluate(move, value)
        assert 0 < first < total / 3
