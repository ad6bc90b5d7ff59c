"""The page in a real browser: Debian's Chromium, driven by Playwright, which downloads nothing."""

from __future__ import annotations

import itertools
import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize

from tests.program import backprop

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
IS_REQUIRED = bool(os.environ.get("BACKPROP_REQUIRE_BROWSER"))
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
        page.set_default_timeout(10_000)
        self.windows[repr(options)] = page
        return page


def settle(page: Page) -> Page:
    """Wait until every number is written, also those out of sight."""
    page.evaluate("""async () => {
      if (document.getElementById("controls").hidden) return;  // no script runs
      await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
      while (document.documentElement.hasAttribute("data-behind")) await new Promise(done => setTimeout(done, 5));
    }""")
    return page


def values(page: Page, scope: str = "main") -> dict[str, float]:
    """The sample's numbers in a part of the page, by name; every place must show the same."""
    items = settle(page).eval_on_selector_all(
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
    shown: list[str] = settle(page).eval_on_selector_all(
        "main tbody td, main tbody th, .network text, article h3, .equations span",
        "all => all.map(e => e.textContent.replace(/\\s+/g, ' ').trim())",
    )
    return shown


def crowded(*sizes: int, bias: str) -> str:
    """A network all of whose numbers are long."""
    layers = []
    for sources, units in itertools.pairwise(sizes):
        weights = [[-1.23456e-6 * 10 ** (i + j) for i in range(sources)] for j in range(units)]
        biases: dict[str, dict[str, Any]] = {"own": {"bias": [-0.00123456] * units}, "shared": {"bias": -0.00123456}}
        layers.append({"activation": "tanh", "weights": weights, **biases.get(bias, {})})
    samples = {"inputs": [-0.0123456] * sizes[0], "targets": [-0.0123456] * sizes[-1]}
    return json.dumps({**samples, "layers": layers})
