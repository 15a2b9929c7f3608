"""There is one writer, and it replaces everything or nothing."""

import pytest
import sample

from instroom_web.reports import models
from instroom_web.reports.actions import store_site
from instroom_web.reports.drawings import own


def counts() -> list[int]:
    kinds = (models.StoredDocument, models.StoredPicture, models.StoredFigure, models.Build)
    return [kind.objects.count() for kind in kinds]


@pytest.mark.django_db
def test_store_site_replaces_everything():
    before = counts()
    site = sample.site()
    site["documents"] = site["documents"][:3]
    store_site(**site)
    assert models.StoredDocument.objects.count() == 3
    assert counts()[1:] == before[1:]


@pytest.mark.django_db
def test_same_results_keep_the_time_they_were_first_stored():
    site = sample.site()
    del site["build"]["created"]
    assert store_site(**site).created == "2026-11-23T12:00:00+00:00"
    site["build"]["etag"] = "sample-2"
    assert store_site(**site).created != "2026-11-23T12:00:00+00:00"


@pytest.mark.django_db
def test_store_site_failing_halfway_leaves_old_rows():
    before = counts()

    def broken():
        yield from sample.figures()[:10]
        raise RuntimeError("power cut")

    site = sample.site() | {"figures": broken()}
    with pytest.raises(RuntimeError):
        store_site(**site)
    assert counts() == before
    assert models.Build.objects.get().etag == "sample-1"


@pytest.mark.parametrize(
    "svg",
    [
        "<svg><script>x</script></svg>",
        '<svg onload="x()"></svg>',
        '<svg><a href="https://example.org"></a></svg>',
        '<svg><a href="//example.org/place/GM0153/"></a></svg>',
        '<svg><a href="/nl/place/../api/"></a></svg>',
        '<svg><a href="/nl/place/GM0153/?next=x"></a></svg>',
        '<svg><use href="/nl/place/GM0153/"/></svg>',
        "<svg><style>a{}</style></svg>",
        "<svg><foreignObject/></svg>",
        '<svg><g onclick="x()"/></svg>',
        '<svg><use xlink:href="javascript:x()"/></svg>',
        '<svg><use href=" https://example.org/a.svg#b"/></svg>',
        '<svg><path fill="url(https://example.org/a.svg#b)"/></svg>',
        '<svg><path style="fill:url(//example.org/a)"/></svg>',
        "<svg><image/></svg>",
        "<svg><animate/></svg>",
        '<svg xmlns:x="http://example.org"></svg>',
        "<!DOCTYPE svg [<!ENTITY a 'b'>]><svg>&a;</svg>",
        "<svg><text>not whole</svg>",
    ],
)
def test_drawing_that_could_do_harm_is_refused(svg):
    with pytest.raises(ValueError, match="holds"):
        own("x", svg)


@pytest.mark.parametrize(
    "words",
    [
        "Het Lyceum onderbouw=vmbo",
        "Basisschool onload=x",
        "javascript:alert(1)",
        '"quoted" id="t" style="a:b" url(http://x)',
        "</text><script>alert(1)</script>",
        "]]> & <!-- --> <?xml?>",
        "van rechts \u202e naar links",
        "\x00\x1b[31m\ufffe\udcff",
        "x" * 300,
    ],
)
def test_words_in_a_drawing_are_words(words):
    from html import escape
    from xml.etree import ElementTree

    drawn = own("x", f"<svg><title>{escape(words)}</title><g aria-label='{escape(words)}'/></svg>")
    root = ElementTree.fromstring(drawn)  # noqa: S314  our own drawing
    assert [child.tag for child in root] == ["title", "g"]
    shown = root[0].text or ""
    assert len(shown) == len(words)
    assert all(a == b or b == "\ufffd" for a, b in zip(words, shown, strict=True))


def test_a_tile_may_lead_to_the_page_of_a_place():
    svg = '<svg><a href="/de/place/GM0153/"><title>Enschede: 51 %</title><rect/></a></svg>'
    assert own("map", svg) == svg


def test_drawing_gets_ids_of_its_own():
    svg = (
        '<?xml version="1.0"?><svg aria-labelledby="t d"><title id="t"/><g data-id="k"'
        ' clip-path="url(#c)" style="fill: red; stroke:blue"/><use xlink:href="#c"/></svg>'
    )
    assert own("1/a b", svg) == (
        '<svg aria-labelledby="p-1-a-b-t p-1-a-b-d"><title id="p-1-a-b-t"/><g data-id="k"'
        ' clip-path="url(#p-1-a-b-c)" fill="red" stroke="blue"/>'
        '<use xlink:href="#p-1-a-b-c"/></svg>'
    )
