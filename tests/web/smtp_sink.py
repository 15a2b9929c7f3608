"""A mail server of the tests: it takes mail, refuses it, or hangs up, as it is told."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

ACCEPT, HANG_UP = "accept", "hang up"


class Sink(socketserver.ThreadingTCPServer):
    """Answers one session after another with the next of ``plan``, and accepts when it is empty.

    A step is ``ACCEPT``, ``HANG_UP`` (in the middle of the mail), or the answer to one command:
    ``("RCPT", "550 5.1.1 nobody of that name")``.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.plan: list[str | tuple[str, str]] = []
        self.taken: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.sessions = 0
        #: What happens between taking a mail and saying so.
        self.before_word: Callable[[], None] = list

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Session(socketserver.StreamRequestHandler):
    server: Sink

    def handle(self) -> None:
        self.server.sessions += 1
        step = self.server.plan.pop(0) if self.server.plan else ACCEPT
        self._say("220 sink")
        for line in self.rfile:
            verb = line[:4].strip().upper().decode()
            if isinstance(step, tuple) and step[0] == verb:
                self._say(step[1])
            elif verb == "DATA":
                self._say("354 go on")
                if step == HANG_UP:
                    self.rfile.readline()
                    return
                self._take(step)
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                if verb == "RCPT":
                    self.server.recipients.append(line.decode().strip())
                self._say("250 sink")

    def _take(self, step: str | tuple[str, str]) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        if isinstance(step, tuple) and step[0] == "END":
            self._say(step[1])
            return
        message = message_from_bytes(b"".join(lines).replace(b"\r\n", b"\n"), policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.server.taken.append(message)
        self.server.before_word()
        self._say("250 taken")

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def sink() -> Iterator[Sink]:
    with Sink() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
        try:
            yield server
        finally:
            server.shutdown()
