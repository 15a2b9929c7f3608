"""People: who makes them, how they sign in, what is written down."""

import re

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import RequestFactory

import people
from instroom.core.errors import UserError
from instroom_web.accounts import actions
from instroom_web.accounts.models import NeverDeletedError, Person
from instroom_web.accounts.policy import requires
from instroom_web.shared.history.actions import OutsideTransactionError, record_change
from instroom_web.shared.history.models import Change

pytestmark = pytest.mark.django_db


def code_in_mail() -> str:
    found = re.search(r"^[A-Z0-9-]{6,9}$", mail.outbox[-1].body, flags=re.MULTILINE)
    assert found
    return found[0]


def sign_in(client, name="anna", language="nl"):
    who = people.person(name)
    client.post(f"/{language}/account/login/", {"email": who.email.upper()})
    return client.post(f"/{language}/account/login/code/confirm/", {"code": code_in_mail()})


def test_a_code_by_mail_opens_the_own_page(client):
    assert client.get("/nl/my/").headers["Location"] == "/nl/account/login/?next=/nl/my/"
    answer = sign_in(client)
    assert answer.headers["Location"] == "/nl/my/"
    html = client.get("/nl/my/").content.decode()
    assert "Dag Anna de Vries" in html
    assert mail.outbox[-1].subject == "Uw code voor Instroom"


@pytest.mark.parametrize(
    ("language", "subject", "wrong"),
    [
        ("nl", "Uw code voor Instroom", "Ongeldige code."),
        ("en", "Your code for Instroom", "Incorrect code."),
        ("de", "Ihr Code für Instroom", "Falscher Code."),
    ],
)
def test_pages_mails_and_refusals_speak_the_language_of_the_address(
    client, language, subject, wrong
):
    client.post(f"/{language}/account/login/", {"email": people.person("omar").email})
    assert mail.outbox[-1].subject == subject
    answer = client.post(f"/{language}/account/login/code/confirm/", {"code": "NO-NO"})
    assert wrong in answer.content.decode()


def test_an_unknown_address_is_told_the_same_and_gets_no_mail(client):
    answer = client.post("/nl/account/login/", {"email": "wie@voorbeeld.nl"})
    assert answer.headers["Location"] == "/nl/account/login/code/confirm/"
    assert "Vul de code in" in client.get(answer.headers["Location"]).content.decode()
    assert mail.outbox == []


def test_nobody_makes_an_account_for_themselves(client):
    assert client.get("/nl/account/signup/").status_code == 404


def test_whoever_is_deactivated_is_out_at_once_and_stays_known(client):
    sign_in(client)
    anna = people.person("anna")
    actions.deactivate_person(anna)
    assert client.get("/nl/my/").status_code == 302
    mail.outbox.clear()
    client.post("/nl/account/login/", {"email": anna.email})
    assert mail.outbox == []
    with pytest.raises(NeverDeletedError):
        anna.delete()
    assert Person.objects.get(email=anna.email).full_name == "Anna de Vries"
    actions.reactivate_person(anna)
    assert sign_in(client).headers["Location"] == "/nl/my/"


def test_signing_out_needs_the_button(client):
    sign_in(client)
    client.get("/nl/account/logout/")
    assert client.get("/nl/my/").status_code == 200
    client.post("/nl/account/logout/")
    assert client.get("/nl/my/").status_code == 302


def test_a_change_stands_in_the_history_with_what_it_was(client):
    sign_in(client)
    anna = people.person("anna")
    client.post("/nl/account/language/", {"language": "de"})
    last = Change.objects.order_by("number").last()
    assert (last.kind, last.by, last.object_id) == ("person.language", anna.uuid, str(anna.pk))
    assert (last.before, last.after) == ({"language": "nl"}, {"language": "de"})
    count = Change.objects.count()
    actions.choose_language(people.person("anna"), "de", by=anna.uuid)
    assert Change.objects.count() == count, "what changes nothing is no change"


def test_a_change_that_fails_leaves_no_history(monkeypatch):
    anna, count = people.person("anna"), Change.objects.count()
    monkeypatch.setattr(Person, "save", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        actions.deactivate_person(anna)
    assert Change.objects.count() == count


@pytest.mark.django_db(transaction=True)
def test_history_apart_from_its_change_is_refused():
    with pytest.raises(OutsideTransactionError):
        record_change(Person(pk=1), "x", by=None, before={}, after={})
    with transaction.atomic():
        anna = people.person("omar")
        record_change(anna, "x", by=None, before={"a": 1, "b": 2}, after={"a": 1, "b": 3})
        assert Change.objects.latest("number").before == {"b": 2}
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"email": "geen adres", "full_name": "A"}, "bad_email"),
        ({"email": "PETER@voorbeeld.example", "full_name": "A"}, "email_taken"),
        ({"email": "a@voorbeeld.nl", "full_name": "  "}, "no_name"),
        ({"email": "a@voorbeeld.nl", "full_name": "A", "language": "fr"}, "bad_language"),
    ],
)
def test_a_person_who_cannot_be_is_refused_in_words(values, code):
    people.person("peter")
    with pytest.raises(UserError) as refusal:
        actions.create_person(**values)
    assert refusal.value.code == code
    assert refusal.value.hint


def test_a_rule_refuses_who_does_not_pass(rf: RequestFactory):
    request = rf.get("/nl/my/")
    request.user = people.person("peter")
    with pytest.raises(PermissionDenied):
        requires(lambda _person: False)(lambda _request: None)(request)


def test_a_passkey_is_asked_for_with_our_own_scripts(client):
    sign_in(client)
    again = client.get("/nl/account/passkeys/add/").headers["Location"]
    assert again.startswith("/nl/account/again/?")
    sent_to = re.search(r'value="([^"]*anna@[^"]*)"', client.get(again).content.decode())
    client.post(again, {"recipient": sent_to[1].replace("&quot;", '"')})
    ask = "/nl/account/again/code/?next=/nl/account/passkeys/add/"
    assert client.post(ask, {"code": code_in_mail()}).headers["Location"] == ask.split("=")[1]
    html = client.get("/nl/account/passkeys/add/").content.decode()
    scripts = re.findall(r"<script([^>]*)>", html)
    assert all('src="/static/' in s or 'type="application/json"' in s for s in scripts)
    assert (
        len([s for s in scripts if "src=" in s]) == 4
    )  # ours for suggestions, and allauth's three
    for name in re.findall(r'src="(/static/[^"?]+)', html):
        text = b"".join(client.get(name).streaming_content).decode()
        assert "eval(" not in text and "new Function" not in text
    client.post("/nl/account/logout/")
    options = client.get("/nl/account/login/passkey/", headers={"Accept": "application/json"})
    assert options.json()["request_options"]["publicKey"]["challenge"]


def test_cookies_carry_the_site(client, settings):
    sign_in(client)
    assert settings.SITE_NAME
    assert all(name.endswith(settings.SITE_NAME) for name in client.cookies)
    assert len(client.cookies) == 2


def test_two_sites_on_one_machine_have_cookies_of_their_own(tmp_path, monkeypatch):
    from instroom_web.settings import _site_name

    monkeypatch.delenv("INSTROOM_SITE", raising=False)
    assert _site_name(tmp_path / "a") != _site_name(tmp_path / "b")
    monkeypatch.setenv("INSTROOM_SITE", "Twente; Path=/")
    assert _site_name(tmp_path) == "twentepath"


def test_a_limit_on_signing_in_holds_for_all_processes_together():
    """What one process counted, another knows: it is in the database."""
    from django.core.cache import caches
    from django.core.cache.backends.db import DatabaseCache
    from django.db import connection

    caches["default"].set("tries", 5)
    other = DatabaseCache("instroom_cache", {})  # a process of its own has an object of its own
    assert other.get("tries") == 5
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from instroom_cache")
        assert cursor.fetchone()[0] >= 1


def test_many_other_keys_do_not_push_a_count_out():
    from django.core.cache import caches

    caches["default"].set("a-first-by-name", 1)
    for number in range(400):
        caches["default"].set(f"z{number}", number)
    assert caches["default"].get("a-first-by-name") == 1
