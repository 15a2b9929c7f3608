"""Activities: what is filled in stays, unknown is never 0, nothing counts twice or is lost."""

import csv
import io
import zipfile
from datetime import date, timedelta
from uuid import uuid4

import ledger_cast
import pytest
from django.conf import settings

from example_region import SCHOOLS
from instroom.core.errors import UserError
from instroom.core.texts import Texts
from instroom.inflow import ledger
from instroom.inflow.example_activities import example_activities, example_initiatives
from instroom.inflow.example_plan import example_plan
from instroom_web.inflow.actions import ChangedMeanwhileError
from instroom_web.inflow.activities import actions, co_financing, queries
from instroom_web.inflow.activities.models import Activity, Contribution, Initiative
from instroom_web.inflow.models import Cooperation
from instroom_web.shared.history.models import Change
from instroom_web.shared.history.queries import verdict

pytestmark = pytest.mark.django_db
BY = uuid4()


@pytest.fixture
def cast():
    found = ledger_cast.made()
    with ledger_cast.frozen(ledger_cast.THEN):
        yield found


@pytest.fixture
def peter(cast, client):
    client.force_login(cast.persons["project_leader"], settings.AUTHENTICATION_BACKENDS[0])
    return client


def values(**more):
    return {"on": date(2026, 11, 10), "kind": "visit", "year_groups": ["g7"], "pupils": 20, **more}


def filled(**more):
    return {"key": str(uuid4()), "on": "2026-11-10", "kind": "visit", "pupils": "20", **more}


def recorded(cast, school="a1", **more):
    return actions.record_activity(cast.schools[school], values(**more), key=uuid4(), by=BY)


def page_of(cast, school="a1", like=""):
    return f"/nl/work/schools/{cast.schools[school].code}/activity/{like}"


def test_pressing_twice_records_once_and_leads_to_what_was_kept(cast, peter):
    data = filled(company="Nieuwbedrijf", year_groups=["g7", "g8"], factors=["1_young"])
    answers = [peter.post(page_of(cast), data) for _ in range(2)]
    row = Activity.objects.get()
    assert [one["Location"] for one in answers] == [f"/nl/work/activity/{row.uuid}/saved/"] * 2
    assert (row.pupils, row.girls, row.planned) == (20, None, False)
    assert queries.companies_in(row) == ["Nieuwbedrijf"]
    assert "20 leerlingen" in peter.get(answers[0]["Location"]).content.decode()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"pupils": ""}, "pupils"),
        ({"pupils": "veel"}, "pupils"),
        ({"pupils": "-1"}, "pupils"),
        ({"kind": ""}, "kind"),
        ({"kind": "circus"}, "kind"),
        ({"on": ""}, "on"),
        ({"girls": "15", "boys": "15"}, "girls"),
        ({"year_groups": ["h4"]}, "year_groups"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_what_was_filled_in_stays(cast, peter, wrong, field):
    answer = peter.post(page_of(cast), filled(title="pompen bouwen") | wrong)
    html = answer.content.decode()
    assert answer.status_code == 422 and not Activity.objects.exists()
    assert list(answer.context["form"].errors) == [field]
    assert f'href="#id_{field}"' in html and 'value="pompen bouwen"' in html


def test_a_number_that_nobody_knows_is_unknown_and_never_0(cast, peter):
    peter.post(page_of(cast), filled(pupils="", pupils_unknown="on"))
    peter.post(page_of(cast), filled(pupils="0"))
    assert sorted(Activity.objects.values_list("pupils", flat=True), key=str) == [0, None]
    html = peter.get(f"/nl/work/schools/{cast.schools['a1'].code}/").content.decode()
    assert html.count("aantal leerlingen niet bekend") == 1 and html.count("0 leerlingen") == 1


def test_what_is_still_to_come_is_planned_until_somebody_says_it_took_place(cast, peter):
    peter.post(page_of(cast), filled(on="2026-11-20", pupils=""))
    row = Activity.objects.get()
    assert row.planned
    with ledger_cast.frozen(ledger_cast.THEN + timedelta(days=10)):
        html = peter.get(f"/nl/work/schools/{cast.schools['a1'].code}/").content.decode()
        assert "ging het door?" in html, "its day has been, and nobody said so"
        change = filled(on="2026-11-20", version=row.version, pupils="18")
        assert peter.post(f"/nl/work/activity/{row.uuid}/", change).status_code == 302
    row.refresh_from_db()
    assert (row.planned, row.pupils) == (False, 18)


def test_another_like_it_copies_all_but_the_date_and_the_numbers(cast, peter):
    row = recorded(cast, companies=["Nieuwbedrijf"], girls=8, title="pompen", prepared="both")
    form = peter.get(page_of(cast, like=f"?like={row.uuid}")).context["form"]
    begins = {n: form[n].value() for n in ("kind", "title", "company", "prepared", "year_groups")}
    assert begins == {"kind": "visit", "title": "pompen", "company": "Nieuwbedrijf",
                      "prepared": "both", "year_groups": ["g7"]}  # fmt: skip
    assert [form[name].value() for name in ("on", "pupils", "girls", "boys")] == [None] * 4
    assert str(form["key"].value()) != str(row.uuid)


def test_another_like_a_foreign_one_tells_nothing_of_it(cast, client):
    foreign = recorded(cast, "b1", title="geheim plan")
    client.force_login(cast.persons["school_leader"], settings.AUTHENTICATION_BACKENDS[0])
    html = client.get(page_of(cast, like=f"?like={foreign.uuid}")).content.decode()
    assert "geheim plan" not in html


def test_nobody_writes_over_what_they_did_not_see(cast, peter):
    row = recorded(cast)
    actions.change_activity(row, values(pupils=25), seen=1, by=BY)
    with pytest.raises(ChangedMeanwhileError):
        actions.change_activity(row, values(pupils=30), seen=1, by=BY)
    answer = peter.post(f"/nl/work/activity/{row.uuid}/", filled(pupils="30", version="1"))
    html = answer.content.decode()
    assert answer.status_code == 422 and "intussen veranderd" in html
    assert "25 leerlingen" in html and 'value="30"' in html
    assert Activity.objects.get().pupils == 25


def test_a_deletion_can_be_undone_for_thirty_days_and_no_longer(cast, peter):
    row = recorded(cast, companies=["Nieuwbedrijf"])
    assert peter.post(f"/nl/work/activity/{row.uuid}/delete/").status_code == 302
    assert not Activity.objects.exists()
    assert peter.get(f"/nl/work/activity/{row.uuid}/").status_code == 404
    later = ledger_cast.THEN + timedelta(days=29)
    with ledger_cast.frozen(later):
        assert [chore() for chore in actions.PURGES] == [0]
        peter.post(f"/nl/work/activity/{row.uuid}/restore/")
        assert Activity.objects.get() == row and queries.companies_in(row) == ["Nieuwbedrijf"]
        actions.delete_activity(row, by=BY)
        actions.delete_activity(row, by=BY)  # again: nothing new
    with ledger_cast.frozen(later + timedelta(days=30)):
        with pytest.raises(UserError) as refused:
            actions.restore_activity(row, by=BY)
        assert refused.value.code == "too_late_to_undo"
        assert [chore() for chore in actions.PURGES] == [1]
        assert [chore() for chore in actions.PURGES] == [0], "it may run twice"
    assert not Activity.with_deleted.exists() and not Contribution.objects.exists()
    said = list(Change.objects.filter(kind__startswith="activity.").values_list("kind", flat=True))
    assert said == ["activity.recorded", "activity.deleted", "activity.restored",
                    "activity.deleted", "activity.removed"]  # fmt: skip
    assert verdict().findings == ()


def test_an_activity_is_no_cooperation(cast):
    before = sorted(Cooperation.objects.values_list("school", "company", "what"))
    recorded(cast, companies=[cast.companies["glass"].name, "Nieuwbedrijf"])
    assert sorted(Cooperation.objects.values_list("school", "company", "what")) == before


# --- what companies gave -------------------------------------------------------------------------


@pytest.fixture
def given(cast):
    """Give activities of the pump factory: of this year, of the year before, and one to come."""
    mine = actions.add_initiative(name="Ontdek", by=BY)
    firm = [cast.companies["pump"].name]
    rows = {
        "now": recorded(cast, companies=firm, initiative=mine),
        "also": recorded(cast, "b1", companies=firm, initiative=mine),
        "before": recorded(cast, companies=firm, on=date(2025, 11, 3)),
        "coming": recorded(cast, companies=firm, on=date(2026, 12, 3)),
        "other": recorded(cast, companies=[cast.companies["glass"].name]),
    }
    return {name: row.contributions.get() for name, row in rows.items()}


def link(cast, name="pump"):
    return f"/nl/confirm/{ledger_cast.token(cast, name)}/"


def test_a_company_confirms_its_activities_of_this_year_with_the_same_button(cast, given, client):
    html = client.get(link(cast)).content.decode()
    asked = {name for name, one in given.items() if f'name="given_{one.pk}"' in html}
    assert asked == {"now", "also"}
    assert not Contribution.objects.exclude(answer="").exists(), "looking confirms nothing"
    data = {f"given_{one.pk}": "right" for one in given.values()}
    data |= {f"spent_{given['now'].pk}": "12", f"worth_{given['now'].pk}": "250,50"}
    assert client.post(link(cast), data).status_code == 200
    client.post(link(cast), data)
    said = {name: Contribution.objects.get(pk=one.pk) for name, one in given.items()}
    assert {name for name, one in said.items() if one.answer} == {"now", "also"}
    assert (said["now"].hours, said["now"].materials) == (12, 25050)
    assert (said["also"].hours, said["also"].materials) == (None, None)
    assert Change.objects.filter(kind="contribution.said").count() == 2, "pressed twice, kept once"


def test_a_wrong_amount_keeps_nothing_and_stands_at_its_field(cast, given, client):
    key = given["now"].pk
    answer = client.post(link(cast), {f"given_{key}": "right", f"worth_{key}": "veel"})
    html = answer.content.decode()
    assert answer.status_code == 422 and "Vul een bedrag in" in html and 'value="veel"' in html
    assert not Contribution.objects.exclude(answer="").exists()


def test_a_school_is_not_asked_what_a_company_gave(cast, given, client):
    assert "given_" not in client.get(link(cast, "a1")).content.decode()
    client.post(link(cast, "a1"), {f"given_{given['now'].pk}": "right"})
    assert not Contribution.objects.exclude(answer="").exists()


def test_only_what_was_confirmed_counts_and_the_rest_stands_apart(cast, given):
    peter, t = cast.persons["project_leader"], Texts("nl")
    Contribution.objects.filter(pk=given["now"].pk).update(answer="right", hours=12, materials=500)
    Contribution.objects.filter(pk=given["also"].pk).update(answer="wrong", hours=99)
    found = {one.name: one for one in co_financing.listed(peter, 2026, t).initiatives}
    assert (found["Ontdek"].hours, found["Ontdek"].materials) == (12, 500)
    assert [len(found["Ontdek"].confirmed), len(found["Ontdek"].open)] == [1, 1]
    assert [len(found["geen initiatief"].confirmed), len(found["geen initiatief"].open)] == [0, 1]
    before = co_financing.listed(peter, 2025, t).initiatives
    assert [one.open[0].pk for one in before] == [given["before"].pk]
    actions.delete_activity(given["now"].activity, by=BY)
    assert sum(one.hours for one in co_financing.listed(peter, 2026, t).initiatives) == 0


def test_a_text_of_the_list_never_becomes_a_formula(cast, peter):
    bad = '=HYPERLINK("http://x")'
    mine = actions.add_initiative(name=bad, by=BY)
    recorded(cast, companies=["=1+1"], initiative=mine)
    body = peter.get("/nl/work/contributions/2026.csv").content.decode("utf-8-sig")
    row = list(csv.reader(io.StringIO(body), delimiter=";"))[1]
    assert not [cell for cell in row if cell.startswith(("=", "+", "@"))]
    assert row[6] == "", "hours that nobody named are empty, not 0"
    answer = peter.get("/nl/work/contributions/2026.xlsx")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    for year in ("2030", "1", "999999999999"):
        assert peter.get(f"/nl/work/contributions/{year}.csv").status_code == 404


def test_a_company_that_answered_is_not_taken_away(cast, given):
    row = given["now"].activity
    Contribution.objects.filter(pk=given["now"].pk).update(answer="right")
    with pytest.raises(UserError) as refused:
        actions.change_activity(row, values(companies=[]), seen=1, by=BY)
    assert refused.value.code == "company_answered"
    assert queries.companies_in(row) == [cast.companies["pump"].name]


# --- initiatives ---------------------------------------------------------------------------------


def test_initiatives_of_the_programme_are_taken_over_once_and_without_numbers(peter):
    for _ in range(2):
        data = {"definition": ["kids4twente", "technasium", "nonsense"]}
        assert peter.post("/nl/work/initiatives/take/", data).status_code == 302
    assert sorted(Initiative.objects.values_list("definition", flat=True)) == [
        "kids4twente", "technasium",
    ]  # fmt: skip
    html = peter.get("/nl/work/initiatives/").content.decode()
    assert "uit het programma" in html and "nog niets ingevuld" in html
    peter.post("/nl/work/initiatives/", {"name": "Eigen idee"})
    assert peter.post("/nl/work/initiatives/", {"name": " eigen  IDEE "}).status_code == 422


def test_the_invented_region_is_offered_no_real_initiative(monkeypatch):
    assert len(queries.not_taken()) > 10
    monkeypatch.setattr(ledger, "home_region", lambda _: "voorbeeld")
    assert queries.not_taken() == []


# --- the invented region -------------------------------------------------------------------------


def test_the_plan_is_of_invented_names_and_the_same_for_a_seed():
    today = date(2026, 11, 30)
    plan = example_plan(SCHOOLS, today=today)
    sectors = {one.code: one.sector for one in SCHOOLS}
    found = example_activities(plan.cooperations, sectors, today=today)
    assert found == example_activities(plan.cooperations, sectors, today=today)
    assert found != example_activities(plan.cooperations, sectors, today=today, seed=2)
    assert len(example_initiatives()) == len({one.name for one in example_initiatives()}) == 25
    assert {one.on.year for one in found} == {2024, 2025, 2026, 2027}
    assert any(one.pupils is None for one in found), "a number is not always known"
    assert all(one.girls is None or one.girls <= (one.pupils or 0) for one in found)
