"""The invented region at work: its rows, the door without a password, and the site beside it."""

import time
from pathlib import Path

import pytest
from django.test import Client

import people
from example_region import SCHOOLS
from instroom.core.errors import DataError
from instroom.core.texts import languages
from instroom.definitions import registry
from instroom.inflow.example_plan import example_words
from instroom.inflow.ledger import RegisteredSchool
from instroom.programme.cast import cast
from instroom_web.accounts import actions as accounts
from instroom_web.accounts.models import Person
from instroom_web.inflow.example import actions
from instroom_web.inflow.models import (
    Confirmation,
    ConfirmationRequest,
    Cooperation,
    SchoolStatement,
)
from instroom_web.region.actions import give_role, take_register
from instroom_web.region.models import ContactPerson, Invitation, Membership, Organisation
from instroom_web.region.queries import held_roles, schools_for, waiting_roles
from instroom_web.reports.models import Build
from instroom_web.shared.demo import beside_of
from instroom_web.shared.history.models import Change
from instroom_web.shared.history.queries import verdict

pytestmark = pytest.mark.django_db
DATA = Path("data")
ROWS = (
    Cooperation, Confirmation, ConfirmationRequest, SchoolStatement, ContactPerson, Organisation,
    Membership, Person, Change,
)  # fmt: skip
LOCAL = {"HTTP_HOST": "localhost"}


@pytest.fixture
def example(monkeypatch):
    """Let the data directory hold the invented region."""
    monkeypatch.setattr(actions, "example_register", lambda _: SCHOOLS)


@pytest.fixture
def rows(example) -> int:  # noqa: ARG001
    return actions.write_example_rows(DATA)


@pytest.fixture
def demo(settings):
    settings.DEMO = True


def told() -> list[tuple[object, ...]]:
    fields = ("school__code", "company__name", "what", "since", "plan_signed", "goals")
    return sorted(Cooperation.objects.values_list(*fields), key=str)


# --- rows ----------------------------------------------------------------------------------------


def test_rows_are_written_once_with_their_history_and_soon(example):  # noqa: ARG001
    began = time.perf_counter()
    assert actions.write_example_rows(DATA) == Cooperation.objects.count() > 40
    assert time.perf_counter() - began < 10
    kinds = set(Change.objects.values_list("kind", flat=True))
    assert kinds >= {
        "person.created", "person.role_given", "organisation.added", "contact.named",
        "cooperation.recorded", "confirmation.asked", "confirmation.given", "school.said",
    }  # fmt: skip
    assert verdict().findings == ()
    counts, before = [model.objects.count() for model in ROWS], told()
    assert actions.write_example_rows(DATA, seed=2) == 0
    assert ([model.objects.count() for model in ROWS], told()) == (counts, before)


def test_every_answer_has_a_line_in_the_history_and_a_way_it_came(rows):  # noqa: ARG001
    given = Change.objects.filter(kind="confirmation.given")
    assert given.count() == Confirmation.objects.count() > 0
    for one in Confirmation.objects.all():
        assert (one.request is None, one.by is None) == (one.how == "telephone", one.how == "link")
        assert one.request is None or one.request.asked_at < one.at < one.request.expires_at


def test_nobody_can_get_a_mail_that_is_sent_to_the_example(rows):  # noqa: ARG001
    addresses = [*ContactPerson.objects.values_list("email", flat=True)]
    addresses += [one.email for one in cast().values()]
    assert addresses and all(one.endswith(".example") for one in addresses)
    names = {one.name for one in example_words().companies}
    addresses += Invitation.objects.values_list("email", flat=True)
    assert set(Organisation.objects.filter(kind="company").values_list("name", flat=True)) <= names


def test_what_was_recorded_first_stays_alone(example):  # noqa: ARG001
    take_register(SCHOOLS)
    school = Organisation.objects.get(code=SCHOOLS[0].code)
    by = people.person("peter").uuid
    SchoolStatement.objects.create(
        school=school, school_year="2025-2026", said="nothing", by=by, at="2026-05-20T10:00Z"
    )
    assert actions.write_example_rows(DATA) == 0
    assert not Cooperation.objects.exists()


@pytest.mark.usefixtures("example")
def test_a_database_with_a_real_school_gets_no_invented_row():
    take_register([RegisteredSchool("10ZZ00", "De Bedachte Brug", "po", "GM0153", "90001")])
    with pytest.raises(DataError) as refusal:
        actions.write_example_rows(DATA)
    assert refusal.value.code == "real_region"
    assert not Cooperation.objects.exists() and not Person.objects.exists()
    assert Organisation.objects.filter(kind="school").count() == 1


def test_a_data_directory_of_a_real_region_gets_none(tmp_path):
    with pytest.raises(DataError) as refusal:
        actions.write_example_rows(tmp_path)
    assert refusal.value.code == "real_region"
    assert not Person.objects.exists()


# --- the door ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("rows", "demo")
@pytest.mark.parametrize("language", languages())
def test_everybody_of_the_cast_stands_at_the_door(client, language):
    answer = client.get(f"/{language}/demo/", **LOCAL)
    html = answer.content.decode()
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert all(one.full_name in html for one in cast().values())
    assert all(f'value="{who}"' in html for who in cast())
    assert f"/{language}/demo/mails/" in html


@pytest.mark.usefixtures("rows", "demo")
@pytest.mark.parametrize("who", cast())
def test_one_press_goes_on_as_somebody_whose_role_counts(client, who):
    answer = client.post("/nl/demo/", {"who": who}, **LOCAL)
    assert (answer.status_code, answer["Location"]) == (302, "/nl/my/")
    assert f"Dag {cast()[who].full_name}" in client.get("/nl/my/", **LOCAL).content.decode()
    person = Person.objects.get(email=cast()[who].email)
    assert [one.role for one in held_roles(person)] == [cast()[who].role]
    seen = {"anna": 71, "peter": 71, "fatma": 1, "dilan": 1, "rob": 1, "sem": 0}
    nothing = not registry.roles()[cast()[who].role].may
    own = schools_for(person).count()
    assert own == (0 if nothing else seen.get(who, own))
    assert own <= 1 or who in ("anna", "peter") or 1 < own < 71


@pytest.mark.usefixtures("rows", "demo")
def test_who_goes_on_as_another_is_that_other_only(client):
    client.post("/nl/demo/", {"who": "anna"}, **LOCAL)
    client.post("/nl/demo/", {"who": "fatma"}, **LOCAL)
    assert "Dag Fatma" in client.get("/nl/my/", **LOCAL).content.decode()


@pytest.mark.usefixtures("rows")
def test_without_a_demonstration_there_is_no_door(client):
    for answer in (client.get("/nl/demo/", **LOCAL), client.post("/nl/demo/", {"who": "anna"})):
        assert answer.status_code == 404
        assert "Anna" not in answer.content.decode()
    assert "sessionid" not in client.cookies and not client.session.get("_auth_user_id")


@pytest.mark.usefixtures("rows", "demo")
@pytest.mark.parametrize(
    "asked",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"REMOTE_ADDR": "::ffff:192.0.2.7"},
        {"REMOTE_ADDR": ""},
        {"REMOTE_ADDR": "localhost"},
        {"HTTP_HOST": "testserver"},
        {"HTTP_HOST": "demo.voorbeeld.nl"},
        {"HTTP_HOST": "192.0.2.7:8001"},
        {"HTTP_X_FORWARDED_FOR": "192.0.2.7"},
        {"HTTP_X_REAL_IP": "192.0.2.7"},
        {"HTTP_FORWARDED": "for=192.0.2.7"},
        {"HTTP_VIA": "1.1 front"},
    ],
    ids=str,
)
def test_who_is_not_at_this_machine_finds_no_door(client, settings, asked):
    settings.ALLOWED_HOSTS = ["*"]
    for answer in (
        client.get("/nl/demo/", **(LOCAL | asked)),
        client.post("/nl/demo/", {"who": "anna"}, **(LOCAL | asked)),
    ):
        assert answer.status_code == 404
    assert not client.session.get("_auth_user_id")


@pytest.mark.usefixtures("rows", "demo")
@pytest.mark.parametrize("host", ["localhost:8001", "127.0.0.1:8001", "[::1]:8001"])
def test_every_name_of_this_machine_opens_it(client, host):
    assert client.get("/nl/demo/", HTTP_HOST=host, REMOTE_ADDR="::1").status_code == 200


@pytest.mark.usefixtures("rows", "demo")
def test_only_the_cast_goes_in(client):
    omar = people.person("omar")
    accounts.deactivate_person(Person.objects.get(email=cast()["sem"].email))
    for who in ("omar", omar.email, str(omar.pk), "sem", "", "anna "):
        assert client.post("/nl/demo/", {"who": who}, **LOCAL).status_code == 404
    assert client.put("/nl/demo/", **LOCAL).status_code == 405
    assert not client.session.get("_auth_user_id")
    html = client.get("/nl/demo/", **LOCAL).content.decode()
    assert "Omar" not in html and "Sem Bakker" not in html


@pytest.mark.usefixtures("rows", "demo")
def test_another_site_cannot_press_the_button():
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/nl/demo/", {"who": "anna"}, **LOCAL).status_code == 403
    assert not strict.session.get("_auth_user_id")


@pytest.mark.usefixtures("demo")
def test_in_a_real_region_there_is_nobody_to_go_on_as(client):
    html = client.get("/nl/demo/", **LOCAL).content.decode()
    assert "<form method=" not in html.split("<main")[1].split("</main")[0]


# --- the second factor ---------------------------------------------------------------------------


@pytest.mark.usefixtures("rows")
def test_without_a_demonstration_a_role_still_asks_its_second_factor(settings):
    anna = Person.objects.get(email=cast()["anna"].email)
    assert held_roles(anna) == []
    assert [one.role for one in waiting_roles(anna)] == ["programme_office"]
    settings.DEMO = True
    assert [one.role for one in held_roles(anna)] == ["programme_office"]
    assert waiting_roles(anna) == []


@pytest.mark.usefixtures("demo")
def test_in_a_demonstration_it_counts_for_invented_people_only():
    greta = people.person("greta")
    give_role(greta, "programme_office")
    assert held_roles(greta) == []


# --- two sites -----------------------------------------------------------------------------------


def test_a_site_leads_to_the_one_beside_it_in_one_sentence(client, settings):
    alone = client.get("/nl/")
    settings.BESIDE = "http://127.0.0.1:8001/"
    beside = client.get("/nl/")
    assert 'href="http://127.0.0.1:8001/"' in beside.content.decode()
    assert "De echte cijfers van Twente staan hier:" in beside.content.decode(), "the sample is one"
    assert "staan hier:" not in alone.content.decode()
    assert alone["ETag"] != beside["ETag"]
    for number in (0, 1):  # kept pages too
        assert client.get("/nl/").content == beside.content, number
    settings.DEMO = True
    assert client.get("/nl/")["ETag"] != beside["ETag"]


def test_the_invented_site_says_that_it_is_and_where_the_real_one_is(client, settings):
    settings.BESIDE, settings.DEMO = "http://127.0.0.1:8000/", True
    Build.objects.update(example=True)
    for address in ("/nl/demo/", "/nl/account/login/", "/nl/demo/mails/"):
        html = client.get(address, **LOCAL).content.decode()
        assert "De echte cijfers van Twente staan hier:" in html, address
        assert '<aside class="example"' in html, address
        assert 'href="/nl/demo/"' in html, address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://127.0.0.1:8001/",
        "http://example.org/",
        "javascript:alert(1)",
        "http://[",
        "//x",
    ],
)
def test_no_site_leads_elsewhere(address):
    assert beside_of({"INSTROOM_BESIDE": address}) == ""
