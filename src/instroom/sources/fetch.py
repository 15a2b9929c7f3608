"""``instroom fetch``: get the publishers' files. The only door to the network.

A download grows in ``DATA/downloads/<source>/<file>.part`` and is resumed when it breaks off.
Only a complete file is read into the store; what is kept here is ``vintages.json``: which
versions were seen, when, from where.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx

from instroom import __version__
from instroom.core.errors import DataError, SourceUnavailableError, UserError, Where
from instroom.definitions import registry
from instroom.definitions.models import Source
from instroom.sources.addresses import HOSTS, address_of, by_hand, page_of
from instroom.sources.downloads import (
    Got,
    Meter,
    Part,
    finished,
    glimpse,
    refuse_large,
    unavailable,
)
from instroom.sources.roads import road_of
from instroom.sources.store import data_directory
from instroom.sources.vintages import folder_of, keep

Progress = Callable[[str], None]
T = TypeVar("T")

MAX_REDIRECTS = 5
PAUSES = (1.0, 4.0)  # seconds before the second and the third try
_BUSY = {408, 425, 429}
_STEP = 1_000_000


def fetch(
    *sources: str,
    data: str | Path | None = None,
    base_url: str | None = None,
    progress: Progress | None = None,
    today: date | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """Get the files of publishers and read them into the data directory.

    One source that fails does not stop the others, and leaves the stored files as they were.

    Parameters
    ----------
    sources
        Ids of source definitions; none means all that have a ``[fetch]`` table.
    data
        The data directory; else ``INSTROOM_DATA``, else ``./instroom-data``.
    base_url
        Replaces scheme and host of every address (a mirror, a test); path and query stay.
    progress
        Is told lines such as ``2/7 duo_po_pupils 1.2 of 1.7 MB`` (MB is a million bytes).
    today
        The date for ``first_seen`` and ``last_seen``; without it no dates are written.
    sleep
        Waits so many seconds before another try.

    Returns
    -------
    dict
        ``{"sources": [...], "seconds"}``; each entry has ``source``, ``status`` (``fetched``,
        ``unchanged`` or ``failed``), ``url``, ``file``, ``sha256``, ``licence``, ``published``,
        ``last_seen``, ``bytes``, ``read`` (the entry of ``instroom read``) and ``error``.

    Raises
    ------
    DefinitionError
        For an unknown id, with the nearest known one.
    UserError
        For a ``base_url`` that is no address, or a named source without an address.
    """
    started = time.perf_counter()
    chosen = _chosen(sources)
    say = progress or (lambda _: None)
    entries = []
    with httpx.Client(
        headers={"User-Agent": f"instroom/{__version__}", "Accept-Encoding": "identity"},
        timeout=httpx.Timeout(30.0, connect=10.0),
        follow_redirects=False,
    ) as client:
        door = _Door(client, _base(base_url), sleep)
        for position, source in enumerate(chosen, 1):
            label = f"{position}/{len(chosen)} {source.id}"
            say(label)
            entries.append(_one(door, source, data_directory(data), today, _meter(say, label)))
    return {"sources": entries, "seconds": round(time.perf_counter() - started, 3)}


def _chosen(names: tuple[str, ...]) -> list[Source]:
    known = registry.sources()
    if not names:
        return [source for source in known.values() if source.fetch]
    chosen = [known[name] for name in dict.fromkeys(names)]
    for source in chosen:
        if source.fetch is None:
            raise UserError(
                f"the source '{source.id}' has no address to fetch from",
                code="not_fetchable",
                where=Where(key=source.id),
                hint=f"download it by hand{page_of(source)}, then: instroom read FILE",
            )
    return chosen


def _base(text: str | None) -> httpx.URL | None:
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
        expected="http:// or https:// with a host, without a user name",
    )


def _meter(say: Progress, label: str) -> Meter:
    told = 0

    def tell(done: int, total: int | None) -> None:
        nonlocal told
        if done == total or done - told >= _STEP or done < told:
            told = done
            of = f" of {total / 1e6:.1f}" if total is not None else ""
            say(f"{label} {done / 1e6:.1f}{of} MB")

    return tell


def _one(
    door: "_Door", source: Source, root: Path, today: date | None, meter: Meter
) -> dict[str, Any]:
    names = ("url", "file", "sha256", "licence", "published", "last_seen", "bytes", "read", "error")
    entry: dict[str, Any] = {"source": source.id, "status": "failed", **dict.fromkeys(names)}
    entry["licence"] = source.licence
    try:
        url = address_of(source)
        entry["url"] = str(door.address(url))
        with folder_of(root / "downloads" / source.id) as folder:
            got = road_of(source)(door, url, folder, meter)
            try:
                keep(got, source, root, today, entry)
            finally:
                got.path.unlink(missing_ok=True)
    except UserError as error:
        if isinstance(error, SourceUnavailableError) and error.hint is None:
            error.hint = by_hand(source, entry["url"])
        entry["error"] = error.to_dict()
    except OSError as error:
        entry["error"] = DataError(
            f"the download cannot be written: {error.strerror}",
            code="cannot_write",
            where=Where(file=str(error.filename or root)),
            hint="check the room on the disk and the rights on the data directory",
        ).to_dict()
    return entry


# --- the network -------------------------------------------------------------------------


class _AgainError(Exception):
    """Something that may pass: another try can help."""


class _Door:
    """The network with its rules: known hosts only, few tries, no endless answers."""

    def __init__(
        self, client: httpx.Client, base: httpx.URL | None, sleep: Callable[[float], None]
    ) -> None:
        self.client, self.base, self.sleep = client, base, sleep

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
            try:
                with self.client.stream("GET", target, headers=headers) as response:
                    if not response.has_redirect_location:
                        yield response
                        return
                    target = self._redirected(target, response.headers["location"])
            except httpx.RequestError as error:
                raise _AgainError(str(error) or type(error).__name__) from error
        raise unavailable(url, f"more than {MAX_REDIRECTS} redirects")

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
            except _AgainError as error:
                if pause is None:
                    raise unavailable(
                        url, f"no answer after {len(PAUSES) + 1} tries", found=str(error)
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
                address, "this is no JSON", found=glimpse(body[:4096]), expected="JSON"
            ) from error

    def download(self, url: str, final: Path, meter: Meter) -> Got:
        """Get one file as it is, or the rest of it."""
        part = Part(final)
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


def _receive(door: _Door, url: str, part: Part, meter: Meter) -> str | None:
    """Get a file, or the rest of it; return the date on which the publisher changed it."""
    state = part.state(url)
    have = part.path.stat().st_size if state else 0
    resume = {"Range": f"bytes={have}-", "If-Range": state["validator"]} if state else {}
    with door.open(url, resume) as response:
        if response.status_code == 416:
            part.forget()
            raise _AgainError("the file has become shorter")
        _refuse_status(response, url)
        if response.status_code != 206:
            have = 0
        elif not response.headers.get("content-range", "").startswith(f"bytes {have}-"):
            part.forget()
            raise _AgainError("another part came than was asked for")
        total = _total(response, have)
        refuse_large(url, total or 0, part)
        _remember(part, url, response)
        _write(response, part, url, have, total, meter)
    return _day(response.headers.get("last-modified"))


def _write(
    response: httpx.Response, part: Part, url: str, have: int, total: int | None, meter: Meter
) -> None:
    with part.path.open("ab" if have else "wb") as file:
        for chunk in response.iter_bytes():
            have += len(chunk)
            refuse_large(url, have, part)
            file.write(chunk)
            meter(have, total)
    if total is not None and have != total:
        raise _AgainError(f"{have:,} bytes came of {total:,}")


def _total(response: httpx.Response, have: int) -> int | None:
    """Return how long the whole file is, if the publisher says so."""
    if response.headers.get("content-encoding", "identity") != "identity":
        return None
    whole = response.headers.get("content-range", "").rpartition("/")[2]
    length = response.headers.get("content-length", "")
    if response.status_code == 206 and whole.isdecimal():
        return int(whole)
    return have + int(length) if length.isdecimal() else None


def _remember(part: Part, url: str, response: httpx.Response) -> None:
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
        raise unavailable(str(url), "this is no address") from error


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
        raise _AgainError(f"HTTP {status}")
    if status not in (200, 206):
        raise unavailable(url, "the file is not here", found=f"HTTP {status}", expected="HTTP 200")


def _foreign(url: httpx.URL, source: httpx.URL | None = None) -> SourceUnavailableError:
    return unavailable(
        source or url,
        "this leads to a host that is no publisher's",
        found=f"{url.scheme}://{url.host}",
        expected=f"https at {', '.join(sorted(HOSTS))}",
    )
