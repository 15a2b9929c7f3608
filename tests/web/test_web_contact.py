"""Whom to ask: what ``INSTROOM_CONTACT`` may say, what is made of it, and what is refused."""

import os
import subprocess
import sys

import pytest

from instroom.core.errors import UserError
from instroom.core.texts import Texts
from instroom_web.shared.contact import SiteContact, contact_of

MAIL = ("a@b.nl", "mailto:a@b.nl")
LINKS = [
    ("a@b.nl", *MAIL),
    ("  a@b.nl \n", *MAIL),
    ("mailto:a@b.nl", *MAIL),
    ("MAILTO: a@b.nl", *MAIL),
    ("Bureau.Een+vraag@b.nl", "Bureau.Een+vraag@b.nl", "mailto:Bureau.Een+vraag@b.nl"),
    ("a?b@b.nl", "a?b@b.nl", "mailto:a%3Fb@b.nl"),
    ("https://b.nl/x?y=1#z", "https://b.nl/x?y=1#z", "https://b.nl/x?y=1#z"),
    ("HTTPS://B.nl/Wie ", "https://b.nl/Wie", "https://b.nl/Wie"),
    ("https://b.nl:8443", "https://b.nl:8443", "https://b.nl:8443"),
    ("https://[::1]/x", "https://[::1]/x", "https://[::1]/x"),
    ("053 - 123 45 67", "053 - 123 45 67", "tel:0531234567"),
    ("(053) 1234567", "(053) 1234567", "tel:0531234567"),
    ("+31 (0)53 123 45 67", "+31 (0)53 123 45 67", "tel:+31531234567"),
    ("tel:+31531234567", "+31531234567", "tel:+31531234567"),
]  # fmt: skip
WORDS = [
    "de balie, kamer 3",
    "bel <053>",
    "Bureau (a@b.nl)",
    "mail a@b.nl of bel 053 123 45 67",
    "2026-11-29",
    "01-01-2025",
    "1.2.2025",
    "01/02/25",
    "01 01 2025",
    "0.123456789",
    "00000000",
    "+0000000",
    "112",
    "Mevr.Jansen",
    "zie www.b.nl",
    "Kamer 12",
    "javascript:alert(1)",
]
BROKEN = [
    "mailto:",
    "mailto:a",
    "mailto:a@b.nl?subject=x",
    "mailto:a@b.nl,c@d.nl",
    "mailto:mailto:a@b.nl",
    "a@b.nl?bcc=c@d.nl",
    "a@b.nl?bcc=c",
    "a@b.nl&cc=c@d.nl",
    "a@b.nl,c@d.nl",
    "a@b.nl;c@d.nl",
    "<a@b.nl>",
    "a@b",
    "a@@b.nl",
    "@b.nl",
    "http://b.nl",
    "HTTP://b.nl",
    "ftp://b.nl",
    "https://",
    "https:// b.nl",
    "https://b.nl/twee woorden",
    "https://b .nl",
    "https://iemand:geheim@b.nl",
    "https://b.nl:poort",
    "https://b.nl:99999999",
    "https://[::1",
    'https://b.nl/"onclick=',
    "https://.nl",
    "tel:",
    "tel:balie",
    "+31 53 1",
    "tel:1",
    "tel:00000000",
    "tel:01-01-2025",
    "tel:0.123456789",
    "www.b.nl",
    "b.nl",
    "B.NL",
    "b.nl/wie?x=1",
    "b.nl:8443/wie",
]


@pytest.mark.parametrize(("given", "text", "url"), LINKS)
def test_an_address_becomes_a_link_that_can_be_followed(given, text, url):
    assert contact_of(given) == SiteContact(text, url)
    assert contact_of(text) == SiteContact(text, url), "what is shown means the same"


@pytest.mark.parametrize(
    ("given", "url"),
    [("tel:112", "tel:112"), ("TEL: 14 053", "tel:14053"), ("tel:0900-1234", "tel:09001234")],
)
def test_who_says_that_it_is_a_number_may_give_a_short_one(given, url):
    assert contact_of(given) == SiteContact(given[4:].strip(), url)


def test_a_page_without_its_https_is_refused_with_the_page_that_is_meant():
    with pytest.raises(UserError) as caught:
        contact_of("voorbeeld.nl/wie")
    assert "https://voorbeeld.nl/wie" in caught.value.told(Texts("nl").say)


@pytest.mark.parametrize("given", WORDS)
def test_words_stay_words(given):
    assert contact_of(given) == SiteContact(given)


@pytest.mark.parametrize("given", ["", " ", "\n\t"])
def test_nothing_is_nobody(given):
    assert contact_of(given) == SiteContact()


@pytest.mark.parametrize("given", BROKEN)
@pytest.mark.parametrize("language", ["nl", "en", "de"])
def test_what_would_lead_nowhere_is_refused_in_words(given, language):
    with pytest.raises(UserError) as caught:
        contact_of(given)
    error = caught.value
    assert (error.code, error.where.key) == ("bad_contact", "INSTROOM_CONTACT")
    said = error.told(Texts(language).say)
    assert given.strip() in said and "bureau@voorbeeld.nl" in said
    assert language == "en" or "no address" not in said


def start(contact, folder):
    """Load the settings as a server does, in a process of its own."""
    environment = {**os.environ, "INSTROOM_CONTACT": contact, "INSTROOM_DATA": str(folder)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "-m", "instroom.cli", "migrate", "--data", str(folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def test_a_server_does_not_start_with_an_address_that_leads_nowhere(tmp_path):
    code, said = start("a@b.nl?bcc=c@d.nl", tmp_path)
    assert code == UserError.exit_code
    assert "INSTROOM_CONTACT" in said and "a@b.nl?bcc=c@d.nl" in said and "Traceback" not in said
    assert start("mailto:a@b.nl", tmp_path)[0] == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("mailto:bureau@b.nl", '<a href="mailto:bureau@b.nl">bureau@b.nl</a>'),
        ("HTTPS://b.nl/x?a=1&b=2", '<a href="https://b.nl/x?a=1&amp;b=2">'),
        ("053 123 45 67", '<a href="tel:0531234567">053 123 45 67</a>'),
        ("bel <053>", "bel &lt;053&gt;"),
        ("", ""),
    ],
)
def test_the_foot_says_whom_to_ask(client, settings, given, shown):
    settings.CONTACT = contact_of(given)
    page = client.get("/nl/").content.decode()
    assert shown in page and ("fout gezien" in page) == bool(given)


@pytest.mark.django_db
def test_another_contact_is_another_page_to_who_kept_it(client, settings):
    """Who has the page of this build gets 304, unless its foot became another one."""
    settings.CONTACT = contact_of("a@b.nl")
    known = {"If-None-Match": client.get("/nl/")["ETag"]}
    assert client.get("/nl/", headers=known).status_code == 304
    settings.CONTACT = contact_of("c@d.nl")
    assert client.get("/nl/", headers=known).status_code == 200
