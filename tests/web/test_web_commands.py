"""The server a newcomer starts, as a real process."""

import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import contextmanager

import httpx
import pytest
import running

from instroom import api
from instroom.core.errors import DefinitionError, UserError
from instroom.definitions import registry
from instroom_web import commands
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


@pytest.mark.parametrize("served", [True, False])
def test_a_demo_prints_the_goals_and_serves_unless_asked_not_to(served, done, tmp_path, capsys):
    words = [] if served else ["--no-serve"]
    assert commands.demo([*words, "--port", "1"]) == 0
    assert capsys.readouterr().out == "1. a\n"
    assert ("demo" in done, tmp_path in done, ("127.0.0.1", 1) in done) == (True, served, served)


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
