"""The history of rows is a chain: it has one writer, forks never, and forgets on record only."""

import os  # noqa: F401  named in a condition
import sqlite3
import subprocess
import sys
from uuid import UUID

import pytest
import running
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from test_web_migrating import instroom

import people
from instroom.core.chain import ERASED_KIND
from instroom_web.accounts import actions as accounts
from instroom_web.accounts.models import Person
from instroom_web.shared.history import actions, queries
from instroom_web.shared.history.models import ChainHead, Change, ChangeIsKeptError

pytestmark = pytest.mark.django_db
ANNA = UUID(int=7)


def named(number, *, subject=1, **values):
    told = {"before": {"name": f"old {number}"}, "after": {"name": f"new {number}"}} | values
    return actions.NewChange(Person(pk=subject), "person.named", ANNA, **told)


def write(*numbers, **values):
    with transaction.atomic():
        return actions.record_changes([named(number, **values) for number in numbers])


def found(*anchor):
    return [(one.number, one.fault) for one in queries.verdict(anchor).findings]


def test_what_people_do_makes_a_whole_chain():
    for name in people.CAST:
        accounts.deactivate_person(people.person(name))
    verdict = queries.verdict()
    assert verdict.findings == () and verdict.changes >= 2 * len(people.CAST)
    numbers = list(Change.objects.values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))


def test_many_changes_are_written_at_once_in_their_order(django_assert_max_num_queries):
    before = Change.objects.count()
    with django_assert_max_num_queries(20):
        made = write(*range(300))
    assert [change.number - before for change in made] == list(range(1, 301))
    assert found() == []
    assert actions.record_changes([]) == [], "nothing to record holds nothing"


def test_what_is_taken_back_leaves_no_gap():
    write(1)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        actions.record_changes([named(2)])
        _ = 1 / 0
    write(3)
    assert found() == []


@pytest.mark.parametrize("value", [1.0, 1e22, -0.0, 0.1, 10**30, "é\u2028", None, True, [1, {}]])
def test_what_a_database_makes_of_a_value_breaks_no_link(value):
    write(1, after={"value": value, "b": {"z": 1, "a": [value]}})
    assert found() == []


def test_a_change_is_never_changed_through_its_model():
    change = write(1)[0]
    kept = Change.objects.get(pk=change.pk)
    everything = Change.objects.all()
    for write_over in (
        change.save,
        kept.save,
        kept.delete,
        everything.delete,
        lambda: everything.update(kind="x"),
        lambda: Change.objects.filter(pk=change.pk).update(kind="x"),
        lambda: everything.bulk_update([kept], ["kind"]),
        lambda: everything.bulk_create([kept], update_conflicts=True),
    ):
        with pytest.raises(ChangeIsKeptError):
            write_over()
    with pytest.raises(IntegrityError), transaction.atomic():
        Change(**{f.name: getattr(kept, f.name) for f in Change._meta.fields}).save()
    assert Change.objects.get(pk=change.pk).kind == "person.named"
    assert found() == []


def test_what_is_tampered_with_is_found_and_the_rest_goes_on():
    write(*range(6))
    last = queries.verdict().last
    number = last.number - 2
    QuerySet(Change).filter(number=number).update(after={"name": "other"})
    assert found(last) == [(number, "edited")]
    write(7)
    assert found(last) == [(number, "edited")], "who writes later hides nothing"


@pytest.mark.skipif("os.environ.get('INSTROOM_TEST_POSTGRES')", reason="it lets nobody do this")
@pytest.mark.parametrize("spoiled", [("at", "yesterday"), ("by", "nobody"), ("after", "[1]")])
def test_a_value_of_no_kind_that_is_written_is_one_finding(spoiled):
    write(*range(6))
    numbers = list(Change.objects.values_list("number", flat=True))
    column, value = spoiled
    for number in (numbers[0], numbers[-3]):
        with connection.cursor() as cursor:
            told = f'UPDATE history_change SET "{column}" = %s WHERE number = %s'  # noqa: S608
            cursor.execute(told, [value, number])
    assert found() == [(numbers[0], "edited"), (numbers[-3], "edited")]


def test_a_head_that_is_gone_is_found_and_made_again():
    write(1, 2)
    ChainHead.objects.all().delete()
    assert [fault for _, fault in found()] == ["head_differs"]
    write(3)
    assert found() == []


def test_erasing_is_on_record_and_the_chain_holds():
    write(1, 2, subject=1, reason="Peter asked")
    write(3, subject=2)
    mine = {"object_kind": "accounts.Person", "object_id": "1"}
    numbers = list(Change.objects.filter(**mine).values_list("number", flat=True))
    anchor = queries.verdict().last
    record = actions.erase_contents(**mine, by=ANNA, reason="on request")
    assert (record.kind, record.by, record.after) == (ERASED_KIND, ANNA, {"numbers": numbers})
    emptied = Change.objects.filter(pk__in=numbers)
    assert set(emptied.values_list("reason", "salt")) == {("", "")}
    assert [(c.before, c.after) for c in emptied] == [({}, {})] * len(numbers)
    verdict = queries.verdict([anchor])
    assert (verdict.findings, verdict.erased) == ((), len(numbers))
    assert actions.erase_contents(**mine, by=ANNA, reason="again") is None
    write(4, subject=1)
    second = actions.erase_contents(**mine, by=ANNA, reason="again")
    assert second.after == {"numbers": [second.number - 1]}
    assert Change.objects.get(pk=record.pk).after == {"numbers": numbers}
    assert queries.verdict([anchor]).findings == ()


def test_emptied_without_a_record_is_found_and_nobody_else_may_record_it():
    change = write(1)[0]
    QuerySet(Change).filter(pk=change.pk).update(before={}, after={}, reason="", salt="")
    assert found() == [(change.number, "erased_without_record")]
    with pytest.raises(actions.ReservedKindError), transaction.atomic():
        told = {"by": None, "before": {}, "after": {"numbers": [change.number]}}
        actions.record_change(Person(pk=1), ERASED_KIND, **told)


def test_the_history_of_an_object_reads_oldest_first():
    peter = people.person("peter")
    accounts.choose_language(peter, "de", by=peter.uuid)
    with transaction.atomic():
        told = {"before": {"a": 1, "same": 1}, "after": {"b": 2, "same": 1}}
        actions.record_change(peter, "x", by=None, **told, reason="why")
    made, language, other = queries.history_of(peter)
    assert (made.kind, made.by, made.erased) == ("person.created", None, False)
    assert language.fields == (queries.ChangedField("language", "nl", "de"),)
    assert (language.by, made.number < language.number) == (peter.uuid, True)
    assert [(f.name, f.before, f.after) for f in other.fields] == [("a", 1, None), ("b", None, 2)]
    assert other.reason == "why"
    mine = {"object_kind": "accounts.Person", "object_id": str(peter.pk)}
    actions.erase_contents(**mine, by=None, reason="on request")
    told = queries.history_of(peter)
    assert [(one.fields, one.reason, one.erased) for one in told[:3]] == [((), "", True)] * 3
    assert (told[3].kind, told[3].erased) == (ERASED_KIND, False)


# --- on a database of its own --------------------------------------------------------------------

WRITER = """
import sys
sys.path.insert(0, sys.argv[1])
from instroom_web.commands import prepare
prepare(sys.argv[2])
from django.db import transaction
from instroom_web.accounts.models import Person
from instroom_web.shared.history.actions import record_change
for number in range(int(sys.argv[3])):
    with transaction.atomic():
        record_change(Person(pk=1), "x", by=None, before={}, after={"name": f"Canarina {number}"})
"""


def writer(data, count):
    command = [sys.executable, "-c", WRITER, str(running.HERE), str(data), str(count)]
    return subprocess.Popen(command, env=running.environment())


def audited(data, *words):
    done = instroom("check", "--lang", "en", "--data", str(data), *words)
    return done.returncode, done.stdout.splitlines()[-1] if done.stdout else done.stderr


@pytest.fixture
def site(tmp_path):
    data = tmp_path / "data"
    assert instroom("migrate", "--data", str(data)).returncode == 0
    return data


def test_two_writers_at_once_make_one_chain(site):
    both = [writer(site, 60), writer(site, 60)]
    assert [one.wait(60) for one in both] == [0, 0]
    code, line = audited(site, "--audit")
    assert (code, "120 changes, each as it was written" in line) == (0, True), line


def test_an_anchor_is_written_and_holds_the_history_to_it(site, tmp_path):
    anchor = tmp_path / "anchor.jsonl"
    assert audited(site, "--audit")[1].endswith("no changes yet")
    assert audited(site, "--write-anchor", anchor)[0] == 0 and not anchor.exists()
    for count in (2, 3):
        assert writer(site, count).wait(60) == 0
        code, line = audited(site, "--audit", "--write-anchor", anchor)
        assert (code, "a line was added" in line) == (0, True), line
    kept = anchor.read_text("utf-8")
    assert len(kept.splitlines()) == 2
    assert "has this line already" in audited(site, "--write-anchor", anchor)[1]
    with sqlite3.connect(site / "instroom.sqlite3") as rows:
        rows.execute("DELETE FROM history_change WHERE number > 3")
        rows.execute(
            "UPDATE history_chainhead SET number = 3, "
            "link = (SELECT link FROM history_change WHERE number = 3)"
        )
    rows.close()
    assert audited(site, "--audit")[0] == 0, "a bare chain cannot see it"
    code, line = audited(site, "--anchor", anchor)
    assert (
        code == 12
        and "number 4"
        in instroom("check", "--lang", "en", "--data", str(site), "--anchor", str(anchor)).stdout
    )
    assert audited(site, "--write-anchor", anchor)[0] == 12
    assert anchor.read_text("utf-8") == kept


def test_nothing_of_what_was_erased_is_left_in_the_file(site):
    assert writer(site, 40).wait(60) == 0
    file = site / "instroom.sqlite3"
    assert b"Canarina" in file.read_bytes()
    erase = (
        "import sys; from instroom_web.commands import prepare; prepare(sys.argv[1]); "
        "from instroom_web.shared.history.actions import erase_contents as e; "
        "e(object_kind='accounts.Person', object_id='1', by=None, reason='on request')"
    )
    subprocess.run([sys.executable, "-c", erase, str(site)], check=True, env=running.environment())
    assert b"Canarina" not in file.read_bytes()
    code, line = audited(site, "--audit")
    assert (code, "of 40 the contents were erased" in line) == (0, True), line


def test_a_history_of_before_is_taken_into_the_chain(tmp_path):
    environment = {**running.environment(), "INSTROOM_DATA": str(tmp_path)}
    command = [sys.executable, "-m", "instroom_web", "migrate", "history", "0001", "-v", "0"]
    subprocess.run(command, check=True, env=environment)
    with sqlite3.connect(tmp_path / "instroom.sqlite3") as rows:
        for number in (3, 4, 9):
            rows.execute(
                "INSERT INTO history_change (id, at, by, kind, object_kind, object_id, before, "
                "after, reason) VALUES (?, '2026-11-27 10:00:00.5', ?, 'x', 'a.B', '1', '{}', "
                "'{\"share\": 1.0}', '')",
                (number, None if number == 3 else UUID(int=number).hex),
            )
    rows.close()
    assert audited(tmp_path, "--audit")[0] == 12, "an earlier version made it"
    assert instroom("migrate", "--data", str(tmp_path)).returncode == 0
    assert writer(tmp_path, 1).wait(60) == 0
    code, line = audited(tmp_path, "--audit")
    assert (code, "4 changes, each as it was written" in line) == (0, True), line
