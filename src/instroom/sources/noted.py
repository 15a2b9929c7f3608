"""What is noted of a file that was read beside what the data directory held already."""

from collections.abc import Mapping
from contextlib import suppress

from instroom.core.errors import DataError
from instroom.core.messages import Message
from instroom.sources.records import FileWarning, ReadEntry, Receipt
from instroom.sources.store import Store, Stored


def overlaps(entries: dict[int, ReadEntry], store: Store, new: list[int]) -> None:
    """Say of each newly read file which other files of its source cover the same periods."""
    for position in new:
        entry = entries[position]
        if entry["status"] != "read" or not entry["observations"]:
            continue
        for other in _others(store, str(entry["source"])):
            shared = sorted(set(other.receipt["periods"]) & set(entry["periods"]))
            if other.sha256 != entry["sha256"] and shared and not other.excerpt:
                entry["warnings"] = [
                    *entry["warnings"],
                    {
                        "code": "vintage_overlap",
                        "count": len(shared),
                        "message": Message(
                            "{name} covers {value} too; the newest wins, nothing is added up",
                            name=other.receipt["name"],
                            value=", ".join(shared),
                        ),
                    },
                ]


def other_reading(
    entries: dict[int, ReadEntry], before: Mapping[int, Receipt], new: list[int]
) -> None:
    """Say of each file that was read before what it was then, when its source or periods differ.

    The new reading takes the place of the old one; with another ``--period`` nothing else tells.
    """
    for position in new:
        entry, old = entries[position], before.get(position)
        if old is None or entry["status"] != "read":
            continue
        was, now = ([str(one["source"]), *one["periods"]] for one in (old, entry))
        if was != now:
            first = int(was[0] == now[0])  # the same source need not be named
            message = Message(
                "this file was read before: it was {was}, and is {now} now",
                was=", ".join(was[first:]) or "–",
                now=", ".join(now[first:]) or "–",
            )
            warning: FileWarning = {"code": "read_otherwise", "count": 1, "message": message}
            entry["warnings"] = [*entry["warnings"], warning]


def _others(store: Store, source: str) -> list[Stored]:
    """Return the files of a source; a damaged one beside them does not stop this run."""
    found = []
    for folder in store.folders():
        with suppress(DataError):
            if (stored := store.get(folder.name)) and stored.source == source:
                found.append(stored)
    return sorted(found, key=Stored.vintage, reverse=True)
