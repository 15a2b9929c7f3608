"""Where a page comes from: publisher's page, day, what comes next, and the declaration."""

import io
import os
import re
import subprocess
import sys
from datetime import UTC, datetime

import pytest
import sample

from instroom.core.errors import UserError
from instroom_web.reports.actions import store_site
from instroom_web.shared import clock
from instroom_web.shared.declaration import AccessibilityDeclaration, declaration_of

pytestmark = pytest.mark.django_db
KNOWN = {
    "sha256": sample.SHA, "file": "mijn-kopie-van-duo.csv", "rows": 41234, "licence": "CC0-1.0",
    "publisher": "duo", "source": "duo_exam_results", "vintage": "2018-2019",
    "title": "Geslaagden, gezakten en cijfers per vestiging en profiel",
}  # fmt: skip


@pytest.fixture
def known():
    site = sample.site()
    site["inputs"] = [KNOWN]
    site["build"]["etag"] = "sample-known"
    store_site(**site)


def foot(text: str) -> str:
    found = re.search(r'<footer class="origin">.*?</footer>', text, re.DOTALL)
    assert found
    return re.sub(r"<[^>]+>|\s+", " ", found[0])


@pytest.mark.usefixtures("known")
def test_a_source_leads_to_its_publisher_and_the_file_stands_in_the_fold(client):
    text = client.get("/nl/place/GM0153/").content.decode()
    folds = re.findall(r'<details class="method">.*?</details>', text, re.DOTALL)
    assert folds
    assert all('href="https://duo.nl/open_onderwijsdata/' in fold for fold in folds)
    beside = text
    for fold in folds:
        beside = beside.replace(fold, "")
    assert "examenkandidaten-en-geslaagden-2019-2024.csv" in text
    assert ".csv" not in foot(beside)


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    ("year", "said"),
    [(2019, "elk jaar"), (2021, "elk jaar"), (2022, "al verwacht"), (2030, "al verwacht")],
)
def test_what_comes_next_follows_the_day_it_is_read(client, monkeypatch, year, said):
    monkeypatch.setattr(clock, "now", lambda: datetime(year, 6, 1, tzinfo=UTC))
    assert said in foot(client.get("/nl/place/GM0153/").content.decode())


@pytest.mark.usefixtures("known")
def test_a_kept_page_is_not_that_of_last_month(client, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2021, 12, 1, tzinfo=UTC))
    first = client.get("/nl/place/GM0153/")
    monkeypatch.setattr(clock, "now", lambda: datetime(2022, 1, 1, tzinfo=UTC))
    again = client.get("/nl/place/GM0153/", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 200
    assert "al verwacht" in foot(again.content.decode())


def test_every_stored_page_says_when_it_was_made(client):
    for key in ("", "glossary/", "place/GM0153/", "indicators/"):
        assert "Bijgewerkt op 23 november 2026" in foot(client.get(f"/nl/{key}").content.decode())


@pytest.mark.usefixtures("known")
def test_an_older_release_tells_its_own_day_and_nothing_of_what_comes(client):
    text = foot(client.get("/nl/place/GM0153/?release=1").content.decode())
    assert "Bijgewerkt op 23 november 2026" in text
    assert "verwacht" not in text and "Volgende" not in text


@pytest.mark.parametrize("language", sample.LANGUAGES)
def test_an_excel_csv_is_in_the_language_of_the_page(client, language):
    page = client.get(f"/{language}/place/GM0153/").content.decode()
    link = re.search(r'href="(/download/[^"]+\.excel\.csv[^"]*)"', page)
    assert link
    answer = client.get(link[1])
    assert answer["Content-Disposition"].endswith('.excel.csv"')
    head = answer.content.decode("utf-8-sig").splitlines()[0]
    assert ("Onderwerp" in head) == (language == "nl")
    assert (";" in head) == (language != "en")
    assert "http://testserver/" in answer.content.decode()


def test_the_machine_csv_is_the_same_in_every_language(client):
    url = "/download/technical_profile_share.exam.monitor/nl.csv?lang="
    assert len({client.get(url + language).content for language in sample.LANGUAGES}) == 1


@pytest.mark.usefixtures("known")
def test_a_workbook_has_a_sheet_of_words(client):
    from python_calamine import CalamineWorkbook

    raw = client.get("/download/technical_profile_share.exam.monitor/twente.xlsx?lang=nl").content
    book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
    assert len(book.sheet_names) == 2
    words = {str(row[0]): str(row[1]) for row in book.get_sheet_by_index(1).to_python()}
    assert words["Licentie"] == "CC0-1.0"
    assert words["Bron"].startswith("DUO, Geslaagden")
    assert words["Uitgerekend op"] == "2026-11-23"
    assert "verzonnen" in " ".join(words.values()) or "Let op" in words


def test_what_is_not_filled_in_stays_open(client, settings):
    settings.DECLARATION = AccessibilityDeclaration()
    text = client.get("/nl/accessibility/").content.decode()
    assert text.count("nog in te vullen") >= 4
    assert "nog geen onderzoek door mensen" in text
    settings.DECLARATION = AccessibilityDeclaration(
        "Regio Voorbeeld", "C", "", "2026-11-29", "directeur"
    )
    filled = client.get("/nl/accessibility/").content.decode()
    assert "Regio Voorbeeld" in filled and "29 november 2026" in filled
    assert "eerste maatregelen" in filled
    assert "nog geen onderzoek door mensen" in filled, "a status is no audit"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"STATUS": "E"}, "STATUS"),
        ({"STATUS": "AA"}, "STATUS"),
        ({"STATUS": "A"}, "REPORT"),
        ({"STATUS": "b"}, "REPORT"),
        ({"STATUS": "A", "REPORT": "rapport.pdf"}, "REPORT"),
        ({"REPORT": "http://voorbeeld.nl/"}, "REPORT"),
        ({"REPORT": "javascript:alert(1)"}, "REPORT"),
        ({"DATE": "29-11-2026"}, "DATE"),
        ({"DATE": "2026-02-30"}, "DATE"),
    ],
)
def test_a_declaration_that_cannot_be_true_is_refused(given, name):
    with pytest.raises(UserError) as caught:
        declaration_of({f"INSTROOM_ACCESSIBILITY_{k}": v for k, v in given.items()})
    assert caught.value.code == "bad_declaration"
    assert caught.value.where.key == f"INSTROOM_ACCESSIBILITY_{name}"


def test_an_audit_gives_the_status_it_shows():
    given = {
        "INSTROOM_ACCESSIBILITY_STATUS": "b",
        "INSTROOM_ACCESSIBILITY_REPORT": "https://voorbeeld.nl/rapport",
    }
    assert declaration_of(given).status == "B"
    assert declaration_of({}) == AccessibilityDeclaration()


def test_a_bad_declaration_stops_the_pages_before_they_start(tmp_path):
    environment = os.environ | {
        "INSTROOM_DATA": str(tmp_path),
        "INSTROOM_ACCESSIBILITY_STATUS": "A",
        "DJANGO_SETTINGS_MODULE": "instroom_web.settings",
    }
    found = subprocess.run(
        [sys.executable, "-c", "import instroom_web.settings"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.returncode != 0 and "declaration of accessibility" in found.stderr
