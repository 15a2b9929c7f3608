"""The page behind a link in a mail: looking confirms nothing, each answer counts once, in time."""

import json
import subprocess
import sys
from datetime import timedelta
from uuid import uuid4

import ledger_cast
import pytest
import running
import test_web_postgres
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.signing import Signer
from django.db import transaction
from django.test import Client
from django_tasks_db.models import DBTaskResult
from ledger_cast import THEN, YEAR, confirmed, filled, frozen

import people
from instroom.core.errors import UserError
from instroom.core.messages import Message
from instroom.core.texts import Texts
from instroom_web.inflow import actions, queries
from instroom_web.inflow.models import Confirmation, ConfirmationRequest
from instroom_web.region.actions import (
    RegisteredSchool,
    add_company,
    give_role,
    take_register,
)
from instroom_web.region.contacts.actions import forget_contacts, name_contact
from instroom_web.region.models import ContactPerson, Organisation
from instroom_web.shared.history.models import Change
from instroom_web.shared.history.queries import verdict
from instroom_web.shared.mails.models import Mail
from instroom_web.shared.worker import Pace, QueueWorker, sweep

cluster = test_web_postgres.cluster
pytestmark = pytest.mark.django_db


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
    take_register([RegisteredSchool("10ZZ00", "De Bedachte Brug", "po", "GM0153")])
    return Organisation.objects.get(code="10ZZ00")


@pytest.fixture
def rows(school, peter):
    """Three cooperations of a school, of which the first two are with one company."""
    whole = {"goals": "kerndoel 45", "year_plan": "bladzijde 14", "plan_signed": THEN.date()}
    found = []
    for name, what in (("Pompen", "ontwerpen"), ("Pompen", "meten"), ("Glas", "blazen")):
        company = add_company(name=name, by=peter.uuid)
        values = filled(what=what, **whole)
        found.append(actions.record_cooperation(school, company, values, by=peter.uuid))
    return found


def asked(organisation, side, by, **contact):
    given = {"name": "Bram", "email": "bram@pompen.example", **contact}
    name_contact(organisation, by=by.uuid, checked=True, **given)
    return actions.ask_confirmation(
        organisation, side, by=by.uuid, sender=by.full_name, link="https://x.example/{token}",
        site="Instroom",
    )  # fmt: skip


@pytest.fixture
def company_link(rows, peter):
    return f"/nl/confirm/{queries.token_of(asked(rows[0].company, 'company', peter))}/"


@pytest.fixture
def school_link(rows, peter):
    request = asked(rows[0].school, "school", peter, email="school@school.example")
    return f"/nl/confirm/{queries.token_of(request)}/"


def answers(*given):
    """Return what the form posts: ``(row, answer, note, hours)`` each, as far as filled in."""
    found = {}
    for row, *rest in given:
        names = ("answer", "note", "hours")
        found |= {f"{name}_{row.uuid.hex}": value for name, value in zip(names, rest, strict=False)}
    return found


def given_lines() -> int:
    return Change.objects.filter(kind="confirmation.given").count()


def rung(row) -> str:
    (now,) = [one for one in queries.cooperations_of(row.school) if one.row.pk == row.pk]
    return now.rung.id


# --- looking -------------------------------------------------------------------------------------


def test_who_only_opens_a_link_confirms_nothing_and_is_not_remembered(client, company_link):
    before = ledger_cast.digest()
    for _ in range(20):
        assert client.get(company_link).status_code == 200
        assert client.head(company_link).status_code == 200
        client.get(company_link, headers={"User-Agent": "scanner", "Purpose": "prefetch"})
    assert ledger_cast.digest() == before
    assert Session.objects.count() == 0
    assert {name for name in client.cookies if "csrf" not in name} == set()
    html = client.get(company_link).content.decode()
    assert 'type="radio"' in html and "checked" not in html


def test_a_link_is_kept_by_nobody_and_found_by_no_search_engine(client, company_link):
    answer = client.get(company_link)
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert "ETag" not in answer


# --- answering -----------------------------------------------------------------------------------


def test_pressing_twice_is_one_answer_and_one_line(client, company_link, rows):
    said = answers((rows[0], "right", "wij komen elk jaar", "12"))
    first, second = client.post(company_link, said), client.post(company_link, said)
    assert "Uw antwoord is bewaard" in first.content.decode()
    assert "Er is niets nieuws bewaard" in second.content.decode()
    one = Confirmation.objects.get()
    assert (one.side, one.answer, one.note, one.hours) == (
        "company", "right", "wij komen elk jaar", 12,
    )  # fmt: skip
    assert (one.how, one.by, one.school_year) == ("link", None, YEAR)
    assert given_lines() == 1
    assert verdict().findings == ()


def test_what_is_left_open_stays_open_and_can_be_answered_later(client, company_link, rows):
    html = client.post(company_link, answers((rows[1], "right"))).content.decode()
    assert "Nog 1 te gaan" in html
    assert [confirmed(row) for row in rows] == [[], [("company", "right")], []]
    html = client.post(company_link, answers((rows[0], "different", "op dinsdag"), (rows[1], "")))
    assert "Alles is beantwoord" in html.content.decode()
    assert confirmed(rows[1]) == [("company", "right")], "left open is not taken back"
    assert confirmed(rows[0]) == [("company", "different")]


def test_only_both_sides_saying_right_confirm_and_either_can_take_it_back(
    client, company_link, school_link, rows
):
    assert rung(rows[0]) == "contact"
    client.post(school_link, answers((rows[0], "right")))
    client.post(company_link, answers((rows[0], "different", "wij komen in havo 4")))
    assert rung(rows[0]) == "contact", "what is different is not confirmed"
    client.post(company_link, answers((rows[0], "right")))
    assert rung(rows[0]) == "structural"
    client.post(company_link, answers((rows[0], "wrong")))
    assert rung(rows[0]) == "contact"
    assert confirmed(rows[0]) == [("company", "wrong"), ("school", "right")]
    assert given_lines() == 4
    last = Change.objects.filter(kind="confirmation.given").last()
    assert (last.before["answer"], last.after["answer"]) == ("right", "wrong")


@pytest.mark.parametrize(
    "odd", ["", "RIGHT", "yes", "right,wrong", "1", "x" * 5000, "<b>", "rîght"]
)
def test_an_answer_that_is_none_of_the_three_is_ignored_and_the_others_count(
    client, company_link, rows, odd
):
    answer = client.post(company_link, answers((rows[0], odd), (rows[1], "right")))
    assert answer.status_code == 200
    assert [confirmed(row) for row in rows] == [[], [("company", "right")], []]
    assert given_lines() == 1


@pytest.mark.parametrize("odd", ["twaalf", "-1", "1.5", "99999999999999999999", "1e3", "12 uur"])
def test_hours_that_are_no_number_are_told_at_their_field_and_nothing_typed_is_lost(
    client, company_link, rows, odd
):
    before = ledger_cast.digest()
    said = answers((rows[0], "wrong", "het was anders", odd), (rows[1], "right", "", "3"))
    answer = client.post(company_link, said)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert ledger_cast.digest() == before, "half an answer is none"
    field = html.split(f'name="hours_{rows[0].uuid.hex}"')[0].rpartition('<div class="field')[2]
    assert 'class="problem"' in field, "the page says at which field"
    assert html.count('class="problem"') == 1
    assert f'value="{odd}"' in html and 'value="het was anders"' in html and 'value="3"' in html
    assert html.count(" checked") == 2 and "Uw antwoord is bewaard" not in html
    assert "Er is niets nieuws bewaard" in html
    answer = client.post(company_link, said | answers((rows[0], "wrong", "het was anders", "8")))
    assert answer.status_code == 200
    assert Confirmation.objects.get(cooperation=rows[0]).hours == 8


def test_a_school_is_not_asked_for_hours_and_gives_none(client, school_link, rows):
    assert "hours_" not in client.get(school_link).content.decode()
    answer = client.post(school_link, answers((rows[0], "right", "", "twaalf")))
    assert answer.status_code == 200
    assert Confirmation.objects.get().hours is None


def test_a_note_that_is_too_long_is_told_and_kept_on_the_page(client, company_link, rows):
    long = "x" * 501
    answer = client.post(company_link, answers((rows[0], "right", long)))
    html = answer.content.decode()
    assert answer.status_code == 422 and long in html and 'class="problem"' in html
    assert Confirmation.objects.count() == 0


def test_what_somebody_wrote_is_shown_as_text(client, company_link, rows):
    sly = '"><script>alert(1)</script>'
    html = client.post(company_link, answers((rows[0], "right", sly))).content.decode()
    assert "<script>alert" not in html and "&lt;script&gt;" in html


# --- what is not theirs --------------------------------------------------------------------------


def test_answers_about_a_cooperation_of_another_organisation_change_nothing(
    client, company_link, rows
):
    before = ledger_cast.digest()
    answer = client.post(company_link, answers((rows[2], "right"), (rows[2], "wrong", "x", "4")))
    assert answer.status_code == 200
    assert ledger_cast.digest() == before
    request = ConfirmationRequest.objects.get()
    assert actions.take_answers(request, [actions.GivenAnswer(rows[2].uuid, "right")]) == 0
    assert ledger_cast.digest() == before


def test_a_link_that_was_changed_is_a_page_that_is_not_there(client, company_link, rows, peter):
    other = asked(rows[2].company, "company", peter)
    token = company_link.split("/")[-2]
    uuid, _, signature = token.partition(":")
    tampered = [
        f"{other.uuid.hex}:{signature}",
        f"{uuid}:{signature[:-1]}",
        f"{uuid}:{signature[:-1]}{'a' if signature[-1] != 'a' else 'b'}",
        f"{uuid}:{signature.swapcase()}",
        uuid, signature, f"{uuid}:", f":{signature}", ":", token[1:], token * 40, "%00", "é",
        Signer(salt="instroom.other").sign(uuid),
        Signer(salt="instroom.inflow.confirmation").sign(uuid4().hex),
        Signer(salt="instroom.inflow.confirmation").sign("nobody"),
    ]  # fmt: skip
    before = ledger_cast.digest()
    for one in tampered:
        for answer in (
            client.get(f"/nl/confirm/{one}/"),
            client.head(f"/nl/confirm/{one}/"),
            client.post(f"/nl/confirm/{one}/", answers((rows[0], "right"), (rows[2], "right"))),
        ):
            assert answer.status_code in (400, 404), one
    assert ledger_cast.digest() == before


def test_a_post_without_the_token_of_the_form_is_refused(company_link, rows):
    strict = Client(enforce_csrf_checks=True)
    before = ledger_cast.digest()
    assert strict.post(company_link, answers((rows[0], "right"))).status_code == 403
    assert ledger_cast.digest() == before
    html = strict.get(company_link).content.decode()
    key = html.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    said = {**answers((rows[0], "right")), "csrfmiddlewaretoken": key}
    assert strict.post(company_link, said).status_code == 200
    assert confirmed(rows[0]) == [("company", "right")]


# --- in time -------------------------------------------------------------------------------------


def test_after_its_time_a_link_says_so_and_changes_nothing(client, company_link, rows):
    request = ConfirmationRequest.objects.get()
    with frozen(request.expires_at - timedelta(microseconds=1)):
        assert client.post(company_link, answers((rows[0], "right"))).status_code == 200
        assert confirmed(rows[0]) == [("company", "right")]
    before = ledger_cast.digest()
    with frozen(request.expires_at):
        for answer in (
            client.get(company_link),
            client.head(company_link),
            client.post(company_link, answers((rows[0], "wrong"), (rows[1], "right"))),
        ):
            assert answer.status_code == 410
        with pytest.raises(UserError, match="no longer valid"):
            actions.take_answers(request, [actions.GivenAnswer(rows[0].uuid, "wrong")])
    assert ledger_cast.digest() == before
    assert "Pompen" not in client.get(company_link.replace(":", ":x")).content.decode()


def test_the_page_says_the_last_day_on_which_it_works(client, company_link):
    assert "16 december 2026" in client.get(company_link).content.decode()
    assert ConfirmationRequest.objects.get().expires_at == ledger_cast.day("2026-12-17", 0)


# --- asking --------------------------------------------------------------------------------------


def test_a_mail_leaves_exactly_when_its_request_is_kept(rows, peter):
    before = ledger_cast.digest()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        asked(rows[0].company, "company", peter)
        assert Mail.objects.count() == 1
        _ = 1 / 0
    assert ledger_cast.digest() == before
    assert (Mail.objects.count(), ConfirmationRequest.objects.count()) == (0, 0)
    work()
    assert mail.outbox == []
    request = asked(rows[0].company, "company", peter)
    assert mail.outbox == [], "only the worker sends"
    work()
    (sent,) = mail.outbox
    assert sent.to == ["bram@pompen.example"]
    assert queries.token_of(request) in sent.body
    assert "De Bedachte Brug" not in sent.body, "what it is about stands behind the link"


def work() -> None:
    DBTaskResult.objects.filter(task_path__endswith=".recount").delete()
    worker = QueueWorker(Pace(pause=0))
    while worker.work():
        pass


def test_the_mail_goes_to_the_address_that_was_typed(client, rows, peter):
    client.force_login(peter)
    company = rows[0].company
    name_contact(company, name="Anna", email="anna@pompen.example", by=peter.uuid, checked=True)
    name_contact(company, name="Bram", email="bram@pompen.example", by=peter.uuid, checked=True)
    page = f"/nl/work/cooperation/{rows[0].uuid}/ask/company/"
    client.post(page, {"email": "anna@pompen.example", "name": "Anna"})
    assert Mail.objects.get().address == "anna@pompen.example"
    client.post(page)
    assert Mail.objects.first().address == "bram@pompen.example", "the newest one we know"


def test_somebody_of_a_school_does_not_decide_who_answers_for_a_company(client, rows, peter):
    asked(rows[0].company, "company", peter)
    fatma = people.person("fatma")
    give_role(fatma, "school_leader", rows[0].school)
    client.force_login(fatma)
    page, before = f"/nl/work/schools/{rows[0].school.code}/cooperation/", ledger_cast.digest()
    given = filled(company="Pompen", what="iets", contact_email="fatma@school.example")
    answer = client.post(page, given)
    assert answer.status_code == 422 and ledger_cast.digest() == before
    part = answer.content.decode().split('class="problem"')[1].split("</div>")[0]
    assert 'name="contact_email"' in part and "bram@" not in answer.content.decode()
    assert client.post(page, given | {"contact_email": ""}).status_code == 302
    client.force_login(peter)
    client.post(f"/nl/work/cooperation/{rows[0].uuid}/ask/company/")
    assert Mail.objects.first().address == "bram@pompen.example"
    assert client.post(page, given | {"what": "nog iets"}).status_code == 302
    assert ContactPerson.objects.filter(email="fatma@school.example").exists()


def test_nobody_is_written_to_after_their_time(client, rows, peter):
    client.force_login(peter)
    contact = name_contact(
        rows[0].company, name="A", email="a@pompen.example", by=peter.uuid, checked=True
    )
    with frozen(ledger_cast.day(str(contact.until + timedelta(days=1)))):
        actions.record_cooperation(
            rows[0].school, rows[0].company, filled(what="nog iets"), by=peter.uuid
        )
        with pytest.raises(UserError, match="nobody is known"):
            actions.ask_confirmation(
                rows[0].company, "company", by=peter.uuid, sender="P", link="{token}", site="I"
            )
    assert Mail.objects.count() == 0


def test_after_their_time_contact_persons_and_the_mails_to_them_are_erased(rows, peter):
    asked(rows[0].company, "company", peter, name="Vera Voorbij", email="vera@pompen.example")
    asked(rows[2].company, "company", peter)
    gone = ContactPerson.objects.get(name="Vera Voorbij")
    with frozen(ledger_cast.day("2027-09-01")):
        name_contact(
            rows[2].company, name="Bram", email="bram@pompen.example", by=peter.uuid, checked=True
        )
    with frozen(ledger_cast.day(str(gone.until), 23)):
        sweep(Pace())
        assert ContactPerson.objects.count() == 2, "the last day counts"
    with frozen(ledger_cast.day(str(gone.until + timedelta(days=1)), 0)):
        sweep(Pace())
        assert forget_contacts() == 0
    assert [one.name for one in ContactPerson.objects.all()] == ["Bram"]
    emptied = Mail.objects.get(regards=f"region.ContactPerson:{gone.pk}")
    assert (emptied.address, emptied.subject, emptied.body) == ("", "", "")
    assert Mail.objects.exclude(pk=emptied.pk).get().address == "bram@pompen.example"
    told = [(one.before, one.after) for one in Change.objects.filter(kind="contact.forgotten")]
    assert told == [({"contact": gone.pk}, {})]
    assert verdict().findings == ()


def test_a_bad_address_is_told_and_asks_nobody(client, rows, peter):
    client.force_login(peter)
    page = f"/nl/work/cooperation/{rows[0].uuid}/ask/company/"
    answer = client.post(page, {"email": "no address"}, follow=True)
    told = Texts("nl").say(Message("this is no e-mail address"))
    assert told in answer.content.decode()
    assert (Mail.objects.count(), ConfirmationRequest.objects.count()) == (0, 0)


# --- at the same time ----------------------------------------------------------------------------

PRESSED = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
sys.path[:0] = sys.argv[1:3]
from instroom_web.commands import prepare
prepare(sys.argv[3])
import ledger_cast
from django.db import connections
from django.test import Client
from instroom_web.accounts.actions import create_person
from instroom_web.inflow import actions, queries
from instroom_web.inflow.models import Confirmation
from instroom_web.region.actions import RegisteredSchool, add_company, take_register
from instroom_web.region.contacts.actions import name_contact
from instroom_web.region.contacts.actions import forget_contacts, name_contact
from instroom_web.region.models import ContactPerson, Organisation
from instroom_web.shared.history.models import Change
from instroom_web.shared.history.queries import verdict

by = create_person(email="peter@voorbeeld.nl", full_name="Peter").uuid
take_register([RegisteredSchool("10ZZ00", "De Brug", "po", "GM0153")])
school = Organisation.objects.get(code="10ZZ00")
rows = [
    actions.record_cooperation(school, add_company(name=f"Bedrijf {n}", by=by),
                               ledger_cast.filled(what="iets", since=queries.this_year()), by=by)
    for n in range(20)
]
links = {}
for side, one in [("school", school), *(("company", row.company) for row in rows)]:
    name_contact(one, name="A", email="a@school.example", by=by, checked=True)
    request = actions.ask_confirmation(one, side, by=by, sender="P", link="{token}", site="I")
    links[one.pk] = f"/nl/confirm/{queries.token_of(request)}/"

def press(row, organisation, gate):
    gate.wait(60)
    client = Client(headers={"host": "localhost"})
    answer = client.post(links[organisation], {f"answer_{row.uuid.hex}": "right"})
    connections.close_all()
    return answer.status_code

codes = []
with ThreadPoolExecutor(4) as pool:
    for row in rows:  # both sides press twice, all four at the same moment
        gate = Barrier(4)
        ends = (school.pk, school.pk, row.company_id, row.company_id)
        codes += pool.map(lambda end: press(row, end, gate), ends)
print(json.dumps({
    "codes": sorted(set(codes)), "presses": len(codes),
    "kept": Confirmation.objects.filter(answer="right").count(),
    "lines": Change.objects.filter(kind="confirmation.given").count(),
    "faults": [str(one) for one in verdict().findings],
    "once": sum(one.rung.id == "once" for one in queries.cooperations_of(school)),
}))
"""


@pytest.mark.parametrize(
    "where", ["sqlite", pytest.param("postgresql", marks=test_web_postgres.pytestmark)]
)
def test_whoever_presses_twice_at_the_same_time_is_counted_once(where, tmp_path, request):
    environment = running.environment()
    if where == "postgresql":
        environment["INSTROOM_DATABASE_URL"] = request.getfixturevalue("cluster")
    done = subprocess.run(
        [sys.executable, "-c", PRESSED, running.HERE, running.HERE.parent, tmp_path / "data"],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "codes": [200], "presses": 80, "kept": 40, "lines": 40, "faults": [], "once": 20,
    }  # fmt: skip
