"""Public and personal pages: no header, key or answer of one ever serves the other."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import running
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver
from test_web_accounts import sign_in

import people
from instroom_web.accounts.policy import PUBLIC, access_of
from instroom_web.reports import freshness, queries
from instroom_web.reports.figures import published_figure
from instroom_web.shared.page_kinds import (
    MixedPageError,
    PageKind,
    kind_of,
    personal_page,
    public_page,
)
from instroom_web.shared.templatetags.instroom import figure


def routes(patterns: Any = None) -> Iterator[URLPattern]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns)
        else:
            yield pattern


ROUTES = list(routes())


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: str(r.pattern) or "root")
def test_every_address_says_its_kind_its_access_and_its_name(route):
    assert kind_of(route.callback) in PageKind
    assert access_of(route.callback)
    assert route.name
    if access_of(route.callback) != PUBLIC:
        assert kind_of(route.callback) is PageKind.PERSONAL, "what not all may see nobody keeps"


def test_there_are_addresses_of_both_kinds_and_none_catches_all():
    assert {kind_of(route.callback) for route in ROUTES} == set(PageKind)
    assert len(ROUTES) > 30
    assert [
        r
        for r in ROUTES
        if re.fullmatch(r"[\^]?(<path:\w+>|\(\?P<\w+>\.[+*]\))/?\$?", str(r.pattern))
    ] == []


@pytest.mark.django_db
def test_a_personal_page_is_kept_by_nobody(client):
    sign_in(client)
    page = client.get("/nl/my/")
    assert page.headers["Cache-Control"] == "private, no-store"
    assert "Cookie" in page.headers["Vary"]
    assert "ETag" not in page.headers and "Last-Modified" not in page.headers
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy and "img-src 'self' data:" in policy
    assert "unsafe" not in policy
    html = page.content.decode()
    assert " style=" not in html and "<style" not in html
    again = client.get("/nl/my/", headers={"If-None-Match": client.get("/nl/").headers["ETag"]})
    assert again.status_code == 200
    again = client.get("/nl/my/", headers={"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"})
    assert again.status_code == 200


@pytest.mark.django_db
def test_a_public_page_is_the_same_whoever_reads_it(client, django_assert_max_num_queries):
    before = client.get("/nl/")
    sign_in(client)
    with django_assert_max_num_queries(1):
        after = client.get("/nl/")
    assert before.content == after.content
    assert before.headers["ETag"] == after.headers["ETag"]
    assert "Cookie" not in after.headers.get("Vary", "")
    assert not after.cookies
    assert "Anna" not in after.content.decode()
    refused = client.get("/nl/bestaat-niet/")
    assert refused.status_code == 404
    assert refused.headers["Cache-Control"] == "no-store"


def test_what_is_mixed_is_refused(rf):
    def greets(_request):
        answer = HttpResponse("Dag Anna")
        answer.set_cookie("who", "anna")
        return answer

    with pytest.raises(MixedPageError):
        public_page(greets)(rf.get("/nl/"))
    with pytest.raises(MixedPageError):
        personal_page(public_page(lambda _request: HttpResponse()))(rf.get("/nl/my/"))
    with pytest.raises(MixedPageError):
        personal_page(freshness.kept(lambda _request: HttpResponse()))(rf.get("/nl/my/"))
    marked = personal_page(freshness.fresh(lambda _request: HttpResponse("Dag Anna")))
    answer = freshness.Freshness(marked)(rf.get("/nl/my/"))
    assert "ETag" not in answer.headers


@pytest.mark.django_db
def test_a_live_page_shows_the_published_figure_by_its_id(client):
    sign_in(client)
    public, own = (client.get(url).content.decode() for url in ("/nl/", "/nl/my/"))
    blocks = [
        re.findall(r'<section class="block figure".*?</section>', html, re.DOTALL)
        for html in (public, own)
    ]
    assert len(blocks[1]) == 1
    assert blocks[1][0] in blocks[0]
    assert re.search(r"<code>\w+[\w.]*:[^<]+</code>", blocks[1][0])


@pytest.mark.django_db
def test_a_figure_among_others_is_found_by_its_id_too():
    """The first figure of a page of verdicts stands in a block of several."""
    row = queries.documents("nl").get(key="indicator/technical_profile_share")
    several = [{"text": "havo: 41,2 %", "figure": "technical_profile_share.exam.x:havo"}]
    block = {"kind": "figure", "anchor": "x", "method": {"figure": "", "parts": several}}
    row.body = {**row.body, "blocks": [block]}
    row.save()
    found = published_figure("nl", several[0]["figure"])
    assert found is not None and found.block["anchor"] == "x"
    assert published_figure("nl", "technical_profile_share.exam.x:vwo") is None


@pytest.mark.django_db
def test_only_a_published_figure_is_shown():
    assert published_figure("nl", "technical_profile_share:nowhere") is None
    with pytest.raises(TypeError):
        figure({}, {"value": 0.41})  # type: ignore[arg-type]


def test_eight_readers_at_once_never_get_a_page_of_the_other_kind(tmp_path):
    running.fill(tmp_path)
    readers = running.signed_in(tmp_path)
    with running.running(tmp_path) as address:

        def read(number: int) -> tuple[int, list[str]]:
            return running.read_both(address, readers[number % len(readers)], 50)

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(read, range(8)))
    assert sum(count for count, _ in answers) == 400
    assert [fault for _, found in answers for fault in found] == []
    assert len(readers) == len(people.CAST)
