"""How long a browser works for the page: to load it, for a move of the slider, for a change of a number.

Counted is what it does until the numbers that are seen are painted; the wait for the screen's next frame is not.
"""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page, sync_playwright

from tests.render.browsing import CHROMIUM, FLAGS

MOVES = ("3", "9", "5", "0", "12", "7", "1", "15")

_MOVE = "value => act(document.getElementById('frame'), value)"
_CHANGE = "value => act(document.querySelector('#fields [data-edit]'), value)"
_ACT = """async (place, value) => {
  let frame = 0;
  requestAnimationFrame(() => { frame = performance.now(); });  // before the page's own
  const begin = performance.now();
  place.value = value;
  place.dispatchEvent(new Event("input"));
  const asked = performance.now() - begin;
  await new Promise(done => requestAnimationFrame(() => scheduler.postTask(done, {priority: "user-blocking"})));
  return asked + performance.now() - frame;
}"""
_SETTLE = """async () => {
  while (document.documentElement.hasAttribute("data-behind")) await new Promise(done => setTimeout(done, 5));
  await new Promise(done => setTimeout(done, 300));
}"""


class Work(NamedTuple):
    """Seconds: until the page is loaded, and until what is seen is painted, of a move and of a change the median."""

    load: float
    move: float
    change: float


def work_of(file: Path) -> Work:
    """Open a page in the browser and use it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.goto(file.as_uri())
        load = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd") / 1000
        page.evaluate(f"() => {{ window.act = {_ACT}; }}")
        move = statistics.median(_worked(page, _MOVE, value) for value in MOVES)
        page.get_by_text("Change any number").click()
        change = statistics.median(_worked(page, _CHANGE, f"0.{value}1") for value in MOVES)
        browser.close()
    return Work(load, move, change)


def _worked(page: Page, action: str, value: str) -> float:
    """The seconds of an action until what is seen is painted, after everything else is done."""
    page.evaluate(_SETTLE)
    return float(page.evaluate(action, value)) / 1000
