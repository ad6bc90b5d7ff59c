"""What the page looks like where there is little room, on paper, without script, and to axe."""

from __future__ import annotations

import json
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.program import backprop
from tests.render.browsing import LONG_NAMES, SMALL, SOFTMAX, Pages, crowded, settle
from tests.render.test_report import SCRIPT

pytestmark = pytest.mark.slow

MISPLACED = """() => {
  const box = (element) => element.getBoundingClientRect();
  const isOver = (one, two) => {
    const [a, b] = [box(one), box(two)];
    return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  };
  const texts = [...document.querySelectorAll(".network text")].filter((text) => box(text).width);
  const shapes = [...document.querySelectorAll(".network .shape")];
  const own = (text) => text.parentNode.querySelector(".shape");
  const isInside = (text) => own(text) && !text.matches(".also");
  const leaves = (text) => box(text).left < box(own(text)).left || box(text).right > box(own(text)).right;
  const others = (text) => texts.filter((other) => other.parentNode !== text.parentNode);
  return texts.filter((text) =>
    isInside(text) ? leaves(text) : [...shapes, ...others(text)].some((other) => isOver(text, other))
  ).map((text) => text.textContent);
}"""


@pytest.mark.parametrize(
    "network",
    [
        crowded(4, 4, 4, bias="shared"),
        crowded(5, 6, 2, bias="own"),
        crowded(1, 2, 4, 1, bias="own"),
        crowded(3, 2, 3, bias="none"),
        LONG_NAMES,
    ],
)
def test_no_text_of_the_drawing_leaves_its_box_or_lies_on_another(pages: Pages, network: str) -> None:
    page = pages.open("-", stdin=network, size={"width": 1400, "height": 900})
    for kind in ("weights", "gradients"):
        page.get_by_label(kind, exact=True).check()
        assert page.evaluate(MISPLACED) == [], kind


@pytest.mark.parametrize(
    "network", [crowded(1, 1, bias="own"), crowded(*[2] * 7, bias="own"), crowded(12, 20, bias="none")]
)
def test_a_drawing_is_shown_near_its_own_size(pages: Pages, network: str) -> None:
    page = pages.open("-", stdin=network)
    shown = page.locator(".drawing svg").evaluate(
        "svg => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width"
    )
    assert 0.6 < shown < 1.25


LONG_FORMULAS = """
inputs: [[0.123456, 0.7], [1, 0.2]]
targets: [[0.3], [0.7]]
loss: binary_cross_entropy
layers:
  - {activation: gelu, weights: [[0.51234567, -0.41234567], [0.2, 0.1]], bias: [0.1, 0.2]}
  - {activation: sigmoid, weights: [[0.71234567, 0.21234567]], bias: [0.3]}
"""


@pytest.mark.parametrize("state", ["chosen", "stepping", "changing", "maps", "softmax on a phone", "long on a phone"])
def test_axe_finds_nothing(pages: Pages, state: str) -> None:
    anchor = "#parameter-1-1-1" if state == "chosen" else "#&x1=0.7&activation1=gelu" if state == "changing" else ""
    page = pages.open("-", anchor=anchor, stdin=SMALL, bypass_csp=True)
    settle(page)
    if state == "stepping":
        for _ in range(9):
            page.locator("#forth").click()
        page.locator("#asks").check()
        page.locator("#forth").click()
        page.locator(".ask input").press("Enter")
    if state == "softmax on a phone":
        page = pages.open("softmax", bypass_csp=True, size={"width": 320, "height": 844})
    if state == "long on a phone":
        page = pages.open("-", stdin=LONG_FORMULAS, bypass_csp=True, size={"width": 320, "height": 844})
    if state == "maps":
        page = pages.open("xor", bypass_csp=True)
        page.get_by_text("Units over the two inputs").click()
        page.get_by_text("The loss over two parameters").click()
    if state == "changing":
        page.get_by_text("Change any number").click()
        page.locator("#copy-file").click()
    # axe takes its time over every element, so of what repeats itself only the first few are kept
    page.evaluate(
        "document.querySelectorAll('article ~ article ~ article, tr:nth-child(n + 5)').forEach(e => e.remove())"
    )
    page.emulate_media(color_scheme="light")
    report = Axe().run(page)
    assert report.violations_count == 0, report.generate_report()
    # the other rules ask nothing about colours
    page.emulate_media(color_scheme="dark")
    report = Axe().run(page, options={"runOnly": ["color-contrast", "link-in-text-block"]})
    assert report.violations_count == 0, report.generate_report()


def test_it_reads_without_script(pages: Pages) -> None:
    page = pages.open("classic", java_script_enabled=False)
    assert page.locator("#controls").is_hidden() and page.locator("#copy").is_hidden()
    assert page.locator("article.derivation").count() == 10
    page.locator('a.edge[data-parameter="w11"] .hit').click(force=True)
    assert page.url.endswith("#parameter-1-1-1")


@pytest.mark.parametrize(
    "style",
    ["body { color: black }", "body { font: 28px monospace !important }", "math { font-size: 48px !important }"],
)
def test_a_phone_needs_no_sideways_scrolling(pages: Pages, style: str) -> None:
    file = pages.folder / f"{'long' * 40}.yaml"
    shutil.copy(SOFTMAX, file)
    page = pages.open(str(file), anchor="#parameter-1-1-1", bypass_csp=True)
    page.add_style_tag(content=style)
    hidden = "all => all.filter(e => getComputedStyle(e).position === 'absolute' && e.offsetParent === document.body)"
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.eval_on_selector_all("main *", f"{hidden}.map(e => e.outerHTML)") == [], "could widen the page"


def test_a_phone_is_wide_enough_for_all_that_can_be_opened(pages: Pages) -> None:
    page = pages.open("xor", anchor="#parameter-2-1-1", size={"width": 390, "height": 844}, has_touch=True)
    for summary in ("Change any number", "Units over the two inputs", "The loss over two parameters"):
        page.get_by_text(summary).tap()
    page.locator("#asks").check()
    page.locator("#forth").tap()
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


MANY_INPUTS = json.dumps({
    "inputs": [[-0.123456 - k] * 10 for k in range(3)], "targets": [[0.5]] * 3, "layers": [{"weights": [[0.1] * 10]}],
})  # fmt: skip


@pytest.mark.parametrize("network", [SOFTMAX.read_text(), LONG_NAMES, MANY_INPUTS])
def test_a_window_of_any_width_needs_no_sideways_scrolling(pages: Pages, network: str) -> None:
    page = pages.open("-", stdin=network, anchor="#parameter-1-1-1")
    for width in (320, 390, 600, 700, 740, 768, 900, 1080, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_no_line_begins_with_a_comma(pages: Pages) -> None:
    page = pages.open("softmax")
    ends = """p => [p.querySelector("math").getBoundingClientRect().right, (() => {
      const comma = document.createRange();
      const after = p.querySelector("math").nextSibling;
      const at = after.data.indexOf(",");
      comma.setStart(after, at);
      comma.setEnd(after, at + 1);
      return comma.getBoundingClientRect().left;
    })()]"""
    for width in range(380, 396):
        page.set_viewport_size({"width": width, "height": 800})
        formula_ends, comma_begins = page.locator(".facts").evaluate(ends)
        assert comma_begins > formula_ends - 1, width


def test_a_phone_cuts_no_table_of_the_shipped_network(pages: Pages) -> None:
    page = pages.open("softmax", anchor="#parameter-1-1-1", size={"width": 390, "height": 844})
    cut = "all => all.filter(e => e.getBoundingClientRect().right > 391).map(e => e.textContent)"
    assert page.eval_on_selector_all("td, th, h1, h2, h3", cut) == []


def test_paper_cuts_no_table(pages: Pages) -> None:
    paper = round((210 - 2 * 14) / 25.4 * 96)
    page = pages.open("softmax", anchor="#parameter-1-1-1", size={"width": paper, "height": 1000})
    page.emulate_media(media="print")
    wide = "(all, width) => all.filter(e => e.getBoundingClientRect().right > width + 1).map(e => e.textContent)"
    assert page.eval_on_selector_all("table, td, svg, .equations, pre", wide, paper) == []
    sizes = "all => [...new Set(all.map(e => parseFloat(getComputedStyle(e).fontSize)))]"
    assert max(page.eval_on_selector_all("thead th, figcaption, td.number", sizes)) <= 9.5 / 72 * 96 + 0.1
    assert page.locator("#controls").is_hidden() and page.locator("#chosen").is_hidden()
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_paper_is_spared_a_long_file(pages: Pages) -> None:
    page = pages.open("-", stdin=crowded(40, 60, bias="none"))
    assert page.locator("#file").evaluate("file => file.offsetHeight <= 0.8 * innerHeight + 1")
    page.emulate_media(media="print")
    assert page.locator("#file").is_hidden() and page.get_by_text("characters are left out on paper").is_visible()


def test_a_script_in_a_name_is_shown_and_not_run(pages: Pages) -> None:
    network = (
        f'{{"title": "{SCRIPT}", "inputs": {{"{SCRIPT}": 0.5}}, "targets": [0.3], "layers": [{{"weights": [[0.5]]}}]}}'
    )
    page = pages.open("-", "-n", "3", stdin=network)
    dialogs: list[str] = []
    page.once("dialog", lambda dialog: dialogs.append(dialog.message))
    page.locator("a.edge .hit").click(force=True)
    page.locator("#frame").press("Home")
    assert page.locator("h1").inner_text() == SCRIPT
    assert page.locator("mtext", has_text=SCRIPT).count() > 3
    assert dialogs == []


def test_the_button_copies_the_file(pages: Pages) -> None:
    page = pages.open("classic", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == backprop("examples", "classic").stdout


@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_the_drawing_stays_under_the_cursor_when_something_is_chosen(pages: Pages, width: int) -> None:
    page = pages.open("classic", size={"width": width, "height": 900})
    box = "() => { const b = document.querySelector('.network').getBoundingClientRect(); return [b.width, b.height, b.top]; }"
    page.evaluate("document.querySelector('.drawing').scrollIntoView()")
    before = page.evaluate(box)
    page.locator('a.edge[data-parameter="w21"] .hit').dispatch_event("click")
    assert page.locator('#chosen h3[aria-label="w21"]').is_visible()
    assert page.evaluate(box) == before


def test_a_tall_drawing_is_on_one_screen_with_the_slider_and_can_be_read(pages: Pages) -> None:
    page = pages.open("-", "-n", "20", stdin=crowded(2, 8, 1, bias="own"), size={"width": 1280, "height": 800})
    page.locator('a.edge[data-parameter="w2_7"] .hit').dispatch_event("click")
    page.locator(".drawing").evaluate("drawing => drawing.scrollIntoView({block: 'end'})")
    edges = "e => { const b = e.getBoundingClientRect(); return [b.top, b.bottom]; }"
    controls, window = (page.locator(part).evaluate(edges) for part in (".controls", ".drawing .scroll"))
    assert controls[0] >= 0 and window[1] <= 800
    lit = page.locator("a.edge[aria-current] .line").evaluate(edges)
    assert window[0] <= lit[0] and lit[1] <= window[1]
    sizes = page.eval_on_selector_all(".network text", "all => all.map(e => e.getBoundingClientRect().height)")
    assert min(size for size in sizes if size) > 9


def test_names_that_begin_alike_can_be_told_apart() -> None:
    names = "{a_very_long_weight_1: 0.5, a_very_long_weight_2: 0.25}"
    network = f"{{inputs: [1, 2], targets: [0], layers: [{{weights: [{names}]}}]}}"
    picture = backprop("plot", "-", "-o", "-", "-q", stdin=network).stdout
    assert ">a_very…_1<" in picture and ">a_very…_2<" in picture
