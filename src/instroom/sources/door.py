"""The only door to the network: known hosts, few tries, no endless answers.

A host that cannot be reached is asked once in a run: without a network every file would
otherwise wait for the same silence.
"""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.request import getproxies

import httpx

from instroom import __version__
from instroom.core.errors import SourceUnavailableError, UserError, Where
from instroom.core.messages import Message, words_of
from instroom.core.trouble import chain, words_of_system
from instroom.sources.addresses import HOSTS
from instroom.sources.downloads import (
    DownloadPart,
    Got,
    Meter,
    finished,
    glimpse,
    refuse_large,
    unavailable,
)

T = TypeVar("T")

MAX_REDIRECTS = 5
PAUSES = (1.0, 4.0)  # seconds before the second and the third try
REACH = 6.0  # seconds in which all hosts together must be reached
_BUSY = {408, 425, 429}


class AgainError(Exception):
    """Something that may pass: another try can help."""


def mirror(text: str | None) -> httpx.URL | None:
    """Read the address of a mirror.

    Raises
    ------
    UserError
        When it is no http or https address with a host.
    """
    if text is None:
        return None
    with suppress(httpx.InvalidURL):
        url = httpx.URL(text.rstrip("/"))
        if url.scheme in ("http", "https") and url.host and not url.userinfo:
            return url
    raise UserError(
        "this is no address of a mirror",
        code="bad_base_url",
        found=text,
        expected=Message("http:// or https:// with a host, without a user name"),
        hint=Message("give the address of the folder that mirrors the publisher"),
    )


@contextmanager
def opened(base_url: str | None, sleep: Callable[[float], None]) -> Iterator["NetworkDoor"]:
    """Open the door, to the publishers or to a mirror of them."""
    base = mirror(base_url)
    with httpx.Client(
        headers={"User-Agent": f"instroom/{__version__}", "Accept-Encoding": "identity"},
        timeout=httpx.Timeout(30.0, connect=REACH),
        follow_redirects=False,
    ) as client:
        yield NetworkDoor(client, base, sleep)


class NetworkDoor:
    """The network with its rules: known hosts only, few tries, no endless answers."""

    def __init__(
        self, client: httpx.Client, base: httpx.URL | None, sleep: Callable[[float], None]
    ) -> None:
        self.client, self.base, self.sleep = client, base, sleep
        self._silent: dict[str, str] = {}

    def reach(self, urls: Iterable[str]) -> None:
        """Find out, side by side, which hosts of these addresses answer at all.

        Behind a proxy this cannot be asked; then the first question to a host tells.
        """
        if getproxies():
            return
        found = (self.address(url) for url in urls)
        doors = {(url.host, url.port or (443 if url.scheme == "https" else 80)) for url in found}
        self._silent |= _unreached(doors)

    def address(self, url: str | httpx.URL) -> httpx.URL:
        """Return where a publisher's address is asked: there over https, or at the mirror."""
        whole = _url(url)
        if self.base and _origin(whole) == _origin(self.base):
            return whole
        if whole.host not in HOSTS or whole.userinfo or whole.port:
            raise _foreign(whole)
        root = str(self.base).rstrip("/") if self.base else f"https://{whole.host}"
        return _url(root + whole.raw_path.decode("ascii"))

    def following(self, url: str, link: str) -> str:
        """Return the address that a link on a page leads to."""
        return str(self.address(self.address(url).join(_url(link))))

    def knows(self, url: str) -> bool:
        """Return whether an address is at a publisher's."""
        return _host(url) in HOSTS

    @contextmanager
    def open(self, url: str, headers: dict[str, str]) -> Iterator[httpx.Response]:
        """Ask one address; follow redirects to known hosts only."""
        target = self.address(url)
        for _ in range(MAX_REDIRECTS + 1):
            if reason := self._silent.get(target.host):
                raise _not_reached(target.host, reason)
            try:
                with self.client.stream("GET", target, headers=headers) as response:
                    if not response.has_redirect_location:
                        yield response
                        return
                    target = self._redirected(target, response.headers["location"])
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                self._silent[target.host] = _why(error)
                raise _not_reached(target.host, self._silent[target.host]) from error
            except httpx.RequestError as error:
                raise AgainError(_why(error)) from error
        raise unavailable(
            url, Message("more than {max_redirects} redirects", max_redirects=MAX_REDIRECTS)
        )

    def _redirected(self, target: httpx.URL, location: str) -> httpx.URL:
        whole = target.join(_url(location))
        known = whole.scheme == "https" and whole.host in HOSTS and not whole.port
        mirror = self.base is not None and _origin(whole) == _origin(self.base)
        if whole.userinfo or not (known or mirror):
            raise _foreign(whole, target)
        return whole

    def tries(self, url: str, once: Callable[[], T]) -> T:
        """Do something up to three times, with a pause before each new try."""
        for pause in (*PAUSES, None):
            try:
                return once()
            except AgainError as error:
                if pause is None:
                    raise unavailable(
                        url,
                        Message("no answer after {value} tries", value=len(PAUSES) + 1),
                        found=words_of(error),
                    ) from error
                self.sleep(pause)
        raise AssertionError  # pragma: no cover

    def json(self, url: str) -> Any:
        """Return what a JSON address answers; decimals stay as they were written."""
        address = str(self.address(url))
        body = self.tries(address, lambda: self._body(address))
        try:
            return json.loads(body, parse_float=str)
        except (ValueError, RecursionError) as error:
            raise unavailable(
                address, Message("this is no JSON"), found=glimpse(body[:4096]), expected="JSON"
            ) from error

    def download(self, url: str, final: Path, meter: Meter) -> Got:
        """Get one file as it is, or the rest of it."""
        part = DownloadPart(final)
        address = str(self.address(url))
        changed = self.tries(address, lambda: _receive(self, address, part, meter))
        return finished(part, address, changed)

    def _body(self, address: str) -> bytes:
        body = bytearray()
        with self.open(address, {"Accept": "application/json"}) as response:
            _refuse_status(response, address)
            for chunk in response.iter_bytes():
                body += chunk
                refuse_large(address, len(body))
        return bytes(body)


# --- downloads ---------------------------------------------------------------------------


def _receive(door: NetworkDoor, url: str, part: DownloadPart, meter: Meter) -> str | None:
    """Get a file, or the rest of it; return the date on which the publisher changed it."""
    state = part.state(url)
    have = part.path.stat().st_size if state else 0
    resume = {"Range": f"bytes={have}-", "If-Range": state["validator"]} if state else {}
    with door.open(url, resume) as response:
        if response.status_code == 416:
            part.forget()
            raise AgainError("the file has become shorter")
        _refuse_status(response, url)
        if response.status_code != 206:
            have = 0
        elif not response.headers.get("content-range", "").startswith(f"bytes {have}-"):
            part.forget()
            raise AgainError("another part came than was asked for")
        total = _total(response, have)
        refuse_large(url, total or 0, part)
        _remember(part, url, response)
        _write(response, part, url, have, total, meter)
    return _day(response.headers.get("last-modified"))


def _write(
    response: httpx.Response,
    part: DownloadPart,
    url: str,
    have: int,
    total: int | None,
    meter: Meter,
) -> None:
    with part.path.open("ab" if have else "wb") as file:
        for chunk in response.iter_bytes():
            have += len(chunk)
            refuse_large(url, have, part)
            file.write(chunk)
            meter(have, total)
    if total is not None and have != total:
        raise AgainError(Message("{have:,} bytes came of {total:,}", have=have, total=total))


def _total(response: httpx.Response, have: int) -> int | None:
    """Return how long the whole file is, if the publisher says so."""
    if response.headers.get("content-encoding", "identity") != "identity":
        return None
    whole = response.headers.get("content-range", "").rpartition("/")[2]
    length = response.headers.get("content-length", "")
    if response.status_code == 206 and whole.isdecimal():
        return int(whole)
    return have + int(length) if length.isdecimal() else None


def _remember(part: DownloadPart, url: str, response: httpx.Response) -> None:
    """Keep the mark of this version of the file; without one a part cannot be resumed."""
    tag = response.headers.get("etag", "")
    mark = tag if tag.startswith('"') else response.headers.get("last-modified")
    part.note.unlink(missing_ok=True)
    if mark and response.headers.get("content-encoding", "identity") == "identity":
        part.remember({"url": url, "validator": mark})


def _day(header: str | None) -> str | None:
    try:
        return parsedate_to_datetime(header).date().isoformat() if header else None
    except ValueError:
        return None


# --- addresses and answers ---------------------------------------------------------------


def _url(url: str | httpx.URL) -> httpx.URL:
    try:
        return httpx.URL(url)
    except httpx.InvalidURL as error:
        raise unavailable(str(url), Message("this is no address")) from error


def _host(url: str) -> str:
    try:
        return httpx.URL(url).host
    except httpx.InvalidURL:
        return ""


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _refuse_status(response: httpx.Response, url: str) -> None:
    status = response.status_code
    if status in _BUSY or status >= 500:
        raise AgainError(f"HTTP {status}")
    if status not in (200, 206):
        raise unavailable(
            url, Message("the file is not here"), found=f"HTTP {status}", expected="HTTP 200"
        )


def _why(error: Exception) -> str:
    """Return why there was no answer, in words where the system says why."""
    ours = (words_of_system(cause) for cause in chain(error) if isinstance(cause, OSError))
    return next(ours, str(error) or type(error).__name__)


def _not_reached(host: str, reason: str) -> SourceUnavailableError:
    return SourceUnavailableError(
        "{host} cannot be reached",
        code="host_unreachable",
        where=Where(key=host),
        found=reason,
        expected=Message("an answer over the network"),
        host=host,
    )


def _unreached(doors: set[tuple[str, int]]) -> dict[str, str]:
    """Return hosts to which no connection can be made, with the reason.

    Each is tried in a thread of its own: looking a name up has no time limit otherwise.
    """
    found: dict[str, str] = {}

    def knock(host: str, port: int) -> None:
        try:
            socket.create_connection((host, port), timeout=REACH).close()
            found[host] = ""
        except OSError as error:
            found[host] = words_of_system(error)

    threads = [threading.Thread(target=knock, args=door, daemon=True) for door in sorted(doors)]
    for thread in threads:
        thread.start()
    until = time.monotonic() + REACH
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    silence = Message("no answer within {reach:.0f} seconds", reach=REACH)
    told = {host: found.get(host, silence) for host, _ in doors}
    return {host: reason for host, reason in told.items() if reason}


def _foreign(url: httpx.URL, source: httpx.URL | None = None) -> SourceUnavailableError:
    return unavailable(
        source or url,
        Message("this leads to a host that is no publisher's"),
        found=f"{url.scheme}://{url.host}",
        expected=Message("https at {value}", value=", ".join(sorted(HOSTS))),
    )
