"""``instroom fetch``: get the publishers' files, through :mod:`instroom.sources.door`.

A download grows in ``DATA/downloads/<source>/<file>.part`` and is resumed when it breaks off.
Only a complete file is read into the store; what is kept here is ``vintages.json``: which
versions were seen, when, from where.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

from instroom.core.data_directory import data_directory
from instroom.core.errors import (
    DataError,
    DefinitionError,
    SourceUnavailableError,
    UserError,
    Where,
)
from instroom.core.messages import Message
from instroom.core.progress import Progress, silent
from instroom.core.trouble import words_of_system
from instroom.definitions import registry
from instroom.definitions.models import SourceDefinition
from instroom.sources.addresses import address_of, by_hand, page_of
from instroom.sources.door import NetworkDoor, opened
from instroom.sources.downloads import Meter
from instroom.sources.records import FetchAnswer, FetchEntry
from instroom.sources.roads import road_of
from instroom.sources.vintages import folder_of, keep

_STEP = 1_000_000


def fetch(
    *sources: str,
    data: str | Path | None = None,
    base_url: str | None = None,
    progress: Progress | None = None,
    today: date | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> FetchAnswer:
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
    chosen = [one for source in _chosen(sources) for one in _by_year(source)]
    say = progress or silent
    entries = []
    with opened(base_url, sleep) as door:
        door.reach(_addresses(chosen))
        for position, source in enumerate(chosen, 1):
            label = f"{position}/{len(chosen)} {source.id}"
            say(label)
            entries.append(_one(door, source, data_directory(data), today, _meter(say, label)))
    return {"sources": entries, "seconds": round(time.perf_counter() - started, 3)}


def _chosen(names: tuple[str, ...]) -> list[SourceDefinition]:
    known = registry.sources()
    if not names:
        return [source for source in known.values() if source.fetch]
    chosen = [known[name] for name in dict.fromkeys(names)]
    for source in chosen:
        if source.fetch is None:
            raise UserError(
                "the source '{id}' has no address to fetch from",
                code="not_fetchable",
                found=Message("a file that is offered on a page only"),
                expected=Message("a source with an address in its definition"),
                where=Where(key=source.id),
                hint=Message(
                    "download it by hand{source}, then: instroom read FILE", source=page_of(source)
                ),
                id=source.id,
            )
    return chosen


def _by_year(source: SourceDefinition) -> list[SourceDefinition]:
    """Return a source once for every year of which it has a file of its own."""
    where = source.fetch
    if where is None or not where.years:
        return [source]
    files = [
        where.model_copy(update={"path": where.path.replace("{year}", str(year)), "years": []})
        for year in where.years
    ]
    return [source.model_copy(update={"fetch": file}) for file in files]


def _addresses(chosen: list[SourceDefinition]) -> list[str]:
    found = []
    for source in chosen:
        with suppress(DefinitionError):  # told at its own turn
            found.append(address_of(source))
    return found


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
    door: NetworkDoor, source: SourceDefinition, root: Path, today: date | None, meter: Meter
) -> FetchEntry:
    entry: FetchEntry = {
        "source": source.id,
        "status": "failed",
        "url": None,
        "file": None,
        "sha256": None,
        "licence": source.licence,
        "published": None,
        "last_seen": None,
        "bytes": None,
        "read": None,
        "error": None,
    }
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
            error.hint = by_hand(source, entry["url"] or "")
        entry["error"] = error.to_dict()
    except OSError as error:
        entry["error"] = DataError(
            "the download cannot be written",
            code="cannot_write",
            found=words_of_system(error),
            expected=Message("a data directory with room, that may be written to"),
            where=Where(file=str(error.filename or root)),
            hint=Message("check the room on the disk and the rights on the data directory"),
        ).to_dict()
    return entry
