"""The page of a school as readers get it, and what older releases may no longer tell of one."""

import io
import json
import zipfile
from dataclasses import asdict

import pytest
import sample

from instroom.reports.blocks import FigureBlock, Method, Picture, PlaceHead, TextBlock
from instroom_web.reports.actions import store_site

pytestmark = pytest.mark.django_db

ID = "early_leavers:00AA00:2014-2015"
ROW = {
    "id": ID, "indicator": "early_leavers", "stage": None, "classification": None,
    "unit": "pupils", "example": False, "period": "2014-2015", "place": "00AA00", "by": {},
    "value": 0.00221, "low": 0.00221, "high": 0.00221, "n": 452, "numerator": 1,
    "denominator": 452, "status": "ok", "reason": None, "sources": [sample.SHA],
}  # fmt: skip
DRAWING = "early_leavers-00AA00-nl-wide"


def school() -> dict[str, object]:
    """Return a school's page as older software stored it: with one early leaver."""
    blocks = (
        FigureBlock(
            "early_leavers", "Schoolverlaters", "1 van 452.",
            picture=Picture(DRAWING, DRAWING, "", ""), method=Method("", "", "", "", figure=ID),
        ),
        FigureBlock("havo", "havo", "44 van de 100 havisten.", half=True),
        TextBlock("bespreken", "Om samen te bespreken", ("Wie?",), style="paper"),
    )  # fmt: skip
    head = PlaceHead(
        ("havo en vwo", "Straat 1", "in 2023-2024"),
        "Op deze school <44> van de 100.",
        ("Zo, 2015-2016.",),
    )
    page = sample.document("nl", "places")
    return {**page, "key": "place/00AA00", "title": "School A", "blocks": list(map(asdict, blocks)),
            "head": asdict(head)}  # fmt: skip


@pytest.fixture
def older():
    """Store a release with the school's page and figure, and then one without them."""
    site = sample.site()
    drawing = next(iter(site["pictures"].values()))
    store_site(**{
        **site,
        "documents": [*site["documents"], school()],
        "figures": [*site["figures"], ROW],
        "pictures": {**site["pictures"], DRAWING: drawing},
        "build": {**site["build"], "etag": "with-school"},
    })  # fmt: skip


@pytest.mark.usefixtures("older")
def test_the_first_lines_say_what_the_school_is_and_the_answer(client):
    html = client.get("/nl/place/00AA00/").content.decode()
    assert "<h1>School A</h1>" in html
    assert "<span>havo en vwo</span><span>Straat 1</span>" in html
    for year in ("2023-2024", "2015-2016"):
        assert f'<span class="nw">{year}' in html, "a school year stays on one line"
    assert "Op deze school &lt;44&gt; van de 100." in html
    assert 'class="block figure half"' in html
    assert 'class="block text paper"' in html


@pytest.mark.usefixtures("older")
def test_an_older_release_tells_no_setback_of_one_school(client):
    page = client.get("/nl/place/00AA00/?release=2").content.decode()
    assert "44 van de 100 havisten." in page
    assert "1 van 452" not in page
    answer = client.get("/api/v1/series/early_leavers?place=00AA00&release=2")
    (figure,) = answer.json()["series"]
    assert (figure["status"], figure["reason"]) == ("protected", "not_below_municipality")
    assert "452" not in json.dumps(figure)
    explained = client.get(f"/api/v1/explain/{ID}?release=2").json()
    assert (explained["value"], explained["formula"]) == (None, "")
    assert client.get(f"/picture/{DRAWING}.svg?release=2").status_code == 404
    workbook = client.get("/download/early_leavers/00AA00.xlsx?release=2").content
    with zipfile.ZipFile(io.BytesIO(workbook)) as file:
        sheet = file.read("xl/worksheets/sheet1.xml").decode()
    assert "<row " in sheet
    assert ">452<" not in sheet
    assert (
        ",protected,not_below_municipality,"
        in client.get("/download/early_leavers/00AA00.csv?release=2").content.decode()
    )
