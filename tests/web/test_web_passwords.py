"""A password, for who wants one: set, changed, forgotten; what it tells and what it ends."""

import re
import threading

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.test import Client
from test_web_accounts import code_in_mail
from test_web_sessions import IPHONE, inside, signed_in

import people
from instroom_web.accounts import actions
from instroom_web.shared.history.models import Change

pytestmark = pytest.mark.django_db
GOOD, OTHER = "vier paarse fietsen", "zeven groene fietsen"
SET, CHANGE = "/nl/account/password/set/", "/nl/account/password/change/"
DOOR, FORGOTTEN = "/nl/account/login/password/", "/nl/account/password/forgotten/"


class CountedHasher(PBKDF2PasswordHasher):
    """Counts how often the slow work is done."""

    algorithm = "counted"
    iterations = 2
    done: list[str] = []  # noqa: RUF012 - emptied by the fixture

    def encode(self, password, salt, iterations=None):
        self.done.append(password)
        return super().encode(password, salt, iterations)


@pytest.fixture(autouse=True)
def hashed(settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountedHasher"]
    CountedHasher.done.clear()
    return CountedHasher.done


def with_password(name: str = "anna", password: str = GOOD):
    actions.set_password(people.person(name), password, kept=None)
    return people.person(name)


def enter(password: str, email: str = "", **more) -> tuple[Client, object]:
    client = Client()
    email = email or people.person("anna").email
    return client, client.post(DOOR, {"login": email, "password": password, **more})


def problems(answer) -> list[str]:
    found = re.findall(r'class="problem"[^>]*>([^<]*)<', answer.content.decode())
    return [one.strip() for one in found]


def test_a_password_is_set_after_saying_again_who_one_is_and_signs_in():
    client = signed_in()
    again = client.get(SET)["Location"]
    assert again.startswith("/nl/account/again/")
    client.post(again, {"recipient": people.person("anna").email})
    client.post(f"/nl/account/again/code/?next={SET}", {"code": code_in_mail()})
    answer = client.post(SET, {"password1": GOOD, "password2": GOOD})
    assert answer["Location"] == "/nl/account/"
    html = client.get("/nl/account/").content.decode()
    assert "Uw wachtwoord is bewaard." in html and CHANGE in html
    last = Change.objects.latest("number")
    assert (last.kind, last.before, last.after) == ("person.password", {}, {})
    other, answer = enter(GOOD)
    assert answer["Location"] == "/nl/my/" and inside(other)


def test_the_door_leads_to_where_one_was():
    with_password()
    _, answer = enter(GOOD, next="/nl/account/?a=1")
    assert answer["Location"] == "/nl/account/?a=1"
    _, answer = enter(GOOD, next="https://kwaad.example/")
    assert answer["Location"] == "/nl/my/"


def test_it_lasts_no_longer_than_any_other_sign_in():
    with_password()
    client, _ = enter(GOOD)
    assert client.session.get_expiry_age() <= 8 * 3600


def test_changing_it_asks_the_old_one_and_ends_other_sessions():
    anna = with_password()
    here, phone = signed_in(), signed_in(IPHONE)
    new = {"password1": OTHER, "password2": OTHER}
    assert problems(here.post(CHANGE, {"oldpassword": "fout", **new})) == [
        "Dit is niet uw huidige wachtwoord."
    ]
    assert inside(phone)
    assert here.post(CHANGE, {"oldpassword": GOOD, **new})["Location"] == "/nl/account/"
    assert inside(here) and not inside(phone)
    html = here.get("/nl/account/").content.decode()
    assert "iPhone" not in html
    assert not inside(enter(GOOD)[0]) and inside(enter(OTHER)[0])
    assert anna.pk


def test_a_second_step_is_asked_after_a_password_too():
    from allauth.mfa.totp.internal.auth import TOTP

    anna = with_password()
    TOTP.activate(anna, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    client, answer = enter(GOOD)
    assert answer["Location"].startswith("/nl/account/login/key/") and not inside(client)


@pytest.mark.parametrize(
    ("language", "password", "said"),
    [
        ("nl", "kort", "Dit wachtwoord is te kort. Neem er een van 12 tekens of meer."),
        ("nl", "123456789012", "Dit wachtwoord bevat alleen cijfers."),
        ("nl", "anna@voorbeeld.example", "Het wachtwoord lijkt te veel op"),
        ("en", "kort", "This password is too short. Take one of 12 characters or more."),
        ("de", "kort", "Nehmen Sie eines mit 12 Zeichen oder mehr."),
    ],
)
def test_a_weak_password_is_refused_in_words(language, password, said):
    with_password()
    page = CHANGE.replace("/nl/", f"/{language}/")
    data = {"oldpassword": GOOD, "password1": password, "password2": password}
    answer = signed_in().post(page, data)
    assert answer.status_code == 200
    assert any(said in one for one in problems(answer)), problems(answer)


# --- forgotten -----------------------------------------------------------------------------------


def forgotten(email: str) -> tuple[Client, object]:
    client = Client()
    return client, client.post(FORGOTTEN, {"email": email})


def test_a_forgotten_password_is_made_anew_with_a_code_and_ends_all_sessions():
    with_password()
    phone = signed_in(IPHONE)
    client, answer = forgotten(people.person("anna").email)
    assert mail.outbox[-1].subject == "Uw code voor een nieuw wachtwoord"
    assert client.get(f"{FORGOTTEN}new/").status_code == 302, "not without the code"
    assert problems(client.post(answer["Location"], {"code": "NO-NO"})) == ["Ongeldige code."]
    answer = client.post(answer["Location"], {"code": code_in_mail()})
    assert answer["Location"] == f"{FORGOTTEN}new/"
    answer = client.post(answer["Location"], {"password1": OTHER, "password2": OTHER})
    assert answer["Location"] == DOOR
    assert "Uw wachtwoord is bewaard." in client.get(DOOR).content.decode()
    assert not inside(client), "it signs nobody in by itself: a second step may be asked"
    assert not inside(phone) and inside(enter(OTHER)[0])


def test_the_mail_speaks_the_language_of_the_address():
    Client().post("/de/account/password/forgotten/", {"email": people.person("omar").email})
    assert mail.outbox[-1].subject == "Ihr Code für ein neues Passwort"


def test_a_code_for_a_new_password_does_not_sign_in_and_is_tried_three_times():
    client, answer = forgotten(people.person("anna").email)
    for _ in range(3):
        last = client.post(answer["Location"], {"code": "AAAA-AAAA"})
    assert last["Location"].startswith("/nl/account/login/")
    assert client.post(answer["Location"], {"code": code_in_mail()})["Location"] != (
        f"{FORGOTTEN}new/"
    )


# --- what nobody is told -------------------------------------------------------------------------

UNKNOWN = "wie@voorbeeld.nl"


def test_at_the_door_a_known_and_an_unknown_address_are_told_the_same_as_fast(hashed):
    """The slow work is done equally often, whoever it is."""
    known, without = with_password(), people.person("omar")
    gone = with_password("peter")
    actions.deactivate_person(gone)
    told = {}
    for email in (known.email, without.email, gone.email, UNKNOWN):
        hashed.clear()
        _, answer = enter("niet het goede", email)
        told[email] = (answer.status_code, problems(answer), len(hashed))
    expected = (200, ["Dit e-mailadres en dit wachtwoord horen niet bij elkaar."], 1)
    assert list(told.values()) == [expected] * 4, told


def test_whoever_forgot_is_told_the_same_known_or_not():
    known, pages = people.person("anna").email, []
    for email in (known, UNKNOWN):
        client, answer = forgotten(email)
        html = client.get(answer["Location"]).content.decode().replace(email, "ADDRESS")
        wrong = client.post(answer["Location"], {"code": "NO-NO"})
        pages += [(answer.status_code, answer["Location"], _plain(html), problems(wrong))]
    assert pages[0] == pages[1]
    assert [message.to for message in mail.outbox] == [[known]]


def _plain(html: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", html)


@pytest.mark.parametrize("known", [True, False])
def test_tries_of_a_password_are_counted_also_for_who_is_not_there(known):
    with_password()
    email = people.person("anna").email if known else UNKNOWN
    said = [problems(enter("niet het goede", email)[1])[0] for _ in range(6)]
    assert ["te vaak" in one for one in said] == [False] * 5 + [True], said
    assert not inside(enter(GOOD, email)[0]), "also with the right one, for now"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nl", "Typ twee keer hetzelfde wachtwoord."),
        ("en", "Type the same password twice."),
        ("de", "Geben Sie zweimal dasselbe Passwort ein."),
    ],
)
def test_two_that_differ_are_refused(language, said):
    with_password()
    data = {"oldpassword": GOOD, "password1": OTHER, "password2": GOOD}
    assert problems(signed_in().post(CHANGE.replace("/nl/", f"/{language}/"), data)) == [said]


def test_asking_for_a_new_password_is_counted():
    for email in (people.person("anna").email, UNKNOWN):
        said = [forgotten(email)[1].status_code for _ in range(6)]
        assert said == [302] * 5 + [429]
    assert len(mail.outbox) == 5


class SlowServer(BaseEmailBackend):
    """A mail server that takes a while, and then fails."""

    def send_messages(self, messages):  # noqa: ARG002
        Arrived.wait(20)
        raise OSError("no mail today")


Arrived = threading.Event()


@pytest.mark.parametrize("page", [FORGOTTEN, "/nl/account/login/"])
def test_a_mail_server_that_is_slow_or_away_does_not_tell_who_is_known(page, settings):
    settings.EMAIL_BACKEND, settings.MAIL_APART = f"{__name__}.SlowServer", True
    Arrived.clear()
    try:
        known = Client().post(page, {"email": people.person("anna").email})
        assert not Arrived.is_set(), "nobody waited"
        unknown = Client().post(page, {"email": UNKNOWN})
        faults = [one for one in threading.enumerate() if one.name.endswith("(_sent)")]
        assert len(faults) == 1, "one mail is on its way, to who is known"
    finally:
        Arrived.set()
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    faults[0].join(20)
    assert not faults[0].is_alive()
