"""The server a newcomer starts, as a real process."""

import socket
import sqlite3

import httpx
import pytest
import running

from instroom.core.errors import DefinitionError, UserError
from instroom.definitions import registry
from instroom_web.commands import serve


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
    registry._registry.cache_clear()
    try:
        with pytest.raises(DefinitionError) as refusal:
            serve(["--port", "8000", "--data", str(tmp_path / "data")])
    finally:
        registry._registry.cache_clear()
    assert refusal.value.where.file == "reports/pages/parents.toml"


def test_taken_port_is_refused_in_words(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UserError, match="cannot listen") as refusal:
            serve(["--port", str(taken.getsockname()[1]), "--data", str(tmp_path / "data")])
    assert "--port" in (refusal.value.hint or "")
    assert not (tmp_path / "data").exists()
