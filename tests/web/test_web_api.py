"""The open interface returns the shapes of the commands."""

import pytest
import sample

from instroom_web.reports import models, schemas

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
    row.body = {**row.body, "place": row.place}
    row.save()
    body = client.get("/api/v1/series/technical_profile_share?place=enschede").json()
    assert len(body["series"]) == 1


def test_figure_explains_itself(client):
    vwo = client.get("/api/v1/series/technical_profile_share?school_type=vwo").json()["series"][0]
    body = client.get(f"/api/v1/explain/{vwo['id']}").json()
    assert (body["value"], body["inputs"][0]["licence"]) == (vwo["value"], "CC0")
    assert (body["recomputed"], body["equal"]) == (None, None)
    assert body["command"] == f"instroom explain {vwo['id']}"


def test_every_figure_has_an_explanation_in_the_shape_of_the_command(client):
    for row in models.StoredFigure.objects.all()[::7]:
        response = client.get(f"/api/v1/explain/{row.figure_id}")
        assert response.status_code == 200, row.figure_id
        schemas.ExplainShape.model_validate(response.json())


def test_answers_have_the_shape_that_is_described(client):
    for url, shape in (
        ("indicators", schemas.IndicatorsShape),
        ("series/technical_profile_share", schemas.SeriesShape),
        ("series/technical_profile_share?by=school_type", schemas.SeriesShape),
        ("kpi", schemas.KpiShape),
        ("pipeline", schemas.PipelineShape),
    ):
        shape.model_validate(client.get(f"/api/v1/{url}").json())


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("place=Nergensland", 404, "unknown_place"),
        ("place=GM0153", 404, "not_stored"),
        ("place=twente,GM0153", 404, "not_stored"),
        ("by=school", 404, "not_stored"),
        ("by=schoool", 404, "unknown_id"),
        ("stage=nothing", 404, "unknown_id"),
        ("classification=nothing", 404, "unknown_id"),
        ("school_type=nothing", 404, "unknown_id"),
        ("period=1990-1991", 400, "unknown_period"),
        ("period=2018-2020", 400, "unknown_period"),
        ("period=x", 400, "unknown_period"),
        ("period=2018:", 400, "unknown_period"),
        ("school_type=havo,vwo", 404, "not_stored"),
        ("place=" + "a," * 60, 400, "too_many_names"),
        ("by=" + "a," * 60, 400, "too_many_names"),
    ],
)
def test_what_cannot_be_answered_is_said(client, query, status, code):
    response = client.get(f"/api/v1/series/technical_profile_share?{query}")
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (status, code)
    assert sum(len(error[k] or "") for k in ("message", "found", "expected", "hint")) <= 400
    assert schemas.RefusalShape.model_validate(response.json())


def test_what_is_not_stored_names_the_command(client):
    url = "/api/v1/series/technical_profile_share?place=twente&by=school&period=2018-2019"
    hint = client.get(url).json()["error"]["hint"]
    command = "instroom series technical_profile_share --place twente --by school"
    assert f"{command} --period 2018-2019" in hint


@pytest.mark.parametrize("kind", ["kpi", "pipeline"])
@pytest.mark.parametrize("name", [",", ",,", "twente,nl", "%00", "%E2%80%AE"])
def test_an_answer_about_one_place_takes_one_name(client, kind, name):
    response = client.get(f"/api/v1/{kind}?place={name}")
    assert (response.status_code, response.json()["error"]["code"]) in {
        (404, "unknown_place"),
        (404, "not_found"),
    }


@pytest.mark.parametrize("url", ["series/technical_profile_share?place=%00", "explain/a%00:b:c"])
def test_a_nul_never_reaches_the_database(client, url):
    """PostgreSQL raises for one; nothing has such a name."""
    response = client.get(f"/api/v1/{url}")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")


def test_names_are_looked_up_in_one_query(client, django_assert_max_num_queries):
    names = ",".join(["Twente", "NL"] * 25)
    with django_assert_max_num_queries(6):
        response = client.get(f"/api/v1/series/technical_profile_share?place={names}")
    assert response.status_code == 200


@pytest.mark.parametrize("url", ["kpi", "series/technical_profile_share", "nothing"])
def test_head_is_get_without_a_body(client, url):
    got, head = client.get(f"/api/v1/{url}"), client.head(f"/api/v1/{url}")
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers["Content-Length"] == str(len(got.content))


def test_what_is_not_there_is_never_unmodified(client):
    etag = client.get("/nl/").headers["ETag"]
    for url in ("/nl/nothing/", "/api/v1/nothing", "/api/v1/series/nothing", "/picture/x.svg"):
        response = client.get(url, headers={"If-None-Match": etag})
        assert response.status_code == 404, url
        assert "ETag" not in response.headers


@pytest.mark.parametrize("url", ["/nl/", "/api/v1/series/technical_profile_share?place=twente,nl"])
def test_a_compressed_answer_has_its_own_fingerprint(client, url):
    plain = client.get(url)
    packed = client.get(url, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert plain.headers["ETag"] != packed.headers["ETag"]
    for first, accepted in ((plain, ""), (packed, "gzip")):
        given = {"If-None-Match": first.headers["ETag"], "Accept-Encoding": accepted}
        assert client.get(url, headers=given).status_code == 304
    crossed = {"If-None-Match": plain.headers["ETag"], "Accept-Encoding": "gzip"}
    assert client.get(url, headers=crossed).status_code == 200


def test_openapi_declares_every_status(client):
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    for path in paths.values():
        answers = path["get"]["responses"]
        assert set(answers) == {"200", "400", "404", "503"}
        assert all(answer["content"]["application/json"]["schema"] for answer in answers.values())


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
