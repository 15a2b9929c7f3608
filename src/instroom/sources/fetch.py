"""``instroom fetch``: get the publishers' files. The only door to the network.

A download grows in ``DATA/downloads/<source>/<file>.part`` and is resumed when it breaks off.
Only a complete file is read into the store; what is kept here is ``vintages.json``: which
versions were seen, when, from where.
"""

import csv
import fcntl
import io
import json
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from urllib.parse import unquote

import httpx

from instroom import __version__
from instroom.core.errors import (
    DataError,
    DefinitionError,
    SourceError,
    SourceUnavailableError,
    UserError,
    Where,
)
from instroom.definitions import registry
from instroom.definitions.models import Fetch, Source
from instroom.sources import parse
from instroom.sources.read import read
from instroom.sources.store import data_directory, sha256_of

Progress = Callable[[str], None]
Meter = Callable[[int, int | None], None]
T = TypeVar("T")

DUO, CKAN = "https://duo.nl", "https://onderwijsdata.duo.nl"
CBS, EUROSTAT = "https://opendata.cbs.nl", "https://ec.europa.eu"
HOSTS = {"duo.nl", "www.duo.nl", "onderwijsdata.duo.nl", "opendata.cbs.nl", "ec.europa.eu"}
MAX_BYTES = parse.MAX_BYTES
MAX_REDIRECTS = 5
PAUSES = (1.0, 4.0)  # seconds before the second and the third try
_FILE_ROOTS = {"duo": DUO, "cbs": CBS, "eurostat": EUROSTAT}
_BUSY = {408, 425, 429}
_STEP = 1_000_000
_TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)


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
                hint=f"download it by hand{_page(source)}, then: instroom read FILE",
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


# --- one source --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Got:
    """A complete file, where it came from and when the publisher changed it."""

    path: Path
    url: str
    published: str | None


def _one(
    door: "_Door", source: Source, root: Path, today: date | None, meter: Meter
) -> dict[str, Any]:
    names = ("url", "file", "sha256", "licence", "published", "last_seen", "bytes", "read", "error")
    entry: dict[str, Any] = {"source": source.id, "status": "failed", **dict.fromkeys(names)}
    entry["licence"] = source.licence
    try:
        road, url = _road(source)
        entry["url"] = str(door.address(url))
        with _folder(root / "downloads" / source.id) as folder:
            got = road(door, url, folder, meter)
            try:
                _keep(got, source, root, today, entry)
            finally:
                got.path.unlink(missing_ok=True)
    except UserError as error:
        if isinstance(error, SourceUnavailableError) and error.hint is None:
            error.hint = _by_hand(source, entry["url"])
        entry["error"] = error.to_dict()
    except OSError as error:
        entry["error"] = DataError(
            f"the download cannot be written: {error.strerror}",
            code="cannot_write",
            where=Where(file=str(error.filename or root)),
            hint="check the room on the disk and the rights on the data directory",
        ).to_dict()
    return entry


def _keep(got: _Got, source: Source, root: Path, today: date | None, entry: dict[str, Any]) -> None:
    """Read a complete file into the store and note its vintage."""
    entry["url"], entry["file"], entry["published"] = got.url, got.path.name, got.published
    entry["sha256"], entry["bytes"] = sha256_of(got.path), got.path.stat().st_size
    vintages = _vintages(got.path.parent)
    found = read(got.path, data=root, source=source.id)["files"][0]
    entry["read"] = found | {"file": got.path.name}
    if found["status"] == "refused":
        entry["error"] = found["error"]
        entry["error"]["where"]["file"] = got.path.name
        return
    if found["status"] != "read":
        raise SourceError(
            f"what {got.url} sends is no longer the layout of '{source.id}'",
            code="source_changed",
            found="; ".join(warning["message"] for warning in found["warnings"]) or None,
            expected=source.title,
            hint=f"look at the publisher's page{_page(source)}; if columns were renamed, add the "
            f"new names to the source definition '{source.id}'",
        )
    known = next((v for v in vintages if v["sha256"] == entry["sha256"]), None)
    vintage = known if known is not None else _vintage(entry, source)
    if known is None:
        vintages.append(vintage)
    if today:
        vintage.setdefault("first_seen", today.isoformat())
        vintage["last_seen"] = today.isoformat()
    if today or known is None:
        _write_json(got.path.parent / "vintages.json", vintages)
    entry["status"] = "fetched" if known is None else "unchanged"
    entry["published"], entry["last_seen"] = vintage["published"], vintage.get("last_seen")


def _vintage(entry: dict[str, Any], source: Source) -> dict[str, Any]:
    names = ("file", "sha256", "url", "licence", "published", "bytes")
    return {name: entry[name] for name in names} | {"publisher": source.publisher}


def _vintages(folder: Path) -> list[dict[str, Any]]:
    file = folder / "vintages.json"
    if not file.exists():
        return []
    try:
        found = json.loads(file.read_text("utf-8"))
        if isinstance(found, list) and all("sha256" in vintage for vintage in found):
            return found
    except (ValueError, TypeError):
        pass
    raise DataError(
        "the list of versions seen cannot be read",
        code="vintages_unreadable",
        where=Where(file=str(file)),
        hint="put it back from a backup, or remove it to begin a new list",
    )


def _write_json(file: Path, content: object) -> None:
    """Write a small file in one move."""
    new = file.with_name(f".{file.name}.new")
    text = json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True)
    new.write_text(text + "\n", "utf-8")
    new.replace(file)


@contextmanager
def _folder(folder: Path) -> Iterator[Path]:
    """Give a source's own folder to one fetch at a time; an empty one does not stay."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SourceError(
                f"another fetch of '{folder.name}' is under way",
                code="busy",
                hint="wait until it is done",
            ) from error
        try:
            yield folder
        finally:
            with suppress(OSError):
                folder.rmdir()
                folder.parent.rmdir()
    finally:
        os.close(handle)


def _page(source: Source) -> str:
    return f" ({source.page})" if source.page else ""


def _by_hand(source: Source, url: str) -> str:
    """Say where a person finds the file; an interface for programs is no such place."""
    address = url
    if source.fetch and source.fetch.kind == "ckan":
        address = f"{CKAN}/dataset/{_identifier(source.fetch)[0]}"
    elif source.fetch and source.fetch.kind == "cbs_odata":
        table = _identifier(source.fetch)[0]
        address = source.page or f"{CBS}/statline/portal.html?_la=nl&_catalog=CBS&tableId={table}"
    more = _page(source) if address != source.page else ""
    return f"download it by hand from {address}{more}, then: instroom read FILE"


# --- the four roads ----------------------------------------------------------------------

Road = Callable[["_Door", str, Path, Meter], _Got]


def _road(source: Source) -> tuple[Road, str]:
    """Return the function that gets a source, and the first address it asks."""
    where = source.fetch
    assert where is not None  # noqa: S101  _chosen has seen to it
    name, query = _identifier(where)
    if where.kind == "ckan":
        return _get_ckan, f"{CKAN}/api/3/action/package_show?id={name}"
    if where.kind == "cbs_odata":
        return _get_cbs, f"{CBS}/ODataFeed/odata/{name}/UntypedDataSet?$format=json{query}"
    if where.kind == "eurostat":
        path = "api/dissemination/sdmx/2.1/data"
        return _get_file, f"{EUROSTAT}/{path}/{name}?format=TSV&compressed=false{query}"
    if source.publisher not in _FILE_ROOTS:
        raise DefinitionError(
            f"no host is known for files of '{source.publisher}'",
            code="definition_invalid",
            where=Where(file=f"monitoring/sources/{source.id}.toml", key="fetch.kind"),
            expected=f"a file of {', '.join(_FILE_ROOTS)}",
        )
    return _get_file, f"{_FILE_ROOTS[source.publisher]}/{where.path.lstrip('/')}"


def _identifier(where: Fetch) -> tuple[str, str]:
    """Return the publisher's id of a dataset, and query parameters that narrow it.

    The id is ``dataset``, else the last part of ``path``; what follows a ``?`` in ``path`` is
    sent along.
    """
    path, _, query = where.path.partition("?")
    parts = [part for part in path.split("/") if part not in ("", "UntypedDataSet")]
    return where.dataset or (parts[-1] if parts else ""), f"&{query}" if query else ""


def _get_file(door: "_Door", url: str, folder: Path, meter: Meter) -> _Got:
    """Get one file as it is; Eurostat's answers are named after the dataset."""
    path, _, query = url.partition("?")
    name = _file_name(path)
    if "format=TSV" in query:
        name = _file_name(path.partition("/sdmx/2.1/data/")[2].replace("/", "_")) + ".tsv"
    return _download(door, url, folder / name, meter)


def _get_ckan(door: "_Door", url: str, folder: Path, meter: Meter) -> _Got:
    """Get the newest CSV file of a CKAN dataset."""
    answer = door.json(url)
    result = answer.get("result") if isinstance(answer, dict) else None
    found = result.get("resources") if isinstance(result, dict) else None
    resources = [r for r in found or [] if isinstance(r, dict) and r.get("id") and _is_csv(r)]
    if not resources:
        raise _unavailable(door.address(url), "the dataset has no CSV file", expected="one")
    newest = max(enumerate(resources), key=lambda pair: (_changed(pair[1]), pair[0]))[1]
    address = str(newest.get("url") or "")
    if _host(address) not in HOSTS:
        address = f"{CKAN}/datastore/dump/{newest['id']}"
    name = _file_name(str(newest.get("url") or newest["id"]))
    name = name if name.lower().endswith(".csv") else f"{name}.csv"
    got = _download(door, address, folder / name, meter)
    return _Got(got.path, got.url, _changed(newest)[:10] or got.published)


def _is_csv(resource: dict[str, Any]) -> bool:
    address = str(resource.get("url") or "")
    return "csv" in (str(resource.get("format") or "").lower(), address.lower()[-3:])


def _changed(resource: dict[str, Any]) -> str:
    return str(resource.get("last_modified") or resource.get("created") or "")


def _get_cbs(door: "_Door", url: str, folder: Path, meter: Meter) -> _Got:
    """Get a StatLine table page by page, written as CBS's own CSV export writes it."""
    url = str(door.address(url))
    table = url.partition("/UntypedDataSet")[0]
    infos = f"{table}/TableInfos?$format=json"
    modified = str(_records(door, infos)[0][0].get("Modified") or "")
    part = _Part(folder / f"{_file_name(table)}_UntypedDataSet.csv")
    state = part.state(url) if modified else {}
    if state.get("modified") != modified:
        state = {"next": url, "bytes": 0, "header": None}
    with part.path.open("r+b" if state["bytes"] else "wb") as file:
        file.truncate(state["bytes"])
        file.seek(0, os.SEEK_END)
        _get_pages(door, state | {"url": url, "modified": modified}, part, file, meter)
    if str(_records(door, infos)[0][0].get("Modified") or "") != modified:
        part.forget()
        raise _unavailable(url, "the table was changed during the download")
    return _finished(part, url, modified[:10] or None)


def _get_pages(
    door: "_Door", state: dict[str, Any], part: "_Part", file: BinaryIO, meter: Meter
) -> None:
    seen = set()
    while state["next"]:
        if state["next"] in seen:
            part.forget()
            raise _unavailable(state["next"], "the pages go round in a circle")
        seen.add(state["next"])
        rows, following = _records(door, state["next"])
        first = state["header"] is None
        header = state["header"] = list(rows[0]) if first else state["header"]
        if any(list(row) != header for row in rows):
            part.forget()
            raise _unavailable(state["next"], "rows have other columns than the first page has")
        file.write(_export(header, rows, first))
        file.flush()
        state["bytes"], state["next"] = file.tell(), following
        if state["bytes"] > MAX_BYTES:
            part.forget()
            raise _too_large(state["url"], state["bytes"])
        part.remember(state)
        meter(state["bytes"], None if following else state["bytes"])


def _records(door: "_Door", url: str) -> tuple[list[dict[str, Any]], str | None]:
    """Return the rows of one OData page (at least one) and the address of the next page."""
    page = door.json(url)
    rows = page.get("value") if isinstance(page, dict) else None
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise _unavailable(door.address(url), "there are no rows here", expected='rows in "value"')
    link = page.get("odata.nextLink")
    if not link:
        return rows, None
    following = str(door.address(door.address(url).join(_url(str(link)))))
    return rows, following if "format=json" in following else f"{following}&$format=json"


def _export(header: list[str], rows: list[dict[str, Any]], first: bool) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    if first:
        writer.writerow(header)
    writer.writerows(["" if c is None else str(c) for c in row.values()] for row in rows)
    return (b"\xef\xbb\xbf" if first else b"") + text.getvalue().encode()


# --- downloads ---------------------------------------------------------------------------


class _Part:
    """A download under way: ``<file>.part``, and beside it what is needed to resume it."""

    def __init__(self, final: Path) -> None:
        self.final = final
        self.path = final.with_name(f"{final.name}.part")
        self.note = final.with_name(f"{final.name}.part.json")

    def state(self, url: str) -> dict[str, Any]:
        """Return what was remembered of this address, if the part is there to go on with."""
        try:
            state = json.loads(self.note.read_text("utf-8"))
            if state["url"] == url and self.path.stat().st_size >= state.get("bytes", 1):
                return dict(state)
        except (OSError, ValueError, TypeError, KeyError):
            pass
        return {}

    def remember(self, state: dict[str, Any]) -> None:
        """Keep the state beside the part."""
        _write_json(self.note, state)

    def forget(self) -> None:
        """Remove part and state: what came is of no use."""
        self.path.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)


def _download(door: "_Door", url: str, final: Path, meter: Meter) -> _Got:
    part = _Part(final)
    address = str(door.address(url))
    changed = door.tries(address, lambda: _receive(door, address, part, meter))
    return _finished(part, address, changed)


def _finished(part: _Part, url: str, published: str | None) -> _Got:
    """Take a complete part out of the way of resuming; refuse an error page."""
    with part.path.open("rb") as file:
        head = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[:1] in (b"", b"<", b"{", b"["):
        part.forget()
        raise _unavailable(
            url,
            "the publisher sent a message instead of the file",
            found=_glimpse(head),
            expected="a table, not HTML, XML or JSON",
        )
    part.path.replace(part.final)
    part.forget()
    return _Got(part.final, url, published)


def _receive(door: "_Door", url: str, part: _Part, meter: Meter) -> str | None:
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
        if (total or 0) > MAX_BYTES:
            part.forget()
            raise _too_large(url, total or 0)
        _remember(part, url, response)
        _write(response, part, url, have, total, meter)
    return _day(response.headers.get("last-modified"))


def _write(
    response: httpx.Response, part: _Part, url: str, have: int, total: int | None, meter: Meter
) -> None:
    with part.path.open("ab" if have else "wb") as file:
        for chunk in response.iter_bytes():
            have += len(chunk)
            if have > MAX_BYTES:
                part.forget()
                raise _too_large(url, have)
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


def _remember(part: _Part, url: str, response: httpx.Response) -> None:
    """Keep the mark of this version of the file; without one a part cannot be resumed."""
    tag = response.headers.get("etag", "")
    mark = tag if tag.startswith('"') else response.headers.get("last-modified")
    part.note.unlink(missing_ok=True)
    if mark and response.headers.get("content-encoding", "identity") == "identity":
        part.remember({"url": url, "validator": mark})


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
        raise _unavailable(url, f"more than {MAX_REDIRECTS} redirects")

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
                    raise _unavailable(
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
            raise _unavailable(
                address, "this is no JSON", found=_glimpse(body[:4096]), expected="JSON"
            ) from error

    def _body(self, address: str) -> bytes:
        body = bytearray()
        with self.open(address, {"Accept": "application/json"}) as response:
            _refuse_status(response, address)
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise _too_large(address, len(body))
        return bytes(body)


def _url(url: str | httpx.URL) -> httpx.URL:
    try:
        return httpx.URL(url)
    except httpx.InvalidURL as error:
        raise _unavailable(str(url), "this is no address") from error


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
        raise _unavailable(url, "the file is not here", found=f"HTTP {status}", expected="HTTP 200")


def _foreign(url: httpx.URL, source: httpx.URL | None = None) -> SourceUnavailableError:
    return _unavailable(
        source or url,
        "this leads to a host that is no publisher's",
        found=f"{url.scheme}://{url.host}",
        expected=f"https at {', '.join(sorted(HOSTS))}",
    )


def _too_large(url: str | httpx.URL, size: int) -> SourceUnavailableError:
    return _unavailable(
        url,
        "this is larger than an open data file",
        code="too_large",
        found=f"{size:,} bytes",
        expected=f"at most {MAX_BYTES:,} bytes",
    )


def _unavailable(
    url: str | httpx.URL,
    message: str,
    *,
    code: str | None = None,
    found: str | None = None,
    expected: str | None = None,
) -> SourceUnavailableError:
    return SourceUnavailableError(f"{url}: {message}", code=code, found=found, expected=expected)


def _glimpse(body: bytes) -> str:
    """Return the first words of an answer, without its tags."""
    text = _TAGS.sub(" ", body.decode("utf-8", "replace"))
    return " ".join(text.split())[:160] or "nothing"


def _file_name(path: str) -> str:
    """Return the last part of an address as a name that any disk takes."""
    name = unquote(path.partition("?")[0].rstrip("/").rpartition("/")[2])
    return re.sub(r"[^\w.,()+-]", "_", name).lstrip(".")[:150] or "file"


def _day(header: str | None) -> str | None:
    try:
        return parsedate_to_datetime(header).date().isoformat() if header else None
    except ValueError:
        return None
