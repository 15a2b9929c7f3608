"""Passwords, apps with codes, how long one stays signed in and where: every way in ends."""

import datetime
import re
import time

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.test import Client
from test_web_accounts import code_in_mail, sign_in

import people
from instroom_web.accounts import actions
from instroom_web.accounts.models import SignIn
from instroom_web.accounts.sessions import browser_words
from instroom_web.region.actions import give_role
from instroom_web.region.queries import held_roles
from instroom_web.shared.history.models import Change

pytestmark = pytest.mark.django_db
GOOD = "Fietsenmaker-in-Enschede"
BACKEND = settings.AUTHENTICATION_BACKENDS[0]


@pytest.fixture(autouse=True)
def _no_tries_counted():
    cache.clear()


def just_said_who(client) -> None:
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "code", "at": time.time(), "reauthenticated": True}
    ]
    session.save()


def with_password(name="anna"):
    person = people.person(name)
    person.set_password(GOOD)
    person.save()
    return person


def by_password(client, email, password=GOOD, language="nl"):
    return client.post(
        f"/{language}/account/login/password/", {"login": email, "password": password}
    )


# --- password ------------------------------------------------------------------------------------


def test_a_password_is_chosen_and_then_opens_the_door(client):
    sign_in(client)
    just_said_who(client)
    answer = client.post("/nl/account/password/set/", {"password1": GOOD, "password2": GOOD})
    assert answer.status_code == 302
    assert Change.objects.order_by("number").last().kind == "person.password_changed"
    other = Client()
    assert by_password(other, people.person("anna").email).headers["Location"] == "/nl/my/"
    assert other.get("/nl/my/").status_code == 200


def test_a_password_is_chosen_only_by_who_just_said_who_they_are(client):
    sign_in(client)
    answer = client.get("/nl/account/password/set/")
    assert answer.headers["Location"].startswith("/nl/account/again/")
    client.post("/nl/account/password/set/", {"password1": GOOD, "password2": GOOD})
    assert not people.person("anna").has_usable_password()


@pytest.mark.parametrize(
    ("password", "language", "words"),
    [
        ("kort", "nl", "te kort"),
        ("kort", "en", "too short"),
        ("kort", "de", "zu kurz"),
        ("123456789012345", "nl", "cijfers"),
        ("anna@voorbeeld.nl", "nl", "lijkt te veel"),
    ],
)
def test_a_weak_password_is_refused_in_the_readers_language(client, password, language, words):
    sign_in(client)
    just_said_who(client)
    data = {"password1": password, "password2": password}
    html = client.post(f"/{language}/account/password/set/", data).content.decode()
    assert words in html
    assert not people.person("anna").has_usable_password()


def test_a_new_password_ends_every_other_sign_in(client):
    anna, other = with_password(), Client()
    by_password(client, anna.email)
    by_password(other, anna.email)
    new = GOOD + "2"
    data = {"oldpassword": GOOD, "password1": new, "password2": new}
    assert client.post("/nl/account/password/", data).status_code == 302
    assert client.get("/nl/my/").status_code == 200
    assert other.get("/nl/my/").status_code == 302
    assert SignIn.objects.filter(person=anna).count() == 1
    data = {"oldpassword": "iets anders", "password1": GOOD, "password2": GOOD}
    assert client.post("/nl/account/password/", data).status_code == 200
    anna.refresh_from_db()
    assert anna.check_password(new)


def test_a_forgotten_password_is_renewed_by_a_code_and_ends_all(client):
    anna, other = with_password(), Client()
    by_password(other, anna.email)
    answer = client.post("/nl/account/password/forgotten/", {"email": anna.email})
    assert mail.outbox[-1].subject == "Uw code voor een nieuw wachtwoord"
    answer = client.post(answer.headers["Location"], {"code": code_in_mail()})
    new = GOOD + "3"
    assert "Nieuw wachtwoord" in client.get(answer.headers["Location"]).content.decode()
    answer = client.post(answer.headers["Location"], {"password1": new, "password2": new})
    assert "veranderd" in client.get(answer.headers["Location"]).content.decode()
    assert other.get("/nl/my/").status_code == 302
    assert client.get("/nl/my/").status_code == 302, "a reset signs nobody in"
    assert by_password(client, anna.email, new).headers["Location"] == "/nl/my/"


def told(client, address, data) -> tuple[int, str, str]:
    """Return all that a visitor is told, without what they typed and the token of the form."""
    answer = client.post(address, data)
    where = answer.headers.get("Location", "")
    html = (client.get(where) if where else answer).content.decode()
    html = re.sub(r'csrfmiddlewaretoken" value="\w+"', "", html)
    return answer.status_code, where, html.replace(data.get("login", data.get("email", "")), "X")


@pytest.mark.parametrize("unusable", [True, False])
@pytest.mark.parametrize("way", ["login/password", "password/forgotten", "login"])
def test_nobody_learns_whether_an_address_is_known(way, unusable):
    known = people.person("anna") if unusable else with_password()
    address, name = f"/nl/account/{way}/", "login" if "/password" in way else "email"
    found = [
        told(Client(), address, {name: email, "password": "Een-heel-ander-woord"})
        for email in (known.email, "wie-is-dit@elders.example")
    ]
    assert found[0] == found[1]


def test_an_unknown_address_costs_the_same_hashing(client, monkeypatch):
    """Time tells nothing: a hash is made for whoever is not there too."""
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    made, real = [], PBKDF2PasswordHasher.encode
    monkeypatch.setattr(
        PBKDF2PasswordHasher,
        "encode",
        lambda self, *a, **k: made.append(1) or real(self, *a, **k),
    )
    monkeypatch.setattr(settings, "PASSWORD_HASHERS", [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher"])  # fmt: skip
    with_password()
    made.clear()
    counts = []
    for email in (people.person("anna").email, "wie@elders.example", people.person("omar").email):
        by_password(client, email, "Een-heel-ander-woord")
        counts.append(len(made))
        made.clear()
    assert min(counts) >= 1
    assert len(set(counts)) == 1, counts


def test_tries_with_a_password_are_counted(client):
    anna = with_password()
    for _ in range(10):
        by_password(client, anna.email, "Een-heel-ander-woord")
    answer = by_password(client, anna.email)
    assert "Location" not in answer.headers, "the right one comes too late"
    assert client.get("/nl/my/").status_code == 302


# --- an app with codes ---------------------------------------------------------------------------


def app_code(secret: str) -> str:
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def with_app(client) -> str:
    """Set up an app as its reader does; return its secret."""
    just_said_who(client)
    html = client.get("/nl/account/app/").content.decode()
    assert 'src="data:image/svg+xml;base64,' in html
    secret = re.search(r"<code>([A-Z2-7]+)</code>", html)[1]
    answer = client.post("/nl/account/app/", {"code": app_code(secret)})
    assert answer.headers["Location"] == "/nl/account/recovery/"
    return secret


def test_a_code_of_the_app_is_asked_at_the_next_sign_in_and_counts_once(client):
    sign_in(client)
    secret = with_app(client)
    cache.clear()
    first, second = Client(), Client()
    code = app_code(secret)
    for one, opens in ((first, True), (second, False)):
        answer = sign_in(one)
        assert answer.headers["Location"] == "/nl/account/login/key/"
        assert one.get("/nl/my/").status_code == 302, "half way is not in"
        html = one.get("/nl/account/login/key/").content.decode()
        assert "Code uit uw app" in html
        assert "webauthn" not in html, "who has no passkey is not asked for one"
        one.post("/nl/account/login/key/", {"code": code})
        assert (one.get("/nl/my/").status_code == 200) is opens


def test_a_wrong_code_opens_nothing_and_a_recovery_code_does_once(client):
    sign_in(client)
    with_app(client)
    html = client.get("/nl/account/recovery/").content.decode()
    code = re.search(r"<code>(\d+)</code>", html)[1]
    for given, opens in (("000000", False), (code, True), (code, False)):
        one = Client()
        sign_in(one)
        one.post("/nl/account/login/key/", {"code": given})
        assert (one.get("/nl/my/").status_code == 200) is opens, given


def test_a_password_alone_is_not_enough_for_who_has_an_app(client):
    sign_in(client)
    with_app(client)
    anna, other = with_password(), Client()
    assert by_password(other, anna.email).headers["Location"] == "/nl/account/login/key/"
    assert other.get("/nl/my/").status_code == 302


# --- roles that ask for it -----------------------------------------------------------------------


def test_who_has_such_a_role_is_led_to_one_page_until_there_is_a_second_way(client):
    anna = people.person("anna")
    give_role(anna, "programme_office")
    answer = sign_in(client)
    assert answer.headers["Location"] == "/nl/account/second/"
    html = client.get("/nl/account/second/").content.decode()
    assert "/nl/account/app/" in html
    assert "/nl/account/passkeys/add/" in html
    answer = client.get("/nl/work/schools/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/nl/account/second/")
    assert held_roles(anna) == []
    with_app(client)
    assert [one.role for one in held_roles(anna)] == ["programme_office"]
    assert client.get("/nl/work/schools/").status_code == 200


def test_who_waits_for_nothing_is_refused_as_before(client):
    client.force_login(people.person("omar"), BACKEND)
    assert client.get("/nl/work/schools/").status_code == 403


# --- how long, and where -------------------------------------------------------------------------


def idle(person, minutes: float) -> None:
    back = datetime.timedelta(minutes=minutes)
    for row in SignIn.objects.filter(person=person):
        SignIn.objects.filter(pk=row.pk).update(seen=row.seen - back, since=row.since - back)


def test_after_half_an_hour_without_a_request_one_signs_in_again_and_goes_on(client):
    anna = people.person("anna")
    client.force_login(anna, BACKEND)
    idle(anna, 29)
    assert client.get("/nl/account/").status_code == 200
    idle(anna, 29)
    assert client.get("/nl/my/").status_code == 200, "a request begins the half hour anew"
    idle(anna, 31)
    answer = client.get("/nl/account/passkeys/list/")
    assert answer.headers["Location"] == "/nl/account/login/?next=/nl/account/passkeys/list/"
    html = client.get(answer.headers["Location"]).content.decode()
    assert "U was 30 minuten weg" in html
    assert 'value="/nl/account/passkeys/list/"' in html
    assert SignIn.objects.count() == 0


def test_after_eight_hours_it_is_over_whatever_was_asked(client):
    anna = people.person("anna")
    client.force_login(anna, BACKEND)
    SignIn.objects.update(since=SignIn.objects.get().since - datetime.timedelta(hours=8, minutes=1))
    assert client.get("/nl/my/").status_code == 302


def test_an_ended_session_changes_nothing(client):
    anna = people.person("anna")
    client.force_login(anna, BACKEND)
    idle(anna, 31)
    answer = client.post("/nl/account/language/", {"language": "de"})
    assert answer.status_code == 302
    anna.refresh_from_db()
    assert anna.language == "nl"


def test_signing_out_everywhere_ends_all_others_at_once(client):
    anna, other, third = people.person("anna"), Client(), Client()
    for one in (client, other):
        one.force_login(anna, BACKEND)
    third.force_login(people.person("omar"), BACKEND)
    html = client.get("/nl/account/").content.decode()
    assert html.count("Dit is deze browser") == 1
    assert html.count("Laatst gezien") == 1
    assert client.get("/nl/account/sessions/end/").status_code == 405
    client.post("/nl/account/sessions/end/")
    assert [one.get("/nl/my/").status_code for one in (client, other, third)] == [200, 302, 200]
    last = Change.objects.order_by("number").last()
    assert (last.kind, last.after) == ("person.signed_out", {"sign_ins_ended": 1})


def test_a_session_that_names_no_sign_in_is_none(client):
    client.force_login(people.person("anna"), BACKEND)
    session = client.session
    session["sign_in"] = "no uuid"
    session.save()
    assert client.get("/nl/my/").status_code == 302


def test_nobody_borrows_the_sign_in_of_another(client):
    client.force_login(people.person("anna"), BACKEND)
    theirs = actions.begin_sign_in(people.person("omar"), "")
    session = client.session
    session["sign_in"] = str(theirs.uuid)
    session.save()
    assert client.get("/nl/my/").status_code == 302


def test_old_sign_ins_are_forgotten(client):
    anna = people.person("anna")
    client.force_login(anna, BACKEND)
    assert actions.forget_sign_ins() == 0
    idle(anna, 31)
    assert actions.forget_sign_ins() == 1


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18 Safari/604.1",
         "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140 Safari/537.36 Edg/140", "Edge, Windows"),
        ("Mozilla/5.0 (X11; C" "rOS x86_64) Chrome/140 Safari/537.36", "Chrome, ChromeOS"),
        ("curl/8", ""),
    ],
)  # fmt: skip
def test_a_browser_is_told_in_words(agent, words):
    assert browser_words(agent) == words
