"""The ledger of cooperations: the register, forms, the days that count, and its states."""

import csv
import json
import subprocess
import sys
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path

import ledger_cast
import pyarrow.parquet as pq
import pytest
import running
import test_web_postgres
from django.db import transaction
from django_tasks_db.models import DBTaskResult
from ledger_cast import THEN, YEAR, day, filled, frozen

import people
from instroom.core.errors import UserError
from instroom.inflow.cooperation import HEADER, state_rows
from instroom.inflow.ledger import keep_ledger
from instroom.sources.own_rows import newest_state, states
from instroom.sources.store import Store
from instroom_web.inflow import actions, queries
from instroom_web.inflow.forms import school_years
from instroom_web.inflow.models import Confirmation, Cooperation, SchoolStatement
from instroom_web.region.actions import RegisteredSchool, add_company, give_role, take_register
from instroom_web.region.models import ContactPerson, Organisation
from instroom_web.shared.history.models import Change
from instroom_web.shared.history.queries import verdict
from instroom_web.shared.worker import Pace, QueueWorker

cluster = test_web_postgres.cluster
pytestmark = pytest.mark.django_db

BRIDGE = RegisteredSchool("10ZZ00", "De Bedachte Brug", "po", "GM0153", "90001")
LYCEUM = RegisteredSchool("11ZZ00", "Lyceum Ergens", "vo", "GM0164", "90001")
COLLEGE = RegisteredSchool("12ZZ00", "College Verzonnen", "vo", "GM0164", "90002")


@pytest.fixture(autouse=True)
def _then():
    with frozen(THEN):
        yield


@pytest.fixture
def peter():
    who = people.person("peter")
    give_role(who, "project_leader")
    return who


@pytest.fixture
def school():
    take_register([BRIDGE])
    return Organisation.objects.get(code=BRIDGE.code)


@pytest.fixture
def row(school, peter):
    company = add_company(name="Verzinloo Waterpompen", by=peter.uuid)
    whole = {"goals": "kerndoel 45", "year_plan": "blz. 14", "plan_signed": date(2026, 9, 1)}
    return actions.record_cooperation(school, company, filled(**whole), by=peter.uuid)


def known() -> dict[str, tuple[object, ...]]:
    fields = ("code", "name", "kind", "municipality", "board__code", "ended", "from_register")
    rows = Organisation.objects.exclude(code="").values_list(*fields)
    return {code: tuple(rest) for code, *rest in rows}


# --- the register --------------------------------------------------------------------------------


def test_schools_and_boards_are_what_the_register_says():
    assert take_register([BRIDGE, LYCEUM]) == 3
    assert known() == {
        "90001": ("90001", "board", "", None, False, True),
        "10ZZ00": ("De Bedachte Brug", "school", "GM0153", "90001", False, True),
        "11ZZ00": ("Lyceum Ergens", "school", "GM0164", "90001", False, True),
    }
    changed = RegisteredSchool("11ZZ00", "Lyceum Elders", "vo", "GM0153", "90002")
    assert take_register([BRIDGE, changed]) == 2, "a school, and a board that is new"
    assert known()["11ZZ00"] == ("Lyceum Elders", "school", "GM0153", "90002", False, True)
    last = Change.objects.filter(kind="organisation.registered").last()
    assert last.before["name"], last.after["name"] == ("Lyceum Ergens", "Lyceum Elders")


def test_taking_the_register_twice_changes_nothing_and_writes_no_history():
    take_register([BRIDGE, LYCEUM, COLLEGE])
    take_register([BRIDGE, COLLEGE])
    before = ledger_cast.digest()
    assert take_register([COLLEGE, BRIDGE]) == 0
    assert ledger_cast.digest() == before
    assert take_register([]) == 0, "no register was read: nothing is closed for that"
    assert ledger_cast.digest() == before


def test_a_school_that_is_closed_or_merged_keeps_what_was_done_there(client, row, peter):
    client.force_login(peter)
    actions.say_of_school(row.school, "all_recorded", by=peter.uuid)
    merged = RegisteredSchool("11ZZ00", "Lyceum Ergens en De Brug", "vo", "GM0164", "90001")
    take_register([merged])
    assert known()["10ZZ00"][4] is True
    kept = Cooperation.objects.get(pk=row.pk)
    assert (kept.school_id, kept.version) == (row.school_id, 1)
    assert SchoolStatement.objects.get().school_id == row.school_id
    assert Cooperation.objects.filter(school__code="11ZZ00").count() == 0, "nobody guesses"
    html = client.get("/nl/work/schools/10ZZ00/").content.decode()
    assert "Verzinloo Waterpompen" in html
    assert "De Bedachte Brug" not in client.get("/nl/work/schools/").content.decode()
    assert take_register([merged]) == 0


def test_a_school_that_opens_again_is_the_same_school(row):
    number = row.school.pk
    take_register([LYCEUM])
    assert take_register([LYCEUM, BRIDGE]) == 1
    again = Organisation.objects.get(code="10ZZ00")
    assert (again.pk, again.ended) == (number, False)
    told = Change.objects.filter(object_id=str(number), kind="organisation.registered")
    assert [one.after.get("ended") for one in told] == [False, True, False]
    assert verdict().findings == ()


@pytest.mark.usefixtures("row")
def test_a_company_and_a_school_somebody_added_are_not_closed_by_the_register():
    Organisation.objects.create(kind="school", name="Nieuw", code="77ZZ00")
    take_register([BRIDGE])
    assert not Organisation.objects.filter(ended=True).exists()
    take_register([BRIDGE, RegisteredSchool("77ZZ00", "Nieuw", "po", "GM0153")])
    assert Organisation.objects.get(code="77ZZ00").from_register
    take_register([BRIDGE])
    assert list(Organisation.objects.filter(ended=True).values_list("code", flat=True)) == [
        "77ZZ00"
    ]


def test_a_register_that_breaks_off_changes_nothing():
    take_register([BRIDGE])
    before = ledger_cast.digest()
    with pytest.raises(Exception, match=r".*"), transaction.atomic():
        take_register([LYCEUM, RegisteredSchool("12ZZ00", None, "vo", "GM0164")])
    assert ledger_cast.digest() == before


# --- forms ---------------------------------------------------------------------------------------


def page_of(row) -> str:
    return f"/nl/work/cooperation/{row.uuid}/"


def typed(row, **values) -> dict[str, object]:
    now = {"what": row.what, "since": row.since, "goals": row.goals, "year_plan": row.year_plan}
    return {**now, "plan_signed": "2026-09-01", "version": row.version, **values}


def test_who_was_later_writes_nothing_and_sees_what_is_there_now(client, row, peter):
    client.force_login(peter)
    seen = client.get(page_of(row)).content.decode()
    assert 'name="version" value="1"' in seen
    anna = people.person("anna")
    give_role(anna, "project_leader")
    first, second = typed(row, what="pompen bouwen"), typed(row, what="pompen slopen")
    assert client.post(page_of(row), first).status_code == 302
    client.force_login(anna)
    before = ledger_cast.digest()
    answer = client.post(page_of(row), second)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert ledger_cast.digest() == before
    assert "Iemand anders heeft dit intussen veranderd" in html
    assert "pompen bouwen, sinds 2025-2026" in html, "what is there now"
    assert 'value="pompen slopen"' in html, "what was typed"
    again = client.get(page_of(row)).content.decode()
    assert 'name="version" value="2"' in again and 'value="pompen bouwen"' in again
    assert client.post(page_of(row), second | {"version": 2}).status_code == 302
    row.refresh_from_db()
    assert (row.what, row.version) == ("pompen slopen", 3)


def test_what_is_refused_in_the_end_is_refused_from_the_start(school, peter):
    before = ledger_cast.digest()
    values = filled(company="Nieuw", contact_email="a@nieuw.example", since="ooit")
    with pytest.raises(UserError):
        actions.record_filled(school, values, by=peter.uuid, may_ask=True)
    with pytest.raises(UserError):
        odd = values | {"since": YEAR, "contact_email": "geen adres"}
        actions.record_filled(school, odd, by=peter.uuid, may_ask=True)
    assert ledger_cast.digest() == before, "no company without a cooperation"


def test_saving_what_is_there_already_is_no_change(client, row, peter):
    client.force_login(peter)
    before = ledger_cast.digest()
    assert client.post(page_of(row), typed(row)).status_code == 302
    assert ledger_cast.digest() == before


WRONG = {
    "company": ["", "x" * 201],
    "what": ["", "x" * 201, "pompen ontwerpen", " POMPEN  ontwerpen "],
    "since": ["", "1999-2000", "ooit", "2027-2028"],
    "plan_signed": ["gisteren", "2026-13-01"],
    "goals": ["x" * 201],
    "year_plan": ["x" * 201],
    "contact_name": ["x" * 151],
    "contact_email": ["bram", "bram@", "a@b.example, c@d.example"],
}


@pytest.mark.parametrize(("field", "value"), [(f, v) for f, vs in WRONG.items() for v in vs])
def test_a_form_says_which_field_is_wrong_and_keeps_what_was_typed(
    client, row, peter, field, value
):
    client.force_login(peter)
    before = ledger_cast.digest()
    given = filled(
        company="Verzinloo Waterpompen", goals="kerndoel 31", year_plan="bladzijde 9",
        plan_signed="2026-09-12", contact_name="Bram Verzinsel", contact_email="b@x.example",
        what="iets anders",
    ) | {field: value}  # fmt: skip
    answer = client.post("/nl/work/schools/10ZZ00/cooperation/", given)
    html = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert ledger_cast.digest() == before, "nothing of it is kept, the company neither"
    assert html.count('class="problem"') == 1
    part = html.split('class="problem"')[1].split("</div>")[0]
    assert f'name="{field}"' in part, "the problem stands at its field"
    for name, said in given.items():
        if name == "since":
            assert (f'value="{said}" selected' in html) is (name != field)
        elif said:
            assert f'value="{said}"' in html, name
    changed = {n: v for n, v in given.items() if n not in ("company",) and "contact" not in n}
    if field in changed and "ompen" not in value.casefold():
        answer = client.post(page_of(row), changed | {"version": 1})
        assert (answer.status_code, ledger_cast.digest()) == (422, before)


@pytest.mark.usefixtures("row")
def test_a_name_without_an_address_is_not_lost_silently(client, peter):
    client.force_login(peter)
    given = filled(company="Glas", what="blazen", contact_name="Bram Verzinsel")
    answer = client.post("/nl/work/schools/10ZZ00/cooperation/", given)
    html = answer.content.decode()
    assert answer.status_code == 422 and 'value="Bram Verzinsel"' in html
    assert 'id="id_contact_email_error"' in html
    assert ContactPerson.objects.count() == 0


def test_two_cooperations_do_not_become_the_same(client, row, peter):
    client.force_login(peter)
    other = actions.record_cooperation(
        row.school, row.company, filled(what="pompen meten"), by=peter.uuid
    )
    before = ledger_cast.digest()
    for same in ("pompen ontwerpen", "Pompen  Ontwerpen"):
        answer = client.post(page_of(other), typed(other, what=same, plan_signed=""))
        assert answer.status_code == 422
        part = answer.content.decode().split('class="problem"')[1].split("</div>")[0]
        assert 'name="what"' in part
    with pytest.raises(UserError, match="recorded already"):
        actions.change_cooperation(other, {"what": row.what}, seen=1, by=peter.uuid)
    assert ledger_cast.digest() == before


def test_forms_work_without_scripts(client, row, peter):
    client.force_login(peter)
    for address in (
        "/nl/work/schools/10ZZ00/cooperation/",
        page_of(row),
        "/nl/work/schools/10ZZ00/",
    ):
        html = client.get(address).content.decode()
        assert " onclick=" not in html and " onsubmit=" not in html and "javascript:" not in html
        assert '<form method="post"' in html and '<button type="submit"' in html
    given = filled(company="Glas", what="blazen", contact_email="bram@glas.example")
    answer = client.post("/nl/work/schools/10ZZ00/cooperation/", given, follow=True)
    assert "Bewaard" in answer.content.decode() and "Glas" in answer.content.decode()
    assert ContactPerson.objects.get().email == "bram@glas.example"
    again = client.post("/nl/work/schools/10ZZ00/cooperation/", given)
    assert again.status_code == 422
    assert Organisation.objects.filter(kind="company", name="Glas").count() == 1
    assert Cooperation.objects.filter(what="blazen").count() == 1


# --- the days that count -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "year", "until"),
    [
        ("2026-08-01", "2026-2027", "2026-08-31"),
        ("2026-11-16", "2026-2027", "2026-12-16"),
        ("2027-05-14", "2026-2027", "2027-06-13"),
        ("2027-05-15", "2026-2027", "2027-06-30"),
        ("2027-05-31", "2026-2027", "2027-06-30"),
        ("2027-06-30", "2026-2027", "2027-06-30"),
        ("2027-07-01", "2026-2027", "2027-07-01"),
        ("2027-08-01", "2027-2028", "2027-08-31"),
        ("2028-05-15", "2027-2028", "2028-06-30"),
    ],
)
def test_until_when_a_link_is_good(asked, year, until, row, peter):
    with frozen(day(asked)):
        assert queries.this_year() == year
        assert school_years()[0][0] == year
        assert queries.until_of(year, date.fromisoformat(asked)) == date.fromisoformat(until)
        name_b(row, peter)
        request = ask(row, peter)
        assert request.school_year == year
        assert not queries.expired(request), "no mail leaves with a link that does not work"
    with frozen(day(until, 23)):
        assert not queries.expired(request)
    with frozen(request.expires_at):
        assert queries.expired(request)
        assert queries.today() == date.fromisoformat(until) + ledger_cast.timedelta(days=1)


def name_b(row, peter):
    actions.name_contact(row.company, name="B", email="b@x.example", by=peter.uuid, checked=True)


def ask(row, peter):
    return actions.ask_confirmation(
        row.company, "company", by=peter.uuid, sender="P", link="{token}", site="Instroom"
    )


@pytest.mark.parametrize("late", ["2027-07-02", "2027-07-31"])
def test_after_the_counting_day_nobody_is_asked_about_the_year_that_was_counted(
    client, late, row, peter
):
    client.force_login(peter)
    name_b(row, peter)
    before = ledger_cast.digest()
    with frozen(day(late)):
        assert queries.this_year() == "2026-2027"
        with pytest.raises(UserError, match="is counted already"):
            ask(row, peter)
        for path, data in (
            ("ask/company/", {}),
            ("call/company/", {"answer": "right", "note": "x"}),
        ):
            answer = client.post(f"{page_of(row)}{path}", data)
            assert answer.status_code == 302
        for what in ("all_recorded", "nothing"):
            answer = client.post("/nl/work/schools/10ZZ00/said/", {"said": what})
            assert answer.status_code == 302
        assert ledger_cast.digest() == before


def test_the_school_year_changes_at_midnight_in_the_netherlands():
    with frozen(datetime(2027, 7, 31, 21, 59, 59, tzinfo=UTC)):
        assert queries.this_year() == "2026-2027"
    with frozen(datetime(2027, 7, 31, 22, 0, tzinfo=UTC)):
        assert queries.this_year() == "2027-2028"


def state_on(text: str, hour: int = 12) -> dict[str, str]:
    """Return the state of the school by school year, as it is counted at a moment."""
    with frozen(day(text, hour)):
        rows = state_rows(queries.ledger(), queries.ladder(), queries.today())
    return {one[0]: one[5] for one in rows if one[1] == BRIDGE.code}


def say(row, side: str, answer: str, at: datetime, by, note: str = "") -> None:
    with frozen(at):
        actions.record_call(row, side, actions.GivenAnswer(row.uuid, answer, note), by=by.uuid)


def test_what_is_confirmed_up_to_the_counting_day_counts_and_later_nothing_changes_it(row, peter):
    assert state_on("2026-11-16") == {YEAR: "contact_at_least"}
    say(row, "school", "right", day("2027-05-15", 0), peter)
    assert state_on("2027-05-15") == {YEAR: "contact_at_least"}
    say(row, "company", "right", day("2027-07-01", 23), peter)
    counted = {YEAR: "structural"}
    assert state_on("2027-06-30") == counted, "as it stands"
    assert state_on("2027-07-01") == counted
    for answer, note in (("right", "nog eens"), ("wrong", ""), ("different", "")):
        for text in ("2027-07-02", "2027-07-31"):
            with pytest.raises(UserError, match="is counted already"):
                say(row, "company", answer, day(text, 0), peter, note)
    say(row, "company", "wrong", day("2027-08-01", 0), peter)
    assert state_on("2027-08-01")[YEAR] == "structural"
    assert state_on("2028-03-01")[YEAR] == "structural"
    assert [c.answer for c in Confirmation.objects.filter(school_year=YEAR)] == ["right"] * 2


def test_an_answer_that_came_too_late_does_not_count_however_it_came(row, peter):
    say(row, "school", "right", day("2027-06-01"), peter)
    late = {"cooperation": row, "school_year": YEAR, "side": "company", "answer": "right"}
    made = Confirmation.objects.create(**late, how="link", at=day("2027-07-02", 0))
    assert state_on("2027-07-02") == {YEAR: "contact_at_least"}
    Confirmation.objects.filter(pk=made.pk).update(
        at=day("2027-07-02", 0) - ledger_cast.timedelta(microseconds=1)
    )
    assert state_on("2027-07-02") == {YEAR: "structural"}


def test_a_plan_and_lessons_count_from_the_day_they_are_there(school, peter):
    company = add_company(name="Glas", by=peter.uuid)
    made = actions.record_cooperation(school, company, filled(), by=peter.uuid)
    for side in ("school", "company"):
        say(made, side, "right", day("2027-06-01"), peter)
    assert state_on("2027-07-01") == {YEAR: "repeated_at_least"}
    with frozen(day("2027-07-02")):
        late = {"plan_signed": date(2027, 7, 2), "goals": "kerndoel 45", "year_plan": "blz. 2"}
        actions.change_cooperation(made, late, seen=1, by=peter.uuid)
    assert state_on("2027-07-02") == {YEAR: "repeated_at_least"}


# --- states and figures --------------------------------------------------------------------------


def test_a_state_names_nobody_and_its_digest_is_of_no_other_state(tmp_path):
    cast = ledger_cast.made()
    kept = []
    for name in ("first", "second"):
        with frozen(THEN):
            keep_ledger(
                tmp_path / name, queries.ledger(), queries.ladder(),
                today=queries.today(), at=THEN,
            )  # fmt: skip
        kept.append(newest_state(Store(tmp_path / name), queries.ladder().source))
    for one in kept:
        text = Path(one.original).read_text("utf-8")
        assert ledger_cast.STEM not in text.casefold()
        lines = list(csv.reader(text.splitlines(), delimiter=";"))
        assert lines[0][:-1] == list(HEADER) and len(lines) == 5
        assert {line[5] for line in lines[1:]} == {"structural"}
    for path in tmp_path.rglob("*"):
        if path.suffix == ".parquet":
            words = " ".join(map(str, pq.read_table(path).to_pylist())).casefold()
        else:
            words = (
                path.read_bytes().decode("utf-8", "replace").casefold() if path.is_file() else ""
            )
        assert cast.canaries_in(words) == set(), path
        assert cast.canaries_in(path.name) == set()
    without = [sorted(line[:-1] for line in rows_of(one)) for one in kept]
    assert without[0] == without[1], "the same rows"
    assert kept[0].sha256 != kept[1].sha256, "and no digest that could be guessed"


def rows_of(state):
    return csv.reader(Path(state.original).read_text("utf-8").splitlines(), delimiter=";")


def test_a_state_that_says_the_same_is_not_kept_again(tmp_path, row, peter):
    def keep(at: datetime) -> int:
        with frozen(at):
            keep_ledger(tmp_path, queries.ledger(), queries.ladder(), today=queries.today(), at=at)
        return len(states(Store(tmp_path), queries.ladder().source))

    assert [keep(THEN), keep(day("2026-11-17"))] == [1, 1]
    say(row, "school", "right", day("2026-11-18"), peter)
    assert keep(day("2026-11-18")) == 1, "one side alone changes no state"
    say(row, "company", "right", day("2026-11-19"), peter)
    assert keep(day("2026-11-19")) == 2


def waiting() -> int:
    return DBTaskResult.objects.filter(task_path__endswith=".recount", status="READY").count()


def test_figures_are_made_once_for_many_changes_and_again_for_one_that_comes_meanwhile(
    monkeypatch, row, peter
):
    runs = []

    def compute(*, data):
        del data
        runs.append(queries.ledger)
        if len(runs) == 1:
            assert waiting() == 0
            actions.say_of_school(row.school, "all_recorded", by=peter.uuid)

    monkeypatch.setattr(actions, "compute", compute)
    with transaction.atomic():
        for number in range(20):
            actions.record_cooperation(
                row.school, row.company, filled(what=f"iets {number}"), by=peter.uuid
            )
    say(row, "school", "right", THEN, peter)
    assert waiting() == 1
    worker = QueueWorker(Pace(pause=0))
    assert worker.work()
    assert (len(runs), waiting()) == (1, 1), "what came while it ran is counted too"
    assert worker.work()
    assert not worker.work()
    assert len(runs) == 2


def test_what_changes_nothing_asks_for_no_new_figures(row, peter):
    say(row, "school", "right", THEN, peter)
    actions.say_of_school(row.school, "nothing", by=peter.uuid)
    DBTaskResult.objects.all().delete()
    say(row, "school", "right", THEN, peter)
    actions.say_of_school(row.school, "nothing", by=peter.uuid)
    actions.change_cooperation(row, {"what": row.what}, seen=1, by=peter.uuid)
    assert waiting() == 0


# --- at the same time ----------------------------------------------------------------------------

PRESSED = """
import json, sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
sys.path[:0] = sys.argv[1:3]
from instroom_web.commands import prepare
prepare(sys.argv[3])
import ledger_cast
from django.db import connections
from instroom.core.errors import UserError
from instroom_web.accounts.actions import create_person
from instroom_web.inflow import actions
from instroom_web.inflow.models import Cooperation, SchoolStatement
from instroom_web.region.actions import RegisteredSchool, take_register
from instroom_web.region.models import ContactPerson, Organisation
from instroom_web.shared.history.models import Change
from instroom_web.shared.history.queries import verdict

by = create_person(email="peter@voorbeeld.nl", full_name="Peter").uuid
take_register([RegisteredSchool("10ZZ00", "De Brug", "po", "GM0153")])
school = Organisation.objects.get(code="10ZZ00")
found = Counter()

def press(act, gate):
    gate.wait(60)
    try:
        act()
        return "kept"
    except (UserError, actions.ChangedMeanwhileError) as error:
        return getattr(error, "code", "changed")
    finally:
        connections.close_all()

def twice(act):
    gate = Barrier(2)
    found.update(pool.map(lambda _: press(act, gate), range(2)))

with ThreadPoolExecutor(2) as pool:
    for n in range(15):
        values = ledger_cast.filled(company=f"Bedrijf {n}", what="iets",
                                    contact_email="a@school.example")
        twice(lambda: actions.record_filled(school, values, by=by, may_ask=True))
        row = Cooperation.objects.get(company__name=f"Bedrijf {n}")
        twice(lambda: actions.change_cooperation(row, {"goals": f"doel {n}"}, seen=1, by=by))
        said = ("all_recorded", "nothing")[n % 2]
        twice(lambda: actions.say_of_school(school, said, by=by))
kinds = Counter(Change.objects.values_list("kind", flat=True))
print(json.dumps({
    "answers": found, "companies": Organisation.objects.filter(kind="company").count(),
    "rows": Cooperation.objects.count(), "contacts": ContactPerson.objects.count(),
    "said": SchoolStatement.objects.count(), "faults": len(verdict().findings),
    "lines": {k: kinds[k] for k in
              ("cooperation.recorded", "cooperation.changed", "organisation.added", "school.said")},
}))
"""


@pytest.mark.parametrize(
    "where", ["sqlite", pytest.param("postgresql", marks=test_web_postgres.pytestmark)]
)
def test_a_form_that_is_sent_twice_at_the_same_time_is_kept_once(where, tmp_path, request):
    environment = running.environment()
    if where == "postgresql":
        environment["INSTROOM_DATABASE_URL"] = request.getfixturevalue("cluster")
    done = subprocess.run(
        [sys.executable, "-c", PRESSED, running.HERE, running.HERE.parent, tmp_path / "data"],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "answers": {"kept": 60, "recorded_already": 15, "changed": 15},
        "companies": 15, "rows": 15, "contacts": 15, "said": 1, "faults": 0,
        "lines": dict.fromkeys(
            ("cooperation.recorded", "cooperation.changed", "organisation.added", "school.said"), 15
        ),
    }  # fmt: skip
