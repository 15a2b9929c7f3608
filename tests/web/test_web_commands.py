"""The server a newcomer starts, as a real process."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import httpx
import pytest
import running

from instroom import api
from instroom.core.errors import DefinitionError, UserError
from instroom.definitions import registry
from instroom_web import commands, example_site
from instroom_web.commands import serve
from instroom_web.shared import supervision


def test_stored_site_is_served(tmp_path):
    running.fill(tmp_path)
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    file = sqlite3.connect(tmp_path / "instroom.sqlite3")
    assert file.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    file.close()
    with running.running(tmp_path) as address:
        html = httpx.get(f"{address}/en/").text
        style = httpx.get(address + html.split('rel="stylesheet" href="')[1].split('"')[0])
    assert "max-age=31536000" in style.headers["Cache-Control"]
    assert "--petrol" in style.text


def test_a_broken_definition_is_refused_before_the_server_listens(tmp_path, monkeypatch):
    running.fill(tmp_path / "data")
    page = tmp_path / "own/reports/pages/parents.toml"
    page.parent.mkdir(parents=True)
    page.write_text('title = "Voor ouders"\nchapter = "overr"\n', "utf-8")
    monkeypatch.setenv("INSTROOM_DEFINITIONS", str(tmp_path / "own"))
    registry._set_of.cache_clear()
    try:
        with pytest.raises(DefinitionError) as refusal:
            serve(["--port", "8000", "--data", str(tmp_path / "data")])
    finally:
        registry._set_of.cache_clear()
    assert refusal.value.where.file == "reports/pages/parents.toml"


def test_taken_port_is_refused_in_words(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UserError, match="cannot listen") as refusal:
            serve(["--port", str(taken.getsockname()[1]), "--data", str(tmp_path / "data")])
    assert "--port" in (refusal.value.hint or "")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("port", ["0", "65536", "-1", "8000.5", "veel", "\u0668", "9" * 400])
def test_what_is_no_port_is_refused(port):
    with pytest.raises(UserError) as refusal:
        serve([f"--port={port}"])
    assert refusal.value.code == "bad_port"


@pytest.mark.parametrize("number", ["0", "65", "-1", "2.5", "veel", "\u0668", "9" * 400])
def test_what_is_no_number_of_workers_is_refused(number):
    with pytest.raises(UserError) as refusal:
        serve([f"--workers={number}"])
    assert refusal.value.code == "bad_workers"


@pytest.fixture
def done(tmp_path, monkeypatch):
    """List what a command does, in order, without doing it."""
    found = []
    monkeypatch.setattr(commands, "_free", lambda host, port: found.append((host, port)))
    monkeypatch.setattr(commands, "prepare", lambda data: found.append(data) or tmp_path)
    monkeypatch.setattr(commands, "_run", lambda _, folder: found.append(folder) or 0)
    monkeypatch.setattr(api, "compute", lambda **_: found.append("compute"), raising=False)
    monkeypatch.setattr(api, "demo", lambda **_: found.append("demo") or ["1. a"], raising=False)
    return found


@pytest.mark.parametrize("filled", [True, False])
def test_a_server_computes_first_when_nothing_is_stored(filled, done, tmp_path, monkeypatch):
    monkeypatch.setattr(commands, "_filled", lambda: filled)
    asked = str(tmp_path)
    assert serve(["--port", "65535", "--workers", "64", "--data", asked]) == 0
    computed = [] if filled else ["compute"]
    assert done == [("127.0.0.1", 65535), asked, *computed, tmp_path]


def test_pages_in_a_database_server_need_no_folder(done, tmp_path, monkeypatch):
    monkeypatch.setattr(commands, "_filled", lambda: True)
    monkeypatch.setenv("INSTROOM_DATABASE_URL", "postgresql://x")
    nowhere = str(tmp_path / "nowhere")
    assert serve(["--data", nowhere]) == 0
    assert done == [("127.0.0.1", 8000), nowhere, tmp_path]


def test_djangos_own_commands_are_there(tmp_path):
    command = [sys.executable, "-m", "instroom_web", "check"]
    environment = running.environment() | {"INSTROOM_DATA": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "no issues" in done.stdout) == (0, True), done.stderr


@pytest.fixture
def beside(monkeypatch):
    """List which invented site a command starts beside its own, without starting it."""
    found = []

    @contextmanager
    def served_beside(real, **told):
        found.append((real, told["folder"].name, told["port"]))
        yield

    monkeypatch.setattr(example_site, "served_beside", served_beside)
    monkeypatch.setenv("INSTROOM_BESIDE", "")
    for name in ("INSTROOM_HOSTS", "INSTROOM_HTTPS"):
        monkeypatch.delenv(name, raising=False)
    return found


@pytest.mark.parametrize("served", [True, False])
def test_a_demo_prints_the_goals_and_serves_two_sites_unless_asked_not_to(
    served, done, beside, tmp_path, capsys
):
    words = [] if served else ["--no-serve"]
    assert commands.demo([*words, "--port", "1"]) == 0
    assert capsys.readouterr().out == "1. a\n"
    assert ("demo" in done, tmp_path in done) == (True, served)
    ports = [("127.0.0.1", 1), ("127.0.0.1", 2)]
    assert done[: len(ports)] == ports if served else not set(ports) & set(done)
    assert beside == ([("http://127.0.0.1:1/", f"{tmp_path.name}-voorbeeld", 2)] if served else [])
    assert os.environ["INSTROOM_BESIDE"] == ("http://127.0.0.1:2/" if served else "")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["--host", "192.0.2.7"], ""),
        ([], "INSTROOM_HOSTS"),
        ([], "INSTROOM_HTTPS"),
    ],
)
def test_where_others_come_no_door_without_a_password_is_opened(
    words, name, done, beside, tmp_path, monkeypatch, capsys
):
    if name:
        monkeypatch.setenv(name, "1")
    assert commands.demo([*words, "--lang", "nl"]) == 0
    assert (tmp_path in done, beside, os.environ["INSTROOM_BESIDE"]) == (True, [], "")
    assert "De verzonnen regio start niet mee" in capsys.readouterr().err


@pytest.mark.parametrize("first", [True, False])
def test_a_demo_refuses_either_port_before_anything_starts(first, tmp_path, monkeypatch):
    monkeypatch.setattr(commands, "prepare", lambda _: pytest.fail("it started"))
    monkeypatch.delenv("INSTROOM_HOSTS", raising=False)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=f"cannot listen on 127.0.0.1:{port}"):
            commands.demo(
                ["--port", str(port if first else port - 1), "--data", str(tmp_path / "data")]
            )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("done")
def test_a_demo_on_the_last_port_has_no_room_for_two(beside):
    with pytest.raises(UserError) as refusal:
        commands.demo(["--port", "65535"])
    assert (refusal.value.code, beside) == ("bad_port", [])


def test_the_invented_site_has_nothing_of_the_real_one(tmp_path):
    given = {
        "PATH": "/bin", "INSTROOM_DATABASE_URL": "postgresql://x", "INSTROOM_SITE": "twente",
        "INSTROOM_SECRET_KEY": "x", "INSTROOM_MAIL_URL": "smtp://x", "INSTROOM_DATA": "real",
    }  # fmt: skip
    assert example_site.environment(given, tmp_path, "http://127.0.0.1:8000/") == {
        "PATH": "/bin",
        "INSTROOM_DATA": str(tmp_path),
        "INSTROOM_DEMO": "1",
        "INSTROOM_BESIDE": "http://127.0.0.1:8000/",
    }


def test_a_folder_of_somebody_else_is_not_emptied(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UserError) as refusal:
        example_site.clear(tmp_path)
    assert (refusal.value.code, (tmp_path / "mine.txt").read_text()) == ("not_the_example", "mine")


def test_a_folder_that_was_left_half_made_or_is_of_before_is_made_anew(tmp_path):
    folder = tmp_path / "data-voorbeeld"
    example_site.clear(folder)
    (folder / "half").touch()
    mark = example_site.mark_of(date(2026, 11, 30))
    assert not example_site.is_ready(folder, mark)
    example_site.clear(folder)
    assert not (folder / "half").exists()
    example_site._tell(folder, mark)
    assert example_site.is_ready(folder, mark)
    assert not example_site.is_ready(folder, example_site.mark_of(date(2027, 8, 1)))


@pytest.mark.slow
def test_a_demo_serves_the_real_region_and_beside_it_the_invented_one_at_work(tmp_path):
    port = running.free_port()
    while not _both_free(port):
        port = running.free_port()
    real, invented = (f"http://127.0.0.1:{p}" for p in (port, port + 1))
    command = [sys.executable, "-m", "instroom.cli", "demo", "--port", str(port), "--lang", "nl"]
    server = subprocess.Popen(
        [*command, "--data", str(tmp_path / "data")],
        env=running.environment(),
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        home, beside = _text(f"{real}/nl/"), _text(f"{invented}/nl/")
        assert "Hiernaast staat een verzonnen regio" in home and f'href="{invented}/"' in home
        assert "De echte cijfers van Twente staan hier:" in beside and f'href="{real}/"' in beside
        assert '<aside class="example"' in beside and '<aside class="example"' not in home
        assert "9 van de 71 schoollocaties" in _text(f"{invented}/nl/programme/")
        assert "9 van de 71" not in _text(f"{real}/nl/programme/")
        assert httpx.get(f"{real}/nl/demo/").status_code == 404
        folder = tmp_path / "data-voorbeeld"
        towns = _shares(folder, "municipality")
        assert set(towns) == {"bounded", "protected"}, "some have a figure, and some are hidden"
        assert set(_shares(folder, "school_type")) == {"bounded"}
        _enters_as_anna(invented)
    finally:
        server.terminate()
        assert server.wait(40) == 0
    assert _both_free(port)


def _both_free(port: int) -> bool:
    try:
        for one in (port, port + 1):
            commands._free("127.0.0.1", one)
    except (UserError, OverflowError):
        return False
    return True


def _text(address: str) -> str:
    until = time.monotonic() + 240
    while time.monotonic() < until:
        try:
            answer = httpx.get(address, timeout=30)
            if answer.status_code == 200:
                return answer.text
        except httpx.HTTPError:
            pass
        time.sleep(0.3)
    raise AssertionError(f"{address} does not answer")


def _shares(folder: Path, by: str) -> list[str]:
    """Return the status of the share of every part of the region in the newest year."""
    command = [sys.executable, "-m", "instroom.cli", "series", "structural_cooperation_share"]
    done = subprocess.run(
        [*command, "--by", by, "--json", "--data", str(folder)],
        env=running.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    rows = json.loads(done.stdout)["series"]
    newest = max(row["period"] for row in rows)
    return [row["status"] for row in rows if row["period"] == newest]


def _enters_as_anna(site: str) -> None:
    with httpx.Client(base_url=site, follow_redirects=True) as client:
        page = client.get("/nl/demo/").text
        token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        mine = client.post("/nl/demo/", data={"who": "anna", "csrfmiddlewaretoken": token})
        assert "Dag Anna de Vries" in mine.text
        assert "71 scholen" in client.get("/nl/work/schools/").text


@pytest.mark.parametrize(
    ("words", "address", "hosts", "beside"),
    [
        ([], "http://127.0.0.1:8000/", None, True),
        (["--host", "::1", "--no-worker"], "http://[::1]:8000/", None, False),
        (["--host", "192.0.2.7"], "http://192.0.2.7:8000/", "*", True),
    ],
)
def test_other_machines_may_ask_when_the_address_is_for_them(
    words, address, hosts, beside, tmp_path, monkeypatch, capsys
):
    told, workers = {}, []

    class Server:
        def __init__(self, _, **options):
            told.update(options)

        def serve(self):
            told["served"] = True

    @contextmanager
    def worker_beside(folder):
        workers.append(folder)
        yield

    monkeypatch.setattr("granian.server.Server", Server)
    monkeypatch.setattr("django.db.connections.close_all", lambda: None)
    monkeypatch.setattr(supervision, "worker_beside", worker_beside)
    monkeypatch.setenv("INSTROOM_HOSTS", "")
    monkeypatch.delenv("INSTROOM_HOSTS")
    options = commands._options("serve", words)[0].parse_args(words)
    assert commands._run(options, tmp_path) == 0
    assert capsys.readouterr().err == f"{address}\n"
    assert os.environ.get("INSTROOM_HOSTS") == hosts
    assert (told["served"], told["workers"], workers) == (True, 1, [tmp_path] if beside else [])


def test_a_directory_without_a_database_has_no_releases(tmp_path, monkeypatch):
    monkeypatch.delenv("INSTROOM_DATABASE_URL", raising=False)
    monkeypatch.setattr(commands, "prepare", lambda data: data)
    assert commands.archive(tmp_path) is None
    (tmp_path / "instroom.sqlite3").touch()
    assert isinstance(commands.archive(tmp_path), commands.StoredReleases)
    monkeypatch.setenv("INSTROOM_DATABASE_URL", "postgresql://x")
    assert isinstance(commands.archive(tmp_path / "other"), commands.StoredReleases)
