"""Which versions of a publisher's file were seen: ``vintages.json``, beside its downloads."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

from instroom.core.errors import DataError, SourceError, Where
from instroom.core.messages import Message
from instroom.definitions.models import SourceDefinition
from instroom.sources.addresses import page_of
from instroom.sources.downloads import Got, write_json
from instroom.sources.read import read
from instroom.sources.records import FetchEntry, FileVersion
from instroom.sources.store import sha256_of


def keep(
    got: Got, source: SourceDefinition, root: Path, today: date | None, entry: FetchEntry
) -> None:
    """Read a complete file into the store and note its vintage."""
    entry["url"], entry["file"], entry["published"] = got.url, got.path.name, got.published
    entry["sha256"], entry["bytes"] = sha256_of(got.path), got.path.stat().st_size
    vintages = _vintages(got.path.parent)
    found = read(got.path, data=root, source=source.id)["files"][0]
    entry["read"] = {**found, "file": got.path.name}
    error = found["error"]
    if error and error["code"] not in ("missing_column", "other_codes"):
        error["where"]["file"] = got.path.name
        entry["error"] = error
        return
    if found["status"] != "read":
        raise SourceError(
            "what {url} sends is no longer the layout of '{id}'",
            code="source_changed",
            found=error["found"] if error else None,
            expected=source.title,
            hint=Message(
                "look at the publisher's page{source}; if columns were renamed, "
                "add the new names to the source definition '{id}'",
                source=page_of(source),
                id=source.id,
            ),
            url=got.url,
            id=source.id,
        )
    known = next((v for v in vintages if v["sha256"] == entry["sha256"]), None)
    vintage = known if known is not None else _vintage(entry, source)
    if known is None:
        vintages.append(vintage)
    if today:
        vintage.setdefault("first_seen", today.isoformat())
        vintage["last_seen"] = today.isoformat()
    if today or known is None:
        write_json(got.path.parent / "vintages.json", vintages)
    entry["status"] = "fetched" if known is None else "unchanged"
    entry["published"], entry["last_seen"] = vintage["published"], vintage.get("last_seen")


def _vintage(entry: FetchEntry, source: SourceDefinition) -> FileVersion:
    return {
        "file": entry["file"],
        "sha256": entry["sha256"],
        "url": entry["url"],
        "licence": entry["licence"],
        "published": entry["published"],
        "bytes": entry["bytes"],
        "publisher": source.publisher,
    }


def _vintages(folder: Path) -> list[FileVersion]:
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
        found=Message("no list of versions"),
        expected=Message("the list as instroom fetch wrote it"),
        hint=Message("put it back from a backup, or remove it to begin a new list"),
    )


@contextmanager
def folder_of(folder: Path) -> Iterator[Path]:
    """Give a source's own folder to one fetch at a time; an empty one does not stay."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SourceError(
                "another fetch of '{name}' is under way",
                code="busy",
                found=Message("a lock on its folder"),
                expected=Message("one fetch of a source at a time"),
                hint=Message("wait until it is done"),
                name=folder.name,
            ) from error
        try:
            yield folder
        finally:
            with suppress(OSError):
                folder.rmdir()
                folder.parent.rmdir()
    finally:
        os.close(handle)
