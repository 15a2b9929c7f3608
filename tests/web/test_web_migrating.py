"""A database is made once, and changed only when that is asked for."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import running

#: A database as the version before there were people left it: its rows as SQL.
BEFORE_PEOPLE = Path(__file__).parents[1] / "data" / "database_before_people.sql"


def instroom(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "instroom.cli", *words],
        env=running.environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def earlier(folder: Path) -> sqlite3.Connection:
    database = sqlite3.connect(folder / "instroom.sqlite3")
    database.executescript(BEFORE_PEOPLE.read_text("utf-8"))
    return database


def test_a_database_of_an_earlier_version_waits_for_migrate(tmp_path):
    earlier(tmp_path).close()
    before = (tmp_path / "instroom.sqlite3").read_bytes()
    refused = instroom("person", "add", "a@voorbeeld.nl", "--name", "A", "--data", str(tmp_path))
    assert refused.returncode == 12, refused.stderr
    assert "instroom migrate" in refused.stderr
    assert (tmp_path / "instroom.sqlite3").read_bytes() == before
    done = instroom("migrate", "--data", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "wijzigingen doorgevoerd" in done.stdout
    assert instroom("migrate", "--data", str(tmp_path)).stdout == "al bijgewerkt\n"


def test_a_migrated_database_shows_what_it_held(tmp_path):
    import httpx

    earlier(tmp_path).close()
    assert instroom("migrate", "--data", str(tmp_path)).returncode == 0
    with running.running(tmp_path) as address:
        answer = httpx.get(f"{address}/nl/")
        assert answer.status_code == 200
        assert "Kiest Twente techniek?" in answer.text
        assert httpx.get(f"{address}/nl/account/login/").status_code == 200


def test_a_database_of_a_later_version_is_refused(tmp_path):
    assert instroom("migrate", "--data", str(tmp_path)).returncode == 0
    database = sqlite3.connect(tmp_path / "instroom.sqlite3")
    database.execute(
        "insert into django_migrations (app, name, applied) "
        "values ('accounts', '9999', '2030-01-01')"
    )
    database.commit()
    database.close()
    refused = instroom("person", "add", "a@voorbeeld.nl", "--name", "A", "--data", str(tmp_path))
    assert refused.returncode == 12
    assert "een latere versie" in refused.stderr


def test_an_administrator_adds_and_ends_access(tmp_path):
    data = ("--data", str(tmp_path))
    assert instroom("person", "add", "Anna@Voorbeeld.nl", "--name", "Anna", *data).returncode == 0
    twice = instroom("person", "add", "anna@voorbeeld.nl", "--name", "Anna", *data)
    assert twice.returncode != 0 and "er is al iemand met dit adres" in twice.stderr
    assert instroom("person", "deactivate", "anna@voorbeeld.nl", *data).returncode == 0
    unknown = instroom("person", "deactivate", "ana@voorbeeld.nl", *data)
    assert "bedoelt u 'anna@voorbeeld.nl'?" in unknown.stderr
    rows = sqlite3.connect(tmp_path / "instroom.sqlite3")
    assert rows.execute("select email, is_active from accounts_person").fetchall() == [
        ("anna@voorbeeld.nl", 0)
    ]
    assert rows.execute("select kind from history_change order by number").fetchall() == [
        ("person.created",),
        ("person.deactivated",),
    ]
    rows.close()
