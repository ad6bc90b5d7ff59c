"""Choosing a parameter: its paths, its derivation, the keyboard, the address."""

from __future__ import annotations

from tests.program import backprop
from tests.render.browsing import Pages, crowded, lit, values


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


def test_a_panel_says_whose_gradient_is_whose(pages: Pages) -> None:
    page = pages.open("xor", "-n", "5000", anchor="#parameter-2-1-1")
    page.locator("#sample").select_option(index=1)
    gradient = backprop("run", "xor", "-n", "5000", "-f", "json").json["gradients"]["w31"]
    sentence = page.locator("#chosen .of-batch")
    assert sentence.inner_text().startswith("That is sample 2's gradient. The step takes the mean over the samples")
    assert float(sentence.locator("[data-name]").get_attribute("data-value") or "nan") == gradient
