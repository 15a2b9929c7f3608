"""How long a sign-in lasts, where one is signed in, and how it is ended from elsewhere."""

from datetime import UTC, datetime, timedelta

import ledger_cast
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from test_web_accounts import code_in_mail

import people
from instroom_web.accounts import actions
from instroom_web.accounts.browsers import kind_of_browser
from instroom_web.accounts.models import SignIn
from instroom_web.shared.history.models import Change

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 30, 11, 0, tzinfo=UTC)
AWAY = "U was een half uur weg. Log opnieuw in; u gaat verder waar u was."
NOT_KEPT = "Wat u net verstuurde, is niet bewaard."
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)


def at(minutes: float):
    """Let it be some minutes after noon."""
    return ledger_cast.frozen(NOON + timedelta(minutes=minutes))


def signed_in(agent: str = FIREFOX, name: str = "anna") -> Client:
    """Return a browser in which somebody signed in with a code by mail."""
    client = Client(headers={"User-Agent": agent})
    client.post("/nl/account/login/", {"email": people.person(name).email})
    answer = client.post("/nl/account/login/code/confirm/", {"code": code_in_mail()})
    assert answer.status_code == 302
    return client


def inside(client: Client) -> bool:
    return client.get("/nl/account/").status_code == 200


# --- half an hour --------------------------------------------------------------------------------


def test_half_an_hour_without_a_request_ends_a_session_and_leads_back():
    with at(0):
        client = signed_in()
    with at(30):
        assert inside(client), "not a minute too early"
    with at(60):
        assert inside(client), "each request counts"
    with at(91.1):
        answer = client.get("/nl/account/?a=1&b=2")
        door = "/nl/account/login/?next=%2Fnl%2Faccount%2F%3Fa%3D1%26b%3D2"
        assert (answer.status_code, answer["Location"]) == (302, door)
        html = client.get(door).content.decode()
        assert AWAY in html and NOT_KEPT not in html
        assert AWAY not in client.get(door).content.decode(), "said once"
        asked = {"email": people.person("anna").email, "next": "/nl/account/?a=1&b=2"}
        answer = client.post("/nl/account/login/", asked)
        answer = client.post(answer["Location"], {"code": code_in_mail()})
        assert answer["Location"] == "/nl/account/?a=1&b=2"
        assert inside(client)


def test_a_request_that_falls_within_the_minute_is_never_cut_short():
    """What is written down may be a minute older than the last request."""
    with at(0):
        client = signed_in()
    with at(0.9):
        assert inside(client)
    with at(30.9):
        assert inside(client), "exactly half an hour after the last request"


def test_an_old_session_does_not_come_back():
    with at(0):
        client = signed_in()
        stolen = client.cookies[settings.SESSION_COOKIE_NAME].value
    with at(40):
        assert not inside(client)
        client.cookies[settings.SESSION_COOKIE_NAME] = stolen
        assert not inside(client)


def test_what_was_sent_too_late_is_said_not_to_be_kept():
    with at(0):
        client = signed_in()
    form = "http://testserver/nl/my/?page=2"
    with at(40):
        answer = client.post("/nl/account/language/", {"language": "de"}, headers={"Referer": form})
        assert answer["Location"] == "/nl/account/login/?next=%2Fnl%2Fmy%2F%3Fpage%3D2"
        assert f"{AWAY} {NOT_KEPT}" in client.get(answer["Location"]).content.decode()
    assert people.person("anna").language == "nl"


@pytest.mark.parametrize("before", ["https://kwaad.example/nl/my/", "javascript:alert(1)", ""])
def test_the_way_back_stays_on_this_site(before):
    with at(0):
        client = signed_in()
    with at(40):
        answer = client.post("/nl/account/sessions/end/", headers={"Referer": before})
    assert answer["Location"] == "/nl/account/login/?next=%2Fnl%2Fmy%2F"


def test_the_door_itself_stays_open_after_half_an_hour():
    with at(0):
        client = signed_in()
    with at(40):
        assert "Stuur mij een code" in client.get("/nl/account/login/").content.decode()


def test_eight_hours_end_it_however_busy_somebody_was():
    with at(0):
        client = signed_in()
    for minutes in range(20, 480, 20):
        with at(minutes):
            assert client.post("/nl/account/language/", {"language": "nl"}).status_code == 302
    with at(479.9):
        assert inside(client)
    with at(480):
        answer = client.get("/nl/account/")
        assert answer["Location"] == "/nl/account/login/?next=%2Fnl%2Faccount%2F"
        assert AWAY not in client.get(answer["Location"]).content.decode()


def test_reading_writes_at_most_once_a_minute():
    with at(0):
        client = signed_in()
        assert inside(client)  # the first page tells what the door left to say
    for minutes, most in ((0.5, 0), (0.99, 0), (1, 1), (1.5, 0)):
        with at(minutes), CaptureQueriesContext(connection) as asked:
            assert inside(client)
        wrote = [q["sql"] for q in asked if q["sql"].startswith(("UPDATE", "INSERT", "DELETE"))]
        assert len(wrote) == most, wrote


def test_a_page_for_everybody_never_asks_who_reads():
    with at(0):
        client = signed_in()
    with at(40), CaptureQueriesContext(connection) as asked:
        answer = client.get("/nl/")
        assert answer.status_code == 200 and not answer.cookies
    assert not [q for q in asked if "session" in q["sql"] or "signin" in q["sql"]]


# --- where somebody is signed in -----------------------------------------------------------------


def test_somebody_sees_where_they_are_signed_in_and_ends_all_but_this_one():
    with at(0):
        phone = signed_in(IPHONE)
        other = signed_in(name="omar")
    with at(10):
        here = signed_in()
        html = here.get("/nl/account/").content.decode()
        assert "Firefox op Windows" in html and "Safari op iPhone" in html
        assert html.index("Firefox op Windows") < html.index("Dit is waar u nu bent")
        assert html.index("Dit is waar u nu bent") < html.index("Safari op iPhone")
        assert "30 november 2026, 12:00" in html
        assert html.count("Dit is waar u nu bent") == 1
        answer = here.post("/nl/account/sessions/end/")
        html = here.get(answer["Location"]).content.decode()
        assert "U bent overal uitgelogd, behalve hier." in html and "iPhone" not in html
        assert "Overal elders uitloggen" not in html, "there is nowhere else"
        assert not inside(phone)
        assert inside(here) and inside(other)
    last = Change.objects.latest("number")
    assert (last.kind, last.before) == ("person.signed_out_elsewhere", {"elsewhere": 1})


def test_a_session_that_ended_by_itself_is_not_listed():
    with at(0):
        signed_in(IPHONE)
    with at(32):
        assert "iPhone" not in signed_in().get("/nl/account/").content.decode()


def test_signing_out_leaves_nothing_and_signing_in_again_leaves_one():
    client = signed_in()
    client.post("/nl/account/logout/")
    assert not SignIn.objects.exists()
    client = signed_in()
    client.force_login(people.person("anna"), settings.AUTHENTICATION_BACKENDS[0])
    assert SignIn.objects.count() == 1


def test_whoever_is_deactivated_is_out_everywhere_also_when_they_return():
    here, phone = signed_in(), signed_in(IPHONE)
    anna = people.person("anna")
    actions.deactivate_person(anna)
    assert not SignIn.objects.exists()
    actions.reactivate_person(anna)
    assert not inside(here) and not inside(phone)


def test_nobody_ends_the_session_of_somebody_else():
    """A session that names the row of another is over."""
    anna, omar = signed_in(), signed_in(name="omar")
    session = omar.session
    session["sign_in"] = anna.session["sign_in"]
    session.save()
    assert not inside(omar)


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        (FIREFOX, ("Firefox", "Windows")),
        (IPHONE, ("Safari", "iPhone")),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/141.0 Safari/537.36 Edg/141.0",
         ("Edge", "Windows")),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36",
         ("Chrome", "Android")),
        ("Mozilla/5.0 (X11; CrOS x86_64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36",
         ("Chrome", "Chromebook")),
        ("", ("", "")),
        ("<script>" * 999, ("", "")),
    ],
)  # fmt: skip
def test_a_browser_is_named_as_its_user_would(agent, kind):
    assert kind_of_browser(agent) == kind


def test_a_browser_that_tells_nothing_is_listed_too():
    html = signed_in("").get("/nl/account/").content.decode()
    assert "Een browser die wij niet herkennen" in html
