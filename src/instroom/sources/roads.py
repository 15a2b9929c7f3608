"""The four roads to a publisher's file: as it is, by CKAN, by CBS's OData, by Eurostat."""

import csv
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from instroom.core.messages import Message
from instroom.definitions.models import SourceDefinition
from instroom.sources.addresses import dump_of, file_name
from instroom.sources.downloads import DownloadPart, Got, Meter, finished, refuse_large, unavailable
from instroom.sources.records import DownloadState, Record


class Downloader(Protocol):
    """The network, as far as a road needs it."""

    def address(self, url: str, /) -> object:
        """Return where a publisher's address is asked."""

    def following(self, url: str, link: str, /) -> str:
        """Return the address that a link on a page leads to."""

    def knows(self, url: str, /) -> bool:
        """Return whether an address is at a publisher's."""

    def json(self, url: str, /) -> Any:
        """Return what a JSON address answers."""

    def download(self, url: str, final: Path, meter: Meter, /) -> Got:
        """Get one file as it is."""


def _get_file(door: Downloader, url: str, folder: Path, meter: Meter) -> Got:
    """Get one file as it is; Eurostat's answers are named after the dataset."""
    path, _, query = url.partition("?")
    name = file_name(path)
    if "format=TSV" in query:
        name = file_name(path.partition("/sdmx/2.1/data/")[2].replace("/", "_")) + ".tsv"
    return door.download(url, folder / name, meter)


def _get_ckan(door: Downloader, url: str, folder: Path, meter: Meter) -> Got:
    """Get the newest CSV file of a CKAN dataset."""
    answer = door.json(url)
    result = answer.get("result") if isinstance(answer, dict) else None
    found = result.get("resources") if isinstance(result, dict) else None
    resources = [r for r in found or [] if isinstance(r, dict) and r.get("id") and _is_csv(r)]
    if not resources:
        raise unavailable(door.address(url), Message("the dataset has no CSV file"), expected="one")
    newest = max(enumerate(resources), key=lambda pair: (_changed(pair[1]), pair[0]))[1]
    address = str(newest.get("url") or "")
    if not door.knows(address):
        address = dump_of(str(newest["id"]))
    name = file_name(str(newest.get("url") or newest["id"]))
    name = name if name.lower().endswith(".csv") else f"{name}.csv"
    got = door.download(address, folder / name, meter)
    return Got(got.path, got.url, _changed(newest)[:10] or got.published)


def _is_csv(resource: Record) -> bool:
    address = str(resource.get("url") or "")
    return "csv" in (str(resource.get("format") or "").lower(), address.lower()[-3:])


def _changed(resource: Record) -> str:
    return str(resource.get("last_modified") or resource.get("created") or "")


def _get_cbs(door: Downloader, url: str, folder: Path, meter: Meter) -> Got:
    """Get a StatLine table page by page, written as CBS's own CSV export writes it."""
    url = str(door.address(url))
    table = url.partition("/UntypedDataSet")[0]
    infos = f"{table}/TableInfos?$format=json"
    modified = str(_records(door, infos)[0][0].get("Modified") or "")
    part = DownloadPart(folder / f"{file_name(table)}_UntypedDataSet.csv")
    state = part.state(url) if modified else {}
    if state.get("modified") != modified:
        state = {"next": url, "bytes": 0, "header": None}
    with part.path.open("r+b" if state["bytes"] else "wb") as file:
        file.truncate(state["bytes"])
        file.seek(0, os.SEEK_END)
        _get_pages(door, {**state, "url": url, "modified": modified}, part, file, meter)
    if str(_records(door, infos)[0][0].get("Modified") or "") != modified:
        part.forget()
        raise unavailable(url, Message("the table was changed during the download"))
    return finished(part, url, modified[:10] or None)


def _get_pages(
    door: Downloader, state: DownloadState, part: DownloadPart, file: BinaryIO, meter: Meter
) -> None:
    seen = set()
    while state["next"]:
        if state["next"] in seen:
            part.forget()
            raise unavailable(state["next"], Message("the pages go round in a circle"))
        seen.add(state["next"])
        rows, following = _records(door, state["next"])
        first = state["header"] is None
        header = state["header"] = list(rows[0]) if first else state["header"]
        if any(list(row) != header for row in rows):
            part.forget()
            raise unavailable(
                state["next"], Message("rows have other columns than the first page has")
            )
        file.write(_export(list(rows[0]), rows, first))
        file.flush()
        state["bytes"], state["next"] = file.tell(), following
        refuse_large(state["url"], state["bytes"], part)
        part.remember(state)
        meter(state["bytes"], None if following else state["bytes"])


def _records(door: Downloader, url: str) -> tuple[list[Record], str | None]:
    """Return the rows of one OData page (at least one) and the address of the next page."""
    page = door.json(url)
    rows = page.get("value") if isinstance(page, dict) else None
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise unavailable(
            door.address(url),
            Message("there are no rows here"),
            expected=Message('rows in "value"'),
        )
    link = page.get("odata.nextLink")
    if not link:
        return rows, None
    following = door.following(url, str(link))
    return rows, following if "format=json" in following else f"{following}&$format=json"


def _export(header: list[str], rows: list[Record], first: bool) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    if first:
        writer.writerow(header)
    writer.writerows(["" if c is None else str(c) for c in row.values()] for row in rows)
    return (b"\xef\xbb\xbf" if first else b"") + text.getvalue().encode()


Road = Callable[[Downloader, str, Path, Meter], Got]
_ROADS: dict[str, Road] = {
    "file": _get_file,
    "ckan": _get_ckan,
    "cbs_odata": _get_cbs,
    "eurostat": _get_file,
}


def road_of(source: SourceDefinition) -> Road:
    """Return the function that gets a source from its first address on."""
    where = source.fetch
    assert where is not None  # noqa: S101  only sources with a [fetch] table are fetched
    return _ROADS[where.kind]
