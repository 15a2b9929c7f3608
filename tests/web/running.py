"""The sample site on a real server, as a process of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

HERE = Path(__file__).parent
STORE = (
    "import sys; sys.path.insert(0, sys.argv[1]); import sample; "
    "from types import SimpleNamespace; from instroom_web.commands import store; "
    "store(SimpleNamespace(**sample.site()), sys.argv[2])"
)
SIGNED_IN = """
import sys
sys.path.insert(0, sys.argv[1])
from instroom_web.commands import prepare
prepare(sys.argv[2])
import people
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from instroom_web.accounts.actions import begin_sign_in
for name in people.CAST:
    person, session = people.person(name), SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session["sign_in"] = str(begin_sign_in(person, "Firefox, Windows").uuid)
    session.create()
    print(settings.SESSION_COOKIE_NAME, session.session_key, person.full_name, sep="\t")
"""
SERVE = "import sys; from instroom_web.commands import serve; serve(sys.argv[1:])"


def environment() -> dict[str, str]:
    names = ("INSTROOM_DATA", "INSTROOM_DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    return {key: value for key, value in os.environ.items() if key not in names}


def fill(data: Path) -> None:
    command = [sys.executable, "-c", STORE, str(HERE), str(data)]
    subprocess.run(command, check=True, env=environment())


def signed_in(data: Path) -> list[tuple[str, str, str]]:
    """Sign the cast in; return cookie name, cookie and full name of each."""
    done = subprocess.run(
        [sys.executable, "-c", SIGNED_IN, str(HERE.parent), str(data)],
        check=True,
        env=environment(),
        capture_output=True,
        text=True,
    )
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    return [(cookie, key, name) for cookie, key, name in rows]


def read_both(address: str, reader: tuple[str, str, str], number: int) -> tuple[int, list[str]]:
    """Ask for both kinds of page in turn, half of it conditionally; count answers and faults.

    A fault is an answer of the other kind, of another person, or of a failing server.
    """
    cookie, key, name = reader
    answers, faults, etag = 0, [], ""
    with httpx.Client(base_url=address, timeout=30) as client:
        for step in range(number):
            own = step % 2 == 1
            known = {"If-None-Match": etag} if step % 4 > 1 and etag else {}
            cookies = {"Cookie": f"{cookie}={key}"} if own or step % 8 else {}
            answer = client.get("/nl/my/" if own else "/nl/", headers={**known, **cookies})
            answers += 1
            faults += _mixed(answer, name, own)
            etag = answer.headers.get("ETag", etag)
    return answers, faults


def _mixed(answer: httpx.Response, name: str, own: bool) -> list[str]:
    kept = answer.headers.get("Cache-Control")
    good = (
        answer.status_code == 200
        and kept == "private, no-store"
        and "ETag" not in answer.headers
        and f"Dag {name}" in answer.text
        if own
        else answer.status_code in (200, 304)
        and kept == "no-cache"
        and "ETag" in answer.headers
        and "Set-Cookie" not in answer.headers
        and "Cookie" not in answer.headers.get("Vary", "")
        and "Dag " not in answer.text
    )
    return [] if good else [f"{answer.status_code} {answer.url} {kept}"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(data: Path) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-c", SERVE, "--port", str(port), "--data", str(data)]
    with (data / "server.log").open("wb") as log:
        server = subprocess.Popen(command, env=environment(), stdout=log, stderr=log)
    try:
        yield _ready(f"http://127.0.0.1:{port}", server)
    finally:
        server.terminate()
        server.wait(20)


def _ready(address: str, server: subprocess.Popen[bytes]) -> str:
    for _ in range(200):
        try:
            httpx.get(f"{address}/healthz", timeout=5).raise_for_status()
            return address
        except httpx.HTTPError:
            if server.poll() is not None:
                break
            time.sleep(0.1)
    raise RuntimeError("the server did not start")
