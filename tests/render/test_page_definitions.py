"""The page of definitions: the numbers of `chain`, live."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from backprop_cli.formula.operations import FUNCTIONS
from tests.program import backprop
from tests.render.browsing import Pages, settle, values

pytestmark = pytest.mark.slow

COURSE = "q = x + y; f = q z where x = -2, y = 5, z = -4"
BRANCHED = "u = (x + 1)^2; v = x^y; h = u^3 + 2u sin(x) - max(x, v)/u where x = 1, y = 2"
SMALL = {"arcsin", "arccos", "artanh"}


def every_function() -> str:
    """One definition that applies each function of the language where it has a value."""
    terms = []
    for name, entry in FUNCTIONS.items():
        first = "x/3" if name in SMALL else "(x + 2)"
        terms.append(f"{name}({first}, 2.9)" if entry.arity == 2 else f"{name}({first})")
    return f"y = {' + '.join(terms)} where x = 0.7"


def chained(definitions: str, **point: float) -> dict[str, float]:
    """What `chain` says of the same definitions at a point."""
    at = ",".join(f"{name}={value}" for name, value in point.items())
    document: dict[str, Any] = backprop(
        "chain", *definitions.partition(" where ")[0].split("; "), "--at", at, "--steps", "all", "-f", "json"
    ).json
    partials = {partial["name"]: partial["value"] for partial in document["partials"]}
    known: dict[str, float] = document["at"] | document["values"] | partials
    return known


def type_in(page: Page, **point: float) -> None:
    for name, value in point.items():
        page.locator(f'[data-edit="{name}"]').fill(str(value))


@pytest.mark.parametrize("definitions", [COURSE, BRANCHED])
def test_without_script_it_has_the_numbers_of_chain(pages: Pages, definitions: str) -> None:
    page = pages.open(definitions, java_script_enabled=False)
    point = dict(part.split(" = ") for part in definitions.partition(" where ")[2].split(", "))
    known = chained(definitions, **{name: float(value) for name, value in point.items()})
    shown = values(page)
    assert known.items() <= shown.items()
    # besides these the graph has what each variable used once is multiplied by, under the result's own name
    assert all(name.startswith("d") for name in shown.keys() - known.keys())


@pytest.mark.parametrize(
    ("definitions", "point"),
    [
        (COURSE, {"x": 3.5, "y": -0.25, "z": 2e-7}),
        (BRANCHED, {"x": 0.5, "y": 3}),
        (BRANCHED, {"x": 7, "y": 0}),
        (every_function(), {"x": 0.31}),
        (every_function(), {"x": -0.9}),
    ],
)
def test_what_is_typed_goes_through_every_gate(pages: Pages, definitions: str, point: dict[str, float]) -> None:
    page = pages.open(definitions)
    before = values(page)
    type_in(page, **point)
    known = chained(definitions, **point)
    shown = values(page)
    assert {name: shown[name] for name in known} == pytest.approx(known, rel=1e-11, abs=1e-14)
    page.get_by_role("button", name="Reset").click()
    assert values(page) == before


def test_the_address_and_the_arrow_keys(pages: Pages) -> None:
    page = pages.open(COURSE, anchor="#x=1.5&w=3&z=abc")
    assert values(page)["q"] == 6.5 and values(page)["z"] == -4
    page.locator('[data-edit="y"]').press("ArrowUp")
    page.wait_for_url("**#x=1.5&y=5.05")
    page.locator('[data-edit="y"]').fill("")
    assert values(page)["y"] == 5.05


def test_a_point_can_be_read_again(pages: Pages) -> None:
    assert pages.open(COURSE).locator("#file").inner_text() == COURSE


def test_axe_finds_nothing_and_a_phone_is_wide_enough(pages: Pages) -> None:
    page = pages.open(BRANCHED, bypass_csp=True)
    type_in(page, x=0.75)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        report = Axe().run(settle(page))
        assert report.violations_count == 0, report.generate_report()
    for width in (320, 390, 768):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("u = x^2 y",), "say where: 'u = x^2 y where x = 1, y = 1'"),
        ((COURSE, "-n", "3"), "definitions have no steps and no samples"),
        ((COURSE, "--watch"), "--watch needs a network file"),
        (("u = ln(x) where x = -1",), "there is no logarithm of -1"),
    ],
)
def test_what_has_no_page_is_refused(arguments: tuple[str, ...], words: str, tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    output = () if "--watch" in arguments else ("-o", str(target))
    result = backprop("report", *arguments, *output)
    assert result.exit_code == 2 and words in result.stderr and not target.exists()
