"""What is typed and not saved: kept for its person only, put back, and gone once it is saved."""

import datetime
import json

import pytest
from django.conf import settings
from django.test import Client

import people
from instroom_web.accounts.models import SignIn
from instroom_web.shared.drafts import actions
from instroom_web.shared.drafts.models import Draft
from instroom_web.shared.drafts.queries import draft_of

pytestmark = pytest.mark.django_db
BACKEND = settings.AUTHENTICATION_BACKENDS[0]


def kept(client, values, key="cooperation/00AA00", tab="one"):
    data = {"key": key, "values": json.dumps(values), "tab": tab}
    return client.post("/nl/work/draft/", data)


@pytest.fixture
def anna(client):
    client.force_login(people.person("anna"), BACKEND)
    return people.person("anna")


def test_what_is_typed_is_kept_and_the_newest_wins_and_says_so(client, anna):
    first = kept(client, {"what": "pompen"}).json()
    assert first["replaced"] is False
    assert len(first["time"]) == 5
    assert kept(client, {"what": "pompen bouwen"}).json()["replaced"] is False
    assert kept(client, {"what": "iets anders"}, tab="two").json()["replaced"] is True
    assert draft_of(anna.uuid, "cooperation/00AA00").values == {"what": "iets anders"}
    assert Draft.objects.count() == 1


def test_a_draft_is_its_persons_alone(client, anna):
    kept(client, {"what": "van Anna"})
    other = Client()
    other.force_login(people.person("omar"), BACKEND)
    kept(other, {"what": "van Omar"})
    other.post("/nl/work/draft/", {"key": "cooperation/00AA00", "forget": "1"})
    assert draft_of(anna.uuid, "cooperation/00AA00").values == {"what": "van Anna"}
    assert draft_of(people.person("omar").uuid, "cooperation/00AA00") is None


def test_who_is_signed_out_keeps_nothing_and_loses_nothing(client, anna):
    kept(client, {"what": "eerst"})
    row = SignIn.objects.get()
    SignIn.objects.update(seen=row.seen - datetime.timedelta(minutes=31))
    assert kept(client, {"what": "daarna"}).status_code == 302
    data = {"draft_key": "cooperation/00AA00", "language": "de"}
    assert client.post("/nl/account/language/", data).status_code == 302
    assert draft_of(anna.uuid, "cooperation/00AA00").values == {"what": "eerst"}


def test_a_draft_goes_when_its_form_is_saved_and_not_when_it_is_refused(client, anna):
    kept(client, {"what": "x"})
    data = {"draft_key": "cooperation/00AA00"}
    client.post("/nl/work/schools/99ZZ00/cooperation/", data)
    assert draft_of(anna.uuid, "cooperation/00AA00") is not None
    client.post("/nl/account/language/", data | {"language": "de"})
    assert draft_of(anna.uuid, "cooperation/00AA00") is None


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"values": "geen json"}, 400),
        ({"values": '["a"]'}, 400),
        ({"values": '{"a": 1}'}, 400),
        ({"values": json.dumps({"a": "x" * 50_001})}, 413),
        ({"values": json.dumps({str(n): "" for n in range(201)})}, 413),
        ({"values": "{}", "key": "k" * 121}, 413),
        ({"values": "{}", "key": ""}, 413),
    ],
)
@pytest.mark.usefixtures("anna")
def test_what_is_no_draft_is_refused(client, data, status):
    assert client.post("/nl/work/draft/", {"key": "k", "tab": "t"} | data).status_code == status
    assert not Draft.objects.exists()


@pytest.mark.usefixtures("anna")
def test_nobody_fills_the_table(client, monkeypatch):
    monkeypatch.setattr(actions, "MOST_DRAFTS", 2)
    answers = [kept(client, {"a": "b"}, key=f"k{n}").status_code for n in range(3)]
    assert answers == [200, 200, 413]
    assert kept(client, {"a": "c"}, key="k1").status_code == 200


def test_a_draft_is_forgotten_after_a_week(client, anna):
    kept(client, {"a": "b"})
    assert actions.forget_old_drafts() == 0
    row = Draft.objects.get()
    Draft.objects.update(kept_at=row.kept_at - datetime.timedelta(days=7, minutes=1))
    assert draft_of(anna.uuid, row.key) is None, "nor is it put back before it is erased"
    assert actions.forget_old_drafts() == 1
