"""One slice through every door, from the empty example region to a sentence on the public page.

Peter signs in, opens a school's page and records a cooperation; school and company confirm through
a link in a mail; the worker brings the public figures up to date; the sentence of goal 1 changes,
and the figure explains itself down to the state of the rows.
"""

import email
import json
import re
import subprocess
import sys
import time
from email import policy
from pathlib import Path

import pytest
import running
from test_browser import AXE, TAGS

INSTROOM = [sys.executable, "-m", "instroom.cli"]
WAIT = 120
EXAMPLE = """
import sys
from instroom import api
if __name__ == "__main__":
    api.example(out=sys.argv[1], run=True, data=sys.argv[2])
"""


def instroom(data: Path, *words: str) -> str:
    done = subprocess.run(
        [*INSTROOM, *words, "--data", str(data)],
        capture_output=True,
        text=True,
        env=running.environment(),
        check=True,
    )
    return done.stdout


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("slice")
    script = folder / "make.py"
    script.write_text(EXAMPLE, "utf-8")
    made = [sys.executable, str(script), str(folder / "files"), str(folder / "data")]
    subprocess.run(made, check=True, env=running.environment(), capture_output=True)
    found = folder / "data"
    instroom(found, "person", "add", "peter@voorbeeld.nl", "--name", "Peter Projectman",
             "--role", "project_leader")  # fmt: skip
    return found


@pytest.fixture(scope="module")
def site(data):
    with running.running(data) as found:
        yield found


@pytest.fixture
def visitor(chromium):
    contexts = []

    def opened(width: int = 1280):
        context = chromium.new_context(viewport={"width": width, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text))
        return page

    yield opened
    for context in contexts:
        context.close()


def mails_to(data: Path, address: str) -> list[str]:
    """Return the texts of the mails to an address, in the order in which they left."""
    found = []
    for path in sorted((data / "mails").glob("*"), key=lambda p: p.stat().st_mtime_ns):
        message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
        if address in str(message["To"]):
            found.append(message.get_body().get_content())
    return found


def mail_to(data: Path, address: str) -> str:
    until = time.monotonic() + WAIT
    while time.monotonic() < until:
        if found := mails_to(data, address):
            return found[-1]
        time.sleep(0.2)
    raise AssertionError(f"no mail to {address}")


def goal_one(page, site: str) -> str:
    page.goto(f"{site}/nl/programme/")
    return page.locator("main").inner_text()


def test_a_cooperation_that_both_sides_confirm_changes_the_public_sentence(data, site, visitor):
    public, peter = visitor(), visitor()
    before = goal_one(public, site)
    assert "hier is nog niets gemeten" in before.casefold() or "nog niets gemeten" in before

    sign_in(peter, site, data)
    peter.get_by_role("link", name="Mijn scholen", exact=True).first.click()
    peter.locator(".choices a").first.click()
    school = peter.locator("h1").inner_text()
    assert "nog niets vastgelegd" in peter.content()

    peter.get_by_role("link", name="Samenwerking vastleggen").click()
    peter.get_by_label("Bedrijf", exact=True).fill("Verzinloo Waterpompen")
    peter.get_by_label("Wat doen zij samen?").fill("pompen ontwerpen in groep 8")
    peter.get_by_label("Sinds welk schooljaar?").select_option(index=1)
    peter.get_by_label("Plan ondertekend op").fill("2026-09-12")
    peter.get_by_label("Bij welke kerndoelen hoort het?").fill("kerndoel 45")
    peter.get_by_label("Waar staat het in het jaarplan van de school?").fill("bladzijde 14")
    peter.get_by_label("Contactpersoon bij het bedrijf").fill("Bram Verzinsel")
    peter.get_by_label("E-mailadres van die contactpersoon").fill("bram@verzinloo.example")
    peter.get_by_role("button", name="Bewaar").click()
    assert "moeten dit schooljaar allebei nog bevestigen" in peter.content()

    ask(peter, "Vraag het bedrijf om een bevestiging")
    ask(peter, "Vraag de school om een bevestiging", "directie@school.example")

    for address, width in (("bram@verzinloo.example", 360), ("directie@school.example", 1280)):
        reader = visitor(width)
        link = re.search(r"https?://\S+/confirm/\S+", mail_to(data, address))[0]
        reader.goto(link)
        reader.goto(link)  # opening it confirms nothing, however often
        assert reader.locator("input[type=radio]:checked").count() == 0
        assert reader.evaluate("document.documentElement.scrollWidth") <= width
        reader.get_by_label("Klopt", exact=True).check()
        reader.get_by_role("button", name="Verstuur mijn antwoord").click()
        assert "Uw antwoord is bewaard" in reader.content()
        assert reader.complaints == []

    peter.reload()
    history = peter.locator(".log").inner_text()
    assert "Peter Projectman legde de samenwerking met Verzinloo Waterpompen vast" in history
    assert "Verzinloo Waterpompen: klopt, via de link in de mail" in history
    assert peter.locator(".ladder [aria-current]").inner_text() == "structureel"
    assert peter.complaints == []

    after = wait_for_change(public, site)
    assert "1 van de 71 schoollocaties" in after
    assert school not in after  # the public sees numbers, and no name

    row = json.loads(instroom(data, "kpi", "--json"))["kpis"][0]
    first = row["sentence"].partition(". ")[0]  # the page tells in another block how it was counted
    assert first in after
    assert "1 van de 71 schoollocaties werkt structureel samen met een bedrijf" in first
    series = json.loads(instroom(data, "series", "structural_cooperation_share", "--json"))
    figure = series["series"][0]
    assert figure["numerator"] == {"low": 1, "high": 71}
    explained = json.loads(instroom(data, "explain", figure["id"], "--json"))
    assert explained["equal"] is True
    (state,) = explained["inputs"]
    assert (state["kind"], state["file"], state["rows"]) == ("rows", None, 71)
    assert re.fullmatch(r"[0-9a-f]{64}", state["sha256"])
    assert state["vintage"].startswith("20")
    public.goto(f"{site}/nl/figure/{figure['id']}/")
    assert state["sha256"][:12] in public.content()
    audit = json.loads(instroom(data, "check", "--audit", "--json"))
    assert audit["ok"], audit


def sign_in(page, site: str, data: Path) -> None:
    page.goto(f"{site}/nl/account/login/")
    page.fill("input[name=email]", "peter@voorbeeld.nl")
    page.get_by_role("button", name="Stuur mij een code").click()
    page.wait_for_url("**/confirm/")
    code = re.findall(r"^[A-Z0-9]{3,4}-?[A-Z0-9]{3,4}$", mail_to(data, "peter@"), re.MULTILINE)[-1]
    page.fill("input[name=code]", code)
    page.get_by_role("button", name="Verder").click()
    page.wait_for_url("**/my/")


def test_working_pages_are_accessible_and_never_scroll_sideways(data, site, chromium, visitor):
    """Comes after the slice: the school has a cooperation, and a link was sent."""
    peter = visitor()
    sign_in(peter, site, data)
    peter.goto(f"{site}/nl/work/schools/")
    school = peter.locator(".choices a").first.get_attribute("href")
    peter.goto(site + school)
    row = peter.get_by_role("link", name="Verander deze samenwerking").get_attribute("href")
    link = re.search(r"https?://[^/]+(/nl/confirm/\S+)", mail_to(data, "bram@verzinloo.example"))[1]
    pages = ["/nl/work/schools/", school, f"{school}cooperation/", row, link, "/nl/roles/"]
    for width in (1280, 360):
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            bypass_csp=True,
            storage_state=peter.context.storage_state(),
        )
        page = context.new_page()
        for address in (*pages, school.replace("/nl/", "/en/"), school.replace("/nl/", "/de/")):
            page.goto(site + address)
            page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address
            page.add_script_tag(path=AXE)
            found = page.evaluate(
                "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS
            )
            wrong = [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in found["violations"]]
            assert wrong == [], address
        context.close()


def ask(page, name: str, address: str = "") -> None:
    page.get_by_text(name, exact=True).click()
    form = page.locator("details[open] form").first
    if address:
        form.get_by_label("E-mailadres").fill(address)
    form.get_by_role("button", name="Verstuur de mail").click()
    assert "Mail verstuurd aan" in page.locator(".message").inner_text()


def wait_for_change(page, site: str) -> str:
    until = time.monotonic() + WAIT
    while time.monotonic() < until:
        after = goal_one(page, site)
        if "1 van de 71" in after:
            return after
        time.sleep(0.5)
    raise AssertionError(f"the public page still says: {after[:1500]}")
