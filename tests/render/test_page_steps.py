"""Both passes, step by step."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.program import backprop
from tests.render.browsing import Pages, lit

pytestmark = pytest.mark.slow


def stage(page: Page) -> str:
    return page.locator("#stage").inner_text()


def unknown(page: Page) -> set[str]:
    return set(page.eval_on_selector_all(".network .unknown", "all => all.map(e => e.dataset.name)"))


def test_the_forward_pass_fills_the_units_one_by_one(pages: Pages) -> None:
    page = pages.open("classic")
    forth = page.get_by_role("button", name="one step on")
    forth.click()
    assert stage(page) == "Forward 1 of 21"
    assert {"z2", "a2", "z3", "o1", "E_o1", "E"} <= unknown(page) and not {"z1", "a1", "x1", "w11"} & unknown(page)
    forth.click()
    assert "a2" not in unknown(page)
    page.get_by_role("button", name="one step back").click()
    assert "a2" in unknown(page)
    page.get_by_role("button", name="one step back").click()
    assert stage(page) == "" and unknown(page) == set()


def test_the_backward_pass_puts_each_derivative_at_its_unit(pages: Pages) -> None:
    page = pages.open("classic")
    partials = {one["name"]: one["value"] for one in backprop("run", "classic", "-f", "json").json["partials"]}
    forth = page.get_by_role("button", name="one step on")
    for _ in range(7):
        forth.click()
    assert page.locator(".badge").all_text_contents() == [f"∂E/∂o1 = {partials['dE/do1']:.4g}"]
    assert lit(page, ".edge.share") == {"dE/do1"}
    forth.click()
    forth.click()
    assert f"δ = ∂E/∂z3 = {partials['dE/dz3']:.4g}" in page.locator(".badge.newest").all_text_contents()
    forth.click()
    forth.click()
    assert lit(page, ".edge.weight") == {"dz3/dw31 dz3/da1", "dz3/dw41 dz3/da2"}  # with ∂E/∂w31 and ∂E/∂w41 their lines
    on_lines = {f"∂z3/∂w{k + 3}1 = {partials[f'dz3/dw{k + 3}1']:.4g}" for k in (0, 1)}
    assert on_lines <= set(page.locator(".badge").all_text_contents())
    page.get_by_role("button", name="one step back").click()
    page.get_by_role("button", name="one step back").click()
    rows = page.eval_on_selector_all("#worked tr", "all => all.map(e => e.dataset.row)")
    assert rows == ["dE/do1", "dE/do2", "do1/dz3", "dE/dz3"]


def test_the_keyboard_steps_and_the_weights_move_last(pages: Pages) -> None:
    page = pages.open("classic", reduced_motion="reduce")
    new = backprop("run", "classic", "-f", "json").json["parameters"]
    page.locator("#forth").focus()
    page.keyboard.press("End")
    assert stage(page) == "Update 21 of 21"
    label = page.locator('.label[data-parameter="w31"] .weight-value[data-name]')
    assert label.text_content() == f"{new['w31']:.4g}"
    assert page.locator("a.edge .line").first.evaluate("e => getComputedStyle(e).transitionProperty") in ("none", "all")
    page.keyboard.press("ArrowLeft")
    assert label.text_content() == "0.4"
    page.keyboard.press("Escape")
    assert stage(page) == "" and page.locator(".badge").count() == 0


def test_of_a_chosen_weight_the_chain_grows_by_one_factor_a_click(pages: Pages) -> None:
    explained = backprop("explain", "classic", "--weight", "w31", "-f", "json").json["explanations"][0]
    page = pages.open("classic", anchor="#parameter-2-1-1")
    forth = page.get_by_role("button", name="one step on")
    for _ in range(6):
        forth.click()
    for count in range(1, len(explained["partials"]) + 1):
        forth.click()
        rows = page.eval_on_selector_all("#worked tr", "all => all.map(e => e.dataset.row)")
        assert rows == [partial["name"] for partial in explained["partials"][:count]]


def test_it_plays_and_pauses(pages: Pages) -> None:
    page = pages.open("classic")
    page.get_by_role("button", name="Play").click()
    page.get_by_text("Forward 2 of 21").wait_for()
    page.get_by_role("button", name="Pause").click()
    shown = stage(page)
    page.wait_for_timeout(1300)
    assert stage(page) == shown


def test_a_number_comes_once_it_has_been_typed(pages: Pages) -> None:
    page = pages.open("classic")
    page.get_by_label("ask me for each number").check()
    page.get_by_role("button", name="one step on").click()
    field, answer = page.get_by_label("your value of a1"), page.locator(".verdict")
    assert stage(page) == ""
    for typed, words in (("", "Type a number"), ("0.59", None), ("0.6", "Give at least two digits")):
        field.fill(typed)
        if words is not None:
            field.press("Enter")
            assert answer.inner_text().startswith(words)
    field.fill("0.593")
    field.press("Enter")
    assert stage(page) == "Forward 1 of 21" and "a1" not in unknown(page) and "a2" in unknown(page)
    page.get_by_label("your value of a2").wait_for()
    page.get_by_role("button", name="Show").click()
    assert stage(page) == "Forward 2 of 21"


def test_a_wrong_number_is_told_apart_as_check_does(pages: Pages) -> None:
    partials = {one["name"]: one["value"] for one in backprop("run", "classic", "-f", "json").json["partials"]}
    sentences = {
        f"{-partials['dE/do1']:.4f}": "the error is turned around",
        f"{2 * partials['dE/do1']:.4f}": "the half in the loss",
        "0.123": "No, not that.",
    }
    page = pages.open("classic")
    page.locator("#forth").focus()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    page.get_by_label("ask me for each number").check()
    page.get_by_role("button", name="one step on").click()
    field = page.get_by_label("your value of dE/do1")
    for typed, words in sentences.items():
        field.fill(typed)
        field.press("Enter")
        assert words in page.locator(".verdict").inner_text()
    for _ in range(2):
        page.get_by_role("button", name="Show").click()
    field = page.get_by_label("your value of dE/dz3")
    field.fill(f"{partials['dE/do1']:.5f}")
    field.press("Enter")
    assert "the derivative of the activation is left out in the output layer" in page.locator(".verdict").inner_text()


COVERED = """() => {
  const box = (element) => element.getBoundingClientRect();
  const [badges, others] = [[...document.querySelectorAll(".badge")], [...document.querySelectorAll(".network text:not(.badge)")]];
  const isOver = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom - 4 && b.top < a.bottom - 4;
  return badges.filter((badge) => others.some((other) => isOver(box(badge), box(other)))).map((badge) => badge.textContent);
}"""


@pytest.mark.parametrize("network", ["classic", "relu", "xor"])
def test_what_is_put_at_a_unit_covers_no_other_text(pages: Pages, network: str) -> None:
    page = pages.open(network, size={"width": 1400, "height": 1000})
    page.locator("#forth").focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    assert page.locator(".badge").count() == 2 * page.locator(".node.unit").count()
    assert page.evaluate(COVERED) == []
