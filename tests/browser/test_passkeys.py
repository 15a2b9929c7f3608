"""A passkey from end to end, in a real browser: made with a code by mail, then used without one."""

import re
import time
from pathlib import Path

import pytest
import running
from allauth.mfa.totp.internal import auth
from test_browser import AXE, TAGS

import people
from instroom.programme.cast import cast


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("passkeys")
    running.fill(folder)
    running.signed_in(folder)  # makes the cast
    return folder


@pytest.fixture(scope="module")
def site(data):
    with running.running(data) as found:
        yield found.replace("127.0.0.1", "localhost")  # a passkey belongs to a name


def code_in_mail(data: Path) -> str:
    newest = max((data / "mails").iterdir(), key=lambda p: (p.stat().st_mtime_ns, p.name))
    words = newest.read_text("utf-8")
    return re.findall(r"^[A-Z0-9]{3,4}-?[A-Z0-9]{3,4}$", words, re.MULTILINE)[-1]


@pytest.fixture
def page(chromium):
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    device = context.new_cdp_session(opened)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    opened.complaints = []
    opened.on("console", lambda message: opened.complaints.append(message.text))
    yield opened
    context.close()


def test_a_passkey_is_made_and_signs_in_without_a_code(page, site, data):
    page.goto(f"{site}/nl/account/login/")
    page.fill("input[name=email]", cast()["anna"].email)
    page.get_by_role("button", name="Stuur mij een code").click()
    page.fill("input[name=code]", code_in_mail(data))
    page.get_by_role("button", name="Verder").click()
    assert page.url == f"{site}/nl/my/"
    page.goto(f"{site}/nl/account/passkeys/add/")
    page.get_by_role("button", name="Stuur mij een code").click()
    page.fill("input[name=code]", code_in_mail(data))
    page.get_by_role("button", name="Verder").click()
    assert page.url == f"{site}/nl/account/passkeys/add/"
    page.check("input[name=passwordless]")
    page.get_by_role("button", name="Passkey toevoegen").click()
    page.wait_for_url(re.compile("/recovery/|/passkeys/$"))
    mails = len(list((data / "mails").iterdir()))
    page.goto(f"{site}/nl/my/")
    page.get_by_role("button", name="Uitloggen").click()
    page.goto(f"{site}/nl/account/login/")
    page.get_by_role("button", name="Inloggen met een passkey").click()
    page.wait_for_url(f"{site}/nl/my/")
    assert "Dag Anna de Vries" in page.content()
    assert len(list((data / "mails").iterdir())) == mails
    assert page.complaints == []


def test_signing_in_needs_no_javascript(chromium, site, data):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/de/account/login/")
    page.fill("input[name=email]", "greta@beispiel.de")
    page.get_by_role("button", name="Code zusenden").click()
    page.fill("input[name=code]", code_in_mail(data))
    page.get_by_role("button", name="Weiter").click()
    assert "Guten Tag, Greta Weiß" in page.content()
    page.get_by_role("button", name="Abmelden").click()
    assert page.url.startswith(f"{site}/de/")
    context.close()


#: Pages of who is signed in, and doors.
OWN = ("my", "account", "account/passkeys", "account/logout")
DOORS = ("account/login", "account/login/password", "account/password/forgotten")


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("path", [*OWN, *DOORS])
def test_pages_for_people_are_accessible_and_never_scroll_sideways(
    chromium, site, data, path, width
):
    cookie, key, _ = running.signed_in(data)[0]
    context = chromium.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
    if path not in DOORS:
        context.add_cookies([{"name": cookie, "value": key, "url": site}])
    page = context.new_page()
    page.goto(f"{site}/nl/{path}/")
    assert page.url == f"{site}/nl/{path}/"
    is_sound(page, width)
    context.close()


def is_sound(page, width):
    """See that a page is accessible and does not scroll sideways."""
    page.add_script_tag(path=AXE)
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS)
    assert [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in found["violations"]] == []
    assert len(found["passes"]) > 10
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def by_code(page, site, data, name):
    page.goto(f"{site}/nl/account/login/")
    page.fill("input[name=email]", people.CAST[name].email)
    page.get_by_role("button", name="Stuur mij een code").click()
    page.fill("input[name=code]", code_in_mail(data))
    page.get_by_role("button", name="Verder").click()


def test_what_somebody_adds_themselves_is_accessible_and_done_with_the_keyboard(
    chromium, site, data
):
    """A password and an app, by keys alone; then the door asks both."""
    context = chromium.new_context(viewport={"width": 360, "height": 900}, bypass_csp=True)
    page = context.new_page()
    by_code(page, site, data, "omar")
    page.goto(f"{site}/nl/account/")
    focus_on(page, "Wachtwoord instellen")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Stuur mij een code").click()
    page.fill("input[name=code]", code_in_mail(data))
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/nl/account/password/set/")
    is_sound(page, 360)
    page.focus("input[name=password1]")
    for key in ("vier paarse fietsen", "Tab", "vier paarse fietsen", "Enter"):
        page.keyboard.press(key) if key in ("Tab", "Enter") else page.keyboard.type(key)
    page.wait_for_url(f"{site}/nl/account/")
    is_sound(page, 360)
    focus_on(page, "App toevoegen")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/nl/account/app/add/")
    is_sound(page, 360)
    secret = page.locator("code.secret").inner_text()
    page.focus("input[name=code]")
    page.keyboard.type(totp(secret))
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/nl/account/recovery/")
    is_sound(page, 360)
    recovery = page.locator(".work code").first.inner_text()
    page.goto(f"{site}/nl/account/logout/")
    page.get_by_role("button", name="Uitloggen").first.click()
    page.goto(f"{site}/nl/account/login/password/?next=/nl/account/")
    page.focus("input[name=login]")
    for key in (people.CAST["omar"].email, "Tab", "vier paarse fietsen", "Enter"):
        page.keyboard.press(key) if key in ("Tab", "Enter") else page.keyboard.type(key)
    page.wait_for_url(re.compile("/account/login/key/"))
    is_sound(page, 360)
    page.focus("input[name=code]")
    page.keyboard.type(recovery)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/nl/account/")
    context.close()


def focus_on(page, words):
    """Reach what has these words by Tab alone."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText") == words:
            return
    raise AssertionError(f"not reached by Tab: {words}")


def totp(secret):
    return auth.format_hotp_value(auth.hotp_value(secret, int(time.time()) // 30))
