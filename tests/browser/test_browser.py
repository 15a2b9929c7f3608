"""Every kind of page in a real browser: readable by all, at every width, from this host only."""

from pathlib import Path

import pytest
import sample

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
KINDS = (
    *("", "claims", "programme", "indicator/technical_profile_share", "place/GM0153"),
    *("glossary", "places", "search/?q=profiel", "search/", "bestaat-niet"),
)
EXPECTED_COMPLAINT = "status of 404"


def address_of(language: str, key: str) -> str:
    return f"/{language}/{key}" if "?" in key or not key else f"/{language}/{key.rstrip('/')}/"


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("language", sample.LANGUAGES)
@pytest.mark.parametrize("key", KINDS)
def test_page_has_no_accessibility_violations(open_page, key, language, width):
    page = open_page(address_of(language, key), width, bypass_csp=True)
    page.add_script_tag(path=AXE)
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS)
    violations = [
        (rule["id"], rule["help"], [node["html"][:200] for node in rule["nodes"]])
        for rule in found["violations"]
    ]
    assert violations == []
    assert len(found["passes"]) > 10


@pytest.mark.parametrize("width", [1280, 1101, 1024, 900, 768, 360, 320])
@pytest.mark.parametrize("key", KINDS)
def test_page_never_scrolls_sideways(open_page, key, width):
    page = open_page(address_of("nl", key), width)
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("key", KINDS)
def test_page_asks_only_this_host_and_breaks_no_rule(open_page, address, key):
    page = open_page(address_of("nl", key))
    assert page.asked
    assert [url for url in page.asked if not url.startswith(address)] == []
    assert [text for text in page.complaints if EXPECTED_COMPLAINT not in text] == []


@pytest.mark.parametrize(("width", "seen"), [(1280, "wide"), (360, "narrow")])
def test_one_drawing_is_shown(open_page, width, seen):
    page = open_page("/nl/", width)
    hidden = {"wide": "narrow", "narrow": "wide"}[seen]
    assert page.locator(f".drawing.{seen}").first.is_visible()
    assert not page.locator(f".drawing.{hidden}").first.is_visible()


def test_letters_are_our_own(open_page):
    page = open_page("/nl/")
    page.evaluate("document.fonts.ready")
    assert page.evaluate("document.fonts.check('17px Inter')")
    letters = [url for url in page.asked if "inter-latin-400" in url]
    assert len(set(letters)) == 1


def focused(page) -> dict[str, str]:
    return page.evaluate(
        """() => {
            const node = document.activeElement;
            const style = getComputedStyle(node);
            return {
                text: node.textContent.trim(), tag: node.tagName, within: node.closest(
                    'nav, form, details, footer, header')?.tagName ?? '',
                outline: style.outlineStyle + ' ' + style.outlineWidth,
            };
        }"""
    )


def test_keyboard_reaches_everything_with_visible_focus(open_page):
    page = open_page("/nl/")
    page.keyboard.press("Tab")
    first = focused(page)
    assert first["text"] == "Naar de inhoud"
    assert page.locator(".skip").bounding_box()["y"] >= 0
    seen = [first]
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(focused(page))
        if seen[-1]["tag"] == "BODY":
            break
    inside = [found for found in seen if found["tag"] != "BODY"]
    assert {found["outline"] for found in inside} == {"solid 3px"}
    assert {"INPUT", "BUTTON", "A", "SUMMARY"} <= {found["tag"] for found in inside}
    assert "Opgave" in {found["text"] for found in inside if found["within"] == "NAV"}


def test_toggle_opens_the_table_by_keyboard(open_page):
    page = open_page("/nl/")
    page.locator("main details:has(table) > summary").first.focus()
    table = page.locator("main details table").first
    assert not table.is_visible()
    page.keyboard.press("Enter")
    assert table.is_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "region"


@pytest.mark.parametrize(("width", "key", "field"), [(1280, "", "#q"), (360, "search/", "#q-page")])
def test_a_place_is_chosen_by_keyboard_while_typing(open_page, width, key, field):
    page = open_page(f"/nl/{key}", width, bypass_csp=True)
    box, offered = page.locator(field), page.locator(f"{field}-list")
    assert box.get_attribute("aria-expanded") == "false"
    box.press_sequentially("enschde")
    option = offered.get_by_role("option").filter(has_text="Enschede").first
    option.wait_for()
    assert option.bounding_box()["height"] >= 44
    page.add_script_tag(path=AXE)
    found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS)
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == offered.locator("li").first.get_attribute(
        "id"
    )
    box.press("Escape")
    assert not offered.is_visible()
    assert (box.input_value(), box.get_attribute("aria-expanded")) == ("enschde", "false")
    box.press_sequentially("e")
    box.press("Backspace")
    option.wait_for()
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_url("**/nl/place/GM0153/")


def test_without_script_the_search_asks_its_page(chromium, address):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/nl/")
    page.locator("#q").fill("enschde")
    page.locator("#q").press("Enter")
    page.wait_for_url("**/nl/search/?q=enschde")
    assert page.locator(".results a").first.get_attribute("href") == "/nl/place/GM0153/"
    context.close()


def test_skip_link_moves_past_the_head(open_page):
    page = open_page("/nl/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_paper_shows_tables_and_hides_navigation(open_page):
    page = open_page("/nl/")
    page.emulate_media(media="print")
    assert not page.locator(".chapters").is_visible()
    assert page.locator(".drawing.wide").first.is_visible()
    assert page.locator("main details table").first.bounding_box()["height"] > 50
