"""The page in a real browser: Debian's Chromium, driven by Playwright, which downloads nothing."""

from __future__ import annotations

import itertools
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.program import backprop
from tests.render.test_report import SCRIPT

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
)  # fmt: skip

SOFTMAX = Path(__file__).parents[2] / "configs" / "softmax.yaml"

SMALL = """
inputs: [[0.5], [1]]
targets: [[0.3], [0.2]]
steps: 3
layers:
  - {activation: tanh, weights: [[0.5], [-0.4]], bias: 0.1}
  - {weights: [[0.7, 0.2]], bias: [0.3]}
"""
"""Few elements, but of every kind: slider, sample chooser, shared and own bias, two paths, curve."""

LONG_NAMES = """
inputs: {an_input_with_a_long_name: 0.5, שלום עולם: 1}
targets: {another_name_that_is_longer_than_a_phone_is_wide: 0.3}
layers:
  - {activation: tanh, weights: [{a weight named in several words: 0.5, w2: -0.4}, [0.1, 1e-7]], bias: {the bias of them all: 0.1}}
  - {activation: sigmoid, weights: [[0.7, 123456.789]]}
"""

pytestmark = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("BACKPROP_REQUIRE_BROWSER"), reason="there is no Chromium on this machine"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert CHROMIUM, "BACKPROP_REQUIRE_BROWSER is set, but there is no Chromium"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield chromium
        chromium.close()


SCREEN: ViewportSize = {"width": 1280, "height": 720}


@dataclass
class Pages:
    """Makes reports, each once, and opens them, and keeps what the browser complained about and asked for."""

    browser: Browser
    folder: Path
    made: dict[tuple[str | None, ...], Path] = field(default_factory=dict)
    windows: dict[str, Page] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def make(self, *args: str, stdin: str | None = None) -> Path:
        """A report as a file."""
        if (*args, stdin) not in self.made:
            target = self.folder / f"report{len(self.made)}.html"
            result = backprop("report", *args, "-q", "-o", str(target), stdin=stdin)
            assert result.exit_code == 0, result.stderr
            self.made[(*args, stdin)] = target
        return self.made[(*args, stdin)]

    def open(
        self, *args: str, anchor: str = "", stdin: str | None = None, size: ViewportSize = SCREEN, **options: Any
    ) -> Page:
        """A report in the one window with these options, as if the window had just been opened."""
        file = self.make(*args, stdin=stdin)
        page = self.windows.get(repr(options)) or self._window(options)
        page.goto("about:blank")
        page.emulate_media(media="null", color_scheme="null")
        page.set_viewport_size(size)
        page.goto(file.as_uri() + anchor)
        return page

    def _window(self, options: dict[str, Any]) -> Page:
        page = self.browser.new_context(**options).new_page()
        page.on("console", lambda message: self.messages.append(message.text))
        page.on("pageerror", lambda error: self.messages.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url.partition("#")[0]))
        page.set_default_timeout(20_000)
        self.windows[repr(options)] = page
        return page


@pytest.fixture(scope="module")
def windows(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """What the tests share: a new window, or the same report once more, would take most of their time."""
    return Pages(browser, tmp_path_factory.mktemp("reports"))


@pytest.fixture
def pages(windows: Pages) -> Iterator[Pages]:
    """After each test, whatever it did: nothing on the console, nothing fetched but the files themselves."""
    windows.messages.clear()
    windows.requests.clear()
    yield windows
    own = (windows.folder.as_uri(), "data:image/png", "about:blank")
    assert windows.messages == []
    assert [url for url in windows.requests if not url.startswith(own)] == []


def values(page: Page, scope: str = "main") -> dict[str, float]:
    """The sample's numbers in a part of the page, by name; every place must show the same."""
    items = page.eval_on_selector_all(
        f"{scope} [data-name]:not([data-of])", "all => all.map(e => [e.dataset.name, e.dataset.value])"
    )
    found: dict[str, float] = {}
    for name, value in items:
        assert found.setdefault(name, float(value)) == float(value), name
    return found


def lit(page: Page, selector: str) -> set[str]:
    return set(page.eval_on_selector_all(f"{selector}.lit", "all => all.map(e => e.dataset.links)"))


def texts(page: Page) -> list[str]:
    """Everything that can be read in the tables, the drawing and the derivations."""
    shown: list[str] = page.eval_on_selector_all(
        "main tbody td, main tbody th, .network text, article h3, .equations span",
        "all => all.map(e => e.textContent.replace(/\\s+/g, ' ').trim())",
    )
    return shown


def test_clicking_w11_lights_its_paths_and_shows_what_explain_gives(pages: Pages) -> None:
    explained = backprop("explain", "classic", "--weight", "w11", "--paths", "-f", "json").json["explanations"][0]
    factors = {factor for path in explained["paths"] for factor in path["factors"]}
    page = pages.open("classic")
    page.locator('a.edge[data-parameter="w11"] .hit').click(force=True)
    edges = page.eval_on_selector_all(".edge.weight.lit, .edge.bias.lit", "all => all.map(e => e.dataset.parameter)")
    assert sorted(edges) == ["w11", "w31", "w32"]
    assert lit(page, ".node") == {"da1/dz1", "do1/dz3", "do2/dz4"}
    assert lit(page, ".edge.share") == {"dE/do1", "dE/do2"}
    # each factor is lit somewhere, and nothing is lit that is no factor
    links = [set(text.split()) for text in lit(page, ".network [data-links]")]
    assert all(group & factors for group in links) and set().union(*links) >= factors
    panel = values(page, "#chosen")
    assert panel["dE/dw11"] == explained["gradient"]
    assert {partial["name"]: partial["value"] for partial in explained["partials"]}.items() <= panel.items()
    products = page.locator("#chosen [data-product]").all_inner_texts()
    assert products == [f"{path['value']:.8f}".replace("-", "−") for path in explained["paths"]]
    assert page.locator("#status").inner_text() == "w11 chosen: 2 paths to the loss"


def test_one_path_can_be_lit_alone(pages: Pages) -> None:
    page = pages.open("classic", anchor="#parameter-1-1-1")
    first = backprop("explain", "classic", "--weight", "w11", "--paths", "-f", "json").json["explanations"][0]["paths"][
        0
    ]
    page.get_by_role("button", name="light path 1 alone").click()
    assert "dE/do1" in first["factors"]
    assert lit(page, ".edge.share") == {"dE/do1"}
    assert lit(page, ".node") == {"da1/dz1", "do1/dz3"}
    page.get_by_role("button", name="light path 1 alone").click()
    assert lit(page, ".edge.share") == {"dE/do1", "dE/do2"}


def test_factors_have_the_colour_of_their_lines(pages: Pages) -> None:
    page = pages.open("classic", anchor="#parameter-1-1-1")
    color = "element => getComputedStyle(element)[element.matches('.line') ? 'stroke' : 'color']"
    for factor, line in (("dz3/da1", "w31"), ("dz1/dw11", "w11")):
        drawn = page.locator(f'a.edge[data-parameter="{line}"] .line').evaluate(color)
        written = page.locator(f'#chosen .paths [data-partial="{factor}"]').first.evaluate(color)
        assert drawn == written


def test_a_table_row_chooses_too(pages: Pages) -> None:
    page = pages.open("classic")
    page.locator('tr[data-row="dE/dw42"] td').first.click()
    assert page.eval_on_selector_all("a.edge[aria-current]", "all => all.map(e => e.dataset.parameter)") == ["w42"]


def test_selecting_a_number_chooses_nothing(pages: Pages) -> None:
    page = pages.open("classic")
    page.locator('tr[data-row="dE/dw42"] td.number').select_text()
    page.locator('tr[data-row="dE/dw42"]').dispatch_event("click")
    assert page.locator("#chosen").is_hidden()


def test_a_row_of_the_derivation_does_not_close_it(pages: Pages) -> None:
    page = pages.open("classic", anchor="#parameter-2-2-2")
    page.locator("#chosen table.worked tr").last.click()
    assert page.locator("#chosen").is_visible()


def test_what_is_closed_is_not_opened_again_with_the_page(pages: Pages) -> None:
    page = pages.open("-", stdin=crowded(1, 12, bias="none"))
    page.locator('tr[data-link="parameter-1-3-1"] a').first.press("Enter")
    assert page.url.endswith("#parameter-1-3-1")
    page.get_by_role("button", name="Close").press("Enter")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#parameter-1-3-1"
    page.reload()
    assert page.locator("#chosen").is_hidden()


def test_the_slider_moves_every_number(pages: Pages) -> None:
    page = pages.open("classic", "-n", "100", "--frames", "5")
    page.locator("#frame").focus()
    here = page.locator(".losses .here").get_attribute("cx")
    for step in ("75", "51"):
        page.keyboard.press("ArrowLeft")
        document = backprop("run", "classic", "-n", "100", "--show-step", step, "-f", "json").json
        shown = values(page)
        assert page.locator("#frame-text").inner_text() == f"{step} of 100"
        assert {name: shown[name] for name in document["forward"]} == document["forward"]
        assert all(shown[partial["name"]] == partial["value"] for partial in document["partials"])
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
    assert {name: shown[name] for name in document["forward"]} == document["forward"]
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


def crowded(*sizes: int, bias: str) -> str:
    """A network all of whose numbers are long."""
    layers = []
    for sources, units in itertools.pairwise(sizes):
        weights = [[-1.23456e-6 * 10 ** (i + j) for i in range(sources)] for j in range(units)]
        biases: dict[str, dict[str, Any]] = {"own": {"bias": [-0.00123456] * units}, "shared": {"bias": -0.00123456}}
        layers.append({"activation": "tanh", "weights": weights, **biases.get(bias, {})})
    samples = {"inputs": [-0.0123456] * sizes[0], "targets": [-0.0123456] * sizes[-1]}
    return json.dumps({**samples, "layers": layers})


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


def test_the_keyboard_is_enough(pages: Pages) -> None:
    page = pages.open("classic")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.parameter") == "w21":
            break
    page.keyboard.press("Enter")
    assert page.locator("#chosen h3").get_attribute("aria-label") == "w21"
    page.keyboard.press("Escape")
    assert page.locator("#chosen").is_hidden() and lit(page, ".edge") == set()
    assert page.evaluate("document.activeElement.dataset.parameter") == "w21"


def test_axe_finds_nothing(pages: Pages) -> None:
    page = pages.open("-", anchor="#parameter-1-1-1", stdin=SMALL, bypass_csp=True)
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


@pytest.mark.parametrize("network", [SOFTMAX.read_text(), LONG_NAMES])
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


def test_a_page_within_a_page_can_be_clicked(pages: Pages) -> None:
    text = pages.make("classic").read_text(encoding="utf-8")
    page = pages.open("classic", java_script_enabled=True)
    page.goto("about:blank")
    page.evaluate("text => document.body.append(Object.assign(document.createElement('iframe'), {srcdoc: text}))", text)
    inner = page.frame_locator("iframe")
    inner.locator('.plain a[href="#parameter-2-1-1"]').dispatch_event("click")
    assert inner.locator("#chosen h3").get_attribute("aria-label") == "w31"


def test_the_address_can_be_changed_by_hand(pages: Pages) -> None:
    page = pages.open("classic", anchor="#parameter-1-1-1")
    page.evaluate("location.hash = '#parameter-2-1-1'")
    page.locator('#chosen h3[aria-label="w31"]').wait_for()
    page.go_back()
    page.locator("#chosen").wait_for(state="hidden" if "#" not in page.url else "visible")


def test_the_header_and_the_marker_follow_the_slider_and_the_chooser(pages: Pages) -> None:
    page = pages.open("xor", "-n", "20")
    path = page.locator(".losses .curve").get_attribute("d") or ""
    points = [tuple(map(float, point.split())) for point in path.removeprefix("M").split("L")]
    page.locator("#sample").select_option(index=2)
    for key, step in (("End", 20), ("ArrowLeft", 19), ("Home", 1)):
        page.locator("#frame").press(key)
        assert f"step {step} of 20, sample 3 of 4" in " ".join(page.locator("header").inner_text().split())
        here = page.locator(".losses .here")
        marker = tuple(float(here.get_attribute(side) or "nan") for side in ("cx", "cy"))
        assert marker == pytest.approx(points[step], abs=0.01)


def test_a_panel_says_whose_gradient_is_whose(pages: Pages) -> None:
    page = pages.open("xor", "-n", "5000", anchor="#parameter-2-1-1")
    page.locator("#sample").select_option(index=1)
    gradient = backprop("run", "xor", "-n", "5000", "-f", "json").json["gradients"]["w31"]
    sentence = page.locator("#chosen .of-batch")
    assert sentence.inner_text().startswith("That is sample 2's gradient. The step takes the mean over the samples")
    assert float(sentence.locator("[data-name]").get_attribute("data-value") or "nan") == gradient


def test_a_gradient_is_called_one_and_zero_has_no_sign(pages: Pages) -> None:
    network = "{inputs: [0, 1], targets: [0], layers: [{weights: [[0.5, 0.25]]}]}"
    page = pages.open("-", stdin=network)
    assert page.locator("#beside").inner_text() == "its value"
    page.get_by_label("gradients", exact=True).check()
    assert page.locator("#beside").inner_text().startswith("the gradient")
    signs = [
        (page.locator(f'a.edge[data-parameter="{name}"]').get_attribute("class") or "").split()
        for name in ("w11", "w21")
    ]
    assert not {"positive", "negative"} & set(signs[0]) and "positive" in signs[1]
