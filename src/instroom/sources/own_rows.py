"""The programme's own rows as one more source: a state of them, kept like a publisher's file.

A state is a small table, written in the layout of a source of kind ``rows`` and read back by the
ordinary reader, so that series, gate and ``explain`` treat it as any file. It holds a random mark:
without it the digest, which is public, could be compared with those of guessed tables.
"""

import csv
import io
import secrets
from collections.abc import Sequence, Set
from datetime import UTC, datetime
from pathlib import Path

from instroom.core.errors import ProgrammingError
from instroom.definitions import registry
from instroom.sources import leftovers, parse
from instroom.sources.store import Store, Stored, scratch, sha256_of

#: The column of the random mark; every rows source names it as ``known``.
MARK = "STAND"
OwnRow = Sequence[str]


def keep_state(
    store: Store, source: str, header: OwnRow, rows: Sequence[OwnRow], *, at: datetime
) -> Stored | None:
    """Keep what the rows of a source say now; return None when the newest state says the same.

    Parameters
    ----------
    source
        Id of a source of kind ``rows``.
    header
        Its columns, without :data:`MARK`.
    rows
        Texts, in any order; they are kept sorted.
    at
        The moment of the state; the newest one counts.

    Raises
    ------
    ProgrammingError
        When the source is of another kind.
    SourceError
        When the rows do not fit the layout; nothing is kept then.
    """
    if registry.sources()[source].kind != "rows":
        raise ProgrammingError("'{source}' is no source of rows", source=source)
    lines = sorted(tuple(row) for row in rows)
    if (newest := newest_state(store, source)) and _said(newest) == [tuple(header), *lines]:
        return None
    mark = secrets.token_hex(16)
    with scratch() as folder:
        path = folder / "state.csv"
        path.write_text(_written([(*header, MARK), *((*line, mark) for line in lines)]), "utf-8")
        sha256, out = sha256_of(path), folder / "parsed"
        out.mkdir()
        found = parse.parse_file(str(path), str(out), source, sha256, source, None)
        return store.keep(
            path, out, sha256,
            {**found, "asked": None, "asked_source": source, "limits": None, "name": source,
             "published": at.astimezone(UTC).isoformat(timespec="microseconds")},
        )  # fmt: skip


def newest_state(store: Store, source: str) -> Stored | None:
    """Return the newest state of a source of rows."""
    return max(states(store, source), key=_order, default=None)


def states(store: Store, source: str) -> list[Stored]:
    """Return all kept states of a source of rows."""
    return [stored for stored in store if stored.source == source]


def counting(store: Store) -> list[Stored]:
    """Return the files of a data directory without states that a newer one replaced."""
    files = list(store)
    newest: dict[str, Stored] = {}
    for one in sorted((f for f in files if is_state(f)), key=_order):
        newest[one.source] = one
    return [f for f in files if newest.get(f.source, f) is f]


def let_go(store: Store, kept: Set[str]) -> int:
    """Remove the states that a newer one replaced and nothing refers to; return how many.

    ``kept`` are the sha256 of files that releases rest on. Nothing is removed in part: a state goes
    in one move, and what a killed run leaves is swept as other leftovers are.
    """
    counted = {stored.sha256 for stored in counting(store)} | kept
    gone = [one for one in store if is_state(one) and one.sha256 not in counted]
    for one in gone:
        with leftovers.held(store.files, leftovers.INCOMING) as room:
            one.folder.rename(room / "gone")
    return len(gone)


def is_state(stored: Stored) -> bool:
    """Return whether a kept file is a state of the programme's rows."""
    known = registry.sources()
    return stored.source in known and known[stored.source].kind == "rows"


def moment(stored: Stored) -> str:
    """Return when a state was written (ISO 8601, UTC)."""
    return stored.receipt.get("published") or ""


def _order(stored: Stored) -> tuple[str, str]:
    return moment(stored), stored.sha256  # of one moment, the same one is the newest everywhere


def _written(rows: Sequence[OwnRow]) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\n").writerows(rows)
    return text.getvalue()


def _said(stored: Stored) -> list[tuple[str, ...]]:
    """Return what a state says, without its mark."""
    with Path(stored.original).open(encoding="utf-8", newline="") as file:
        return [tuple(row[:-1]) for row in csv.reader(file, delimiter=";")]
