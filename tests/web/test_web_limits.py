"""How often somebody may try to sign in: through the pages themselves, over all processes."""

import os
import re
import subprocess
import sys
import time

import httpx
import pytest
import running
from django.core import mail
from django.core.cache import caches
from django.test import Client

import people
from instroom.core.errors import UserError
from instroom.core.texts import Texts
from instroom_web.shared.proxies import proxies_of

#: What a form says that was sent once too often, and the page that replaces one without a form.
REFUSED = {
    "nl": ("Dit ging te vaak achter elkaar", "Wacht een paar minuten"),
    "en": ("This happened too often in a row", "Wait a few minutes"),
    "de": ("Das war zu oft hintereinander", "ein paar Minuten"),
}
#: In a minute: codes for one address, and tries from one computer.
CODES, TRIES = 3, 20


@pytest.fixture(autouse=True)
def one_moment(monkeypatch):
    """Keep the clock of the limit still: a slow machine does not let a minute pass."""
    from allauth.core.internal import ratelimit

    now = time.time()
    monkeypatch.setattr(ratelimit.time, "time", lambda: now)


def ask(email, language="nl", **more):
    """Ask for a code as somebody who just came in."""
    return Client(**more).post(f"/{language}/account/login/", {"email": email})


def another_process():
    """Let the next request find its counts with new objects, as a process of its own would."""
    for name in ("default", "public_pages"):
        if hasattr(caches._connections, name):
            delattr(caches._connections, name)


@pytest.mark.django_db
@pytest.mark.parametrize("language", REFUSED)
@pytest.mark.parametrize("known", [True, False])
def test_one_more_code_than_allowed_is_refused_in_the_readers_language(language, known):
    email = people.person("anna").email if known else "wie@voorbeeld.nl"
    for number in range(CODES):
        answer = ask(email, language)
        assert answer.headers["Location"] == f"/{language}/account/login/code/confirm/"
        assert len(mail.outbox) == (number + 1 if known else 0)
        another_process()
    for written in (email, email.upper()):
        answer = ask(written, language)
        page = answer.content.decode()
        assert answer.status_code == 200
        heading, todo = REFUSED[language]
        assert re.search(rf'<p class="problem"[^>]*>{heading}\. [^<]*{todo}', page)
        another_process()
    assert len(mail.outbox) == (CODES if known else 0), "what is refused sends no mail"
    others = people.person("peter").email
    assert ask(others, language).status_code == 302, "another address is no part of it"


@pytest.mark.django_db
def test_one_computer_does_not_go_through_all_addresses():
    for number in range(TRIES):
        assert ask(f"wie{number}@voorbeeld.nl").status_code == 302
        another_process()
    email = people.person("anna").email
    assert REFUSED["nl"][0] in ask(email).content.decode()
    assert mail.outbox == []
    assert ask(email, REMOTE_ADDR="10.0.0.2").status_code == 302
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_behind_a_proxy_each_computer_counts_for_itself(settings):
    """Else twenty tries of a stranger would keep everybody out."""
    for number in range(TRIES):
        ask(f"wie{number}@voorbeeld.nl", HTTP_X_FORWARDED_FOR="10.0.0.1")
    email = people.person("anna").email
    elsewhere = {"HTTP_X_FORWARDED_FOR": "10.0.0.2"}
    assert ask(email, **elsewhere).status_code == 200, "without a proxy it is only a claim"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(TRIES):
        claimed = f"10.9.9.{number}, 10.0.0.1"
        assert ask(f"wie{number}@voorbeeld.org", HTTP_X_FORWARDED_FOR=claimed).status_code == 302
    assert ask("wie@voorbeeld.org", HTTP_X_FORWARDED_FOR="10.9.9.9, 10.0.0.1").status_code == 200
    assert ask(email, **elsewhere).status_code == 302


#: Headers that name nobody where the proxies should have: no address, none at all, too few.
NOBODY = [(1, "unknown"), (1, "10.0.0.1, "), (1, "_hidden"), (1, ""), (1, ","), (2, "10.0.0.1")]


@pytest.mark.django_db
@pytest.mark.parametrize(("proxies", "header"), NOBODY)
def test_a_header_that_names_nobody_keeps_nobody_out(settings, proxies, header):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    near = {"HTTP_X_FORWARDED_FOR": header, "REMOTE_ADDR": "10.0.0.9"}
    for number in range(TRIES):
        assert ask(f"wie{number}@voorbeeld.nl", **near).status_code == 302
    assert ask("wie@voorbeeld.nl", **near).status_code == 200, "and is no way round the limit"
    assert ask("wie@voorbeeld.nl", **near | {"REMOTE_ADDR": "10.0.0.8"}).status_code == 302


@pytest.mark.parametrize(("given", "count"), [("", 0), ("0", 0), (" 1\n", 1), ("10", 10)])
def test_the_number_of_proxies_is_a_setting(given, count):
    assert proxies_of(given) == count


@pytest.mark.parametrize("given", ["-1", "1.0", "one", "11", "1e1", "\u0661", "9" * 5000])
def test_what_is_no_number_of_proxies_is_refused(given):
    with pytest.raises(UserError) as caught:
        proxies_of(given)
    error = caught.value
    assert (error.code, error.where.key) == ("bad_proxies", "INSTROOM_PROXIES")
    assert error.hint and "geen aantal" in error.told(Texts("nl").say)


@pytest.mark.parametrize(
    ("more", "count"),
    [({}, 0), ({"INSTROOM_HTTPS": "1"}, 0), ({"INSTROOM_PROXIES": "2"}, 2)],
)
def test_https_alone_trusts_no_header(tmp_path, more, count):
    known = {name: text for name, text in os.environ.items() if not name.startswith("INSTROOM_")}
    code = "from instroom_web import settings; print(settings.ALLAUTH_TRUSTED_PROXY_COUNT)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**known, "INSTROOM_DATA": str(tmp_path), **more},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == str(count)


@pytest.mark.django_db
def test_a_code_is_guessed_three_times_at_most(client):
    client.post("/nl/account/login/", {"email": people.person("anna").email})
    code = re.search(r"^[A-Z0-9-]{6,9}$", mail.outbox[-1].body, flags=re.MULTILINE)[0]
    answers = [
        client.post("/nl/account/login/code/confirm/", {"code": "NO-NO"}) for _ in range(CODES)
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 302]
    client.post("/nl/account/login/code/confirm/", {"code": code})
    assert client.get("/nl/my/").status_code == 302, "the right code comes too late"


@pytest.mark.django_db
@pytest.mark.parametrize("language", REFUSED)
def test_a_page_without_a_form_says_it_in_house_style(language):
    for _ in range(60):
        answer = Client().post(f"/{language}/account/login/passkey/", {"credential": "x"})
        another_process()
        if answer.status_code != 302:
            break
    page = answer.content.decode()
    assert answer.status_code == 429
    heading, todo = REFUSED[language]
    assert f"<h1>{heading}</h1>" in page and todo in page and f'<html lang="{language}"' in page
    assert answer["Cache-Control"] == "private, no-store"


def ask_over_the_wire(address, email):
    with httpx.Client(base_url=address, timeout=30) as reader:
        form = reader.get("/nl/account/login/").text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)[1]
        return reader.post(
            "/nl/account/login/", data={"email": email, "csrfmiddlewaretoken": token}
        )


def test_two_servers_of_one_site_count_together(tmp_path):
    running.fill(tmp_path)
    with running.running(tmp_path) as one, running.running(tmp_path) as other:
        for address in (one, other, one):
            assert ask_over_the_wire(address, "wie@voorbeeld.nl").status_code == 302
        for address in (other, one):
            answer = ask_over_the_wire(address, "wie@voorbeeld.nl")
            assert answer.status_code == 200 and REFUSED["nl"][0] in answer.text
        assert ask_over_the_wire(other, "ander@voorbeeld.nl").status_code == 302
