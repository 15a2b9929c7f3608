"""Dutch on a page in another language is marked as Dutch, in words and nowhere else."""

import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory

from instroom.definitions import registry
from instroom_web.shared.dutch_parts import mark_dutch

TEXTS = frozenset({"leden van nu", "Wat de club's < 12 zegt", "club", "leden van nu en later"})


def marked(page: str) -> list[str]:
    return re.findall(r'<span lang="nl">(.*?)</span>', mark_dutch(page, TEXTS))


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("<p>leden van nu</p>", ["leden van nu"]),
        ("<p>Leden van nu: 40% of all</p>", ["Leden van nu"]),
        ("<p>40% of leden van nu, 12</p>", ["leden van nu"]),
        ("<p>of leden van nu en later</p>", ["leden van nu en later"]),
        ("<p>leden van nu</p><p>and leden van nu</p>", ["leden van nu"] * 2),
        ("<b>Wat de club&#x27;s &lt; 12 zegt</b>", ["Wat de club&#x27;s &lt; 12 zegt"]),
        ("<b>Wat de club's &lt; 12 zegt</b>", ["Wat de club's &lt; 12 zegt"]),
        ("<td>\n  club\n</td>", ["club"]),
        ("<svg/><p>leden van nu</p>", ["leden van nu"]),
        ("<svg><title>x</title></svg><p>leden van nu</p>", ["leden van nu"]),
    ],
)
def test_dutch_words_are_marked(page: str, said: list[str]) -> None:
    assert marked(page) == said
    assert re.sub(r"</?span[^>]*>", "", mark_dutch(page, TEXTS)) == page


@pytest.mark.parametrize(
    "page",
    [
        "<p>the club of today</p>",
        "<p>leden van nummer</p>",
        '<a title="leden van nu">x</a>',
        "<title>leden van nu</title>",
        "<svg><text>leden van nu</text></svg>",
        "<svg><title>x</title><text>leden van nu</text></svg>",
        "<script>leden van nu</script>",
        "<option>leden van nu</option>",
        "<!-- leden van nu -->",
        "<p>something else</p>",
    ],
)
def test_other_words_and_what_can_hold_no_mark_stay_as_they_are(page: str) -> None:
    assert mark_dutch(page, TEXTS) == page


def test_a_page_of_a_package_is_marked_as_our_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whatever the page: one door writes all of them, and words of a region come through it."""
    goal = tmp_path / "programme/kpis/8_mine.toml"
    goal.parent.mkdir(parents=True)
    title = "Pagina niet gevonden in onze streek"
    goal.write_text(f'title = "{title}"\nnumber = 8\nseed = "x"\nlines = [1]\n', "utf-8")
    monkeypatch.setenv("INSTROOM_DEFINITIONS", str(tmp_path))
    registry._set_of.cache_clear()
    for language, times in (("en", 1), ("de", 1), ("nl", 0)):
        request = RequestFactory().get(f"/{language}/nowhere/")
        page = render_to_string("shared/error.html", {"heading": title}, request)
        assert title in page
        assert page.count(f'<span lang="nl">{title}</span>') == times
