"""A passkey from end to end, in a real browser: made with a code by mail, then used without one."""

import re
from pathlib import Path

import pytest
import running
from test_browser import AXE, TAGS

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


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize(
    "path", ["my", "account", "account/login", "account/passkeys", "account/logout"]
)
def test_pages_for_people_are_accessible_and_never_scroll_sideways(
    chromium, site, data, path, width
):
    cookie, key, _ = running.signed_in(data)[0]
    context = chromium.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
    if path != "account/login":
        context.add_cookies([{"name": cookie, "value": key, "url": site}])
    page = context.new_page()
    page.goto(f"{site}/nl/{path}/")
    assert page.url == f"{site}/nl/{path}/"
    page.add_script_tag(path=AXE)
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS)
    assert [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in found["violations"]] == []
    assert len(found["passes"]) > 10
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
