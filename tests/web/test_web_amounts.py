"""Starts, targets and values: a second person approves, once; what is approved stays."""

import json
import subprocess
import sys
import uuid

import ledger_cast
import pytest
import running
import test_web_postgres
from django.db import IntegrityError, transaction

from instroom.core.errors import UserError
from instroom_web.accounts.actions import create_person
from instroom_web.programme import actions, queries
from instroom_web.programme.models import APPROVED, SENT_BACK, AmountVersion
from instroom_web.region.actions import give_role
from instroom_web.shared.clock import now
from instroom_web.shared.history.queries import history_of

HAVO = "3_technical_profile:technical_profile_share:exam:havo"
MENTORS = "6_competent_mentors:::"
ANNA, PETER = uuid.UUID(int=1), uuid.UUID(int=2)


def given(**more):
    usual = {"kind": "target", "yardstick": HAVO, "place": "twente", "period": "2028-2029",
             "low": 0.4, "high": 0.4, "reason": "afgesproken"}  # fmt: skip
    return actions.GivenAmount(**usual | more)


@pytest.mark.django_db
def test_a_target_counts_once_a_second_person_approved_it():
    row = actions.propose(given(), by=PETER)
    assert list(queries.approved()) == []
    with pytest.raises(UserError, match="themselves"):
        actions.decide(row, APPROVED, by=PETER)
    assert actions.decide(row, APPROVED, by=ANNA) is True
    assert actions.decide(row, SENT_BACK, by=ANNA) is False, "it is locked"
    assert [one.decided for one in queries.approved()] == [APPROVED]
    kinds = [(one.kind, one.by) for one in history_of(row)]
    assert kinds == [("amount.proposed", PETER), ("amount.approved", ANNA)]


@pytest.mark.django_db
def test_a_correction_is_a_new_version_and_both_stay():
    for share in (0.4, 0.44):
        actions.decide(actions.propose(given(low=share, high=share), by=PETER), APPROVED, by=ANNA)
    sent_back = actions.propose(given(low=0.9, high=0.9), by=PETER)
    actions.decide(sent_back, SENT_BACK, by=ANNA)
    assert [row.version for row in queries.approved()] == [1, 2]
    assert [row.low for row in queries.counting(queries.approved())] == [0.44]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"low": 1.2, "high": 1.2}, "no_amount"),
        ({"low": 0.5, "high": 0.4}, "no_amount"),
        ({"reason": "  "}, "no_amount"),
        ({"kind": "wish"}, "computed_already"),
        ({"kind": "wish", "yardstick": MENTORS}, "no_amount"),
        ({"kind": "value", "people": 10}, "computed_already"),
        ({"kind": "baseline"}, "computed_already"),
        ({"kind": "value", "yardstick": MENTORS}, "no_amount"),
        ({"period": "soon"}, "unknown_period"),
        ({"yardstick": "x"}, "unknown_yardstick"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_writes_nothing(more, code):
    with pytest.raises((UserError, actions.periods.DataError)) as refused:
        actions.propose(given(**more), by=PETER)
    assert refused.value.code == code
    assert not AmountVersion.objects.exists()


@pytest.mark.django_db
def test_only_one_version_of_the_same_waits():
    actions.propose(given(), by=PETER)
    with pytest.raises(UserError, match="waits"):
        actions.propose(given(low=0.5, high=0.5), by=ANNA)
    actions.propose(given(gender="female"), by=PETER)
    actions.propose(given(place="GM0153"), by=PETER)
    assert AmountVersion.objects.count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"decided": APPROVED, "decided_by": PETER, "decided_at": now()},  # the author's own
        {"decided": APPROVED},  # by nobody
        {"decided": "perhaps", "decided_by": ANNA, "decided_at": now()},
        {"low": -0.1},
        {"high": 0.2},
        {"reason": ""},
        {"kind": "wish"},
        {"kind": "value", "people": None},
    ],
)
def test_the_database_itself_refuses_what_no_code_may_write(change):
    row = actions.propose(given(), by=PETER)
    with pytest.raises(IntegrityError), transaction.atomic():
        AmountVersion.objects.filter(pk=row.pk).update(**change)


PRESSED = """
import json, sys, uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
sys.path[:0] = sys.argv[1:3]
from instroom_web.commands import prepare
prepare(sys.argv[3])
from django.db import connections
from instroom.core.errors import UserError
from instroom_web.programme import actions
from instroom_web.programme.models import AmountVersion
from instroom_web.shared.history.models import Change
from instroom_web.shared.history.queries import verdict

by = uuid.UUID(int=2)

def at_once(act):
    gate = Barrier(4)
    def press(n):
        gate.wait(60)
        try:
            return act(n)
        except UserError as error:
            return error.code
        finally:
            connections.close_all()
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(press, range(4)))

decided, entered = [], []
for n in range(10):
    given = actions.GivenAmount(
        kind="target", yardstick="3_technical_profile:technical_profile_share:exam:havo",
        place="twente", period=f"{2030 + n}-{2031 + n}", low=0.4, high=0.4, reason="x")
    entered += at_once(lambda m: bool(actions.propose(given, by=by)))
    row = AmountVersion.objects.get(period=given.period)
    said = ["approved", "sent_back"] * 2
    decided += at_once(lambda m: actions.decide(row, said[m], by=uuid.UUID(int=10 + m)))
print(json.dumps({
    "entered": entered.count(True), "told": entered.count("waits_already"),
    "decided": decided.count(True), "too_late": decided.count(False),
    "lines": Change.objects.count(), "faults": [str(one) for one in verdict().findings],
}))
"""


@pytest.mark.parametrize(
    "where", ["sqlite", pytest.param("postgresql", marks=test_web_postgres.pytestmark)]
)
def test_whoever_enters_or_decides_at_the_same_moment_counts_once(where, tmp_path, request):
    environment = running.environment()
    if where == "postgresql":
        environment["INSTROOM_DATABASE_URL"] = request.getfixturevalue("cluster")
    done = subprocess.run(
        [sys.executable, "-c", PRESSED, running.HERE, running.HERE.parent, tmp_path / "data"],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "entered": 10, "told": 30, "decided": 10, "too_late": 30, "lines": 20, "faults": [],
    }  # fmt: skip


@pytest.fixture
def people():
    with ledger_cast.frozen(ledger_cast.THEN):
        found = {}
        for name in ("project_leader", "office"):
            found[name] = create_person(email=f"{name}@school.example", full_name=name)
        give_role(found["project_leader"], "project_leader")
        yield found


@pytest.mark.django_db
def test_a_target_is_entered_and_seen_in_a_browser(people, client):
    client.force_login(
        people["project_leader"], "allauth.account.auth_backends.AuthenticationBackend"
    )
    form = {"kind": "target", "yardstick": HAVO, "place": "twente", "gender": "",
            "period": "2028-2029", "percent": "42,5", "reason": "afgesproken"}  # fmt: skip
    address = "/nl/work/goals/3_technical_profile/"
    answer = client.post(f"{address}enter/", form)
    assert (answer.status_code, answer["Location"]) == (302, address)
    row = AmountVersion.objects.get()
    assert (row.low, row.high, row.author) == (0.425, 0.425, people["project_leader"].uuid)
    assert "ambitie, niet vastgesteld" in client.get(address).content.decode()
    again = client.post(f"{address}enter/", form)
    assert again.status_code == 422
    refused = client.post(f"/nl/work/amounts/{row.uuid}/decide/", {"decision": APPROVED})
    assert refused.status_code == 403
    row.refresh_from_db()
    assert row.decided == ""
