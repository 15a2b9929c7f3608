"""A second step beside a code by mail: who must have one, how it is made, what it ends."""

import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.test import Client
from test_web_accounts import code_in_mail
from test_web_sessions import IPHONE, inside, signed_in

import people
from instroom.definitions import registry
from instroom_web.region.actions import give_role
from instroom_web.region.queries import held_roles

pytestmark = pytest.mark.django_db
ADD = "/nl/account/app/add/"


@pytest.fixture
def clock(monkeypatch):
    """Return a clock of codes that a test moves; it stands still at the start of a half minute."""
    moment = [float(int(time.time()) // 30 * 30 + 1)]
    monkeypatch.setattr(auth.time, "time", lambda: moment[0])
    return moment


def code_of(secret: str, moment: float) -> str:
    return auth.format_hotp_value(auth.hotp_value(secret, int(moment) // 30))


def said_again(client) -> None:
    """Say once more who one is, as adding something asks."""
    answer = client.get(ADD)
    address = people.person("anna").email
    client.post(answer["Location"], {"recipient": address})
    answer = client.post(f"/nl/account/again/code/?next={ADD}", {"code": code_in_mail()})
    assert answer["Location"] == ADD


def with_app(clock):
    """Return a browser of somebody who added an app, and the key of that app."""
    client = signed_in()
    said_again(client)
    html = client.get(ADD).content.decode()
    secret = re.search(r'<code class="secret">([A-Z2-7]{32})</code>', html)[1]
    answer = client.post(ADD, {"code": code_of(secret, clock[0])})
    assert answer["Location"] == "/nl/account/recovery/", answer.content.decode()[-3000:]
    return client, secret


def at_the_second_step():
    """Return a browser of somebody who gave the code of their mail, and is asked for more."""
    client = Client()
    client.post("/nl/account/login/?next=/nl/account/", {"email": people.person("anna").email})
    answer = client.post(
        "/nl/account/login/code/confirm/?next=/nl/account/", {"code": code_in_mail()}
    )
    assert answer["Location"].startswith("/nl/account/login/key/")
    return client


def test_an_app_is_added_and_then_asked_at_every_sign_in(clock):
    client, secret = with_app(clock)
    codes = re.findall(
        r"<code>(\w{8})</code>", client.get("/nl/account/recovery/").content.decode()
    )
    assert len(codes) == 10
    clock[0] += 90
    other = at_the_second_step()
    assert not inside(other), "half a sign-in opens nothing"
    html = other.get("/nl/account/login/key/").content.decode()
    assert "Vul de code in die uw app nu laat zien." in html
    assert "Gebruik mijn passkey" not in html, "there is none"
    wrong = other.post("/nl/account/login/key/", {"code": "000000"}).content.decode()
    assert "Ongeldige code" in wrong and not inside(other)
    answer = other.post("/nl/account/login/key/", {"code": code_of(secret, clock[0])})
    assert answer["Location"] == "/nl/account/" and inside(other)
    third = at_the_second_step()
    third.post("/nl/account/login/key/", {"code": codes[0]})
    assert inside(third), "a recovery code does as well"
    again = at_the_second_step()
    again.post("/nl/account/login/key/", {"code": codes[0]})
    assert not inside(again), "once"


def test_a_code_of_the_app_signs_in_once(clock):
    _, secret = with_app(clock)
    made_with = code_of(secret, clock[0])
    first = at_the_second_step()
    first.post("/nl/account/login/key/", {"code": made_with})
    assert not inside(first), "the code it was added with is spent"
    clock[0] += 90
    code = code_of(secret, clock[0])
    first.post("/nl/account/login/key/", {"code": code})
    assert inside(first)
    second = at_the_second_step()
    second.post("/nl/account/login/key/", {"code": code})
    assert not inside(second)


def test_the_picture_holds_the_key_that_is_written_below_it():
    client = signed_in()
    said_again(client)
    html = client.get(ADD).content.decode()
    secret = re.search(r'<code class="secret">(\w+)</code>', html)[1]
    link = urlsplit(re.search(r'href="(otpauth:[^"]+)"', html)[1].replace("&amp;", "&"))
    assert parse_qs(link.query) == {"secret": [secret], "issuer": ["Instroom"]}
    assert 'src="data:image/svg+xml;base64,' in html


def test_a_second_step_ends_the_sessions_that_were_opened_without_it(
    clock, django_capture_on_commit_callbacks
):
    phone = signed_in(IPHONE)
    with django_capture_on_commit_callbacks(execute=True):
        client, _ = with_app(clock)
    assert inside(client) and not inside(phone)


def test_an_app_that_is_removed_is_no_longer_asked(clock):
    client, _ = with_app(clock)
    answer = client.post("/nl/account/app/remove/")
    assert answer["Location"] == "/nl/account/"
    assert "De app is verwijderd." in client.get("/nl/account/").content.decode()
    assert not Authenticator.objects.exists(), "recovery codes of nothing go too"
    assert inside(signed_in())


# --- roles that ask one --------------------------------------------------------------------------


def test_the_office_and_the_administrator_must_have_a_second_step():
    asked = {key for key, role in registry.roles().items() if role.second_factor}
    assert {"programme_office", "administrator"} <= asked


def test_whoever_has_such_a_role_is_led_to_the_choice_and_back():
    anna = people.person("anna")
    give_role(anna, "programme_office")
    assert held_roles(anna) == []
    client = Client()
    client.post("/nl/account/login/", {"email": anna.email, "next": "/nl/account/?a=1"})
    confirm = "/nl/account/login/code/confirm/?next=/nl/account/%3Fa%3D1"
    answer = client.post(confirm, {"code": code_in_mail()})
    assert answer["Location"] == "/nl/account/second/?next=%2Fnl%2Faccount%2F%3Fa%3D1"
    html = client.get(answer["Location"]).content.decode()
    assert f"Als {registry.roles()['programme_office'].title} ziet u meer" in html
    assert 'href="/nl/account/app/add/"' in html and 'href="/nl/account/passkeys/add/"' in html
    assert 'href="/nl/account/?a=1">Nu niet' in html
    assert client.get("/nl/work/schools/").status_code == 403, "until then it does not count"
    assert "Uw rol wacht op een tweede stap" in client.get("/nl/account/").content.decode()


def test_with_an_app_the_role_counts_and_nothing_is_asked_any_more(clock):
    anna = people.person("anna")
    client, _ = with_app(clock)
    give_role(anna, "programme_office")
    assert [held.role for held in held_roles(anna)] == ["programme_office"]
    assert client.get("/nl/work/schools/").status_code == 200
    assert client.get("/nl/account/second/")["Location"] == "/nl/account/"


@pytest.mark.parametrize("next_page", ["https://kwaad.example/", "//kwaad.example", "javascript:1"])
def test_not_now_stays_on_this_site(next_page):
    give_role(people.person("anna"), "programme_office")
    client = signed_in()
    html = client.get("/nl/account/second/", {"next": next_page}).content.decode()
    assert 'href="/nl/my/">Nu niet' in html and "kwaad" not in html.split("Nu niet")[0][-200:]


def test_somebody_without_such_a_role_is_asked_nothing():
    give_role(people.person("anna"), "project_leader")
    assert signed_in().get("/nl/account/second/")["Location"] == "/nl/account/"


@pytest.mark.parametrize(
    ("language", "heading"),
    [("nl", "Kies een tweede stap"), ("en", "Choose a second step"),
     ("de", "Wählen Sie einen zweiten Schritt")],
)  # fmt: skip
def test_the_choice_speaks_the_language_of_the_address(language, heading):
    give_role(people.person("anna"), "programme_office")
    assert heading in signed_in().get(f"/{language}/account/second/").content.decode()


def test_tries_at_the_second_step_are_counted(clock):
    _, secret = with_app(clock)
    client = at_the_second_step()
    door = "/nl/account/login/key/"
    said = [client.post(door, {"code": "111111"}).content.decode() for _ in range(6)]
    assert ["Ongeldige code." in html for html in said] == [True] * 5 + [False]
    clock[0] += 120
    html = client.post(door, {"code": code_of(secret, clock[0])}).content.decode()
    assert "Dit ging te vaak achter elkaar" in html and not inside(client)
