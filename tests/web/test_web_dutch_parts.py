"""Dutch on a page in another language is marked as Dutch, in words and nowhere else."""

import re
import time
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
        ("<svg><svg></svg><g/></svg><p>leden van nu</p>", ["leden van nu"]),
        ('<a title="a > b">leden van nu</a>', ["leden van nu"]),
        ("<a title='\"a\" > b'>leden van nu</a>", ["leden van nu"]),
        ("<textarea\nrows=2>x</textarea\n><p>leden van nu</p>", ["leden van nu"]),
        ("<p\n>leden van nu</p>", ["leden van nu"]),
        ("<p>1 < 2, leden van nu</p>", ["leden van nu"]),
        ("<a title='x lang=\"nl\"'>leden van nu</a>", ["leden van nu"]),
        ('<p lang="nl-BE">leden van nu</p>', ["leden van nu"]),
        ('<a hreflang="nl">leden van nu</a>', ["leden van nu"]),
        ('<p lang="nl">x<br>y</p><p>leden van nu</p>', ["leden van nu"]),
        ("<script>if (a<b) x='it\"s'</script><p>leden van nu</p>", ["leden van nu"]),
        ('<title lang="nl">x</title><p>leden van nu</p>', ["leden van nu"]),
        ("<style>a::after{content:'<'}</style><p>leden van nu</p>", ["leden van nu"]),
        ('<html lang="nl"><p>leden van nu</p></html>', ["leden van nu"]),
        ('<br lang="nl"><p>leden van nu</p>', ["leden van nu"]),
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
        '<a title="x > leden van nu">y</a>',
        "<a title='x > leden van nu'>y</a>",
        "<title\n>leden van nu</title>",
        '<svg\nclass="a">leden van nu</svg>',
        "<svg><svg><g/></svg><text>leden van nu</text></svg>",
        '<svg aria-label="a > b"><text>leden van nu</text></svg>',
        "<SVG><text>leden van nu</text></SVG>",
        '<span lang="nl">leden van nu</span>',
        '<p class="a > b" lang="nl"><b>leden van nu</b> club</p>',
        "<p lang=nl>leden van nu</p>",
        '<div\nlang="nl"><div>x</div><p>leden van nu</p></div>',
        "<!-- > leden van nu -->",
    ],
)
def test_other_words_and_what_can_hold_no_mark_stay_as_they_are(page: str) -> None:
    assert mark_dutch(page, TEXTS) == page


def test_marking_twice_is_marking_once() -> None:
    once = mark_dutch("<p>leden van nu, all club</p><td>club</td>", TEXTS)
    assert once.count("<span") == 2
    assert mark_dutch(once, TEXTS) == once


@pytest.mark.parametrize(
    "part", ["<p title='", '<a b="', "<", "<!--", "<script ", "<p ", '"<p>', "<a'\""]
)
def test_a_page_that_is_broken_takes_no_longer(part: str) -> None:
    begun = time.process_time()
    mark_dutch(f"<p>leden van nu</p>{part * 2000}", TEXTS)
    assert time.process_time() - begun < 2


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
