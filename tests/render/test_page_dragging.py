"""Numbers changed where they stand: with the mouse, with the arrow keys, not by a finger that scrolls."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.program import run_json
from tests.render.browsing import Pages, settle, values
from tests.render.test_page_live import shown_file

pytestmark = pytest.mark.slow


def drag(page: Page, selector: str, up: int) -> None:
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - up / 2)
    page.mouse.move(x, y - up)
    page.mouse.up()
    settle(page)


def agree(page: Page) -> None:
    """The page shows what the program says of the changed network."""
    page.get_by_text("Change any number").click()
    document = run_json(shown_file(page), "-n", "1")
    known = document["forward"] | {partial["name"]: partial["value"] for partial in document["partials"]}
    shown = values(page, "section")
    assert {name: shown[name] for name in known} == pytest.approx(known, rel=1e-12)


@pytest.mark.parametrize(
    ("selector", "name", "before"),
    [
        ('.label[data-parameter="w31"] text', "w31", 0.4),
        ('.node.bias[data-parameter="b2"] .shape', "b2", 0.6),
        (".node.input .shape", "x1", 0.05),
        ('.network [data-name="t1"]', "t1", 0.01),
        ('#operations [data-name="w42"]', "w42", 0.55),
    ],
)
def test_what_is_dragged_up_grows(pages: Pages, selector: str, name: str, before: float) -> None:
    page = pages.open("classic", size={"width": 1280, "height": 900})
    if "operations" in selector:
        page.get_by_text("Operation by operation").click()
        page.locator("#operations").scroll_into_view_if_needed()
    drag(page, selector, 60)
    assert values(page)[name] == pytest.approx(before + 0.6)
    assert page.locator("#chosen").is_hidden()  # a drag is no click
    agree(page)


def test_a_click_is_no_drag(pages: Pages) -> None:
    page = pages.open("classic")
    page.locator('.label[data-parameter="w31"]').click()
    assert page.locator('#chosen h3[aria-label="w31"]').is_visible()
    assert page.locator("#edited").inner_text() == ""


@pytest.mark.parametrize(("pointer", "changed"), [("touch", False), ("pen", True)])
def test_a_finger_scrolls_and_changes_nothing(pages: Pages, pointer: str, changed: bool) -> None:
    page = pages.open("classic")
    shape = page.locator(".node.input .shape").first
    for event, y in (("pointerdown", 200), ("pointermove", 150), ("pointermove", 100), ("pointerup", 100)):
        shape.dispatch_event(
            event, {"pointerType": pointer, "clientY": y, "button": 0, "pointerId": 1, "isPrimary": True}
        )
    assert (settle(page).locator("#edited").inner_text() != "") == changed


def test_arrow_keys_change_what_has_the_focus(pages: Pages) -> None:
    page = pages.open("classic")
    page.locator('a.edge[data-parameter="w21"]').focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowUp")
    page.locator('.node.input[aria-label="x2"]').focus()
    page.keyboard.press("Alt+ArrowUp")
    shown = values(page)
    assert (shown["w21"], shown["x2"]) == (1.15, 0.101)
    assert page.locator('.node.input[aria-label="x2"]').get_attribute("aria-valuenow") == "0.101"
    agree(page)


def test_definitions_are_dragged_too(pages: Pages) -> None:
    page = pages.open("q = x + y; f = q z where x = -2, y = 5, z = -4")
    drag(page, '.variable[aria-label="y"] .shape', -50)
    assert values(page)["y"] == 4.5 and values(page)["f"] == -10


def test_axe_finds_nothing_in_a_drawing_that_can_be_changed(pages: Pages) -> None:
    page = pages.open("classic", bypass_csp=True)
    page.get_by_text("Operation by operation").click()
    page.evaluate("document.querySelectorAll('article ~ article, tr:nth-child(n + 5)').forEach(e => e.remove())")
    report = Axe().run(page)
    assert report.violations_count == 0, report.generate_report()
