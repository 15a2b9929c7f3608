"""The open interface returns the shapes of the commands."""

import pytest
import sample

from instroom_web.reports import models

pytestmark = pytest.mark.django_db

SERIES = {"indicator", "classification", "stage", "definition", "series"}
FIGURE = {
    *("id", "period", "place", "by", "value", "low", "high", "n"),
    *("numerator", "denominator", "status", "reason", "sources"),
}
ERROR = {"code", "message", "where", "found", "expected", "hint"}


def test_series_has_the_public_shape(client):
    body = client.get("/api/v1/series/technical_profile_share").json()
    assert set(body) == SERIES
    assert set(body["series"][0]) >= FIGURE
    assert (body["stage"], body["classification"]) == ("exam", "monitor")
    assert [row["period"] for row in body["series"]] == list(sample.YEARS)
    assert {row["place"] for row in body["series"]} == {"twente"}


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("place=nl", 10),
        ("place=twente,nl", 20),
        ("place=Nergensland", 0),
        ("by=school_type", 20),
        ("school_type=havo", 10),
        ("by=school_type&school_type=havo&period=2020-2021:", 4),
        ("period=2018-2019", 1),
        ("period=:2015-2016", 2),
        ("period=2015-2016:2017-2018&classification=cbs", 3),
    ],
)
def test_series_can_be_narrowed(client, query, count):
    body = client.get(f"/api/v1/series/technical_profile_share?{query}").json()
    assert len(body["series"]) == count


def test_stored_answers_come_as_they_are(client):
    assert client.get("/api/v1/kpi").json()["kpis"][0]["number"] == 3
    assert client.get("/api/v1/kpi?place=twente").status_code == 200
    assert client.get("/api/v1/pipeline").json()["place"] == "twente"
    assert client.get("/api/v1/indicators").json() == {
        "indicators": [{"id": "technical_profile_share"}]
    }


def test_place_may_be_given_by_its_name(client):
    row = models.StoredFigure.objects.filter(place="nl").first()
    row.pk, row.figure_id, row.place = None, "x", "GM0153"
    row.save()
    body = client.get("/api/v1/series/technical_profile_share?place=enschede").json()
    assert len(body["series"]) == 1


def test_figure_explains_itself(client):
    first = client.get("/api/v1/series/technical_profile_share").json()["series"][0]["id"]
    assert client.get(f"/api/v1/explain/{first}").json()["equal"] is True
    vwo = client.get("/api/v1/series/technical_profile_share?school_type=vwo").json()["series"][0]
    body = client.get(f"/api/v1/explain/{vwo['id']}").json()
    assert (body["value"], body["inputs"][0]["licence"]) == (vwo["value"], "CC0")


@pytest.mark.parametrize(
    "url",
    ["series/nothing", "kpi?place=nowhere", "pipeline?place=x", "explain/a:b:c", "nothing"],
)
def test_unknown_is_404_in_the_public_error_shape(client, url):
    response = client.get(f"/api/v1/{url}")
    assert response.status_code == 404
    assert set(response.json()["error"]) == ERROR


def test_openapi_names_the_routes(client):
    body = client.get("/api/v1/openapi.json").json()
    assert body["openapi"].startswith("3.1")
    assert set(body["paths"]) == {
        "/api/v1/indicators",
        "/api/v1/series/{indicator}",
        "/api/v1/pipeline",
        "/api/v1/kpi",
        "/api/v1/explain/{figure}",
    }


def test_reader_with_this_build_gets_304(client):
    etag = client.get("/api/v1/kpi").headers["ETag"]
    assert client.get("/api/v1/kpi", headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_download_hands_the_rows_to_the_library(client, form):
    response = client.get(f"/download/technical_profile_share.exam.monitor/nl.{form}?lang=nl")
    assert response.status_code == 200
    assert response.headers["Content-Disposition"].endswith(f'monitor.nl.{form}"')
    assert len(response.content) > 100
    assert client.get(f"/download/technical_profile_share/nl.{form}").status_code == 200
    assert client.get(f"/download/nothing/nl.{form}").status_code == 404
