"""Every counter of somebody's own page is the length of the list that it leads to."""

import re
from urllib.parse import urlsplit

import ledger_cast
import pytest
from django.conf import settings

from instroom_web.programme import actions
from instroom_web.programme.models import APPROVED
from instroom_web.region.models import Organisation

pytestmark = pytest.mark.django_db
COUNTER = re.compile(
    r'<a href="([^"]+)"\s+data-counter="(\w+)"><b>(\d+)</b>', re.DOTALL
)  # fmt: skip


@pytest.fixture
def cast():
    found = ledger_cast.made()
    with ledger_cast.frozen(ledger_cast.THEN):
        by = {name: found.persons[name].uuid for name in ("project_leader", "programme_office")}
        for n, (who, decided) in enumerate(
            [("project_leader", ""), ("project_leader", ""), ("programme_office", ""),
             ("project_leader", APPROVED)]
        ):  # fmt: skip
            row = actions.propose(
                actions.GivenAmount(
                    kind="target", yardstick="3_technical_profile:technical_profile_share:exam:vwo",
                    place="twente", period=f"{2026 + n}-{2027 + n}", low=0.5, high=0.5, reason="x",
                ),
                by=by[who],
            )  # fmt: skip
            if decided:
                actions.decide(row, decided, by=by["programme_office"])
        Organisation.objects.create(kind="school", name="Onbekend", code="77ZZ00",
                                    board=found.schools["a1"].board)  # fmt: skip
        found.rows["b1_pump"].confirmations.all().delete()
        found.rows["a1_pump"].confirmations.filter(side="school").delete()
        yield found


def counters(client):
    html = client.get("/nl/my/").content.decode()
    return {key: (url, int(n)) for url, key, n in COUNTER.findall(html)}


def listed(client, url, key):
    """Return how many things the list of a counter holds, over all its pages."""
    found, page = 0, 1
    while True:
        mark = "&" if "?" in url else "?"
        path = urlsplit(url)._replace(fragment="").geturl()
        html = client.get(f"{path}{mark}page={page}").content.decode()
        part = re.search(rf'<ul[^>]*id="{key}"[^>]*>(.*?)</ul>', html, re.DOTALL)
        found += part[1].count("data-counted") if part else 0
        page += 1
        if f"page={page}" not in html:
            return found


@pytest.mark.parametrize(
    ("persona", "expected"),
    [
        ("programme_office", {"decide": 2, "mine": 1, "unconfirmed": 2, "unknown": 1}),
        ("project_leader", {"mine": 2, "unconfirmed": 2, "unknown": 1}),
        ("board_secretary", {"unconfirmed": 1, "unknown": 1}),
        ("school_leader", {"unconfirmed": 1, "unknown": 0}),
        ("administrator", {}),
    ],
)
def test_a_counter_is_as_long_as_its_list(persona, expected, cast, client):
    client.force_login(cast.persons[persona], settings.AUTHENTICATION_BACKENDS[0])
    found = counters(client)
    assert {key: n for key, (_, n) in found.items()} == expected
    for key, (url, n) in found.items():
        assert listed(client, url, key) == n, key


def test_a_list_longer_than_a_page_is_counted_whole(cast, client):
    board = cast.schools["a1"].board
    Organisation.objects.bulk_create(
        Organisation(kind="school", name=f"S{n}", code=f"6{n:03}00", board=board)
        for n in range(120)
    )
    client.force_login(cast.persons["board_secretary"], settings.AUTHENTICATION_BACKENDS[0])
    url, n = counters(client)["unknown"]
    assert n == listed(client, url, "unknown") == 121


def test_who_has_no_work_here_is_told_so(cast, client):
    client.force_login(cast.persons["administrator"], settings.AUTHENTICATION_BACKENDS[0])
    assert "staat hier nu geen werk klaar" in client.get("/nl/my/").content.decode()
