"""A publisher on this machine, with the faults that publishers and networks have."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


@dataclass
class Page:
    """One answer. ``drop_after`` breaks the line after so many bytes of this answer's body;
    ``claim`` is a Content-Length other than the true one."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drop_after: int | None = None
    claim: int | None = None


@dataclass
class Asked:
    """One request as it came, and how many bytes of body were sent back."""

    path: str
    headers: dict[str, str]
    sent: int


class Publisher:
    """Answers addresses (path with query) with pages; a list of pages is used up in turn, and
    its last one stays. Knows Range with If-Range for pages that have an ETag."""

    def __init__(self) -> None:
        self.pages: dict[str, Page | list[Page]] = {}
        self.asked: list[Asked] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def page(self, path: str) -> Page:
        found = self.pages.get(path, Page(b"not here", 404))
        if isinstance(found, list):
            return found.pop(0) if len(found) > 1 else found[0]
        return found

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler(publisher: Publisher) -> Callable[..., BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            page = publisher.page(self.path)
            body, status = page.body, page.status
            headers = {"Content-Type": "text/csv", **page.headers}
            first = self._rest(page)
            if first:
                status = 206
                headers["Content-Range"] = f"bytes {first}-{len(body) - 1}/{len(body)}"
                body = body[first:]
            sent = body if page.drop_after is None else body[: page.drop_after]
            publisher.asked.append(Asked(self.path, dict(self.headers), len(sent)))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(page.claim or len(body)))
            self.end_headers()
            self.wfile.write(sent)
            self.close_connection = page.drop_after is not None or page.claim is not None

        def _rest(self, page: Page) -> int:
            asked, tag = self.headers.get("Range"), page.headers.get("ETag")
            if asked and tag and self.headers.get("If-Range") == tag:
                return int(asked.removeprefix("bytes=").removesuffix("-"))
            return 0

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its name there
            """Say nothing."""

    return Handler
