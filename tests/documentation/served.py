"""Run a command that serves pages until it answers in three languages, then stop it."""

import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import urlopen

SECONDS = 240


def main(words: list[str]) -> int:
    """Return 0 when the home page came, else say what the server said."""
    port = words[words.index("--port") + 1]
    server = subprocess.Popen(["instroom", *words], stderr=subprocess.PIPE, text=True)
    try:
        until = time.monotonic() + SECONDS
        while time.monotonic() < until and server.poll() is None:
            try:
                for language in ("nl", "en", "de"):
                    with urlopen(f"http://127.0.0.1:{port}/{language}/", timeout=10) as answer:
                        assert b"<h1" in answer.read()
                return 0
            except (URLError, ConnectionError):
                time.sleep(0.3)
        return 1
    finally:
        server.terminate()
        _, said = server.communicate(timeout=30)
        sys.stderr.write(said)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
