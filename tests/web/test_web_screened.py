"""What an older version stored may not go out by today's rules, whatever reads it."""

import ast
import inspect
import json
from dataclasses import asdict
from pathlib import Path

import pytest
import sample
from django.db import connection

import instroom_web
from instroom.privacy.published import RULES
from instroom.reports.blocks import FigureBlock, Method, Picture
from instroom_web.reports import archive, models, queries, screened
from instroom_web.reports.actions import store_site

pytestmark = pytest.mark.django_db

SCHOOL, LONE, OPEN, REGION = "00AB00", "GM0183", "GM0153", "twente"
NUMBERS = ("value", "low", "high", "n", "numerator", "denominator")


def row_of(place: str, **more: object) -> dict[str, object]:
    """Return a figure of one early leaver of 452, as an older version stored it."""
    return {
        "id": f"early_leavers:{place}:2014-2015", "indicator": "early_leavers", "stage": None,
        "classification": None, "unit": "pupils", "example": False, "period": "2014-2015",
        "place": place, "by": {}, "value": 0.00221, "low": 0.00221, "high": 0.00221, "n": 452,
        "numerator": 1, "denominator": 452, "status": "ok", "reason": None,
        "sources": [sample.SHA], "unplaced": None, **more,
    }  # fmt: skip


def hidden_row(place: str) -> dict[str, object]:
    return row_of(place, **dict.fromkeys(NUMBERS), status="protected", reason="few_schools")


def page_of(place: str) -> dict[str, object]:
    """Return a page of a place that tells of its early leavers in a block and a drawing."""
    name = f"early_leavers-{place}-nl-wide"
    block = FigureBlock(
        "early_leavers", "Schoolverlaters", "Eén van de 452.",
        picture=Picture(name, name, "", ""),
        method=Method("", "", "", "", figure=f"early_leavers:{place}:2014-2015"),
    )  # fmt: skip
    page = sample.document("nl", "places")
    return {**page, "key": f"place/{place}", "title": place, "blocks": [asdict(block)]}


def site_with(rows: list[dict[str, object]], etag: str) -> dict[str, object]:
    site = sample.site()
    svg = next(iter(site["pictures"].values()))
    names = [f"early_leavers-{row['place']}-nl-wide" for row in rows]
    drawings = dict.fromkeys([*names, "early_leavers-twente-map-nl-wide"], svg)
    pages = [page_of(str(row["place"])) for row in rows]
    own = {("nl", page["key"]) for page in pages}
    ids = {row["id"] for row in rows}
    others = [page for page in site["documents"] if (page["language"], page["key"]) not in own]
    return {
        **site,
        "documents": [*others, *pages],
        "figures": [*(one for one in site["figures"] if one["id"] not in ids), *rows],
        "pictures": {**site["pictures"], **drawings},
        "build": {**site["build"], "etag": etag},
    }


def age() -> None:
    """Leave the rows as a version before the rules stored them: without a mark."""
    for model in (models.StoredFigure, models.StoredDocument):
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id, body FROM {table}")  # noqa: S608 - our own table
            for pk, text in cursor.fetchall():
                body = json.loads(text)
                if isinstance(body, dict):
                    body.pop(screened.MARK, None)
                    sql = f"UPDATE {table} SET body = %s WHERE id = %s"  # noqa: S608
                    cursor.execute(sql, [json.dumps(body), pk])
    models.StoredPicture.objects.update(drawn="0" * 64)


PLACES = (SCHOOL, LONE, OPEN, REGION)


@pytest.fixture
def before():
    """Store what an older version let out: numbers of a school and of each municipality."""
    store_site(**site_with([row_of(place) for place in PLACES], "before"))


@pytest.fixture
def older(before):  # noqa: ARG001
    """Leave the build in use as an older version stored it."""
    age()


@pytest.fixture
def later(before):  # noqa: ARG001
    """Add today's results: they hide the municipality with one institution and know no more."""
    rows = [row_of(REGION), row_of(OPEN), hidden_row(LONE)]
    store_site(**site_with(rows, "later"))
    assert archive.newest().number == 3


def answers(client, place: str, tail: str) -> dict[str, str]:
    """Return every way out of a place's figure: what it says, or nothing."""
    name = f"early_leavers:{place}:2014-2015"
    more = tail.replace("?", "&")
    ways = {
        "explain": f"/api/v1/explain/{name}{tail}",
        "series": f"/api/v1/series/early_leavers?place={place}{more}",
        "csv": f"/download/early_leavers/{place}.csv{tail}",
        "excel": f"/download/early_leavers/{place}.excel.csv{tail}",
        "figure": f"/nl/figure/{name}/{tail}",
        "page": f"/nl/place/{place}/{tail}",
        "picture": f"/picture/early_leavers-{place}-nl-wide.svg{tail}",
    }
    found = {way: client.get(url) for way, url in ways.items()}
    return {
        way: answer.content.decode() if answer.status_code == 200 else ""
        for way, answer in found.items()
    }


def tells(text: str) -> bool:
    return any(sign in text for sign in ("452", "0.00221", "0,00221", "0,2%", "<svg role"))


@pytest.mark.usefixtures("older")
@pytest.mark.parametrize("place", [SCHOOL, LONE, OPEN])
def test_the_build_in_use_tells_nothing_that_an_older_version_let_out(client, place):
    found = answers(client, place, "")
    assert {way for way, text in found.items() if tells(text)} == set()
    reason = "not_below_municipality" if place == SCHOOL else "not_judged"
    assert json.loads(found["explain"])["reason"] == reason
    (figure,) = json.loads(found["series"])["series"]
    assert (figure["status"], figure["reason"]) == ("protected", reason)
    assert found["picture"] == ""


@pytest.mark.usefixtures("older")
def test_a_region_stays_and_a_map_of_its_municipalities_goes(client):
    found = answers(client, REGION, "")
    assert {way for way, text in found.items() if not tells(text)} <= {"picture", "figure"}
    assert found["picture"]
    assert client.get("/picture/early_leavers-twente-map-nl-wide.svg").status_code == 404


@pytest.mark.usefixtures("older")
def test_the_next_run_shows_again_what_it_judged(client):
    """The digests of what is stored tell the rules: what an older version wrote is written anew."""
    store_site(**site_with([row_of(REGION), row_of(OPEN), hidden_row(LONE)], "before"))
    assert "452" in answers(client, OPEN, "")["csv"]
    assert not tells(answers(client, LONE, "")["csv"])
    assert client.get("/picture/early_leavers-twente-map-nl-wide.svg").status_code == 200


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize("place", [SCHOOL, LONE])
def test_an_older_release_tells_nothing_that_today_hides(client, place):
    found = answers(client, place, "?release=2")
    assert {way for way, text in found.items() if tells(text)} == set()
    reason = "not_below_municipality" if place == SCHOOL else "few_schools"
    assert json.loads(found["explain"])["reason"] == reason


@pytest.mark.usefixtures("later")
def test_an_older_release_tells_what_today_shows(client):
    found = answers(client, OPEN, "?release=2")
    assert "452" in found["csv"] and "Eén van de 452." in found["page"]


def test_an_older_release_hides_what_today_does_not_know(client):
    store_site(**site_with([row_of(place) for place in PLACES], "before"))
    store_site(**site_with([row_of(REGION)], "later"))
    found = answers(client, OPEN, "?release=2")
    assert {way for way, text in found.items() if tells(text)} == set()
    assert json.loads(found["explain"])["reason"] == "not_judged"


def test_an_older_build_does_not_open_an_older_release(client):
    """Today's numbers of an older version are no proof that today's rules show them."""
    store_site(**site_with([row_of(place) for place in PLACES], "before"))
    store_site(**site_with([row_of(place) for place in PLACES[1:]], "later"))
    age()
    assert not tells(answers(client, OPEN, "?release=2")["csv"])


def test_what_is_stored_says_its_rules_and_what_is_read_does_not():
    store_site(**site_with([row_of(OPEN)], "now"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM reports_storedfigure")
        marks = {json.loads(text)[screened.MARK] for (text,) in cursor.fetchall()}
    assert marks == {RULES}
    bodies = models.StoredFigure.objects.values_list("body", flat=True)
    assert not any(screened.MARK in body for body in bodies)
    row = queries.figure_body(f"early_leavers:{OPEN}:2014-2015")
    assert row == row_of(OPEN), "and what the gate let out is read to the letter"


def test_drawings_are_read_in_one_place():
    """The field of figures and pages judges them; a drawing is judged by its name, in queries."""
    root = Path(inspect.getfile(instroom_web)).parent
    found = {
        path.stem
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.Name) and node.id == "StoredPicture")
        or (isinstance(node, ast.Attribute) and node.attr == "StoredPicture")
    }
    assert found == {"queries", "actions"}


@pytest.mark.parametrize("query", [
    lambda rows: [one.body for one in rows.all()],
    lambda rows: list(rows.values_list("body", flat=True)),
    lambda rows: [one["body"] for one in rows.values("body")],
    lambda rows: [one.body for one in rows.iterator()],
    lambda rows: [rows.earliest("position").body],
    lambda rows: [one.body for one in rows.only("figure_id")],
    lambda rows: [one.body for one in rows.raw("SELECT * FROM reports_storedfigure")],
], ids=range(7))  # fmt: skip
@pytest.mark.usefixtures("older")
def test_no_way_of_asking_the_database_goes_past_the_judgement(query):
    rows = models.StoredFigure.objects.filter(place__in=[SCHOOL, LONE, OPEN])
    told = [b for b in query(rows) if b["indicator"] == "early_leavers" and b["place"] != REGION]
    assert told and all(body["numerator"] is None for body in told)
