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
SERVE = "import sys; from instroom_web.commands import serve; serve(sys.argv[1:])"


def environment() -> dict[str, str]:
    names = ("INSTROOM_DATA", "INSTROOM_DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    return {key: value for key, value in os.environ.items() if key not in names}


def fill(data: Path) -> None:
    command = [sys.executable, "-c", STORE, str(HERE), str(data)]
    subprocess.run(command, check=True, env=environment())


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
